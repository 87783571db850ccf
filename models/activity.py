"""What is planned and done with a customer, and what colleagues say of it: activities, comments, files and links."""

from __future__ import annotations

import datetime as dt
import enum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    and_,
    case,
    false,
    func,
    literal,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from models.base import LINES, LONG_TEXT, LOOSE, Base, Stamped, UtcDateTime, between, ref, table_args, utc_now, words
from models.clock import Clock
from models.contact import Contact
from models.customer import Customer
from models.process import USED as PROCESSES
from models.process import ProcessRun
from models.project import Project
from models.settings import ListValue, ValueList
from models.user import User


class ActivityState(enum.StrEnum):
    """How an activity stands (TL-40). A note is done when it is written."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


# A longer text is named by its beginning.
NAMED_BY = 60


def beginning(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= NAMED_BY else f"{line[: NAMED_BY - 1]}…"


def due(day: dt.date | None, time: dt.time | None, clock: Clock) -> dt.datetime | None:
    """When something is due that has a day, and maybe a time by the office's clock, as it is kept.

    Without a time it is a day, wherever the office is: kept as that day's midnight in UTC, which no zone shifts.
    """
    if day is None:
        return None
    return _as_kept(day) if time is None else clock.means(dt.datetime.combine(day, time))


def due_there(at: dt.datetime, *, has_time: bool, clock: Clock) -> dt.datetime:
    """The day and the time that are meant by what `due` made; without a time only its day says something."""
    return clock.shows(at) if has_time else at


def _as_kept(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


class Activity(Stamped, Base):
    """Something to do with a customer, or that was done: a task, a note, a call, an event (VS-31).

    `kind` is one of the office's own list. `due_at` is when it has to be done or takes place; `has_time` is off where only
    the day was said: `due` and `due_there` go between these two and what people say. `user` is who does it. When its
    contact is deleted, `contact_deleted` keeps the place where the name stood (VS-29). `process_run`: the work process that it
    is a step of (TS-30).
    """

    __table_args__ = table_args(
        # The card: what is open by its date, what is done by when it was.
        Index("ix_activity_customer_id", "customer_id", "state", "due_at"),
        # What a colleague has to do.
        Index("ix_activity_user_id", "user_id", "state", "due_at"),
        Index("ix_activity_project_id", "project_id"),
        Index("ix_activity_contact_id", "contact_id"),
        Index("ix_activity_kind_id", "kind_id"),
        Index("ix_activity_process_run_id", "process_run_id"),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    project_id: Mapped[int | None] = mapped_column(ref("project.id", "SET NULL"))
    contact_id: Mapped[int | None] = mapped_column(ref("contact.id", "SET NULL"))
    contact_deleted: Mapped[bool] = mapped_column(default=False, server_default=false())
    kind_id: Mapped[int | None] = mapped_column(
        ref("list_value.id", "RESTRICT"), info={"list": ValueList.ACTIVITY_KIND}
    )
    user_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"))
    process_run_id: Mapped[int | None] = mapped_column(ref("process_run.id", "SET NULL"), info={"switch": PROCESSES})
    subject: Mapped[str] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text, info=LONG_TEXT)
    state: Mapped[ActivityState] = mapped_column(words(ActivityState, "state"), default=ActivityState.PLANNED)
    due_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    has_time: Mapped[bool] = mapped_column(default=False)
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    customer: Mapped[Customer] = relationship()
    project: Mapped[Project | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    kind: Mapped[ListValue | None] = relationship()
    user: Mapped[User | None] = relationship()
    process_run: Mapped[ProcessRun | None] = relationship()

    name: Mapped[str] = synonym("subject")

    def is_overdue(self, clock: Clock) -> bool:
        """Whether it should have been done by now; what has a day only may be done all that day."""
        if self.state is not ActivityState.PLANNED or self.due_at is None:
            return False
        return self.due_at < (utc_now() if self.has_time else _as_kept(clock.today()))

    def __str__(self) -> str:
        return self.subject


def overdue(clock: Clock) -> ColumnElement[bool]:
    """The same as `Activity.is_overdue`, asked of the database."""
    now, today = (literal(at, UtcDateTime()) for at in (utc_now(), _as_kept(clock.today())))
    return and_(Activity.state == ActivityState.PLANNED, Activity.due_at < case((Activity.has_time, now), else_=today))


class Comment(Stamped, Base):
    """What somebody said of a customer. `said_at` and `user` may be changed (TL-29): when and who it was entered by is in
    `created_at` and in the journal.
    """

    __table_args__ = table_args(
        Index("ix_comment_customer_id", "customer_id", "said_at"), Index("ix_comment_user_id", "user_id")
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"))
    said_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text, info=LONG_TEXT)

    customer: Mapped[Customer] = relationship()
    user: Mapped[User | None] = relationship()
    mentioned: Mapped[list[User]] = relationship(secondary="comment_mention", viewonly=True, order_by="User.name")

    @hybrid_property
    def name(self) -> str:
        """What the comment is called: how it begins."""
        return beginning(self.text)

    @name.inplace.expression
    @classmethod
    def _name(cls) -> ColumnElement[str]:
        return func.substr(cls.text, 1, NAMED_BY)

    def __str__(self) -> str:
        return self.name


class CommentMention(Base):
    """A colleague whom a comment names with @, and who finds it on a page of their own."""

    __table_args__ = table_args(UniqueConstraint("comment_id", "user_id"))

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"), index=True)
    comment_id: Mapped[int] = mapped_column(ref("comment.id", "CASCADE"))
    user_id: Mapped[int] = mapped_column(ref("user.id", "CASCADE"), index=True, info=LOOSE)


class Attachment(Stamped, Base):
    """A file or a link on a customer, or on one of its projects (VS-37, VS-38).

    A link has a `url`; a file has the digest of its content, its size in bytes and the media type that its content shows.
    """

    __table_args__ = table_args(
        CheckConstraint("(url IS NULL) <> (sha256 IS NULL)", name="file_or_link"),
        Index("ix_attachment_customer_id", "customer_id", "created_at"),
        Index("ix_attachment_project_id", "project_id"),
        Index("ix_attachment_sha256", "sha256"),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    project_id: Mapped[int | None] = mapped_column(ref("project.id", "SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(String(2000), info={"web": True})
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(Integer, info=between(0, 2**31 - 1))
    media_type: Mapped[str | None] = mapped_column(String(100))
    note: Mapped[str | None] = mapped_column(String(500), info=LINES)

    customer: Mapped[Customer] = relationship()
    project: Mapped[Project | None] = relationship()

    @property
    def is_link(self) -> bool:
        return self.url is not None

    def __str__(self) -> str:
        return self.name


class FileContent(Base):
    """The bytes of a file, once for each content. Not journaled: a content never changes, and while the history can bring an
    attachment back its content stays.
    """

    journaled = False

    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
