"""What an undo leaves as it is, and why."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, column, text

from models.journal.sql import sql_of
from models.journal.tables import is_secret, is_stamp
from models.journal.triggers import quoted


class Kept(enum.StrEnum):
    """Why an undo leaves something as it is. The value is the message in English; catalogues translate it."""

    CHANGED = "It was changed later."
    REFERENCED = "A record that stays refers to it."
    BELONGS = "It belongs to a record that stays."
    DELETED = "It was deleted later."
    PARENT_GONE = "What it belongs to no longer exists."
    VALUE_TAKEN = "Another record uses its value by now."
    CONTENT_GONE = "Its content was erased, or it lacks a field that is required now."
    SECRET = "Passwords and keys are not kept. Set it again."
    TABLE_GONE = "Records of this kind no longer exist."


# Not worth listing: the row is as the undo wants it already.
DONE = "DONE"

# What a row is called, in the order of preference.
_NAMES = ("name", "title", "last_name", "number", "email")


@dataclass(frozen=True)
class Left:
    """A row an undo leaves as it is, or one field of it with its current value. `name` is what the row is called."""

    table: str
    row: int
    field: str | None
    reason: Kept
    current: Any = None
    name: str | None = None


def what_is_left(connection: Connection, tables: Mapping[str, Table]) -> list[Left]:
    """Everything the plan at hand leaves as it is, rows before fields, table by table."""
    return [*_rows(connection, tables), *_fields(connection, tables)]


def _rows(connection: Connection, tables: Mapping[str, Table]) -> Iterator[Left]:
    listed = "reason IS NOT NULL AND reason <> :done"
    names = text(f"SELECT DISTINCT table_name FROM journal_undo WHERE {listed} ORDER BY table_name")
    for name in connection.execute(names, {"done": DONE}).scalars().all():
        called = _called(connection, tables.get(name))
        found = connection.execute(
            text(
                f"SELECT u.row_id, u.reason, {called} {_lines(tables.get(name))} "
                f"WHERE u.table_name = :name AND {listed} ORDER BY u.row_id"
            ),
            {"name": name, "done": DONE},
        )
        for row_id, reason, title in found:
            yield Left(name, row_id, None, Kept[reason], None, title)


def _fields(connection: Connection, tables: Mapping[str, Table]) -> Iterator[Left]:
    names = text("SELECT DISTINCT table_name, field FROM journal_left ORDER BY table_name, field")
    for name, field in connection.execute(names).all():
        shown = tables[name].columns[field]
        if not is_stamp(shown):
            yield from _values(connection, tables[name], shown)


def _values(connection: Connection, table: Table, shown: Column[Any]) -> Iterator[Left]:
    """One field of all rows in which it is left, with its value as it is now."""
    current = "NULL" if is_secret(shown) else f"t.{quoted(shown.name)}"
    statement = text(
        f"SELECT u.row_id, x.reason, {_called(connection, table)} AS called, {current} AS current {_lines(table)} "
        "JOIN journal_left x ON x.table_name = u.table_name AND x.row_id = u.row_id "
        "WHERE u.table_name = :name AND x.field = :field AND (u.reason IS NULL OR u.reason = :done) ORDER BY u.row_id"
    ).columns(column("row_id"), column("reason"), column("called"), column("current", shown.type))
    values = {"name": table.name, "field": shown.name, "done": DONE}
    for row_id, reason, title, value in connection.execute(statement, values):
        yield Left(table.name, row_id, shown.name, Kept[reason], value, title)


def _lines(table: Table | None) -> str:
    """FROM: the lines of the plan with their changes, and beside them the rows as they are now."""
    beside = f" LEFT JOIN {quoted(table.name)} t ON t.id = u.row_id" if table is not None else ""
    changes = "JOIN change f ON f.id = u.first_id JOIN change l ON l.id = u.last_id"
    return f"FROM journal_undo u {changes}{beside}"


def _called(connection: Connection, table: Table | None) -> str:
    """What a row is called: as it is now, or as it was."""
    names = [name for name in _NAMES if table is not None and name in table.columns]
    if table is None or not names:
        return "NULL"
    sql = sql_of(connection)
    called = table.columns[names[0]]
    images = ", ".join(sql.value(called, image) for image in ("f.before", "l.after"))
    return f"coalesce(t.{quoted(called.name)}, {images})"
