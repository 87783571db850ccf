"""Reading the journal: what happened to a record since a form was shown, and the history page by page."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models.among import one_of
from models.base import AnySession, Base, plain
from models.journal.context import is_open
from models.journal.plan import Pair
from models.journal.tables import Change, Changeset, Operation, Origin, journaled_tables, registry_of
from models.journal.triggers import quoted

# Enough to show what an event is about, and to say how much more there is.
SHOWN = 20
COUNTED = 1000
_OUTSIDE_WINDOW = 5000
# A page looks for what matches among so many events, and goes on from there on the next one.
LOOKED_AT = 1000
# The first changes of so many events are asked for one by one: SQLite puts no more than 500 queries in one.
_ONE_BY_ONE = 100

Now = Mapping[Pair, dict[str, Any] | None]

# As plain tables: whether a record changed meanwhile does not depend on who is looking.
_CHANGE = Base.metadata.tables[Change.__tablename__].c
CHANGESET = Base.metadata.tables[Changeset.__tablename__].c


@dataclass(frozen=True)
class Later:
    """A change after a position. `user_name` is None and `at` its own moment when it was made from outside."""

    id: int
    changeset_id: int | None
    user_id: int | None
    user_name: str | None
    at: dt.datetime | None
    table: str
    row_id: int
    operation: Operation
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class Event:
    """One entry of the history: a changeset, or what was changed from outside within one second.

    `changes` are the first of `count`, which stops counting at COUNTED and then says `is_more`. `now` has the rows of
    those as they were left by what changed them last, None where they were taken away.
    """

    changeset: Changeset | None
    at: dt.datetime
    changes: tuple[Change, ...]
    count: int
    is_more: bool
    first_id: int
    last_id: int
    now: Now


@dataclass(frozen=True)
class Page:
    """Events, newest first; `next` is the `before` of the following page, None at the end.

    `looked_to` is the moment of the last event that was looked at, where looking for some ended before the history does.
    """

    events: tuple[Event, ...]
    next: str | None
    looked_to: dt.datetime | None = None


Matching = Callable[[Sequence[Event]], Sequence[bool]]


class By(enum.StrEnum):
    """Who did something when it was nobody with an id."""

    SYSTEM = "system"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Only:
    """What a history is narrowed to: all of this must hold, and what is empty narrows nothing.

    `by` are people by their ids, the system, or other programs, also where what they wrote was taken in since. Of `tables`
    the changes are shown, and all changes of what came about by one of the `origins`. It is from the moment `since` on, and
    from before `until`.
    """

    by: frozenset[int | By] = frozenset()
    tables: frozenset[str] = frozenset()
    origins: frozenset[Origin] = frozenset()
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @property
    def shows_all(self) -> bool:
        """Whether all changes of an event are shown."""
        return not self.tables and not self.origins

    def of_change(self) -> Iterator[ColumnElement[bool]]:
        """The condition on a change: of the tables, or by one of the ways."""
        ways = exists().where(CHANGESET.id == Change.changeset_id, CHANGESET.origin.in_(self.origins))
        if not self.shows_all:
            yield or_(Change.table_name.in_(self.tables), *([ways] if self.origins else []))


_EVERYTHING = Only()


def position(session: AnySession) -> int:
    """Where the journal stands. Take it before reading what a form shows, and give it to `since` on saving."""
    return session.scalar(select(func.max(_CHANGE.id))) or 0


@dataclass(frozen=True)
class Touch:
    """When a row was last changed and by whom; from outside, nobody is known. The system has a name and no id."""

    at: dt.datetime | None
    user_name: str | None
    user_id: int | None = None


def touches(session: AnySession, table: str, ids: Collection[int]) -> dict[int, tuple[Touch, Touch]]:
    """Of each of these rows when and by whom it was made and last changed, as far as the journal goes back: one query."""
    return {key: found for (_, key), found in touches_of(session, [(table, key) for key in ids]).items()}


def touches_of(session: AnySession, pairs: Iterable[Pair]) -> dict[Pair, tuple[Touch, Touch]]:
    """The same of rows of several tables, still in one query; none for no rows."""
    wanted = _by_table(pairs)
    if not wanted:
        return {}
    here = or_(*(and_(_CHANGE.table_name == table, _CHANGE.row_id.in_(ids)) for table, ids in wanted.items()))
    row = (_CHANGE.table_name, _CHANGE.row_id)
    said = (*row, func.min(_CHANGE.id).label("first"), func.max(_CHANGE.id).label("last"))
    ends = select(*said).where(here).group_by(*row).subquery()
    rows = session.execute(
        select(_CHANGE.table_name, _CHANGE.row_id, _CHANGE.at, CHANGESET.at, CHANGESET.user_name, CHANGESET.user_id)
        .join_from(ends, Change.__table__, _CHANGE.id.in_([ends.c.first, ends.c.last]))
        .outerjoin(Changeset.__table__, CHANGESET.id == _CHANGE.changeset_id)
        .order_by(_CHANGE.id)
    ).all()
    found: dict[Pair, tuple[Touch, Touch]] = {}
    for table, key, outside, at, *who in rows:
        touch, pair = Touch(at or outside, *who), (table, key)
        found[pair] = (found[pair][0], touch) if pair in found else (touch, touch)
    return found


def since(session: AnySession, position: int, pairs: Iterable[tuple[str, int | None]]) -> list[Later]:
    """The changes after `position` of these rows, for who asks once: see `Since.changes`."""
    return Since(session, position).changes(pairs)


class Since:
    """What changed after a position of the journal; where that stands is asked for once."""

    def __init__(self, session: AnySession, position: int) -> None:
        self._session = plain(session)
        self._position = position

    def changes(self, pairs: Iterable[tuple[str, int | None]], of: Pair | None = None) -> list[Later]:
        """The changes of these rows (pairs of table and key; key None for all rows), oldest first.

        `of`, a column and a key, narrows it to rows that point at one record by this column, or did until then.
        The state a form showed is the `before` of the first of them. In an open changeset on PostgreSQL the rows are
        held first, so that nobody can change them between this look and the write.
        """
        session = self._session
        session.flush()
        wanted = _by_table(pairs)
        if session.connection().dialect.name == "postgresql" and is_open(session):
            _hold(session, wanted)
        one_of = or_(
            false(),
            *(
                and_(_CHANGE.table_name == table, true() if None in ids else _CHANGE.row_id.in_(ids))
                for table, ids in wanted.items()
            ),
        )
        found = session.execute(
            select(
                _CHANGE.id,
                _CHANGE.changeset_id,
                CHANGESET.user_id,
                CHANGESET.user_name,
                func.coalesce(CHANGESET.at, _CHANGE.at).label("at"),
                _CHANGE.table_name.label("table"),
                _CHANGE.row_id,
                _CHANGE.operation,
                _CHANGE.before,
                _CHANGE.after,
            )
            .outerjoin_from(_CHANGE.id.table, CHANGESET.id.table, CHANGESET.id == _CHANGE.changeset_id)
            .where(one_of, self._after, *([] if of is None else [_pointing(*of)]))
            .order_by(_CHANGE.id)
        )
        return [Later(**row) for row in found.mappings()]

    @cached_property
    def _after(self) -> ColumnElement[bool]:
        return _after(self._session, self._position)


def _pointing(column: str, key: int) -> ColumnElement[bool]:
    """Whether the changed row pointed at this record; what the journal keeps beside the images goes along its index."""
    if column in ("customer_id", "contact_id"):
        return _CHANGE[column] == key
    return or_(*(image[column].as_integer() == key for image in (_CHANGE.before, _CHANGE.after)))


def _by_table(pairs: Iterable[tuple[str, int | None]]) -> dict[str, list[int | None]]:
    wanted: dict[str, set[int | None]] = {}
    for table, row_id in pairs:
        wanted.setdefault(table, set()).add(row_id)
    return {table: sorted(ids, key=lambda row_id: row_id or 0) for table, ids in sorted(wanted.items())}


def _hold(session: Session, wanted: dict[str, list[int | None]]) -> None:
    known = {table.name for table in journaled_tables(registry_of(session))}
    for table, ids in wanted.items():
        keys = [row_id for row_id in ids if row_id is not None]
        if keys and table in known:
            session.execute(
                text(f"SELECT id FROM {quoted(table)} WHERE id = ANY(:keys) ORDER BY id FOR UPDATE"), {"keys": keys}
            )


def _after(session: Session, position: int) -> ColumnElement[bool]:
    """Whether a change became visible after a position.

    On PostgreSQL a change gets its id before it becomes visible, so one with a lower id may still be to come: made by
    a transaction that was open when the one at `position` was about to commit.
    """
    later = _CHANGE.id > position
    if session.connection().dialect.name != "postgresql":
        return later
    found = session.execute(
        select(_CHANGE.transaction_id, func.coalesce(_CHANGE.snapshot, CHANGESET.snapshot))
        .outerjoin_from(_CHANGE.id.table, CHANGESET.id.table, CHANGESET.id == _CHANGE.changeset_id)
        .where(_CHANGE.id == position)
    ).first()
    if found is None or found[0] is None or found[1] is None:
        return later
    own, snapshot = found
    # The snapshot names what was open below its end; what lay above was not over either.
    _, end, still_open = snapshot.split(":")
    beside = or_(
        _CHANGE.transaction_id >= int(end),
        _CHANGE.transaction_id.in_([int(one) for one in still_open.split(",") if one]),
    )
    return or_(later, and_(_CHANGE.transaction_id != own, beside))


def history(
    session: AnySession,
    *,
    customer_id: int | None = None,
    contact_id: int | None = None,
    changeset_id: int | None = None,
    rows: Sequence[Pair] | None = None,
    before: str | None = None,
    limit: int = 50,
    without: Collection[str] = (),
    only: Only = _EVERYTHING,
    has_outside: bool = True,
    matching: Matching | None = None,
) -> Page:
    """What happened, newest first: everywhere, or to a customer, a contact, some rows or in one changeset.

    Changes of the tables `without` are left out, and so is an event that has no others; `only` narrows it further.
    `matching` says of events which of them are wanted: a page then looks through LOOKED_AT of them. Who knows that nothing
    of it came from outside says so in `has_outside`, and spares a query.

    `before` is the `next` of the page before; anything else starts anew. Takes three queries at most, whatever there is, and
    shows what the one who is looking may see.
    """
    session = plain(session)
    about = [*about_changes(customer_id, contact_id, changeset_id, rows), *only.of_change()]
    if without:
        about.append(Change.table_name.not_in(without))
    end = int(before) if before and before.isdecimal() and len(before) < 19 else None
    is_of_nobody = has_outside and (not only.by or By.OUTSIDE in only.by)
    outside = _outside(session, [*about, *during(Change.at, only)], end) if is_of_nobody else []
    # Beyond a full window there may be more from outside, so what is older waits for the next page.
    horizon = outside[-1].last_id if len(outside) == _OUTSIDE_WINDOW else 0
    such = [*_by(only), *during(Changeset.at, only)]
    window = limit if matching is None else LOOKED_AT
    found = _merged(_changesets(session, about, such, end, window), outside)
    merged = [event for event in found if event.last_id >= horizon]
    changes, now = _first_changes(session, about, merged[:window])
    looked = [event.shown(changes, now) for event in merged[:window]]
    fitting = looked if matching is None else [one for one, fits in zip(looked, matching(looked), strict=True) if fits]
    if len(fitting) > limit:
        return Page(tuple(fitting[:limit]), str(fitting[limit - 1].first_id))
    is_more = len(merged) > window or horizon > 0
    place = str(looked[-1].first_id) if is_more else None
    return Page(tuple(fitting), place, looked[-1].at if is_more and matching is not None else None)


def given_by(table: str, row_id: ColumnElement[int], column: str, value: str) -> ScalarSelect[int]:
    """The changeset that last made this the value of a column of a row that had another before; none where it began so."""
    before, after = (image[column].as_string() for image in (_CHANGE.before, _CHANGE.after))
    given = and_(_CHANGE.operation == Operation.UPDATE, after == value, before != value)
    its = and_(_CHANGE.row_id == row_id, _CHANGE.table_name == table, _CHANGE.changeset_id.is_not(None))
    return select(_CHANGE.changeset_id).where(its, given).order_by(_CHANGE.id.desc()).limit(1).scalar_subquery()


def first_since(session: AnySession, moment: dt.datetime, *, customer_id: int, tables: Collection[str]) -> list[Change]:
    """Of each row of a customer that changed from this moment on the first change: its `before` is what the row was then.

    One query, which shows what the one who is looking may see.
    """
    at = func.coalesce(CHANGESET.at, _CHANGE.at)
    firsts = (
        select(func.min(_CHANGE.id))
        .outerjoin_from(_CHANGE.id.table, CHANGESET.id.table, CHANGESET.id == _CHANGE.changeset_id)
        .where(_CHANGE.customer_id == customer_id, _CHANGE.table_name.in_(tables), at >= moment)
        .group_by(_CHANGE.table_name, _CHANGE.row_id)
    )
    return list(plain(session).scalars(select(Change).where(Change.id.in_(firsts)).order_by(Change.id)))


def latest(
    session: AnySession,
    limit: int,
    *,
    customer_id: int | None = None,
    contact_id: int | None = None,
    without: Collection[str] = (),
) -> list[Changeset]:
    """The newest changesets that touched a customer or a contact, without their changes: one query.

    What touched only the tables `without` is left out.
    """
    session = plain(session)
    about = about_changes(customer_id, contact_id)
    if without:
        about.append(Change.table_name.not_in(without))
    touched = select(Change.changeset_id).where(*about, Change.changeset_id.is_not(None)).distinct()
    query = select(Changeset).where(Changeset.id.in_(touched)).order_by(Changeset.id.desc()).limit(limit)
    return list(session.scalars(query))


class _Lenient(dict[str, Any]):
    """Values for a sentence of which some may be missing: old changesets outlive the code that wrote them."""

    def __missing__(self, key: str) -> str:
        return "…"


InWords = Callable[[str, Mapping[str, Any]], tuple[str, Mapping[str, Any]]]


def sentence(title: str, values: Mapping[str, Any], in_words: InWords = lambda title, values: (title, values)) -> str:
    """What a changeset did, from its title and its values; an undo names what it took back.

    `in_words` gives a title and its values as somebody reads them; without it they stay in English.
    """
    if "title" in values:
        undone = sentence(str(values["title"]), values.get("values") or {}, in_words)
        values = {**values, "title": undone}
    title, values = in_words(title, values)
    return title.format_map(_Lenient(values))


def about_changes(
    customer_id: int | None = None,
    contact_id: int | None = None,
    changeset_id: int | None = None,
    rows: Sequence[Pair] | None = None,
) -> list[ColumnElement[bool]]:
    """The conditions on a change; none for everything."""
    about: list[ColumnElement[bool]] = []
    if customer_id is not None:
        about.append(Change.customer_id == customer_id)
    if contact_id is not None:
        about.append(Change.contact_id == contact_id)
    if changeset_id is not None:
        about.append(Change.changeset_id == changeset_id)
    if rows is not None:
        same = (and_(Change.table_name == table, Change.row_id == row_id) for table, row_id in rows)
        about.append(or_(false(), *same))
    return about


def _by(only: Only) -> Iterator[ColumnElement[bool]]:
    """The condition on a changeset; what another program did is nobody's, whoever took it in."""
    if not only.by:
        return
    is_outside = Changeset.origin == Origin.OUTSIDE
    people = sorted(one for one in only.by if isinstance(one, int))
    ways = [Changeset.user_id == people[0] if len(people) == 1 else Changeset.user_id.in_(people)] if people else []
    if By.SYSTEM in only.by:
        ways.append(Changeset.user_id.is_(None))
    by_us = and_(or_(*ways), ~is_outside) if ways else false()
    yield or_(is_outside, by_us) if By.OUTSIDE in only.by else by_us


