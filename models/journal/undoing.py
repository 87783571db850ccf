"""Undo: takes back a changeset, whole or in part, as far as nobody changed it since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from sqlalchemy import Table, bindparam, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.base import AnySession, plain
from models.errors import Conflict, NotFound, Reason, Refused
from models.journal.context import Somebody, changeset
from models.journal.graph import has_default, in_order, park, parkable, uniques
from models.journal.leaving import Left, what_is_left
from models.journal.plan import Counts, Locks, Pair, Plan, draw_up
from models.journal.tables import Changeset, Origin, is_secret, journaled_tables, kept_columns, registry_of
from models.journal.triggers import keeping, quoted

Written = Mapping[str, frozenset[str]]
"""The tables that an undo writes to, each with the columns that it sets back in rows which are there."""
Tell = Callable[[int, int, str], None]
"""Hears while it is written: how many rows are done, of how many, and of which table the next ones are."""
# The title of an undo of one field, and of some rows or fields, each with what it took back.
ONE_FIELD, A_PART, WHOLE = "Undid {field} of: {title}", "Undid a part of: {title}", "Undid: {title}"
# What PostgreSQL and SQLite call it when a row lacks what its table asks of it.
_LACKING = frozenset({"23514", "23502", "SQLITE_CONSTRAINT_CHECK", "SQLITE_CONSTRAINT_NOTNULL"})


@dataclass(frozen=True)
class UndoPlan:
    """What an undo would do: rows per table, and what it would leave as it is."""

    changeset_id: int
    counts: dict[str, Counts] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    @property
    def whole(self) -> Counts:
        """The same of all tables."""
        return sum(self.counts.values(), Counts())

    @property
    def total(self) -> int:
        """How many rows would be taken back."""
        return self.whole.total


@dataclass(frozen=True)
class Doing:
    """An undo that is being written: the key of the changeset it makes, what it does, and to which tables."""

    id: int
    plan: UndoPlan
    written: Written


Within = Callable[[Session, Doing], AbstractContextManager[None]]


@dataclass(frozen=True)
class Undone:
    """What an undo did: its own changeset, how many rows it took back in which way, and what it left as it is."""

    changeset: Changeset
    counts: Counts
    left: list[Left]

    @property
    def taken_back(self) -> int:
        """How many rows it took back."""
        return self.counts.total


class NothingToUndo(Refused):
    """Everything of it is left as it is; `left` says why."""

    def __init__(self, left: list[Left]) -> None:
        super().__init__(Reason.NOTHING_TO_UNDO)
        self.left = left


def undo_plan(
    session: AnySession,
    changeset_id: int,
    *,
    rows: Iterable[Pair] | None = None,
    fields: Iterable[str] | None = None,
    locks: Locks | None = None,
) -> UndoPlan:
    """What `undo` with the same arguments would do now; writes nothing. Refuses what `undo` refuses at once."""
    session = plain(session)
    _undoable(session, changeset_id)
    plan = _draw_up(session, changeset_id, rows, fields, locks, hold=False)
    return UndoPlan(changeset_id, plan.counts(), what_is_left(plan.connection, plan.tables))


def undo(
    session: AnySession,
    actor: Somebody,
    changeset_id: int,
    *,
    rows: Iterable[Pair] | None = None,
    fields: Iterable[str] | None = None,
    locks: Locks | None = None,
    within: Within | None = None,
    only: Mapping[str, object] | None = None,
    tell: Tell | None = None,
) -> Undone:
    """Take back what a changeset did, as a changeset of its own; undoing that one does it again.

    Rows it made are deleted, unless they were changed since or a row that stays refers to them; rows it deleted come
    back with their old keys; of rows it changed, each field goes back that still holds what the changeset wrote.
    `rows` (pairs of table and key) and `fields` (column names, of changed rows only) take back a part. `locks` says
    what can only be read once it is archived: where that came later, the row stays as it is. `within` is what surrounds
    the writing. `only` names the one field it is about: its `table` and `field`, with what else its title needs to say
    which one that is.
    Raises Refused with ALREADY_UNDONE or PURGED, NothingToUndo, NotFound, and Conflict when somebody else's write came
    in between.
    """
    session = plain(session)
    part = rows is not None or fields is not None
    wanted = None if rows is None else list(rows)
    drawn_up: list[Plan] = []

    def ahead(session: Session) -> None:
        _undoable(session, changeset_id)
        drawn_up[:] = [_draw_up(session, changeset_id, wanted, fields, locks, hold=True)]

    title = ONE_FIELD if only else A_PART if part else WHOLE
    with changeset(session, actor, title, Origin.UNDO, ahead) as undoing:
        original, (plan,) = _undoable(session, changeset_id), drawn_up
        counts, left = plan.counts(), what_is_left(plan.connection, plan.tables)
        if not counts:
            raise NothingToUndo(left)
        written = {name: frozenset(column.name for column in plan.changed.get(name, ())) for name in counts}
        doing = Doing(undoing.id, UndoPlan(original.id, counts, left), written)
        try:
            with within(session, doing) if within else nullcontext():
                _carry_out(plan, doing.plan.total, tell)
        except IntegrityError as error:
            raise Conflict(Reason.NEEDED_NOW if _lacks(error) else Reason.VALUE_TAKEN) from error
        session.expire_all()
        undoing.values = {
            **(only or {}),
            "title": original.title,
            "values": original.values,
            "changeset": original.id,
        }
        undoing.undoes_id = original.id
        if not part:
            with keeping(session.connection()):
                original.undone_by_id = undoing.id
                _free_again(session, original)
                session.flush()
    return Undone(undoing, sum(counts.values(), Counts()), left)


def _lacks(error: IntegrityError) -> bool:
    """Whether a row would lack something, such as a name, where the database refuses it; else two would share a value."""
    said = (getattr(error.orig, name, None) for name in ("sqlstate", "sqlite_errorname"))
    return not _LACKING.isdisjoint(said)


def _undoable(session: Session, changeset_id: int) -> Changeset:
    original = session.get(Changeset, changeset_id)
    if original is None:
        raise NotFound
    if original.purged_at is not None:
        raise Refused(Reason.PURGED, date=original.purged_at)
    if original.undone_by_id is not None:
        raise Refused(Reason.ALREADY_UNDONE)
    return original


def _free_again(session: Session, original: Changeset) -> None:
    """What an undo took back is done again once that undo is undone, and may be undone anew."""
    if original.undoes_id is not None:
        first = session.get(Changeset, original.undoes_id)
        if first is not None and first.undone_by_id == original.id:
            first.undone_by_id = None


def _draw_up(
    session: Session,
    changeset_id: int,
    rows: Iterable[Pair] | None,
    fields: Iterable[str] | None,
    locks: Locks | None,
    *,
    hold: bool,
) -> Plan:
    session.flush()
    tables = journaled_tables(registry_of(session))
    return draw_up(session.connection(), tables, changeset_id, rows, fields, locks, hold)


def _carry_out(plan: Plan, total: int, tell: Tell | None) -> None:
    """Do what the plan says. References are checked at the end; ON DELETE finds nothing to do that was not planned."""
    postgresql = plan.connection.dialect.name == "postgresql"
    plan.run("SET CONSTRAINTS ALL DEFERRED" if postgresql else "PRAGMA defer_foreign_keys = ON")
    for table in plan.of_kind("update"):
        _step_aside(plan, table)
    done = 0
    for table, kind, write in _steps(plan):
        for some in plan.pieces(table, kind):
            if tell is not None:
                tell(done, total, table.name)
            done += write(plan, table, some)
    if tell is not None:
        tell(total, total, "")
    if postgresql:
        plan.run("SET CONSTRAINTS ALL IMMEDIATE")


def _steps(plan: Plan) -> Iterator[tuple[Table, str, Callable[[Plan, Table, str], int]]]:
    """What is written where, in its order. Children before their parents, and the other way about: RESTRICT doesn't wait."""
    for table in plan.of_kind("update"):
        if plan.changed[table.name]:
            yield table, "update", _set_back
    for table in in_order(plan.of_kind("insert"), children_first=True):
        yield table, "insert", _take_away
    for table in in_order(plan.of_kind("delete"), children_first=False):
        yield table, "delete", _restore


