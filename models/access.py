"""Who is looking: the one place that answers "may this person?", and the hook that hides what may not be seen.

A `Looker` is a plain value, made once per request and kept in `session.info`; it is also the actor of every verb. What
may not be seen is not there: for lists, counts, cards, look-ups, relationships and `session.get` alike. A session
without a looker refuses. Statements on plain tables (`Customer.__table__`) and set-based UPDATE and DELETE are not
narrowed: only verbs use those, and verbs ask `require`, `split` or `reachable` first.

A SELECT that must see everything, such as "is this number taken?", takes the execution options EVERYTHING. It may fetch
columns and counts, not hidden records: those would stay in the session, where `session.get` finds them.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    String,
    Text,
    and_,
    case,
    cast,
    event,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import (
    InstrumentedAttribute,
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
)

from models.activity import Activity, Attachment, Comment, CommentMention, FileContent
from models.among import one_of
from models.base import EVERYTHING, AnySession, Base, Money, plain, utc_now
from models.connection import Connection
from models.contact import Contact, CustomerContact
from models.customer import Address, BankAccount, Customer
from models.errors import NotAllowed, NotFound, Reason, Refused
from models.imports import ImportProfile, ImportProfileVersion, ImportRow, ImportRun, ImportTask
from models.journal import Change, Changeset, Locks, Operation, is_open
from models.label import ContactLabel, CustomerLabel, Label, LabelGroup
from models.mail import Mail
from models.narrowing import Narrowing
from models.process import Process, ProcessRun, ProcessStep
from models.project import Project, Registration
from models.sales import Agreement, Invoice, Opportunity, Portal, PortalGrant, Quote
from models.sent import SentForm
from models.settings import ListValue, NumberSeries, Setting, switched_off
from models.tool import ToolLink
from models.user import (
    ON_A_CUSTOMER,
    CustomerAccess,
    FailedSignIn,
    FoldedSection,
    Right,
    Role,
    SignIn,
    Team,
    TeamMember,
    User,
)

ADMINISTERS = frozenset({Right.MANAGE_USERS, Right.SETTINGS})
"""Who holds these everywhere is an administrator, whatever the role is called."""


@dataclass(frozen=True)
class Looker:
    """Who is looking, and who acts. `everywhere`: the rights held on every customer, by own role and through teams.

    `by_right` pairs each right with the ids of the roles that hold it, so that "on which customers?" is one look into
    customer_access. `id` is None for the system and for somebody who is not signed in.
    """

    id: int | None
    name: str
    everywhere: frozenset[Right] = frozenset()
    team_ids: tuple[int, ...] = ()
    by_right: tuple[tuple[Right, tuple[int, ...]], ...] = ()
    is_system: bool = False

    @property
    def is_administrator(self) -> bool:
        return self.everywhere >= ADMINISTERS

    def roles_with(self, right: Right) -> tuple[int, ...]:
        """The ids of the roles that hold this right."""
        return dict(self.by_right).get(right, ())


@dataclass(frozen=True)
class _RowByRow(Looker):
    """The same person for a statement that looks at few rows: of each by itself is asked whether a right is given there.

    To know all 12,000 customers that somebody sees, which is quicker where many rows are looked at, takes 5 ms a branch.
    """


SYSTEM = Looker(None, "System", frozenset(Right), is_system=True)
"""The command line and the seed: may everything."""

ANONYMOUS = Looker(None, "")
"""Somebody who is not signed in: may nothing."""

N = TypeVar("N", bound=Base)

# Plain columns: the condition also stands inside the one of the changesets, where the hook must not add it again.
_CHANGE = Change.__table__.c
_LOOKER = "looker"
_HELD = "held"
_UNLOCKED = "archive_unlocked"


# Who is looking ------------------------------------------------------------------------------------------------------


def look_as(session: AnySession, looker: Looker) -> None:
    """From now on this session sees what `looker` may see.

    Records that another looker loaded are dropped from it, but for those that everyone who signed in may see.
    """
    before = session.info.get(_LOOKER)
    if before is not None and before != looker:
        if session.new or session.dirty or session.deleted or is_open(session):
            raise RuntimeError("the looker changes in the middle of a change")
        for row in list(session.identity_map.values()):
            if RULES.get(type(row)) is not _signed_in:
                session.expunge(row)
    session.info[_LOOKER] = looker


def looker_of(session: AnySession) -> Looker:
    """Who is looking through this session. Nobody is a programming error (RuntimeError)."""
    looker = session.info.get(_LOOKER)
    if not isinstance(looker, Looker):
        raise RuntimeError("nobody is looking: call look_as(session, looker) first")
    return looker


def looker_for(session: AnySession, user: User) -> Looker:
    """What this user may, in one query; a disabled user may nothing."""
    if user.disabled_at is not None:
        return Looker(user.id, user.name)
    held = select(*rights_in_one_row()).select_from(User).where(User.id == user.id)
    return looker_of_row(user, *session.execute(held, execution_options=EVERYTHING).one())


def rights_in_one_row() -> tuple[ScalarSelect[str], ScalarSelect[str]]:
    """All roles, and the teams of the user of a query, as two texts in its row; `looker_of_row` reads them."""
    role = cast(Role.id, String) + " " + type_coerce(Role.rights, String)
    team = cast(Team.id, String) + " " + func.coalesce(cast(Team.role_id, String), "")
    teams = select(func.aggregate_strings(team, "\n")).join(TeamMember, TeamMember.team_id == Team.id)
    of_user = teams.where(TeamMember.user_id == User.id).correlate(User)
    return select(func.aggregate_strings(role, "\n")).scalar_subquery(), of_user.scalar_subquery()


def given_in_one_row(customer_id: int | None = None) -> ScalarSelect[str]:
    """The roles that the user of a query, or a team of theirs, has on this customer, or (None) on any, as one text.

    `keep_given` reads it.
    """
    access, member, user = CustomerAccess.__table__.c, TeamMember.__table__.c, User.__table__.c
    teams = select(member.team_id).where(member.user_id == user.id).correlate(User)
    # Each holder by its own index: asked for both at once, a role that is given 50,000 times is looked through whole.
    here = () if customer_id is None else (access.customer_id == customer_id,)
    held = (
        select(access.id).where(access.role_id == Role.id, of, *here)
        for of in (access.user_id == user.id, access.team_id.in_(teams))
    )
    given = select(func.aggregate_strings(cast(Role.id, String), " "))
    given = given.where(or_(*(one.correlate(Role, User).exists() for one in held)))
    return given.correlate(User).scalar_subquery()


def looker_of_row(user: User, roles: str | None, teams: str | None) -> Looker:
    """What this user may, from the two texts."""
    lines = [line.split() for line in (roles or "").splitlines()]
    rights_of = {int(key): frozenset(rights) for key, *rights in lines}
    pairs = [line.partition(" ") for line in (teams or "").splitlines()]
    team_roles = {int(team): int(role) if role else None for team, _, role in pairs}
    held = {user.role_id, *team_roles.values()}
    by_right: dict[Right, list[int]] = {}
    for key, rights in sorted(rights_of.items()):
        for right in rights & ON_A_CUSTOMER:
            by_right.setdefault(Right(right), []).append(key)
    return Looker(
        user.id,
        user.name,
        known(right for key in held & rights_of.keys() for right in rights_of[key or 0]),
        tuple(sorted(team_roles)),
        tuple((right, tuple(ids)) for right, ids in sorted(by_right.items())),
    )


def known(rights: Iterable[str]) -> frozenset[Right]:
    """Stored words as rights; a word that a later version wrote gives no right."""
    words = set(rights)
    return frozenset(right for right in Right if right in words)


# May this person? ----------------------------------------------------------------------------------------------------


def may(session: AnySession, looker: Looker, right: Right, customer_id: int | None = None) -> bool:
    """Whether `looker` holds `right` on this customer, or everywhere when there is no customer."""
    return right in looker.everywhere or (customer_id is not None and may_at_one(session, looker, right, [customer_id]))


def may_at_one(session: AnySession, looker: Looker, right: Right, customer_ids: Iterable[int]) -> bool:
    """Whether `looker` holds `right` everywhere or on at least one of these customers."""
    if right in looker.everywhere:
        return True
    return bool(looker.roles_with(right)) and right in _held(session, looker, frozenset(customer_ids))


def may_somewhere(session: AnySession, looker: Looker, right: Right) -> bool:
    """Whether `looker` holds `right` everywhere or on at least one customer; for menus."""
    if right in looker.everywhere:
        return True
    return bool(looker.roles_with(right)) and right in _held(session, looker, None)


@dataclass(frozen=True)
class _Kept:
    """What somebody turned out to hold, by the customers that were asked about, while one transaction lasts."""

    looker: Looker
    rights: dict[frozenset[int] | None, frozenset[Right]]
    transaction: SessionTransaction | None


def _held(session: AnySession, looker: Looker, customer_ids: frozenset[int] | None) -> frozenset[Right]:
    """The rights given to this person, or a team of theirs, on one or more of these customers; None: on any at all.

    A page asks for many rights, so all of them are looked up at once, and kept for as long as nothing can be written:
    until the transaction ends, and never inside a changeset.
    """
    session = plain(session)
    known = _known(session, looker)
    # Who holds nothing anywhere holds nothing here.
    if customer_ids not in known and known.get(None) != frozenset():
        known = _keep(session, looker, customer_ids, session.scalars(_given(looker, customer_ids)))
    return known.get(customer_ids, frozenset())


def _known(session: Session, looker: Looker) -> dict[frozenset[int] | None, frozenset[Right]]:
    kept: _Kept | None = session.info.get(_HELD)
    holds = kept is not None and kept.looker == looker and kept.transaction is session.get_transaction()
    return kept.rights if kept is not None and holds and not is_open(session) else {}


def _keep(
    session: Session, looker: Looker, customer_ids: frozenset[int] | None, given: Iterable[int]
) -> dict[frozenset[int] | None, frozenset[Right]]:
    """Keep what these roles give, with what is known already. Asked first: the first statement begins a transaction."""
    held = set(given)
    rights = frozenset(right for right, roles in looker.by_right if held.intersection(roles))
    known = {**_known(session, looker), customer_ids: rights}
    session.info[_HELD] = _Kept(looker, known, session.get_transaction())
    return known


def _given(looker: Looker, customer_ids: frozenset[int] | None) -> Select[int]:
    """The roles that this person or a team of theirs has on one or more of these customers; None: on any at all."""
    access, role = CustomerAccess.__table__.c, Role.__table__.c
    found = select(access.id).where(access.role_id == role.id, _holds(looker))
    if customer_ids is not None:
        found = found.where(one_of(access.customer_id, customer_ids))
    return select(role.id).where(found.exists())


def given_on(looker: Looker, customer_id: Column) -> ColumnElement[str | None]:
    """The roles given on the customer of a row, as one text for the query of that row; `keep_given` reads it."""
    access = CustomerAccess.__table__.c
    if looker.id is None or looker.everywhere >= ON_A_CUSTOMER:
        return literal(None, String)
    roles = select(func.aggregate_strings(cast(access.role_id, String), " "))
    return roles.where(access.customer_id == customer_id, _holds(looker)).scalar_subquery()


def keep_given(session: AnySession, looker: Looker, customer_id: int | None, roles: str | None) -> None:
    """A query told besides which roles were given on a customer, or on any: that is not asked for again."""
    given = map(int, (roles or "").split())
    _keep(plain(session), looker, None if customer_id is None else frozenset({customer_id}), given)


def look_ahead(
    session: AnySession, looker: Looker, customer_ids: Iterable[int], contact_ids: Iterable[int] = ()
) -> dict[int, frozenset[Right]]:
    """Ask once what is held on each of many customers; `may` of one of them then asks nothing.

    Of the contacts: what is held on any of their customers, or everywhere.
    """
    session, contacts = plain(session), frozenset(contact_ids)
    known = _known(session, looker)
    asked = frozenset(one for one in customer_ids if frozenset({one}) not in known)
    rights = dict.fromkeys(contacts, looker.everywhere)
    is_settled = looker.id is None or looker.everywhere >= ON_A_CUSTOMER or known.get(None) == frozenset()
    if is_settled or not (asked or contacts):
        return rights
    access, link = CustomerAccess.__table__, CustomerContact.__table__
    theirs = and_(link.c.customer_id == access.c.customer_id, one_of(link.c.contact_id, contacts))
    rows = session.execute(
        select(access.c.customer_id, access.c.role_id, link.c.contact_id)
        .select_from(access.outerjoin(link, theirs))
        .where(_holds(looker), or_(one_of(access.c.customer_id, asked), link.c.contact_id.is_not(None)))
    ).all()
    for customer_id in asked:
        given = (role for customer, role, _ in rows if customer == customer_id)
        _keep(session, looker, frozenset({customer_id}), given)
    for contact_id in contacts:
        held = {role for _, role, contact in rows if contact == contact_id}
        rights[contact_id] |= {right for right, roles in looker.by_right if held.intersection(roles)}
    return rights


def require(session: AnySession, looker: Looker, right: Right, customer_id: int | None = None) -> None:
    """Go on only if `may`; else NotAllowed with the right that is missing."""
    if not may(session, looker, right, customer_id):
        raise NotAllowed(Reason.NO_RIGHT, right=right)


def sees(session: AnySession, user: User, customer_id: int) -> bool:
    """Whether a colleague may see a customer: asked before something there is left to them."""
    return may(session, looker_for(session, user), Right.VIEW, customer_id)


def who_see(session: AnySession, user_ids: Iterable[int], customer_id: int) -> frozenset[int]:
    """Those of these colleagues who still work here and see a customer: of all of them in one query."""
    columns = User, *rights_in_one_row(), given_in_one_row(customer_id)
    asked = select(*columns).where(one_of(User.id, user_ids), User.disabled_at.is_(None))
    found = set()
    for user, roles, teams, given in session.execute(asked, execution_options=EVERYTHING):
        looker = looker_of_row(user, roles, teams)
        if Right.VIEW in looker.everywhere or set(map(int, (given or "").split())) & set(looker.roles_with(Right.VIEW)):
            found.add(user.id)
    return frozenset(found)


def there(session: AnySession, noun: type[N], key: int | None) -> N:
    """The record with this key; NotFound when it is not there for the person who looks."""
    found = session.get(noun, key) if key is not None else None
    if found is None:
        raise NotFound
    return found


OFFICE: dict[str, Right] = {
    **dict.fromkeys(("user", "team", "team_member", "role"), Right.MANAGE_USERS),
    **dict.fromkeys(("label", "label_group", "list_value", "process", "process_step", "tool_link"), Right.MANAGE_LISTS),
    "setting": Right.SETTINGS,
}
"""The tables of the office itself, whose rows belong to no customer, and the right that it takes to change them."""

AMOUNTS: dict[str, frozenset[str]] = {
    table.name: amounts
    for table in Base.metadata.tables.values()
    if (amounts := frozenset(column.name for column in table.columns if type(column.type) is Money))
}
"""Columns that are amounts, by table: who may not see revenue sees and writes them nowhere. A percentage is none."""


def hidden_columns(session: AnySession, looker: Looker, table: str, customer_id: int | None = None) -> frozenset[str]:
    """The columns of a table that `looker` may neither see nor write: of this customer, or of all of them together.

    What the settings switch off is hidden from everybody.
    """
    columns, off = AMOUNTS.get(table, frozenset()), switched_off(session, table)
    return off | columns if columns and not may(session, looker, Right.SEE_REVENUE, customer_id) else off


def reachable(looker: Looker, right: Right, customer_id: Column = Customer.id) -> ColumnElement[bool] | None:
    """The condition on a column for the customers on which `looker` holds `right`; None means all of them."""
    return _on(looker, right, customer_id)


def split(
    session: AnySession, looker: Looker, right: Right, ids: Iterable[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Customer ids parted into those on which `looker` holds `right` and the others, each in the order given.

    Ids of customers that do not exist are among the others.
    """
    asked = tuple(dict.fromkeys(ids))
    statement = select(Customer.id).where(one_of(Customer.id, asked), *_present([reachable(looker, right)]))
    allowed = set(session.scalars(statement, execution_options=EVERYTHING)) if asked else set()
    return tuple(i for i in asked if i in allowed), tuple(i for i in asked if i not in allowed)


