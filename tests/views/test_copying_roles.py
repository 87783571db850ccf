"""The Roles tab: looking for one of many, everybody at once, and the roles of another customer; each on both databases."""

from __future__ import annotations

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views import card_roles
from models.access import SYSTEM
from models.customer import Customer
from models.journal import Changeset, changeset
from models.operations import grant
from models.operations.grant import Holder
from models.user import CustomerAccess, Role
from tests import factories
from tests.conftest import Cast, ClientFor


def role_of(session: Session, name: str) -> Role:
    return session.scalars(select(Role).where(Role.name == name)).one()


def held_on(session: Session, customer: Customer) -> dict[int | None, str]:
    """The roles of people on a customer."""
    session.rollback()
    rows = session.scalars(select(CustomerAccess).where(CustomerAccess.customer_id == customer.id))
    return {one.user_id: one.role.name for one in rows}


def text_of(answer: TestResponse) -> str:
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).text_content().split())


def lines(answer: TestResponse) -> list[str]:
    """Whom the table of the Roles tab shows."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    return [row.get("data-kb-name") for row in tree.xpath("//tr[@data-kb-name][not(@hidden)]")]


def tab(customer: Customer, **more: str) -> str:
    return f"/customers/details/?id={customer.id}&tab=roles" + "".join(f"&{key}={text}" for key, text in more.items())


def copying(customer: Customer, source: Customer) -> str:
    return f"/customers/roles/copy/?id={customer.id}&from={source.id}"


@pytest.fixture
def here(session: Session, cast: Cast) -> Customer:
    """Here Bob reads, and Charlie manages."""
    customer = factories.customer(session, company_name="Nordhamn")
    factories.access(session, customer, role_of(session, "Reader"), cast.bob)
    factories.access(session, customer, role_of(session, "Manager"), cast.charlie)
    return customer


@pytest.fixture
def source(session: Session, cast: Cast) -> Customer:
    """There Alice registers, Bob edits, and Charlie nothing."""
    customer = factories.customer(session, company_name="Bron Logistik")
    factories.access(session, customer, role_of(session, "Registrar"), cast.alice)
    factories.access(session, customer, role_of(session, "Editor"), cast.bob)
    return customer


def test_TO_27_roles_are_copied_from_a_customer_that_is_found_and_that_is_taken_back(
    session: Session, client_for: ClientFor, cast: Cast, here: Customer, source: Customer
) -> None:
    factories.customer(session, company_name="Bron Zonder")
    dana, before = client_for("Dana"), held_on(session, here)
    find = dana.get(f"/customers/roles/copy/?id={here.id}&q=bron")
    assert "2 roles" in text_of(find)
    assert "no roles to copy" in text_of(find)
    (way,) = html.document_fromstring(find.get_data(as_text=True)).xpath("//tbody//th/a/@href")
    page = dana.get(way)
    said = text_of(page)
    assert "Nothing is saved yet." in said
    assert "Bob: may from now on: " in said
    assert "Charlie: " not in said
    assert held_on(session, here) == before
    done = dana.press(page, "Copy roles")
    assert (done.status_code, done.location) == (302, tab(here))
    assert held_on(session, here) == {cast.alice.id: "Registrar", cast.bob.id: "Editor", cast.charlie.id: "Manager"}
    card = dana.get(done.location)
    assert "Roles copied" in text_of(card)
    undo = html.document_fromstring(card.get_data(as_text=True)).find(".//div[@data-kb-toast]//form")
    assert dana.send(undo.get("action"), **dict(undo.form_values())).status_code == 302
    assert held_on(session, here) == before


def test_TO_27_a_role_that_is_only_here_is_taken_only_when_it_was_ticked_and_what_that_does_was_shown(
    session: Session, client_for: ClientFor, cast: Cast, here: Customer, source: Customer
) -> None:
    dana, before, charlie = client_for("Dana"), held_on(session, here), f"user-{cast.charlie.id}"
    page = dana.get(copying(here, source))
    nothing = dana.press(page, "Copy roles", row=[])
    assert (nothing.status_code, "Nothing is ticked" in text_of(nothing)) == (200, True)
    shown = dana.press(page, "Copy roles", row=charlie)
    assert (shown.status_code, "Charlie: may no longer: View" in text_of(shown)) == (200, True)
    assert held_on(session, here) == before
    looked = dana.press(shown, "Show what changes", row=[charlie, f"user-{cast.bob.id}"])
    assert (looked.status_code, "Bob: may from now on" in text_of(looked)) == (200, True)
    assert dana.press(shown, "Copy roles", plan="forged").status_code == 200
    assert held_on(session, here) == before
    assert dana.press(shown, "Copy roles").status_code == 302
    assert held_on(session, here) == {cast.bob.id: "Reader"}


def test_roles_that_changed_since_they_were_compared_are_shown_anew(
    session: Session, client_for: ClientFor, cast: Cast, here: Customer, source: Customer
) -> None:
    dana = client_for("Dana")
    page = dana.get(copying(here, source))
    grant.assign(session, SYSTEM, source.id, {Holder(user_id=cast.bob.id): role_of(session, "Manager").id})
    before = held_on(session, here)
    anew = dana.press(page, "Copy roles")
    assert (anew.status_code, "Archive" in text_of(anew), held_on(session, here)) == (200, True, before)
    # Nor does what was shown for one customer count for another.
    other = factories.customer(session)
    factories.access(session, other, role_of(session, "Reader"), cast.charlie)
    form = dict(html.document_fromstring(anew.get_data(as_text=True)).get_element_by_id("copy-form").form_values())
    assert dana.send(copying(other, source), **form).status_code == 200
    assert held_on(session, other) == {cast.charlie.id: "Reader"}


def test_roles_are_copied_by_who_manages_them_here_and_gives_no_more_than_they_have(
    session: Session, client_for: ClientFor, cast: Cast, here: Customer, source: Customer
) -> None:
    assert client_for("Bob").get(copying(here, source)).status_code == 403
    local = factories.role(session, rights=frozenset({"view", "manage-customer-roles"}))
    erik = factories.user(session, name="Erik")
    for customer in (here, source):
        factories.access(session, customer, local, erik)
    before, client = held_on(session, here), client_for("Erik")
    refused = client.press(client.get(copying(here, source)), "Copy roles")
    assert refused.status_code == 422
    assert "You cannot give rights you do not have y" in text_of(refused)
    assert held_on(session, here) == before
    with changeset(session, SYSTEM, "Archive"):
        here.archived_at = factories.A_MOMENT
    assert client_for("Dana").get(copying(here, source)).status_code == 422


def test_who_does_not_see_the_other_customer_learns_of_it_neither_here_nor_from_the_history(
    session: Session, client_for: ClientFor, here: Customer, source: Customer
) -> None:
    dana, charlie = client_for("Dana"), client_for("Charlie")
    assert dana.press(dana.get(copying(here, source)), "Copy roles").status_code == 302
    session.rollback()
    last = session.scalars(select(Changeset).order_by(Changeset.id.desc()).limit(1)).one()
    assert last.title.format(**last.values) == "Copy 2 roles from another customer to Nordhamn"
    history = charlie.get(f"/customers/details/?id={here.id}&tab=history&show=changes")
    assert "Copy 2 roles from another customer to Nordhamn" in text_of(history)
    for page in (history, charlie.get(f"/customers/roles/copy/?id={here.id}&q=logistik")):
        assert "Bron" not in text_of(page)
    assert charlie.get(copying(here, source)).status_code == 404


def test_customers_with_the_same_roles_have_nothing_to_copy(
    session: Session, client_for: ClientFor, here: Customer
) -> None:
    alike = factories.customer(session)
    for given in session.scalars(select(CustomerAccess).where(CustomerAccess.customer_id == here.id)).all():
        assert given.user is not None
        factories.access(session, alike, given.role, given.user)
    page = client_for("Dana").get(copying(here, alike))
    assert "There is nothing to copy." in text_of(page)
    assert "Show what changes" not in text_of(page)


def test_TO_27_TO_28_a_team_or_employee_is_looked_for_on_the_roles_tab(
    session: Session, client_for: ClientFor, cast: Cast, here: Customer
) -> None:
    team = factories.team(session, cast.charlie, name="Chârtering")
    factories.access(session, here, role_of(session, "Reader"), team)
    dana = client_for("Dana")
    assert lines(dana.get(tab(here))) == ["Chârtering", "Bob", "Charlie", "Alice", "Dana"]
    assert lines(dana.get(tab(here, search="CHAR"))) == ["Chârtering", "Charlie"]
    nobody = dana.get(tab(here, search="zzz"))
    assert lines(nobody) == []
    assert "No team or employee in this list is called that." in text_of(nobody)
    # What is changed and not saved stays in sight, and what the others have stays on the form.
    bob = f"user-{cast.bob.id}"
    address = f"/customers/roles/?id={here.id}&search=char"
    form = {bob: str(role_of(session, "Editor").id), f"was-{bob}": str(role_of(session, "Reader").id)}
    shown = dana.send(address, look="1", **form)
    assert lines(shown) == ["Chârtering", "Bob", "Charlie"]
    assert dana.press(shown, "Save roles").status_code == 302
    assert held_on(session, here)[cast.bob.id] == "Editor"
    assert held_on(session, here)[cast.charlie.id] == "Manager"


def test_TO_27_everyone_can_be_given_a_role_where_everyone_is_shown(
    session: Session, client_for: ClientFor, cast: Cast, here: Customer
) -> None:
    factories.user(session, name="Erik")
    factories.team(session, name="Office")
    dana = client_for("Dana")
    assert {"Erik", "Office"}.isdisjoint(lines(dana.get(tab(here))))
    page = dana.get(tab(here, show="everyone"))
    assert lines(page) == ["Office", "Bob", "Charlie", "Alice", "Dana", "Erik"]
    shown = dana.press(page, "Save roles", **{f"user-{cast.alice.id}": str(role_of(session, "Reader").id)})
    assert "Alice: may do the same as before" in text_of(shown)
    # A line with a change stands once on the page, among those with a role here.
    assert lines(shown).count("Alice") == 1
    assert dana.press(shown, "Save roles").status_code == 302
    assert held_on(session, here)[cast.alice.id] == "Reader"
    assert lines(client_for("Bob").get(tab(here, show="everyone", search="erik"))) == ["Erik"]


def test_of_many_people_the_one_who_is_looked_for_is_found(
    session: Session, client_for: ClientFor, here: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = role_of(session, "Reader").id
    for at in range(25):
        factories.user(session, name=f"Person {at:02}", role_id=reader)
    dana = client_for("Dana")
    page = dana.get(tab(here))
    assert "Person 24" not in lines(page)
    assert "and 7 more" in text_of(page)
    assert lines(dana.get(tab(here, search="24"))) == ["Person 24"]
    # What is not on the page at all, the server finds.
    monkeypatch.setattr(card_roles, "MOST", 22)
    assert "Person 24" not in dana.get(tab(here)).get_data(as_text=True).split("<tbody>")[1].split("</tbody>")[0]
    assert lines(dana.get(tab(here, search="24"))) == ["Person 24"]


def test_a_change_that_is_not_saved_is_on_the_page_however_many_people_there_are(
    session: Session, client_for: ClientFor, cast: Cast, here: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_roles, "MOST", 1)
    dana, charlie = client_for("Dana"), f"user-{cast.charlie.id}"
    assert lines(dana.get(tab(here)))[0] == "Bob"
    form = {charlie: str(role_of(session, "Reader").id), f"was-{charlie}": str(role_of(session, "Manager").id)}
    shown = dana.send(f"/customers/roles/?id={here.id}", look="1", **form)
    assert lines(shown)[0] == "Charlie"
    assert dana.press(shown, "Save roles").status_code == 302
    assert held_on(session, here)[cast.charlie.id] == "Reader"


def test_roles_are_not_copied_from_the_customer_itself(client_for: ClientFor, here: Customer) -> None:
    page = client_for("Dana").get(copying(here, here))
    assert page.status_code == 422
    assert "These are the roles of Nordhamn itself: choose another customer to copy from." in text_of(page)
