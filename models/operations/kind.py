"""Turn a business into a private person and back: only while no service agreement is active (TS-16, TS-17)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import access, clock, settings
from models.access import Looker
from models.base import EVERYTHING
from models.customer import Customer, Kind
from models.errors import Problems, Reason, Refused
from models.journal import Changeset, Origin, changeset
from models.operations import fields
from models.operations.consequences import digest, hold, require_unchanged
from models.sales import Agreement, running
from models.user import Right


def in_the_way(session: Session, customer: Customer) -> Iterator[Refused]:
    """The refusal to change this customer's kind, if there is one. Agreements count whether they are seen or not.

    Not where the office uses none: nobody could end them.
    """
    if not settings.get(session, "use_agreements"):
        return
    count = session.scalar(
        select(func.count(Agreement.id)).where(
            Agreement.customer_id == customer.id, running(clock.of(session).today())
        ),
        execution_options=EVERYTHING,
    )
    if count:
        yield Refused(Reason.AGREEMENT_ACTIVE, "kind", name=customer.name, count=count)


@dataclass(frozen=True)
class KindPlan:
    """What becomes of a customer: its names under the new kind, and what is in the way (empty: nothing)."""

    customer_id: int
    name: str
    old: Kind
    new: Kind
    values: dict[str, str | None]
    problems: tuple[Refused, ...]
    digest: str


def plan(
    session: Session, actor: Looker, customer_id: int, new: Kind, values: Mapping[str, str | None] | None = None
) -> KindPlan:
    """What turning the customer into this kind would do; writes nothing.

    `values` are names that the page gives; those it does not give stay, or are taken from the other name.
    """
    customer = access.there(session, Customer, customer_id)
    access.require(session, actor, Right.EDIT, customer_id)
    names = _names(customer, new, values or {})
    problems = list(_problems(session, customer, new, names))
    said = digest(customer_id, customer.kind, new, sorted(names.items()), [str(problem) for problem in problems])
    return KindPlan(customer_id, customer.name, customer.kind, new, names, tuple(problems), said)


def do(
    session: Session,
    actor: Looker,
    customer_id: int,
    new: Kind,
    expected: str,
    values: Mapping[str, str | None] | None = None,
) -> Changeset:
    """Change the kind as planned. Nothing is lost: the names of the old kind stay on the record.

    Raises Problems, among them AGREEMENT_ACTIVE, or Conflict when the plan is another one by now.
    """
    title = "Make {name} a company" if new is Kind.BUSINESS else "Make {name} a private person"
    before = session.get(Customer, customer_id)
    with changeset(session, actor, title, origin=Origin.CONVERT, name=before.name if before else "") as kept:
        hold(session, Customer, [customer_id])
        going = plan(session, actor, customer_id, new, values)
        require_unchanged(expected, going.digest)
        if going.problems:
            raise Problems(going.problems)
        customer = session.get_one(Customer, customer_id)
        for name, value in going.values.items():
            setattr(customer, name, value)
        customer.kind = new
    return kept


NAMES = ("company_name", "first_name", "last_name")


def _names(customer: Customer, new: Kind, values: Mapping[str, str | None]) -> dict[str, str | None]:
    names: dict[str, str | None] = {name: values.get(name, getattr(customer, name)) or None for name in NAMES}
    if new is Kind.BUSINESS and not names["company_name"]:
        names["company_name"] = customer.name
    if new is Kind.PRIVATE and not (names["first_name"] or names["last_name"]):
        first, _, last = customer.name.partition(" ")
        names |= {"first_name": first, "last_name": last or None}
    return names


def _problems(session: Session, customer: Customer, new: Kind, names: Mapping[str, str | None]) -> Iterator[Refused]:
    if customer.kind is new:
        yield Refused(Reason.ALREADY_THIS_KIND, "kind", name=customer.name)
    if customer.is_archived:
        yield Refused(Reason.ARCHIVED_IS_LOCKED, "kind", name=customer.name)
    yield from in_the_way(session, customer)
    yield from fields.names_missing(Customer, {**names, "kind": new})
    yield from (problem for name, value in names.items() if (problem := fields.misfits(Customer, name, value)))
