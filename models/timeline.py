"""The timeline of a customer: what was changed, said, done and registered, newest first, page by page (TS-31).

Each source goes along an index of its own, and a page reads as many rows of each as it can show. So it costs the same for
whoever has many rows, and shows only what the person who looks may see of each.
"""

from __future__ import annotations

import datetime as dt
import enum
import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, Select, Text, and_, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from models import clock, journal
from models.activity import Activity, ActivityState, Comment, CommentMention
from models.base import DATE, LARGEST_POSITION, day_of, whole
from models.clock import Clock
from models.journal import Changeset, Event
from models.project import Registration
from models.settings import ListValue
from models.user import User


class Source(enum.StrEnum):
    """What a line of the timeline is."""

    CHANGE = "change"
    COMMENT = "comment"
    ACTIVITY = "activity"
    REGISTRATION = "registration"


# What stands on the timeline by itself is not told again as a change.
TOLD = tuple(noun.__tablename__ for noun in (Comment, CommentMention, Activity, Registration))
# Between the sources of a place, and between a moment and the key behind it.
_NEXT, _IS, _AND = "_", "-", "~"


@dataclass(frozen=True)
class Entry:
    """A line of the timeline. `event` is the change; else `key` and `text` are of the comment or activity.

    Of registrations it is the time of one day, in `minutes`; `kind` is what the office calls the kind of an activity, and its
    user who said that it was done.
    """

    source: Source
    at: dt.datetime
    place: str
    event: Event | None = None
    key: int | None = None
    text: str = ""
    user_id: int | None = None
    user_name: str | None = None
    kind: str | None = None
    minutes: int = 0


@dataclass(frozen=True)
class Timeline:
    """A page of entries, newest first; `next` is the `before` of the following page, None at the end."""

    entries: tuple[Entry, ...]
    next: str | None


@dataclass(frozen=True)
class _Places:
    """How far each source was read."""

    by_source: Mapping[Source, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> _Places:
        """The places that an address writes; what makes no sense begins anew."""
        pairs = (part.partition(_IS) for part in text[:200].split(_NEXT))
        return cls({Source(name): place for name, _, place in pairs if name in set(Source)})

    def after(self, entries: Sequence[Entry]) -> str:
        """The places behind these entries."""
        now = {**self.by_source, **{entry.source: entry.place for entry in entries}}
        return _NEXT.join(f"{source}{_IS}{place}" for source, place in now.items())

    def row(self, source: Source) -> tuple[dt.datetime, int] | None:
        """A moment and a key; None where there is none."""
        moment, _, key = self.by_source.get(source, "").partition(_AND)
        number = whole(key)
        try:
            at = dt.datetime.strptime(moment, _MOMENT).replace(tzinfo=dt.UTC)
        except ValueError:
            return None
        return None if number is None else (at, number)

    def day(self) -> dt.date | None:
        """The last day of registrations that was told."""
        return day_of(self.by_source.get(Source.REGISTRATION))

    def change(self) -> str | None:
        """Where the journal is to go on."""
        number = whole(self.by_source.get(Source.CHANGE), LARGEST_POSITION)
        return None if number is None else str(number)


_MOMENT, _DAY = "%Y%m%dT%H%M%S.%f", "%Y%m%d"


def page(
    session: Session,
    customer_id: int,
    wanted: Collection[Source],
    before: str,
    limit: int,
    without: Collection[str] = (),
    *,
    has_outside: bool = True,
) -> Timeline:
    """What happened with a customer, of the sources that are wanted; four queries whatever there is.

    Three are enough where nothing of it came from outside. Changes of the tables `without` are left out.
    """
    places = _Places.read(before)
    changes, more_changes = list[Entry](), False
    if Source.CHANGE in wanted:
        found = journal.history(
            session,
            customer_id=customer_id,
            before=places.change(),
            limit=limit,
            without=(*(TOLD if len(wanted) > 1 else ()), *without),
            has_outside=has_outside,
        )
        changes, more_changes = [_change(event) for event in found.events], found.next is not None
    rows = _rows(session, customer_id, wanted, places, limit + 1)
    merged = heapq.merge(changes, *rows, key=lambda entry: entry.at, reverse=True)
    entries = tuple(entry for entry, _ in zip(merged, range(limit), strict=False))
    is_more = more_changes or len(changes) + sum(map(len, rows)) > len(entries)
    return Timeline(entries, places.after(entries) if is_more and entries else None)


def _change(event: Event) -> Entry:
    return Entry(Source.CHANGE, event.at, str(event.first_id), event=event)


def _rows(
    session: Session, customer_id: int, wanted: Collection[Source], places: _Places, limit: int
) -> list[list[Entry]]:
    """The newest rows of the other sources, all in one query."""
    made = {
        Source.COMMENT: _comments(customer_id, places.row(Source.COMMENT)).limit(limit),
        Source.ACTIVITY: _told_by(_activities(customer_id, places.row(Source.ACTIVITY)).limit(limit)),
        Source.REGISTRATION: _registrations(customer_id, places.day()).limit(limit),
    }
    arms = [query.subquery() for source, query in made.items() if source in wanted]
    if not arms:
        return []
    found: dict[Source, list[Entry]] = {}
    office = clock.of(session)
    for row in session.execute(union_all(*(select(*arm.c) for arm in arms))):
        entry = _entry(office, *row)
        found.setdefault(entry.source, []).append(entry)
    newest_first = {Source.REGISTRATION: lambda entry: (entry.at, 0)}
    return [
        sorted(rows, key=newest_first.get(source, lambda entry: (entry.at, entry.key)), reverse=True)
        for source, rows in found.items()
    ]


def _entry(
    office: Clock,
    source: str,
    key: int | None,
    at: dt.datetime | None,
    day: dt.date | None,
    text: str | None,
    user_id: int | None,
    user_name: str | None,
    kind: str | None,
    minutes: int | None,
) -> Entry:
    if day is not None:
        return Entry(Source(source), office.begins(day), f"{day:{_DAY}}", minutes=minutes or 0)
    assert at is not None
    place = f"{at:{_MOMENT}}{_AND}{key}"
    return Entry(Source(source), at, place, None, key, text or "", user_id, user_name, kind)


_NO_TEXT, _NO_NUMBER = cast(null(), Text), cast(null(), Integer)


def _comments(customer_id: int, place: tuple[dt.datetime, int] | None) -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(Source.COMMENT.value).label("source"),
            Comment.id,
            Comment.said_at.label("at"),
            cast(null(), DATE).label("day"),
            Comment.text,
            User.id.label("user_id"),
            User.name.label("user_name"),
            _NO_TEXT.label("kind"),
            _NO_NUMBER.label("minutes"),
        )
        .outerjoin(User, User.id == Comment.user_id)
        .where(Comment.customer_id == customer_id, *_beyond(Comment.said_at, Comment.id, place))
        .order_by(Comment.said_at.desc(), Comment.id.desc())
    )


