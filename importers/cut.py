"""What a source cut short says nothing about the rest: a longer value that begins the same way is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from importers.columns import COLUMNS, Place
from importers.known import Held
from importers.rows import Record, full_name
from models.base import folded
from models.imports import ImportKind

Limits = Mapping[str, Collection[int]]


def is_cut(value: object, held: object, lengths: Collection[int]) -> bool:
    """Whether a value is what is left of the held one at one of these lengths.

    >>> is_cut("De Vries Logistiek en", "De Vries Logistiek en Opslag B.V.", (22,))
    True
    >>> is_cut("De Vries", "De Vries Logistiek", (22,))
    False
    """
    if not (isinstance(value, str) and isinstance(held, str)):
        return False
    return any(len(held) > length and folded(held[:length]) == folded(value) for length in lengths)


def keep_longer(record: Record, held: Held, kind: ImportKind, limits: Limits) -> None:
    """Put what is held in the place of every value of a row that is only its beginning."""
    if not limits:
        return
    columns, parts = COLUMNS[kind], {Place.HEAD_OFFICE: held.head_office, Place.INVOICE: held.invoice_address}
    for key, value in record.values.items():
        column = columns.get(key)
        has = None if column is None else held.values if column.place is Place.SELF else parts.get(column.place)
        if column and column.attribute and has and is_cut(value, has.get(column.attribute), limits.get(key, ())):
            record.values[key] = has[column.attribute]
    if is_cut(record.whole_name, held.name, limits.get("name", ())):
        record.whole_name = held.name
    if kind is ImportKind.CUSTOMERS:
        _keep_longer_contact(record, held, limits)


def _keep_longer_contact(record: Record, held: Held, limits: Limits) -> None:
    values = record.values
    name = full_name(values, "main_contact.")
    for link in held.links:
        if is_cut(name, link["contact_name"], limits.get("main_contact.contact", ())):
            values["main_contact.first_name"] = link["contact_first_name"]
            values["main_contact.last_name"] = link["contact_last_name"]
        for field in ("first_name", "last_name", "email", "phone", "mobile"):
            key = f"main_contact.{field}"
            if is_cut(values.get(key), link[f"contact_{field}"], limits.get(key, ())):
                values[key] = link[f"contact_{field}"]