def held_on_all(session: AnySession, looker: Looker, customer_ids: Iterable[int]) -> frozenset[Right]:
    """The rights that `looker` holds on every single one of these customers, by roles there or everywhere."""
    access, asked = CustomerAccess.__table__.c, frozenset(customer_ids)
    if looker.everywhere >= ON_A_CUSTOMER or looker.id is None or not asked:
        return looker.everywhere
    given = select(access.customer_id, access.role_id).where(one_of(access.customer_id, asked), _holds(looker))
    on: dict[int, set[int]] = {}
    for customer_id, role_id in session.execute(given):
        on.setdefault(customer_id, set()).add(role_id)
    held = (right for right, roles in looker.by_right if all(on.get(one, set()).intersection(roles) for one in asked))
    return looker.everywhere | frozenset(held)


def held_until(session: AnySession, looker: Looker, right: Right, changeset_id: int) -> frozenset[int]:
    """The customers that went in this changeset, and are still gone, on which `looker` held `right` until then.

    Their roles went with them, so the journal's images say who had one; what a role gives, and who is in which team, is
    asked as it is now. Whoever holds it everywhere needs no image: those customers are not listed.
    """
    roles = looker.roles_with(right)
    if looker.id is None or not roles:
        return frozenset()
    gone = _CHANGE.operation == Operation.DELETE
    holder = _number_in(_CHANGE.before, "user_id") == looker.id
    if looker.team_ids:
        holder = or_(holder, _number_in(_CHANGE.before, "team_id").in_(looker.team_ids))
    of_changeset = select(_CHANGE.customer_id).where(_CHANGE.changeset_id == changeset_id, gone)
    went = of_changeset.where(_CHANGE.table_name == Customer.__tablename__)
    statement = of_changeset.where(
        _CHANGE.table_name == CustomerAccess.__tablename__,
        holder,
        _number_in(_CHANGE.before, "role_id").in_(roles),
        _CHANGE.customer_id.in_(went.correlate(None)),
        _CHANGE.customer_id.not_in(select(Customer.__table__.c.id)),
    )
    return frozenset(session.scalars(statement))


