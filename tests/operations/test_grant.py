"""Roles are given, taken and edited; nobody gives more than they have, and nobody locks everybody out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import URL, NullPool, create_engine, delete, event, func, insert, select, update
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM, Looker, look_as, looker_for
from models.base import utc_now
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Reason, Refused
from models.journal import SAY_WHO_MAY_WHAT, Changeset, Origin, changeset
from models.operations import delete as deleting
from models.operations import grant, password, save, undo
from models.operations import user as users
from models.operations.grant import Holder
from models.user import CustomerAccess, Right, Role, Team, TeamMember, User
from tests import factories, granting
from tests.conftest import Cast


def role_id(session: Session, name: str) -> int:
    return session.scalars(select(Role.id).where(Role.name == name)).one()


def as_(session: Session, user: User) -> Looker:
    """The person looks and acts, as in a request."""
    look_as(session, SYSTEM)
    person = looker_for(session, session.get_one(User, user.id))
    look_as(session, person)
    return person


def held(session: Session, customer_id: int) -> dict[tuple[int | None, int | None], str]:
    look_as(session, SYSTEM)
    rows = session.execute(
        select(CustomerAccess.user_id, CustomerAccess.team_id, Role.name)
        .join(Role, Role.id == CustomerAccess.role_id)
        .where(CustomerAccess.customer_id == customer_id)
    )
    return {(user_id, team_id): name for user_id, team_id, name in rows}


@pytest.fixture
def customer(session: Session) -> int:
    return factories.customer(session, company_name="Nordhamn").id


def refused(reason: Reason, do: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refusal:
        do()
    assert refusal.value.reason is reason
    return refusal.value


# -- on one customer --------------------------------------------------------------------------------------------------


def test_a_role_is_given_replaced_and_taken(session: Session, cast: Cast, alice: Looker, customer: int) -> None:
    holder = Holder(user_id=cast.charlie.id)
    kept = grant.give(session, alice, customer, holder, role_id(session, "Reader"))
    assert held(session, customer) == {(cast.charlie.id, None): "Reader"}
    assert (kept.title.format(**kept.values), kept.origin) == (
        "Give Charlie the role Reader on Nordhamn",
        Origin.GRANT,
    )
    grant.give(session, alice, customer, holder, role_id(session, "Editor"))
    assert held(session, customer) == {(cast.charlie.id, None): "Editor"}
    kept = granting.take(session, alice, customer, holder)
    assert held(session, customer) == {}
    assert kept.title.format(**kept.values) == "Take the role of Charlie on Nordhamn away"


def test_TO_28_TS_26_several_roles_change_in_one_changeset_and_others_stay(
    session: Session, cast: Cast, alice: Looker, customer: int
) -> None:
    team = factories.team(session, name="Consultants SE").id
    reader, editor = role_id(session, "Reader"), role_id(session, "Editor")
    bob, charlie = cast.bob.id, cast.charlie.id
    grant.give(session, alice, customer, Holder(user_id=bob), reader)
    grant.give(session, alice, customer, Holder(user_id=cast.dana.id), reader)
    kept = grant.assign(
        session,
        alice,
        customer,
        {Holder(user_id=charlie): reader, Holder(team_id=team): editor, Holder(user_id=bob): None},
    )
    assert held(session, customer) == {
        (charlie, None): "Reader",
        (None, team): "Editor",
        (cast.dana.id, None): "Reader",
    }
    assert kept.change_count == 3
    assert kept.title.format(**kept.values) == "Change 3 roles on Nordhamn"


def test_giving_what_is_held_already_changes_nothing(
    session: Session, cast: Cast, alice: Looker, customer: int
) -> None:
    for _ in range(2):
        kept = grant.give(session, alice, customer, Holder(user_id=cast.bob.id), role_id(session, "Reader"))
    assert kept.is_empty


def test_roles_on_a_customer_need_their_right_there(session: Session, cast: Cast, customer: int) -> None:
    elsewhere = factories.customer(session)
    factories.access(session, elsewhere, session.get_one(Role, role_id(session, "Manager")), cast.bob)
    bob = as_(session, cast.bob)
    with pytest.raises(NotAllowed):
        grant.give(session, bob, customer, Holder(user_id=cast.bob.id), role_id(session, "Reader"))
    charlie = as_(session, cast.charlie)
    with pytest.raises(NotFound):
        grant.give(session, charlie, customer, Holder(user_id=cast.charlie.id), role_id(session, "Reader"))
    assert held(session, customer) == {}


def test_unknown_people_teams_and_roles_are_not_found(
    session: Session, cast: Cast, alice: Looker, customer: int
) -> None:
    reader = role_id(session, "Reader")
    for holder, role in (
        (Holder(user_id=999), reader),
        (Holder(team_id=999), reader),
        (Holder(user_id=cast.charlie.id), 999),
    ):
        with pytest.raises(NotFound):
            grant.give(session, alice, customer, holder, role)
        with pytest.raises(NotFound):
            grant.assign(session, alice, customer, {holder: role, Holder(user_id=cast.bob.id): reader})
    assert held(session, customer) == {}


def test_a_holder_is_a_user_or_a_team() -> None:
    for wrong in ({}, {"user_id": 1, "team_id": 1}):
        with pytest.raises(ValueError, match="user or a team"):
            Holder(**wrong)


# -- nobody gives more than they have ---------------------------------------------------------------------------------


@pytest.fixture
def local_manager(session: Session, cast: Cast, customer: int) -> User:
    """Charlie may read, register, and manage the roles of one customer, by a role of its own."""
    role = factories.role(session, rights=frozenset({Right.VIEW, Right.REGISTER, Right.MANAGE_CUSTOMER_ROLES}))
    factories.access(session, session.get_one(Customer, customer), role, cast.charlie)
    return cast.charlie


def test_one_gives_what_one_has_and_no_more(session: Session, cast: Cast, customer: int, local_manager: User) -> None:
    charlie = as_(session, local_manager)
    grant.give(session, charlie, customer, Holder(user_id=cast.bob.id), role_id(session, "Registrar"))
    refusal = refused(
        Reason.MORE_THAN_OWN,
        lambda: grant.give(session, charlie, customer, Holder(user_id=cast.bob.id), role_id(session, "Editor")),
    )
    assert refusal.values == {"right": Right.EDIT}
    assert held(session, customer)[cast.bob.id, None] == "Registrar"


def test_nobody_raises_themselves(session: Session, customer: int, local_manager: User) -> None:
    charlie = as_(session, local_manager)
    team = factories_team_of(session, charlie)
    for holder in (Holder(user_id=charlie.id), Holder(team_id=team)):
        refused(
            Reason.MORE_THAN_OWN,
            lambda holder=holder: grant.give(session, charlie, customer, holder, role_id(session, "Manager")),
        )


def factories_team_of(session: Session, person: Looker) -> int:
    look_as(session, SYSTEM)
    team = factories.team(session, session.get_one(User, person.id)).id
    look_as(session, person)
    return team


def test_one_keeps_what_one_has_when_the_own_role_is_replaced(
    session: Session, cast: Cast, customer: int, local_manager: User
) -> None:
    charlie = as_(session, local_manager)
    reader = role_id(session, "Reader")
    grant.assign(session, charlie, customer, {Holder(user_id=charlie.id): reader, Holder(user_id=cast.bob.id): reader})
    assert held(session, customer) == {(charlie.id, None): "Reader", (cast.bob.id, None): "Reader"}


@pytest.fixture
def user_manager(session: Session, cast: Cast) -> User:
    """Charlie keeps users and may read, nothing else."""
    role = factories.role(session, name="User keeper", rights=frozenset({Right.VIEW, Right.MANAGE_USERS}))
    with changeset(session, SYSTEM, "Set up"):
        cast.charlie.role_id = role.id
    return cast.charlie


def test_roles_everywhere_are_limited_to_ones_own_rights(session: Session, cast: Cast, user_manager: User) -> None:
    team, joined = factories.team(session).id, factories.team(session, role_id=role_id(session, "Manager")).id
    charlie = as_(session, user_manager)
    administrator, bob = role_id(session, "Administrator"), cast.bob.id
    for raise_ in (
        lambda: granting.set_role_of(session, charlie, Holder(user_id=charlie.id), administrator),
        lambda: granting.set_role_of(session, charlie, Holder(user_id=bob), administrator),
        lambda: granting.set_role_of(session, charlie, Holder(team_id=team), administrator),
        lambda: grant.set_rights(session, charlie, "User keeper", add=[Right.SETTINGS]),
        lambda: grant.set_rights(session, charlie, "New role", add=[Right.EDIT]),
        lambda: granting.join(session, charlie, joined, charlie.id),
    ):
        refused(Reason.MORE_THAN_OWN, raise_)
    granting.set_role_of(session, charlie, Holder(user_id=bob), role_id(session, "User keeper"))
    granting.set_role_of(session, charlie, Holder(user_id=bob), None)
    grant.set_rights(session, charlie, "New role", add=[Right.VIEW])
    assert as_(session, cast.bob).everywhere == frozenset()


def test_joining_a_team_is_limited_by_what_the_team_may_on_customers(
    session: Session, cast: Cast, customer: int, user_manager: User
) -> None:
    team = factories.team(session)
    factories.access(
        session, session.get_one(Customer, customer), session.get_one(Role, role_id(session, "Editor")), team
    )
    key = team.id
    charlie = as_(session, user_manager)
    refused(Reason.MORE_THAN_OWN, lambda: granting.join(session, charlie, key, charlie.id))
    look_as(session, SYSTEM)
    factories.access(
        session, session.get_one(Customer, customer), session.get_one(Role, role_id(session, "Manager")), cast.charlie
    )
    charlie = as_(session, user_manager)
    granting.join(session, charlie, key, cast.bob.id)


@pytest.mark.parametrize("stronger", ["by a role", "through a team", "on a customer", "on a customer through a team"])
def test_nobody_has_a_say_over_the_account_of_somebody_who_may_more(
    session: Session, cast: Cast, user_manager: User, customer: int, stronger: str
) -> None:
    other, out = factories.user(session), factories.user(session)
    manager = session.get_one(Role, role_id(session, "Manager"))
    team = factories.team(session, other, out)
    disabled = out.id
    if "customer" in stronger:
        for holder in (team,) if "team" in stronger else (other, out):
            factories.access(session, session.get_one(Customer, customer), manager, holder)
    elif "team" in stronger:
        granting.set_role_of(session, SYSTEM, Holder(team_id=team.id), manager.id)
    else:
        for one in (other, out):
            granting.set_role_of(session, SYSTEM, Holder(user_id=one.id), manager.id)
    users.disable(session, SYSTEM, disabled)
    moved = save.save(session, SYSTEM, User, other.id, {"email": "moved@kaartenbak.example"}).changeset
    assert moved is not None
    charlie = as_(session, user_manager)
    for verb in (
        lambda: password.reset(session, charlie, other.id, "vier kale paarden op zolder"),
        lambda: users.disable(session, charlie, other.id),
        lambda: users.enable(session, charlie, disabled),
        lambda: save.save(session, charlie, User, other.id, {"email": "mine@kaartenbak.example"}),
        lambda: save.save(session, charlie, User, other.id, {"email": "mine@kaartenbak.example", "role_id": None}),
        lambda: undo.undo(session, charlie, moved.id or 0),
    ):
        refused(Reason.MAY_MORE, verb)
    save.save(session, charlie, User, other.id, {"name": "Ingrid"})


def test_who_may_no_more_than_oneself_is_kept_out_let_in_and_moved(
    session: Session, cast: Cast, user_manager: User
) -> None:
    reader = factories.user(session, role_id=role_id(session, "Reader")).id
    charlie = as_(session, user_manager)
    users.disable(session, charlie, reader)
    users.enable(session, charlie, reader)
    save.save(session, charlie, User, reader, {"email": "moved@kaartenbak.example"})
    password.reset(session, charlie, reader, "vier kale paarden op zolder")
    save.save(session, charlie, User, charlie.id, {"email": "own@kaartenbak.example"})


@pytest.mark.parametrize("way", ["own role", "role of a team", "team on a customer"])
def test_nobody_takes_a_right_away_that_they_do_not_have(
    session: Session, cast: Cast, user_manager: User, customer: int, way: str
) -> None:
    manager, other = session.get_one(Role, role_id(session, "Manager")), factories.user(session)
    team = factories.team(session, other)
    if way == "own role":
        given = granting.set_role_of(session, SYSTEM, Holder(user_id=other.id), manager.id)
    elif way == "role of a team":
        given = granting.set_role_of(session, SYSTEM, Holder(team_id=team.id), manager.id)
    else:
        factories.access(session, session.get_one(Customer, customer), manager, team)
        given = granting.leave(session, SYSTEM, team.id, other.id) and granting.join(session, SYSTEM, team.id, other.id)
    assert given is not None
    name, team_name, user_id, team_id = other.name, team.name, other.id, team.id
    charlie = as_(session, user_manager)
    verbs: dict[str, list[tuple[str, Callable[[], object]]]] = {
        "own role": [
            (name, lambda: granting.set_role_of(session, charlie, Holder(user_id=user_id), None)),
            (name, lambda: granting.set_role_of(session, charlie, Holder(user_id=user_id), role_id(session, "Reader"))),
            ("Manager", lambda: grant.set_rights(session, charlie, "Manager", remove=[Right.EDIT])),
        ],
        "role of a team": [
            (team_name, lambda: granting.set_role_of(session, charlie, Holder(team_id=team_id), None)),
            (name, lambda: granting.leave(session, charlie, team_id, user_id)),
            (team_name, lambda: delete_team(session, charlie, team_id)),
        ],
        "team on a customer": [
            (name, lambda: granting.leave(session, charlie, team_id, user_id)),
            (name, lambda: delete_team(session, charlie, team_id)),
        ],
    }
    for who, verb in (*verbs[way], (None, lambda: undo.undo(session, charlie, given.id or 0))):
        refusal = refused(Reason.MAY_MORE, verb)
        assert who in (None, refusal.values["name"])
    with pytest.raises(Refused):
        password.reset(session, charlie, user_id, "vier kale paarden op zolder")


def delete_team(session: Session, actor: Looker, team_id: int) -> None:
    shown = deleting.plan(session, actor, Team, [team_id])
    deleting.do(session, actor, Team, [team_id], shown.digest)


def test_what_one_has_oneself_may_be_taken_away(
    session: Session, cast: Cast, user_manager: User, customer: int
) -> None:
    reader, other = session.get_one(Role, role_id(session, "Reader")), factories.user(session)
    factories.access(
        session, session.get_one(Customer, customer), session.get_one(Role, role_id(session, "Manager")), other
    )
    team = factories.team(session, other, role_id=reader.id)
    factories.access(session, session.get_one(Customer, customer), reader, team)
    user_id, team_id = other.id, team.id
    charlie = as_(session, user_manager)
    given = granting.set_role_of(session, charlie, Holder(user_id=user_id), reader.id)
    assert given is not None
    undo.undo(session, charlie, given.id or 0)
    granting.leave(session, charlie, team_id, user_id)
    granting.join(session, charlie, team_id, user_id)
    granting.set_role_of(session, charlie, Holder(team_id=team_id), None)
    delete_team(session, charlie, team_id)
    granting.set_role_of(session, charlie, Holder(user_id=charlie.id), None)


def test_the_limit_holds_for_plain_statements_too(session: Session, user_manager: User) -> None:
    charlie = as_(session, user_manager)
    administrator = role_id(session, "Administrator")

    def write() -> None:
        with changeset(session, charlie, "Write"):
            session.execute(update(User).where(User.id == charlie.id).values(role_id=administrator))

    refused(Reason.MORE_THAN_OWN, write)
    assert as_(session, user_manager).everywhere == {Right.VIEW, Right.MANAGE_USERS}


def test_managing_users_and_roles_needs_its_right(session: Session, cast: Cast, alice: Looker) -> None:
    team, reader = factories.team(session).id, role_id(session, "Reader")
    for verb in (
        lambda: granting.set_role_of(session, alice, Holder(user_id=cast.bob.id), reader),
        lambda: grant.set_rights(session, alice, "Reader", add=[Right.REGISTER]),
        lambda: granting.join(session, alice, team, cast.bob.id),
        lambda: granting.leave(session, alice, team, cast.bob.id),
    ):
        with pytest.raises(NotAllowed):
            verb()


# -- roles and teams --------------------------------------------------------------------------------------------------


def test_rights_are_added_to_a_role_and_removed(session: Session, dana: Looker) -> None:
    grant.set_rights(session, dana, "Editor", add=[Right.IMPORT], remove=[Right.EXPORT, Right.DELETE])
    rights = session.scalars(select(Role.rights).where(Role.name == "Editor")).one()
    assert rights == {"view", "register", "edit", "see-all-totals", "import"}


def test_a_role_that_is_not_there_is_made(session: Session, dana: Looker) -> None:
    kept = grant.set_rights(session, dana, "Auditor", add=[Right.VIEW, Right.EXPORT])
    role = session.scalars(select(Role).where(Role.name == "Auditor")).one()
    assert (role.rights, role.built_in) == ({"view", "export"}, False)
    assert kept.title.format(**kept.values) == "Make the role Auditor"


def test_people_join_and_leave_teams_once(session: Session, cast: Cast, dana: Looker) -> None:
    team = factories.team(session, name="Finance").id
    granting.join(session, dana, team, cast.bob.id)
    assert granting.join(session, dana, team, cast.bob.id) is None
    assert session.scalars(select(TeamMember.user_id)).all() == [cast.bob.id]
    granting.leave(session, dana, team, cast.bob.id)
    assert session.scalars(select(TeamMember.user_id)).all() == []


# -- an administrator stays -------------------------------------------------------------------------------------------


def _change_role(session: Session, dana: Looker) -> None:
    granting.set_role_of(session, dana, Holder(user_id=dana.id), role_id(session, "Manager"))


def _take_role(session: Session, dana: Looker) -> None:
    granting.set_role_of(session, dana, Holder(user_id=dana.id), None)


def _disable(session: Session, dana: Looker) -> None:
    with changeset(session, dana, "Disable"):
        session.get_one(User, dana.id).disabled_at = utc_now()


def _delete(session: Session, dana: Looker) -> None:
    with changeset(session, dana, "Delete"):
        session.execute(delete(User).where(User.id == dana.id))


def _weaken_role(session: Session, dana: Looker) -> None:
    grant.set_rights(session, dana, "Administrator", remove=[Right.SETTINGS])


def _swap_for_a_team(session: Session, dana: Looker) -> None:
    team = session.scalars(select(Team)).one()
    with changeset(session, dana, "Swap"):
        session.get_one(User, dana.id).role_id = None
        team.role_id = role_id(session, "Administrator")


WAYS_OUT = [_change_role, _take_role, _disable, _delete, _weaken_role, _swap_for_a_team]


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_the_last_administrator_stays(
    session: Session, cast: Cast, dana: Looker, way_out: Callable[[Session, Looker], None]
) -> None:
    factories.team(session, cast.dana)
    refused(Reason.LAST_ADMINISTRATOR, lambda: way_out(session, dana))
    assert not grant.would_leave_no_administrator(session)
    assert as_(session, cast.dana).is_administrator


@pytest.mark.parametrize("way_out", [way for way in WAYS_OUT if way is not _weaken_role])
def test_one_of_two_administrators_may_go(
    session: Session, cast: Cast, dana: Looker, way_out: Callable[[Session, Looker], None]
) -> None:
    factories.team(session, cast.dana)
    boss = factories.role(session, rights=frozenset({Right.MANAGE_USERS, Right.SETTINGS, Right.MANAGE_CUSTOMER_ROLES}))
    factories.user(session, role_id=boss.id)
    way_out(session, dana)
    assert not grant.would_leave_no_administrator(session)


def test_a_disabled_administrator_does_not_count(session: Session, dana: Looker) -> None:
    factories.user(session, role_id=role_id(session, "Administrator"), disabled_at=utc_now())
    refused(Reason.LAST_ADMINISTRATOR, lambda: _disable(session, dana))


def test_other_edits_of_the_last_administrator_pass(session: Session, cast: Cast, dana: Looker) -> None:
    with changeset(session, dana, "Theme"):
        session.get_one(User, dana.id).theme = "dark"
    grant.set_rights(session, dana, "Reader", add=[Right.REGISTER])


def test_two_administrators_cannot_take_each_others_role_at_once(
    session: Session, database_url: URL, cast: Cast
) -> None:
    other = factories.user(session, role_id=role_id(session, "Administrator"))
    pairs = [(cast.dana.id, other.id), (other.id, cast.dana.id)]
    session.commit()
    barrier, outcomes = threading.Barrier(2), list[object]()

    def take(actor_id: int, victim_id: int) -> None:
        engine = create_engine(database_url, poolclass=NullPool)
        with Session(engine) as own:
            look_as(own, SYSTEM)
            actor = looker_for(own, own.get_one(User, actor_id))
            look_as(own, actor)
            barrier.wait()
            try:
                outcomes.append(granting.set_role_of(own, actor, Holder(user_id=victim_id), None).id)
            except Refused as refusal:
                outcomes.append(refusal.reason)
        engine.dispose()

    threads = [threading.Thread(target=take, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(Reason.LAST_ADMINISTRATOR) == 1
    assert not grant.would_leave_no_administrator(session)


# -- somebody manages the roles of each customer ----------------------------------------------------------------------


@pytest.fixture
def office(session: Session, cast: Cast, customer: int) -> Looker:
    """Nobody manages roles everywhere: the administrator keeps users only, and Bob manages this customer."""
    keeper = factories.role(session, name="Keeper", rights=frozenset({Right.VIEW, Right.MANAGE_USERS, Right.SETTINGS}))
    with changeset(session, SYSTEM, "Set up"):
        for user, role in ((cast.dana, keeper.id), (cast.alice, None), (cast.bob, None)):
            session.get_one(User, user.id).role_id = role
        session.execute(
            insert(CustomerAccess).values(
                customer_id=customer, user_id=cast.bob.id, role_id=role_id(session, "Manager")
            )
        )
    return looker_for(session, cast.bob)


def test_the_last_role_manager_of_a_customer_stays(session: Session, customer: int, office: Looker) -> None:
    look_as(session, office)
    me = Holder(user_id=office.id)
    refused(Reason.LAST_ROLE_MANAGER, lambda: granting.take(session, office, customer, me))
    refused(Reason.LAST_ROLE_MANAGER, lambda: grant.give(session, office, customer, me, role_id(session, "Reader")))
    assert held(session, customer) == {(office.id, None): "Manager"}


def test_a_role_manager_may_go_when_another_stays(session: Session, cast: Cast, customer: int, office: Looker) -> None:
    team = factories.team(session, cast.charlie).id
    grant.give(session, office, customer, Holder(team_id=team), role_id(session, "Manager"))
    granting.take(session, office, customer, Holder(user_id=office.id))
    assert held(session, customer) == {(None, team): "Manager"}


def test_a_team_without_members_manages_nothing(session: Session, customer: int, office: Looker) -> None:
    team = factories.team(session).id
    grant.give(session, office, customer, Holder(team_id=team), role_id(session, "Manager"))
    refused(Reason.LAST_ROLE_MANAGER, lambda: granting.take(session, office, customer, Holder(user_id=office.id)))


def test_who_manages_roles_everywhere_counts_for_every_customer(
    session: Session, cast: Cast, customer: int, office: Looker
) -> None:
    factories.team(session, cast.alice, role_id=role_id(session, "Manager"))
    granting.take(session, office, customer, Holder(user_id=office.id))
    assert held(session, customer) == {}


def disable(session: Session, user_id: int) -> None:
    with changeset(session, SYSTEM, "Disable"):
        session.get_one(User, user_id).disabled_at = utc_now()


def test_the_last_role_manager_is_not_disabled_or_weakened(
    session: Session, cast: Cast, customer: int, office: Looker
) -> None:
    refused(Reason.LAST_ROLE_MANAGER, lambda: disable(session, office.id or 0))
    refused(
        Reason.LAST_ROLE_MANAGER,
        lambda: grant.set_rights(session, SYSTEM, "Manager", remove=[Right.MANAGE_CUSTOMER_ROLES]),
    )


def test_the_last_member_of_the_team_that_manages_a_customer_stays(
    session: Session, cast: Cast, customer: int, office: Looker
) -> None:
    team = factories.team(session, cast.charlie, cast.alice).id
    grant.give(session, office, customer, Holder(team_id=team), role_id(session, "Manager"))
    granting.take(session, office, customer, Holder(user_id=office.id))
    granting.leave(session, SYSTEM, team, cast.alice.id)
    refused(Reason.LAST_ROLE_MANAGER, lambda: granting.leave(session, SYSTEM, team, cast.charlie.id))
    refused(Reason.LAST_ROLE_MANAGER, lambda: disable(session, cast.charlie.id))


def test_the_role_managers_of_a_customer_that_goes_may_go(session: Session, customer: int, office: Looker) -> None:
    with changeset(session, SYSTEM, "Delete"):
        session.execute(delete(Customer).where(Customer.id == customer))
    assert session.scalar(select(func.count()).select_from(CustomerAccess)) == 0


def test_a_customer_that_never_had_a_role_manager_is_in_nobodys_way(
    session: Session, cast: Cast, customer: int, office: Looker
) -> None:
    other = factories.customer(session).id
    reader = role_id(session, "Reader")
    with changeset(session, SYSTEM, "Set up"):
        session.add(CustomerAccess(customer_id=other, user_id=cast.charlie.id, role_id=reader))
    granting.take(session, SYSTEM, other, Holder(user_id=cast.charlie.id))
    with changeset(session, SYSTEM, "Disable"):
        session.get_one(User, cast.charlie.id).disabled_at = utc_now()


def test_a_refused_changeset_leaves_no_trace(session: Session, dana: Looker) -> None:
    before = session.scalar(select(func.count()).select_from(Changeset))
    refused(Reason.LAST_ADMINISTRATOR, lambda: _take_role(session, dana))
    assert session.scalar(select(func.count()).select_from(Changeset)) == before
    assert access.looker_of(session) is SYSTEM


def test_what_says_who_may_what_is_weighed_without_a_look_at_other_changes(session: Session, engine_kind: str) -> None:
    nouns = (CustomerAccess, Role, Team, TeamMember, User)
    assert sorted(SAY_WHO_MAY_WHAT) == sorted(noun.__tablename__ for noun in nouns)
    if engine_kind != "sqlite":
        return
    engine, plan = session.get_bind(), list[str]()

    def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT change.table_name"):
            raw = cursor.connection.cursor()
            plan.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(engine, "before_cursor_execute", explain)
    factories.customer(session)
    event.remove(engine, "before_cursor_execute", explain)
    assert "SEARCH change USING INDEX ix_change_of_rights (changeset_id=?)" in plan
