"""What an import did, and the way back: of the whole, or of the rows somebody chooses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin_views import import_check, import_undo, pages, shell, undone
from admin_views.imports import page
from importers import continuing, profiles, run, undoing
from importers.writer import WRITTEN
from models import settings
from models.base import whole
from models.errors import NotFound, Refused
from models.imports import ImportRow, ImportRun, ImportState
from models.journal import Changeset

PAGE = import_check.PAGE
Answer = str | Response


@page.get("/<key:key>/")
def result(key: int) -> Answer:
    """What an import did, with the way back."""
    found = run.find(shell.here(), key, is_open=False)
    if found.state is ImportState.FAILED:
        days = settings.get(shell.here(), "bin_days")
        return pages.show("imports/thrown_away.html", run=found, kind=found.kind, days=days)
    if found.state is not ImportState.DONE:
        return redirect(url_for("imports.check" if found.state is ImportState.PLANNED else "imports.columns", key=key))
    kept = shell.here().get(Changeset, found.changeset_id) if found.changeset_id else None
    written = _written(found) if kept and kept.undone_by_id is None else None
    return pages.show(
        "imports/result.html",
        run=found,
        kind=found.kind,
        kept=kept,
        counts=found.counts,
        is_gone=run.gone_since(found) is not None,
        written=written,
        proposed=profiles.proposed_name(found.file_name),
        together=continuing.together(shell.here(), found),
        later=continuing.later(shell.here(), found),
    )


def _written(found: ImportRun) -> dict[str, Any] | None:
    """The rows that wrote something, narrowed as the address says: a page of them."""
    wrote = undoing.is_written(found.id)
    counts, fields = undoing.counted(shell.here(), found)
    if not counts:
        return None
    view = import_check.narrowed(fields, WRITTEN, next(status for status in WRITTEN if counts.get(status)))
    of_status: Mapping[str, int] = fields.get(view.status.value, {})
    total = of_status[view.field] if view.field else counts.get(view.status, 0)
    query = select(ImportRow).where(wrote, view.condition).order_by(ImportRow.row_number)
    rows = list(shell.here().scalars(query.limit(PAGE).offset((view.page - 1) * PAGE)))
    targets = [row.target_id for row in rows if row.target_id is not None]
    return {
        "view": view,
        "counts": counts,
        "total": total,
        "pages": -(-total // PAGE),
        "rows": rows,
        "fields": import_check.offered_fields(found.kind, of_status),
        "told": import_check.told(found.kind, rows),
        "taken_back": undoing.taken_back(shell.here(), found, targets),
    }


@page.post("/<key:key>/undo/")
def undo_rows(key: int) -> Answer:
    """Take back what the ticked rows wrote, or all that are shown by this status and field."""
    found = run.find(shell.here(), key, is_open=False)
    show, field, number = (request.form.get(name) or None for name in ("show", "field", "page"))
    back = url_for("imports.result", key=key, show=show, field=field, page=number)
    if request.form.get("all"):
        status = next((one for one in WRITTEN if one.value == show), None)
        if status is None:
            raise NotFound
        rows = undoing.rows_about(shell.here(), found, status, field or "")
        apart = import_undo.rows_begun(found, status, field or "", len(rows))
        if apart is not None:
            return apart
    else:
        rows = [row for text in request.form.getlist("row") if (row := whole(text)) is not None]
    try:
        done = undoing.undo_rows(shell.here(), shell.looker(), key, rows)
    except Refused as refused:
        if isinstance(refused, NotFound):
            raise
        undone.say_refused(refused)
        return redirect(back)
    undone.say_done(undone.put_back(done), done)
    return redirect(back)
