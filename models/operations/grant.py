"""Who may what: roles given on a customer and everywhere, the rights of roles, who is in which team.

Every change of these passes the balance at the end of this page, by whatever path it was made, undo included: nobody
gives more than they have or has a say over somebody who may more, nobody weakens people, teams and roles by what they
do not have themselves, an administrator always stays, and so does somebody to manage the roles of each customer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, event, or_, select, text, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models.access import ADMINISTERS, Looker, given_up, granted, known, looker_of, require, there
from models.base import EVERYTHING, AnySession, Base, plain
from models.customer import Customer
from models.errors import Conflict, Reason, Refused
from models.journal import Change, Changeset, Operation, Origin, changeset, of_rights, open_id
from models.operations.consequences import hold
from models.operations.fields import misfits
from models.user import ON_A_CUSTOMER, CustomerAccess, Right, Role, Team, TeamMember, User


@dataclass(frozen=True)
class Holder:
    """Who holds a role on a customer: a user or a team."""

    user_id: int | None = None
    team_id: int | None = None

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.team_id is None):
            raise ValueError("a holder is a user or a team")


# On one customer ------------------------------------------------------------------------------------------------------


def give(session: AnySession, actor: Looker, customer_id: int, holder: Holder, role_id: int) -> Changeset:
    """Give a role on a customer; a role that the holder had there is replaced. NotFound, NotAllowed, Refused."""
    return assign(session, actor, customer_id, {holder: role_id})


def assign(
    session: AnySession,
    actor: Looker,
    customer_id: int,
    wanted: Mapping[Holder, int | None],
    shown: Mapping[Holder, int | None] | None = None,
) -> Changeset:
    """Give (role id) and take (None) several roles on one customer at once, as the Roles tab saves them.

    Holders that are not named keep what they have. Needs the right to manage roles there; what one gives, one has.
    `shown` is what the holders had when the page was made: Conflict where somebody else changed that since.
    """
    customer = check(session, actor, customer_id, wanted)
    title, values = title_of(session, customer, wanted)
    with changeset(session, actor, title, origin=Origin.GRANT, **values) as kept:
        hold(plain(session), Customer, [customer_id])
        _require_open(session, customer)
        held = {holder: _held(session, customer_id, holder) for holder in wanted}
        if shown is not None:
            _require_as_shown(session, wanted, shown, {key: row.role_id for key, row in held.items() if row})
        for holder, role_id in wanted.items():
            _put(session, held[holder], customer_id, holder, role_id)
    return kept


def check(
    session: AnySession,
    actor: Looker,
    customer_id: int,
    wanted: Mapping[Holder, int | None],
    shown: Mapping[Holder, int | None] | None = None,
) -> Customer:
    """Refuse what `assign` would refuse, as far as that is known before anything is written; the customer."""
    customer = there(session, Customer, customer_id)
    require(session, actor, Right.MANAGE_CUSTOMER_ROLES, customer_id)
    _require_open(session, customer)
    for holder, role_id in wanted.items():
        _who(session, holder)
        if role_id is not None:
            there(session, Role, role_id)
    if shown is not None:
        given = CustomerAccess.__table__.c
        rows = session.execute(
            select(given.user_id, given.team_id, given.role_id).where(given.customer_id == customer_id)
        )
        _require_as_shown(session, wanted, shown, {Holder(user, team): role for user, team, role in rows})
    return customer


def _require_open(session: AnySession, customer: Customer) -> None:
    """What is archived can only be read, its roles too."""
    archived = select(Customer.archived_at).where(Customer.id == customer.id)
    if session.scalar(archived) is not None:
        raise Refused(Reason.ARCHIVED_IS_LOCKED, name=customer.name)


def _require_as_shown(
    session: AnySession,
    wanted: Mapping[Holder, int | None],
    shown: Mapping[Holder, int | None],
    now: Mapping[Holder, int],
) -> None:
    """Go on only if nobody's role is another than was shown, or it is the wanted one already."""
    moved = [holder for holder, role_id in wanted.items() if now.get(holder) not in (shown.get(holder), role_id)]
    if moved:
        raise Conflict(Reason.ROLE_CHANGED, name=", ".join(_who(session, holder).name for holder in moved))


