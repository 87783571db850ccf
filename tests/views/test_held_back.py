"""What a second look found: requests and values that must not do what they once did."""

from __future__ import annotations

import datetime as dt

import pytest
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import access, settings
from models.access import SYSTEM, looker_for, unlocking
from models.activity import Activity
from models.base import utc_now
from models.customer import Address, Customer
from models.errors import Refused
from models.journal import Changeset, changeset
from models.operations import grant
from models.operations.grant import Holder
from models.project import Registration, RegistrationStatus
from models.user import CustomerAccess, Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_card import text_of
from tests.views.test_forms import at_fields


def test_a_head_request_writes_nothing_and_is_answered_like_a_get(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    dana = client_for("Dana")
    dana.edit(f"/customers/edit/?id={customer.id}", company_name="Nieuw B.V.", kind="business")
    session.rollback()
    newest = session.scalar(select(func.max(Changeset.id)))
    for path in (f"/addresses/new/?customer={customer.id}", f"/history/undo/?changeset={newest}", "/login/"):
        got, asked = dana.get(path), dana.head(path)
        assert (asked.status_code, asked.data) == (got.status_code, b""), path
    session.rollback()
    assert session.scalar(select(func.max(Changeset.id))) == newest
    assert session.scalar(select(Address.id).where(Address.customer_id == customer.id)) is None


@pytest.mark.parametrize("path", ["/registrations/?month=9999-12", "/opportunities/?expected=9999-12"])
def test_the_last_month_of_the_calendar_is_a_month(client_for: ClientFor, path: str) -> None:
    assert client_for("Dana").get(path).status_code == 200


def test_on_an_archived_project_nothing_is_planned(session: Session, client_for: ClientFor) -> None:
    project = factories.project(session, factories.customer(session), archived_at=utc_now())
    dana = client_for("Dana")
    typed = {"customer_id": str(project.customer_id), "project_id": str(project.id), "subject": "Call"}
    for path in ("/activities/quick/", "/activities/new/"):
        answer = dana.send(f"{path}?customer={project.customer_id}", **typed)
        assert answer.status_code == 422, path
    session.rollback()
    assert session.scalar(select(Activity.id)) is None


def test_an_activity_is_not_left_to_somebody_who_may_not_see_the_customer(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session)
    dana = client_for("Dana")
    page = dana.get(f"/activities/new/?customer={customer.id}")
    answer = dana.press(page, "Save activity", subject="Call", user_id=str(cast.charlie.id))
    assert answer.status_code == 422
    assert "Charlie may not see this customer" in at_fields(answer)["user_id"]
    assert dana.press(page, "Save activity", subject="Call", user_id=str(cast.bob.id)).status_code == 302


def test_TS_17_an_agreement_whose_last_day_is_over_is_in_nobodys_way(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    factories.agreement(session, customer, starts_on=dt.date(2020, 1, 1), ends_on=dt.date(2020, 12, 31), active=True)
    dana = client_for("Dana")
    assert "Ended" in text_of(dana.get(f"/customers/details/?id={customer.id}&tab=projects"))
    plan = dana.get(f"/customers/action/?action=kind&rowid={customer.id}")
    assert "End them first" not in plan.text
    assert "End it first" not in plan.text


def test_agreements_that_are_switched_off_are_in_nobodys_way(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    factories.agreement(session, customer, active=True)
    dana, path = client_for("Dana"), f"/customers/action/?action=kind&rowid={customer.id}"
    assert "End it first" in dana.get(path).text
    with changeset(session, SYSTEM, "Settings"):
        settings.put(session, "use_agreements", False)
    assert "End it first" not in dana.get(path).text


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_of_another_age_is_a_slip_of_the_pen(session: Session, client_for: ClientFor, day: str) -> None:
    project = factories.project(session, factories.customer(session))
    dana = client_for("Dana")
    page = dana.get(f"/registrations/new/?project={project.id}")
    answer = dana.press(page, "Save time", day=day, minutes="1")
    assert answer.status_code == 422
    assert at_fields(answer)["day"].startswith("Fill in a day from 1900 to 2100.")
    assert session.scalar(select(Registration.id)) is None


@pytest.mark.parametrize("entity", ["addresses", "agreements", "bank-accounts", "opportunities", "activities"])
def test_what_belongs_to_an_archived_customer_has_no_form_to_change_it(
    session: Session, client_for: ClientFor, entity: str
) -> None:
    customer = factories.customer(session)
    make = {
        "addresses": factories.address,
        "agreements": factories.agreement,
        "bank-accounts": factories.bank_account,
        "opportunities": factories.opportunity,
        "activities": factories.activity,
    }[entity]
    row = make(session, customer)
    dana = client_for("Dana")
    assert dana.get(f"/{entity}/edit/?id={row.id}").status_code == 200
    with changeset(session, SYSTEM, "Archive"), unlocking(session):
        session.get_one(Customer, customer.id).archived_at = utc_now()
    assert dana.get(f"/{entity}/edit/?id={row.id}").status_code == 409
    card = html.document_fromstring(dana.get(f"/{entity}/details/?id={row.id}").text)
    assert not card.xpath("//a[@data-kb-edit]")


def test_open_time_is_deleted_by_who_may_edit_and_comes_back(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    project = factories.project(session, factories.customer(session))
    mine = factories.registration(session, project, cast.alice)
    billed = factories.registration(session, project, cast.alice, status=RegistrationStatus.INVOICED)
    alice, key, project_id = client_for("Alice"), mine.id, project.id
    assert alice.get(f"/registrations/delete/?id={billed.id}").status_code == 422
    answer = alice.press(alice.get(f"/registrations/delete/?id={key}"), "Delete")
    assert answer.location == f"/projects/details/?id={project_id}"
    session.rollback()
    assert session.scalar(select(Registration.id).where(Registration.id == key)) is None
    newest = session.scalar(select(func.max(Changeset.id)))
    assert alice.send(f"/history/undo/?changeset={newest}").status_code == 302
    session.rollback()
    assert session.scalar(select(Registration.project_id).where(Registration.id == key)) == project_id


def test_undo_is_not_offered_to_who_may_only_register(session: Session, client_for: ClientFor, cast: Cast) -> None:
    customer = factories.customer(session)
    project = factories.project(session, customer)
    registrar = session.scalars(select(Role).where(Role.name == "Registrar")).one()
    factories.access(session, customer, registrar, cast.charlie)
    charlie = client_for("Charlie")
    page = charlie.get(f"/registrations/new/?project={project.id}")
    answer = charlie.press(page, "Save time", day="2026-11-02", minutes="1")
    assert "/history/undo/" not in charlie.get(answer.location).text


def test_TO_27_what_a_change_of_roles_gives_and_takes_is_shown_before_it_is_saved(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session)
    manager = session.scalars(select(Role).where(Role.name == "Manager")).one()
    reader = session.scalars(select(Role).where(Role.name == "Reader")).one()
    factories.access(session, customer, manager, cast.charlie)
    dana = client_for("Dana")
    tab = dana.get(f"/customers/details/?id={customer.id}&tab=roles")
    shown = dana.press(tab, "Show what changes", **{f"user-{cast.charlie.id}": str(reader.id)})
    said = text_of(shown)
    assert "Nothing is saved yet" in said
    assert "may no longer: " in said
    assert "may from now on" not in said
    shown = dana.press(
        tab,
        "Show what changes",
        **{f"user-{cast.charlie.id}": str(manager.id), "who": f"user-{cast.bob.id}", "role": str(manager.id)},
    )
    assert "Bob: may from now on: " in text_of(shown)
    session.rollback()
    held = session.scalars(select(CustomerAccess).where(CustomerAccess.customer_id == customer.id)).all()
    assert [(one.user_id, one.role_id) for one in held] == [(cast.charlie.id, manager.id)]


def roles_tab(customer: Customer) -> str:
    return f"/customers/details/?id={customer.id}&tab=roles"


def test_TO_27_roles_are_saved_only_once_what_changes_was_shown(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session)
    reader, manager = role_of(session, "Reader"), role_of(session, "Manager")
    dana, bob = client_for("Dana"), f"user-{cast.charlie.id}"
    tab = dana.get(roles_tab(customer))
    first = dana.press(tab, "Save roles", who=bob, role=str(reader.id))
    assert (first.status_code, "Charlie: may from now on: View." in text_of(first)) == (200, True)
    assert 'data-kb-field class="kb-changed"' in first.get_data(as_text=True)
    assert held_on(session, customer) == []
    # What was shown is not what is sent: it is shown anew.
    second = dana.press(first, "Save roles", **{bob: str(manager.id)})
    assert (second.status_code, "Archive" in text_of(second)) == (200, True)
    assert held_on(session, customer) == []
    forged = dana.press(second, "Save roles", plan="forged")
    assert (forged.status_code, held_on(session, customer)) == (200, [])
    assert dana.press(second, "Save roles").status_code == 302
    assert held_on(session, customer) == [(cast.charlie.id, manager.id)]
    # Nor does what was shown for one customer count for another.
    other = factories.customer(session)
    plan = dict(html.document_fromstring(second.get_data(as_text=True)).get_element_by_id("roles-form").form_values())
    assert dana.send(f"/customers/roles/?id={other.id}", **plan).status_code == 200
    assert held_on(session, other) == []


def role_of(session: Session, name: str) -> Role:
    return session.scalars(select(Role).where(Role.name == name)).one()


def held_on(session: Session, customer: Customer) -> list[tuple[int | None, int]]:
    session.rollback()
    held = session.scalars(select(CustomerAccess).where(CustomerAccess.customer_id == customer.id))
    return [(one.user_id, one.role_id) for one in held]


def test_TO_27_what_a_role_of_a_team_changes_is_told_member_by_member(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session)
    reader, editor = role_of(session, "Reader"), role_of(session, "Editor")
    team = factories.team(session, cast.bob, cast.charlie, role_id=editor.id, name="Office")
    empty = factories.team(session, name="Empty")
    dana = client_for("Dana")
    said = text_of(
        dana.press(dana.get(roles_tab(customer)), "Show what changes", who=f"team-{team.id}", role=reader.id)
    )
    assert "Office: may do the same as before, because of other roles." in said
    factories.access(session, customer, reader, team)
    said = text_of(dana.press(dana.get(roles_tab(customer)), "Show what changes", **{f"team-{team.id}": ""}))
    assert "Office: may do the same as before, because of other roles." in said
    with changeset(session, SYSTEM, "Set up"):
        team.role_id = None
    # Bob reads everywhere, Charlie only here.
    said = text_of(dana.press(dana.get(roles_tab(customer)), "Show what changes", **{f"team-{team.id}": ""}))
    assert "Office (Charlie): may no longer: View." in said
    assert "Office (Bob): may do the same as before, because of other roles." in said
    both = {f"team-{team.id}": "", "who": f"user-{cast.charlie.id}", "role": str(reader.id)}
    said = text_of(dana.press(dana.get(roles_tab(customer)), "Show what changes", **both))
    assert "Charlie: may do the same as before, because of other roles." in said
    assert "may no longer" not in said
    said = text_of(
        dana.press(dana.get(roles_tab(customer)), "Show what changes", who=f"team-{empty.id}", role=reader.id)
    )
    assert "Empty: nobody is in this team, so nothing changes." in said


def test_TO_27_who_takes_the_own_last_role_away_is_told_before_and_can_take_that_back(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, manager = factories.customer(session, company_name="Vliet B.V."), role_of(session, "Manager")
    factories.access(session, customer, manager, cast.charlie)
    charlie, own = client_for("Charlie"), f"user-{cast.charlie.id}"
    shown = charlie.press(charlie.get(roles_tab(customer)), "Save roles", **{own: ""})
    assert "That is you: you will see this customer no more." in text_of(shown)
    done = charlie.press(shown, "Save roles")
    assert done.location == "/customers/"
    page = charlie.get(done.location)
    assert "You see Vliet B.V. no more." in text_of(page)
    assert charlie.get(roles_tab(customer)).status_code == 404
    toast = html.document_fromstring(page.get_data(as_text=True)).find(".//div[@data-kb-toast]//form")
    assert charlie.send(toast.get("action"), **dict(toast.form_values())).status_code == 302
    assert held_on(session, customer) == [(cast.charlie.id, manager.id)]
    assert charlie.get(roles_tab(customer)).status_code == 200


def test_a_role_that_others_took_or_that_was_given_up_long_ago_does_not_come_back_by_an_undo_of_ones_own(
    session: Session, client_for: ClientFor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, manager = factories.customer(session), role_of(session, "Manager")
    factories.access(session, customer, manager, cast.charlie)
    holder = Holder(user_id=cast.charlie.id)
    by_charlie = grant.assign(session, SYSTEM, customer.id, {holder: None}).id
    charlie = client_for("Charlie")
    assert charlie.send("/history/undo/", changeset=by_charlie).status_code == 404
    assert held_on(session, customer) == []
    grant.assign(session, SYSTEM, customer.id, {holder: manager.id})
    own = grant.assign(session, looker_for(session, cast.charlie), customer.id, {holder: None})
    monkeypatch.setattr(access, "A_SLIP", dt.timedelta(0))
    charlie.send("/history/undo/", changeset=own.id)
    assert held_on(session, customer) == []


def test_the_roles_of_an_archived_customer_and_forged_ones_are_refused(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, reader = factories.customer(session), role_of(session, "Reader")
    factories.access(session, customer, reader, cast.charlie)
    dana, bob, path = client_for("Dana"), f"user-{cast.bob.id}", f"/customers/roles/?id={customer.id}"
    for forged in (
        {"who": bob, "role": "987654"},
        {"who": bob, "role": "x"},
        {"who": "user-987654", "role": reader.id},
    ):
        assert dana.send(path, look="1", **forged).status_code == 404, forged
        assert dana.send(path, **forged).status_code == 404, forged
    with changeset(session, SYSTEM, "Archive"):
        customer.archived_at = factories.A_MOMENT
    answer = dana.send(path, **{f"user-{cast.charlie.id}": "", f"was-user-{cast.charlie.id}": reader.id})
    assert (answer.status_code, "can only be read" in text_of(answer)) == (422, True)
    with pytest.raises(Refused, match="archived"):
        grant.assign(session, SYSTEM, customer.id, {Holder(user_id=cast.charlie.id): None})
    assert held_on(session, customer) == [(cast.charlie.id, reader.id)]
