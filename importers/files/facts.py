"""What a reader would lose of a sheet, found by a scan of the raw bytes and laid over the rows that were read."""

from __future__ import annotations

from dataclasses import dataclass, field

from importers.files.workbook import Fault

Place = tuple[int, int]  # row and column, both from 1
Area = tuple[int, int, int, int]  # first row, first column, last row, last column


@dataclass(slots=True)
class Facts:
    """Of one sheet. Places with a fault hold no value; places with a pattern a number shown otherwise, see `formats`."""

    hidden: bool = False
    faults: dict[Place, tuple[Fault, str]] = field(default_factory=dict)
    patterns: dict[Place, tuple[str, ...]] = field(default_factory=dict)
    shown: dict[Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    errors_unseen: bool = False
