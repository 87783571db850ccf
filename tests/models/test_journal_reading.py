"""What happened since a form was shown, and the history page by page."""

from __future__ import annotations

import datetime as dt
import re
import threading

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from models.access import SYSTEM
from models.journal import (
    By,
    Only,
    Page,
    adopt,
    changeset,
    history,
    outside_ids,
    position,
    reading,
    sentence,
    since,
)
from models.journal.triggers import keeping
from tests.models.journal_toy import ANN, BOB, Contact, Customer, Label, Project, connect, session_on


def add(toy: Session, *rows: object) -> int:
    with changeset(toy, ANN, "Added") as added:
        for row in rows:
            toy.add(row)
            toy.flush()
    key = added.id
    # No reading transaction stays open: it would not see what others write.
    toy.rollback()
    return key


def outside(engine: Engine, statement: str) -> None:
    with engine.begin() as connection, keeping(connection):
        connection.execute(text(statement))


def in_short(page: Page) -> list[tuple[int | None, int]]:
    return [(event.changeset.id if event.changeset else None, event.count) for event in page.events]


def test_nothing_happened_since_just_now(toy: Session) -> None:
    assert position(toy) == 0
    add(toy, Contact(name="A"))
    assert since(toy, position(toy), [("contact", 1)]) == []


def test_later_changes_of_a_row_say_who_and_what_it_was(toy: Session, toy_engine: Engine) -> None:
    add(toy, Customer(first_name="A", size=1), Customer(first_name="B"), Contact(name="C"))
    shown = position(toy)
    with changeset(toy, BOB, "Grew") as grew:
        toy.execute(text("UPDATE customer SET size = 2"))
    outside(toy_engine, "UPDATE customer SET size = 3")
    first, second = since(toy, shown, [("customer", 1), ("contact", 1)])
    assert (first.changeset_id, first.user_id, first.user_name, first.row_id) == (grew.id, 8, "Bob", 1)
    assert (second.changeset_id, second.user_id, second.user_name) == (None, None, None)
    assert first.before is not None
    assert second.after is not None
    assert (first.before["size"], second.after["size"]) == (1, 3)
    assert first.at is not None
    assert second.at is not None


def test_all_rows_of_a_table_can_be_asked_for(toy: Session) -> None:
    shown = position(toy)
    add(toy, Label(name="A"), Label(name="B"), Contact(name="C"))
    assert [later.row_id for later in since(toy, shown, [("label", None)])] == [1, 2]
    assert since(toy, shown, []) == []
    assert since(toy, shown, [("nonsense'", 1)]) == []


LONG_AGO = """INSERT INTO change (transaction_id, table_name, row_id, operation, after)
SELECT 1, 'customer', i, 'insert', '{"id": 1}' FROM generate_series(1, 50000) i"""


def test_later_changes_of_whole_tables_are_found_by_index(toy: Session, toy_engine: Engine) -> None:
    if toy_engine.dialect.name == "postgresql":
        with toy_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in (LONG_AGO, "VACUUM ANALYZE change"):
                connection.execute(text(statement))
    add(toy, Customer(first_name="A"))
    shown = position(toy)
    asked: list[tuple[str, object]] = []
    event.listen(toy_engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2:4]))
    since(toy, shown, [("customer", None), ("contact", None)])
    statement, values = asked[-1]
    explain = "EXPLAIN " if toy_engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    plan = " ".join(str(row) for row in toy.connection().exec_driver_sql(explain + statement, values))
    if toy_engine.dialect.name == "postgresql":
        assert "ix_change_transaction" in plan
        assert "Seq Scan on change " not in plan
    else:
        assert "SEARCH change USING INTEGER PRIMARY KEY (rowid>?)" in plan


def test_a_change_that_becomes_visible_late_is_not_missed(toy: Session, toy_engine: Engine) -> None:
    """On PostgreSQL a transaction may get low ids and commit after one with higher ids."""
    if toy_engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    add(toy, Customer(first_name="A"), Customer(first_name="B"))
    with session_on(toy_engine) as slow:
        with changeset(slow, BOB, "Slow"):
            slow.execute(text("UPDATE customer SET size = 5 WHERE id = 1"))
            add(toy, Contact(name="Quick"))
            shown = position(toy)
            assert since(toy, shown, [("customer", 1)]) == []
            toy.rollback()
        assert [later.user_name for later in since(toy, shown, [("customer", 1)])] == ["Bob"]
        toy.rollback()
        # The same from outside: who wrote last before the form says nothing in a row of its own.
        with changeset(slow, BOB, "Slow again"):
            slow.execute(text("UPDATE customer SET size = 6 WHERE id = 1"))
            outside(toy_engine, "UPDATE customer SET size = 1 WHERE id = 2")
            shown = position(toy)
            toy.rollback()
        assert len(since(toy, shown, [("customer", 1)])) == 1
        assert since(toy, shown, [("customer", 2)]) == []


