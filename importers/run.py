"""A run of an import: what it was told, kept in its row, and the file that it is about.

Every choice is kept in the run, so that going back loses nothing. The file itself lies in a folder of the instance
under a made-up name and is read in a child process; what was read stays beside it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, inspect, select, update
from sqlalchemy.orm import Session

from importers import stopped
from importers.files import Limits, ReadOptions, Workbook, read_once, wire
from importers.files import forget as forget_file
from importers.notation import Answer
from importers.plan import MARK, ROW, about, require_mark
from models.access import Looker, require
from models.among import one_of
from models.base import utc_now
from models.errors import Conflict, NotFound, Reason, Refused
from models.imports import ImportKind, ImportMode, ImportRun, ImportState, MatchRule, RowStatus
from models.operations.working import working
from models.user import Right

LIMITS = Limits()
GONE = "gone"


@dataclass(frozen=True)
class Choices:
    """How a file is read; None lets the file decide. `day_first`: or "year", where a year of two digits may begin a date.

    `empty_clears`: an empty cell empties the field (X-09).
    `replace_labels`: the labels of a row take the place of the ones a record has, instead of being added (X-10).
    `rest_to_notes`: of several e-mail addresses or telephone numbers in a cell those behind the first go to the notes, and so
    does what the other columns leave no place for: a second name.
    `others`: from a file that knows who is a customer, those that are neither customer nor supplier come along.
    """

    day_first: Answer | None = None
    decimal_comma: bool | None = None
    separator: str | None = None
    two_lines: bool | None = None
    empty_clears: bool = False
    replace_labels: bool = False
    rest_to_notes: bool = False
    match: MatchRule = MatchRule.USUAL
    encoding: str | None = None
    delimiter: str | None = None
    hidden: bool | None = None
    others: bool = False

    def sees_the_same(self, other: Choices) -> bool:
        """Whether a file that was read by the other choices holds the same rows and columns by these."""
        return (self.of_the_file, self.two_lines) == (other.of_the_file, other.two_lines)

    @property
    def of_the_file(self) -> ReadOptions:
        return ReadOptions(encoding=self.encoding, delimiter=self.delimiter, hidden=self.hidden, others=self.others)


def find(session: Session, run_id: int, *, is_open: bool = True, holds: bool = False) -> ImportRun:
    """A run that the looker may see. `is_open`: only one that is not done yet (Conflict). `holds`: nobody else changes it."""
    query = select(ImportRun).where(ImportRun.id == run_id)
    run = session.scalar(query.with_for_update() if holds else query)
    if run is None:
        raise NotFound
    if is_open and run.state is ImportState.DONE:
        raise Conflict(Reason.PLAN_CHANGED)
    if is_open and (gone := gone_since(run)):
        raise Conflict(Reason.PURGED, date=gone)
    return run


def gone_since(run: ImportRun) -> dt.datetime | None:
    """When what its file said was let go of, because it was kept long enough."""
    said = run.options.get(GONE)
    return None if said is None else dt.datetime.fromisoformat(said)


def reread(run: ImportRun, folder: Path) -> Workbook:
    """The rows of the file of a run, once more."""
    path = folder / run.stored_as
    if not path.exists():
        raise Refused(Reason.PURGED, date=run.created_at)
    return _read(run, path)


def _read(run: ImportRun, path: Path) -> Workbook:
    if not run.options.get("is_file", True):
        with path.open("rb") as lines:
            return wire.received(lines)
    options = replace(choices_of(run).of_the_file, contacts=run.kind is ImportKind.CONTACTS)
    with stopped.told(path, LIMITS):
        return read_once(path, name=run.file_name, limits=LIMITS, options=options)


def choices_of(run: ImportRun) -> Choices:
    """The choices that a run was given."""
    kept = run.options.get("choices", {})
    return Choices(**{**kept, "match": MatchRule(kept.get("match", MatchRule.USUAL))})


def choices_kept(choices: Choices) -> dict[str, Any]:
    """The choices as a run keeps them."""
    return {key: value for key, value in vars(choices).items() if value is not None}


def keep(session: Session, run: ImportRun, mark: str | None = None) -> ImportRun:
    """Write what changed of a run in a transaction of its own: SQLite lets nobody write who began to read before others wrote.

    Between the change and this nothing may be asked of the database: what was flushed on the way goes back. What others
    kept of its options meanwhile stays: only the keys that changed are written, but for other columns, which make all else
    mean something else. `mark`: only while it is that of who plans.
    """
    changed = {
        one.key: (next(iter(one.history.deleted), None), one.value)
        for one in inspect(run).attrs
        if one.history.has_changes()
    }
    run_id = run.id
    session.rollback()
    with working(session):
        if mark is not None:
            require_mark(session, run_id, mark)
        run = find(session, run_id, holds=True)
        for name, (before, after) in changed.items():
            is_map = name == "options" and before and before.get("columns") == after.get("columns")
            setattr(run, name, laid_over(run.options, before, after) if is_map else after)
    return run


def laid_over(now: Any, before: Any, after: Any) -> Any:
    """What is there `now`, with what changed from `before` to `after`; of maps key by key."""
    if not (isinstance(now, dict) and isinstance(before, dict) and isinstance(after, dict)):
        return after
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    result = {key: value for key, value in now.items() if key not in changed or key in after}
    return result | {key: laid_over(now.get(key), before.get(key), after[key]) for key in after if key in changed}


def outdate(run: ImportRun) -> None:
    """Have no plan stand any more, nor one that is being made right now: it knows nothing of what was said since."""
    run.state = ImportState.UPLOADED
    run.options = {**run.options, MARK: ""}


def choose(session: Session, looker: Looker, run_id: int, choices: Choices, mode: ImportMode | None = None) -> None:
    """Keep how the file is to be read and what may happen, for who looks or plans next."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    run.mode = mode or run.mode
    run.options = {**run.options, "choices": choices_kept(choices)}
    outdate(run)
    keep(session, run)


