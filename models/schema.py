"""Bring a database to this version: Alembic's migrations, then the triggers that follow from the tables as they are now.

Triggers name every column, so they are made anew after each upgrade instead of being patched by migrations.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from models import journal, search
from models.base import WILL_WRITE

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file of its own; env.py takes the connection from it."""
    result = Config()
    result.set_main_option("script_location", str(MIGRATIONS))
    # Sortable file names: the date first.
    result.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s")
    result.set_main_option("path_separator", "os")
    if connection is not None:
        result.attributes["connection"] = connection
    return result


def upgrade(engine: Engine) -> None:
    """Migrate to the newest version and install the triggers, all in one transaction."""
    with engine.connect().execution_options(**WILL_WRITE) as connection, connection.begin():
        if not is_current(connection):
            # SQLite checks every trigger when a migration rebuilds a table, and those of the search name several.
            search.remove(connection)
        command.upgrade(config(connection), "head")
        journal.install(connection)
        search.install(connection)


def new_revision(engine: Engine, message: str) -> str:
    """Write a migration from the difference between the tables and this database; its path."""
    with engine.connect() as connection:
        made = command.revision(config(connection), message=message, autogenerate=True)
    assert not isinstance(made, list)
    return made.path if made is not None else ""


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Back to an older version; to "base" every table goes, with all that is in it."""
    with engine.connect().execution_options(**WILL_WRITE) as connection, connection.begin():
        search.remove(connection)
        journal.remove(connection)
        command.downgrade(config(connection), revision)


def is_current(connection: Connection) -> bool:
    """Whether the database has the newest migration."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest
