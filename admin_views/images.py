"""The journal's images in words: what a field is called, and what its value was, for people to read."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext
from sqlalchemy import Boolean, Column, ColumnElement, Date, Enum, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from admin_views import shell, wording
from models import access, journal
from models.activity import Activity, Comment, beginning
from models.among import one_of
from models.base import Base, Money, Percentage, UtcDateTime, WordSet
from models.journal import Change, Operation
from models.operations import fields
from models.settings import Setting, switched_off
from models.user import Right, Role

Pair = tuple[str, int]
# What follows from other fields, or says nothing to a reader.
UNSAID = frozenset({"id", "number_key", "email_key", "created_at", "changed_at", "customer_id", "contact_id"})
# Which fields of a link say what was linked: a line "Labels + VIP" instead of "Label 7".
LINKS = {
    "customer_label": ("label_id", "Labels"),
    "contact_label": ("label_id", "Keywords"),
    "team_member": ("user_id", "Members"),
    "customer_contact": ("contact_id", "Contacts"),
    "portal_grant": ("contact_id", "Invitation to a portal"),
    "comment_mention": ("user_id", "Mentions"),
}
# Which fields of a row that has no name of its own say what it is.
NAMED_BY = {
    "customer_access": ["user_id", "team_id", "role_id"],
    "connection": ["other_customer_id", "contact_id"],
}
# What the day of an activity is that has no time.
_DUE_ON = Column("due_on", Date)
# The column that says whose a record is, the first that is filled.
OWNERS = {"customer_id": "customer", "contact_id": "contact", "team_id": "team", "process_id": "process"}
# What has no card of its own, because it is a part of something else.
PARTS = {"process_step": "process"}
TABLES = {
    "customer": "Customer",
    "address": "Address",
    "bank_account": "Bank account",
    "contact": "Contact",
    "customer_contact": "Link with a contact",
    "customer_label": "Label",
    "contact_label": "Keyword",
    "project": "Project",
    "registration": "Registration",
    "invoice": "Invoice",
    "quote": "Quote",
    "agreement": "Agreement",
    "portal": "Portal",
    "portal_grant": "Invitation to a portal",
    "opportunity": "Opportunity",
    "activity": "Activity",
    "comment": "Comment",
    "comment_mention": "Mention",
    "attachment": "File or link",
    "connection": "Relation",
    "label": "Label",
    "label_group": "Group of labels",
    "user": "User",
    "team": "Team",
    "team_member": "Member",
    "role": "Role",
    "customer_access": "Role on a customer",
    "setting": "Setting",
    "list_value": "Value of a list",
    "process": "Work process",
    "process_step": "Step",
    "process_run": "Started work process",
    "tool_link": "Link to a tool",
}


@dataclass(frozen=True)
class Line:
    """One field of one changed row. `old` or `new` is False where there is none: it was added or taken away."""

    change_id: int
    table: str
    row_id: int
    field: str | None
    label: str
    old: Any
    new: Any

    @property
    def place(self) -> tuple[int, str | None]:
        """Which field of which change it is."""
        return self.change_id, self.field

    @property
    def goes_back_alone(self) -> bool:
        """Whether this field can be taken back by itself: what a verb keeps up goes back with all that it did."""
        return self.field is not None and self.field not in fields.GOES_BACK_AS_A_WHOLE


@dataclass(frozen=True)
class Record:
    """One record as a heading names it; `url` is that of its card, where one may see it."""

    kind: str
    name: str
    url: str | None


@dataclass(frozen=True)
class Group:
    """The lines of an event about one record, headed by what that is; by nothing where page or lines say it already."""

    head: tuple[Record, ...]
    lines: list[Line]


def groups(session: Session, events: Sequence[Sequence[Change]], page: Pair | None) -> list[list[Group] | None]:
    """The lines of each event by record; all names in one query. `page` is the record that the page is about.

    None is an event of which no change is for the person who looks.
    """
    names = _Names(session, [change for changes in events for change in changes])
    return [
        None
        if changes and all(change.id in names.unseen for change in changes)
        else list(_groups_of(changes, names, page))
        for changes in events
    ]


def _groups_of(changes: Sequence[Change], names: _Names, page: Pair | None) -> Iterator[Group]:
    found: dict[tuple[Pair, ...], list[Line]] = defaultdict(list)
    for change in changes:
        found[_about(change)] += _lines_of(change, names)
    is_plain = all(_is_said(about, line, page) for about, lines in found.items() for line in lines)
    for about, lines in found.items():
        said = () if is_plain else tuple(pair for pair in about if pair != page) or about
        if lines:
            yield Group(tuple(map(names.record, said)), lines)


def _is_said(about: tuple[Pair, ...], line: Line, page: Pair | None) -> bool:
    """Whether the page, or the line itself, says already what it is about."""
    names_itself = line.field is None or line.table == Setting.__tablename__
    return about == (page,) or (names_itself and about == ((line.table, line.row_id),))


def _about(change: Change) -> tuple[Pair, ...]:
    """The record that a change is about, and whose that is. What came or went names itself: it is about its owner."""
    image = change.after or change.before or {}
    own = (change.table_name, change.row_id)
    owner = next(((table, image[key]) for key, table in OWNERS.items() if isinstance(image.get(key), int)), None)
    if owner is None:
        return (own,)
    return (own, owner) if change.operation is Operation.UPDATE else (owner,)


def _lines_of(change: Change, names: _Names) -> Iterable[Line]:
    table = Base.metadata.tables.get(change.table_name)
    if table is None:
        return
    if change.table_name == Setting.__tablename__:
        yield _setting(change)
        return
    if change.operation is Operation.UPDATE:
        before, after = change.before or {}, change.after or {}
        for key in names.fields[change.id]:
            column = table.c[key]
            yield _line(change, key, *(names.text(column, image.get(key), image) for image in (before, after)))
        return
    image = (change.after if change.operation is Operation.INSERT else change.before) or {}
    text = _what(change.table_name, image, names)
    added = change.operation is Operation.INSERT
    link = LINKS.get(change.table_name)
    label = gettext(link[1]) if link else table_name(change.table_name)
    yield Line(
        change.id, change.table_name, change.row_id, None, label, False if added else text, text if added else False
    )


def _line(change: Change, key: str, old: str | None, new: str | None) -> Line:
    return Line(change.id, change.table_name, change.row_id, key, label_of(change.table_name, key), old, new)


def _setting(change: Change) -> Line:
    """A setting under its own name. Without a row its default holds: to set one first is to change that."""
    before, after = change.before or {}, change.after or {}
    key = str(after.get("key") or before.get("key") or "")
    old, new = (wording.setting_value(key, image.get("value")) for image in (before, after))
    field = "value" if change.operation is Operation.UPDATE else None
    return Line(change.id, change.table_name, change.row_id, field, wording.setting_title(key), old, new)


def _what(table: str, image: dict[str, Any], names: _Names) -> str:
    """What a row that came or went is called."""
    columns = Base.metadata.tables[table].c
    if table in LINKS and image.get(LINKS[table][0]) is not None:
        return names.text(columns[LINKS[table][0]], image[LINKS[table][0]]) or ""
    if table == "customer_access":
        holder = "user_id" if image.get("user_id") else "team_id"
        parts = [names.text(columns[holder], image.get(holder)), names.text(columns.role_id, image.get("role_id"))]
        return ": ".join(part for part in parts if part)
    if table == "connection":
        other = "other_customer_id" if image.get("other_customer_id") else "contact_id"
        return names.text(columns[other], image.get(other)) or ""
    person = " ".join(str(image[key]) for key in ("first_name", "last_name") if image.get(key))
    if table == Comment.__tablename__ and image.get("text"):
        return beginning(str(image["text"]))
    if table == Setting.__tablename__ and image.get("key"):
        return wording.setting_title(str(image["key"]))
    named = ("company_name", "name", "subject", "street", "iban", "key", "number", "label", "city", "day", "country")
    said = (_words(columns[key], image[key]) if key == "day" else str(image[key]) for key in named if image.get(key))
    name = person or next(said, gettext("a record"))
    return shell.role_name(name) if table == Role.__tablename__ else name


def table_name(table: str) -> str:
    """What one record of a table is called in the reader's language."""
    return gettext(TABLES.get(table, table))