def title_of(
    session: AnySession, customer: Customer, wanted: Mapping[Holder, int | None]
) -> tuple[str, dict[str, Any]]:
    """What giving and taking these roles is called in the history, with the values that fill it in."""
    if len(wanted) != 1:
        return "Change {count} roles on {customer}", {"count": len(wanted), "customer": customer.name}
    (holder, role_id), *_ = wanted.items()
    values = {"holder": _who(session, holder).name, "customer": customer.name}
    if role_id is None:
        return "Take the role of {holder} on {customer} away", values
    return "Give {holder} the role {role} on {customer}", {**values, "role": there(session, Role, role_id).name}


def _who(session: AnySession, holder: Holder) -> User | Team:
    return there(session, User, holder.user_id) if holder.user_id else there(session, Team, holder.team_id)


def _held(session: AnySession, customer_id: int, holder: Holder) -> CustomerAccess | None:
    """What the holder has on a customer, kept as it is until the changeset ends."""
    return session.scalar(
        select(CustomerAccess)
        .where(
            CustomerAccess.customer_id == customer_id,
            CustomerAccess.user_id == holder.user_id
            if holder.team_id is None
            else CustomerAccess.team_id == holder.team_id,
        )
        .with_for_update()
    )


def _put(
    session: AnySession, held: CustomerAccess | None, customer_id: int, holder: Holder, role_id: int | None
) -> None:
    if role_id is None:
        if held is not None:
            session.delete(held)
        return
    there(session, Role, role_id)
    if held is not None:
        held.role_id = role_id
        return
    _who(session, holder)
    session.add(
        CustomerAccess(customer_id=customer_id, user_id=holder.user_id, team_id=holder.team_id, role_id=role_id)
    )
    session.flush()


# Everywhere -----------------------------------------------------------------------------------------------------------


def set_rights(
    session: AnySession, actor: Looker, name: str, add: Collection[Right] = (), remove: Collection[Right] = ()
) -> Changeset:
    """Add rights to a role and remove others; a role that is not there yet is made. One's own rights are the limit."""
    require(session, actor, Right.MANAGE_USERS)
    role = session.scalar(select(Role).where(Role.name == name))
    title = "Make the role {role}" if role is None else "Change the rights of the role {role}"
    with changeset(session, actor, title, origin=Origin.GRANT, role=name) as kept:
        if role is None:
            if misfit := misfits(Role, "name", name):
                raise misfit
            role = Role(name=name, rights=frozenset())
            session.add(role)
        role.rights = frozenset(role.rights - set(remove) | {str(right) for right in add})
    return kept


# Who may more ---------------------------------------------------------------------------------------------------------

# Whoever decides about these of somebody can sign in as them, or keep them out. The password is asked about where it is
# set: it never enters the journal.
_SIGNS_IN_BY = ("email_key", "disabled_at")


def require_as_strong(session: AnySession, actor: Looker, user: User) -> None:
    """Go on only if somebody may nothing, anywhere, that the actor may not; else Refused with what that is."""
    _require_as_strong(session, actor, user.id, user.name, {user.role_id}, set(), _rights_of_roles(session))


