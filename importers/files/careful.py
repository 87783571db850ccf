"""The careful reader: openpyxl, which knows errors and number formats, guarded against what makes it hang."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal

import openpyxl
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from importers.files.facts import Facts
from importers.files.formats import shown_by
from importers.files.values import Read, unescape
from importers.files.workbook import Fault

_KNOWN = (str, int, float, Decimal, date, time, timedelta)


class CarefulBook:
    """A workbook opened by openpyxl, row by row."""

    def __init__(self, content: bytes, facts: dict[str, Facts]) -> None:
        self._book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        self._facts = facts

    def sheets(self) -> list[tuple[str, bool]]:
        """Name of each worksheet, and whether it is hidden."""
        return [(sheet.title, sheet.sheet_state != "visible") for sheet in self._book.worksheets]

    def rows(self, name: str) -> Iterator[list[Read]]:
        """The rows from the first of the sheet on, empty ones too; errors and formats go to the facts."""
        sheet = self._book[name]
        assert isinstance(sheet, ReadOnlyWorksheet)
        # The size that the sheet declares is often wrong: cells beyond it would be lost, or empty ones made up.
        sheet.reset_dimensions()
        facts = self._facts.setdefault(name, Facts())
        for number, row in enumerate(sheet.rows, 1):
            yield [_value(number, column, cell, facts) for column, cell in enumerate(row, 1)]


def _value(row: int, column: int, cell: object, facts: Facts) -> Read:
    if not isinstance(cell, ReadOnlyCell) or cell.value is None:
        return None
    value = cell.value
    if not isinstance(value, _KNOWN):
        return str(value)
    if cell.data_type == "e":
        facts.faults.setdefault((row, column), (Fault.ERROR_VALUE, str(value)))
        return None
    if isinstance(value, str):
        return unescape(value)
    if cell.data_type == "n":
        pieces = shown_by(cell.number_format)
        if pieces is not None:
            facts.patterns[row, column] = pieces
    return value
