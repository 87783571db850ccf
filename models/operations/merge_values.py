"""Make several values of one list into one of them: every record that has one of the others gets that one instead.

Nothing is lost: the others go to the bin with the same changeset, and its undo gives every record its own value back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.among import one_of
from models.base import Base
from models.connection import Connection
from models.contact import CustomerContact
from models.errors import NotFound, Reason, Refused
from models.journal import Changeset, Origin, changeset
from models.operations import fields, impact, relate
from models.operations.consequences import digest, hold, require_unchanged
from models.operations.selection import Chosen, Selection
from models.settings import ListValue, ValueList
from models.user import Right

_VALUE = Base.metadata.tables[ListValue.__tablename__]
_CONNECTION = Base.metadata.tables[Connection.__tablename__]
_FUNCTION = Base.metadata.tables[CustomerContact.__tablename__].c.function


@dataclass(frozen=True)
class MergePlan:
    """What a merge does. `records`: how many get the value that stays, archived ones too.

    `chosen` are the values it was asked for, `others` those of them that go, `target` the one that stays; None until
    somebody chose it among `offered`. `twice`: how many relations stand there already under the one that stays, and go.
    """

    list: ValueList
    chosen: dict[int, str]
    others: dict[int, str]
    target: ListValue | None
    offered: dict[int, str]
    records: int
    twice: int
    digest: str

    left_out_count = 0

    @property
    def count(self) -> int:
        return len(self.chosen)


def plan(session: Session, actor: Looker, chosen: Chosen, into: int | None = None) -> MergePlan:
    """What making the chosen values into `into` would do; writes nothing. Values of two lists cannot become one."""
    access.require(session, actor, Right.MANAGE_LISTS)
    ids = Selection.of(chosen).resolve(session)
    values = session.scalars(select(ListValue).where(one_of(ListValue.id, ids)).order_by(ListValue.id)).all()
    if not values:
        raise NotFound
    of_list = values[0].list
    if any(value.list is not of_list for value in values):
        raise Refused(Reason.OF_TWO_LISTS)
    listed = select(ListValue).where(ListValue.list == of_list).order_by(ListValue.retired, ListValue.name)
    offered = {value.id: value for value in session.scalars(listed)}
    target = offered.get(into) if into is not None else None
    picked = {value.id: value.name for value in values}
    others = {key: name for key, name in picked.items() if target is None or key != target.id}
    going = _twice(of_list, others, target)
    twice = 0 if going is None else session.scalar(select(func.count()).select_from(_CONNECTION).where(going)) or 0
    records = sum(uses(session, others).values()) - twice
    said = digest(of_list, sorted(others.items()), target and (target.id, target.name), records, twice)
    # One value cannot become itself; of several each may be the one that stays.
    names = {key: value.name for key, value in offered.items() if len(picked) > 1 or key not in picked}
    return MergePlan(of_list, picked, others, target, names, records, twice, said)


def do(session: Session, actor: Looker, chosen: Chosen, into: int, expected: str) -> Changeset:
    """Merge as planned, in one changeset. Conflict when anything moved since the plan was shown."""
    with changeset(session, actor, "Merge list values into {name}", origin=Origin.MERGE) as kept:
        ids = Selection.of(chosen).resolve(session)
        # Held, so that no record gets one of them between the count and the end.
        hold(session, ListValue, ids)
        going = plan(session, actor, ids, into)
        if going.target is None:
            raise Refused(Reason.MISSING, "into")
        if not going.others:
            raise Refused(Reason.NOTHING_TO_MERGE)
        require_unchanged(expected, going.digest)
        twice = _twice(going.list, going.others, going.target)
        if twice is not None:
            session.execute(delete(_CONNECTION).where(twice))
        for column, condition in _uses(going.list, going.others):
            value = going.target.name if column is _FUNCTION else going.target.id
            session.execute(update(column.table).where(condition).values({column.name: value}))
        session.execute(delete(_VALUE).where(one_of(_VALUE.c.id, going.others)))
        named = {"name": going.target.name, "count": len(going.others)}
        # Forgets what is not written yet, the values of the changeset too.
        session.expire_all()
        kept.values = named
    return kept


def uses(session: Session, ids: Collection[int]) -> dict[int, int]:
    """How many records have each of these values, archived ones too."""
    # A function is a word on its links: no key of the database says so.
    called = select(_VALUE.c.id, func.count()).join(_FUNCTION.table, _VALUE.c.name == _FUNCTION)
    called = called.where(_VALUE.c.list == ValueList.FUNCTION, one_of(_VALUE.c.id, ids)).group_by(_VALUE.c.id)
    return impact.uses(session, ListValue, ids, called)


def rename(session: Session, value: ListValue, name: str) -> None:
    """Tell the records of a function that is called otherwise from now on, archived customers' too; nothing else."""
    if value.list is ValueList.FUNCTION and value.name != name:
        session.execute(update(_FUNCTION.table).where(_FUNCTION.in_([value.name])).values(function=name))


def _columns() -> Iterator[Column[Any]]:
    """Every column that points at a value of a list."""
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if column.references(_VALUE.c.id):
                yield column


def _uses(of_list: ValueList, others: dict[int, str]) -> Iterator[tuple[Column[Any], ColumnElement[bool]]]:
    """Where values stand, as column and condition. Functions are kept as words, not as links."""
    if of_list is ValueList.FUNCTION:
        yield _FUNCTION, _FUNCTION.in_(list(others.values()))
        return
    for column in _columns():
        if fields.list_of(column) is of_list:
            yield column, one_of(column, others)


def _twice(of_list: ValueList, others: Collection[int], target: ListValue | None) -> ColumnElement[bool] | None:
    """Relations that become the same as another: they go, for the same is said of two customers once only."""
    if of_list is not ValueList.RELATION_KIND or target is None:
        return None
    return relate.twice(others, target)
