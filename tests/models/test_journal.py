"""Every change is kept, by whatever program and statement it was made, and belongs to a changeset or to the outside."""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg
import pytest
from sqlalchemy import Column, Engine, Float, delete, insert, inspect, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from models.access import Looker
from models.base import Base
from models.journal import (
    Change,
    Changeset,
    Operation,
    Origin,
    OutsideChangeset,
    changeset,
    install,
    is_open,
    missing,
)
from tests.databases import Databases
from tests.models.journal_toy import (
    ANN,
    BOB,
    Contact,
    Customer,
    Draft,
    Group,
    Label,
    Project,
    Registration,
    Toy,
    build,
    connect,
    dump,
)


def outside(engine: Engine, *statements: str) -> None:
    """Run SQL as another program would: by the bare driver, knowing nothing of this project."""
    if engine.dialect.name == "sqlite":
        with sqlite3.connect(str(engine.url.database)) as lite:
            lite.execute("PRAGMA foreign_keys = ON")
            lite.execute("PRAGMA recursive_triggers = ON")
            for statement in statements:
                lite.execute(statement)
        lite.close()
        return
    with psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        for statement in statements:
            server.execute(statement.encode())


def kept(toy: Session) -> list[tuple[int | None, str, int, Operation]]:
    """All changes in short, and the end of the look."""
    query = select(Change.changeset_id, Change.table_name, Change.row_id, Change.operation).order_by(Change.id)
    found = [(in_changeset, table, row_id, operation) for in_changeset, table, row_id, operation in toy.execute(query)]
    toy.rollback()
    return found


def images(toy: Session, table: str) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    query = select(Change.before, Change.after).where(Change.table_name == table).order_by(Change.id)
    found = [(before, after) for before, after in toy.execute(query)]
    toy.rollback()
    return found


def test_a_changeset_says_who_did_what_when_and_by_which_path(toy: Session) -> None:
    with changeset(toy, ANN, "Added {name}", Origin.IMPORT, name="Bo"):
        toy.add(Contact(name="Bo"))
    found = toy.scalars(select(Changeset)).one()
    assert (found.user_id, found.user_name, found.origin, found.title) == (7, "Ann", Origin.IMPORT, "Added {name}")
    assert found.values == {"name": "Bo"}
    assert found.at.tzinfo is not None
    assert found.change_count == 1
    assert kept(toy) == [(found.id, "contact", 1, Operation.INSERT)]


def test_anything_like_an_actor_will_do_and_a_program_has_no_id(toy: Session) -> None:
    with changeset(toy, Looker(None, "Night job"), "Added", Origin.COMMAND):
        toy.add(Contact(name="Bo"))
    assert toy.scalars(select(Changeset.user_id)).all() == [None]


def test_images_hold_the_row_before_and_after(toy: Session) -> None:
    with changeset(toy, ANN, "Added"):
        toy.add(Group(name="Metal"))
    with changeset(toy, ANN, "Renamed"):
        toy.get_one(Group, 1).name = "Stone"
    with changeset(toy, ANN, "Removed"):
        toy.delete(toy.get_one(Group, 1))
    metal, stone = {"id": 1, "name": "Metal"}, {"id": 1, "name": "Stone"}
    assert images(toy, "label_group") == [(None, metal), (metal, stone), (stone, None)]


def test_bulk_statements_are_kept_row_by_row(toy: Session) -> None:
    with changeset(toy, ANN, "Bulk"):
        toy.execute(insert(Contact), [{"name": "A"}, {"name": "B"}, {"name": "C"}])
        toy.execute(update(Contact).where(Contact.name != "A").values(name="X"))
        toy.execute(delete(Contact))
    assert [operation for _, _, _, operation in kept(toy)] == [
        *[Operation.INSERT] * 3,
        *[Operation.UPDATE] * 2,
        *[Operation.DELETE] * 3,
    ]


