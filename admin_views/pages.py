"""The frame of pages that are no entity: a blueprint whose every route asks for a login first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template
from flask_login import current_user

from admin_views import shell, signed_out
from models import access
from models.errors import NotAllowed, Reason
from models.user import Right


def blueprint(name: str, prefix: str) -> Blueprint:
    """A blueprint for signed-in people."""
    made = Blueprint(name, __name__, url_prefix=prefix)

    @made.before_request
    def signed_in() -> Any:
        if not current_user.is_authenticated:
            return signed_out.ask()
        return None

    return made


def need(right: Right) -> None:
    """Refuse people without this right everywhere."""
    if not access.may(shell.here(), shell.looker(), right):
        raise NotAllowed(Reason.NO_RIGHT, right=right)


def show(template: str, **context: Any) -> str:
    """A page."""
    return render_template(template, looker=g.looker, **context)
