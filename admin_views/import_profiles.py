"""The profiles of files: the list, what each says in its versions, and saving a run as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from admin_views import import_check, import_columns, imports, pages, shell
from importers import notation, profiles, run
from importers.columns import COLUMNS
from models import settings
from models.base import whole
from models.errors import Conflict, NotAllowed, NotFound, Refused
from models.imports import ImportKind, ImportMode, ImportProfile, ImportProfileVersion, ImportState, MatchRule
from models.user import User

page = pages.blueprint("import_profiles", "/imports")
page.before_request(imports.allowed)


@page.get("/profiles/")
def index() -> str:
    """Every profile with what it is for, and who said it last."""
    session = shell.here()
    found, deleted = profiles.newest(session), profiles.deleted(session)
    return pages.show(
        "imports/profiles.html", found=found, deleted=deleted, users=_users([version for _, version in found])
    )


def _users(versions: list[ImportProfileVersion]) -> dict[int, str]:
    ids = {version.user_id for version in versions}
    found = shell.here().execute(select(User.id, User.name).where(User.id.in_(ids - {None})))
    return {user.id: user.name for user in found}


@page.get("/profiles/<key:key>/")
def show(key: int) -> imports.Answer:
    """What a profile says now or said in an older version, and its versions."""
    return _show(profiles.find(shell.here(), key))


def _show(profile: ImportProfile, error: str | None = None, name: str | None = None) -> str:
    made = profiles.versions(shell.here(), profile.id)
    wanted = whole(request.args.get("version"))
    version = next((one for one in made if one.number == wanted), made[0] if made else None)
    if version is None:
        raise NotFound
    return pages.show(
        "imports/profile.html",
        profile=profile,
        name=profile.name if name is None else name,
        error=error,
        shown=version,
        versions=made,
        users=_users(made),
        columns=_columns(profile.kind, version.definition),
        facts=_facts(profile.kind, version.definition),
    )


def _columns(kind: ImportKind, definition: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each column with the title of the field it goes into; '' where it stays out."""
    known, language = COLUMNS[kind], import_check.language()
    return [
        (column["header"], known[column["field"]].title(language) if column["field"] in known else "")
        for column in definition["columns"]
    ]