def test_looking_before_a_write_waits_for_who_is_writing_the_row(toy: Session, toy_engine: Engine) -> None:
    add(toy, Customer(first_name="A"))
    shown = position(toy)
    toy.rollback()
    found: list[int] = []

    def save() -> None:
        with session_on(connect(toy_engine.url)) as mine, changeset(mine, ANN, "Mine"):
            found.append(len(since(mine, shown, [("customer", 1)])))

    with changeset(toy, BOB, "Theirs"):
        toy.execute(text("UPDATE customer SET size = 5"))
        thread = threading.Thread(target=save)
        thread.start()
        thread.join(0.3)
        assert found == []
    thread.join(10)
    assert found == [1]


def test_the_history_is_newest_first_with_neighbours_from_outside_made_one(toy: Session, toy_engine: Engine) -> None:
    first = add(toy, Contact(name="A"))
    outside(toy_engine, "UPDATE contact SET name = 'B'")
    second = add(toy, Contact(name="C"))
    outside(toy_engine, "INSERT INTO label (name) VALUES ('x'), ('y'), ('z')")
    outside(toy_engine, "UPDATE change SET at = '2026-01-01 12:00:00.500000' WHERE changeset_id IS NULL")
    page = history(toy)
    assert in_short(page) == [(None, 3), (second, 1), (None, 1), (first, 1)]
    assert page.next is None
    assert [change.row_id for change in page.events[0].changes] == [1, 2, 3]
    assert outside_ids(toy, page.events[0].first_id, page.events[0].last_id) == [4, 5, 6]


def test_changes_from_outside_a_second_apart_are_two_events(toy: Session, toy_engine: Engine) -> None:
    for moment, name in (("12:00:00.9", "a"), ("12:00:01.1", "b")):
        outside(toy_engine, f"INSERT INTO label (name) VALUES ('{name}')")
        outside(
            toy_engine, f"UPDATE change SET at = '2026-01-01 {moment}00000' WHERE id = (SELECT max(id) FROM change)"
        )
    assert in_short(history(toy)) == [(None, 1), (None, 1)]


def test_the_history_goes_on_page_by_page_without_gap_or_double(toy: Session, toy_engine: Engine) -> None:
    for number in range(7):
        add(toy, Contact(name=str(number)), Contact(name="x"))
        if number % 2:
            outside(toy_engine, f"INSERT INTO label (name) VALUES ('{number}'), ('+{number}')")
    whole = in_short(history(toy))
    assert len(whole) == 10
    for limit in (1, 2, 3):
        pages: list[tuple[int | None, int]] = []
        before: str | None = None
        while True:
            page = history(toy, before=before, limit=limit)
            pages += in_short(page)
            assert len(page.events) <= limit
            if page.next is None:
                break
            before = page.next
        assert pages == whole


