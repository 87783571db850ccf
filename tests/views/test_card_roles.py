"""The tab Roles of a customer: who is added to it, who has no access, and what the chosen person may do and see."""

from __future__ import annotations

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.access import SYSTEM
from models.customer import Customer
from models.journal import changeset
from models.user import CustomerAccess, Role
from tests import factories
from tests.conftest import Cast, ClientFor


def tab(customer: Customer, chosen: object = "") -> str:
    return f"/customers/details/?id={customer.id}&tab=roles&as={chosen}"


def text_of(answer: TestResponse) -> str:
    return " ".join(html.document_fromstring(answer.text).text_content().split())


def explained(answer: TestResponse) -> str:
    """What stands beside the table, of one person."""
    (part,) = html.document_fromstring(answer.text).xpath("//div[@class='kb-aside']/section")
    return " ".join(" ".join(part.itertext()).split())


def held_on(session: Session, customer: Customer) -> list[tuple[int | None, int]]:
    session.rollback()
    held = session.scalars(select(CustomerAccess).where(CustomerAccess.customer_id == customer.id))
    return [(one.user_id, one.role_id) for one in held]


def role_of(session: Session, name: str) -> Role:
    return session.scalars(select(Role).where(Role.name == name)).one()


def test_TO_27_who_is_added_becomes_a_line_that_says_what_it_gives_and_is_saved_afterwards(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, reader = factories.customer(session), role_of(session, "Reader")
    dana = client_for("Dana")
    added = dana.press(dana.get(tab(customer)), "Add", who=f"user-{cast.charlie.id}", role=str(reader.id))
    assert "Charlie: may from now on: View." in text_of(added)
    (line,) = html.document_fromstring(added.text).xpath("//tr[@data-kb-name='Charlie']//select")
    assert line.value == str(reader.id)
    # What was shown is not saved by adding nobody besides.
    assert dana.press(added, "Add").status_code == 200
    assert held_on(session, customer) == []
    assert dana.press(added, "Save roles").status_code == 302
    assert held_on(session, customer) == [(cast.charlie.id, reader.id)]


def test_TO_27_who_may_not_manage_roles_is_not_offered_to_add_anybody(session: Session, client_for: ClientFor) -> None:
    page = html.document_fromstring(client_for("Bob").get(tab(factories.customer(session))).text)
    assert page.xpath("//select[@name='who']") == []


def test_TO_27_everyone_else_is_who_does_not_see_the_customer_whatever_else_they_may(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, dana = factories.customer(session), client_for("Dana")
    assert "Everyone else (1 person) has no access to this customer" in text_of(dana.get(tab(customer)))
    with changeset(session, SYSTEM, "Set up"):
        cast.bob.role_id = factories.role(session, rights=frozenset({"import", "export"})).id
    assert client_for("Bob").get(tab(customer)).status_code == 404
    assert "Everyone else (2 people) has no access to this customer" in text_of(dana.get(tab(customer)))
    everyone = html.document_fromstring(dana.get(tab(customer) + "&show=everyone").text)
    without = everyone.xpath("//tr[th='Without access to this customer']/following-sibling::tr/@data-kb-name")
    assert without == ["Bob", "Charlie"]
    for user in (cast.bob, cast.charlie):
        factories.access(session, customer, role_of(session, "Reader"), user)
    assert "Everyone who can sign in sees this customer" in text_of(dana.get(tab(customer)))


def test_TO_27_who_has_a_role_that_shows_nothing_is_not_said_to_see_the_customer(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session)
    factories.access(session, customer, factories.role(session, rights=frozenset({"import"})), cast.charlie)
    assert "Everyone who can sign in sees this customer" not in text_of(client_for("Dana").get(tab(customer)))


@pytest.mark.parametrize("role", ["Reader", "Editor", "Manager"])
def test_TO_27_what_is_told_of_a_person_is_what_that_person_gets(
    session: Session, client_for: ClientFor, cast: Cast, role: str
) -> None:
    customer = factories.customer(session)
    factories.access(session, customer, role_of(session, role), cast.charlie)
    told = explained(client_for("Bob").get(tab(customer, cast.charlie.id)))
    card = html.document_fromstring(client_for("Charlie").get(tab(customer)).text)
    tabs = card.xpath("//nav[@aria-label='Tabs of this card']/a/span[1]/text()")
    assert f"The tabs {', '.join(tabs)}" in told
    assert ("Hours and registrations of everyone" in told) is (role != "Reader")
    assert ("No amounts and no rates" in told) is (role != "Manager")
    assert f"role {role}, given here" in told


def test_TO_27_of_who_has_no_access_it_is_told_that_they_see_nothing(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    told = explained(client_for("Dana").get(tab(factories.customer(session), cast.charlie.id)))
    assert "Nothing of this customer" in told
    assert "The tabs" not in told


def test_TO_27_nothing_is_told_of_who_cannot_sign_in_or_is_not_there(session: Session, client_for: ClientFor) -> None:
    customer, left = factories.customer(session), factories.user(session, disabled_at=factories.A_MOMENT)
    for chosen in (left.id, 999_999, "x", "-1", "9" * 40):
        told = explained(client_for("Bob").get(tab(customer, chosen)))
        assert told.startswith("B Bob may do this on"), chosen
