"""The columns backwards: customers and contacts as .csv or .xlsx, sent while they are read, in constant memory.

What goes out comes in again unchanged: titles are recognised in six languages, a text that a spreadsheet would run as a
formula is typed as text (.xlsx) or gets an apostrophe in front (.csv) that the import takes off again. A text that has
such an apostrophe of its own gets a second one in both. An .xlsx can come back: see `marks` and `coming_back`.
"""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause, Select, and_, select
from sqlalchemy.orm import Session

from importers import marks, reading, xlsx
from importers.columns import COLUMNS, Column, Place, allowed
from importers.known import ACCOUNT, ADDRESS, CONTACT, CUSTOMER, LABEL, LABELLED, LINK, LIST, USER
from importers.reading import GUARDED
from models import clock, codes, journal
from models.access import Looker, looker_of, reachable, require
from models.among import one_of
from models.contact import Contact
from models.customer import Customer
from models.imports import ImportKind
from models.settings import ValueList
from models.user import Right

Format = Literal["csv", "xlsx"]
BLOCK = 1_000
BOM = b"\xef\xbb\xbf"
SEPARATOR = "; "

_YES_NO = {"en": ("yes", "no"), "nl": ("ja", "nee"), "sv": ("ja", "nej"), "de": ("ja", "nein"), "fi": ("kyllä", "ei")}
_KINDS = {
    "en": ("company", "person"),
    "nl": ("bedrijf", "persoon"),
    "sv": ("företag", "person"),
    "de": ("Firma", "Person"),
    "fi": ("yritys", "henkilö"),
}
_SHEETS = {
    ImportKind.CUSTOMERS: {"en": "Customers", "nl": "Klanten", "sv": "Kunder", "de": "Kunden", "fi": "Asiakkaat"},
    ImportKind.CONTACTS: {
        "en": "Contacts",
        "nl": "Contacten",
        "sv": "Kontakter",
        "de": "Kontakte",
        "fi": "Yhteyshenkilöt",
    },
}
_POINT = frozenset({"en"})
_WIDE = frozenset({"name", "company_name", "description", "street", "email", "labels", "website"})


def exported(kind: ImportKind) -> tuple[Column, ...]:
    """Every column that can go out, in the usual order."""
    return tuple(column for column in COLUMNS[kind].values() if not column.only_in)


def stream(
    session: Session,
    noun: ImportKind | str,
    ids: Select[int],
    columns: Sequence[str],
    format: Format,
    language: str = "en",
) -> Iterator[bytes]:
    """The records with these ids, in the order of that SELECT, as the bytes of a file: the first at once.

    `columns` are keys of columns that go out and that the one who looks may see (KeyError for others); none means all
    of those. Asks for no other right: whoever lets people at `ids` does. It goes on reading from the session until the
    end.
    """
    kind = ImportKind(noun)
    seen = allowed(session, looker_of(session), kind)
    known = {column.key: column for column in exported(kind) if column.key in seen}
    chosen = tuple(known[key] for key in columns) or tuple(known.values())
    if format == "xlsx":
        return _Returnable(session, kind, chosen, language).stream(ids)
    blocks = ([*rows.values()] for rows in _blocks(session, kind, ids, chosen, language))
    return _csv([column.title(language) for column in chosen], blocks, language)


def written(
    sheet: str,
    titles: Sequence[str],
    widths: Sequence[int],
    blocks: Iterator[list[list[Any]]],
    format: Format,
    language: str,
) -> Iterator[bytes]:
    """A table as the bytes of a file, while its rows are read; `sheet` and `widths` are for a workbook."""
    return xlsx.stream(sheet, titles, widths, _guarded(blocks)) if format == "xlsx" else _csv(titles, blocks, language)


def _guarded(blocks: Iterator[list[list[Any]]]) -> Iterator[list[list[Any]]]:
    for block in blocks:
        for row in block:
            _guard(row)
        yield block


def _guard(row: list[Any]) -> list[Any]:
    """A second apostrophe for who has one of its own."""
    for at, value in enumerate(row):
        if isinstance(value, str) and value[:1] == "'" and value[1:2] in GUARDED:
            row[at] = f"'{value}"
    return row


def as_written(
    session: Session, kind: ImportKind, columns: Sequence[Column], language: str, ids: Sequence[int]
) -> dict[int, list[Any]]:
    """What a workbook would say of these records now: record -> its cells."""
    rows = _reader(session, kind, columns, language).rows(ids)
    return {key: _guard(row) for key, row in rows.items()}


