"""The bin: a delete comes back whole, with its old ids, until it is purged."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import access, settings
from models.access import SYSTEM
from models.activity import Activity
from models.contact import Contact
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Reason, Refused
from models.journal import Changeset, changeset, journaled_tables, sentence
from models.operations import bin, delete
from models.project import Registration
from models.user import Role
from tests import factories

ARCHIVED = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


@pytest.fixture
def customer(session: Session) -> Customer:
    made = factories.customer(session, company_name="Pettersson Åkeri HB")
    project = factories.project(session, made)
    contact = factories.contact(session)
    factories.link(session, made, contact)
    factories.address(session, made, is_head_office=True)
    for _ in range(3):
        factories.registration(session, project, contact_id=contact.id)
    factories.put_label(session, factories.label(session), customer=made)
    with changeset(session, SYSTEM, "Archive"):
        session.execute(update(Customer).values(archived_at=ARCHIVED))
    session.refresh(made)
    return made


def dump(session: Session) -> dict[str, list[Any]]:
    """Every row of every journaled table, keys and links included; all but the stamps."""
    return {
        table.name: [
            tuple(value for name, value in row._mapping.items() if name != "changed_at")
            for row in session.execute(select(table).order_by(table.c.id))
        ]
        for table in journaled_tables()
    }


def _delete(session: Session, noun: Any, *ids: int, actor: Any = SYSTEM) -> Changeset:
    plan = delete.plan(session, actor, noun, ids)
    return delete.do(session, actor, noun, ids, plan.digest, plan.confirm, invoices_saved=True)


def test_TC_42_a_deleted_customer_comes_back_whole_with_its_old_ids(session: Session, customer: Customer) -> None:
    before = dump(session)
    kept = _delete(session, Customer, customer.id)
    assert dump(session) != before
    undone = bin.restore(session, SYSTEM, kept.id)
    assert undone.left == []
    assert dump(session) == before
    assert bin.items(session) == []


def test_VS_28_a_restored_contact_stands_where_its_name_stood(session: Session, customer: Customer) -> None:
    contact = session.scalars(select(Contact.id)).one()
    factories.activity(session, factories.customer(session), contact_id=contact)
    before = dump(session)
    kept = _delete(session, Contact, session.scalars(select(Contact.id)).one())
    assert {r.contact_deleted for r in session.scalars(select(Registration))} == {True}
    assert session.scalars(select(Activity.contact_deleted).where(Activity.contact_deleted)).all() == [True]
    bin.restore(session, SYSTEM, kept.id)
    assert dump(session) == before


def test_the_bin_tells_who_what_when_and_until(session: Session, customer: Customer) -> None:
    kept = _delete(session, Customer, customer.id)
    (item,) = bin.items(session)
    assert (item.changeset_id, item.who) == (kept.id, "System")
    assert sentence(item.title, item.values) == "Delete customer Pettersson Åkeri HB"
    assert item.records == 8
    assert item.until - item.at == dt.timedelta(days=30)
    assert bin.items(session, before=kept.id) == []


def test_after_the_days_of_the_setting_it_is_gone_for_good(session: Session, customer: Customer) -> None:
    kept = _delete(session, Customer, customer.id).id
    with changeset(session, SYSTEM, "Set"):
        settings.put(session, "bin_days", 7)
    assert bin.purge(session) == 0
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=8), tick=True):
        assert bin.purge(session) == 1
    assert bin.items(session) == []
    with pytest.raises(Refused) as caught:
        bin.restore(session, SYSTEM, kept)
    assert caught.value.reason is Reason.PURGED


def test_only_deletes_are_in_the_bin(session: Session, customer: Customer) -> None:
    assert bin.items(session) == []
    other = session.scalars(select(Changeset.id)).first()
    assert other is not None
    with pytest.raises(NotFound):
        bin.restore(session, SYSTEM, other)


def test_restoring_needs_rights_on_all_that_comes_back(session: Session, cast: Any, customer: Customer) -> None:
    key = customer.id
    kept = _delete(session, Customer, key).id
    alice, bob = access.looker_for(session, cast.alice), access.looker_for(session, cast.bob)
    access.look_as(session, bob)
    with pytest.raises((NotAllowed, NotFound)):
        bin.restore(session, bob, kept)
    access.look_as(session, alice)
    bin.restore(session, alice, kept)
    assert session.get(Customer, key) is not None


def test_of_a_contact_that_stood_elsewhere_too_nobody_learns_how_often_from_the_bin(
    session: Session, cast: Any
) -> None:
    contact, mine = factories.contact(session), factories.customer(session)
    for one in (mine, factories.customer(session), factories.customer(session)):
        factories.link(session, one, contact)
    editor = session.scalars(select(Role).where(Role.name == "Editor")).one()
    erik = factories.user(session, name="Erik")
    factories.access(session, mine, editor, erik)
    _delete(session, Contact, contact.id)
    assert [item.records for item in bin.items(session)] == [4]
    access.look_as(session, access.looker_for(session, erik))
    # What was of his customer: its link.
    assert [item.records for item in bin.items(session)] == [1]
