"""Relations: who may make and change one, and that the same two have one of a kind only, each way it can be read.

A relation hangs between two, so the right to edit either is enough; the other has to be there for whoever does it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
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
from models.settings import ListValue
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
    """Why two cannot have this relation: it is one and the same, or the same is said of them already, from either side.

    "Supplier of" may hold both ways at once; a kind that has one name for both sides cannot say more than once.
    """
    customer, other, contact = (relation.get(name) for name in (*CUSTOMERS, "contact_id"))
    if other is None and contact is None:
        yield Refused(Reason.MISSING, "other_customer_id")
    elif customer == other:
        yield Refused(Reason.RELATED_TO_ITSELF, "other_customer_id")
    kind = session.get(ListValue, relation["kind_id"]) if relation.get("kind_id") else None
    same = select(Connection).where(Connection.kind_id == relation.get("kind_id"), Connection.id != (key or 0))
    is_reversed = None if kind is None or kind.reads_alike else bool(relation.get("is_reversed"))
    found = session.scalars(same.where(_between(customer, other, contact, is_reversed)).limit(1)).first()
    if found is not None:
        yield Refused(Reason.ALREADY_RELATED, "kind_id", name=found.customer.name, other=str(found.other))


def _between(
    customer: int | None, other: int | None, contact: int | None, is_reversed: bool | None
) -> ColumnElement[bool]:
    """Relations of the same two, that read the same way; None: either way."""

    def way(turned: bool | None) -> ColumnElement[bool]:
        return true() if turned is None else Connection.is_reversed.is_(turned)

    if other is None:
        return and_(Connection.customer_id == customer, Connection.contact_id == contact, way(is_reversed))
    turned = None if is_reversed is None else not is_reversed
    ends = ((customer, other, is_reversed), (other, customer, turned))
    return or_(
        *(
            and_(Connection.customer_id == one, Connection.other_customer_id == two, way(reads))
            for one, two, reads in ends
        )
    )


def _customers(relation: Values) -> list[int]:
    return [relation[name] for name in CUSTOMERS if isinstance(relation.get(name), int)]


def other_name(session: Session, relation: Values) -> str:
    """What the other side of a new relation is called, as far as one may see it."""
    contact = relation.get("contact_id")
    query = select(Customer.name).where(Customer.id == relation.get("other_customer_id"))
    return session.scalar(query if contact is None else select(Contact.name).where(Contact.id == contact)) or ""


def twice(kinds: Collection[int], into: ListValue) -> ColumnElement[bool]:
    """Relations of these kinds that would stand there twice, were their kind `into`: all but one of those alike."""
    mine, theirs = _CONNECTION.c, _CONNECTION.alias("other").c
    straight, turned = mine.is_reversed == theirs.is_reversed, mine.is_reversed != theirs.is_reversed
    if into.reads_alike:
        straight = turned = true()
    same = or_(
        and_(theirs.customer_id == mine.customer_id, theirs.other_customer_id == mine.other_customer_id, straight),
        and_(theirs.customer_id == mine.other_customer_id, theirs.other_customer_id == mine.customer_id, turned),
        and_(theirs.customer_id == mine.customer_id, theirs.contact_id == mine.contact_id, straight),
    )
    first = or_(theirs.kind_id == into.id, and_(one_of(theirs.kind_id, kinds), theirs.id < mine.id))
    return and_(one_of(mine.kind_id, kinds), exists().where(theirs.id != mine.id, same, first))
