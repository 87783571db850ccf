"""Whether a table lies on its side: the names of the fields below each other, and a record in each column."""

from __future__ import annotations

from importers.files import Sheet
from importers.mapping import HEADER_ROWS
from importers.meanings import meanings
from models.imports import ImportKind

_FEWEST = 3


def lies_on_its_side(sheet: Sheet, kind: ImportKind) -> bool:
    """Whether nearly all that stands first in the rows names a field, and none of it the same, with values behind it."""
    rows = [row for row in sheet.rows[:HEADER_ROWS] if any(cell is not None for cell in row)]
    names = [cell for row in rows if isinstance(cell := next(iter(row), None), str)]
    fields = [found[0].field for name in names if (found := meanings(name, kind))]
    is_full = all(sum(cell is not None for cell in row) > 1 for row in rows)
    return is_full and len({*fields}) >= _FEWEST and len(fields) == len({*fields}) >= 0.8 * len(rows)
