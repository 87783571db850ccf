"""Whether another table stands below the first on a sheet. It is told and not taken apart: where it ends, nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from importers.files import Cell, Sheet
from importers.mapping import SHORT
from importers.meanings import meanings
from models.imports import ImportKind


def begins(sheet: Sheet, header: int, again: Collection[int], kind: ImportKind) -> int | None:
    """The number of the first row below a blank one that names columns; titles may stand between the two.

    `header` is the row that names those of the first table, `again` are the rows that only repeat it.
    """
    is_after_blank = False
    for number, row in sheet.numbered() if header in sheet.numbers else ():
        cells = [cell for cell in row if cell is not None]
        if number <= header or len(cells) == 1:
            continue
        if is_after_blank and number not in again and _name_columns(cells, kind):
            return number
        is_after_blank = not cells
    return None


def _name_columns(cells: Sequence[Cell], kind: ImportKind) -> bool:
    """Whether all are short texts and most of them, two at least, names that we know."""
    texts = [cell for cell in cells if isinstance(cell, str) and len(cell) <= SHORT]
    known = sum(bool(meanings(text, kind)) for text in texts) if len(texts) == len(cells) else 0
    return known >= 2 and 2 * known > len(cells)
