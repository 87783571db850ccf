"""What a file turns into: a workbook of sheets, rows and cells, with everything a reader should be told about them."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

MB = 1_000_000
# How the mark of a workbook begins that was exported here to come back: see `importers/marks.py`.
MARK = "kaartenbak:1:"
MARK_ROWS = 30

# A time of day and a duration are text: no customer field takes them.
Cell = str | int | Decimal | bool | date | datetime | None
Row = tuple[Cell, ...]


class Kind(enum.StrEnum):
    """What the bytes turned out to be."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    EXCEL_2003 = "Excel 2003 XML"
    PAGE = "HTML"
    TEXT = "csv"
    XAF = "XAF"
    SAFT = "SAF-T"
    SIE5 = "SIE 5"
    UBL = "UBL"
    VCARD = "vCard"
    SERVICE = "service"


class Fault(enum.StrEnum):
    """What is wrong with one cell. The value is the message in English."""

    ERROR_VALUE = "{sheet}, cell {cell}: {value} (error value)."
    NO_RESULT = "{sheet}, cell {cell}: a formula without a stored result. Open the file, save it and try again."
    TOO_MANY_DIGITS = "{sheet}, cell {cell}: {value} has more than 15 digits; the last ones are lost. Store it as text."
    CUT_SHORT = (
        "{sheet}, cell {cell}: {value} is what a spreadsheet program wrote for want of room; the rest of the digits is lost. "
        "Widen the column there, store it as text, and save it again."
    )
    NO_NUMBER = "{sheet}, cell {cell}: {value} is no number. Type the number, or empty the cell."
    DOUBTFUL_DATE = "{sheet}, cell {cell}: {value} is a date outside the range that spreadsheets count well."
    TOO_LONG = "{sheet}, cell {cell}: the text has {value} characters; only the first 32,767 were read."


class Remark(enum.StrEnum):
    """What to tell about a sheet or file that was read. The value is the message in English."""

    HIDDEN_SHEET = "The sheet {sheet} is hidden."
    SHEETS_LEFT_OUT = "Other sheets with rows, which were not read: {names}."
    HIDDEN_SHEETS_LEFT_OUT = "Hidden sheets with rows, which were not read: {names}."
    HIDDEN_ROWS_LEFT_OUT = "{sheet}: hidden rows left out: {count} ({places})."
    HIDDEN_COLUMNS_LEFT_OUT = "{sheet}: hidden columns left out: {count} ({places})."
    HIDDEN_ROWS_READ = "{sheet}: hidden rows read too: {count} ({places})."
    HIDDEN_COLUMNS_READ = "{sheet}: hidden columns read too: {count} ({places})."
    MERGED_FILLED = "{sheet}: merged areas whose cells all got the visible value: {count} ({places})."
    MERGED_AS_STORED = "{sheet}: merged areas whose cells were read as stored: {count} ({places})."
    STOPPED_AT_EMPTY_ROWS = "{sheet}: reading stopped at row {row}, after {count} empty rows."
    COLUMNS_CUT = "{sheet}: {count} columns; only the first {limit} were read."
    HEADER_REPEATED = "{sheet}: rows that say the names of the columns again, left out: {count} ({places})."
    TURNED = (
        "{sheet}: the names of the fields seem to stand below each other. Turn the table: copy it, choose Transpose when you "
        "paste it, and save it."
    )
    SECOND_TABLE = (
        "{sheet}: a second table seems to begin in row {row}; it is read as part of the first. Look at the rows from there "
        "on."
    )
    ERRORS_UNSEEN = "{sheet}: error values and formulas without a result could not all be placed; they look empty."
    BINARY_AS_STORED = (
        "An .xlsb file is read as its cells are stored: zeros in front of numbers are lost, error values look empty, and "
        "hidden rows and columns are read too. Save it as .xlsx to keep and see them."
    )
    MARK_UNKNOWN = "{sheet} was exported elsewhere, or its mark was changed: its rows are taken like those of any list."
    ENCODING_GUESSED = "The encoding was guessed as {encoding}. Look at the letters with accents."
    LETTERS_LOST = (
        "Characters that {encoding} does not know and that are read as �: {count}, the first in line {line}. Choose "
        "another encoding, or put those letters right."
    )
    GARBLED = (
        "Line {line}: {shown} looks like letters that another program spoilt. Look at the letters with accents, and export "
        "the file again."
    )
    TAKEN_APART = "{sheet}: every row stood in one cell; it was taken apart at each {delimiter}"
    LETTERS_DOUBTFUL = (
        "Words that look as if they were written in another encoding: {count}, such as {word}. Choose another encoding, or "
        "put those letters right."
    )
    QUOTE_OPEN = "Row {row}: a quotation mark is opened and never closed. All that comes after it was read as one cell."
    QUOTE_ASTRAY = "Row {row}, maybe later ones too: a cell goes on behind its closing quotation mark. Look at its quotation marks."
    LINES_IN_A_CELL = (
        "Row {row}: one cell holds lines that look like rows of their own. A quotation mark may be missing."
    )
    SUPPLIERS_LEFT_OUT = "Suppliers, which are no customers and were left out: {count}."
    OTHERS_LEFT_OUT = "Relations that are neither customer nor supplier, and were left out: {count}."
    ACCOUNTS_LEFT_OUT = "Bank accounts left out, for they are no IBAN or not the first of a customer: {count}."
    CONTACTS_LEFT_OUT = "Further contact persons, who come in when the file is imported as contacts: {count}."
    UNNAMED_LEFT_OUT = "Without the name of a person or a company, and left out: {count}."
    NAMELESS_LEFT_OUT = "Customers without a contact person, of whom there is nothing to bring: {count}."
    GONE_LEFT_ALONE = "Records that are gone at the source: {count}. An import deletes nothing."


