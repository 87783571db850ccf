"""What was registered and invoiced for one customer: each total one grouped query that an index answers.

The SELECT hook narrows them by itself: without "see all totals" only one's own registrations count, and without
"see revenue" there are no invoices to add up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Numeric,
    case,
    cast,
    extract,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from models import access
from models.among import one_of
from models.base import CENT, Money
from models.project import Project, Registration, RegistrationStatus
from models.sales import BILLED, Invoice, Opportunity, OpportunityState, Quote, QuoteStatus
from models.user import Right, User

# More than these are for the list of projects.
MOST_PROJECTS = 200
MOST_QUOTES = 50


@dataclass(frozen=True)
class PeriodTotal:
    """The minutes and the amount of one month."""

    year: int
    month: int
    minutes: int
    amount: Decimal


@dataclass(frozen=True)
class PersonTotal:
    """The minutes and the amount of one employee; `user_id` None is somebody who is gone.

    `worthless`: of the minutes, those that count as 0 because no rate held when they were registered, or one of 0.
    """

    user_id: int | None
    name: str | None
    minutes: int
    amount: Decimal
    last_day: dt.date
    worthless: int


@dataclass(frozen=True)
class YearTotal:
    """What was invoiced in one year in one currency."""

    year: int
    currency: str
    amount: Decimal
    invoices: int


def per_month(session: Session, customer_id: int, since: dt.date) -> list[PeriodTotal]:
    """Totals of each month from `since` on that has registrations, oldest first."""
    # Day by day first, in the order of the index: to ask each of 100,000 rows for its month takes three times as long.
    days = (
        select(
            Registration.day,
            func.sum(Registration.minutes).label("minutes"),
            func.sum(Registration.amount, type_=BigInteger()).label("cents"),
        )
        .where(Registration.customer_id == customer_id, Registration.day >= since)
        .group_by(Registration.day)
        .subquery()
    )
    year, month = cast(extract("year", days.c.day), Integer), cast(extract("month", days.c.day), Integer)
    minutes, cents = (cast(func.sum(days.c[name]), BigInteger) for name in ("minutes", "cents"))
    rows = session.execute(
        select(year, month, minutes, type_coerce(cents, Money())).group_by(year, month).order_by(year, month)
    )
    return [PeriodTotal(*row) for row in rows]


def per_person(session: Session, customer_id: int, since: dt.date, until: dt.date) -> list[PersonTotal]:
    """Totals of each employee between two days, the busiest first."""
    minutes = func.sum(Registration.minutes)
    totals = (
        select(
            Registration.user_id,
            minutes.label("minutes"),
            func.sum(Registration.amount, type_=Money()).label("amount"),
            func.max(Registration.day).label("last_day"),
            worthless().label("worthless"),
        )
        .where(Registration.customer_id == customer_id, Registration.day.between(since, until))
        .group_by(Registration.user_id)
        .subquery()
    )
    rows = session.execute(
        select(totals.c.user_id, User.name, *list(totals.c)[1:])
        .outerjoin(User, User.id == totals.c.user_id)
        .order_by(totals.c.minutes.desc(), totals.c.user_id)
    )
    return [PersonTotal(*row) for row in rows]


def worthless() -> ColumnElement[int]:
    """The minutes of a group of registrations that count as 0."""
    return func.sum(case((Registration.amount == 0, Registration.minutes), else_=0))


def worthless_among(session: Session, ids: Collection[int]) -> int:
    """The minutes that count as 0 among some registrations."""
    return session.scalar(select(worthless()).where(one_of(Registration.id, ids))) or 0


def open_registrations(session: Session, customer_id: int) -> int:
    """How many registrations are not approved yet."""
    return (
        session.scalar(
            select(func.count(case((Registration.status == RegistrationStatus.OPEN, Registration.id)))).where(
                Registration.customer_id == customer_id
            )
        )
        or 0
    )


def invoiced_per_year(session: Session, customer_id: int) -> list[YearTotal]:
    """What was sent or paid, year by year, the newest first, each currency by itself (TL-38)."""
    year = cast(extract("year", Invoice.day), Integer)
    rows = session.execute(
        select(year, Invoice.currency, func.sum(Invoice.amount, type_=Money()), func.count(Invoice.id))
        .where(Invoice.customer_id == customer_id, Invoice.status.in_(BILLED))
        .group_by(year, Invoice.currency)
        .order_by(year.desc(), Invoice.currency)
    )
    return [YearTotal(*row) for row in rows]


@dataclass(frozen=True)
class ProjectTotal:
    """A project with what was registered on it."""

    project: Project
    minutes: int
    registrations: int


def per_project(session: Session, customer_id: int) -> list[ProjectTotal]:
    """The first projects of a customer, the archived ones last, with their totals."""
    totals = (
        select(
            Registration.project_id,
            func.sum(Registration.minutes).label("minutes"),
            func.count(Registration.id).label("registrations"),
        )
        .where(Registration.customer_id == customer_id)
        .group_by(Registration.project_id)
        .subquery()
    )
    rows = session.execute(
        select(Project, func.coalesce(totals.c.minutes, 0), func.coalesce(totals.c.registrations, 0))
        .outerjoin(totals, totals.c.project_id == Project.id)
        .where(Project.customer_id == customer_id)
        .order_by(Project.archived_at.is_not(None), Project.name, Project.id)
        .limit(MOST_PROJECTS)
    )
    return [ProjectTotal(*row) for row in rows]


Sums = tuple[ColumnElement[Any], ...]


@dataclass(frozen=True)
class Forecast:
    """What may come in one currency: open quotes, and opportunities in the pipeline, `weighted` by their chance."""

    currency: str
    quotes: int
    quoted: Decimal
    opportunities: int
    pipeline: Decimal
    weighted: Decimal

    @property
    def likely(self) -> Decimal:
        """All of it by its chance; a quote counts whole."""
        return self.quoted + self.weighted


def forecast(session: Session, customer_id: int) -> list[Forecast]:
    """What may come of one customer, by currency (VS-06). Nothing for who may not see its revenue."""
    if not access.may(session, access.looker_of(session), Right.SEE_REVENUE, customer_id):
        return []
    none = literal(0, Integer)
    # As large a number as an amount times its chance can be.
    cents = cast(Opportunity.amount, BigInteger)
    columns = ("quotes", "quoted", "opportunities", "pipeline", "hundredfold")
    quoted: Sums = (func.count(Quote.id), func.sum(Quote.amount, type_=Integer()), none, none, none)
    expected: Sums = (none, none, func.count(Opportunity.id), func.sum(cents), func.sum(cents * Opportunity.chance))
    named = [column.label(name) for name, column in zip(columns, quoted, strict=True)]
    rows = union_all(
        select(Quote.currency.label("currency"), *named)
        .where(Quote.customer_id == customer_id, Quote.status == QuoteStatus.OPEN)
        .group_by(Quote.currency),
        select(Opportunity.currency, *expected)
        .where(Opportunity.customer_id == customer_id, Opportunity.state == OpportunityState.PIPELINE)
        .group_by(Opportunity.currency),
    ).subquery()
    sums = (func.sum(rows.c[name], type_=Numeric()) for name in columns)
    found = session.execute(select(rows.c.currency, *sums).group_by(rows.c.currency).order_by(rows.c.currency))
    return [
        Forecast(currency, int(quotes), _amount(cents), int(count), _amount(pipeline), _amount(hundredfold / 100))
        for currency, quotes, cents, count, pipeline, hundredfold in found
    ]


def _amount(cents: Decimal) -> Decimal:
    return (Decimal(cents) / 100).quantize(CENT)


def open_quotes(session: Session, customer_id: int) -> list[Quote]:
    """The quotes that are still open, the newest first; none for who may not see revenue."""
    query = select(Quote).where(Quote.customer_id == customer_id, Quote.status == QuoteStatus.OPEN)
    return list(session.scalars(query.order_by(Quote.day.desc(), Quote.id.desc()).limit(MOST_QUOTES)))
