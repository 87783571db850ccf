"""One row of a file becomes the values of one customer or contact: parsed, put together, with what is wrong in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from importers.columns import COLUMNS, Column
from importers.files import Cell, Row, Sheet, address
from importers.files.audit import with_country
from importers.one_line import parted
from importers.reading import (
    NAME_LENGTH,
    ZEROED,
    Notation,
    Reading,
    Yearless,
    country_of_code,
    is_of_a_firm,
    legible,
    may_be_of_the_place,
    may_lack_zeros,
    needs_nothing,
    person,
    plain,
    postal_place,
    rest_of,
    shortened,
    squeezed,
    titled,
    unseen,
)
from importers.trouble import Trouble, Wrong, problem
from models.base import folded, spelt_out
from models.imports import ImportKind

Values = dict[str, Any]
NOTHING: Mapping[str, Mapping[str, str]] = MappingProxyType({})

# So many texts of a column are remembered with what they stand for.
MOST_KNOWN = 5_000
# What cells of an address and of a name are put together to, or taken apart into.
_OF_ADDRESS = frozenset({"street", "postal_code", "city"})
_OF_NAME = frozenset({"company_name", "first_name", "last_name"})
_ADDRESSES = ("head_office.", "invoice_address.", "")
_PIECES = ("street", "house_number", "house_addition", "postal_code", "city", "postal_place")
# Where names come from, those of one person together, and where they end up.
_SAID_NAMES = (
    ("company_name",), ("name",), ("name_2",), ("own_company",), ("first_name", "infix", "last_name"),
    ("main_contact.contact",), ("main_contact.first_name", "main_contact.last_name"),
)  # fmt: skip
_KEPT_NAMES = (
    "company_name",
    *(f"{whose}{part}" for whose in ("", "main_contact.") for part in ("salutation", "first_name", "last_name")),
)

# A note beside a table takes a cell or two.
_LONGEST_NOTE = 2
# So many of the rows are looked at, and a row of the table has so many cells.
_LOOKED_AT, _SEVERAL = 500, 2
_DIGITS = re.compile(r"[1-9][0-9]*")
# A row with fewer of the values that stand in the example of the template may be a record all the same.
FEWEST_EXAMPLES = 5


@dataclass(slots=True)
class Record:
    """A row on its way in. `values`: field -> value, for what the row gives; with `clears` '' for empty cells, too.

    `whole_name` is the name where the row gives it in one piece: whether it is a company, and what of it is the first
    name, is then only a guess. `too_long` is the name before it was shortened. With `replaces_labels` its labels are all
    there are to be. `is_note`: it looks like something written beside the table.
    `account`: the IBAN of the bank account that it speaks of, where it may say another one instead.
    """

    number: int
    raw: Row
    values: Values = field(default_factory=dict)
    whole_name: str = ""
    too_long: str = ""
    rest: list[str] = field(default_factory=list)
    replaces_labels: bool = False
    is_note: bool = False
    account: str = ""
    problems: list[dict[str, Any]] = field(default_factory=list)

    def is_rejected(self) -> bool:
        return any(one["wall"] for one in self.problems)

    def reject(self, trouble: Trouble, cell: str = "", value: object = "", **values: object) -> None:
        """Keep it out, and say why."""
        self.problems.append(problem(trouble, cell, value, True, **values))

    def say(self, trouble: Trouble, cell: str = "", value: object = "", **values: object) -> None:
        """Say something about it; it goes in all the same."""
        self.problems.append(problem(trouble, cell, value, False, **values))


@dataclass(frozen=True)
class _Slot:
    """A mapped column: where its cells are, in the row and in the spreadsheet.

    `as_it_is`: a text of up to this length may need nothing done to it, see `needs_nothing`; 0 for none. `known`: what
    texts stand for that came before, of those about which there is nothing to say.
    """

    column: Column
    position: int
    place: int
    parse: Callable[[Cell], Any]
    as_it_is: int = 0
    known: dict[str, str | int] = field(default_factory=dict)


# What is said of a value that stays out, and of one that is kept in the notes.
_BEHIND_THE_FIRST = (Trouble.NOT_IMPORTED_REST, Trouble.REST_TO_NOTES)
_WITHOUT_A_YEAR = (Trouble.YEARLESS_LEFT_OUT, Trouble.YEARLESS_TO_NOTES)
_NO_PLACE = (Trouble.NO_PLACE_LEFT_OUT, Trouble.NO_PLACE_TO_NOTES)


class RowReader:
    """Reads rows of one sheet with one mapping. `clears`: an empty cell empties the field instead of leaving it.

    `translations`: field -> what a cell says -> what it stands for. `rest_to_notes`: of several values in a cell, those
    behind the first are kept in the notes, and so is what the other columns leave no place for. `vat_country`: the position
    of what stands in front of VAT numbers.
    """

    def __init__(
        self,
        sheet: Sheet,
        mapping: Mapping[str, Sequence[int]],
        kind: ImportKind,
        reading: Reading,
        translations: Mapping[str, Mapping[str, str]] = NOTHING,
        notations: Mapping[int, Notation] | None = None,
        *,
        clears: bool = False,
        rest_to_notes: bool = False,
        vat_country: int | None = None,
    ) -> None:
        self.sheet, self.mapping, self.notations = sheet, mapping, notations or {}
        self.kind, self.reading, self.clears = kind, reading, clears
        self.translations, self.rest_to_notes, self.vat_country = translations, rest_to_notes, vat_country
        # In a spreadsheet a cell with nothing in it is empty; a source that tells says so of the empty ones itself.
        self._none_is_empty = clears and not (sheet.layout and sheet.layout.tells_absent)
        self.problems = sheet.problems
        self.slots = [self._slot(COLUMNS[kind][key], at) for key, positions in mapping.items() for at in positions]
        self.doubtful = [slot for slot in self.slots if slot.column.doubt]
        self.zeroed = [slot for slot in self.slots if slot.column.term.key in ZEROED]
        # The places whose addresses come in pieces.
        self.in_pieces = [place for place in _ADDRESSES if self._is_in_pieces(place)]
        self.with_codes = [place for place in _ADDRESSES if f"{place}postal_code" in mapping or place in self.in_pieces]
        self._compose = _customer if kind is ImportKind.CUSTOMERS else _contact
        # Naam;Voornaam: with a first name beside it and no column for the last one, the name is that.
        self.name_is_last = {"name", "first_name"} <= mapping.keys() and "last_name" not in mapping
        self._longest = {
            key: column.limits.longest
            for key, column in COLUMNS[kind].items()
            if column.limits is not None and column.limits.longest is not None and self._is_put_together(key)
        }
        mapped = ([key for key in keys if key in mapping] for keys in _SAID_NAMES)
        self._names = [keys for keys in mapped if keys]
        self._cells = {slot.column.key: slot.place for slot in self.slots}
        self._exact = _exact_columns(sheet.rows)
        self._numbers = _always(sheet.rows, mapping.get("number", ())) if kind is ImportKind.CUSTOMERS else -1
        self._is_template = sum(slot.column.example != "" for slot in self.slots) >= FEWEST_EXAMPLES

    def cell_of(self, key: str, row: int) -> str:
        """The place of a field in a row, such as B12; '' where it is not mapped."""
        place = self._cells.get(key)
        return address(row, place) if place else ""

    def place(self, position: int) -> int:
        """Which column of the spreadsheet a position is, from 1."""
        return self.sheet.columns[position] if position < len(self.sheet.columns) else position + 1

    def _is_in_pieces(self, place: str) -> bool:
        """Whether parts of an address have to be put together or taken apart: a town without a column for its code, too."""
        pieces = {piece for piece in _PIECES if f"{place}{piece}" in self.mapping}
        in_one = "postal_code" not in pieces and not pieces.isdisjoint({"street", "city"})
        return in_one or not pieces.isdisjoint({"postal_place", "house_number", "house_addition"})

    def is_in_one(self, place: str) -> bool:
        """Whether the street is all that there is of an address, so that the rest may stand in its cell."""
        return all(f"{place}{piece}" not in self.mapping for piece in _PIECES if piece != "street")

    def cell(self, key: str, row: Row) -> Cell:
        """What stands in the column of a field."""
        at = self.mapping[key][0] if key in self.mapping else len(row)
        return row[at] if at < len(row) else None

    def _is_put_together(self, key: str) -> bool:
        """Whether a value may be made of more than one cell, or of a part of one."""
        place, _, piece = key.rpartition(".")
        in_pieces = piece in _OF_ADDRESS and (f"{place}." if place else "") in self.in_pieces
        of_two = piece in _OF_NAME or in_pieces or (key == "vat_number" and self.vat_country is not None)
        return len(self.mapping.get(key, ())) != 1 or of_two

    def _slot(self, column: Column, at: int) -> _Slot:
        translations = self.translations.get(column.key)
        parse = _parser(column, self._reading_of(at), translations)
        is_read = translations or len(self.mapping[column.key]) > 1
        return _Slot(column, at, self.place(at), parse, 0 if is_read else column.as_it_is)

    def _reading_of(self, position: int) -> Reading:
        """How a column is read: as the file, but for what is known of this one."""
        return replace(self.reading, **self.notations[position]) if position in self.notations else self.reading

    def only(self, *keys: str) -> RowReader:
        """The same for some fields only, for a quick look through the whole file."""
        mapping = {key: positions for key, positions in self.mapping.items() if key in keys}
        return RowReader(self.sheet, mapping, self.kind, self.reading, self.translations, self.notations)

    def of_known(self, keys: Collection[str]) -> RowReader:
        """The same for some fields of rows that are records for sure: an empty cell empties its field."""
        reader = copy(self)
        reader.slots = [slot for slot in self.slots if slot.column.key in keys]
        reader.clears, reader._none_is_empty, reader._exact = True, True, frozenset()
        return reader

    def texts(self, key: str, rows: Iterable[tuple[int, Row]]) -> Iterator[tuple[int, str]]:
        """Row number and text of one field, for the rows that have it: quicker than reading them."""
        for at in self.mapping.get(key, ())[:1]:
            for number, row in rows:
                text = plain(legible(row[at])) if at < len(row) else ""
                if text:
                    yield number, text

    def read(self, number: int, row: Row, given: Values | None = None) -> Record:
        """The values of a row, put together, with everything that is wrong; `given` are some that it does not hold."""
        record = Record(number, row)
        values = record.values
        values.update(given or {})
        width = len(row)
        record.is_note = (bool(self._exact) and self._is_note(row)) or self._is_heading(row)
        for slot in self.slots:
            cell = row[slot.position] if slot.position < width else None
            if self.problems and (number, slot.place) in self.problems:
                found = self.problems[number, slot.place]
                record.reject(Trouble.UNREADABLE_CELL, address(number, slot.place), found.value, reason=str(found))
            elif type(cell) is str and len(cell) <= slot.as_it_is and needs_nothing(cell, slot.column.several):
                values[slot.column.key] = cell
            elif type(cell) is str and cell in slot.known:
                values[slot.column.key] = slot.known[cell]
            elif cell is not None or self._none_is_empty:
                said = len(record.problems)
                self._take(record, slot, cell)
                if type(cell) is str and len(record.problems) == said:
                    self._remember(slot, cell, values.get(slot.column.key))
        if self.vat_country is not None and self.vat_country < width and values.get("vat_number"):
            values["vat_number"] = with_country(values["vat_number"], plain(row[self.vat_country]))
        if number in self.sheet.rests:
            self._tell_rest(record, self.sheet.rests[number])
        names = [{key: values[key] for key in keys if values.get(key)} for keys in self._names]
        self._compose(self, record, values)
        self._tell_lost_names(record, names)
        self._refuse_too_long(record)
        return record

    def _remember(self, slot: _Slot, cell: str, value: Any) -> None:
        """The same dates, countries and currencies come back all the time."""
        is_alone = len(self.mapping[slot.column.key]) == 1 and not slot.column.several
        if is_alone and value and isinstance(value, str | int) and len(slot.known) < MOST_KNOWN:
            slot.known[cell] = value

    def _tell_rest(self, record: Record, rest: str) -> None:
        """Say what the file says of a row besides its fields, or keep it in the notes."""
        if self.rest_to_notes:
            record.rest.append(rest)
        record.say(Trouble.REST_KEPT if self.rest_to_notes else Trouble.REST_LEFT_OUT, rest=rest.replace("\n", "; "))

    def _tell_lost_names(self, record: Record, names: Iterable[Mapping[str, str]]) -> None:
        """Say which of the names of a row are nowhere in what it became; in other words is not lost: Berg, Jan."""
        own = record.values.get("company_name")
        lost = [pieces for pieces in names if pieces and [*pieces.values()] != [own]]
        kept = f" {' '.join(record.values.get(key) or '' for key in _KEPT_NAMES)} " if lost else ""
        for pieces in lost:
            name = " ".join(pieces.values())
            if f" {name} " not in kept and not _words(" ".join(titled(name))) <= _words(kept):
                for key, piece in pieces.items():
                    self.leave_out(record, key, piece)

    def leave_out(self, record: Record, key: str, text: str) -> None:
        """Say that the other columns leave no place for the value of a field."""
        cell = self.cell_of(key, record.number)
        self._part_with(record, COLUMNS[self.kind][key], cell, text, text, _NO_PLACE)

    def _part_with(
        self, record: Record, column: Column, cell: str, value: Cell, rest: str, said: tuple[Trouble, Trouble]
    ) -> None:
        """Keep what does not go into a field in the notes, if that is wanted, and say so; `said`: left out, kept."""
        if self.rest_to_notes:
            record.rest.append(f"{column.title()}: {rest}")
        record.say(said[self.rest_to_notes], cell, value, field=column.title(), rest=rest)

    def _refuse_too_long(self, record: Record) -> None:
        """Each part fits its column; what was put together of several may not."""
        for key in sorted(self._longest.keys() & record.values.keys()):
            value, limit = record.values[key], self._longest[key]
            if isinstance(value, str) and len(value) > limit and not record.is_rejected():
                field = COLUMNS[self.kind][key].title()
                cell = self.cell_of(key, record.number)
                record.reject(Trouble.TOO_LONG, cell, value, field=field, length=len(value), limit=limit)

    def is_example(self, row: Row) -> bool:
        """Whether a row is the example of the template, untouched."""
        return self._is_template and all(
            plain(row[slot.position] if slot.position < len(row) else None) == slot.column.example
            for slot in self.slots
        )

    def _is_note(self, row: Row) -> bool:
        """Whether a row has hardly anything, and nothing where the table has its numbers and dates."""
        filled = [at for at, cell in enumerate(row) if cell is not None]
        return len(filled) <= _LONGEST_NOTE and not any(
            at in self._exact and not isinstance(row[at], str) for at in filled
        )

    def _is_heading(self, row: Row) -> bool:
        """Whether a row has one cell only, where all rows of several have a number: it may be the name of a group of them."""
        if self._numbers < 0 or (self._numbers < len(row) and row[self._numbers] is not None):
            return False
        return len(row) - row.count(None) == 1

    def _take(self, record: Record, slot: _Slot, cell: Cell) -> None:
        column = slot.column
        if isinstance(cell, str) and (hidden := unseen(cell)):
            where, shown = address(record.number, slot.place), spelt_out(cell, hidden)
            record.say(Trouble.INVISIBLE_LEFT_OUT, where, cell, field=column.title(), shown=shown)
            cell = legible(cell)
        if column.shortens and isinstance(cell, str) and len(whole := plain(cell)) > NAME_LENGTH:
            where, limits = address(record.number, slot.place), {"length": len(whole), "limit": NAME_LENGTH}
            record.say(Trouble.NAME_SHORTENED, where, cell, field=column.title(), **limits)
            record.too_long, cell = whole, shortened(whole)
        try:
            value = slot.parse(cell)
        except Wrong as wrong:
            where = address(record.number, slot.place)
            record.reject(wrong.trouble, where, plain(cell), **{"field": column.title(), **wrong.values})
            return
        if isinstance(value, Yearless):
            self._part_with(record, column, address(record.number, slot.place), cell, plain(cell), _WITHOUT_A_YEAR)
            return
        if value == "" or value == []:
            if self.clears:
                record.values.setdefault(column.key, value)
            return
        if column.repeatable and record.values.get(column.key):
            value = _joined(record.values[column.key], value)
        record.values[column.key] = value
        if column.several and isinstance(cell, str) and len(cell) > len(value):
            rest = rest_of(cell)
            if rest:
                self._part_with(record, column, address(record.number, slot.place), cell, rest, _BEHIND_THE_FIRST)

    def doubt(self, record: Record, written: Collection[str]) -> None:
        """Say what looks wrong in the fields of a row that will be written. It costs more than reading, so not for all."""
        for slot in self.doubtful:
            value = record.values.get(slot.column.key) if slot.column.key in written else None
            found = slot.column.doubt(value, self.reading) if slot.column.doubt and value else None
            if found:
                record.say(found, address(record.number, slot.place), value, field=slot.column.title())
        width = len(record.raw)
        for slot in self.zeroed:
            cell = record.raw[slot.position] if slot.column.key in written and slot.position < width else None
            if digits := self._digits(cell):
                self._doubt_zeros(record, slot, digits)

    def _digits(self, cell: Cell) -> str:
        """What a spreadsheet had as a number. In a text every cell is one that it may have written; what begins with zero is not."""
        is_number = type(cell) is int or (self.sheet.keeps_ends and isinstance(cell, str) and _DIGITS.fullmatch(cell))
        return str(cell) if is_number else ""

    def _doubt_zeros(self, record: Record, slot: _Slot, digits: str) -> None:
        """Say that a number may have begun with zeros. Of what has no country of its own the head office tells it."""
        values, place = record.values, slot.column.key.rpartition(".")[0]
        said = (values.get(key) for key in (f"{place}.country", "country", "head_office.country"))
        country = next(filter(None, said), self.reading.country)
        if may_lack_zeros(slot.column.term.key, digits, country):
            where = address(record.number, slot.place)
            record.say(Trouble.ZEROS_LOST, where, digits, field=slot.column.title(), country=country)


def _always(rows: Sequence[Row], columns: Sequence[int]) -> int:
    """The first of these columns if each row with several cells has something in it, and some have more; else -1.

    In a table of two columns, the number and the name, an empty cell leaves one only: that tells nothing.
    """
    full = [row for row in rows[:_LOOKED_AT] if len(row) - row.count(None) >= _SEVERAL]
    have_more = sum(len(row) - row.count(None) > _SEVERAL for row in full) > _SEVERAL
    at = columns[0] if columns else -1
    return at if have_more and all(at < len(row) and row[at] is not None for row in full) else -1


def _exact_columns(rows: Sequence[Row]) -> frozenset[int]:
    """The positions of columns full of numbers, dates or ticks; empty if there are fewer than two of them."""
    sample = [row for row in rows if sum(cell is not None for cell in row) >= 3][:200]
    width = max((len(row) for row in sample), default=0)
    found = frozenset(
        at
        for at in range(width)
        if sum(at < len(row) and row[at] is not None and not isinstance(row[at], str) for row in sample)
        >= 0.7 * len(sample)
    )
    return found if len(found) >= 2 and len(sample) >= 5 else frozenset()


def _parser(column: Column, reading: Reading, translations: Mapping[str, str] | None) -> Callable[[Cell], Any]:
    """The parser of a column, behind what its values stand for."""
    if not translations:
        return lambda cell: column.parse(cell, reading)
    known = {folded(said): meant for said, meant in translations.items()}

    def translated(cell: Cell) -> Any:
        meant = known.get(folded(plain(cell)))
        return column.parse(cell if meant is None else meant, reading)

    return translated


def _joined(before: Any, value: Any) -> Any:
    if isinstance(value, list):
        return [*before, *(one for one in value if one not in before)]
    return f"{before}\n{value}"


# Putting together ----------------------------------------------------------------------------------------------------


def _customer(reader: RowReader, record: Record, values: Values) -> None:
    for place in reader.in_pieces:
        _address(reader, record, values, place)
    _countries(reader, record, values)
    _kind(values)
    _greeted(values)
    if reader.name_is_last and not _is_name_of_firm(values):
        _last_name(reader, record, values, "main_contact.")
    _customer_name(record, values)
    _main_contact(values)
    _own_salutation(reader, record, values)
    _check_name(reader, record, values, ("company_name", "name", "first_name", "last_name"))


def _kind(values: Values) -> None:
    """A company or a person, also where the file only says whether it is one of the two."""
    for key, kinds in (("is_person", _PERSON_OR_NOT), ("is_company", _PERSON_OR_NOT[::-1])):
        said = values.pop(key, "")
        if said != "" and not values.get("kind"):
            values["kind"] = kinds[not said]


_PERSON_OR_NOT = ("private", "business")


# What programs put in the place of Mr and Mrs where they mean that there is nobody to greet.
_FIRM = frozenset({"firma", "bedrijf", "company", "foretag", "unternehmen", "yritys", "bedrift"})


def _greeted(values: Values) -> None:
    """A salutation that says no more than that this is a company."""
    if squeezed(values.get("main_contact.salutation") or "") in _FIRM:
        del values["main_contact.salutation"]
        values.setdefault("kind", "business")


def _is_name_of_firm(values: Values) -> bool:
    """Whether the name of a row is that of a firm although there is a first name: then that is its contact's."""
    kind = values.get("kind")
    return kind == "business" or (not kind and is_of_a_firm(values.get("name") or ""))