def _facts(kind: ImportKind, definition: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The choices of a profile in words: (what, how)."""
    choices = {**definition["seen"], **definition["choices"]}
    rule = choices.get("match", MatchRule.USUAL)
    is_add = definition["mode"] == ImportMode.ADD
    told = [
        (
            gettext("What may happen"),
            gettext("Add new ones only") if is_add else gettext("Add new and update existing"),
        ),
        (gettext("Recognised by"), str(next((text for one, text in imports.RULES[kind] if one == rule), ""))),
    ]
    for name, what, yes, no in (
        ("day_first", gettext("Dates"), gettext("day-month-year"), gettext("month-day-year")),
        ("decimal_comma", gettext("Decimals"), gettext("comma, 46.100,25"), gettext("point, 46,100.25")),
        ("two_lines", gettext("Names of columns"), gettext("together with the row above"), gettext("in one row")),
        ("hidden", gettext("Hidden rows and columns"), gettext("read them too"), gettext("leave them out")),
    ):
        if choices.get(name) == notation.YEAR:
            told.append((what, gettext("year-month-day")))
        elif choices.get(name) is not None:
            told.append((what, yes if choices[name] else no))
    for name, what in (("encoding", gettext("Encoding")), ("delimiter", gettext("Delimiter"))):
        if choices.get(name):
            told.append((what, "tab" if choices[name] == "\t" else str(choices[name])))
    for name, what in (
        ("empty_clears", gettext("An empty cell empties the field")),
        ("replace_labels", gettext("Labels replace the labels that are there")),
        ("rest_to_notes", gettext("More than one address, number or name: the others go to the notes")),
    ):
        if choices.get(name):
            told.append((what, gettext("yes")))
    known, language = COLUMNS[kind], import_check.language()
    for field, meant in definition["translations"].items():
        title = known[field].title(language) if field in known else field
        told += [(gettext("%(field)s: %(value)s", field=title, value=said), stands) for said, stands in meant.items()]
    return told


@page.post("/profiles/<key:key>/rename/")
def rename(key: int) -> imports.Answer:
    """Call it something else."""
    name = request.form.get("name", "")
    try:
        profiles.rename(shell.here(), shell.looker(), key, name)
    except Refused as refused:
        if isinstance(refused, NotAllowed | NotFound):
            raise
        return _show(profiles.find(shell.here(), key), shell.say(refused, gettext("Name")), name), 422
    flash(gettext("Saved."), "ok")
    return redirect(url_for("import_profiles.show", key=key))


@page.post("/profiles/<key:key>/version/")
def version(key: int) -> imports.Answer:
    """Make an old version the newest again."""
    saved = profiles.go_back_to(shell.here(), shell.looker(), key, whole(request.form.get("number")) or 0)
    flash(gettext("Version %(n)s holds from now on.", n=saved.number), "ok")
    return redirect(url_for("import_profiles.show", key=key))


@page.route("/profiles/<key:key>/delete/", methods=["GET", "POST"])
def delete(key: int) -> imports.Answer:
    """Ask, and put it aside."""
    found, problem = profiles.find(shell.here(), key), None
    if request.method == "POST":
        try:
            name = profiles.delete(shell.here(), shell.looker(), key, whole(request.form.get("version")) or 0)
        except Conflict as conflict:
            problem = shell.say(conflict)
        else:
            flash(gettext("Deleted: %(name)s", name=name), "ok")
            return redirect(url_for("import_profiles.index"))
    versions = profiles.versions(shell.here(), key)
    days = settings.get(shell.here(), "bin_days")
    told = {"versions": versions, "users": _users(versions), "problem": problem, "days": days}
    shown = pages.show("imports/profile_delete.html", profile=found, **told)
    return (shown, 409) if problem else shown


@page.post("/profiles/<key:key>/restore/")
def restore(key: int) -> imports.Answer:
    """Have a deleted one again."""
    try:
        found = profiles.restore(shell.here(), shell.looker(), key)
    except Refused as refused:
        if isinstance(refused, NotAllowed | NotFound):
            raise
        flash(gettext("Another profile has this name by now. Rename that one first."), "danger")
        return redirect(url_for("import_profiles.index"))
    flash(gettext("Restored: %(name)s", name=found.name), "ok")
    return redirect(url_for("import_profiles.show", key=key))


@page.post("/<key:key>/profile/")
def save(key: int) -> imports.Answer:
    """Keep what a run was told as a profile; on its way with the columns as they stand in the form."""
    session, looker = shell.here(), shell.looker()
    found = run.find(session, key, is_open=False)
    is_done = found.state is ImportState.DONE
    try:
        if not is_done and import_columns.is_read_otherwise(found, request.form):
            return import_columns.columns(key)
        if not is_done:
            import_columns.keep_columns(found, request.form)
        saved = profiles.save(
            session, looker, run.find(session, key, is_open=False), request.form.get("profile_name", "")
        )
    except Refused as refused:
        if isinstance(refused, NotAllowed | NotFound | Conflict):
            raise
        flash(shell.say(refused, gettext("Name") if refused.field in {None, "name"} else None), "danger")
        if not is_done:
            return import_columns.columns_page(run.find(session, key), typed=request.form), 422
    else:
        what = {"name": saved.profile.name, "n": saved.number}
        told = gettext("Saved as profile %(name)s, version %(n)s.", **what)
        if not saved.is_new:
            told = gettext("Profile %(name)s says all of this already, in version %(n)s.", **what)
        flash(told, "ok")
    return redirect(url_for("imports.result" if is_done else "imports.columns", key=key))


def register(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(page)
