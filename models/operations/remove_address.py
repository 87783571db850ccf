"""Take an address away from its customer. It goes to the bin, and comes back with its id and its marks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import Looker
from models.customer import Address, Customer
from models.errors import Reason, Refused
from models.journal import Changeset, Origin, changeset
from models.operations.below import meant
from models.operations.consequences import LeftOut, digest, hold, require_unchanged
from models.operations.selection import Chosen


@dataclass(frozen=True)
class RemovePlan:
    """Which address would go, and from which customer. `is_invoice`: invoices then go to the head office."""

    customer_id: int
    customer: str
    name: str
    is_invoice: bool
    digest: str
    count: int = 1
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


def plan(session: Session, actor: Looker, chosen: Chosen) -> RemovePlan:
    """What would go; writes nothing. Refused for the head office while there are others: one of them must be it."""
    address, customer = meant(session, actor, Address, chosen)
    others = session.scalar(
        select(func.count(Address.id)).where(Address.customer_id == customer.id, Address.id != address.id)
    )
    if address.is_head_office and others:
        raise Refused(Reason.HEAD_OFFICE_NEEDED, name=str(address))
    said = digest(address.id, str(address), address.changed_at, address.is_invoice)
    return RemovePlan(customer.id, customer.name, str(address), address.is_invoice, said)


def do(session: Session, actor: Looker, chosen: Chosen, expected: str) -> Changeset:
    """Remove as planned, in one changeset. Conflict when the address changed since the plan was shown."""
    with changeset(session, actor, "Delete address {name}", origin=Origin.DELETE) as kept:
        address, customer = meant(session, actor, Address, chosen)
        hold(session, Customer, [customer.id])
        going = plan(session, actor, chosen)
        require_unchanged(expected, going.digest)
        session.delete(address)
        kept.values = {
            "name": going.name,
            "count": 1,
            "records": 1,
            "noun": Address.__tablename__,
            "customer_id": customer.id,
        }
    return kept
