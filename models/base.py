"""The ground: the database handle, the typed base of every table, and the column types that are exact on both databases."""

from __future__ import annotations

import datetime as dt
import enum
import logging
import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, ClassVar, Literal, TypeVar
from urllib.parse import urlsplit

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, Connection, Date, DateTime, Dialect, Enum, ForeignKey, Integer, MetaData, String, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
    scoped_session,
)
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

# Names by convention, so that a migration can drop what it once made, on both databases.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table: a whole-number key that is never given out twice.

    `journaled` says whether the journal's triggers keep every change of the table; it is off only for the journal
    itself and for working tables that hold no business data.
    """

    metadata = MetaData(naming_convention=NAMING)
    __table_args__: Any = {"sqlite_autoincrement": True}
    journaled: ClassVar[bool] = True

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 - SQLAlchemy calls it with the class
        """The class in snake case, singular: CustomerContact -> customer_contact."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()


db: SQLAlchemy = SQLAlchemy(metadata=Base.metadata)


def utc_now() -> dt.datetime:
    """This moment, in UTC and aware."""
    return dt.datetime.now(dt.UTC)


T_ = TypeVar("T_")

_log = logging.getLogger(__name__)


@lru_cache(maxsize=1000)
def _tell_unreadable(kind: str, value: str) -> None:
    """Say it once for each value, not for every page that meets it."""
    _log.warning("%s in the database is no %s and is read as empty. The history can take it back.", value, kind)


class _Readable(TypeDecorator[T_]):
    """A type whose rows can always be read: what is none of its values is empty.

    SQLite takes any text in a column of numbers or dates, from whoever writes plain SQL; one such value must not take
    away the pages that can put it right. PostgreSQL refuses it.
    """

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], T_ | None] | None:
        read = super().result_processor(dialect, coltype)
        if read is None or dialect.name != "sqlite":
            return read

        def read_or_empty(value: Any) -> T_ | None:
            try:
                return read(value)
            except (ValueError, TypeError, ArithmeticError):
                _tell_unreadable(type(self).__name__, repr(value)[:80])
                return None

        return read_or_empty


class Day(_Readable[dt.date]):
    """A date as SQLite keeps it: as text."""

    impl = Date
    cache_ok = True


DATE = Date().with_variant(Day(), "sqlite")


class UtcDateTime(_Readable[dt.datetime]):
    """A moment: aware and in UTC in Python, naive UTC in both databases (SQLite would drop the zone anyway)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


CENT = Decimal("0.01")


class Money(_Readable[Decimal]):
    """An amount, exact to the cent: a Decimal with two places in Python, whole cents in both databases."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        return int((Decimal(value) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / 100).quantize(CENT)


class Percentage(Money):
    """A percentage, exact to two places: 21.00 is 21 %."""

    cache_ok = True


