"""One page of a list, its count, all its ids and a row's neighbours: every one from the same SELECT."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, func, literal, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from models.access import looker_of
from models.base import UtcDateTime
from models.search.spec import ME, Column, Condition, ListSpec
from models.search.state import Archived, Cursor, ListState

# Above this a list says "10,000+": counting on would cost more than the page itself.
COUNT_CAP = 10_000
NOBODY = 0


@dataclass(frozen=True)
class Page:
    """The ids of one page in their order.

    `total` counts up to COUNT_CAP; `more` says that there are more than that. `first_index` is the place of the first
    row, counted from 1 (0 on an empty page). `number` is the page as shown, which may differ from the one asked for.
    """

    ids: tuple[int, ...]
    number: int
    size: int
    total: int
    more: bool
    first_index: int
    has_previous: bool
    has_next: bool
    previous: Cursor | None
    next: Cursor | None

    @property
    def last_index(self) -> int:
        """The place of the last row on this page."""
        return self.first_index + len(self.ids) - 1 if self.ids else 0

    @property
    def pages(self) -> int | None:
        """How many pages there are; None when the count stopped at its cap."""
        return None if self.more else max(1, -(-self.total // self.size))

    def previous_state(self, state: ListState) -> str | None:
        """The URL query of the page before this one; None on the first."""
        return state.to_query(page=max(1, self.number - 1), before=self.previous) if self.has_previous else None

    def next_state(self, state: ListState) -> str | None:
        """The URL query of the page after this one; None on the last."""
        return state.to_query(page=self.number + 1, after=self.next) if self.has_next else None


@dataclass(frozen=True)
class Neighbours:
    """What lies beside a row in its list; `position` counts from 1 up to COUNT_CAP, None beyond or when not listed."""

    previous: int | None
    next: int | None
    position: int | None
    total: int
    more: bool


Keyed = tuple[int, Any]


class _List:
    """One list as asked for: the pieces from which its statements are made."""

    def __init__(self, session: Session, spec: ListSpec, state: ListState) -> None:
        self.session = session
        self.state = state
        self.spec = spec
        self.id: ColumnElement[int] = spec.noun.id.expression
        sort = spec.sorts[state.sort]
        # SQLite keeps moments as text, and text from elsewhere may lack the fraction: compare what is really there.
        textual = session.get_bind().dialect.name == "sqlite" and isinstance(sort.key.type, UtcDateTime)
        self.key: Column | ColumnElement[Any] = type_coerce(sort.key, String) if textual else sort.key
        self.by_id = sort.key is spec.noun.id

    def conditions(self) -> Iterator[Condition]:
        """What a row must satisfy to be listed."""
        archived_at = self.spec.archived_at
        if archived_at is not None and self.state.archived is not Archived.ALL:
            yield archived_at.is_(None) if self.state.archived is Archived.ACTIVE else archived_at.is_not(None)
        for chip in self.state.chips:
            wanted = self.spec.filters[chip.name]
            yield wanted.holds([self._own_id if wanted.people and value == ME else value for value in chip.values])

    @property
    def _own_id(self) -> str:
        """The id of whoever is looking; the system is nobody's owner."""
        return str(looker_of(self.session).id or NOBODY)

    def order(self, *, backwards: bool = False) -> list[ColumnElement[Any]]:
        """What to sort by: the key, and the id where keys are the same."""
        descending = self.state.descending is not backwards
        columns = (self.id,) if self.by_id else (self.key, self.id)
        return [column.desc() if descending else column.asc() for column in columns]

    def ids(self) -> Select[Any]:
        """All rows, in no order."""
        return select(self.id).where(*self.conditions())

    def beside(self, cursor: Cursor, *, descending: bool) -> Condition | None:
        """The rows strictly after the cursor in the given direction; None when the cursor does not fit the sort."""
        if self.by_id:
            return self.id < cursor.id if descending else self.id > cursor.id
        key = self._fitting(cursor.key)
        if key is None:
            return None
        here = tuple_(self.key, self.id)
        there = tuple_(literal(key, self.key.type), literal(cursor.id))
        return here < there if descending else here > there

    def _fitting(self, key: str | int) -> str | dt.datetime | None:
        if isinstance(self.key.type, String):
            return key if isinstance(key, str) else None
        try:
            moment = dt.datetime.fromisoformat(str(key))
        except ValueError:
            return None
        return moment if moment.tzinfo is not None else None

    def rows(
        self, limit: int, *, backwards: bool = False, offset: int = 0, beside: Condition | None = None
    ) -> list[Keyed]:
        """Up to `limit` rows as (id, key), in the order of the list or against it."""
        query = (
            select(self.id, self.key)
            .where(*self.conditions(), *(() if beside is None else (beside,)))
            .order_by(*self.order(backwards=backwards))
            .limit(limit)
            .offset(offset or None)
        )
        return [(row[0], row[1]) for row in self.session.execute(query)]

    def count(self, cap: int | None) -> int:
        """How many rows there are; counting stops one past the cap."""
        counted = self.ids().limit(None if cap is None else cap + 1).subquery()
        return self.session.scalar(select(func.count()).select_from(counted)) or 0