A_SLIP = dt.timedelta(hours=1)


def given_up(session: AnySession, looker: Looker, right: Right, changeset_id: int | None) -> frozenset[int]:
    """The customers on which `looker` held `right` by a role that this changeset of their own took, within the hour.

    Who takes the last role of their own away by mistake takes that back; later it is for others to give.
    """
    roles = looker.roles_with(right)
    if looker.id is None or not roles or changeset_id is None:
        return frozenset()
    holder = _number_in(_CHANGE.before, "user_id") == looker.id
    if looker.team_ids:
        holder = or_(holder, _number_in(_CHANGE.before, "team_id").in_(looker.team_ids))
    own = select(Changeset.id).where(
        Changeset.id == changeset_id, Changeset.user_id == looker.id, Changeset.at > utc_now() - A_SLIP
    )
    statement = select(_CHANGE.customer_id).where(
        _CHANGE.changeset_id.in_(own),
        _CHANGE.table_name == CustomerAccess.__tablename__,
        holder,
        _number_in(_CHANGE.before, "role_id").in_(roles),
    )
    return frozenset(session.scalars(statement, execution_options=EVERYTHING))


class SourceText(enum.StrEnum):
    """Where a right comes from. The value is English; catalogues translate it, `{…}` is filled in."""

    EVERYWHERE = "role {role}, everywhere"
    TEAM_EVERYWHERE = "role {role} of team {team}, everywhere"
    HERE = "role {role}, given here"
    TEAM_HERE = "role {role} of team {team}, given here"
    SYSTEM = "the system may everything"


