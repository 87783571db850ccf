"""Make a record or edit one, from a flat dict of values; edits of others since the form was shown are merged, not lost.

A field that only one side changed keeps that change. Sets (labels, a role's rights, a team's members) are merged as
sets. Where both sides changed one field to different values, `EditConflict` tells them all, and `choices` decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models import access
from models.access import Looker
from models.activity import Activity, Attachment, Comment, beginning
from models.among import one_of
from models.base import Base, Stamped, utc_now
from models.connection import Connection
from models.contact import Contact, CustomerContact
from models.customer import Address, BankAccount, Customer
from models.errors import NotFound, Problems, Reason, Refused
from models.journal import Changeset, Origin, changeset, position
from models.label import Label, LabelGroup
from models.operations import (
    activities,
    currency,
    fields,
    invite,
    kind,
    label,
    mention,
    merge_values,
    number,
    once,
    register,
    relate,
)
from models.operations.consequences import allowed
from models.operations.fields import Part, SetField
from models.operations.merging import Clash, EditConflict, Past, Side, Theirs, decoded
from models.operations.once import Sent
from models.process import Process, ProcessRun
from models.project import Project, Registration, RegistrationStatus
from models.sales import Agreement, Invoice, Opportunity, Portal, PortalGrant, Quote
from models.settings import ListValue
from models.tool import ToolLink
from models.user import Right, Role, Team, User

__all__ = ["Child", "Clash", "EditConflict", "New", "Saved", "Side", "Theirs", "check", "save"]

N = TypeVar("N", bound=Base)
Ids = frozenset[int]
_customer = Base.metadata.tables[Customer.__tablename__]
_project = Base.metadata.tables[Project.__tablename__]
_link = Base.metadata.tables[CustomerContact.__tablename__]
# What may stand in an address; one of them has to.
PLACE = frozenset({"label", "attention", "street", "street_2", "postal_code", "city", "region", "country"})
_OF_PROJECTS = tuple(Base.metadata.tables[noun.__tablename__] for noun in (Registration, Activity, Attachment))
# Where only one row of a customer carries the mark.
EXCLUSIVE: dict[type[Base], tuple[str, ...]] = {
    Address: ("is_head_office", "is_invoice"),
    CustomerContact: ("is_main", "is_invoice_contact"),
}


@dataclass(frozen=True)
class New:
    """A record that is made along, where the id of one is expected: a contact for a link, for instance."""

    noun: type[Base]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Child:
    """A row below the record on the same form. Its fields are named `key-field` in problems, clashes and choices."""

    noun: type[Base]
    id: int | None
    values: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    remove: bool = False


@dataclass(frozen=True)
class Saved(Generic[N]):
    """What came of it. `changeset` is None when nothing differed; `merged` are edits of others that stand beside it."""

    record: N
    changeset: Changeset | None
    merged: tuple[Theirs, ...]
    children: tuple[int | None, ...]


def save(
    session: Session,
    actor: Looker,
    noun: type[N],
    record_id: int | None,
    values: Mapping[str, Any],
    *,
    base: int | None = None,
    choices: Mapping[str, Side] | None = None,
    seen: int | None = None,
    children: Sequence[Child] = (),
    origin: Origin = Origin.FORM,
    sent: Sent | None = None,
) -> Saved[N]:
    """Make (`record_id` None) or change one record and the rows below it, in one changeset.

    `values`: field -> Python value; only what differs is written. Beside the columns there are the set fields (sets of
    ids: `labels`, `members`, `teams`) and, for a customer, `head_office_…`. An unknown field is a programming error
    (KeyError). `base` is the journal's position that the form showed; without it what is there now counts as shown.
    `choices` (per clashing field) were made at position `seen`; a field that changed after that clashes again. `sent` is the
    form that asks for a new record: it makes one only, and raises SentBefore after that.

    Raises Problems with all that does not fit, EditConflict, NotFound, NotAllowed, or Refused where it is locked.
    Nothing is saved then.
    """
    work = _Work(session, actor, base, choices or {}, seen, children)
    title, name = _title(session, noun, record_id, values)
    try:
        with changeset(session, actor, title, origin=origin, name=name) as kept:
            claimed = once.claim(session, actor, sent)
            pending = work.look(noun, record_id, values, "")
            below = [work.look_at_child(noun, pending, child) for child in children]
            work.raise_if_any(name)
            work.write(pending)
            child_keys = tuple(work.write(child) for child in below)
            work.note_change(pending, below)
            once.led_to(session, claimed, noun, pending.key)
    except IntegrityError as error:
        # Somebody else was quicker between the check and the write.
        raise _taken_meanwhile(session, noun, record_id, values) or error from error
    found: N = pending.written
    # Where it lives is known; asking the database would be a transaction of its own.
    set_committed_value(found, "id", pending.key)
    return Saved(found, None if kept.is_empty else kept, tuple(work.merged), child_keys)


def check(
    session: Session,
    actor: Looker,
    noun: type[Base],
    record_id: int | None,
    values: Mapping[str, Any],
    *,
    base: int | None = None,
    children: Sequence[Child] = (),
    known: Collection[str] = (),
) -> tuple[Refused, ...]:
    """All that `save` would say does not fit; writes nothing.

    `known` names fields of which the caller knows already that they do not, and whose values are not among `values`.
    """
    work = _Work(session, actor, base, {}, None, children)
    pending = work.look(noun, record_id, values, "")
    for child in children:
        work.look_at_child(noun, pending, child)
    return tuple(problem for problem in work.problems if problem.field not in known)


TITLES: dict[type[Base], tuple[str, str]] = {
    Customer: ("Add customer {name}", "Change customer {name}"),
    Contact: ("Add contact {name}", "Change contact {name}"),
    Address: ("Add address {name}", "Change address {name}"),
    BankAccount: ("Add bank account {name}", "Change bank account {name}"),
    CustomerContact: ("Link contact {name}", "Change the link of contact {name}"),
    Project: ("Add project {name}", "Change project {name}"),
    Registration: ("Register time", "Change a registration"),
    Invoice: ("Add invoice {name}", "Change invoice {name}"),
    Quote: ("Add quote {name}", "Change quote {name}"),
    Agreement: ("Add agreement {name}", "Change agreement {name}"),
    Portal: ("Add portal {name}", "Change portal {name}"),
    PortalGrant: ("Invite {name} to a portal", "Change the invitation of {name}"),
    Opportunity: ("Add opportunity {name}", "Change opportunity {name}"),
    Activity: ("Add activity {name}", "Change activity {name}"),
    Comment: ("Comment: {name}", "Change comment {name}"),
    Attachment: ("Attach {name}", "Change attachment {name}"),
    Connection: ("Add a relation with {name}", "Change the relation with {name}"),
    Label: ("Add label {name}", "Change label {name}"),
    LabelGroup: ("Add label group {name}", "Change label group {name}"),
    ListValue: ("Add list value {name}", "Change list value {name}"),
    Process: ("Add work process {name}", "Change work process {name}"),
    ProcessRun: ("Start work process {name}", "Change work process {name}"),
    ToolLink: ("Add link to a tool {name}", "Change link to a tool {name}"),
    Role: ("Add role {name}", "Change role {name}"),
    Team: ("Add team {name}", "Change team {name}"),
    User: ("Add user {name}", "Change user {name}"),
}


def _title(session: Session, noun: type[Base], record_id: int | None, values: Mapping[str, Any]) -> tuple[str, str]:
    """What the history will call it, and the record's name."""
    added, changed = TITLES[noun]
    if record_id is not None:
        return changed, str(access.there(session, noun, record_id))
    if noun is Connection:
        return added, relate.other_name(session, values)
    if noun in (CustomerContact, PortalGrant):
        return added, _contact_name(session, values.get("contact_id"))
    person = _person(values)
    if noun is Comment:
        return added, beginning(str(values.get("text") or ""))
    shown: tuple[str, ...] = ("company_name", "name", "subject", "street", "iban", "number")
    if noun is Address:
        shown = ("street", "city", "label", "country")
    return added, next((str(values[key]) for key in shown if values.get(key)), person)


