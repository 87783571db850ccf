"""Who may what, changed as the forms of people and teams save it: for tests of the balance that they all must pass."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import Looker
from models.base import EVERYTHING
from models.journal import Changeset
from models.operations import grant
from models.operations.grant import Holder
from models.operations.save import save
from models.user import Team, TeamMember, User


def take(session: Session, actor: Looker, customer_id: int, holder: Holder) -> Changeset:
    """Take the role away that the holder has on a customer."""
    return grant.assign(session, actor, customer_id, {holder: None})


def set_role_of(session: Session, actor: Looker, holder: Holder, role_id: int | None) -> Changeset | None:
    """Set what a user, or every member of a team, may on all customers; None takes it away."""
    if holder.user_id is not None:
        return save(session, actor, User, holder.user_id, {"role_id": role_id}).changeset
    return save(session, actor, Team, holder.team_id, {"role_id": role_id}).changeset


def join(session: Session, actor: Looker, team_id: int, user_id: int) -> Changeset | None:
    """Put a user in a team; nothing happens where somebody is in it already."""
    return _members(session, actor, team_id, lambda members: members | {user_id})


def leave(session: Session, actor: Looker, team_id: int, user_id: int) -> Changeset | None:
    """Take a user out of a team."""
    return _members(session, actor, team_id, lambda members: members - {user_id})


def _members(
    session: Session, actor: Looker, team_id: int, change: Callable[[frozenset[int]], frozenset[int]]
) -> Changeset | None:
    of_team = select(TeamMember.user_id).where(TeamMember.team_id == team_id)
    members = frozenset(session.scalars(of_team, execution_options=EVERYTHING))
    return save(session, actor, Team, team_id, {"members": change(members)}).changeset
