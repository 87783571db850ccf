"""Archiving: locked with all that hangs below, said in numbers first, and put back exactly as it was."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM
from models.base import utc_now
from models.contact import Contact
from models.customer import Customer
from models.errors import Conflict, NotAllowed, Reason, Refused
from models.journal import Change, Changeset
from models.operations import archive
from models.operations.archive import At, Way
from models.operations.save import save
from models.operations.selection import Selection
from models.project import Project, Registration, RegistrationStatus
from models.user import Right
from tests import factories


@pytest.fixture
def customer(session: Session) -> Customer:
    """A customer with two projects, three registrations (one open), a contact, an address and an invoice."""
    made = factories.customer(session, company_name="Nordhamn Logistik AB")
    first = factories.project(session, made, name="Terminal 2 routing")
    second = factories.project(session, made, name="Peppol roll-out")
    factories.project(session, made, name="Ended", archived_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    for project, status in ((first, "open"), (first, "approved"), (second, "invoiced")):
        factories.registration(session, project, status=RegistrationStatus(status))
    factories.link(session, made, factories.contact(session))
    factories.address(session, made)
    factories.invoice(session, made)
    return made


def _archive(session: Session, *ids: int, reason: str | None = None) -> Changeset:
    return archive.do(
        session, SYSTEM, Customer, ids, archive.plan(session, SYSTEM, Customer, ids).digest, reason=reason
    )


def _restore(session: Session, *ids: int) -> Changeset:
    return archive.restore(
        session, SYSTEM, Customer, ids, archive.plan(session, SYSTEM, Customer, ids, Way.RESTORE).digest
    )


def _archived_projects(session: Session) -> dict[str, bool]:
    session.expire_all()
    return {p.name: p.is_archived for p in session.scalars(select(Project))}


def test_the_plan_says_with_counts_what_changes_and_what_stays(session: Session, customer: Customer) -> None:
    before = session.scalar(select(func.count(Change.id)))
    plan = archive.plan(session, SYSTEM, Customer, [customer.id])
    assert (plan.count, plan.projects, plan.registrations, plan.open) == (1, 2, 3, 1)
    assert plan.project_names == ("Peppol roll-out", "Terminal 2 routing")
    assert plan.stays == {"customer_contact": 1, "address": 1, "invoice": 1, "customer_access": 0}
    assert plan.left_out == ()
    (line,) = plan.lines
    assert (line.name, line.projects, line.registrations, line.open) == ("Nordhamn Logistik AB", 2, 3, 1)
    assert session.scalar(select(func.count(Change.id))) == before


def test_TC_34_projects_are_archived_along_and_exactly_those_come_back(session: Session, customer: Customer) -> None:
    kept = _archive(session, customer.id, reason="Contract ended")
    assert _archived_projects(session) == {"Terminal 2 routing": True, "Peppol roll-out": True, "Ended": True}
    assert (customer.is_archived, customer.archive_reason) == (True, "Contract ended")
    assert kept.title.format(**kept.values) == "Archive customer Nordhamn Logistik AB"

    plan = archive.plan(session, SYSTEM, Customer, [customer.id], Way.RESTORE)
    assert (plan.count, plan.projects) == (1, 2)
    _restore(session, customer.id)
    assert _archived_projects(session) == {"Terminal 2 routing": False, "Peppol roll-out": False, "Ended": True}
    assert (customer.is_archived, customer.archive_reason) == (False, None)


def test_TC_33_TC_35_registrations_stay_but_are_locked_and_nothing_new_is_registered(
    session: Session, customer: Customer
) -> None:
    """TC-33, TC-35."""
    project = session.scalars(select(Project).where(Project.name == "Peppol roll-out")).one().id
    registration = session.scalars(select(Registration)).first()
    assert registration is not None
    key = registration.id
    _archive(session, customer.id)
    assert session.scalar(select(func.count(Registration.id))) == 3
    of = {"customer_id": customer.id, "project_id": project, "user_id": factories.user(session).id}
    new = {**of, "day": dt.date(2026, 11, 2), "minutes": 30}
    for noun, row, values in (
        (Registration, key, {"minutes": 60}),
        (Registration, None, new),
        (Project, project, {"name": "Renamed"}),
        (Project, None, {"customer_id": customer.id, "name": "New"}),
    ):
        with pytest.raises(Refused) as caught:
            save(session, SYSTEM, noun, row, values)
        assert caught.value.reason is Reason.ARCHIVED_IS_LOCKED


def test_what_changed_since_it_was_shown_is_shown_again(session: Session, customer: Customer) -> None:
    shown = archive.plan(session, SYSTEM, Customer, [customer.id]).digest
    project = session.scalars(select(Project).where(Project.name == "Peppol roll-out")).one()
    factories.registration(session, project)
    with pytest.raises(Conflict) as caught:
        archive.do(session, SYSTEM, Customer, [customer.id], shown)
    assert caught.value.reason is Reason.PLAN_CHANGED
    assert not session.get_one(Customer, customer.id).is_archived


def test_bulk_leaves_out_and_names_what_may_not(session: Session, cast: Any, customer: Customer) -> None:
    """Picture 07b: the refused one is shown with the reason and somebody to ask."""
    manager = factories.role(session, rights=frozenset({Right.VIEW, Right.ARCHIVE}))
    reader = factories.role(session, rights=frozenset({Right.VIEW}))
    other = factories.customer(session, company_name="Coöperatie Groenoord U.A.")
    done = factories.customer(session, company_name="Done", archived_at=dt.datetime.now(dt.UTC))
    hidden = factories.customer(session, company_name="Hidden")
    for there, role in ((customer, manager), (done, manager), (other, reader)):
        factories.access(session, there, role, cast.charlie)
    factories.access(session, other, manager, factories.user(session, name="Sanne Verhoeven"))
    ids = [customer.id, other.id, done.id, hidden.id]
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)

    plan = archive.plan(session, charlie, Customer, ids)
    assert [line.name for line in plan.lines] == ["Nordhamn Logistik AB"]
    assert plan.left_out_count == 2
    assert [(one.name, one.reason, one.ask) for one in plan.left_out] == [
        ("Coöperatie Groenoord U.A.", Reason.NO_RIGHT, "Sanne Verhoeven"),
        ("Done", Reason.ALREADY_ARCHIVED, None),
    ]
    archive.do(session, charlie, Customer, ids, plan.digest)
    access.look_as(session, SYSTEM)
    stored = {c.id: c.is_archived for c in session.scalars(select(Customer))}
    assert stored == dict(zip(ids, (True, False, True, False), strict=True))


def test_somebody_to_ask_may_hold_the_right_by_a_team_and_all_are_looked_up_at_once(
    session: Session, cast: Any
) -> None:
    manager = factories.role(session, rights=frozenset({Right.VIEW, Right.ARCHIVE}))
    given = factories.team(session, factories.user(session, name="Sanne"), role_id=None)
    factories.team(session, factories.user(session, name="Aafje"), role_id=manager.id)
    gone = factories.user(session, name="Aad", disabled_at=dt.datetime.now(dt.UTC))
    customers = [factories.customer(session) for _ in range(4)]
    factories.access(session, customers[0], manager, given)
    factories.access(session, customers[1], manager, gone)
    ids = [customer.id for customer in customers]
    bob = access.looker_for(session, cast.bob)
    access.look_as(session, bob)
    sent: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *arguments: sent.append(arguments[2]))
    costs = []
    for chosen in (ids[:1], ids):
        sent.clear()
        plan = archive.plan(session, bob, Customer, chosen)
        costs.append(len(sent))
    assert [one.ask for one in plan.left_out] == ["Sanne", "Aafje", "Aafje", "Aafje"]
    assert costs[0] == costs[1]


def test_who_chose_only_what_may_not_is_told_why(session: Session, cast: Any, customer: Customer) -> None:
    key = customer.id
    bob = access.looker_for(session, cast.bob)
    access.look_as(session, bob)
    plan = archive.plan(session, bob, Customer, [key])
    assert plan.count == 0
    with pytest.raises(Refused) as caught:
        archive.do(session, bob, Customer, [key], plan.digest)
    assert caught.value.reason is Reason.NO_RIGHT
    assert isinstance(caught.value, NotAllowed)


def test_all_matching_is_a_query_of_ids(session: Session, customer: Customer) -> None:
    for _ in range(3):
        factories.customer(session)
    everything = Selection(query=select(Customer.id))
    plan = archive.plan(session, SYSTEM, Customer, everything)
    assert plan.count == 4
    kept = archive.do(session, SYSTEM, Customer, everything, plan.digest)
    assert kept.title.format(**kept.values) == "Archive 4 customers"
    assert session.scalar(select(func.count(Customer.id)).where(Customer.archived_at.is_(None))) == 0
    factories.customer(session)
    with pytest.raises(Conflict):
        archive.restore(session, SYSTEM, Customer, everything, plan.digest)


def test_rows_with_open_registrations_can_be_left_out(session: Session, customer: Customer) -> None:
    other = factories.customer(session)
    plan = archive.plan(session, SYSTEM, Customer, [customer.id, other.id], leave_open=True)
    assert plan.ids == (other.id,)
    assert [(one.id, one.reason) for one in plan.left_out] == [(customer.id, Reason.HAS_OPEN)]
    assert plan.left_out_count == 1
    archive.do(session, SYSTEM, Customer, [customer.id, other.id], plan.digest, leave_open=True)
    assert (customer.is_archived, other.is_archived) == (False, True)
    shown = archive.plan(session, SYSTEM, Contact, [factories.contact(session).id], leave_open=True)
    assert (shown.count, shown.left_out_count) == (1, 0)


def test_of_projects_those_with_open_registrations_of_their_own_are_left_out(
    session: Session, customer: Customer
) -> None:
    ids = session.scalars(select(Project.id).where(Project.archived_at.is_(None)).order_by(Project.name)).all()
    plan = archive.plan(session, SYSTEM, Project, ids, leave_open=True)
    assert [line.name for line in plan.lines] == ["Peppol roll-out"]
    assert [one.name for one in plan.left_out] == ["Terminal 2 routing"]


def test_VS_23_a_contact_is_deactivated_and_reactivated(session: Session) -> None:
    contact = factories.contact(session)
    plan = archive.plan(session, SYSTEM, Contact, [contact.id])
    assert (plan.count, plan.projects, plan.registrations, plan.stays) == (1, 0, 0, {})
    archive.do(session, SYSTEM, Contact, [contact.id], plan.digest)
    assert session.get_one(Contact, contact.id).is_archived
    back = archive.plan(session, SYSTEM, Contact, [contact.id], Way.RESTORE)
    archive.restore(session, SYSTEM, Contact, [contact.id], back.digest)
    assert not session.get_one(Contact, contact.id).is_archived


def test_a_contact_is_deactivated_by_who_may_archive_one_of_its_customers(session: Session, cast: Any) -> None:
    role = factories.role(session, rights=frozenset({Right.VIEW, Right.ARCHIVE}))
    reader = factories.role(session, rights=frozenset({Right.VIEW}))
    mine, seen = factories.customer(session), factories.customer(session)
    factories.access(session, mine, role, cast.charlie)
    factories.access(session, seen, reader, cast.charlie)
    of_mine, of_seen = factories.contact(session), factories.contact(session)
    factories.link(session, mine, of_mine)
    factories.link(session, seen, of_seen)
    ids = [of_mine.id, of_seen.id]
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    plan = archive.plan(session, charlie, Contact, ids)
    assert plan.ids == (ids[0],)
    assert [one.id for one in plan.left_out] == [ids[1]]


def test_a_single_project_is_archived_but_not_put_back_below_an_archived_customer(
    session: Session, customer: Customer
) -> None:
    project = session.scalars(select(Project).where(Project.name == "Peppol roll-out")).one().id
    plan = archive.plan(session, SYSTEM, Project, [project])
    assert (plan.count, plan.registrations, plan.open) == (1, 1, 0)
    archive.do(session, SYSTEM, Project, [project], plan.digest)
    _archive(session, customer.id)
    back = archive.plan(session, SYSTEM, Project, [project], Way.RESTORE)
    assert (back.count, [one.reason for one in back.left_out]) == (0, [Reason.ARCHIVED_IS_LOCKED])
    _restore(session, customer.id)
    assert _archived_projects(session)["Peppol roll-out"]


@pytest.mark.parametrize("named", [1, 2])
def test_registrations_that_are_locked_already_or_stay_so_are_not_counted(
    session: Session, customer: Customer, named: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One by one, and in the totals of more customers than are named."""
    monkeypatch.setattr(archive, "NAMED", named)
    ids = [customer.id, factories.customer(session).id]
    ended = session.scalars(select(Project).where(Project.name == "Ended")).one()
    with access.unlocking(session):
        factories.registration(session, ended, status=RegistrationStatus.OPEN)
    for way in Way:
        plan = archive.plan(session, SYSTEM, Customer, ids, way)
        assert (plan.registrations, plan.open) == (3, 1), way
        counted = {line.id: (line.registrations, line.open) for line in plan.lines}
        assert counted.get(customer.id, (3, 1)) == (3, 1)
        assert len(counted) == named
        if way is Way.ARCHIVE:
            _archive(session, *ids)


