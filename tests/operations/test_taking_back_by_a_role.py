"""Whoever was allowed to do something by a role on that customer only may take it back, and gets nothing else by it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import delete as sql_delete
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM, Looker
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.errors import NotAllowed, NotFound
from models.journal import Changeset, Kept, NothingToUndo, changeset
from models.operations import archive, bin, delete, undo
from models.operations.save import save
from models.project import Project
from models.user import CustomerAccess, Right, Role, Team, TeamMember, User
from tests import factories
from tests.conftest import Cast

ARCHIVED = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
REMOVES = frozenset({"view", "delete"})


@pytest.fixture
def customer(session: Session, cast: Cast) -> Customer:
    """An archived customer with a project and a contact of its own, managed by Bob."""
    made = factories.customer(session, company_name="Pettersson Åkeri HB")
    factories.registration(session, factories.project(session, made), cast.bob)
    factories.link(session, made, factories.contact(session))
    manager = session.query(Role).filter(Role.name == "Manager").one()
    factories.access(session, made, manager, cast.bob)
    with changeset(session, SYSTEM, "Archive"):
        made.archived_at = ARCHIVED
    return made


def given(session: Session, customer: Customer, holder: User | Team, rights: frozenset[str] = REMOVES) -> Role:
    role = factories.role(session, rights=rights)
    factories.access(session, customer, role, holder)
    return role


def looking(session: Session, user: User) -> Looker:
    """From now on the session looks as this person, as in a new request."""
    session.rollback()
    access.look_as(session, SYSTEM)
    looker = access.looker_for(session, session.get_one(User, user.id))
    access.look_as(session, looker)
    return looker


def as_system(session: Session) -> None:
    session.rollback()
    access.look_as(session, SYSTEM)
    session.expire_all()


def deleted(session: Session, who: User, noun: Any, key: int) -> int:
    looker = looking(session, who)
    plan = delete.plan(session, looker, noun, [key])
    return delete.do(session, looker, noun, [key], plan.digest, plan.confirm, invoices_saved=True).id


@pytest.mark.parametrize("by_team", [False, True])
def test_who_deleted_a_customer_by_a_role_on_it_brings_it_back(
    session: Session, cast: Cast, customer: Customer, by_team: bool
) -> None:
    given(session, customer, factories.team(session, cast.charlie) if by_team else cast.charlie)
    key, roles = customer.id, session.query(CustomerAccess).count()
    gone = deleted(session, cast.charlie, Customer, key)
    charlie = looking(session, cast.charlie)
    assert [item.changeset_id for item in bin.items(session)] == [gone]
    assert bin.plan(session, charlie, gone).left == []
    bin.restore(session, charlie, gone)
    assert session.get(Customer, key) is not None
    as_system(session)
    assert session.query(CustomerAccess).count() == roles


def test_a_restore_is_taken_back_and_done_again_by_the_same_role(
    session: Session, cast: Cast, customer: Customer
) -> None:
    given(session, customer, cast.charlie)
    key = customer.id
    turned = deleted(session, cast.charlie, Customer, key)
    for is_there in (True, False, True):
        charlie = looking(session, cast.charlie)
        turned = undo.undo(session, charlie, turned).changeset.id
        assert (session.get(Customer, key) is not None) is is_there


def test_a_role_that_lost_the_right_meanwhile_brings_nothing_back(
    session: Session, cast: Cast, customer: Customer
) -> None:
    role = given(session, customer, cast.charlie)
    gone = deleted(session, cast.charlie, Customer, customer.id)
    as_system(session)
    with changeset(session, SYSTEM, "Narrow the role"):
        session.get_one(Role, role.id).rights = frozenset({"view"})
    with pytest.raises(NotAllowed):
        bin.restore(session, looking(session, cast.charlie), gone)


def test_who_left_the_team_meanwhile_brings_nothing_back(session: Session, cast: Cast, customer: Customer) -> None:
    given(session, customer, factories.team(session, cast.charlie))
    gone = deleted(session, cast.charlie, Customer, customer.id)
    as_system(session)
    with changeset(session, SYSTEM, "Leave the team"):
        session.execute(sql_delete(TeamMember))
    with pytest.raises(NotAllowed):
        bin.restore(session, looking(session, cast.charlie), gone)


def test_what_somebody_else_deleted_is_not_there_for_a_role_that_went_with_it(
    session: Session, cast: Cast, customer: Customer
) -> None:
    given(session, customer, cast.charlie)
    gone = deleted(session, cast.alice, Customer, customer.id)
    charlie = looking(session, cast.charlie)
    assert bin.items(session) == []
    with pytest.raises(NotFound):
        bin.restore(session, charlie, gone)


def test_a_part_of_a_delete_does_not_come_back_by_a_role_that_is_gone(
    session: Session, cast: Cast, customer: Customer
) -> None:
    given(session, customer, cast.charlie)
    key = customer.id
    gone = deleted(session, cast.charlie, Customer, key)
    with pytest.raises(NotAllowed):
        undo.undo(session, looking(session, cast.charlie), gone, rows=[("customer", key)])


def test_a_role_taken_back_on_a_customer_that_is_there_again_stays_taken(
    session: Session, cast: Cast, customer: Customer
) -> None:
    given(session, customer, cast.charlie)
    key = customer.id
    gone = deleted(session, cast.charlie, Customer, key)
    as_system(session)
    undo.undo(session, SYSTEM, gone, rows=[("customer", key)])
    with pytest.raises(NotAllowed):
        undo.undo(session, looking(session, cast.charlie), gone)


def test_nobody_gives_themselves_a_role_by_deleting_a_customer_and_bringing_it_back(
    session: Session, cast: Cast, customer: Customer
) -> None:
    given(session, customer, cast.charlie)
    key = customer.id
    bin.restore(session, looking(session, cast.charlie), deleted(session, cast.charlie, Customer, key))
    charlie = looking(session, cast.charlie)
    held = {right for right in Right if access.may(session, charlie, right, key)}
    assert held == REMOVES


@pytest.mark.parametrize("noun", [Contact, Project])
def test_who_deleted_what_hangs_on_a_customer_by_a_role_there_brings_it_back(
    session: Session, cast: Cast, customer: Customer, noun: type[Contact | Project]
) -> None:
    given(session, customer, cast.charlie)
    key = session.scalars(select(noun.id)).one()
    with changeset(session, SYSTEM, "Archive the project"):
        session.execute(update(Project).values(archived_at=ARCHIVED))
    gone = deleted(session, cast.charlie, noun, key)
    bin.restore(session, looking(session, cast.charlie), gone)
    assert session.get(noun, key) is not None


def test_a_project_stays_in_the_bin_while_its_customer_was_archived_after_the_delete(
    session: Session, cast: Cast, customer: Customer
) -> None:
    given(session, customer, cast.charlie)
    with changeset(session, SYSTEM, "Open the customer, archive the project"):
        session.execute(update(Customer).values(archived_at=None))
        session.execute(update(Project).values(archived_at=ARCHIVED))
    key = customer.id
    gone = deleted(session, cast.charlie, Project, session.scalars(select(Project.id)).one())
    as_system(session)
    plan = archive.plan(session, SYSTEM, Customer, [key])
    archive.do(session, SYSTEM, Customer, [key], plan.digest)
    with pytest.raises(NothingToUndo) as nothing:
        bin.restore(session, looking(session, cast.charlie), gone)
    assert {one.reason for one in nothing.value.left} == {Kept.ARCHIVED}


def test_who_changed_a_contact_by_a_role_on_its_customer_takes_that_back(session: Session, cast: Cast) -> None:
    customer, contact = factories.customer(session), factories.contact(session, phone="1")
    factories.link(session, customer, contact)
    given(session, customer, cast.charlie, frozenset({"view", "edit", "archive"}))
    key = contact.id
    charlie = looking(session, cast.charlie)
    changed = save(session, charlie, Contact, key, {"phone": "2"}).changeset
    assert changed is not None
    undo.undo(session, charlie, changed.id)
    assert session.get_one(Contact, key).phone == "1"
    plan = archive.plan(session, charlie, Contact, [key])
    put_away = archive.do(session, charlie, Contact, [key], plan.digest).id
    undo.undo(session, charlie, put_away)
    assert session.get_one(Contact, key).archived_at is None


def test_a_contact_of_two_customers_comes_back_by_the_right_on_both(session: Session, cast: Cast) -> None:
    mine, theirs, contact = factories.customer(session), factories.customer(session), factories.contact(session)
    for one in (mine, theirs):
        factories.link(session, one, contact)
        given(session, one, cast.charlie)
    key = theirs.id
    gone = deleted(session, cast.charlie, Contact, contact.id)
    as_system(session)
    with changeset(session, SYSTEM, "Take one role away"):
        session.execute(sql_delete(CustomerAccess).where(CustomerAccess.customer_id == key))
    with pytest.raises(NotAllowed):
        bin.restore(session, looking(session, cast.charlie), gone)
    assert session.scalar(select(Changeset.undone_by_id).where(Changeset.id == gone)) is None
    assert session.scalars(select(CustomerContact)).all() == []
