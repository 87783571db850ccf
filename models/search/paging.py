"""One page of a list, its count, all its ids and a row's neighbours: every one from the same SELECT."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    Text,
    cast,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from models import clock
from models.access import granted, looker_of
from models.base import EVERYTHING, ROW_BY_ROW, UtcDateTime
from models.customer import Customer
from models.search.spec import ME, Column, Condition, ListSpec, Narrowing
from models.search.state import Archived, Cursor, ListState
from models.search.words import beginnings, narrowing
from models.user import Right

# Above this a list says "10,000+": counting on would cost more than the page itself.
COUNT_CAP = 10_000
NOBODY = 0
# Up to FEW rows it is quicker to look all up and sort them than to go along an index; that ends after WINDOW rows.
FEW = 5_000
MANY = 30_000
WINDOW = 20_000
# Of more than BIG rows only a SAMPLE is counted where at least one in DENSE is listed.
BIG = 200_000
SAMPLE = 3_000
DENSE = 20
# So many ids of a list are kept when it is counted.
KEPT = 1_000
SEEN = -1


@dataclass(frozen=True)
class Page:
    """The ids of one page in their order.

    `total` counts up to COUNT_CAP, or less far in a big list that is narrowed down; `more`: there are more than that.
    `first_index` is the place of the first row, counted from 1 (0 on an empty page). `number` is the page as shown,
    which may differ from the one asked for.
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
    """One list as asked for, and the statements for it.

    A page in the order of an index is read along that index: cheap where many rows fit, ruinous where few do. Where
    few do, their ids come first and the order after. So the rows that each filter and the search would find are counted
    up to FEW; the walk along the index ends after WINDOW rows, and if it found too little the ids come first after all.
    """

    def __init__(self, session: Session, spec: ListSpec, state: ListState) -> None:
        self.session = session
        self.state = state
        self.spec = spec
        self.sqlite = session.get_bind().dialect.name == "sqlite"
        self.id: ColumnElement[int] = spec.noun.id.expression
        sort = spec.sorts[state.sort]
        # SQLite keeps moments as text, and text from elsewhere may lack the fraction: compare what is really there.
        textual = self.sqlite and isinstance(sort.key.type, UtcDateTime)
        self.key: Column | ColumnElement[Any] = type_coerce(sort.key, String) if textual else sort.key
        self.by_id = sort.key is spec.noun.id
        # All ids of the list, once they turned out to be few.
        self.known: list[int] | None = None

    # What is asked for

    @cached_property
    def narrowings(self) -> tuple[Narrowing, ...]:
        """All that narrows the list down, but for hiding the archived."""
        return tuple(self._narrowings())

    def _narrowings(self) -> Iterator[Narrowing]:
        if self.state.search:
            yield narrowing(self.spec, self.state.search, sqlite=self.sqlite)
        for chip in self.state.chips:
            wanted = self.spec.filters[chip.name]
            if wanted.by is not None:
                wanted = wanted.by(clock.of(self.session))
            yield wanted.narrow([self._own_id if wanted.people and value == ME else value for value in chip.values])
        if self.spec.within is not None:
            condition = self.spec.within(self.session)
            yield Narrowing(condition, select(self.spec.noun.__table__.c.id).where(condition))
        if self.spec.archived_at is not None and self.state.archived is Archived.ARCHIVED:
            rows: Any = self.spec.noun.__table__
            archived_at = rows.c[self.spec.archived_at.key]
            yield Narrowing(self.spec.archived_at.is_not(None), select(rows.c.id).where(archived_at.is_not(None)))

    @property
    def _own_id(self) -> str:
        """The id of whoever is looking; the system is nobody's owner."""
        return str(looker_of(self.session).id or NOBODY)

    def unarchived(self) -> tuple[Condition, ...]:
        """The condition that hides the archived, where they are to be hidden."""
        return unarchived(self.spec, self.state)

    def conditions(self, first: Narrowing | None, some: int | None = None) -> Iterator[Condition]:
        """What a row must satisfy to be listed; the ids of `first` are looked up before anything else, or `some`."""
        if self.known is not None:
            yield self.id.in_(self.known)
            return
        yield from self.unarchived()
        for one in self.narrowings:
            if one is first and one.ids is not None:
                yield self.id.in_(one.ids.limit(some))
            if one is not first or not one.exact:
                yield one.holds

    # How to find it

    @cached_property
    def sizes(self) -> dict[int, int]:
        """Place of a narrowing -> how many rows it would find by itself, counted up to one more than FEW.

        Where none finds few, those that find a little more are told from those that find most.
        """
        found = self._sizes(FEW)
        return self._sizes(MANY) if len(found) > 1 and min(found.values()) > FEW else found

    def _sizes(self, cap: int) -> dict[int, int]:
        counts = self.size_columns(cap)
        if not counts:
            return {}
        found = self.session.execute(select(*counts.values())).one()
        return dict(zip(counts, found, strict=True))

    def size_columns(self, cap: int) -> dict[int, ColumnElement[int]]:
        """What `sizes` are counted by."""
        counts = self.found_columns(cap)
        if self.is_limited:
            # What this person sees at all. The hook narrows it; the customers are those on which they were given a role.
            given = granted(looker_of(self.session), Right.VIEW) if self.spec.noun is Customer else None
            counts[SEEN] = _size(select(self.id) if given is None else given, cap)
        return counts

    def found_columns(self, cap: int) -> dict[int, ColumnElement[int]]:
        """The same of the narrowings alone."""
        return {place: _size(one.ids, cap) for place, one in enumerate(self.narrowings) if one.ids is not None}

    @property
    def is_limited(self) -> bool:
        """Whether the person who looks sees some rows only."""
        looker = looker_of(self.session)
        return not looker.is_system and Right.VIEW not in looker.everywhere

    @cached_property
    def first(self) -> Narrowing | None:
        """The narrowing with the fewest rows, if its ids can be looked up; None also where what is seen is fewer."""
        place = min(self.sizes, key=lambda place: self.sizes[place], default=SEEN)
        return None if place == SEEN else self.narrowings[place]

    @cached_property
    def is_walked(self) -> bool:
        """Whether to go along the order of the list, for want of a narrowing that finds few.

        To fill a page on a walk through all takes `page * all / few` steps, to look up and sort few takes `few`.
        """
        if not self.is_narrowed or self.fewest > FEW:
            return self.is_narrowed
        return self.fewest**2 > self.highest * self.state.page_size

    @cached_property
    def highest(self) -> int:
        """The highest id: about how many rows there are, listed or not."""
        return self.session.scalar(select(func.max(self.id)), execution_options=EVERYTHING) or 0

    @property
    def fewest(self) -> int:
        """How many rows the narrowing finds that finds the fewest; more than FEW where none is known to find few."""
        return min(self.sizes.values(), default=FEW + 1)

    @property
    def is_narrowed(self) -> bool:
        """Whether not all rows are listed, but for hiding the archived."""
        return bool(self.narrowings or self.is_limited)

    @property
    def is_whole_archive(self) -> bool:
        """Whether all that is archived is listed, which an index counts by itself."""
        hides_active = self.spec.archived_at is not None and self.state.archived is Archived.ARCHIVED
        return hides_active and len(self.narrowings) == 1 and not self.is_limited

    # What comes out

    def ids(self) -> Select[Any]:
        """All rows, in no order."""
        return select(self.id).where(*self.conditions(self.first))

    @cached_property
    def total(self) -> tuple[int, bool]:
        """How many rows there are, and whether there are more than that. Of a few rows, the ids are kept.

        Counting stops at COUNT_CAP; in a big table where no narrowing finds few, already after a sample of rows when
        many of those are listed.
        """
        archive = self.narrowings[0].ids if self.is_whole_archive else None
        if archive is not None:
            count = self._counted(archive.limit(COUNT_CAP + 1))
        elif not self.is_narrowed:
            count = self.count(COUNT_CAP)
        else:
            if self.fewest > FEW and self.highest > BIG:
                sampled = self._sample()
                if sampled * DENSE > SAMPLE:
                    return _round(sampled), True
            count = self._count_and_keep()
        return min(count, COUNT_CAP), count > COUNT_CAP

    def _sample(self) -> int:
        """How many of the first SAMPLE rows of the best narrowing are listed; of all rows where there is none."""
        query = select(self.id).where(*self.conditions(self.first, SAMPLE))
        if self.first is None:
            query = query.where(self.id.in_(select(self.spec.noun.__table__.c.id).limit(SAMPLE)))
        return self._counted(query)

    def _count_and_keep(self) -> int:
        query = self.ids().limit(COUNT_CAP + 1)
        if self.first is None:
            # All rows are looked at: in the order in which they lie, and mostly what belongs to them, too.
            query = query.order_by(self.id)
        found = query.subquery()
        as_json = func.json_group_array(found.c.id) if self.sqlite else cast(func.json_agg(found.c.id), Text)
        count, ids = self.session.execute(select(func.count(), as_json).select_from(found)).one()
        if count <= KEPT:
            self.known = json.loads(ids or "[]")
        return int(count)

    def _counted(self, query: Select[Any]) -> int:
        return self.session.scalar(select(func.count()).select_from(query.subquery())) or 0

    def count(self, cap: int | None, *conditions: Condition) -> int:
        """How many rows there are; counting stops one past the cap."""
        return self._counted(self.ids().where(*conditions).limit(None if cap is None else cap + 1))

    def rows(
        self, limit: int, *, backwards: bool = False, offset: int = 0, beside: Condition | None = None
    ) -> list[Keyed]:
        """Up to `limit` rows as (id, key), in the order of the list or against it, from `beside` on."""
        start = () if beside is None else (beside,)
        if self.known is None and self.is_walked and offset < WINDOW // 10:
            end = self._end_of_walk(backwards, start)
            conditions = (*start, *(() if end is None else (end,)))
            # Many of those on the way are listed, or this would be no walk.
            rows = self._fetch(None, conditions, limit, backwards, offset, ROW_BY_ROW)
            if end is None or len(rows) == limit:
                return rows
        return self._fetch(self.first, start, limit, backwards, offset)

    def _fetch(
        self,
        first: Narrowing | None,
        conditions: Sequence[Condition],
        limit: int,
        backwards: bool,
        offset: int,
        way: Mapping[str, bool] = MappingProxyType({}),
    ) -> list[Keyed]:
        query = (
            select(self.id, self.key)
            .where(*self.conditions(first), *conditions)
            .order_by(*self.order(backwards=backwards))
            .limit(limit)
            .offset(offset or None)
        )
        return [(row[0], row[1]) for row in self.session.execute(query, execution_options=way)]

    def _end_of_walk(self, backwards: bool, start: Sequence[Condition]) -> Condition | None:
        """The condition that keeps a walk within its window; None when the list ends before."""
        query = (
            select(self.id, self.key)
            .where(*self.unarchived(), *start)
            .order_by(*self.order(backwards=backwards))
            .limit(1)
            .offset(WINDOW)
        )
        row = self.session.execute(query, execution_options=EVERYTHING).first()
        return None if row is None else self._beyond(row[1], row[0], descending=self.state.descending is backwards)

    # Order and places in it

    def order(self, *, backwards: bool = False) -> list[ColumnElement[Any]]:
        """What to sort by: the key, and the id where keys are the same."""
        descending = self.state.descending is not backwards
        columns = (self.id,) if self.by_id else (self.key, self.id)
        return [column.desc() if descending else column.asc() for column in columns]

    def beside(self, cursor: Cursor, *, backwards: bool) -> Condition | None:
        """The rows strictly after the cursor, or before it; None when the cursor does not fit the sort."""
        key = cursor.id if self.by_id else self._fitting(cursor.key)
        return None if key is None else self._beyond(key, cursor.id, descending=self.state.descending is not backwards)

    def _beyond(self, key: Any, row: int, *, descending: bool) -> Condition:
        if self.by_id:
            return self.id < row if descending else self.id > row
        here, there = tuple_(self.key, self.id), tuple_(literal(key, self.key.type), literal(row))
        return here < there if descending else here > there

    def _fitting(self, key: str | int) -> str | dt.date | None:
        if isinstance(self.key.type, String):
            return key if isinstance(key, str) else None
        try:
            if isinstance(self.key.type, Date):
                return dt.date.fromisoformat(str(key))
            moment = dt.datetime.fromisoformat(str(key))
            # In UTC the first and the last day of the calendar may lie outside it.
            return moment.astimezone(dt.UTC) if moment.tzinfo is not None else None
        except (ValueError, OverflowError):
            return None


