"""Commands about the panel itself: set it up, run it, list its routes."""

from __future__ import annotations

import gc
import json
import sys
import threading

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from waitress import serve

from admin_views import background, commands_translate, import_progress, routes
from admin_views.commands import as_system
from admin_views.commands_data import DEMO_PASSWORD
from importers import letting_go, worker
from models import clock, schema
from models.access import SYSTEM
from models.base import db
from models.customer import Customer
from models.operations import bin as binned
from models.operations import seed
from models.operations import user as users
from models.user import User

DEMO_CUSTOMERS = 200
THREADS = 8
DAY = 24 * 60 * 60


def register(app: Flask) -> None:
    """Add these commands to `flask`."""
    for command in (init_command, run_command, migration_command, purge_command):
        app.cli.add_command(command)
    # `routes` comes in by the entry point in pyproject.toml, because Flask has a command of that name.


@click.command("init")
@click.option("--email", required=True, help="The e-mail address of the first administrator.")
@click.option("--name", help="The name of the first administrator.")
@with_appcontext
def init_command(email: str, name: str | None) -> None:
    """Migrate the database, install its triggers and make the first administrator.

    The password is read from standard input, or asked for.
    """
    schema.upgrade(db.engine)
    typed = (
        click.prompt("Password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline()
    )
    with as_system() as session:
        users.ensure_roles(session)
        made = users.first_administrator(session, email, typed.rstrip("\n"), name)
    click.echo(f"{made.email} is administrator.")


@click.command("run-panel")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--demo", is_flag=True, help="Invent two hundred customers when the database is empty.")
@with_appcontext
def run_command(host: str, port: int, demo: bool) -> None:
    """Migrate the database, compile the translations that changed, and serve the panel."""
    schema.upgrade(db.engine)
    _compile_catalogues()
    with as_system() as session:
        users.ensure_roles(session)
        if (
            demo
            and not session.scalar(select(func.count(User.id)))
            and not session.scalar(select(func.count(Customer.id)))
        ):
            today = clock.of(session).today()
            seed.seed(session, SYSTEM, DEMO_CUSTOMERS, 1, today, password=DEMO_PASSWORD, plain=True)
        _purge(session)
        _say_who_can_sign_in(demo)
    db.session.remove()
    click.echo(f"Kaartenbak runs on http://{host}:{port} (Ctrl C stops it)")
    sys.stdout.flush()
    worker.stand_ready()
    jobs = background.jobs().start()
    _purge_every_day(current_app._get_current_object())  # type: ignore[attr-defined]
    # What is loaded by now stays: the collector need not walk through it at every page (a twelfth of a list's time).
    gc.collect()
    gc.freeze()
    try:
        serve(
            current_app._get_current_object(),  # type: ignore[attr-defined]
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            # The server throws away what proxies say, unless the application is told to believe them.
            clear_untrusted_proxy_headers=not current_app.config["TRUSTED_PROXIES"],
        )
    finally:
        jobs.stop()
        worker.rest()


def _compile_catalogues() -> None:
    """A checkout brings the translations as texts; what is not compiled is shown in English."""
    try:
        commands_translate.compile_all()
    except (OSError, click.ClickException) as wrong:
        # Where the panel runs its own folder may well be closed to it: it serves what is there.
        click.echo(f"The translations could not be compiled: {wrong}", err=True)


def _purge_every_day(app: Flask) -> None:
    """What was kept long enough goes while the server runs, too."""

    def purge() -> None:
        try:
            with app.app_context(), as_system() as session:
                _purge(session)
        except Exception:
            app.logger.exception("What was kept long enough could not be purged; it is tried again tomorrow.")
        _purge_every_day(app)

    timer = threading.Timer(DAY, purge)
    timer.daemon = True
    timer.start()


def _say_who_can_sign_in(demo: bool) -> None:
    """How to log in: the demo's people with their password, or how to make the first administrator."""
    emails = set(
        db.session.scalars(select(User.email).where(User.disabled_at.is_(None), User.password_hash.is_not(None)))
    )
    invented = [person for person in seed.EMPLOYEES if person.email in emails]
    if demo and invented:
        click.echo(f"Sign in with the password {DEMO_PASSWORD} as")
        for person in invented:
            click.echo(f"  {person.email:<32} {person.name}: {person.role or person.team}")
    elif not emails:
        click.echo(
            "Nobody can sign in yet. Make the first administrator: flask --app app init --email you@firm.example"
        )


@click.command("migration")
@click.argument("name")
@with_appcontext
def migration_command(name: str) -> None:
    """Write a new migration from the difference between the tables and the database, which must be at the newest."""
    if not name.strip():
        raise click.UsageError("Say what the migration does: make migration NAME='add a column'.")
    click.echo(schema.new_revision(db.engine, name))


@click.command("purge")
@with_appcontext
def purge_command() -> None:
    """Let go for good of what is in the bin for longer than the setting says, and of imports that nobody finished."""
    with as_system() as session:
        deletes, imports = _purge(session)
    click.echo(f"{deletes} deletes are gone for good.")
    click.echo(f"{imports} imports that nobody finished were thrown away.")


def _purge(session: Session) -> tuple[int, int]:
    """How many deletes and how many unfinished imports were let go of."""
    return binned.purge(session), letting_go.purge(session, import_progress.folder())


@click.command("routes")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with all routes.")
@with_appcontext
def routes_command(as_json: bool) -> None:
    """List every route: method, path, the right it needs, and whether it changes anything."""
    found = routes.all_routes(current_app)
    if as_json:
        click.echo(json.dumps({"routes": [vars(route) for route in found]}))
        return
    for route in found:
        mark = "changes" if route.changes_state else ""
        click.echo(f"{route.method:<6} {route.path:<42} {route.right:<16} {mark}")