def _last_name(reader: RowReader, record: Record, values: Values, whose: str = "") -> None:
    """The name beside a first name is the last name, or all of it: Jansen, Jan Jansen.

    A title is the salutation of a contact; of `whose` where it is one of a customer. A customer itself keeps it in its name.
    """
    first, name = values.get("first_name"), values.get("name")
    if not (first and name):
        return
    del values["name"]
    title, name = titled(name)
    if squeezed(name) == squeezed(first):
        return
    values["last_name"] = last = person(f"{name}, {first}")[1] if "," in name else _without(name, first)
    if title and whose and not values.get("company_name"):
        values["first_name"] = f"{title} {first}"
    elif title and not values.get(f"{whose}salutation"):
        values[f"{whose}salutation"] = title
    said = values.get("company_name") or values.get("kind")
    if reader.kind is ImportKind.CUSTOMERS and not said and person(last)[0]:
        record.say(Trouble.TAKEN_FOR_PERSON, reader.cell_of("name", record.number), name, first=first, last=last)


def _without(name: str, first: str) -> str:
    """A name without the first name before or behind it."""
    said, small = name.casefold(), first.casefold()
    if said.startswith(f"{small} "):
        return name[len(first) :].lstrip()
    return name[: -len(first)].rstrip() if said.endswith(f" {small}") else name