def test_what_a_delete_drags_along_is_kept_too(toy: Session) -> None:
    with changeset(toy, ANN, "Added"):
        for row in (
            Customer(first_name="Åsa"),
            Contact(name="Bo"),
            Project(customer_id=1, name="Roof"),
            Project(customer_id=1, name="Tiles", parent_id=1),
            Registration(project_id=2, contact_id=1),
        ):
            toy.add(row)
            toy.flush()
    with changeset(toy, ANN, "Removed") as removed:
        toy.execute(text("DELETE FROM contact"))
        toy.execute(text("DELETE FROM customer"))
    found = [row[1:] for row in kept(toy) if row[0] == removed.id]
    assert ("registration", 1, Operation.UPDATE) in found
    assert found.index(("registration", 1, Operation.UPDATE)) < found.index(("registration", 1, Operation.DELETE))
    assert {row for row in found if row[2] is Operation.DELETE} == {
        (table, row, Operation.DELETE)
        for table, row in (("contact", 1), ("customer", 1), ("project", 1), ("project", 2), ("registration", 1))
    }


def test_an_update_that_changes_nothing_is_not_kept(toy: Session) -> None:
    with changeset(toy, ANN, "Added") as added:
        toy.add(Customer(first_name="Åsa"))
    with changeset(toy, ANN, "Nothing"):
        toy.execute(text("UPDATE customer SET first_name = first_name, note = NULL"))
    assert kept(toy) == [(added.id, "customer", 1, Operation.INSERT)]


def test_plain_sql_by_another_program_shows_as_made_from_outside(toy: Session, toy_engine: Engine) -> None:
    outside(
        toy_engine,
        "INSERT INTO label_group (name) VALUES ('O''Neil')",
        "UPDATE label_group SET name = 'x'",
        "DELETE FROM label_group",
    )
    assert kept(toy) == [
        (None, "label_group", 1, Operation.INSERT),
        (None, "label_group", 1, Operation.UPDATE),
        (None, "label_group", 1, Operation.DELETE),
    ]
    assert images(toy, "label_group")[0] == (None, {"id": 1, "name": "O'Neil"})
    moments = toy.scalars(select(Change.at)).all()
    assert all(moment is not None and moment.tzinfo is not None for moment in moments)


def test_a_changeset_does_not_colour_what_comes_after_it(toy: Session, toy_engine: Engine) -> None:
    with changeset(toy, ANN, "Added"):
        toy.add(Contact(name="Bo"))
    toy.execute(text("UPDATE contact SET name = 'raw'"))
    toy.commit()
    outside(toy_engine, "UPDATE contact SET name = 'bare'")
    assert [found[0] for found in kept(toy)] == [1, None, None]


def test_a_replaced_row_is_kept_as_deleted_and_made(toy: Session, toy_engine: Engine) -> None:
    if toy_engine.dialect.name != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's own")
    outside(
        toy_engine,
        "INSERT INTO label (name) VALUES ('Gold')",
        "INSERT OR REPLACE INTO label (id, name) VALUES (5, 'Gold')",
    )
    assert [row[1:] for row in kept(toy)] == [
        ("label", 1, Operation.INSERT),
        ("label", 1, Operation.DELETE),
        ("label", 5, Operation.INSERT),
    ]


def test_an_upsert_is_kept_as_what_it_was(toy: Session, toy_engine: Engine) -> None:
    outside(
        toy_engine,
        "INSERT INTO label (name) VALUES ('Gold')",
        "INSERT INTO label (name) VALUES ('Gold'), ('Iron') ON CONFLICT (name) DO UPDATE SET name = 'Old'",
    )
    found = [
        (operation, after["name"])
        for (_, _, _, operation), (_, after) in zip(kept(toy), images(toy, "label"), strict=True)
        if after
    ]
    assert sorted(found) == [(Operation.INSERT, "Gold"), (Operation.INSERT, "Iron"), (Operation.UPDATE, "Old")]