def _csv(titles: Sequence[str], blocks: Iterator[list[list[Any]]], language: str) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(titles)
    yield BOM + out.getvalue().encode()
    comma = language[:2] not in _POINT
    for block in blocks:
        out.seek(0)
        out.truncate()
        writer.writerows([[_plain(value, comma) for value in row] for row in block])
        yield out.getvalue().encode("utf-8", "replace")


def _plain(value: Any, comma: bool) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, str):
        first = value[:1]
        if first in GUARDED and (first != "'" or value[1:2] in GUARDED):
            return f"'{value}"
        return value
    if isinstance(value, Decimal):
        return str(value).replace(".", ",") if comma else str(value)
    return str(value)


# A workbook that can come back ---------------------------------------------------------------------------------------

MARKED = 1
"""Where the column with the marks stands: second, so that whoever selects the table by its first cells takes it along."""

_WARNING = {
    "en": "Kaartenbak knows its rows again by this column. Leave it as it is.",
    "nl": "Aan deze kolom herkent Kaartenbak zijn rijen. Laat hem zoals hij is.",
    "sv": "På den här kolumnen känner Kaartenbak igen sina rader. Låt den vara.",
    "de": "An dieser Spalte erkennt Kaartenbak seine Zeilen wieder. Bitte nicht ändern.",
    "fi": "Kaartenbak tunnistaa rivinsä tästä sarakkeesta. Älä muuta sitä.",
}
_LISTED = {
    "status_id": ValueList.STATUS,
    "industry_id": ValueList.INDUSTRY,
    "invoice_layout_id": ValueList.INVOICE_LAYOUT,
}


class _Returnable:
    """A workbook that can come back: with a mark above, a token beside each row, and lists to choose from."""

    def __init__(self, session: Session, kind: ImportKind, columns: Sequence[Column], language: str) -> None:
        self.session, self.kind, self.columns, self.language = session, kind, columns, language
        self.ids = array("q")

    def stream(self, ids: Select[int]) -> Iterator[bytes]:
        """Its bytes. Nothing is asked of the database before the first of them."""
        widths = [34 if column.term.key in _WIDE else 16 for column in self.columns]
        widths.insert(MARKED, 4)
        warning = _WARNING.get(self.language[:2], _WARNING["en"])
        behind = xlsx.Behind(marks.BEHIND, lambda: self.stamp.listed(self.ids), self.choices, {MARKED}, warning)
        sheet = _SHEETS[self.kind].get(self.language[:2], _SHEETS[self.kind]["en"])
        return xlsx.stream(sheet, self.titles(), widths, self.blocks(ids), behind)

    def titles(self) -> Iterator[str]:
        keys = [column.key for column in self.columns]
        today = clock.of(self.session).today()
        self.stamp = marks.made(self.kind, self.language, journal.position(self.session), today, keys)
        titles = [column.title(self.language) for column in self.columns]
        titles.insert(MARKED, self.stamp.text)
        yield from titles

    def blocks(self, ids: Select[int]) -> Iterator[list[list[Any]]]:
        for found in _blocks(self.session, self.kind, ids, self.columns, self.language):
            for key, row in found.items():
                token = self.stamp.token(key, _guard(row))
                row.insert(MARKED, token)
            self.ids.extend(found)
            yield [*found.values()]

    def choices(self) -> dict[int, xlsx.Choice]:
        """What may stand in which column of the sheet."""
        found = {}
        for at, column in enumerate(self.columns):
            choice = choice_of(self.session, column, self.language)
            if choice is not None:
                found[at + (at >= MARKED)] = choice
        return found


def choice_of(session: Session, column: Column, language: str) -> xlsx.Choice | None:
    """What may stand in a column; None where that may be anything."""
    if column.parse in {reading.yes_or_no, reading.archived}:
        return xlsx.Choice(_yes_no(language))
    if column.attribute in _LISTED:
        query = select(LIST.c.name).where(LIST.c.list == _LISTED[column.attribute], LIST.c.retired.is_(False))
        return xlsx.Choice(session.scalars(query.order_by(LIST.c.position, LIST.c.name)).all())
    match column.term.key:
        case "kind":
            return xlsx.Choice(_KINDS.get(_short(language), _KINDS["en"]))
        case "country":
            return xlsx.Choice(sorted(codes.COUNTRIES))
        case "currency":
            return xlsx.Choice(codes.CURRENCIES)
        case "language":
            return xlsx.Choice(reading.OFFERED_LANGUAGES)
        case "owner":
            active = select(USER.c.email).where(USER.c.disabled_at.is_(None)).order_by(USER.c.email)
            return xlsx.Choice(session.scalars(active).all())
        case "labels":
            # Several fit into a cell; the list helps with the first.
            return xlsx.Choice(session.scalars(select(LABEL.c.name).order_by(LABEL.c.name)).all(), True)
    return None


