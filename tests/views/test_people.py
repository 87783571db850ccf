"""The forms of users, teams and roles: what the balance of rights refuses comes back with what was typed."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import SYSTEM
from models.operations.grant import Holder
from models.user import ADMINISTRATOR, Right, Role, User
from tests import factories, granting
from tests.conftest import Cast, ClientFor
from tests.views.test_forms import at_fields, text_of, typed


def administrators(session: Session) -> Role:
    return session.scalars(select(Role).where(Role.name == ADMINISTRATOR)).one()


def keeper_of_users(session: Session, cast: Cast) -> None:
    """Charlie, who may manage users and nothing else."""
    role = factories.role(session, rights=frozenset({Right.MANAGE_USERS}))
    granting.set_role_of(session, SYSTEM, Holder(user_id=cast.charlie.id), role.id)


def test_a_user_form_that_would_leave_no_administrator_comes_back_with_what_was_typed(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    answer = client_for("Dana").edit(
        f"/users/edit/?id={cast.dana.id}", name="Dana Nieuw", email="dana@kaartenbak.example", role_id=""
    )
    assert answer.status_code == 422
    assert "There must always be an administrator." in text_of(answer)
    assert typed(answer, "name") == "Dana Nieuw"
    session.rollback()
    assert session.get_one(User, cast.dana.id).name == "Dana"


def test_a_role_form_that_would_leave_no_administrator_comes_back_with_what_was_typed(
    session: Session, client_for: ClientFor
) -> None:
    role = administrators(session)
    answer = client_for("Dana").edit(f"/roles/edit/?id={role.id}", name="Beheer", rights="view")
    assert answer.status_code == 422
    assert "There must always be an administrator." in text_of(answer)
    assert typed(answer, "name") == "Beheer"
    session.rollback()
    assert session.get_one(Role, role.id).name == ADMINISTRATOR


@pytest.mark.parametrize("path", ["/users/new/", "/users/edit/?id={charlie}"])
def test_a_user_form_that_gives_more_rights_than_one_has_comes_back_with_what_was_typed(
    session: Session, client_for: ClientFor, cast: Cast, path: str
) -> None:
    keeper_of_users(session, cast)
    answer = client_for("Charlie").edit(
        path.format(charlie=cast.charlie.id),
        name="Ingrid",
        email="ingrid@nordhamn.example",
        role_id=str(administrators(session).id),
    )
    assert answer.status_code == 422
    assert "You cannot give rights you do not have yourself" in text_of(answer)
    assert typed(answer, "name") == "Ingrid"


@pytest.mark.parametrize("path", ["/users/new/", "/users/edit/?id={bob}"])
def test_a_user_form_with_what_is_no_address_says_so_at_the_field(
    session: Session, client_for: ClientFor, cast: Cast, path: str
) -> None:
    answer = client_for("Dana").edit(path.format(bob=cast.bob.id), name="Ingrid", email="nonsense")
    assert answer.status_code == 422
    assert at_fields(answer) == {
        "email": "nonsense is not an e-mail address. Fill in, for example, ingrid@nordhamn.example"
    }
    assert typed(answer, "email") == "nonsense"


def test_who_may_less_cannot_move_or_keep_out_somebody_who_may_more(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    keeper_of_users(session, cast)
    charlie = client_for("Charlie")
    form = charlie.edit(f"/users/edit/?id={cast.alice.id}", name="Alice", email="mine@kaartenbak.example")
    assert form.status_code == 422
    assert "Alice has a right that you do not have: View. Ask somebody who has it." in text_of(form)
    assert typed(form, "email") == "mine@kaartenbak.example"
    charlie.send(f"/users/disable/?id={cast.alice.id}")
    assert "Alice has a right that you do not have" in text_of(charlie.get("/users/"))
    session.rollback()
    alice = session.get_one(User, cast.alice.id)
    assert (alice.email, alice.disabled_at) == ("alice@kaartenbak.example", None)


def test_nothing_is_announced_of_somebody_who_may_sign_in_already(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    dana = client_for("Dana")
    card = f"/users/details/?id={cast.bob.id}"
    for verb, text, said in (
        ("enable", "Bob may sign in again.", False),
        ("disable", "Bob cannot sign in any more.", True),
        ("disable", "Bob cannot sign in any more.", False),
        ("enable", "Bob may sign in again.", True),
    ):
        assert dana.send(f"/users/{verb}/?id={cast.bob.id}").location == card
        assert (text in text_of(dana.get(card))) is said, verb


def test_a_role_form_from_before_the_role_was_there_takes_no_right_away(
    session: Session, client_for: ClientFor
) -> None:
    role = session.scalars(select(Role).where(Role.name == "Reader")).one()
    before = role.rights
    form = {"shown-at": "0", "name": "Reader"}
    assert client_for("Dana").send(f"/roles/edit/?id={role.id}", **form).status_code == 302
    session.rollback()
    session.expire_all()
    assert session.get_one(Role, role.id).rights == before
