"""What was registered and invoiced for one customer: each total one grouped query that an index answers.

The SELECT hook narrows them by itself: without "see all totals" only one's own registrations count, and without
"see revenue" there are no invoices to add up.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Integer, case, cast, extract, func, select
from sqlalchemy.orm import Session

from models.base import Money
from models.project import Project, Registration, RegistrationStatus
from models.sales import BILLED, Invoice
from models.user import User

# More than these are for the list of projects.
MOST_PROJECTS = 200


@dataclass(frozen=True)
class PeriodTotal:
    """The minutes and the amount of one month."""

    year: int
    month: int
    minutes: int
    amount: Decimal


@dataclass(frozen=True)
class PersonTotal:
    """The minutes and the amount of one employee; `user_id` None is somebody who is gone."""

    user_id: int | None
    name: str | None
    minutes: int
    amount: Decimal
    last_day: dt.date


@dataclass(frozen=True)
class YearTotal:
    """What was invoiced in one year in one currency."""

    year: int
    currency: str
    amount: Decimal
    invoices: int


def per_month(session: Session, customer_id: int, since: dt.date) -> list[PeriodTotal]:
    """Totals of each month from `since` on that has registrations, oldest first."""
    year, month = cast(extract("year", Registration.day), Integer), cast(extract("month", Registration.day), Integer)
    rows = session.execute(
        select(year, month, func.sum(Registration.minutes), func.sum(Registration.amount, type_=Money()))
        .where(Registration.customer_id == customer_id, Registration.day >= since)
        .group_by(year, month)
        .order_by(year, month)
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
        )
        .where(Registration.customer_id == customer_id, Registration.day.between(since, until))
        .group_by(Registration.user_id)
        .subquery()
    )
    rows = session.execute(
        select(totals.c.user_id, User.name, totals.c.minutes, totals.c.amount, totals.c.last_day)
        .outerjoin(User, User.id == totals.c.user_id)
        .order_by(totals.c.minutes.desc(), totals.c.user_id)
    )
    return [PersonTotal(*row) for row in rows]


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
