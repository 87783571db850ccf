"""Take a contact off the card of a customer. Both stay, and so does every other link that the contact has."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.base import utc_now
from models.contact import CustomerContact
from models.customer import Customer
from models.journal import Changeset, changeset
from models.operations import revoke
from models.operations.below import meant
from models.operations.consequences import NAMED, LeftOut, digest, hold, require_unchanged
from models.operations.selection import Chosen
from models.user import Right


@dataclass(frozen=True)
class UnlinkPlan:
    """Which contact leaves which customer. `others`: further customers of the contact, as far as one may see them.

    `invitations`: how many to portals of this customer are revoked along. `out_of_sight`: who does this will not see the
    contact afterwards, because they see none of its customers then.
    """

    customer_id: int
    customer: str
    contact_id: int
    name: str
    is_main: bool
    is_invoice_contact: bool
    others: tuple[str, ...]
    out_of_sight: bool
    invitations: int
    digest: str
    count: int = 1
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


def plan(session: Session, actor: Looker, chosen: Chosen) -> UnlinkPlan:
    """What unlinking would do; writes nothing."""
    link, customer = meant(session, actor, CustomerContact, chosen)
    others = tuple(
        session.scalars(
            select(Customer.name)
            .join(CustomerContact, CustomerContact.customer_id == Customer.id)
            .where(CustomerContact.contact_id == link.contact_id, CustomerContact.id != link.id)
            .order_by(Customer.name_key, Customer.id)
            .limit(NAMED)
        )
    )
    invitations = len(revoke.in_force(session, customer.id, link.contact_id))
    said = digest(link.id, link.function, link.is_main, link.is_invoice_contact, others, invitations)
    return UnlinkPlan(
        customer.id,
        customer.name,
        link.contact_id,
        link.contact.name,
        link.is_main,
        link.is_invoice_contact,
        others,
        not others and not access.may(session, actor, Right.VIEW),
        invitations,
        said,
    )


def do(session: Session, actor: Looker, chosen: Chosen, expected: str) -> Changeset:
    """Unlink as planned, in one changeset. Conflict when the link changed since the plan was shown."""
    with changeset(session, actor, "Unlink contact {name} from {customer}") as kept:
        link, customer = meant(session, actor, CustomerContact, chosen)
        hold(session, Customer, [customer.id])
        going = plan(session, actor, chosen)
        require_unchanged(expected, going.digest)
        for invitation in revoke.in_force(session, customer.id, link.contact_id):
            invitation.revoked_at = utc_now()
        session.delete(link)
        kept.values = {
            "name": going.name,
            "customer": customer.name,
            "customer_id": customer.id,
            "contact_id": going.contact_id,
        }
    return kept
