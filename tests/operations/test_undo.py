"""Undo asks for the right of what it does, and leaves the archived alone."""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import access, search
from models.access import SYSTEM, Looker
from models.contact import Contact
from models.customer import Customer
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.journal import Doing, Kept, NothingToUndo, changeset
from models.label import CustomerLabel, Label
from models.operations import archive, delete, undo
from models.operations.save import save
from models.project import Project, Registration
from models.user import Right, Role, User
from tests import factories
from tests.conftest import Cast


@pytest.fixture
def editor(session: Session) -> Looker:
    """Somebody who edits everywhere, and may neither archive nor delete."""
    role = session.query(Role).filter(Role.name == "Editor").one()
    user = factories.user(session, name="Erik", role_id=role.id)
    return access.looker_for(session, session.get_one(User, user.id))


def archived(session: Session, actor: Looker, customer: Customer) -> int:
    plan = archive.plan(session, actor, Customer, [customer.id])
    return archive.do(session, actor, Customer, [customer.id], plan.digest).id


def test_who_may_not_archive_may_not_undo_an_archive(session: Session, alice: Looker, editor: Looker) -> None:
    customer = factories.customer(session)
    changeset = archived(session, alice, customer)
    with pytest.raises(NotAllowed):
        undo.undo(session, editor, changeset)
    undo.undo(session, alice, changeset)
    session.expire_all()
    assert session.get_one(Customer, customer.id).archived_at is None


def test_who_may_not_see_amounts_does_not_set_one_back(session: Session, alice: Looker, editor: Looker) -> None:
    customer = factories.customer(session, hourly_rate=Decimal(90), phone="1")
    changed = save(session, alice, Customer, customer.id, {"hourly_rate": Decimal(120), "phone": "2"}).changeset
    assert changed is not None
    row = [("customer", customer.id)]
    for rows, asked in ((None, None), (row, None), (row, ["hourly_rate"]), (row, ["phone", "hourly_rate"])):
        for step in (undo.plan, undo.undo):
            with pytest.raises(NotAllowed) as refused:
                step(session, editor, changed.id, rows, asked)
            assert refused.value.values["right"] == Right.SEE_REVENUE
    undo.undo(session, editor, changed.id, row, ["phone"])
    session.expire_all()
    assert (customer.hourly_rate, customer.phone) == (Decimal(120), "1")
    undo.undo(session, alice, changed.id)
    session.expire_all()
    assert customer.hourly_rate == Decimal(90)


def test_an_amount_goes_back_by_the_right_to_see_those_of_its_customer(session: Session, cast: Cast) -> None:
    role = factories.role(session, rights=frozenset({"view", "edit", "see-all-totals", "see-revenue"}))
    done = []
    for given in (role, session.scalars(select(Role).where(Role.name == "Editor")).one()):
        customer = factories.customer(session)
        factories.access(session, customer, given, cast.charlie)
        worked = factories.registration(session, factories.project(session, customer), amount=Decimal(90))
        done.append((worked.id, save(session, SYSTEM, Registration, worked.id, {"amount": Decimal(120)}).changeset))
    charlie = access.looker_for(session, cast.charlie)
    for (key, changed), amount in zip(done, (Decimal(90), Decimal(120)), strict=True):
        assert changed is not None
        with nullcontext() if amount == Decimal(90) else pytest.raises(NotAllowed):
            undo.undo(session, charlie, changed.id)
        session.expire_all()
        assert session.get_one(Registration, key).amount == amount


def test_who_may_not_delete_may_not_undo_what_somebody_else_made(
    session: Session, alice: Looker, editor: Looker
) -> None:
    made = save(session, alice, Customer, None, {"kind": "business", "company_name": "Nieuw B.V."})
    assert made.changeset is not None
    with pytest.raises(NotAllowed):
        undo.undo(session, editor, made.changeset.id)
    assert session.get(Customer, made.record.id) is not None


def test_who_made_a_record_may_take_it_back(session: Session, editor: Looker) -> None:
    made = save(session, editor, Customer, None, {"kind": "business", "company_name": "Eigen B.V."})
    key = made.record.id
    assert made.changeset is not None
    undo.undo(session, editor, made.changeset.id)
    session.expire_all()
    assert session.get(Customer, key) is None


