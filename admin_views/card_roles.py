"""The roles on the card of a customer: who has which here, what follows from it, and what a change asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import request
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models import access
from models.access import Looker
from models.base import whole
from models.customer import Customer
from models.operations.grant import Holder
from models.user import ON_A_CUSTOMER, CustomerAccess, Right, Role, Team, TeamMember, User


@dataclass(frozen=True)
class AskedRole:
    """What a line of the Roles tab asks for: the role in place of the one it showed; empty is none."""

    holder: Holder
    shown: str
    role: str


def asked_roles() -> dict[str, AskedRole]:
    """The lines of the Roles tab that were changed before it was sent, by field (user-7, team-3); none on a GET."""
    lines = dict(request.form.items())
    added = lines.pop("who", "")
    lines[added] = lines.pop("role", "")
    found = {}
    for name, role in lines.items():
        holder, shown = holder_of(name), lines.get(f"was-{name}", "")
        if holder is not None and role != shown:
            found[name] = AskedRole(holder, shown, role)
    return found


@dataclass(frozen=True)
class Effect:
    """What a line of the Roles tab that was changed would give and take; rights held in another way stay."""

    name: str
    gives: tuple[Right, ...]
    takes: tuple[Right, ...]


def effects(
    asked: Mapping[str, AskedRole],
    teams: Mapping[int, str],
    everyone: Sequence[Employee],
    rights: Mapping[int, frozenset[str]],
) -> list[Effect]:
    """What saving the changed lines would do, line by line. Of a team: what its members get and lose by it."""
    people = {one.id: one for one in everyone}
    found = []
    for one in asked.values():
        person = people.get(one.holder.user_id or 0)
        name = person.name if person else teams.get(one.holder.team_id or 0, "")
        before, after = (rights.get(whole(role) or 0, frozenset()) for role in (one.shown, one.role))
        other = {right for right, source in person.otherwise.items() if source} if person else set()
        gives = tuple(right for right in Right if right in ON_A_CUSTOMER and right.value in after - before - other)
        takes = tuple(right for right in Right if right in ON_A_CUSTOMER and right.value in before - after - other)
        found.append(Effect(name, gives, takes))
    return found


def holder_of(text: str) -> Holder | None:
    """The user or team that a field of the Roles tab is about."""
    kind, _, key = text.partition("-")
    number = whole(key)
    if kind not in {"user", "team"} or number is None:
        return None
    return Holder(user_id=number) if kind == "user" else Holder(team_id=number)


def roles(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """Teams and employees with their role here, the rights that follow, and where each of one person's comes from."""
    size = (
        select(func.count(TeamMember.id)).where(TeamMember.team_id == CustomerAccess.team_id).correlate(CustomerAccess)
    ).scalar_subquery()
    rows = list(
        session.execute(
            select(CustomerAccess, size)
            .where(CustomerAccess.customer_id == customer.id)
            .options(joinedload(CustomerAccess.role), joinedload(CustomerAccess.team), joinedload(CustomerAccess.user))
            .order_by(CustomerAccess.id)
        )
    )
    given, sizes = [one for one, _ in rows], {one.team_id: count for one, count in rows}
    manages = access.may(session, looker, Right.MANAGE_CUSTOMER_ROLES, customer.id) and customer.archived_at is None
    asked = whole(request.args.get("who"))
    who = session.get(User, asked) if asked else None
    shown = who or session.get(User, looker.id or 0)
    all_roles = list(session.execute(select(Role.id, Role.name, Role.rights).order_by(Role.id)))
    all_teams: list[tuple[int, str]] = [
        (key, name) for key, name in session.execute(select(Team.id, Team.name).order_by(Team.name))
    ]
    changed = asked_roles() if manages else {}
    everyone = employees(session, given, {key: rights for key, _, rights in all_roles})
    return {
        "teams": {one.team_id: one for one in given if one.team_id is not None},
        "sizes": sizes,
        "rights": [right for right in Right if right in ON_A_CUSTOMER],
        "who": shown,
        "explained": access.explain(session, shown, customer.id) if shown is not None else {},
        "everyone": everyone,
        "here": [one for one in everyone if one.is_here or f"user-{one.id}" in changed],
        "everywhere": [one for one in everyone if not one.is_here and one.marks],
        "nobody": sum(not one.marks and not one.is_here for one in everyone),
        "asked": changed,
        "effects": effects(changed, dict(all_teams), everyone, {key: rights for key, _, rights in all_roles}),
        "all_teams": all_teams,
        "all_roles": all_roles,
        "may_manage": manages,
    }


@dataclass(frozen=True)
class Employee:
    """A line of the Roles tab. `role_id` is the role given here, `teams` those with a role here that the person is in.

    `marks` says of each right where it comes from first: here, team (a role the team has here) or everywhere;
    `otherwise` the same without the role given here.
    """

    id: int
    name: str
    role_id: int | None
    teams: tuple[str, ...]
    marks: Mapping[str, str]
    otherwise: Mapping[str, str]

    @property
    def is_here(self) -> bool:
        """Whether a role on this customer has to do with it."""
        return self.role_id is not None or bool(self.teams)


def employees(
    session: Session, given: Sequence[CustomerAccess], rights: Mapping[int, frozenset[str]]
) -> list[Employee]:
    """Everybody who can sign in, by name, with what they may on the customer that `given` is about."""
    own = {one.user_id: one.role_id for one in given if one.user_id is not None}
    of_teams = {one.team_id: one for one in given if one.team_id is not None}
    memberships = session.execute(
        select(User.id, User.name, User.role_id, TeamMember.team_id, Team.role_id)
        .outerjoin(TeamMember, TeamMember.user_id == User.id)
        .outerjoin(Team, Team.id == TeamMember.team_id)
        .where(User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    ).all()
    found = []
    for (key, name), rows in groupby(memberships, key=lambda row: (row[0], row[1])):
        lines = list(rows)
        teams = [of_teams[line[3]] for line in lines if line[3] in of_teams]
        sources: dict[str, set[int | None]] = {
            "everywhere": {role for line in lines for role in (line[2], line[4])},
            "team": {one.role_id for one in teams},
            "here": {own.get(key)},
        }
        marks = {
            right: source
            for source, held in sources.items()
            for role in held
            for right in rights.get(role or 0, frozenset())
        }
        otherwise = {
            right: source
            for source in ("everywhere", "team")
            for role in sources[source]
            for right in rights.get(role or 0, frozenset())
        }
        names = tuple(one.team.name for one in teams if one.team)
        found.append(Employee(key, name, own.get(key), names, marks, otherwise))
    return found
