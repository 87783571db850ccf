"""The card of a customer as it was on a day: its fields, head office and labels, beside what they are now. Read only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from sqlalchemy import Column, literal, select, union_all
from sqlalchemy.orm import Session

from admin_views import images, shell, wording
from models import access
from models.access import Looker
from models.among import one_of
from models.base import Base, Percentage, day_of
from models.customer import Address, Customer, Kind
from models.label import Label
from models.operations import as_it_was, fields
from models.operations.as_it_was import Look

# What stands in a column of its own on the card, in the order of the address.
OFFICE = ("street", "street_2", "postal_code", "city", "region", "country")
LABELS = "labels"


@dataclass(frozen=True)
class Field:
    """A field by its name, as it was and as it is now; an empty text is nothing."""

    label: str
    then: str
    now: str


def asked_day(text: str | None) -> dt.date | None:
    """The day that an address asks for, up to today; None for anything else."""
    day = day_of(text)
    return day if day is not None and day <= shell.today() else None


def on(session: Session, looker: Looker, customer: Customer, day: dt.date) -> Mapping[str, Any]:
    """How the customer was at the end of that day, field by field; `was` is None where it was not there yet.

    `is_unknown`: it was there, but what is known of it begins later, as after it was taken over from elsewhere.
    """
    until = shell.clock().begins(day + dt.timedelta(days=1))
    then, now = as_it_was.looks(session, customer, until)
    if then is None:
        return {"was": None, "changed": [], "is_unknown": customer.created_at < until}
    hidden = access.hidden_columns(session, looker, Customer.__tablename__, customer.id)
    found = [field for field in _fields(then, now, _names(session, then, now), hidden) if field.then or field.now]
    return {
        "was": [field for field in found if field.then],
        "changed": [field for field in found if field.then != field.now],
    }


def _fields(then: Look, now: Look, names: Mapping[tuple[str, int], str], hidden: frozenset[str]) -> Iterator[Field]:
    for name, column in fields.columns(Customer).items():
        if name not in hidden and name not in images.UNSAID:
            texts = (_text(column, look.customer[name], names) for look in (then, now))
            yield Field(images.label_of(Customer.__tablename__, name), *texts)
    columns = fields.columns(Address)
    for name in OFFICE:
        texts = (_text(columns[name], (look.office or {}).get(name), names) for look in (then, now))
        label = images.label_of(Address.__tablename__, name)
        yield Field(gettext("Head office: %(field)s", field=label), *texts)
    table = Label.__tablename__
    yield Field(
        gettext("Labels"),
        *(", ".join(sorted(names.get((table, key), "") for key in look.labels)) for look in (then, now)),
    )


def _text(column: Column[Any], value: Any, names: Mapping[tuple[str, int], str]) -> str:
    """A value in words; what is not there any more, or not to be seen, says so."""
    if value is None or value == "":
        return ""
    target = images.target_of(column)
    if target is not None:
        return names.get((target, value)) or gettext("no longer there, or not for you to see")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dt.date):
        return shell.full(value)
    if isinstance(value, Decimal):
        text = shell.plain_amount(value)
        return f"{text} %" if isinstance(column.type, Percentage) else text
    if column.name in wording.SAID:
        return wording.SAID[column.name](value)
    if isinstance(value, Kind):
        return gettext("Private person") if value is Kind.PRIVATE else gettext("Company")
    return str(value)


def _names(session: Session, then: Look, now: Look) -> dict[tuple[str, int], str]:
    """The names behind all keys, in one query."""
    wanted: dict[str, set[int]] = {Label.__tablename__: {*then.labels, *now.labels}}
    for name, column in fields.columns(Customer).items():
        target = images.target_of(column)
        keys = {look.customer[name] for look in (then, now)} - {None}
        if target is not None:
            wanted.setdefault(target, set()).update(keys)
    parts = []
    for table, keys in sorted(wanted.items()):
        noun: Any = next(m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == table)
        if keys:
            parts.append(select(literal(table), noun.id, noun.name).where(one_of(noun.id, keys)))
    return {(table, key): name for table, key, name in session.execute(union_all(*parts))} if parts else {}
