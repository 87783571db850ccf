"""Migrations from an empty database give exactly the tables of the models, on both databases."""

from __future__ import annotations

from alembic import command
from sqlalchemy import NullPool, create_engine, inspect

from models import journal, schema, search
from tests.databases import Databases


def test_migrating_an_empty_database_gives_the_tables_of_the_models(handed_out: Databases, engine_kind: str) -> None:
    url = handed_out.fresh(engine_kind)
    engine = create_engine(url, poolclass=NullPool)
    schema.upgrade(engine)
    with engine.connect() as connection:
        command.check(schema.config(connection))
        assert journal.missing(connection) == []
        assert search.is_current(connection)
        assert schema.is_current(connection)
    handed_out.drop(url)


def test_migrating_twice_changes_nothing(handed_out: Databases, engine_kind: str) -> None:
    url = handed_out.fresh(engine_kind)
    engine = create_engine(url, poolclass=NullPool)
    schema.upgrade(engine)
    before = sorted(inspect(engine).get_table_names())
    schema.upgrade(engine)
    assert sorted(inspect(engine).get_table_names()) == before
    handed_out.drop(url)


def test_downgrading_takes_every_table_away(handed_out: Databases, engine_kind: str) -> None:
    url = handed_out.fresh(engine_kind)
    engine = create_engine(url, poolclass=NullPool)
    schema.upgrade(engine)
    schema.downgrade(engine)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    handed_out.drop(url)