def _contact(reader: RowReader, record: Record, values: Values) -> None:
    for place in reader.in_pieces:
        _address(reader, record, values, place)
    _countries(reader, record, values)
    if reader.name_is_last:
        _last_name(reader, record, values)
    _infix(values)
    company = values.pop("own_company", "")
    if company:
        values["company_name"] = company
    name = values.pop("name", "")
    if name and name != company and not values.get("first_name") and not values.get("last_name"):
        record.whole_name = name
        if values.get("kind") == "business" and not company:
            values["company_name"] = name
        else:
            _person(values, name)
    _check_name(reader, record, values, ("first_name", "last_name", "customer.name"))


def _address(reader: RowReader, record: Record, values: Values, place: str) -> None:
    """Join house number and addition to the street; take 'postal code and city' apart."""
    together = values.pop(f"{place}postal_place", "")
    if together:
        code, city = _town(reader, record, f"{place}postal_place", together, values.get(f"{place}country"), 1)
        found = {f"{place}postal_code": code, f"{place}city": city}
        if any(text and squeezed(values.get(key) or text) != squeezed(text) for key, text in found.items()):
            reader.leave_out(record, f"{place}postal_place", together)
        values.update({key: text for key, text in found.items() if text and not values.get(key)})
    _take_apart(reader, record, values, place)
    number = values.pop(f"{place}house_number", "")
    addition = values.pop(f"{place}house_addition", "")
    street = values.get(f"{place}street")
    if street and number:
        glue = "" if len(addition) == 1 and addition.isalpha() else " "
        whole = f"{number}{glue}{addition}".rstrip()
        # Some programs have the number in both, and only the addition apart.
        bare = street.removesuffix(f" {number}") if addition else street
        if not _ends_with(street, whole):
            values[f"{place}street"] = f"{bare} {whole}"
        return
    for piece, text in (("house_number", number), ("house_addition", addition)):
        if text:
            reader.leave_out(record, f"{place}{piece}", text)


