"""Rows that stand in one cell each, because a text was opened in the wrong way and saved: taken apart once more."""

from __future__ import annotations

from dataclasses import replace

from importers.files import text
from importers.files.values import cell
from importers.files.workbook import Limits, Note, Remark, Sheet

# A comma or a tab may stand in a single column of text, too; three columns in all rows are no chance.
_FEWEST = {";": 2, "\t": 2, "|": 2, ",": 3}
_FEWEST_ROWS = 2


def taken_apart(sheet: Sheet, limits: Limits) -> Sheet:
    """The sheet with its only column taken apart where all of its cells are rows of a text; else as it is."""
    lines = [row[0] if row else None for row in sheet.rows]
    if sheet.layout is not None or any(found is not None for row in sheet.rows for found in row[1:]):
        return sheet
    filled = [line for line in lines if line is not None]
    if len(filled) < _FEWEST_ROWS or not all(isinstance(line, str) and "\n" not in line for line in filled):
        return sheet
    delimiter, found = text.split("\n".join(str(line or "") for line in lines), None)
    rows = [tuple(map(cell, row)) for row in found]
    widths = {len(row) for row, line in zip(rows, lines, strict=False) if line is not None}
    if len(rows) != len(lines) or len(widths) != 1 or not _FEWEST[delimiter] <= min(widths) <= limits.columns:
        return sheet
    note = Note(Remark.TAKEN_APART, {"sheet": sheet.name, "delimiter": "TAB" if delimiter == "\t" else delimiter})
    return replace(sheet, rows=rows, columns=range(1, widths.pop() + 1), notes=(*sheet.notes, note))
