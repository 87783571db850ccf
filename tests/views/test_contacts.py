"""Contacts on their pages: of which kind they are, at which customers, and how they become one."""

from __future__ import annotations

import csv
import datetime as dt
import io

from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import settings
from models.access import SYSTEM
from models.contact import Contact
from models.customer import Customer
from models.journal import changeset
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_customers import names, text_of


def test_TS_02_TS_09_TS_10_TS_24_TS_25_a_contact_is_a_person_or_on_file_as_a_firm(
    session: Session, client_for: ClientFor
) -> None:
    dana = client_for("Dana")
    customer = factories.customer(session, company_name="Nordhamn AB")
    for kind, given in (
        ("business", {"company_name": "Berg Advies"}),
        ("private", {"first_name": "Freya", "last_name": "Berg"}),
    ):
        path = f"/contacts/new/?customer={customer.id}"
        assert dana.send(path, kind=kind, **given, job_title="Advice").status_code == 302
    session.rollback()
    assert {contact.name: contact.kind.value for contact in session.scalars(select(Contact))} == {
        "Berg Advies": "business",
        "Freya Berg": "private",
    }
    for contact in session.scalars(select(Contact)):
        assert "Job titleAdvice" in text_of(dana.get(f"/contacts/details/?id={contact.id}"))
    assert names(dana.get("/contacts/?kind=business")) == ["Berg Advies"]
    assert names(dana.get("/contacts/?kind=private")) == ["Freya Berg"]


def test_TC_23_TS_11_TS_12_a_contact_of_two_customers_is_on_the_cards_of_both(
    session: Session, client_for: ClientFor
) -> None:
    contact = factories.contact(session, first_name="Freya", last_name="Berg")
    customers = [factories.customer(session, company_name=name) for name in ("Een B.V.", "Twee B.V.")]
    for customer in customers:
        factories.link(session, customer, contact)
    bob = client_for("Bob")
    shown = text_of(bob.get(f"/contacts/details/?id={contact.id}"))
    assert "Een B.V." in shown
    assert "Twee B.V." in shown
    for customer in customers:
        assert "Freya Berg" in text_of(bob.get(f"/customers/details/?id={customer.id}&tab=contact"))


def test_TS_13_TS_15_ticked_contacts_become_customers_with_all_that_a_customer_has(
    session: Session, client_for: ClientFor
) -> None:
    keys = [factories.contact(session, last_name=name).id for name in ("Een", "Twee")]
    dana = client_for("Dana")
    form = html.document_fromstring(dana.get("/contacts/").get_data(as_text=True))
    assert form.xpath("//button[@name='action'][@value='convert'][@form='rows']")
    page = dana.send("/contacts/action/", action="convert", rowid=keys)
    assert "Convert 2 contacts to customers" in text_of(page)
    (button,) = html.document_fromstring(page.get_data(as_text=True)).xpath("//button[@form='verb']/span/text()")
    assert dana.press(page, button).status_code == 302
    session.rollback()
    customers = session.scalars(select(Customer)).all()
    assert {customer.name for customer in customers} == {"Astrid Een", "Astrid Twee"}
    for tab in ("overview", "contact", "projects", "roles"):
        assert dana.get(f"/customers/details/?id={customers[0].id}&tab={tab}").status_code == 200


def test_VS_25_contacts_with_a_keyword_are_listed_and_exported(session: Session, client_for: ClientFor) -> None:
    keyword = factories.label(session, name="Newsletter")
    wanted, _other = (factories.contact(session, last_name=name) for name in ("Wel", "Niet"))
    factories.put_label(session, keyword, contact=wanted)
    dana, query = client_for("Dana"), f"label={keyword.id}"
    assert names(dana.get(f"/contacts/?{query}")) == ["Astrid Wel"]
    body = dana.get(f"/contacts/export/csv/?{query}").get_data().decode("utf-8-sig")
    _head, row = csv.reader(io.StringIO(body), delimiter=";")
    assert "Astrid Wel" in row


