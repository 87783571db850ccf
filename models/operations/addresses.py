"""What the verbs on an address share: finding the one that is meant, and who may touch it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.customer import Address, Customer
from models.errors import NotFound, Reason, Refused
from models.operations.selection import Chosen, Selection
from models.user import Right


def meant(session: Session, actor: Looker, chosen: Chosen) -> tuple[Address, Customer]:
    """The address and its customer, for who may edit that customer. Refused when it is archived."""
    ids = Selection.of(chosen).resolve(session)
    address = session.scalar(select(Address).where(Address.id == ids[0])) if len(ids) == 1 else None
    if address is None:
        raise NotFound
    access.require(session, actor, Right.EDIT, address.customer_id)
    customer = session.get_one(Customer, address.customer_id)
    if customer.is_archived:
        raise Refused(Reason.ARCHIVED_IS_LOCKED, name=customer.name)
    return address, customer
