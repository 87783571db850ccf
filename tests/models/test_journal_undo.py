"""Undo takes back what nobody changed since, and says what it leaves."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from models.errors import NotFound, Reason, Refused
from models.journal import Change, Changeset, Kept, Left, Origin, changeset, plan, undo, undo_plan
from models.journal.triggers import keeping
from tests.models.journal_toy import (
    ANN,
    BOB,
    Contact,
    Customer,
    CustomerLabel,
    Draft,
    Group,
    Label,
    Project,
    Registration,
    dump,
)


@pytest.fixture(autouse=True, params=[plan.MANY, 0], ids=["few", "many"])
def _size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a large undo changes is found out in another way, and it is written in pieces; all else is the same."""
    monkeypatch.setattr(plan, "MANY", request.param)
    if request.param == 0:
        monkeypatch.setattr(plan, "PIECE", 1)


def add(toy: Session, *rows: object) -> int:
    """Add rows in one changeset; its id."""
    with changeset(toy, ANN, "Added") as added:
        for row in rows:
            toy.add(row)
            toy.flush()
    return added.id


def change(toy: Session, sql: str) -> int:
    """Run SQL in one changeset; its id."""
    with changeset(toy, BOB, "Changed") as changed:
        for statement in sql.split(";"):
            toy.execute(text(statement))
    return changed.id


def family() -> list[object]:
    """A customer with two projects, three registrations, a contact and a label."""
    return [
        Customer(number="K-1", first_name="Åsa", main_project_id=None),
        Contact(name="Bo"),
        Label(name="Gold"),
        Project(customer_id=1, name="Roof", is_main=True),
        Project(customer_id=1, name="Floor", parent_id=1),
        Registration(project_id=1, contact_id=1),
        Registration(project_id=2, contact_id=1),
        Registration(project_id=2),
        CustomerLabel(customer_id=1, label_id=1),
    ]


def reasons(left: list[Left]) -> set[tuple[str, int, str | None, Kept]]:
    return {(one.table, one.row, one.field, one.reason) for one in left}


def test_undoing_an_insert_deletes_the_row(toy: Session) -> None:
    start = dump(toy)
    made = add(toy, *family())
    undone = undo(toy, BOB, made)
    assert undone.taken_back == 9
    assert undone.left == []
    assert dump(toy) == start


def test_others_write_while_an_undo_is_drawn_up_and_what_they_wrote_stays(toy: Session, toy_engine: Engine) -> None:
    if toy_engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps others from the rows only.")
    add(toy, Customer(number="K-1", first_name="Åsa"), Customer(number="K-2", first_name="Bo"))
    changed = change(toy, "UPDATE customer SET first_name = 'Ida'")
    drawn_up: list[str] = []

    def meanwhile(*arguments: Any) -> None:
        if arguments[2].startswith("INSERT INTO journal_undo"):
            drawn_up.append("once more")
            if len(drawn_up) == 1:
                with closing(sqlite3.connect(str(toy_engine.url.database), timeout=0)) as other, other:
                    other.execute("UPDATE customer SET first_name = 'Cia' WHERE number = 'K-1'")

    event.listen(toy_engine, "after_cursor_execute", meanwhile)
    undone = undo(toy, BOB, changed)
    assert toy.scalars(select(Customer.first_name).order_by(Customer.id)).all() == ["Cia", "Bo"]
    assert reasons(undone.left) == {("customer", 1, "first_name", Kept.CHANGED)}
    assert len(drawn_up) == 2
    undo(toy, BOB, undone.changeset.id)
    assert len(drawn_up) == 3, "nobody wrote: once is enough"


def test_undoing_an_update_sets_every_kind_of_value_back(toy: Session) -> None:
    add(
        toy,
        Customer(
            number="",
            first_name='O\'Neil "x" \\ \n\r\t 🐟 \u2028 e\u0301',
            note=None,
            size=2**31 - 1,
            active=False,
            since=dt.date(1, 1, 1),
            seen_at=dt.datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=dt.UTC),
            rate=Decimal("-0.01"),
            extra={"a": [1, None, "é"], "b": {"c": True}},
        ),
    )
    start = dump(toy)
    changed = change(
        toy,
        "UPDATE customer SET number = NULL, first_name = '', note = '', size = 0, active = (1 = 1), since = NULL, "
        "seen_at = NULL, rate = 12, extra = NULL",
    )
    undo(toy, ANN, changed)
    assert dump(toy) == start
    again = change(toy, "DELETE FROM customer")
    undo(toy, ANN, again)
    assert dump(toy) == start