def all_ids(session: Session, spec: ListSpec, state: ListState, *, ordered: bool = False) -> Select[Any]:
    """The SELECT of every id that the list holds over all its pages; for "all matching" and, ordered, for exports."""
    listed = _List(session, spec, state)
    return listed.ids().order_by(*listed.order()) if ordered else listed.ids()


def page(session: Session, spec: ListSpec, state: ListState) -> Page:
    """The page that the state asks for. A page past the end is the last one; a cursor that leads nowhere is ignored."""
    listed = _List(session, spec, state)
    counted = listed.count(COUNT_CAP)
    total, more = min(counted, COUNT_CAP), counted > COUNT_CAP
    return _by_cursor(listed, total, more) or _by_number(listed, total, more)


def _by_cursor(listed: _List, total: int, more: bool) -> Page | None:
    """The page beside the cursor, if there is one and it leads somewhere."""
    state, size = listed.state, listed.state.page_size
    backwards = state.before is not None
    cursor = state.before or state.after
    beside = None if cursor is None else listed.beside(cursor, descending=state.descending is not backwards)
    if beside is None:
        return None
    rows = listed.rows(size + 1, backwards=backwards, beside=beside)
    beyond = len(rows) > size
    if backwards and not beyond:
        # The first page, or less than one: better shown whole.
        first = listed.rows(size + 1)
        return _page(listed, first[:size], 1, total, more, before=False, after=len(first) > size)
    if not rows:
        return None
    if backwards:
        return _page(listed, rows[:size][::-1], max(2, state.page), total, more, before=True, after=True)
    return _page(listed, rows[:size], max(2, state.page), total, more, before=True, after=beyond)


def _by_number(listed: _List, total: int, more: bool) -> Page:
    """The page with the number asked for, or the last one there is."""
    size = listed.state.page_size
    number = listed.state.page
    if not more:
        return _counted(listed, min(number, max(1, -(-total // size))), total, more, total)
    rows = listed.rows(size + 1, offset=(number - 1) * size)
    if rows:
        return _page(listed, rows[:size], number, total, more, before=number > 1, after=len(rows) > size)
    exact = listed.count(None)
    return _counted(listed, max(1, -(-exact // size)), total, more, exact)


def _counted(listed: _List, number: int, total: int, more: bool, exact: int) -> Page:
    """A page of a list whose exact length is known: read from the nearer end."""
    size = listed.state.page_size
    offset = (number - 1) * size
    here = max(0, min(size, exact - offset))
    behind = exact - offset - here
    if offset <= behind:
        rows = listed.rows(here, offset=offset) if here else []
    else:
        rows = listed.rows(here, offset=behind, backwards=True)[::-1]
    return _page(listed, rows, number, total, more, before=offset > 0, after=behind > 0)


def _page(listed: _List, rows: list[Keyed], number: int, total: int, more: bool, *, before: bool, after: bool) -> Page:
    size = listed.state.page_size
    return Page(
        ids=tuple(row for row, _key in rows),
        number=number,
        size=size,
        total=total,
        more=more,
        first_index=(number - 1) * size + 1 if rows else 0,
        has_previous=before and bool(rows),
        has_next=after and bool(rows),
        previous=_cursor(rows[0]) if rows else None,
        next=_cursor(rows[-1]) if rows else None,
    )


def _cursor(row: Keyed) -> Cursor:
    key = row[1]
    return Cursor(key.isoformat() if isinstance(key, dt.datetime) else key, row[0])


def neighbours(session: Session, spec: ListSpec, state: ListState, row_id: int) -> Neighbours:
    """What stands before and after a row in the list, and at which place of how many."""
    listed = _List(session, spec, state)
    counted = listed.count(COUNT_CAP)
    total, more = min(counted, COUNT_CAP), counted > COUNT_CAP
    own = session.execute(select(listed.id, listed.key).where(listed.id == row_id, *listed.conditions())).first()
    if own is None:
        return Neighbours(None, None, None, total, more)
    cursor = _cursor((own[0], own[1]))
    before = listed.beside(cursor, descending=not state.descending)
    after = listed.beside(cursor, descending=state.descending)
    previous = listed.rows(1, backwards=True, beside=before)
    following = listed.rows(1, beside=after)
    ahead = listed.ids().where(*(() if before is None else (before,))).limit(COUNT_CAP + 1).subquery()
    place = (session.scalar(select(func.count()).select_from(ahead)) or 0) + 1
    return Neighbours(
        previous[0][0] if previous else None,
        following[0][0] if following else None,
        place if place <= COUNT_CAP else None,
        total,
        more,
    )