def during(at: ColumnElement[Any] | InstrumentedAttribute[Any], only: Only) -> Iterator[ColumnElement[bool]]:
    """The condition on a moment."""
    if only.since is not None:
        yield at >= only.since
    if only.until is not None:
        yield at < only.until


@dataclass
class _Found:
    """An event on its way: its changes are not read yet."""

    at: dt.datetime
    first_id: int
    last_id: int
    count: int
    changeset: Changeset | None = None

    @property
    def key(self) -> tuple[int | None, int]:
        """What its changes are found by: the changeset, or the highest id of those from outside."""
        return (self.changeset.id, 0) if self.changeset else (None, self.last_id)

    def takes(self, other: _Found) -> bool:
        """Whether the older one is part of the same event: both from outside, within one second."""
        same_second = self.at.replace(microsecond=0) == other.at.replace(microsecond=0)
        return self.changeset is None and other.changeset is None and same_second

    def shown(self, changes: Mapping[tuple[int | None, int], list[Change]], now: Now) -> Event:
        listed = tuple(changes.get(self.key, ()))
        count = min(self.count, COUNTED)
        return Event(self.changeset, self.at, listed, count, self.count > COUNTED, self.first_id, self.last_id, now)


def _changesets(
    session: Session,
    about: list[ColumnElement[bool]],
    such: list[ColumnElement[bool]],
    end: int | None,
    limit: int,
) -> list[_Found]:
    """Those that are `such`; one more than the page holds, to know whether there is a next one."""
    counted = (
        select(Change.id)
        .where(Change.changeset_id == Changeset.id, *about)
        .limit(COUNTED + 1)
        .correlate(Changeset)
        .subquery()
    )
    count = select(func.count()).select_from(counted).scalar_subquery()
    query = select(Changeset, count).where(Changeset.last_change_id.is_not(None), *such)
    if about:
        query = query.where(Changeset.id.in_(select(Change.changeset_id).where(*about)))
    else:
        # One's own is there even where all that it holds is hidden by now: that is no event, but for what one deleted, and
        # may bring back. Asked of one at a time.
        any_seen = select(Change.id).where(Change.changeset_id == Changeset.id).limit(1).correlate(Changeset)
        query = query.where(or_(any_seen.scalar_subquery().is_not(None), Changeset.origin == Origin.DELETE))
    if end is not None:
        query = query.where(Changeset.last_change_id < end)
    found = session.execute(query.order_by(Changeset.last_change_id.desc()).limit(limit + 1))
    return [_Found(kept.at, kept.last_change_id, kept.last_change_id, number, kept) for kept, number in found]