@dataclass(frozen=True)
class Source:
    """One reason why somebody has a right: the text and what fills it in."""

    text: SourceText
    role: str = ""
    team: str = ""

    def __str__(self) -> str:
        return self.text.value.format(role=self.role, team=self.team)


def explain(session: AnySession, user: User, customer_id: int | None = None) -> dict[Right, tuple[Source, ...]]:
    """Every right with all its reasons, own before team and everywhere before here; an empty tuple is "no".

    Without a customer only what is held everywhere counts. A disabled user has no right for any reason.
    """
    reasons: dict[Right, list[Source]] = {right: [] for right in Right}
    if user.disabled_at is None:
        for source, rights in _sources(session, user, customer_id):
            for right in rights:
                reasons[right].append(source)
    return {right: tuple(found) for right, found in reasons.items()}


def _sources(session: AnySession, user: User, customer_id: int | None) -> Iterator[tuple[Source, frozenset[Right]]]:
    """Every role this person holds and by which way, own before team and everywhere before here, in one query."""
    none = literal(None, String)
    ways = [
        select(literal(1).label("way"), Role.name, Role.rights, none.label("team")).where(Role.id == user.role_id),
        select(literal(2), Role.name, Role.rights, Team.name)
        .join(Team, Team.role_id == Role.id)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .where(TeamMember.user_id == user.id),
    ]
    if customer_id is not None:
        ways.append(
            select(case((CustomerAccess.team_id.is_(None), 3), else_=4), Role.name, Role.rights, Team.name)
            .join(CustomerAccess, CustomerAccess.role_id == Role.id)
            .outerjoin(Team, Team.id == CustomerAccess.team_id)
            .where(CustomerAccess.customer_id == customer_id)
            .where(
                or_(
                    CustomerAccess.user_id == user.id,
                    CustomerAccess.team_id.in_(select(TeamMember.team_id).where(TeamMember.user_id == user.id)),
                )
            )
        )
    texts = {1: SourceText.EVERYWHERE, 2: SourceText.TEAM_EVERYWHERE, 3: SourceText.HERE, 4: SourceText.TEAM_HERE}
    for way, role, rights, team in session.execute(
        union_all(*ways).order_by("way", "team"), execution_options=EVERYTHING
    ):
        held = known(rights)
        yield Source(texts[way], role, team or ""), held & ON_A_CUSTOMER if way > 2 else held