def test_a_cascade_comes_back_with_old_keys_and_links(toy: Session) -> None:
    add(toy, *family())
    change(toy, "UPDATE customer SET main_project_id = 2")
    start = dump(toy)
    deleted = change(toy, "DELETE FROM contact; DELETE FROM customer")
    assert dump(toy)["registration"] == []
    undone = undo(toy, ANN, deleted)
    assert undone.taken_back == 8
    assert dump(toy) == start


def test_a_link_set_to_null_by_a_delete_is_set_again(toy: Session) -> None:
    add(toy, *family())
    start = dump(toy)
    deleted = change(toy, "DELETE FROM contact")
    assert toy.scalars(select(Registration.contact_id)).all() == [None, None, None]
    toy.rollback()
    undo(toy, ANN, deleted)
    assert dump(toy) == start


def test_new_rows_never_get_the_key_of_a_deleted_one(toy: Session) -> None:
    add(toy, Contact(name="Bo"))
    deleted = change(toy, "DELETE FROM contact")
    add(toy, Contact(name="Cy"))
    undo(toy, ANN, deleted)
    assert [tuple(row) for row in toy.execute(select(Contact.id, Contact.name).order_by(Contact.id))] == [
        (1, "Bo"),
        (2, "Cy"),
    ]


def test_undoing_the_undo_does_it_again_and_so_on(toy: Session) -> None:
    add(toy, *family())
    before = dump(toy)
    done = change(
        toy,
        "UPDATE customer SET first_name = 'Eva'; DELETE FROM project WHERE id = 2; "
        "INSERT INTO label (id, name) VALUES (5, 'Blue'); "
        "INSERT INTO customer_label (customer_id, label_id) VALUES (1, 5)",
    )
    after = dump(toy)
    for _ in range(2):
        undone = undo(toy, ANN, done)
        assert dump(toy) == before
        with pytest.raises(Refused) as refused:
            undo(toy, ANN, done)
        assert refused.value.reason is Reason.ALREADY_UNDONE
        undo(toy, ANN, undone.changeset.id)
        assert dump(toy) == after


def test_an_undo_is_a_changeset_that_says_what_it_undoes(toy: Session) -> None:
    made = add(toy, Contact(name="Bo"))
    undone = undo(toy, BOB, made).changeset
    assert (undone.origin, undone.undoes_id, undone.user_name) == (Origin.UNDO, made, "Bob")
    assert undone.values["title"] == "Added"
    original = toy.get_one(Changeset, made)
    assert original.undone_by_id == undone.id


def test_a_field_changed_later_stays_and_is_listed_with_its_value(toy: Session) -> None:
    add(toy, Customer(number="K-1", first_name="Åsa", rate=Decimal("1.00"), size=1))
    changed = change(toy, "UPDATE customer SET number = 'K-2', rate = 200, size = 2")
    change(toy, "UPDATE customer SET rate = 300")
    change(toy, "UPDATE customer SET size = 1")
    undone = undo(toy, ANN, changed)
    assert undone.left == [Left("customer", 1, "rate", Kept.CHANGED, "Mx Åsa")]
    customer = toy.get_one(Customer, 1)
    assert (customer.number, customer.rate, customer.size) == ("K-1", Decimal("3.00"), 1)


def test_when_everything_was_changed_later_there_is_nothing_to_undo(toy: Session) -> None:
    add(toy, Customer(first_name="Åsa"))
    changed = change(toy, "UPDATE customer SET size = 2")
    change(toy, "UPDATE customer SET size = 3")
    with pytest.raises(Refused) as refused:
        undo(toy, ANN, changed)
    assert refused.value.reason is Reason.NOTHING_TO_UNDO
    assert toy.scalar(select(Changeset).where(Changeset.origin == Origin.UNDO)) is None


