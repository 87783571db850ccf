"""What ties rows together: references, unique values, and what may stand in for them a while."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ClauseElement, Column, Dialect, Index, Integer, String, Table, UniqueConstraint

from models.journal.tables import kept_columns, plain_type
from models.journal.triggers import quoted


@dataclass(frozen=True)
class Reference:
    """A foreign key: `column` of `table` points at the key of `parent`."""

    table: Table
    column: Column[Any]
    parent: Table

    @property
    def belongs(self) -> bool:
        """Whether the row is part of what it points at. A column that says otherwise has `info={"belongs": False}`."""
        return not self.column.nullable and bool(self.column.info.get("belongs", True))

    @property
    def binds(self) -> bool:
        """Whether the parent must be there before the row, and the row be gone before the parent."""
        return not self.column.nullable or any(key.ondelete == "RESTRICT" for key in self.column.foreign_keys)


@dataclass(frozen=True)
class Unique:
    """Values that only one row may have, as SQL over the table's own column names."""

    keys: tuple[str, ...]
    where: str
    columns: frozenset[str]
    # The mark that only one row of several may carry: a row can do without it.
    mark: str | None = None


def references_of(table: Table) -> list[Reference]:
    """The foreign keys of a table, by column. All point at keys: the project has no others."""
    keys = sorted(table.foreign_keys, key=lambda key: key.parent.name)
    return [Reference(table, key.parent, key.column.table) for key in keys]


def in_order(tables: Sequence[Table], *, children_first: bool) -> list[Table]:
    """Tables by what refers to what, so that deletes set nothing to NULL that is deleted next.

    Where references go round in a circle, the one that gives way is one through a column that may be empty.
    """
    waiting = {table: [r for r in references_of(table) if r.parent is not table] for table in tables}
    ordered: list[Table] = []
    while waiting:
        needs = {table: [r.binds for r in references if r.parent in waiting] for table, references in waiting.items()}
        # Binding references count first, then their number: the free ones, whenever there is one.
        best = min(waiting, key=lambda table: (any(needs[table]), len(needs[table]), table.name))
        ordered.append(best)
        del waiting[best]
    return ordered[::-1] if children_first else ordered


def uniques(table: Table, dialect: Dialect) -> Iterator[Unique]:
    """What must be unique in a table, partial indexes and expressions included.

    A mark that only one of several carries need not have an index: its column says so by `info={"one_per": other column}`.
    """
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield _unique(table, [quoted(column.name) for column in constraint.columns], "")
    for index in table.indexes:
        if index.unique:
            keys = [_rendered(key, dialect) for key in index.expressions if isinstance(key, ClauseElement)]
            yield _unique(table, keys, _condition(index, dialect))
    for column in table.columns:
        if "one_per" in column.info:
            yield _unique(table, [quoted(column.info["one_per"])], quoted(column.name))


def _unique(table: Table, keys: Sequence[str], where: str) -> Unique:
    words = set(re.findall(r"\w+", " ".join([*keys, where])))
    kept = {column.name for column in kept_columns(table)}
    marks = [name for name in sorted(words & kept) if isinstance(plain_type(table.columns[name].type), Boolean)]
    return Unique(tuple(keys), where or "1 = 1", frozenset(words & kept), marks[0] if marks else None)


def _rendered(expression: ClauseElement, dialect: Dialect) -> str:
    return str(expression.compile(dialect=dialect, compile_kwargs={"literal_binds": True, "include_table": False}))


def _condition(index: Index, dialect: Dialect) -> str:
    where: ClauseElement | None = index.dialect_options[dialect.name].get("where")
    return "" if where is None else _rendered(where, dialect)


def has_default(column: Column[Any]) -> bool:
    """Whether a value is known for rows whose image lacks the column."""
    return column.default is not None and column.default.is_scalar


def park(column: Column[Any]) -> str | None:
    """SQL for a value that stands aside for a moment in a unique column, or None where there is none.

    A foreign key may point nowhere for that moment: references are checked at the end.
    """
    if column.nullable:
        return "NULL"
    kind = plain_type(column.type)
    if isinstance(kind, Boolean):
        return "1 = 0"
    if isinstance(kind, String):
        return "'~' || id"
    return "-id" if isinstance(kind, Integer) else None


def parkable(table: Table, unique: Unique) -> list[Column[Any]]:
    """The columns of a unique set that can hold something else for a moment, those that may be empty first."""
    columns = [table.columns[name] for name in unique.columns if park(table.columns[name]) is not None]
    return sorted(columns, key=lambda column: (not column.nullable, column.name))
