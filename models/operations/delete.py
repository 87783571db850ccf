"""Delete records with all that hangs on them: first the whole tree in numbers, then one changeset for the bin.

Customers go only from the archive, unless the settings say otherwise. Where a contact's name stood it then says
"Contact deleted"; invoices keep the names they were made out to (VS-29, VS-30).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, delete, false, func, literal, null, select, union_all, update
from sqlalchemy.orm import Session

from models import access, clock, settings
from models.access import Looker
from models.activity import Activity
from models.among import one_of
from models.base import EVERYTHING, Base, folded, utc_now
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.errors import Conflict, Reason, Refused
from models.journal import Change, Changeset, Operation, Origin, changeset, is_open, open_id
from models.label import CustomerLabel, Label, LabelGroup
from models.operations import in_bin, merge_values, number
from models.operations.consequences import (
    NAMED,
    LeftOut,
    Sorted,
    digest,
    hold,
    require_unchanged,
    sort_out,
)
from models.operations.impact import Impact, Reach, figures, impact, uses
from models.operations.selection import Chosen, Selection
from models.process import Process, ProcessRun
from models.project import Project, Registration
from models.sales import BILLED, Invoice, InvoiceStatus, Quote
from models.settings import Deleting, ListValue
from models.tool import ToolLink
from models.user import Right, Role, Team, User

Deletable = (
    type[Customer]
    | type[Contact]
    | type[Project]
    | type[Label]
    | type[LabelGroup]
    | type[ListValue]
    | type[Process]
    | type[ToolLink]
    | type[Role]
    | type[Team]
    | type[User]
)
TITLES: dict[type[Base], tuple[str, str]] = {
    Customer: ("Delete customer {name}", "Delete {count} customers"),
    Contact: ("Delete contact {name}", "Delete {count} contacts"),
    Project: ("Delete project {name}", "Delete {count} projects"),
    Label: ("Delete label {name}", "Delete {count} labels"),
    LabelGroup: ("Delete label group {name}", "Delete {count} label groups"),
    ListValue: ("Delete list value {name}", "Delete {count} list values"),
    Process: ("Delete work process {name}", "Delete {count} work processes"),
    ToolLink: ("Delete link to a tool {name}", "Delete {count} links to tools"),
    Role: ("Delete role {name}", "Delete {count} roles"),
    Team: ("Delete team {name}", "Delete {count} teams"),
    User: ("Delete user {name}", "Delete {count} users"),
}
_change = Base.metadata.tables[Change.__tablename__].c
_registration = Base.metadata.tables[Registration.__tablename__]
_activity = Base.metadata.tables[Activity.__tablename__]
SAMPLE = 2
# Where one table is told in several lines: what the law may want kept is not a draft.
SPLITS: dict[str, tuple[str, Mapping[str, Sequence[Any]]]] = {
    Invoice.__tablename__: (
        "status",
        {"draft": [InvoiceStatus.DRAFT], "sent": BILLED},
    )
}
GROUPS: dict[str, str] = {
    Invoice.__tablename__: "invoices_and_quotes",
    Quote.__tablename__: "invoices_and_quotes",
    "customer_contact": "links",
    "customer_label": "links",
    "contact_label": "links",
    "customer_access": "links",
    "team_member": "links",
}


@dataclass(frozen=True)
class Sample:
    """One of the rows of a branch by name, and how many rows go with it."""

    id: int
    name: str
    below: int


@dataclass(frozen=True)
class Branch:
    """A line of the tree. `key` is a table, a part of one ("invoice.sent") or a group of tables ("links").

    `minutes` and `amounts` (by currency) are None where the actor may not see them. A branch with `children` counts
    what they count.
    """

    key: str
    count: int
    minutes: int | None = None
    amounts: Mapping[str, Decimal] | None = None
    samples: tuple[Sample, ...] = ()
    children: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class Elsewhere:
    """A contact that stays, and customers where it still works."""

    contact: str
    customers: tuple[str, ...]


@dataclass(frozen=True)
class Stays:
    """What stays: contacts that are no longer linked, labels with the uses they keep, links that are emptied."""

    contacts: int = 0
    elsewhere: tuple[Elsewhere, ...] = ()
    labels: Mapping[str, int] = field(default_factory=dict)
    loosened: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class DeletePlan:
    """What a delete will do. `total` is the sum of the branches, and the number of records that go to the bin.

    `confirm` is what has to be typed (None: nothing); `invoices` counts the sent and paid ones, for which the extra
    tick is needed. `until` is the last day on which everything can be restored.
    """

    noun: Deletable
    count: int
    name: str
    branches: tuple[Branch, ...]
    total: int
    stays: Stays
    confirm: str | None
    invoices: int
    until: dt.date
    left_out: tuple[LeftOut, ...]
    left_out_count: int
    digest: str
    ids: tuple[int, ...] = field(repr=False, default=())


def plan(session: Session, actor: Looker, noun: Deletable, chosen: Chosen) -> DeletePlan:
    """What would go and what would stay; writes nothing. Refused when deleting is switched off."""
    return _plan(session, actor, noun, _sorted_out(session, actor, noun, Selection.of(chosen).resolve(session)))


def do(
    session: Session,
    actor: Looker,
    noun: Deletable,
    chosen: Chosen,
    expected: str,
    typed: str | None = None,
    invoices_saved: bool = False,
) -> Changeset:
    """Delete as planned, in one changeset that goes to the bin.

    `typed` must match the plan's `confirm` (capitals and spaces do not matter), `invoices_saved` is the tick for sent
    invoices. Conflict when anything moved since the plan was shown: then it is to be shown again.
    """
    one, many = TITLES[noun]
    joins = is_open(session)
    with changeset(session, actor, many, origin=Origin.DELETE) as kept:
        ids = Selection.of(chosen).resolve(session)
        hold(session, noun, ids)
        found = _sorted_out(session, actor, noun, ids)
        found.require_any()
        going = _plan(session, actor, noun, found)
        require_unchanged(expected, going.digest)
        _require_confirmed(going, typed, invoices_saved)
        _carry_out(session, going)
        session.expire_all()
        if not joins:
            kept.title = one if going.count == 1 else many
            kept.values = {"name": going.name, "count": going.count, "records": going.total, "noun": noun.__tablename__}
    return kept


# Who goes


def _sorted_out(session: Session, actor: Looker, noun: Deletable, ids: Iterable[int]) -> Sorted:
    if noun is Customer or noun is Contact or noun is Project:
        return sort_out(session, actor, noun, ids, Right.DELETE, _states(session, noun))
    access.require(session, actor, access.OFFICE[noun.__tablename__])
    built_in = Role.built_in if noun is Role else false()
    changed = noun.changed_at if noun is Team or noun is User else null()
    chosen = select(noun.id, noun.name, built_in, changed).where(one_of(noun.id, ids)).order_by(noun.id)
    rows = session.execute(chosen).all()
    left = list(_held(session, noun, {key: name for key, name, is_built_in, _ in rows if not is_built_in}))
    left += [LeftOut(key, name, Reason.BUILT_IN, {"name": name}) for key, name, is_built_in, _ in rows if is_built_in]
    left.sort(key=lambda one: one.id)
    gone = {one.id for one in left}
    going = {key: name for key, name, *_ in rows if key not in gone}
    last = max((moment for key, *_, moment in rows if key in going and moment is not None), default=None)
    return Sorted(going, tuple(left[:NAMED]), len(left), last)


def _states(session: Session, noun: type[Customer | Contact | Project]) -> dict[bool, Reason]:
    """Which of archived and active may not go. A contact may go either way, unless nothing may."""
    policy = Deleting(settings.get(session, "deleting"))
    if policy is Deleting.NEVER:
        raise Refused(Reason.DELETING_IS_OFF)
    if policy is Deleting.DIRECT or noun is Contact:
        return {}
    return {False: Reason.NOT_ARCHIVED_YET if noun is Customer else Reason.NOT_ARCHIVED}


def _held(session: Session, noun: Deletable, names: Mapping[int, str]) -> Iterator[LeftOut]:
    """What records still need stays."""
    in_use = merge_values.uses(session, names) if noun is ListValue else uses(session, noun, names)
    for key, name in names.items():
        if in_use[key]:
            yield LeftOut(key, name, Reason.STILL_IN_USE, {"name": name, "count": in_use[key]})
        elif noun is Process and _is_run_in_bin(session, key):
            yield LeftOut(key, name, Reason.PROCESS_IN_BIN, {"name": name})


def _is_run_in_bin(session: Session, process_id: int) -> bool:
    """Whether a work process was started for a customer that could not come back whole without it."""
    kept = _change.before["process_id"].as_integer() == process_id
    found = select(_change.id).where(*in_bin.of(ProcessRun), kept).limit(1)
    return session.scalar(found, execution_options=EVERYTHING) is not None


# What goes along


def _plan(session: Session, actor: Looker, noun: Deletable, found: Sorted) -> DeletePlan:
    reached = impact(noun, found.ids)
    branches, loosened = _branches(session, noun, reached)
    total = sum(branch.count for branch in branches)
    invoices = sum(child.count for branch in branches for child in branch.children if child.key == "invoice.sent")
    stays = _stays(session, noun, found.ids, loosened)
    name = next(iter(found.going.values()), "")
    said = (noun.__name__, found.ids, name, branches, stays, found.changed)
    return DeletePlan(
        noun=noun,
        count=len(found.ids),
        name=name,
        branches=_for_eyes(session, actor, noun, found.ids, branches),
        total=total,
        stays=stays,
        confirm=(name if len(found.ids) == 1 else str(len(found.ids))) if noun is Customer else None,
        invoices=invoices,
        until=clock.of(session).day(utc_now() + dt.timedelta(days=settings.get(session, "bin_days"))),
        left_out=found.left_out,
        left_out_count=found.left_out_count,
        digest=digest(*said),
        ids=found.ids,
    )


def _branches(
    session: Session, noun: Deletable, reached: Impact
) -> tuple[tuple[Branch, ...], Mapping[tuple[str, str], int]]:
    """The tree, nearest first, without empty branches; and how many rows lose a link, by table and column."""
    lines = [line for reach in reached.goes for line in _split(reach)]
    busiest = _busiest_projects(session, reached)
    counted = figures(session, [*(reach for _, reach in lines), *reached.loosened], busiest.known)
    loosened = {
        (reach.table.name, column): one.count
        for reach, one in zip(reached.loosened, counted[len(lines) :], strict=True)
        for column in reach.paths
        if one.count
    }
    samples = _samples(session, [reach for reach in reached.goes if reach.table.name not in SPLITS], busiest)
    branches: dict[str, Branch] = {}
    for (key, reach), found in zip(lines, counted, strict=False):
        if not found.count:
            continue
        named = samples.get(key, ())
        branch = Branch(key, found.count, found.minutes or None, found.amounts or None, named)
        group = GROUPS.get(reach.table.name)
        if group is None or reach.table.name == noun.__tablename__:
            branches[branch.key] = branch
            continue
        children = (*branches[group].children, branch) if group in branches else (branch,)
        branches[group] = Branch(group, sum(child.count for child in children), children=children)
    return tuple(branches.values()), loosened


def _split(reach: Reach) -> list[tuple[str, Reach]]:
    """A table as one line, or as the lines it is told in."""
    name = reach.table.name
    if name not in SPLITS:
        return [(name, reach)]
    column, parts = SPLITS[name]
    return [(f"{name}.{part}", reach.only(reach.table.c[column].in_(values))) for part, values in parts.items()]


@dataclass(frozen=True)
class _Busiest:
    """The projects that go with the most registrations (id -> how many); `known`: the registrations of all of them."""

    below: Mapping[int, int] = field(default_factory=dict)
    known: Mapping[tuple[str, str], int] = field(default_factory=dict)


def _busiest_projects(session: Session, reached: Impact) -> _Busiest:
    """One look into the index by project, for the names to show and as the second way to count registrations."""
    reach = next((one for one in reached.goes if one.table is _registration), None)
    if reach is None or "project_id" not in reach.paths:
        return _Busiest()
    counted = func.count()
    rows = session.execute(
        select(_registration.c.project_id, counted, func.sum(counted).over())
        .where(reach.paths["project_id"])
        .group_by(_registration.c.project_id)
        .order_by(counted.desc(), _registration.c.project_id)
        .limit(SAMPLE)
    ).all()
    # Where it is the only way, it is summed as well.
    known = {(_registration.name, "project_id"): int(rows[0][2]) if rows else 0} if len(reach.paths) > 1 else {}
    return _Busiest({key: count for key, count, _ in rows}, known)


def _samples(session: Session, reaches: Sequence[Reach], busiest: _Busiest) -> dict[str, tuple[Sample, ...]]:
    """The first rows of each table by name, in one statement: of projects those with the most registrations."""
    parts = [_first_rows(reach, busiest) for reach in reaches if "name" in reach.table.c]
    found: dict[str, tuple[Sample, ...]] = {}
    rows = session.execute(union_all(*(select(part.subquery()) for part in parts))).all() if parts else ()
    for table, _place, key, name in sorted(rows, key=lambda row: row[1]):
        below = busiest.below.get(key, 0) if table == Project.__tablename__ else 0
        found[table] = (*found.get(table, ()), Sample(key, name, below))
    return found


def _first_rows(reach: Reach, busiest: _Busiest) -> Select[Any]:
    columns = reach.table.c
    below = busiest.below if reach.table.name == Project.__tablename__ else {}
    first = [(columns.id == key, -count) for key, count in below.items()]
    order = (*([case(*first, else_=0)] if first else ()), columns.name)
    place = func.row_number().over(order_by=order)
    named = select(literal(reach.table.name).label("of"), place.label("place"), columns.id, columns.name)
    return named.where(reach.condition).order_by(*order).limit(SAMPLE)


def _for_eyes(
    session: Session, actor: Looker, noun: Deletable, ids: Sequence[int], branches: tuple[Branch, ...]
) -> tuple[Branch, ...]:
    """The tree without the figures that the actor may not see; how many go is told to everybody who may delete."""
    of_all = access.held_on_all(session, actor, ids) if noun is Customer else actor.everywhere
    return _masked(branches, hours=Right.SEE_ALL_TOTALS in of_all, amounts=Right.SEE_REVENUE in of_all)


def _masked(branches: tuple[Branch, ...], *, hours: bool, amounts: bool) -> tuple[Branch, ...]:
    return tuple(
        Branch(
            branch.key,
            branch.count,
            branch.minutes if hours else None,
            branch.amounts if amounts else None,
            branch.samples,
            _masked(branch.children, hours=hours, amounts=amounts),
        )
        for branch in branches
    )


# What stays


def _stays(session: Session, noun: Deletable, ids: Sequence[int], loosened: Mapping[tuple[str, str], int]) -> Stays:
    if noun is not Customer or not ids:
        return Stays(loosened=loosened)
    linked = select(func.count(CustomerContact.contact_id.distinct())).where(one_of(CustomerContact.customer_id, ids))
    contacts = session.scalar(linked, execution_options=EVERYTHING) or 0
    return Stays(contacts, _elsewhere(session, ids), _labels(session, ids), loosened)


def _elsewhere(session: Session, ids: Sequence[int]) -> tuple[Elsewhere, ...]:
    """The first contacts that also work somewhere else, as far as this person sees those customers."""
    linked = select(CustomerContact.contact_id).where(one_of(CustomerContact.customer_id, ids))
    rows = session.execute(
        select(Contact.name, Customer.name)
        .select_from(CustomerContact)
        .join(Contact, Contact.id == CustomerContact.contact_id)
        .join(Customer, Customer.id == CustomerContact.customer_id)
        .where(CustomerContact.contact_id.in_(linked), ~one_of(CustomerContact.customer_id, ids))
        .order_by(Contact.name, Contact.id, Customer.name)
        .limit(NAMED)
    )
    found: dict[str, tuple[str, ...]] = {}
    for contact, customer in rows:
        found[contact] = (*found.get(contact, ()), customer)
    return tuple(Elsewhere(contact, customers) for contact, customers in found.items())


def _labels(session: Session, ids: Sequence[int]) -> dict[str, int]:
    """The labels on these customers, and on how many others that this person sees each stays."""
    here = select(CustomerLabel.label_id).where(one_of(CustomerLabel.customer_id, ids))
    others = select(func.count(CustomerLabel.id)).where(
        CustomerLabel.label_id == Label.id, ~one_of(CustomerLabel.customer_id, ids)
    )
    named = select(Label.name, others.scalar_subquery()).where(Label.id.in_(here)).order_by(Label.name).limit(NAMED)
    return dict(session.execute(named).all())


# Doing it


def _require_confirmed(going: DeletePlan, typed: str | None, invoices_saved: bool) -> None:
    if going.confirm is not None and folded(typed or "") != folded(going.confirm):
        raise Refused(Reason.NAME_DOES_NOT_MATCH, name=going.confirm)
    if going.invoices and not invoices_saved:
        raise Refused(Reason.INVOICES_NOT_CONFIRMED)


def _carry_out(session: Session, going: DeletePlan) -> None:
    """Set by set; the database itself takes along what the foreign keys say."""
    table = Base.metadata.tables[going.noun.__tablename__]
    if going.noun is Customer:
        number.notice(session, session.scalars(select(table.c.number).where(one_of(table.c.id, going.ids))))
    if going.noun is Contact:
        _leave_tombstones(session, going.ids)
    # Not what others delete meanwhile, nor what the same changeset deleted before.
    begun = session.scalar(select(func.max(_change.id))) or 0
    session.execute(delete(table).where(one_of(table.c.id, going.ids)))
    gone = and_(_change.changeset_id == open_id(session), _change.id > begun, _change.operation == Operation.DELETE)
    if session.scalar(select(func.count()).select_from(_change.id.table).where(gone)) != going.total:
        # What was shown is what goes, or nothing goes.
        raise Conflict(Reason.PLAN_CHANGED)


def _leave_tombstones(session: Session, contacts: Iterable[int]) -> None:
    """Where the name of a contact stood it says "Contact deleted" from now on (VS-29)."""
    for table in (_registration, _activity):
        stood = one_of(table.c.contact_id, contacts)
        session.execute(update(table).where(stood).values(contact_id=None, contact_deleted=True))
