"""What may be written into a record, and whether a value fits: one place for the form, the importer and every verb."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Column, Enum, Text, UniqueConstraint, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from models.base import CENT, Base, Limits, Money, folded, invisible, limits_of, spelt_out, utc_now, web_address
from models.contact import Contact, CustomerContact
from models.customer import Address, Customer, Kind
from models.errors import Reason, Refused
from models.label import ContactLabel, CustomerLabel, Label
from models.operations import number
from models.process import Process
from models.settings import ListValue, ValueList
from models.user import Team, TeamMember, User


@dataclass(frozen=True)
class SetField:
    """A field that is a set of ids, kept in a table of links: `own` points at the record, `other` at what it holds."""

    link: type[Base]
    own: str
    other: str
    target: type[Base]


@dataclass(frozen=True)
class Part:
    """A row of another table that is one record with its owner; its fields carry the prefix."""

    prefix: str
    noun: type[Base]
    own: str
    marked: Mapping[str, Any]


SETS: dict[type[Base], dict[str, SetField]] = {
    Customer: {"labels": SetField(CustomerLabel, "customer_id", "label_id", Label)},
    Contact: {"labels": SetField(ContactLabel, "contact_id", "label_id", Label)},
    Team: {"members": SetField(TeamMember, "team_id", "user_id", User)},
    User: {"teams": SetField(TeamMember, "user_id", "team_id", Team)},
}
PARTS: dict[type[Base], Part] = {Customer: Part("head_office_", Address, "customer_id", {"is_head_office": True})}
# The row that is made along with a new one, on the same form; its fields have their own names.
ALONG: dict[type[Base], type[Base]] = {Contact: CustomerContact}

# What a verb keeps up: it says what else was done in the same step, and is taken back only together with that.
KEPT_BY_VERBS = frozenset(
    {
        "archived_at",
        "archive_reason",
        "archived_with_customer",
        "contact_deleted",
        "disabled_at",
        "built_in",
        "revoked_at",
        "stopped_at",
    }
)
# These, and what the database and the record itself keep up.
KEPT = KEPT_BY_VERBS | {"id", "number_key", "email_key", "created_at", "changed_at", "password_hash"}
# Of all addresses one has this mark: it goes from one to another, and back only so.
GOES_BACK_AS_A_WHOLE = KEPT | {"is_head_office"}
# Unique by what the spellings of one value have in common.
KEYED: dict[tuple[type[Base], str], str] = {(Customer, "number"): "number_key", (User, "email"): "email_key"}
# Days before and after these years are slips of the pen; nobody here was born before the first.
FIRST_YEAR, LAST_YEAR = 1900, 2100
# What mail can be sent to, as far as a look at it tells; asked of columns marked as an address.
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


@cache
def columns(noun: type[Base]) -> dict[str, Column[Any]]:
    """The columns of a noun that may be written, by attribute name."""
    mapper = inspect(noun)
    return {
        attribute.key: column
        for attribute in mapper.column_attrs
        if isinstance(column := attribute.columns[0], Column) and attribute.key not in KEPT and column.computed is None
    }


@cache
def noun_of(table: str) -> type[Base]:
    """The class of a table."""
    found: type[Base] = next(m.class_ for m in Base.registry.mappers if m.class_.__tablename__ == table)
    return found


def attribute(noun: type[Base], name: str) -> InstrumentedAttribute[Any]:
    """The mapped attribute of that name."""
    found: InstrumentedAttribute[Any] = getattr(noun, name)
    return found


def present(row: Base) -> dict[str, Any]:
    """The writable fields of a row as they are."""
    return {name: getattr(row, name) for name in columns(type(row))}


def defaults(noun: type[Base]) -> dict[str, Any]:
    """What a new row has where nothing is given."""
    return {
        name: column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None
        for name, column in columns(noun).items()
    }


def cleaned(noun: type[Base], field: str, value: Any) -> Any:
    """The value as the column keeps it: an empty text is none, amounts have two places, words are enum members.

    Nothing, where there has to be something, is what a new row would have. A text that is no member of its enum stays a
    text, for `misfits` to refuse.
    """
    column = columns(noun)[field]
    kind = column.type
    if value == "" and column.nullable:
        return None
    if value is None and not column.nullable:
        return defaults(noun)[field]
    if isinstance(kind, Money) and isinstance(value, Decimal | int):
        return Decimal(value).quantize(CENT)
    if isinstance(kind, Enum) and kind.enum_class and isinstance(value, str):
        known = {str(member.value): member for member in kind.enum_class}
        return known.get(value, value)
    return value


def limits(noun: type[Base], field: str) -> Limits | None:
    """The limits of a field of a form, `head_office_…` and what is made along included; None where it is no column."""
    part = PARTS.get(noun)
    if part and field.startswith(part.prefix):
        noun, field = part.noun, field.removeprefix(part.prefix)
    along = ALONG.get(noun)
    column = columns(noun).get(field, columns(along).get(field) if along else None)
    return None if column is None else limits_of(column)


def misfits(noun: type[Base], field: str, value: Any) -> Refused | None:
    """Why the value does not fit its column, before the database says so less kindly."""
    column = columns(noun)[field]
    if value is None or (value == "" and not column.nullable):
        optional = column.nullable or (value is None and column.default is not None)
        return None if optional else Refused(Reason.MISSING, field)
    if isinstance(value, str) and not isinstance(column.type, Enum):
        return _misfits_text(column, field, value)
    if isinstance(column.type, Enum) and not isinstance(value, enum.Enum):
        return Refused(Reason.WRONG_VALUE, field, value=value, example="")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _misfits_number(column, field, value)
    if isinstance(value, dt.date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
        return Refused(Reason.DAY_OUT_OF_RANGE, field, first=FIRST_YEAR, last=LAST_YEAR)
    return None


def _misfits_number(column: Column[Any], field: str, value: int | Decimal) -> Refused | None:
    fitting = limits_of(column)
    if Decimal(value).is_finite() and fitting.hold(value):
        return None
    if column.foreign_keys or not Decimal(value).is_finite():
        return Refused(Reason.WRONG_VALUE, field, value=value, example="")
    return Refused(Reason.OUT_OF_RANGE, field, least=fitting.least, most=fitting.most)


def _misfits_text(column: Column[Any], field: str, value: str) -> Refused | None:
    hidden = invisible(value, lines=isinstance(column.type, Text) or bool(column.info.get("lines")))
    if hidden:
        return Refused(Reason.INVISIBLE, field, shown=spelt_out(value, hidden))
    fitting = limits_of(column)
    if not fitting.hold(value):
        return Refused(Reason.TOO_LONG, field, length=fitting.longest)
    if column.info.get("address") and not _ADDRESS.fullmatch(value):
        return Refused(Reason.NOT_AN_ADDRESS, field, value=value)
    if judge := column.info.get("judged_by"):
        refused: Refused | None = judge(field, value)
        return refused
    # As it stands, for what makes it a link adds nothing.
    if column.info.get("web") and web_address(value) != value:
        return Refused(Reason.NOT_A_LINK, field, value=value)
    return None


def misfits_list(
    session: Session, changes: Mapping[str, Any], record: Mapping[str, Any], record_id: int | None
) -> Iterator[Refused]:
    """Why a value does not fit its list: it is of another one, or another there is called so, however it is written."""
    if record_id is not None and "list" in changes:
        yield Refused(Reason.LIST_STAYS, "list")
    names = select(ListValue.name).where(ListValue.list == record["list"], ListValue.id != (record_id or 0))
    if "name" in changes and _is_among(record["name"] or "", session.scalars(names)):
        yield Refused(Reason.VALUE_TAKEN, "name")
    if changes.get("other_name") and record["list"] is not ValueList.RELATION_KIND:
        yield Refused(Reason.NO_OTHER_SIDE, "other_name")


def _is_among(name: str, others: Iterable[str]) -> bool:
    """Whether a name is one of these, however it is written. Of the office: few enough to be read."""
    return folded(name) in {folded(other) for other in others}


def ends_too_early(record: Mapping[str, Any]) -> Refused | None:
    """Whether what has a first and a last day ends before it starts."""
    start, end = record.get("starts_on"), record.get("ends_on")
    if start is None or end is None or start <= end:
        return None
    return Refused(Reason.ENDS_BEFORE_IT_STARTS, "ends_on", start=start)


def not_yet(record: Mapping[str, Any], field: str) -> Refused | None:
    """Whether a moment that has been, as people say, is still to come: it would stand before all others for years.

    A day is let pass: elsewhere it is later already.
    """
    said, tomorrow = record.get(field), utc_now() + dt.timedelta(days=1)
    return Refused(Reason.NOT_YET, field) if isinstance(said, dt.datetime) and said > tomorrow else None


def names_missing(noun: type[Base], record: Mapping[str, Any]) -> Iterator[Refused]:
    """What a customer or contact needs to be called by and lacks (TO-08, TO-09). `record` has all its fields."""
    if noun not in (Customer, Contact):
        return
    business = record.get("kind") == Kind.BUSINESS
    wanted = {
        "company_name": Reason.COMPANY_NAME_MISSING,
        "first_name": Reason.FIRST_NAME_MISSING,
        "last_name": Reason.LAST_NAME_MISSING,
    }
    empty = [field for field in wanted if not str(record.get(field) or "").strip()]
    if noun is Customer:
        needed = ["company_name"] if business else ["first_name", "last_name"]
    else:
        # Address books are full of people with one name only: any name will do for a contact.
        needed = [] if len(empty) < len(wanted) else ["company_name" if business else "first_name"]
    yield from (Refused(wanted[field], field) for field in needed if field in empty)


def linked_already(session: Session, customer_id: int, contact_id: int) -> Iterator[Refused]:
    """Whether a contact is linked with a customer; both are seen by whoever asks."""
    there = (
        select(Contact.name, Customer.name)
        .join(CustomerContact, CustomerContact.contact_id == Contact.id)
        .join(Customer, Customer.id == CustomerContact.customer_id)
        .where(Customer.id == customer_id, Contact.id == contact_id)
    )
    for name, customer in session.execute(there):
        yield Refused(Reason.ALREADY_CUSTOMER, "contact_id", name=name, customer=customer)


def list_of(column: Column[Any]) -> ValueList:
    """Of which list the values of a column are. It is called like its list, unless it says which."""
    return column.info.get("list") or ValueList(column.name.removesuffix("_id"))


def unknown(session: Session, noun: type[Base], field: str, value: int | None) -> Refused | None:
    """A posted id must point at a row that is there for this person, and a list value must be of the field's list."""
    keys = columns(noun)[field].foreign_keys
    if value is None or not keys:
        return None
    target = noun_of(next(iter(keys)).column.table.name)
    query = select(target.id).where(target.id == value)
    if target is ListValue:
        query = query.where(ListValue.list == list_of(columns(noun)[field]), ListValue.retired.is_(False))
    return None if session.scalar(query) is not None else Refused(Reason.NOT_FOUND, field)


