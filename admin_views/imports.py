"""The import wizard: upload, columns, check, result. Every step is a plain form; the run keeps every choice."""

from __future__ import annotations

import enum
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from flask import Response, flash, redirect, request, send_file, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from admin_views import import_check, import_progress, pages, shell
from importers import looking, marks, notation, planning, profiles, run, tasks, workbooks
from importers.files import Unreadable, told
from importers.run import Choices
from models import access
from models.errors import Conflict, Reason, Refused
from models.imports import Errand, ImportKind, ImportMode, ImportRun, ImportState, MatchRule
from models.journal import Changeset
from models.user import Right

page = pages.blueprint("imports", "/imports")
PAGE = 25
OVER = frozenset({ImportState.DONE, ImportState.FAILED})
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Answer = str | Response | BaseResponse | tuple[str, int]
# By what rows are recognised, as one may choose it.
RULES = {
    ImportKind.CUSTOMERS: [
        (MatchRule.USUAL, lazy_gettext("number, else name")),
        (MatchRule.NUMBER, lazy_gettext("number only")),
        (MatchRule.POSTAL_CODE, lazy_gettext("number, else name and postal code")),
    ],
    ImportKind.CONTACTS: [
        (MatchRule.USUAL, lazy_gettext("e-mail address, else name and company")),
        (MatchRule.EMAIL, lazy_gettext("e-mail address only")),
    ],
}
# How dates and amounts are written, as a form says it.
ANSWERS: Mapping[str, notation.Answer] = {"1": True, "0": False, notation.YEAR: notation.YEAR}
E = TypeVar("E", bound=enum.StrEnum)


@page.before_request
def allowed() -> None:
    """Who may not import does not come here."""
    if not access.may_somewhere(shell.here(), shell.looker(), Right.IMPORT):
        pages.need(Right.IMPORT)


@page.before_request
def busy() -> BaseResponse | None:
    """While something is done about a run, its page is the one that says how far it is."""
    key = (request.view_args or {}).get("key")
    if key is None or not import_progress.is_active(key):
        return None
    return redirect(url_for("import_progress.show", key=key))


def folder() -> Path:
    """Where the uploaded files lie."""
    return import_progress.folder()


# Upload --------------------------------------------------------------------------------------------------------------


@page.get("/")
def index() -> str:
    """The imports so far, newest first."""
    rows = shell.here().scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(PAGE * 2)).all()
    undone = _undone([row.changeset_id for row in rows if row.changeset_id])
    return pages.show("imports/index.html", runs=rows, undone=undone, kinds=list(ImportKind))


def _undone(changesets: list[int]) -> set[int]:
    query = select(Changeset.id).where(Changeset.id.in_(changesets), Changeset.undone_by_id.is_not(None))
    return set(shell.here().scalars(query))


@page.route("/new/", methods=["GET", "POST"])
def new() -> Answer:
    """Choose a file and what may happen."""
    kind = _kind(request.values.get("kind"))
    mode = ImportMode.ADD if request.form.get("mode") == ImportMode.ADD else ImportMode.UPDATE
    if request.method == "GET":
        return _upload_page(kind, mode)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _upload_page(kind, mode, gettext("Choose a file first.")), 422
    try:
        made = looking.upload(
            shell.here(),
            shell.looker(),
            folder(),
            file.stream,
            file.filename,
            kind,
            mode,
            choices(request.form),
            at_once=tasks.LARGE_FILE,
        )
    except Unreadable as problem:
        return _upload_page(kind, mode, unreadable(problem), file.filename), 422
    if "columns" not in made.options:
        return import_progress.begin(made.id, Errand.READ)
    return _settled(made) or redirect(url_for("imports.columns", key=made.id))


def _settled(made: ImportRun) -> Answer | None:
    """The check of a file whose columns are all as a profile says: nobody needs to look at them again."""
    if not profiles.is_as_known(made):
        return None
    try:
        answer = planned_anew(made.id)
    except (Refused, Unreadable):
        return None  # the page with the columns says why
    known = made.options["profile"]
    for note in notes(made):
        flash(note, "warning")  # whoever looks at the columns reads them there
    flash(gettext("Read as %(name)s, version %(n)s.", name=known["name"], n=known["version"]), "info")
    return answer


def planned_anew(key: int) -> Answer:
    """Make the plan of a run, at once or in the background where that takes long; then its page."""
    if tasks.is_large(run.find(shell.here(), key)):
        planning.require_plannable(shell.here(), shell.looker(), key)
        return import_progress.begin(key, Errand.PLAN)
    try:
        planning.make_plan(shell.here(), shell.looker(), folder(), key)
    except Conflict:
        flash(gettext("This import was planned anew at the same moment. Look at what it does now."), "warning")
    return redirect(back_to_check(key))


