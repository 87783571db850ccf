"""Undo takes back what nobody changed since, and says what it leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from models.errors import NotFound, Reason, Refused
from models.journal import Change, Changeset, Kept, Left, Origin, changeset, undo, undo_plan
from tests.databases import Databases
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
    build,
    connect,
    dump,
    session_on,
)


@pytest.fixture
def engine(handed_out: Databases, engine_kind: str) -> Iterator[Engine]:
    url = handed_out.copy(engine_kind, "toy", build)
    engine = connect(url)
    yield engine
    engine.dispose()
    handed_out.drop(url)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with session_on(engine) as session:
        yield session


def add(session: Session, *rows: object) -> int:
    """Add rows in one changeset; its id."""
    with changeset(session, ANN, "Added") as added:
        for row in rows:
            session.add(row)
            session.flush()
    return added.id


def change(session: Session, sql: str) -> int:
    """Run SQL in one changeset; its id."""
    with changeset(session, BOB, "Changed") as changed:
        for statement in sql.split(";"):
            session.execute(text(statement))
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


def test_undoing_an_insert_deletes_the_row(session: Session) -> None:
    start = dump(session)
    made = add(session, *family())
    undone = undo(session, BOB, made)
    assert undone.taken_back == 9
    assert undone.left == []
    assert dump(session) == start


def test_undoing_an_update_sets_every_kind_of_value_back(session: Session) -> None:
    add(
        session,
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
    start = dump(session)
    changed = change(
        session,
        "UPDATE customer SET number = NULL, first_name = '', note = '', size = 0, active = (1 = 1), since = NULL, "
        "seen_at = NULL, rate = 12, extra = NULL",
    )
    undo(session, ANN, changed)
    assert dump(session) == start
    again = change(session, "DELETE FROM customer")
    undo(session, ANN, again)
    assert dump(session) == start


def test_a_cascade_comes_back_with_old_keys_and_links(session: Session) -> None:
    add(session, *family())
    change(session, "UPDATE customer SET main_project_id = 2")
    start = dump(session)
    deleted = change(session, "DELETE FROM contact; DELETE FROM customer")
    assert dump(session)["registration"] == []
    undone = undo(session, ANN, deleted)
    assert undone.taken_back == 8
    assert dump(session) == start


def test_a_link_set_to_null_by_a_delete_is_set_again(session: Session) -> None:
    add(session, *family())
    start = dump(session)
    deleted = change(session, "DELETE FROM contact")
    assert session.scalars(select(Registration.contact_id)).all() == [None, None, None]
    session.rollback()
    undo(session, ANN, deleted)
    assert dump(session) == start


def test_new_rows_never_get_the_key_of_a_deleted_one(session: Session) -> None:
    add(session, Contact(name="Bo"))
    deleted = change(session, "DELETE FROM contact")
    add(session, Contact(name="Cy"))
    undo(session, ANN, deleted)
    assert [tuple(row) for row in session.execute(select(Contact.id, Contact.name).order_by(Contact.id))] == [
        (1, "Bo"),
        (2, "Cy"),
    ]


def test_undoing_the_undo_does_it_again_and_so_on(session: Session) -> None:
    add(session, *family())
    before = dump(session)
    done = change(
        session,
        "UPDATE customer SET first_name = 'Eva'; DELETE FROM project WHERE id = 2; "
        "INSERT INTO label (id, name) VALUES (5, 'Blue'); INSERT INTO customer_label (customer_id, label_id) VALUES (1, 5)",
    )
    after = dump(session)
    for _ in range(2):
        undone = undo(session, ANN, done)
        assert dump(session) == before
        with pytest.raises(Refused) as refused:
            undo(session, ANN, done)
        assert refused.value.reason is Reason.ALREADY_UNDONE
        undo(session, ANN, undone.changeset.id)
        assert dump(session) == after


def test_an_undo_is_a_changeset_that_says_what_it_undoes(session: Session) -> None:
    made = add(session, Contact(name="Bo"))
    undone = undo(session, BOB, made).changeset
    assert (undone.origin, undone.undoes_id, undone.user_name) == (Origin.UNDO, made, "Bob")
    assert undone.values["title"] == "Added"
    original = session.get_one(Changeset, made)
    assert original.undone_by_id == undone.id


def test_a_field_changed_later_stays_and_is_listed_with_its_value(session: Session) -> None:
    add(session, Customer(number="K-1", first_name="Åsa", rate=Decimal("1.00"), size=1))
    changed = change(session, "UPDATE customer SET number = 'K-2', rate = 200, size = 2")
    change(session, "UPDATE customer SET rate = 300")
    change(session, "UPDATE customer SET size = 1")
    undone = undo(session, ANN, changed)
    assert undone.left == [Left("customer", 1, "rate", Kept.CHANGED, Decimal("3.00"), "Mx Åsa")]
    customer = session.get_one(Customer, 1)
    assert (customer.number, customer.rate, customer.size) == ("K-1", Decimal("3.00"), 1)


def test_when_everything_was_changed_later_there_is_nothing_to_undo(session: Session) -> None:
    add(session, Customer(first_name="Åsa"))
    changed = change(session, "UPDATE customer SET size = 2")
    change(session, "UPDATE customer SET size = 3")
    with pytest.raises(Refused) as refused:
        undo(session, ANN, changed)
    assert refused.value.reason is Reason.NOTHING_TO_UNDO
    assert session.scalar(select(Changeset).where(Changeset.origin == Origin.UNDO)) is None


def test_an_unknown_changeset_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        undo(session, ANN, 99)


def test_a_time_stamp_that_moved_on_is_not_worth_mentioning(session: Session) -> None:
    add(session, Contact(name="Bo"))
    with changeset(session, ANN, "Renamed") as renamed:
        session.get_one(Contact, 1).name = "Cy"
    with changeset(session, ANN, "Touched"):
        session.execute(text("UPDATE contact SET changed_at = '2030-01-01 00:00:00.000000'"))
    undone = undo(session, ANN, renamed.id)
    assert (undone.taken_back, undone.left) == (1, [])


def test_one_field_of_one_row_can_be_taken_back(session: Session) -> None:
    add(session, Customer(first_name="A", size=1, note="n"), Customer(first_name="B", size=1))
    changed = change(session, "UPDATE customer SET size = 2, note = 'x'")
    undo(session, ANN, changed, rows=[("customer", 1)], fields=["size"])
    assert [tuple(row) for row in session.execute(select(Customer.size, Customer.note).order_by(Customer.id))] == [
        (1, "x"),
        (2, "x"),
    ]
    rest = undo(session, ANN, changed)
    assert rest.left == []
    assert [tuple(row) for row in session.execute(select(Customer.size, Customer.note).order_by(Customer.id))] == [
        (1, "n"),
        (1, None),
    ]


def test_one_row_of_a_delete_can_be_taken_back(session: Session) -> None:
    add(session, Contact(name="Bo"), Contact(name="Cy"))
    deleted = change(session, "DELETE FROM contact")
    undo(session, ANN, deleted, rows=[("contact", 2)])
    assert session.scalars(select(Contact.name)).all() == ["Cy"]


def test_rows_that_are_not_in_the_changeset_cannot_be_taken_back(session: Session) -> None:
    made = add(session, Contact(name="Bo"))
    for rows in ([], [("contact", 5)], [("nonsense'; DROP TABLE contact", 1)]):
        with pytest.raises(Refused):
            undo(session, ANN, made, rows=rows)


def test_a_row_changed_later_is_kept_with_all_that_belongs_to_it(session: Session) -> None:
    made = add(session, *family(), Customer(first_name="Other"))
    change(session, "UPDATE project SET name = 'Attic' WHERE id = 2")
    undone = undo(session, ANN, made)
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
    assert session.get(Customer, 2) is None
    assert {one.name for one in undone.left if one.table == "project"} == {"Attic", "Roof"}


def test_a_row_that_later_work_refers_to_is_kept(session: Session) -> None:
    made = add(session, Customer(first_name="Åsa"), Contact(name="Bo"))
    add(session, Project(customer_id=1, name="Roof"))
    undone = undo(session, ANN, made)
    assert reasons(undone.left) == {("customer", 1, None, Kept.REFERENCED)}
    assert session.get(Contact, 1) is None


def test_a_label_that_lives_on_does_not_keep_the_customers_it_is_on(session: Session) -> None:
    made = add(session, *family())
    change(session, "UPDATE label SET name = 'Silver'")
    undone = undo(session, ANN, made)
    assert reasons(undone.left) == {("label", 1, None, Kept.CHANGED)}
    assert session.get(Customer, 1) is None


def test_a_row_moved_to_a_new_parent_moves_back_before_that_goes(session: Session) -> None:
    add(session, *family())
    start = dump(session)
    done = change(
        session,
        "INSERT INTO customer (id, first_name, active) VALUES (9, 'New', (1 = 1)); "
        "UPDATE project SET customer_id = 9 WHERE id = 1",
    )
    undo(session, ANN, done)
    assert dump(session) == start


def test_a_row_whose_parent_is_gone_stays_deleted(session: Session) -> None:
    add(session, *family())
    deleted = change(session, "DELETE FROM project WHERE id = 2")
    change(session, "DELETE FROM customer")
    plan = undo_plan(session, deleted)
    assert reasons(plan.left) == {
        ("project", 2, None, Kept.PARENT_GONE),
        ("registration", 2, None, Kept.PARENT_GONE),
        ("registration", 3, None, Kept.PARENT_GONE),
    }
    session.rollback()
    with pytest.raises(Refused):
        undo(session, ANN, deleted)


def test_a_link_to_something_gone_since_stays_empty(session: Session) -> None:
    add(session, *family())
    deleted = change(session, "DELETE FROM registration WHERE id = 1")
    change(session, "DELETE FROM contact")
    undone = undo(session, ANN, deleted)
    assert reasons(undone.left) == {("registration", 1, "contact_id", Kept.PARENT_GONE)}
    assert session.get_one(Registration, 1).contact_id is None


def test_a_link_is_not_set_back_to_something_gone_since(session: Session) -> None:
    add(session, *family())
    changed = change(session, "UPDATE registration SET contact_id = NULL, minutes = 5 WHERE id = 1")
    change(session, "DELETE FROM contact")
    undone = undo(session, ANN, changed)
    assert reasons(undone.left) == {("registration", 1, "contact_id", Kept.PARENT_GONE)}
    assert session.get_one(Registration, 1).minutes == 60


def test_a_row_whose_unique_value_was_taken_since_stays_deleted(session: Session) -> None:
    add(session, Customer(number="K-1", first_name="A"), Customer(number="K-2", first_name="B"))
    add(session, Project(customer_id=1, name="Roof"))
    deleted = change(session, "DELETE FROM customer")
    add(session, Customer(number="K-1", first_name="C"))
    undone = undo(session, ANN, deleted)
    assert {one for one in reasons(undone.left) if one[3] is not Kept.SECRET} == {
        ("customer", 1, None, Kept.VALUE_TAKEN),
        ("project", 1, None, Kept.PARENT_GONE),
    }
    assert undone.left[0].name == "Mx A"
    assert session.get_one(Customer, 2).number == "K-2"


def test_a_field_whose_unique_value_was_taken_since_stays(session: Session) -> None:
    add(session, Customer(number="K-1", first_name="A", size=1))
    changed = change(session, "UPDATE customer SET number = 'K-2', size = 2")
    add(session, Customer(number="K-1", first_name="C"))
    undone = undo(session, ANN, changed)
    assert reasons(undone.left) == {("customer", 1, "number", Kept.VALUE_TAKEN)}
    assert session.get_one(Customer, 1).size == 1


def test_a_partial_unique_index_counts_too(session: Session) -> None:
    add(session, *family())
    changed = change(session, "UPDATE project SET is_main = (1 = 0) WHERE id = 1")
    change(session, "UPDATE project SET is_main = (1 = 1) WHERE id = 2")
    assert reasons(undo_plan(session, changed).left) == {("project", 1, "is_main", Kept.VALUE_TAKEN)}


def test_unique_values_that_changed_hands_are_given_back(session: Session) -> None:
    add(session, *family(), Customer(number="K-2", first_name="Cy"))
    start = dump(session)
    done = change(
        session,
        "UPDATE customer SET number = 'x' WHERE id = 1; UPDATE customer SET number = 'K-1' WHERE id = 2; "
        "UPDATE customer SET number = 'K-2' WHERE id = 1; "
        "UPDATE project SET is_main = (1 = 0); UPDATE project SET is_main = (1 = 1) WHERE id = 2; "
        "UPDATE project SET name = 'x' WHERE id = 1; UPDATE project SET name = 'Roof' WHERE id = 2; "
        "UPDATE label SET name = 'Old'; INSERT INTO label (id, name) VALUES (7, 'Gold')",
    )
    after = dump(session)
    undone = undo(session, ANN, done)
    assert undone.left == []
    assert dump(session) == start
    undo(session, ANN, undone.changeset.id)
    assert dump(session) == after


def test_what_restricts_a_delete_goes_first(session: Session) -> None:
    start = dump(session)
    made = add(session, Group(name="Metal"), Label(name="Gold", group_id=1))
    undone = undo(session, ANN, made)
    assert dump(session) == start
    undo(session, ANN, undone.changeset.id)
    assert session.get_one(Label, 1).group_id == 1


def test_a_row_deleted_later_is_listed(session: Session) -> None:
    add(session, Contact(name="Bo"), Contact(name="Cy"))
    changed = change(session, "UPDATE contact SET name = 'X'")
    change(session, "DELETE FROM contact WHERE id = 1")
    undone = undo(session, ANN, changed)
    assert undone.left == [Left("contact", 1, None, Kept.DELETED, None, "Bo")]
    assert undone.taken_back == 1


def test_a_row_made_and_deleted_in_one_changeset_is_nothing(session: Session) -> None:
    start = dump(session)
    done = change(session, "INSERT INTO contact (name, changed_at) VALUES ('Bo', '2026-01-01'); DELETE FROM contact")
    assert session.get_one(Changeset, done).change_count == 2
    with pytest.raises(Refused):
        undo(session, ANN, done)
    assert dump(session) == start


def test_a_working_table_never_stands_in_the_way(session: Session) -> None:
    made = add(session, Contact(name="Bo"))
    session.add(Draft(body="x"))
    session.commit()
    undo(session, ANN, made)
    assert session.get_one(Draft, 1).body == "x"


def test_the_plan_says_beforehand_what_the_undo_does(session: Session) -> None:
    add(session, *family())
    done = change(
        session,
        "UPDATE customer SET size = 3, note = 'n'; DELETE FROM registration; INSERT INTO label (name) VALUES ('New')",
    )
    change(session, "UPDATE customer SET note = 'later'")
    before = session.scalar(select(Change.id).order_by(Change.id.desc()).limit(1))
    plan = undo_plan(session, done)
    assert {table: (c.deletes, c.restores, c.updates) for table, c in plan.counts.items()} == {
        "customer": (0, 0, 1),
        "registration": (0, 3, 0),
        "label": (1, 0, 0),
    }
    assert session.scalar(select(Change.id).order_by(Change.id.desc()).limit(1)) == before
    session.rollback()
    undone = undo(session, ANN, done)
    assert (undone.taken_back, undone.left) == (plan.total, plan.left)


def test_a_secret_comes_back_empty_and_is_listed(session: Session) -> None:
    add(session, Customer(first_name="A", password="hunter2"))
    deleted = change(session, "DELETE FROM customer")
    undone = undo(session, ANN, deleted)
    assert reasons(undone.left) == {("customer", 1, "password", Kept.SECRET)}
    assert session.get_one(Customer, 1).password is None


def test_an_image_from_before_a_new_column_can_be_restored(session: Session) -> None:
    add(session, Customer(first_name="A"))
    deleted = change(session, "DELETE FROM customer")
    removed = "json_remove(before, '$.active', '$.size')" if _is_sqlite(session) else "before - 'active' - 'size'"
    session.execute(text(f"UPDATE change SET before = {removed} WHERE before IS NOT NULL"))
    session.commit()
    undo(session, ANN, deleted)
    assert session.get_one(Customer, 1).active is True


def test_a_row_lacking_what_is_required_by_now_stays_deleted(session: Session) -> None:
    add(session, Contact(name="A"), Contact(name="B"))
    deleted = change(session, "DELETE FROM contact")
    removed = "json_remove(before, '$.name')" if _is_sqlite(session) else "before - 'name'"
    session.execute(text(f"UPDATE change SET before = {removed} WHERE before IS NOT NULL AND row_id = 1"))
    session.commit()
    undone = undo(session, ANN, deleted)
    assert reasons(undone.left) == {("contact", 1, None, Kept.CONTENT_GONE)}
    assert session.scalars(select(Contact.name)).all() == ["B"]


def test_a_table_that_is_no_more_is_listed(session: Session) -> None:
    made = add(session, Contact(name="A"), Label(name="L"))
    session.execute(text("UPDATE change SET table_name = 'vanished' WHERE table_name = 'label'"))
    session.commit()
    undone = undo(session, ANN, made)
    assert reasons(undone.left) == {("vanished", 1, None, Kept.TABLE_GONE)}


def test_a_failed_changeset_leaves_nothing_to_undo(session: Session) -> None:
    with pytest.raises(ZeroDivisionError), changeset(session, ANN, "Fails"):
        session.add(Contact(name="A"))
        session.flush()
        raise ZeroDivisionError
    assert session.scalars(select(Changeset)).all() == []
    assert session.scalars(select(Change)).all() == []


def _is_sqlite(session: Session) -> bool:
    return session.connection().dialect.name == "sqlite"