def test_very_many_changes_from_outside_hide_nothing_older(
    toy: Session, toy_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add(toy, Contact(name="A"))
    outside(toy_engine, "INSERT INTO label (name) VALUES ('a'), ('b')")
    second = add(toy, Contact(name="B"))
    outside(toy_engine, "INSERT INTO label (name) VALUES ('c'), ('d'), ('e')")
    monkeypatch.setattr(reading, "_OUTSIDE_WINDOW", 4)
    page = history(toy)
    assert in_short(page) == [(None, 3), (second, 1), (None, 1)]
    assert in_short(history(toy, before=page.next)) == [(None, 1), (first, 1)]


@pytest.mark.parametrize("one_by_one", [100, 0], ids=["few events", "many"])
def test_an_event_from_outside_shows_its_first_changes_however_many_events_are_read(
    toy: Session, toy_engine: Engine, monkeypatch: pytest.MonkeyPatch, one_by_one: int
) -> None:
    outside(toy_engine, "INSERT INTO label (name) VALUES ('a'), ('b'), ('c'), ('d')")
    monkeypatch.setattr(reading, "SHOWN", 3)
    monkeypatch.setattr(reading, "_ONE_BY_ONE", one_by_one)
    (event,) = history(toy).events
    assert (event.count, len(event.changes)) == (4, 3)


def test_the_history_of_one_thing_shows_only_what_concerns_it(toy: Session) -> None:
    made = add(
        toy, Customer(first_name="A"), Customer(first_name="B"), Project(customer_id=1, name="P"), Contact(name="C")
    )
    with changeset(toy, BOB, "Changed") as changed:
        toy.execute(text("UPDATE project SET name = 'Q'"))
    assert in_short(history(toy, customer_id=1)) == [(changed.id, 1), (made, 2)]
    assert in_short(history(toy, customer_id=2)) == [(made, 1)]
    assert in_short(history(toy, contact_id=1)) == [(made, 1)]
    assert in_short(history(toy, changeset_id=changed.id)) == [(changed.id, 1)]
    assert in_short(history(toy, rows=[("project", 1), ("contact", 1)])) == [(changed.id, 1), (made, 2)]
    assert in_short(history(toy, rows=[])) == []


def test_a_history_of_one_person_leaves_out_what_others_did(toy: Session, toy_engine: Engine) -> None:
    made = add(toy, Contact(name="A"))
    with changeset(toy, BOB, "Changed") as changed:
        toy.execute(text("UPDATE contact SET name = 'B'"))
    with changeset(toy, SYSTEM, "Tidied") as tidied:
        toy.execute(text("UPDATE contact SET name = 'C'"))
    outside(toy_engine, "UPDATE contact SET name = 'D'")
    assert in_short(history(toy, contact_id=1, only=Only(by=frozenset({7})))) == [(made, 1)]
    assert in_short(history(toy, only=Only(by=frozenset({8})))) == [(changed.id, 1)]
    assert in_short(history(toy, only=Only(by=frozenset({By.SYSTEM})))) == [(tidied.id, 1)]
    assert in_short(history(toy, only=Only(by=frozenset({9})))) == []


MANY = """INSERT INTO changeset (at, user_id, user_name, origin, title, values, change_count, last_change_id)
SELECT '2026-01-01', 9, 'Gerda', 'form', 'Rang', '{}', 1, -i FROM generate_series(1, 20000) i"""


@pytest.mark.parametrize(
    ("only", "index"),
    [(Only(by=frozenset({7})), "ix_changeset_user_id"), (Only(by=frozenset({By.OUTSIDE})), "ix_changeset_outside")],
)
def test_what_one_did_is_found_by_index(toy: Session, toy_engine: Engine, only: Only, index: str) -> None:
    on_server = toy_engine.dialect.name == "postgresql"
    if on_server:
        with toy_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in (MANY, "VACUUM ANALYZE changeset"):
                connection.execute(text(statement))
    asked: list[tuple[str, object]] = []
    event.listen(toy_engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2:4]))
    history(toy, only=only)
    statement, values = next(one for one in asked if "FROM changeset" in one[0])
    explain = "EXPLAIN " if on_server else "EXPLAIN QUERY PLAN "
    plan = " ".join(str(row) for row in toy.connection().exec_driver_sql(explain + statement, values))
    assert index in plan


LARGE = (
    """INSERT INTO changeset (id, at, user_id, user_name, origin, title, values, change_count, last_change_id)
    SELECT i, '2026-01-01', 9, 'Gerda', 'import', 'Import', '{}', 2000, i * 2000 FROM generate_series(1, 20) i""",
    """INSERT INTO change (changeset_id, transaction_id, table_name, row_id, operation, after)
    SELECT 1 + (i - 1) / 2000, 1, 'customer', i, 'insert', '{"id": 1}' FROM generate_series(1, 40000) i""",
)


def test_the_first_changes_of_large_changesets_are_found_by_index(toy: Session, toy_engine: Engine) -> None:
    """PostgreSQL would walk through all changes in their order until it has enough of one changeset."""
    on_server = toy_engine.dialect.name == "postgresql"
    if on_server:
        with toy_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in (*LARGE, "VACUUM ANALYZE change"):
                connection.execute(text(statement))
    else:
        add(toy, Contact(name="A"))
    asked: list[tuple[str, object]] = []
    event.listen(toy_engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2:4]))
    history(toy, limit=10)
    statement, values = next(
        one for one in asked if "UNION ALL" in one[0] or ("anon_" in one[0] and "FROM change" in one[0])
    )
    explain = "EXPLAIN " if on_server else "EXPLAIN QUERY PLAN "
    plan = " ".join(str(row) for row in toy.connection().exec_driver_sql(explain + statement, values))
    assert re.search(r"\bix_change_changeset\b", plan)


def test_what_other_programs_did_is_theirs_also_when_it_was_taken_in_since(toy: Session, toy_engine: Engine) -> None:
    add(toy, Contact(name="A"))
    outside(toy_engine, "UPDATE contact SET name = 'B'")
    (event,) = history(toy, only=Only(by=frozenset({By.OUTSIDE}))).events
    taken = adopt(toy, outside_ids(toy, event.first_id, event.last_id))
    outside(toy_engine, "INSERT INTO label (name) VALUES ('x')")
    assert in_short(history(toy, only=Only(by=frozenset({By.OUTSIDE})))) == [(None, 1), (taken.id, 1)]
    assert in_short(history(toy, only=Only(by=frozenset({By.SYSTEM})))) == []