def test_an_open_registration_of_a_project_archived_before_leaves_no_customer_out(session: Session) -> None:
    customer = factories.customer(session)
    ended = factories.project(session, customer)
    factories.registration(session, ended, status=RegistrationStatus.OPEN)
    archive.do(session, SYSTEM, Project, [ended.id], archive.plan(session, SYSTEM, Project, [ended.id]).digest)
    assert archive.plan(session, SYSTEM, Customer, [customer.id], leave_open=True).ids == (customer.id,)


def test_deactivating_a_contact_says_where_it_is_and_what_it_is_there(session: Session) -> None:
    ingrid = factories.contact(session, first_name="Ingrid", last_name="Berg")
    for name, marks in (("Alfa", {"is_main": True}), ("Beta", {"is_invoice_contact": True}), ("Gamma", {})):
        customer = factories.customer(session, company_name=name)
        factories.link(session, customer, ingrid, **marks)
    portal, today = factories.portal(session, customer), factories.today()
    for ends, revoked in ((today, None), (today - dt.timedelta(days=1), None), (today, utc_now())):
        factories.portal_grant(session, portal, ingrid, expires_on=ends, revoked_at=revoked)
    shown = archive.plan(session, SYSTEM, Contact, [ingrid.id])
    (line,) = shown.lines
    assert line.at == (At("Alfa", True, False, 0), At("Beta", False, True, 0), At("Gamma", False, False, 1))
    assert line.unseen == 0
    factories.link(session, factories.customer(session), ingrid)
    with pytest.raises(Conflict):
        archive.do(session, SYSTEM, Contact, [ingrid.id], shown.digest)
