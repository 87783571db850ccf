"""Take a row away from its customer: an address, a bank account, an agreement. It comes back from the bin as it was."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import Looker
from models.activity import Activity, Attachment, Comment
from models.base import Base
from models.customer import Address, BankAccount, Customer
from models.errors import Reason, Refused
from models.journal import Changeset, Origin, changeset
from models.operations import fields
from models.operations.below import meant
from models.operations.consequences import LeftOut, count_below, digest, hold, require_unchanged
from models.operations.selection import Chosen
from models.project import Registration, RegistrationStatus
from models.sales import Agreement, Opportunity, Portal, PortalGrant

Removable = (
    type[Address]
    | type[BankAccount]
    | type[Activity]
    | type[Comment]
    | type[Attachment]
    | type[Agreement]
    | type[Opportunity]
    | type[Registration]
    | type[Portal]
)
TITLES: dict[type[Base], str] = {
    Address: "Delete address {name}",
    BankAccount: "Delete bank account {name}",
    Activity: "Delete activity {name}",
    Comment: "Delete comment {name}",
    Attachment: "Delete file or link {name}",
    Agreement: "Delete agreement {name}",
    Opportunity: "Delete opportunity {name}",
    Registration: "Delete registration {name}",
    Portal: "Delete portal {name}",
}


@dataclass(frozen=True)
class RemovePlan:
    """What would go, and from which customer. `is_invoice`: an address, after which invoices go to the head office.

    `invitations`: how many go along with a portal.
    """

    customer_id: int
    customer: str
    name: str
    is_invoice: bool
    invitations: int
    digest: str
    count: int = 1
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


def plan(session: Session, actor: Looker, noun: Removable, chosen: Chosen) -> RemovePlan:
    """What would go; writes nothing. Refused for the head office while there are others: one of them must be it."""
    row, customer = meant(session, actor, noun, chosen)
    if isinstance(row, Address) and row.is_head_office and _has_others(session, row):
        raise Refused(Reason.HEAD_OFFICE_NEEDED, name=str(row))
    if isinstance(row, Registration) and row.status is not RegistrationStatus.OPEN:
        raise Refused(Reason.REGISTRATION_CLOSED)
    invitations = count_below(session, PortalGrant, "portal_id", [row.id]) if isinstance(row, Portal) else 0
    said = digest(noun.__tablename__, row.id, sorted(fields.present(row).items()), invitations)
    is_invoice = isinstance(row, Address) and row.is_invoice
    return RemovePlan(customer.id, customer.name, str(row), is_invoice, invitations, said)


def _has_others(session: Session, address: Address) -> bool:
    others = select(func.count(Address.id)).where(Address.customer_id == address.customer_id, Address.id != address.id)
    return bool(session.scalar(others))


def do(session: Session, actor: Looker, noun: Removable, chosen: Chosen, expected: str) -> Changeset:
    """Remove as planned, in one changeset. Conflict when the row changed since the plan was shown."""
    with changeset(session, actor, TITLES[noun], origin=Origin.DELETE) as kept:
        row, customer = meant(session, actor, noun, chosen)
        hold(session, Customer, [customer.id])
        going = plan(session, actor, noun, chosen)
        require_unchanged(expected, going.digest)
        session.delete(row)
        kept.values = {
            "name": going.name,
            "count": 1,
            "records": 1 + going.invitations,
            "noun": noun.__tablename__,
            "customer_id": customer.id,
            "project_id": getattr(row, "project_id", None),
        }
    return kept
