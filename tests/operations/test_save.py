"""Saving: edits of others are merged, not lost; what does not fit is told all at once; rights go before writing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import URL, NullPool, create_engine, event, func, select
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM, Looker
from models.activity import Activity
from models.contact import Contact, CustomerContact
from models.customer import Address, Customer, Kind
from models.errors import NotAllowed, NotFound, Problems, Reason, Refused
from models.journal import Change, Changeset, Later, changeset, position, reading, undo
from models.label import CustomerLabel, Label, LabelGroup
from models.operations import fields
from models.operations.save import Child, EditConflict, New, Side, check, save
from models.project import Project, Registration
from models.settings import ListValue, ValueList
from models.user import Right, Role, Team, User
from tests import factories

ELIN = Looker(None, "Elin", frozenset(Right))
JOHAN = Looker(None, "Johan", frozenset(Right))


@pytest.fixture
def customer(session: Session) -> Customer:
    return factories.customer(session, company_name="Nordhamn Logistik AB", payment_term_days=30, phone="1")


def _count(session: Session, noun: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(noun)) or 0


def _problems(session: Session, *arguments: Any, **options: Any) -> dict[str | None, Reason]:
    before = _count(session, Change)
    with pytest.raises(Problems) as caught:
        save(session, *arguments, **options)
    assert _count(session, Change) == before
    return {problem.field: problem.reason for problem in caught.value.problems}


def _edit(session: Session, customer: Customer, actor: Looker, **values: Any) -> None:
    save(session, actor, Customer, customer.id, values)


def _charlie_on(session: Session, cast: Any, customer: Customer, *rights: Right) -> Looker:
    """Charlie, who has these rights on this customer and nothing else."""
    factories.access(session, customer, factories.role(session, rights=frozenset(rights)), cast.charlie)
    return access.looker_for(session, cast.charlie)


@contextmanager
def _sent(session: Session) -> Iterator[list[str]]:
    """Every statement that is sent meanwhile, and every commit."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(" ".join(statement.split()))

    def note_commit(_connection: Any) -> None:
        sent.append("COMMIT")

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", note_commit)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", note_commit)


# One person alone


def test_a_new_customer_gets_a_number_and_its_head_office_in_one_changeset(session: Session) -> None:
    saved = save(
        session,
        ELIN,
        Customer,
        None,
        {"kind": "private", "first_name": "Ingrid", "last_name": "Bergström", "head_office_city": "Göteborg"},
    )
    assert (saved.record.number, saved.record.name, saved.record.kind) == ("K-10001", "Ingrid Bergström", Kind.PRIVATE)
    assert saved.record.head_office is not None
    assert saved.record.head_office.city == "Göteborg"
    assert saved.changeset is not None
    assert saved.changeset.user_name == "Elin"
    assert saved.changeset.title.format(**saved.changeset.values) == "Add customer Ingrid Bergström"
    tables = session.scalars(select(Change.table_name).where(Change.changeset_id == saved.changeset.id))
    assert sorted(tables) == ["address", "customer"]


def test_saving_what_is_there_already_writes_nothing(session: Session, customer: Customer) -> None:
    before = _count(session, Changeset)
    saved = save(session, ELIN, Customer, customer.id, {"phone": "1", "email": "", "payment_term_days": 30})
    assert saved.changeset is None
    assert _count(session, Changeset) == before


def test_only_what_differs_is_written(session: Session, customer: Customer) -> None:
    saved = save(session, ELIN, Customer, customer.id, {"phone": "2", "payment_term_days": 30})
    assert saved.changeset is not None
    change = session.scalars(select(Change).where(Change.changeset_id == saved.changeset.id)).one()
    assert change.before is not None
    assert change.after is not None
    differing = {key for key in change.after if change.after[key] != change.before[key]}
    assert differing == {"phone", "changed_at"}


def test_an_empty_head_office_is_not_made(session: Session) -> None:
    saved = save(session, ELIN, Customer, None, {"company_name": "Zonneveld", "head_office_city": ""})
    assert saved.record.head_office is None


def test_an_unknown_field_is_a_programming_error(session: Session, customer: Customer) -> None:
    for name in ("archived_at", "id", "number_key", "name", "head_office_is_head_office", "head_office_customer_id"):
        with pytest.raises(KeyError):
            save(session, ELIN, Customer, customer.id, {name: 1})


# What does not fit


