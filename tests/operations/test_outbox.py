"""Mail to a colleague: written with its comment or not at all, sent once, tried again when it makes sense."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from sqlalchemy import URL, NullPool, create_engine, func, select, text
from sqlalchemy.orm import Session

from models.access import SYSTEM, look_as, looker_for
from models.activity import Comment
from models.base import utc_now
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Problems, Reason, Refused
from models.journal import Change, changeset
from models.mail import Mail, MailState
from models.operations import outbox
from models.smtp import NotSent, Server, Why
from models.user import User
from tests import factories
from tests.conftest import Cast
from tests.mailbox import Box, listening

FROM = "panel@firm.example"
BODY = "Please call them.\n\nNordhamn Logistik AB (K-1)\n"


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box) -> Iterator[Server]:
    """A real SMTP server on loopback."""
    with listening(box) as port:
        yield Server.of(f"smtp://127.0.0.1:{port}")


def write(session: Session, cast: Cast, customer: Customer, **values: Any) -> Mail:
    alice = looker_for(session, cast.alice)
    given = {"recipient_id": cast.bob.id, "subject": "Nordhamn (K-1)", "body": BODY, **values}
    return outbox.write(
        session,
        alice,
        customer.id,
        given["recipient_id"],
        given["subject"],
        given["body"],
        comment=given.get("comment"),
    )


def deliver(session: Session, mail: Mail, server: Server, now: dt.datetime | None = None) -> Mail:
    outbox.deliver(session, mail.id, FROM, server.send, now or utc_now())
    return session.get_one(Mail, mail.id, populate_existing=True)


def test_TL_14_TL_16_a_message_reaches_the_colleague_with_who_wrote_it(
    session: Session, cast: Cast, server: Server, box: Box
) -> None:
    mail = deliver(session, write(session, cast, factories.customer(session)), server)
    assert (mail.state, mail.attempts, mail.error) == (MailState.SENT, 1, None)
    assert mail.sent_at is not None
    (got,) = box.got
    assert (got["To"], got["Reply-To"]) == ("Bob <bob@kaartenbak.example>", "Alice <alice@kaartenbak.example>")
    assert got["From"] == f"Alice <{FROM}>"
    assert got["Subject"] == "Nordhamn (K-1)"
    assert got.get_content().replace("\r\n", "\n") == BODY
    # What is to be kept is a comment: the text does not stay behind.
    assert mail.body == ""


def test_TL_15_the_comment_is_kept_with_the_message_or_neither_of_them(session: Session, cast: Cast) -> None:
    customer = factories.customer(session)
    write(session, cast, customer, comment="Please call them.")
    said = session.scalars(select(Comment)).one()
    assert (said.text, said.user_id, said.customer_id) == ("Please call them.", cast.alice.id, customer.id)
    with pytest.raises(Problems):
        write(session, cast, customer, comment="x" * 200_000)
    session.rollback()
    reader = looker_for(session, cast.bob)
    with pytest.raises(NotAllowed):
        outbox.write(session, reader, customer.id, cast.alice.id, "S", BODY, comment="No right to comment")
    session.rollback()
    assert session.scalar(select(func.count(Mail.id))) == 1
    assert session.scalar(select(func.count(Comment.id))) == 1


def test_TL_14_a_colleague_who_may_not_see_the_customer_gets_nothing(session: Session, cast: Cast) -> None:
    customer = factories.customer(session)
    with pytest.raises(Refused) as refused:
        write(session, cast, customer, recipient_id=cast.charlie.id)
    assert (refused.value.reason, refused.value.field) == (Reason.CANNOT_SEE_IT, "recipient_id")
    with pytest.raises(Refused):
        write(session, cast, customer, recipient_id=None)
    gone = factories.user(session, disabled_at=factories.A_MOMENT, role_id=cast.bob.role_id)
    with pytest.raises(Refused):
        write(session, cast, customer, recipient_id=gone.id)
    look_as(session, looker_for(session, cast.charlie))
    with pytest.raises(NotFound):
        outbox.write(session, looker_for(session, cast.charlie), customer.id, cast.bob.id, "S", BODY)
    look_as(session, SYSTEM)
    assert session.scalar(select(func.count(Mail.id))) == 0


def test_who_lost_the_customer_meanwhile_gets_no_mail(session: Session, cast: Cast, server: Server, box: Box) -> None:
    customer = factories.customer(session)
    first, second = write(session, cast, customer), write(session, cast, customer)
    with changeset(session, SYSTEM, "Set up"):
        session.get_one(User, cast.bob.id).role_id = None
    found = deliver(session, first, server)
    assert (found.state, found.attempts, box.got) == (MailState.FAILED, 1, [])
    with changeset(session, SYSTEM, "Set up"):
        session.delete(session.get_one(Customer, customer.id))
    assert deliver(session, second, server).error == Why.CUSTOMER_GONE


def test_a_message_is_sent_once_however_often_it_is_asked_for(
    session: Session, cast: Cast, server: Server, box: Box
) -> None:
    mail = write(session, cast, factories.customer(session))
    for _ in range(3):
        deliver(session, mail, server)
    assert len(box.got) == 1
    assert outbox.due(session, utc_now()) == []


def test_what_is_cut_off_while_it_is_sent_is_not_sent_again_by_itself(
    session: Session, cast: Cast, server: Server, box: Box
) -> None:
    mail = write(session, cast, factories.customer(session))

    def killed(_message: EmailMessage) -> None:
        raise KeyboardInterrupt

    now = utc_now()
    with pytest.raises(KeyboardInterrupt):
        outbox.deliver(session, mail.id, FROM, killed, now)
    session.rollback()
    assert outbox.due(session, now + dt.timedelta(minutes=1)) == []
    assert session.get_one(Mail, mail.id, populate_existing=True).state is MailState.SENDING
    assert outbox.due(session, now + dt.timedelta(minutes=outbox.CUT_OFF + 1)) == []
    found = session.get_one(Mail, mail.id, populate_existing=True)
    assert (found.state, found.error) == (MailState.FAILED, Why.CUT_OFF)
    outbox.again(session, looker_for(session, cast.alice), mail.customer_id, mail.id)
    assert deliver(session, mail, server).state is MailState.SENT
    assert len(box.got) == 1


def test_a_server_that_is_busy_is_tried_again_later_and_later_and_then_no_more(
    session: Session, cast: Cast, server: Server, box: Box
) -> None:
    mail = write(session, cast, factories.customer(session))
    box.answer = "451 busy"
    now = utc_now()
    for pause in outbox.PAUSES:
        found = deliver(session, mail, server, now)
        assert (found.state, found.error) == (MailState.QUEUED, "451 busy")
        assert found.next_try_at == now + dt.timedelta(minutes=pause)
        assert outbox.due(session, now) == []
        now = found.next_try_at
        assert outbox.due(session, now) == [mail.id]
    assert deliver(session, mail, server, now).state is MailState.FAILED
    assert outbox.due(session, now + dt.timedelta(days=2)) == []


def test_what_the_server_refuses_for_good_is_not_tried_again(
    session: Session, cast: Cast, server: Server, box: Box
) -> None:
    mail = write(session, cast, factories.customer(session))
    box.answer = "550 no such mailbox"
    found = deliver(session, mail, server)
    assert (found.state, found.error) == (MailState.FAILED, "550 no such mailbox")
    # The text stays: whoever wrote it may try once more, and nobody else.
    assert found.body == BODY
    with pytest.raises(NotFound):
        outbox.again(session, looker_for(session, cast.bob), mail.customer_id, mail.id)
    box.answer = "250 OK"
    outbox.again(session, looker_for(session, cast.alice), mail.customer_id, mail.id)
    assert deliver(session, mail, server).state is MailState.SENT


def test_a_server_that_is_not_there_is_tried_again(session: Session, cast: Cast) -> None:
    found = deliver(session, write(session, cast, factories.customer(session)), Server.of("smtp://127.0.0.1:1"))
    assert (found.state, found.attempts) == (MailState.QUEUED, 1)
    assert found.error


def test_nothing_typed_becomes_a_header(session: Session, cast: Cast, server: Server, box: Box) -> None:
    with changeset(session, SYSTEM, "Set up"):
        session.get_one(User, cast.alice.id).name = "Alice\r\nBcc: everybody@elsewhere.example"
    subject = "Nord\r\nBcc: everybody@elsewhere.example\r\n\r\nHello"
    deliver(session, write(session, cast, factories.customer(session), subject=subject), server)
    (got,) = box.got
    assert got["Bcc"] is None
    assert got["Subject"] == "Nord Bcc: everybody@elsewhere.example Hello"
    assert sorted(got.keys()) == sorted(set(got.keys()))
    assert got.get_content().replace("\r\n", "\n") == BODY


def test_the_outbox_is_not_in_the_journal(session: Session, cast: Cast, server: Server) -> None:
    deliver(session, write(session, cast, factories.customer(session)), server)
    assert session.scalar(select(func.count(Change.id)).where(Change.table_name == "mail")) == 0


def test_a_password_is_sent_over_tls_only_and_shown_nowhere() -> None:
    asked = Server.of("smtp://me%40firm.example:s%2Fcret@mail.firm.example")
    assert (asked.user, asked.password, asked.port) == ("me@firm.example", "s/cret", 587)
    assert "cret" not in repr(asked)
    assert (Server.of("smtps://mail.firm.example").port, Server.of("smtp://mail.firm.example").port) == (465, 25)
    for wrong in ("mail.firm.example", "http://mail.firm.example", "smtp://", "smtp://x/y", "smtp://x:port"):
        with pytest.raises(ValueError, match=r"."):
            Server.of(wrong)


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_login_is_made_and_a_wrong_one_is_final(box: Box) -> None:
    seen: list[bytes] = []

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword) -> AuthResult:
        seen.append(data.login)
        is_right = data.password == b"right"
        return AuthResult(success=is_right, handled=is_right)

    message = EmailMessage()
    message["From"], message["To"] = FROM, "bob@kaartenbak.example"
    message.set_content("Hello")
    with listening(box, authenticator=known, auth_require_tls=False, auth_required=True) as port:
        Server.of(f"smtp://me:right@127.0.0.1:{port}").send(message)
        with pytest.raises(NotSent) as refused:
            Server.of(f"smtp://me:wrong@127.0.0.1:{port}").send(message)
    assert (len(box.got), set(seen), refused.value.is_final) == (1, {b"me"}, True)
    assert "wrong" not in refused.value.why


def test_a_password_does_not_leave_over_an_open_line(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    monkeypatch.setattr("models.smtp.LOOPBACK", frozenset())
    open_line = Server(server.host, server.port, is_tls=False, user="me", password="secret")
    with pytest.raises(NotSent, match="no TLS") as refused:
        open_line.send(EmailMessage())
    assert refused.value.is_final


def test_what_others_save_while_a_server_talks_does_not_make_a_sent_message_look_unsent(
    session: Session, cast: Cast, server: Server, box: Box, database_url: URL
) -> None:
    customer = factories.customer(session)
    mail = write(session, cast, customer)

    def slowly(message: EmailMessage) -> None:
        with create_engine(database_url, poolclass=NullPool).begin() as other:
            other.execute(text("UPDATE customer SET description = 'meanwhile'"))
        server.send(message)

    outbox.deliver(session, mail.id, FROM, slowly, utc_now())
    found = session.get_one(Mail, mail.id, populate_existing=True)
    assert (found.state, found.body, len(box.got)) == (MailState.SENT, "", 1)
