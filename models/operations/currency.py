"""What time is worth is kept without a currency, in that of its customer: which stays while there are such amounts.

Invoices, quotes and opportunities say their own. Where a customer says none, it is the one that amounts are shown in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from models.among import one_of
from models.base import Base
from models.customer import Customer
from models.errors import Reason, Refused
from models.journal import Change, Changeset, Operation, Written
from models.project import Project, Registration

UNSAID = "EUR"
_customer = Base.metadata.tables[Customer.__tablename__].c
_project = Base.metadata.tables[Project.__tablename__].c
_registration = Base.metadata.tables[Registration.__tablename__].c


@dataclass(frozen=True)
class Kept:
    """Whose amounts there are, in which currency, and how many."""

    name: str
    currency: str
    amounts: int

    def turns_into(self, other: str | None) -> bool:
        """Whether they would be shown in another currency."""
        return self.currency != (other or UNSAID)

    def refusal(self, other: str | None, field: str | None = None) -> Refused:
        """Why they are not."""
        return Refused(Reason.AMOUNTS_STAY, field, **vars(self), other=other or UNSAID)


def amounts(session: Session, ids: Iterable[int]) -> dict[int, Kept]:
    """The amounts of these customers, of those that have any: whether they are seen or not."""
    found = session.execute(
        select(_customer.id, _customer.name, _customer.currency, func.count())
        .join_from(Customer.__table__, Registration.__table__)
        .where(one_of(_customer.id, ids), _registration.amount != 0)
        .group_by(_customer.id, _customer.name, _customer.currency)
    )
    return {key: Kept(name, currency or UNSAID, count) for key, name, currency, count in found}


def in_the_way(session: Session, customer_id: int, other: str | None) -> Iterator[Refused]:
    """The refusal to give this customer another currency, if there is one. Time that is being registered is waited for."""
    session.execute(select(_customer.id).where(_customer.id == customer_id).with_for_update())
    kept = amounts(session, [customer_id]).get(customer_id)
    if kept and kept.turns_into(other):
        yield kept.refusal(other, "currency")


def of_project(session: Session, project: Project, customer_id: int) -> Iterator[Refused]:
    """The refusal to move a project with amounts to a customer with another currency, if that is so."""
    currencies = {
        key: currency or UNSAID
        for key, currency in session.execute(
            select(_customer.id, _customer.currency).where(one_of(_customer.id, {project.customer_id, customer_id}))
        )
    }
    if len(set(currencies.values())) < 2:
        return
    session.execute(select(_project.id).where(_project.id == project.id).with_for_update())
    amounts = select(func.count()).where(_registration.project_id == project.id, _registration.amount != 0)
    if count := session.scalar(amounts):
        kept = Kept(project.name, currencies[project.customer_id], count)
        yield kept.refusal(currencies[customer_id], "customer_id")


def turned(session: Session, changeset_id: int, original: Changeset, written: Written) -> Refused | None:
    """Why an undo, whose changeset this is, would turn amounts into another currency, if it would.

    It sets back the currency of who has amounts now, or brings amounts back to who has another one since `original`.
    `written` is what it writes to: where neither currencies nor registrations are in it, nothing has to be read.
    """
    change = Change.__table__.c

    def first(*about: ColumnElement[bool]) -> dict[int, str]:
        """Customer -> its currency before the first of these changes of it."""
        was, now = change.before["currency"].as_string(), change.after["currency"].as_string()
        changed = select(change.row_id, was).where(
            change.table_name == Customer.__tablename__,
            change.operation == Operation.UPDATE,
            was.is_distinct_from(now),
            *about,
        )
        return {key: currency or UNSAID for key, currency in session.execute(changed.order_by(change.id.desc()))}

    came = select(change.row_id).where(
        change.changeset_id == changeset_id,
        change.table_name == Registration.__tablename__,
        or_(
            change.operation == Operation.INSERT,
            change.before["customer_id"].as_integer() != change.after["customer_id"].as_integer(),
        ),
    )
    now_at = select(_registration.customer_id).where(_registration.id.in_(came), _registration.amount != 0).distinct()
    brought = set(session.scalars(now_at)) if Registration.__tablename__ in written else set[int]()
    before = {
        **(first(change.changeset_id == changeset_id) if "currency" in written.get(Customer.__tablename__, ()) else {}),
        **(first(change.id > original.last_change_id, one_of(change.row_id, brought)) if brought else {}),
    }
    for key, kept in amounts(session, before).items() if before else ():
        if kept.turns_into(before[key]):
            return replace(kept, currency=before[key]).refusal(kept.currency)
    return None
