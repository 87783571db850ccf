"""How far a large import is: a page that needs no JavaScript, a few figures for one that has it, and a word when it is done."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, flash, g, jsonify, redirect, request, session, url_for
from flask_babel import format_decimal, gettext, ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from admin_views import background, images, pages, shell, undone
from importers import taking_back, tasks
from importers.files import Refusal
from importers.tasks import Standing
from models import access
from models.base import utc_now
from models.errors import Conflict, Reason, Refused
from models.imports import Errand, ImportKind, ImportRun, ImportState, ImportTask, Stage
from models.user import Right

page = pages.blueprint("import_progress", "/imports")
# The imports of this browser of which no page said yet how they ended.
_AWAITED = "imports_awaited"
_STAGES = {
    Errand.READ: (Stage.READING, Stage.LOOKING),
    Errand.PLAN: (Stage.READING, Stage.MATCHING, Stage.PLANNING),
    Errand.COMMIT: (Stage.CHECKING, Stage.WRITING, Stage.INDEXING),
    Errand.UNDO: (Stage.CHECKING, Stage.WRITING, Stage.INDEXING),
}
_STEPS = {Errand.READ: 1, Errand.PLAN: 3, Errand.COMMIT: 4, Errand.UNDO: 5}
MINE = 5


@page.before_request
def allowed() -> None:
    """Who may not import does not come here."""
    if not access.may_somewhere(shell.here(), shell.looker(), Right.IMPORT):
        pages.need(Right.IMPORT)


def folder() -> Path:
    """Where the uploaded files lie."""
    return Path(current_app.instance_path) / "imports"


def begin(run_id: int, errand: Errand, **arguments: Any) -> BaseResponse:
    """Have something done in the background, and go and see how far it is. What is on its way is not begun once more."""
    try:
        tasks.ask(shell.here(), shell.looker(), folder(), run_id, errand, arguments)
    except Conflict:
        if not is_active(run_id):
            raise
        return redirect(url_for("import_progress.show", key=run_id))
    return _rung(run_id)


def _rung(run_id: int) -> BaseResponse:
    background.jobs().ask(background.IMPORT, run_id)
    session[_AWAITED] = [*(one for one in session.get(_AWAITED, ()) if one != run_id), run_id]
    return redirect(url_for("import_progress.show", key=run_id))


def is_active(run_id: int) -> bool:
    """Whether something is being done about a run right now."""
    found = _found(run_id)
    return found is not None and found.standing.is_active


# How far it is -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far an errand is, in words; `percent` is None where nobody can tell."""

    run: ImportRun = field(repr=False)
    task: ImportTask = field(repr=False)
    standing: Standing

    @property
    def is_undo(self) -> bool:
        """Whether an import is taken back."""
        return self.task.errand is Errand.UNDO

    @property
    def in_words(self) -> str:
        """How it stands."""
        return _undo_stands(self.standing) if self.is_undo else _standing(self.standing)

    @property
    def percent(self) -> int | None:
        if self.standing is Standing.DONE:
            return 100
        return min(100, self.task.done * 100 // self.task.total) if self.task.total else None

    @property
    def rows(self) -> str:
        """How many rows of this step are done, and how long the others take."""
        task = self.task
        if not task.total:
            return ""
        reached = (
            task.total if self.standing is Standing.DONE else task.done
        )  # the last word may have come before the end
        done, total = format_decimal(reached), format_decimal(task.total)
        if self.is_undo:
            told = gettext("%(done)s of %(total)s records", done=done, total=total)
        else:
            told = gettext("%(done)s of %(total)s rows", done=done, total=total)
        left = self._seconds_left()
        return told if left is None else f"{told} · {_for(left)}"

    def _seconds_left(self) -> int | None:
        task = self.task
        if not task.done or task.stage_at is None or task.beat_at is None or self.standing is not Standing.RUNNING:
            return None
        took = (task.beat_at - task.stage_at).total_seconds()
        return math.ceil(took * (task.total - task.done) / task.done) if took > 0 else None

    @property
    def now(self) -> str:
        """What is done now."""
        if self.standing is not Standing.RUNNING:
            return self.in_words
        name = images.table_name(self.task.now) if self.is_undo and self.task.now else self.task.now
        return gettext("now: %(name)s", name=name) if name else ""

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Every step with how it stands: done, now or todo."""
        stages = _STAGES[self.task.errand]
        at = stages.index(self.task.stage) if self.task.stage in stages else -1
        if self.standing is Standing.DONE:
            at = len(stages)
        running = "now" if self.standing is Standing.RUNNING else "todo"
        told = _stage_of_undo if self.is_undo else _stage
        return [(told(one), "done" if n < at else running if n == at else "todo") for n, one in enumerate(stages)]


def _for(seconds: int) -> str:
    if seconds < 90:
        return ngettext("about %(num)d second left", "about %(num)d seconds left", seconds)
    return ngettext("about %(num)d minute left", "about %(num)d minutes left", round(seconds / 60))


def _stage(stage: Stage) -> str:
    return {
        Stage.READING: gettext("Read the file"),
        Stage.LOOKING: gettext("Recognise the columns"),
        Stage.MATCHING: gettext("Look for who is there already"),
        Stage.PLANNING: gettext("Compare every row with its card"),
        Stage.CHECKING: gettext("Check the plan against the cards of this moment"),
        Stage.WRITING: gettext("Write the cards, with their history"),
        Stage.INDEXING: gettext("Search index and totals"),
    }[stage]


def _stage_of_undo(stage: Stage) -> str:
    if stage is Stage.CHECKING:
        return gettext("Look what was changed since, and stays")
    return gettext("Put the cards back, with their history") if stage is Stage.WRITING else _stage(stage)


def _standing(standing: Standing) -> str:
    return {
        Standing.WAITING: gettext("It waits for its turn."),
        Standing.RUNNING: gettext("It is being done."),
        Standing.INTERRUPTED: gettext("It was interrupted. Nothing of it was kept."),
        Standing.STOPPED: gettext("It was stopped. Nothing of it was kept."),
        Standing.FAILED: gettext("It could not be done. Nothing of it was kept."),
        Standing.DONE: gettext("It is done."),
    }[standing]


def _undo_stands(standing: Standing) -> str:
    return {
        Standing.INTERRUPTED: gettext("It was interrupted. Nothing was taken back."),
        Standing.STOPPED: gettext("It was stopped. Nothing was taken back."),
        Standing.FAILED: gettext("It could not be done. Nothing was taken back."),
    }.get(standing) or _standing(standing)


def _title(found: Progress) -> str:
    if found.is_undo:
        number, count = found.run.id, found.task.arguments["rows"]
        shown = format_decimal(count)
        return ngettext(
            "Putting %(n)s row of import %(number)s back",
            "Putting %(n)s rows of import %(number)s back",
            count,
            n=shown,
            number=number,
        )
    rows = int(found.run.options.get("rows", 0))
    if found.task.errand is Errand.READ:
        return gettext("Reading %(name)s", name=found.run.file_name)
    if found.task.errand is Errand.PLAN:
        return ngettext("Checking %(n)s row", "Checking %(n)s rows", rows, n=format_decimal(rows))
    written = found.run.counts.get("new", 0) + found.run.counts.get("changed", 0)
    shown = format_decimal(written)
    if found.run.kind is ImportKind.CUSTOMERS:
        return ngettext("Importing %(n)s customer", "Importing %(n)s customers", written, n=shown)
    return ngettext("Importing %(n)s contact", "Importing %(n)s contacts", written, n=shown)


def why(failure: Mapping[str, Any] | None) -> str:
    """Why an errand failed, in the reader's language."""
    if failure is None or failure["kind"] == "broken":
        return gettext("Something went wrong. It is in the log of the server.")
    if failure["kind"] == "moved":
        changed = shell.say(Refused(Reason.PLAN_CHANGED))
        rows = failure["rows"]
        return f"{changed} " + ngettext(
            "%(num)d row is marked and stands first.", "%(num)d rows are marked and stand first.", rows
        )
    if failure["kind"] == "unreadable":
        return gettext(Refusal[failure["code"]].value).format(**failure["values"])
    return shell.say(Refused(Reason[failure["code"]], failure["field"], **failure["values"]))


# Pages ---------------------------------------------------------------------------------------------------------------


def _found(run_id: int) -> Progress | None:
    found, task = tasks.with_run(shell.here(), run_id)
    return None if task is None else _stands(found, task)


def _stands(found: ImportRun, task: ImportTask) -> Progress:
    heard = tasks.overheard(task, found, folder())
    return Progress(found, heard, tasks.standing(heard, found, utc_now()))


def _next(found: Progress) -> str:
    """Where one goes on when it has ended: a plan that is another by now is shown once more."""
    arguments = found.task.arguments
    if found.is_undo and _is_other(found) and "show" not in arguments:
        back = url_for("imports.result", key=found.run.id)
        return url_for("history.undo", changeset=arguments["changeset"], next=back)
    if found.run.state is ImportState.DONE:
        return url_for("imports.result", key=found.run.id)
    step = "imports.check" if found.run.state is ImportState.PLANNED else "imports.columns"
    return url_for(step, key=found.run.id)


def _goes_on(found: Progress) -> bool:
    """Whether there is nothing left to look at here: it is done, or its next page says more than this one."""
    is_moved = found.standing is Standing.FAILED and found.run.state is ImportState.PLANNED
    return found.standing is Standing.DONE or is_moved or (found.is_undo and _failed_as(found) == "refused")


def _failed_as(found: Progress) -> str | None:
    return (found.task.failure or {}).get("kind") if found.standing is Standing.FAILED else None


def _is_other(found: Progress) -> bool:
    """Whether it would have done something else than was shown."""
    return _failed_as(found) == "refused" and (found.task.failure or {}).get("code") == Reason.PLAN_CHANGED.name


@page.get("/<key:key>/progress/")
def show(key: int) -> str | BaseResponse:
    """How far it is, or on to the next step when it is done."""
    found = _found(key)
    if found is None:
        return redirect(url_for("imports.result", key=key))
    if _goes_on(found):
        _said(found)
        return redirect(_next(found))
    return pages.show(
        "imports/progress.html",
        run=found.run,
        kind=found.run.kind,
        step=_STEPS[found.task.errand],
        progress=found,
        title=_title(found),
        standing=found.in_words,
        error=why(found.task.failure) if found.standing is Standing.FAILED else None,
        next=_next(found) if found.is_undo or "columns" in found.run.options else None,
    )


@page.get("/<key:key>/progress.json")
def figures(key: int) -> Response:
    """The same in a few figures, for a page that asks every second."""
    found = _found(key)
    if found is None:
        return jsonify(over=True)
    return jsonify(
        percent=found.percent,
        rows=found.rows,
        now=found.now,
        steps=[state for _, state in found.steps],
        over=not found.standing.is_active,
    )


@page.post("/<key:key>/stop/")
def stop(key: int) -> BaseResponse:
    """End it, leaving nothing."""
    tasks.stop(shell.here(), shell.looker(), folder(), key)
    return redirect(url_for("import_progress.show", key=key))


@page.post("/<key:key>/again/")
def again(key: int) -> BaseResponse:
    """Do once more what was interrupted, stopped or failed."""
    tasks.again(shell.here(), shell.looker(), folder(), key)
    return _rung(key)


# When it is done -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One import of one's own, for the page of what waits for a person."""

    name: str
    text: str
    href: str
    is_active: bool


def mine() -> list[Told]:
    """The last imports that were done in the background for who looks, newest first."""
    query = (
        select(ImportRun, ImportTask)
        .join(ImportTask, ImportTask.run_id == ImportRun.id)
        .where(ImportRun.user_id == shell.looker().id)
        .order_by(ImportTask.changed_at.desc())
        .limit(MINE)
    )
    found = [_stands(one, task) for one, task in shell.here().execute(query)]
    return [
        Told(
            one.run.file_name,
            f"{_title(one)}: {one.rows or one.in_words}" if one.standing.is_active else _ended(one),
            _next(one) if _goes_on(one) else url_for("import_progress.show", key=one.run.id),
            one.standing.is_active,
        )
        for one in found
    ]


def _ended(found: Progress) -> str:
    number = found.run.id
    if found.standing is not Standing.DONE:
        return f"{gettext('Import %(n)s', n=number)}: {found.in_words}"
    if found.is_undo:
        came = taking_back.came_of(found.task.did) if found.task.did else None
        told = undone.in_words(came.rows, came.counts) if came else found.in_words
        return f"{gettext('Import %(n)s', n=number)}: {told}"
    if found.task.errand is Errand.COMMIT:
        counts = {name: format_decimal(found.run.counts.get(name, 0)) for name in ("created", "updated")}
        return gettext(
            "Import %(n)s is done: %(a)s added, %(b)s changed.", n=number, a=counts["created"], b=counts["updated"]
        )
    if found.task.errand is Errand.PLAN:
        return gettext("Import %(n)s is checked.", n=number)
    return gettext("Import %(n)s is read.", n=number)


def _said(found: Progress) -> None:
    """Say how it ended, with the way back; no other page needs to."""
    session[_AWAITED] = [one for one in session.get(_AWAITED, ()) if one != found.run.id]
    failure = found.task.failure
    if found.standing is Standing.FAILED:
        flash(why(failure), "warn")
        undone.say_left(taking_back.stays(failure or {}), (failure or {}).get("left_count", 0), done=False)
    elif found.task.did is not None:
        came = taking_back.came_of(found.task.did)
        shell.offer_undo(_ended(found), came.changeset)
        undone.say_left(came.left, came.left_count, done=True)
    elif found.task.errand is Errand.COMMIT and found.run.changeset_id is not None:
        shell.offer_undo(_ended(found), found.run.changeset_id)
    else:
        flash(_ended(found), "info")


def _look_for_ends() -> None:
    """On whatever page the next one is: an import of this browser that ended says so. Costs nothing to all others."""
    awaited = session.get(_AWAITED)
    quiet = request.method != "GET" or request.blueprint == page.name or "looker" not in g
    if not awaited or quiet or shell.looker().id is None:
        return
    for run_id in awaited:
        try:
            found = _found(run_id)
        except Refused:
            found = None
        if found is None:
            session[_AWAITED] = [one for one in session[_AWAITED] if one != run_id]
        elif not found.standing.is_active:
            _said(found)


def register(app: Flask) -> None:
    """Add the page, and the word on others when something has ended."""
    app.register_blueprint(page)
    app.before_request(_look_for_ends)
