"""Alembic's environment: the connection comes from models/schema.py, the wanted tables from the models."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

import models
from models.base import db

assert models.NOUNS, "importing the package loads every table"

# Search documents are made by models/search.py, which knows both databases' own kinds of index.
NOT_OURS = ("customer_search", "contact_search", "project_search", "activity_search", "comment_search")


def include(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """Leave out the tables that the search keeps for itself, with FTS5's shadow tables."""
    return not (kind == "table" and name is not None and name.startswith(NOT_OURS))


def plain(kind: str, thing: Any, autogen: Any) -> str | Literal[False]:
    """Our own column types by what they are in the database, so that a migration never imports the models."""
    if kind != "type" or not isinstance(thing, TypeDecorator):
        return False
    impl = thing.impl_instance
    return f"sa.{impl!r}"


def run() -> None:
    """Run the migrations on the connection that was handed in."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        include_object=include,
        render_item=plain,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
