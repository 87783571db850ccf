"""Before anything is changed in who may what: one's own password again, when it was typed longer than ten minutes ago.

What was sent waits in the page that asks, so that nothing has to be filled in twice.
"""

from __future__ import annotations

import datetime as dt

from flask import Flask, Response, g, make_response, render_template, request
from flask import session as cookie
from flask_login import current_user

from admin_views import shell
from admin_views.numbers import changeset_asked
from models import access
from models.base import utc_now, whole
from models.errors import Refused
from models.operations import sign_in as signing
from models.operations import undo as undoing
from models.operations.sign_in import TooManyTries
from models.user import Right

FRESH = dt.timedelta(minutes=10)
FIELD = "own_password"
_CONFIRMED = "confirmed"

STAFF = frozenset({"users", "teams", "roles"})
ROLES_OF_A_CUSTOMER = "customers.roles_view"
# What takes a change back, or brings it back, is asked about when the change is one of rights.
TAKING_BACK = frozenset({"history.undo", "bin.restore"})


def note() -> None:
    """The password was typed just now, in this session."""
    cookie[_CONFIRMED] = int(utc_now().timestamp())


def register(app: Flask) -> None:
    """Ask before the views do anything."""
    app.before_request(ask)


def ask() -> Response | None:
    """None to go on, or the page that asks for the password with everything that was sent."""
    if request.method != "POST" or not current_user.is_authenticated or _is_fresh() or not _is_about_rights():
        return None
    problem = None
    if FIELD in request.form:
        try:
            signing.confirm(shell.here(), g.looker, request.form[FIELD], request.remote_addr or "")
        except Refused as refused:
            problem = refused
        else:
            note()
            return None
    sent = [(name, value) for name, value in request.form.items(multi=True) if name not in {FIELD, "csrf_token"}]
    error = None if problem is None else shell.say(problem)
    response = make_response(
        render_template("auth/confirm.html", sent=sent, error=error), 403 if error is None else 422
    )
    if isinstance(problem, TooManyTries):
        response.status_code = 429
        response.headers["Retry-After"] = str(problem.seconds)
    return response


def _is_fresh() -> bool:
    return utc_now().timestamp() - float(cookie.get(_CONFIRMED, 0)) < FRESH.total_seconds()


def _is_about_rights() -> bool:
    """Whether the request would change who may what. Who may not is not asked: the view refuses."""
    session, looker = shell.here(), shell.looker()
    if request.blueprint in STAFF:
        return access.may(session, looker, Right.MANAGE_USERS)
    if request.endpoint == ROLES_OF_A_CUSTOMER:
        return access.may_somewhere(session, looker, Right.MANAGE_CUSTOMER_ROLES)
    key = whole(changeset_asked()) if request.endpoint in TAKING_BACK else None
    return key is not None and undoing.is_about_rights(session, key)
