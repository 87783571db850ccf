"""Mail from the card to a colleague: composed, queued, sent by the queue, or handed to one's own mail program."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_views import background
from app import create_app
from models.activity import Comment
from models.customer import Customer
from models.mail import Mail, MailState
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.mailbox import Box, listening
from tests.views.test_forms import at_fields, text_of


@pytest.fixture
def box(app: Flask) -> Iterator[Box]:
    """The panel of this test sends to a real server on loopback."""
    found = Box()
    with listening(found) as port:
        app.config["SMTP_URL"], app.config["MAIL_FROM"] = f"smtp://127.0.0.1:{port}", "panel@firm.example"
        background.prepare(app)
        yield found


@pytest.fixture
def customer(session: Session, cast: Cast) -> Customer:
    made = factories.customer(
        session,
        company_name="Nordhamn Logistik AB",
        number="K-10031",
        phone="+46 31 700 10 20",
        email="post@nordhamn.example",
        owner_id=cast.dana.id,
        hourly_rate=98,
    )
    factories.address(session, made, street="Frihamnsgatan 12", city="Göteborg", is_head_office=True)
    return made


def work_off(app: Flask) -> None:
    """What a worker does with the queue as it stands."""
    with app.app_context():
        queue = background.jobs().huey
    while (task := queue.dequeue()) is not None:
        queue.execute(task)


def states(session: Session) -> list[MailState]:
    session.rollback()
    return list(session.scalars(select(Mail.state).order_by(Mail.id)))


def test_TL_14_TL_16_a_message_goes_out_by_the_queue_with_a_link_and_the_main_data(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast, box: Box, customer: Customer
) -> None:
    alice = client_for("Alice")
    page = f"/customers/mail/?id={customer.id}"
    assert f'href="{page}"' in alice.get(f"/customers/details/?id={customer.id}").get_data(as_text=True)
    sent = alice.press(alice.get(page), "Send", recipient_id=str(cast.bob.id), text="Please call\nthem.")
    assert (sent.status_code, sent.location, box.got) == (302, page, [])
    assert "On its way" in text_of(alice.get(page))
    work_off(app)
    (got,) = box.got
    text = got.get_content().replace("\r\n", "\n")
    assert text.startswith("Please call\nthem.\n\nNordhamn Logistik AB (K-10031)\n\n")
    for part in ("Phone: +46 31 700 10 20", "E-mail: post@nordhamn.example", "Göteborg", "Owner: Dana"):
        assert part in text
    assert "98" not in text.replace("K-10031", "")
    assert f"http://localhost/customers/details/?id={customer.id}" in text
    assert (got["To"], got["From"], got["Subject"]) == (
        "Bob <bob@kaartenbak.example>",
        "Alice <panel@firm.example>",
        "Nordhamn Logistik AB (K-10031)",
    )
    assert "Sent" in text_of(alice.get(page))
    assert states(session) == [MailState.SENT]
    assert session.scalar(select(func.count(Comment.id))) == 0


def test_TL_15_the_words_are_kept_as_a_comment_when_that_is_ticked(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast, box: Box, customer: Customer
) -> None:
    alice = client_for("Alice")
    page = f"/customers/mail/?id={customer.id}"
    answer = alice.press(alice.get(page), "Send", recipient_id=str(cast.bob.id), text="Please call them.", keep="1")
    assert answer.status_code == 302
    session.rollback()
    said = session.scalars(select(Comment)).one()
    assert (said.text, said.user_id) == ("Please call them.", cast.alice.id)
    assert "Please call them." in text_of(alice.get(f"/customers/details/?id={customer.id}&tab=contact"))
    # Who may only look is not asked, and gets no comment by asking.
    bob = client_for("Bob")
    assert "Keep my words" not in text_of(bob.get(page))
    assert bob.send(page, recipient_id=str(cast.alice.id), text="No", keep="1").status_code == 403
    assert states(session) == [MailState.QUEUED]


def test_TL_14_a_colleague_who_may_not_see_the_customer_is_refused_and_the_words_stay(
    session: Session, client_for: ClientFor, cast: Cast, box: Box, customer: Customer
) -> None:
    alice = client_for("Alice")
    page = f"/customers/mail/?id={customer.id}"
    answer = alice.press(alice.get(page), "Send", recipient_id=str(cast.charlie.id), text="Please call them.")
    assert answer.status_code == 422
    assert at_fields(answer)["recipient_id"].startswith("Charlie may not see this customer.")
    tree = html.document_fromstring(answer.get_data(as_text=True))
    assert tree.xpath("//textarea[@name='text']")[0].text.strip() == "Please call them."
    assert alice.send(page, text="To nobody").status_code == 422
    assert states(session) == []
    reader = session.scalars(select(Role).where(Role.name == "Reader")).one()
    factories.access(session, customer, reader, cast.charlie)
    assert alice.send(page, recipient_id=str(cast.charlie.id), text="x").status_code == 302
    assert client_for("Charlie").get(page).status_code == 200


def test_words_that_are_too_many_are_refused_and_stay_whole(
    session: Session, client_for: ClientFor, cast: Cast, box: Box, customer: Customer
) -> None:
    alice = client_for("Alice")
    page, most = f"/customers/mail/?id={customer.id}", "Please call them. " * 1111 + "Go"
    answer = alice.press(alice.get(page), "Send", recipient_id=str(cast.bob.id), text=most + "!")
    assert answer.status_code == 422
    assert at_fields(answer)["text"].startswith("Your words")
    assert "20000" in at_fields(answer)["text"]
    (field,) = html.document_fromstring(answer.get_data(as_text=True)).xpath("//textarea[@name='text']")
    assert field.text.strip() == most + "!"
    assert states(session) == []
    assert alice.press(alice.get(page), "Send", recipient_id=str(cast.bob.id), text=most).status_code == 302
    assert states(session) == [MailState.QUEUED]


def test_without_a_mail_server_the_page_says_so_and_hands_over_the_same_text(
    session: Session, client_for: ClientFor, cast: Cast, customer: Customer
) -> None:
    alice = client_for("Alice")
    page = f"/customers/mail/?id={customer.id}"
    shown = alice.get(page)
    assert "This panel sends no mail" in text_of(shown)
    answer = alice.press(shown, "Prepare the message", recipient_id=str(cast.bob.id), text="Call & ask", keep="1")
    tree = html.document_fromstring(answer.get_data(as_text=True))
    (href,) = tree.xpath("//main//a[starts-with(@href, 'mailto:')]/@href")
    assert href.startswith("mailto:bob@kaartenbak.example?subject=Nordhamn%20Logistik%20AB")
    assert unquote(href.partition("&body=")[2]).startswith(
        "Call & ask\r\n\r\nNordhamn Logistik AB (K-10031)\r\n\r\nPhone: "
    )
    assert states(session) == []
    assert session.scalars(select(Comment)).one().text == "Call & ask"
    # Asked for twice, it is kept once.
    assert not tree.xpath("//input[@name='keep']/@checked")


def test_what_failed_says_why_and_is_tried_again_by_who_wrote_it(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast, box: Box, customer: Customer
) -> None:
    alice, page = client_for("Alice"), f"/customers/mail/?id={customer.id}"
    box.answer = "550 no such mailbox"
    alice.send(page, recipient_id=str(cast.bob.id), text="x")
    work_off(app)
    shown = alice.get(page)
    assert "550 no such mailbox" in text_of(shown)
    assert "Try again" not in text_of(client_for("Dana").get(page))
    session.rollback()
    (key,) = session.scalars(select(Mail.id))
    assert client_for("Dana").send(page, again=str(key)).status_code == 404
    box.answer = "250 OK"
    assert alice.press(shown, "Try again").status_code == 302
    work_off(app)
    assert (states(session), len(box.got)) == ([MailState.SENT], 1)


def test_mail_about_a_customer_that_may_not_be_seen_is_not_there(
    session: Session, client_for: ClientFor, cast: Cast, box: Box, customer: Customer
) -> None:
    page = f"/customers/mail/?id={customer.id}"
    charlie = client_for("Charlie")
    for answer in (
        charlie.get(page),
        charlie.send(page, recipient_id=str(cast.bob.id), text="x"),
        charlie.send(page, again="1"),
    ):
        assert answer.status_code == 404
        assert "Nordhamn" not in text_of(answer)
    assert states(session) == []


def test_what_the_queue_lost_is_sent_by_the_next_round(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast, box: Box, customer: Customer
) -> None:
    client_for("Alice").send(f"/customers/mail/?id={customer.id}", recipient_id=str(cast.bob.id), text="x")
    with app.app_context():
        queue = background.jobs().huey
        queue.flush()
        background.jobs().round()
        background.jobs().round()
    assert (states(session), len(box.got)) == ([MailState.SENT], 1)


def test_a_worker_beside_the_server_sends_what_is_asked_for(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast, box: Box, customer: Customer
) -> None:
    with app.app_context():
        worker = background.jobs().start()
    try:
        client_for("Alice").send(f"/customers/mail/?id={customer.id}", recipient_id=str(cast.bob.id), text="x")
        until = time.monotonic() + 20
        while states(session) != [MailState.SENT] and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        worker.stop(graceful=True)
    assert (states(session), len(box.got)) == ([MailState.SENT], 1)


def test_a_queue_that_cannot_be_written_keeps_nobody_from_sending(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast, box: Box, customer: Customer, monkeypatch: Any
) -> None:
    with app.app_context():
        monkeypatch.setattr(background.jobs(), "_ring", _broken)
    answer = client_for("Alice").send(f"/customers/mail/?id={customer.id}", recipient_id=str(cast.bob.id), text="x")
    assert answer.status_code == 302
    assert states(session) == [MailState.QUEUED]


def _broken(*_given: Any) -> None:
    raise OSError("no space left")


@pytest.mark.parametrize("url", ["mail.firm.example", "http://mail.firm.example", "smtp://"])
def test_an_address_of_a_mail_server_that_is_none_ends_the_start(url: str, tmp_path: Any) -> None:
    with pytest.raises(SystemExit, match="KAARTENBAK_SMTP_URL"):
        create_app({"INSTANCE": tmp_path, "SECRET_KEY": "a secret that is long enough for a test", "SMTP_URL": url})


def test_the_base_address_of_the_link_is_a_setting(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast, box: Box, customer: Customer
) -> None:
    app.config["PUBLIC_URL"] = "https://kaartenbak.firm.example/"
    client_for("Alice").send(f"/customers/mail/?id={customer.id}", recipient_id=str(cast.bob.id), text="x")
    work_off(app)
    assert f"https://kaartenbak.firm.example/customers/details/?id={customer.id}" in box.got[0].get_content()
