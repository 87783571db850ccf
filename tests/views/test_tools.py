"""The tab Tools of a customer: links outside, what other programs do, and nothing of it while it is off (TS-28)."""

from __future__ import annotations

from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import SYSTEM
from models.customer import For, Kind
from models.operations.configure import configure
from models.tool import FIELDS, ToolLink
from tests import factories
from tests.conftest import ClientFor
from tests.views.test_customers import text_of
from tests.views.test_links import links_in
from tests.views.test_switches import turn_off

REGISTER = "https://register.example/company/{vat_number}?name={name}"


def tools_of(customer: int) -> str:
    """The tab."""
    return f"/customers/details/?id={customer}&tab=tools"


def test_TS_28_the_tab_has_the_offices_links_with_where_they_lead_and_what_goes_along(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Een & Twee", vat_number="NL1").id
    factories.tool_link(session, REGISTER, name="Register")
    factories.tool_link(session, "https://only-people.example/{name}", name="People", for_kind=For.PRIVATE)
    bob = client_for("Bob")
    page = bob.get(tools_of(customer))
    tree = html.document_fromstring(page.get_data(as_text=True))
    (link,) = tree.xpath("//a[.='Register']")
    assert link.get("href") == "https://register.example/company/NL1?name=Een%20%26%20Twee"
    assert link.get("rel") == "noopener noreferrer"
    assert "Registerregister.example Goes along: VAT number NL1, Name Een & Twee" in text_of(page)
    assert "People" not in text_of(page)
    person = factories.customer(session, kind=Kind.PRIVATE, first_name="A", last_name="B", company_name=None).id
    assert "https://only-people.example/A%20B" in links_in(bob.get(tools_of(person)))


def test_TS_28_a_link_says_what_is_missing_instead_of_leading_somewhere(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Een").id
    factories.tool_link(session, f"{REGISTER}&city={{city}}", name="Register")
    page = client_for("Bob").get(tools_of(customer))
    assert "Missing: VAT number, City" in text_of(page)
    assert not [href for href in links_in(page) if "register.example" in href]


def test_TS_28_what_the_card_does_with_other_programs_goes_by_the_same_rights_and_switches(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, email="info@een.example", website="www.een.example", vat_number="NL1")
    factories.address(session, customer, is_head_office=True, street="Kade 1", city="Delft")
    alice, bob, tab = client_for("Alice"), client_for("Bob"), tools_of(customer.id)
    assert {"mailto:info@een.example", "https://www.een.example"} <= {*links_in(bob.get(tab))}
    assert f"/customers/mail/?id={customer.id}" in links_in(bob.get(tab))
    assert "Route" not in text_of(bob.get(tab)).partition("With other programs")[2]
    assert "Update from the register" not in text_of(alice.get(tab))
    configure(session, SYSTEM, {"ask_registers": True, "start_address": "Haven 2, Rotterdam"})
    session.commit()
    assert any("maps/dir" in href and "Delft" in href for href in links_in(bob.get(tab)))
    assert "Update from the register" in text_of(alice.get(tab)).partition("With other programs")[2]
    assert "Update from the register" not in text_of(bob.get(tab))


def test_TS_28_the_links_are_kept_on_a_page_that_says_what_is_wrong_with_an_address(
    session: Session, client_for: ClientFor
) -> None:
    dana = client_for("Dana")
    dana.typed = [f"{{{name}}}" for name in FIELDS] + list(FIELDS)
    assert "/tool-links/" in links_in(dana.get("/lists/"))
    new = dana.get("/tool-links/new/")
    wrong = dana.press(new, "Save", name="Register", url="https://register.example/{phone}")
    assert wrong.status_code == 422
    assert "There is no field phone. You can use: number, name, vat_number" in text_of(wrong)
    host = dana.press(new, "Save", name="Register", url="https://{city}.example/")
    assert "not into the host" in text_of(host)
    done = dana.press(wrong, "Save", url=REGISTER)
    assert done.status_code == 302
    assert "register.example" in text_of(dana.get(done.location))
    assert session.scalars(select(ToolLink.url)).one() == REGISTER
    assert client_for("Alice").get("/tool-links/new/").status_code == 403


def test_TS_28_who_does_not_see_the_customer_sees_no_tab_of_it(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session).id
    assert client_for("Charlie").get(tools_of(customer)).status_code == 404


def test_TS_28_TL_42_tools_are_nowhere_while_they_are_off(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, vat_number="NL1").id
    link = factories.tool_link(session, REGISTER, name="Handelsregister").id
    dana = client_for("Dana")
    dana.typed = [REGISTER]
    card = f"/customers/details/?id={customer}"
    pages = (card, tools_of(customer), "/lists/", "/search/palette/?q=%3Etools", "/history/")
    words = ("tab=tools", "tool-links", "Handelsregister", "Links to tools", "Link to a tool")

    def named() -> list[tuple[str, str]]:
        texts = {page: dana.get(page).get_data(as_text=True) for page in pages}
        return [(page, word) for page, text in texts.items() for word in words if word in text and word not in page]

    assert {page for page, _word in named()} == set(pages)
    turn_off(session, "use_tools")
    assert named() == []
    assert [dana.get(f"/tool-links/{path}").status_code for path in ("", f"details/?id={link}", "new/")] == [404] * 3
    # Its address leads to the first tab, as one of a tab that there never was.
    assert "Totals per period" in text_of(dana.get(tools_of(customer)))
    session.rollback()
    configure(session, SYSTEM, {"use_tools": True})
    session.commit()
    assert "Handelsregister" in text_of(dana.get(tools_of(customer)))