def test_an_unknown_changeset_is_not_found(toy: Session) -> None:
    with pytest.raises(NotFound):
        undo(toy, ANN, 99)


def test_a_time_stamp_that_moved_on_is_not_worth_mentioning(toy: Session) -> None:
    add(toy, Contact(name="Bo"))
    with changeset(toy, ANN, "Renamed") as renamed:
        toy.get_one(Contact, 1).name = "Cy"
    with changeset(toy, ANN, "Touched"):
        toy.execute(text("UPDATE contact SET changed_at = '2030-01-01 00:00:00.000000'"))
    undone = undo(toy, ANN, renamed.id)
    assert (undone.taken_back, undone.left) == (1, [])


def test_a_row_that_was_merely_touched_since_goes(toy: Session) -> None:
    made = add(toy, Contact(name="Bo"))
    change(toy, "UPDATE contact SET changed_at = '2030-01-01 00:00:00.000000'")
    undo(toy, ANN, made)
    assert toy.get(Contact, 1) is None


def test_one_field_of_one_row_can_be_taken_back(toy: Session) -> None:
    add(toy, Customer(first_name="A", size=1, note="n"), Customer(first_name="B", size=1))
    changed = change(toy, "UPDATE customer SET size = 2, note = 'x'")
    undo(toy, ANN, changed, rows=[("customer", 1)], fields=["size"])
    assert [tuple(row) for row in toy.execute(select(Customer.size, Customer.note).order_by(Customer.id))] == [
        (1, "x"),
        (2, "x"),
    ]
    rest = undo(toy, ANN, changed)
    assert rest.left == []
    assert [tuple(row) for row in toy.execute(select(Customer.size, Customer.note).order_by(Customer.id))] == [
        (1, "n"),
        (1, None),
    ]


def test_one_row_of_a_delete_can_be_taken_back(toy: Session) -> None:
    add(toy, Contact(name="Bo"), Contact(name="Cy"))
    deleted = change(toy, "DELETE FROM contact")
    undo(toy, ANN, deleted, rows=[("contact", 2)])
    assert toy.scalars(select(Contact.name)).all() == ["Cy"]


def test_rows_that_are_not_in_the_changeset_cannot_be_taken_back(toy: Session) -> None:
    made = add(toy, Contact(name="Bo"))
    for rows in ([], [("contact", 5)], [("nonsense'; DROP TABLE contact", 1)]):
        with pytest.raises(Refused):
            undo(toy, ANN, made, rows=rows)


def test_a_row_changed_later_is_kept_with_all_that_belongs_to_it(toy: Session) -> None:
    made = add(toy, *family(), Customer(first_name="Other"))
    change(toy, "UPDATE project SET name = 'Attic' WHERE id = 2")
    undone = undo(toy, ANN, made)
    assert reasons(undone.left) == {
        ("project", 2, None, Kept.CHANGED),
        ("project", 1, None, Kept.REFERENCED),
        ("customer", 1, None, Kept.REFERENCED),
        ("registration", 1, None, Kept.BELONGS),
        ("registration", 2, None, Kept.BELONGS),
        ("registration", 3, None, Kept.BELONGS),
        ("contact", 1, None, Kept.REFERENCED),
        ("customer_label", 1, None, Kept.BELONGS),
        ("label", 1, None, Kept.REFERENCED),
    }
    assert undone.taken_back == 1
    assert toy.get(Customer, 2) is None
    assert {one.name for one in undone.left if one.table == "project"} == {"Attic", "Roof"}


def test_a_row_that_later_work_refers_to_is_kept(toy: Session) -> None:
    made = add(toy, Customer(first_name="Åsa"), Contact(name="Bo"))
    add(toy, Project(customer_id=1, name="Roof"))
    undone = undo(toy, ANN, made)
    assert reasons(undone.left) == {("customer", 1, None, Kept.REFERENCED)}
    assert toy.get(Contact, 1) is None


def test_a_label_that_lives_on_does_not_keep_the_customers_it_is_on(toy: Session) -> None:
    made = add(toy, *family())
    change(toy, "UPDATE label SET name = 'Silver'")
    undone = undo(toy, ANN, made)
    assert reasons(undone.left) == {("label", 1, None, Kept.CHANGED)}
    assert toy.get(Customer, 1) is None