def label_of(table: str, key: str) -> str:
    """What a form calls a field; without a form, the column's name in words."""
    labels: dict[tuple[str, str], Any] = current_app.extensions["kaartenbak"].get("labels", {})
    known = labels.get((table, key))
    return str(known) if known is not None else gettext(key.removesuffix("_id").replace("_", " ").capitalize())


def _fields(change: Change, hidden: frozenset[str]) -> list[str]:
    """The fields whose values are shown: those that were changed, or that say what was linked or given."""
    table = Base.metadata.tables.get(change.table_name)
    if table is None:
        return []
    if change.operation is Operation.UPDATE:
        before, after, unsaid = change.before or {}, change.after or {}, UNSAID | hidden
        if table.name == Activity.__tablename__:
            unsaid -= {"contact_id"}  # whom it is with, not whose it is
        return [key for key in after if key not in unsaid and key in table.c and before.get(key) != after[key]]
    return _naming(change.table_name)


def _changed(change: Change) -> set[str]:
    """The columns that were changed, whether they are shown or not; none in what came or went."""
    before, after = change.before or {}, change.after or {}
    is_update = change.operation is Operation.UPDATE
    return {key for key in after if before.get(key) != after[key]} if is_update else set()


def _naming(table: str) -> list[str]:
    """The fields that say what a row of this table links or gives."""
    if table in LINKS:
        return [LINKS[table][0]]
    return NAMED_BY.get(table, [])


