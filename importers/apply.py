"""A plan -> one changeset. Writes what the ticked rows of the plan say and nothing else, in sets, in one transaction.

If something changed after the plan was made that one of those rows is about, or if one row fails, nothing is written.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers.columns import allowed
from importers.plan import ROW
from importers.progress import Tell, quiet
from importers.writer import TABLES, WRITTEN, Writer
from importers.writer_contacts import ContactWriter
from importers.writer_customers import CustomerWriter
from models.access import Looker, require
from models.base import utc_now
from models.errors import Conflict, NotAllowed, Reason, Refused
from models.imports import ImportKind, ImportRun, ImportState, Stage
from models.journal import Origin, changeset
from models.operations.analyze import analyze
from models.search import in_bulk, settled_later
from models.user import Right


@dataclass(frozen=True)
class Applied:
    """What an import did. The counts add up to the rows of the file; `changeset` is None when nothing was written."""

    created: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int
    changeset: int | None

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.skipped + self.rejected


def commit(session: Session, looker: Looker, run_id: int, expected: str, tell: Tell = quiet) -> Applied:
    """Carry out the plan of a run. Refuses (Conflict) when it is not the plan that was shown, or is done already.

    Raises Moved, with the rows, when what they are about changed after the plan was made.
    """
    require(session, looker, Right.IMPORT)
    run = session.get_one(ImportRun, run_id)
    _require_shown(session, run, expected)
    tell(Stage.CHECKING, 0, 0, "")
    writer = (CustomerWriter if run.kind is ImportKind.CUSTOMERS else ContactWriter)(session, looker, run)
    # Before the lock; should the plan be another one by then, its digest is, too.
    writer.prepare()
    with ExitStack() as stack:
        if writer.is_large:
            stack.enter_context(settled_later(session))
        applied = _commit(session, looker, writer, run_id, expected, tell)
    if writer.is_large:
        analyze(session, TABLES)
    return applied


def _commit(session: Session, looker: Looker, writer: Writer, run_id: int, expected: str, tell: Tell) -> Applied:
    name = writer.run.file_name
    with changeset(session, looker, "Import of {file}", origin=Origin.IMPORT, file=name, run=run_id) as made:
        run = session.get_one(ImportRun, run_id, with_for_update=True)
        _require_shown(session, run, expected)
        require_columns(session, looker, run)
        ticked = ROW.c.run_id == run.id, ROW.c.status.in_(WRITTEN), ROW.c.ticked.is_(True)
        if session.scalar(select(ROW.c.id).where(*ticked).limit(1)) is None:
            raise Refused(Reason.NOTHING_TO_IMPORT)
        with in_bulk(session, made.id) if writer.is_large else nullcontext():
            writer.write(tell)
        run.state, run.done_at, run.changeset_id = ImportState.DONE, utc_now(), made.id
        run.counts = {**run.counts, **writer.counts}
        tell(Stage.INDEXING, 0, 0, "")
    if made.is_empty:
        run.changeset_id = None
        session.commit()
    return Applied(**writer.counts, changeset=run.changeset_id)


def _require_shown(session: Session, run: ImportRun, expected: str) -> None:
    """Go on only if the plan is the one that was shown, and not carried out yet."""
    if run.state is not ImportState.PLANNED or digest(session, run) != expected:
        raise Conflict(Reason.PLAN_CHANGED)


def require_columns(session: Session, looker: Looker, run: ImportRun) -> None:
    """Go on only if this person may write every column of the run; the right may be gone since they were chosen."""
    if run.mapping.keys() - allowed(session, looker, run.kind).keys():
        raise NotAllowed(Reason.NO_RIGHT, right=Right.SEE_REVENUE)


def digest(session: Session, run: ImportRun) -> str:
    """What stands for a plan as it is shown: when it was made and which rows are ticked."""
    unticked = session.scalars(
        select(ROW.c.row_number).where(ROW.c.run_id == run.id, ROW.c.ticked.is_(False)).order_by(ROW.c.row_number)
    )
    told = f"{run.id} {run.options.get('made', '')} {list(unticked)}"
    return hashlib.sha256(told.encode()).hexdigest()
