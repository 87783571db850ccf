"""The overview on the card of a customer: key numbers, totals per period and per employee."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from admin_views import history, shell
from models import access, totals
from models.access import Looker
from models.base import ROW_BY_ROW
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.user import Right

MONTHS_SHOWN = 12
# As many years as there are figures for, at most; and this one with the one before it in any case.
YEARS_SHOWN = 10
# The periods of the chart, with how many months each has.
MONTHS_OF = {"months": 1, "quarters": 3, "years": 12}


def overview(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """Key numbers, totals per period and per employee: of everybody, or one's own only."""
    today = shell.today()
    asked = request.args.get("period", "")
    period = asked if asked in MONTHS_OF else "months"
    # No chart begins later than this year does, so that its totals come from the same query.
    longest = shown_periods(period, today, dt.date.min.year)
    months = totals.per_month(session, customer.id, first_day(longest[0], period))
    shown = shown_periods(period, today, months[0].year if months else today.year)
    sees_revenue = access.may(session, looker, Right.SEE_REVENUE, customer.id)
    measure = "value" if request.args.get("measure") == "value" and sees_revenue else "hours"
    people = totals.per_person(session, customer.id, dt.date(today.year, 1, 1), dt.date(today.year, 12, 31))
    year = [month for month in months if month.year == today.year]
    return {
        "sees_all": access.may(session, looker, Right.SEE_ALL_TOTALS, customer.id),
        "sees_revenue": sees_revenue,
        "measure": measure,
        "period": period,
        "bars": bars(months, measure, period, shown),
        "this_month": sum(m.minutes for m in year if m.month == today.month),
        **before(months, today),
        "this_year": sum(m.minutes for m in year),
        "value": sum((m.amount for m in year), Decimal(0)),
        "open_registrations": totals.open_registrations(session, customer.id),
        "people": people,
        # A rate of 0 is meant.
        "worthless": sum(one.worthless for one in people) if customer.hourly_rate != 0 else 0,
        "main_contact": main_contact(session, customer.id),
        "latest": history.latest(session, customer_id=customer.id, limit=4),
        "year": today.year,
    }


def before(months: list[totals.PeriodTotal], today: dt.date) -> dict[str, Any]:
    """The minutes of the month before this one, and its name."""
    last = today.replace(day=1) - dt.timedelta(days=1)
    minutes = sum(one.minutes for one in months if (one.year, one.month) == (last.year, last.month))
    return {"last_month": minutes, "last_month_name": format_date(last, "LLLL")}


def bars(
    months: list[totals.PeriodTotal], measure: str, period: str, shown: list[tuple[int, int]]
) -> list[tuple[str, float, str, str]]:
    """The bars of the chart: (label, value, printed value, style). The last of the periods is not closed yet."""
    found: dict[tuple[int, int], Decimal] = {}
    for one in months:
        key = {"quarters": (one.year, (one.month - 1) // 3), "years": (one.year, 0)}.get(period, (one.year, one.month))
        value = one.amount if measure == "value" else Decimal(one.minutes)
        found[key] = found.get(key, Decimal(0)) + value
    made = []
    for key in shown:
        total = found.get(key, Decimal(0))
        value, text = (total, shell.whole(int(shell.rounded(total)))) if measure == "value" else in_hours(total)
        is_open = key == shown[-1]
        is_of_another_year = period != "years" and key[0] != shown[-1][0]
        style = "open" if is_open else "pale" if is_of_another_year else ""
        made.append((period_name(key, period), float(value), text, style))
    return made


def in_hours(minutes: Decimal) -> tuple[Decimal, str]:
    """As hours, and as they are printed among the key numbers."""
    return minutes / 60, shell.hours(int(minutes))


def shown_periods(period: str, today: dt.date, first: int) -> list[tuple[int, int]]:
    """The periods of the chart, up to the one that is not closed yet; `first` is the year in which there are figures."""
    if period == "years":
        begins = max(today.year - YEARS_SHOWN + 1, min(first, today.year - 1))
        return [(year, 0) for year in range(begins, today.year + 1)]
    if period == "quarters":
        last = today.year * 4 + (today.month - 1) // 3
        return [divmod(number, 4) for number in range(last - 6, last + 1)]
    last = today.year * 12 + today.month - 1
    return [(number // 12, number % 12 + 1) for number in range(last - MONTHS_SHOWN + 1, last + 1)]


def first_day(key: tuple[int, int], period: str) -> dt.date:
    """The day a period begins."""
    year, number = key
    return dt.date(year, number if period == "months" else number * MONTHS_OF[period] + 1, 1)


def period_name(key: tuple[int, int], period: str) -> str:
    """Nov, Q4 2026, 2026."""
    if period == "years":
        return str(key[0])
    if period == "quarters":
        return f"Q{key[1] + 1} {key[0]}"
    return format_date(dt.date(key[0], key[1], 1), "LLL")


def main_contact(session: Session, customer_id: int) -> CustomerContact | None:
    """The main contact, or the first active one."""
    return session.scalar(
        select(CustomerContact)
        .join(Contact, Contact.id == CustomerContact.contact_id)
        .where(CustomerContact.customer_id == customer_id, Contact.archived_at.is_(None))
        .order_by(CustomerContact.is_main.desc(), CustomerContact.id)
        .options(joinedload(CustomerContact.contact))
        .limit(1),
        execution_options=ROW_BY_ROW,
    )
