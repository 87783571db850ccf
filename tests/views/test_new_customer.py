"""A new customer: made from anywhere, with its contacts on one form, and never a second time without being asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.contact import Contact, CustomerContact
from models.customer import Customer, Kind
from models.journal import Changeset
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_forms import at_fields, text_of, typed

NEW = "/customers/new/"
FIRM = {"kind": "business", "company_name": "Havenbedrijf Noord B.V."}
INGRID = {
    "contact-0-contact_id-first_name": "Ingrid",
    "contact-0-contact_id-last_name": "Bergström",
    "contact-0-contact_id-email": "ingrid@haven.example",
    "contact-0-contact_id-phone": "+31 10 555 0100",
    "contact-0-function": "Administratie",
    "contact-0-is_invoice_contact": "y",
}
PETER = {"contact-1-contact_id-first_name": "Peter", "contact-1-contact_id-last_name": "de Wit"}


def offered(page: TestResponse) -> list[str]:
    """What the + in the top bar leads to."""
    tree = html.document_fromstring(page.get_data(as_text=True))
    return tree.xpath("//header//details[summary[@aria-label='Add']]//a/@href")


def count(session: Session, noun: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(noun)) or 0


def said(answer: TestResponse) -> Sequence[str]:
    """The customers that the form names as possibly the same."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    return tree.xpath("//*[@id='alike']//li/a/text()")


