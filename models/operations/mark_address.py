"""Say which address of a customer is the head office, and which one invoices go to: each mark is on one at most.

The mark is moved, never copied: who makes a place the head office sees first from where it comes.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import settings
from models.access import Looker
from models.customer import Address, Customer
from models.errors import Reason, Refused
from models.journal import Changeset, changeset
from models.operations.below import meant
from models.operations.consequences import LeftOut, digest, hold, require_unchanged
from models.operations.save import save
from models.operations.selection import Chosen


class Mark(enum.StrEnum):
    """What an address can be for its customer: the column that says so."""

    HEAD_OFFICE = "is_head_office"
    INVOICES = "is_invoice"


@dataclass(frozen=True)
class MarkPlan:
    """Which address gets the mark (`name`), and which one has it now: None where no other has."""

    customer_id: int
    customer: str
    name: str
    now: str | None
    digest: str
    count: int = 1
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


def plan(session: Session, actor: Looker, chosen: Chosen, mark: Mark) -> MarkPlan:
    """What moving the mark to one address would do; writes nothing. Refused where a setting leaves no choice."""
    address, customer = meant(session, actor, Address, chosen)
    if mark is Mark.INVOICES and not settings.get(session, "invoice_addresses"):
        raise Refused(Reason.NO_INVOICE_ADDRESSES)
    column = getattr(Address, mark.value)
    now = session.scalar(
        select(Address).where(Address.customer_id == customer.id, column.is_(True), Address.id != address.id)
    )
    said = digest(address.id, mark, str(address), now and now.id, getattr(address, mark.value))
    return MarkPlan(customer.id, customer.name, str(address), str(now) if now else None, said)


def do(session: Session, actor: Looker, chosen: Chosen, mark: Mark, expected: str) -> Changeset:
    """Move the mark as planned, in one changeset. Conflict when anything moved since the plan was shown."""
    title = "Make {name} the head office" if mark is Mark.HEAD_OFFICE else "Send invoices to {name}"
    with changeset(session, actor, title) as kept:
        address, customer = meant(session, actor, Address, chosen)
        hold(session, Customer, [customer.id])
        going = plan(session, actor, chosen, mark)
        require_unchanged(expected, going.digest)
        save(session, actor, Address, address.id, {mark.value: True})
        kept.values = {"name": going.name, "customer_id": customer.id}
    return kept