def test_of_an_event_only_the_changes_of_the_asked_tables_are_shown_and_counted(
    toy: Session, toy_engine: Engine
) -> None:
    made = add(toy, Customer(first_name="A"), Project(customer_id=1, name="P"), Project(customer_id=1, name="Q"))
    add(toy, Customer(first_name="B"))
    outside(toy_engine, "UPDATE customer SET size = 1 WHERE id = 1")
    (event,) = history(toy, customer_id=1, only=Only(tables=frozenset({"project"}))).events
    assert (event.changeset and event.changeset.id, event.count) == (made, 2)
    assert [change.table_name for change in event.changes] == ["project", "project"]
    both = Only(tables=frozenset({"customer", "project"}))
    assert in_short(history(toy, customer_id=1, only=both)) == [(None, 1), (made, 3)]


def test_a_period_holds_its_first_moment_and_not_its_last(toy: Session, toy_engine: Engine) -> None:
    keys = [add(toy, Contact(name=str(number))) for number in range(3)]
    for key, day in zip(keys, (1, 2, 3), strict=True):
        outside(toy_engine, f"UPDATE changeset SET at = '2026-01-0{day} 00:00:00.000000' WHERE id = {key}")
    outside(toy_engine, "INSERT INTO label (name) VALUES ('x')")
    outside(toy_engine, "UPDATE change SET at = '2026-01-02 23:59:59.000000' WHERE changeset_id IS NULL")
    second, third = (dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in (2, 3))
    assert in_short(history(toy, only=Only(since=second))) == [(None, 1), (keys[2], 1), (keys[1], 1)]
    assert in_short(history(toy, only=Only(until=third))) == [(None, 1), (keys[1], 1), (keys[0], 1)]
    assert in_short(history(toy, only=Only(since=second, until=third))) == [(None, 1), (keys[1], 1)]
    assert in_short(history(toy, only=Only(since=third, until=third))) == []


def test_a_narrowed_history_goes_on_page_by_page_without_gap_or_double(toy: Session) -> None:
    mine = []
    for number in range(9):
        actor, kind = (ANN, BOB)[number % 2], (Contact, Label)[number % 3 == 0]
        with changeset(toy, actor, "Added") as added:
            toy.add(kind(name=str(number)))
        if actor is ANN and kind is Contact:
            mine.append((added.id, 1))
    only, pages, before = Only(by=frozenset({7}), tables=frozenset({"contact"})), list[tuple[int | None, int]](), None
    while True:
        page = history(toy, only=only, before=before, limit=2)
        pages += in_short(page)
        if page.next is None:
            break
        before = page.next
    assert len(mine) == 3
    assert pages == mine[::-1]


def test_of_a_big_event_the_first_changes_are_shown_and_the_rest_is_counted(toy: Session) -> None:
    add(toy, *(Contact(name=str(number)) for number in range(30)))
    with changeset(toy, ANN, "Bulk"):
        toy.execute(Label.__table__.insert(), [{"name": str(number)} for number in range(1200)])  # type: ignore[attr-defined]
    big, small = history(toy).events
    assert (len(small.changes), small.count, small.is_more) == (20, 30, False)
    assert (len(big.changes), big.count, big.is_more) == (20, 1000, True)


def test_the_history_takes_three_queries(toy: Session, toy_engine: Engine) -> None:
    for number in range(5):
        add(toy, Contact(name=str(number)))
    outside(toy_engine, "UPDATE contact SET name = 'x'")
    counted: list[str] = []
    event.listen(toy_engine, "before_cursor_execute", lambda *seen: counted.append(seen[2]))
    page = history(toy, contact_id=1)
    assert [change.operation for event in page.events for change in event.changes]
    assert len([statement for statement in counted if statement.startswith(("SELECT", "WITH"))]) == 3


@pytest.mark.parametrize("before", ["", "x", "-1", "1; DROP TABLE change", "9" * 40])
def test_a_page_that_makes_no_sense_is_the_first_one(toy: Session, before: str) -> None:
    made = add(toy, Contact(name="A"))
    assert in_short(history(toy, before=before)) == [(made, 1)]


def test_the_sentence_of_a_changeset_is_filled_in_as_far_as_its_values_go() -> None:
    assert sentence("Archive {count} customers", {"count": 3}) == "Archive 3 customers"
    assert sentence("Delete customer {name}", {}) == "Delete customer …"
    undone = {"title": "Delete customer {name} of {who}", "values": {"name": "Nordhamn"}}
    assert sentence("Undo: {title}", undone) == "Undo: Delete customer Nordhamn of …"


def test_the_sentence_of_a_changeset_is_put_into_the_words_of_who_reads_it() -> None:
    words = {"Undo: {title}": "Ongedaan: {title}", "Grant {role}": "Geef {role}"}
    undone = {"title": "Grant {role}", "values": {"role": "Reader"}}
    shown = sentence(
        "Undo: {title}", undone, lambda title, values: (words[title], {k: str(v).lower() for k, v in values.items()})
    )
    assert shown == "Ongedaan: geef reader"