def test_all_that_does_not_fit_is_told_at_once(session: Session, customer: Customer) -> None:
    factories.customer(session, number="K-10044", company_name="Tandartspraktijk De Linde")
    problems = _problems(
        session,
        ELIN,
        Customer,
        customer.id,
        {
            "number": "k-10 044",
            "company_name": " ",
            "phone": "1" * 41,
            "kind": "firm",
            "payment_term_days": 2**31,
            "description": "a\0b",
            "hourly_rate": Decimal("NaN"),
            "head_office_country": "NLD",
        },
    )
    assert problems == {
        "number": Reason.NUMBER_TAKEN,
        "phone": Reason.TOO_LONG,
        "kind": Reason.WRONG_VALUE,
        "payment_term_days": Reason.OUT_OF_RANGE,
        "description": Reason.INVISIBLE,
        "hourly_rate": Reason.WRONG_VALUE,
        "head_office_country": Reason.TOO_LONG,
        "first_name": Reason.FIRST_NAME_MISSING,
        "last_name": Reason.LAST_NAME_MISSING,
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"kind": Kind.BUSINESS}, {"company_name": Reason.COMPANY_NAME_MISSING}),
        (
            {"kind": Kind.PRIVATE, "company_name": "Zonneveld", "last_name": "  "},
            {"first_name": Reason.FIRST_NAME_MISSING, "last_name": Reason.LAST_NAME_MISSING},
        ),
        ({"company_name": "x" * 201}, {"company_name": Reason.TOO_LONG}),
    ],
)
def test_a_customer_needs_the_names_of_its_kind(
    session: Session, values: dict[str, Any], expected: dict[str, Reason]
) -> None:
    assert _problems(session, ELIN, Customer, None, values) == expected


def test_a_contact_needs_any_name(session: Session) -> None:
    assert _problems(session, ELIN, Contact, None, {"email": "a@b.example"}) == {
        "first_name": Reason.FIRST_NAME_MISSING
    }
    assert _problems(session, ELIN, Contact, None, {"kind": "business"}) == {
        "company_name": Reason.COMPANY_NAME_MISSING
    }
    assert save(session, ELIN, Contact, None, {"last_name": "Cher"}).record.name == "Cher"


def test_a_taken_number_names_its_holder_and_the_next_free_one(session: Session, customer: Customer) -> None:
    factories.customer(session, number="K-10001", company_name="Zonneveld")
    with pytest.raises(Problems) as caught:
        _edit(session, customer, ELIN, number="K-10001")
    assert str(caught.value) == "Already used by Zonneveld. Next free number: K-10002"


def test_a_taken_number_does_not_name_a_holder_who_may_not_be_seen(session: Session, cast: Any) -> None:
    factories.customer(session, number="K-10001", company_name="Secret Ltd")
    seen = factories.customer(session)
    charlie = _charlie_on(session, cast, seen, Right.VIEW, Right.EDIT)
    key = seen.id
    access.look_as(session, charlie)
    with pytest.raises(Problems) as caught:
        save(session, charlie, Customer, key, {"number": "K-10001"})
    assert str(caught.value) == "This number is already in use. Next free number: K-10002"


def test_a_unique_name_is_refused_by_field(session: Session) -> None:
    factories.label(session, name="Retainer")
    assert _problems(session, ELIN, Label, None, {"name": "Retainer"}) == {"name": Reason.VALUE_TAKEN}
    assert _problems(session, ELIN, Label, None, {"name": ""}) == {"name": Reason.MISSING}
    assert _problems(session, ELIN, LabelGroup, None, {}) == {"name": Reason.MISSING}
    factories.user(session, email="ann@kaartenbak.example")
    taken = _problems(session, ELIN, User, None, {"name": "Ann", "email": "ANN@kaartenbak.example"})
    assert taken == {"email": Reason.VALUE_TAKEN}


@pytest.mark.parametrize(
    ("noun", "field", "values"),
    [
        (Customer, "company_name", {"kind": Kind.BUSINESS}),
        (Customer, "number", {"kind": Kind.BUSINESS, "company_name": "Alfa B.V."}),
        (Contact, "first_name", {}),
        (Project, "name", {}),
        (Label, "name", {}),
        (LabelGroup, "name", {}),
        (ListValue, "name", {"list": ValueList.STATUS}),
        (User, "name", {"email": "a@kaartenbak.example"}),
        (User, "email", {"name": "A"}),
        (Team, "name", {}),
        (Role, "name", {"rights": frozenset({"view"})}),
    ],
    ids=str,
)
@pytest.mark.parametrize("unseen", ["\u202e", "\u200b", "\n"], ids=ascii)
def test_a_character_that_nobody_can_see_is_refused_in_what_things_are_called(
    session: Session, customer: Customer, noun: type[Any], field: str, values: dict[str, Any], unseen: str
) -> None:
    parent = {"customer_id": customer.id} if noun is Project else {}
    problems = _problems(session, ELIN, noun, None, {**values, **parent, field: f"a{unseen}b@c.example"})
    assert problems == {field: Reason.INVISIBLE}


def test_an_old_name_with_a_character_that_nobody_can_see_does_not_lock_its_record(session: Session) -> None:
    old = factories.customer(session, company_name="Alfa\u202e B.V.")
    values = {"company_name": "Alfa\u202e B.V.", "phone": "2", "description": "one\ntwo \u200fשלום"}
    assert save(session, ELIN, Customer, old.id, values).record.phone == "2"


