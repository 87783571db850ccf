"""Say how an activity stands: done, to be done after all, or cancelled (TL-40)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.activity import Activity, ActivityState
from models.journal import Changeset, changeset
from models.operations.save import save

TITLES: dict[ActivityState, tuple[str]] = {
    ActivityState.DONE: ("Done: {name}",),
    ActivityState.PLANNED: ("To be done after all: {name}",),
    ActivityState.CANCELLED: ("Cancel activity {name}",),
}


def do(session: Session, actor: Looker, activity_id: int, state: ActivityState) -> Changeset:
    """Give one activity this state, in one changeset; an empty one where it has it already."""
    (title,) = TITLES[state]
    name = str(access.there(session, Activity, activity_id))
    with changeset(session, actor, title, name=name) as kept:
        save(session, actor, Activity, activity_id, {"state": state})
    return kept
