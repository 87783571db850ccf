"""The traps that other products fell into: one test by name for each that can be met in what is built.

Those met elsewhere are listed with the file whose tests name them, and those that cannot be met with the reason why.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, NullPool, create_engine, event, func, select, update
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM, Looker
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.errors import Conflict, NotFound, Problems, Reason, Refused
from models.journal import Change, Changeset, changeset, position, undo
from models.label import CustomerLabel, Label
from models.operations import archive, bin, delete, label, number
from models.operations.duplicates import Candidate, find
from models.operations.merging import EditConflict
from models.operations.save import save
from models.operations.selection import Selection
from models.project import Project, Registration
from models.user import Right
from tests import factories
from tests.importers.helpers import desk_of

ELSEWHERE: dict[int, str] = {
    4: "tests/importers/test_plan.py::test_a_plan_writes_nothing_but_itself",
    5: "tests/importers/test_plan.py::test_a_namesake_can_be_decided_to_be_the_same_and_then_takes_the_number",
    8: "tests/importers/files/test_cells.py::test_a_format_that_pads_with_zeros_gives_the_text_that_is_seen",
    9: "tests/importers/test_plan.py::test_an_empty_cell_leaves_the_value_alone_unless_told_otherwise",
    10: "tests/importers/test_plan.py::test_labels_are_added_not_replaced_unless_told_otherwise",
    11: "tests/views/test_customers.py::test_TC_05_x_11_the_export_holds_just_the_rows_of_the_list_and_no_live_formula",
    14: "tests/models/test_journal_undo.py::test_an_image_from_before_a_new_column_can_be_restored",
    20: "tests/models/test_lists.py::test_counting_stops_at_the_cap",
    21: "tests/models/test_list_state.py::test_a_state_goes_back_into_the_url_it_came_from",
    23: "tests/browser/test_drafts.py::test_x_23_a_session_that_ends_while_typing_loses_nothing",
    24: "tests/importers/test_apply.py::test_what_is_written_is_what_the_plan_showed",
    25: "tests/importers/test_apply.py::test_the_counts_add_up_to_the_rows",
    29: "tests/contracts/test_routes.py::test_every_page_answers_everybody_without_an_error",
}
NOT_MET: dict[int, str] = {
    26: "the tables are our own and known from the models; no schema is reflected",
    27: "no schema is reflected, so no view in it can be met",
    28: "nobody acts as somebody else: the looker of a request is the person who signed in",
}


def _do_delete(session: Session, noun: Any, *ids: int) -> Changeset:
    plan = delete.plan(session, SYSTEM, noun, ids)
    return delete.do(session, SYSTEM, noun, ids, plan.digest, plan.confirm, invoices_saved=True)


def _archived(session: Session, **values: Any) -> Customer:
    return factories.customer(session, archived_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC), **values)


def test_every_trap_is_accounted_for_once() -> None:
    here = {int(found) for found in re.findall(r"^def test_x(\d\d)_", Path(__file__).read_text("utf-8"), re.MULTILINE)}
    assert not here & set(ELSEWHERE)
    assert not (here | set(ELSEWHERE)) & set(NOT_MET)
    assert here | set(ELSEWHERE) | set(NOT_MET) == set(range(1, 30))


def test_the_tests_that_are_said_to_meet_a_trap_are_there() -> None:
    root = Path(__file__).parent.parent
    for said in ELSEWHERE.values():
        file, _, name = said.partition("::")
        assert f"def {name}(" in (root / file).read_text(encoding="utf-8"), said


def test_x01_a_child_of_an_archived_parent_keeps_its_parent_when_it_is_edited(session: Session) -> None:
    parent, active = factories.customer(session), factories.customer(session)
    contact = factories.contact(session)
    link = factories.link(session, parent, contact)
    key, there = contact.id, parent.id
    plan = archive.plan(session, SYSTEM, Customer, [there])
    archive.do(session, SYSTEM, Customer, [there], plan.digest)
    save(session, SYSTEM, Contact, key, {"first_name": "Renamed"})
    assert session.get_one(CustomerContact, link.id).customer_id == there
    assert session.get_one(Contact, key).first_name == "Renamed"
    # And where the link itself is in the form, it is refused rather than moved.
    with pytest.raises(Refused) as caught:
        save(session, SYSTEM, CustomerContact, link.id, {"customer_id": active.id})
    assert caught.value.reason is Reason.ARCHIVED_IS_LOCKED


def test_x02_a_second_save_never_overwrites_the_first_in_silence(session: Session) -> None:
    key = factories.customer(session).id
    shown = position(session)
    save(session, SYSTEM, Customer, key, {"phone": "1"})
    with pytest.raises(EditConflict):
        save(session, SYSTEM, Customer, key, {"phone": "2"}, base=shown)
    assert session.get_one(Customer, key).phone == "1"


def test_x03_a_delete_names_all_that_goes_along(session: Session) -> None:
    parent = _archived(session)
    with access.unlocking(session):
        project = factories.project(session, parent)
        factories.registration(session, project)
        factories.address(session, parent)
    plan = delete.plan(session, SYSTEM, Customer, [parent.id])
    assert {branch.key: branch.count for branch in plan.branches} == {
        "customer": 1,
        "project": 1,
        "registration": 1,
        "address": 1,
    }
    assert _do_delete(session, Customer, parent.id).change_count == plan.total


def test_x06_a_deleted_record_blocks_no_value_unseen_and_comes_back_only_where_it_fits(session: Session) -> None:
    key = factories.label(session, name="VIP").id
    gone = _do_delete(session, Label, key).id
    successor = save(session, SYSTEM, Label, None, {"name": "VIP"}).record
    with pytest.raises(Refused):
        bin.restore(session, SYSTEM, gone)
    save(session, SYSTEM, Label, successor.id, {"name": "Star"})
    bin.restore(session, SYSTEM, gone)
    assert session.get_one(Label, key).name == "VIP"

    _do_delete(session, Customer, _archived(session, number="K-7").id)
    with pytest.raises(Problems) as caught:
        save(session, SYSTEM, Customer, None, {"company_name": "Successor", "number": "K-7"})
    assert caught.value.reason is Reason.NUMBER_IN_BIN


@pytest.mark.parametrize("spelt", ["k-10 012", "K-10012 ", "Ｋ-１００１２", "K-10012"])
def test_x07_matching_and_the_database_agree_on_what_is_the_same_number(
    session: Session, tmp_path: Path, spelt: str
) -> None:
    there = factories.customer(session, number="K-10012").id
    # Converting a contact asks `find`, an import its own plan; saving asks the database.
    found = find(session, {"new": Candidate(number=spelt)})
    assert [one.id for one in found["new"]] == [there]
    desk = desk_of(session, tmp_path)
    run = desk.plan(["Customer number", "Phone"], [spelt, "+31 10 555 0100"])
    assert [row.target_id for row in desk.rows(run).values()] == [there]
    with pytest.raises(Problems) as caught:
        save(session, SYSTEM, Customer, None, {"company_name": "Twin", "number": spelt})
    assert caught.value.reason is Reason.NUMBER_TAKEN


def test_x12_undoing_one_record_of_a_bulk_change_leaves_the_others(session: Session) -> None:
    keys = [factories.customer(session).id for _ in range(3)]
    plan = archive.plan(session, SYSTEM, Customer, keys)
    kept = archive.do(session, SYSTEM, Customer, keys, plan.digest)
    undo(session, SYSTEM, kept.id, rows=[("customer", keys[0])])
    assert [session.get_one(Customer, key).is_archived for key in keys] == [False, True, True]


def test_x13_a_set_based_statement_is_in_the_history(session: Session) -> None:
    key = factories.customer(session).id
    with changeset(session, SYSTEM, "Bulk") as kept:
        session.execute(update(Customer).values(phone="1"))
    found = session.scalars(select(Change).where(Change.changeset_id == kept.id)).one()
    assert (found.table_name, found.row_id) == ("customer", key)


def test_x15_a_restored_record_has_its_old_id_and_its_links(session: Session) -> None:
    parent = _archived(session)
    with access.unlocking(session):
        factories.put_label(session, factories.label(session), customer=parent)
    key, link = parent.id, session.scalars(select(CustomerLabel)).one()
    was = (link.id, link.customer_id, link.label_id)
    gone = _do_delete(session, Customer, key).id
    newcomer = factories.customer(session).id
    bin.restore(session, SYSTEM, gone)
    back = session.scalars(select(CustomerLabel)).one()
    assert (back.id, back.customer_id, back.label_id) == was
    assert newcomer != key


def test_x17_what_failed_is_not_in_the_history(session: Session) -> None:
    factories.customer(session, number="K-1")
    before = session.scalar(select(func.count(Changeset.id)))
    attempts: list[Callable[[], object]] = [
        lambda: save(session, SYSTEM, Customer, None, {"company_name": "Twin", "number": "K-1"}),
        lambda: archive.do(session, SYSTEM, Customer, [1], "another plan"),
        lambda: delete.do(session, SYSTEM, Customer, [10**6], ""),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    assert session.scalar(select(func.count(Changeset.id))) == before


def test_x18_conditional_rules_hold_without_a_browser(session: Session) -> None:
    for values, reason in (
        ({"kind": "business"}, Reason.COMPANY_NAME_MISSING),
        ({"kind": "private", "first_name": "Ingrid"}, Reason.LAST_NAME_MISSING),
    ):
        with pytest.raises(Problems) as caught:
            save(session, SYSTEM, Customer, None, values)
        assert caught.value.reason is reason


def test_x19_what_is_denied_is_told_apart_from_what_is_empty(session: Session, cast: Any) -> None:
    """Figures that may not be seen are None, never nought; records that may not be seen are not there."""
    parent = _archived(session)
    with access.unlocking(session):
        factories.registration(session, factories.project(session, parent))
        role = factories.role(session, rights=frozenset({Right.VIEW, Right.DELETE}))
        factories.access(session, parent, role, cast.charlie)
    key = parent.id
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    plan = delete.plan(session, charlie, Customer, [key])
    assert {branch.minutes for branch in plan.branches} == {None}
    access.look_as(session, Looker(None, "Nobody"))
    with pytest.raises(NotFound):
        save(session, Looker(None, "Nobody"), Customer, key, {"phone": "1"})


def test_x16_undo_works_at_thousands_of_rows(session: Session) -> None:
    with changeset(session, SYSTEM, "Many"):
        session.add_all(Customer(number=f"M-{n}", company_name=f"Firm {n}") for n in range(3000))
    tag = factories.label(session).id
    everyone = Selection(query=select(Customer.id))
    plan = label.plan(session, SYSTEM, Customer, everyone, put=[tag])
    kept = label.do(session, SYSTEM, Customer, everyone, plan.digest, put=[tag])
    assert session.scalar(select(func.count(CustomerLabel.id))) == 3000
    undone = undo(session, SYSTEM, kept.id)
    assert (undone.taken_back, undone.left) == (3000, [])
    assert session.scalar(select(func.count(CustomerLabel.id))) == 0


def test_x22_a_plan_keeps_nobody_from_writing(session: Session, database_url: URL) -> None:
    key = _archived(session).id
    other = factories.customer(session).id
    delete.plan(session, SYSTEM, Customer, [key])
    engine = create_engine(database_url, poolclass=NullPool)
    with Session(engine) as second:
        access.look_as(second, SYSTEM)
        save(second, SYSTEM, Customer, other, {"phone": "1"})
    engine.dispose()
    session.rollback()
    assert session.get_one(Customer, other).phone == "1"


def test_bulk_changes_take_a_fixed_number_of_statements(session: Session) -> None:
    """What X-16 and X-22 come down to for the verbs: nothing grows with the rows but the work of the database."""

    def statements(count: int) -> int:
        keys = session.scalars(select(Customer.id)).all()[:count]
        seen: list[str] = []
        bind = session.get_bind()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(bind, "before_cursor_execute", note)
        try:
            plan = archive.plan(session, SYSTEM, Customer, keys)
            archive.do(session, SYSTEM, Customer, keys, plan.digest)
        finally:
            event.remove(bind, "before_cursor_execute", note)
        assert plan.count == count
        return len(seen)

    with changeset(session, SYSTEM, "Many"):
        numbers = number.take_many(session, 400)
        session.add_all(Customer(number=given, company_name=given) for given in numbers)
        session.flush()
        keys = session.scalars(select(Customer.id)).all()
        session.add_all(Project(customer_id=key, name="P") for key in keys)
    few = statements(60)
    with changeset(session, SYSTEM, "Back"):
        session.execute(update(Customer).values(archived_at=None))
        session.execute(update(Project).values(archived_at=None, archived_with_customer=False))
    assert statements(400) == few


def test_e05_a_plan_that_is_not_the_one_that_was_shown_is_refused_by_every_verb(session: Session) -> None:
    parent = _archived(session)
    for verb in (
        lambda: archive.restore(session, SYSTEM, Customer, [parent.id], "other"),
        lambda: delete.do(session, SYSTEM, Customer, [parent.id], "other"),
    ):
        with pytest.raises(Conflict):
            verb()
    assert session.scalar(select(func.count(Registration.id))) == 0