def test_a_row_moved_to_a_new_parent_moves_back_before_that_goes(toy: Session) -> None:
    add(toy, *family())
    start = dump(toy)
    done = change(
        toy,
        "INSERT INTO customer (id, first_name, active) VALUES (9, 'New', (1 = 1)); "
        "UPDATE project SET customer_id = 9 WHERE id = 1",
    )
    undo(toy, ANN, done)
    assert dump(toy) == start


def test_a_row_whose_parent_is_gone_stays_deleted(toy: Session) -> None:
    add(toy, *family())
    deleted = change(toy, "DELETE FROM project WHERE id = 2")
    change(toy, "DELETE FROM customer")
    plan = undo_plan(toy, deleted)
    assert reasons(plan.left) == {
        ("project", 2, None, Kept.PARENT_GONE),
        ("registration", 2, None, Kept.PARENT_GONE),
        ("registration", 3, None, Kept.PARENT_GONE),
    }
    toy.rollback()
    with pytest.raises(Refused):
        undo(toy, ANN, deleted)


def test_a_link_to_something_gone_since_stays_empty(toy: Session) -> None:
    add(toy, *family())
    deleted = change(toy, "DELETE FROM registration WHERE id = 1")
    change(toy, "DELETE FROM contact")
    undone = undo(toy, ANN, deleted)
    assert reasons(undone.left) == {("registration", 1, "contact_id", Kept.PARENT_GONE)}
    assert toy.get_one(Registration, 1).contact_id is None


def test_a_link_is_not_set_back_to_something_gone_since(toy: Session) -> None:
    add(toy, *family())
    changed = change(toy, "UPDATE registration SET contact_id = NULL, minutes = 5 WHERE id = 1")
    change(toy, "DELETE FROM contact")
    undone = undo(toy, ANN, changed)
    assert reasons(undone.left) == {("registration", 1, "contact_id", Kept.PARENT_GONE)}
    assert toy.get_one(Registration, 1).minutes == 60


def test_a_row_whose_unique_value_was_taken_since_stays_deleted(toy: Session) -> None:
    add(toy, Customer(number="K-1", first_name="A"), Customer(number="K-2", first_name="B"))
    add(toy, Project(customer_id=1, name="Roof"))
    deleted = change(toy, "DELETE FROM customer")
    add(toy, Customer(number="K-1", first_name="C"))
    undone = undo(toy, ANN, deleted)
    assert {one for one in reasons(undone.left) if one[3] is not Kept.SECRET} == {
        ("customer", 1, None, Kept.VALUE_TAKEN),
        ("project", 1, None, Kept.PARENT_GONE),
    }
    assert undone.left[0].name == "Mx A"
    assert toy.get_one(Customer, 2).number == "K-2"


def test_a_field_whose_unique_value_was_taken_since_stays(toy: Session) -> None:
    add(toy, Customer(number="K-1", first_name="A", size=1))
    changed = change(toy, "UPDATE customer SET number = 'K-2', size = 2")
    add(toy, Customer(number="K-1", first_name="C"))
    undone = undo(toy, ANN, changed)
    assert reasons(undone.left) == {("customer", 1, "number", Kept.VALUE_TAKEN)}
    assert toy.get_one(Customer, 1).size == 1


def test_a_partial_unique_index_counts_too(toy: Session) -> None:
    add(toy, *family())
    changed = change(toy, "UPDATE project SET is_main = (1 = 0) WHERE id = 1")
    change(toy, "UPDATE project SET is_main = (1 = 1) WHERE id = 2")
    assert reasons(undo_plan(toy, changed).left) == {("project", 1, "is_main", Kept.VALUE_TAKEN)}


