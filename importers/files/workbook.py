"""What a file turns into: a workbook of sheets, rows and cells, with everything a reader should be told about them."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

MB = 1_000_000

# A time of day and a duration are text: no customer field takes them.
Cell = str | int | Decimal | bool | date | datetime | None
Row = tuple[Cell, ...]


class Kind(enum.StrEnum):
    """What the bytes turned out to be."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TEXT = "csv"


class Fault(enum.StrEnum):
    """What is wrong with one cell. The value is the message in English."""

    ERROR_VALUE = "{sheet}, cell {cell}: {value} (error value)."
    NO_RESULT = "{sheet}, cell {cell}: a formula without a stored result. Open the file, save it and try again."
    TOO_MANY_DIGITS = "{sheet}, cell {cell}: {value} has more than 15 digits; the last ones are lost. Store it as text."
    DOUBTFUL_DATE = "{sheet}, cell {cell}: {value} is a date outside the range that spreadsheets count well."
    TOO_LONG = "{sheet}, cell {cell}: the text has {value} characters; only the first 32,767 were read."


class Remark(enum.StrEnum):
    """What to tell about a sheet or file that was read. The value is the message in English."""

    HIDDEN_SHEET = "The sheet {sheet} is hidden."
    HIDDEN_ROWS_LEFT_OUT = "{sheet}: hidden rows left out: {count} ({places})."
    HIDDEN_COLUMNS_LEFT_OUT = "{sheet}: hidden columns left out: {count} ({places})."
    HIDDEN_ROWS_READ = "{sheet}: hidden rows read too: {count} ({places})."
    HIDDEN_COLUMNS_READ = "{sheet}: hidden columns read too: {count} ({places})."
    MERGED_FILLED = "{sheet}: merged areas whose cells all got the visible value: {count} ({places})."
    MERGED_AS_STORED = "{sheet}: merged areas whose cells were read as stored: {count} ({places})."
    STOPPED_AT_EMPTY_ROWS = "{sheet}: reading stopped at row {row}, after {count} empty rows."
    COLUMNS_CUT = "{sheet}: {count} columns; only the first {limit} were read."
    ERRORS_UNSEEN = "{sheet}: error values and formulas without a result could not all be placed; they look empty."
    ENCODING_GUESSED = "The encoding was guessed as {encoding}. Look at the letters with accents."
    QUOTE_OPEN = "A quotation mark is opened and never closed. Look at the last rows."


@dataclass(frozen=True, slots=True)
class Note:
    """One remark with the values of its message."""

    remark: Remark
    values: Mapping[str, str | int]

    def __str__(self) -> str:
        return self.remark.value.format(**self.values)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell; `cell` is its place in the spreadsheet, such as B12."""

    fault: Fault
    sheet: str
    cell: str
    value: str

    def __str__(self) -> str:
        return self.fault.value.format(sheet=self.sheet, cell=self.cell, value=self.value)


@dataclass(slots=True)
class Sheet:
    """Rows as the spreadsheet program numbers them. Rows may differ in length; empty rows within the data are kept.

    `numbers[i]` is the 1-based number of `rows[i]`, `columns[j]` that of the cells `rows[i][j]`: hidden rows and
    columns may have been left out. `problems` is keyed by those two numbers. With `keeps_ends` the rows hold their empty
    cells at the end too, so that one that was cut short can be told.
    """

    name: str
    hidden: bool = False
    rows: list[Row] = field(default_factory=list)
    numbers: Sequence[int] = ()
    columns: Sequence[int] = ()
    problems: dict[tuple[int, int], Problem] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    keeps_ends: bool = False

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
    """

    encoding: str | None = None
    delimiter: str | None = None
    hidden: bool | None = None
    fill_merged: bool | None = None


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
