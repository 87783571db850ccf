"""What the verbs on a row below a customer share: finding the one that is meant, and who may touch it."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from models import access
from models.access import Looker
from models.base import Base
from models.customer import Customer
from models.errors import NotFound, Reason, Refused
from models.operations.selection import Chosen, Selection
from models.user import Right

N = TypeVar("N", bound=Base)


def with_above(noun: type[Base]) -> list[ExecutableOption]:
    """Load along the customer and the project that lock a row below them once they are archived."""
    return [joinedload(getattr(noun, name)) for name in ("customer", "project") if hasattr(noun, name)]


def meant(session: Session, actor: Looker, noun: type[N], chosen: Chosen) -> tuple[N, Customer]:
    """The row and its customer, for who may edit that customer. Refused when it or the project is archived."""
    ids = Selection.of(chosen).resolve(session)
    found = select(noun).where(noun.id == ids[0]).options(*with_above(noun)) if len(ids) == 1 else None
    row: Any = None if found is None else session.scalar(found)
    if row is None:
        raise NotFound
    access.require(session, actor, Right.EDIT, row.customer_id)
    customer, project = session.get_one(Customer, row.customer_id), getattr(row, "project", None)
    for one in (customer, project):
        if one is not None and one.is_archived:
            raise Refused(Reason.ARCHIVED_IS_LOCKED, name=one.name)
    return row, customer