def taken(session: Session, noun: type[Base], field: str, value: Any, record_id: int | None) -> Refused | None:
    """Whether another record has this value where each has its own; asked of all rows, the hidden ones too."""
    if value is None or not _is_unique(noun, field):
        return None
    kept_as = KEYED.get((noun, field), field)
    key = value if kept_as == field else folded(value)
    table = Base.metadata.tables[noun.__tablename__]
    if (noun, field) == (Process, "name"):
        names = session.scalars(select(table.c.name).where(table.c.id != (record_id or 0)))
        return Refused(Reason.VALUE_TAKEN, field) if _is_among(value, names) else None
    holder = session.execute(select(table.c.id).where(table.c[kept_as] == key, table.c.id != (record_id or 0))).scalar()
    if holder is None:
        waits = noun is Customer and number.in_bin(session, [key])
        return Refused(Reason.NUMBER_IN_BIN, field, number=number.peek(session)) if waits else None
    return _number_taken(session, holder) if noun is Customer else Refused(Reason.VALUE_TAKEN, field)


def _number_taken(session: Session, holder: int) -> Refused:
    free = number.peek(session)
    # Through the door this time: the name of a customer that may not be seen is not told.
    name = session.scalar(select(Customer.name).where(Customer.id == holder))
    if name is None:
        return Refused(Reason.NUMBER_TAKEN_UNSEEN, "number", number=free)
    return Refused(Reason.NUMBER_TAKEN, "number", name=name, number=free, holder=holder)


@cache
def _is_unique(noun: type[Base], field: str) -> bool:
    if (noun, field) in KEYED:
        return True
    table = Base.metadata.tables[noun.__tablename__]
    return bool(columns(noun)[field].unique) or any(
        isinstance(rule, UniqueConstraint) and [column.name for column in rule.columns] == [field]
        for rule in table.constraints
    )
