"""What a list can do: its sort orders and filters, declared once per noun under names that a URL may keep for years."""

from __future__ import annotations

import calendar
import datetime as dt
import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.base import Base, whole
from models.clock import Clock

Condition = ColumnElement[bool]
Read = Callable[[str], str | None]
Column = InstrumentedAttribute[Any]
ME = "me"


@dataclass(frozen=True)
class Sort:
    """An order of a list. `key` is never NULL and indexed together with the id, which breaks its ties."""

    name: str
    key: Column | ColumnElement[Any]


@dataclass(frozen=True)
class Narrowing:
    """Something asked of the rows of a list. `holds` is the condition on a row, made so that it uses no index.

    `ids` finds the ids of all such rows by an index, None where there is none. Where they are not `exact`, it finds
    some others as well.
    """

    holds: Condition
    ids: Select[Any] | None = None
    exact: bool = True


@dataclass(frozen=True)
class Filter:
    """A filter of a list.

    `read` gives a written value its one spelling, None when it does not fit. `narrow` says what any of some values
    asks of a row. `people` lets `me` stand for whoever is looking; `several`: a comma separates values. Where what it asks
    hangs on the day or the time it is, `by` makes the same filter for the office's clock.
    """

    name: str
    read: Read
    narrow: Callable[[Sequence[str]], Narrowing]
    people: bool = False
    several: bool = True
    by: Callable[[Clock], Filter] | None = None


@dataclass(frozen=True)
class ListSpec:
    """One list: its noun, what "archived" means there (None: nothing is), its usual order, its sorts and filters.

    `names` are the columns that a short search is the beginning of; where a noun has no search documents, all is
    searched in them. `within` is the condition on the rows that there are at all, of a list that settings cut down.
    """

    noun: type[Base]
    archived_at: Column | None
    order: str
    sorts: dict[str, Sort] = field(default_factory=dict)
    filters: dict[str, Filter] = field(default_factory=dict)
    names: tuple[Column, ...] = ()
    within: Callable[[Session], Condition] | None = None

    @classmethod
    def of(
        cls,
        noun: type[Base],
        archived_at: Column | None,
        order: str,
        *parts: Sort | Filter,
        names: tuple[Column, ...] = (),
        within: Callable[[Session], Condition] | None = None,
    ) -> ListSpec:
        """A list with these sorts and filters, each under its name."""
        sorts = {part.name: part for part in parts if isinstance(part, Sort)}
        filters = {part.name: part for part in parts if isinstance(part, Filter)}
        return cls(noun, archived_at, order, sorts, filters, names, within)


def printable(text: str) -> str:
    """The text without what a database cannot hold or a page cannot show: NUL, lone surrogates, control characters."""
    return "".join(character for character in text if character.isprintable() or character.isspace())


def read_key(text: str) -> str | None:
    """An id."""
    number = whole(text)
    return str(number) if number else None


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


def read_month(text: str) -> str | None:
    """A month, such as 2026-11."""
    year, mark, month = text.partition("-")
    fits = mark and len(year) == 4 and len(month) == 2 and whole(year) and 1 <= (whole(month) or 0) <= 12
    return text if fits else None


def in_month(column: Column, month: str) -> Condition:
    """Whether a day lies in a month."""
    first = dt.date.fromisoformat(f"{month}-01")
    last = calendar.monthrange(first.year, first.month)[1]
    return column.between(first, first.replace(day=last))


def _own(column: Column, condition: Condition, *, holds: Condition) -> Narrowing:
    """Rows with something in a column of their own."""
    rows: Any = column.parent.local_table
    return Narrowing(holds, select(rows.c.id).where(condition))


def _unindexed(column: Column) -> ColumnElement[Any]:
    # A walk along the order of the list must stay one: both databases would go by the column's index instead.
    return column + 0


def key_filter(name: str, column: Column, *, people: bool = False) -> Filter:
    """Rows that refer to one of some others by a column of their own."""

    def narrow(values: Sequence[str]) -> Narrowing:
        keys = [int(value) for value in values]
        return _own(column, _bare(column).in_(keys), holds=_unindexed(column).in_(keys))

    return Filter(name, read_person if people else read_key, narrow, people)


def either_filter(name: str, *columns: Column) -> Filter:
    """Rows that refer to one of some others by any of these columns of their own."""

    def narrow(values: Sequence[str]) -> Narrowing:
        keys = [int(value) for value in values]
        found = or_(*(_bare(column).in_(keys) for column in columns))
        return _own(columns[0], found, holds=or_(*(_unindexed(column).in_(keys) for column in columns)))

    return Filter(name, read_key, narrow)


def _bare(column: Column) -> ColumnElement[Any]:
    table: Any = column.parent.local_table
    found: ColumnElement[Any] = table.c[column.key]
    return found


def column_filter(name: str, column: Column, read: Read) -> Filter:
    """Rows whose column has one of the values."""
    return Filter(name, read, lambda values: Narrowing(column.in_(values)))


def enum_filter(name: str, column: Column, kind: type[enum.StrEnum]) -> Filter:
    """Rows whose column has one of the members of an enum."""
    members = {member.value: member for member in kind}
    return Filter(
        name,
        lambda text: text if text in members else None,
        lambda values: Narrowing(column.in_([members[value] for value in values])),
    )


@dataclass(frozen=True)
class Linked:
    """Rows of another table that belong to a row of the list: `owner` refers to `own`, under some conditions."""

    owner: Column
    own: Column
    conditions: tuple[Condition | InstrumentedAttribute[bool], ...] = ()

    def where(self, *conditions: Condition | InstrumentedAttribute[bool]) -> Linked:
        """Those of them for which more holds."""
        return Linked(self.owner, self.own, (*self.conditions, *conditions))

    def exists(self) -> Condition:
        """Whether a row of the list has any."""
        return select(literal(1)).where(self.owner == self.own, *self.conditions).exists()

    def any(self) -> Narrowing:
        """Rows of the list that have any, found through an index."""
        return Narrowing(self.exists(), select(self.owner).where(*self.conditions))


def linked_filter(name: str, column: Column, linked: Linked) -> Filter:
    """Rows to which something belongs that refers to one of some ids."""
    return Filter(name, read_key, lambda values: linked.where(column.in_([int(value) for value in values])).any())


def valued_filter(name: str, read: Read, column: Column, linked: Linked, *, several: bool = True) -> Filter:
    """Rows to which something belongs whose column has one of the values."""
    return Filter(name, read, lambda values: linked.where(column.in_(values)).any(), several=several)


def empty(column: Column) -> Narrowing:
    """Rows without a value in an indexed column of their own."""
    return _own(column, _bare(column).is_(None), holds=column.is_(None))


def word_filter(name: str, narrowings: dict[str, Narrowing]) -> Filter:
    """Rows for which one of several named things holds."""

    def narrow(values: Sequence[str]) -> Narrowing:
        chosen = [narrowings[value] for value in values]
        return chosen[0] if len(chosen) == 1 else Narrowing(or_(*(one.holds for one in chosen)))

    return Filter(name, lambda text: text if text in narrowings else None, narrow)


def clock_filter(name: str, narrowings: Callable[[Clock], dict[str, Narrowing]]) -> Filter:
    """Rows for which one of several named things holds that hang on the day or the time it is."""

    def by(clock: Clock) -> Filter:
        return word_filter(name, narrowings(clock))

    return replace(by(Clock(dt.UTC)), by=by)
