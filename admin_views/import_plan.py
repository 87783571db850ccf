"""Working in the plan of an import: tick rows, decide, correct cells, choose what goes in and how, and carry it out.

One form holds all of it, so whatever was changed is kept, whichever button sends it. What it would do then is shown
before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import select

from admin_views import import_check, import_progress, returned, shell
from admin_views.import_columns import columns_page
from admin_views.imports import Answer, back_to_check, folder, one_word, page, planned_anew, unreadable
from importers import planner, planning, run, tasks, working
from importers.files import Unreadable
from importers.writer import WRITTEN, Moved
from models.base import whole
from models.errors import Conflict, NotAllowed, NotFound, Refused
from models.imports import Errand, ImportMode, ImportRow, ImportState, RowStatus

_CELL = re.compile(r"cell-([0-9]{1,9})-([0-9]{1,9})")


@page.post("/<key:key>/rows/")
def rows(key: int) -> Answer:
    """Keep what was done to the plan, and show what it would do now."""
    return _worked(key, lambda: _shown_again(key, is_stale=_kept(key).is_stale))


@page.post("/<key:key>/commit/")
def commit(key: int) -> Answer:
    """Write exactly what was shown."""
    if run.find(shell.here(), key, is_open=False).state is ImportState.DONE:
        return _done_before(key)
    return _worked(key, lambda: _committed(key))


@page.post("/<key:key>/take-back/")
def take_back(key: int) -> Answer:
    """Take one correction back, or all of them."""
    form = request.form
    row, position, text = whole(form.get("row")), whole(form.get("position")), form.get("text")

    def work() -> Answer:
        is_stale = working.take_back(shell.here(), shell.looker(), key, row, position, text)
        return _shown_again(key, is_stale=is_stale)

    return _worked(key, work)


def _worked(key: int, work: Callable[[], Answer]) -> Answer:
    """Do it; what is refused is said where it can be mended."""
    try:
        return work()
    except Unreadable as problem:
        return columns_page(run.find(shell.here(), key), unreadable(problem)), 422
    except Refused as refused:
        if isinstance(refused, NotAllowed | NotFound | Conflict):
            raise
        found = run.find(shell.here(), key)
        show = import_check.shown if found.state is ImportState.PLANNED else columns_page
        return show(found, shell.say(refused)), 422


def _shown_again(key: int, *, is_stale: bool) -> Answer:
    return planned_anew(key) if is_stale else redirect(back_to_check(key))


# What was sent -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """What was kept of a form: whether it says anything new, and whether the plan has to be made anew for it."""

    is_new: bool
    is_stale: bool


def _kept(key: int) -> Kept:
    """Keep all that was sent."""
    is_ticked = _tick(key)
    is_stale = any([_correct(key), _choose(key), _decide(key)])
    return Kept(is_ticked or is_stale, is_stale)


def _tick(key: int) -> bool:
    """Rows whose tick is another than it was when the page was shown, or all rows of what the page showed."""
    for name, ticked in (("tick_all", True), ("untick_all", False)):
        if (field := request.form.get(name)) is not None:
            status = one_word(RowStatus, request.form.get("show"))
            if status not in WRITTEN:
                raise NotFound
            run.tick_all(shell.here(), shell.looker(), key, status, field, ticked)
            return True
    before, now = (
        {row for text in request.form.getlist(name) if (row := whole(text)) is not None} for name in ("was", "row")
    )
    on, off = now - before, before - now
    if on or off:
        run.tick(shell.here(), shell.looker(), key, on, True)
        run.tick(shell.here(), shell.looker(), key, off, False)
    return bool(on or off)


def _decide(key: int) -> bool:
    """What open rows are."""
    found = run.find(shell.here(), key)
    before = found.options.get("decisions", {})
    decisions = {
        row: value
        for name, value in request.form.items()
        if name.startswith("decide-")
        and (row := whole(name.removeprefix("decide-"))) is not None
        and (not value or _is_decision(value))
    } | returned.chosen(request.form, found.kind)
    is_new = any(value != before.get(str(row), "") for row, value in decisions.items())
    if is_new:
        run.keep_decisions(shell.here(), shell.looker(), key, decisions)
    return is_new


def _is_decision(text: str) -> bool:
    return text in {planner.NEW, planner.SKIP, planner.TAKE} or whole(text) is not None


def _correct(key: int) -> bool:
    """What cells hold instead, or that one means what was suggested."""
    cells: dict[int, dict[int, str]] = {}
    alike: set[tuple[int, int]] = set()

    def say(row: int, position: int, text: str, *, is_of_all: bool) -> None:
        cells.setdefault(row, {})[position] = text
        if is_of_all:
            alike.add((row, position))

    for name, text in request.form.items():
        if found := _CELL.fullmatch(name):
            say(int(found[1]), int(found[2]), text, is_of_all=f"all-{found[1]}-{found[2]}" in request.form)
    row, _, position = request.form.get("yes", "").partition("-")
    if row and position:
        where = whole(row) or 0, whole(position) or 0
        say(*where, _hint(key, *where), is_of_all=True)
    return bool(cells) and working.correct(shell.here(), shell.looker(), key, cells, alike)


def _hint(key: int, row: int, position: int) -> str:
    """What a wrong cell probably means, as its row says."""
    found = run.find(shell.here(), key)
    planned = shell.here().scalar(select(ImportRow).where(ImportRow.run_id == key, ImportRow.row_number == row))
    hint = import_check.hints_of(found, planned).get(position) if planned else None
    if hint is None:
        raise NotFound
    return hint


def _choose(key: int) -> bool:
    """What goes in, and what empty cells and labels mean."""
    form = request.form
    return "mode" in form and working.choose(
        shell.here(),
        shell.looker(),
        key,
        mode=ImportMode.ADD if form["mode"] == ImportMode.ADD else ImportMode.UPDATE,
        empty_clears=form.get("empty_clears") == "1",
        replace_labels=form.get("replace_labels") == "1",
        left_out=set(form.getlist("offered")) - set(form.getlist("column")),
    )


# Carrying it out -----------------------------------------------------------------------------------------------------


def _committed(key: int) -> Answer:
    kept = _kept(key)
    if kept.is_new:
        flash(gettext("You changed what goes in. Nothing is written yet: look at the plan once more."), "warning")
        return _shown_again(key, is_stale=kept.is_stale)
    if tasks.is_large(run.find(shell.here(), key)):
        return import_progress.begin(key, Errand.COMMIT, expected=request.form.get("plan", ""))
    try:
        done = planning.commit(shell.here(), shell.looker(), folder(), key, request.form.get("plan", ""))
    except Conflict as conflict:
        found = run.find(shell.here(), key, is_open=False)
        if found.state is ImportState.DONE:
            return _done_before(key)
        moved = len(conflict.rows) if isinstance(conflict, Moved) else 0
        marked = (
            ngettext("%(num)d row is marked and stands first.", "%(num)d rows are marked and stand first.", moved)
            if moved
            else ""
        )
        return import_check.shown(found, f"{shell.say(conflict)} {marked}".rstrip()), 409
    if done.changeset is not None:
        text = ngettext("%(num)d row imported", "%(num)d rows imported", done.created + done.updated)
        shell.offer_undo(text, done.changeset)
    return redirect(url_for("imports.result", key=key))


def _done_before(key: int) -> Answer:
    """For an import that is asked for once more: what came of it the first time."""
    flash(gettext("This import was done already."), "info")
    return redirect(url_for("imports.result", key=key))
