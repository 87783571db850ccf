"""Commands that bring files in and out: `import` and `export`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import ColumnElement, Text, select
from sqlalchemy.orm import Session

from admin_views.commands import as_system
from importers import coming_back, export, looking, notation, planning, profiles, run
from importers.apply import Applied
from importers.columns import COLUMNS
from importers.continuing import CONTINUES
from importers.files import Unreadable, letters, told
from importers.meanings import Certainty
from importers.run import Choices
from importers.trouble import describe
from models import access
from models.access import SYSTEM, Looker
from models.base import folded
from models.errors import Reason, Refused
from models.imports import STAYS_OUT, ImportKind, ImportMode, ImportRow, ImportRun, MatchRule
from models.user import User

SHOWN = 20
DATES: Mapping[str, notation.Answer] = {"day-first": True, "month-first": False, "year-first": notation.YEAR}
DECIMALS = {"comma": True, "point": False}
ARCHIVED = {"active": False, "archived": True, "all": None}


def register(app: Flask) -> None:
    """Add these commands to `flask`."""
    for command in (import_command, export_command):
        app.cli.add_command(command)


def uploads() -> Path:
    """Where the files of imports lie."""
    return Path(current_app.instance_path) / "imports"


@contextmanager
def _looking(email: str | None) -> Iterator[tuple[Session, Looker]]:
    """A session that looks as this user, or as the system."""
    with as_system() as session:
        looker = SYSTEM if email is None else _looker(session, email)
        access.look_as(session, looker)
        yield session, looker


def _looker(session: Session, email: str) -> Looker:
    found = session.scalar(select(User).where(User.email_key == folded(email)))
    if found is None:
        raise Refused(Reason.NO_SUCH, kind="user", name=email)
    return access.looker_for(session, found)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option(
    "--as", "kind", type=click.Choice([kind.value for kind in ImportKind]), required=True, help="What the file holds."
)
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in ImportMode]),
    default=ImportMode.UPDATE.value,
    show_default=True,
    help="Only add what is not there, or also update what is different.",
)
@click.option("--user", "email", help="Import as this user, with this user's rights.")
@click.option(
    "--map",
    "corrections",
    metavar="FIELD=COLUMN",
    multiple=True,
    help="Put a column (its name or letter) into a field; an empty field leaves the column out. May be repeated.",
)
@click.option("--sheet", help="The sheet to import; the best known one unless given.")
@click.option(
    "--header", type=click.IntRange(0, 9_999_999), help="The row with the names of the columns; 0: there is none."
)
@click.option("--empty-clears", is_flag=True, help="An empty cell empties the field, instead of leaving it alone.")
@click.option("--replace-labels", is_flag=True, help="Labels take the place of others, instead of being added.")
@click.option(
    "--both",
    type=click.Choice([coming_back.MINE, coming_back.THEIRS]),
    help="What counts where you changed a cell of an exported workbook and others the field; neither unless given.",
)
@click.option(
    "--dates",
    type=click.Choice([*DATES]),
    help="How dates are written, where a column does not tell: 03/04/2026 is the 3rd of April or the 4th of March, and 19-03-01 "
    "may begin with its year.",
)
@click.option(
    "--decimals", type=click.Choice([*DECIMALS]), help="How decimals are written, where a column does not tell."
)
@click.option("--encoding", help="The encoding of a text file, where the guess is wrong.")
@click.option("--others", is_flag=True, help="From an audit file, also who is neither customer nor supplier.")
@click.option(
    "--match",
    type=click.Choice([rule.value for rule in MatchRule]),
    default=MatchRule.USUAL.value,
    show_default=True,
    help="By what a row is recognised; usual: number or e-mail address, else name.",
)
@click.option("--rest-to-notes", is_flag=True, help="Of several addresses, numbers or names, keep the others as notes.")
@click.option("--profile", help="Read the file as this profile says, or none; without it, as it is recognised.")
@click.option("--save-profile", metavar="NAME", help="Save how the file was read as a profile.")
@click.option("--plan", "only_plan", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
@with_appcontext
def import_command(
    file: Path,
    kind: str,
    mode: str,
    email: str | None,
    corrections: tuple[str, ...],
    sheet: str | None,
    header: int | None,
    empty_clears: bool,
    replace_labels: bool,
    both: str | None,
    dates: str | None,
    decimals: str | None,
    encoding: str | None,
    others: bool,
    match: str,
    rest_to_notes: bool,
    profile: str | None,
    save_profile: str | None,
    only_plan: bool,
    as_json: bool,
) -> None:
    """Bring in customers or contacts: .xlsx, .xlsm, .xls, .ods or .csv, or a file in XAF, SAF-T, SIE 5, UBL or vCard."""
    choices = Choices(
        day_first=DATES.get(dates or ""),
        decimal_comma=DECIMALS.get(decimals or ""),
        empty_clears=empty_clears,
        replace_labels=replace_labels,
        rest_to_notes=rest_to_notes,
        match=MatchRule(match),
        encoding=encoding,
        others=others,
    )
    with _looking(email) as (session, looker):
        wish = 0 if profile == "none" else profiles.named(session, ImportKind(kind), profile).id if profile else None
        with file.open("rb") as stream:
            made = looking.upload(
                session,
                looker,
                uploads(),
                stream,
                file.name,
                ImportKind(kind),
                ImportMode(mode),
                choices,
                profile=wish,
            )
        run_id = made.id
        try:
            if sheet is not None:
                _require_sheet(made, sheet)
            if sheet is not None or header is not None:
                looking.look_again(session, looker, uploads(), run_id, sheet=sheet, header=header)
            if corrections:
                looking.map_columns(session, looker, run_id, _corrected(made, corrections))
            planning.make_plan(session, looker, uploads(), run_id)
            sides = coming_back.decided(session, run_id, both) if both else {}
            if sides:
                planning.decide(session, looker, uploads(), run_id, sides)
            if save_profile is not None and not only_plan:
                profiles.save(session, looker, run.find(session, run_id), save_profile)
            applied = _foreseen(session, run_id)
            writes = not only_plan and applied.created + applied.updated > 0
            if writes:
                applied = planning.commit(session, looker, uploads(), run_id)
            _tell(session, run_id)
        except (Refused, Unreadable, click.UsageError):
            run.forget(session, looker, uploads(), run_id)
            raise
        if not writes:
            run.forget(session, looker, uploads(), run_id)
    _report(applied, as_json, only_plan)


def _require_sheet(made: ImportRun, wanted: str) -> None:
    names = [one["name"] for one in made.options["sheets"]]
    if wanted not in names:
        told = ", ".join(names)
        raise click.BadParameter(f"{wanted!r}: there is no such sheet. Sheets: {told}", param_hint="--sheet")


def _corrected(made: ImportRun, corrections: tuple[str, ...]) -> dict[int, str | None]:
    """`--map number=A` or `--map number=Debiteur`: position of the column -> field."""
    columns = made.options["columns"]
    known = list(COLUMNS[made.kind])
    fields: dict[int, str | None] = {}
    for correction in corrections:
        field, equals, wanted = correction.partition("=")
        named = [column["position"] for column in columns if folded(column["header"]) == folded(wanted)]
        lettered = (column["position"] for column in columns if letters(column["position"] + 1) == wanted.upper())
        places = named or list(lettered)
        if not equals or not places:
            names = ", ".join(column["header"] or letters(column["position"] + 1) for column in columns)
            raise click.BadParameter(f"{correction!r}: write FIELD=COLUMN with one of {names}", param_hint="--map")
        if len(places) > 1:
            several = ", ".join(letters(place + 1) for place in places)
            raise click.BadParameter(
                f"{correction!r}: several columns are called so; write the letter of one, {several}", param_hint="--map"
            )
        if field and field not in known:
            raise click.BadParameter(
                f"{correction!r}: there is no field {field}. Fields: {', '.join(known)}", param_hint="--map"
            )
        fields[places[0]] = field or None
        # Whatever was taken for this field makes place for the column that was asked for.
        for column in columns:
            if field and column["field"] == field and column["position"] != places[0]:
                fields.setdefault(column["position"], None)
    return fields


def _foreseen(session: Session, run_id: int) -> Applied:
    """What a commit of the plan would answer now."""
    counts = run.foreseen(session, run_id)
    return Applied(**counts, changeset=None)


def _tell(session: Session, run_id: int) -> None:
    """The profile, what was left out of the file, its columns too, and the rows that need somebody's eye, on standard error."""
    found = run.find(session, run_id, is_open=False)
    if CONTINUES in found.options:
        click.echo(f"goes on with import {found.options[CONTINUES]}", err=True)
    if known := found.options.get("profile"):
        click.echo(f"Read as {known['name']}, version {known['version']}.", err=True)
        for what in ("new", "missing"):
            for name in known[what]:
                click.echo(f"column {what}: {name}", err=True)
        for old, name in known["renamed"]:
            click.echo(f"column renamed: {old} is now {name}", err=True)
    choices = run.choices_of(found)
    if choices.empty_clears:
        click.echo("An empty cell empties its field.", err=True)
    if choices.replace_labels:
        click.echo("Labels take the place of those that a record has.", err=True)
    for note in told(found.options["notes"]):
        click.echo(note, err=True)
    _tell_left_out(found)
    kept = run.find(session, run_id, is_open=False).options.get("returned")
    if kept and not kept["gone"]:
        removed = f": {', '.join(kept['names'])}" if kept["names"] else ""
        count = "unknown" if kept["count"] is None else kept["count"]
        click.echo(f"exported here on {kept['day']}; rows removed since: {count}{removed}", err=True)
    _tell_rows(session, ImportRow.run_id == run_id, ImportRow.status.in_(STAYS_OUT))
    # Of most rows that go in there is nothing to say.
    is_remarked = ImportRow.problems.cast(Text) != "[]"
    _tell_rows(session, ImportRow.run_id == run_id, ImportRow.status.not_in(STAYS_OUT), is_remarked)


