"""The page of the history: every event is told in full words, and what is left out is counted."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import html
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import access
from models.access import SYSTEM, Looker
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.journal import changeset, reading
from models.label import CustomerLabel
from models.operations import archive
from models.operations.configure import configure
from models.operations.save import save
from models.settings import Setting
from models.user import CustomerAccess
from tests import factories
from tests.conftest import Cast, ClientFor


def text_of(answer: TestResponse) -> str:
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).text_content().split())


def test_every_name_on_a_page_is_told_however_many_there_are(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, owner_id=cast.bob.id)
    for _ in range(21):
        with changeset(session, SYSTEM, "Import contacts"):
            session.execute(insert(Contact), [{"first_name": "Astrid", "last_name": "Holmgren"} for _ in range(20)])
        newest = session.scalars(select(Contact.id).order_by(Contact.id.desc()).limit(20)).all()
        with changeset(session, SYSTEM, "Import links"):
            session.execute(
                insert(CustomerContact), [{"customer_id": customer.id, "contact_id": contact} for contact in newest]
            )
    with changeset(session, SYSTEM, "Change the owner"):
        session.get_one(Customer, customer.id).owner_id = cast.alice.id
    page = text_of(client_for("Dana").get(f"/customers/details/?id={customer.id}&tab=history"))
    assert "no longer there, or not for you to see" not in page
    assert "Bob" in page


def test_records_that_are_not_listed_are_counted_by_record_not_by_field(
    session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = factories.customer(session)
    for _ in range(25):
        factories.address(session, customer)
    session.connection().execute(text("UPDATE address SET street = 'Nieuwe Kade 2', city = 'Delft'"))
    session.commit()
    card, dana = f"/customers/details/?id={customer.id}&tab=history", client_for("Dana")
    page = text_of(dana.get(card))
    assert "25 records" in page
    assert "and 5 more records" in page
    # Of the largest events no more than a part is counted.
    monkeypatch.setattr(reading, "COUNTED", 22)
    page = text_of(dana.get(card))
    assert "22+ records" in page
    assert "and 2+ more records" in page


def told(answer: TestResponse) -> list[tuple[str, list[str]]]:
    """What each group of lines is headed by, and its lines."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    return [
        (" ".join(head.text_content().split()), [" ".join(line.text_content().split()) for line in head.getnext()])
        for head in tree.xpath("//div[contains(@class, 'kb-event-body')]//h4")
    ]


def test_lines_of_several_records_are_headed_by_the_record_and_their_undo_names_it(
    session: Session, client_for: ClientFor
) -> None:
    names = ("Een B.V.", "Twee B.V.", "Drie B.V.")
    customers = [factories.customer(session, company_name=name) for name in names]
    with changeset(session, SYSTEM, "Change three"):
        for customer in customers:
            customer.phone, customer.email = f"+31 10 555 01{customer.id:02}", "nieuw@x.example"
    answer = client_for("Dana").get("/history/")
    heads = [head for head, lines in told(answer) if len(lines) == 2]
    assert heads == [f"Customer {name}" for name in names]
    tree = html.document_fromstring(answer.get_data(as_text=True))
    for customer in customers:
        assert tree.xpath(f"//h4/a[@href='/customers/details/?id={customer.id}']/text()") == [customer.company_name]
        assert tree.xpath(f"//button[@aria-label='Undo: Phone, {customer.company_name}']")


