"""What a run is asked to do in the background, and how far it is: a row that the page, the queue and the worker look at.

Whoever carries an errand out takes hold of the row first and says every second that it is still there. One that is heard
of no more was interrupted: nothing of it is kept, and anybody who may see the run can have it done again.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from importers import run as runs
from importers.plan import ROW
from models.access import Looker, require
from models.base import WILL_WRITE, WRITES_IF_FREE, utc_now
from models.errors import Conflict, NotFound, Reason
from models.imports import Errand, ImportRun, ImportState, ImportTask, Stage, TaskState
from models.operations.working import working
from models.user import Right

# From so many rows on a file is read, planned, written and taken back in the background: what is quicker done than waited
# for is not.
LARGE = 3_000
# Before the rows are counted the size of the file has to tell.
LARGE_FILE = 300_000
# Whoever carries an errand out says so every second; after so many without a word it is gone.
SILENCE = 10


class Standing(enum.Enum):
    """How an errand stands, for people."""

    WAITING = enum.auto()
    RUNNING = enum.auto()
    INTERRUPTED = enum.auto()
    STOPPED = enum.auto()
    FAILED = enum.auto()
    DONE = enum.auto()

    @property
    def is_active(self) -> bool:
        return self in {Standing.WAITING, Standing.RUNNING}


_ENDED_BADLY = frozenset({Standing.INTERRUPTED, Standing.STOPPED, Standing.FAILED})


@dataclass(frozen=True)
class Heard:
    """What a worker last heard of its child; `since`: when that stage began."""

    stage: Stage | None = None
    done: int = 0
    total: int = 0
    name: str = ""
    since: dt.datetime = field(default_factory=utc_now)


def is_large(run: ImportRun) -> bool:
    """Whether a run is worth the background."""
    return int(run.options.get("rows", 0)) > LARGE


def of(session: Session, run_id: int) -> ImportTask | None:
    """The last errand of a run, as it is now."""
    query = select(ImportTask).where(ImportTask.run_id == run_id)
    return session.scalar(query, execution_options={"populate_existing": True})


def with_run(session: Session, run_id: int) -> tuple[ImportRun, ImportTask | None]:
    """A run and its last errand, as they are now."""
    query = select(ImportRun, ImportTask).outerjoin(ImportTask, ImportTask.run_id == ImportRun.id)
    found = session.execute(
        query.where(ImportRun.id == run_id), execution_options={"populate_existing": True}
    ).one_or_none()
    if found is None:
        raise NotFound
    run, task = found
    return run, task


def standing(task: ImportTask, run: ImportRun, now: dt.datetime) -> Standing:
    """How an errand stands. What it did tells more than what could still be written down about it."""
    if task.state in {TaskState.RUNNING, TaskState.STOPPED} and _is_finished(task, run):
        return Standing.DONE
    if task.state is TaskState.RUNNING:
        silent = task.beat_at is None or now - task.beat_at > dt.timedelta(seconds=SILENCE)
        return Standing.INTERRUPTED if silent else Standing.RUNNING
    return {
        TaskState.QUEUED: Standing.WAITING,
        TaskState.STOPPED: Standing.STOPPED,
        TaskState.FAILED: Standing.FAILED,
        TaskState.DONE: Standing.DONE,
    }[task.state]


def overheard(task: ImportTask, run: ImportRun, folder: Path) -> ImportTask:
    """The same with what its worker said in the folder since, where the database takes no writes."""
    try:
        said = json.loads(_word(folder, run).read_text("utf-8"))
    except (OSError, ValueError):
        return task
    at = dt.datetime.fromisoformat(said["at"])
    if said["hold"] != task.hold or (task.beat_at is not None and at <= task.beat_at):
        return task
    stage = Stage(said["stage"]) if said["stage"] else None
    told = {"beat_at": at, "done": said["done"], "total": said["total"], "now": said["name"] or None}
    if stage is not task.stage:
        told |= {"stage": stage, "stage_at": dt.datetime.fromisoformat(said["stage_at"])}
    for name, value in told.items():
        set_committed_value(task, name, value)
    return task


def _is_finished(task: ImportTask, run: ImportRun) -> bool:
    finished = {Errand.PLAN: ImportState.PLANNED, Errand.COMMIT: ImportState.DONE}
    return task.state is TaskState.DONE or run.state is finished.get(task.errand)


# For people ----------------------------------------------------------------------------------------------------------


def ask(
    session: Session, looker: Looker, folder: Path, run_id: int, errand: Errand, arguments: Mapping[str, Any]
) -> None:
    """Write down what is to be done; whoever calls this rings the queue. Refuses (Conflict) while something runs.

    It is done with the rights that whoever asks has by then.
    """
    require(session, looker, Right.IMPORT)
    with working(session):
        run, task = runs.find(session, run_id, is_open=errand is not Errand.UNDO), of(session, run_id)
        if task is not None and standing(overheard(task, run, folder), run, utc_now()).is_active:
            raise Conflict(Reason.PLAN_CHANGED)
        if errand is Errand.PLAN:
            run.state = ImportState.UPLOADED
        made = task or ImportTask(run_id=run.id)
        made.errand, made.arguments = errand, dict(arguments)
        _queue(made, looker)
        session.add(made)


def again(session: Session, looker: Looker, folder: Path, run_id: int) -> None:
    """Have the same done once more that was interrupted, stopped or failed."""
    require(session, looker, Right.IMPORT)
    with working(session):
        run, task = _asked(session, run_id)
        if standing(overheard(task, run, folder), run, utc_now()) in _ENDED_BADLY:
            _queue(task, looker)


def _asked(session: Session, run_id: int) -> tuple[ImportRun, ImportTask]:
    """A run with its last errand. What is imported already can only be taken back."""
    task = of(session, run_id)
    if task is None:
        raise NotFound
    return runs.find(session, run_id, is_open=task.errand is not Errand.UNDO), task


def _queue(task: ImportTask, looker: Looker) -> None:
    task.arguments = {**task.arguments, "by": looker.id}
    task.state, task.stops, task.hold, task.failure, task.did = TaskState.QUEUED, False, None, None, None
    task.stage, task.stage_at, task.done, task.total, task.now = None, None, 0, 0, None
    task.beat_at = utc_now()


def stop(session: Session, looker: Looker, folder: Path, run_id: int) -> None:
    """Have it end, leaving nothing. Its worker sees the mark in the folder also while the database takes no writes."""
    require(session, looker, Right.IMPORT)
    run, task = _asked(session, run_id)
    is_running = task.state is TaskState.RUNNING
    if is_running:
        _mark(folder, run).touch()
    of_run = update(ImportTask).where(ImportTask.run_id == run_id)
    with suppress(OperationalError), working(session, WRITES_IF_FREE if is_running else WILL_WRITE):
        session.execute(of_run.where(ImportTask.state == TaskState.QUEUED).values(state=TaskState.STOPPED))
        session.execute(of_run.where(ImportTask.state == TaskState.RUNNING).values(stops=True))


def _mark(folder: Path, run: ImportRun) -> Path:
    return folder / f"{run.stored_as}.stop"


def _word(folder: Path, run: ImportRun) -> Path:
    return folder / f"{run.stored_as}.says"


# For the worker ------------------------------------------------------------------------------------------------------


def waiting(session: Session) -> list[int]:
    """The runs with an errand that nobody took hold of yet, oldest first."""
    query = select(ImportTask.run_id).where(ImportTask.state == TaskState.QUEUED).order_by(ImportTask.changed_at)
    found = list(session.scalars(query))
    session.rollback()
    return found


def hold(session: Session, folder: Path, run_id: int) -> ImportTask | None:
    """Take hold of an errand that waits; None where somebody else has it, or it is not wanted any more."""
    mark = secrets.token_hex(8)
    mine = update(ImportTask).where(ImportTask.run_id == run_id, ImportTask.state == TaskState.QUEUED)
    taken = mine.values(state=TaskState.RUNNING, hold=mark, beat_at=utc_now()).returning(ImportTask.id)
    with working(session):
        held = session.execute(taken).first()
    if held is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    _mark(folder, session.get_one(ImportRun, run_id)).unlink(missing_ok=True)
    task = of(session, run_id)
    session.rollback()
    return task


def beat(session: Session, folder: Path, run_id: int, mark: str, heard: Heard) -> bool:
    """Say that it still runs and how far it is, where the database takes it now; whether to go on."""
    asked = select(ImportTask.stops, ImportTask.hold, ImportTask.stage, ImportTask.errand, ImportRun.stored_as)
    found = session.execute(asked.join(ImportRun).where(ImportTask.run_id == run_id)).one_or_none()
    session.rollback()
    if found is None or found.stops or found.hold != mark or (folder / f"{found.stored_as}.stop").exists():
        return False
    now = utc_now()
    said = {"hold": mark, "at": now.isoformat(), "stage_at": heard.since.isoformat(), "stage": heard.stage}
    making = folder / f"{found.stored_as}.saying"
    making.write_text(json.dumps({**said, "done": heard.done, "total": heard.total, "name": heard.name[:255]}), "utf-8")
    making.replace(folder / f"{found.stored_as}.says")
    if _is_in_the_way(session, found.errand, heard):
        return True
    values: dict[str, Any] = {"done": heard.done, "total": heard.total, "now": heard.name[:255] or None, "beat_at": now}
    if heard.stage is not found.stage:
        values |= {"stage": heard.stage, "stage_at": heard.since}
    mine = update(ImportTask).where(ImportTask.run_id == run_id, ImportTask.hold == mark)
    with suppress(OperationalError), working(session, WRITES_IF_FREE):
        session.execute(mine.values(**values))
    return True


def _is_in_the_way(session: Session, errand: Errand, heard: Heard) -> bool:
    """Whether writing now would have the child begin anew: SQLite lets nobody write what was drawn up before others wrote."""
    is_drawn_up = errand is Errand.UNDO and heard.stage is Stage.CHECKING
    return is_drawn_up and session.get_bind().dialect.name == "sqlite"


def finish(session: Session, run_id: int, mark: str, did: Mapping[str, Any]) -> None:
    """Note what came of an errand in the transaction that writes it: both are there or neither is.

    Conflict where somebody else took hold of it meanwhile.
    """
    mine = update(ImportTask).where(ImportTask.run_id == run_id, ImportTask.hold == mark)
    done = mine.values(state=TaskState.DONE, did=dict(did)).returning(ImportTask.id)
    if session.execute(done).first() is None:
        raise Conflict(Reason.PLAN_CHANGED)


def end(
    session: Session, folder: Path, run_id: int, mark: str, state: TaskState, failure: Mapping[str, Any] | None = None
) -> None:
    """Write down how it ended. What a plan that did not come about left behind goes."""
    session.rollback()
    with working(session):
        run, task = session.get(ImportRun, run_id, populate_existing=True), of(session, run_id)
        if run is None or task is None or task.hold != mark:
            return
        task.state = TaskState.DONE if _is_finished(task, run) else state
        task.failure = None if failure is None else dict(failure)
        if task.state is not TaskState.DONE and run.state is ImportState.UPLOADED:
            session.execute(delete(ROW).where(ROW.c.run_id == run_id))
    for left in (_mark(folder, run), _word(folder, run)):
        left.unlink(missing_ok=True)