def _person(values: Mapping[str, Any]) -> str:
    return f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()


def _contact_name(session: Session, contact: Any) -> str:
    """What a contact is called that is there already, or is made along."""
    if isinstance(contact, New):
        return _person(contact.values) or str(contact.values.get("company_name") or "")
    return session.scalar(select(Contact.name).where(Contact.id == contact)) or ""


def _taken_meanwhile(
    session: Session, noun: type[Base], record_id: int | None, values: Mapping[str, Any]
) -> Problems | None:
    if noun is CustomerContact and record_id is None:
        twice = list(fields.linked_already(session, values.get("customer_id") or 0, values.get("contact_id") or 0))
        return Problems(twice) if twice else None
    known = fields.columns(noun)
    found = (fields.taken(session, noun, key, value, record_id) for key, value in values.items() if key in known)
    problems = [problem for problem in found if problem]
    return Problems(problems) if problems else None


def _parted(noun: type[Base], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The values of the row itself, of its sets and of the row that is one record with it. Unknown ones: KeyError."""
    own, sets, part = dict[str, Any](), dict[str, Any](), dict[str, Any]()
    other = fields.PARTS.get(noun)
    for name, value in values.items():
        inner = name.removeprefix(other.prefix) if other else name
        if name in fields.columns(noun):
            own[name] = value
        elif name in fields.SETS.get(noun, {}):
            sets[name] = value
        elif (
            other and inner != name and inner in fields.columns(other.noun) and inner not in (*other.marked, other.own)
        ):
            part[inner] = value
        else:
            raise KeyError(f"{noun.__name__}.{name}")
    return own, sets, part


def _parent_column(noun: type[Base], parent: type[Base]) -> str:
    """The column of a row that points at its parent."""
    key = Base.metadata.tables[parent.__tablename__].c.id
    return next(name for name, column in fields.columns(noun).items() if column.references(key))


@dataclass
class _Pending:
    """A row to be written once all rows turn out to fit. `below`: the column that takes the parent's key."""

    noun: type[Base]
    row: Base | None
    changes: dict[str, Any] = field(default_factory=dict)
    sets: dict[str, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)
    parts: list[_Pending] = field(default_factory=list)
    below: tuple[str, _Pending] | None = None
    skip: bool = False
    remove: bool = False
    key: int | None = None
    written: Any = None


class _Work:
    """One save: first everything is looked at and merged, then, if nothing is in the way, it is written."""

    def __init__(
        self,
        session: Session,
        actor: Looker,
        base: int | None,
        choices: Mapping[str, Side],
        seen: int | None,
        children: Sequence[Child],
    ) -> None:
        self.session = session
        self.actor = actor
        self.past = Past(session, base)
        self.seen = Past(session, seen)
        self.choices = choices
        links = (one for one in children if one.noun is CustomerContact and one.id is None)
        self.is_linked = any(one.values.get("customer_id") for one in links)
        self.problems: list[Refused] = []
        self.clashes: list[Clash] = []
        self.merged: list[Theirs] = []

    # Looking: nothing is written

    def look(
        self, noun: type[Base], key: int | None, values: Mapping[str, Any], prefix: str, below: _Pending | None = None
    ) -> _Pending:
        """The row with what will change in it; what is in the way is collected."""
        row = None if key is None else self._load(noun, key)
        pending = _Pending(noun, row, key=key)
        if below is not None:
            pending.below = _parent_column(noun, below.noun), below
        own, sets, part = _parted(noun, values)
        self._require(pending, own)
        wanted = {name: self._resolved(name, value, noun, pending, prefix) for name, value in own.items()}
        pending.changes = self._differing(pending, wanted, prefix)
        self._check(pending, prefix)
        for name, ids in sets.items():
            pending.sets[name] = self._look_at_set(pending, name, frozenset(ids), prefix)
        if part:
            pending.parts.append(self._look_at_part(pending, part, prefix))
        return pending

    def _load(self, noun: type[Base], key: int) -> Base:
        # Locked against another save of the same record, not against new rows below it.
        row = self.session.get(noun, key, populate_existing=True, with_for_update={"key_share": True})
        if row is None:
            raise NotFound
        return row

    def _resolved(self, name: str, value: Any, noun: type[Base], pending: _Pending, prefix: str) -> Any:
        if isinstance(value, New):
            made = self.look(value.noun, None, value.values, f"{prefix}{name}-", None)
            pending.parts.append(made)
            return made
        return fields.cleaned(noun, name, value)

    def _differing(self, pending: _Pending, wanted: dict[str, Any], prefix: str) -> dict[str, Any]:
        if pending.row is None:
            return wanted
        base = self.past.values(pending.noun, pending.row)
        return self._merge(pending.noun, pending.row, base, wanted, prefix)

    def _merge(
        self, noun: type[Base], row: Base, base: Mapping[str, Any], wanted: Mapping[str, Any], prefix: str
    ) -> dict[str, Any]:
        changes = {}
        for name, mine in wanted.items():
            was, theirs = base[name], getattr(row, name)
            if isinstance(mine, frozenset) and isinstance(theirs, frozenset):
                was = was or frozenset()  # None where the row was not there yet.
                mine = (theirs | (mine - was)) - (was - mine)
            elif was != theirs and mine != theirs:
                mine = self._decided(noun, row, name, prefix + name, was, mine)
            if mine != theirs:
                changes[name] = mine
        return changes

    def _decided(self, noun: type[Base], row: Base, name: str, shown_as: str, was: Any, mine: Any) -> Any:
        """The value of a field that others changed: theirs when we did not touch it, else as was chosen."""
        told = self.past.told(noun, row, name, shown_as, was)
        chosen = self.choices.get(shown_as)
        if mine == was:
            self.merged.append(told)
            return told.theirs
        if chosen is None or self.seen.values(noun, row)[name] != told.theirs:
            self.clashes.append(Clash(**vars(told), mine=mine))
            return told.theirs
        return mine if chosen is Side.MINE else told.theirs

    def _look_at_set(self, pending: _Pending, name: str, mine: frozenset[int], prefix: str) -> tuple[Ids, Ids]:
        """What to add to a set and what to take out of it."""
        kept = fields.SETS[pending.noun][name]
        if pending.row is None:
            self._fit_together(kept, mine)
            return self._there(kept, mine, prefix + name), frozenset()
        link = Base.metadata.tables[kept.link.__tablename__].c
        now = frozenset(self.session.scalars(select(link[kept.other]).where(link[kept.own] == pending.row.id)))
        was = self.past.ids(kept, pending.row.id, now)
        add = mine - was - now
        if add:
            self._fit_together(kept, (now | add) - (was - mine))
        return self._there(kept, add, prefix + name), (was - mine) & now

    def _fit_together(self, kept: SetField, ids: Ids) -> None:
        if kept.target is Label:
            try:
                label.require_one_each(self.session, ids)
            except Refused as refusal:
                self.problems.append(refusal)

    def _there(self, kept: SetField, ids: frozenset[int], shown_as: str) -> Ids:
        """The ids, all of which must be there for this person."""
        if not ids:
            return ids
        found = frozenset(self.session.scalars(select(kept.target.id).where(one_of(kept.target.id, ids))))
        if ids - found:
            self.problems.append(Refused(Reason.NOT_FOUND, shown_as))
        return found

    def _look_at_part(self, pending: _Pending, values: Mapping[str, Any], prefix: str) -> _Pending:
        """The row that is one record with this one, such as the head office."""
        part = fields.PARTS[pending.noun]
        prefix += part.prefix
        row = None if pending.row is None else self._part_row(part, pending.row.id)
        found = _Pending(part.noun, row, key=row.id if row else None, below=(part.own, pending))
        wanted = {name: fields.cleaned(part.noun, name, value) for name, value in values.items()}
        if row is None:
            if pending.row is not None and any(wanted.values()):
                wanted = self._brought_back(part, pending.row.id, wanted, prefix)
            found.changes = {**wanted, **part.marked}
            found.skip = not any(wanted.values())
        else:
            found.changes = self._merge(part.noun, row, self._part_base(part, row), wanted, prefix)
        self._check(found, prefix)
        return found

    def _brought_back(self, part: Part, owner: int, wanted: dict[str, Any], prefix: str) -> dict[str, Any]:
        """The values of a part that is not there. One that somebody took away stays away, unless it was changed here."""
        changes = self.past.lost(part, owner)
        if not changes:
            return wanted
        was, took = decoded(part.noun, changes[0].before or {}), changes[-1]

        def told(name: str) -> Theirs:
            return Theirs(prefix + name, was[name], None, took.user_name or "", took.at)

        mine = {name: value for name, value in wanted.items() if value is not None and value != was[name]}
        if not mine:
            self.merged += [told(name) for name in wanted if was[name] is not None]
            return {}
        # A choice that was made while it was still there was made between other values.
        choices = {} if self.seen.lost(part, owner) else self.choices
        sides = {name: choices.get(prefix + name) for name in mine}
        self.clashes += [Clash(**vars(told(name)), mine=mine[name]) for name, side in sides.items() if side is None]
        if Side.MINE not in sides.values():
            return {}
        theirs = {name: None for name, side in sides.items() if side is Side.THEIRS}
        kept = {name: value for name, value in was.items() if name not in EXCLUSIVE[part.noun]}
        return {**kept, **wanted, **theirs}

    def _part_row(self, part: Part, owner: int) -> Base | None:
        marked = [fields.attribute(part.noun, name) == value for name, value in part.marked.items()]
        return self.session.scalar(
            select(part.noun)
            .where(fields.attribute(part.noun, part.own) == owner, *marked)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )

    def _part_base(self, part: Part, row: Base) -> dict[str, Any]:
        """What the part was when it was shown; it may have been another row then."""
        base = self.past.values(part.noun, row)
        if all(base[name] == value for name, value in part.marked.items()):
            return base
        others = select(part.noun).where(fields.attribute(part.noun, part.own) == getattr(row, part.own))
        for other in self.session.scalars(others):
            was = self.past.values(part.noun, other)
            if all(was[name] == value for name, value in part.marked.items()):
                return was
        return dict.fromkeys(base)

    def look_at_child(self, noun: type[Base], parent: _Pending, child: Child) -> _Pending:
        """A row below the record on the same form."""
        prefix = f"{child.key}-" if child.key else ""
        column = _parent_column(child.noun, noun)
        row = None if child.id is None else self.session.get(child.noun, child.id, populate_existing=True)
        if row is not None and getattr(row, column) != parent.key:
            raise NotFound
        if child.id is not None and row is None:
            return self._look_at_gone(parent, child, prefix)
        if not child.remove:
            return self.look(child.noun, child.id, child.values, prefix, parent)
        pending = _Pending(
            child.noun, row, key=child.id, remove=row is not None, skip=row is None, below=(column, parent)
        )
        self._require(pending, {})
        if row is not None and (touched := self.past.changes(child.noun, row.id)) and self._undecided(child.key):
            was, now = decoded(child.noun, touched[0].before or {}), fields.present(row)
            self.clashes.append(Clash(child.key, was, now, touched[-1].user_name or "", touched[-1].at, mine=None))
        pending.remove = pending.remove and self.choices.get(child.key) is not Side.THEIRS
        return pending

    def _look_at_gone(self, parent: _Pending, child: Child, prefix: str) -> _Pending:
        """A row that somebody else took away: no matter, unless it was changed here meanwhile."""
        assert child.id is not None
        gone = _Pending(child.noun, None, skip=True)
        changes = self.past.changes(child.noun, child.id)
        if child.remove or not changes:
            return gone
        was = decoded(child.noun, changes[0].before or {})
        mine = {name: fields.cleaned(child.noun, name, value) for name, value in child.values.items()}
        if all(was[name] == value for name, value in mine.items()) or self.choices.get(child.key) is Side.THEIRS:
            return gone
        if self._undecided(child.key):
            kept = {**was, **mine}
            self.clashes.append(Clash(child.key, was, None, changes[-1].user_name or "", changes[-1].at, mine=kept))
            return gone
        return self.look(child.noun, None, {**was, **mine}, prefix, parent)

    def _undecided(self, key: str) -> bool:
        return self.choices.get(key) is None

    # What is in the way

    def _check(self, pending: _Pending, prefix: str) -> None:
        """Collect why the values do not fit; only what changes is judged, so that an old flaw never locks a record."""
        noun, changes, key = pending.noun, dict(pending.changes), pending.key
        if pending.row is None:
            for name, column in fields.columns(noun).items():
                given_later = name == (pending.below or ("",))[0] or (noun is Customer and name == "number")
                if name not in changes and not column.nullable and column.default is None and not given_later:
                    changes[name] = None
        if noun is Customer and pending.row is None and not changes.get("number"):
            changes.pop("number", None)
            pending.changes.pop("number", None)
        found = list(self._misfits(noun, changes, key))
        final = {**(fields.present(pending.row) if pending.row else fields.defaults(noun)), **changes}
        bad = {problem.field for problem in found}
        found += [problem for problem in fields.names_missing(noun, final) if problem.field not in bad]
        if changes.keys() & {"starts_on", "ends_on"} and (early := fields.ends_too_early(final)):
            found.append(early)
        moved = noun in (Customer, Project) and changes.keys() & {"distance_km", "max_distance_km"}
        if (
            moved
            and not bad & {"distance_km", "max_distance_km"}
            and (far := register.default_too_far(self.session, noun, final))
        ):
            found.append(far)
        if noun is ListValue:
            found += fields.misfits_list(self.session, changes, final, key)
        if key is not None:
            found += label.crowding(self.session, noun, changes, key)
        if noun is Registration:
            found += self._misfits_registration(pending, final)
        if noun is PortalGrant:
            found += invite.in_the_way(self.session, pending.row, final)
        if noun is CustomerContact and pending.row is None:
            found += self._linked_already(pending, final)
        if noun is Connection:
            found += relate.in_the_way(self.session, final, key)
        if noun is Attachment and not (final.get("url") or final.get("sha256")):
            found.append(Refused(Reason.MISSING, "url"))
        if noun is Activity and "user_id" in changes:
            found += activities.blind(self.session, final)
        if noun in (Activity, Attachment) and not self._belong_together(final):
            found.append(Refused(Reason.NOT_FOUND, "project_id"))
        if noun in (Activity, Registration) and changes.keys() & {"contact_id", "customer_id"}:
            found += self._of_another(final)
        if noun is Address and not pending.skip and changes.keys() & PLACE and not any(final[name] for name in PLACE):
            found.append(Refused(Reason.ADDRESS_EMPTY, "street"))
        if noun is Comment and "said_at" not in bad and (late := fields.not_yet(changes, "said_at")):
            found.append(late)
        if isinstance(pending.row, Customer) and "kind" in changes:
            found += kind.in_the_way(self.session, pending.row)
        if isinstance(pending.row, Customer) and "currency" in changes:
            found += currency.in_the_way(self.session, pending.row.id, changes["currency"])
        if isinstance(pending.row, Project) and changes.get("customer_id") is not None:
            found += currency.of_project(self.session, pending.row, changes["customer_id"])
        self.problems += [Refused(one.reason, f"{prefix}{one.field}", **one.values) for one in found]

    def _misfits_registration(self, pending: _Pending, final: Mapping[str, Any]) -> Iterator[Refused]:
        if (
            isinstance(pending.row, Registration)
            and pending.row.status is not RegistrationStatus.OPEN
            and pending.changes
        ):
            yield Refused(Reason.REGISTRATION_CLOSED)
        # Who worked may have left since; whose time it is, is not taken away from it.
        if final.get("user_id") is None and (pending.row is None or "user_id" in pending.changes):
            yield Refused(Reason.MISSING, "user_id")
        day = pending.changes.get("day")
        if day is not None and day.year <= fields.LAST_YEAR and (late := register.too_late(day)):
            yield late
        if not self._belong_together(final):
            yield Refused(Reason.NOT_FOUND, "project_id")
        elif pending.changes.keys() & {"distance_km", "project_id"} and (far := register.too_far(self.session, final)):
            yield far

    def _linked_already(self, pending: _Pending, link: Mapping[str, Any]) -> Iterator[Refused]:
        """Why two cannot be linked: they are."""
        ends = dict(link)
        if pending.below:
            ends[pending.below[0]] = pending.below[1].key
        customer, contact = ends.get("customer_id"), ends.get("contact_id")
        if isinstance(customer, int) and isinstance(contact, int):
            yield from fields.linked_already(self.session, customer, contact)

    def _belong_together(self, record: Mapping[str, Any]) -> bool:
        """What belongs to a project belongs to the customer whose project it is."""
        project, customer = record.get("project_id"), record.get("customer_id")
        mine = select(_project.c.id).where(_project.c.id == project, _project.c.customer_id == customer)
        return project is None or customer is None or self.session.scalar(mine) is not None

    def _of_another(self, record: Mapping[str, Any]) -> Iterator[Refused]:
        """Whether the contact is one of another customer only."""
        contact, customer = record.get("contact_id"), record.get("customer_id")
        linked = select(_link.c.id).where(_link.c.contact_id == contact, _link.c.customer_id == customer)
        if isinstance(contact, int) and customer is not None and self.session.scalar(linked) is None:
            yield Refused(Reason.NOT_FOUND, "contact_id")

    def _misfits(self, noun: type[Base], changes: Mapping[str, Any], key: int | None) -> Iterator[Refused]:
        for name, value in changes.items():
            if isinstance(value, _Pending):
                continue
            problem = (
                fields.misfits(noun, name, value)
                or fields.unknown(self.session, noun, name, value)
                or fields.taken(self.session, noun, name, value, key)
            )
            if problem:
                yield problem

    def _require(self, pending: _Pending, changes: Mapping[str, Any]) -> None:
        """May this person? Asked of where the row is and of where it goes."""
        noun, row = pending.noun, pending.row
        if noun.__tablename__ in access.OFFICE:
            access.require(self.session, self.actor, access.OFFICE[noun.__tablename__])
        elif noun is Customer:
            for right in self._rights_on(noun, row, changes):
                access.require(self.session, self.actor, right, row.id if row else None)
        elif noun is Contact:
            # A new one is asked of the customer that it is linked with, where its link is looked at.
            if row is not None or not self.is_linked:
                self._require_contact(row.id if row else None)
        elif noun is Connection:
            relate.require(self.session, self.actor, row, changes)
        else:
            parent = pending.below[1] if pending.below and pending.below[1].noun is Customer else None
            customers = {getattr(row, "customer_id", None), changes.get("customer_id"), parent.key if parent else None}
            if noun is CustomerContact:
                self._require_linked(row, changes)
            rights = tuple(self._rights_on(noun, row, changes))
            if customers == {None} and parent is None:
                for right in rights:
                    access.require(self.session, self.actor, right)
            for customer_id in sorted(key for key in customers if key is not None):
                # Held, so that it is not archived between the look at it and the write below it.
                held = select(_customer.c.id).where(_customer.c.id == customer_id)
                self.session.execute(held.with_for_update(read=True, key_share=True)).all()
                for right in rights:
                    access.require(self.session, self.actor, right, customer_id)

    def _rights_on(self, noun: type[Base], row: Base | None, changes: Mapping[str, Any]) -> Iterator[Right]:
        """Own time is registered with the right to register; all else is editing. Amounts are for who may see them."""
        people = {getattr(row, "user_id", self.actor.id), changes.get("user_id", self.actor.id)}
        yield Right.REGISTER if noun is Registration and people == {self.actor.id} else Right.EDIT
        if changes.keys() & access.AMOUNTS.get(noun.__tablename__, frozenset()):
            yield Right.SEE_REVENUE

    def _require_contact(self, key: int | None) -> None:
        """A contact is edited by who may edit one of its customers; one without any by who may edit all."""
        if key is None or not allowed(self.session, self.actor, Contact, [key], Right.EDIT):
            access.require(self.session, self.actor, Right.EDIT)

    def _require_linked(self, link: Base | None, changes: Mapping[str, Any]) -> None:
        """Who links a contact that is there already may edit it afterwards, so it takes that right before."""
        key = changes.get("contact_id")
        is_other = isinstance(key, int) and key != getattr(link, "contact_id", None)
        if is_other and self.session.scalar(select(Contact.id).where(Contact.id == key)) is not None:
            self._require_contact(key)

    def raise_if_any(self, name: str) -> None:
        """Stop here if anything is in the way: first what does not fit, then what others changed."""
        if self.problems:
            raise Problems(self.problems)
        if self.clashes:
            raise EditConflict(name, self.clashes, self.merged, position(self.session))

    # Writing

    def write(self, pending: _Pending) -> int | None:
        """Write the row, what belongs to it and its sets; its key, or None for a row that is not there any more."""
        if pending.skip:
            return pending.key
        if pending.remove:
            self.session.delete(pending.row)
            self.session.flush()
            return None
        changes = {name: self._written(value) for name, value in pending.changes.items()}
        if pending.below:
            changes[pending.below[0]] = pending.below[1].key
        if pending.noun is Activity:
            changes |= activities.done_at(changes)
        row = pending.row
        if pending.noun is Registration and changes.keys() & {"minutes", "project_id"} and "amount" not in changes:
            final = {**(fields.present(row) if row is not None else {}), **changes}
            changes["amount"] = register.worth(self.session, final["project_id"], final["minutes"])
        if row is None:
            row = self._added(pending.noun, changes)
        else:
            self._keep_exclusive(pending.noun, row, changes)
            if isinstance(row, ListValue) and "name" in changes:
                merge_values.rename(self.session, row, changes["name"])
            for name, value in changes.items():
                if getattr(row, name) != value:
                    setattr(row, name, value)
        self.session.flush()
        pending.key, pending.written = row.id, row
        if isinstance(row, Comment) and "text" in changes:
            mention.keep(self.session, row)
        if isinstance(row, Customer) and "number" in changes:
            number.notice(self.session, [row.number])
        if isinstance(row, Project) and pending.row is not None and "customer_id" in changes:
            # What is registered, planned and kept on it goes where the project goes.
            for table in _OF_PROJECTS:
                moved = update(table).where(table.c.project_id == row.id)
                # A work process is one customer's.
                without = {"process_run_id": None} if "process_run_id" in table.c else {}
                self.session.execute(moved.values(customer_id=row.customer_id, **without))
        self._write_sets(pending)
        for part in pending.parts:
            if part.key is None or part.row is not None:
                self.write(part)
        return row.id

    def note_change(self, pending: _Pending, below: Sequence[_Pending]) -> None:
        """A record is changed by what comes and goes below it, too: so its history finds what is gone."""
        came_or_went = any(one.remove or (one.row is None and not one.skip) for one in below)
        if came_or_went and pending.row is not None and isinstance(pending.written, Stamped):
            pending.written.changed_at = utc_now()
            self.session.flush()

    def _written(self, value: Any) -> Any:
        return self.write(value) if isinstance(value, _Pending) else value

    def _added(self, noun: type[Base], changes: dict[str, Any]) -> Base:
        if noun is Customer and "number" not in changes:
            changes["number"] = number.take(self.session)
        if noun is Address and not changes.get("is_head_office"):
            # The first address of a customer is its head office (VS-19).
            there = select(Address.id).where(Address.customer_id == changes["customer_id"])
            changes["is_head_office"] = self.session.scalar(there.limit(1)) is None
        self._keep_exclusive(noun, None, changes)
        row = noun(**changes)
        self.session.add(row)
        return row

    def _keep_exclusive(self, noun: type[Base], row: Base | None, changes: Mapping[str, Any]) -> None:
        """Where only one row of a customer may be marked, the mark moves: off the old one before it is set."""
        if noun is not Address and noun is not CustomerContact:
            return
        kept = {"customer_id": getattr(row, "customer_id", None), **changes}
        for name in (name for name in EXCLUSIVE[noun] if changes.get(name)):
            customer = fields.attribute(noun, "customer_id") == kept["customer_id"]
            for other in self.session.scalars(select(noun).where(customer, fields.attribute(noun, name))).all():
                setattr(other, name, False)
            self.session.flush()

    def _write_sets(self, pending: _Pending) -> None:
        for name, (add, take) in pending.sets.items():
            kept = fields.SETS[pending.noun][name]
            own, other = fields.attribute(kept.link, kept.own), fields.attribute(kept.link, kept.other)
            if take:
                for row in self.session.scalars(select(kept.link).where(own == pending.key, other.in_(take))):
                    self.session.delete(row)
            self.session.add_all(kept.link(**{kept.own: pending.key, kept.other: key}) for key in sorted(add))
            self.session.flush()
