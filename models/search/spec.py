"""What a list can do: its sort orders and filters, declared once per noun under names that a URL may keep for years."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, or_
from sqlalchemy.orm import InstrumentedAttribute

from models.base import Base
from models.user import Right

Condition = ColumnElement[bool]
Read = Callable[[str], str | None]
Column = InstrumentedAttribute[Any]
ME = "me"
# An id column holds 32 bits on PostgreSQL, which refuses to compare it with more.
LARGEST_KEY = 2**31 - 1


@dataclass(frozen=True)
class Sort:
    """An order of a list. `key` is never NULL and indexed together with the id, which breaks its ties.

    `right` is what one must hold everywhere to sort by it.
    """

    name: str
    key: Column | ColumnElement[Any]
    right: Right | None = None


@dataclass(frozen=True)
class Filter:
    """A filter of a list.

    `read` gives a written value its one spelling, None when it does not fit. `holds` is the condition on a row for any
    of some values. `people` lets `me` stand for whoever is looking; `several`: a comma separates values.
    """

    name: str
    read: Read
    holds: Callable[[Sequence[str]], Condition]
    people: bool = False
    several: bool = True


@dataclass(frozen=True)
class ListSpec:
    """One list: its noun, what "archived" means there (None: nothing is), its usual order, its sorts and filters."""

    noun: type[Base]
    archived_at: Column | None
    order: str
    sorts: dict[str, Sort] = field(default_factory=dict)
    filters: dict[str, Filter] = field(default_factory=dict)

    @classmethod
    def of(cls, noun: type[Base], archived_at: Column | None, order: str, *parts: Sort | Filter) -> ListSpec:
        """A list with these sorts and filters, each under its name."""
        sorts = {part.name: part for part in parts if isinstance(part, Sort)}
        filters = {part.name: part for part in parts if isinstance(part, Filter)}
        return cls(noun, archived_at, order, sorts, filters)


def whole_number(text: str) -> int | None:
    """A number from 1 up in plain digits; None otherwise."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    return int(text) or None


def printable(text: str) -> str:
    """The text without what a database cannot hold or a page cannot show: NUL, lone surrogates, control characters."""
    return "".join(character for character in text if character.isprintable() or character.isspace())


def read_key(text: str) -> str | None:
    """An id."""
    number = whole_number(text)
    return str(number) if number is not None and number <= LARGEST_KEY else None


def read_person(text: str) -> str | None:
    """The id of a user, or `me`."""
    return text if text == ME else read_key(text)


def read_text(text: str) -> str | None:
    """A short text."""
    clean = " ".join(printable(text).split())
    return clean if 0 < len(clean) <= 120 else None


def read_country(text: str) -> str | None:
    """Two letters, in capitals."""
    return text.upper() if len(text) == 2 and text.isascii() and text.isalpha() else None


def key_filter(name: str, column: Column, *, people: bool = False) -> Filter:
    """Rows that refer to one of some others by a column of their own."""
    return Filter(
        name, read_person if people else read_key, lambda values: column.in_([int(v) for v in values]), people
    )


def column_filter(name: str, column: Column, read: Read) -> Filter:
    """Rows whose column has one of the values."""
    return Filter(name, read, lambda values: column.in_(values))


def enum_filter(name: str, column: Column, kind: type[enum.StrEnum]) -> Filter:
    """Rows whose column has one of the members of an enum."""
    members = {member.value: member for member in kind}
    return Filter(
        name, lambda text: text if text in members else None, lambda values: column.in_([members[v] for v in values])
    )


def linked_filter(name: str, column: Column, rows: Select[Any]) -> Filter:
    """Rows for which `rows`, a SELECT tied to the row, finds one whose `column` is one of some ids."""
    return Filter(name, read_key, lambda values: rows.where(column.in_([int(v) for v in values])).exists())


def valued_filter(name: str, read: Read, column: Column, rows: Select[Any], *, several: bool = True) -> Filter:
    """Rows for which `rows`, a SELECT tied to the row, finds one whose `column` has one of the values."""
    return Filter(name, read, lambda values: rows.where(column.in_(values)).exists(), several=several)


def word_filter(name: str, conditions: dict[str, Condition]) -> Filter:
    """Rows for which one of several named conditions holds."""
    return Filter(
        name,
        lambda text: text if text in conditions else None,
        lambda values: or_(*(conditions[value] for value in values)),
    )
