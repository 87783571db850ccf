"""The changeset of the moment: `with changeset(...)` is the only way to write journaled tables through a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from sqlalchemy import Delete, Insert, Integer, Select, Text, Update, bindparam, cast, event, func, null, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction, make_transient
from sqlalchemy.orm.attributes import set_committed_value

from models.base import EVERYTHING, WILL_WRITE, AnySession, plain
from models.journal.tables import Change, Changeset, Origin, journaled_tables, registry_of
from models.journal.triggers import SETTING

_OPEN = "journal.open"


class Somebody(Protocol):
    """What the journal wants to know of who does something."""

    @property
    def id(self) -> int | None: ...

    @property
    def name(self) -> str: ...


class OutsideChangeset(RuntimeError):
    """A programming error: a journaled table was written through a session without an open changeset."""


@dataclass
class _Open:
    """The changeset that is open in a session, and how many changes it turned out to hold."""

    changeset: Changeset
    id: int
    count: int = 0


def is_open(session: AnySession) -> bool:
    """Whether a changeset is open in the session."""
    return _OPEN in plain(session).info


def open_id(session: AnySession) -> int | None:
    """The id of the changeset that is open in the session, for those who look at what it holds so far."""
    opened: _Open | None = plain(session).info.get(_OPEN)
    return None if opened is None else opened.id


Ahead = Callable[[Session], None]


@contextmanager
def changeset(
    session: AnySession,
    actor: Somebody,
    title: str,
    origin: Origin = Origin.FORM,
    ahead: Ahead | None = None,
    **values: object,
) -> Iterator[Changeset]:
    """One intention in one transaction: commits at the end, and rolls everything back on any exception.

    `title` is a sentence in English, `values` fill it in (anything JSON can hold). Whatever the session read before is
    read anew: on SQLite the write lock is taken first, so nothing can be written on the strength of stale rows.
    `ahead` is what takes long and only reads: it is done before the lock is taken, and again if somebody wrote meanwhile.
    A changeset in which nothing changed is removed again: the object then says `is_empty` and has no id.
    Inside an open changeset it joins: an exception then takes back only what was done since, if the caller catches it.
    Raises RuntimeError when the session holds unsaved work.
    """
    session = plain(session)
    outer: _Open | None = session.info.get(_OPEN)
    if outer is not None:
        with session.begin_nested():
            if ahead is not None:
                ahead(session)
            yield outer.changeset
        return
    _settle(session)
    made = Changeset(user_id=actor.id, user_name=actor.name, title=title, origin=origin, values=values)
    try:
        opened = _begin(session, made, ahead)
        yield opened.changeset
        # Gone when the code inside rolled back itself: then nothing was written, and there is nothing to keep.
        if session.info.get(_OPEN) is opened:
            session.commit()
            # What is asked of it most is known here; asking the database would be a transaction of its own.
            if opened.count:
                set_committed_value(opened.changeset, "change_count", opened.count)
            else:
                make_transient(opened.changeset)
            set_committed_value(opened.changeset, "id", opened.id if opened.count else None)
    except BaseException:
        session.rollback()
        raise


def _settle(session: Session) -> None:
    """End the transaction that only read, and forget what it read."""
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        raise RuntimeError("The session holds unsaved work: open the changeset before changing anything.")
    session.commit()
    session.expire_all()


def _begin(session: Session, changeset: Changeset, ahead: Ahead | None) -> _Open:
    if ahead is None or not _is_ahead(session, changeset, ahead):
        session.connection(execution_options=WILL_WRITE)
        if ahead is not None:
            ahead(session)
        session.add(changeset)
        session.flush()
    opened = _Open(changeset, changeset.id)
    _set_context(session, opened.id)
    session.info[_OPEN] = opened
    return opened


def _is_ahead(session: Session, changeset: Changeset, ahead: Ahead) -> bool:
    """Whether the changeset could begin on what was read before it: not where somebody wrote in between.

    SQLite lets nobody write on the strength of a snapshot that is not the newest. On PostgreSQL there is no such lock, and
    who reads holds the rows.
    """
    if session.get_bind().dialect.name != "sqlite":
        return False
    ahead(session)
    session.add(changeset)
    try:
        session.flush()
    except OperationalError:
        session.rollback()
        return False
    return True


def _set_context(session: Session, changeset_id: int | None) -> None:
    """Tell the triggers which changeset is open. It lasts until the end of the transaction at most."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text(f"SELECT set_config('{SETTING}', :id, true)"), {"id": str(changeset_id or "")})
    else:
        session.execute(
            text("INSERT OR REPLACE INTO journal_context (id, changeset_id) VALUES (1, :id)"), {"id": changeset_id}
        )


@event.listens_for(Session, "before_commit")
def _close(session: Session) -> None:
    """Finish the open changeset in the transaction it belongs to, whoever commits that."""
    opened: _Open | None = session.info.get(_OPEN)
    if opened is None or session.in_nested_transaction():
        return
    session.flush()
    _set_context(session, None)
    of_it = _counted(session.connection().dialect.name == "postgresql")
    count, last, seen = session.execute(of_it, {"key": opened.id}, execution_options=EVERYTHING).one()
    opened.count = count
    if count:
        # In one statement, the last one: what is done is guarded.
        opened.changeset.change_count, opened.changeset.last_change_id = count, last
        opened.changeset.snapshot = seen
    else:
        session.delete(opened.changeset)
    session.flush()


@cache
def _counted(on_server: bool) -> Select[int, int, str | None]:
    """How many changes the changeset `key` holds, the last of them, and what else was open meanwhile."""
    snapshot = cast(func.pg_current_snapshot(), Text) if on_server else null()
    return select(func.count(), func.max(Change.id), snapshot).where(
        Change.changeset_id == bindparam("key", type_=Integer)
    )


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """A changeset ends with its transaction, also when somebody inside rolled back."""
    if transaction.parent is None:
        session.info.pop(_OPEN, None)


@event.listens_for(Session, "before_flush")
def _guard_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if _OPEN in session.info:
        return
    touched = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    for row in touched:
        if getattr(type(row), "journaled", False):
            raise OutsideChangeset(f"{type(row).__name__} was written outside a changeset.")


@event.listens_for(Session, "do_orm_execute")
def _guard_execute(state: ORMExecuteState) -> None:
    statement = state.statement
    if _OPEN in state.session.info or not isinstance(statement, Insert | Update | Delete):
        return
    # By name: the table of a statement on a class is an annotated copy.
    name = getattr(statement.table, "name", None)
    if any(name == table.name for table in journaled_tables(registry_of(state.session))):
        raise OutsideChangeset(f"{name} was written outside a changeset.")
