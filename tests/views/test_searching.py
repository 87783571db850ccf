"""Search everything, as a page and for the palette: the same hits, and the actions that the person who looks may take."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import SYSTEM
from models.operations.configure import configure
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.pages import PageClient


def palette(client: PageClient, typed: str) -> dict[str, list[dict[str, Any]]]:
    """The groups of the palette by title; the pieces of a text put together."""
    answer = client.get("/search/palette/", query_string={"q": typed})
    assert answer.status_code == 200
    groups = answer.get_json()["groups"]
    whole = {"name": "name", "detail": "detail"}
    return {
        group["title"]: [
            {**hit, **{name: "".join(text for text, _is_found in hit[name]) for name in whole}} for hit in group["hits"]
        ]
        for group in groups
    }


def test_TC_02_TL_11_the_palette_finds_by_name_number_nickname_mail_and_phone_and_says_where_it_leads(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(
        session,
        company_name="Nordhamn Logistik AB",
        number="K-10031",
        nickname="Zwaan",
        email="post@nordhamn.example",
        phone="+46 31 700 10 20",
    )
    factories.address(session, customer, city="Göteborg", is_head_office=True)
    factories.customer(session, company_name="Iets Anders B.V.", number="K-7")
    hit = {
        "href": f"/customers/details/?id={customer.id}",
        "icon": "shop",
        "name": "Nordhamn Logistik AB",
        "detail": "K-10031 · Göteborg",
    }
    bob = client_for("Bob")
    for typed in (
        "nordh",
        "K-10031",
        "K10031",
        "nordhamn-logistik",
        "zwaan",
        "post@nordhamn",
        "031-700 10 20",
        "goteborg",
        "nordhomn",
    ):
        assert palette(bob, typed)["Customers"] == [hit], typed
    pieces = bob.get("/search/palette/?q=nord").get_json()["groups"][0]["hits"][0]["name"]
    assert pieces == [["Nord", True], ["hamn Logistik AB", False]]


def test_the_palette_finds_contacts_projects_and_labels(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Haven B.V.")
    person = factories.contact(session, first_name="Noor", last_name="Dekker", job_title="Operations manager")
    factories.link(session, customer, person)
    project = factories.project(session, customer, name="Noordkaap", number="P-7")
    label = factories.label(session, name="Noordelijk")
    found = palette(client_for("Dana"), "noor")
    assert found["Contacts"][0]["href"] == f"/contacts/details/?id={person.id}"
    assert found["Contacts"][0]["detail"] == "Operations manager · Haven B.V."
    assert found["Projects"][0]["href"] == f"/projects/details/?id={project.id}"
    assert found["Projects"][0]["detail"] == "P-7 · Haven B.V."
    assert found["Labels"][0]["href"] == f"/labels/details/?id={label.id}"


def test_TC_06_the_palette_makes_a_customer_of_what_was_typed_for_who_may(client_for: ClientFor) -> None:
    made = {one["name"]: one["href"] for one in palette(client_for("Alice"), "Nord & Zn")["Do"]}
    assert made == {
        "New customer “Nord & Zn”": "/customers/new/?name=Nord+%26+Zn",
        "New contact “Nord & Zn”": "/contacts/new/?name=Nord+%26+Zn",
        "Search “Nord & Zn” in all customers": "/customers/?search=Nord+%26+Zn&archived=all",
    }
    assert [one["href"] for one in palette(client_for("Bob"), "Nord & Zn")["Do"]] == [
        "/customers/?search=Nord+%26+Zn&archived=all"
    ]


def test_the_palette_goes_where_one_may_go_and_nowhere_else(client_for: ClientFor) -> None:
    dana, bob = (
        {one["name"] for group in [palette(client_for(name), "")] for one in group["Do"]} for name in ("Dana", "Bob")
    )
    assert {"New customer", "Customers", "Imports", "Settings", "Bin", "Profile and settings"} <= dana
    assert "Customers" in bob
    assert not {"New customer", "Imports", "Settings"} & bob
    only = palette(client_for("Dana"), ">sett")
    assert {title: [one["name"] for one in hits] for title, hits in only.items()} == {
        "Do": ["Settings", "Profile and settings"]
    }


def test_the_palette_leads_to_what_is_archived_and_to_pages_that_are_in_no_menu(
    session: Session, client_for: ClientFor
) -> None:
    def found(name: str, typed: str) -> dict[str, str]:
        return {one["name"]: one["href"] for one in palette(client_for(name), typed).get("Do", [])}

    archived = {
        "Customers: Archived": "/customers/?archived=archived",
        "Projects: Archived": "/projects/?archived=archived",
    }
    assert found("Dana", "> archiv") == found("Bob", "> archiv") == archived
    assert found("Dana", ">disab") == {"Users: Disabled": "/users/?archived=archived"}
    assert found("Bob", ">disab") == {}
    assert {"Lists": "/lists/", "Keys": "/keys/", "Agreements": "/agreements/"}.items() <= (
        found("Bob", ">lists") | found("Bob", ">keys") | found("Bob", ">agree")
    ).items()
    configure(session, SYSTEM, {"use_agreements": False})
    session.commit()
    assert found("Dana", ">agree") == {}
    assert "Keys" not in found("Dana", ">")
    for name in ("Dana", "Bob"):
        for href in [*archived.values(), *found(name, ">a").values(), *found(name, ">e").values()]:
            assert client_for(name).get(href).status_code == 200, (name, href)


def test_the_palette_finds_a_name_that_begins_with_the_sign_of_actions(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, company_name=">settle B.V.")
    assert [one["name"] for one in palette(client_for("Bob"), ">sett")["Customers"]] == [">settle B.V."]


def test_neither_the_palette_nor_the_page_knows_what_may_not_be_seen(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    mine = factories.customer(session, company_name="Noord Mijn B.V.")
    hidden = factories.customer(session, company_name="Noord Verborgen B.V.")
    person = factories.contact(session, first_name="Noor", last_name="Noord")
    for customer in (hidden, mine):
        factories.link(session, customer, person)
        factories.project(session, customer, name=f"Noord {customer.name}")
    factories.access(session, mine, session.scalars(select(Role).where(Role.name == "Reader")).one(), cast.charlie)
    charlie = client_for("Charlie")
    for typed in ("noord", "nord", "noort"):
        assert "Verborgen" not in charlie.get(f"/search/palette/?q={typed}").get_data(as_text=True)
        assert "Verborgen" not in charlie.get(f"/search/?q={typed}").get_data(as_text=True)
    assert [one["name"] for one in palette(charlie, "noord")["Customers"]] == ["Noord Mijn B.V."]


@pytest.mark.parametrize("typed", ["<script>", '"', "%", "'; --", "\x00", "x" * 500, "@", "#", ">"])
def test_any_text_can_be_asked_for(client_for: ClientFor, typed: str) -> None:
    dana = client_for("Dana")
    dana.typed = (typed,)
    assert "Customers" not in palette(dana, typed)
    assert dana.get("/search/", query_string={"q": typed}).status_code == 200


def test_the_page_marks_what_was_found_and_offers_what_the_palette_does(
    session: Session, client_for: ClientFor
) -> None:
    factories.customer(session, company_name="Nordhamn Logistik AB")
    page = client_for("Alice").get("/search/?q=nord")
    tree = html.document_fromstring(page.get_data(as_text=True))
    assert tree.xpath("//main//mark/text()") == ["Nord"]
    assert tree.xpath("//main//a[@href='/customers/new/?name=nord']")


def test_the_box_in_the_top_bar_searches_without_javascript(client_for: ClientFor) -> None:
    tree = html.document_fromstring(client_for("Bob").get("/customers/").get_data(as_text=True))
    (form,) = tree.xpath("//form[@data-kb-palette]")
    assert (form.get("action"), form.get("method"), form.get("data-kb-palette")) == (
        "/search/",
        "get",
        "/search/palette/",
    )
    assert form.xpath(".//input/@name") == ["q"]