def _require_as_strong(
    session: AnySession,
    actor: Looker,
    user_id: int,
    name: str,
    roles: Collection[int | None],
    left: Collection[int],
    rights_of: Mapping[int, frozenset[Right]],
) -> None:
    """`roles` are those of the user's own, `left` the teams that this person was in until now."""
    if actor.everywhere >= set(Right):
        return
    teams = {*left, *session.scalars(select(TeamMember.team_id).where(TeamMember.user_id == user_id))}
    of_teams = session.scalars(select(Team.role_id).where(Team.id.in_(teams)), execution_options=EVERYTHING)
    everywhere = frozenset[Right]().union(*(rights_of.get(key or 0, frozenset()) for key in {*roles, *of_teams}))
    access = CustomerAccess.__table__.c
    holder = or_(access.user_id == user_id, access.team_id.in_(teams))
    for right in Right:
        more = right in everywhere - actor.everywhere
        if more or (right in ON_A_CUSTOMER and _has_more(session, actor, right, holder, rights_of)):
            raise Refused(Reason.MAY_MORE, name=name, right=right)


def _has_more(
    session: AnySession,
    actor: Looker,
    right: Right,
    holder: ColumnElement[bool],
    rights_of: Mapping[int, frozenset[Right]],
) -> bool:
    """Whether a holder of roles has a right on a customer where the actor does not."""
    if right in actor.everywhere:
        return False
    access = CustomerAccess.__table__.c
    theirs = select(access.id).where(holder, access.role_id.in_(_roles_with(rights_of, {right})))
    own = granted(actor, right)
    if own is not None:
        theirs = theirs.where(access.customer_id.not_in(own))
    return session.execute(theirs.limit(1)).first() is not None


# The balance ----------------------------------------------------------------------------------------------------------

_LOCK = 0x6B62  # any number that nothing else in this database locks


def would_leave_no_administrator(session: AnySession) -> bool:
    """Whether nobody who can sign in is an administrator by a role of their own, as things stand in this transaction.

    The end of every changeset asks this by itself; a plan may ask it earlier, to say so before anything is done.
    """
    roles = _roles_with(_rights_of_roles(session), ADMINISTERS)
    able = select(User.id).where(User.role_id.in_(roles), User.disabled_at.is_(None)).limit(1)
    return session.execute(able, execution_options=EVERYTHING).first() is None


def _rights_of_roles(session: AnySession) -> dict[int, frozenset[Right]]:
    rows = session.execute(select(Role.id, Role.rights), execution_options=EVERYTHING)
    return {role_id: known(rights) for role_id, rights in rows}


def _roles_with(rights_of: Mapping[int, frozenset[Right]], wanted: Collection[Right]) -> list[int]:
    return [role_id for role_id, rights in rights_of.items() if rights.issuperset(wanted)]


@event.listens_for(Session, "before_commit")
def _balance(session: Session) -> None:
    """Before a changeset is kept, weigh what the journal says was changed in it."""
    key = open_id(session)
    if key is None or session.in_nested_transaction():
        return
    looker = looker_of(session)
    weighed = _weighed(looker.everywhere >= ON_A_CUSTOMER)
    moves = [_Move(*row) for row in session.execute(weighed, {"key": key}, execution_options=EVERYTHING)]
    if not moves:
        return
    if session.connection().dialect.name == "postgresql":
        # Two administrators who take each other's role at once would each still see the other.
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    weighing = _Weighing(session, looker, moves)
    weighing.nobody_gives_more_than_own()
    weighing.nobody_rules_who_may_more()
    weighing.nobody_takes_more_than_own()
    weighing.an_administrator_stays()
    weighing.every_customer_keeps_a_role_manager()


@cache
def _weighed(may_give: bool) -> Select[tuple[str, int, dict[str, Any] | None, dict[str, Any] | None]]:
    """The changes of the changeset `key` that can tip the balance: none of customers that went altogether, and no role
    that was only given, where `may_give`.

    Roles that come back with their customer are given by nobody: they are what they were until it was deleted.
    """
    key = bindparam("key", type_=Integer)
    at_customer: ColumnElement[bool] = and_(
        select(Customer.id).where(Customer.id == Change.customer_id).exists(),
        Change.customer_id.not_in(_came_back(key)),
    )
    if may_give:
        at_customer = and_(at_customer, Change.before.is_not(None))
    elsewhere = Change.table_name != CustomerAccess.__tablename__
    return (
        select(Change.table_name, Change.row_id, Change.before, Change.after)
        .where(Change.changeset_id == key, text(f"({of_rights('change.')})"), or_(elsewhere, at_customer))
        .order_by(Change.id)
    )