def test_who_may_not_delete_may_not_bring_back_or_redo(session: Session, alice: Looker, editor: Looker) -> None:
    customer = factories.customer(session)
    archived(session, alice, customer)
    plan = delete.plan(session, alice, Customer, [customer.id])
    deleted = delete.do(session, alice, Customer, [customer.id], plan.digest, typed=plan.confirm).id
    with pytest.raises((NotAllowed, NotFound)):
        undo.undo(session, editor, deleted)
    restored = undo.undo(session, alice, deleted).changeset.id
    with pytest.raises(NotAllowed):
        undo.undo(session, editor, restored)


def test_an_edit_of_what_is_archived_by_now_stays(session: Session, alice: Looker, editor: Looker) -> None:
    customer = factories.customer(session, phone="1")
    changed = save(session, editor, Customer, customer.id, {"phone": "2"})
    archived(session, alice, customer)
    assert changed.changeset is not None
    with pytest.raises(NothingToUndo) as nothing:
        undo.undo(session, editor, changed.changeset.id)
    assert [(one.row, one.reason, one.holder_name) for one in nothing.value.left] == [
        (customer.id, Kept.ARCHIVED, customer.name)
    ]
    session.expire_all()
    assert session.get_one(Customer, customer.id).phone == "2"


def test_a_changeset_that_may_not_be_seen_is_not_there(session: Session, alice: Looker, cast: Cast) -> None:
    customer = factories.customer(session)
    changed = save(session, alice, Customer, customer.id, {"phone": "2"})
    charlie = access.looker_for(session, cast.charlie)
    assert changed.changeset is not None
    access.look_as(session, charlie)
    with pytest.raises(NotFound):
        undo.undo(session, charlie, changed.changeset.id)


def deleted(session: Session, actor: Looker, noun: type[Label | Contact], key: int) -> int:
    plan = delete.plan(session, actor, noun, [key])
    return delete.do(session, actor, noun, [key], plan.digest, plan.confirm).id


def test_a_deleted_label_comes_back_on_archived_customers_too(session: Session, dana: Looker) -> None:
    label, open_one, put_away = factories.label(session), factories.customer(session), factories.customer(session)
    for customer in (open_one, put_away):
        factories.put_label(session, label, customer=customer)
    archived(session, dana, put_away)
    gone = deleted(session, dana, Label, label.id)
    assert undo.plan(session, dana, gone).left == []
    assert undo.undo(session, dana, gone).left == []
    labelled = session.scalars(select(CustomerLabel.customer_id).order_by(CustomerLabel.customer_id)).all()
    assert labelled == [open_one.id, put_away.id]


def test_a_deleted_label_comes_back_but_not_on_customers_archived_since(session: Session, dana: Looker) -> None:
    label, open_one, put_away = factories.label(session), factories.customer(session), factories.customer(session)
    for customer in (open_one, put_away):
        factories.put_label(session, label, customer=customer)
    gone = deleted(session, dana, Label, label.id)
    archived(session, dana, put_away)
    left = undo.undo(session, dana, gone).left
    assert [(one.table, one.reason, one.holder_name) for one in left] == [
        ("customer_label", Kept.ARCHIVED, put_away.name)
    ]
    assert session.scalars(select(CustomerLabel.customer_id)).all() == [open_one.id]


@pytest.mark.parametrize("noun", [Customer, Project])
def test_a_deleted_contact_stands_again_where_it_stood_below_the_archived(
    session: Session, dana: Looker, noun: type[Customer | Project]
) -> None:
    customer, contact = factories.customer(session), factories.contact(session)
    factories.link(session, customer, contact)
    project = factories.project(session, customer)
    worked = factories.registration(session, project, contact_id=contact.id).id
    key = customer.id if noun is Customer else project.id
    archive.do(session, dana, noun, [key], archive.plan(session, dana, noun, [key]).digest)
    contact_id = contact.id
    gone = deleted(session, dana, Contact, contact_id)
    back = undo.undo(session, dana, gone)
    assert back.left == []
    assert session.get_one(Registration, worked).contact_id == contact_id
    # Taking that back reaches the archived as well.
    assert undo.undo(session, dana, back.changeset.id).left == []
    assert session.get(Contact, contact_id) is None


