"""Put labels on customers or contacts, and take them off. Of a group with one per record, one replaces another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, func, insert, literal, or_, select, union_all
from sqlalchemy.orm import Session

from models.access import Looker
from models.among import one_of
from models.base import Base
from models.contact import Contact
from models.customer import Customer
from models.errors import NotFound, Reason, Refused
from models.journal import Changeset, Origin, changeset, is_open
from models.label import ContactLabel, CustomerLabel, Label, LabelGroup
from models.operations.consequences import LeftOut, Sorted, digest, hold, require_unchanged, sort_out
from models.operations.impact import Reach, figures
from models.operations.selection import Chosen, Selection
from models.user import Right

Labelled = type[Customer] | type[Contact]
_label = Base.metadata.tables[Label.__tablename__]
_on_customers = Base.metadata.tables[CustomerLabel.__tablename__]
_on_contacts = Base.metadata.tables[ContactLabel.__tablename__]


@dataclass(frozen=True)
class LabelPlan:
    """What labelling would do: rows touched, links put and taken, and taken because one of the group fits only once."""

    count: int
    put: int
    taken: int
    replaced: int
    left_out: tuple[LeftOut, ...]
    left_out_count: int
    digest: str


def plan(
    session: Session, actor: Looker, noun: Labelled, chosen: Chosen, put: Iterable[int] = (), take: Iterable[int] = ()
) -> LabelPlan:
    """What `do` with the same arguments would do now; writes nothing."""
    wanted = _wanted(session, put, take)
    found = _sorted_out(session, actor, noun, Selection.of(chosen).resolve(session))
    return _plan(session, _Links(session, noun, found.ids), found, wanted)


TITLES: dict[Labelled, tuple[str, str]] = {
    Customer: ("Label customer {name}", "Label {count} customers"),
    Contact: ("Label contact {name}", "Label {count} contacts"),
}


def do(
    session: Session,
    actor: Looker,
    noun: Labelled,
    chosen: Chosen,
    expected: str,
    put: Iterable[int] = (),
    take: Iterable[int] = (),
) -> Changeset:
    """Put and take labels as planned. What is there already, or not there, stays so; only what differs is written.

    Rows that may not be edited, and archived customers, are left out (see `plan`); it is refused when nothing else was
    chosen, and with ONE_PER_RECORD when two of the labels are of a group of which only one fits on a record. Conflict
    when the plan is another one by now.
    """
    one, many = TITLES[noun]
    joins = is_open(session)
    with changeset(session, actor, many, origin=Origin.BULK) as kept:
        wanted = _wanted(session, put, take)
        ids = Selection.of(chosen).resolve(session)
        hold(session, noun, ids)
        found = _sorted_out(session, actor, noun, ids)
        found.require_any()
        links = _Links(session, noun, found.ids)
        require_unchanged(expected, _plan(session, links, found, wanted).digest)
        links.take(wanted.take | wanted.replaced)
        for label in sorted(wanted.put):
            links.put(label)
        session.expire_all()
        if not joins:
            labels = wanted.put | wanted.take
            names = session.scalars(select(Label.name).where(Label.id.in_(labels)).order_by(Label.name))
            kept.title = one if len(found.ids) == 1 else many
            kept.values = {"name": next(iter(found.going.values())), "count": len(found.ids), "labels": list(names)}
    return kept


def _plan(session: Session, links: _Links, found: Sorted, wanted: _Wanted) -> LabelPlan:
    reaches = [links.linked(wanted.take), links.linked(wanted.replaced - wanted.take)]
    reaches += [links.without(label) for label in sorted(wanted.put)]
    asked = found.ids and (wanted.put or wanted.take)
    taken, replaced, *missing = (one.count for one in figures(session, reaches)) if asked else (0, 0)
    put = sum(missing)
    said = (links.table.name, found.ids, sorted(wanted.put), sorted(wanted.take), put, taken, replaced)
    return LabelPlan(len(found.ids), put, taken, replaced, found.left_out, found.left_out_count, digest(*said))


@dataclass(frozen=True)
class _Wanted:
    """The labels to put on and those to take off; and `replaced`, the others of the groups of which only one fits."""

    put: frozenset[int] = frozenset()
    take: frozenset[int] = frozenset()
    replaced: frozenset[int] = frozenset()


def _wanted(session: Session, put: Iterable[int], take: Iterable[int]) -> _Wanted:
    """What is wanted, if all of it is there and may stand together. What is put on all the same is not taken off."""
    put, take = frozenset(put), frozenset(take)
    if not put | take:
        return _Wanted()
    groups = select(LabelGroup.id).join(Label, Label.group_id == LabelGroup.id)
    groups = groups.where(LabelGroup.one_per_record, Label.id.in_(put))
    found = (
        select(Label.id, LabelGroup.name)
        .outerjoin(LabelGroup, and_(LabelGroup.id == Label.group_id, LabelGroup.one_per_record))
        .where(or_(Label.id.in_(put | take), Label.group_id.in_(groups)))
    )
    one_of_group: dict[int, str | None] = dict(session.execute(found).all())
    if (put | take) - one_of_group.keys():
        raise NotFound
    crowded = Counter(group for key in put if (group := one_of_group[key]) is not None)
    _refuse_several(min((name for name, count in crowded.items() if count > 1), default=None))
    others = (key for key, group in one_of_group.items() if group in crowded and key not in put)
    return _Wanted(put, take - put, frozenset(others))


def _refuse_several(group: str | None) -> None:
    if group is not None:
        raise Refused(Reason.ONE_PER_RECORD, "labels", name=group)


def _sorted_out(session: Session, actor: Looker, noun: Labelled, ids: Iterable[int]) -> Sorted:
    # Deactivated contacts can be worked on; archived customers can only be read.
    locked = {True: Reason.ARCHIVED_IS_LOCKED} if noun is Customer else {}
    return sort_out(session, actor, noun, ids, Right.EDIT, locked)


def require_one_each(session: Session, labels: Iterable[int]) -> None:
    """Go on only if these labels may stand on one record together."""
    crowded = (
        select(LabelGroup.name)
        .join(Label, Label.group_id == LabelGroup.id)
        .where(LabelGroup.one_per_record, Label.id.in_(labels))
        .group_by(LabelGroup.name)
        .having(func.count() > 1)
    )
    _refuse_several(session.scalar(crowded.order_by(LabelGroup.name).limit(1)))


def crowding(session: Session, noun: type[Base], changes: Mapping[str, Any], key: int) -> Iterator[Refused]:
    """Why a group cannot allow one per record, or a label not join one that does: records carry several already."""
    if noun is LabelGroup and changes.get("one_per_record"):
        field, members = "one_per_record", _label.c.group_id == key
    elif noun is Label and changes.get("group_id"):
        one_each = select(LabelGroup.id).where(LabelGroup.id == changes["group_id"], LabelGroup.one_per_record)
        field, members = "group_id", or_(_label.c.group_id.in_(one_each), and_(_label.c.id == key, one_each.exists()))
    else:
        return
    if count := _crowded(session, select(_label.c.id).where(members)):
        yield Refused(Reason.CARRY_SEVERAL, field, count=count)


def _crowded(session: Session, labels: Select[int]) -> int:
    """How many customers and contacts, archived ones too, carry several of these labels."""
    several = [
        select(own).where(links.c.label_id.in_(labels)).group_by(own).having(func.count() > 1)
        for links, own in ((_on_customers, _on_customers.c.customer_id), (_on_contacts, _on_contacts.c.contact_id))
    ]
    return session.scalar(select(func.count()).select_from(union_all(*several).subquery())) or 0


class _Links:
    """The links between labels and the chosen rows, set by set."""

    def __init__(self, session: Session, noun: Labelled, ids: tuple[int, ...]) -> None:
        link = CustomerLabel if noun is Customer else ContactLabel
        self.session = session
        self.table: Table = Base.metadata.tables[link.__tablename__]
        self.own = self.table.c[f"{noun.__tablename__}_id"]
        self.rows: Table = Base.metadata.tables[noun.__tablename__]
        self.ids = ids

    def without(self, label: int) -> Reach:
        """The chosen rows that do not have the label."""
        has = select(self.own).where(self.table.c.label_id == label)
        return Reach(self.rows, {"id": and_(one_of(self.rows.c.id, self.ids), self.rows.c.id.not_in(has))})

    def linked(self, labels: Iterable[int]) -> Reach:
        """The links of the chosen rows with these labels."""
        return Reach(self.table, {"label_id": self._these(labels)})

    def take(self, labels: Iterable[int]) -> None:
        self.session.execute(delete(self.table).where(self._these(labels)))

    def put(self, label: int) -> None:
        missing = select(self.rows.c.id, literal(label)).where(self.without(label).condition).order_by(self.rows.c.id)
        self.session.execute(insert(self.table).from_select([self.own.name, "label_id"], missing))

    def _these(self, labels: Iterable[int]) -> ColumnElement[bool]:
        return and_(one_of(self.own, self.ids), self.table.c.label_id.in_(list(labels)))