def _outside(session: Session, about: list[ColumnElement[bool]], end: int | None) -> list[_Found]:
    """The newest changes from outside, each by itself."""
    query = select(Change.id, Change.at).where(Change.changeset_id.is_(None), *about)
    if end is not None:
        query = query.where(Change.id < end)
    found = session.execute(query.order_by(Change.id.desc()).limit(_OUTSIDE_WINDOW))
    return [_Found(at, change_id, change_id, 1) for change_id, at in found if at is not None]


def _merged(changesets: list[_Found], outside: list[_Found]) -> list[_Found]:
    """Both, newest first, with neighbours from outside made one."""
    events: list[_Found] = []
    for found in sorted([*changesets, *outside], key=lambda event: event.last_id, reverse=True):
        if events and events[-1].takes(found):
            events[-1].first_id = found.first_id
            events[-1].count += 1
        else:
            events.append(found)
    return events


def _first_changes(
    session: Session, about: list[ColumnElement[bool]], events: list[_Found]
) -> tuple[dict[tuple[int | None, int], list[Change]], Now]:
    """The first changes of each event, and how their rows are now, all in one query."""
    if not events:
        return {}, {}
    ids = (_of_few if len(events) <= _ONE_BY_ONE else _of_many)(about, events).cte("shown")
    newest = _newest(select(ids.c.id))
    query = select(Change, newest.c.after).outerjoin(
        newest, and_(newest.c.row_id == Change.row_id, newest.c.table_name == Change.table_name)
    )
    changes: dict[tuple[int | None, int], list[Change]] = {}
    now: dict[Pair, dict[str, Any] | None] = {}
    for change, after in session.execute(query.where(Change.id.in_(select(ids.c.id))).order_by(Change.id)):
        now[change.table_name, change.row_id] = after
        for key in _keys(change, events):
            if len(shown := changes.setdefault(key, [])) < SHOWN:
                shown.append(change)
    return changes, now