@dataclass(frozen=True, slots=True)
class Note:
    """One remark with the values of its message."""

    remark: Remark
    values: Mapping[str, str | int]

    def __str__(self) -> str:
        return self.remark.value.format(**self.values)


class _Kept(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def told(notes: Iterable[Mapping[str, Any]], translate: Callable[[str], str] = str) -> list[str]:
    """Notes as they are kept with an import, in the reader's language.

    An import that is open since an earlier version may lack a value that a message has now, or say what is said no more.
    """
    known = [(Remark[note["code"]], note["values"]) for note in notes if note["code"] in Remark.__members__]
    return [translate(remark.value).format_map(_Kept(values)) for remark, values in known]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell; `cell` is its place in the spreadsheet, such as B12."""

    fault: Fault
    sheet: str
    cell: str
    value: str

    def __str__(self) -> str:
        return self.fault.value.format(sheet=self.sheet, cell=self.cell, value=self.value)


@dataclass(frozen=True, slots=True)
class Layout:
    """What each cell of a row is: the field, by its key in `importers.columns`, or '' for what is left out.

    `limits`: field -> the lengths at which its writers cut a value; such a value says nothing about what comes after.
    `tells_absent`: None is what the source does not speak of, and '' what it says is empty. In a spreadsheet both are None.
    """

    fields: tuple[str, ...]
    limits: Mapping[str, Sequence[int]] = field(default_factory=dict)
    tells_absent: bool = True

    @property
    def mapping(self) -> dict[str, list[int]]:
        """Field -> the positions of its cells."""
        found: dict[str, list[int]] = {}
        for position, name in enumerate(self.fields):
            if name:
                found.setdefault(name, []).append(position)
        return found

    def row(self, values: Mapping[str, Cell]) -> Row:
        """These values in the order of the fields."""
        return tuple(values.get(name) for name in self.fields)


@dataclass(slots=True)
class Sheet:
    """Rows as the spreadsheet program numbers them. Rows may differ in length; empty rows within the data are kept.

    `numbers[i]` is the 1-based number of `rows[i]`, `columns[j]` that of the cells `rows[i][j]`: hidden rows and
    columns may have been left out. `problems` is keyed by those two numbers. With `keeps_ends` the rows hold their empty
    cells at the end too, so that one that was cut short can be told. With a `layout` there is no header: all rows are
    records, numbered as they come in the file. `rests`: row number -> what the file says of it besides, line by line.
    """

    name: str
    hidden: bool = False
    rows: list[Row] = field(default_factory=list)
    numbers: Sequence[int] = ()
    columns: Sequence[int] = ()
    problems: dict[tuple[int, int], Problem] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    keeps_ends: bool = False
    layout: Layout | None = None
    rests: dict[int, str] = field(default_factory=dict)

    def numbered(self) -> Iterator[tuple[int, Row]]:
        """Each row with its number."""
        return zip(self.numbers, self.rows, strict=True)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file that was read. Encoding and delimiter are known for text only; `mark` is the one of `mark.py`, or ''."""

    kind: Kind
    sheets: tuple[Sheet, ...]
    notes: tuple[Note, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may ask of the machine."""

    upload: int = 25 * MB
    unpacked: int = 300 * MB
    parts: int = 1_000
    ratio: int = 200  # how many times its packed size one part may unpack to
    sheets: int = 250
    rows: int = 100_000
    columns: int = 1_000
    cells: int = 3_000_000
    characters: int = 100 * MB
    cell_length: int = 32_767  # what a cell of a spreadsheet holds
    problems: int = 100_000
    empty_rows: int = 10_000  # so many in a row end the sheet
    seconds: int = 20
    memory: int = 1_000 * MB


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the person importing chose. None lets the file decide.

    Left to the file, hidden rows and columns are left out of .xlsx and read from .xls and .ods, and merged areas are
    filled in .xlsx and read as stored from the others. A note says so in each case.

    A file that knows what it holds gives the customers, or, if that is what is wanted, their contact persons. With
    `others` it gives relations too that it calls neither customer nor supplier.
    """

    encoding: str | None = None
    delimiter: str | None = None
    hidden: bool | None = None
    fill_merged: bool | None = None
    contacts: bool = False
    others: bool = False


def letters(column: int) -> str:
    """The name of a column: 1 is A, 27 is AA."""
    name = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """The place of a cell as a spreadsheet shows it: row 12, column 2 is B12."""
    return f"{letters(column)}{row}"


def place(reference: str) -> tuple[int, int]:
    """Row and column of an address: B12 is (12, 2)."""
    name = reference.rstrip("0123456789")
    column = 0
    for letter in name.upper():
        column = column * 26 + ord(letter) - 64
    return int(reference[len(name) :]), column


_PLACES_SHOWN = 8


def ranges(numbers: Collection[int], show: Callable[[int], str] = str) -> str:
    """Numbers as ranges: 3, 8-12."""
    ordered = sorted(numbers)
    starts = [ordered[0], *(later for earlier, later in pairwise(ordered) if later > earlier + 1)]
    ends = [*(earlier for earlier, later in pairwise(ordered) if later > earlier + 1), ordered[-1]]
    spans = zip(starts, ends, strict=True)
    return first_places([show(start) if start == end else f"{show(start)}-{show(end)}" for start, end in spans])


def first_places(places: list[str]) -> str:
    """The first of many places, in one line."""
    return ", ".join([*places[:_PLACES_SHOWN], "…"] if len(places) > _PLACES_SHOWN else places)
