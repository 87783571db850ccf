"""What plans have in common: who goes, who is left out and why, and the digest of what was shown."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, exists, func, not_, null, or_, select, true, union_all
from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.among import one_of
from models.base import EVERYTHING, Base
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.project import Project
from models.user import ON_A_CUSTOMER, CustomerAccess, Right, Role, Team, TeamMember, User

NAMED = 50
"""How many rows a plan names at most; the others it counts."""

Archivable = type[Customer] | type[Contact] | type[Project]


@dataclass(frozen=True)
class LeftOut:
    """A chosen row to which nothing will happen, and why. `ask` is somebody who may, where a right is missing."""

    id: int
    name: str
    reason: Reason
    values: Mapping[str, Any] = field(default_factory=dict)
    ask: str | None = None

    def __str__(self) -> str:
        return str(self.refusal())

    def refusal(self) -> Refused:
        """The same as an exception, for when it was the only row that was chosen."""
        kind = NotAllowed if self.reason is Reason.NO_RIGHT else Refused
        return kind(self.reason, **self.values)


@dataclass(frozen=True)
class Sorted:
    """The chosen rows, parted: `going` by id with name; the first `NAMED` left out; how many were chosen and seen.

    `changed`: when the last of those that go was changed.
    """

    going: Mapping[int, str]
    left_out: tuple[LeftOut, ...]
    left_out_count: int
    changed: dt.datetime | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(self.going)

    def require_any(self) -> None:
        """Somebody who chose nothing that can go is told why (of the first)."""
        if not self.going:
            raise self.left_out[0].refusal() if self.left_out else NotFound()


def sort_out(
    session: Session, actor: Looker, noun: Archivable, ids: Iterable[int], right: Right, states: Mapping[bool, Reason]
) -> Sorted:
    """Part the chosen rows: those not seen are not there, those without the right or in a wrong state are left out.

    `states` maps "is archived" to the reason why a row in that state stays.
    """
    columns = (noun.id, noun.name, noun.archived_at.is_not(None), noun.changed_at, held(actor, noun, right))
    chosen = session.execute(select(*columns).where(one_of(noun.id, ids)).order_by(noun.id))
    going, left, changed = {}, [], []
    for key, name, is_archived, changed_at, is_able in chosen:
        if not is_able:
            left.append(LeftOut(key, name, Reason.NO_RIGHT, {"right": right.value}))
        elif is_archived in states:
            left.append(LeftOut(key, name, states[is_archived], {"name": name}))
        else:
            going[key] = name
            changed.append(changed_at)
    named = tuple(_with_somebody_to_ask(session, actor, noun, left[:NAMED], right))
    return Sorted(going, named, len(left), max(changed, default=None))


def allowed(session: Session, actor: Looker, noun: Archivable, ids: Iterable[int], right: Right) -> set[int]:
    """Those of these ids on which `actor` holds `right`, the same for a verb and for taking it back."""
    if right in actor.everywhere:
        return set(ids)
    query = select(noun.id).where(one_of(noun.id, ids), held(actor, noun, right))
    return set(session.scalars(query, execution_options=EVERYTHING))


def rights_on_contact(session: Session, actor: Looker, contact_id: int) -> frozenset[Right]:
    """All that `actor` may do to a contact."""
    rights = sorted(ON_A_CUSTOMER)
    actor = access.row_by_row(actor)
    asked = select(*(held(actor, Contact, right) for right in rights)).where(Contact.id == contact_id)
    row = session.execute(asked, execution_options=EVERYTHING).one_or_none()
    return frozenset(right for right, is_held in zip(rights, row or (), strict=False) if is_held)


def held(actor: Looker, noun: Archivable, right: Right) -> ColumnElement[bool]:
    """The condition that `actor` holds `right` on a row.

    A contact goes by one of its customers; to delete it takes all of them, for it is gone from all of them. That looks
    at the plain table: among the links that `actor` sees, one that takes another right would be missing.
    """
    if noun is Contact:
        # By another name, for statements that show links themselves.
        link = CustomerContact.__table__.alias("any_link").c
        there = access.reachable(actor, right, link.customer_id)
        linked = exists().where(link.contact_id == Contact.id)
        if there is None:
            return true()
        return linked.where(there) if right is not Right.DELETE else linked & not_(linked.where(not_(there)))
    there = access.reachable(actor, right, Customer.id if noun is Customer else Project.customer_id)
    return true() if there is None else there


def _with_somebody_to_ask(
    session: Session, actor: Looker, noun: Archivable, left: Sequence[LeftOut], right: Right
) -> Iterator[LeftOut]:
    refused = [one.id for one in left if one.reason is Reason.NO_RIGHT] if noun is Customer else []
    people = _who_may(session, actor.roles_with(right), refused) if refused else {}
    for one in left:
        yield replace(one, ask=people.get(one.id, people.get(None))) if one.id in refused else one


def whom_to_ask(session: Session, actor: Looker, right: Right) -> str | None:
    """Somebody who holds `right` on all customers, by name; None where nobody does."""
    roles: Collection[int] = actor.roles_with(right)
    if right not in ON_A_CUSTOMER:
        # A looker only knows the roles of what can be held on a customer.
        every = session.execute(select(Role.id, Role.rights), execution_options=EVERYTHING)
        roles = [key for key, rights in every if right in rights]
    return _who_may(session, roles, ()).get(None)


def _who_may(session: Session, roles: Collection[int], customer_ids: Collection[int]) -> dict[int | None, str]:
    """Whom to ask, by customer: somebody who has one of these roles there; under None who has one everywhere."""
    given = (one_of(CustomerAccess.customer_id, customer_ids), CustomerAccess.role_id.in_(roles))
    in_team = select(TeamMember.user_id).join(Team, Team.id == TeamMember.team_id).where(Team.role_id.in_(roles))
    here, name = CustomerAccess.customer_id, func.min(User.name)
    ways = (
        select(here, name).join(User, User.id == CustomerAccess.user_id).where(*given).group_by(here),
        select(here, name)
        .join(TeamMember, TeamMember.team_id == CustomerAccess.team_id)
        .join(User, User.id == TeamMember.user_id)
        .where(*given)
        .group_by(here),
        select(null(), name).where(or_(User.role_id.in_(roles), User.id.in_(in_team))),
    )
    able: CompoundSelect[int | None, str] = union_all(*(way.where(User.disabled_at.is_(None)) for way in ways))
    found: dict[int | None, str] = {}
    for key, person in session.execute(able, execution_options=EVERYTHING):
        if person is not None:
            found[key] = min(person, found.get(key, person))
    return found


def digest(*parts: object) -> str:
    """A stable name for what a plan says: the same plan again gives the same."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def require_unchanged(expected: str, found: str) -> None:
    """Go on only if what will be done is what was shown."""
    if expected != found:
        raise Conflict(Reason.PLAN_CHANGED)


def hold(session: Session, noun: type[Base], ids: Iterable[int]) -> None:
    """Keep these rows as they are until the changeset ends; nothing can be added below them meanwhile."""
    table = Base.metadata.tables[noun.__tablename__]
    session.execute(select(table.c.id).where(one_of(table.c.id, ids)).order_by(table.c.id).with_for_update()).all()


def count_below(session: Session, noun: type[Base], column: str, ids: Iterable[int]) -> int:
    """How many rows point at these ids, whether they are seen or not."""
    table = Base.metadata.tables[noun.__tablename__]
    return session.scalar(select(func.count()).select_from(table).where(one_of(table.c[column], ids))) or 0
