"""The commands about people, roles and what is given on a customer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import URL, NullPool, func, select
from sqlalchemy.orm import Session

from admin_views import commands_users
from models.access import explain, looker_for
from models.base import db
from models.journal import Changeset
from models.operations import sign_in
from models.user import CustomerAccess, Right, Role, TeamMember, User
from tests import factories
from tests.conftest import PASSWORD

INGRID = "ingrid@nordhamn.example"


@pytest.fixture
def panel(database_url: URL) -> Iterator[Flask]:
    app = Flask("panel")
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"poolclass": NullPool}
    db.init_app(app)
    commands_users.register(app)
    yield app
    with app.app_context():
        db.engine.dispose()


def run(panel: Flask, *arguments: str, typed: str = f"{PASSWORD}\n") -> Result:
    return panel.test_cli_runner().invoke(args=[*arguments], input=typed)


def did(panel: Flask, *arguments: str, typed: str = f"{PASSWORD}\n") -> str:
    result = run(panel, *arguments, typed=typed)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


def changesets(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Changeset)) or 0


def user_named(session: Session, email: str) -> User:
    session.rollback()
    return session.scalars(select(User).where(User.email == email)).one()


def test_a_user_is_made_with_role_and_team_and_can_sign_in(session: Session, panel: Flask) -> None:
    for name in ("Finance", "Back office"):
        factories.team(session, name=name)
    said = did(panel, "user", "create", INGRID, "--role", "Reader", "--team", "Finance", "--team", "Back office")
    assert said == f"Ingrid can sign in as {INGRID}.\n"
    made = user_named(session, INGRID)
    assert looker_for(session, made).everywhere == {Right.VIEW}
    assert session.scalar(select(func.count()).where(TeamMember.user_id == made.id)) == 2
    assert sign_in.sign_in(session, INGRID, PASSWORD, "127.0.0.1")


def test_a_user_may_be_given_a_name(session: Session, panel: Flask) -> None:
    did(panel, "user", "create", INGRID, "--role", "Reader", "--name", "Ingrid Bergström")
    assert user_named(session, INGRID).name == "Ingrid Bergström"


@pytest.mark.parametrize(
    ("arguments", "typed", "reason"),
    [
        ((INGRID, "--role", "Reader"), "short\n", "The password is too short: use 12 characters or more."),
        ((INGRID, "--role", "Reader"), "", "The password is too short: use 12 characters or more."),
        ((INGRID, "--role", "Reader"), "Welcome12345!\n", "This password is easy to guess."),
        ((INGRID, "--role", "Boss"), f"{PASSWORD}\n", "There is no role Boss."),
        ((INGRID, "--role", "Reader", "--team", "Ghosts"), f"{PASSWORD}\n", "There is no team Ghosts."),
        (("ingrid", "--role", "Reader"), f"{PASSWORD}\n", "ingrid is not an e-mail address."),
        (("BOB@kaartenbak.example", "--role", "Reader"), f"{PASSWORD}\n", "Already used by another record."),
    ],
)
def test_a_user_is_refused_with_the_reason_on_standard_error(
    session: Session, panel: Flask, arguments: tuple[str, ...], typed: str, reason: str
) -> None:
    before = changesets(session)
    result = run(panel, "user", "create", *arguments, typed=typed)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert result.stdout == ""
    assert changesets(session) == before


def test_a_user_is_disabled_by_address(session: Session, panel: Flask) -> None:
    did(panel, "user", "disable", "BOB@Kaartenbak.example")
    assert user_named(session, "bob@kaartenbak.example").disabled_at is not None
    assert "There is no user ghost@x.example." in run(panel, "user", "disable", "ghost@x.example").stderr


def test_the_last_administrator_is_not_disabled(session: Session, panel: Flask) -> None:
    result = run(panel, "user", "disable", "dana@kaartenbak.example")
    assert result.exit_code == 1
    assert "There must always be an administrator." in result.stderr
    assert user_named(session, "dana@kaartenbak.example").disabled_at is None


def test_a_role_is_given_on_a_customer_to_a_user_or_a_team(session: Session, panel: Flask) -> None:
    customer = factories.customer(session, number="K-10031").id
    factories.team(session, name="Consultants SE")
    did(panel, "grant", "charlie@kaartenbak.example", "Editor", " k-10 031")
    did(panel, "grant", "Consultants SE", "Reader", "K-10031")
    session.rollback()
    assert session.scalar(select(func.count()).where(CustomerAccess.customer_id == customer)) == 2
    charlie = user_named(session, "charlie@kaartenbak.example")
    assert [str(why) for why in explain(session, charlie, customer)[Right.EDIT]] == ["role Editor, given here"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("bob@kaartenbak.example", "Reader", "K-999"), "There is no customer K-999."),
        (("ghost@x.example", "Reader", "K-10031"), "There is no user ghost@x.example."),
        (("Ghosts", "Reader", "K-10031"), "There is no team Ghosts."),
        (("bob@kaartenbak.example", "Boss", "K-10031"), "There is no role Boss."),
    ],
)
def test_a_grant_names_what_is_not_there(
    session: Session, panel: Flask, arguments: tuple[str, ...], reason: str
) -> None:
    factories.customer(session, number="K-10031")
    result = run(panel, "grant", *arguments)
    assert result.exit_code == 1
    assert reason in result.stderr


def test_roles_are_listed_with_their_rights(panel: Flask) -> None:
    assert did(panel, "role", "list").splitlines() == [
        "Administrator: " + " ".join(Right),
        "Editor: view register edit see-all-totals export",
        "Manager: view register edit see-all-totals see-revenue archive delete manage-customer-roles import export",
        "Reader: view",
        "Registrar: view register",
    ]


@pytest.mark.parametrize(
    "options",
    [
        ("--may", "import", "delete", "--may-not", "export", "register"),
        ("--may", "import", "--may", "delete", "--may-not", "export", "--may-not", "register"),
        ("--may-not", "export", "register", "--may=import", "--may=delete"),
    ],
)
def test_rights_are_added_and_taken_one_by_one_or_in_a_row(panel: Flask, options: tuple[str, ...]) -> None:
    assert did(panel, "role", "set", "Editor", *options) == "Editor: view edit see-all-totals delete import\n"


def test_a_role_that_is_not_there_is_made(session: Session, panel: Flask) -> None:
    did(panel, "role", "set", "Auditor", "--may", "view", "export")
    session.rollback()
    assert session.scalars(select(Role.rights).where(Role.name == "Auditor")).one() == {"view", "export"}


def test_the_role_of_the_last_administrator_keeps_its_rights(session: Session, panel: Flask) -> None:
    result = run(panel, "role", "set", "Administrator", "--may-not", "settings")
    assert result.exit_code == 1
    assert "There must always be an administrator." in result.stderr
    assert "settings" in did(panel, "role", "list").splitlines()[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ("user", "create", INGRID),
        ("user", "create"),
        ("user", "disable"),
        ("user", "rename", INGRID),
        ("grant", "bob@kaartenbak.example", "Reader"),
        ("role", "set"),
        ("role", "set", "Editor", "--may", "fly"),
        ("role", "set", "Editor", "--may"),
        ("role", "list", "--all"),
    ],
)
def test_wrong_use_is_exit_status_2(panel: Flask, arguments: tuple[str, ...]) -> None:
    assert run(panel, *arguments).exit_code == 2


def test_a_name_with_a_character_that_nobody_can_see_is_refused(session: Session, panel: Flask) -> None:
    before = changesets(session)
    for arguments in (
        ("user", "create", INGRID, "--role", "Reader", "--name", "Ingrid\u202e"),
        ("user", "create", f"\u200b{INGRID}", "--role", "Reader", "--name", "Ingrid"),
        ("role", "set", "Reader\u200b", "--may", "view"),
    ):
        refused = run(panel, *arguments)
        assert refused.exit_code == 1
        assert "a character here that nobody can see: " in refused.stderr
    assert changesets(session) == before