# What is hidden ------------------------------------------------------------------------------------------------------

Condition = ColumnElement[bool] | None
Column = InstrumentedAttribute[Any] | ColumnElement[Any]


@lru_cache(maxsize=1024)
def granted(looker: Looker, right: Right) -> Select[tuple[int]] | None:
    """The customers on which a right is given to this person or a team of theirs; None where that cannot be.

    Built on the plain table: as part of a condition of the hook it must not be narrowed by the hook again.
    """
    roles = looker.roles_with(right)
    if looker.id is None or not roles:
        return None
    access = CustomerAccess.__table__.c
    return select(access.customer_id).where(_holds(looker), access.role_id.in_(roles))


def _holds(looker: Looker) -> ColumnElement[bool]:
    """Whether a role on a customer was given to this person or to a team of theirs."""
    access = CustomerAccess.__table__.c
    holder = _own(looker, access.user_id)
    return or_(holder, access.team_id.in_(looker.team_ids)) if looker.team_ids else holder


def _on(looker: Looker, right: Right, customer_id: Column) -> Condition:
    if right in looker.everywhere:
        return None
    given = granted(looker, right)
    return false() if given is None else _among(looker, customer_id, given)


def _among(looker: Looker, key: Column, keys: Select[tuple[int]]) -> ColumnElement[bool]:
    """Whether a key is among others; with OFFSET it is looked up by an index, and none reads all of them."""
    if not isinstance(looker, _RowByRow):
        return key.in_(keys)
    named = keys.subquery()
    same = select(literal(1)).where(named.c[0] == key).offset(0)
    return same.correlate_except(named).exists()


