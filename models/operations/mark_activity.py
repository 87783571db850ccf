"""Say how an activity stands: done, to be done after all, or cancelled (TL-40)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.activity import Activity, ActivityState
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Reason
from models.journal import Changeset, changeset
from models.operations import activities
from models.operations.consequences import hold
from models.user import Right

TITLES: dict[ActivityState, tuple[str]] = {
    ActivityState.DONE: ("Done: {name}",),
    ActivityState.PLANNED: ("To be done after all: {name}",),
    ActivityState.CANCELLED: ("Cancel activity {name}",),
}


def may_tick(session: Session, actor: Looker, activity: Activity) -> bool:
    """Whether somebody may say that an activity is done, and that it is not: who may edit it, and who has to do it.

    Who has to do it needs no more than to see the customer; to cancel it, and to bring it back then, is editing.
    """
    is_own = actor.id is not None and activity.user_id == actor.id and activity.state is not ActivityState.CANCELLED
    return is_own or access.may(session, actor, Right.EDIT, activity.customer_id)


def do(session: Session, actor: Looker, activity_id: int, state: ActivityState) -> Changeset:
    """Give one activity this state, in one changeset; an empty one where it has it already."""
    (title,) = TITLES[state]
    shown = access.there(session, Activity, activity_id)
    with changeset(session, actor, title, name=str(shown)) as kept:
        # Not archived between the look at it and the write below it.
        hold(session, Customer, [shown.customer_id])
        row = session.get(Activity, activity_id, populate_existing=True, with_for_update={"key_share": True})
        if row is None:
            raise NotFound
        if state is ActivityState.CANCELLED:
            access.require(session, actor, Right.EDIT, row.customer_id)
        elif not may_tick(session, actor, row):
            raise NotAllowed(Reason.NO_RIGHT, right=Right.EDIT)
        if row.state is not state:
            changes = {"state": state}
            for column, value in {**changes, **activities.done_at(changes)}.items():
                setattr(row, column, value)
    return kept