def test_TC_06_the_plus_in_the_top_bar_leads_to_a_new_customer_or_contact_from_any_page(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    for path in ("/history/", "/customers/", "/search/?q=x"):
        assert offered(alice.get(path)) == ["/customers/new/", "/contacts/new/"]
    assert offered(client_for("Bob").get("/customers/")) == []


def test_TC_07_TC_11_TC_12_TO_10_contacts_typed_along_are_saved_with_the_new_customer_in_one_step(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    manager = client_for("Alice")
    before = count(session, Changeset)
    answer = manager.send(NEW, **FIRM, **INGRID, **PETER)
    assert answer.status_code == 302
    assert count(session, Changeset) == before + 1
    customer = session.scalars(select(Customer)).one()
    assert answer.location == f"/customers/details/?id={customer.id}"
    links = session.scalars(select(CustomerContact).order_by(CustomerContact.id)).all()
    assert [(link.customer_id, link.contact.name) for link in links] == [
        (customer.id, "Ingrid Bergström"),
        (customer.id, "Peter de Wit"),
    ]
    first, second = links
    assert (first.function, first.is_invoice_contact) == ("Administratie", True)
    assert (first.contact.email, first.contact.phone) == ("ingrid@haven.example", "+31 10 555 0100")
    assert (second.function, second.is_invoice_contact) == (None, False)
    assert {link.contact.owner_id for link in links} == {cast.alice.id}
    shown = text_of(manager.get(f"{answer.location}&tab=contact"))
    assert "Ingrid Bergström" in shown
    assert "Peter de Wit" in shown


def test_a_contact_of_which_nothing_was_typed_is_none(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    assert alice.press(alice.get(NEW), "Save customer", **FIRM).status_code == 302
    assert (count(session, Customer), count(session, Contact)) == (1, 0)


def test_TC_07_TC_11_one_more_contact_gives_the_form_back_with_everything_typed(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    page = alice.get(NEW)
    rate = {"hourly_rate": "no amount", "email": "post@haven.example"}
    for number in (1, 2):
        page = alice.press(page, "Add another contact", **FIRM, **INGRID, **rate)
        assert page.status_code == 200
        assert typed(page, f"contact-{number}-contact_id-first_name") == ""
    assert at_fields(page) == {}
    assert [typed(page, name) for name in INGRID if "invoice" not in name] == list(INGRID.values())[:-1]
    assert (typed(page, "company_name"), typed(page, "hourly_rate")) == (FIRM["company_name"], "no amount")
    tree = html.document_fromstring(page.get_data(as_text=True))
    assert tree.xpath("//input[@name='contact-0-is_invoice_contact']/@checked")
    assert count(session, Customer) == 0
    wrong = alice.press(page, "Save customer", **PETER)
    assert (wrong.status_code, set(at_fields(wrong))) == (422, {"hourly_rate"})
    assert typed(wrong, "contact-1-contact_id-first_name") == "Peter"
    assert alice.press(wrong, "Save customer", hourly_rate="95").status_code == 302
    assert (count(session, Customer), count(session, Contact)) == (1, 2)


def test_a_form_takes_a_bounded_number_of_contacts(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    page = alice.send(NEW, **FIRM, more="contact", **{"contact-98-contact_id-first_name": "Ver weg"})
    tree = html.document_fromstring(page.get_data(as_text=True))
    assert len(tree.xpath("//fieldset[@data-kb-repeats]")) == 20
    assert "Add another contact" not in text_of(page)


def test_what_is_wrong_with_a_contact_is_said_at_its_field_and_nothing_is_saved(
    session: Session, client_for: ClientFor
) -> None:
    nameless = {"contact-1-contact_id-email": "post@haven.example", "contact-0-function": "x" * 121}
    answer = client_for("Alice").send(NEW, **FIRM, **{**INGRID, **nameless})
    assert answer.status_code == 422
    assert set(at_fields(answer)) == {"contact-0-function", "contact-1-contact_id-first_name"}
    assert typed(answer, "contact-1-contact_id-email") == "post@haven.example"
    assert (count(session, Customer), count(session, Contact)) == (0, 0)


def test_enter_in_a_field_saves_and_does_not_ask_for_one_more_contact(client_for: ClientFor) -> None:
    tree = html.document_fromstring(client_for("Alice").get(NEW).get_data(as_text=True))
    first = tree.xpath("//form[@id='customers-form']//button")[0]
    assert (first.get("name"), first.get("type")) == (None, None)


def test_what_was_typed_for_a_new_customer_and_its_contacts_is_given_back_without_the_right(
    session: Session, client_for: ClientFor, alice: Any, cast: Cast
) -> None:
    answer = client_for("Bob").send(NEW, **FIRM, **INGRID)
    assert answer.status_code == 403
    assert "Havenbedrijf Noord B.V." in text_of(answer)
    assert "Bergström" in text_of(answer)


@pytest.mark.parametrize(
    ("what", "said_as"),
    [
        ({"company_name": "havenbedrijf noord"}, "same name"),
        ({"company_name": "Iets Anders", "vat_number": "nl 8234.56789.b01"}, "same VAT number"),
        ({"company_name": "Iets Anders", "email": "Post@Haven.example"}, "same e-mail address"),
        ({"kind": "private", "first_name": "Ingrid", "last_name": "Bergström"}, "same name"),
    ],
    ids=["name", "VAT number", "e-mail", "person"],
)
def test_TC_06_a_customer_that_may_be_there_already_is_asked_about_once_and_everything_typed_stays(
    session: Session, client_for: ClientFor, what: dict[str, str], said_as: str
) -> None:
    firm = {"company_name": "Havenbedrijf Noord B.V.", "vat_number": "NL823456789B01", "email": "post@haven.example"}
    factories.customer(session, **firm)
    factories.customer(session, kind=Kind.PRIVATE, first_name="Ingrid", last_name="Bergström")
    alice = client_for("Alice")
    asked = alice.press(alice.get(NEW), "Save customer", **{**what, **INGRID})
    assert asked.status_code == 409
    assert len(said(asked)) == 1
    assert said_as in text_of(asked)
    assert count(session, Customer) == 2
    assert typed(asked, "contact-0-contact_id-last_name") == "Bergström"
    assert alice.press(asked, "Save anyway").status_code == 302
    assert count(session, Customer) == 3


def test_another_customer_that_is_alike_is_asked_about_anew(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, company_name="Havenbedrijf Noord B.V.")
    factories.customer(session, company_name="Havenbedrijf Zuid B.V.")
    alice = client_for("Alice")
    asked = alice.press(alice.get(NEW), "Save customer", company_name="Havenbedrijf Noord")
    asked = alice.press(asked, "Save anyway", company_name="Havenbedrijf Zuid")
    assert (asked.status_code, said(asked)) == (409, ["Havenbedrijf Zuid B.V."])
    assert count(session, Customer) == 2


def test_what_does_not_fit_is_said_along_with_the_question(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, company_name="Havenbedrijf Noord B.V.", number="K-77")
    answer = client_for("Alice").send(NEW, **FIRM, number="K-77")
    assert (answer.status_code, said(answer)) == (422, ["Havenbedrijf Noord B.V."])
    assert set(at_fields(answer)) == {"number"}


def test_an_edit_is_not_asked_whether_the_customer_is_there_already(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, company_name="Havenbedrijf Noord B.V.")
    other = factories.customer(session, company_name="Havenbedrijf Zuid B.V.")
    answer = client_for("Alice").edit(f"/customers/edit/?id={other.id}", **FIRM, number=other.number)
    assert answer.status_code == 302


def test_while_typing_the_form_is_told_what_is_alike_at_the_field_that_says_so(
    session: Session, client_for: ClientFor
) -> None:
    firm = {"company_name": "Havenbedrijf Noord B.V.", "vat_number": "NL823456789B01", "email": "post@haven.example"}
    there = factories.customer(session, number="K-77", **firm)
    alice = client_for("Alice")
    assert html.document_fromstring(alice.get(NEW).get_data(as_text=True)).xpath("//form/@data-kb-alike") == [
        "/customers/alike/"
    ]
    for query, field, why in (
        ("company_name=havenbedrijf+noord", "company_name", "same name"),
        ("number=k-77", "number", "same number"),
        ("number=K+77", "number", "same number, spelt otherwise"),
        ("vat_number=NL 8234.56789.B01", "vat_number", "same VAT number"),
        ("email=post@HAVEN.example", "email", "same e-mail address"),
    ):
        told = alice.get(f"/customers/alike/?kind=business&{query}").get_json()
        twin = {"text": "Havenbedrijf Noord B.V. · K-77", "href": f"/customers/details/?id={there.id}", "why": why}
        assert told == {field: [twin]}
    assert alice.get("/customers/alike/?kind=business&company_name=Haven").get_json() == {}
    assert alice.get("/customers/alike/").get_json() == {}


def test_nobody_is_told_of_a_customer_that_may_not_be_seen(session: Session, client_for: ClientFor, cast: Cast) -> None:
    factories.customer(session, company_name="Havenbedrijf Noord B.V.")
    mine = factories.customer(session)
    writer = factories.role(session, rights=frozenset({"edit"}))
    reader = session.scalars(select(Role).where(Role.name == "Reader")).one()
    erik = factories.user(session, name="Erik", role_id=writer.id)
    factories.access(session, mine, reader, erik)
    told = client_for("Erik")
    assert told.get("/customers/alike/?kind=business&company_name=Havenbedrijf+Noord").get_json() == {}
    assert told.send(NEW, **FIRM).status_code == 302
    assert client_for("Bob").get("/customers/alike/?company_name=Havenbedrijf").status_code == 403


@pytest.mark.parametrize(
    ("path", "fields"),
    [(NEW, {"company_name": "Nord Sol"}), ("/contacts/new/", {"first_name": "Nord", "last_name": "Sol"})],
)
def test_a_name_in_the_address_is_filled_in(client_for: ClientFor, path: str, fields: dict[str, str]) -> None:
    page = client_for("Alice").get(f"{path}?name=Nord+Sol")
    assert {name: typed(page, name) for name in fields} == fields


def test_the_bad_address_of_a_contact_typed_along_is_doubted_like_that_of_the_customer(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    contact = {**INGRID, "contact-0-contact_id-email": "ingrid at haven"}
    answer = alice.send(NEW, **FIRM, **contact, email="info at haven")
    page = text_of(alice.get(answer.location))
    for value in ("info at haven", "ingrid at haven"):
        assert page.count(f"does not look like an e-mail address. Look whether it is right: {value}") == 1


def test_a_sign_that_no_text_holds_is_no_reason_to_fail_while_typing(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    for name in ("number", "company_name", "vat_number", "email"):
        assert alice.get(f"/customers/alike/?{name}=K%00-1").status_code == 200, name
    assert alice.send(NEW, kind="business", company_name="Een B.V.", number="K\0-1").status_code == 422