def test_VS_25_the_mailing_list_of_a_function_is_looked_at_and_taken_along_with_the_rows_that_were_shown(
    session: Session, client_for: ClientFor
) -> None:
    one, other = (factories.customer(session, company_name=name) for name in ("Een B.V.", "Twee B.V."))
    freya, mats = (factories.contact(session, first_name=name, last_name="Berg") for name in ("Freya", "Mats"))
    factories.link(session, one, freya, function="Finance, in charge")
    factories.link(session, other, freya, function="Board")
    factories.link(session, other, mats, function="Board")
    alice, bob = client_for("Alice"), client_for("Bob")
    page = html.document_fromstring(alice.get("/contacts/filters/").get_data(as_text=True))
    offered = page.xpath("//select[@name='add.function']/option/@value")
    assert offered == ["", "Board", "Finance, in charge"]
    listed = alice.get("/contacts/?add.function=Finance, in charge", follow_redirects=True)
    assert names(listed) == ["Freya Berg"]
    (mailing,) = {
        one for one in html.document_fromstring(listed.get_data(as_text=True)).xpath("//a/@href") if "/mailing/" in one
    }
    shown = alice.get(mailing)
    assert "Een B.V." in text_of(shown)
    assert "Twee B.V." not in text_of(shown)
    for kind in ("csv", "xlsx"):
        (file,) = html.document_fromstring(shown.get_data(as_text=True)).xpath(
            f"//a[contains(@href, '/{kind}/')]/@href"
        )
        answer = alice.get(file)
        assert f"mailing-{factories.today().isoformat()}.{kind}" in answer.headers["Content-Disposition"]
        body = answer.get_data()
        if kind == "csv":
            _head, row = csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";")
            assert {"Freya Berg", "Finance, in charge", "Een B.V."} <= {*row}
    both = text_of(alice.get("/contacts/mailing/?per=customer"))
    assert both.count("Freya Berg") == 2
    for path in ("/contacts/mailing/", "/contacts/mailing/csv/"):
        assert bob.get(path).status_code == 403
    assert alice.get("/contacts/mailing/pdf/").status_code == 404


def test_VS_25_contacts_are_filtered_by_what_kind_of_contact_they_are(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    for name, marks in (("Freya", {"is_main": True}), ("Mats", {"is_invoice_contact": True}), ("Oskar", {})):
        factories.link(session, customer, factories.contact(session, first_name=name, last_name="Berg"), **marks)
    alice = client_for("Alice")
    assert names(alice.get("/contacts/?with=main_contact")) == ["Freya Berg"]
    assert names(alice.get("/contacts/?with=main_contact,invoice_contact")) == ["Freya Berg", "Mats Berg"]
    assert "Invoice contact" in text_of(alice.get("/contacts/?with=invoice_contact"))


def test_TS_18_where_the_settings_say_never_no_page_offers_to_delete_a_contact_or_a_customer(
    session: Session, client_for: ClientFor
) -> None:
    customer, contact = factories.customer(session), factories.contact(session, first_name="Freya", last_name="Berg")
    factories.link(session, customer, contact)
    gone = factories.customer(session, archived_at=factories.A_MOMENT)
    pages = (
        f"/customers/details/?id={customer.id}&tab=contact",
        f"/contacts/details/?id={contact.id}",
        f"/customers/details/?id={gone.id}",
        "/contacts/?archived=all",
        "/customers/?archived=all",
    )
    dana = client_for("Dana")

    def offering() -> list[str]:
        return [page for page in pages if "Delete…" in text_of(dana.get(page))]

    assert offering() == list(pages)
    with changeset(session, SYSTEM, "Settings"):
        settings.put(session, "deleting", "never")
    assert offering() == []
    refused = dana.get(f"/contacts/delete/?id={contact.id}")
    assert refused.status_code == 422
    assert "Deleting is switched off in the settings." in text_of(refused)


def test_who_deactivates_a_contact_is_told_where_it_is_as_far_as_that_may_be_seen(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    ingrid = factories.contact(session, first_name="Ingrid", last_name="Berg")
    seen, unseen = (factories.customer(session, company_name=name) for name in ("Alfa", "Geheim"))
    factories.link(session, seen, ingrid, is_main=True, is_invoice_contact=True)
    factories.link(session, unseen, ingrid, is_main=True)
    expires = factories.today() + dt.timedelta(days=9)
    factories.portal_grant(session, factories.portal(session, seen), ingrid, expires_on=expires)
    factories.portal_grant(session, factories.portal(session, unseen), ingrid, expires_on=expires)
    manager = session.scalars(select(Role).where(Role.name == "Manager")).one()
    factories.access(session, seen, manager, cast.charlie)
    path = f"/contacts/action/?action=archive&rowid={ingrid.id}"

    def told(name: str) -> list[str]:
        page = html.document_fromstring(client_for(name).get(path).get_data(as_text=True))
        return [" ".join(" ".join(line.itertext()).split()) for line in page.xpath("//*[@class='kb-effects']/li")]

    assert told("Charlie") == [
        "2 customers keep it as a contact Alfa, 1 more",
        "1 customer has it as main contact Alfa",
        "1 customer has it as invoice contact Alfa",
        "1 invitation to a portal is paused Alfa",
    ]
    assert told("Dana") == [
        "2 customers keep it as a contact Alfa, Geheim",
        "2 customers have it as main contact Alfa, Geheim",
        "1 customer has it as invoice contact Alfa",
        "2 invitations to portals are paused Alfa, Geheim",
    ]