def _ends_with(street: str, number: str) -> bool:
    """Whether the number of the house stands in the street already, however it is written: 14 a, 14A.

    A street may be called by a number itself, as the squares of Mannheim are: Q 7.
    """
    word, end = squeezed(street), squeezed(number)
    name = word.removesuffix(end)
    return word != name and end[:1].isdigit() and name[-1:].isalpha() and len(name) >= _LETTERS_OF_STREET


_LETTERS_OF_STREET = 3


def _countries(reader: RowReader, record: Record, values: Values) -> None:
    """The letters in front of a postal code tell the country, where the row says none."""
    for place in reader.with_codes:
        code, key = values.get(f"{place}postal_code") or "", f"{place}country"
        country = country_of_code(code) if "-" in code else ""
        if country and not values.get(key) and not plain(reader.cell(key, record.raw)):
            values[key] = country


def _town(reader: RowReader, record: Record, key: str, text: str, country: str | None, fewest: int) -> tuple[str, str]:
    """Postal code and town of a text that may hold both; says so where it may be read in another way.

    With so many digits, `fewest`, it looks as if there were a code.
    """
    code, town = postal_place(text, country or reader.reading.country)
    if not code and sum(map(str.isdigit, text)) >= fewest:
        field = COLUMNS[reader.kind][key].title()
        record.say(Trouble.POSTAL_CODE_UNSEEN, reader.cell_of(key, record.number), text, field=field)
    elif not country and may_be_of_the_place(code, town):
        record.say(Trouble.POSTAL_CODE_DOUBTFUL, reader.cell_of(key, record.number), text, code=code, town=town)
    return code, town