def test_who_archived_since_keeps_one_customer_from_an_undo_not_all(session: Session, dana: Looker) -> None:
    customers = [factories.customer(session, phone="1") for _ in range(3)]
    with changeset(session, dana, "Import") as done:
        for customer in customers:
            customer.phone = "2"
    archived(session, dana, customers[1])
    plan = undo.plan(session, dana, done.id)
    undone = undo.undo(session, dana, done.id)
    assert (plan.total, plan.left) == (undone.taken_back, undone.left)
    assert undone.taken_back == 2
    assert [(one.name, one.reason) for one in undone.left] == [(customers[1].name, Kept.ARCHIVED)]
    session.expire_all()
    assert [customer.phone for customer in customers] == ["1", "2", "1"]


def test_what_was_put_away_again_at_another_time_was_archived_since(session: Session, dana: Looker) -> None:
    customer = factories.customer(session)
    project = factories.project(session, customer)
    first = archived(session, dana, customer)
    back = archive.plan(session, dana, Customer, [customer.id], archive.Way.RESTORE)
    archive.restore(session, dana, Customer, [customer.id], back.digest)
    archived(session, dana, customer)
    with pytest.raises(NothingToUndo):
        undo.undo(session, dana, first)
    session.expire_all()
    assert session.get_one(Project, project.id).archived_with_customer is True


def test_a_registration_of_a_project_archived_since_stays(session: Session, dana: Looker) -> None:
    project = factories.project(session, factories.customer(session))
    worked = factories.registration(session, project, minutes=10)
    changed = save(session, dana, Registration, worked.id, {"minutes": 20}).changeset
    assert changed is not None
    archive.do(session, dana, Project, [project.id], archive.plan(session, dana, Project, [project.id]).digest)
    with pytest.raises(NothingToUndo):
        undo.undo(session, dana, changed.id)


def test_what_was_added_and_what_was_moved_by_one_change_go_back_together(session: Session, dana: Looker) -> None:
    customer = factories.customer(session)
    before, after = factories.project(session, customer), factories.project(session, customer)
    moved = factories.registration(session, before)
    with changeset(session, dana, "Import") as done:
        moved.project_id = after.id
        added = Registration(**{name: getattr(moved, name) for name in ("customer_id", "day", "minutes", "amount")})
        added.project_id = after.id
        session.add(added)
    key = added.id
    assert undo.undo(session, dana, done.id).left == []
    session.expire_all()
    assert session.get_one(Registration, moved.id).project_id == before.id
    assert session.get(Registration, key) is None


def test_a_value_used_by_another_since_is_named_with_its_holder(session: Session, dana: Looker) -> None:
    customer = factories.customer(session, number="K-1")
    key = customer.id
    archived(session, dana, customer)
    plan = delete.plan(session, dana, Customer, [key])
    gone = delete.do(session, dana, Customer, [key], plan.digest, plan.confirm, invoices_saved=True).id
    other = factories.customer(session, number="k-1", company_name="Nieuw B.V.")
    with pytest.raises(NothingToUndo) as nothing:
        undo.undo(session, dana, gone)
    taken = [one for one in nothing.value.left if one.table == "customer"]
    assert [(one.reason, one.wanted, one.holder, one.holder_name) for one in taken] == [
        (Kept.VALUE_TAKEN, ("number", "K-1"), ("customer", other.id), "Nieuw B.V.")
    ]


@pytest.mark.parametrize("only", [["archived_at"], ["archived_with_customer"], ["number_key"], None])
def test_what_a_verb_keeps_up_goes_back_as_a_whole_only(session: Session, dana: Looker, only: list[str] | None) -> None:
    customer = factories.customer(session)
    projects = [factories.project(session, customer) for _ in range(2)]
    changeset = archived(session, dana, customer)
    for row in (("project", projects[0].id), ("customer", customer.id)):
        for step in (undo.plan, undo.undo):
            with pytest.raises(Refused) as refused:
                step(session, dana, changeset, [row], only)
            assert refused.value.reason is Reason.GOES_BACK_AS_A_WHOLE
    assert undo.undo(session, dana, changeset).taken_back == 3
    session.expire_all()
    assert [one.archived_at for one in (customer, *projects)] == [None, None, None]


def test_one_row_that_no_verb_marked_goes_back_alone(session: Session, dana: Looker) -> None:
    one, other = (factories.customer(session, number=number) for number in ("K-1", "K-2"))
    with changeset(session, dana, "Import") as done:
        one.number, other.number = "K-8", "K-9"
    undo.undo(session, dana, done.id, [("customer", one.id)])
    session.expire_all()
    assert (one.number, other.number) == ("K-1", "K-9")