def _came_back(changeset_id: ColumnElement[int]) -> Select[int]:
    """The customers that this changeset, if it takes another back, put back where they were."""
    back = aliased(Change)
    return (
        select(back.row_id)
        .join(Changeset, Changeset.id == back.changeset_id)
        .where(
            back.changeset_id == changeset_id,
            back.table_name == Customer.__tablename__,
            back.operation == Operation.INSERT,
            Changeset.origin == Origin.UNDO,
        )
    )


@dataclass(frozen=True)
class _Move:
    """One changed row of the tables that say who may what."""

    table: str
    row_id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def was(self, field: str) -> Any:
        return (self.before or {}).get(field)

    def is_now(self, field: str) -> Any:
        return (self.after or {}).get(field)

    def changed(self, field: str) -> bool:
        return bool(self.was(field) != self.is_now(field))

    @property
    def weakened(self) -> bool:
        """Whether somebody may have lost a right by it."""
        if self.before is None:
            return False
        return self.after is None or any(self.changed(field) for field in ("role_id", "rights", "disabled_at"))


class _Weighing:
    """The moves of one changeset, and what follows from them."""

    def __init__(self, session: Session, looker: Looker, moves: list[_Move]) -> None:
        self.session, self.looker, self.moves = session, looker, moves
        self.rights_of = _rights_of_roles(session)
        self.rights_before = self.rights_of | {
            move.row_id: known(move.was("rights").split()) for move in self._of(Role) if move.before
        }

    def _of(self, *nouns: type[Base]) -> Iterator[_Move]:
        tables = {noun.__tablename__ for noun in nouns}
        return (move for move in self.moves if move.table in tables)

    # Nobody gives more than they have

    def nobody_gives_more_than_own(self) -> None:
        if self.looker.everywhere >= set(Right):
            return
        for given in self._given_everywhere():
            self._refuse(given - self.looker.everywhere)
        for move in self._of(CustomerAccess):
            if move.after and move.changed("role_id"):
                given = self.rights_of[move.after["role_id"]] & ON_A_CUSTOMER
                self._refuse(right for right in given if not self._held(right, move.after["customer_id"]))
        for move in self._of(TeamMember):
            if move.after:
                self._refuse(right for right in ON_A_CUSTOMER if self._team_has_more(move.after["team_id"], right))

    def _given_everywhere(self) -> Iterator[frozenset[Right]]:
        for move in self._of(User, Team):
            if move.is_now("role_id") is not None and move.changed("role_id"):
                yield self.rights_of[move.is_now("role_id")]
        for move in self._of(Role):
            if move.after:
                yield self.rights_of.get(move.row_id, frozenset()) - known((move.was("rights") or "").split())
        for move in self._of(TeamMember):
            if move.after:
                role_id = self.session.scalar(
                    select(Team.role_id).where(Team.id == move.after["team_id"]), execution_options=EVERYTHING
                )
                yield self.rights_of.get(role_id or 0, frozenset())

    def _held(self, right: Right, customer_id: int) -> bool:
        """Whether the giver had the right before this changeset: what one gives oneself does not count."""
        if right in self.looker.everywhere:
            return True
        moved = list(self._of(CustomerAccess))
        if any(self._was_mine(move, right) and move.was("customer_id") == customer_id for move in moved):
            return True
        own = granted(self.looker, right)
        if own is None:
            return False
        access = CustomerAccess.__table__.c
        unmoved = own.where(access.customer_id == customer_id, access.id.not_in([move.row_id for move in moved]))
        if self.session.execute(unmoved.limit(1)).first() is not None:
            return True
        undone = select(Changeset.undoes_id).where(Changeset.id == open_id(self.session))
        key = self.session.scalar(undone, execution_options=EVERYTHING)
        return customer_id in given_up(self.session, self.looker, right, key)

    def _was_mine(self, move: _Move, right: Right) -> bool:
        mine = move.was("user_id") == self.looker.id or move.was("team_id") in self.looker.team_ids
        return mine and move.was("role_id") in self.looker.roles_with(right)

    def _team_has_more(self, team_id: int, right: Right) -> bool:
        """Whether a team holds a right on a customer where the person who adds a member does not."""
        held_by_team = CustomerAccess.__table__.c.team_id == team_id
        return _has_more(self.session, self.looker, right, held_by_team, self.rights_of)

    def _refuse(self, missing: Iterable[Right], reason: Reason = Reason.MORE_THAN_OWN, **values: str) -> None:
        for right in sorted(missing, key=list(Right).index):
            raise Refused(reason, right=right, **values)

    # Nobody has a say over who may more

    def nobody_rules_who_may_more(self) -> None:
        for move in self._of(User):
            own = move.row_id == self.looker.id
            if move.before and not own and any(move.changed(field) for field in _SIGNS_IN_BY):
                left = {gone.was("team_id") for gone in self._of(TeamMember) if gone.was("user_id") == move.row_id}
                roles = {move.was("role_id"), move.is_now("role_id")}
                _require_as_strong(
                    self.session, self.looker, move.row_id, move.was("name"), roles, left, self.rights_before
                )

    # Nobody takes what they do not have: somebody who was made to may no more could be ruled then

    def nobody_takes_more_than_own(self) -> None:
        if self.looker.everywhere >= set(Right):
            return
        for name, taken in self._taken_everywhere():
            self._refuse(taken - self.looker.everywhere, Reason.MAY_MORE, name=name)
        # One that left each team stands for all who did.
        left = {move.was("team_id"): move.was("user_id") for move in self._of(TeamMember) if move.before}
        for team_id, user_id in left.items():
            taken = self._rights_before(self._role_before(team_id)) - self.looker.everywhere
            self._refuse({*taken, *self._had_more(team_id)}, Reason.MAY_MORE, name=self._name_of(user_id))

    def _taken_everywhere(self) -> Iterator[tuple[str, frozenset[Right]]]:
        """Who or what loses rights that counted on every customer, and which."""
        for move in self._of(User, Team):
            if move.changed("role_id"):
                kept = self.rights_of.get(move.is_now("role_id") or 0, frozenset())
                yield move.was("name"), self._rights_before(move.was("role_id")) - kept
        for move in self._of(Role):
            if move.before:
                yield move.was("name"), self._rights_before(move.row_id) - self.rights_of.get(move.row_id, frozenset())

    def _rights_before(self, role_id: int | None) -> frozenset[Right]:
        return self.rights_before.get(role_id or 0, frozenset())

    def _role_before(self, team_id: int) -> int | None:
        """What the members of a team might everywhere, until this changeset."""
        moved = [move.was("role_id") for move in self._of(Team) if move.row_id == team_id and move.before]
        query = select(Team.role_id).where(Team.id == team_id)
        return moved[0] if moved else self.session.scalar(query, execution_options=EVERYTHING)

    def _had_more(self, team_id: int) -> Iterator[Right]:
        """What a team might on a customer, until this changeset, where the person who takes a member out may not."""
        gone = [move for move in self._of(CustomerAccess) if move.before and move.was("team_id") == team_id]
        for right in ON_A_CUSTOMER - self.looker.everywhere:
            lost = (move for move in gone if right in self._rights_before(move.was("role_id")))
            if self._team_has_more(team_id, right) or any(not self._held(right, m.was("customer_id")) for m in lost):
                yield right

    def _name_of(self, user_id: int) -> str:
        """What somebody is called, or was until this changeset."""
        gone = [move.was("name") for move in self._of(User) if move.row_id == user_id and move.before]
        return gone[0] if gone else self.session.scalars(select(User.name).where(User.id == user_id)).one()

    # An administrator stays

    def an_administrator_stays(self) -> None:
        if self._took_administration() and would_leave_no_administrator(self.session):
            raise Refused(Reason.LAST_ADMINISTRATOR)

    def _took_administration(self) -> bool:
        return any(
            move.weakened and move.was("disabled_at") is None and self._gave(move.was("role_id"), ADMINISTERS)
            for move in self._of(User)
        ) or any(move.weakened and self._gave(move.row_id, ADMINISTERS) for move in self._of(Role))

    def _gave(self, role_id: int | None, rights: Collection[Right]) -> bool:
        return self.rights_before.get(role_id or 0, frozenset()).issuperset(rights)

    # Somebody manages the roles of each customer

    def every_customer_keeps_a_role_manager(self) -> None:
        suspects = list(self._suspects())
        if not suspects:
            return
        roles = _roles_with(self.rights_of, {Right.MANAGE_CUSTOMER_ROLES})
        able = select(User.id).where(User.disabled_at.is_(None))
        in_team = select(TeamMember.team_id).join(User, User.id == TeamMember.user_id).where(User.disabled_at.is_(None))
        everywhere = able.where(
            or_(
                User.role_id.in_(roles),
                User.id.in_(
                    select(TeamMember.user_id).join(Team, Team.id == TeamMember.team_id).where(Team.role_id.in_(roles))
                ),
            )
        )
        here = select(CustomerAccess.id).where(
            CustomerAccess.customer_id == Customer.id,
            CustomerAccess.role_id.in_(roles),
            or_(CustomerAccess.user_id.in_(able), CustomerAccess.team_id.in_(in_team)),
        )
        without = select(Customer.id).where(or_(*suspects), ~everywhere.exists(), ~here.exists()).limit(1)
        if self.session.execute(without, execution_options=EVERYTHING).first() is not None:
            raise Refused(Reason.LAST_ROLE_MANAGER)

    def _suspects(self) -> Iterator[ColumnElement[bool]]:
        """Conditions on the customers that may have lost their last role manager; none when nobody lost that right."""
        manages = {Right.MANAGE_CUSTOMER_ROLES}
        for move in self._of(User, Team, Role):
            role_id = move.row_id if move.table == Role.__tablename__ else move.was("role_id")
            if move.weakened and self._gave(role_id, manages):
                yield true()
        lost = [move for move in self._of(CustomerAccess) if move.weakened and self._gave(move.was("role_id"), manages)]
        yield from _one_of(Customer.id, (move.was("customer_id") for move in lost))
        access = CustomerAccess.__table__.c
        managed = select(access.customer_id).where(access.role_id.in_(_roles_with(self.rights_of, manages)))
        people = {move.row_id for move in self._of(User) if move.weakened}
        teams = {move.was("team_id") for move in self._of(TeamMember) if move.weakened}
        for holder in (*_one_of(access.user_id, people), *_one_of(access.team_id, teams)):
            yield Customer.id.in_(managed.where(holder))
        if people:
            left = select(TeamMember.__table__.c.team_id).where(TeamMember.__table__.c.user_id.in_(people))
            yield Customer.id.in_(managed.where(access.team_id.in_(left)))
        for team_id in teams:
            role_id = self.session.scalar(select(Team.role_id).where(Team.id == team_id), execution_options=EVERYTHING)
            if self._gave(role_id, manages):
                yield true()


def _one_of(
    column: ColumnElement[int] | InstrumentedAttribute[int], keys: Iterable[int]
) -> Iterator[ColumnElement[bool]]:
    found = sorted(set(keys))
    if found:
        yield column.in_(found)
