"""Forms that were sent and made something, so that one that is sent once more makes nothing."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime, ref, table_args, utc_now


class SentForm(Base):
    """A form of one person that made something. `token` is what its page carried, `digest` stands for what was typed.

    Not journaled, and forgotten after a week. What it made is only told, not referred to: that may go meanwhile.
    """

    journaled = False
    __table_args__ = table_args(UniqueConstraint("user_id", "token"), Index("ix_sent_form_at", "at"))

    user_id: Mapped[int] = mapped_column(ref("user.id", "CASCADE"))
    token: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=utc_now)
    table_name: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(Integer)
    changeset_id: Mapped[int | None] = mapped_column(BigInteger)


__all__ = ["SentForm"]