def _set_back(plan: Plan, table: Table, some: str) -> int:
    columns = plan.changed[table.name]
    name = quoted(table.name)
    set_back = ", ".join(
        f"{quoted(c.name)} = CASE WHEN {plan.writes(table, c)} THEN {plan.sql.value(c, 'f.before')} "
        f"ELSE {name}.{quoted(c.name)} END"
        for c in columns
    )
    return plan.run(f"UPDATE {name} SET {set_back} {plan.lines(table, 'update')}{some} AND {name}.id = u.row_id")


def _take_away(plan: Plan, table: Table, some: str) -> int:
    return plan.run(
        f"DELETE FROM {quoted(table.name)} WHERE id IN (SELECT u.row_id {plan.lines(table, 'insert')}{some})"
    )


def _step_aside(plan: Plan, table: Table) -> None:
    """Move rows out of the way that hold a unique value which another row gets back, until their own turn comes."""
    changed = {column.name for column in plan.changed[table.name]}
    for unique in uniques(table, plan.connection.dialect):
        if unique.columns & changed:
            holders = f"SELECT c.holder {plan.clashes(table, unique, 'update')}"
            for column in parkable(table, unique):
                # Only a column that gets its value back, or the row goes anyway.
                plan.run(
                    f"UPDATE {quoted(table.name)} SET {quoted(column.name)} = {park(column)} "
                    f"WHERE id IN ({holders}) AND {plan.releases(table, [column.name], f'{quoted(table.name)}.id')}"
                )


def _restore(plan: Plan, table: Table, some: str) -> int:
    """Put deleted rows back from their images, under their old keys."""
    values = {"id": "u.row_id"}
    defaults = []
    marks = {unique.mark for unique in uniques(table, plan.connection.dialect)}
    for column in kept_columns(table):
        value = plan.sql.value(column, "f.before")
        if column.foreign_keys and column.nullable:
            value = f"CASE WHEN NOT {plan.left(table, column.name, 'u.row_id')} THEN {value} END"
        elif column.name in marks:
            value = f"CASE WHEN {plan.left(table, column.name, 'u.row_id')} THEN 1 = 0 ELSE {value} END"
        elif not column.nullable and has_default(column):
            value = f"coalesce({value}, :{column.name})"
            defaults.append(bindparam(column.name, column.default.arg, type_=column.type))  # type: ignore[union-attr]
        values[column.name] = value
    # A secret is in no image. Where it must hold something, nothing opens with it.
    values |= {column.name: "''" for column in table.columns if is_secret(column) and not column.nullable}
    into = ", ".join(quoted(name) for name in values)
    statement = f"INSERT INTO {quoted(table.name)} ({into}) SELECT {', '.join(values.values())} "
    lines = f"{plan.lines(table, 'delete')}{some} ORDER BY u.row_id"
    return int(plan.connection.execute(text(f"{statement}{lines}").bindparams(*defaults)).rowcount)
