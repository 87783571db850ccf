"""The roles on the card of a customer: who has which here, what follows from it, and what a change asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from admin_views import plans, shell
from models import access
from models.access import Looker
from models.base import whole
from models.customer import Customer
from models.errors import NotFound
from models.operations.consequences import digest
from models.operations.grant import Holder
from models.search.folding import plain
from models.user import ON_A_CUSTOMER, CustomerAccess, Right, Role, Team, TeamMember, User

# What the plan that is shown before roles are saved is signed for.
PLAN = "customers.roles"
# Of a firm's people, who all see a customer by a role held everywhere, so many are shown unless one looks for somebody;
# so many of each heading are on the page at all.
FEW, MOST = 20, 100
# In the address, where everybody is shown.
EVERYONE = "everyone"
# In the address, the person whose rights are explained.
VIEW_AS = "as"


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
    """What all the changed lines together give and take: a person, a team, or `who` of its members, if not all alike.

    `is_alone`: nobody is in the team, so that it changes nothing for anybody. `blinds`: the person who looks is among
    them, and sees the customer no more.
    """

    name: str
    gives: tuple[Right, ...]
    takes: tuple[Right, ...]
    who: tuple[str, ...] = ()
    is_alone: bool = False
    blinds: bool = False


def effects(
    asked: Mapping[str, AskedRole],
    given: Sequence[CustomerAccess],
    teams: Mapping[int, str],
    everyone: Sequence[Employee],
    rights: Mapping[int, frozenset[str]],
) -> list[Effect]:
    """What saving the changed lines would do, person by person: who has a right in another way keeps it.

    Of a team its members are told, but for those who have a changed line of their own.
    """
    now: dict[Holder, int | None] = {Holder(one.user_id, one.team_id): one.role_id for one in given}
    then = now | {one.holder: whole(one.role) for one in asked.values()}
    holders = {one.holder for one in asked.values()}
    found = []
    for holder in (one.holder for one in asked.values()):
        if holder.user_id is not None:
            one = next((one for one in everyone if one.id == holder.user_id), None)
            if one is None:
                raise NotFound
            found.append(_effect(one.name, _moved(one, now, then, rights), [one]))
            continue
        team = teams.get(holder.team_id or 0)
        if team is None:
            raise NotFound
        members = [one for one in everyone if holder.team_id in one.team_ids]
        alike: dict[Moved, list[Employee]] = {}
        for one in members:
            if Holder(user_id=one.id) not in holders:
                alike.setdefault(_moved(one, now, then, rights), []).append(one)
        if not members:
            found.append(Effect(team, (), (), is_alone=True))
        for moved, people in alike.items():
            whose = () if len(people) == len(members) else tuple(one.name for one in people)
            found.append(_effect(team, moved, people, whose))
    return found


Moved = tuple[tuple[Right, ...], tuple[Right, ...]]


def _moved(
    one: Employee,
    now: Mapping[Holder, int | None],
    then: Mapping[Holder, int | None],
    rights: Mapping[int, frozenset[str]],
) -> Moved:
    """The rights that somebody gets and loses on this customer."""
    before, after = (
        one.everywhere.union(
            *(rights.get(held.get(holder) or 0, frozenset()) for holder in one.holders),
        )
        for held in (now, then)
    )
    here = [right for right in Right if right in ON_A_CUSTOMER]
    return tuple(r for r in here if r in after - before), tuple(r for r in here if r in before - after)


def _effect(name: str, moved: Moved, people: Sequence[Employee], who: tuple[str, ...] = ()) -> Effect:
    me = shell.looker().id
    return Effect(name, *moved, who, blinds=Right.VIEW in moved[1] and any(one.id == me for one in people))


def was_shown(session: Session, looker: Looker, customer: Customer) -> bool:
    """Whether the changes of this form, and what they give and take, were shown to the person who sends it."""
    said = roles(session, looker, customer)["digest"]
    return plans.was_shown(looker, PLAN, request.form.get("plan", ""), [customer.id], said)


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
    asked = whole(request.args.get(VIEW_AS))
    chosen = session.get(User, asked) if asked else None
    # Who cannot sign in has no line here, either.
    who = chosen if chosen is not None and chosen.disabled_at is None else None
    shown = who or session.get(User, looker.id or 0)
    all_roles, all_teams = offered_roles(session), offered_teams(session)
    changed, rights = asked_roles() if manages else {}, {key: held for key, _, held in all_roles}
    if any(one.role and whole(one.role) not in rights for one in changed.values()):
        raise NotFound
    everyone = employees(session, given, rights)
    told = effects(changed, given, dict(all_teams), everyone, rights)
    said = digest(customer.id, sorted((name, one.role) for name, one in changed.items()), told)
    looked_for, all_of_them = request.args.get("search", "").strip()[:100], request.args.get("show") == EVERYONE
    teams = {one.team_id: one for one in given if one.team_id is not None}
    groups = _groups(Wanted(looked_for, frozenset(changed)), all_teams, teams, everyone, all_of_them)
    return {
        "teams": teams,
        "groups": groups,
        "is_found": not looked_for or any(not line.is_hidden for group in groups for line in group.lines),
        "is_empty": not teams and not changed and not any(one.is_here for one in everyone),
        "is_cut": any(group.is_cut for group in groups),
        "looked_for": looked_for,
        "all_of_them": all_of_them,
        "all_see": all(one.sees for one in everyone),
        "shown_as": {"search": looked_for or None, "show": EVERYONE if all_of_them else None},
        "seen_by": {VIEW_AS: who.id if who is not None else None},
        "sizes": sizes,
        "rights": [right for right in Right if right in ON_A_CUSTOMER],
        "who": shown,
        "explained": access.explain(session, shown, customer.id) if shown is not None else {},
        "everyone": everyone,
        "nobody": sum(not one.sees and not one.is_here for one in everyone),
        "asked": changed,
        "effects": told,
        "digest": said,
        "plan": plans.sign(looker, PLAN, ids=[customer.id], digest=said) if changed else None,
        "all_teams": all_teams,
        "all_roles": all_roles,
        "role_names": role_names(all_roles),
        "may_manage": manages,
    }


def offered_roles(session: Session) -> list[tuple[int, str, frozenset[str]]]:
    """Every role, with its name and its rights."""
    return [
        (key, name, held)
        for key, name, held in session.execute(select(Role.id, Role.name, Role.rights).order_by(Role.id))
    ]


def role_names(roles: Sequence[tuple[int, str, frozenset[str]]]) -> dict[int, str]:
    """What each role is called by the person who looks."""
    return {key: shell.role_name(name) for key, name, _ in roles}


def offered_teams(session: Session) -> list[tuple[int, str]]:
    """Every team, by name."""
    return [(key, name) for key, name in session.execute(select(Team.id, Team.name).order_by(Team.name))]


@dataclass(frozen=True)
class Wanted:
    """Which lines one looks for, by a part of the name. Lines with a change that is not saved yet are always there."""

    looked_for: str
    changed: Collection[str]

    def hides(self, name: str, field: str) -> bool:
        """Whether a line is out of sight."""
        spelt = plain(name)
        return field not in self.changed and not all(word in spelt for word in plain(self.looked_for).split())


@dataclass(frozen=True)
class Line:
    """A team or an employee of the Roles tab; `is_rest`: only there for who looks for it."""

    of: Any
    name: str
    is_hidden: bool
    is_rest: bool = False


@dataclass(frozen=True)
class Group:
    """Lines of the Roles tab under one heading; `rest` is how many more there are, `is_cut`: not all are on the page."""

    title: str
    lines: Sequence[Line]
    rest: int = 0
    are_teams: bool = False
    is_cut: bool = False


def _groups(
    wanted: Wanted,
    all_teams: Sequence[tuple[int, str]],
    teams: Collection[int | None],
    everyone: Sequence[Employee],
    all_of_them: bool,
) -> list[Group]:
    """The lines of the Roles tab by heading: those who have to do with this customer, or everybody there is.

    All lines are on the page, so that looking for another one loses nothing that was changed on this one.
    """
    of_teams = [
        Line((key, name), name, wanted.hides(name, f"team-{key}"))
        for key, name in all_teams
        if all_of_them or key in teams or f"team-{key}" in wanted.changed
    ]
    here = [one for one in everyone if one.is_here or one.field in wanted.changed]
    are_here = {one.id for one in here}
    others = [one for one in everyone if one.id not in are_here]
    groups = (
        Group(gettext("Teams"), of_teams, are_teams=True),
        _group(gettext("Employees"), here, wanted, MOST),
        _group(
            gettext("By a role held everywhere"),
            [one for one in others if one.sees],
            wanted,
            MOST if all_of_them else FEW,
        ),
        _group(
            gettext("Without access to this customer"),
            [one for one in others if all_of_them and not one.sees],
            wanted,
            MOST,
        ),
    )
    return [group for group in groups if group.lines]


def _group(title: str, people: Sequence[Employee], wanted: Wanted, first: int) -> Group:
    """Of many the first are shown; of very many those with a change, and those who are looked for, are on the page."""
    hidden = {one.id: wanted.hides(one.name, one.field) for one in people}
    ranks = {one.id: (one.field not in wanted.changed, hidden[one.id]) for one in people}
    found = people if len(people) <= MOST else sorted(people, key=lambda one: ranks[one.id])[:MOST]
    lines = [
        Line(one, one.name, hidden[one.id] or (at >= first and not wanted.looked_for), at >= first)
        for at, one in enumerate(found)
    ]
    return Group(title, lines, max(0, len(people) - first), is_cut=len(people) > MOST)


@dataclass(frozen=True)
class Employee:
    """A line of the Roles tab. `role_id` is the role given here, `teams` those with a role here that the person is in.

    `marks` says of each right where it comes from first: here, team (a role the team has here) or everywhere.
    `team_ids`: all teams that the person is in; `everywhere`: the rights that need no role here.
    """

    id: int
    name: str
    role_id: int | None
    teams: tuple[str, ...]
    marks: Mapping[str, str]
    team_ids: tuple[int, ...]
    everywhere: frozenset[str]

    @property
    def field(self) -> str:
        """What the form calls the role of this person."""
        return f"user-{self.id}"

    @property
    def holders(self) -> tuple[Holder, ...]:
        """By whose roles on this customer the person may something there."""
        return (Holder(user_id=self.id), *(Holder(team_id=key) for key in self.team_ids))

    @property
    def sees(self) -> bool:
        """Whether the person sees this customer; no other right makes up for that one."""
        return Right.VIEW in self.marks

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
        everywhere = frozenset[str]().union(*(rights.get(role or 0, frozenset()) for role in sources["everywhere"]))
        members = tuple(line[3] for line in lines if line[3] is not None)
        names = tuple(one.team.name for one in teams if one.team)
        found.append(Employee(key, name, own.get(key), names, marks, members, everywhere))
    return found
