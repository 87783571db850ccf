"""A customer as it was at a moment: its fields, its head office and its labels, read back from the journal.

What was not changed since is as it is now. It costs what was changed on this one customer, however long the journal is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Base
from models.customer import Address, Customer
from models.journal import Change, first_since
from models.label import CustomerLabel
from models.operations import fields
from models.operations.merging import decoded

Values = Mapping[str, Any]
_TABLES = (Customer.__tablename__, Address.__tablename__, CustomerLabel.__tablename__)


@dataclass(frozen=True)
class Look:
    """What a customer looks like at one moment; a customer without a head office has none."""

    customer: Values
    office: Values | None
    labels: frozenset[int]


def looks(session: Session, customer: Customer, until: dt.datetime) -> tuple[Look | None, Look]:
    """How a customer was when that moment came, and how it is now; None where it was not there yet. Three queries."""
    changes: dict[str, dict[int, Change]] = {name: {} for name in _TABLES}
    for change in first_since(session, until, customer_id=customer.id, tables=_TABLES):
        changes[change.table_name][change.row_id] = change
    offices, links = (
        {row.id: fields.present(row) for row in session.scalars(select(noun).where(noun.customer_id == customer.id))}
        for noun in (Address, CustomerLabel)
    )
    now = Look(fields.present(customer), _office(offices), _labels(links))
    own = changes[Customer.__tablename__].get(customer.id)
    if own is not None and own.before is None:
        return None, now
    then = Look(
        now.customer if own is None else decoded(Customer, own.before or {}),
        _office(_then(offices, changes[Address.__tablename__], Address)),
        _labels(_then(links, changes[CustomerLabel.__tablename__], CustomerLabel)),
    )
    return then, now


def _then(rows: Mapping[int, Values], changes: Mapping[int, Change], noun: type[Base]) -> dict[int, Values]:
    """The rows there were: those of now, but what changed since is as it was before."""
    found = {key: row for key, row in rows.items() if key not in changes}
    return found | {key: decoded(noun, one.before) for key, one in changes.items() if one.before is not None}


def _office(rows: Mapping[int, Values]) -> Values | None:
    return next((row for row in rows.values() if row["is_head_office"]), None)


def _labels(rows: Mapping[int, Values]) -> frozenset[int]:
    return frozenset(row["label_id"] for row in rows.values())
