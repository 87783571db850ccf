"""What is done in the background: mail goes out and large imports come in. The queue is made with the application.

Who works it off is a command.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from importers import worker
from models import access
from models.access import SYSTEM
from models.base import db, utc_now
from models.jobs import Jobs
from models.operations import outbox
from models.smtp import Server

MAIL, IMPORT = "mail", "import"


def jobs() -> Jobs:
    """The queue of this application."""
    found: Jobs = current_app.extensions["kaartenbak"]["jobs"]
    return found


def server() -> Server | None:
    """The SMTP server of the deployment; None where none is set."""
    found: Server | None = current_app.extensions["kaartenbak"]["smtp"]
    return found


def register(app: Flask) -> None:
    """Make the queue and add the command that works it off."""
    app.cli.add_command(worker_command)
    prepare(app)


def prepare(app: Flask) -> None:
    """The queue with its jobs, as the configuration has them."""
    kept = app.extensions["kaartenbak"]
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    kept["jobs"], kept["smtp"] = made, smtp = Jobs(Path(app.instance_path), url), _server(app)
    _add_imports(made, url, Path(app.instance_path) / "imports")
    if smtp is not None:
        _add_mail(app, made, smtp)


def _add_imports(made: Jobs, url: str, folder: Path) -> None:
    def sweep() -> None:
        for run_id in worker.sweep(url):
            made.ask(IMPORT, run_id)

    made.add(IMPORT, lambda run_id: worker.carry_out(url, folder, run_id))
    made.add_round(sweep)


def _add_mail(app: Flask, made: Jobs, smtp: Server) -> None:
    sender = str(app.config.get("MAIL_FROM") or f"kaartenbak@{smtp.host}")

    def deliver(mail_id: int) -> None:
        _as_system(app, lambda session: outbox.deliver(session, mail_id, sender, smtp.send, utc_now()))

    def sweep() -> None:
        waiting: list[int] = []
        _as_system(app, lambda session: waiting.extend(outbox.due(session, utc_now())))
        for mail_id in waiting:
            deliver(mail_id)

    made.add(MAIL, deliver)
    made.add_round(sweep)


def _server(app: Flask) -> Server | None:
    url = str(app.config.get("SMTP_URL") or "")
    try:
        return Server.of(url) if url else None
    except ValueError as wrong:
        raise SystemExit(f"KAARTENBAK_SMTP_URL must be {wrong}.") from None


def _as_system(app: Flask, work: Callable[[Session], None]) -> None:
    """Outside a request, in a session of its own."""
    with app.app_context():
        session = db.session()
        access.look_as(session, SYSTEM)
        try:
            work(session)
        finally:
            db.session.remove()


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Work off what is done in the background, until a signal ends it. The server does it by itself, too."""
    click.echo("Working off the queue (Ctrl C stops it)")
    worker.stand_ready()
    jobs().work()
