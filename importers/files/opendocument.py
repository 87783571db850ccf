"""The raw XML of an .ods: what the reader loses of each table (errors, leading zeros, what is hidden or merged)."""

from __future__ import annotations

import re
from xml.parsers import expat

from importers.files.archive import Archive
from importers.files.facts import Facts
from importers.files.formats import PERCENT
from importers.files.refusals import Refusal, Unreadable
from importers.files.workbook import Fault

MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_SUSPECT = re.compile(
    rb"visibility=|table:display=|covered-table-cell|-spanned=|value-type=\"(?:error|percentage)\"|table:formula="
    rb"|<text:p>(?:#[A-Z]|Err:|0\d)|value-type=\"float\"[^>]*><text:p>[A-Za-z]"
)
_ERROR = re.compile(r"(?:#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)|Err:\d{3})\Z")
# A number with zeros or letters in front: 00012, K-12.
_ZEROS = re.compile(r"0\d+\Z")
_LETTERED = re.compile(r"[A-Za-z]{1,6}[-./_ ]?0*(?P<number>\d+)\Z")
_MOST_REPEATED = 1_000
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


def is_spreadsheet(archive: Archive) -> bool:
    """Whether the archive calls itself an OpenDocument spreadsheet (or template of one)."""
    part = archive.find("mimetype")
    return part is not None and archive.read(part).strip().startswith(MIMETYPE)


def scan(archive: Archive) -> dict[str, Facts]:
    """What the reader would lose of each sheet, by the name of the sheet."""
    manifest = archive.find("META-INF/manifest.xml")
    if manifest is not None and b"encryption-data" in archive.read(manifest):
        raise Unreadable(Refusal.PASSWORD)
    part = archive.find("content.xml")
    if part is None:
        raise Unreadable(Refusal.DAMAGED, part="content.xml")
    content = archive.read(part)
    if _FORBIDDEN.search(content):
        raise Unreadable(Refusal.FORBIDDEN_XML, part=part)
    return _Tables().read(content) if _SUSPECT.search(content) else {}


def filled_cells(archive: Archive) -> int:
    """How many cells hold a value, repetitions counted."""
    part = archive.find("content.xml")
    tables = _Tables()
    if part is not None:
        tables.read(archive.read(part))
    return tables.filled


class _Tables:
    """Walks through the tables, counting rows and columns with their repetitions."""

    def __init__(self) -> None:
        self.filled = 0
        self._found: dict[str, Facts] = {}
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._facts: Facts | None = None
        self._row = self._column = self._next_column = 0
        self._row_repeat = self._cell_repeat = 1
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._in_paragraph = False

    def read(self, content: bytes) -> dict[str, Facts]:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            raise Unreadable(Refusal.DAMAGED, part="content.xml") from error
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name in {"table:table-cell", "table:covered-table-cell"}:
            self._start_cell(attributes)
        elif name == "text:p":
            self._in_paragraph = True
        elif name == "table:table-row":
            self._start_row(attributes)
        elif name == "table:table-column":
            self._start_column(attributes)
        elif name == "table:table":
            hidden = attributes.get("table:style-name") in self._hidden_styles
            self._facts = self._found.setdefault(attributes.get("table:name", ""), Facts(hidden=hidden))
            self._row, self._row_repeat, self._next_column = 0, 1, 1
        elif name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def _start_column(self, attributes: dict[str, str]) -> None:
        repeat = _repeat(attributes, "table:number-columns-repeated", _LAST_COLUMN)
        if self._facts is not None and _is_hidden(attributes):
            last = min(self._next_column + repeat, _LAST_COLUMN + 1)
            self._facts.hidden_columns.update(range(self._next_column, last))
        self._next_column += repeat

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row += self._row_repeat if self._row else 1
        self._row_repeat = _repeat(attributes, "table:number-rows-repeated", _LAST_ROW)
        self._column, self._cell_repeat = 0, 1
        if self._facts is not None and _is_hidden(attributes) and self._row_repeat < _LAST_ROW // 2:
            self._facts.hidden_rows.update(range(self._row, self._row + self._row_repeat))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._column += self._cell_repeat if self._column else 1
        self._cell_repeat = _repeat(attributes, "table:number-columns-repeated", _LAST_COLUMN)
        self._cell, self._text = attributes, []
        columns = _repeat(attributes, "table:number-columns-spanned", _LAST_COLUMN)
        rows = _repeat(attributes, "table:number-rows-spanned", _LAST_ROW)
        if self._facts is not None and columns * rows > 1:
            self._facts.merged.append((self._row, self._column, self._row + rows - 1, self._column + columns - 1))

    def _characters(self, data: str) -> None:
        if self._in_paragraph and self._cell is not None:
            self._text.append(data)

    def _end(self, name: str) -> None:
        if name == "text:p":
            self._in_paragraph = False
        elif name in {"table:table-cell", "table:covered-table-cell"} and self._cell is not None:
            self._look_at(self._cell, "".join(self._text))
            self._cell = None

    def _look_at(self, attributes: dict[str, str], shown: str) -> None:
        facts = self._facts
        if facts is None:
            return
        if "office:value-type" in attributes:
            self.filled += self._row_repeat * self._cell_repeat
        formula = "table:formula" in attributes
        kind = attributes.get("office:value-type", "")
        if attributes.get("calcext:value-type") == "error" or (formula and _ERROR.match(shown)):
            self._mark(facts, Fault.ERROR_VALUE, shown)
        elif formula and not kind and not shown:
            self._mark(facts, Fault.NO_RESULT, "")
        elif kind == "float" and _is_a_code(shown, attributes.get("office:value", "")):
            for place in self._places():
                facts.shown[place] = shown
        elif kind == "percentage":
            for place in self._places():
                facts.patterns[place] = PERCENT

    def _mark(self, facts: Facts, fault: Fault, value: str) -> None:
        for place in self._places():
            facts.faults[place] = (fault, value)

    def _places(self) -> list[tuple[int, int]]:
        # A repeated cell stands for many; a list of customers never repeats one this often on purpose.
        rows, columns = min(self._row_repeat, _MOST_REPEATED), min(self._cell_repeat, _MOST_REPEATED)
        if self._facts is not None and rows * columns < self._row_repeat * self._cell_repeat:
            self._facts.errors_unseen = True
        return [(self._row + row, self._column + column) for row in range(rows) for column in range(columns)]


def _is_a_code(shown: str, value: str) -> bool:
    """Whether a number is seen with something in front that is not stored."""
    lettered = _LETTERED.match(shown)
    return _ZEROS.match(shown) is not None or (lettered is not None and lettered["number"] == value)


def _repeat(attributes: dict[str, str], name: str, most: int) -> int:
    value = attributes.get(name, "1")
    return max(1, min(int(value), most)) if value.isdecimal() and len(value) < 12 else 1


def _is_hidden(attributes: dict[str, str]) -> bool:
    return attributes.get("table:visibility", "visible") != "visible"
