"""Contacts become customers: shown first, checked for duplicates, and the contact stays and is linked."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import access, journal
from models.access import SYSTEM
from models.contact import Contact, CustomerContact
from models.customer import Customer, Kind
from models.errors import Conflict, NotAllowed, NotFound, Problems, Reason
from models.journal import Change
from models.operations import convert
from models.operations.convert import Choice
from models.operations.duplicates import Likeness
from models.operations.save import Child, save
from models.user import CustomerAccess, Right
from tests import factories


@pytest.fixture
def freya(session: Session) -> Contact:
    made = factories.contact(
        session,
        first_name="Freya",
        last_name="Whitcombe",
        company_name="Whitcombe Pottery Studio Ltd",
        email="freya@whitcombepottery.example",
        mobile="+44 7700 900 183",
        street="Kiln Lane 3",
        city="Stoke-on-Trent",
        postal_code="ST4 2AB",
        country="GB",
    )
    factories.put_label(session, factories.label(session, name="Prospect"), contact=made)
    return made


def _convert(session: Session, *ids: int, **choices: Choice) -> convert.Converted:
    chosen = {int(key[1:]): choice for key, choice in choices.items()}
    plan = convert.plan(session, SYSTEM, ids, chosen)
    return convert.do(session, SYSTEM, ids, plan.digest, chosen)


def test_the_plan_shows_old_and_new(session: Session, freya: Contact) -> None:
    before = session.scalar(select(func.count(Change.id)))
    (one,) = convert.plan(session, SYSTEM, [freya.id]).conversions
    shown = {value.field: (value.source, value.old, value.new) for value in one.values}
    assert shown["company_name"][1:] == ("Whitcombe Pottery Studio Ltd", "Whitcombe Pottery Studio Ltd")
    assert shown["number"] == (None, None, "K-10001")
    assert shown["phone"] == ("mobile", "+44 7700 900 183", "+44 7700 900 183")
    assert shown["head_office_city"][2] == "Stoke-on-Trent"
    assert shown["kind"][2] == Kind.BUSINESS
    assert (one.labels, one.problems, one.duplicates) == (("Prospect",), (), ())
    assert session.scalar(select(func.count(Change.id))) == before


def test_TC_12_TS_13_the_contact_stays_and_becomes_main_and_invoice_contact(session: Session, freya: Contact) -> None:
    done = _convert(session, freya.id)
    customer = session.get_one(Customer, done.customers[freya.id])
    assert (customer.name, customer.number, customer.email) == (
        "Whitcombe Pottery Studio Ltd",
        "K-10001",
        "freya@whitcombepottery.example",
    )
    assert customer.head_office is not None
    assert (customer.head_office.street, customer.head_office.country) == ("Kiln Lane 3", "GB")
    assert customer.labels == []
    link = session.scalars(select(CustomerContact)).one()
    assert (link.contact_id, link.is_main, link.is_invoice_contact) == (freya.id, True, True)
    assert session.get(Contact, freya.id) is not None
    assert done.changeset.title.format(**done.changeset.values) == "Convert contact Freya Whitcombe to a customer"
    journal.undo(session, SYSTEM, done.changeset.id)
    assert session.scalars(select(Customer)).all() == []
    assert session.get(Contact, freya.id) is not None


def test_private_or_company_and_other_values_are_a_choice(session: Session, freya: Contact) -> None:
    label = factories.label(session, name="Monthly invoice").id
    choice = Choice({"kind": "private", "number": "X-1", "email": "", "labels": [label]})
    done = _convert(session, freya.id, **{f"c{freya.id}": choice})
    customer = session.get_one(Customer, done.customers[freya.id])
    assert (customer.kind, customer.name, customer.number) == (Kind.PRIVATE, "Freya Whitcombe", "X-1")
    assert (customer.company_name, customer.email) == (None, None)
    assert [one.name for one in customer.labels] == ["Monthly invoice"]


def test_several_are_converted_in_one_changeset(session: Session, freya: Contact) -> None:
    other = factories.contact(session, first_name="Ingrid", last_name="Bergström")
    done = _convert(session, freya.id, other.id)
    numbers = [session.get_one(Customer, key).number for key in done.customers.values()]
    assert numbers == ["K-10001", "K-10002"]
    assert done.changeset.title.format(**done.changeset.values) == "Convert 2 contacts to customers"


def test_all_that_does_not_fit_is_told_and_nothing_is_done(session: Session, freya: Contact) -> None:
    nameless = factories.contact(session, first_name="Cher", last_name=None)
    gone = factories.contact(session, archived_at=dt.datetime.now(dt.UTC))
    plan = convert.plan(session, SYSTEM, [freya.id, nameless.id, gone.id])
    assert not plan.can_go
    with pytest.raises(Problems) as caught:
        convert.do(session, SYSTEM, [freya.id, nameless.id, gone.id], plan.digest)
    assert {(problem.field, problem.reason) for problem in caught.value.problems} == {
        (f"{nameless.id}-last_name", Reason.LAST_NAME_MISSING),
        (f"{gone.id}-None", Reason.ARCHIVED_IS_LOCKED),
    }
    assert session.scalars(select(Customer)).all() == []


def test_a_customer_that_is_there_already_is_found_and_can_be_used_instead(session: Session, freya: Contact) -> None:
    there = factories.customer(session, company_name="Whitcombe Pottery Studio", email="FREYA@whitcombepottery.example")
    (one,) = convert.plan(session, SYSTEM, [freya.id]).conversions
    (found,) = one.duplicates
    assert (found.id, found.reasons) == (there.id, (Likeness.EMAIL, Likeness.NAME))
    done = _convert(session, freya.id, **{f"c{freya.id}": Choice(use=there.id)})
    assert done.customers == {freya.id: there.id}
    assert session.scalar(select(func.count(Customer.id))) == 1
    plan = convert.plan(session, SYSTEM, [freya.id], {freya.id: Choice(use=there.id)})
    assert [problem.reason for problem in plan.conversions[0].problems] == [Reason.ALREADY_CUSTOMER]


def test_what_changed_since_it_was_shown_is_shown_again(session: Session, freya: Contact) -> None:
    plan = convert.plan(session, SYSTEM, [freya.id])
    factories.customer(session, company_name="Whitcombe Pottery Studio")
    with pytest.raises(Conflict):
        convert.do(session, SYSTEM, [freya.id], plan.digest)


def test_making_customers_needs_the_right_to_edit_everywhere(session: Session, cast: Any, freya: Contact) -> None:
    key = freya.id
    bob = access.looker_for(session, cast.bob)
    access.look_as(session, bob)
    with pytest.raises(NotAllowed):
        convert.plan(session, bob, [key])


def test_linking_a_contact_with_a_customer_takes_the_right_to_edit_both(
    session: Session, cast: Any, freya: Contact
) -> None:
    own, other = factories.customer(session), factories.customer(session)
    reads = factories.role(session, rights=frozenset({Right.VIEW}))
    edits = factories.role(session, rights=frozenset({Right.VIEW, Right.EDIT}))
    factories.link(session, other, freya)
    factories.access(session, own, edits, cast.charlie)
    given = factories.access(session, other, reads, cast.charlie).id
    mine = factories.link(session, own, factories.contact(session)).id
    key, own_id, edits_id = freya.id, own.id, edits.id
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    use = {key: Choice(use=own_id)}
    plan = convert.plan(session, charlie, [key], use)
    assert [problem.reason for problem in plan.conversions[0].problems] == [Reason.NO_RIGHT]
    with pytest.raises(Problems):
        convert.do(session, charlie, [key], plan.digest, use)
    with pytest.raises(NotAllowed):
        save(session, charlie, CustomerContact, None, {"customer_id": own_id, "contact_id": key})
    with pytest.raises(NotAllowed):
        save(session, charlie, CustomerContact, mine, {"contact_id": key})
    with pytest.raises(NotAllowed):
        save(session, charlie, Customer, own_id, {}, children=[Child(CustomerContact, None, {"contact_id": key})])
    with pytest.raises(NotAllowed):
        save(session, charlie, Contact, key, {"phone": "1"})
    access.look_as(session, SYSTEM)
    with journal.changeset(session, SYSTEM, "Raise"):
        session.get_one(CustomerAccess, given).role_id = edits_id
    access.look_as(session, charlie)
    done = convert.do(session, charlie, [key], convert.plan(session, charlie, [key], use).digest, use)
    assert done.customers == {key: own_id}


def test_a_contact_that_may_not_be_seen_is_not_there_to_be_converted(
    session: Session, cast: Any, freya: Contact
) -> None:
    key = freya.id
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    with pytest.raises(NotFound):
        convert.do(session, charlie, [key], "")


def test_a_contact_that_is_gone_is_told(session: Session) -> None:
    assert convert.plan(session, SYSTEM, [10**6]).missing == 1
    with pytest.raises(NotFound):
        convert.do(session, SYSTEM, [10**6], "")


def test_an_unknown_field_is_a_programming_error(session: Session, freya: Contact) -> None:
    with pytest.raises(KeyError):
        convert.plan(session, SYSTEM, [freya.id], {freya.id: Choice({"archived_at": None})})
