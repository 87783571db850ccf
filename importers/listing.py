"""A sheet that was read from a file, as a source: a spreadsheet with the columns that people chose, or a known format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from importers.files import Sheet
from importers.files.workbook import Layout
from importers.mapping import records
from importers.sources import Faulty, Item, Party, Progress

_EVERY = 5_000


class Listing:
    """The records below the header (0: there is none). `mapping`: field -> the positions of its cells."""

    def __init__(self, sheet: Sheet, header: int, mapping: Mapping[str, Sequence[int]]) -> None:
        self._sheet, self._header = sheet, header
        at = {position: name for name, positions in mapping.items() for position in positions}
        fields = tuple(at.get(position, "") for position in range(max(at, default=-1) + 1))
        known = sheet.layout
        self.layout = Layout(fields, known.limits, known.tells_absent) if known else Layout(fields, tells_absent=False)
        self.columns = sheet.columns

    @property
    def name(self) -> str:
        return self._sheet.name

    def items(self) -> Iterator[Item]:
        """The records, and what is wrong with cells of theirs."""
        numbers = set[int]()
        for done, (number, row) in enumerate(records(self._sheet, self._header)):
            if done % _EVERY == 0:
                yield Progress(done, len(self._sheet.rows))
            numbers.add(number)
            yield Party(number, row, self._sheet.rests.get(number, ""))
        for (number, place), found in self._sheet.problems.items():
            if number in numbers:
                yield Faulty(number, place, found.fault, found.value)
