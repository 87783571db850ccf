"""The import wizard: upload, columns, check, result. Every step is a plain form; the run keeps every choice."""

from __future__ import annotations

import enum
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, Response, current_app, flash, redirect, request, send_file, url_for
from flask_babel import get_locale, gettext, lazy_gettext, ngettext
from sqlalchemy import func, select
from werkzeug.wrappers import Response as BaseResponse

from admin_views import pages, shell
from importers import apply, planner, profiles, run, workbooks
from importers import plan as planning
from importers.columns import COLUMNS
from importers.columns import allowed as allowed_columns
from importers.files import Remark, Unreadable
from importers.mapping import Certainty
from importers.run import Choices
from importers.trouble import Trouble, describe
from models import access
from models.among import one_of
from models.base import whole
from models.contact import Contact
from models.customer import Customer, Kind
from models.errors import Conflict, NotAllowed, NotFound, Refused
from models.imports import ImportKind, ImportMode, ImportRow, ImportRun, ImportState, MatchRule, RowStatus
from models.journal import Changeset
from models.user import Right, User

page = pages.blueprint("imports", "/imports")
PAGE = 25
UNDECIDED = "?"  # of several columns with one name: nobody chose yet
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Answer = str | Response | BaseResponse | tuple[str, int]
TWICE = {Trouble.NUMBER_TWICE.name, Trouble.SAME_TWICE.name}
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
E = TypeVar("E", bound=enum.StrEnum)
STATUSES = (RowStatus.NEW, RowStatus.CHANGED, RowStatus.UNCHANGED, RowStatus.AMBIGUOUS, RowStatus.REJECTED)


@page.before_request
def allowed() -> None:
    """Who may not import does not come here."""
    if not access.may_somewhere(shell.here(), shell.looker(), Right.IMPORT):
        pages.need(Right.IMPORT)


def folder() -> Path:
    """Where the uploaded files lie."""
    return Path(current_app.instance_path) / "imports"


def language() -> str:
    """The language of the page."""
    return str(get_locale() or "en")


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
        made = run.upload(
            shell.here(), shell.looker(), folder(), file.stream, file.filename, kind, mode, _choices(request.form)
        )
    except Unreadable as problem:
        return _upload_page(kind, mode, unreadable(problem), file.filename), 422
    return redirect(_settled(made) or url_for("imports.columns", key=made.id))


def _settled(made: ImportRun) -> str | None:
    """The check of a file whose columns are all as a profile says: nobody needs to look at them again."""
    if not profiles.is_as_known(made):
        return None
    try:
        run.make_plan(shell.here(), shell.looker(), folder(), made.id)
    except (Refused, Unreadable):
        return None  # the page with the columns says why
    known = made.options["profile"]
    flash(gettext("Read as %(name)s, version %(n)s.", name=known["name"], n=known["version"]), "info")
    return url_for("imports.check", key=made.id)


def _upload_page(kind: ImportKind, mode: ImportMode, error: str | None = None, name: str | None = None) -> str:
    earlier = shell.here().scalars(
        select(ImportRun).where(ImportRun.kind == kind).order_by(ImportRun.id.desc()).limit(3)
    )
    shown = {"kind": kind, "mode": mode, "error": error, "name": name, "earlier": list(earlier)}
    return pages.show("imports/upload.html", rules=RULES[kind], **shown)


def _kind(text: str | None) -> ImportKind:
    return ImportKind.CONTACTS if text == ImportKind.CONTACTS else ImportKind.CUSTOMERS


def _choices(form: Mapping[str, str]) -> Choices:
    """The visible choices of a form; an unknown one lets the file decide."""
    yes_no = {"1": True, "0": False}
    return Choices(
        day_first=yes_no.get(form.get("day_first", "")),
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
    )


def one_word(kind: type[E], text: str | None) -> E | None:
    """The member of an enum that a form names."""
    return next((one for one in kind if one.value == text), None)