def wish_profile(session: Session, looker: Looker, run_id: int, profile: int | None) -> None:
    """Have a file read as another profile says, as none says (0), or as it is recognised (None).

    Other choices are dropped: whoever looks next looks as if for the first time.
    """
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    options = {name: value for name, value in run.options.items() if name != "columns"}
    run.options = {**options, "profile_wish": profile, "choices": {}, "translations": {}}
    keep(session, run)


def tick(session: Session, looker: Looker, run_id: int, rows: Iterable[int], ticked: bool) -> None:
    """Tick or untick rows of a plan."""
    _tick(session, looker, run_id, [ROW.c.row_number.in_(block) for block in _blocks(sorted(set(rows)))], ticked)


def tick_all(session: Session, looker: Looker, run_id: int, status: RowStatus, field: str, ticked: bool) -> None:
    """Tick or untick all rows of a plan of one status, or those of them that change one field."""
    _tick(session, looker, run_id, [and_(about(status, field), ROW.c.ticked.is_(not ticked))], ticked)


def _tick(session: Session, looker: Looker, run_id: int, which: Iterable[ColumnElement[bool]], ticked: bool) -> None:
    require(session, looker, Right.IMPORT)
    with working(session):
        run = find(session, run_id, holds=True)
        if run.state is not ImportState.PLANNED:
            raise Conflict(Reason.PLAN_CHANGED)
        run.changed_at = utc_now()  # somebody works in it
        for rows in which:
            session.execute(update(ROW).where(ROW.c.run_id == run.id, rows).values(ticked=ticked))


def _blocks(rows: list[int]) -> Iterable[list[int]]:
    return (rows[start : start + 5_000] for start in range(0, len(rows), 5_000))


def keep_decisions(session: Session, looker: Looker, run_id: int, decisions: Mapping[int, str]) -> None:
    """Say what open rows are, for the next plan."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    kept = {**run.options.get("decisions", {}), **{str(row): decision for row, decision in decisions.items()}}
    run.options = {**run.options, "decisions": {row: decision for row, decision in kept.items() if decision}}
    outdate(run)
    keep(session, run)


class Heap(NamedTuple):
    """The rows of a plan that have these in common, and how many there are."""

    status: RowStatus
    is_ticked: bool
    is_moved: bool
    rows: int


def heaps(session: Session, run: ImportRun) -> list[Heap]:
    """The rows of a plan, parted by what becomes of them, whether they are ticked, and whether they moved since."""
    moved = one_of(ROW.c.row_number, run.options.get("moved", ())).label("moved")
    kinds = (ROW.c.status, ROW.c.ticked)
    # By its name: PostgreSQL takes the same condition with parameters of its own for another one.
    parted = select(*kinds, moved, func.count()).where(ROW.c.run_id == run.id).group_by(*kinds, "moved")
    return [Heap(*row) for row in session.execute(parted)]


def foreseen(session: Session, run_id: int) -> dict[str, int]:
    """What a commit of the plan would count, if nothing changes in between."""
    return counted(heaps(session, find(session, run_id, is_open=False)))


def counted(parted: Iterable[Heap]) -> dict[str, int]:
    """What a commit of the rows would count."""
    ticked: Counter[RowStatus] = Counter()
    every: Counter[RowStatus] = Counter()
    for one in parted:
        every[one.status] += one.rows
        ticked[one.status] += one.rows * one.is_ticked
    total, rejected = every.total(), every[RowStatus.REJECTED]
    counts = {
        "created": ticked[RowStatus.NEW],
        "updated": ticked[RowStatus.CHANGED],
        "unchanged": ticked[RowStatus.UNCHANGED],
        "rejected": rejected,
    }
    return {**counts, "skipped": total - sum(counts.values())}


def forget(session: Session, looker: Looker, folder: Path, run_id: int) -> None:
    """Throw a run that was never committed away, with its plan and its file."""
    require(session, looker, Right.IMPORT)
    with working(session):
        run = find(session, run_id)
        stored_as = run.stored_as
        session.execute(delete(ROW).where(ROW.c.run_id == run_id))
        session.delete(run)
    forget_file(folder / stored_as)