def _upload_page(kind: ImportKind, mode: ImportMode, error: str | None = None, name: str | None = None) -> str:
    earlier = shell.here().scalars(
        select(ImportRun).where(ImportRun.kind == kind).order_by(ImportRun.id.desc()).limit(3)
    )
    shown = {"kind": kind, "mode": mode, "error": error, "name": name, "earlier": list(earlier)}
    return pages.show("imports/upload.html", rules=RULES[kind], **shown)


def _kind(text: str | None) -> ImportKind:
    return ImportKind.CONTACTS if text == ImportKind.CONTACTS else ImportKind.CUSTOMERS


def choices(form: Mapping[str, str]) -> Choices:
    """The visible choices of a form; an unknown one lets the file decide."""
    yes_no = {"1": True, "0": False}
    return Choices(
        day_first=ANSWERS.get(form.get("day_first", "")),
        decimal_comma=yes_no.get(form.get("decimal_comma", "")),
        separator=form.get("separator") or None,
        two_lines=yes_no.get(form.get("two_lines", "")),
        empty_clears=form.get("empty_clears") == "1",
        replace_labels=form.get("replace_labels") == "1",
        rest_to_notes=form.get("rest_to_notes") == "1",
        match=one_word(MatchRule, form.get("match")) or MatchRule.USUAL,
        encoding=form.get("encoding") or None,
        delimiter={"tab": "\t"}.get(form.get("delimiter", ""), form.get("delimiter")) or None,
        hidden=yes_no.get(form.get("hidden", "")),
        others=form.get("others") == "1",
    )


def notes(found: ImportRun) -> list[str]:
    """What there is to tell about the file."""
    return told(found.options.get("notes", ()), gettext)


def one_word(kind: type[E], text: str | None) -> E | None:
    """The member of an enum that a form names."""
    return next((one for one in kind if one.value == text), None)


def unreadable(problem: Unreadable) -> str:
    """Why a file cannot be read, in the reader's language."""
    return gettext(problem.refusal.value).format(**problem.values)


# Check ---------------------------------------------------------------------------------------------------------------


@page.get("/<key:key>/check/")
def check(key: int) -> Answer:
    """What would happen, row by row; nothing is written yet."""
    found = run.find(shell.here(), key, is_open=False)
    if found.state in OVER:
        return redirect(url_for("imports.result", key=key))
    if found.state is not ImportState.PLANNED:
        return redirect(url_for("imports.columns", key=key))
    return import_check.shown(found)


def back_to_check(key: int) -> str:
    """The page of a plan as the form that was sent wants to go on: as it was, to another status, or to a row anywhere."""
    to, show, field, edit, sought = (request.form.get(name) or None for name in ("to", "show", "field", "edit", "seek"))
    if sought:
        return url_for("imports.check", key=key, edit=sought, _anchor=f"row-{sought}")
    if to:
        return url_for("imports.check", key=key, show=to)
    number = request.form.get("go") or request.form.get("page") or None
    at = f"row-{edit}" if edit else None
    return url_for("imports.check", key=key, show=show, field=field, page=number, edit=edit, _anchor=at)


@page.post("/<key:key>/forget/")
def forget(key: int) -> Answer:
    """Throw away what was not imported."""
    run.forget(shell.here(), shell.looker(), folder(), key)
    flash(gettext("Thrown away. Nothing was written."), "info")
    return redirect(url_for("imports.index"))


# Result --------------------------------------------------------------------------------------------------------------


@page.get("/<key:key>/rejected.xlsx")
def rejected(key: int) -> Response:
    """The rows that were not imported, as a workbook with the reason in each."""
    found = run.find(shell.here(), key, is_open=False)
    if gone := run.gone_since(found):
        raise Conflict(Reason.PURGED, date=gone)
    body = workbooks.rejected(shell.here(), found, gettext, marks.of_run(found.id))
    return _workbook(body, gettext("rejected rows of import %(n)s", n=found.id))


@page.get("/template/<kind>.xlsx")
def template(kind: str) -> Response:
    """An empty workbook with the right columns and an example row."""
    return _workbook(
        workbooks.template(shell.here(), shell.looker(), _kind(kind), import_check.language(), gettext),
        _kind(kind).value,
    )


def _workbook(body: bytes, name: str) -> Response:
    return send_file(io.BytesIO(body), mimetype=MIME, as_attachment=True, download_name=f"{name}.xlsx")
