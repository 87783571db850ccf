"""The triggers that keep the journal, generated from the tables as they are now.

They are plain SQL: a write by any program that opens the database is kept, bulk statements and cascades included.
What is kept is guarded by triggers as well: changesets that are done, and changes, can be altered or deleted only by the
journal itself, which says so first (`keeping`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, select, text
from sqlalchemy.orm import registry

from models.journal.tables import Change, Changeset, JournalContext, image_columns, journaled_tables

PREFIX = "journal_"
FUNCTION = "kaartenbak_journal"
SETTING = "kaartenbak.changeset"
# While the journal itself is at work on what is done: a setting of the transaction, on SQLite a row beside the context's.
KEEPING = "kaartenbak.keeping"
_KEEPING_ROW = 2
GUARDED = "The history cannot be changed."
# Until then a changeset is still being written.
_DONE = "OLD.last_change_id IS NOT NULL"

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")


def quoted(name: str) -> str:
    """A name from the metadata, safe inside quotes of either kind. Anything unusual is a programming error."""
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"not a plain identifier: {name!r}")
    return f'"{name}"'


@dataclass(frozen=True)
class Trigger:
    """One trigger: its name, its table and the statement that makes it."""

    name: str
    table: str
    sql: str


def install(connection: Connection, of: registry | None = None) -> None:
    """Make all triggers anew, and what they need. Call it after every change of the schema; repeating does no harm."""
    remove(connection)
    if connection.dialect.name == "postgresql":
        for function in _functions(_schema(connection)):
            connection.exec_driver_sql(function)
        _forget_another_cluster(connection)
    elif connection.scalar(select(JournalContext.id)) is None:
        connection.execute(JournalContext.__table__.insert().values(id=1))  # type: ignore[attr-defined]
    for trigger in _expected(connection, of):
        connection.exec_driver_sql(trigger.sql)


def remove(connection: Connection) -> None:
    """Take all triggers away: SQLite lets no column go that one of them names."""
    for name, table in _present(connection):
        on = f" ON {quoted(table)}" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER {quoted(name)}{on}")


@contextmanager
def keeping(connection: Connection) -> Iterator[None]:
    """Inside, the journal may alter what it kept: to empty, to adopt, to say that something was taken back."""
    postgresql = connection.dialect.name == "postgresql"
    begin = f"SELECT set_config('{KEEPING}', 'on', true)"
    end = f"SELECT set_config('{KEEPING}', '', true)"
    if not postgresql:
        begin = f"INSERT OR REPLACE INTO {JournalContext.__tablename__} (id) VALUES ({_KEEPING_ROW})"
        end = f"DELETE FROM {JournalContext.__tablename__} WHERE id = {_KEEPING_ROW}"
    connection.exec_driver_sql(begin)
    # Not when it fails: the transaction is over then, and the sign with it.
    yield
    connection.exec_driver_sql(end)


def missing(connection: Connection, of: registry | None = None) -> list[str]:
    """The names of triggers that are not there or not as this version makes them; empty when all is well."""
    present = _present(connection)
    return [
        trigger.name
        for trigger in _expected(connection, of)
        if _plain(present.get((trigger.name, trigger.table), "")) != _plain(trigger.sql)
    ]


def _plain(sql: str) -> str:
    """A statement without what the databases change when they store it: spaces, quotes, letter case, the schema."""
    return re.sub(r'[\s"]|::text|public\.', "", sql).lower()


def _schema(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT current_schema()")))


def _present(connection: Connection) -> dict[tuple[str, str], str]:
    """The journal's triggers in the database: (name, table) -> the statement that made them, "" for one switched off."""
    if connection.dialect.name == "postgresql":
        found = connection.execute(
            text(
                "SELECT t.tgname, c.relname, CASE WHEN t.tgenabled IN ('O', 'A') THEN pg_get_triggerdef(t.oid) ELSE '' END "
                "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE NOT t.tgisinternal AND starts_with(t.tgname, :prefix) "
                "AND c.relnamespace = current_schema()::regnamespace"
            ),
            {"prefix": PREFIX},
        )
    else:
        found = connection.execute(
            text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB :pattern"),
            {"pattern": f"{PREFIX}*"},
        )
    return {(name, table): sql for name, table, sql in found}


def _expected(connection: Connection, of: registry | None) -> Iterator[Trigger]:
    postgresql = connection.dialect.name == "postgresql"
    for table in journaled_tables(of):
        yield from _postgresql(table) if postgresql else _sqlite(table)
    yield from _postgresql_guards() if postgresql else _sqlite_guards()