def _activities(customer_id: int, place: tuple[dt.datetime, int] | None) -> Select[*tuple[Any, ...]]:
    at = func.coalesce(Activity.done_at, Activity.changed_at)
    return (
        select(
            literal(Source.ACTIVITY.value).label("source"),
            Activity.id,
            at.label("at"),
            cast(null(), DATE).label("day"),
            cast(Activity.subject, Text).label("text"),
            User.id.label("user_id"),
            User.name.label("user_name"),
            cast(ListValue.name, Text).label("kind"),
            _NO_NUMBER.label("minutes"),
        )
        .outerjoin(User, User.id == Activity.user_id)
        .outerjoin(ListValue, ListValue.id == Activity.kind_id)
        .where(
            Activity.customer_id == customer_id,
            Activity.state == ActivityState.DONE,
            *_beyond(at, Activity.id, place),
        )
        .order_by(at.desc(), Activity.id.desc())
    )


def _told_by(activities: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The same activities under who said that they were done: without that, it was whose they are."""
    told, doer = activities.subquery(), aliased(User)
    said = journal.given_by(Activity.__tablename__, told.c.id, "state", ActivityState.DONE.value)
    by = Changeset.__table__.alias("said")
    who = {
        "user_id": case((by.c.id.is_(None), told.c.user_id), else_=by.c.user_id),
        "user_name": case((by.c.id.is_(None), told.c.user_name), else_=func.coalesce(doer.name, by.c.user_name)),
    }
    columns = (who[column.name].label(column.name) if column.name in who else column for column in told.c)
    return select(*columns).outerjoin_from(told, by, by.c.id == said).outerjoin(doer, doer.id == by.c.user_id)


def _registrations(customer_id: int, before: dt.date | None) -> Select[*tuple[Any, ...]]:
    """The time of each day: of everybody, or one's own only, as far as one may see it."""
    return (
        select(
            literal(Source.REGISTRATION.value).label("source"),
            _NO_NUMBER.label("id"),
            cast(null(), Comment.said_at.type).label("at"),
            Registration.day,
            _NO_TEXT.label("text"),
            _NO_NUMBER.label("user_id"),
            _NO_TEXT.label("user_name"),
            _NO_TEXT.label("kind"),
            func.sum(Registration.minutes).label("minutes"),
        )
        .where(Registration.customer_id == customer_id, *(() if before is None else (Registration.day < before,)))
        .group_by(Registration.day)
        .order_by(Registration.day.desc())
    )


def _beyond(at: Any, key: Any, place: tuple[dt.datetime, int] | None) -> Iterator[Any]:
    if place is not None:
        yield or_(at < place[0], and_(at == place[0], key < place[1]))