def test_a_new_key_makes_another_row(toy: Session, toy_engine: Engine) -> None:
    outside(toy_engine, "INSERT INTO label_group (name) VALUES ('A')", "UPDATE label_group SET id = 9, name = 'B'")
    assert [row[1:] for row in kept(toy)] == [
        ("label_group", 1, Operation.INSERT),
        ("label_group", 1, Operation.DELETE),
        ("label_group", 9, Operation.INSERT),
    ]


def test_the_customer_and_the_contact_of_a_change_are_known(toy: Session) -> None:
    with changeset(toy, ANN, "Added"):
        for row in (
            Customer(first_name="A"),
            Customer(first_name="B"),
            Contact(name="C"),
            Project(customer_id=1, name="P"),
            Registration(project_id=1, contact_id=1),
            Label(name="L"),
        ):
            toy.add(row)
            toy.flush()
    with changeset(toy, ANN, "Moved"):
        toy.execute(text("UPDATE project SET customer_id = 2"))
        toy.execute(text("DELETE FROM contact"))
    query = select(Change.table_name, Change.customer_id, Change.contact_id).order_by(Change.id)
    found = [tuple(row) for row in toy.execute(query)]
    assert found[:7] == [
        ("customer", 1, None),
        ("customer", 2, None),
        ("contact", None, 1),
        ("project", 1, None),
        ("registration", None, 1),
        ("label", None, None),
        ("project", 2, None),
    ]
    # The contact of a registration that lost it is still the one it was about.
    assert sorted(found[7:]) == [("contact", None, 1), ("registration", None, 1)]


def test_a_secret_never_enters_an_image(toy: Session) -> None:
    with changeset(toy, ANN, "Added"):
        toy.add(Customer(first_name="Åsa", password="hunter2"))
    with changeset(toy, ANN, "Changed", Origin.COMMAND) as changed:
        toy.execute(text("UPDATE customer SET password = 'hunter3'"))
    assert changed.is_empty
    with changeset(toy, ANN, "Changed more"):
        toy.execute(text("UPDATE customer SET password = 'hunter4', note = 'x'"))
        toy.execute(text("DELETE FROM customer"))
    everything = str(images(toy, "customer"))
    assert "hunter" not in everything
    assert "password" not in everything


def test_a_computed_column_is_not_kept_but_for_the_name(toy: Session) -> None:
    with changeset(toy, ANN, "Added"):
        toy.add(Customer(first_name="Åsa"))
    [(_, after)] = images(toy, "customer")
    assert after is not None
    assert after["name"] == "Mx Åsa"
    assert "name_key" not in after


def test_working_tables_are_not_kept_and_need_no_changeset(toy: Session) -> None:
    toy.add(Draft(body="x"))
    toy.commit()
    toy.execute(update(Draft).values(body="y"))
    toy.commit()
    assert kept(toy) == []


def rename(toy: Session) -> Contact:
    contact = toy.get_one(Contact, 1)
    contact.name = "X"
    return contact


@pytest.mark.parametrize(
    "write",
    [
        lambda toy: (toy.add(Contact(name="X")), toy.flush()),
        lambda toy: (rename(toy), toy.flush()),
        lambda toy: (toy.delete(toy.get_one(Contact, 1)), toy.flush()),
        lambda toy: toy.execute(insert(Contact).values(name="X")),
        lambda toy: toy.execute(update(Contact).values(name="X")),
        lambda toy: toy.execute(delete(Contact)),
        lambda toy: toy.execute(Toy.metadata.tables["contact"].insert().values(name="X")),
        lambda toy: toy.execute(Toy.metadata.tables["contact"].update().values(name="X")),
        lambda toy: toy.execute(Toy.metadata.tables["contact"].delete()),
    ],
)
def test_writing_outside_a_changeset_raises(toy: Session, write: Any) -> None:
    with changeset(toy, ANN, "Added"):
        toy.add(Contact(name="Bo"))
    before = dump(toy)
    with pytest.raises(OutsideChangeset):
        write(toy)
    toy.rollback()
    assert dump(toy) == before


