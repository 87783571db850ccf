"""Many rows for one table, ready for the driver: all that can be done to them is done before anybody has to wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table, text
from sqlalchemy.sql.schema import ScalarElementColumnDefault

_KEY = "key_of_row"


@dataclass(frozen=True, slots=True)
class Order:
    """One statement in the words of the driver, with what it takes for each row."""

    sql: str
    rows: Sequence[Any]

    def send(self, connection: Connection) -> None:
        """Have it done."""
        connection.exec_driver_sql(self.sql, list(self.rows))


def inserting(dialect: Dialect, table: Table, rows: Sequence[Mapping[str, Any]]) -> Order:
    """Insert rows. What one of them does not give is empty in it, or what the table says it is by itself."""
    usual = {
        column.name: column.default.arg for column in table.c if isinstance(column.default, ScalarElementColumnDefault)
    }
    said = set(usual).union(*rows)
    names = [column.name for column in table.c if column.name in said]
    quoted = dialect.identifier_preparer.quote
    into, values = ", ".join(map(quoted, names)), ", ".join(f":{name}" for name in names)
    given = ([row.get(name, usual.get(name)) for name in names] for row in rows)
    return _order(
        dialect, f"INSERT INTO {quoted(table.name)} ({into}) VALUES ({values})", _columns(table, names), given
    )


def updating(dialect: Dialect, table: Table, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Order:
    """Set these columns of rows; each row gives its key as `key`."""
    quoted = dialect.identifier_preparer.quote
    sets = ", ".join(f"{quoted(name)} = :{name}" for name in names)
    sql = f"UPDATE {quoted(table.name)} SET {sets} WHERE id = :{_KEY}"
    given = ([*(row[name] for name in names), row["key"]] for row in rows)
    return _order(dialect, sql, {**_columns(table, names), _KEY: table.c.id}, given)


def unsetting(dialect: Dialect, table: Table, name: str, flag: str, keys: Iterable[int]) -> Order:
    """Take a flag away from the rows that have one of these keys in a column."""
    quoted = dialect.identifier_preparer.quote
    sql = (
        f"UPDATE {quoted(table.name)} SET {quoted(flag)} = :off WHERE {quoted(name)} = :{_KEY} AND {quoted(flag)} = :on"
    )
    columns = {"off": table.c[flag], _KEY: table.c[name], "on": table.c[flag]}
    return _order(dialect, sql, columns, ([False, key, True] for key in keys))


def deleting(dialect: Dialect, table: Table, names: Sequence[str], rows: Iterable[Sequence[int]]) -> Order:
    """Delete the rows that have these values in columns."""
    quoted = dialect.identifier_preparer.quote
    where = " AND ".join(f"{quoted(name)} = :{name}" for name in names)
    return _order(dialect, f"DELETE FROM {quoted(table.name)} WHERE {where}", _columns(table, names), map(list, rows))


def _columns(table: Table, names: Iterable[str]) -> dict[str, Column[Any]]:
    return {name: table.c[name] for name in names}


def _order(dialect: Dialect, sql: str, columns: Mapping[str, Column[Any]], rows: Iterable[list[Any]]) -> Order:
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
    return column.type.dialect_impl(dialect).bind_processor(dialect)
