"""Archive and restore customers (with their projects), contacts (which are deactivated) and single projects.

Archived is locked: registrations stay as they are, and nothing new is registered there (TC-31 to TC-35).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select, union_all, update
from sqlalchemy.orm import Session

from models import clock, settings
from models.access import Looker
from models.among import one_of
from models.base import EVERYTHING, Base, utc_now
from models.contact import Contact, CustomerContact
from models.customer import Address, Customer
from models.errors import Reason
from models.journal import Changeset, Origin, changeset, is_open
from models.operations.consequences import (
    NAMED,
    Archivable,
    LeftOut,
    Sorted,
    digest,
    hold,
    require_unchanged,
    sort_out,
)
from models.operations.impact import Reach, figures
from models.operations.selection import Chosen, Selection
from models.project import Project, Registration, RegistrationStatus
from models.sales import Invoice, PortalGrant, in_force
from models.user import CustomerAccess, Right

_project = Base.metadata.tables[Project.__tablename__]
_registration = Base.metadata.tables[Registration.__tablename__]
SAMPLE = 2


class Way(enum.StrEnum):
    """Out of the active list, or back into it."""

    ARCHIVE = "archive"
    RESTORE = "restore"


@dataclass(frozen=True)
class At:
    """What a contact is at a customer, and how many invitations to its portals are in force."""

    name: str
    is_main: bool
    is_invoice: bool
    invitations: int


@dataclass(frozen=True)
class Line:
    """What happens to one row: projects that go (or come back) along, registrations locked, and open ones of those.

    A contact stays `at` its customers; `unseen` counts those that the one who looks may not see.
    """

    id: int
    name: str
    projects: int = 0
    registrations: int = 0
    open: int = 0
    at: tuple[At, ...] = ()
    unseen: int = 0


@dataclass(frozen=True)
class ArchivePlan:
    """What archiving or restoring will do. `lines` holds the first rows, the totals are of all `count`.

    `project_names` are the first few of the projects, `stays` counts what is not touched, by table.
    """

    way: Way
    noun: Archivable
    count: int
    lines: tuple[Line, ...]
    projects: int
    registrations: int
    open: int
    project_names: tuple[str, ...]
    stays: Mapping[str, int]
    left_out: tuple[LeftOut, ...]
    left_out_count: int
    digest: str
    ids: tuple[int, ...] = field(repr=False, default=())


def plan(
    session: Session,
    actor: Looker,
    noun: Archivable,
    chosen: Chosen,
    way: Way = Way.ARCHIVE,
    *,
    leave_open: bool = False,
) -> ArchivePlan:
    """What would happen to the chosen rows, with `leave_open` without those that have open registrations."""
    sorted_out = _sorted_out(session, actor, noun, Selection.of(chosen).resolve(session), way, leave_open)
    return _plan(session, noun, sorted_out, way)


def do(
    session: Session,
    actor: Looker,
    noun: Archivable,
    chosen: Chosen,
    expected: str,
    reason: str | None = None,
    *,
    leave_open: bool = False,
) -> Changeset:
    """Archive as planned. `reason` is kept on customers. Conflict when the plan is another one by now."""
    return _carry_out(session, actor, noun, chosen, expected, Way.ARCHIVE, reason, leave_open)


def restore(session: Session, actor: Looker, noun: Archivable, chosen: Chosen, expected: str) -> Changeset:
    """Put back as planned; with a customer exactly the projects that were archived along with it."""
    return _carry_out(session, actor, noun, chosen, expected, Way.RESTORE, None)


def _sorted_out(
    session: Session, actor: Looker, noun: Archivable, ids: Sequence[int], way: Way, leave_open: bool
) -> Sorted:
    archiving = way is Way.ARCHIVE
    states = {archiving: Reason.ALREADY_ARCHIVED if archiving else Reason.NOT_ARCHIVED}
    found = sort_out(session, actor, noun, ids, Right.ARCHIVE, states)
    if noun is Project:
        found = _without(found, _locked(session, found.ids), Reason.ARCHIVED_IS_LOCKED)
    if leave_open:
        found = _without(found, {key: found.going[key] for key in _open_at(session, noun, found.ids)}, Reason.HAS_OPEN)
    return found


def _locked(session: Session, projects: Iterable[int]) -> dict[int, str]:
    """A project of an archived customer stays as it is: the customer, named here, comes back first."""
    locked = select(Project.id, Customer.name).join(Customer, Customer.id == Project.customer_id)
    rows = session.execute(locked.where(one_of(Project.id, projects), Customer.archived_at.is_not(None)))
    return dict(rows.all())


def _open_at(session: Session, noun: Archivable, ids: Iterable[int]) -> Iterable[int]:
    """Those of these ids that have open registrations."""
    owner = _owner(noun)
    if owner is None:
        return ()
    column = _registration.c[owner]
    still_open = _registration.c.status == RegistrationStatus.OPEN
    return session.scalars(select(column).where(_below(column, ids, Way.ARCHIVE), still_open).distinct())


def _without(found: Sorted, held: Mapping[int, str], reason: Reason) -> Sorted:
    """The same without the rows that are `held`, by id with the name of what holds them."""
    left = [LeftOut(key, found.going[key], reason, {"name": held[key]}) for key in sorted(held)]
    going = {key: name for key, name in found.going.items() if key not in held}
    return Sorted(going, (*found.left_out, *left)[:NAMED], found.left_out_count + len(left))


def _plan(session: Session, noun: Archivable, found: Sorted, way: Way) -> ArchivePlan:
    ids = found.ids
    projects = _along(noun, ids, way)
    project_count, stays = (0, {}) if noun is not Customer else _counts(session, ids, projects)
    lines = _lines(session, noun, dict(list(found.going.items())[:NAMED]), way)
    if len(ids) > len(lines):
        registrations, still_open = _registrations(session, noun, ids, way)
    else:
        registrations, still_open = sum(line.registrations for line in lines), sum(line.open for line in lines)
    named = select(_project.c.name).where(projects).order_by(_project.c.name).limit(SAMPLE)
    said = (way, noun.__name__, ids, lines, project_count, registrations, still_open)
    return ArchivePlan(
        way=way,
        noun=noun,
        count=len(ids),
        lines=lines,
        projects=project_count,
        registrations=registrations,
        open=still_open,
        project_names=tuple(session.scalars(named)) if project_count else (),
        stays=stays,
        left_out=found.left_out,
        left_out_count=found.left_out_count,
        digest=digest(*said),
        ids=ids,
    )


def _along(noun: Archivable, ids: Iterable[int], way: Way) -> ColumnElement[bool]:
    """Which projects go, or come back, along with these customers."""
    if noun is not Customer:
        return one_of(_project.c.id, ())
    below = one_of(_project.c.customer_id, ids)
    if way is Way.ARCHIVE:
        return below & _project.c.archived_at.is_(None)
    return below & _project.c.archived_with_customer.is_(True)


def _owner(noun: Archivable) -> str | None:
    """The column by which registrations are locked along."""
    return {Customer: "customer_id", Project: "project_id"}.get(noun)


def _below(owner: ColumnElement[int], ids: Iterable[int], way: Way) -> ColumnElement[bool]:
    """Which registrations are locked, or freed, along: not those of projects that are archived before and after."""
    if owner is _registration.c.project_id:
        return one_of(owner, ids)
    stays = one_of(_project.c.customer_id, ids) & _project.c.archived_at.is_not(None)
    if way is Way.RESTORE:
        stays &= _project.c.archived_with_customer.is_(False)
    return one_of(owner, ids) & _registration.c.project_id.not_in(select(_project.c.id).where(stays))


_open = func.sum(case((_registration.c.status == RegistrationStatus.OPEN, 1), else_=0))


def _registrations(session: Session, noun: Archivable, ids: Iterable[int], way: Way) -> tuple[int, int]:
    """How many registrations are locked, or freed, along, and how many of them are open."""
    owner = _owner(noun)
    if owner is None:
        return 0, 0
    count, still_open = session.execute(
        select(func.count(), _open).select_from(_registration).where(_below(_registration.c[owner], ids, way))
    ).one()
    return count, int(still_open or 0)


def _lines(session: Session, noun: Archivable, named: Mapping[int, str], way: Way) -> tuple[Line, ...]:
    """The same counts for each of the first rows, all in one query."""
    owner = _owner(noun)
    if noun is Contact:
        return tuple(_linked(session, named))
    if owner is None or not named:
        return tuple(Line(key, name) for key, name in named.items())
    above, column = _project.c.customer_id, _registration.c[owner]
    projects = select(above, func.count(), literal(0), literal(0)).where(_along(noun, named, way)).group_by(above)
    below = select(column, literal(0), func.count(), _open).where(_below(column, named, way)).group_by(column)
    counts = dict.fromkeys(named, (0, 0, 0))
    for key, *more in session.execute(union_all(projects, below)):
        before = counts[key]
        counts[key] = (before[0] + more[0], before[1] + more[1], before[2] + int(more[2]))
    return tuple(Line(key, name, *counts[key]) for key, name in named.items())


def _linked(session: Session, named: Mapping[int, str]) -> Iterator[Line]:
    """The first contacts, with where they stay: each customer by name as far as it is seen, the others as a number."""
    invitations = select(func.count(PortalGrant.id)).where(
        PortalGrant.contact_id == CustomerContact.contact_id,
        PortalGrant.customer_id == CustomerContact.customer_id,
        in_force(clock.of(session).today()),
    )
    invited = invitations.scalar_subquery() if settings.get(session, "use_portals") else literal(0)
    marks = (CustomerContact.is_main, CustomerContact.is_invoice_contact, invited)
    seen = session.execute(
        select(CustomerContact.contact_id, Customer.name, *marks)
        .join(Customer, Customer.id == CustomerContact.customer_id)
        .where(one_of(CustomerContact.contact_id, named))
        .order_by(Customer.name, Customer.id)
    )
    at: dict[int, list[At]] = {key: [] for key in named}
    for key, *what in seen:
        at[key].append(At(*what))
    every = select(CustomerContact.contact_id, func.count()).where(one_of(CustomerContact.contact_id, named))
    counted = session.execute(every.group_by(CustomerContact.contact_id), execution_options=EVERYTHING)
    counts = dict(counted.all())
    for key, name in named.items():
        yield Line(key, name, at=tuple(at[key]), unseen=counts.get(key, 0) - len(at[key]))


def _counts(session: Session, ids: Sequence[int], projects: ColumnElement[bool]) -> tuple[int, dict[str, int]]:
    """How many projects go or come along, and of what is not touched how much there is: picture 07, "Stays as it is"."""
    tables = [Base.metadata.tables[noun.__tablename__] for noun in (CustomerContact, Address, Invoice, CustomerAccess)]
    stay = [Reach(table, {"customer_id": one_of(table.c.customer_id, ids)}) for table in tables]
    along, *staying = figures(session, [Reach(_project, {"customer_id": projects}), *stay])
    return along.count, {table.name: one.count for table, one in zip(tables, staying, strict=True)}


TITLES: dict[tuple[Archivable, Way], tuple[str, str]] = {
    (Customer, Way.ARCHIVE): ("Archive customer {name}", "Archive {count} customers"),
    (Customer, Way.RESTORE): ("Restore customer {name}", "Restore {count} customers"),
    (Contact, Way.ARCHIVE): ("Deactivate contact {name}", "Deactivate {count} contacts"),
    (Contact, Way.RESTORE): ("Reactivate contact {name}", "Reactivate {count} contacts"),
    (Project, Way.ARCHIVE): ("Archive project {name}", "Archive {count} projects"),
    (Project, Way.RESTORE): ("Restore project {name}", "Restore {count} projects"),
}


def _carry_out(
    session: Session,
    actor: Looker,
    noun: Archivable,
    chosen: Chosen,
    expected: str,
    way: Way,
    reason: str | None,
    leave_open: bool = False,
) -> Changeset:
    one, many = TITLES[noun, way]
    joins = is_open(session)
    with changeset(session, actor, many, origin=Origin(way.value)) as kept:
        # A query may find others than a moment ago. What it finds is held, and then must turn out to be the same.
        ids = Selection.of(chosen).resolve(session)
        hold(session, noun, ids)
        found = _sorted_out(session, actor, noun, ids, way, leave_open)
        found.require_any()
        again = _plan(session, noun, found, way)
        require_unchanged(expected, again.digest)
        _write(session, noun, again, reason)
        session.expire_all()
        if not joins:
            kept.title = one if again.count == 1 else many
            kept.values = {"count": again.count, "name": again.lines[0].name, "reason": reason}
    return kept


def _write(session: Session, noun: Archivable, going: ArchivePlan, reason: str | None) -> None:
    archiving = going.way is Way.ARCHIVE
    now = utc_now()
    state: dict[str, Any] = {"archived_at": now if archiving else None, "changed_at": now}
    table = Base.metadata.tables[noun.__tablename__]
    session.execute(
        update(_project).where(_along(noun, going.ids, going.way)).values(**state, archived_with_customer=archiving)
    )
    if noun is Customer:
        state["archive_reason"] = reason if archiving else None
    if noun is Project:
        state["archived_with_customer"] = False
    session.execute(update(table).where(one_of(table.c.id, going.ids)).values(**state))
