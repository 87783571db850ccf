"""Stop a work process: what of it is still to be done goes away, what is done or cancelled stays (TS-30)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.access import Looker
from models.activity import Activity, ActivityState
from models.base import utc_now
from models.customer import Customer
from models.errors import Reason, Refused
from models.journal import Changeset, changeset
from models.operations.below import meant
from models.operations.consequences import LeftOut, digest, hold, require_unchanged
from models.operations.selection import Chosen
from models.process import ProcessRun

TITLE = "Stop work process {name} for {customer}"


@dataclass(frozen=True)
class StopPlan:
    """Which work process stops: its activities that go, by their day, and how many stay."""

    customer_id: int
    customer: str
    name: str
    going: Sequence[Activity]
    stays: int
    digest: str
    count: int = 1
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


def plan(session: Session, actor: Looker, chosen: Chosen) -> StopPlan:
    """What stopping would do; writes nothing. Refused for one that has ended."""
    run, customer = meant(session, actor, ProcessRun, chosen)
    of_run = select(Activity).where(Activity.process_run_id == run.id).options(joinedload(Activity.user))
    found = session.scalars(of_run.order_by(Activity.due_at.asc().nulls_last(), Activity.id)).all()
    going = [one for one in found if one.state is ActivityState.PLANNED]
    if run.stopped_at is not None or not going:
        raise Refused(Reason.PROCESS_ENDED, name=run.name)
    said = digest(run.id, run.name, [(one.id, one.subject, one.due_at, one.user_id) for one in going], len(found))
    return StopPlan(customer.id, customer.name, run.name, going, len(found) - len(going), said)


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
