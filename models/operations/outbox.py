"""Write to a colleague about a customer, and send what waits in the outbox: each message at most once.

The outbox is a table: a message is there or not, together with the comment that keeps it, and stays there over a restart.
Whoever sends takes hold of it first. What is cut off after that is not sent again by itself, for it may have gone out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM, Looker
from models.activity import Comment
from models.base import EVERYTHING, utc_now
from models.customer import Customer
from models.errors import NotFound, Problems, Reason, Refused
from models.journal import changeset
from models.mail import Mail, MailState
from models.operations import fields, once
from models.operations.once import Sent
from models.operations.save import save
from models.operations.working import working
from models.smtp import NotSent, Why
from models.user import User

# Minutes until the next try; after the last one it failed.
PAUSES = (1, 5, 30, 120, 480)
# Sending takes seconds: what is said to be on its way for so many minutes was cut off.
CUT_OFF = 15
MOST = 50

Send = Callable[[EmailMessage], None]


def colleague(session: Session, actor: Looker, customer_id: int, recipient_id: int | None) -> User:
    """Who the mail goes to: somebody who works here and may see the customer. Raises Refused at the field otherwise."""
    access.there(session, Customer, customer_id)
    found = None if recipient_id is None else session.get(User, recipient_id)
    if found is None or found.disabled_at is not None:
        raise Refused(Reason.MISSING if recipient_id is None else Reason.NOT_FOUND, "recipient_id")
    if not access.sees(session, found, customer_id):
        raise Refused(Reason.CANNOT_SEE_IT, "recipient_id", name=found.name)
    return found


def write(
    session: Session,
    actor: Looker,
    customer_id: int,
    recipient_id: int | None,
    subject: str,
    body: str,
    *,
    comment: str | None = None,
    sent: Sent | None = None,
) -> Mail:
    """Put a message into the outbox; with `comment`, which takes the right to edit, that is said of the customer too.

    Both are there, or neither; `sent`, the form that asks for it, does so once. Raises Refused at the field that does not fit.
    """
    recipient = colleague(session, actor, customer_id, recipient_id)
    made = Mail(
        customer_id=customer_id,
        user_id=actor.id,
        recipient_id=recipient.id,
        subject=" ".join(subject.split())[:200],
        body=body,
        next_try_at=utc_now(),
    )
    if misfit := fields.misfits(Mail, "body", body):
        raise Problems([Refused(misfit.reason, "text", **misfit.values)])
    with changeset(session, actor, "Write to a colleague"):
        claimed = once.claim(session, actor, sent)
        session.add(made)
        session.flush()
        once.led_to(session, claimed, Mail, made.id)
        if comment is not None:
            save(session, actor, Comment, None, as_comment(actor, customer_id, comment))
    return made


def as_comment(actor: Looker, customer_id: int, text: str) -> dict[str, object]:
    """What was written, as a comment of now (TL-15)."""
    return {"customer_id": customer_id, "user_id": actor.id, "said_at": utc_now(), "text": text}


def of_customer(session: Session, customer_id: int, limit: int) -> list[Mail]:
    """The newest messages about a customer."""
    access.there(session, Customer, customer_id)
    return list(
        session.scalars(select(Mail).where(Mail.customer_id == customer_id).order_by(Mail.id.desc()).limit(limit))
    )


def again(session: Session, actor: Looker, customer_id: int, mail_id: int) -> None:
    """Try a message once more that failed, for whoever wrote it."""
    access.there(session, Customer, customer_id)
    hold = update(Mail).where(
        Mail.id == mail_id,
        Mail.customer_id == customer_id,
        Mail.user_id == actor.id,
        Mail.state == MailState.FAILED,
    )
    with working(session):
        held = session.execute(
            hold.values(state=MailState.QUEUED, attempts=0, next_try_at=utc_now(), error=None).returning(Mail.id)
        ).first()
        if held is None:
            raise NotFound


# Sending -------------------------------------------------------------------------------------------------------------


def due(session: Session, now: dt.datetime) -> list[int]:
    """The ids of messages to be sent now, oldest first. What was cut off while it was sent has failed."""
    cut_off = update(Mail).where(
        Mail.state == MailState.SENDING, Mail.next_try_at < now - dt.timedelta(minutes=CUT_OFF)
    )
    with working(session):
        session.execute(cut_off.values(state=MailState.FAILED, error=Why.CUT_OFF))
    waiting = select(Mail.id).where(Mail.state == MailState.QUEUED, Mail.next_try_at <= now).order_by(Mail.id)
    return list(session.scalars(waiting.limit(MOST)))


def deliver(session: Session, mail_id: int, sender: str, send: Send, now: dt.datetime) -> None:
    """Send one message that is due; nothing where somebody else has it, or it is not due any more."""
    mine = update(Mail).where(Mail.id == mail_id, Mail.state == MailState.QUEUED, Mail.next_try_at <= now)
    # Kept before it is sent: a crash in between must not send it twice.
    with working(session):
        held = session.execute(
            mine.values(state=MailState.SENDING, attempts=Mail.attempts + 1, next_try_at=now).returning(Mail.id)
        ).first()
    if held is None:
        return
    failed = _failed(session, mail_id, sender, send)
    with working(session):
        mail = session.get_one(Mail, mail_id, populate_existing=True)
        if failed is not None:
            _put_off(mail, failed, now)
        else:
            mail.state, mail.sent_at, mail.error, mail.body = MailState.SENT, now, None, ""


def _failed(session: Session, mail_id: int, sender: str, send: Send) -> NotSent | None:
    """Send it; why it could not be sent. What was read for it is let go before: others write while a server talks."""
    try:
        mail = session.get_one(Mail, mail_id, populate_existing=True)
        _require_sendable(session, mail)
        made = message(mail, sender)
        session.rollback()
        send(made)
    except NotSent as failed:
        return failed
    return None


def _require_sendable(session: Session, mail: Mail) -> None:
    """What changed while it waited counts: who left gets no mail, nor who may not see the customer any more."""
    there = session.scalar(select(Customer.id).where(Customer.id == mail.customer_id), execution_options=EVERYTHING)
    if there is None:
        raise NotSent(Why.CUSTOMER_GONE, is_final=True)
    try:
        colleague(session, SYSTEM, mail.customer_id, mail.recipient_id)
    except Refused:
        raise NotSent(Why.CANNOT_SEE_IT, is_final=True) from None


def _put_off(mail: Mail, failed: NotSent, now: dt.datetime) -> None:
    mail.error = str(failed.why)[:300]
    if failed.is_final or mail.attempts > len(PAUSES):
        mail.state = MailState.FAILED
        return
    mail.state = MailState.QUEUED
    mail.next_try_at = now + dt.timedelta(minutes=PAUSES[mail.attempts - 1])


def message(mail: Mail, sender: str) -> EmailMessage:
    """The message as it goes out. Every try carries the same id, so that a mailbox knows a second one."""
    assert mail.recipient is not None
    made = EmailMessage(policy=SMTP)
    made["From"] = _address(mail.user.name if mail.user else "", sender)
    made["To"] = _address(mail.recipient.name, mail.recipient.email)
    if mail.user is not None:
        made["Reply-To"] = _address(mail.user.name, mail.user.email)
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(mail.created_at)
    made["Message-ID"] = f"<mail-{mail.id}-{mail.created_at:%Y%m%d%H%M%S}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.body)
    return made


def _address(name: str, email: str) -> Address:
    """A header's address. A line break in it would begin another header: the class refuses one, so none gets there."""
    try:
        return Address(" ".join(name.split()), addr_spec=email)
    except (ValueError, IndexError) as wrong:
        raise NotSent(Why.NO_ADDRESS, is_final=True) from wrong


__all__ = ["PAUSES", "again", "as_comment", "colleague", "deliver", "due", "message", "of_customer", "write"]
