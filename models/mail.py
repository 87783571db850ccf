"""Mail that waits to be sent, and what became of it: the outbox."""

from __future__ import annotations

import datetime as dt
import enum

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import LONG_TEXT, Base, Stamped, UtcDateTime, between, ref, table_args, words
from models.user import User


class MailState(enum.StrEnum):
    """How far a message is. One that stays `sending` was cut off in the middle: nobody knows whether it went out."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Mail(Stamped, Base):
    """A message to a colleague about a customer. Its text goes once it is sent; what is to be kept is a comment.

    Not journaled: a mail cannot be taken back. `customer_id` refers to no row, so that a deleted customer can come back
    with its mail; what waits for a customer that is gone is not sent.
    """

    journaled = False
    __table_args__ = table_args(
        Index("ix_mail_state", "state", "next_try_at"), Index("ix_mail_customer_id", "customer_id", "id")
    )

    customer_id: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"), index=True)
    recipient_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, info=LONG_TEXT)
    state: Mapped[MailState] = mapped_column(words(MailState, "state"), default=MailState.QUEUED)
    attempts: Mapped[int] = mapped_column(Integer, default=0, info=between(0, 100))
    next_try_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(300))

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    recipient: Mapped[User | None] = relationship(foreign_keys=[recipient_id])

    def __str__(self) -> str:
        return self.subject