def unarchived(spec: ListSpec, state: ListState) -> tuple[Condition, ...]:
    """The condition that hides the archived, where a state of a list hides them."""
    if spec.archived_at is None or state.archived is not Archived.ACTIVE:
        return ()
    return (spec.archived_at.is_(None),)


def _round(count: int) -> int:
    """The number with its first two digits only: what follows was counted from a part."""
    unit: int = 10 ** max(0, len(str(count)) - 2)
    return count // unit * unit


def _size(ids: Select[Any], cap: int) -> ColumnElement[int]:
    return select(func.count()).select_from(ids.limit(cap + 1).subquery()).scalar_subquery()


def all_ids(session: Session, spec: ListSpec, state: ListState, *, ordered: bool = False) -> Select[Any]:
    """The SELECT of every id that the list holds over all its pages; for "all matching" and, ordered, for exports."""
    listed = _List(session, spec, state)
    return listed.ids().order_by(*listed.order()) if ordered else listed.ids()


@dataclass(frozen=True)
class Wanted:
    """Some rows of one list of several: its state, how many at most, and what is to be known of each."""

    spec: ListSpec
    state: ListState
    limit: int
    columns: tuple[Any, ...]


def begun(session: Session, wanted: Mapping[int, Wanted]) -> dict[int, list[tuple[Any, ...]]]:
    """Rows of each list as (id, *columns) whose name or number begins with what is searched, up to its limit.

    All lists have as many columns, of the same types: they are asked for together, in one query.
    """
    found = united(session, {at: _beginning(_List(session, one.spec, one.state), one) for at, one in wanted.items()})
    return {at: _once(row[:-1] for row in sorted(rows, key=lambda row: row[-1])) for at, rows in found.items()}


