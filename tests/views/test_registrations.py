"""Registering time: on a project, for a contact, at the rate and within the distance that hold there."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.access import SYSTEM
from models.base import utc_now
from models.journal import changeset
from models.project import Project, Registration, RegistrationStatus
from models.settings import ValueList
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.pages import PageClient
from tests.views.test_card import text_of
from tests.views.test_forms import at_fields


def register(client: PageClient, project: Project, **typed: Any) -> TestResponse:
    """Register time as people do."""
    path = f"/registrations/new/?project={project.id}"
    return client.press(client.get(path), "Save time", **{"day": "2026-11-02", "minutes": "1:30", **typed})


def newest(session: Session) -> Registration:
    session.rollback()
    return session.scalars(select(Registration).order_by(Registration.id.desc())).first()  # type: ignore[return-value]


def test_TO_26_time_is_registered_with_the_contact_who_was_responsible(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session)
    project = factories.project(session, customer)
    contact = factories.contact(session, first_name="Astrid", last_name="Holm")
    factories.link(session, customer, contact)
    stranger = factories.contact(session)
    alice = client_for("Alice")
    assert register(alice, project, contact_id=str(stranger.id)).status_code == 422
    answer = register(alice, project, contact_id=str(contact.id), note="Dock plan")
    assert answer.location == f"/projects/details/?id={project.id}"
    made = newest(session)
    assert (made.customer_id, made.user_id, made.contact_id) == (customer.id, cast.alice.id, contact.id)
    assert (made.day, made.minutes, made.status) == (dt.date(2026, 11, 2), 90, RegistrationStatus.OPEN)
    assert "Astrid Holm" in text_of(alice.get(answer.location))


@pytest.mark.parametrize(
    ("typed", "minutes"), [("6:30", 390), ("6,5", 390), ("6.5", 390), ("0:05", 5), ("24", 1440), ("1", 60)]
)
def test_time_is_typed_as_hours_and_minutes_or_as_a_fraction(
    session: Session, client_for: ClientFor, typed: str, minutes: int
) -> None:
    project = factories.project(session, factories.customer(session))
    assert register(client_for("Alice"), project, minutes=typed).status_code == 302
    assert newest(session).minutes == minutes


@pytest.mark.parametrize("typed", ["", "0", "0:00", "24:01", "1:60", "much", "-1", "1:2:3", "²"])
def test_what_is_no_time_is_said_at_the_field_and_stays_there(
    session: Session, client_for: ClientFor, typed: str
) -> None:
    project = factories.project(session, factories.customer(session))
    answer = register(client_for("Alice"), project, minutes=typed)
    assert answer.status_code == 422
    assert set(at_fields(answer)) == {"minutes"}
    assert html.document_fromstring(answer.text).get_element_by_id("minutes").get("value") == typed
    assert session.scalar(select(Registration.id)) is None


def test_TC_13_TC_16_TL_23_time_is_worth_the_rate_of_the_project_or_else_of_its_customer(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, hourly_rate=Decimal("90.01"))
    own = factories.project(session, customer, hourly_rate=Decimal(120))
    taken_over, dear = factories.project(session, customer), factories.project(session, factories.customer(session))
    alice = client_for("Alice")
    for project, worth in ((own, "180.00"), (taken_over, "135.02"), (dear, "0.00")):
        assert register(alice, project).status_code == 302
        made = newest(session)
        assert made.amount == Decimal(worth)
    path = f"/registrations/edit/?id={made.id}"
    session.get_one(Project, dear.id)
    assert alice.edit(path, day="2026-11-02", minutes="2", user_id=str(made.user_id)).status_code == 302
    assert newest(session).amount == 0


def test_an_amount_follows_the_time_when_that_is_put_right(session: Session, client_for: ClientFor) -> None:
    project = factories.project(session, factories.customer(session, hourly_rate=Decimal(60)))
    alice = client_for("Alice")
    register(alice, project, minutes="3")
    made = newest(session)
    page = alice.get(f"/registrations/edit/?id={made.id}")
    assert alice.press(page, "Save time", minutes="1:15").status_code == 302
    assert newest(session).amount == Decimal(75)


def test_TL_20_TL_21_a_trip_longer_than_may_be_billed_is_refused(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, max_distance_km=100)
    near, far = factories.project(session, customer), factories.project(session, customer, max_distance_km=250)
    alice = client_for("Alice")
    answer = register(alice, near, distance_km="101")
    assert answer.status_code == 422
    assert "100 km" in at_fields(answer)["distance_km"]
    assert register(alice, near, distance_km="100").status_code == 302
    assert register(alice, far, distance_km="250").status_code == 302
    assert register(alice, far, distance_km="251").status_code == 422


def test_time_is_always_somebodys(session: Session, client_for: ClientFor, cast: Cast) -> None:
    project = factories.project(session, factories.customer(session))
    alice = client_for("Alice")
    page = html.document_fromstring(alice.get(f"/registrations/new/?project={project.id}").get_data(as_text=True))
    offered = page.get_element_by_id("user_id")
    assert offered.value == str(cast.alice.id)
    assert "" not in offered.value_options
    answer = register(alice, project, user_id="")
    assert answer.status_code == 422
    assert at_fields(answer) == {"user_id": "Choose one of the list."}
    assert session.scalars(select(Registration)).all() == []


def test_time_of_somebody_who_left_can_be_put_right(session: Session, client_for: ClientFor, cast: Cast) -> None:
    one = factories.registration(session, factories.project(session, factories.customer(session)))
    alice, path = client_for("Alice"), f"/registrations/edit/?id={one.id}"
    offered = html.document_fromstring(alice.get(path).get_data(as_text=True)).get_element_by_id("user_id")
    assert (offered.value, offered.xpath("string(option[1])")) == ("", "Someone who left")
    rest = {"day": "2026-11-02", "minutes": "2:00"}
    assert alice.edit(path, **rest, user_id="").status_code == 302
    assert (newest(session).minutes, newest(session).user_id) == (120, None)
    alice.edit(path, **rest, user_id=str(cast.alice.id))
    assert newest(session).user_id == cast.alice.id
    answer = alice.edit(path, **rest, user_id="")
    assert (answer.status_code, at_fields(answer)) == (422, {"user_id": "Choose one of the list."})


def test_who_only_registers_registers_own_time_and_sees_no_other(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, hourly_rate=Decimal(99))
    project = factories.project(session, customer)
    others = factories.registration(session, project, cast.alice)
    registrar = session.scalars(select(Role).where(Role.name == "Registrar")).one()
    factories.access(session, customer, registrar, cast.charlie)
    charlie = client_for("Charlie")
    assert register(charlie, project, user_id=str(cast.alice.id)).status_code == 302
    made = newest(session)
    assert (made.user_id, made.amount) == (cast.charlie.id, Decimal("148.50"))
    listed = charlie.get("/registrations/")
    assert f'data-kb-id="{made.id}"' in listed.text
    assert f'data-kb-id="{others.id}"' not in listed.text
    assert charlie.get(f"/registrations/details/?id={others.id}").status_code == 404
    assert charlie.edit(f"/registrations/edit/?id={made.id}", day="2026-11-02", minutes="2").status_code == 302
    assert client_for("Bob").get(f"/registrations/new/?project={project.id}").status_code == 403


def test_who_does_not_see_the_customer_cannot_register_there(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    project = factories.project(session, factories.customer(session))
    charlie = client_for("Charlie")
    assert charlie.get(f"/registrations/new/?project={project.id}").status_code == 404
    assert charlie.send(f"/registrations/new/?project={project.id}", minutes="1", day="2026-11-02").status_code == 404


def test_another_project_cannot_be_slipped_in(session: Session, client_for: ClientFor) -> None:
    here, there = (factories.project(session, factories.customer(session)) for _ in range(2))
    answer = register(client_for("Alice"), here, project_id=str(there.id))
    assert answer.status_code == 422
    assert session.scalar(select(Registration.id)) is None


@pytest.mark.parametrize("status", [RegistrationStatus.APPROVED, RegistrationStatus.INVOICED])
def test_time_that_is_approved_stays_as_it_is(
    session: Session, client_for: ClientFor, cast: Cast, status: RegistrationStatus
) -> None:
    project = factories.project(session, factories.customer(session))
    made = factories.registration(session, project, cast.alice, status=status, minutes=60)
    assert client_for("Dana").get(f"/registrations/edit/?id={made.id}").status_code == 403
    assert newest(session).minutes == 60


def test_TO_21_on_what_is_archived_no_time_is_registered(session: Session, client_for: ClientFor, cast: Cast) -> None:
    project = factories.project(session, factories.customer(session), archived_at=utc_now())
    alice = client_for("Alice")
    assert alice.get(f"/registrations/new/?project={project.id}").status_code == 422
    typed = {"project_id": str(project.id), "day": "2026-11-02", "minutes": "1", "user_id": str(cast.alice.id)}
    answer = alice.send(f"/registrations/new/?project={project.id}", **typed)
    assert answer.status_code == 422
    assert "archived" in answer.text
    assert session.scalar(select(Registration.id)) is None


def test_TO_21_time_on_an_archived_project_can_only_be_read(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    project = factories.project(session, factories.customer(session), name="Rebuild")
    made = factories.registration(session, project, cast.alice)
    with changeset(session, SYSTEM, "Archive"):
        project.archived_at = utc_now()
    alice = client_for("Alice")
    card = alice.get(f"/registrations/details/?id={made.id}")
    assert "Rebuild is archived." in text_of(card)
    assert "/registrations/edit/" not in card.text
    assert alice.get(f"/registrations/edit/?id={made.id}").status_code == 409
    assert alice.get(f"/registrations/delete/?id={made.id}").status_code == 422


def test_registrations_are_filtered_by_month_person_and_state(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    project = factories.project(session, factories.customer(session))
    first = factories.registration(session, project, cast.alice, day=dt.date(2026, 10, 31))
    second = factories.registration(
        session, project, cast.bob, day=dt.date(2026, 11, 1), status=RegistrationStatus.APPROVED
    )
    dana = client_for("Dana")

    def shown(query: str) -> list[int]:
        tree = html.document_fromstring(dana.get(f"/registrations/?{query}").text)
        return [int(key) for key in tree.xpath("//tr/@data-kb-id")]

    assert shown("") == [second.id, first.id]
    assert shown("month=2026-10") == [first.id]
    assert shown("month=2026-10,2026-11&sort=day") == [first.id, second.id]
    assert shown(f"who={cast.bob.id}") == [second.id]
    assert shown("status=open") == [first.id]
    assert shown(f"project={project.id}&status=approved") == [second.id]
    for wrong in ("2026-13", "2026-1", "x", "2026-²1", "99999-01", "0000-01"):
        assert set(shown(f"month={wrong}")) == {first.id, second.id}, wrong


@pytest.mark.parametrize("order", ["", "sort=day", "sort=created"])
def test_a_long_list_of_registrations_is_walked_page_by_page_and_back(
    session: Session, client_for: ClientFor, cast: Cast, order: str
) -> None:
    project = factories.project(session, factories.customer(session))
    for number in range(60):
        factories.registration(session, project, cast.alice, day=dt.date(2026, 11, 1 + number // 4))
    dana = client_for("Dana")

    def walk(path: str, link: str) -> list[list[str]]:
        found, seen = list[list[str]](), set[str]()
        while path and path not in seen:
            seen.add(path)
            tree = html.document_fromstring(dana.get(path).text)
            found.append([str(key) for key in tree.xpath("//tr/@data-kb-id")])
            last, path = path, next(iter(tree.xpath(f"//a[@rel='{link}' or @aria-label='{link}']/@href")), "")
        found.append([last])
        return found

    *forward, [last] = walk(f"/registrations/?page_size=25&{order}", "Next page")
    *backward, _ = walk(last, "Previous page")
    assert [len(page) for page in forward] == [25, 25, 10]
    assert backward == forward[::-1]


def test_TL_18_TL_19_TL_22_a_project_takes_over_how_its_customer_is_invoiced_and_can_differ(
    session: Session, client_for: ClientFor
) -> None:
    layout = factories.list_value(session, ValueList.INVOICE_LAYOUT, "Plain")
    customer = factories.customer(
        session,
        hourly_rate=Decimal("95.50"),
        payment_term_days=14,
        invoice_layout_id=layout.id,
        expenses_billable=True,
        mileage_billable=True,
    )
    dana = client_for("Dana")
    form = dana.get(f"/projects/new/?customer={customer.id}")
    for said in ("14 days", "Plain", "95.50", "billed to the customer"):
        assert f"Empty: as the customer has it ({said})" in text_of(form)
    answer = dana.press(form, "Save project", name="Flytt", payment_term_days="30", mileage_billable="False")
    assert answer.status_code == 302
    session.rollback()
    made = session.scalars(select(Project)).one()
    assert (made.payment_term_days, made.mileage_billable) == (30, False)
    assert (made.expenses_billable, made.hourly_rate, made.invoice_layout_id) == (None, None, None)
    shown = text_of(dana.get(f"/projects/details/?id={made.id}&tab=settings"))
    for said in ("30 days", "95.50 as the customer has it", "Plain as the customer has it", "not billed"):
        assert said in shown
    hidden = text_of(client_for("Bob").get(f"/projects/details/?id={made.id}&tab=settings"))
    assert "95.50" not in hidden


def test_yes_no_or_nothing_is_one_of_the_three(session: Session, client_for: ClientFor) -> None:
    project = factories.project(session, factories.customer(session), expenses_billable=True)
    dana = client_for("Dana")
    path = f"/projects/edit/?id={project.id}"
    assert set(at_fields(dana.press(dana.get(path), "Save project", expenses_billable="maybe"))) == {
        "expenses_billable"
    }
    assert dana.press(dana.get(path), "Save project", expenses_billable="").status_code == 302
    session.rollback()
    assert session.get_one(Project, project.id).expenses_billable is None


def test_a_list_that_a_card_narrows_says_to_whom_by_name(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Kade B.V.")
    project = factories.project(session, customer, name="Dock plan")

    def chips(name: str) -> list[str]:
        page = client_for(name).get(f"/registrations/?customer={customer.id}&project={project.id}")
        found = html.document_fromstring(page.text).xpath("//*[contains(@class, 'kb-chip')][.//a]")
        return [" ".join(chip.text_content().split()) for chip in found if "kb-chip-add" not in chip.get("class")]

    assert [text.removesuffix(" ×") for text in chips("Alice")] == ["Customer Kade B.V.", "Project Dock plan"]
    assert "Kade" not in " ".join(chips("Charlie"))


def test_a_registration_is_called_by_its_day_as_the_reader_writes_it(session: Session, client_for: ClientFor) -> None:
    project = factories.project(session, factories.customer(session))
    dana = client_for("Dana")
    said = [text_of(dana.get(register(dana, project).location))]
    key = newest(session).id
    said.append(text_of(dana.get(f"/registrations/details/?id={key}&tab=history")))
    asked = dana.get(f"/registrations/delete/?id={key}")
    said.append(text_of(asked))
    (plan,) = html.document_fromstring(asked.text).xpath("//form[@id='verb']/input[@name='plan']/@value")
    said.append(text_of(dana.get(dana.send("/registrations/delete/", plan=plan).location)))
    said += [text_of(dana.get(path)) for path in ("/history/", "/bin/")]
    for page in said:
        assert "2026-11-02" not in page
        assert "2 Nov 2026" in page
    assert "2 Nov 2026 · 1.5 added" in said[0]


def test_time_without_a_rate_is_said_to_count_as_nothing_wherever_amounts_are_added_up(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session)
    project, day = factories.project(session, customer), factories.today()
    factories.registration(session, project, cast.bob, day=day, minutes=90, amount=Decimal(0))
    factories.registration(session, project, cast.alice, day=day, minutes=60, amount=Decimal(80))
    paths = {
        "list": "/registrations/",
        "overview": f"/customers/details/?id={customer.id}",
        "project": f"/projects/details/?id={project.id}",
        "form": f"/registrations/new/?project={project.id}",
    }

    def said(who: str) -> dict[str, list[str]]:
        """What each page says of it, and where it says that a rate is set."""
        client, found = client_for(who), {}
        for name, path in paths.items():
            page = html.document_fromstring(client.get(path).text)
            text = " ".join(page.text_content().split())
            links = page.xpath("//main//a[normalize-space()='Set the rate']/@href")
            lines = re.findall(r"1\.5 hours without a rate count as 0|No hourly rate is set|without a rate", text)
            if lines or links:
                found[name] = [*lines, *(link.split("?")[0] + "#" + link.split("#")[1] for link in links)]
        return found

    none, hours = "No hourly rate is set", "1.5 hours without a rate count as 0"
    assert said("Dana") == {
        "list": [hours],
        "overview": [hours, "/customers/edit/#hourly_rate"],
        "project": [none, "/projects/edit/#hourly_rate"],
        "form": [none, "/projects/edit/#hourly_rate"],
    }
    # Bob registers here and sees no amounts; Charlie sees amounts and changes nothing.
    here = {cast.bob: {"view", "register"}, cast.charlie: {"view", "register", "see-revenue", "see-all-totals"}}
    for user, rights in here.items():
        factories.access(session, customer, factories.role(session, rights=frozenset(rights)), user)
    assert said("Bob") == {}
    assert said("Charlie") == {"overview": [hours], "project": [none], "form": [none]}
    # With a rate, what is registered from now on counts; what was, does not.
    with changeset(session, SYSTEM, "Set up"):
        customer.hourly_rate = Decimal(80)
    assert said("Dana") == {"list": [hours], "overview": [hours, "/customers/edit/#hourly_rate"]}
    # Who works for nothing means it.
    with changeset(session, SYSTEM, "Set up"):
        customer.hourly_rate = Decimal(0)
    assert said("Dana") == {"list": [hours]}
