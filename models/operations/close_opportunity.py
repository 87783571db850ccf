"""Say that an opportunity was won or lost, or that it is open again (TL-41)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import access, clock
from models.access import Looker
from models.errors import Conflict, Reason
from models.journal import Changeset, changeset
from models.operations.save import save
from models.sales import Opportunity, OpportunityState
from models.user import Right

TITLES: dict[OpportunityState, tuple[str]] = {
    OpportunityState.WON: ("Win opportunity {name}",),
    OpportunityState.LOST: ("Lose opportunity {name}",),
    OpportunityState.PIPELINE: ("Reopen opportunity {name}",),
}


def close(session: Session, actor: Looker, key: int, state: OpportunityState, shown: OpportunityState) -> Changeset:
    """Bring an opportunity into this state, in one changeset; it is closed today unless it is open from now on.

    What is in it already stays as it is: nothing is written then. Conflict where it is no longer in the state that was
    `shown`; NotFound, NotAllowed, or Refused where it is locked.
    """
    with changeset(session, actor, TITLES[state][0]) as kept:
        opportunity = access.there(session, Opportunity, key)
        name = opportunity.name
        if opportunity.state not in (shown, state):
            raise Conflict(Reason.CHANGED_MEANWHILE, name=name)
        if opportunity.state is not state:
            closed_on = None if state is OpportunityState.PIPELINE else clock.of(session).today()
            save(session, actor, Opportunity, key, {"state": state, "closed_on": closed_on})
            kept.values = {"name": name}
        else:
            access.require(session, actor, Right.EDIT, opportunity.customer_id)
    return kept
