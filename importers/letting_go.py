"""Let go of what was uploaded: of imports that nobody finished, and of the cells that nothing needs any more.

Profiles that were deleted go with them.

The run itself stays, so that the list of imports tells what there was. What a finished import wrote stays with it, too:
without that its rows could not be chosen and taken back.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from sqlalchemy import delete, not_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from importers import profiles
from importers.corrections import CORRECTIONS, REPLACEMENTS
from importers.plan import ROW
from importers.run import GONE, gone_since
from importers.undoing import is_written
from models import settings
from models.base import Base, utc_now
from models.imports import ImportRun, ImportState, ImportTask
from models.operations.working import working

# A file that belongs to no run may be on its way to one.
ALONE = dt.timedelta(days=1)
_STORED = re.compile("[0-9a-f]{32}")
_TASK = Base.metadata.tables[ImportTask.__tablename__]
# What a finished run keeps of its choices that holds cells of the file.
_OF_CELLS = frozenset({CORRECTIONS, REPLACEMENTS, "first_rows", "unticked"})


def purge(session: Session, folder: Path) -> int:
    """Let go of what is older than the bin keeps things; how many unfinished imports that were.

    They go one by one, each in a transaction of its own, so that nobody waits for all of them.
    """
    before = utc_now() - dt.timedelta(days=settings.get(session, "bin_days"))
    # As JSON has it, and not in the query: that a key is not there is asked differently everywhere.
    old = [
        run
        for run in session.scalars(select(ImportRun).where(ImportRun.changed_at < before))
        if gone_since(run) is None
    ]
    keys = [(run.id, run.state is ImportState.DONE) for run in old]
    session.rollback()
    thrown_away = sum(not is_done and _throw_away(session, run_id, before) for run_id, is_done in keys)
    for run_id, is_done in keys:
        if is_done:
            _empty(session, run_id)
    _forget_files(session, folder)
    profiles.purge(session, before)
    return thrown_away


def _throw_away(session: Session, run_id: int, before: dt.datetime) -> bool:
    """The plan, and all that was told about the file; not where somebody came back to it meanwhile."""
    with working(session):
        held = select(ImportRun).where(ImportRun.id == run_id, ImportRun.state != ImportState.DONE)
        run = session.scalar(held.where(ImportRun.changed_at < before).with_for_update())
        task = session.scalar(select(ImportTask.changed_at).where(ImportTask.run_id == run_id))
        if run is None or (task is not None and task >= before):
            return False
        session.execute(delete(ROW).where(ROW.c.run_id == run_id))
        session.execute(delete(_TASK).where(_TASK.c.run_id == run_id))
        run.state, run.mapping, run.counts = ImportState.FAILED, {}, {}
        run.options = {"rows": run.options.get("rows", 0)}
        _mark(run)
    return True


def _empty(session: Session, run_id: int) -> None:
    """Rows that wrote nothing, and what the file said in the others."""
    with working(session):
        run = session.get_one(ImportRun, run_id, with_for_update=True)
        of_run = ROW.c.run_id == run_id
        written = select(ROW.c.id).where(is_written(run_id))
        session.execute(delete(ROW).where(of_run, not_(ROW.c.id.in_(written))))
        session.execute(update(ROW).where(of_run).values(raw=[]))
        session.execute(update(_TASK).where(_TASK.c.run_id == run_id).values(now=None, did=None))
        columns = [{**column, "samples": []} for column in run.options.get("columns", ())]
        kept = {name: said for name, said in run.options.items() if name not in _OF_CELLS}
        run.options = {**kept, "columns": columns}
        _mark(run)


def _mark(run: ImportRun) -> None:
    """Say since when it is so. Nobody changed the run: its list goes on telling when somebody last did."""
    run.options = {**run.options, GONE: utc_now().isoformat()}
    flag_modified(run, "changed_at")


def _forget_files(session: Session, folder: Path) -> None:
    """The files of imports that are over, and those that belong to none."""
    in_use = select(ImportRun.stored_as).where(ImportRun.state.in_((ImportState.UPLOADED, ImportState.PLANNED)))
    wanted = set(session.scalars(in_use))
    session.rollback()
    latest = (utc_now() - ALONE).timestamp()
    for path in list(folder.iterdir()) if folder.is_dir() else ():
        is_ours = _STORED.fullmatch(stored_as := path.name.partition(".")[0])
        if is_ours and stored_as not in wanted and path.exists() and path.stat().st_mtime < latest:
            path.unlink(missing_ok=True)
