"""Working in the plan of an import: correct cells, take corrections back, choose what goes in and how."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import redirect, request
from sqlalchemy import select

from admin_views import import_check, shell
from admin_views.imports import Answer, back_to_check, columns_page, page, planned_anew, unreadable
from importers import run, working
from importers.files import Unreadable
from models.base import whole
from models.errors import Conflict, NotAllowed, NotFound, Refused
from models.imports import ImportMode, ImportRow, ImportState

_CELL = re.compile(r"cell-([0-9]{1,9})-([0-9]{1,9})")


@page.post("/<key:key>/correct/")
def correct(key: int) -> Answer:
    """Keep what cells hold instead, or that one means what was suggested, and plan again."""
    cells: dict[int, dict[int, str]] = {}
    alike: set[tuple[int, int]] = set()
    for name, text in request.form.items():
        found = _CELL.fullmatch(name)
        if found:
            where = int(found[1]), int(found[2])
            cells.setdefault(where[0], {})[where[1]] = text
            if f"all-{where[0]}-{where[1]}" in request.form:
                alike.add(where)
    row, _, position = request.form.get("yes", "").partition("-")
    if row and position:
        where = whole(row) or 0, whole(position) or 0
        cells, alike = {where[0]: {where[1]: _hint(key, *where)}}, {where}
    return _worked(key, lambda: working.correct(shell.here(), shell.looker(), key, cells, alike))


def _hint(key: int, row: int, position: int) -> str:
    """What a wrong cell probably means, as its row says."""
    found = run.find(shell.here(), key)
    planned = shell.here().scalar(select(ImportRow).where(ImportRow.run_id == key, ImportRow.row_number == row))
    hint = import_check.hints_of(found, planned).get(position) if planned else None
    if hint is None:
        raise NotFound
    return hint


@page.post("/<key:key>/take-back/")
def take_back(key: int) -> Answer:
    """Take one correction back, or all of them."""
    form = request.form
    row, position, text = whole(form.get("row")), whole(form.get("position")), form.get("text")
    return _worked(key, lambda: working.take_back(shell.here(), shell.looker(), key, row, position, text))


@page.post("/<key:key>/choose/")
def choose(key: int) -> Answer:
    """Keep what goes in and what empty cells and labels mean, and plan again."""
    form = request.form
    left_out = set(form.getlist("offered")) - set(form.getlist("column"))
    mode = ImportMode.ADD if form.get("mode") == ImportMode.ADD else ImportMode.UPDATE
    return _worked(
        key,
        lambda: working.choose(
            shell.here(),
            shell.looker(),
            key,
            mode=mode,
            empty_clears=form.get("empty_clears") == "1",
            replace_labels=form.get("replace_labels") == "1",
            left_out=left_out,
        ),
    )


def _worked(key: int, work: Callable[[], bool]) -> Answer:
    """Do it and show the plan again; what is refused is said where it can be mended."""
    try:
        if work():
            return planned_anew(key)
    except Unreadable as problem:
        return columns_page(run.find(shell.here(), key), unreadable(problem)), 422
    except Refused as refused:
        if isinstance(refused, NotAllowed | NotFound | Conflict):
            raise
        found = run.find(shell.here(), key)
        show = import_check.shown if found.state is ImportState.PLANNED else columns_page
        return show(found, shell.say(refused)), 422
    return redirect(back_to_check(key))
