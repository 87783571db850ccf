"""The bin: what was deleted and can still come back whole, with its old ids, until it is purged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models import access, journal, settings
from models.access import Looker
from models.among import one_of
from models.base import Base, utc_now
from models.errors import NotFound
from models.journal import Change, Changeset, Operation, Origin, Undone, UndoPlan
from models.operations import contents, undo
from models.user import Right

PAGE = 50


@dataclass(frozen=True)
class Item:
    """One delete in the bin: who, when, what (`title` is a sentence that `values` fill in), and until when."""

    changeset_id: int
    at: dt.datetime
    who: str
    title: str
    values: Mapping[str, Any]
    records: int
    until: dt.datetime


@dataclass(frozen=True)
class Deletion:
    """That a record is gone: since when, and by whom; `who` is None when it was done from outside."""

    at: dt.datetime | None
    who: str | None


def deletion_of(session: Session, noun: type[Base], key: int) -> Deletion | None:
    """When a record that is not there any more was deleted, as far as one may see it."""
    query = (
        select(Change)
        .where(Change.table_name == noun.__tablename__, Change.row_id == key, Change.operation == Operation.DELETE)
        .order_by(Change.id.desc())
        .limit(1)
    )
    change = session.scalar(query)
    if change is None:
        return None
    kept = session.get(Changeset, change.changeset_id) if change.changeset_id is not None else None
    if kept is None or kept.origin is Origin.OUTSIDE:
        return Deletion(change.at, None)
    return Deletion(kept.at, kept.user_name)


def items(session: Session, before: int | None = None, limit: int = PAGE, without: Collection[str] = ()) -> list[Item]:
    """What can be restored and may be seen, newest first; `before` is the last changeset of the page before.

    `without`: the tables of which no record is told of.
    """
    query = select(Changeset).where(
        Changeset.origin == Origin.DELETE, Changeset.undone_by_id.is_(None), Changeset.purged_at.is_(None)
    )
    if without:
        noun = Changeset.values["noun"].as_string()
        query = query.where(or_(noun.is_(None), noun.not_in(without)))
    if before is not None:
        query = query.where(Changeset.id < before)
    kept_for, found = _kept_for(session), session.scalars(query.order_by(Changeset.id.desc()).limit(limit)).all()
    records = _records(session, found)
    return [
        Item(kept.id, kept.at, kept.user_name, kept.title, kept.values, records[kept.id], kept.at + kept_for)
        for kept in found
    ]


def _records(session: Session, deletes: Sequence[Changeset]) -> Mapping[int, int]:
    """How many records went with each delete. Who sees some customers only is told of what went of those."""
    if Right.VIEW in access.looker_of(session).everywhere:
        return {kept.id: kept.values.get("records", kept.change_count) for kept in deletes}
    seen = select(Change.changeset_id, func.count()).where(
        one_of(Change.changeset_id, [kept.id for kept in deletes]), Change.operation == Operation.DELETE
    )
    counted = dict(session.execute(seen.group_by(Change.changeset_id)).all())
    return {kept.id: counted.get(kept.id, 0) for kept in deletes}


def plan(session: Session, actor: Looker, changeset_id: int) -> UndoPlan:
    """What would come back, and what could not."""
    _require_delete(session, changeset_id)
    return undo.plan(session, actor, changeset_id)


def restore(session: Session, actor: Looker, changeset_id: int) -> Undone:
    """Bring a delete back with everything that went along, under the old ids. `left` lists what could not come back."""
    _require_delete(session, changeset_id)
    return undo.undo(session, actor, changeset_id)


def purge(session: Session) -> int:
    """Let go for good of what is in the bin for longer than the setting says, and of the contents of files that nothing
    can bring back any more; how many changesets.
    """
    purged = journal.purge(session, utc_now() - _kept_for(session))
    contents.forget_unused(session)
    return purged


def _kept_for(session: Session) -> dt.timedelta:
    return dt.timedelta(days=settings.get(session, "bin_days"))


def _require_delete(session: Session, changeset_id: int) -> None:
    """Only deletes are in the bin, and only for who may see them."""
    known = select(Changeset.id).where(Changeset.id == changeset_id, Changeset.origin == Origin.DELETE)
    if session.scalar(known) is None:
        raise NotFound
