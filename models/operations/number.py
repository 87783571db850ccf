"""Hand out customer numbers: the next free one, never the same one twice, whoever else is asking at the moment.

The series is a row of its own that the journal does not keep, so that neither a delete nor an undo gives a number back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import count, islice

from sqlalchemy import Select, insert, select, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import settings
from models.among import is_among
from models.base import Base, folded
from models.customer import Customer
from models.journal import Change
from models.operations.in_bin import of as in_bin_of
from models.settings import NumberSeries

SERIES = "customer"
BATCH = 1000
# More digits than these are somebody else's scheme (or a slip), not a number to count on from.
DIGITS = 9

_customer = Base.metadata.tables[Customer.__tablename__]
_change = Base.metadata.tables[Change.__tablename__]
_series = Base.metadata.tables[NumberSeries.__tablename__]


def peek(session: Session) -> str:
    """The number that would be given now. Nothing is reserved."""
    return _free(session, _next(session, lock=False), 1)[0][1]


def upcoming(session: Session, how_many: int, besides: Iterable[str] = ()) -> list[str]:
    """The numbers that would be given next, after some that come from elsewhere. Nothing is reserved."""
    first = max(_next(session, lock=False), 1 + _highest(session, besides))
    return [number for _, number in _free(session, first, how_many)]


def take(session: Session) -> str:
    """Reserve the next free number. Only inside a changeset: the series stays locked until it ends."""
    return take_many(session, 1)[0]


def take_many(session: Session, how_many: int) -> list[str]:
    """Reserve so many free numbers, ascending."""
    if how_many < 1:
        return []
    free = _free(session, _next(session, lock=True), how_many)
    _count_on(session, free[-1][0])
    return [number for _, number in free]


def notice(session: Session, numbers: Iterable[str]) -> None:
    """Numbers that came from elsewhere (typed, imported): the series goes on after the highest of its own pattern."""
    highest = _highest(session, numbers)
    if highest >= 0:
        _next(session, lock=True)
        _count_on(session, highest)


def leading(session: Session, numbers: Iterable[str]) -> list[str]:
    """The one of these after which the series goes on, or none: enough to `notice`, where there are many."""
    highest = _highest(session, numbers)
    return [f"{_prefix(session)}{highest}"] if highest >= 0 else []


def _highest(session: Session, numbers: Iterable[str]) -> int:
    """The highest of these that is of our own pattern; -1 where none is."""
    pattern = re.compile(re.escape(folded(_prefix(session))) + rf"([0-9]{{1,{DIGITS}}})")
    return max((int(found[1]) for number in numbers if (found := pattern.fullmatch(folded(number)))), default=-1)


def in_bin(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these folded numbers belong to customers in the bin, seen or unseen.

    Given to somebody else they would keep their customer from coming back; once it is purged they are free.
    """
    if not keys:
        return set()
    return set(session.scalars(_of_the_deleted(keys)))


def _of_the_deleted(keys: Collection[str]) -> Select[str]:
    # Straight at the tables: a number is taken, too, if its customer is hidden from whoever asks.
    kept = _change.c.before["number_key"].as_string()
    return select(kept).where(*in_bin_of(Customer), is_among(kept, keys))


def given(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these folded numbers a customer has, seen or unseen, or one that lies in the bin."""
    if not keys:
        return set()
    held = select(_customer.c.number_key).where(is_among(_customer.c.number_key, keys))
    return set(session.scalars(union_all(held, _of_the_deleted(keys))))


def _prefix(session: Session) -> str:
    return str(settings.get(session, "number_prefix"))


def _next(session: Session, lock: bool) -> int:
    """Where the series stands. With `lock` it is kept from others until the transaction ends."""
    start = int(settings.get(session, "number_start"))
    row = select(_series.c.next).where(_series.c.name == SERIES)
    standing = session.execute(row.with_for_update() if lock else row).scalar_one_or_none()
    if standing is None and lock:
        # Two that begin at the same time: the second waits for the first here, and then finds its row.
        try:
            with session.begin_nested():
                session.execute(insert(_series).values(name=SERIES, next=start))
        except IntegrityError:
            standing = session.execute(row.with_for_update()).scalar_one()
    return start if standing is None else max(standing, start)


def _free(session: Session, first: int, how_many: int) -> list[tuple[int, str]]:
    """The first numbers from `first` on that no customer has, seen or unseen."""
    prefix = _prefix(session)
    values = count(first)
    free: list[tuple[int, str]] = []
    while len(free) < how_many:
        batch = {folded(f"{prefix}{value}"): (value, f"{prefix}{value}") for value in islice(values, BATCH)}
        # Straight at the table: a number is taken, too, if its customer is hidden from whoever asks.
        taken = set(session.scalars(select(_customer.c.number_key).where(_customer.c.number_key.in_(batch))))
        free += [number for key, number in batch.items() if key not in taken]
    return free[:how_many]


def _count_on(session: Session, highest: int) -> None:
    session.execute(update(_series).where(_series.c.name == SERIES, _series.c.next <= highest).values(next=highest + 1))
