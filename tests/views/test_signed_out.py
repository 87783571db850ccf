"""What is typed in a form whose session has ended is given back: saved is nothing, lost is nothing."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.activity import Activity, Comment
from tests import factories
from tests.conftest import ClientFor
from tests.pages import PageClient
from tests.views.test_forms import text_of

HERE = "http://localhost"


def end_the_session(client: PageClient) -> None:
    """As it runs out: the cookie stays, what it names is no session any more."""
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "gone"


def goes_on_to(answer: TestResponse) -> str:
    """Where the link to sign in leads back to."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    (link,) = (link for link in tree.xpath("//main//a/@href") if link.startswith("/login/"))
    return parse_qs(urlsplit(link).query)["next"][0]


@pytest.mark.parametrize(
    ("button", "field"),
    [("Post", "text"), ("Add", "subject")],
    ids=["comment", "task"],
)
def test_what_was_typed_on_a_card_when_the_session_had_ended_is_shown_and_not_kept(
    client_for: ClientFor, session: Session, button: str, field: str
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session, company_name="Nordhamn AB").id
    card = f"/customers/details/?id={customer}&tab=contact"
    page = alice.get(card)
    end_the_session(alice)
    alice.environ_base["HTTP_REFERER"] = HERE + card
    answer = alice.press(page, button, **{field: "Prefers a call <b>\nover an e-mail."})
    assert answer.status_code == 401
    assert "Here is what you typed, to be copied." in text_of(answer)
    assert "Prefers a call <b>over an e-mail." in text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert goes_on_to(answer) == card
    # Nothing of the customer, and no key or token.
    assert "Nordhamn" not in text_of(answer)
    hidden = html.document_fromstring(page.get_data(as_text=True)).xpath("//input[@name='csrf_token' or @name='once']")
    assert not [one for one in hidden if one.get("value") in answer.get_data(as_text=True)]
    counts = [session.scalar(select(func.count()).select_from(noun)) for noun in (Comment, Activity)]
    assert counts == [0, 0]


def test_a_whole_form_comes_back_by_the_names_of_its_fields(client_for: ClientFor, session: Session) -> None:
    alice = client_for("Alice")
    token = alice.token()
    end_the_session(alice)
    typed = {"company_name": "Zwaan B.V.", "contact-0-contact_id-first_name": "Jet", "plan": "secret", "phone": " "}
    answer = alice.post("/customers/new/", data={"csrf_token": token, **typed})
    tree = html.document_fromstring(answer.get_data(as_text=True))
    given = [(one.findtext("dt"), one.findtext("dd")) for one in tree.xpath("//dl/div")]
    assert given == [("Company name", "Zwaan B.V."), ("First name", "Jet")]
    assert goes_on_to(answer) == "/customers/new/"


def test_a_form_that_nothing_was_typed_in_leads_to_the_sign_in_page_and_back_to_where_it_stood(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    token = alice.token()
    end_the_session(alice)
    card = f"/customers/details/?id={customer}"
    for referrer, wanted in ((HERE + card, card), ("https://evil.example/x", None), (HERE + ".evil.example/x", None)):
        answer = alice.post("/activities/quick/", data={"csrf_token": token}, headers={"Referer": referrer})
        assert answer.status_code == 302
        assert parse_qs(urlsplit(answer.location).query).get("next") == ([wanted] if wanted else None), referrer


@pytest.mark.parametrize(
    ("headers", "is_shown"),
    [
        ({"Origin": HERE}, True),
        ({"Referer": f"{HERE}/customers/"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null", "Referer": f"{HERE}/customers/"}, False),
        ({}, False),
    ],
)
def test_a_form_whose_token_went_with_the_session_comes_back_but_not_one_from_elsewhere(
    client: PageClient, headers: dict[str, str], is_shown: bool
) -> None:
    answer = client.post("/comments/new/?customer=1", data={"text": "Call 0900 1234"}, headers=headers)
    assert answer.status_code == 400
    assert ("Call 0900 1234" in text_of(answer)) is is_shown
    assert goes_on_to(answer)


def test_no_page_gives_a_password_or_an_account_back(app: Flask, client: PageClient, client_for: ClientFor) -> None:
    assert not [
        name
        for fields in app.extensions["kaartenbak"]["written"].values()
        for name in fields
        if "password" in name or "token" in name
    ]
    alice = client_for("Alice")
    token = alice.token()
    end_the_session(alice)
    for path in ("/profile/password", "/users/password/?id=1", "/login/"):
        sent = {"email": "bob@x.example", "password": "hush hush", "current": "hush", "again": "hush hush"}
        for one in (
            alice.post(path, data={"csrf_token": token, **sent}),
            client.post(path, data=sent, headers={"Origin": HERE}),
        ):
            assert "hush" not in one.get_data(as_text=True), path