def test_unique_values_that_changed_hands_are_given_back(toy: Session) -> None:
    add(toy, *family(), Customer(number="K-2", first_name="Cy"))
    start = dump(toy)
    done = change(
        toy,
        "UPDATE customer SET number = 'x' WHERE id = 1; UPDATE customer SET number = 'K-1' WHERE id = 2; "
        "UPDATE customer SET number = 'K-2' WHERE id = 1; "
        "UPDATE project SET is_main = (1 = 0); UPDATE project SET is_main = (1 = 1) WHERE id = 2; "
        "UPDATE project SET name = 'x' WHERE id = 1; UPDATE project SET name = 'Roof' WHERE id = 2; "
        "UPDATE label SET name = 'Old'; INSERT INTO label (id, name) VALUES (7, 'Gold')",
    )
    after = dump(toy)
    undone = undo(toy, ANN, done)
    assert undone.left == []
    assert dump(toy) == start
    undo(toy, ANN, undone.changeset.id)
    assert dump(toy) == after


def test_what_restricts_a_delete_goes_first(toy: Session) -> None:
    start = dump(toy)
    made = add(toy, Group(name="Metal"), Label(name="Gold", group_id=1))
    undone = undo(toy, ANN, made)
    assert dump(toy) == start
    undo(toy, ANN, undone.changeset.id)
    assert toy.get_one(Label, 1).group_id == 1


def test_a_row_deleted_later_is_listed(toy: Session) -> None:
    add(toy, Contact(name="Bo"), Contact(name="Cy"))
    changed = change(toy, "UPDATE contact SET name = 'X'")
    change(toy, "DELETE FROM contact WHERE id = 1")
    undone = undo(toy, ANN, changed)
    assert undone.left == [Left("contact", 1, None, Kept.DELETED, "Bo")]
    assert undone.taken_back == 1


def test_a_row_made_and_deleted_in_one_changeset_is_nothing(toy: Session) -> None:
    start = dump(toy)
    done = change(toy, "INSERT INTO contact (name, changed_at) VALUES ('Bo', '2026-01-01'); DELETE FROM contact")
    assert toy.get_one(Changeset, done).change_count == 2
    with pytest.raises(Refused):
        undo(toy, ANN, done)
    assert dump(toy) == start


def test_a_key_that_somebody_gave_anew_is_not_ours_to_delete(toy: Session) -> None:
    done = change(toy, "INSERT INTO label_group (id, name) VALUES (5, 'Metal'); DELETE FROM label_group")
    change(toy, "INSERT INTO label_group (id, name) VALUES (5, 'Stone')")
    with pytest.raises(Refused):
        undo(toy, ANN, done)
    assert toy.get_one(Group, 5).name == "Stone"


def test_taking_back_fields_leaves_rows_that_came_and_went(toy: Session) -> None:
    add(toy, Contact(name="A"))
    done = change(toy, "INSERT INTO label (name) VALUES ('x'); DELETE FROM contact")
    with pytest.raises(Refused):
        undo(toy, ANN, done, fields=["name"])


def test_an_undo_deletes_children_before_it_would_empty_their_links(toy: Session) -> None:
    made = add(toy, *family())
    undone = undo(toy, ANN, made)
    mine = select(Change.operation).where(
        Change.changeset_id == undone.changeset.id, Change.table_name == "registration"
    )
    assert toy.scalars(mine).all() == ["delete"] * 3


def test_a_working_table_never_stands_in_the_way(toy: Session) -> None:
    made = add(toy, Contact(name="Bo"))
    toy.add(Draft(body="x"))
    toy.commit()
    undo(toy, ANN, made)
    assert toy.get_one(Draft, 1).body == "x"


def test_the_plan_says_beforehand_what_the_undo_does(toy: Session) -> None:
    add(toy, *family())
    done = change(
        toy,
        "UPDATE customer SET size = 3, note = 'n'; DELETE FROM registration; INSERT INTO label (name) VALUES ('New')",
    )
    change(toy, "UPDATE customer SET note = 'later'")
    before = toy.scalar(select(Change.id).order_by(Change.id.desc()).limit(1))
    plan = undo_plan(toy, done)
    assert {table: (c.deletes, c.restores, c.updates) for table, c in plan.counts.items()} == {
        "customer": (0, 0, 1),
        "registration": (0, 3, 0),
        "label": (1, 0, 0),
    }
    assert toy.scalar(select(Change.id).order_by(Change.id.desc()).limit(1)) == before
    toy.rollback()
    undone = undo(toy, ANN, done)
    assert (undone.taken_back, undone.left) == (plan.total, plan.left)