@pytest.mark.parametrize(
    ("others", "reason", "named"),
    [
        ("Reader", Reason.NO_RIGHT_AT, "Groenoord, Havenzicht"),
        (None, Reason.NO_RIGHT_ON_OTHERS, None),
    ],
)
def test_who_may_not_take_all_of_it_back_learns_which_customers_are_in_the_way(
    session: Session, cast: Cast, others: str | None, reason: Reason, named: str | None
) -> None:
    roles = {role.name: role for role in session.scalars(select(Role))}
    customers = [factories.customer(session, company_name=name) for name in ("Nordhamn", "Havenzicht", "Groenoord")]
    for customer, role in zip(customers, ("Manager", others, others), strict=True):
        if role is not None:
            factories.access(session, customer, roles[role], cast.charlie)
    with changeset(session, SYSTEM, "Call them") as done:
        for customer in customers:
            customer.phone = "2"
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    with pytest.raises(NotAllowed) as refused:
        undo.undo(session, charlie, done.id)
    assert (refused.value.reason, refused.value.values["right"]) == (reason, Right.EDIT)
    assert refused.value.values.get("name") == named


def test_who_holds_the_right_nowhere_is_told_of_the_right_only(session: Session, cast: Cast) -> None:
    customer = factories.customer(session, phone="1")
    changed = save(session, SYSTEM, Customer, customer.id, {"phone": "2"}).changeset
    assert changed is not None
    with pytest.raises(NotAllowed) as refused:
        undo.undo(session, access.looker_for(session, cast.bob), changed.id)
    assert refused.value.reason is Reason.NO_RIGHT


def test_a_number_goes_back_with_the_key_that_it_is_found_by(session: Session, dana: Looker) -> None:
    customer = factories.customer(session, number="K-1", phone="1")
    changed = save(session, dana, Customer, customer.id, {"number": "K-2", "phone": "2"}).changeset
    assert changed is not None
    undo.undo(session, dana, changed.id, [("customer", customer.id)], ["number"])
    session.expire_all()
    assert (customer.number, customer.number_key, customer.phone) == ("K-1", "k-1", "2")


def test_what_was_shown_is_done_or_nothing(session: Session, alice: Looker) -> None:
    customer = factories.customer(session, phone="1", email="one@x.example")
    changed = save(session, alice, Customer, customer.id, {"phone": "2", "email": "two@x.example"}).changeset
    assert changed is not None
    shown = undo.digest(undo.plan(session, alice, changed.id))
    save(session, alice, Customer, customer.id, {"phone": "3"})
    with pytest.raises(Conflict) as refused:
        undo.undo(session, alice, changed.id, expected=shown)
    assert refused.value.reason is Reason.PLAN_CHANGED
    session.expire_all()
    assert customer.email == "two@x.example"
    undo.undo(session, alice, changed.id, expected=undo.digest(undo.plan(session, alice, changed.id)))
    session.expire_all()
    assert (customer.phone, customer.email) == ("3", "one@x.example")


def test_what_is_written_down_along_with_an_undo_stands_and_falls_with_it(session: Session, alice: Looker) -> None:
    customer = factories.customer(session, phone="1")
    changed = save(session, alice, Customer, customer.id, {"phone": "2"}).changeset
    assert changed is not None

    def fails(doing: Doing) -> None:
        assert doing.plan.total == 1
        raise Refused(Reason.NOTHING_TO_UNDO)

    with pytest.raises(Refused):
        undo.undo(session, alice, changed.id, along=fails)
    session.expire_all()
    assert customer.phone == "2"
    made: list[int] = []
    done = undo.undo(session, alice, changed.id, along=lambda doing: made.append(doing.id))
    assert made == [done.changeset.id]


def test_a_large_changeset_asks_for_the_same_rights_as_a_small_one(
    session: Session, alice: Looker, editor: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LARGE", 0)
    customer = factories.customer(session, hourly_rate=Decimal(90))
    changed = save(session, alice, Customer, customer.id, {"hourly_rate": Decimal(120)}).changeset
    assert changed is not None
    made, put_away = factories.customer(session), archived(session, alice, factories.customer(session))
    with changeset(session, SYSTEM, "Renamed") as renamed:
        session.get_one(Customer, made.id).nickname = "Renamed"
    for key in (changed.id, put_away):
        with pytest.raises(NotAllowed):
            undo.plan(session, editor, key)
        assert undo.plan(session, alice, key).total == 1
    assert undo.plan(session, editor, renamed.id).total == 1