def owner_of(table: Table, noun: str) -> str | None:
    """The column that says to which customer (or contact) a row belongs, if any."""
    if table.name == noun:
        return "id"
    return f"{noun}_id" if f"{noun}_id" in table.columns else None


# --- SQLite: a trigger per table and operation, with the columns spelled out --------------------------------------


def sqlite_image(columns: list[Column[Any]], row: str) -> str:
    """The SQL for the image of a row. Undo compares rows with their images by the same expression."""
    pairs = ", ".join(f"'{column.name}', {row}.{quoted(column.name)}" for column in columns)
    return f"json_object({pairs})"


def _sqlite(table: Table) -> Iterator[Trigger]:
    columns = list(image_columns(table))
    new, old = sqlite_image(columns, "NEW"), sqlite_image(columns, "OLD")
    differs = " OR ".join(
        f"OLD.{quoted(c.name)} IS NOT NEW.{quoted(c.name)}" for c in columns if c.computed is None and not c.primary_key
    )
    insert = _sqlite_keep(table, "insert", ("NEW",), "NULL", new)
    delete = _sqlite_keep(table, "delete", ("OLD",), old, "NULL")
    update = _sqlite_keep(table, "update", ("NEW", "OLD"), old, new)
    yield _sqlite_trigger(table, "insert", "AFTER INSERT", "", insert)
    yield _sqlite_trigger(table, "delete", "AFTER DELETE", "", delete)
    if differs:
        yield _sqlite_trigger(table, "update", "AFTER UPDATE", f"WHEN OLD.id IS NEW.id AND ({differs})", update)
    # A new key makes another row of it; the application never does this.
    yield _sqlite_trigger(table, "rekey", "AFTER UPDATE OF id", "WHEN OLD.id IS NOT NEW.id", f"{delete} {insert}")


def _sqlite_trigger(table: Table, kind: str, event: str, when: str, body: str) -> Trigger:
    name = f"{PREFIX}{table.name}_{kind}"
    sql = f"CREATE TRIGGER {quoted(name)} {event} ON {quoted(table.name)} FOR EACH ROW {when} BEGIN {body} END"
    return Trigger(name, table.name, sql)


def _sqlite_keep(table: Table, operation: str, rows: tuple[str, ...], before: str, after: str) -> str:
    owners = {f"{noun}_id": owner_of(table, noun) for noun in ("customer", "contact")}
    values = {
        "changeset_id": "c.changeset_id",
        "at": "CASE WHEN c.changeset_id IS NULL THEN strftime('%Y-%m-%d %H:%M:%f000', 'now') END",
        "table_name": f"'{table.name}'",
        "row_id": f"{rows[0]}.id",
        "operation": f"'{operation}'",
        "before": before,
        "after": after,
    } | {name: _sqlite_first(rows, column) for name, column in owners.items() if column}
    # An outer join: were the row of the context lost, changes would still be kept, as made from outside.
    return (
        f"INSERT INTO {Change.__tablename__} ({', '.join(values)}) SELECT {', '.join(values.values())} "
        f"FROM (SELECT 1) LEFT JOIN {JournalContext.__tablename__} c ON c.id = 1;"
    )


def _sqlite_guards() -> Iterator[Trigger]:
    alien = f"NOT EXISTS (SELECT 1 FROM {JournalContext.__tablename__} WHERE id = {_KEEPING_ROW})"
    for table, when in ((Change.__tablename__, alien), (Changeset.__tablename__, f"{_DONE} AND {alien}")):
        for operation in ("update", "delete"):
            name = f"{PREFIX}{table}_guard_{operation}"
            sql = (
                f"CREATE TRIGGER {quoted(name)} BEFORE {operation.upper()} ON {quoted(table)} FOR EACH ROW "
                f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{GUARDED}'); END"
            )
            yield Trigger(name, table, sql)


def _sqlite_first(rows: tuple[str, ...], column: str) -> str:
    values = [f"{row}.{quoted(column)}" for row in rows]
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


# --- PostgreSQL: the same three functions for all tables -------------------------------------------------------------


def hidden_columns(table: Table) -> list[str]:
    """The columns that are taken out of the row to make its image."""
    shown = {column.name for column in image_columns(table)}
    return [column.name for column in table.columns if column.name not in shown]


