"""Roles are copied from one customer to another: what differs, what was chosen of that, and never more than one has."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import SYSTEM, Looker, look_as, looker_for
from models.base import utc_now
from models.customer import Customer
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.journal import Origin, changeset
from models.operations import copy_roles, undo
from models.operations.copy_roles import Difference
from models.operations.grant import Holder
from models.user import CustomerAccess, Right, Role, Team, User
from tests import factories, granting
from tests.conftest import Cast


def role(session: Session, name: str) -> Role:
    return session.scalars(select(Role).where(Role.name == name)).one()


def held(session: Session, customer: int) -> dict[Holder, str]:
    look_as(session, SYSTEM)
    rows = session.execute(
        select(CustomerAccess.user_id, CustomerAccess.team_id, Role.name)
        .join(Role, Role.id == CustomerAccess.role_id)
        .where(CustomerAccess.customer_id == customer)
    )
    return {Holder(user, team): name for user, team, name in rows}


def differences(session: Session, here: int, source: int) -> list[Difference]:
    return copy_roles.differences(copy_roles.given(session, here, source), here, source)


def as_(session: Session, user: User) -> Looker:
    """The person looks and acts, as in a request."""
    look_as(session, SYSTEM)
    person = looker_for(session, session.get_one(User, user.id))
    look_as(session, person)
    return person


@pytest.fixture
def team(session: Session, cast: Cast) -> Team:
    return factories.team(session, cast.charlie, name="Consultants SE")


@pytest.fixture
def source(session: Session, cast: Cast, team: Team) -> int:
    """There the team registers, Bob edits, Charlie manages, and somebody who left reads."""
    customer = factories.customer(session, company_name="Bron B.V.")
    gone = factories.user(session, disabled_at=utc_now())
    for name, holder in (("Registrar", team), ("Editor", cast.bob), ("Manager", cast.charlie), ("Reader", gone)):
        factories.access(session, customer, role(session, name), holder)
    return customer.id


@pytest.fixture
def here(session: Session, cast: Cast) -> int:
    """Here Bob reads, Charlie manages as there, and Dana edits."""
    customer = factories.customer(session, company_name="Nordhamn")
    for name, holder in (("Reader", cast.bob), ("Manager", cast.charlie), ("Editor", cast.dana)):
        factories.access(session, customer, role(session, name), holder)
    return customer.id


def test_what_differs_is_what_is_only_there_what_is_another_role_and_what_is_only_here(
    session: Session, cast: Cast, team: Team, here: int, source: int
) -> None:
    registrar, editor, reader = (role(session, name).id for name in ("Registrar", "Editor", "Reader"))
    assert differences(session, here, source) == [
        Difference(Holder(team_id=team.id), registrar, None),
        Difference(Holder(user_id=cast.bob.id), editor, reader),
        Difference(Holder(user_id=cast.dana.id), None, editor),
    ]
    assert differences(session, here, here) == []


def test_TO_27_TO_28_what_was_chosen_is_copied_in_one_changeset_and_comes_back_by_one_undo(
    session: Session, cast: Cast, alice: Looker, team: Team, here: int, source: int
) -> None:
    before = held(session, here)
    chosen = [one for one in differences(session, here, source) if one.source is not None]
    kept = copy_roles.do(session, alice, here, source, chosen)
    assert held(session, here) == {
        Holder(team_id=team.id): "Registrar",
        Holder(user_id=cast.bob.id): "Editor",
        Holder(user_id=cast.charlie.id): "Manager",
        Holder(user_id=cast.dana.id): "Editor",
    }
    assert (kept.title.format(**kept.values), kept.change_count, kept.origin) == (
        "Copy 2 roles from another customer to Nordhamn",
        2,
        Origin.GRANT,
    )
    look_as(session, alice)
    undo.undo(session, alice, kept.id or 0)
    assert held(session, here) == before


def test_a_role_that_is_copied_alone_or_taken_has_the_title_it_always_has(
    session: Session, alice: Looker, here: int, source: int
) -> None:
    given, changed, taken = differences(session, here, source)
    titles = []
    for one in (given, changed, taken):
        kept = copy_roles.do(session, alice, here, source, [one])
        titles.append(kept.title.format(**kept.values))
    assert titles == [
        "Give Consultants SE the role Registrar on Nordhamn",
        "Give Bob the role Editor on Nordhamn",
        "Take the role of Dana on Nordhamn away",
    ]


def copies(session: Session, actor: Looker, here: int, source: int, chosen: Sequence[Difference]) -> Reason:
    """Why copying is refused."""
    before = held(session, here)
    look_as(session, actor)
    with pytest.raises(Refused) as refusal:
        copy_roles.do(session, actor, here, source, chosen)
    assert held(session, here) == before
    return refusal.value.reason


def test_nobody_copies_a_role_that_gives_more_than_they_have(
    session: Session, cast: Cast, here: int, source: int
) -> None:
    rights = frozenset({Right.VIEW, Right.REGISTER, Right.MANAGE_CUSTOMER_ROLES})
    local, somebody = factories.role(session, rights=rights), factories.user(session)
    for customer in (here, source):
        factories.access(session, session.get_one(Customer, customer), local, somebody)
    actor = as_(session, somebody)
    given, changed, _ = differences(session, here, source)
    assert copies(session, actor, here, source, [given, changed]) is Reason.MORE_THAN_OWN
    look_as(session, actor)
    copy_roles.do(session, actor, here, source, [given])
    assert Holder(team_id=given.holder.team_id) in held(session, here)


def test_the_last_who_manages_roles_is_not_taken_by_copying(session: Session, cast: Cast) -> None:
    here, source = factories.customer(session), factories.customer(session)
    factories.access(session, here, role(session, "Manager"), cast.charlie)
    for name, holder in (("Reader", cast.charlie), ("Manager", cast.bob)):
        factories.access(session, source, role(session, name), holder)
    keeper = factories.role(session, rights=frozenset({Right.VIEW, Right.MANAGE_USERS, Right.SETTINGS}))
    with changeset(session, SYSTEM, "Set up"):
        cast.alice.role_id, cast.dana.role_id = None, keeper.id
    chosen = [one for one in differences(session, here.id, source.id) if one.holder.user_id == cast.charlie.id]
    charlie, keys = as_(session, cast.charlie), (here.id, source.id)
    assert copies(session, charlie, *keys, chosen) is Reason.LAST_ROLE_MANAGER


def test_copying_waits_for_a_new_look_when_the_roles_on_either_side_changed(
    session: Session, cast: Cast, alice: Looker, here: int, source: int
) -> None:
    chosen = differences(session, here, source)
    granting.take(session, SYSTEM, source, Holder(user_id=cast.bob.id))
    with pytest.raises(Conflict):
        copy_roles.do(session, alice, here, source, chosen)
    look_as(session, SYSTEM)
    chosen = differences(session, here, source)
    granting.take(session, SYSTEM, here, Holder(user_id=cast.dana.id))
    before = held(session, here)
    with pytest.raises(Conflict):
        copy_roles.do(session, alice, here, source, chosen)
    assert held(session, here) == before


def test_copying_needs_the_right_here_and_a_customer_one_sees_there(
    session: Session, cast: Cast, here: int, source: int
) -> None:
    chosen = differences(session, here, source)
    with pytest.raises(NotAllowed):
        copy_roles.do(session, as_(session, cast.bob), here, source, chosen)
    look_as(session, SYSTEM)
    granting.take(session, SYSTEM, source, Holder(user_id=cast.charlie.id))
    granting.take(session, SYSTEM, source, Holder(team_id=chosen[0].holder.team_id))
    with pytest.raises(NotFound):
        copy_roles.do(session, as_(session, cast.charlie), here, source, chosen)
