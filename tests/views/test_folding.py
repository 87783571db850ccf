"""Sections of the cards that fold, and stay so for the person who folded them."""

from __future__ import annotations

from lxml import html
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import ClientFor
from tests.pages import PageClient


def open_sections(client: PageClient, customer_id: int, tab: str = "contact") -> dict[str, bool]:
    """The sections of a card that fold, and whether they are open."""
    page = html.document_fromstring(client.get(f"/customers/details/?id={customer_id}&tab={tab}").text)
    found = page.xpath("//details[@data-kb-fold]")
    return {section.get("data-kb-fold"): section.get("open") is not None for section in found}


def test_TL_05_TL_06_what_somebody_folds_stays_folded_on_the_next_card_too(
    session: Session, client_for: ClientFor
) -> None:
    one, other = factories.customer(session), factories.customer(session)
    bob = client_for("Bob")
    assert bob.send("/profile/folded/one", section="contacts", folded="1").status_code == 204
    for customer in (one, other):
        shown = open_sections(bob, customer.id)
        assert (shown["contacts"], shown["addresses"]) == (False, True)
    assert open_sections(client_for("Alice"), one.id)["contacts"], "a habit of one person"
    bob.send("/profile/folded/one", section="contacts", folded="")
    assert open_sections(bob, one.id)["contacts"]


def test_without_javascript_the_profile_says_what_is_folded(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    bob = client_for("Bob")
    bob.send("/profile/folded/one", section="summary", folded="1")
    profile = bob.get("/profile/")
    assert bob.press(profile, "Save sections", section=["periods", "employees"]).status_code == 302
    assert open_sections(bob, customer.id, "overview") == {
        "periods": False,
        "employees": False,
        "summary": True,
        "latest": True,
    }


def test_a_section_that_there_is_not_is_refused(client_for: ClientFor) -> None:
    assert client_for("Bob").send("/profile/folded/one", section="x" * 50, folded="1").status_code == 400


def test_every_section_that_folds_is_one_of_those_the_profile_lists(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    dana = client_for("Dana")
    page = html.document_fromstring(dana.get("/profile/").text)
    listed = set(page.xpath("//input[@name='section']/@value"))
    for tab in ("overview", "contact", "projects", "finance", "settings"):
        shown = open_sections(dana, customer.id, tab)
        assert shown, tab
        assert shown.keys() <= listed
