"""Write all business rows as one JSON object, and read such an object back into an empty database.

The object is table -> list of rows, each row column -> value, tables in an order in which rows refer backwards and rows
by key; so equal databases give equal texts, whichever of the two kinds they are. It is written and read piece by piece.
Left out are the journal, working tables, secrets (password hashes) and what the database computes itself. The contents of
files go along, as base64.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    Enum,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from models import access, search
from models.access import Looker
from models.activity import FileContent
from models.base import Base, Money, UtcDateTime, WordSet
from models.errors import Reason, Refused
from models.journal import Changeset, Origin, changeset, journaled_tables
from models.user import Right

CHUNK = 2_000
# Characters read at a time.
BLOCK = 1 << 18

Row = dict[str, Any]


class Readable(Protocol):
    """A file of text, or anything like it."""

    def read(self, size: int, /) -> str: ...


def tables() -> list[Table]:
    """The tables of business rows: those whose changes are kept, none before one it refers to, and the contents of files."""
    kept = {table.name for table in journaled_tables()} | {FileContent.__tablename__}
    return [table for table in Base.metadata.sorted_tables if table.name in kept]


def columns(table: Table) -> list[Column[Any]]:
    """The columns of a row: all but secrets and what the database computes."""
    return [column for column in table.columns if column.computed is None and not column.info.get("secret")]


def dump(session: Session, actor: Looker, write: Callable[[str], object]) -> int:
    """Write everything as it stands at one moment, in one line. Returns how many rows that were."""
    access.require(session, actor, Right.SETTINGS)
    count = 0
    engine = session.get_bind().engine
    # On a connection of its own: what the session has not committed is not there yet.
    with _snapshot(engine) as connection:
        write("{")
        for position, table in enumerate(tables()):
            write(f'{", " if position else ""}"{table.name}": [')
            for number, row in enumerate(_rows(connection, table)):
                write((", " if number else "") + json.dumps(row, default=_plain))
                count += 1
            write("]")
        write("}\n")
    return count


def _snapshot(engine: Engine) -> Connection:
    """A connection whose whole transaction sees one moment. SQLite's always do."""
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    query = select(*columns(table)).order_by(table.c.id)
    for row in connection.execution_options(yield_per=chunk_of(table)).execute(query):
        yield dict(row._mapping)


def chunk_of(table: Table) -> int:
    """How many rows are in memory at a time: of contents one, which may be large by itself."""
    return 1 if any(isinstance(column.type, LargeBinary) for column in table.columns) else CHUNK


def _plain(value: object) -> object:
    """What JSON has no word for."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"cannot be dumped: {value!r}")


def load(session: Session, actor: Looker, source: Readable) -> Changeset:
    """Put back what `dump` wrote, with the same keys, as one changeset.

    Refused when any business table has rows already (NOT_EMPTY), or when the text is not such a dump (WRONG_VALUE).
    People have no password afterwards.
    """
    access.require(session, actor, Right.SETTINGS)
    with changeset(session, actor, "Loaded a dump", origin=Origin.COMMAND) as done:
        connection = session.connection()
        _refuse_unless_empty(connection)
        with search.suspended(connection):
            try:
                _fill(connection, source)
            except (IntegrityError, DataError) as error:
                raise _unfit("…") from error
        session.expire_all()
    return done


def _fill(connection: Connection, source: Readable) -> None:
    known = {table.name: table for table in tables()}
    # Put off until all is there: a row may refer to one that comes later in the same table.
    postgresql = connection.dialect.name == "postgresql"
    connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED" if postgresql else "PRAGMA defer_foreign_keys = ON")
    for name, rows in _read(source):
        if name not in known:
            raise _unfit(name)
        _put(connection, known[name], rows)
    if postgresql:
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    elif connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise _unfit("…")


def _refuse_unless_empty(connection: Connection) -> None:
    for table in tables():
        if connection.execute(select(table.c.id).limit(1)).first() is not None:
            raise Refused(Reason.NOT_EMPTY, count=1, table=table.name)


def _put(connection: Connection, table: Table, rows: Iterator[Row]) -> None:
    decoders = {column.name: _decoder(column.type) for column in columns(table)}
    while chunk := list(islice(rows, chunk_of(table))):
        try:
            decoded = [{name: decoders[name](value) for name, value in row.items()} for row in chunk]
        except (KeyError, ValueError, ArithmeticError, TypeError, AttributeError) as error:
            raise _unfit(table.name) from error
        connection.execute(insert(table), decoded)
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence(:name, 'id'), max(id)) FROM \"{table.name}\" HAVING count(*) > 0"
            ),
            {"name": f'"{table.name}"'},
        )


def _decoder(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """From JSON back to what a column of this type takes. Raises TypeError for a type nobody thought of."""
    if isinstance(kind, UtcDateTime):
        return _unless_none(dt.datetime.fromisoformat)
    if isinstance(kind, Date):
        return _unless_none(dt.date.fromisoformat)
    if isinstance(kind, Money):
        return _unless_none(Decimal)
    if isinstance(kind, WordSet):
        return _unless_none(frozenset)
    if isinstance(kind, LargeBinary):
        return _unless_none(lambda value: base64.b64decode(value, validate=True))
    if isinstance(kind, (Integer, String, Boolean, Enum, JSON)):
        return lambda value: value
    raise TypeError(f"cannot be loaded: {kind!r}")


def _unless_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)


def _unfit(what: str) -> Refused:
    return Refused(Reason.WRONG_VALUE, field="load", value=what, example="A file written by `dump` fits.")


# --- reading piece by piece -----------------------------------------------------------------------------------------


def _read(source: Readable) -> Iterator[tuple[str, Iterator[Row]]]:
    """Table names, each with its rows; the rows must be taken before the next name."""
    stream = _Stream(source)
    stream.expect("{")
    while not stream.skip("}"):
        name = stream.value()
        stream.expect(":")
        stream.expect("[")
        if not isinstance(name, str):
            raise _unfit(str(name))
        yield name, _items(stream)
        stream.skip(",")


def _items(stream: _Stream) -> Iterator[Row]:
    while not stream.skip("]"):
        value = stream.value()
        if not isinstance(value, dict):
            raise _unfit(str(value))
        yield value
        stream.skip(",")


class _Stream:
    """JSON text of which only a block is in memory."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._decoder = json.JSONDecoder()
        self._buffer = ""
        self._at = 0

    def _more(self, size: int = BLOCK) -> bool:
        block = self._source.read(size)
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        return bool(block)

    def skip(self, character: str) -> bool:
        """Pass over white space, and over this character if it comes next."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at].isspace():
                self._at += 1
            if self._at < len(self._buffer):
                break
            if not self._more():
                raise _unfit("…")
        found = self._buffer[self._at] == character
        self._at += found
        return found

    def expect(self, character: str) -> None:
        """Pass over this character, which must come next."""
        if not self.skip(character):
            raise _unfit(self._buffer[self._at : self._at + 20])

    def value(self) -> object:
        """The text or object that comes next, however many blocks it spans."""
        self.skip("")
        size = BLOCK
        while True:
            with suppress(json.JSONDecodeError):
                value, self._at = self._decoder.raw_decode(self._buffer, self._at)
                return value
            # Each try begins anew: of the contents of a file as much again is read as was.
            if not self._more(size):
                raise _unfit(self._buffer[:20])
            size *= 2
