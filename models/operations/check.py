"""Look a database over: what is wrong with its settings, triggers and references, as sentences. Mends nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from models import journal, schema, search, settings
from models.operations import contents
from models.settings import Setting

# So many broken references are named; of more, their number is enough.
NAMED = 20


def problems(session: Session) -> list[str]:
    """Everything that is wrong, one sentence each; empty when all is well."""
    connection = session.connection()
    if not schema.is_current(connection):
        return ["The database is not of this version: it needs migrating first."]
    return [*_settings(session), *_triggers(connection), *_references(connection), *_contents(session)]


def _settings(session: Session) -> Iterator[str]:
    for row in session.scalars(select(Setting).order_by(Setting.key)):
        setting = settings.KNOWN.get(row.key)
        if setting is None:
            yield f"The setting {row.key} is unknown."
        elif setting.misfit(settings.parsed(row.value)):
            yield f"The setting {row.key} has a value that does not fit: {row.value}"


def _contents(session: Session) -> Iterator[str]:
    lost = contents.missing(session)
    if lost:
        yield f"{lost} attached files have lost their content."


def _triggers(connection: Connection) -> Iterator[str]:
    for name in journal.missing(connection):
        yield f"The trigger {name} is missing or altered: changes may go unrecorded. Migrating installs it anew."
    if not search.is_current(connection):
        yield "The search documents are missing or altered: searches may miss records. Migrating makes them anew."


def _references(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "postgresql":
        yield from _unchecked_references(connection)
        return
    if not connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one():
        yield "Foreign keys are switched off."
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    for table, row, parent, _constraint in broken[:NAMED]:
        yield f"{table} {row} refers to a row of {parent} that does not exist."
    if len(broken) > NAMED:
        yield f"{len(broken) - NAMED} more rows refer to rows that do not exist."


def _unchecked_references(connection: Connection) -> Iterator[str]:
    """PostgreSQL holds references sound itself, as long as they are checked and their triggers are on."""
    unchecked = text(
        "SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c "
        "WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace AND (NOT c.convalidated OR EXISTS "
        "(SELECT 1 FROM pg_trigger t WHERE t.tgconstraint = c.oid AND t.tgenabled = 'D')) ORDER BY 1, 2"
    )
    for table, name in connection.execute(unchecked):
        yield f"The reference {name} of {table} is not checked."
