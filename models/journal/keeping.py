"""Looking after the journal: taking in what was done from outside, and letting go of what must not be kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from sqlalchemy import ColumnElement, Table, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Session

from models.base import WILL_WRITE, AnySession, Base, plain, utc_now
from models.errors import Reason, Refused
from models.journal.context import is_open
from models.journal.graph import references_of
from models.journal.plan import Pair
from models.journal.sql import sql_of
from models.journal.tables import Change, Changeset, Origin, journaled_tables, registry_of
from models.journal.triggers import keeping

_CHANGE = Base.metadata.tables[Change.__tablename__]
_CHANGESET = Base.metadata.tables[Changeset.__tablename__]
_AT_ONCE = 5000
USERS = "user"
"""The table of the people whose names stand in the changesets."""
ERASED = ""
"""The name of somebody who was erased, or was never known; who shows it says so in the reader's words."""
ADOPTED = "Changed from outside"


def adopt(session: AnySession, change_ids: Iterable[int]) -> Changeset:
    """Give changes from outside a changeset of their own moment and of nobody, so that they can be undone.

    That changes nothing, so it is no changeset of whoever asks for it. Refused when none of them is from outside.
    Commits by itself.
    """
    session = plain(session)
    with _writing(session):
        adopted = Changeset(user_name=ERASED, title=ADOPTED, origin=Origin.OUTSIDE)
        session.add(adopted)
        session.flush()
        for some in _some(change_ids):
            mine = update(_CHANGE).where(_CHANGE.c.id.in_(some), _CHANGE.c.changeset_id.is_(None))
            session.connection().execute(mine.values(changeset_id=adopted.id))
        taken = select(func.count(), func.max(_CHANGE.c.id), func.max(_CHANGE.c.at))
        count, last, at = session.connection().execute(taken.where(_CHANGE.c.changeset_id == adopted.id)).one()
        if not count:
            raise Refused(Reason.NOTHING_TO_UNDO)
        adopted.change_count, adopted.last_change_id, adopted.at = count, last, at
        session.flush()
    return adopted


def purge(session: AnySession, before: dt.datetime) -> int:
    """Empty the images of deletions older than `before`, and of what undid and redid them; how many changesets.

    They can't be undone afterwards. Commits by itself.
    """
    session = plain(session)
    with _writing(session):
        # What undid a deletion, or did it again, holds the same contents.
        found = session.connection().execute(
            text(
                "WITH RECURSIVE old (id) AS (SELECT id FROM changeset WHERE origin = 'delete' AND at < :before "
                "UNION SELECT c.id FROM changeset c JOIN old ON c.undoes_id = old.id WHERE c.at < :before) "
                "SELECT c.id FROM changeset c JOIN old ON old.id = c.id WHERE c.purged_at IS NULL"
            ).bindparams(bindparam("before", before, type_=_CHANGESET.c.at.type))
        )
        ids = list(found.scalars())
        for some in _some(ids):
            empty = update(_CHANGE).where(_CHANGE.c.changeset_id.in_(some)).values(before=None, after=None)
            session.connection().execute(empty)
            purged = update(_CHANGESET).where(_CHANGESET.c.id.in_(some)).values(purged_at=utc_now())
            session.connection().execute(purged)
    return len(ids)


def erase(session: AnySession, pairs: Iterable[Pair], columns: Iterable[str]) -> int:
    """Empty these columns of rows in all their images, and what the database computes from them; how many changes.

    What titles of changesets quote from these columns goes, too: those that touched the rows, and those that touched rows
    which point at them. With the name of a user goes the name that stands beside what this person did; that it was one
    and the same person stays, as a number. Call it after the rows themselves were emptied or
    deleted: in the same changeset, or by itself, when it commits. An unknown table or column is a programming error
    (KeyError).
    """
    session = plain(session)
    known = {table.name: table for table in journaled_tables(registry_of(session))}
    wanted: dict[str, set[int]] = {}
    for table, row_id in pairs:
        wanted.setdefault(table, set()).add(row_id)
    names = list(columns)
    with _writing(session):
        return sum(_erase(session, known[table], sorted(ids), names) for table, ids in sorted(wanted.items()))


def _erase(session: Session, table: Table, ids: Sequence[int], names: Sequence[str]) -> int:
    computed = [column.name for column in table.columns if column.computed is not None]
    gone = [table.columns[name].name for name in names] + computed
    connection = session.connection()
    sql = sql_of(connection)
    erased = 0
    for some in _some(ids):
        _erase_quotes(session, table, some, gone)
        if table.name == USERS and "name" in gone:
            theirs = update(_CHANGESET).where(_CHANGESET.c.user_id.in_(some))
            connection.execute(theirs.values(user_name=ERASED))
            session.expire_all()
        images = {"before": "before", "after": "after"}
        for name in gone:
            images = {side: sql.forget(name, image) for side, image in images.items()}
        statement = text(
            f"UPDATE change SET before = {images['before']}, after = {images['after']} "
            "WHERE table_name = :table AND row_id IN :ids"
        ).bindparams(bindparam("ids", expanding=True))
        erased += connection.execute(statement, {"table": table.name, "ids": some}).rowcount
    return erased


def _erase_quotes(session: Session, table: Table, ids: Sequence[int], gone: Sequence[str]) -> None:
    """Take what the images say in these columns out of the titles of the changesets that touched the rows."""
    connection = session.connection()
    mine = (_CHANGE.c.table_name == table.name) & _CHANGE.c.row_id.in_(ids)
    words: set[str] = set()
    for images in connection.execute(select(_CHANGE.c.before, _CHANGE.c.after).where(mine)):
        words |= {str(image[name]) for image in images if image for name in gone if image.get(name)}
    touched = select(_CHANGE.c.changeset_id).where(or_(mine, *_pointing_at(session, table, ids)))
    titles = connection.execute(select(_CHANGESET.c.id, _CHANGESET.c["values"]).where(_CHANGESET.c.id.in_(touched)))
    for changeset_id, values in titles.all():
        kept = _without(values, words)
        if kept != values:
            connection.execute(update(_CHANGESET).where(_CHANGESET.c.id == changeset_id).values({"values": kept}))
    session.expire_all()


def _pointing_at(session: Session, table: Table, ids: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    """Conditions on the changes of rows that point, or pointed, at these."""
    for other in journaled_tables(registry_of(session)):
        for reference in references_of(other):
            if reference.parent is table and other is not table:
                images = (_CHANGE.c.before, _CHANGE.c.after)
                points = or_(*(image[reference.column.name].as_integer().in_(ids) for image in images))
                yield (_CHANGE.c.table_name == other.name) & points


def _without(value: object, words: set[str]) -> object:
    """The same value with texts that are one of the words emptied, however deep."""
    if isinstance(value, dict):
        return {key: _without(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, words) for inner in value]
    return "" if isinstance(value, str) and value in words else value


@contextmanager
def _writing(session: Session) -> Iterator[None]:
    """A transaction that writes the journal's own tables: the changeset's that is open, or one of its own."""
    if is_open(session):
        session.flush()
        with keeping(session.connection()):
            yield
        return
    session.commit()
    connection = session.connection(execution_options=WILL_WRITE)
    try:
        with keeping(connection):
            yield
        session.commit()
    except BaseException:
        session.rollback()
        raise


def _some(ids: Iterable[int]) -> Iterator[list[int]]:
    """The ids in portions that a statement can take."""
    rest = iter(ids)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
