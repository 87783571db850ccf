"""The columns backwards: customers and contacts as .csv or .xlsx, sent while they are read, in constant memory.

What goes out comes in again unchanged: titles are recognised in six languages, a text that a spreadsheet would run as a
formula is typed as text (.xlsx) or gets an apostrophe in front (.csv) that the import takes off again. A text that has
such an apostrophe of its own gets a second one in both.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause, Select, and_, select
from sqlalchemy.orm import Session

from importers import xlsx
from importers.columns import COLUMNS, Column, Place, allowed
from importers.known import ACCOUNT, ADDRESS, CONTACT, CUSTOMER, LABEL, LABELLED, LINK, LIST, USER
from importers.reading import GUARDED
from models.access import Looker, looker_of, reachable, require
from models.among import one_of
from models.contact import Contact
from models.customer import Customer
from models.imports import ImportKind
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
    titles = [column.title(language) for column in chosen]
    blocks = _blocks(session, kind, ids, chosen, language)
    widths = [34 if column.term.key in _WIDE else 16 for column in chosen]
    return written(_SHEETS[kind].get(language[:2], _SHEETS[kind]["en"]), titles, widths, blocks, format, language)


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
            for at, value in enumerate(row):
                if isinstance(value, str) and value[:1] == "'" and value[1:2] in GUARDED:
                    row[at] = f"'{value}"
        yield block


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


# Reading -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Out:
    """Where the value of a column comes from: an expression of the main SELECT, or a look-up of its own per block."""

    expression: ColumnElement[Any] | None = None
    lookup: str = ""
    shape: Callable[[Any], Any] | None = None


def _blocks(
    session: Session, kind: ImportKind, ids: Select[int], columns: Sequence[Column], language: str
) -> Iterator[list[list[Any]]]:
    """Rows of values, block by block, in the order of the ids."""
    reader = (_Customers if kind is ImportKind.CUSTOMERS else _Contacts)(session, columns, language)
    for found in session.execute(ids, execution_options={"yield_per": BLOCK}).partitions():
        yield reader.rows([row[0] for row in found])


class _Reader:
    """Reads the values of a block of records: one SELECT for all that is one to one, one for each list."""

    table: FromClause = CUSTOMER
    noun = "customer"

    def __init__(self, session: Session, columns: Sequence[Column], language: str) -> None:
        self.session, self.columns = session, columns
        short = {"no": "nb", "nn": "nb", "da": "nb"}.get(language[:2], language[:2])
        self.yes, self.no = _YES_NO.get(short, _YES_NO["nl"] if short == "nb" else _YES_NO["en"])
        self.kinds = dict(zip(("business", "private"), _KINDS.get(short, _KINDS["en"]), strict=True))
        self.source: FromClause = self.table
        self.joined: dict[str, FromClause] = {}
        self.outs = [self.out(column) for column in columns]
        expressions = [out.expression for out in self.outs if out.expression is not None]
        self.query = select(self.table.c.id, *expressions).select_from(self.source)
        self.lookups = {out.lookup.partition(".")[0] for out in self.outs if out.lookup}

    def rows(self, ids: Sequence[int]) -> list[list[Any]]:
        """The values of these records, in this order; one that is gone by now is left out."""
        main = {row[0]: row for row in self.session.execute(self.query.where(one_of(self.table.c.id, ids))).all()}
        looked_up = {name: self.look_up(name, ids) for name in self.lookups}
        found = []
        for key in ids:
            row = main.get(key)
            if row is not None:
                found.append(self.values(row, {name: values.get(key, {}) for name, values in looked_up.items()}))
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