def unreadable(problem: Unreadable) -> str:
    """Why a file cannot be read, in the reader's language."""
    return gettext(problem.refusal.value).format(**problem.values)


# Columns -------------------------------------------------------------------------------------------------------------


@page.route("/<key:key>/columns/", methods=["GET", "POST"])
def columns(key: int) -> Answer:
    """Sheet, header row and columns: what was found, to be corrected."""
    found = run.find(shell.here(), key)
    if request.method == "GET":
        return _columns_page(found)
    try:
        if request.form.get("step") == "look":
            wish = whole(request.form.get("profile"))
            if "profile" in request.form and wish != found.options.get("profile_wish"):
                run.take_profile(shell.here(), shell.looker(), folder(), key, wish)
                return redirect(url_for("imports.columns", key=key))
            sheet, header = request.form.get("sheet") or found.sheet, request.form.get("header", "")
            changed = sheet != found.sheet
            run.look_again(
                shell.here(),
                shell.looker(),
                folder(),
                key,
                sheet=sheet,
                header=None if changed else whole(header, 9_999_999),
                choices=_choices(request.form),
                mode=one_word(ImportMode, request.form.get("mode")),
            )
            return redirect(url_for("imports.columns", key=key))
        run.map_columns(shell.here(), shell.looker(), key, mapped(request.form))
        run.make_plan(shell.here(), shell.looker(), folder(), key)
    except Unreadable as problem:
        return _columns_page(run.find(shell.here(), key), unreadable(problem)), 422
    except Refused as refused:
        if isinstance(refused, (NotAllowed, NotFound, Conflict)):
            raise
        return _columns_page(run.find(shell.here(), key), shell.say(refused)), 422
    return redirect(url_for("imports.check", key=key))


def mapped(form: Mapping[str, str]) -> dict[int, str | None]:
    """What a form says that columns go into: position -> field, or None to leave it out."""
    prefix = "column-"
    return {
        position: value or None
        for name, value in form.items()
        if name.startswith(prefix) and value != UNDECIDED and (position := whole(name.removeprefix(prefix))) is not None
    }


def _columns_page(found: ImportRun, error: str | None = None) -> str:
    made = profiles.newest(shell.here(), found.kind)
    may_map = allowed_columns(shell.here(), shell.looker(), found.kind).values()
    offered = [(column.key, column.title(language())) for column in may_map if not column.only_out]
    return pages.show(
        "imports/columns.html",
        run=found,
        kind=found.kind,
        error=error,
        offered=offered,
        choices=run.choices_of(found),
        profiles=[(profile.id, profile.name) for profile, _ in made],
        proposed=profiles.proposed_name(found.file_name),
        rules=RULES[found.kind],
        notes=[gettext(Remark[note["code"]].value).format(**note["values"]) for note in found.options.get("notes", ())],
        certainty={one.name: gettext(one.value) for one in Certainty},
        doubtful=not run.looks_like_customers(found),
    )


# Check ---------------------------------------------------------------------------------------------------------------


@page.get("/<key:key>/check/")
def check(key: int) -> Answer:
    """What would happen, row by row; nothing is written yet."""
    found = run.find(shell.here(), key)
    if found.state is not ImportState.PLANNED:
        return redirect(url_for("imports.columns", key=key))
    return _check_page(found)