def others(session: Session, wanted: Mapping[int, Wanted]) -> dict[int, list[tuple[Any, ...]]]:
    """Rows of each list as (id, *columns), uncounted and in no order, up to its limit, in two queries for all."""
    lists = {at: _List(session, one.spec, one.state) for at, one in wanted.items()}
    for listed in lists.values():
        if not listed.is_limited:
            # Nothing else narrows it down: whether these are few or a sample of many makes no difference.
            listed.sizes = dict.fromkeys(listed.size_columns(FEW), SAMPLE + 1)
    seen = _size_together(session, [listed for listed in lists.values() if listed.is_limited])
    return united(session, {at: _others(lists[at], one) for at, one in wanted.items()}, row_by_row=seen > FEW)


def _once(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows, those of one id at the first of its places."""
    found: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        found.setdefault(row[0], row)
    return list(found.values())


def united(
    session: Session, queries: Mapping[int, Select[Any]], *, row_by_row: bool = True
) -> dict[int, list[tuple[Any, ...]]]:
    """The rows of several queries of records, fetched in one; each query by its number. Most look at few rows."""
    parts = [(at, query.subquery()) for at, query in queries.items()]
    if not parts:
        return {}
    every = union_all(*(select(literal(at).label("query"), *part.c) for at, part in parts)).subquery()
    found: dict[int, list[tuple[Any, ...]]] = {at: [] for at in queries}
    for row in session.execute(select(every), execution_options=ROW_BY_ROW if row_by_row else {}):
        found[row[0]].append(tuple(row[1:]))
    return found


def _size_together(session: Session, lists: Sequence[_List]) -> int:
    """Count what their narrowings would find, and the customers that the person who looks sees, in one query."""
    if not lists:
        return 0
    seen = granted(looker_of(session), Right.VIEW)
    counts = [(listed, place, size) for listed in lists for place, size in listed.found_columns(FEW).items()]
    reach, *found = session.execute(
        select(literal(0) if seen is None else _size(seen, FEW), *(size for _listed, _place, size in counts))
    ).one()
    for listed in lists:
        listed.sizes = {SEEN: reach}
    for (listed, place, _size_of), value in zip(counts, found, strict=True):
        listed.sizes[place] = value
    return int(reach)


def _others(listed: _List, wanted: Wanted) -> Select[Any]:
    # What somebody sees may be none of a sample.
    is_sampled = not listed.is_limited and min(listed.sizes.values(), default=0) > SAMPLE
    sample = SAMPLE if is_sampled else None
    query = select(listed.id.label("id"), *wanted.columns)
    return query.where(*listed.conditions(listed.first, sample)).limit(wanted.limit)


def _beginning(listed: _List, wanted: Wanted) -> Select[Any]:
    """Rows whose name or number begins with what is searched for: by name first, each up to the limit."""
    spec = wanted.spec
    conditions = [(name, begins) for name in spec.names for begins in beginnings(name, listed.state.search)]
    parts = [
        select(listed.id.label("id"), literal(place).label("place"))
        .where(*listed.unarchived(), begins)
        .order_by(name)
        .limit(wanted.limit)
        .subquery()
        for place, (name, begins) in enumerate(conditions)
    ]
    # Each along its own index; for one OR both databases would rather read all rows.
    every = union_all(*(select(part.c.id, part.c.place) for part in parts)).subquery()
    return select(listed.id.label("id"), *wanted.columns, every.c.place).join(every, every.c.id == listed.id)


def page(session: Session, spec: ListSpec, state: ListState) -> Page:
    """The page that the state asks for. A page past the end is the last one; a cursor that leads nowhere is ignored."""
    listed = _List(session, spec, state)
    total, more = listed.total
    return _by_cursor(listed, total, more) or _by_number(listed, total, more)


def _by_cursor(listed: _List, total: int, more: bool) -> Page | None:
    """The page beside the cursor, if there is one and it leads somewhere."""
    state, size = listed.state, listed.state.page_size
    backwards = state.before is not None
    cursor = state.before or state.after
    beside = None if cursor is None else listed.beside(cursor, backwards=backwards)
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
    return Cursor(key.isoformat() if isinstance(key, dt.date) else key, row[0])


def neighbours(session: Session, spec: ListSpec, state: ListState, row_id: int) -> Neighbours:
    """What stands before and after a row in the list, and at which place of how many."""
    listed = _List(session, spec, state)
    total, more = listed.total
    own = session.execute(select(listed.id, listed.key).where(listed.id == row_id, *listed.conditions(None))).first()
    if own is None:
        return Neighbours(None, None, None, total, more)
    cursor = _cursor((own[0], own[1]))
    before = listed.beside(cursor, backwards=True)
    after = listed.beside(cursor, backwards=False)
    previous = listed.rows(1, backwards=True, beside=before)
    following = listed.rows(1, beside=after)
    # To count what comes before in a list too long to be counted whole is only cheap along its index.
    counts = before is not None and not (more and listed.is_narrowed)
    place = listed.count(COUNT_CAP, before) + 1 if before is not None and counts else COUNT_CAP + 1
    return Neighbours(
        previous[0][0] if previous else None,
        following[0][0] if following else None,
        place if place <= COUNT_CAP else None,
        total,
        more,
    )
