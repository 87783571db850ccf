"""End a service agreement: it stays on the card as it was, and is in the way of nothing any more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import Looker
from models.customer import Customer
from models.errors import Reason, Refused
from models.journal import Changeset, changeset
from models.operations.below import meant
from models.operations.consequences import LeftOut, digest, hold, require_unchanged
from models.operations.selection import Chosen
from models.sales import Agreement, running


@dataclass(frozen=True)
class EndPlan:
    """Which agreement ends, and on which day. `others`: how many of the customer run on."""

    customer_id: int
    customer: str
    name: str
    day: dt.date
    others: int
    digest: str
    count: int = 1
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


def plan(session: Session, actor: Looker, chosen: Chosen, today: dt.date) -> EndPlan:
    """What ending would do; writes nothing. It ends today, or where it has not begun, on the day that it was to begin."""
    agreement, customer = meant(session, actor, Agreement, chosen)
    if not agreement.is_running(today):
        raise Refused(Reason.AGREEMENT_ENDED, name=agreement.name)
    others = select(func.count(Agreement.id)).where(
        Agreement.customer_id == customer.id, running(today), Agreement.id != agreement.id
    )
    day = max(agreement.starts_on, today)
    said = digest(agreement.id, agreement.name, agreement.starts_on, agreement.ends_on, day)
    return EndPlan(customer.id, customer.name, agreement.name, day, session.scalar(others) or 0, said)


def do(session: Session, actor: Looker, chosen: Chosen, today: dt.date, expected: str) -> Changeset:
    """End it as planned, in one changeset. Conflict when it changed since the plan was shown."""
    with changeset(session, actor, "End agreement {name}") as kept:
        agreement, customer = meant(session, actor, Agreement, chosen)
        hold(session, Customer, [customer.id])
        going = plan(session, actor, chosen, today)
        require_unchanged(expected, going.digest)
        agreement.active, agreement.ends_on = False, going.day
        kept.values = {"name": going.name, "customer_id": customer.id}
    return kept