def _check_page(found: ImportRun, error: str | None = None) -> str:
    of_run, moved = ImportRow.run_id == found.id, one_of(ImportRow.row_number, found.options.get("moved", ()))
    filled = set(shell.here().scalars(select(ImportRow.status).where(of_run, moved).distinct()))
    filled = filled or {status for status in STATUSES if found.counts.get(status.value)}
    shown = next((status for status in STATUSES if status.value == request.args.get("show")), None)
    if shown is None:
        shown = next((status for status in STATUSES if status in filled), RowStatus.NEW)
    number = max(1, whole(request.args.get("page"), 100_000) or 1)
    rows = shell.here().scalars(
        select(ImportRow)
        .where(of_run, ImportRow.status == shown)
        .order_by(moved.desc(), ImportRow.row_number)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    worst = shell.here().scalars(
        select(ImportRow)
        .where(of_run, ImportRow.status.in_((RowStatus.REJECTED, RowStatus.AMBIGUOUS)))
        .order_by(ImportRow.row_number)
        .limit(6)
    )
    unticked = shell.here().scalar(
        select(func.count(ImportRow.id)).where(of_run, ImportRow.status == shown, ImportRow.ticked.is_(False))
    )
    listed = list(rows)
    names = _names(found.kind, listed)
    owners = {row.values["customer"]["owner_id"] for row in listed if row.values.get("customer", {}).get("owner_id")}
    users = {one.id: one.name for one in shell.here().execute(select(User.id, User.name).where(User.id.in_(owners)))}

    titles = {name: column.title(language()) for name, column in COLUMNS[found.kind].items()}

    def candidates(row: ImportRow) -> list[tuple[int | str, str]]:
        """Whom an open row may mean, as far as one may see them; of several equal rows it may be the one that counts."""
        wanted = [row.target_id, *(row.values or {}).get("candidates", ())]
        found: list[tuple[int | str, str]] = [
            (key, gettext("The same one: %(name)s", name=names[key])) for key in dict.fromkeys(wanted) if key in names
        ]
        if TWICE & {problem["code"] for problem in row.problems}:
            found.append((planner.TAKE, gettext("This row counts, not the others")))
        return found

    return pages.show(
        "imports/check.html",
        candidates=candidates,
        run=found,
        kind=found.kind,
        shown=shown,
        number=number,
        pages=-(-found.counts.get(shown.value, 0) // PAGE),
        rows=listed,
        worst=list(worst),
        unticked=unticked or 0,
        statuses=STATUSES,
        foreseen=run.foreseen(shell.here(), found.id),
        token=apply.digest(shell.here(), found),
        error=error,
        words=describe_row,
        told={row.id: _told(row, planning.shown(row, users), titles) for row in listed},
        decisions=found.options.get("decisions", {}),
        size=PAGE,
    )


def _told(
    row: ImportRow, fields: Mapping[str, list[Any]], titles: Mapping[str, str]
) -> list[tuple[str, str | bool, str]]:
    """Field by field what a row writes, in words: its title, the old (False: there is none) and the new."""
    is_new = row.status is RowStatus.NEW
    return [
        (titles.get(key, key), False if is_new and old in ("", False, []) else _in_words(key, old), _in_words(key, new))
        for key, (old, new) in fields.items()
    ]


def _in_words(key: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if key == "kind" and value:
        return gettext("Private person") if value == Kind.PRIVATE.value else gettext("Company")
    return str(value)


def _names(kind: ImportKind, rows: list[ImportRow]) -> dict[int, str]:
    """The names of the records that open rows may mean."""
    wanted = {row.target_id for row in rows} | {key for row in rows for key in (row.values or {}).get("candidates", ())}
    ids = wanted - {None}
    rows_found = (
        shell.here().execute(select(Customer.id, Customer.name, Customer.number).where(Customer.id.in_(ids))).all()
        if kind is ImportKind.CUSTOMERS
        else shell.here().execute(select(Contact.id, Contact.name, Contact.email).where(Contact.id.in_(ids))).all()
    )
    return {key: f"{name}, {more}" if more else name for key, name, more in rows_found}


def describe_row(problem: Mapping[str, Any]) -> str:
    """A problem of a row in the reader's language."""
    return describe(problem, gettext)


@page.post("/<key:key>/rows/")
def rows(key: int) -> Answer:
    """Tick and untick the rows of this page, and decide about the open ones."""
    shown = request.form.getlist("shown")
    ticked = set(request.form.getlist("row"))
    on = [row for text in shown if text in ticked and (row := whole(text)) is not None]
    off = [row for text in shown if text not in ticked and (row := whole(text)) is not None]
    run.tick(shell.here(), shell.looker(), key, on, True)
    run.tick(shell.here(), shell.looker(), key, off, False)
    before = run.find(shell.here(), key).options.get("decisions", {})
    decisions = {
        row: value
        for name, value in request.form.items()
        if name.startswith("decide-")
        and (row := whole(name.removeprefix("decide-"))) is not None
        and (not value or _is_decision(value))
    }
    if any(value != before.get(str(row), "") for row, value in decisions.items()):
        run.decide(shell.here(), shell.looker(), folder(), key, decisions)
    return redirect(url_for("imports.check", key=key, show=request.form.get("show"), page=request.form.get("page")))


def _is_decision(text: str) -> bool:
    return text in {planner.NEW, planner.SKIP, planner.TAKE} or whole(text) is not None


@page.post("/<key:key>/commit/")
def commit(key: int) -> Answer:
    """Write exactly what was shown."""
    try:
        done = run.commit(shell.here(), shell.looker(), folder(), key, request.form.get("plan", ""))
    except Conflict as conflict:
        found, moved = run.find(shell.here(), key), len(conflict.rows) if isinstance(conflict, apply.Moved) else 0
        marked = (
            ngettext("%(num)d row is marked and stands first.", "%(num)d rows are marked and stand first.", moved)
            if moved
            else ""
        )
        return _check_page(found, f"{shell.say(conflict)} {marked}".rstrip()), 409
    except Refused as refused:
        if isinstance(refused, NotAllowed | NotFound):
            raise
        return _check_page(run.find(shell.here(), key), shell.say(refused)), 422
    if done.changeset is not None:
        text = ngettext("%(num)d row imported", "%(num)d rows imported", done.created + done.updated)
        shell.offer_undo(text, done.changeset)
    return redirect(url_for("imports.result", key=key))


@page.post("/<key:key>/forget/")
def forget(key: int) -> Answer:
    """Throw away what was not imported."""
    run.forget(shell.here(), shell.looker(), folder(), key)
    flash(gettext("Thrown away. Nothing was written."), "info")
    return redirect(url_for("imports.index"))


# Result --------------------------------------------------------------------------------------------------------------


@page.get("/<key:key>/")
def result(key: int) -> Answer:
    """What an import did, with the way back."""
    found = run.find(shell.here(), key, is_open=False)
    if found.state is not ImportState.DONE:
        return redirect(url_for("imports.check" if found.state is ImportState.PLANNED else "imports.columns", key=key))
    kept = shell.here().get(Changeset, found.changeset_id) if found.changeset_id else None
    proposed = profiles.proposed_name(found.file_name)
    return pages.show(
        "imports/result.html", run=found, kind=found.kind, kept=kept, counts=found.counts, proposed=proposed
    )


@page.get("/<key:key>/rejected.xlsx")
def rejected(key: int) -> Response:
    """The rows that were not imported, as a workbook with the reason in each."""
    found = run.find(shell.here(), key, is_open=False)
    body = workbooks.rejected(shell.here(), found, gettext)
    return _workbook(body, gettext("rejected rows of import %(n)s", n=found.id))


@page.get("/template/<kind>.xlsx")
def template(kind: str) -> Response:
    """An empty workbook with the right columns and an example row."""
    return _workbook(
        workbooks.template(shell.here(), shell.looker(), _kind(kind), language(), gettext), _kind(kind).value
    )


def _workbook(body: bytes, name: str) -> Response:
    return send_file(io.BytesIO(body), mimetype=MIME, as_attachment=True, download_name=f"{name}.xlsx")


def register(app: Flask) -> None:
    """Add the wizard and its line in the menu."""
    app.register_blueprint(page)

    def line() -> shell.MenuItem | None:
        if not access.may_somewhere(shell.here(), shell.looker(), Right.IMPORT):
            return None
        is_here = request.blueprint in {"imports", "import_profiles", "import_words"}
        return shell.MenuItem(gettext("Imports"), "file-earmark-arrow-up", url_for("imports.index"), is_here, key="i")

    shell.add_to_menu(app, line)
