"""Addresses on the card of a customer and on their own pages."""

from __future__ import annotations

from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import settings
from models.access import SYSTEM
from models.customer import Address
from models.journal import Changeset, changeset
from models.operations.configure import configure
from tests import factories
from tests.conftest import ClientFor
from tests.views.test_forms import at_fields
from tests.views.test_imports import plan_of, text_of


def test_VS_18_an_address_is_added_from_the_card_and_becomes_the_head_office(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    factories.address(session, factories.customer(session, number="K-2"))
    card = f"/customers/details/?id={customer}&tab=contact"
    assert f"/addresses/new/?customer={customer}" in alice.get(card).get_data(as_text=True)
    for city in ("Assen", "Breda"):
        done = alice.send(f"/addresses/new/?customer={customer}", customer_id=customer, city=city, country="NL")
        assert done.location == card
    shown = text_of(alice.get(card))
    assert "Assen" in shown
    assert "Make head office" in shown
    session.rollback()
    breda = session.scalars(select(Address).where(Address.city == "Breda")).one().id
    page = alice.get(f"/addresses/action/?action=head-office&rowid={breda}")
    assert "Assen stays, and is the head office no more." in text_of(page)
    assert alice.send("/addresses/action/", action="head-office", plan=plan_of(page)).location == card
    session.rollback()
    assert session.get_one(Address, breda).is_head_office


def titles(session: Session) -> list[str]:
    """What the history calls what was done."""
    session.rollback()
    return [kept.title.format(**kept.values) for kept in session.scalars(select(Changeset))]


def test_an_address_of_which_only_a_name_or_a_country_is_known_is_called_by_that(
    client_for: ClientFor, session: Session
) -> None:
    customer = factories.customer(session).id
    alice = client_for("Alice")
    path = f"/addresses/new/?customer={customer}"
    for fields, name in (({"label": "Loods", "country": "NL"}, "Loods"), ({"country": "SE"}, "SE")):
        alice.send(path, customer_id=customer, **fields)
        assert f"{name} added" in text_of(alice.get(f"/customers/details/?id={customer}"))
        assert f"Add address {name}" in titles(session)


def test_VS_22_an_address_has_a_page_with_its_history(client_for: ClientFor, session: Session) -> None:
    alice = client_for("Alice")
    address = factories.address(session, factories.customer(session), city="Assen")
    alice.edit(f"/addresses/edit/?id={address.id}", city="Assen", street="Kade 1")
    assert "Kade 1" in text_of(alice.get(f"/addresses/details/?id={address.id}"))


def test_TL_13_a_route_is_a_link_where_the_settings_have_an_address_of_the_firm(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    factories.address(session, customer, street="Kade 1", city="Assen", country="NL")
    card = f"/customers/details/?id={customer.id}&tab=contact"
    assert "maps" not in alice.get(card).get_data(as_text=True)
    with changeset(session, SYSTEM, "Settings"):
        settings.put(session, "start_address", "Coolsingel 40, Rotterdam")
    page = alice.get(card).get_data(as_text=True)
    assert "origin=Coolsingel+40%2C+Rotterdam" in page
    assert 'rel="noopener noreferrer"' in page


def test_TL_12_invoices_go_to_the_head_office_unless_another_address_is_for_them(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    factories.address(session, customer, city="Assen", is_head_office=True)
    breda = factories.address(session, customer, city="Breda", is_head_office=False).id
    card = f"/customers/details/?id={customer.id}&tab=contact"

    def place_of_invoices() -> str:
        tree = html.document_fromstring(alice.get(card).get_data(as_text=True))
        boxes = tree.xpath("//div[contains(@class, 'kb-box ')][.//*[normalize-space()='Invoices']]//h3")
        return " ".join(box.text_content() for box in boxes)

    assert place_of_invoices() == "Assen"
    page = alice.get(f"/addresses/action/?action=invoices&rowid={breda}")
    assert "Until now they go to the head office." in text_of(page)
    alice.send("/addresses/action/", action="invoices", plan=plan_of(page))
    assert place_of_invoices() == "Breda"


def test_an_address_is_deleted_on_a_page_that_says_where_invoices_go_then(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    factories.address(session, customer, city="Assen", is_head_office=True)
    breda = factories.address(session, customer, city="Breda", is_head_office=False, is_invoice=True).id
    page = alice.get(f"/addresses/delete/?id={breda}")
    assert "Invoices go to the head office from then on." in text_of(page)
    assert alice.send("/addresses/delete/", plan=plan_of(page)).status_code == 302
    session.rollback()
    assert session.get(Address, breda) is None
    assert "Breda" in text_of(alice.get("/bin/"))


def test_TL_17_without_separate_addresses_for_invoices_no_address_says_that_it_is_one(
    client_for: ClientFor, session: Session
) -> None:
    customer = factories.customer(session)
    factories.address(session, customer, city="Assen", is_head_office=True)
    breda = factories.address(session, customer, city="Breda", is_invoice=True)
    dana, card = client_for("Dana"), f"/addresses/details/?id={breda.id}"
    leaving = f"/addresses/action/?action=delete&rowid={breda.id}"
    said = "Invoices go to the head office from then on."

    def meta() -> str:
        found = html.document_fromstring(dana.get(card).text).xpath("//h1/../..")
        return " ".join(one.text_content() for one in found)

    assert "Invoices" in meta()
    assert said in text_of(dana.get(leaving))
    configure(session, SYSTEM, {"invoice_addresses": False})
    assert "Invoices" not in meta()
    assert said not in text_of(dana.get(leaving))


def test_the_card_offers_to_send_invoices_to_each_address_but_the_one_they_go_to(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    head = factories.address(session, customer, city="Assen", is_head_office=True).id
    breda = factories.address(session, customer, city="Breda", is_head_office=False).id
    card = f"/customers/details/?id={customer.id}&tab=contact"

    def offered() -> list[str]:
        tree = html.document_fromstring(alice.get(card).get_data(as_text=True))
        return [
            link.get("href").rpartition("=")[2] for link in tree.xpath("//a[normalize-space()='Send invoices here']")
        ]

    assert offered() == [str(breda)]
    alice.send(
        "/addresses/action/",
        action="invoices",
        plan=plan_of(alice.get(f"/addresses/action/?action=invoices&rowid={breda}")),
    )
    assert offered() == [str(head)]
    with changeset(session, SYSTEM, "Settings"):
        settings.put(session, "invoice_addresses", False)
    assert offered() == []


def test_the_form_of_a_new_address_leads_up_to_the_card_it_is_added_from(
    client_for: ClientFor, session: Session
) -> None:
    customer = factories.customer(session, company_name="Kade B.V.")
    page = client_for("Alice").get(f"/addresses/new/?customer={customer.id}").get_data(as_text=True)
    way = html.document_fromstring(page).xpath("//nav[contains(@class, 'kb-crumbs')]//a")
    assert [(link.text_content(), link.get("href")) for link in way] == [
        ("Customers", "/customers/"),
        ("Kade B.V.", f"/customers/details/?id={customer.id}&tab=contact"),
    ]


def test_an_address_that_says_nothing_is_refused_and_so_is_one_that_is_emptied(
    client_for: ClientFor, session: Session
) -> None:
    customer = factories.customer(session, company_name="Een B.V.")
    alice, path = client_for("Alice"), f"/addresses/new/?customer={customer.id}"
    assert "street" in at_fields(alice.send(path, customer_id=customer.id))
    assert alice.send(path, customer_id=customer.id, city="Assen").status_code == 302
    fields = dict.fromkeys(
        (f"head_office_{name}" for name in ("street", "street_2", "postal_code", "city", "region", "country")), ""
    )
    emptied = alice.edit(f"/customers/edit/?id={customer.id}", company_name="Een B.V.", **fields)
    assert "says nothing" in at_fields(emptied)["head_office_street"]
    session.rollback()
    assert session.scalars(select(Address.city)).all() == ["Assen"]
