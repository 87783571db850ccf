"""Workbooks of Excel 2003 in one XML file, which programs write still because it takes no more than text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from xml.parsers import expat

from importers.files.facts import Facts
from importers.files.formats import PERCENT, shown_by
from importers.files.refusals import Refusal, Unreadable
from importers.files.values import Read
from importers.files.workbook import Fault, Kind, Limits, address

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_NAMED_PERCENT = "Percent"

Attributes = dict[str, str]


class XmlBook:
    """The worksheets of a workbook; whoever asks has made sure that there is no DOCTYPE."""

    def __init__(self, text: str, limits: Limits, facts: dict[str, Facts]) -> None:
        self._found = _Worksheets(limits, facts)
        self._found.read(text)

    def sheets(self) -> list[tuple[str, bool]]:
        """Name of each worksheet, and whether it is hidden."""
        return [(name, name in self._found.hidden) for name in self._found.rows]

    def rows(self, name: str) -> Iterator[list[Read]]:
        """The rows from the first of the sheet on, empty ones too."""
        rows, last = self._found.rows[name], 0
        for number in sorted(rows):
            for _ in range(last + 1, number):
                yield []
            yield rows[number]
            last = number


class _Worksheets:
    """Walks through the file. Rows are kept by their numbers, for a row or cell may say where it stands."""

    def __init__(self, limits: Limits, facts: dict[str, Facts]) -> None:
        self.rows: dict[str, dict[int, list[Read]]] = {}
        self.hidden: set[str] = set()
        self._facts, self._limits = facts, limits
        # How the styles of the workbook show numbers, by their names; and the ones of a column, a row, a cell.
        self._styles: dict[str, tuple[str, ...]] = {}
        self._columns: dict[int, str] = {}
        self._style = self._of_row = self._of_cell = ""
        self._name, self._here = "", Facts()
        self._row = self._column = self._next = self._span = self._across = 0
        self._type, self._text = "", list[str]()
        self._is_data = self._is_remark = self._is_visibility = self._has_formula = self._has_data = False

    def read(self, text: str) -> None:
        parser = expat.ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._say
        try:
            parser.Parse(text.encode(), True)
        except expat.ExpatError as error:
            raise Unreadable(Refusal.DAMAGED_EXPORT, kind=Kind.EXCEL_2003, line=error.lineno) from error

    def _start(self, tag: str, attributes: Attributes) -> None:
        name, given = _plain(tag), {_plain(key): value for key, value in attributes.items()}
        if name == "Data":
            self._is_data, self._type, self._text = not self._is_remark, given.get("Type", "String"), []
        elif name == "Cell":
            self._start_cell(given)
        elif name == "Row":
            self._start_row(given)
        elif name == "Column":
            self._start_column(given)
        elif name == "Worksheet":
            self._start_sheet(given)
        elif name == "Style":
            self._style = given.get("ID", "")
        elif name == "NumberFormat":
            self._keep_format(given.get("Format", ""))
        elif name == "Comment":
            self._is_remark = True
        elif name == "Visible":
            self._is_visibility, self._text = True, []

    def _keep_format(self, number_format: str) -> None:
        pieces = PERCENT if number_format == _NAMED_PERCENT else shown_by(number_format)
        if pieces is not None:
            self._styles[self._style] = pieces

    def _start_sheet(self, given: Attributes) -> None:
        self._name = given.get("Name", "")
        if self._name in self.rows:
            raise Unreadable(Refusal.DAMAGED, part=self._name)
        self.rows[self._name] = {}
        self._here = self._facts.setdefault(self._name, Facts())
        self._columns, self._row, self._next, self._span = {}, 0, 0, 0

    def _start_column(self, given: Attributes) -> None:
        first = _number(given, "Index", _LAST_COLUMN) or self._next + 1
        self._next = min(first + _number(given, "Span", _LAST_COLUMN), _LAST_COLUMN)
        if given.get("Hidden") == "1":
            self._here.hidden_columns.update(range(first, self._next + 1))
        if given.get("StyleID") in self._styles:
            self._columns |= dict.fromkeys(range(first, self._next + 1), given["StyleID"])

    def _start_row(self, given: Attributes) -> None:
        self._row = min(_number(given, "Index", _LAST_ROW) or self._row + self._span + 1, _LAST_ROW)
        self._span, self._column = _number(given, "Span", _LAST_ROW), 0
        if self._row in self.rows[self._name]:
            raise Unreadable(Refusal.ROW_TWICE, sheet=self._name, row=self._row)
        self._of_row = given.get("StyleID", "")
        if given.get("Hidden") == "1":
            self._here.hidden_rows.add(self._row)

    def _start_cell(self, given: Attributes) -> None:
        self._column = min(_number(given, "Index", _LAST_COLUMN) or self._column + 1, _LAST_COLUMN)
        across, down = _number(given, "MergeAcross", _LAST_COLUMN), _number(given, "MergeDown", _LAST_ROW)
        if across or down:
            self._here.merged.append((self._row, self._column, self._row + down, self._column + across))
        self._of_cell = given.get("StyleID") or self._of_row or self._columns.get(self._column, "")
        self._has_formula, self._has_data, self._across = "Formula" in given, False, across

    def _say(self, text: str) -> None:
        if self._is_data or self._is_visibility:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        name = _plain(tag)
        if name == "Data" and self._is_data:
            self._is_data, self._has_data = False, True
            self._put("".join(self._text))
        elif name == "Cell":
            if self._has_formula and not self._has_data:
                self._here.faults[self._row, self._column] = (Fault.NO_RESULT, "")
            self._column += self._across
        elif name == "Comment":
            self._is_remark = False
        elif name == "Visible":
            self._is_visibility = False
            if "".join(self._text).strip() in {"SheetHidden", "SheetVeryHidden"}:
                self.hidden.add(self._name)

    def _put(self, text: str) -> None:
        """Put a value where it stands."""
        place = self._row, self._column
        if self._type == "Error":
            self._here.faults[place] = (Fault.ERROR_VALUE, text)
            return
        value = _value(self._type, text)
        if self._column > self._limits.columns + 1 or value is None:
            return
        if not isinstance(value, str) and self._of_cell in self._styles:
            self._here.patterns[place] = self._styles[self._of_cell]
        row = self.rows[self._name].setdefault(self._row, [])
        row.extend([None] * (self._column - len(row)))
        if row[self._column - 1] is not None:
            raise Unreadable(Refusal.CELL_TWICE, sheet=self._name, cell=address(*place))
        row[self._column - 1] = value


def _plain(name: str) -> str:
    """A name without the prefix of its namespace."""
    return name.rpartition(":")[2]


def _number(given: Attributes, name: str, most: int) -> int:
    said = given.get(name, "")
    return min(int(said), most) if said.isdecimal() and len(said) < 12 else 0


def _value(kind: str, text: str) -> Read:
    """A value by its kind; what does not fit that is text."""
    try:
        if kind == "Number":
            return float(Decimal(text.strip()))
        if kind == "DateTime":
            return dt.datetime.fromisoformat(text.strip())
        if kind == "Boolean":
            return {"1": True, "0": False}.get(text.strip(), text)
    except (InvalidOperation, ValueError, OverflowError):
        return text
    return text or None
