"""What hangs on rows, read from the foreign keys: what goes with them, what loses a link, what is in the way.

Rows are counted and summed by the database and never loaded. A new table is picked up by its foreign keys alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, func, not_, or_, select, union
from sqlalchemy.orm import Session

from models.among import one_of
from models.base import Base
from models.operations.fields import noun_of


@dataclass(frozen=True)
class Figures:
    """What rows add up to: how many, minutes worked, and amounts by currency."""

    count: int = 0
    minutes: int = 0
    amounts: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Reach:
    """The rows of a table that a delete reaches, through one column or several: by column, the shortest way first."""

    table: Table
    paths: Mapping[str, ColumnElement[bool]]

    @property
    def condition(self) -> ColumnElement[bool]:
        return or_(*self.paths.values())


@dataclass(frozen=True)
class Impact:
    """What a delete does: `goes` in the order of reach; `loosened` and `blocked` count rows by (table, column)."""

    goes: tuple[Reach, ...]
    loosened: Mapping[tuple[str, str], int]
    blocked: Mapping[tuple[str, str], int]


class _Walk:
    """From the rows of one table along the foreign keys that point at them."""

    def __init__(self, root: Table, ids: tuple[int, ...]) -> None:
        self.root, self.ids = root, ids
        self.found = {root: Reach(root, {"id": one_of(root.c.id, ids)})}
        for table in dict.fromkeys(column.table for column, _rule in _references()):
            self._reach(table)

    def _reach(self, table: Table) -> None:
        """The rows of a table that go along. One that points at a nearer table twice has two paths."""
        if table is self.root:
            return
        along = [column for column, rule in self.pointing() if column.table is table and rule == "CASCADE"]
        if along:
            # The root first: that is the shortest way to say it, and the one with the widest index.
            along.sort(key=lambda column: _target(column) is not self.root)
            self.found[table] = Reach(table, {column.name: self.at(column) for column in along})

    def pointing(self) -> Iterator[tuple[Column[Any], str]]:
        """Every column that points at a table found so far, and what a delete there means for it."""
        return ((column, rule) for column, rule in _references() if _target(column) in self.found)

    def at(self, column: Column[Any]) -> ColumnElement[bool]:
        """The condition that a column points at rows that go."""
        target = _target(column)
        if target is self.root:
            return one_of(column, self.ids)
        return column.in_(select(target.c.id).where(self.found[target].condition).scalar_subquery())

    def stay(self, column: Column[Any]) -> ColumnElement[bool]:
        """The condition that a row that stays points at rows that go."""
        own = self.found.get(column.table)
        return self.at(column) if own is None else and_(self.at(column), not_(own.condition))


@cache
def _references() -> tuple[tuple[Column[Any], str], ...]:
    """Every column that points at a table, the nearest tables first, and what a delete there means for it.

    Working tables hold nobody's work and are not counted. Sorting the tables takes longer than a query does.
    """
    return tuple(
        (key.parent, key.ondelete or "RESTRICT")
        for table in Base.metadata.sorted_tables
        if noun_of(table.name).journaled
        for key in sorted(table.foreign_keys, key=lambda found: found.parent.name)
    )


def _target(column: Column[Any]) -> Table:
    return next(iter(column.foreign_keys)).column.table


def impact(session: Session, noun: type[Base], ids: Iterable[int]) -> Impact:
    """Follow the foreign keys from these rows: CASCADE goes along, SET NULL is emptied, RESTRICT is in the way."""
    walk = _Walk(Base.metadata.tables[noun.__tablename__], tuple(ids))
    pointing: dict[str, dict[tuple[str, str], int]] = {"SET NULL": {}, "RESTRICT": {}, "CASCADE": {}}
    for column, rule in walk.pointing():
        if rule != "CASCADE":
            count = session.scalar(select(func.count()).select_from(column.table).where(walk.stay(column)))
            if count:
                pointing[rule][column.table.name, column.name] = count
    return Impact(tuple(walk.found.values()), pointing["SET NULL"], pointing["RESTRICT"])


def figures(
    session: Session, reach: Reach, *more: ColumnElement[bool], known: Mapping[str, int] | None = None
) -> Figures:
    """What the reached rows add up to. `known`: what is counted already, by the column of a path.

    Rows that are reached on two ways (a registration through its customer and its project) are nearly always the same
    rows. Plain counts say so much faster than one over both ways, which is asked only where they differ, or where both
    lead to one table: a relation between two customers is another row for each of them.
    """
    nearest, *others = reach.paths
    if others and len({_target(reach.table.c[name]) for name in reach.paths}) <= len(others):
        return _summed(session, reach.table, and_(reach.condition, *more))
    found = _summed(session, reach.table, and_(reach.paths[nearest], *more))
    counts = [(known or {}).get(name, -1) for name in others]
    counts = [
        _summed(session, reach.table, and_(reach.paths[name], *more)).count if count < 0 else count
        for name, count in zip(others, counts, strict=True)
    ]
    if all(count == found.count for count in counts):
        return found
    every = union(*(select(reach.table.c.id).where(path) for path in reach.paths.values()))
    return _summed(session, reach.table, and_(reach.table.c.id.in_(every.scalar_subquery()), *more))


def _summed(session: Session, table: Table, condition: ColumnElement[bool]) -> Figures:
    minutes = func.sum(table.c.minutes) if "minutes" in table.c else func.sum(0)
    if "currency" not in table.c or "amount" not in table.c:
        count, total = session.execute(select(func.count(), minutes).select_from(table).where(condition)).one()
        return Figures(count, int(total or 0))
    grouped = select(table.c.currency, func.count(), func.sum(table.c.amount)).where(condition)
    rows = session.execute(grouped.group_by(table.c.currency).order_by(table.c.currency)).all()
    return Figures(sum(row[1] for row in rows), 0, {currency: amount for currency, _, amount in rows})
