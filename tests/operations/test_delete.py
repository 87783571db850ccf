"""Deleting: the tree adds up, what is done is what was shown, and everything can come back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import URL, Connection, NullPool, create_engine, event, func, select, update
from sqlalchemy.orm import Session

from models import access, settings
from models.access import SYSTEM
from models.activity import Activity
from models.contact import Contact, CustomerContact
from models.customer import Address, Customer
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.journal import Change, Changeset, Operation, Origin, changeset, journaled_tables
from models.label import ContactLabel, CustomerLabel, Label, LabelGroup
from models.operations import delete
from models.operations.delete import Branch, DeletePlan
from models.project import Project, Registration
from models.sales import Invoice, InvoiceStatus
from models.settings import ListValue, ValueList
from models.user import Right, Role, Team, User
from tests import factories

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


@pytest.fixture
def customer(session: Session) -> Customer:
    """An archived customer with something of everything below it."""
    made = factories.customer(session, company_name="Pettersson Åkeri HB")
    first = factories.project(session, made, name="Flytt Borås")
    second = factories.project(session, made, name="Årlig rapport 2024")
    factories.project(session, made, name="Empty")
    person = factories.contact(session, last_name="Holmgren")
    for project in (first, first, first, second):
        factories.registration(session, project, minutes=90, contact_id=person.id)
    for status, amount in (("draft", 412), ("sent", 1000), ("paid", 206)):
        factories.invoice(session, made, status=InvoiceStatus(status), amount=Decimal(amount), currency="SEK")
    factories.quote(session, made, amount=Decimal(310))
    factories.agreement(session, made)
    factories.portal(session, made)
    factories.address(session, made, is_head_office=True)
    factories.bank_account(session, made)
    factories.put_label(session, factories.label(session, name="Retainer"), customer=made)
    elsewhere = factories.customer(session, company_name="Nordhamn Logistik AB")
    factories.put_label(session, session.scalars(select(Label)).one(), customer=elsewhere)
    factories.link(session, made, person)
    factories.link(session, elsewhere, person)
    factories.link(session, made, factories.contact(session))
    factories.access(session, made, factories.role(session), factories.user(session))
    with changeset(session, SYSTEM, "Archive"):
        session.execute(update(Customer).where(Customer.id == made.id).values(archived_at=NOW))
    session.refresh(made)
    return made


def _plan(session: Session, *customers: int) -> DeletePlan:
    return delete.plan(session, SYSTEM, Customer, customers)


def _rows(session: Session) -> dict[str, int]:
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in journaled_tables()}


def _flat(branches: tuple[Branch, ...]) -> dict[str, Branch]:
    return {b.key: b for branch in branches for b in (branch, *branch.children)}


def test_the_tree_names_all_that_goes_and_adds_up(session: Session, customer: Customer) -> None:
    plan = _plan(session, customer.id)
    counts = {key: branch.count for key, branch in _flat(plan.branches).items()}
    assert counts == {
        "customer": 1,
        "project": 3,
        "registration": 4,
        "invoices_and_quotes": 4,
        "invoice.draft": 1,
        "invoice.sent": 2,
        "quote": 1,
        "agreement": 1,
        "portal": 1,
        "address": 1,
        "bank_account": 1,
        "links": 4,
        "customer_contact": 2,
        "customer_label": 1,
        "customer_access": 1,
    }
    assert plan.total == sum(branch.count for branch in plan.branches) == 20
    for branch in plan.branches:
        assert not branch.children or branch.count == sum(child.count for child in branch.children)


def test_the_tree_tells_hours_amounts_and_samples(session: Session, customer: Customer) -> None:
    branches = _flat(_plan(session, customer.id).branches)
    assert branches["registration"].minutes == 360
    assert branches["invoice.draft"].amounts == {"SEK": Decimal("412.00")}
    assert branches["invoice.sent"].amounts == {"SEK": Decimal("1206.00")}
    assert branches["quote"].amounts == {"EUR": Decimal("310.00")}
    assert [(s.name, s.below) for s in branches["project"].samples] == [("Flytt Borås", 3), ("Årlig rapport 2024", 1)]


def test_the_plan_tells_what_stays(session: Session, customer: Customer) -> None:
    stays = _plan(session, customer.id).stays
    assert stays.contacts == 2
    assert [(one.contact, one.customers) for one in stays.elsewhere] == [("Astrid Holmgren", ("Nordhamn Logistik AB",))]
    assert stays.labels == {"Retainer": 1}


def test_TC_37_TC_38_TC_39_TC_40_what_goes_is_what_was_shown(session: Session, customer: Customer) -> None:
    before = _rows(session)
    plan = _plan(session, customer.id)
    kept = delete.do(session, SYSTEM, Customer, [customer.id], plan.digest, "pettersson  ÅKERI hb", invoices_saved=True)
    after = _rows(session)
    gone = {table: before[table] - after[table] for table in before if before[table] != after[table]}
    flat = _flat(plan.branches)
    assert gone.pop("invoice") == flat["invoice.draft"].count + flat["invoice.sent"].count
    assert gone == {table: flat[table].count for table in gone}
    assert sum(before.values()) - sum(after.values()) == plan.total
    assert kept.change_count == plan.total
    assert kept.origin is Origin.DELETE
    assert kept.title.format(**kept.values) == "Delete customer Pettersson Åkeri HB"
    assert kept.values["records"] == plan.total


def test_the_name_must_be_typed_and_sent_invoices_ticked(session: Session, customer: Customer) -> None:
    plan = _plan(session, customer.id)
    assert (plan.confirm, plan.invoices) == ("Pettersson Åkeri HB", 2)
    for typed, ticked, reason in (
        (None, True, Reason.NAME_DOES_NOT_MATCH),
        ("Pettersson", True, Reason.NAME_DOES_NOT_MATCH),
        (plan.confirm, False, Reason.INVOICES_NOT_CONFIRMED),
    ):
        with pytest.raises(Refused) as caught:
            delete.do(session, SYSTEM, Customer, [customer.id], plan.digest, typed, ticked)
        assert caught.value.reason is reason
    assert session.get(Customer, customer.id) is not None


def test_drafts_alone_need_no_tick(session: Session, customer: Customer) -> None:
    with changeset(session, SYSTEM, "Draft"):
        session.execute(update(Invoice).values(status=InvoiceStatus.DRAFT))
    plan = _plan(session, customer.id)
    assert plan.invoices == 0
    delete.do(session, SYSTEM, Customer, [customer.id], plan.digest, plan.confirm)


@pytest.mark.parametrize("what", ["registration", "minutes", "invoice", "label", "name"])
def test_what_moved_since_it_was_shown_is_shown_again(session: Session, customer: Customer, what: str) -> None:
    key = customer.id
    plan = _plan(session, key)
    with access.unlocking(session), changeset(session, SYSTEM, "Meanwhile"):
        if what == "registration":
            factories.registration(session, session.scalars(select(Project)).first())  # type: ignore[arg-type]
        elif what == "minutes":
            session.execute(update(Registration).values(minutes=91))
        elif what == "invoice":
            session.execute(update(Invoice).values(status=InvoiceStatus.DRAFT))
        elif what == "label":
            session.add(CustomerLabel(customer_id=key, label_id=factories.label(session).id))
        else:
            session.execute(update(Customer).where(Customer.id == key).values(company_name="Petterssons Åkeri HB"))
    with pytest.raises(Conflict) as caught:
        delete.do(session, SYSTEM, Customer, [key], plan.digest, plan.confirm, invoices_saved=True)
    assert caught.value.reason is Reason.PLAN_CHANGED
    assert session.get(Customer, key) is not None


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_what_others_delete_at_the_same_moment_does_not_count(
    session: Session, database_url: URL, customer: Customer
) -> None:
    """SQLite lets only one write at a time."""
    bystander = factories.contact(session).id
    engine = create_engine(database_url, poolclass=NullPool)

    def delete_another(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("DELETE FROM customer"):
            return
        with Session(engine) as second:
            access.look_as(second, SYSTEM)
            shown = delete.plan(second, SYSTEM, Contact, [bystander])
            delete.do(second, SYSTEM, Contact, [bystander], shown.digest)

    plan = _plan(session, customer.id)
    event.listen(session.get_bind(), "before_cursor_execute", delete_another)
    kept = delete.do(session, SYSTEM, Customer, [customer.id], plan.digest, plan.confirm, invoices_saved=True)
    engine.dispose()
    assert kept.change_count == plan.total
    assert session.get(Contact, bystander) is None


def test_TC_36_TS_18_only_what_is_archived_may_go_unless_the_settings_say_otherwise(session: Session) -> None:
    active = factories.customer(session).id
    (one,) = _plan(session, active).left_out
    assert one.reason is Reason.NOT_ARCHIVED_YET
    with pytest.raises(Refused) as caught:
        delete.do(session, SYSTEM, Customer, [active], _plan(session, active).digest)
    assert caught.value.reason is Reason.NOT_ARCHIVED_YET
    with changeset(session, SYSTEM, "Set"):
        settings.put(session, "deleting", "direct")
    assert _plan(session, active).count == 1
    with changeset(session, SYSTEM, "Set"):
        settings.put(session, "deleting", "never")
    with pytest.raises(Refused) as caught:
        _plan(session, active)
    assert caught.value.reason is Reason.DELETING_IS_OFF
    contact = factories.contact(session).id
    with pytest.raises(Refused) as caught:
        delete.plan(session, SYSTEM, Contact, [contact])
    assert caught.value.reason is Reason.DELETING_IS_OFF


def test_deleting_needs_the_right_on_that_customer(session: Session, cast: Any, customer: Customer) -> None:
    key = customer.id
    bob = access.looker_for(session, cast.bob)
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, bob)
    plan = delete.plan(session, bob, Customer, [key])
    assert (plan.count, plan.total, plan.left_out[0].reason) == (0, 0, Reason.NO_RIGHT)
    with pytest.raises(NotAllowed):
        delete.do(session, bob, Customer, [key], plan.digest)
    access.look_as(session, charlie)
    plan = delete.plan(session, charlie, Customer, [key])
    assert (plan.count, plan.left_out) == (0, ())
    with pytest.raises(NotFound):
        delete.do(session, charlie, Customer, [key], plan.digest)
    for noun in (Label, Role, Team, User, ListValue, LabelGroup):
        with pytest.raises(NotAllowed):
            delete.plan(session, charlie, noun, [1])


def test_hidden_figures_stay_hidden_but_the_counts_are_whole(session: Session, cast: Any, customer: Customer) -> None:
    key = customer.id
    role = factories.role(session, rights=frozenset({Right.VIEW, Right.DELETE}))
    with access.unlocking(session):
        factories.access(session, customer, role, cast.charlie)
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    plan = delete.plan(session, charlie, Customer, [key])
    branches = _flat(plan.branches)
    assert (plan.total, branches["registration"].count, branches["invoice.sent"].count) == (21, 4, 2)
    assert {b.minutes for b in branches.values()} == {None}
    assert {b.amounts and b.amounts.get("SEK") for b in branches.values()} == {None}
    # A customer that this person does not see is not named either.
    assert plan.stays.elsewhere == ()


def test_several_customers_go_together_as_one_changeset(session: Session, customer: Customer) -> None:
    other = factories.customer(session, archived_at=NOW)
    plan = _plan(session, customer.id, other.id)
    assert (plan.count, plan.total, plan.confirm) == (2, 21, "2")
    kept = delete.do(session, SYSTEM, Customer, [customer.id, other.id], plan.digest, "2", invoices_saved=True)
    assert kept.title.format(**kept.values) == "Delete 2 customers"
    assert session.scalar(select(func.count(Customer.id))) == 1


def test_a_registration_below_a_foreign_project_is_counted_once_and_goes(session: Session, customer: Customer) -> None:
    """Only a script can make one; then it goes by its project as well as by its customer."""
    other = factories.customer(session)
    project = session.scalars(select(Project)).first()
    assert project is not None
    with access.unlocking(session):
        factories.registration(session, project, customer_id=other.id)
    plan = _plan(session, customer.id)
    assert _flat(plan.branches)["registration"].count == 5
    kept = delete.do(session, SYSTEM, Customer, [customer.id], plan.digest, plan.confirm, invoices_saved=True)
    assert kept.change_count == plan.total


# Contacts


def test_VS_23_VS_29_VS_30_where_the_name_of_a_deleted_contact_stood_it_says_so(
    session: Session, customer: Customer
) -> None:
    """VS-29, VS-30."""
    contact = session.scalars(select(Contact).where(Contact.last_name == "Holmgren")).one()
    key = contact.id
    factories.put_label(session, session.scalars(select(Label)).one(), contact=contact)
    other = session.scalars(select(Customer).where(Customer.company_name == "Nordhamn Logistik AB")).one()
    invoice = factories.invoice(session, other, contact_id=key, contact_name="Astrid Holmgren").id
    task = factories.activity(session, other, contact_id=key).id
    plan = delete.plan(session, SYSTEM, Contact, [key])
    assert {branch.key: branch.count for branch in plan.branches} == {"contact": 1, "links": 3}
    assert plan.stays.loosened == {
        ("activity", "contact_id"): 1,
        ("invoice", "contact_id"): 1,
        ("registration", "contact_id"): 4,
    }
    assert plan.confirm is None
    delete.do(session, SYSTEM, Contact, [key], plan.digest)
    told = {(r.contact_id, r.contact_deleted) for r in session.scalars(select(Registration))}
    assert told == {(None, True)}
    left = session.get_one(Activity, task)
    assert (left.contact_id, left.contact_deleted) == (None, True)
    kept = session.get_one(Invoice, invoice)
    assert (kept.contact_id, kept.contact_name) == (None, "Astrid Holmgren")
    assert session.scalars(select(ContactLabel)).all() == []


def test_a_contact_goes_only_with_the_right_on_all_its_customers(session: Session, cast: Any) -> None:
    role = factories.role(session, rights=frozenset({Right.VIEW, Right.DELETE}))
    reader = factories.role(session, rights=frozenset({Right.VIEW}))
    mine, seen, hidden = (factories.customer(session) for _ in range(3))
    factories.access(session, mine, role, cast.charlie)
    factories.access(session, seen, reader, cast.charlie)
    contacts = [factories.contact(session) for _ in range(4)]
    for contact, customers in zip(contacts, ((mine,), (mine, seen), (mine, hidden), (seen,)), strict=True):
        for there in customers:
            factories.link(session, there, contact)
    ids = [contact.id for contact in contacts]
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    assert delete.plan(session, charlie, Contact, ids).ids == (ids[0],)


# The others


def test_a_label_goes_from_all_that_have_it(session: Session, customer: Customer) -> None:
    label = session.scalars(select(Label)).one().id
    plan = delete.plan(session, SYSTEM, Label, [label])
    assert {branch.key: branch.count for branch in plan.branches} == {"label": 1, "links": 2}
    delete.do(session, SYSTEM, Label, [label], plan.digest)
    assert session.scalars(select(CustomerLabel)).all() == []


def test_a_project_takes_its_registrations_along(session: Session) -> None:
    active = factories.customer(session)
    project = factories.project(session, active, archived_at=NOW)
    with access.unlocking(session):
        factories.registration(session, project)
    plan = delete.plan(session, SYSTEM, Project, [project.id])
    assert {branch.key: branch.count for branch in plan.branches} == {"project": 1, "registration": 1}
    delete.do(session, SYSTEM, Project, [project.id], plan.digest)
    assert session.scalars(select(Registration)).all() == []


def test_many_that_nobody_uses_are_looked_at_at_once(session: Session) -> None:
    ids = [factories.role(session).id for _ in range(6)]
    sent: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *arguments: sent.append(arguments[2]))
    costs = []
    for chosen in (ids[:2], ids):
        sent.clear()
        assert delete.plan(session, SYSTEM, Role, chosen).count == len(chosen)
        costs.append(len(sent))
    assert costs[0] == costs[1]


def test_what_is_still_used_or_built_in_stays(session: Session, customer: Customer) -> None:
    used = factories.list_value(session, ValueList.STATUS, "Prospect")
    factories.customer(session, status_id=used.id)
    function = factories.list_value(session, ValueList.FUNCTION, "Owner")
    with access.unlocking(session):
        factories.link(session, customer, factories.contact(session), function="Owner")
    group = factories.label_group(session)
    factories.label(session, group_id=group.id)
    reader = session.scalars(select(Role).where(Role.name == "Reader")).one()
    mine = factories.role(session)
    factories.user(session, role_id=mine.id)
    for noun, key, reason in (
        (ListValue, used.id, Reason.STILL_IN_USE),
        (ListValue, function.id, Reason.STILL_IN_USE),
        (LabelGroup, group.id, Reason.STILL_IN_USE),
        (Role, reader.id, Reason.BUILT_IN),
        (Role, mine.id, Reason.STILL_IN_USE),
    ):
        plan = delete.plan(session, SYSTEM, noun, [key])
        assert (plan.count, plan.left_out[0].reason) == (0, reason)
        with pytest.raises(Refused) as caught:
            delete.do(session, SYSTEM, noun, [key], plan.digest)
        assert caught.value.reason is reason


def test_a_user_who_goes_leaves_the_work_behind(session: Session) -> None:
    person = factories.user(session)
    team = factories.team(session, person)
    owned = factories.customer(session, owner_id=person.id)
    project = factories.project(session, owned)
    factories.registration(session, project, person)
    plan = delete.plan(session, SYSTEM, User, [person.id])
    assert {branch.key: branch.count for branch in plan.branches} == {"user": 1, "links": 1}
    assert plan.stays.loosened == {("customer", "owner_id"): 1, ("registration", "user_id"): 1}
    delete.do(session, SYSTEM, User, [person.id], plan.digest)
    assert session.get(Team, team.id) is not None
    assert session.get_one(Customer, owned.id).owner_id is None


def test_the_last_administrator_cannot_be_deleted(session: Session, cast: Any) -> None:
    plan = delete.plan(session, SYSTEM, User, [cast.dana.id])
    with pytest.raises(Refused) as caught:
        delete.do(session, SYSTEM, User, [cast.dana.id], plan.digest)
    assert caught.value.reason is Reason.LAST_ADMINISTRATOR


def test_nothing_is_orphaned(session: Session, customer: Customer) -> None:
    plan = _plan(session, customer.id)
    delete.do(session, SYSTEM, Customer, [customer.id], plan.digest, plan.confirm, invoices_saved=True)
    for noun in (Address, CustomerContact, Project, Registration, Invoice):
        orphans = select(func.count(noun.id)).where(noun.customer_id.not_in(select(Customer.id)))
        assert session.scalar(orphans) == 0


def test_the_plan_writes_nothing(session: Session, customer: Customer) -> None:
    before = session.scalar(select(func.count(Change.id)))
    changesets = session.scalar(select(func.count(Changeset.id)))
    _plan(session, customer.id)
    assert session.scalar(select(func.count(Change.id))) == before
    assert session.scalar(select(func.count(Changeset.id))) == changesets
    assert session.scalar(select(func.count(Change.id)).where(Change.operation == Operation.DELETE)) == 0
