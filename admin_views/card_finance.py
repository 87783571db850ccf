"""Finance and settings on the card of a customer: what was invoiced, and what new work begins with."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views import portal, shell
from models import totals
from models.access import Looker
from models.customer import BankAccount, Customer
from models.totals import YearTotal

# As many years as a chart can hold side by side on a phone.
YEARS_SHOWN = 8

Bars = list[tuple[str, float, str, str]]


def finance(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """What was invoiced each year, and what may come; only for who may see amounts."""
    years = totals.invoiced_per_year(session, customer.id)
    return {
        "invoiced": years,
        "charts": charts(years),
        "forecasts": totals.forecast(session, customer.id),
        "quotes": totals.open_quotes(session, customer.id),
    }


def charts(years: list[YearTotal]) -> dict[str, Bars]:
    """The bars of each currency, the busiest first: (year, amount, printed amount, style). Currencies do not add up."""
    by_currency = sorted(years, key=lambda one: (one.currency, one.year))
    found = {
        currency: [bar(one) for one in of_one][-YEARS_SHOWN:]
        for currency, of_one in groupby(by_currency, key=lambda one: one.currency)
    }
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def bar(year: YearTotal) -> tuple[str, float, str, str]:
    """One year; this one is not closed yet."""
    style = "open" if year.year == shell.this_year() else ""
    return str(year.year), float(year.amount), shell.whole(int(shell.rounded(year.amount))), style


def defaults(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """What new work for this customer begins with, its segments, accounts and portals."""
    return {
        "accounts": list(session.scalars(select(BankAccount).where(BankAccount.customer_id == customer.id))),
        "segments": segments(customer),
        "portals": portal.portals_of(session, customer),
        "state_of": portal.state_of,
    }


def segments(customer: Customer) -> list[tuple[str, list[Any]]]:
    """The labels of a customer by group, those of no group last."""

    def group(label: Any) -> tuple[bool, int, str]:
        return label.group is None, label.group.position if label.group else 0, label.group.name if label.group else ""

    return [(key[2], list(of_one)) for key, of_one in groupby(sorted(customer.labels, key=group), key=group)]