class _Names:
    """Values in words, with the names behind foreign keys looked up in one go; and which fields are shown at all."""

    def __init__(self, session: Session, changes: list[Change]) -> None:
        hidden = _hidden(session, changes)
        self.fields = {change.id: _fields(change, hidden.get(change.id, frozenset())) for change in changes}
        self.unseen = {
            change.id
            for change in changes
            if not self.fields[change.id] and not _changed(change).isdisjoint(hidden.get(change.id, frozenset()))
        }
        wanted: dict[str, set[int]] = defaultdict(set)
        for change in changes:
            for key in {*self.fields[change.id], *_naming(change.table_name)}:
                target = target_of(Base.metadata.tables[change.table_name].c[key])
                values = [image.get(key) for image in (change.before, change.after) if image]
                if target is not None:
                    wanted[target].update(value for value in values if isinstance(value, int))
            for table, row_id in _about(change):
                wanted[table].add(row_id)
        self.known = dict(_looked_up(session, wanted))
        self.told = {
            (change.table_name, change.row_id): _what(change.table_name, change.after or change.before or {}, self)
            for change in changes
            if change.table_name in Base.metadata.tables
        }

    def record(self, pair: Pair) -> Record:
        """A record by the name it has, or else had at the time."""
        table, row_id = pair
        known = self.known.get(pair)
        name = self._name(table, row_id) if known or pair not in self.told else self.told[pair]
        return Record(table_name(table), name, _card(table, row_id) if known else None)

    def _name(self, table: str, row_id: int) -> str:
        gone = gettext("Contact deleted") if table == "contact" else gettext("no longer there, or not for you to see")
        name = self.known.get((table, row_id), gone)
        return shell.role_name(name) if table == Role.__tablename__ else name

    def text(self, column: Column[Any], raw: Any, image: Mapping[str, Any] = MappingProxyType({})) -> str | None:
        """A value as people read it, beside the others of its row; None is empty."""
        if raw is None or raw == "":
            return None
        target = target_of(column)
        if column is Activity.__table__.c.due_at and not image.get("has_time", True):
            column = _DUE_ON
        return _words(column, raw) if target is None else self._name(target, raw)


def _card(table: str, row_id: int) -> str | None:
    """Where the card of a record is, for who may come there."""
    endpoint, right, switch = current_app.extensions["kaartenbak"]["cards"].get(table, (None, None, None))
    if endpoint is None or (right is not None and not access.may(shell.here(), shell.looker(), right)):
        return None
    if not shell.used(switch):
        return None
    return url_for(f"{endpoint}.details_view", id=row_id)


