"""A form that makes something and is sent twice makes one: a double click, a page loaded anew, a second try."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views.panel import ENTITIES
from models.access import SYSTEM, Looker
from models.activity import Activity, Comment
from models.base import utc_now
from models.contact import CustomerContact
from models.customer import Customer
from models.errors import Refused
from models.journal import Changeset
from models.mail import Mail
from models.operations import once
from models.operations.once import Sent
from models.operations.save import save
from models.operations.sign_in import sign_in
from models.sent import SentForm
from models.settings import ValueList
from tests import factories
from tests.conftest import PASSWORD, Cast, ClientFor
from tests.pages import PageClient
from tests.views.test_forms import text_of, typed
from tests.views.test_mail import box

__all__ = ["box"]

Filled = tuple[str, dict[str, Any]]


def of_customer(endpoint: str, **fields: Any) -> Callable[[Session], Filled]:
    """A form that is opened from the card of a customer."""
    return lambda session: (f"/{endpoint}/new/?customer={factories.customer(session).id}", fields)


def alone(endpoint: str, **fields: Any) -> Callable[[Session], Filled]:
    return lambda session: (f"/{endpoint}/new/", fields)


def a_relation(session: Session) -> Filled:
    one, other = factories.customer(session), factories.customer(session)
    kind = factories.list_value(session, ValueList.RELATION_KIND, "accountant of")
    return f"/relations/new/?customer={one.id}&other={other.id}", {"kind_id": str(kind.id)}


def a_link(session: Session) -> Filled:
    customer, contact = factories.customer(session), factories.contact(session)
    return f"/links/new/?customer={customer.id}&contact={contact.id}", {"function": "Buyer"}


def an_invitation(session: Session) -> Filled:
    customer, contact = factories.customer(session), factories.contact(session)
    factories.link(session, customer, contact)
    factories.portal(session, customer)
    return f"/invitations/new/?customer={customer.id}", {"contact_id": str(contact.id)}


def a_registration(session: Session) -> Filled:
    project = factories.project(session, factories.customer(session))
    return f"/registrations/new/?project={project.id}", {"minutes": "1:30"}


def a_started_process(session: Session) -> Filled:
    process = factories.process(session, "Call Astrid")
    return f"/process-runs/new/?customer={factories.customer(session).id}&process={process.id}", {}


def a_file(session: Session) -> Filled:
    return f"/files/new/?customer={factories.customer(session).id}", {"file": b"%PDF-1.7\n%%EOF\n"}


# Every form that makes a record, as somebody fills it in.
FORMS: dict[str, Callable[[Session], Filled]] = {
    "customers": alone("customers", company_name="Nordhamn Logistik AB"),
    "contacts": of_customer("contacts", first_name="Astrid", last_name="Holm"),
    "projects": of_customer("projects", name="Flytt Borås"),
    "opportunities": of_customer("opportunities", name="Report"),
    "registrations": a_registration,
    "activities": of_customer("activities", subject="Call Astrid"),
    "labels": alone("labels", name="Prospect"),
    "label-groups": alone("label-groups", name="Invoicing"),
    "users": alone("users", name="Erik", email="erik@kaartenbak.example"),
    "teams": alone("teams", name="Back office"),
    "roles": alone("roles", name="Invoicing"),
    "lists": alone("lists", name="Prospect"),
    "addresses": of_customer("addresses", street="Frihamnsgatan 12", city="Göteborg"),
    "links": a_link,
    "relations": a_relation,
    "bank-accounts": of_customer("bank-accounts", iban="NL91ABNA0417164300"),
    "comments": of_customer("comments", text="Prefers a call"),
    "files": a_file,
    "agreements": of_customer("agreements", name="Support 2026"),
    "portals": of_customer("portals", name="Projects and invoices"),
    "invitations": an_invitation,
    "processes": alone("processes", name="Year end", **{"step-0-subject": "Call Astrid"}),
    "process-runs": a_started_process,
    "tool-links": alone("tool-links", name="Map", url="https://map.example/{city}"),
}


def test_every_form_that_makes_a_record_is_among_these() -> None:
    assert FORMS.keys() == ENTITIES.keys()


def send(client: PageClient, page: TestResponse, **fields: Any) -> TestResponse:
    """Send the form of a page as it stands, with what is typed into it. Bytes are a file."""
    form = html.document_fromstring(page.text).xpath("//form[.//input[@name='once'] and @data-kb-form]")[0]
    sent = {name: value for name, value in form.form_values() if name not in fields}
    for name, value in fields.items():
        sent[name] = (io.BytesIO(value), f"{name}.pdf") if isinstance(value, bytes) else value
    return client.post(form.get("action") or page.request.full_path, data=sent)


def undo(client: PageClient, page: TestResponse) -> None:
    """Press the button of the last message that something is done."""
    *_, action = html.document_fromstring(page.text).xpath("//form[starts-with(@action, '/history/undo/')]/@action")
    assert client.send(action).status_code == 302


def rows(session: Session, noun: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count(noun.id))) or 0


@pytest.mark.parametrize("endpoint", list(ENTITIES))
def test_a_form_that_is_sent_twice_makes_one_and_leads_to_it_twice(
    session: Session, client_for: ClientFor, endpoint: str
) -> None:
    noun = ENTITIES[endpoint].noun
    path, fields = FORMS[endpoint](session)
    dana, before = client_for("Dana"), rows(session, noun)
    page = dana.get(path)
    first = send(dana, page, **fields)
    assert first.status_code == 302, text_of(first)
    changes = rows(session, Changeset)
    again = send(dana, page, **fields)
    assert (again.status_code, again.location) == (302, first.location)
    assert (rows(session, noun), rows(session, Changeset)) == (before + 1, changes)
    assert "was saved already" in text_of(dana.get(again.location))


def test_what_was_saved_already_can_be_undone_from_the_second_answer_too(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    page = alice.get("/customers/new/")
    send(alice, page, company_name="Nordhamn Logistik AB")
    # Whoever clicks twice sees the second answer only.
    landed = alice.get(send(alice, page, company_name="Nordhamn Logistik AB").location)
    undo(alice, landed)
    assert rows(session, Customer) == 0


def test_a_form_without_a_token_is_written_each_time(session: Session, client_for: ClientFor) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    for token in ({}, {}, {"once": ""}, {"once": "x"}, {"once": "\x00" * 20}, {"once": "é" * 20}, {"once": "a" * 5000}):
        sent = {"customer_id": customer, "subject": "Call Astrid", "state": "planned", **token}
        assert alice.send(f"/activities/new/?customer={customer}", **sent).status_code == 302
    assert (rows(session, Activity), rows(session, SentForm)) == (7, 0)


def test_a_form_that_was_refused_can_still_be_sent(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    page = alice.get("/customers/new/")
    assert send(alice, page, company_name="").status_code == 422
    assert rows(session, SentForm) == 0
    assert send(alice, page, company_name="Nordhamn Logistik AB").status_code == 302
    assert rows(session, Customer) == 1


def test_the_token_of_a_form_is_a_token_of_who_opened_it(session: Session, client_for: ClientFor) -> None:
    alice, dana = client_for("Alice"), client_for("Dana")
    customer = factories.customer(session).id
    path = f"/activities/new/?customer={customer}"
    fields = {"customer_id": customer, "subject": "Call Astrid", "state": "planned", "once": "one-and-the-same-token"}
    for client in (alice, dana, alice, dana):
        assert client.send(path, **fields).status_code == 302
    assert rows(session, Activity) == 2


def test_something_else_typed_into_a_form_that_was_sent_is_neither_lost_nor_saved_unasked(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    page = alice.get("/customers/new/")
    send(alice, page, company_name="Nordhamn Logistik AB")
    other = send(alice, page, company_name="Bakkerij Zon")
    assert other.status_code == 409
    assert "was sent and saved before" in text_of(other)
    assert typed(other, "company_name") == "Bakkerij Zon"
    assert rows(session, Customer) == 1
    assert send(alice, other).status_code == 302
    assert send(alice, other).status_code == 302
    assert rows(session, Customer) == 2


def test_who_goes_back_to_a_form_that_was_saved_reads_what_came_of_it_and_goes_on_typing(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    page = alice.get("/customers/new/")
    card = urlsplit(send(alice, page, company_name="Nordhamn Logistik AB").location).query
    name = {"company_name": "Nordhamn Logistik AB", "contact-0-contact_id-last_name": "Holm"}
    more = alice.press(page, "Add another contact", **name)
    assert more.status_code == 200
    assert "Nordhamn Logistik AB was saved with this form already." in text_of(more)
    tree = html.document_fromstring(more.text)
    assert tree.xpath("//main//div[@role='status']//a[.='Open']/@href") == [f"/customers/details/?{card}"]
    assert "was sent and saved before" not in text_of(more)
    assert {field: typed(more, field) for field in name} == name
    assert len(tree.xpath("//fieldset[@data-kb-repeats='contact']")) == 2
    assert rows(session, Customer) == 1


def test_what_was_taken_back_since_is_asked_about_and_can_be_saved_again(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    page = alice.get("/customers/new/")
    done = send(alice, page, company_name="Nordhamn Logistik AB")
    undo(alice, alice.get(done.location))
    assert rows(session, Customer) == 0
    again = send(alice, page, company_name="Nordhamn Logistik AB")
    assert (again.status_code, typed(again, "company_name")) == (409, "Nordhamn Logistik AB")
    assert send(alice, again).status_code == 302
    assert rows(session, Customer) == 1


def test_what_a_form_made_is_not_told_to_who_may_not_see_it_any_more(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Verborgen Zaken B.V.")
    role = factories.role(session, rights=frozenset({"view", "edit"}))
    given = factories.access(session, customer, role, cast.charlie)
    charlie = client_for("Charlie")
    page = charlie.get(f"/projects/new/?customer={customer.id}")
    assert send(charlie, page, name="Geheim").status_code == 302
    with factories.changeset(session, SYSTEM, "Take the role"):
        session.delete(given)
    again = send(charlie, page, name="Geheim")
    assert again.status_code == 404
    assert "Verborgen" not in again.text


def test_a_second_that_comes_while_the_first_is_looked_at_is_answered_as_the_first(
    session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the token and the rules of the record, which the first is in the way of by then."""
    contact, customer = factories.contact(session), factories.customer(session)
    alice, quicker = client_for("Alice"), client_for("Alice")
    page = alice.get(f"/links/new/?customer={customer.id}&contact={contact.id}")
    look, firsts = once.before, list[TestResponse]()

    def slowly(*given: Any) -> Any:
        found = look(*given)
        if not firsts:
            firsts.append(page)
            firsts[0] = send(quicker, page, function="Buyer", csrf_token=quicker.token())
        return found

    monkeypatch.setattr(once, "before", slowly)
    answer = send(alice, page, function="Buyer")
    assert (answer.status_code, answer.location) == (302, firsts[0].location)
    assert rows(session, CustomerContact) == 1


