"""Start a work process for a customer: every activity with its day and its person is shown, and then made at once (TS-30)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import access, clock
from models.access import Looker
from models.activity import Activity, ActivityState, due
from models.base import ROW_BY_ROW
from models.customer import Customer, Kind
from models.errors import NotFound, Problems, Reason, Refused
from models.journal import Changeset, changeset
from models.operations import activities, fields, once
from models.operations.consequences import digest, hold, require_unchanged
from models.operations.once import Sent
from models.operations.save import check, save
from models.process import Doer, Process, ProcessRun, ProcessStep
from models.user import Right, User

ONE = "Start work process {name} for {customer}, {count} activity"
MANY = "Start work process {name} for {customer}, {count} activities"


@dataclass(frozen=True)
class Line:
    """An activity that a step would become. `unfit`: its person does not work here any more or may not see the customer."""

    step_id: int
    subject: str
    kind_id: int | None
    kind: str | None
    day: dt.date
    user_id: int | None
    doer: Doer
    unfit: str | None
    is_done: bool


@dataclass(frozen=True)
class Wish:
    """What somebody made of such an activity before it was: its day and its person."""

    day: dt.date
    user_id: int | None


@dataclass(frozen=True)
class StartPlan:
    """What starting would make. `running`: the days on which it was started here before, where it is not through yet."""

    customer_id: int
    customer: str
    process_id: int
    name: str
    starts_on: dt.date
    lines: Sequence[Line]
    running: Sequence[dt.date]
    digest: str


def offered(session: Session, kind: Kind) -> list[Process]:
    """The work processes that can be started for customers of a kind."""
    found = session.scalars(select(Process).where(Process.retired.is_(False)).order_by(Process.name, Process.id))
    return [process for process in found if process.for_kind.fits(kind)]


def plan(session: Session, actor: Looker, customer_id: int, process_id: int, starts_on: dt.date) -> StartPlan:
    """What starting would make; writes nothing. Refused for who may not plan here, and for a process that does not fit."""
    customer = session.scalar(
        select(Customer).where(Customer.id == customer_id).options(joinedload(Customer.owner)),
        execution_options={**ROW_BY_ROW, "populate_existing": True},
    )
    if customer is None:
        raise NotFound
    access.require(session, actor, Right.EDIT, customer.id)
    if customer.is_archived:
        raise Refused(Reason.ARCHIVED_IS_LOCKED, name=customer.name)
    process = _process(session, customer, process_id)
    if misfit := fields.misfits(ProcessRun, "starts_on", starts_on):
        raise misfit
    people = {step.id: _person(step, customer, actor) for step in process.steps}
    asked = {key for key in people.values() if key is not None and key != actor.id}
    able = frozenset({actor.id, *(access.who_see(session, asked, customer.id) if asked else ())})
    lines = [_line(session, step, starts_on, people[step.id], able, customer.owner) for step in process.steps]
    running = _running(session, customer.id, process.id)
    said = digest(customer.id, customer.name, process.id, process.name, starts_on, lines, running)
    return StartPlan(customer.id, customer.name, process.id, process.name, starts_on, lines, running, said)


def _process(session: Session, customer: Customer, process_id: int) -> Process:
    steps = joinedload(Process.steps)
    found = session.scalars(
        select(Process)
        .where(Process.id == process_id)
        .options(steps.joinedload(ProcessStep.kind), steps.joinedload(ProcessStep.user)),
        execution_options={**ROW_BY_ROW, "populate_existing": True},
    )
    process = found.unique().one_or_none()
    if process is None:
        raise NotFound
    if process.retired:
        raise Refused(Reason.PROCESS_RETIRED, "process_id", name=process.name)
    if not process.for_kind.fits(customer.kind):
        raise Refused(Reason.PROCESS_OF_OTHERS, "process_id", name=process.name)
    if not process.steps:
        raise Refused(Reason.PROCESS_WITHOUT_STEPS, "process_id", name=process.name)
    return process


def _person(step: ProcessStep, customer: Customer, actor: Looker) -> int | None:
    """Who would do a step."""
    return {Doer.OWNER: customer.owner_id, Doer.STARTER: actor.id, Doer.USER: step.user_id}[step.doer]


def _line(
    session: Session,
    step: ProcessStep,
    starts_on: dt.date,
    person: int | None,
    able: frozenset[int | None],
    owner: User | None,
) -> Line:
    # A kind that is no longer offered is none for what is new.
    kind = step.kind if step.kind is not None and not step.kind.retired else None
    kind_id = None if kind is None else kind.id
    is_able = person is None or person in able
    return Line(
        step.id,
        step.subject,
        kind_id,
        None if kind is None else kind.name,
        starts_on + dt.timedelta(days=step.days),
        person if is_able else None,
        step.doer,
        None if is_able else str(owner if step.doer is Doer.OWNER else step.user),
        activities.first_state(session, kind_id) is ActivityState.DONE,
    )


def _running(session: Session, customer_id: int, process_id: int) -> Sequence[dt.date]:
    """The days on which it was started here, whatever it was called then, of which something is still to be done."""
    open_ones = select(Activity.id).where(
        Activity.process_run_id == ProcessRun.id, Activity.state == ActivityState.PLANNED
    )
    here = ProcessRun.customer_id == customer_id, ProcessRun.process_id == process_id
    found = select(ProcessRun.starts_on).where(*here, ProcessRun.stopped_at.is_(None), open_ones.exists())
    return session.scalars(found.order_by(ProcessRun.starts_on, ProcessRun.id)).all()


def do(
    session: Session,
    actor: Looker,
    customer_id: int,
    process_id: int,
    starts_on: dt.date,
    wishes: Mapping[int, Wish],
    expected: str,
    sent: Sent | None = None,
) -> Changeset:
    """Start it as shown, in one changeset: an activity for each step among `wishes`, with the day and person wished for.

    Conflict when what was shown is not the same any more; Problems name a field `step-<id>-<column>`.
    """
    with changeset(session, actor, MANY) as kept:
        claimed = once.claim(session, actor, sent)
        hold(session, Customer, [customer_id])
        going = plan(session, actor, customer_id, process_id, starts_on)
        require_unchanged(expected, going.digest)
        chosen = [line for line in going.lines if line.step_id in wishes]
        if not chosen:
            raise Refused(Reason.NOTHING_TICKED)
        office = clock.of(session)
        wanted = [(line.step_id, _activity(going, line, wishes[line.step_id], office)) for line in chosen]
        if problems := [one for key, values in wanted for one in _problems(session, actor, key, values)]:
            raise Problems(problems)
        run = ProcessRun(
            customer_id=customer_id, process_id=process_id, name=going.name, starts_on=starts_on, user_id=actor.id
        )
        session.add(run)
        session.flush()
        for _key, values in wanted:
            save(session, actor, Activity, None, {**values, "process_run_id": run.id})
        once.led_to(session, claimed, ProcessRun, run.id)
        kept.title = ONE if len(chosen) == 1 else MANY
        kept.values = {
            "name": going.name,
            "customer": going.customer,
            "count": len(chosen),
            "customer_id": customer_id,
            "run_id": run.id,
        }
    return kept


def _activity(going: StartPlan, line: Line, wish: Wish, office: clock.Clock) -> dict[str, Any]:
    return {
        "customer_id": going.customer_id,
        "subject": line.subject,
        "kind_id": line.kind_id,
        "user_id": wish.user_id,
        "due_at": due(wish.day, None, office),
        "state": ActivityState.DONE if line.is_done else ActivityState.PLANNED,
    }


def _problems(session: Session, actor: Looker, key: int, values: Mapping[str, Any]) -> Iterator[Refused]:
    for one in check(session, actor, Activity, None, values):
        yield Refused(one.reason, f"step-{key}-{one.field}", **one.values)
