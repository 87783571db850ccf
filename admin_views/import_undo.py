"""A large import is taken back in the background, and so is what took one back."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from admin_views import import_progress, shell
from importers import tasks, undoing
from models import access
from models.imports import Errand, ImportRun, RowStatus
from models.journal import Changeset
from models.user import Right


def begun(changeset_id: int, expected: str | None) -> Response | None:
    """Have a whole changeset taken back, as it was shown, and go and see how far it is. None where that is quick, or for
    who does not come to that page: it is to be done at once.
    """
    session, looker = shell.here(), shell.looker()
    found = undoing.import_of(session, changeset_id)
    if found is None or not access.may(session, looker, Right.IMPORT):
        return None
    kept, run = access.there(session, Changeset, changeset_id), session.get(ImportRun, found[0])
    if run is None or kept.undone_by_id is not None:
        return None
    if changeset_id == run.changeset_id:
        rows = run.counts["created"] + run.counts["updated"]
    else:
        rows = undoing.rows_put_back(session, changeset_id)
    return _begun(run.id, rows, changeset=changeset_id, expected=expected)


def rows_begun(run: ImportRun, status: RowStatus, field: str, rows: int) -> Response | None:
    """The same of the rows of a status and field of an import, so many."""
    return _begun(run.id, rows, changeset=run.changeset_id, show=status.value, field=field)


def _begun(run_id: int, rows: int, **what: Any) -> Response | None:
    return import_progress.begin(run_id, Errand.UNDO, rows=rows, **what) if rows > tasks.LARGE else None