def _of_few(about: list[ColumnElement[bool]], events: list[_Found]) -> CompoundSelect[int]:
    """The ids of the first changes of each event, which reads no others."""
    arms = (
        select(Change.id).where(*_within(event), *about).order_by(Change.id).limit(SHOWN).subquery() for event in events
    )
    return union_all(*(select(arm.c.id) for arm in arms))


def _of_many(about: list[ColumnElement[bool]], events: list[_Found]) -> CompoundSelect[int]:
    """The same of any number of events; those from outside are all of a period, and few."""
    place = func.row_number().over(partition_by=Change.changeset_id, order_by=Change.id).label("place")
    kept = one_of(Change.changeset_id, (event.changeset.id for event in events if event.changeset))
    numbered = select(Change.id, place).where(kept, *about).subquery()
    arms = [select(numbered.c.id).where(numbered.c.place <= SHOWN)]
    outside = [event for event in events if event.changeset is None]
    if outside:
        period = Change.id.between(outside[-1].first_id, outside[0].last_id)
        arms.append(select(Change.id).where(Change.changeset_id.is_(None), period, *about))
    return union_all(*arms)


def _newest(ids: Select[int]) -> Subquery:
    """The last change of each row that one of these changes is about."""
    its, other, newest = (aliased(_CHANGE.id.table) for _ in range(3))
    rows = select(its.c.row_id, its.c.table_name).where(its.c.id.in_(ids)).distinct().subquery()
    last = (
        select(func.max(other.c.id))
        .join_from(rows, other, and_(other.c.row_id == rows.c.row_id, other.c.table_name == rows.c.table_name))
        .group_by(other.c.row_id, other.c.table_name)
    )
    return select(newest.c.row_id, newest.c.table_name, newest.c.after).where(newest.c.id.in_(last)).subquery()


def _within(event: _Found) -> Iterator[ColumnElement[bool]]:
    if event.changeset is not None:
        yield Change.changeset_id == event.changeset.id
    else:
        yield Change.changeset_id.is_(None)
        yield Change.id.between(event.first_id, event.last_id)


def _keys(change: Change, events: list[_Found]) -> Iterator[tuple[int | None, int]]:
    if change.changeset_id is not None:
        yield (change.changeset_id, 0)
    else:
        yield from (e.key for e in events if e.changeset is None and e.first_id <= change.id <= e.last_id)


def outside(session: AnySession, limit: int) -> list[Event]:
    """What was changed from outside and belongs to no changeset yet, newest first, without the changes themselves."""
    found = _merged([], _outside(plain(session), [], None))
    return [event.shown({}, {}) for event in found[:limit]]


def outside_ids(session: AnySession, first_id: int, last_id: int) -> list[int]:
    """The changes from outside of an event, all of them: what `adopt` takes."""
    query = select(Change.id).where(Change.changeset_id.is_(None), Change.id.between(first_id, last_id))
    return list(session.scalars(query.order_by(Change.id)))