def test_a_posted_id_must_be_there(session: Session, customer: Customer) -> None:
    industry = factories.list_value(session, ValueList.INDUSTRY, "Transport")
    retired = factories.list_value(session, ValueList.STATUS, "Old", retired=True)
    label = factories.label(session)
    problems = _problems(
        session,
        ELIN,
        Customer,
        customer.id,
        {
            "owner_id": 10**6,
            "status_id": industry.id,
            "invoice_layout_id": 10**6,
            "labels": {label.id, 10**6},
        },
    )
    assert problems == dict.fromkeys(("owner_id", "status_id", "invoice_layout_id", "labels"), Reason.NOT_FOUND)
    assert _problems(session, ELIN, Customer, customer.id, {"status_id": retired.id}) == {"status_id": Reason.NOT_FOUND}
    assert save(session, ELIN, Customer, customer.id, {"industry_id": industry.id}).record.industry_id == industry.id


def test_a_retired_value_stays_on_the_records_that_have_it(session: Session, customer: Customer) -> None:
    old = factories.list_value(session, ValueList.STATUS, "Old")
    _edit(session, customer, ELIN, status_id=old.id)
    save(session, ELIN, ListValue, old.id, {"retired": True})
    saved = save(session, ELIN, Customer, customer.id, {"status_id": old.id, "phone": "9"})
    assert saved.record.status_id == old.id


def test_the_kind_cannot_change_while_an_agreement_is_active(session: Session, customer: Customer) -> None:
    factories.agreement(session, customer)
    problems = _problems(
        session, ELIN, Customer, customer.id, {"kind": "private", "first_name": "Ingrid", "last_name": "Bergström"}
    )
    assert problems == {"kind": Reason.AGREEMENT_ACTIVE}


