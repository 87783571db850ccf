"""Commands about who works here and what they may: `user`, `grant` and `role`."""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.commands import as_system
from models.access import SYSTEM
from models.base import folded
from models.customer import Customer
from models.errors import Reason, Refused
from models.journal import Origin
from models.operations import grant as granting
from models.operations import user as users
from models.operations.grant import Holder
from models.user import Right, Role, Team, User

RIGHTS = click.Choice([right.value for right in Right])

user = AppGroup("user", help="Add people and keep them out.")
role = AppGroup("role", help="Look at roles and change their rights.")


def register(app: Flask) -> None:
    """Add these commands to `flask`."""
    for command in (user, role, grant):
        app.cli.add_command(command)


@user.command("create")
@click.argument("email")
@click.option("--role", "role_name", required=True, help="What this person may on every customer.")
@click.option("--team", "teams", multiple=True, help="A team to put this person in; may be repeated.")
@click.option("--name", help="The person's name; made of the address unless given.")
def create_user(email: str, role_name: str, teams: tuple[str, ...], name: str | None) -> None:
    """Add somebody who can sign in. The password is read from standard input, or asked for."""
    with as_system() as session:
        role_id = _role(session, role_name)
        team_ids = [_team(session, team) for team in teams]
        made = users.create(
            session,
            SYSTEM,
            email,
            name,
            read_password(),
            role_id=role_id,
            team_ids=team_ids,
            origin=Origin.COMMAND,
        )
        click.echo(f"{made.name} can sign in as {made.email}.")


@user.command("disable")
@click.argument("email")
def disable_user(email: str) -> None:
    """Keep somebody out, from the next request on."""
    with as_system() as session:
        found = _user(session, email)
        users.disable(session, SYSTEM, found, origin=Origin.COMMAND)
        click.echo(f"{email} cannot sign in any more.")


@click.command("grant")
@click.argument("holder", metavar="USER-or-TEAM")
@click.argument("role_name", metavar="ROLE")
@click.argument("number", metavar="CUSTOMER-NUMBER")
@with_appcontext
def grant(holder: str, role_name: str, number: str) -> None:
    """Give a user (by e-mail address) or a team (by name) a role on one customer."""
    with as_system() as session:
        customer_id = session.scalar(select(Customer.id).where(Customer.number_key == folded(number)))
        if customer_id is None:
            raise Refused(Reason.NO_SUCH, kind="customer", name=number)
        role_id = _role(session, role_name)
        who = Holder(user_id=_user(session, holder)) if "@" in holder else Holder(team_id=_team(session, holder))
        granting.give(session, SYSTEM, customer_id, who, role_id)
        click.echo(f"{holder} has the role {role_name} on {number}.")


@role.command("list")
def list_roles() -> None:
    """All roles, each with its rights."""
    with as_system() as session:
        for name, rights in session.execute(select(Role.name, Role.rights).order_by(Role.name)):
            click.echo(f"{name}: {' '.join(right.value for right in Right if right.value in rights)}")


class _ManyAfterOne(click.Command):
    """A command whose options take all the words that follow: `--may view edit` is `--may view --may edit`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        spread: list[str] = []
        option, before = None, ""
        for word in args:
            if word.startswith("-"):
                option = word if word in {"--may", "--may-not"} else None
                spread.append(word)
            else:
                # The first word stands behind the option already; each further one gets the option once more.
                spread += [option, word] if option and before != option else [word]
            before = word
        return super().parse_args(ctx, spread)


@role.command("set", cls=_ManyAfterOne)
@click.argument("name", metavar="ROLE")
@click.option("--may", "add", multiple=True, type=RIGHTS, metavar="RIGHT…", help="Rights to add.")
@click.option("--may-not", "remove", multiple=True, type=RIGHTS, metavar="RIGHT…", help="Rights to take away.")
def set_role(name: str, add: tuple[str, ...], remove: tuple[str, ...]) -> None:
    """Add rights to a role and take others away; a role that is not there yet is made."""
    with as_system() as session:
        granting.set_rights(session, SYSTEM, name, [Right(one) for one in add], [Right(one) for one in remove])
        rights = session.scalars(select(Role.rights).where(Role.name == name)).one()
        click.echo(f"{name}: {' '.join(right.value for right in Right if right.value in rights)}")


def read_password() -> str:
    """The password: asked for twice at a terminal, otherwise the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _role(session: Session, name: str) -> int:
    return _found(session.scalar(select(Role.id).where(Role.name == name)), "role", name)


def _team(session: Session, name: str) -> int:
    return _found(session.scalar(select(Team.id).where(Team.name == name)), "team", name)


def _user(session: Session, email: str) -> int:
    return _found(session.scalar(select(User.id).where(User.email_key == folded(email))), "user", email)


def _found(key: int | None, kind: str, name: str) -> int:
    if key is None:
        raise Refused(Reason.NO_SUCH, kind=kind, name=name)
    return key
