"""What the commands of `flask` share: a session that may everything, and refusals said as a command line says them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from admin_views.errors import TEXTS
from importers.files import Unreadable
from models import access
from models.access import SYSTEM
from models.base import db
from models.errors import Refused


@contextmanager
def as_system() -> Iterator[Session]:
    """A session that looks as the system; a refusal, or a database that is busy, goes to standard error with exit status 1."""
    session = db.session()
    access.look_as(session, SYSTEM)
    try:
        yield session
    except (Refused, Unreadable) as refused:
        raise click.ClickException(str(refused)) from refused
    except (OperationalError, ProgrammingError) as error:
        if _is_empty():
            raise click.ClickException("This database has no tables yet. Make them first: flask init --help") from error
        if isinstance(error, ProgrammingError):
            raise
        # What the driver says of it, in one line and without the statement: somebody else writes, or it is not there.
        cause = str(error.orig).partition("\n")[0]
        raise click.ClickException(f"{' '.join(TEXTS[503])} ({cause})") from error


def _is_empty() -> bool:
    """Whether there is a database that nobody made anything in."""
    try:
        return not inspect(db.engine).get_table_names()
    except SQLAlchemyError:
        return False
