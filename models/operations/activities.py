"""What goes along with the state of an activity, and who may be given one, wherever that is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from models import access
from models.activity import ActivityState
from models.base import utc_now
from models.errors import Reason, Refused
from models.quick import Sense, sense_of
from models.settings import ListValue
from models.user import User


def done_at(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The moment that a new state brings along: what is done was done now, what is not was not. No state, nothing."""
    if "state" not in changes or "done_at" in changes:
        return {}
    return {"done_at": utc_now() if changes["state"] is ActivityState.DONE else None}


def blind(session: Session, activity: Mapping[str, Any]) -> Iterator[Refused]:
    """Why an activity cannot be left to somebody: who may not see the customer would never find it."""
    user = session.get(User, activity["user_id"]) if activity.get("user_id") else None
    if user is not None and not access.sees(session, user, activity["customer_id"]):
        yield Refused(Reason.CANNOT_SEE_IT, "user_id", name=user.name)


def first_state(session: Session, kind_id: int | None) -> ActivityState:
    """The state of a new activity of this kind: a note is done when it is written (TL-40)."""
    kind = None if kind_id is None else session.get(ListValue, kind_id)
    return ActivityState.DONE if kind is not None and sense_of(kind.name) is Sense.NOTE else ActivityState.PLANNED