def test_somebody_who_takes_the_number_in_between_is_told_of_all_the_same(
    session: Session, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.customer(session, number="K-10001")
    real, calls = fields.taken, []

    def blind_once(*arguments: Any) -> Refused | None:
        calls.append(arguments)
        return None if len(calls) == 1 else real(*arguments)

    monkeypatch.setattr(fields, "taken", blind_once)
    assert _problems(session, ELIN, Customer, customer.id, {"number": "K-10001"}) == {"number": Reason.NUMBER_TAKEN}


# Rights


def test_who_may_not_edit_changes_nothing(session: Session, cast: Any, customer: Customer) -> None:
    bob = access.looker_for(session, cast.bob)
    there = customer.id
    access.look_as(session, bob)
    before = _count(session, Customer)
    for noun, key, values in (
        (Customer, there, {"phone": "2"}),
        (Customer, None, {"company_name": "Mine"}),
        (Contact, None, {"first_name": "Mine"}),
        (Address, None, {"customer_id": there, "city": "Mine"}),
        (Project, None, {"customer_id": there, "name": "Mine"}),
        (Label, None, {"name": "Mine"}),
        (Role, None, {"name": "Mine"}),
        (Team, None, {"name": "Mine"}),
        (User, None, {"name": "Mine", "email": "mine@kaartenbak.example"}),
    ):
        with pytest.raises(NotAllowed):
            save(session, bob, noun, key, values)
    assert _count(session, Customer) == before


def test_what_may_not_be_seen_is_not_there(session: Session, cast: Any, customer: Customer) -> None:
    charlie = access.looker_for(session, cast.charlie)
    key = customer.id
    access.look_as(session, charlie)
    with pytest.raises(NotFound):
        save(session, charlie, Customer, key, {"phone": "2"})


def test_a_row_cannot_be_moved_to_a_customer_one_may_not_edit(session: Session, cast: Any, customer: Customer) -> None:
    own = factories.customer(session)
    project = factories.project(session, own)
    _charlie_on(session, cast, own, Right.VIEW, Right.EDIT)
    charlie = _charlie_on(session, cast, customer, Right.VIEW)
    here, there, key = own.id, customer.id, project.id
    access.look_as(session, charlie)
    with pytest.raises(NotAllowed):
        save(session, charlie, Project, key, {"customer_id": there})
    assert save(session, charlie, Project, key, {"name": "Renamed"}).record.customer_id == here


MAKE = {
    Customer: factories.customer,
    Contact: factories.contact,
    Team: factories.team,
    User: factories.user,
    Label: factories.label,
}


@pytest.mark.parametrize("noun", [Customer, Contact, Team, User])
def test_a_save_reads_of_the_journal_only_what_is_about_its_own_record(
    session: Session, monkeypatch: pytest.MonkeyPatch, noun: type[Any]
) -> None:
    """However much an import put on other records since the form was opened."""
    name, kept = next(iter(fields.SETS[noun].items()))
    record, *others = (MAKE[noun](session).id for _ in range(4))
    put_on = MAKE[kept.target](session).id
    shown = position(session)
    with changeset(session, SYSTEM, "Import"):
        session.add_all(kept.link(**{kept.own: one, kept.other: put_on}) for one in (record, *others))
    read: list[Later] = []
    monkeypatch.setattr(reading, "Later", lambda **row: read.append(Later(**row)) or read[-1])
    assert save(session, ELIN, noun, record, {name: frozenset()}, base=shown).changeset is None
    assert len([one for one in read if one.table == kept.link.__tablename__]) == 1


def test_an_amount_is_written_only_by_who_may_see_it(session: Session, cast: Any, customer: Customer) -> None:
    editing = (Right.VIEW, Right.SEE_ALL_TOTALS, Right.EDIT)
    seen = factories.customer(session)
    _charlie_on(session, cast, seen, *editing, Right.SEE_REVENUE)
    charlie = _charlie_on(session, cast, customer, *editing)
    worked = factories.registration(session, factories.project(session, customer)).id
    unseen, there = customer.id, seen.id
    access.look_as(session, charlie)
    rate = {"hourly_rate": Decimal(90)}
    for noun, key, values in (
        (Customer, unseen, rate),
        (Project, None, {"customer_id": unseen, "name": "New", **rate}),
        (Registration, worked, {"amount": Decimal(90)}),
    ):
        with pytest.raises(NotAllowed) as refused:
            save(session, charlie, noun, key, values)
        assert refused.value.values["right"] == Right.SEE_REVENUE
    saved = save(session, charlie, Customer, there, rate).record
    assert saved.hourly_rate == Decimal(90)
    project = save(session, charlie, Project, None, {"customer_id": there, "name": "New", **rate}).record
    assert project.hourly_rate == Decimal(90)


def test_TO_18_a_registrar_registers_own_time_only(session: Session, cast: Any, customer: Customer) -> None:
    project = factories.project(session, customer)
    charlie = _charlie_on(session, cast, customer, Right.VIEW, Right.REGISTER)
    values = {"customer_id": customer.id, "project_id": project.id, "day": dt.date(2026, 11, 2), "minutes": 30}
    other = cast.bob.id
    access.look_as(session, charlie)
    saved = save(session, charlie, Registration, None, {**values, "user_id": charlie.id})
    assert saved.record.minutes == 30
    with pytest.raises(NotAllowed):
        save(session, charlie, Registration, None, {**values, "user_id": other})


def test_nobody_gives_rights_through_a_form_that_he_does_not_have(session: Session) -> None:
    role = factories.role(session).id
    strong = factories.role(session, rights=frozenset({Right.SETTINGS})).id
    person = factories.user(session).id
    keeper = Looker(10**6, "Keeper", frozenset({Right.VIEW, Right.MANAGE_USERS}))
    access.look_as(session, keeper)
    for noun, key, values in (
        (Role, role, {"rights": frozenset({"view", "settings"})}),
        (User, person, {"role_id": strong}),
        (Team, None, {"name": "T", "role_id": strong}),
    ):
        with pytest.raises(Refused) as caught:
            save(session, keeper, noun, key, values)
        assert caught.value.reason is Reason.MORE_THAN_OWN


# Archived


def test_an_archived_customer_cannot_be_edited(session: Session) -> None:
    archived = factories.customer(session, archived_at=dt.datetime.now(dt.UTC))
    label = factories.label(session)
    for values in ({"phone": "2"}, {"labels": {label.id}}, {"head_office_city": "Borås"}):
        with pytest.raises(Refused) as caught:
            save(session, ELIN, Customer, archived.id, values)
        assert caught.value.reason is Reason.ARCHIVED_IS_LOCKED


def test_a_deactivated_contact_can_be_edited_and_stays_deactivated(session: Session) -> None:
    contact = factories.contact(session, archived_at=dt.datetime.now(dt.UTC))
    saved = save(session, ELIN, Contact, contact.id, {"phone": "2"}).record
    assert (saved.phone, saved.is_archived) == ("2", True)


# Two people


def test_edits_of_different_fields_are_merged(session: Session, customer: Customer) -> None:
    shown = position(session)
    _edit(session, customer, ELIN, phone="2")
    saved = save(session, JOHAN, Customer, customer.id, {"phone": "1", "payment_term_days": 14}, base=shown)
    assert (saved.record.phone, saved.record.payment_term_days) == ("2", 14)
    (told,) = saved.merged
    assert (told.field, told.base, told.theirs, told.who) == ("phone", "1", "2", "Elin")
    assert told.when is not None
    assert told.when.tzinfo is not None


def test_edits_of_the_same_field_are_shown_side_by_side(session: Session, customer: Customer) -> None:
    shown = position(session)
    _edit(session, customer, ELIN, payment_term_days=21, phone="2")
    mine = {"payment_term_days": 14, "phone": "1", "nickname": "NHL"}
    with pytest.raises(EditConflict) as caught:
        save(session, JOHAN, Customer, customer.id, mine, base=shown)
    (clash,) = caught.value.clashes
    assert (clash.field, clash.base, clash.theirs, clash.mine, clash.who) == ("payment_term_days", 30, 21, 14, "Elin")
    assert [told.field for told in caught.value.merged] == ["phone"]
    assert caught.value.reason is Reason.CHANGED_MEANWHILE
    assert session.get(Customer, customer.id).nickname is None  # type: ignore[union-attr]

    seen = caught.value.position
    kept = save(
        session, JOHAN, Customer, customer.id, mine, base=shown, seen=seen, choices={"payment_term_days": Side.THEIRS}
    )
    assert (kept.record.payment_term_days, kept.record.nickname, kept.record.phone) == (21, "NHL", "2")
    kept = save(
        session, JOHAN, Customer, customer.id, mine, base=shown, seen=seen, choices={"payment_term_days": Side.MINE}
    )
    assert kept.record.payment_term_days == 14


def test_a_choice_does_not_cover_a_still_later_change(session: Session, customer: Customer) -> None:
    shown = position(session)
    _edit(session, customer, ELIN, phone="2")
    seen = position(session)
    _edit(session, customer, ELIN, phone="3")
    with pytest.raises(EditConflict) as caught:
        save(session, JOHAN, Customer, customer.id, {"phone": "4"}, base=shown, seen=seen, choices={"phone": Side.MINE})
    assert caught.value.clashes[0].theirs == "3"


def test_the_same_change_by_both_is_no_clash(session: Session, customer: Customer) -> None:
    shown = position(session)
    _edit(session, customer, ELIN, phone="2")
    assert save(session, JOHAN, Customer, customer.id, {"phone": "2"}, base=shown).changeset is None


def test_a_change_taken_back_meanwhile_is_no_clash(session: Session, customer: Customer) -> None:
    shown = position(session)
    _edit(session, customer, ELIN, phone="2")
    _edit(session, customer, ELIN, phone="1")
    assert save(session, JOHAN, Customer, customer.id, {"phone": "3"}, base=shown).record.phone == "3"


def test_what_came_of_a_save_is_told_without_asking_the_database(session: Session, customer: Customer) -> None:
    with _sent(session) as sent:
        changed = save(session, ELIN, Customer, customer.id, {"reference": "PO 1"})
        assert changed.record.id
        assert changed.changeset is not None
        assert changed.changeset.id
        assert not changed.changeset.is_empty
    assert sent[-1] == "COMMIT"


def test_a_save_asks_nothing_of_labels_that_stay_as_they_are(session: Session, customer: Customer) -> None:
    label = factories.label(session)
    factories.put_label(session, label, customer=customer)
    shown, values = position(session), {"reference": "PO 1", "labels": {label.id}}
    with _sent(session) as sent:
        save(session, ELIN, Customer, customer.id, values, base=shown)
    assert [statement for statement in sent if re.search(r"FROM (label|label_group)\b", statement)] == []


def test_a_save_asks_once_what_it_needs_of_where_the_journal_stood(session: Session, customer: Customer) -> None:
    factories.address(session, customer, is_head_office=True, city="Lund")
    shown = position(session)
    values = {"reference": "PO 1", "labels": set[int](), "head_office_city": "Lund"}
    with _sent(session) as sent:
        save(session, ELIN, Customer, customer.id, values, base=shown)
    assert sum("change.transaction_id, " in statement for statement in sent) <= 1
    assert sum("archived_at IS NOT NULL" in statement for statement in sent) == 1
    assert sum(statement.startswith("UPDATE changeset") for statement in sent) == 1


def test_labels_merge_as_a_set(session: Session, customer: Customer) -> None:
    first, second, third = (factories.label(session) for _ in range(3))
    _edit(session, customer, ELIN, labels={first.id, second.id})
    shown = position(session)
    _edit(session, customer, ELIN, labels={first.id})
    save(session, JOHAN, Customer, customer.id, {"labels": {second.id, third.id}}, base=shown)
    assert [label.id for label in session.get(Customer, customer.id).labels] == [third.id]  # type: ignore[union-attr]


def test_rights_of_a_role_and_members_of_a_team_merge_as_sets(session: Session) -> None:
    role = factories.role(session, rights=frozenset({"view", "edit"}))
    team = factories.team(session)
    people = [factories.user(session).id for _ in range(3)]
    save(session, ELIN, Team, team.id, {"members": set(people[:2])})
    shown = position(session)
    save(session, ELIN, Role, role.id, {"rights": frozenset({"view", "edit", "export"})})
    save(session, ELIN, Team, team.id, {"members": {people[0]}})
    saved = save(session, JOHAN, Role, role.id, {"rights": frozenset({"view", "import"})}, base=shown)
    assert saved.record.rights == {"view", "export", "import"}
    kept = save(session, JOHAN, Team, team.id, {"members": set(people)}, base=shown)
    assert [member.id for member in kept.record.members] == [people[0], people[2]]


def test_the_head_office_is_one_record_with_its_customer(session: Session) -> None:
    made = save(session, ELIN, Customer, None, {"company_name": "Nordhamn", "head_office_city": "Goteborg"}).record
    shown = position(session)
    save(session, ELIN, Customer, made.id, {"head_office_city": "Göteborg", "head_office_street": "Kade 1"})
    mine = {"head_office_city": "Gbg", "head_office_street": None, "head_office_postal_code": "417 55"}
    with pytest.raises(EditConflict) as caught:
        save(session, JOHAN, Customer, made.id, mine, base=shown)
    assert [(clash.field, clash.base, clash.theirs) for clash in caught.value.clashes] == [
        ("head_office_city", "Goteborg", "Göteborg")
    ]
    del mine["head_office_city"]
    office = save(session, JOHAN, Customer, made.id, mine, base=shown).record.head_office
    assert office is not None
    assert (office.city, office.street, office.postal_code) == ("Göteborg", "Kade 1", "417 55")


def test_a_head_office_that_moved_is_not_overwritten_with_the_old_one(session: Session) -> None:
    made = save(session, ELIN, Customer, None, {"company_name": "Nordhamn", "head_office_city": "Borås"}).record
    shown = position(session)
    save(session, ELIN, Address, None, {"customer_id": made.id, "city": "Göteborg", "is_head_office": True})
    same = {"head_office_city": "Borås", "phone": "5"}
    saved = save(session, JOHAN, Customer, made.id, same, base=shown)
    assert saved.record.head_office is not None
    assert saved.record.head_office.city == "Göteborg"
    with pytest.raises(EditConflict):
        save(session, JOHAN, Customer, made.id, {"head_office_city": "Malmö"}, base=shown)


OFFICE = {"head_office_street": "Kade 1", "head_office_city": "Borås", "head_office_postal_code": None}


def _with_office_taken_away(session: Session, customer: Customer) -> int:
    """The position of the journal at which the customer had a head office; Elin takes it back after that."""
    added = save(session, JOHAN, Customer, customer.id, OFFICE).changeset
    assert added is not None
    shown = position(session)
    undo(session, ELIN, added.id)
    return shown


def test_a_head_office_that_was_taken_away_meanwhile_stays_away(session: Session, customer: Customer) -> None:
    shown = _with_office_taken_away(session, customer)
    saved = save(session, JOHAN, Customer, customer.id, {**OFFICE, "phone": "5"}, base=shown)
    assert saved.record.phone == "5"
    assert saved.record.head_office is None
    assert [(edit.field, edit.who) for edit in saved.merged] == [
        ("head_office_street", "Elin"),
        ("head_office_city", "Elin"),
    ]
    emptied = dict.fromkeys(OFFICE)
    assert save(session, JOHAN, Customer, customer.id, emptied, base=shown).changeset is None


def test_changing_a_head_office_that_was_taken_away_meanwhile_asks_first(session: Session, customer: Customer) -> None:
    shown = _with_office_taken_away(session, customer)
    mine = {**OFFICE, "head_office_street": "Kade 2"}
    with pytest.raises(EditConflict) as caught:
        save(session, JOHAN, Customer, customer.id, mine, base=shown)
    (clash,) = caught.value.clashes
    assert (clash.field, clash.base, clash.theirs, clash.mine) == ("head_office_street", "Kade 1", None, "Kade 2")
    assert clash.who == "Elin"

    def chosen(side: Side, seen: int) -> Address | None:
        choices = {"head_office_street": side}
        return save(
            session, JOHAN, Customer, customer.id, mine, base=shown, choices=choices, seen=seen
        ).record.head_office

    with pytest.raises(EditConflict):
        chosen(Side.MINE, shown)
    assert chosen(Side.THEIRS, caught.value.position) is None
    office = chosen(Side.MINE, caught.value.position)
    assert office is not None
    assert (office.street, office.city) == ("Kade 2", "Borås")


def test_what_somebody_deleted_meanwhile_is_not_there(session: Session, customer: Customer) -> None:
    with changeset(session, SYSTEM, "Delete"):
        session.delete(session.get(Customer, customer.id))
    with pytest.raises(NotFound):
        save(session, JOHAN, Customer, customer.id, {"phone": "2"})


def test_no_accepted_edit_is_lost_when_many_save_at_once(
    session: Session, database_url: URL, customer: Customer
) -> None:
    shown = position(session)
    names = ["nickname", "email", "phone", "mobile", "fax", "website", "reference", "bookkeeping_code"]
    key = customer.id

    def edit(index: int) -> str | None:
        engine = create_engine(database_url, poolclass=NullPool)
        with Session(engine) as own:
            access.look_as(own, SYSTEM)
            try:
                save(own, SYSTEM, Customer, key, {names[index % 8]: f"by {index}"}, base=shown)
            except EditConflict:
                return None
            finally:
                engine.dispose()
        return f"by {index}"

    with ThreadPoolExecutor(8) as pool:
        accepted = [value for value in pool.map(edit, range(24)) if value]
    session.rollback()
    stored = session.get(Customer, key)
    assert sorted(accepted) == sorted(str(getattr(stored, name)) for name in names)


# Rows below


def test_rows_below_are_saved_along(session: Session) -> None:
    saved = save(
        session,
        ELIN,
        Customer,
        None,
        {"company_name": "Nordhamn", "head_office_city": "Göteborg"},
        children=[
            Child(Address, None, {"city": "Borås"}, key="addresses-0"),
            Child(
                CustomerContact,
                None,
                {"contact_id": New(Contact, {"first_name": "Astrid"}), "is_invoice_contact": True},
                key="contacts-0",
            ),
        ],
    )
    assert [address.is_head_office for address in saved.record.addresses] == [True, False]
    link = session.scalars(select(CustomerContact)).one()
    assert (link.contact.name, link.customer_id, link.is_invoice_contact) == ("Astrid", saved.record.id, True)
    assert saved.children == (saved.record.addresses[1].id, link.id)


def test_the_first_address_becomes_the_head_office(session: Session, customer: Customer) -> None:
    first = save(session, ELIN, Address, None, {"customer_id": customer.id, "city": "Borås"}).record
    second = save(session, ELIN, Address, None, {"customer_id": customer.id, "city": "Malmö"}).record
    assert (first.is_head_office, second.is_head_office) == (True, False)
    save(session, ELIN, Address, second.id, {"is_head_office": True})
    session.refresh(first)
    assert (first.is_head_office, second.is_head_office) == (False, True)


def test_problems_of_rows_below_carry_their_key(session: Session, customer: Customer) -> None:
    problems = _problems(
        session,
        ELIN,
        Customer,
        customer.id,
        {"phone": "2"},
        children=[
            Child(Address, None, {"country": "NLD"}, key="addresses-0"),
            Child(CustomerContact, None, {"contact_id": New(Contact, {})}, key="contacts-0"),
        ],
    )
    assert problems == {
        "addresses-0-country": Reason.TOO_LONG,
        "contacts-0-contact_id-first_name": Reason.FIRST_NAME_MISSING,
    }


def test_what_does_not_fit_is_told_without_saving_and_without_what_is_known_already(session: Session) -> None:
    before = _count(session, Customer)
    values = {"kind": Kind.BUSINESS, "website": "x" * 400, "head_office_city": "x" * 200}
    children = [Child(Address, None, {"postal_code": "x" * 30}, key="address-1")]
    found = check(session, SYSTEM, Customer, None, values, children=children, known={"website"})
    assert {(problem.field, problem.reason) for problem in found} == {
        ("company_name", Reason.COMPANY_NAME_MISSING),
        ("head_office_city", Reason.TOO_LONG),
        ("address-1-postal_code", Reason.TOO_LONG),
    }
    assert _count(session, Customer) == before


def test_a_row_below_another_customer_is_not_there(session: Session, customer: Customer) -> None:
    foreign = factories.address(session, factories.customer(session))
    for child in (Child(Address, foreign.id, {"city": "Mine"}), Child(Address, foreign.id, remove=True)):
        with pytest.raises(NotFound):
            save(session, ELIN, Customer, customer.id, {}, children=[child])


def test_rows_below_merge_like_any_other(session: Session, customer: Customer) -> None:
    address = factories.address(session, customer, city="Borås", street="Kade 1")
    shown = position(session)
    save(session, ELIN, Address, address.id, {"city": "Malmö"})

    def both(**values: Any) -> Callable[[], object]:
        child = Child(Address, address.id, values, key="addresses-0")
        return lambda: save(session, JOHAN, Customer, customer.id, {}, base=shown, children=[child])

    both(city="Borås", street="Kade 2")()
    session.expire_all()
    assert (address.city, address.street) == ("Malmö", "Kade 2")
    with pytest.raises(EditConflict) as caught:
        both(city="Lund")()
    assert caught.value.clashes[0].field == "addresses-0-city"


def test_taking_away_a_row_that_somebody_changed_asks_first(session: Session, customer: Customer) -> None:
    address = factories.address(session, customer)
    key = address.id
    shown = position(session)
    save(session, ELIN, Address, key, {"city": "Malmö"})
    gone = [Child(Address, key, remove=True, key="addresses-0")]
    with pytest.raises(EditConflict):
        save(session, JOHAN, Customer, customer.id, {}, base=shown, children=gone)
    save(session, JOHAN, Customer, customer.id, {}, base=shown, children=gone, choices={"addresses-0": Side.THEIRS})
    assert session.get(Address, key) is not None
    save(session, JOHAN, Customer, customer.id, {}, base=shown, children=gone, choices={"addresses-0": Side.MINE})
    assert session.get(Address, key) is None


def test_changing_a_row_that_somebody_took_away_asks_first(session: Session, customer: Customer) -> None:
    address = factories.address(session, customer, city="Borås", street="Kade 1")
    key = address.id
    shown = position(session)
    save(session, ELIN, Customer, customer.id, {}, children=[Child(Address, key, remove=True)])
    unchanged = [Child(Address, key, {"city": "Borås"}, key="addresses-0")]
    assert save(session, JOHAN, Customer, customer.id, {}, base=shown, children=unchanged).changeset is None
    changed = [Child(Address, key, {"city": "Lund"}, key="addresses-0")]
    with pytest.raises(EditConflict) as caught:
        save(session, JOHAN, Customer, customer.id, {}, base=shown, children=changed)
    assert caught.value.clashes[0].who == "Elin"
    again = save(
        session, JOHAN, Customer, customer.id, {}, base=shown, children=changed, choices={"addresses-0": Side.MINE}
    )
    (restored,) = again.record.addresses
    assert (restored.city, restored.street) == ("Lund", "Kade 1")


def test_links_of_one_label_twice_never_fail(session: Session, customer: Customer) -> None:
    label = factories.label(session)
    _edit(session, customer, ELIN, labels=[label.id, label.id])
    _edit(session, customer, ELIN, labels={label.id})
    assert _count(session, CustomerLabel) == 1


def test_two_labels_of_a_group_of_one_are_refused(session: Session, customer: Customer) -> None:
    group = factories.label_group(session, one_per_record=True)
    first, second = (factories.label(session, group_id=group.id).id for _ in range(2))
    shown = position(session)
    _edit(session, customer, ELIN, labels={first})
    problems = _problems(session, JOHAN, Customer, customer.id, {"labels": {second}}, base=shown)
    assert problems == {"labels": Reason.ONE_PER_RECORD}
    _edit(session, customer, ELIN, labels={second})
    assert [one.id for one in session.get_one(Customer, customer.id).labels] == [second]


def test_a_group_allows_one_per_record_only_once_no_record_carries_several_of_its_labels(
    session: Session, customer: Customer
) -> None:
    group = factories.label_group(session)
    first, second = (factories.label(session, group_id=group.id) for _ in range(2))
    other, contact = factories.customer(session, company_name="One label only"), factories.contact(session)
    factories.put_label(session, first, customer=other)
    for label in (first, second):
        factories.put_label(session, label, customer=customer)
        factories.put_label(session, label, contact=contact)
    with pytest.raises(Problems) as caught:
        save(session, ELIN, LabelGroup, group.id, {"one_per_record": True})
    assert (caught.value.field, caught.value.reason) == ("one_per_record", Reason.CARRY_SEVERAL)
    assert str(caught.value).startswith("2 customers and contacts carry several labels of this group.")
    for noun, key in ((Customer, customer.id), (Contact, contact.id)):
        save(session, ELIN, noun, key, {"labels": {first.id}})
    save(session, ELIN, LabelGroup, group.id, {"one_per_record": True})
    assert session.get_one(LabelGroup, group.id).one_per_record


def test_a_label_joins_a_group_of_one_only_where_no_record_would_carry_several(
    session: Session, customer: Customer
) -> None:
    group = factories.label_group(session, one_per_record=True)
    inside, outside = factories.label(session, group_id=group.id), factories.label(session)
    for label in (inside, outside):
        factories.put_label(session, label, customer=customer)
    problems = _problems(session, ELIN, Label, outside.id, {"group_id": group.id})
    assert problems == {"group_id": Reason.CARRY_SEVERAL}
    many = factories.label_group(session)
    save(session, ELIN, Label, outside.id, {"group_id": many.id})
    save(session, ELIN, Label, outside.id, {"group_id": None})


def test_registrations_and_activities_stay_with_the_customer_of_their_project(
    session: Session, customer: Customer
) -> None:
    other = factories.customer(session).id
    project = factories.project(session, customer)
    key = factories.registration(session, project).id
    planned = factories.activity(session, customer, project_id=project.id).id
    kept_apart = factories.activity(session, customer).id
    assert _problems(session, ELIN, Registration, key, {"customer_id": other}) == {"project_id": Reason.NOT_FOUND}
    save(session, ELIN, Project, project.id, {"customer_id": other})
    session.expire_all()
    assert session.get_one(Registration, key).customer_id == other
    owners = [session.get_one(Activity, one).customer_id for one in (planned, kept_apart)]
    assert owners == [other, customer.id]


def test_new_time_is_somebodys(session: Session) -> None:
    project = factories.project(session, factories.customer(session))
    values = {"customer_id": project.customer_id, "project_id": project.id, "day": factories.A_DAY, "minutes": 60}
    for nobody in ({}, {"user_id": None}):
        with pytest.raises(Problems) as refused:
            save(session, SYSTEM, Registration, None, {**values, **nobody})
        assert [(one.field, one.reason) for one in refused.value.problems] == [("user_id", Reason.MISSING)]


def test_time_is_not_registered_more_than_a_year_ahead(session: Session) -> None:
    worker, project = factories.user(session), factories.project(session, factories.customer(session))
    values = {"customer_id": project.customer_id, "project_id": project.id, "user_id": worker.id, "minutes": 60}
    ahead = dt.date.today() + dt.timedelta(days=365)
    save(session, SYSTEM, Registration, None, {**values, "day": ahead})
    for day in (ahead + dt.timedelta(days=2), dt.date(2099, 1, 1)):
        with pytest.raises(Problems) as refused:
            save(session, SYSTEM, Registration, None, {**values, "day": day})
        assert [(one.field, one.reason) for one in refused.value.problems] == [("day", Reason.DAY_TOO_LATE)]
    old = factories.registration(session, project, worker, day=dt.date(2099, 1, 1))
    save(session, SYSTEM, Registration, old.id, {"minutes": 90, "day": old.day})
    assert session.get_one(Registration, old.id).minutes == 90
