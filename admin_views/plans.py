"""Signed plans: what a page showed before a dangerous verb, on its way back with the confirmation.

The signature only proves that we showed it, to this person, not long ago; whether it is still true the verb itself
checks again inside its transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from models.access import Looker
from models.base import utc_now
from models.errors import Conflict, Reason

OLDEST = dt.timedelta(minutes=30)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="kaartenbak.plan")


def sign(looker: Looker, verb: str, **what: Any) -> str:
    """A token for the confirmation form. `what` must be JSON: ids, options and the plan's digest."""
    return _signer().dumps({"who": looker.id, "verb": verb, **what})


class Stale(Conflict):
    """A plan of ours that does not count here. `ids` are the rows it was about, to be shown and counted anew."""

    def __init__(self, reason: Reason, ids: Sequence[int]) -> None:
        super().__init__(reason)
        self.ids = tuple(ids)


def shown(looker: Looker, verb: str, token: str) -> dict[str, Any]:
    """What was shown. Stale when it is too old or was shown to someone else or for something else; else Conflict."""
    try:
        what, signed_at = _signer().loads(token, return_timestamp=True)
    except BadData:
        raise Conflict(Reason.PLAN_CHANGED) from None
    who, named = what.pop("who"), what.pop("verb")
    # The rows of another list are other rows, whatever their ids.
    ids = what["ids"] if named.rpartition(".")[0] == verb.rpartition(".")[0] else ()
    if who != looker.id or named != verb:
        raise Stale(Reason.PLAN_OF_ANOTHER, ids)
    if utc_now() - signed_at > OLDEST:
        raise Stale(Reason.PLAN_EXPIRED, ids)
    found: dict[str, Any] = what
    return found


def was_shown(looker: Looker, verb: str, token: str, ids: Sequence[int], digest: str) -> bool:
    """Whether this plan of these rows was shown to the person who sends it: a page that shows it anew needs no reason."""
    try:
        what = shown(looker, verb, token)
    except Conflict:
        return False
    return bool(what["ids"] == list(ids) and what["digest"] == digest)
