"""Commands about the data as a whole: fill, write out, read in, look back, undo and check."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select

from admin_views.commands import as_system
from importers import tasks, undoing
from models import clock, journal, schema
from models.access import SYSTEM
from models.base import db
from models.journal import Changeset
from models.operations import adopt, check, dump, seed, undo

DEMO_PASSWORD = "kaartenbak-demo"
NEWEST = 50


def register(app: Flask) -> None:
    """Add these commands to `flask`."""
    for command in (seed_command, dump_command, load_command, journal_command, undo_command, check_command):
        app.cli.add_command(command)


def _say(message: str, as_json: bool, **values: object) -> None:
    """One sentence, or with `--json` one object in its place."""
    click.echo(json.dumps(values) if as_json else message)


@click.command("seed")
@click.option("--customers", type=click.IntRange(1, seed.MOST), required=True, help="How many customers to invent.")
@click.option("--seed", "number", type=int, default=1, show_default=True, help="The same number gives the same rows.")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="All dates count back from this one; the date of today unless given.",
)
@click.option("--demo-logins", is_flag=True, help="Let the invented employees sign in with a known password.")
@click.option("--plain", is_flag=True, help="Without the names that break careless pages, spreadsheets and queries.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
@with_appcontext
def seed_command(
    customers: int, number: int, today: dt.datetime | None, demo_logins: bool, plain: bool, as_json: bool
) -> None:
    """Fill an empty database with invented customers; a new one is migrated first."""

    def progress(count: int) -> None:
        click.echo(f"\r{count:,} customers", err=True, nl=False)

    schema.upgrade(db.engine)
    with as_system() as session:
        day = today.date() if today else clock.of(session).today()
        done = seed.seed(
            session,
            SYSTEM,
            customers,
            number,
            day,
            password=DEMO_PASSWORD if demo_logins else None,
            progress=progress if sys.stderr.isatty() else None,
            plain=plain,
        )
    if demo_logins and not as_json:
        click.echo(f"Sign in with the password {DEMO_PASSWORD} as")
        for person in seed.EMPLOYEES:
            click.echo(f"  {person.email:<30} {person.name}: {person.role or person.team}")
    message = f"{customers:,} customers seeded, changeset {done.id}: {done.change_count:,} rows."
    _say(message, as_json, customers=customers, changeset=done.id, rows=done.change_count)


@click.command("dump")
@click.option("--json", "_as_json", is_flag=True, help="As one JSON object, which is the only form there is.")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=False), default="-")
@with_appcontext
def dump_command(file: TextIOWrapper, _as_json: bool) -> None:
    """Write all business rows as one JSON object."""
    with as_system() as session:
        dump.dump(session, SYSTEM, file.write)


@click.command("load")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@with_appcontext
def load_command(file: TextIOWrapper, as_json: bool) -> None:
    """Read what `dump` wrote into an empty database, which is migrated first if it is new.

    Passwords are not in it: everybody needs a new one.
    """
    schema.upgrade(db.engine)
    with as_system() as session:
        done = dump.load(session, SYSTEM, file)
    _say(f"{done.change_count:,} rows loaded.", as_json, rows=done.change_count, changeset=done.id)


@click.command("journal")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.option("--newest", type=click.IntRange(1), default=NEWEST, show_default=True, help="How many changesets.")
@with_appcontext
def journal_command(newest: int, as_json: bool) -> None:
    """List the latest changesets, newest first; then what was changed from outside, by its first and last change."""
    with as_system() as session:
        found = session.scalars(select(Changeset).order_by(Changeset.id.desc()).limit(newest)).all()
        rows = [_changeset(row) for row in found]
        outside = [
            {"first": one.first_id, "last": one.last_id, "at": one.at.isoformat(), "changes": one.count}
            for one in journal.outside(session, newest)
        ]
    if as_json:
        click.echo(json.dumps({"changesets": rows, "outside": outside}))
        return
    for row in rows:
        undone = f" (undone by {row['undone_by']})" if row["undone_by"] else ""
        click.echo(f"{row['id']:>8}  {row['at'][:16]}  {row['user']:<20} {row['changes']:>9,}  {row['title']}{undone}")
    for one in outside:
        click.echo(f"--outside {one['first']} {one['last']}  {str(one['at'])[:16]}  {one['changes']:,} changes")


def _changeset(row: Changeset) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at.isoformat(),
        "user": row.user_name,
        "origin": row.origin.value,
        "title": journal.sentence(row.title, row.values),
        "changes": row.change_count,
        "undoes": row.undoes_id,
        "undone_by": row.undone_by_id,
    }


@click.command("undo")
@click.argument("changeset", type=int, required=False)
@click.option(
    "--outside",
    type=(int, int),
    metavar="FIRST LAST",
    help="In place of a changeset, what was changed from outside: its first and last change, as `journal` lists them.",
)
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
@with_appcontext
def undo_command(changeset: int | None, outside: tuple[int, int] | None, as_json: bool) -> None:
    """Take a changeset back, as far as nobody changed it since; what stays is listed on standard error."""
    with as_system() as session:
        if changeset is not None and outside is None:
            key = changeset
        elif outside is not None and changeset is None:
            key = adopt.adopt(session, SYSTEM, *outside).id
        else:
            raise click.UsageError("Say which changeset, or with --outside which changes from outside.")
        try:
            undone = undo.undo(session, SYSTEM, key, tell=_tell_progress)
        except journal.NothingToUndo as nothing:
            _tell_left(nothing.left)
            raise
        rows = undoing.rows_put_back(session, undone.changeset.id)
    _tell_left(undone.left)
    # What a row of a file brought is one thing to who brought it; of all else the rows of the database are told.
    what = f"{rows:,} rows of the import" if rows else f"{undone.taken_back:,} rows"
    message = f"{what} taken back, {len(undone.left):,} left, changeset {undone.changeset.id}."
    told = {"taken_back": undone.taken_back, "left": len(undone.left), "changeset": undone.changeset.id}
    _say(message, as_json, **told, **({"rows_of_import": rows} if rows else {}))


def _tell_progress(done: int, total: int, _table: str) -> None:
    if total > tasks.LARGE:
        click.echo(f"\r{done:,} of {total:,} rows", err=True, nl=done == total)


def _tell_left(left: Iterable[journal.Left]) -> None:
    for one in left:
        field = f".{one.field}" if one.field else ""
        holder = "" if one.holder is None else f" ({one.holder[0]} {one.holder[1]}, {one.holder_name})"
        click.echo(f"left as it is: {one.table} {one.row}{field}: {one.reason.value}{holder}", err=True)


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
@with_appcontext
def check_command(as_json: bool) -> None:
    """Look whether settings, triggers and references are as they should be. Exit status 1 when something is not."""
    with as_system() as session:
        problems = check.problems(session)
    for problem in problems:
        click.echo(problem, err=True)
    _say("All is well." if not problems else f"{len(problems)} problems.", as_json, problems=problems)
    if problems:
        sys.exit(1)
