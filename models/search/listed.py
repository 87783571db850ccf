"""The rows of a list of customers, with the figures and labels beside them: two queries, whatever the table holds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, bindparam, cast, func, select
from sqlalchemy.orm import Session

from models.base import ROW_BY_ROW
from models.customer import Address, Customer, Kind
from models.label import Colour, CustomerLabel, Label
from models.project import Registration
from models.sales import BILLED, Invoice
from models.search.nouns import OPEN
from models.user import User


class Named(NamedTuple):
    """A person beside a row."""

    id: int
    name: str


class Place(NamedTuple):
    """Where a head office is."""

    city: str | None
    country: str | None


class Chip(NamedTuple):
    """A label as it is shown."""

    name: str
    colour: Colour


@dataclass(slots=True)
class ListedCustomer:
    """A customer as lists show it, for reading only: records of the ORM would take three times as long.

    `open_registrations` and `revenue` are those that may be seen; revenue is by currency, and empty where nothing is.
    """

    id: int
    kind: Kind
    name: str
    number: str
    currency: str | None
    archived_at: dt.datetime | None
    changed_at: dt.datetime
    owner: Named | None
    head_office: Place | None
    open_registrations: int
    revenue: Mapping[str, Decimal]
    labels: Sequence[Chip]

    def __str__(self) -> str:
        return self.name


def listed(session: Session, ids: Sequence[int], year: int) -> list[ListedCustomer]:
    """The customers with these ids, in that order; revenue is that of the year, drafts of invoices do not count.

    The SELECT hook narrows it all by itself: without "see revenue" there are no invoices, without "see all totals" only
    one's own registrations.
    """
    if not ids:
        return []
    chips = defaultdict[int, list[Chip]](list)
    for key, name, colour in session.execute(_labels(), {"ids": ids}, execution_options=ROW_BY_ROW):
        chips[key].append(Chip(name, colour))
    days = {"first": dt.date(year, 1, 1), "last": dt.date(year, 12, 31)}
    rows = session.execute(_customers(), {"ids": ids, **days}, execution_options=ROW_BY_ROW)
    found = {row[0]: _listed(row, chips[row[0]]) for row in rows}
    return [found[key] for key in ids if key in found]


def _listed(row: Any, labels: Sequence[Chip]) -> ListedCustomer:
    key, kind, name, number, currency, archived_at, changed_at, *beside, open_registrations, revenue = row
    owner_id, owner, office_id, city, country = beside
    return ListedCustomer(
        key,
        kind,
        name,
        number,
        currency,
        archived_at,
        changed_at,
        None if owner_id is None else Named(owner_id, owner),
        None if office_id is None else Place(city, country),
        open_registrations,
        _amounts(revenue),
        labels,
    )


def _amounts(told: str | None) -> dict[str, Decimal]:
    """Amounts by currency, from "EUR 1250,SEK 900" in cents."""
    pairs = (one.rpartition(" ") for one in sorted(told.split(","))) if told else ()
    return {currency: Decimal(cents).scaleb(-2) for currency, _, cents in pairs}


# Both are made once: to put a statement together costs about as much as to run it.


@lru_cache(maxsize=1)
def _customers() -> Select[*tuple[Any, ...]]:
    waiting = select(func.count(Registration.id)).where(Registration.customer_id == Customer.id, OPEN).scalar_subquery()
    invoiced = (
        select(Invoice.currency, func.sum(Invoice.amount, type_=Integer()).label("cents"))
        .where(
            Invoice.customer_id == Customer.id,
            Invoice.day.between(bindparam("first"), bindparam("last")),
            Invoice.status.in_(BILLED),
        )
        .group_by(Invoice.currency)
        .correlate(Customer)
        .subquery()
    )
    # In one value, so that a row stays a row: "EUR 1250,SEK 900".
    told = invoiced.c.currency + " " + cast(invoiced.c.cents, String)
    revenue = select(func.aggregate_strings(told, ",")).scalar_subquery()
    return (
        select(
            Customer.id,
            Customer.kind,
            Customer.name,
            Customer.number,
            Customer.currency,
            Customer.archived_at,
            Customer.changed_at,
            User.id,
            User.name,
            Address.id,
            Address.city,
            Address.country,
            waiting,
            revenue,
        )
        .outerjoin(Customer.owner)
        .outerjoin(Customer.head_office)
        .where(Customer.id.in_(bindparam("ids", expanding=True)))
    )


@lru_cache(maxsize=1)
def _labels() -> Select[int, str, Colour]:
    return (
        select(CustomerLabel.customer_id, Label.name, Label.colour)
        .join(Label, Label.id == CustomerLabel.label_id)
        .where(CustomerLabel.customer_id.in_(bindparam("ids", expanding=True)))
        .order_by(Label.name)
    )