# Reading -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Out:
    """Where the value of a column comes from: an expression of the main SELECT, or a look-up of its own per block."""

    expression: ColumnElement[Any] | None = None
    lookup: str = ""
    shape: Callable[[Any], Any] | None = None


def _blocks(
    session: Session, kind: ImportKind, ids: Select[int], columns: Sequence[Column], language: str
) -> Iterator[dict[int, list[Any]]]:
    """Records with their values, block by block, in the order of the ids."""
    reader = _reader(session, kind, columns, language)
    for found in session.execute(ids, execution_options={"yield_per": BLOCK}).partitions():
        yield reader.rows([row[0] for row in found])


def _reader(session: Session, kind: ImportKind, columns: Sequence[Column], language: str) -> _Reader:
    return (_Customers if kind is ImportKind.CUSTOMERS else _Contacts)(session, columns, language)


def _short(language: str) -> str:
    return {"no": "nb", "nn": "nb", "da": "nb"}.get(language[:2], language[:2])


def _yes_no(language: str) -> tuple[str, str]:
    return _YES_NO.get(_short(language), _YES_NO["nl"] if _short(language) == "nb" else _YES_NO["en"])


class _Reader:
    """Reads the values of a block of records: one SELECT for all that is one to one, one for each list."""

    table: FromClause = CUSTOMER
    noun = "customer"

    def __init__(self, session: Session, columns: Sequence[Column], language: str) -> None:
        self.session, self.columns = session, columns
        self.yes, self.no = _yes_no(language)
        self.kinds = dict(zip(("business", "private"), _KINDS.get(_short(language), _KINDS["en"]), strict=True))
        self.source: FromClause = self.table
        self.joined: dict[str, FromClause] = {}
        self.outs = [self.out(column) for column in columns]
        expressions = [out.expression for out in self.outs if out.expression is not None]
        self.query = select(self.table.c.id, *expressions).select_from(self.source)
        self.lookups = {out.lookup.partition(".")[0] for out in self.outs if out.lookup}

    def rows(self, ids: Sequence[int]) -> dict[int, list[Any]]:
        """The values of these records, in this order; one that is gone by now is left out."""
        main = {row[0]: row for row in self.session.execute(self.query.where(one_of(self.table.c.id, ids))).all()}
        looked_up = {name: self.look_up(name, ids) for name in self.lookups}
        found = {}
        for key in ids:
            row = main.get(key)
            if row is not None:
                found[key] = self.values(row, {name: values.get(key, {}) for name, values in looked_up.items()})
        return found

    def values(self, row: Sequence[Any], looked_up: Mapping[str, Mapping[str, Any]]) -> list[Any]:
        values, at = [], 0
        for out in self.outs:
            if out.expression is not None:
                at += 1
                value = row[at]
            else:
                name, _, attribute = out.lookup.partition(".")
                value = looked_up[name].get(attribute)
            values.append(out.shape(value) if out.shape is not None else value)
        return values

    def out(self, column: Column) -> _Out:
        """Where the value of a column comes from."""
        key = column.term.key
        if key == "archived":
            return _Out(self.table.c.archived_at, shape=lambda value: self.yes if value is not None else self.no)
        if key == "labels":
            return _Out(lookup="labels.names")
        if key == "kind":
            return _Out(self.table.c.kind, shape=lambda value: self.kinds[value.value])
        if key == "owner":
            return _Out(self.one(USER, "owner_id").c.email)
        if column.attribute in {"status_id", "industry_id", "invoice_layout_id"}:
            return _Out(self.one(LIST, column.attribute).c.name)
        return self.own(column)

    def own(self, column: Column) -> _Out:
        """The same for what only customers or contacts have."""
        expression = self.table.c[column.attribute or column.term.key]
        truth = expression.type.python_type is bool
        return _Out(expression, shape=self.yes_or_no if truth else None)

    def yes_or_no(self, value: bool | None) -> str | None:
        return None if value is None else self.yes if value else self.no

    def one(self, table: FromClause, foreign_key: str) -> FromClause:
        """A table that a column of this one points to."""
        if foreign_key not in self.joined:
            other = table.alias(foreign_key)
            self.source = self.source.outerjoin(other, other.c.id == self.table.c[foreign_key])
            self.joined[foreign_key] = other
        return self.joined[foreign_key]

    def look_up(self, name: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Record -> values of a list that belongs to it."""
        link = LABELLED[self.noun]
        owner = link.c[f"{self.noun}_id"]
        query = select(owner, LABEL.c.name).join(LABEL, LABEL.c.id == link.c.label_id).where(one_of(owner, ids))
        names: dict[int, dict[str, Any]] = {}
        for key, label in self.session.execute(query.order_by(LABEL.c.name)).all():
            kept = names.setdefault(key, {"names": ""})
            kept["names"] += f"{SEPARATOR if kept['names'] else ''}{label}"
        return names

    def by_owner(self, query: Select[Any], owner: str) -> dict[int, dict[str, Any]]:
        """Rows by the record they belong to; of several the last, which the query makes the one with the lowest id."""
        found = self.session.execute(query)
        names = tuple(found.keys())
        at = names.index(owner)
        return {row[at]: dict(zip(names, row, strict=True)) for row in found.all()}


class _Customers(_Reader):
    def own(self, column: Column) -> _Out:
        if column.place in {Place.HEAD_OFFICE, Place.INVOICE}:
            return _Out(self.address(column.place).c[column.attribute])
        if column.place is Place.CONTACT:
            name = "name" if column.term.key == "contact" else column.attribute
            return _Out(lookup=f"main_contact.{name}")
        if column.place is Place.BANK:
            return _Out(lookup=f"bank.{column.attribute}")
        return super().own(column)

    def address(self, place: Place) -> FromClause:
        flag = "is_head_office" if place is Place.HEAD_OFFICE else "is_invoice"
        if flag not in self.joined:
            other = ADDRESS.alias(flag)
            self.source = self.source.outerjoin(
                other, and_(other.c.customer_id == CUSTOMER.c.id, other.c[flag].is_(True))
            )
            self.joined[flag] = other
        return self.joined[flag]

    def look_up(self, name: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        if name == "labels":
            return super().look_up(name, ids)
        if name == "bank":
            query = select(ACCOUNT).where(one_of(ACCOUNT.c.customer_id, ids)).order_by(ACCOUNT.c.id.desc())
        else:
            query = (
                select(LINK.c.customer_id, LINK.c.function, *(CONTACT.c[field] for field in _OF_CONTACT))
                .join(CONTACT, CONTACT.c.id == LINK.c.contact_id)
                .where(one_of(LINK.c.customer_id, ids), LINK.c.is_main.is_(True))
                .order_by(LINK.c.id.desc())
            )
        return self.by_owner(query, "customer_id")


_OF_CONTACT = ("salutation", "name", "email", "phone", "mobile")


class _Contacts(_Reader):
    table = CONTACT
    noun = "contact"

    def own(self, column: Column) -> _Out:
        if column.term.key == "own_company":
            return _Out(CONTACT.c.company_name)
        if column.place is Place.LINK:
            truth = column.attribute in {"is_main", "is_invoice_contact"}
            return _Out(lookup=f"customer.{column.term.key}", shape=self.yes_or_no if truth else None)
        return super().own(column)

    def look_up(self, name: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        if name == "labels":
            return super().look_up(name, ids)
        query = (
            select(LINK.c.contact_id, LINK.c.function, LINK.c.is_main, LINK.c.is_invoice_contact)
            .add_columns(CUSTOMER.c.number, CUSTOMER.c.name)
            .join(CUSTOMER, CUSTOMER.c.id == LINK.c.customer_id)
            .where(one_of(LINK.c.contact_id, ids))
            .order_by(LINK.c.id.desc())
        )
        condition = reachable(looker_of(self.session), Right.VIEW)
        if condition is not None:
            query = query.where(condition)
        return self.by_owner(query, "contact_id")


def everything(
    session: Session,
    looker: Looker,
    kind: ImportKind,
    format: str,
    language: str = "en",
    archived: bool | None = False,
) -> Iterator[bytes]:
    """All customers or contacts that `looker` may see, by name. `archived`: only those that are (not), None for all."""
    require(session, looker, Right.EXPORT)
    noun = Customer if kind is ImportKind.CUSTOMERS else Contact
    query = select(noun.id).order_by(noun.name_key, noun.id)
    if archived is not None:
        query = query.where(noun.archived_at.is_not(None) if archived else noun.archived_at.is_(None))
    return stream(session, kind, query, (), "xlsx" if format == "xlsx" else "csv", language)
