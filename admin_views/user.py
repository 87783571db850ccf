"""Users, teams and roles: who works here and what they may."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from admin_views import choices, history, shell, verbs
from admin_views.base import Column, EntityView, FilterChoice, Tab
from admin_views.forms import Choice, Choices, EntityForm, Option, Section, Text
from models import access
from models.access import Looker
from models.errors import NotAllowed, NotFound, Refused
from models.journal import Changeset
from models.operations import password
from models.operations import user as users
from models.search import small
from models.user import Right, Role, Team, TeamMember, User


class UserForm(EntityForm):
    """Somebody who signs in. The password is set by the person, never here."""

    noun = User

    name = Text(lazy_gettext("Name"), required=True, example="Elin Sjöberg")
    email = Text(lazy_gettext("E-mail"), required=True, example="elin@firm.example")
    role_id = Choice(lazy_gettext("Role everywhere"), options=choices.roles)
    teams = Choices(lazy_gettext("Teams"), options=choices.teams)


def rights_of(session: Session, looker: Looker, user: User) -> Mapping[str, Any]:
    """Every right of this person everywhere, with where it comes from."""
    return {"rights": list(Right), "explained": access.explain(session, user), "teams": list(user.teams)}


class StaffView(EntityView):
    """What users, teams and roles have in common: only who manages users comes here."""

    see = Right.MANAGE_USERS
    edit = Right.MANAGE_USERS
    create = Right.MANAGE_USERS
    search_hint = lazy_gettext("Name…")


class UserView(StaffView):
    """The users."""

    routes = EntityView.routes | {"password_view": "edit", "disable_view": "edit", "enable_view": "edit"}

    noun = User
    spec = small.USERS
    one = lazy_gettext("user")
    many = lazy_gettext("Users")
    new_text = lazy_gettext("New user")
    save_text = lazy_gettext("Save user")
    icon = "person"
    archives = (
        ("active", lazy_gettext("Active")),
        ("archived", lazy_gettext("Disabled")),
        ("all", lazy_gettext("All")),
    )
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("email", lazy_gettext("E-mail"), "mail", "email", place="kb-m-sub"),
        Column("role_name", lazy_gettext("Role everywhere"), "text", place="kb-m-end"),
        Column("team_names", lazy_gettext("Teams"), "text", place="kb-m-sub2"),
        Column("changed_at", lazy_gettext("Updated"), "moment"),
    )
    list_options = (selectinload(User.role), selectinload(User.teams))
    filters = (FilterChoice("role", lazy_gettext("Role"), choices.pairs(choices.roles)),)
    form = UserForm
    sections = (Section("general", lazy_gettext("General"), ("name", "email", "role_id", "teams")),)
    tabs = (
        Tab("rights", lazy_gettext("Rights"), "team/rights.html", rights_of),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, user: history.events(session, rows=[("user", user.id)]),
        ),
    )

    def values_of(self, record: User) -> dict[str, Any]:
        return {**super().values_of(record), "teams": [team.id for team in record.teams]}

    def cell_value(self, column: Column, row: User, extra: Mapping[str, Any]) -> Any:
        if column.key == "role_name":
            return shell.called(row.role) if row.role else None
        if column.key == "team_names":
            return ", ".join(team.name for team in row.teams)
        return super().cell_value(column, row, extra)

    @expose("/password/", methods=("POST",))
    def password_view(self) -> Any:
        """Set a first or a new password for somebody, who then changes it on the profile page."""
        record = self.find(request.args.get("id"))
        return self.carried_out(
            record,
            lambda: password.reset(shell.here(), shell.looker(), record.id, request.form.get("password", "")),
            gettext("%(name)s has a new password and is signed out everywhere.", name=record.name),
        )

    @expose("/disable/", methods=("POST",))
    def disable_view(self) -> Any:
        """Nobody signs in as this person from now on."""
        record = self.find(request.args.get("id"))
        return self.carried_out(
            record,
            lambda: users.disable(shell.here(), shell.looker(), record.id),
            gettext("%(name)s cannot sign in any more.", name=record.name),
        )

    @expose("/enable/", methods=("POST",))
    def enable_view(self) -> Any:
        """This person may sign in again."""
        record = self.find(request.args.get("id"))
        return self.carried_out(
            record,
            lambda: users.enable(shell.here(), shell.looker(), record.id),
            gettext("%(name)s may sign in again.", name=record.name),
        )

    def carried_out(self, record: User, verb: Callable[[], Changeset | None], text: str) -> Any:
        """Do it and say so, if there was anything to do, or say why not; back to the card."""
        target = self.card_url(record.id)
        try:
            done = verb()
        except Refused as refused:
            if isinstance(refused, (NotAllowed, NotFound)):
                raise
            flash(shell.say(refused), "danger")
        else:
            if done is not None:
                flash(text, "success")
        return redirect(target)

    def card_badge(self, record: User) -> str:
        return gettext("Disabled") if record.disabled_at is not None else ""


class TeamForm(EntityForm):
    """People who get the same roles."""

    noun = Team

    name = Text(lazy_gettext("Name"), required=True, example="Back office")
    role_id = Choice(lazy_gettext("Role of its members everywhere"), options=choices.roles)
    members = Choices(lazy_gettext("Members"), options=choices.people)


def team_details(session: Session, looker: Looker, team: Team) -> Mapping[str, Any]:
    """Who is in the team."""
    return {"members": list(team.members)}


class TeamView(StaffView):
    """The teams."""

    noun = Team
    spec = small.TEAMS
    one = lazy_gettext("team")
    many = lazy_gettext("Teams")
    new_text = lazy_gettext("New team")
    save_text = lazy_gettext("Save team")
    icon = "people"
    first_use = lazy_gettext("No teams yet.")
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("role_name", lazy_gettext("Role everywhere"), "text", place="kb-m-sub"),
        Column("size", lazy_gettext("Members"), "count", numeric=True, place="kb-m-end"),
        Column("changed_at", lazy_gettext("Updated"), "moment"),
    )
    list_options = (selectinload(Team.role),)
    form = TeamForm
    actions = verbs.TEAM_ACTIONS
    sections = (Section("general", lazy_gettext("General"), ("name", "role_id", "members")),)
    tabs = (
        Tab("members", lazy_gettext("Members"), "team/members.html", team_details),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, team: history.events(session, rows=[("team", team.id)]),
        ),
    )

    def values_of(self, record: Team) -> dict[str, Any]:
        return {**super().values_of(record), "members": [member.id for member in record.members]}

    def list_extra(self, ids: Sequence[int]) -> Mapping[str, Any]:
        query = (
            select(TeamMember.team_id, func.count(TeamMember.id))
            .where(TeamMember.team_id.in_(ids))
            .group_by(TeamMember.team_id)
        )
        return {"size": dict(shell.here().execute(query).all())}

    def cell_value(self, column: Column, row: Team, extra: Mapping[str, Any]) -> Any:
        if column.key == "role_name":
            return shell.called(row.role) if row.role else None
        return super().cell_value(column, row, extra)


def right_options() -> list[Option]:
    """All rights in words."""
    return [Option(right.value, shell.right_name(right)) for right in Right]


class RoleForm(EntityForm):
    """A named set of rights."""

    noun = Role

    name = Text(lazy_gettext("Name"), required=True, example="Invoicing")
    description = Text(lazy_gettext("Description"))
    rights = Choices(lazy_gettext("Rights"), options=right_options, whole=False)


def role_details(session: Session, looker: Looker, role: Role) -> Mapping[str, Any]:
    """What the role gives, and who holds it everywhere."""
    return {
        "rights": list(Right),
        "holders": list(session.scalars(select(User).where(User.role_id == role.id).order_by(User.name))),
        "teams": list(session.scalars(select(Team).where(Team.role_id == role.id).order_by(Team.name))),
    }


class RoleView(StaffView):
    """The roles."""

    noun = Role
    spec = small.ROLES
    one = lazy_gettext("role")
    many = lazy_gettext("Roles")
    new_text = lazy_gettext("New role")
    save_text = lazy_gettext("Save role")
    icon = "shield-check"
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("rights", lazy_gettext("Rights"), "text", place="kb-m-sub"),
        Column("built_in", lazy_gettext("Built in"), "yes", place="kb-m-end"),
    )
    form = RoleForm
    actions = verbs.ROLE_ACTIONS
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {"description": {"span": "full"}}
    sections = (Section("general", lazy_gettext("General"), ("name", "description", "rights")),)
    tabs = (
        Tab("rights", lazy_gettext("Rights"), "team/role.html", role_details),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, role: history.events(session, rows=[("role", role.id)]),
        ),
    )

    def cell_value(self, column: Column, row: Role, extra: Mapping[str, Any]) -> Any:
        if column.key == "rights":
            held = [shell.right_name(right) for right in Right if right.value in row.rights]
            return gettext("everything") if len(held) == len(Right) else ", ".join(held)
        return super().cell_value(column, row, extra)