def _tell_rows(session: Session, *which: ColumnElement[bool]) -> None:
    """What there is to say about rows, as far as it is worth reading here."""
    query = select(ImportRow.row_number, ImportRow.problems).where(*which).order_by(ImportRow.row_number)
    rows = session.execute(query).all()
    for row, problems in rows[:SHOWN]:
        for one in problems:
            where = f"row {row}" + (f", {one['cell']}" if one["cell"] else "")
            click.echo(f"{where}: {describe(one)}", err=True)
    if len(rows) > SHOWN:
        more = len(rows) - SHOWN
        click.echo(f"… and {more} more {'row' if more == 1 else 'rows'}, shown on the page of an import.", err=True)


def _tell_left_out(found: ImportRun) -> None:
    """The columns that go into no field, by the reason that the page gives too; one without a name has to hold something."""
    left: dict[str, list[str]] = {}
    for column in found.options["columns"]:
        if column["field"] is None and (column["header"] or column["samples"]):
            left.setdefault(column["certainty"], []).append(f"{column['letter']} {column['header']}".strip())
    for certainty, names in left.items():
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        click.echo(f"columns not imported ({Certainty[certainty]}): {', '.join(names[:SHOWN])}{more}", err=True)


def _report(applied: Applied, as_json: bool, only_plan: bool) -> None:
    if as_json:
        click.echo(json.dumps(vars(applied)))
        return
    would = "would be " if only_plan else ""
    click.echo(
        f"{applied.rows} {'row' if applied.rows == 1 else 'rows'}: {applied.created} {would}added, {applied.updated} {would}changed, "
        f"{applied.unchanged} unchanged, {applied.skipped} skipped, {applied.rejected} rejected."
    )
    if applied.changeset is not None:
        click.echo(f"Take it back with: flask --app app undo {applied.changeset}")


@click.command("export")
@click.argument("kind", type=click.Choice([kind.value for kind in ImportKind]))
@click.argument("file", type=click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path))
@click.option("--user", "email", help="Export what this user may see.")
@click.option("--language", default="en", show_default=True, help="The language of the titles.")
@click.option("--archived", type=click.Choice([*ARCHIVED]), default="active", show_default=True, help="Which of them.")
@with_appcontext
def export_command(kind: str, file: Path, email: str | None, language: str, archived: str) -> None:
    """Write all customers or contacts to a .csv or .xlsx file; - is standard output, as .csv."""
    format_ = file.suffix.lower().removeprefix(".") or "csv"
    if format_ not in {"csv", "xlsx"}:
        raise click.BadParameter("The file ends in .csv or .xlsx.", param_hint="FILE")
    with _looking(email) as (session, looker):
        pieces = export.everything(session, looker, ImportKind(kind), format_, language, ARCHIVED[archived])
        if str(file) == "-":
            for piece in pieces:
                click.echo(piece, nl=False)
            return
        with file.open("wb") as out:
            for piece in pieces:
                out.write(piece)
