"""What an undo leaves as it is, and why."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, text

from models.journal.graph import uniques
from models.journal.sql import sql_of
from models.journal.tables import is_stamp
from models.journal.triggers import quoted


class Kept(enum.StrEnum):
    """Why an undo leaves something as it is. The value is the message in English; catalogues translate it."""

    CHANGED = "It was changed later."
    ARCHIVED = "It was archived later and can only be read."
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
    """A row an undo leaves as it is, or one field of it. `name` is what the row is called.

    `holder` is the row that is in the way, if one is: what was archived, or what uses the value by now. `wanted` is
    that value and the column it belongs in. What the holder is called is for those who may see it: `holder_name`.
    """

    table: str
    row: int
    field: str | None
    reason: Kept
    name: str | None = None
    holder: tuple[str, int] | None = None
    wanted: tuple[str, str] | None = None
    holder_name: str | None = None


def causes_first(left: Sequence[Left]) -> list[Left]:
    """What is left, but what merely goes with something else that is left comes last."""
    return sorted(left, key=lambda one: one.reason in (Kept.PARENT_GONE, Kept.BELONGS))


def what_is_left(connection: Connection, tables: Mapping[str, Table]) -> list[Left]:
    """Everything the plan at hand leaves as it is, rows before fields, table by table."""
    found = connection.execute(
        text(
            f"SELECT table_name, '' FROM journal_undo WHERE {_LISTED} UNION SELECT table_name, field FROM journal_left"
        ),
        {"done": DONE},
    )
    places = sorted((name, field) for name, field in found)
    rows = [left for name, field in places if not field for left in _rows(connection, tables.get(name), name)]
    kept = [(tables[name], field) for name, field in places if field]
    fields = [
        left
        for table, field in kept
        if not is_stamp(table.columns[field])
        for left in _in_rows(connection, table, field)
    ]
    return rows + fields


_LISTED = "reason IS NOT NULL AND reason <> :done"


def _rows(connection: Connection, table: Table | None, name: str) -> Iterator[Left]:
    """The rows of one table that are left; it may be one that is there no more."""
    found = connection.execute(
        text(
            f"SELECT u.row_id, u.reason, {_called(connection, table)}, {_held(connection, table)} {_lines(table)} "
            f"{_HOLDER} AND h.field = '' WHERE u.table_name = :name AND {_LISTED} ORDER BY u.row_id"
        ),
        {"name": name, "done": DONE},
    )
    for row_id, reason, title, *held in found:
        yield Left(name, row_id, None, Kept[reason], title, **_in_the_way(table, held))


def _in_rows(connection: Connection, table: Table, field: str) -> Iterator[Left]:
    """One field of all rows in which it is left."""
    statement = text(
        f"SELECT u.row_id, x.reason, {_called(connection, table)}, {_held(connection, table)} {_lines(table)} "
        f"JOIN journal_left x ON x.table_name = u.table_name AND x.row_id = u.row_id {_HOLDER} AND h.field = x.field "
        "WHERE u.table_name = :name AND x.field = :field AND (u.reason IS NULL OR u.reason = :done) ORDER BY u.row_id"
    )
    values = {"name": table.name, "field": field, "done": DONE}
    for row_id, reason, title, *held in connection.execute(statement, values):
        yield Left(table.name, row_id, field, Kept[reason], title, **_in_the_way(table, held))


_HOLDER = "LEFT JOIN journal_holder h ON h.table_name = u.table_name AND h.row_id = u.row_id"


def _held(connection: Connection, table: Table | None) -> str:
    """What is in the way: its table, its key, the column whose value it holds and that value as it was wanted."""
    sql = sql_of(connection)
    values = "".join(
        f" WHEN '{name}' THEN CAST({sql.value(_shown(table, name), 'f.before')} AS TEXT)"
        for table, name in _single(connection, table)
    )
    wanted = f"CASE h.columns{values} END" if values else "NULL"
    return f"h.holder_table AS holder_table, h.holder AS holder, h.columns AS columns, {wanted} AS wanted"


def _single(connection: Connection, table: Table | None) -> Iterator[tuple[Table, str]]:
    """The columns of a table that are unique by themselves."""
    for unique in uniques(table, connection.dialect) if table is not None else ():
        if table is not None and len(unique.columns) == 1:
            yield table, next(iter(unique.columns))


def _shown(table: Table, name: str) -> Column[Any]:
    """The column that people know, where another one is kept beside it to find it by."""
    return table.columns.get(name.removesuffix("_key"), table.columns[name])


def _in_the_way(table: Table | None, held: Sequence[Any]) -> dict[str, Any]:
    """The same as a `Left` has it."""
    holder_table, holder, columns, wanted = held
    return {
        "holder": None if holder is None else (holder_table, holder),
        "wanted": None if wanted is None or table is None else (_shown(table, columns).name, wanted),
    }


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