# A town does not begin with so many digits.
_FEWEST_OF_CODE = 4


def _take_apart(reader: RowReader, record: Record, values: Values, place: str) -> None:
    """Take a postal code out of the town, and a whole address out of the street, where they have no columns of their own."""
    country, town = values.get(f"{place}country") or "", values.get(f"{place}city") or ""
    if town and not values.get(f"{place}postal_code"):
        code, rest = _town(reader, record, f"{place}city", town, country, _FEWEST_OF_CODE)
        if sum(map(str.isdigit, code)) >= _FEWEST_OF_CODE:
            values |= {f"{place}postal_code": code, f"{place}city": rest}
    whole = reader.cell(f"{place}street", record.raw) if reader.is_in_one(place) else None
    parts = parted(whole) if isinstance(whole, str) else {}
    if parts and country in {"", parts.get("country", country)}:
        values |= {f"{place}{piece}": text for piece, text in parts.items()}


def _infix(values: Values) -> None:
    infix = values.pop("infix", "")
    if infix and values.get("last_name"):
        values["last_name"] = f"{infix} {values['last_name']}"


def _customer_name(record: Record, values: Values) -> None:
    """A company has a company name; a person beside it is its contact. Without a company the person is the customer."""
    _infix(values)
    second = values.pop("name_2", "")
    whole = values.pop("name", "")
    company = values.get("company_name") or ""
    first, last = values.get("first_name") or "", values.get("last_name") or ""
    is_person = bool(first and last)
    if not company and whole and not (is_person and (values.get("kind") == "private" or not is_of_a_firm(whole))):
        company = whole
    if not (first and last):
        record.whole_name = f"{company} {second}".rstrip()
    if company and values.get("kind") == "private" and not (first and last):
        first, last = person(company)
        company = ""
    if company:
        values.pop("first_name", None)
        values.pop("last_name", None)
        values["company_name"] = f"{company} {second}".rstrip()
        if (first or last) and not any(values.get(f"main_contact.{key}") for key in _OF_CONTACT):
            values["main_contact.first_name"], values["main_contact.last_name"] = first, last
    elif first or last:
        values.pop("company_name", None)
        values["first_name"], values["last_name"] = first, last