def test_nothing_is_left_of_a_changeset_that_failed(toy: Session) -> None:
    with pytest.raises(DatabaseError), changeset(toy, ANN, "Fails"):
        toy.add(Contact(name="Bo"))
        toy.flush()
        toy.execute(text("nonsense"))
    assert not is_open(toy)
    assert toy.scalars(select(Contact)).all() == []
    assert toy.scalars(select(Changeset)).all() == []
    assert kept(toy) == []


def test_a_changeset_in_which_nothing_changed_vanishes(toy: Session) -> None:
    with changeset(toy, ANN, "Nothing") as nothing:
        pass
    assert nothing.is_empty
    assert not nothing.id
    assert toy.scalars(select(Changeset)).all() == []


def test_a_changeset_inside_another_joins_it(toy: Session) -> None:
    with changeset(toy, ANN, "Outer") as outer:
        toy.add(Contact(name="A"))
        with changeset(toy, BOB, "Inner") as inner:
            toy.add(Contact(name="B"))
        assert is_open(toy)
        toy.add(Contact(name="C"))
    assert inner is outer
    assert [row[0] for row in kept(toy)] == [outer.id] * 3
    assert outer.user_name == "Ann"


def test_a_failed_inner_changeset_takes_back_its_own_part_only(toy: Session) -> None:
    with changeset(toy, ANN, "Outer"):
        toy.add(Contact(name="A"))
        for name in ("B", "C"):
            try:
                with changeset(toy, ANN, "Inner"):
                    toy.add(Contact(name=name))
                    toy.flush()
                    if name == "B":
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
    assert toy.scalars(select(Contact.name).order_by(Contact.id)).all() == ["A", "C"]
    assert len(kept(toy)) == 2


def test_unsaved_work_before_a_changeset_is_a_programming_error(toy: Session) -> None:
    toy.add(Contact(name="A"))
    with pytest.raises(RuntimeError, match="unsaved"), changeset(toy, ANN, "Late"):
        pass
    toy.rollback()


def test_a_changeset_reads_anew_what_was_read_before_it(toy: Session, toy_engine: Engine) -> None:
    with changeset(toy, ANN, "Added"):
        toy.add(Contact(name="Bo"))
    # Even where a commit leaves what was read as it is.
    toy.expire_on_commit = False
    contact = toy.get_one(Contact, 1)
    assert contact.name == "Bo"
    outside(toy_engine, "UPDATE contact SET name = 'Cy'")
    with changeset(toy, ANN, "Look"):
        assert contact.name == "Cy"


def test_a_commit_inside_closes_the_changeset_in_the_same_transaction(toy: Session) -> None:
    with changeset(toy, ANN, "Committed inside") as committed:
        toy.add(Contact(name="A"))
        toy.commit()
        assert not is_open(toy)
        toy.add(Contact(name="B"))
        with pytest.raises(OutsideChangeset):
            toy.flush()
        toy.rollback()
    assert committed.change_count == 1
    assert kept(toy) == [(committed.id, "contact", 1, Operation.INSERT)]


def test_a_rollback_inside_ends_the_changeset(toy: Session) -> None:
    with changeset(toy, ANN, "Rolled back inside"):
        toy.add(Contact(name="A"))
        toy.flush()
        toy.rollback()
        toy.add(Contact(name="B"))
        with pytest.raises(OutsideChangeset):
            toy.flush()
        toy.rollback()
    assert kept(toy) == []
    assert toy.scalars(select(Changeset)).all() == []


def test_a_missing_trigger_is_named_and_made_again(toy: Session, toy_engine: Engine) -> None:
    with toy_engine.begin() as connection:
        assert missing(connection, Toy.registry) == []
        on = " ON contact" if toy_engine.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER journal_contact_update{on}"))
        assert missing(connection, Toy.registry) == ["journal_contact_update"]
        install(connection, Toy.registry)
        install(connection, Toy.registry)
        assert missing(connection, Toy.registry) == []


