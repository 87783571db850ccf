"""Many rows for one table, ready for the driver: all that can be done to them is done before anybody has to wait.

Rows go into a table of this connection alone first, and from there in one statement where they belong: the triggers of the
journal are then set off once (PostgreSQL), or at least without the fuss that every statement makes (SQLite).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

import orjson
from sqlalchemy import JSON, Column, Connection, Dialect, Table, text
from sqlalchemy.sql.schema import ScalarElementColumnDefault

_KEY = "key_of_row"
_STAGES = count(1)
# A few rows are quicker written one by one.
FEW = 20


@dataclass(frozen=True, slots=True)
class Order:
    """One statement in the words of the driver with what it takes for each row.

    Where there is a `stage`, a table of one connection alone, `before` makes it, the rows go there, and `after` takes them
    on from there.
    """

    sql: str
    rows: Sequence[Any]
    stage_name: str = ""
    before: str = ""
    after: tuple[str, ...] = ()

    def stage(self, connection: Connection) -> None:
        """Have its rows put where they wait; that lasts when the transaction is committed."""
        if self.stage_name:
            connection.exec_driver_sql(self.before)
            connection.exec_driver_sql(self.sql, list(self.rows))
            connection.info[self.stage_name] = True

    def send(self, connection: Connection) -> None:
        """Have it done, with the rows that wait already if this is the connection that has them."""
        if not self.stage_name:
            connection.exec_driver_sql(self.sql, list(self.rows))
            return
        if self.stage_name not in connection.info:
            self.stage(connection)
        for statement in self.after:
            connection.exec_driver_sql(statement)
        del connection.info[self.stage_name]


def inserting(dialect: Dialect, table: Table, rows: Sequence[Mapping[str, Any]], *, staged: bool = True) -> Order:
    """Insert rows. What one of them does not give is empty in it, or what the table says it is by itself.

    `staged`: through a table in between, where triggers follow each statement.
    """
    usual = {c.name: c.default.arg for c in table.c if isinstance(c.default, ScalarElementColumnDefault)}
    said = set(usual).union(*rows)
    columns = {column.name: column for column in table.c if column.name in said}
    named = [(name, usual.get(name)) for name in columns]
    given = [[row.get(name, otherwise) for name, otherwise in named] for row in rows]
    into, names = _quoted(dialect, table.name), _list(dialect, columns)
    if not staged or len(rows) <= FEW:
        return _order(dialect, f"INSERT INTO {into} ({names}) VALUES ({_marks(columns)})", columns, given)
    write = f"INSERT INTO {into} ({names}) SELECT {names} FROM {{stage}}"
    return _staged(dialect, f"SELECT {names} FROM {into}", columns, given, write)


def updating(dialect: Dialect, table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Order:
    """Set these columns of rows; each row gives its key as `key`."""
    columns = {**{name: table.c[name] for name in names}, _KEY: table.c.id}
    given = [[*(row[name] for name in names), row["key"]] for row in rows]
    into, quoted = _quoted(dialect, table.name), [_quoted(dialect, name) for name in names]
    if len(rows) <= FEW:
        sets = ", ".join(f"{one} = :{name}" for one, name in zip(quoted, names, strict=True))
        return _order(dialect, f"UPDATE {into} SET {sets} WHERE id = :{_KEY}", columns, given)
    sets = ", ".join(f"{one} = s.{one}" for one in quoted)
    # No index on what is staged: SQLite would rather read the whole table along that.
    write = f"UPDATE {into} SET {sets} FROM {{stage}} s WHERE {into}.id = s.{_KEY}"
    return _staged(dialect, f"SELECT {', '.join(quoted)}, id AS {_KEY} FROM {into}", columns, given, write)


def unsetting(dialect: Dialect, table: Table, name: str, flag: str, keys: Iterable[int]) -> Order:
    """Take a flag away from the rows that have one of these keys in a column."""
    into, flagged = _quoted(dialect, table.name), _quoted(dialect, flag)
    sql = f"UPDATE {into} SET {flagged} = :off WHERE {_quoted(dialect, name)} = :{_KEY} AND {flagged} = :on"
    columns = {"off": table.c[flag], _KEY: table.c[name], "on": table.c[flag]}
    return _order(dialect, sql, columns, [[False, key, True] for key in keys])


def deleting(dialect: Dialect, table: Table, names: Sequence[str], rows: Iterable[Sequence[int]]) -> Order:
    """Delete the rows that have these values in columns."""
    where = " AND ".join(f"{_quoted(dialect, name)} = :{name}" for name in names)
    columns = {name: table.c[name] for name in names}
    sql = f"DELETE FROM {_quoted(dialect, table.name)} WHERE {where}"
    return _order(dialect, sql, columns, [list(row) for row in rows])


def _staged(
    dialect: Dialect, like: str, columns: Mapping[str, Column[Any]], rows: list[list[Any]], write: str
) -> Order:
    """Rows go into a table like what is asked for, and on from there by `write`."""
    stage = f"import_stage_{next(_STAGES)}"
    order = _order(dialect, f"INSERT INTO {stage} VALUES ({_marks(columns)})", columns, rows)
    before = f"CREATE TEMPORARY TABLE {stage} AS {like} WHERE 1 = 0"
    return Order(order.sql, order.rows, stage, before, (write.format(stage=stage), f"DROP TABLE {stage}"))


def _order(dialect: Dialect, sql: str, columns: Mapping[str, Column[Any]], rows: list[list[Any]]) -> Order:
    """The statement with marks as the driver has them, and values as it takes them."""
    compiled = text(sql).compile(dialect=dialect)
    work = [(at, process) for at, column in enumerate(columns.values()) if (process := _process(dialect, column))]
    named = list(columns) if not dialect.positional else None
    done: list[Any] = []
    for row in rows:
        for at, process in work:
            row[at] = process(row[at])
        done.append(tuple(row) if named is None else dict(zip(named, row, strict=True)))
    return Order(str(compiled), done)


def _process(dialect: Dialect, column: Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(column.type, JSON):
        return _as_json  # PostgreSQL takes it for what the column is, too
    process = column.type.dialect_impl(dialect).bind_processor(dialect)
    # The same days and moments come back all the time.
    return process and lru_cache(maxsize=5_000, typed=True)(process)


def _as_json(value: Any) -> str:
    """As SQLAlchemy would have it. A number of more than 19 digits, and half a letter, only the slower way can write."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value)


def _marks(names: Iterable[str]) -> str:
    return ", ".join(f":{name}" for name in names)


def _list(dialect: Dialect, names: Iterable[str]) -> str:
    return ", ".join(_quoted(dialect, name) for name in names)


def _quoted(dialect: Dialect, name: str) -> str:
    return dialect.identifier_preparer.quote(name)