def _postgresql(table: Table) -> Iterator[Trigger]:
    arguments = [
        "{" + ",".join(hidden_columns(table)) + "}",
        owner_of(table, "customer") or "",
        owner_of(table, "contact") or "",
    ]
    given = ", ".join(f"'{argument}'" for argument in arguments)
    each = "FOR EACH ROW EXECUTE FUNCTION " + FUNCTION
    # Inserts are kept a statement at a time, which halves their cost. Updates and deletes can't be: where one statement
    # changes a row more than once, by way of foreign keys, only the row triggers tell the order.
    inserted = f"REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}_inserts"
    for operation, how in (("insert", inserted), ("update", each), ("delete", each)):
        name = f"{PREFIX}{table.name}_{operation}"
        sql = f"CREATE TRIGGER {quoted(name)} AFTER {operation.upper()} ON {quoted(table.name)} {how}({given})"
        yield Trigger(name, table.name, sql)


def _postgresql_guards() -> Iterator[Trigger]:
    for table, when in ((Change.__tablename__, ""), (Changeset.__tablename__, f" WHEN (({_DONE}))")):
        each = f"FOR EACH ROW{when}"
        for operation, how in (("update", each), ("delete", each), ("truncate", "FOR EACH STATEMENT")):
            name = f"{PREFIX}{table}_guard_{operation}"
            sql = (
                f"CREATE TRIGGER {quoted(name)} BEFORE {operation.upper()} ON {quoted(table)} {how} "
                f"EXECUTE FUNCTION {FUNCTION}_guard()"
            )
            yield Trigger(name, table, sql)


_POSTGRESQL_COLUMNS = (
    "changeset_id, at, transaction_id, snapshot, table_name, row_id, operation, before, after, customer_id, contact_id"
)
# What the changeset's row says for all its changes, a change from outside must say itself: moment and snapshot.
_POSTGRESQL_DECLARED = f"""
    open_changeset integer := nullif(current_setting('{SETTING}', true), '')::integer;
    moment timestamp := CASE WHEN open_changeset IS NULL THEN now() AT TIME ZONE 'utc' END;
    beside text := CASE WHEN open_changeset IS NULL THEN pg_current_snapshot()::text END;
    transaction bigint := pg_current_xact_id()::text::bigint;
    hidden text[] := TG_ARGV[0]::text[];
    customer text := TG_ARGV[1];
    contact text := TG_ARGV[2];"""


def _functions(schema: str) -> Iterator[str]:
    """The functions behind all triggers. The journal's table comes with its schema: the caller's path is not ours."""
    change = f"{quoted(schema)}.{Change.__tablename__}"
    yield f"""
CREATE OR REPLACE FUNCTION {FUNCTION}_inserts() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE {_POSTGRESQL_DECLARED}
BEGIN
    INSERT INTO {change} ({_POSTGRESQL_COLUMNS})
    SELECT open_changeset, moment, transaction, beside, TG_TABLE_NAME, (image ->> 'id')::integer, 'insert', NULL, image,
        (image ->> customer)::integer, (image ->> contact)::integer
    -- OFFSET 0 keeps the image from being made anew for every use.
    FROM (SELECT to_jsonb(n) - hidden AS image FROM new_rows n OFFSET 0) images;
    RETURN NULL;
END $body$
"""
    yield f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE {_POSTGRESQL_DECLARED}
    was jsonb := to_jsonb(OLD) - hidden;
    is_now jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(NEW) - hidden END;
BEGIN
    IF was = is_now THEN
        RETURN NULL;
    END IF;
    IF is_now IS NULL OR was -> 'id' <> is_now -> 'id' THEN
        INSERT INTO {change} ({_POSTGRESQL_COLUMNS})
        VALUES (open_changeset, moment, transaction, beside, TG_TABLE_NAME, (was ->> 'id')::integer, 'delete',
            was, NULL, (was ->> customer)::integer, (was ->> contact)::integer);
        was := NULL;
    END IF;
    -- A new key makes another row of it: after the delete comes an insert.
    IF is_now IS NOT NULL THEN
        INSERT INTO {change} ({_POSTGRESQL_COLUMNS})
        VALUES (open_changeset, moment, transaction, beside, TG_TABLE_NAME, (is_now ->> 'id')::integer,
            CASE WHEN was IS NULL THEN 'insert' ELSE 'update' END, was, is_now,
            coalesce(is_now ->> customer, was ->> customer)::integer,
            coalesce(is_now ->> contact, was ->> contact)::integer);
    END IF;
    RETURN NULL;
END $body$
"""

    yield f"""
CREATE OR REPLACE FUNCTION {FUNCTION}_guard() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF coalesce(current_setting('{KEEPING}', true), '') <> 'on' THEN
        RAISE EXCEPTION '{GUARDED}';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $body$
"""


def _forget_another_cluster(connection: Connection) -> None:
    """After a restore into another cluster the kept transaction ids lie in the future and mean nothing."""
    connection.execute(
        text(
            f"UPDATE {Change.__tablename__} SET transaction_id = NULL "
            "WHERE transaction_id > pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        )
    )