def switched_off_tables() -> frozenset[str]:
    """The tables of what a feature switch turns off: no history tells of them. What is undone is shown whole."""
    cards: dict[str, tuple[str, Any, str | None]] = current_app.extensions["kaartenbak"]["cards"]
    off = {table for table, (_endpoint, _right, switch) in cards.items() if not shell.used(switch)}
    return frozenset(off | {table for table, whole in PARTS.items() if whole in off})


def _hidden(session: Session, changes: list[Change]) -> dict[int, frozenset[str]]:
    """The columns of changed rows, by change, that are not for the person who looks."""
    off = {change.id: switched_off(session, change.table_name) for change in changes}
    looker, amounts = shell.looker(), [change for change in changes if change.table_name in access.AMOUNTS]
    if access.may(session, looker, Right.SEE_REVENUE):
        return off
    customers = {change.customer_id for change in amounts if change.customer_id is not None}
    access.look_ahead(session, looker, customers)
    seen = {one for one in customers if access.may(session, looker, Right.SEE_REVENUE, one)}
    unseen = {change.id: access.AMOUNTS[change.table_name] for change in amounts if change.customer_id not in seen}
    return {key: columns | unseen.get(key, frozenset()) for key, columns in off.items()}


def unseen(session: Session) -> list[ColumnElement[bool]]:
    """The conditions on changes of which nothing is shown to the person who looks: they touch what `_hidden` hides only."""
    without = access.reachable(shell.looker(), Right.SEE_REVENUE, Change.customer_id)
    found = []
    for table in Base.metadata.tables:
        off, amounts = switched_off(session, table), access.AMOUNTS.get(table, frozenset())
        if off:
            found.append(journal.only_touches(session, table, UNSAID | off))
        if amounts and without is not None:
            touched = journal.only_touches(session, table, UNSAID | off | amounts)
            found.append(and_(touched, or_(Change.customer_id.is_(None), ~without)))
    return found


def _looked_up(session: Session, wanted: Mapping[str, set[int]]) -> Iterator[tuple[tuple[str, int], str]]:
    """The names of rows of several tables in one query; what may not be seen has none."""
    named = {m.class_.__tablename__: m.class_ for m in Base.registry.mappers if hasattr(m.class_, "name")}
    parts = [
        select(literal(table), named[table].id, named[table].name).where(one_of(named[table].id, ids))
        for table, ids in sorted(wanted.items())
        if table in named and ids
    ]
    for table, key, text in session.execute(union_all(*parts)) if parts else ():
        yield (table, key), text


def target_of(column: Column[Any] | None) -> str | None:
    """The table that a column points at."""
    keys = column.foreign_keys if column is not None else set()
    return next((key.target_fullname.split(".")[0] for key in keys), None)


def _words(column: Column[Any], raw: Any) -> str:
    """A value in words; what is none of its type, as SQLite takes it from plain SQL, as it stands."""
    try:
        said = wording.SAID.get(column.name)
        return _typed(column.type, raw) if said is None else said(raw)
    except (ValueError, TypeError, ArithmeticError):
        return str(raw)


def _typed(kind: TypeEngine[Any], raw: Any) -> str:
    if isinstance(kind, Money):
        text = shell.plain_amount(Decimal(raw) / 100)
        return f"{text} %" if isinstance(kind, Percentage) else text
    if isinstance(kind, Boolean):
        return gettext("yes") if raw else gettext("no")
    if isinstance(kind, WordSet):
        return ", ".join(shell.right_name(word) for word in str(raw).split())
    if isinstance(kind, Enum):
        return gettext(str(raw))
    if isinstance(kind, UtcDateTime):
        return shell.full(dt.datetime.fromisoformat(str(raw)).replace(tzinfo=dt.UTC))
    if isinstance(kind, Date):
        return shell.full(dt.date.fromisoformat(str(raw)[:10]))
    return str(raw)
