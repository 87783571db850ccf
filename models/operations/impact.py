"""What hangs on rows, read from the foreign keys: what goes with them, what loses a link, what holds them back.

Rows are counted and summed by the database and never loaded. A new table is picked up by its foreign keys alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    cast,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from models.among import one_of
from models.base import Base, Money
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

    def only(self, condition: ColumnElement[bool]) -> Reach:
        """Those of the rows for which this holds, too."""
        return Reach(self.table, {name: path & condition for name, path in self.paths.items()})


@dataclass(frozen=True)
class Impact:
    """What a delete does to other rows: `goes` in the order of reach; `loosened` keep their row and lose a link."""

    goes: tuple[Reach, ...]
    loosened: tuple[Reach, ...]


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


def impact(noun: type[Base], ids: Iterable[int]) -> Impact:
    """Follow the foreign keys from these rows: CASCADE goes along, SET NULL is emptied. Nothing hangs on no rows."""
    chosen = tuple(ids)
    if not chosen:
        return Impact((), ())
    walk = _Walk(Base.metadata.tables[noun.__tablename__], chosen)
    emptied = [column for column, rule in walk.pointing() if rule == "SET NULL"]
    loosened = tuple(Reach(column.table, {column.name: walk.stay(column)}) for column in emptied)
    return Impact(tuple(walk.found.values()), loosened)


def uses(session: Session, noun: type[Base], ids: Iterable[int], *more: Select[Any]) -> dict[int, int]:
    """How many rows need each of these and so hold it back: RESTRICT, and what `more` finds as id and count."""
    keys, table = tuple(ids), Base.metadata.tables[noun.__tablename__]
    needing = [column for column, rule in _references() if _target(column) is table and rule == "RESTRICT"]
    counted = [select(column, func.count()).where(one_of(column, keys)).group_by(column) for column in needing]
    found = dict.fromkeys(keys, 0)
    if keys and (counted or more):
        for key, count in session.execute(union_all(*counted, *more)):
            found[key] += count
    return found


def figures(
    session: Session, reaches: Sequence[Reach], known: Mapping[tuple[str, str], int] | None = None
) -> list[Figures]:
    """What each of these adds up to, in one statement. `known`: what is counted already, by table and column of a path.

    Rows that are reached on two ways (a registration through its customer and its project) are nearly always the same
    rows. Plain counts say so much faster than one over both ways, which is asked only where they differ, or where both
    lead to one table: a relation between two customers is another row for each of them.
    """
    counts = {
        (at, name): (known or {}).get((reach.table.name, name))
        for at, reach in enumerate(reaches)
        for name in _ways(reach)
    }
    ways = [(at, name) for (at, name), count in counts.items() if count is None]
    asked = [(reaches[at].table, _ways(reaches[at])[name]) for at, name in ways]
    summed = dict(zip(ways, _summed(session, asked), strict=True))
    counts |= {way: one.count for way, one in summed.items()}
    found = [summed[at, next(iter(_ways(reach)))] for at, reach in enumerate(reaches)]
    differ = sorted({at for (at, _name), count in counts.items() if count != found[at].count})
    again = _summed(session, [(reaches[at].table, _on_any_way(reaches[at])) for at in differ])
    for at, one in zip(differ, again, strict=True):
        found[at] = one
    return found


def _ways(reach: Reach) -> Mapping[str, ColumnElement[bool]]:
    """The paths that are counted each by itself: all, or one for all that lead to one table."""
    targets = {_target(reach.table.c[name]) for name in reach.paths} if len(reach.paths) > 1 else set()
    return {"": reach.condition} if 0 < len(targets) < len(reach.paths) else reach.paths


def _on_any_way(reach: Reach) -> ColumnElement[bool]:
    every = union(*(select(reach.table.c.id).where(path) for path in reach.paths.values()))
    return reach.table.c.id.in_(every.scalar_subquery())


def _summed(session: Session, asked: Sequence[tuple[Table, ColumnElement[bool]]]) -> list[Figures]:
    """The figures of rows of several tables. Amounts are summed by their currency."""
    found: list[dict[str | None, tuple[int, int, Decimal]]] = [{} for _ in asked]
    parts = [_part(at, table, condition) for at, (table, condition) in enumerate(asked)]
    for at, currency, count, minutes, amount in session.execute(union_all(*parts)) if parts else ():
        found[at][currency] = (count, int(minutes), amount)
    return [
        Figures(
            sum(count for count, _, _ in one.values()),
            sum(minutes for _, minutes, _ in one.values()),
            {currency: one[currency][2] for currency in sorted(filter(None, one))},
        )
        for one in found
    ]


def _part(at: int, table: Table, condition: ColumnElement[bool]) -> Select[Any]:
    minutes = func.coalesce(func.sum(table.c.minutes), 0) if "minutes" in table.c else literal(0)
    if "currency" not in table.c or "amount" not in table.c:
        nothing = (cast(null(), String), func.count(), minutes, cast(null(), Money))
        return select(literal(at), *nothing).select_from(table).where(condition)
    sums = (table.c.currency, func.count(), minutes, func.sum(table.c.amount))
    return select(literal(at), *sums).where(condition).group_by(table.c.currency)