@pytest.mark.parametrize("how", ["DISABLE", "ENABLE REPLICA"])
def test_a_trigger_that_is_switched_off_is_named_and_made_again(toy_engine: Engine, how: str) -> None:
    if toy_engine.dialect.name == "sqlite":
        pytest.skip("SQLite cannot switch a trigger off.")
    with toy_engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE contact {how} TRIGGER journal_contact_update"))
        assert missing(connection, Toy.registry) == ["journal_contact_update"]
        install(connection, Toy.registry)
        assert missing(connection, Toy.registry) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE change SET after = NULL",
        "DELETE FROM change",
        "UPDATE changeset SET user_name = 'Somebody else'",
        "DELETE FROM changeset",
    ],
)
def test_plain_sql_cannot_change_what_is_kept(toy: Session, toy_engine: Engine, statement: str) -> None:
    with changeset(toy, ANN, "Added"):
        toy.add(Contact(name="A"))
    before = kept(toy), [(one.id, one.user_name) for one in toy.scalars(select(Changeset))]
    toy.rollback()
    with pytest.raises((sqlite3.Error, psycopg.Error), match="The history cannot be changed"):
        outside(toy_engine, statement)
    toy.expire_all()
    assert (kept(toy), [(one.id, one.user_name) for one in toy.scalars(select(Changeset))]) == before


def test_a_truncation_of_what_is_kept_is_refused(toy: Session, toy_engine: Engine) -> None:
    if toy_engine.dialect.name == "sqlite":
        pytest.skip("SQLite knows no such statement.")
    with changeset(toy, ANN, "Added"):
        toy.add(Contact(name="A"))
    toy.rollback()
    with pytest.raises(psycopg.Error, match="The history cannot be changed"):
        outside(toy_engine, "TRUNCATE change, changeset")


def test_who_takes_the_guard_of_the_history_away_is_found_out(toy: Session, toy_engine: Engine) -> None:
    with toy_engine.begin() as connection:
        on = " ON changeset" if toy_engine.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER journal_changeset_guard_update{on}"))
        assert missing(connection, Toy.registry) == ["journal_changeset_guard_update"]


def test_a_trigger_that_no_longer_fits_its_table_is_named(toy: Session, toy_engine: Engine) -> None:
    column = Column("nickname", Toy.metadata.tables["contact"].c.name.type, info={"secret": True})
    Toy.metadata.tables["contact"].append_column(column)
    try:
        with toy_engine.begin() as connection:
            names = missing(connection, Toy.registry)
    finally:
        Toy.metadata.tables["contact"]._columns.remove(column)
    # A secret is of no concern to SQLite's triggers, which name what they keep.
    expected = ["journal_contact_insert", "journal_contact_update", "journal_contact_delete"]
    assert names == (expected if toy_engine.dialect.name == "postgresql" else [])


def test_a_type_that_would_not_come_back_exactly_is_a_programming_error(toy_engine: Engine) -> None:
    class Inexact(DeclarativeBase):
        journaled = True

    class Weight(Inexact):
        __tablename__ = "weight"

        id: Mapped[int] = mapped_column(primary_key=True)
        kilos: Mapped[float] = mapped_column(Float)

    with toy_engine.connect() as connection, pytest.raises(TypeError, match=r"weight\.kilos"):
        install(connection, Inexact.registry)
    assert Weight.__tablename__ not in Base.metadata.tables


def test_the_toy_tables_have_all_their_keys_in_whichever_order_the_databases_are_made(handed_out: Databases) -> None:
    for kind in ("postgresql", "sqlite"):
        url = handed_out.fresh(kind)
        build(url)
        found = inspect(connect(url))
        for table in Toy.metadata.tables.values():
            kept = {column for key in found.get_foreign_keys(table.name) for column in key["constrained_columns"]}
            assert kept == {key.parent.name for key in table.foreign_keys}, (kind, table.name)
        handed_out.drop(url)