def test_an_undo_tells_how_many_rows_are_done_and_of_which_table_the_next_ones_are(
    toy: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "PIECE", 2)
    added = add(toy, *family())
    told: list[tuple[int, int, str]] = []
    undone = undo(toy, BOB, added, tell=lambda *said: told.append(said))
    assert undone.taken_back == 9
    assert [done for done, _total, _table in told] == sorted({done for done, _total, _table in told})
    assert {total for _done, total, _table in told} == {9}
    assert [table for _done, _total, table in told].count("registration") == 2
    assert told[-1] == (9, 9, "")


def test_a_secret_comes_back_empty_and_is_listed(toy: Session) -> None:
    add(toy, Customer(first_name="A", password="hunter2"))
    deleted = change(toy, "DELETE FROM customer")
    undone = undo(toy, ANN, deleted)
    assert reasons(undone.left) == {("customer", 1, "password", Kept.SECRET)}
    assert toy.get_one(Customer, 1).password is None


def test_an_image_from_before_a_new_column_can_be_restored(toy: Session) -> None:
    add(toy, Customer(first_name="A"))
    deleted = change(toy, "DELETE FROM customer")
    removed = "json_remove(before, '$.active', '$.size')" if _is_sqlite(toy) else "before - 'active' - 'size'"
    with keeping(toy.connection()):
        toy.execute(text(f"UPDATE change SET before = {removed} WHERE before IS NOT NULL"))
    toy.commit()
    undo(toy, ANN, deleted)
    assert toy.get_one(Customer, 1).active is True


def test_lines_that_change_different_fields_and_one_from_before_a_new_column_go_back(toy: Session) -> None:
    add(toy, *(Customer(number=f"K-{at}", first_name=f"F{at}") for at in range(4)))
    before = dump(toy)
    changed = change(
        toy,
        "UPDATE customer SET first_name = 'A' WHERE number IN ('K-0', 'K-1');"
        "UPDATE customer SET number = 'K-9', first_name = 'B' WHERE number = 'K-2';"
        "UPDATE customer SET size = 12 WHERE number = 'K-3'",
    )
    removed = "json_remove(before, '$.active')" if _is_sqlite(toy) else "before - 'active'"
    with keeping(toy.connection()):
        toy.execute(text(f"UPDATE change SET before = {removed} WHERE row_id = 1 AND before IS NOT NULL"))
    toy.commit()
    undo(toy, ANN, changed)
    assert dump(toy) == before


def test_a_row_lacking_what_is_required_by_now_stays_deleted(toy: Session) -> None:
    add(toy, Contact(name="A"), Contact(name="B"))
    deleted = change(toy, "DELETE FROM contact")
    removed = "json_remove(before, '$.name')" if _is_sqlite(toy) else "before - 'name'"
    with keeping(toy.connection()):
        toy.execute(text(f"UPDATE change SET before = {removed} WHERE before IS NOT NULL AND row_id = 1"))
    toy.commit()
    undone = undo(toy, ANN, deleted)
    assert reasons(undone.left) == {("contact", 1, None, Kept.CONTENT_GONE)}
    assert toy.scalars(select(Contact.name)).all() == ["B"]


def test_a_table_that_is_no_more_is_listed(toy: Session) -> None:
    made = add(toy, Contact(name="A"), Label(name="L"))
    with keeping(toy.connection()):
        toy.execute(text("UPDATE change SET table_name = 'vanished' WHERE table_name = 'label'"))
    toy.commit()
    undone = undo(toy, ANN, made)
    assert reasons(undone.left) == {("vanished", 1, None, Kept.TABLE_GONE)}


def test_a_failed_changeset_leaves_nothing_to_undo(toy: Session) -> None:
    with pytest.raises(ZeroDivisionError), changeset(toy, ANN, "Fails"):
        toy.add(Contact(name="A"))
        toy.flush()
        raise ZeroDivisionError
    assert toy.scalars(select(Changeset)).all() == []
    assert toy.scalars(select(Change)).all() == []


def _is_sqlite(toy: Session) -> bool:
    return toy.connection().dialect.name == "sqlite"
