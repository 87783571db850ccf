"""Many rows into an empty table, fast: COPY on PostgreSQL, one prepared statement on SQLite.

The journal's triggers stay on. With many rows the indexes are taken down meanwhile and built at the end, in the same
transaction: keeping them row by row would write each of their pages many times over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from models.operations.seed.rows import Rows

# How much of the database SQLite may hold in memory while writing; its usual share is a tenth of it.
CACHE = "-262144"


def first_free(connection: Connection, table: str) -> int:
    """The first key this table never gave out: not even to a row that is gone."""
    if connection.dialect.name == "postgresql":
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{table}"'})
        # The name comes from PostgreSQL itself, quoted where it must be.
        last, called = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()
        return int(last) + 1 if called else int(last)
    last = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table})
    return (last or 0) + 1


def write(connection: Connection, tables: Iterable[Rows]) -> None:
    """Write what is pending, and forget it."""
    copies = connection.dialect.name == "postgresql"
    for rows in tables:
        if not rows.pending:
            continue
        names = ", ".join(f'"{name}"' for name in rows.columns)
        if copies:
            cursor = connection.connection.cursor()
            with cursor.copy(f'COPY "{rows.table}" ({names}) FROM STDIN') as copy:
                for row in rows.pending:
                    copy.write_row(row)
            cursor.close()
        else:
            marks = ", ".join("?" for _ in rows.columns)
            connection.exec_driver_sql(f'INSERT INTO "{rows.table}" ({names}) VALUES ({marks})', rows.pending)
        rows.written += len(rows.pending)
        rows.pending.clear()


def count_on(connection: Connection, tables: Iterable[Rows]) -> None:
    """Let the keys count on after those that were given here. SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for rows in tables:
        if rows.written:
            connection.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                {"name": f'"{rows.table}"', "last": rows.next_id - 1},
            )


@contextmanager
def without_indexes(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Take the indexes of these tables down, and build them again at the end. Those of constraints stay."""
    names = set(tables)
    found = {name: sql for table, name, sql in _indexes(connection) if table in names}
    if connection.dialect.name == "sqlite":
        usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
        connection.exec_driver_sql(f"PRAGMA cache_size={CACHE}")
    for name in found:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    yield
    for sql in found.values():
        connection.exec_driver_sql(sql)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size={usual}")


def _indexes(connection: Connection) -> list[tuple[str, str, str]]:
    """Table, name and the statement that makes it, of every index but those of constraints."""
    if connection.dialect.name == "sqlite":
        query = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    else:
        query = (
            "SELECT t.relname, i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x "
            "JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid "
            "WHERE t.relnamespace = current_schema()::regnamespace "
            "AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = x.indexrelid) ORDER BY i.relname"
        )
    return [(table, name, sql) for table, name, sql in connection.exec_driver_sql(query)]