class WordSet(TypeDecorator[frozenset[str]]):
    """A small set of words in one text column, sorted and separated by a space, so that equal sets are equal texts."""

    impl = String(500)
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | set[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else " ".join(sorted(str(word) for word in value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        return None if value is None else frozenset(value.split())


LARGEST_KEY = 2**31 - 1
"""An id column holds 32 bits on PostgreSQL, which refuses to compare it with more."""
LARGEST_POSITION = 2**63 - 1
"""The journal's own ids hold 64 bits: every changed row is one."""


def whole(text: str | None, most: int = LARGEST_KEY) -> int | None:
    """The number that `text` writes in plain digits, from 0 to `most`: an id, a page, a row. None for anything else.

    >>> whole("42"), whole("²"), whole("-1"), whole("9" * 5000)
    (42, None, None, None)
    """
    found = (text or "").strip()
    if not found.isascii() or not found.isdigit() or len(found) > len(str(LARGEST_POSITION)):
        return None
    number = int(found)
    return number if number <= most else None


def day_of(text: str | None) -> dt.date | None:
    """The day that `text` writes, as addresses do. None for anything else.

    >>> day_of(" 2026-11-21"), day_of("2026-02-30"), day_of("soon")
    (datetime.date(2026, 11, 21), None, None)
    """
    try:
        return dt.date.fromisoformat((text or "").strip())
    except ValueError:
        return None


def folded(text: str) -> str:
    """What two spellings of one number or name have in common: case, spaces, Unicode form and width do not count.

    >>> folded(" k-10 012 ") == folded("K-10012")
    True
    """
    # Of plain letters there is one spelling.
    spelt = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return "".join(spelt.split())


# Two characters without width that some scripts and emoji need between two letters, and the format characters that show.
_JOINERS = "\u200c\u200d"
_SHOWN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_BREAKS = frozenset("\t\n\r")


def invisible(text: str, *, lines: bool = False) -> list[int]:
    """Where a text holds what nobody can see: controls, line breaks, marks that turn the direction, blanks without width.

    They make two names or numbers look the same, or one look like another. Scripts that run from right to left need none
    of them. `lines`: a text of several lines, where breaks and marks of direction do their work and harm no neighbour.

    >>> invisible("Alfa\u202e B.V."), invisible("\u05d3\u05d5\u05d3 \u05db\u05d4\u05df"), invisible("K\u200d1")
    ([4], [], [1])
    """
    if text.isprintable():
        return []
    unseen = ("Cc", "Cs") if lines else ("Cc", "Cs", "Cf", "Zl", "Zp")
    return [
        at
        for at, character in enumerate(text)
        if unicodedata.category(character) in unseen
        and character not in _SHOWN
        and not (lines and character in _BREAKS)
        and not (character in _JOINERS and _joins(text[at - 1 : at]) and _joins(text[at + 1 : at + 2]))
    ]


def _joins(neighbour: str) -> bool:
    """Whether a joiner has something to do beside this: a letter, mark or picture beyond ASCII."""
    return neighbour != "" and not neighbour.isascii() and unicodedata.category(neighbour)[0] in "LMS"


def spelt_out(text: str, places: Collection[int]) -> str:
    """A text around the first of the places that nobody can see, with those written out.

    >>> spelt_out("Alfa\u202e B.V.", [4])
    'Alfa\u27e8U+202E\u27e9 B.V.'
    """
    first = min(places)
    around = range(max(0, first - 20), min(len(text), first + 21))
    return "".join(f"\u27e8U+{ord(text[at]):04X}\u27e9" if at in places else text[at] for at in around)


def web_address(text: str | None) -> str:
    """An address that may be made a link: http and https only; a bare host gets https. Nothing for everything else.

    >>> web_address("drive.example/plan"), web_address("javascript:alert(1)")
    ('https://drive.example/plan', '')
    """
    found = (text or "").strip()
    if not found or any(ord(letter) < 33 for letter in found):
        return ""
    if "://" not in found and ":" not in found.split("/")[0]:
        found = f"https://{found}"
    try:
        parts = urlsplit(found)
        return found if parts.scheme in {"http", "https"} and parts.hostname else ""
    except ValueError:
        return ""


BUSY = "busy_timeout=10000"


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Durable, patient and with foreign keys: SQLite's own defaults are none of these."""
    if type(connection).__module__.split(".")[0] != "sqlite3":
        return
    # The driver's own transaction handling would begin deferred ones, which fail with "locked" when they turn into
    # writers; the listener below begins them itself.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        BUSY,
        "recursive_triggers=ON",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


WILL_WRITE = {"kaartenbak_will_write": True}
# For a write that can as well be left out: OperationalError at once where somebody else holds the lock.
WRITES_IF_FREE = {**WILL_WRITE, "kaartenbak_waits": False}
AnySession = Session | scoped_session[Any]
"""A session, or what Flask-SQLAlchemy hands out in its place."""


def plain(session: AnySession) -> Session:
    """The session itself, where Flask-SQLAlchemy hands out its stand-in."""
    return session() if isinstance(session, scoped_session) else session


# Execution options of a SELECT that must see every row, whoever is looking: see models/access.py.
EVERYTHING = {"kaartenbak_everything": True}
# Of one that looks at few rows: whether each may be seen is asked for it alone, not which of all may be seen.
ROW_BY_ROW = {"kaartenbak_row_by_row": True}


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """A transaction that will write takes the lock at once: turning a reader into a writer fails, waiting does not."""
    options = connection.get_execution_options()
    waits = options.get("kaartenbak_waits", True)
    if connection.dialect.name != "sqlite":
        if not waits:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        return
    begin = "BEGIN IMMEDIATE" if options.get("kaartenbak_will_write", False) else "BEGIN"
    if waits:
        connection.exec_driver_sql(begin)
        return
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql(begin)
    finally:
        connection.exec_driver_sql(f"PRAGMA {BUSY}")


@dataclass(frozen=True)
class Limits:
    """What fits in a column: characters of a text, or a number from `least` to `most`."""

    longest: int | None = None
    least: int | None = None
    most: int | None = None

    def hold(self, value: str | int | Decimal) -> bool:
        """Whether the value fits."""
        if isinstance(value, str):
            return self.longest is None or len(value) <= self.longest
        return (self.least is None or self.least <= value) and (self.most is None or value <= self.most)


LIMITS = "limits"
# As much as a cell of a spreadsheet holds, so that a long text comes back as it went out.
LONG_TEXT = {LIMITS: Limits(longest=32_767)}


def between(least: int, most: int) -> dict[str, Limits]:
    """`info` of a column of numbers: the smallest and the largest that make sense there."""
    return {LIMITS: Limits(least=least, most=most)}


def limits_of(column: Column[Any] | InstrumentedAttribute[Any]) -> Limits:
    """The limits of a column, wherever a value for it comes from: a form, a file, a command."""
    stated = column.info.get(LIMITS)
    if isinstance(stated, Limits):
        return stated
    if isinstance(column.type, String):
        return Limits(longest=column.type.length)
    if isinstance(column.type, Money):
        return Limits(least=-LARGEST_KEY // 100, most=LARGEST_KEY // 100)
    if isinstance(column.type, Integer):
        return Limits(least=-LARGEST_KEY, most=LARGEST_KEY)
    return Limits()


def key_text(length: int) -> String:
    """A text to sort and find by: ordered by its characters' codes on both databases, whatever the cluster's locale."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def table_args(*items: Any) -> tuple[Any, ...]:
    """`__table_args__` with constraints, and with the one thing that every table has: keys that are never reused."""
    return (*items, {"sqlite_autoincrement": True})


def ref(target: str, on_delete: Literal["CASCADE", "SET NULL", "RESTRICT"]) -> ForeignKey:
    """A foreign key. All are deferrable, because an undo puts rows back in an order of its own."""
    return ForeignKey(target, ondelete=on_delete, deferrable=True, initially="IMMEDIATE")


# For the second column of a row that ties two records together: the row is part of the first one only. A customer that an
# undo leaves keeps its label, but that label does not keep all other customers that carry it.
LOOSE = {"belongs": False}
# `info` of a mark that one row of a customer's carries.
ONE_OF_A_CUSTOMER = {"one_per": "customer_id"}

# For a short text of several lines; a `Text` always has them.
LINES = {"lines": True}

E_ = TypeVar("E_", bound=enum.StrEnum)


def words(kind: type[E_], name: str) -> Enum:
    """A column that holds one member of an enum as its text, checked by the database."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        length=20,
        create_constraint=True,
        values_callable=lambda k: [m.value for m in k],
    )


class Stamped:
    """When a row was made and last changed. Who did it is in the journal."""

    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=utc_now, sort_order=90)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now, sort_order=91)