def _own(looker: Looker, user_id: Column) -> ColumnElement[bool]:
    return false() if looker.id is None else user_id == looker.id


def _present(conditions: Iterable[Condition]) -> list[ColumnElement[bool]]:
    return [condition for condition in conditions if condition is not None]


def _both(*conditions: Condition) -> Condition:
    kept = _present(conditions)
    return and_(*kept) if kept else None


def _either(*conditions: Condition) -> Condition:
    kept = _present(conditions)
    return or_(*kept) if len(kept) == len(conditions) else None


def _of_contact(looker: Looker, contact_id: Column) -> Condition:
    """A contact is seen by who sees one of its customers; one without a customer only by who sees all."""
    if Right.VIEW in looker.everywhere:
        return None
    given = granted(looker, Right.VIEW)
    if given is None:
        return false()
    link = CustomerContact.__table__.c
    return _among(looker, contact_id, select(link.contact_id).where(_among(looker, link.customer_id, given)))


def _with_customer(customer_id: Column) -> Callable[[Looker], Condition]:
    return lambda looker: _on(looker, Right.VIEW, customer_id)


def _with_revenue(customer_id: Column) -> Callable[[Looker], Condition]:
    return lambda looker: _both(_on(looker, Right.VIEW, customer_id), _on(looker, Right.SEE_REVENUE, customer_id))


def _registration(looker: Looker) -> Condition:
    return _both(
        _on(looker, Right.VIEW, Registration.customer_id),
        _either(_own(looker, Registration.user_id), _on(looker, Right.SEE_ALL_TOTALS, Registration.customer_id)),
    )


def _connection(looker: Looker) -> Condition:
    """Both sides have to be seen: one card must not tell of another that is hidden."""
    other, contact = Connection.other_customer_id, Connection.contact_id
    return _both(
        _on(looker, Right.VIEW, Connection.customer_id),
        _or_none(other, _on(looker, Right.VIEW, other)),
        _or_none(contact, _of_contact(looker, contact)),
    )


def _content(looker: Looker) -> Condition:
    """The bytes of a file are for who sees a customer that has it."""
    attachment = Attachment.__table__.c
    seen = _on(looker, Right.VIEW, attachment.customer_id)
    return None if seen is None else FileContent.sha256.in_(select(attachment.sha256).where(seen))


def _or_none(column: Column, condition: Condition) -> Condition:
    return None if condition is None else or_(column.is_(None), condition)


def _import_run(looker: Looker) -> Condition:
    return None if looker.is_administrator else _own(looker, ImportRun.user_id)


def _with_run(run_id: Column) -> Callable[[Looker], Condition]:
    def rule(looker: Looker) -> Condition:
        if looker.is_administrator:
            return None
        run = ImportRun.__table__.c
        return run_id.in_(select(run.id).where(run.user_id == looker.id)) if looker.id is not None else false()

    return rule


# What was changed in these tables of the office is seen by everybody, in the others by who may change them.
_OPEN_TO_ALL = frozenset({"label", "label_group", "list_value", "process", "process_step", "tool_link"})
_AMOUNTS = ("invoice", "quote")


def _change(looker: Looker) -> Condition:
    """A change is seen by who sees the record it was made to, as it is today; of a lost one, by who sees all."""
    office = [table for table, right in OFFICE.items() if table in _OPEN_TO_ALL or right in looker.everywhere]
    if len(office) == len(OFFICE) and looker.everywhere >= {Right.VIEW, Right.SEE_REVENUE, Right.SEE_ALL_TOTALS}:
        return None
    if looker.id is None:
        return false()
    customer, contact = _CHANGE.customer_id, _CHANGE.contact_id
    return or_(
        and_(customer.is_not(None), *_present(_change_at_customer(looker))),
        and_(customer.is_(None), contact.is_not(None), *_present([_of_contact(looker, contact)])),
        and_(customer.is_(None), contact.is_(None), _CHANGE.table_name.in_(office)),
    )


def _change_at_customer(looker: Looker) -> list[Condition]:
    customer, table = _CHANGE.customer_id, _CHANGE.table_name
    mine = or_(*(_number_in(image, "user_id") == looker.id for image in (_CHANGE.before, _CHANGE.after)))
    totals = _on(looker, Right.SEE_ALL_TOTALS, customer)
    return [
        _on(looker, Right.VIEW, customer),
        _either(table.not_in(_AMOUNTS), _on(looker, Right.SEE_REVENUE, customer)),
        _either(table != Registration.__tablename__, None if totals is None else or_(mine, totals)),
        _either(table != Connection.__tablename__, _change_at_other_side(looker)),
    ]


