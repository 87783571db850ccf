"""Error pages: a sentence and a way out; the log has the rest under the same reference number."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, make_response, render_template
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from admin_views import shell
from models.base import db
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.operations.consequences import whom_to_ask
from models.user import Right

log = logging.getLogger("kaartenbak.errors")

TEXTS: dict[int, tuple[str, str]] = {
    400: ("This request is not complete.", "Go back, reload the page and try again."),
    403: ("You may not do this.", "Ask an administrator for the right you need."),
    404: ("This page or record is not there.", "It may have been deleted, or you may not see it."),
    405: ("This page cannot be used like this.", "Go back and use the buttons of the page."),
    409: ("Something changed meanwhile.", "Look again, then decide."),
    413: ("This is too large.", "More than 25 MB cannot be sent at once. Choose a smaller file, or split it."),
    422: ("This cannot be done.", "Look at the reason and try again."),
    429: ("Too many tries.", "Wait a minute, then try again."),
    500: ("Something went wrong on our side. Nothing was saved.", "Try again. If it stays, pass on the number below."),
    503: ("The database does not answer just now. Nothing was saved.", "Try again in a moment."),
}


def page(
    code: int,
    text: str | None = None,
    reference: str | None = None,
    title: str | None = None,
    way_out: tuple[str, Any] | None = None,
    typed: Sequence[tuple[str, str]] = (),
) -> Response:
    """An error page. It shows nothing of the database or the server. `way_out` is an address and what it is called.

    `typed` gives back what was typed, as (label, text).
    """
    usual, hint = TEXTS.get(code, TEXTS[500 if code >= 500 else 400])
    href, link = way_out or (None, None)
    body = render_template(
        "errors/error.html",
        code=code,
        title=title or gettext(usual),
        text=text or gettext(hint),
        reference=reference,
        hint_href=href,
        hint_text=link,
        typed=typed,
    )
    return make_response(body, code)


def status_of(refusal: Refused) -> int:
    """Which HTTP status a refusal is."""
    if isinstance(refusal, NotFound):
        return 404
    if isinstance(refusal, NotAllowed):
        return 403
    if refusal.reason is Reason.FILE_TOO_LARGE:
        return 413
    return 409 if isinstance(refusal, Conflict) else 422


def told(refusal: Refused) -> str:
    """A refusal, and of a right that is missing whom to ask for it."""
    said = shell.say(refusal)
    if refusal.reason is not Reason.NO_RIGHT or not current_user.is_authenticated:
        return said
    person = whom_to_ask(shell.here(), shell.looker(), Right(str(refusal.values["right"])))
    return f"{said} {gettext('Ask %(person)s.', person=person)}" if person else said


def register(app: Flask) -> None:
    """Answer every error with a page of ours."""

    @app.errorhandler(Refused)
    def refused(refusal: Refused) -> Response:
        db.session.rollback()
        return page(status_of(refusal), None if isinstance(refusal, NotFound) else told(refusal))

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> Response:
        return page(413)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        response = page(error.code)
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                response.headers[name] = value
        return response

    @app.errorhandler(OperationalError)
    def database(error: OperationalError) -> Response:
        return _logged(error, 503)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        return _logged(error, 500)


def _logged(error: Exception, code: int) -> Response:
    """Roll back, write one log entry without the statement's values, and show its number."""
    db.session.rollback()
    reference = secrets.token_hex(4)
    # A database error's text holds the statement and its values, which are personal data: the kind is enough.
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
    log.error("reference %s: %s at %s", reference, type(error).__name__, place, exc_info=_without_values(error))
    return page(code, reference=reference)


def _without_values(error: Exception) -> Exception | None:
    """The error with its traceback, unless its text may hold data of a record."""
    return None if type(error).__module__.startswith(("sqlalchemy", "psycopg", "sqlite3")) else error