_OF_CONTACT = ("contact", "first_name", "last_name")


def _main_contact(values: Values) -> None:
    name = values.pop("main_contact.contact", "")
    if name:
        _person(values, name, "main_contact.")


def _own_salutation(reader: RowReader, record: Record, values: Values) -> None:
    """The salutation of a customer that is a person has no place; beside a contact it is that of the contact."""
    text = values.get("main_contact.salutation")
    is_person = values.get("last_name") and not values.get("company_name")
    if text and is_person and not any(values.get(f"main_contact.{key}") for key in _TELL_A_CONTACT):
        del values["main_contact.salutation"]
        reader.leave_out(record, "main_contact.salutation", text)


_TELL_A_CONTACT = ("first_name", "last_name", "email", "phone", "mobile", "function")


def _person(values: Values, name: str, prefix: str = "") -> None:
    """Take the name of a contact apart; a title becomes its salutation, unless the row gives another one."""
    title, rest = titled(name)
    if title and not values.get(f"{prefix}salutation"):
        values[f"{prefix}salutation"], name = title, rest
    values[f"{prefix}first_name"], values[f"{prefix}last_name"] = person(name)


def _words(text: str) -> set[str]:
    return {squeezed(word) for word in text.split()} - {""}


_LETTER = re.compile(r"[^\W_]")


def _check_name(reader: RowReader, record: Record, values: Values, keys: Iterable[str]) -> None:
    for key in keys:
        name = values.get(key)
        if name and not _LETTER.search(name):
            record.reject(Trouble.NAME_WITHOUT_LETTERS, reader.cell_of(key, record.number), name)


def contact_name(values: Mapping[str, Any]) -> str:
    """What a contact is called: the person, or the company that is on file as a contact."""
    return full_name({**values, "company_name": ""}) or str(values.get("company_name") or "")


def full_name(values: Mapping[str, Any], prefix: str = "") -> str:
    """The name of a customer, a contact or (with a prefix) a main contact, from its parts."""
    company = values.get(f"{prefix}company_name")
    if company:
        return str(company)
    return f"{values.get(f'{prefix}first_name') or ''} {values.get(f'{prefix}last_name') or ''}".strip()