def _change_at_other_side(looker: Looker) -> Condition:
    """What was done to a relation is told to who sees both sides, like the relation itself."""
    images = (_CHANGE.after, _CHANGE.before)
    other = func.coalesce(*(_number_in(image, "other_customer_id") for image in images))
    contact = func.coalesce(*(_number_in(image, "contact_id") for image in images))
    return _both(_or_none(other, _on(looker, Right.VIEW, other)), _or_none(contact, _of_contact(looker, contact)))


def _number_in(image: ColumnElement[Any], column: str) -> ColumnElement[int]:
    """A key in an image. Both databases know this operator; the images are JSON here, JSONB there."""
    return cast(image.op("->>", return_type=Text)(literal_column(f"'{column}'")), Integer)


def sees_all_of(looker: Looker, noun: type[Base]) -> bool:
    """Whether nothing of a noun, and no change of it, is hidden from somebody."""
    right, table = OFFICE.get(noun.__tablename__), noun.__tablename__
    told = right is None or table in _OPEN_TO_ALL or right in looker.everywhere
    return looker.is_system or (told and RULES[noun](looker) is None)


def _changeset(looker: Looker) -> Condition:
    """One's own, and those that hold a change one may see."""
    condition = _change(looker)
    if condition is None or looker.id is None:
        return condition
    seen = select(_CHANGE.id).where(_CHANGE.changeset_id == Changeset.__table__.c.id, condition)
    return or_(Changeset.user_id == looker.id, seen.exists())


def _signed_in(looker: Looker) -> Condition:
    return false() if looker.id is None else None


def _setting(looker: Looker) -> Condition:
    """The sign-in page says where one signs in; the rest is for people who work here."""
    return Setting.key == "company_name" if looker.id is None else None


def _nobody(_looker: Looker) -> Condition:
    return false()


RULES: dict[type[object], Callable[[Looker], Condition]] = {
    Customer: lambda looker: reachable(looker, Right.VIEW),
    Contact: lambda looker: _of_contact(looker, Contact.id),
    ContactLabel: lambda looker: _of_contact(looker, ContactLabel.contact_id),
    # Who sees the customer of a link sees its contact, too.
    CustomerContact: _with_customer(CustomerContact.customer_id),
    CustomerLabel: _with_customer(CustomerLabel.customer_id),
    CustomerAccess: _with_customer(CustomerAccess.customer_id),
    Address: _with_customer(Address.customer_id),
    BankAccount: _with_customer(BankAccount.customer_id),
    Project: _with_customer(Project.customer_id),
    Agreement: _with_customer(Agreement.customer_id),
    Portal: _with_customer(Portal.customer_id),
    PortalGrant: _with_customer(PortalGrant.customer_id),
    Activity: _with_customer(Activity.customer_id),
    Comment: _with_customer(Comment.customer_id),
    CommentMention: _with_customer(CommentMention.customer_id),
    Attachment: _with_customer(Attachment.customer_id),
    Mail: _with_customer(Mail.customer_id),
    Opportunity: _with_customer(Opportunity.customer_id),
    ProcessRun: _with_customer(ProcessRun.customer_id),
    Connection: _connection,
    FileContent: _content,
    Registration: _registration,
    Invoice: _with_revenue(Invoice.customer_id),
    Quote: _with_revenue(Quote.customer_id),
    ImportRun: _import_run,
    ImportRow: _with_run(ImportRow.run_id),
    ImportTask: _with_run(ImportTask.run_id),
    Change: _change,
    Changeset: _changeset,
    SignIn: lambda looker: _own(looker, SignIn.user_id),
    FoldedSection: lambda looker: _own(looker, FoldedSection.user_id),
    SentForm: lambda looker: _own(looker, SentForm.user_id),
    FailedSignIn: _nobody,
    Setting: _setting,
    **dict.fromkeys((User, Team, TeamMember, Role, Label, LabelGroup, ListValue, NumberSeries), _signed_in),
    **dict.fromkeys((ImportProfile, ImportProfileVersion, Process, ProcessStep, ToolLink), _signed_in),
}
"""What of each table may be seen; None is all of it. A table without a rule is hidden from everyone but the system."""


def row_by_row(looker: Looker) -> Looker:
    """The same person, for conditions on few rows: see `ROW_BY_ROW`."""
    return _RowByRow(**vars(looker))


@lru_cache(maxsize=256)
def _narrowings(looker: Looker) -> tuple[Narrowing | None, Narrowing | None]:
    """The conditions that hide what `looker` may not see, for many rows and for few."""
    return _narrowing(looker), _narrowing(row_by_row(looker))