def test_what_came_from_outside_says_whose_it_is_also_on_a_page_of_many(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Een B.V.")
    address = factories.address(session, customer, street="Kade 1")
    session.connection().execute(text(f"UPDATE customer SET phone = '999' WHERE id = {customer.id}"))
    session.connection().execute(text(f"UPDATE address SET city = 'Delft' WHERE id = {address.id}"))
    session.commit()
    dana = client_for("Dana")
    assert told(dana.get("/history/"))[:2] == [
        ("Customer Een B.V.", ["Phonewas emptynow 999"]),
        ("Address Kade 1 · Customer Een B.V.", ["Citywas Groningennow Delft"]),
    ]


def test_labels_put_on_many_say_on_whom(session: Session, client_for: ClientFor) -> None:
    customers = [factories.customer(session, company_name=name) for name in ("Een B.V.", "Twee B.V.")]
    label = factories.label(session, name="Retainer")
    with changeset(session, SYSTEM, "Label two"):
        session.add_all(CustomerLabel(customer_id=customer.id, label_id=label.id) for customer in customers)
    heads = [head for head, lines in told(client_for("Dana").get("/history/")) if "Retainer" in lines[0]]
    assert heads == ["Customer Een B.V.", "Customer Twee B.V."]


def test_the_history_of_one_record_does_not_repeat_its_name(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Een B.V.")
    address = factories.address(session, customer, street="Kade 1")
    with changeset(session, SYSTEM, "Change the customer"):
        customer.phone = "999"
    with changeset(session, SYSTEM, "Change the address"):
        address.city = "Delft"
    answer = client_for("Dana").get(f"/customers/details/?id={customer.id}&tab=history")
    assert [head for head, _lines in told(answer)] == ["Address Kade 1"]
    assert 'aria-label="Undo: Phone"' in answer.get_data(as_text=True)
    assert 'aria-label="Undo: City, Kade 1"' in answer.get_data(as_text=True)


def test_a_changed_setting_is_told_in_the_words_of_the_settings_page(session: Session, client_for: ClientFor) -> None:
    first = {
        "use_portals": False,
        "deleting": "direct",
        "bin_days": 45,
        "company_name": "Haven & Co",
        "currency": "SEK",
    }
    configure(session, SYSTEM, first)
    configure(session, SYSTEM, {"use_portals": True, "deleting": "never", "bin_days": 1, "default_country": "SE"})
    lines = html.document_fromstring(client_for("Dana").get("/history/").text).xpath(
        "//div[contains(@class, 'kb-event-body')]//dl/div"
    )
    said = [" ".join(line.text_content().split()).removesuffix("Undo") for line in lines]
    assert said[:9] == [
        "Customer portalswas offnow on",
        "Deleting customerswas Directlynow Never",
        "Days in the binwas 45 daysnow 1 day",
        "Country of the firmwas Netherlandsnow Sweden",
        "Customer portalswas onnow off",
        "Deleting customerswas Only what is archivednow Directly",
        "Days in the binwas 30 daysnow 45 days",
        "Name of the firmwas Havenkwartier Adviesnow Haven & Co",
        "Currencywas EURnow SEK",
    ]


def test_codes_and_bare_numbers_are_told_as_people_say_them(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, language="nb", payment_term_days=30, vat_percentage=Decimal(21))
    with changeset(session, SYSTEM, "Change it"):
        customer.language, customer.payment_term_days, customer.vat_percentage = "sv", 1, Decimal("6.5")
        customer.distance_km = 1200
    page = text_of(client_for("Dana").get("/history/"))
    for said in (
        "Languagewas Norwegian Bokmålnow Swedish",
        "Payment termwas 30 daysnow 1 day",
        "was 21.00 %now 6.50 %",
        "was emptynow 1,200 km",
    ):
        assert said in page


def test_a_link_with_a_contact_is_titled_by_the_name_of_the_contact(
    session: Session, client_for: ClientFor, alice: Looker
) -> None:
    customer, contact = factories.customer(session), factories.contact(session, first_name="Mats", last_name="Berg")
    link = save(session, alice, CustomerContact, None, {"customer_id": customer.id, "contact_id": contact.id}).record
    save(session, alice, CustomerContact, link.id, {"function": "Finance"})
    page = text_of(client_for("Dana").get(f"/customers/details/?id={customer.id}&tab=history"))
    assert "Link contact Mats Berg" in page
    assert "Change the link of contact Mats Berg" in page


def test_the_undo_of_one_field_is_titled_by_that_field(session: Session, client_for: ClientFor, alice: Looker) -> None:
    customer = factories.customer(session, company_name="Een B.V.", phone="1", email="een@x.example")
    done = save(session, alice, Customer, customer.id, {"phone": "2", "email": "twee@x.example"}).changeset
    configure(session, SYSTEM, {"use_portals": False})
    off = configure(session, SYSTEM, {"use_portals": True})
    assert done is not None
    row = session.scalars(select(Setting.id)).one()
    dana = client_for("Dana")
    dana.send("/history/undo/", changeset=done.id, table="customer", row=customer.id, field="phone")
    dana.send("/history/undo/", changeset=off.id, table="setting", row=row, field="value")
    page = text_of(dana.get("/history/"))
    assert "Undid Phone of: Change customer Een B.V." in page
    assert "Undid Customer portals of: Change settings" in page
    dana.send("/history/undo/", changeset=done.id)
    assert "Undid: Change customer Een B.V." in text_of(dana.get("/history/"))


def put_away(session: Session, actor: Looker, *ids: int) -> None:
    archive.do(session, actor, Customer, ids, archive.plan(session, actor, Customer, ids).digest)


def test_a_title_counts_no_records_that_are_hidden(
    session: Session, client_for: ClientFor, cast: Cast, dana: Looker
) -> None:
    mine, *others = (factories.customer(session) for _ in range(3))
    role = factories.role(session, rights=frozenset({"view", "archive"}))
    factories.access(session, mine, role, cast.charlie)
    put_away(session, dana, mine.id, *(one.id for one in others))
    assert "Archive 3 customers" in text_of(client_for("Bob").get("/history/"))
    charlie = client_for("Charlie")
    for path in ("/history/", f"/customers/details/?id={mine.id}&tab=history", f"/customers/details/?id={mine.id}"):
        page = text_of(charlie.get(path))
        assert "Archive customers" in page, path
        assert "3 customers" not in page, path


def test_an_event_of_hidden_changes_only_is_not_told(session: Session, client_for: ClientFor, cast: Cast) -> None:
    customer = factories.customer(session)
    role = factories.role(session, rights=frozenset({"view", "edit"}))
    given = factories.access(session, customer, role, cast.charlie).id
    with changeset(session, access.looker_for(session, cast.charlie), "Change the phone"):
        customer.phone = "2"
    with changeset(session, SYSTEM, "Change the rate"):
        customer.hourly_rate = Decimal(90)
    with changeset(session, SYSTEM, "Change both"):
        customer.hourly_rate, customer.phone = Decimal(95), "3"
    paths = ("/history/", f"/customers/details/?id={customer.id}&tab=history&show=changes")
    charlie = client_for("Charlie")
    for path in (*paths, f"/customers/details/?id={customer.id}&tab=history"):
        page = text_of(charlie.get(path))
        assert "Change the phone" in page, path
        assert "Change both" in page, path
        assert "Change the rate" not in page, path
        assert "Change the rate" in text_of(client_for("Dana").get(path)), path
    with changeset(session, SYSTEM, "Take the role"):
        session.delete(session.get_one(CustomerAccess, given))
    assert "Change the phone" not in text_of(charlie.get("/history/"))


def test_a_record_that_is_gone_is_headed_by_what_it_was_called(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Een B.V.")
    with changeset(session, SYSTEM, "Change the phone"):
        customer.phone = "999"
    with changeset(session, SYSTEM, "Delete it"):
        session.delete(customer)
    answer = client_for("Dana").get("/history/")
    assert "Customer Een B.V." in [head for head, _lines in told(answer)]
    assert f'/customers/details/?id={customer.id}"' not in answer.get_data(as_text=True)
