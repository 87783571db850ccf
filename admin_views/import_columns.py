"""The second step of an import: what the columns of a file are, and how it is to be read, in one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from admin_views import import_check, import_progress, imports, pages, returned, shell
from importers import looking, notation, planning, profiles, run, tasks, working
from importers.columns import COLUMNS, allowed
from importers.files import Unreadable
from importers.files.encodings import OFFERED
from importers.meanings import Certainty
from importers.run import Choices
from models.base import whole
from models.errors import Conflict, NotAllowed, NotFound, Refused
from models.imports import Errand, ImportMode, ImportRun

_NOTHING: Mapping[str, str] = MappingProxyType({})
_UNDECIDED = "?"  # of several columns with one name: nobody chose yet


@imports.page.route("/<key:key>/columns/", methods=["GET", "POST"])
def columns(key: int) -> imports.Answer:
    """Sheet, header row and columns: what was found, to be corrected."""
    found = run.find(shell.here(), key, is_open=request.method == "POST")
    if found.state in imports.OVER:
        return redirect(url_for("imports.result", key=key))
    if "columns" not in found.options:
        return redirect(url_for("import_progress.show", key=key))
    if request.method == "GET":
        return columns_page(found)
    try:
        if is_read_otherwise(found, request.form):
            return _read_again(found, request.form)
        keep_columns(found, request.form)
        return redirect(url_for("imports.columns", key=key)) if _is_look(request.form) else imports.planned_anew(key)
    except Unreadable as problem:
        return columns_page(run.find(shell.here(), key), imports.unreadable(problem), request.form), 422
    except Refused as refused:
        if isinstance(refused, (NotAllowed, NotFound, Conflict)):
            raise
        return columns_page(run.find(shell.here(), key), shell.say(refused), request.form), 422


def _is_look(form: Mapping[str, str]) -> bool:
    return form.get("step") == "look"


def _says_how(form: Mapping[str, str]) -> bool:
    """Whether a form has the choices about how to read, and not the columns only."""
    return _is_look(form) or "mode" in form


def _told(found: ImportRun, form: Mapping[str, str]) -> Choices:
    return replace(imports.choices(form), separator=run.choices_of(found).separator)


def is_read_otherwise(found: ImportRun, form: Mapping[str, str]) -> bool:
    """Whether the file has to be read again for what a form says: its columns may be others then."""
    if not _says_how(form):
        return False
    return (
        not found.options["columns"]
        or _wishes_other(found, form)
        or (form.get("sheet") or found.sheet) != found.sheet
        or _header(form, found.header_row) != found.header_row
        or not _told(found, form).sees_the_same(run.choices_of(found))
    )


def _wishes_other(found: ImportRun, form: Mapping[str, str]) -> bool:
    """Whether another profile is to read it."""
    return "profile" in form and whole(form.get("profile")) != found.options.get("profile_wish")


def _header(form: Mapping[str, str], otherwise: int | None) -> int | None:
    said = whole(form.get("header", ""), 9_999_999)
    return otherwise if said is None else said


def _read_again(found: ImportRun, form: Mapping[str, str]) -> imports.Answer:
    """Look at the file once more, at once or in the background where that takes long; then the page with its columns.

    What was said of columns goes, since they may be others now; that is told.
    """
    key, sheet = found.id, form.get("sheet") or found.sheet
    stored = {column["position"]: column["field"] for column in found.options["columns"]}
    goes = not _is_look(form) or any(stored.get(at, field) != field for at, field in _mapped(form).items())
    if _wishes_other(found, form):
        run.wish_profile(shell.here(), shell.looker(), key, whole(form.get("profile")))
        sheet = header = None
    else:
        header = _header(form, None) if sheet == found.sheet else None
        _choose(found, form)
    if tasks.is_large(found):
        answer = import_progress.begin(key, Errand.READ, sheet=sheet, header=header)
    else:
        looking.look_again(shell.here(), shell.looker(), imports.folder(), key, sheet=sheet, header=header)
        answer = redirect(url_for("imports.columns", key=key))
    if goes:
        told = gettext(
            "The file was read again as you chose, and its columns are what they were taken for at first. Look at them."
        )
        flash(told, "warning")
    return answer


def _choose(found: ImportRun, form: Mapping[str, str]) -> None:
    mode = imports.one_word(ImportMode, form.get("mode"))
    run.choose(shell.here(), shell.looker(), found.id, _told(found, form), mode)


def keep_columns(found: ImportRun, form: Mapping[str, str]) -> None:
    """Keep what a form says of the columns, and how what stands in them is to be taken."""
    if _says_how(form):
        _choose(found, form)
    looking.map_columns(shell.here(), shell.looker(), found.id, _mapped(form))
    working.answer(shell.here(), shell.looker(), found.id, _answers(form))


def _mapped(form: Mapping[str, str]) -> dict[int, str | None]:
    """What a form says that columns go into: position -> field, or None to leave it out."""
    prefix = "column-"
    return {
        position: value or None
        for name, value in form.items()
        if name.startswith(prefix)
        and value != _UNDECIDED
        and (position := whole(name.removeprefix(prefix))) is not None
    }


def _answers(form: Mapping[str, str]) -> dict[int, notation.Answer]:
    """How columns write their dates and amounts, as far as somebody said so."""
    prefix = "answer-"
    return {
        position: imports.ANSWERS[value]
        for name, value in form.items()
        if name.startswith(prefix)
        and value in imports.ANSWERS
        and (position := whole(name.removeprefix(prefix))) is not None
    }


def columns_page(found: ImportRun, error: str | None = None, typed: Mapping[str, str] = _NOTHING) -> str:
    """The page of the columns, as they are or as they were typed into a form that was refused."""
    made = profiles.newest(shell.here(), found.kind)
    may_map = allowed(shell.here(), shell.looker(), found.kind).values()
    offered = [(column.key, column.title(import_check.language())) for column in may_map]
    titles = {column.title(): column.title(import_check.language()) for column in COLUMNS[found.kind].values()}
    return pages.show(
        "imports/columns.html",
        run=found,
        kind=found.kind,
        error=error,
        typed=_mapped(typed),
        answers={**found.options.get(notation.ANSWERS, {}), **{str(at): said for at, said in _answers(typed).items()}},
        offered=offered,
        titles=titles,
        choices=run.choices_of(found),
        profiles=[(profile.id, profile.name) for profile, _ in made],
        proposed=profiles.proposed_name(found.file_name),
        rules=imports.RULES[found.kind],
        encodings=[*OFFERED.items()],
        notes=imports.notes(found),
        certainty={one.name: gettext(one.value) for one in Certainty},
        doubtful=not planning.looks_like_customers(found),
        returned=returned.notices(found),
    )