def _narrowing(looker: Looker) -> Narrowing | None:
    """None for the system; few conditions for who sees every customer."""
    if looker.is_system:
        return None
    rules = ((mapper.class_, RULES.get(mapper.class_, _nobody)(looker)) for mapper in Base.registry.mappers)
    return Narrowing((kind, condition) for kind, condition in rules if condition is not None)


@event.listens_for(Session, "do_orm_execute")
def _hide(state: ORMExecuteState) -> None:
    """Narrow every SELECT of records, relationship loads included; refuse when nobody is looking."""
    if not state.is_orm_statement or not (state.is_select or state.is_from_statement) or state.is_column_load:
        return
    if state.execution_options.get("kaartenbak_everything", False):
        _refuse_whole_records(state)
        return
    narrowings = _narrowings(looker_of(state.session))
    narrowing = narrowings[state.execution_options.get("kaartenbak_row_by_row", False)]
    if narrowing and state.is_from_statement:
        raise RuntimeError("a textual statement cannot be narrowed to what may be seen")
    # What a relationship loads brings the conditions of its owner along, unless that was made in this session.
    if narrowing and not any(one in narrowings for one in getattr(state.statement, "_with_options", ())):
        state.statement = state.statement.options(narrowing)


def _refuse_whole_records(state: ORMExecuteState) -> None:
    for column in getattr(state.statement, "column_descriptions", ()):
        kind = column["expr"]
        if isinstance(kind, type) and RULES.get(kind) is not _signed_in and not looker_of(state.session).is_system:
            raise RuntimeError(f"EVERYTHING fetches columns, not whole records of {kind.__name__}")


# Archived means read-only --------------------------------------------------------------------------------------------

# By which columns a noun lies below a customer or project that may be archived; "id" is the record itself.
_BELOW_CUSTOMER = (("customer_id", Customer),)
_LOCKED: dict[type[Base], tuple[tuple[str, type[Customer | Project]], ...]] = {
    Customer: (("id", Customer),),
    **dict.fromkeys(
        (
            *(Address, BankAccount, CustomerContact, CustomerLabel, Invoice, Quote, Agreement, Portal, PortalGrant),
            *(Comment, CommentMention, Opportunity, ProcessRun),
        ),
        _BELOW_CUSTOMER,
    ),
    **dict.fromkeys((Activity, Attachment, Registration), (*_BELOW_CUSTOMER, ("project_id", Project))),
    Connection: (*_BELOW_CUSTOMER, ("other_customer_id", Customer)),
    Project: (*_BELOW_CUSTOMER, ("id", Project)),
}
LOCKS: Locks = {
    noun.__tablename__: tuple((column, parent.__tablename__) for column, parent in above)
    for noun, above in _LOCKED.items()
}
"""The same by tables, for undo: what was archived later stays as it is."""


@contextmanager
def unlocking(session: Session) -> Iterator[None]:
    """Inside, what is archived may be written: for the verbs that restore, delete and take back."""
    before = session.info.get(_UNLOCKED, False)
    session.info[_UNLOCKED] = True
    try:
        yield
        session.flush()
    finally:
        session.info[_UNLOCKED] = before


@event.listens_for(Session, "before_flush")
def _keep_archived_as_is(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Refuse to add, change or take away what hangs below an archived customer or project."""
    if session.info.get(_UNLOCKED, False):
        return
    changed = [row for row in session.dirty if session.is_modified(row)]
    written = [row for row in (*session.new, *changed, *session.deleted) if type(row) in _LOCKED]
    for noun in {type(row) for row in written}:
        rows = [row for row in written if type(row) is noun]
        for column, parent in _LOCKED[noun]:
            _refuse_archived(session, parent, noun, column, rows)


def _refuse_archived(
    session: Session, parent: type[Customer | Project], noun: type[Base], column: str, rows: Sequence[Base]
) -> None:
    """Refuse if one of the rows hangs below an archived parent, or would from now on."""
    table = noun.__table__
    # A row that is the parent itself hangs below nothing else.
    stored = [] if column == "id" else [row.id for row in rows if inspected(row).persistent]
    named = {key for row in rows if (key := row.id if column == "id" else row.__dict__.get(column)) is not None}
    below = [parent.id.in_(select(table.c[column]).where(one_of(table.c.id, stored)))] if stored else []
    for condition in (*below, *([one_of(parent.id, named)] if named else [])):
        statement = select(parent.name).where(parent.archived_at.is_not(None), condition).limit(1)
        name = session.scalar(statement, execution_options=EVERYTHING)
        if name is not None:
            raise Refused(Reason.ARCHIVED_IS_LOCKED, name=name)
