"""Signed plans: what a page showed before a dangerous verb, on its way back with the confirmation.

The signature only proves that we showed it, to this person, not long ago; whether it is still true the verb itself
checks again inside its transaction.
"""

from __future__ import annotations

from typing import Any

from flask import current_app
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from models.access import Looker
from models.errors import Conflict, Reason

MINUTE = 60


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="kaartenbak.plan")


def sign(looker: Looker, verb: str, **what: Any) -> str:
    """A token for the confirmation form. `what` must be JSON: ids, options and the plan's digest."""
    return _signer().dumps({"who": looker.id, "verb": verb, **what})


def shown(looker: Looker, verb: str, token: str, max_age: int = 30 * MINUTE) -> dict[str, Any]:
    """What was shown. Conflict when it is too old, was shown to someone else, or is no token of ours."""
    try:
        what: dict[str, Any] = _signer().loads(token, max_age=max_age)
    except SignatureExpired:
        raise Conflict(Reason.PLAN_EXPIRED) from None
    except BadData:
        raise Conflict(Reason.PLAN_CHANGED) from None
    if what.pop("who") != looker.id or what.pop("verb") != verb:
        raise Conflict(Reason.PLAN_CHANGED)
    return what
