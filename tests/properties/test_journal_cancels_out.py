"""Whatever is done, undoing it all in reverse brings back the start; and undoing that brings back the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, create_engine, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.base import utc_now
from models.journal import Changeset, Kept, changeset, undo, undo_plan
from models.journal.triggers import keeping
from tests.databases import Databases
from tests.models.journal_toy import ANN, BUSINESS, LOCKS, Toy, build, dump, session_on

WORDS = st.sampled_from(["", "a", "A", "É", "'", '"', "\\", "\n", "🐟", "null", "a b"])
NUMBERS = st.integers(0, 11)


@dataclass(frozen=True)
class Step:
    """One statement. Numbers choose among the rows that are there when it is run."""

    do: Callable[[Session, tuple[int, ...], str], None]
    numbers: tuple[int, ...]
    word: str


def table(name: str) -> Table:
    return Toy.metadata.tables[name]


def some(session: Session, name: str, number: int) -> int | None:
    """The key of one row of a table, or None where there is none."""
    keys = session.scalars(select(table(name).c.id).order_by(table(name).c.id)).all()
    return keys[number % len(keys)] if keys else None


def insert(name: str, **references: str) -> Callable[[Session, tuple[int, ...], str], None]:
    """Insert a row whose columns (`references`) point at some rows of other tables."""

    def do(session: Session, numbers: tuple[int, ...], word: str) -> None:
        values: dict[str, Any] = {
            column: some(session, parent, numbers[place]) for place, (column, parent) in enumerate(references.items())
        }
        columns = table(name).columns
        for column in ("name", "first_name", "number", "note"):
            if column in columns and columns[column].computed is None:
                values[column] = f"{word}{numbers[2]}"
        if any(values[column] is None for column in references if not columns[column].nullable):
            return
        session.execute(table(name).insert().values(**values))

    return do


def change(name: str, column: str, parent: str | None = None) -> Callable[[Session, tuple[int, ...], str], None]:
    """Set a column of some row: to a word, or to the key of some row or to nothing."""

    def do(session: Session, numbers: tuple[int, ...], word: str) -> None:
        row = some(session, name, numbers[0])
        value: Any = f"{word}{numbers[2]}"
        if parent is not None:
            value = some(session, parent, numbers[1])
            if table(name).columns[column].nullable and numbers[2] < 3:
                value = None
        session.execute(table(name).update().where(table(name).c.id == row).values({column: value}))

    return do


def move_main(session: Session, numbers: tuple[int, ...], _word: str) -> None:
    """Make another project of a customer the main one: a partial unique index is in the way of any order but one."""
    row = some(session, "project", numbers[0])
    owner = session.scalar(select(table("project").c.customer_id).where(table("project").c.id == row))
    session.execute(table("project").update().where(table("project").c.customer_id == owner).values(is_main=False))
    session.execute(table("project").update().where(table("project").c.id == row).values(is_main=True))


def swap_numbers(session: Session, numbers: tuple[int, ...], _word: str) -> None:
    """Two customers exchange their numbers."""
    customers = table("customer")
    one, other = some(session, "customer", numbers[0]), some(session, "customer", numbers[1])
    held = dict[int, str | None]()
    for key, number in session.execute(
        select(customers.c.id, customers.c.number).where(customers.c.id.in_([one, other]))
    ):
        held[key] = number
    if one is None or other is None or one == other:
        return
    session.execute(customers.update().where(customers.c.id.in_([one, other])).values(number=None))
    session.execute(customers.update().where(customers.c.id == one).values(number=held[other]))
    session.execute(customers.update().where(customers.c.id == other).values(number=held[one]))


def delete(name: str) -> Callable[[Session, tuple[int, ...], str], None]:
    def do(session: Session, numbers: tuple[int, ...], _word: str) -> None:
        row = some(session, name, numbers[0])
        session.execute(table(name).delete().where(table(name).c.id == row))

    return do


def archive(name: str) -> Callable[[Session, tuple[int, ...], str], None]:
    """Put a row away, or away anew at another moment: what lies below can only be read then."""

    def do(session: Session, numbers: tuple[int, ...], _word: str) -> None:
        row = some(session, name, numbers[0])
        session.execute(table(name).update().where(table(name).c.id == row).values(archived_at=utc_now()))

    return do


def restore(name: str) -> Callable[[Session, tuple[int, ...], str], None]:
    def do(session: Session, _numbers: tuple[int, ...], _word: str) -> None:
        session.execute(table(name).update().values(archived_at=None))

    return do


def bring_back(session: Session, numbers: tuple[int, ...], word: str) -> None:
    """Delete a contact and make another of the same key."""
    row = some(session, "contact", numbers[0])
    if row is not None:
        session.execute(table("contact").delete().where(table("contact").c.id == row))
        session.execute(table("contact").insert().values(id=row, name=word))


STEPS = [
    insert("label_group"),
    insert("label", group_id="label_group"),
    insert("customer"),
    insert("customer", main_project_id="project"),
    insert("contact"),
    insert("project", customer_id="customer"),
    insert("project", customer_id="customer", parent_id="project"),
    insert("registration", project_id="project", contact_id="contact"),
    insert("registration", project_id="project"),
    insert("customer_label", customer_id="customer", label_id="label"),
    change("label_group", "name"),
    change("label", "name"),
    change("label", "group_id", "label_group"),
    change("customer", "first_name"),
    change("customer", "number"),
    change("customer", "note"),
    change("customer", "main_project_id", "project"),
    change("contact", "name"),
    change("project", "name"),
    change("project", "customer_id", "customer"),
    change("project", "parent_id", "project"),
    change("registration", "project_id", "project"),
    change("registration", "contact_id", "contact"),
    change("customer_label", "customer_id", "customer"),
    move_main,
    swap_numbers,
    delete("label_group"),
    delete("label"),
    delete("customer"),
    delete("contact"),
    delete("project"),
    delete("registration"),
    bring_back,
    archive("customer"),
    archive("project"),
    restore("customer"),
    restore("project"),
]

step = st.builds(Step, st.sampled_from(STEPS), st.tuples(NUMBERS, NUMBERS, NUMBERS), WORDS)
changesets = st.lists(st.lists(step, min_size=1, max_size=5), min_size=1, max_size=7)
quick = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def engine(handed_out: Databases, engine_kind: str) -> Iterator[Engine]:
    url = handed_out.copy(engine_kind, "toy", build)
    # A pool, other than elsewhere: connecting would cost more than all the rest.
    engine = create_engine(url)
    yield engine
    engine.dispose()
    handed_out.drop(url)


def start_over(session: Session) -> None:
    """A few rows to begin with, and an empty journal. Keys go on: they are never given out twice."""
    with changeset(session, ANN, "Cleared"):
        for name in ("registration", "project", "customer_label", "customer", "contact", "label", "label_group"):
            session.execute(table(name).delete())
    with changeset(session, ANN, "Begun"):
        for number in (0, 1):
            for begin in (STEPS[0], STEPS[2], STEPS[4], STEPS[1], STEPS[5], STEPS[7], STEPS[9]):
                begin(session, (number, number, number), "s")
    with keeping(session.connection()):
        session.execute(text("DELETE FROM change"))
        session.execute(text("DELETE FROM changeset"))
    session.commit()


def run(session: Session, steps: list[Step]) -> int | None:
    """Do the steps in one changeset; its id, or None when nothing came of it. What the database refuses is not done."""
    with changeset(session, ANN, "Done") as done:
        for one in steps:
            try:
                with session.begin_nested():
                    one.do(session, one.numbers, one.word)
            except IntegrityError:
                continue
    return None if done.is_empty else done.id


def undo_all(session: Session, ids: list[int]) -> list[int]:
    """Undo changesets in reverse, each in full; the ids of the undoing ones."""
    undoing = []
    for key in reversed(ids):
        if undo_plan(session, key, locks=LOCKS).total:
            session.rollback()
            undone = undo(session, ANN, key, locks=LOCKS)
            assert {left.reason for left in undone.left} <= {Kept.SECRET}
            undoing.append(undone.changeset.id)
        session.rollback()
    return undoing


@quick
@given(done=changesets)
def test_doing_and_undoing_cancel_out(engine: Engine, done: list[list[Step]]) -> None:
    with session_on(engine) as session:
        start_over(session)
        start = dump(session)
        ids = [key for key in (run(session, steps) for steps in done) if key is not None]
        end = dump(session)
        undoing = undo_all(session, ids)
        assert dump(session) == start
        undo_all(session, undoing)
        assert dump(session) == end


@quick
@given(first=st.lists(step, min_size=1, max_size=8), later=st.lists(step, min_size=1, max_size=4))
def test_an_undo_never_touches_later_work_and_can_be_undone(
    engine: Engine, first: list[Step], later: list[Step]
) -> None:
    with session_on(engine) as session:
        start_over(session)
        done = run(session, first)
        before_later = dump(session)
        run(session, later)
        after_later = dump(session)
        if done is None or not undo_plan(session, done, locks=LOCKS).total:
            return
        session.rollback()
        undone = undo(session, ANN, done, locks=LOCKS)
        now = dump(session)
        for name, row, field, old, new in differences(before_later, after_later):
            found = {held[0]: held for held in now[name]}
            if field is None:
                assert (row in found) == new, (name, row)
            elif row in found:
                assert found[row][field] == new, (name, row, field, old)
        assert below(now, put_away(before_later, after_later)) == below(
            after_later, put_away(before_later, after_later)
        )
        undo(session, ANN, undone.changeset.id, locks=LOCKS)
        assert dump(session) == after_later
        assert session.scalar(select(func.count()).where(Changeset.undone_by_id.is_not(None))) == 1


Dump = dict[str, list[tuple[Any, ...]]]


def put_away(before: Dump, after: Dump) -> set[tuple[str, int]]:
    """What is archived, and was not before, or at another moment."""
    found = set()
    for name in ("customer", "project"):
        place = list(table(name).columns.keys()).index("archived_at")
        was = {row[0]: row[place] for row in before[name]}
        found |= {(name, row[0]) for row in after[name] if row[place] and row[place] != was.get(row[0], row[place])}
    return found


def below(held: Dump, parents: set[tuple[str, int]]) -> Dump:
    """The rows that these lock."""
    columns = {name: list(table(name).columns.keys()) for name in LOCKS}
    return {
        name: [
            row
            for row in held[name]
            if any((parent, row[columns[name].index(column)]) in parents for column, parent in LOCKS[name])
        ]
        for name in LOCKS
    }


def differences(before: Dump, after: Dump) -> Iterator[tuple[str, int, int | None, Any, Any]]:
    """What later work did: rows that came (True) or went (False), and fields with their old and new value."""
    for name in (found.name for found in BUSINESS):
        old, new = ({row[0]: row for row in rows[name]} for rows in (before, after))
        for key in old.keys() ^ new.keys():
            yield name, key, None, key in old, key in new
        for key in old.keys() & new.keys():
            for place, (one, other) in enumerate(zip(old[key], new[key], strict=True)):
                if one != other:
                    yield name, key, place, one, other