@pytest.mark.parametrize("endpoint", ["customers", "links", "comments", "labels"])
def test_a_form_that_is_sent_at_the_same_moment_makes_one(
    app: Flask, session: Session, client_for: ClientFor, endpoint: str
) -> None:
    noun = ENTITIES[endpoint].noun
    path, fields = FORMS[endpoint](session)
    before, clients = rows(session, noun), [client_for("Dana") for _ in range(4)]
    page, ready = clients[0].get(path), Barrier(4)

    def at_once(client: PageClient) -> TestResponse:
        client.token()
        ready.wait()
        return send(client, page, **fields, csrf_token=client.token())

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(at_once, clients))
    assert [answer.status_code for answer in answers] == [302] * 4
    assert len({answer.location for answer in answers}) == 1
    assert rows(session, noun) == before + 1


# Other forms that make something


def card(customer: int) -> str:
    return f"/customers/details/?id={customer}&tab=contact"


def test_a_comment_written_on_the_card_and_posted_twice_is_said_once(client_for: ClientFor, session: Session) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    page = alice.get(card(customer))
    places = {alice.press(page, "Post", text="Prefers a call").location for _ in range(3)}
    assert places == {f"{card(customer)}#comments"}
    assert rows(session, Comment) == 1


def test_a_line_added_twice_is_one_activity_and_another_line_is_asked_about(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    project = factories.project(session, customer).id
    for path, back in (
        (card(customer.id), f"{card(customer.id)}#activities"),
        (f"/projects/details/?id={project}&tab=activities", None),
    ):
        page, before = alice.get(path), rows(session, Activity)
        places = [alice.press(page, "Add", subject="Call the bank").location for _ in range(2)]
        assert places[0] == places[1]
        assert back in (None, places[0])
        assert rows(session, Activity) == before + 1
    other = alice.press(page, "Add", subject="Visit the bank tomorrow 10:00")
    assert other.status_code == 409
    assert typed(other, "subject") == "Visit the bank"
    assert alice.press(other, "Save activity").status_code == 302
    session.rollback()
    made = session.scalars(select(Activity).order_by(Activity.id.desc())).first()
    assert made is not None
    assert (made.subject, made.has_time, made.project_id) == ("Visit the bank", True, project)


def test_a_message_sent_twice_goes_out_once(client_for: ClientFor, session: Session, cast: Cast, box: object) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    page = alice.get(f"/customers/mail/?id={customer}")
    words = {"recipient_id": str(cast.bob.id), "text": "Please call them.", "keep": "1"}
    places = [alice.press(page, "Send", **words).location for _ in range(2)]
    assert places == [f"/customers/mail/?id={customer}"] * 2
    assert (rows(session, Mail), rows(session, Comment)) == (1, 1)
    other = alice.press(page, "Send", **{**words, "text": "Please mail them."})
    assert (other.status_code, "Please mail them." in other.text, rows(session, Mail)) == (409, True, 1)
    assert alice.press(other, "Send").status_code == 302
    assert (rows(session, Mail), rows(session, Comment)) == (2, 2)


def test_a_message_prepared_twice_is_kept_as_one_comment(client_for: ClientFor, session: Session, cast: Cast) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    page = alice.get(f"/customers/mail/?id={customer}")
    for _ in range(2):
        answer = alice.press(
            page, "Prepare the message", recipient_id=str(cast.bob.id), text="Please call them.", keep="1"
        )
        assert "mailto:" in answer.text
    assert rows(session, Comment) == 1


def test_a_contact_converted_twice_is_one_customer(client_for: ClientFor, session: Session) -> None:
    dana, key = client_for("Dana"), factories.contact(session, company_name="Nordhamn").id
    page = dana.get(f"/contacts/action/?action=convert&rowid={key}")
    done = dana.press(page, "Convert to customer")
    assert done.status_code == 302
    again = dana.press(page, "Convert to customer")
    assert (again.status_code, again.location, rows(session, Customer)) == (302, done.location, 1)
    undo(dana, dana.get(again.location))
    assert rows(session, Customer) == 0
    assert dana.press(page, "Convert to customer").status_code == 409
    assert rows(session, Customer) == 0


# What is kept


def test_forms_are_forgotten_after_a_week_when_somebody_signs_in(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    for name, days in (("Alfa", 8), ("Beta", 6)):
        send(alice, alice.get("/customers/new/"), company_name=name)
        newest = session.scalars(select(SentForm).order_by(SentForm.id.desc())).first()
        assert newest is not None
        newest.at = utc_now() - dt.timedelta(days=days)
        session.commit()
    sign_in(session, "bob@kaartenbak.example", PASSWORD, "")
    assert rows(session, SentForm) == 1


def test_a_verb_that_is_refused_gives_its_token_back_and_one_that_was_done_does_not_do_it_again(
    session: Session, alice: Looker
) -> None:
    form = Sent("one-and-the-same-token", "0" * 64)
    with pytest.raises(Refused):
        save(session, alice, Customer, None, {}, sent=form)
    assert once.before(session, alice, form) is None
    saved = save(session, alice, Customer, None, {"company_name": "Nordhamn"}, sent=form)
    with pytest.raises(once.SentBefore):
        save(session, alice, Customer, None, {"company_name": "Nordhamn"}, sent=form)
    found = once.before(session, alice, form)
    assert found is not None
    assert saved.changeset is not None
    assert (found.made(Customer), found.changeset_id) == (saved.record.id, saved.changeset.id)
    assert rows(session, Customer) == 1
