"""Stop a work process: what of it is still to be done goes away, what is done or cancelled stays (TS-30).

What is of an archived project stays as it is, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.access import Looker
from models.activity import Activity, ActivityState
from models.base import utc_now
from models.customer import Customer
from models.errors import Reason, Refused
from models.journal import Changeset, changeset
from models.operations.below import meant
from models.operations.consequences import digest, hold, require_unchanged
from models.operations.selection import Chosen
from models.process import ProcessRun

TITLE = "Stop work process {name} for {customer}"


@dataclass(frozen=True)
class StopPlan:
    """Which work process stops: its activities that go, by their day, and how many stay.

    `locked`: still to be done, but of an archived project, where nothing is taken away.
    """

    customer_id: int
    customer: str
    name: str
    going: Sequence[Activity]
    stays: int
    locked: Sequence[Activity]
    digest: str

    count: ClassVar[int] = 1


def plan(session: Session, actor: Looker, chosen: Chosen) -> StopPlan:
    """What stopping would do; writes nothing. Refused for one that has ended."""
    run, customer = meant(session, actor, ProcessRun, chosen)
    of_run = select(Activity).where(Activity.process_run_id == run.id)
    of_run = of_run.options(joinedload(Activity.user), joinedload(Activity.project))
    found = session.scalars(of_run.order_by(Activity.due_at.asc().nulls_last(), Activity.id)).all()
    planned = [one for one in found if one.state is ActivityState.PLANNED]
    if run.stopped_at is not None or not planned:
        raise Refused(Reason.PROCESS_ENDED, name=run.name)
    locked = [one for one in planned if one.project is not None and one.project.is_archived]
    going = [one for one in planned if one not in locked]
    parts = [[(one.id, one.subject, one.due_at, one.user_id) for one in part] for part in (going, locked)]
    said = digest(run.id, run.name, *parts, len(found))
    return StopPlan(customer.id, customer.name, run.name, going, len(found) - len(planned), locked, said)


def do(session: Session, actor: Looker, chosen: Chosen, expected: str) -> Changeset:
    """Stop it as planned, in one changeset. Conflict when anything moved since the plan was shown."""
    with changeset(session, actor, TITLE) as kept:
        run, customer = meant(session, actor, ProcessRun, chosen)
        hold(session, Customer, [customer.id])
        going = plan(session, actor, chosen)
        require_unchanged(expected, going.digest)
        for one in going.going:
            session.delete(one)
        run.stopped_at = utc_now()
        kept.values = {
            "name": going.name,
            "customer": going.customer,
            "count": len(going.going),
            "customer_id": customer.id,
        }
    return kept
