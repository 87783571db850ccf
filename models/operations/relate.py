"""Relations: who may make and change one, and that the same two have one of a kind only.

A relation hangs between two, so the right to edit either is enough; the other has to be there for whoever does it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.among import one_of
from models.base import Base
from models.connection import Connection
from models.contact import Contact
from models.customer import Customer
from models.errors import NotAllowed, Reason, Refused
from models.operations import fields
from models.operations.consequences import allowed, hold
from models.user import Right

Values = Mapping[str, Any]
CUSTOMERS = ("customer_id", "other_customer_id")
_CONNECTION = Base.metadata.tables[Connection.__tablename__]


def may_edit(session: Session, actor: Looker, relation: Values) -> bool:
    """Whether somebody may edit one of the two."""
    contact = relation.get("contact_id")
    if access.may_at_one(session, actor, Right.EDIT, _customers(relation)):
        return True
    return isinstance(contact, int) and bool(allowed(session, actor, Contact, [contact], Right.EDIT))


def require(session: Session, actor: Looker, relation: Base | None, changes: Values) -> None:
    """Go on only if one of the two may be edited, of those it is between and of those it is to be between.

    The customers are held: meanwhile neither is archived, and nobody makes the same relation.
    """
    before = fields.present(relation) if relation is not None else {}
    after = {**before, **changes}
    hold(session, Customer, {*_customers(before), *_customers(after)})
    for ends in (before, after) if before else (after,):
        if not may_edit(session, actor, ends):
            raise NotAllowed(Reason.NO_RIGHT, right=Right.EDIT)


def in_the_way(session: Session, relation: Values, key: int | None) -> Iterator[Refused]:
    """Why two cannot have this relation: it is one and the same, or they have it already, entered on whichever side."""
    customer, other, contact = (relation.get(name) for name in (*CUSTOMERS, "contact_id"))
    if other is None and contact is None:
        yield Refused(Reason.MISSING, "other_customer_id")
    elif customer == other:
        yield Refused(Reason.RELATED_TO_ITSELF, "other_customer_id")
    same = select(Connection).where(Connection.kind_id == relation.get("kind_id"), Connection.id != (key or 0))
    found = session.scalars(same.where(_between(customer, other, contact)).limit(1)).first()
    if found is not None:
        yield Refused(Reason.ALREADY_RELATED, "kind_id", name=found.customer.name, other=str(found.other))


def _between(customer: int | None, other: int | None, contact: int | None) -> ColumnElement[bool]:
    """Relations of the same two."""
    if other is None:
        return and_(Connection.customer_id == customer, Connection.contact_id == contact)
    ends = ((customer, other), (other, customer))
    return or_(*(and_(Connection.customer_id == one, Connection.other_customer_id == two) for one, two in ends))


def _customers(relation: Values) -> list[int]:
    return [relation[name] for name in CUSTOMERS if isinstance(relation.get(name), int)]


def other_name(session: Session, relation: Values) -> str:
    """What the other side of a new relation is called, as far as one may see it."""
    contact = relation.get("contact_id")
    query = select(Customer.name).where(Customer.id == relation.get("other_customer_id"))
    return session.scalar(query if contact is None else select(Contact.name).where(Contact.id == contact)) or ""


def twice(kinds: Collection[int], into: int) -> ColumnElement[bool]:
    """Relations of these kinds that would stand there twice, were their kind `into`: all but one of those alike."""
    mine, theirs = _CONNECTION.c, _CONNECTION.alias("other").c
    same = or_(
        and_(theirs.customer_id == mine.customer_id, theirs.other_customer_id == mine.other_customer_id),
        and_(theirs.customer_id == mine.other_customer_id, theirs.other_customer_id == mine.customer_id),
        and_(theirs.customer_id == mine.customer_id, theirs.contact_id == mine.contact_id),
    )
    first = or_(theirs.kind_id == into, and_(one_of(theirs.kind_id, kinds), theirs.id < mine.id))
    return and_(one_of(mine.kind_id, kinds), exists().where(theirs.id != mine.id, same, first))
