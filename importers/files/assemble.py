"""Rows as read, and the facts a scan found about them, become a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from importers.files.facts import Area, Facts
from importers.files.formats import as_shown
from importers.files.refusals import Refusal, Unreadable
from importers.files.values import Read, cell, fault_of
from importers.files.workbook import (
    MARK,
    MARK_ROWS,
    MB,
    Cell,
    Fault,
    Kind,
    Limits,
    Note,
    Problem,
    ReadOptions,
    Remark,
    Sheet,
    address,
    first_places,
    letters,
    ranges,
)


class Assembler:
    """Makes the sheets of one workbook, and keeps count of what they ask of the machine together."""

    def __init__(self, kind: Kind, limits: Limits, options: ReadOptions) -> None:
        self._kind = kind
        self._limits = limits
        # What the published conversions of such files do, which importers have come to expect.
        self._keeps_hidden = kind is not Kind.XLSX if options.hidden is None else options.hidden
        self._fills_merged = kind is Kind.XLSX if options.fill_merged is None else options.fill_merged
        self._cells = 0
        self._characters = 0

    def sheet(self, name: str, facts: Facts, rows: Iterable[Sequence[Read]]) -> Sheet:
        """The sheet of these rows, counted from the first row of the spreadsheet on."""
        return _Building(self, name, facts).build(rows)

    @property
    def limits(self) -> Limits:
        """How much is allowed."""
        return self._limits

    @property
    def cells(self) -> int:
        """How many filled cells were read so far."""
        return self._cells

    @property
    def kind(self) -> Kind:
        """What kind of file this is."""
        return self._kind

    @property
    def keeps_hidden(self) -> bool:
        """Whether hidden rows and columns are read."""
        return self._keeps_hidden

    @property
    def fills_merged(self) -> bool:
        """Whether every cell of a merged area gets the value that is seen."""
        return self._fills_merged

    def count(self, cells: int, characters: int) -> None:
        """Add to what was read so far, and stop where it is too much."""
        self._cells += cells
        self._characters += characters
        if self._cells > self._limits.cells:
            raise Unreadable(Refusal.TOO_MANY_CELLS, count=self._cells, limit=self._limits.cells)
        if self._characters > self._limits.characters:
            size, limit = round(self._characters / MB), self._limits.characters // MB
            raise Unreadable(Refusal.TOO_MUCH_TEXT, size=size, limit=limit)


class _Building:
    """One sheet while it is made."""

    def __init__(self, assembler: Assembler, name: str, facts: Facts) -> None:
        self._assembler = assembler
        self._limits = assembler.limits
        self._name = name
        self._facts = facts
        self._widest = 0
        self._rows: list[list[Cell]] = []
        self._faults: dict[tuple[int, int], tuple[Fault, str]] = {}
        self._notes: list[Note] = []

    def build(self, rows: Iterable[Sequence[Read]]) -> Sheet:
        if self._facts.hidden:
            self._note(Remark.HIDDEN_SHEET)
        self._read(rows)
        self._lay_over()
        self._merge()
        hidden_rows, hidden_columns = self._hidden()
        kept = [column for column in range(1, self._width() + 1) if column not in hidden_columns]
        numbers = [number for number in range(1, len(self._rows) + 1) if number not in hidden_rows]
        if self._widest > self._limits.columns:
            self._note(Remark.COLUMNS_CUT, count=self._widest, limit=self._limits.columns)
        if self._facts.errors_unseen:
            self._note(Remark.ERRORS_UNSEEN)
        return Sheet(
            self._name,
            self._facts.hidden,
            [self._row(number, kept if hidden_columns else None) for number in numbers],
            numbers,
            kept,
            self._problems(hidden_rows, hidden_columns),
            tuple(self._notes),
            self._assembler.kind is Kind.TEXT,
        )

    def _note(self, remark: Remark, **values: str | int) -> None:
        self._notes.append(Note(remark, {"sheet": self._name, **values}))

    def _row(self, number: int, kept: list[int] | None) -> tuple[Cell, ...]:
        row = self._rows[number - 1]
        if kept is None:
            return tuple(row)
        return tuple(row[column - 1] for column in kept if column <= len(row))

    def _read(self, rows: Iterable[Sequence[Read]]) -> None:
        empty, numbered = 0, enumerate(rows, 1)
        for number, row in numbered:
            cells = self._cells(number, row)
            empty = 0 if cells else empty + 1
            if number > self._limits.rows and cells:
                self._refuse_rows(number, numbered)
            if empty > self._limits.empty_rows:
                self._note(Remark.STOPPED_AT_EMPTY_ROWS, row=number - 1, count=self._limits.empty_rows)
                break
            self._rows.append(cells)
        while self._rows and not self._rows[-1]:
            self._rows.pop()

    def _refuse_rows(self, number: int, rest: Iterator[tuple[int, Sequence[Read]]]) -> None:
        last = max((later for later, row in rest if any(value not in {None, ""} for value in row)), default=number)
        raise Unreadable(Refusal.TOO_MANY_ROWS, sheet=self._name, count=last, limit=self._limits.rows)

    def _cells(self, number: int, row: Sequence[Read]) -> list[Cell]:
        """The row as cells. Text keeps its empty cells at the end, so that a row cut short can be seen."""
        cells: list[Cell] = []
        last = filled = characters = 0
        longest = self._limits.cell_length
        for column, read in enumerate(row, 1):
            value = cell(read)
            cells.append(value)
            if value is None:
                continue
            last = column
            filled += 1
            if isinstance(value, str):
                characters += len(value)
                if len(value) > longest:
                    cells[-1] = self._shortened(number, column, value)
            elif type(value) is not bool and self._doubt(number, column, value) is Fault.NO_NUMBER:
                cells[-1] = None
        self._widest = max(self._widest, last)
        self._assembler.count(filled, characters)
        keeps_end = self._assembler.kind is Kind.TEXT and last > 0
        del cells[self._limits.columns if keeps_end else min(last, self._limits.columns) :]
        return cells

    def _shortened(self, number: int, column: int, value: str) -> str:
        self._faults[number, column] = (Fault.TOO_LONG, str(len(value)))
        return value[: self._limits.cell_length]

    def _doubt(self, number: int, column: int, value: Cell) -> Fault | None:
        fault = fault_of(value)
        if fault is not None:
            self._faults[number, column] = (fault, str(value))
        return fault

    def _lay_over(self) -> None:
        """What the reader could not see: zeros in front, percentages, and cells that hold an error instead of a value."""
        for (row, column), pieces in self._facts.patterns.items():
            value = self._at(row, column)
            if value is not None:
                self._rows[row - 1][column - 1] = as_shown(value, pieces)
        for (row, column), shown in self._facts.shown.items():
            if self._at(row, column) is not None:
                self._rows[row - 1][column - 1] = shown
        for (row, column), fault in sorted(self._facts.faults.items()):
            if self._reach(row, column):
                self._rows[row - 1][column - 1] = None
                self._faults[row, column] = fault

    def _at(self, row: int, column: int) -> Cell:
        if row > len(self._rows) or column > len(self._rows[row - 1]):
            return None
        return self._rows[row - 1][column - 1]

    def _reach(self, row: int, column: int) -> bool:
        """Make room for a cell; a cell beyond what is read at all gets none."""
        if column > self._limits.columns or row > min(self._limits.rows, len(self._rows) + self._limits.empty_rows):
            return False
        self._rows += [[] for _ in range(row - len(self._rows))]
        cells = self._rows[row - 1]
        cells += [None] * (column - len(cells))
        return True

    def _merge(self) -> None:
        """Give each cell of a merged area the value that is seen, as far as the data reaches."""
        merged, width = self._facts.merged, self._width()
        inside = [area for area in merged if area[0] <= len(self._rows) and area[1] <= width]
        if not inside:
            return
        size = sum(_size(area, len(self._rows), width) for area in inside)
        fills = self._assembler.fills_merged and size <= self._limits.cells
        places = first_places([f"{address(*area[:2])}:{address(*area[2:])}" for area in inside])
        remark = Remark.MERGED_FILLED if fills else Remark.MERGED_AS_STORED
        self._note(remark, count=len(inside), places=places)
        for area in inside if fills else ():
            self._fill(area, width)

    def _fill(self, area: Area, width: int) -> None:
        top, left, bottom, right = area
        value = self._at(top, left)
        for row in range(top, min(bottom, len(self._rows)) + 1):
            for column in range(left, min(right, width) + 1):
                if (row, column) == (top, left) or (value is None and self._at(row, column) is None):
                    continue
                self._reach(row, column)
                self._rows[row - 1][column - 1] = value
                self._faults.pop((row, column), None)

    def _width(self) -> int:
        return max(map(len, self._rows), default=0)

    def _hidden(self) -> tuple[set[int], set[int]]:
        """The hidden rows and columns to leave out; a note tells of them in any case."""
        rows = {row for row in self._facts.hidden_rows if row <= len(self._rows)}
        width = self._width()
        columns = {column for column in self._facts.hidden_columns if column <= width}
        # Of a workbook that was exported to come back, rows that are only filtered away count like any other.
        marked = set(filter(self._is_mark, range(1, width + 1)))
        keeps = self._assembler.keeps_hidden or bool(marked)
        columns -= marked
        if rows:
            remark = Remark.HIDDEN_ROWS_READ if keeps else Remark.HIDDEN_ROWS_LEFT_OUT
            self._note(remark, count=len(rows), places=ranges(rows))
        if columns:
            remark = Remark.HIDDEN_COLUMNS_READ if keeps else Remark.HIDDEN_COLUMNS_LEFT_OUT
            self._note(remark, count=len(columns), places=ranges(columns, letters))
        return (set(), set()) if keeps else (rows, columns)

    def _is_mark(self, column: int) -> bool:
        """Whether a column holds what an export put beside its rows."""
        above = (self._at(row, column) for row in range(1, MARK_ROWS + 1))
        return any(isinstance(value, str) and value.startswith(MARK) for value in above)

    def _problems(self, hidden_rows: set[int], hidden_columns: set[int]) -> dict[tuple[int, int], Problem]:
        if len(self._faults) > self._limits.problems:
            count, limit = len(self._faults), self._limits.problems
            raise Unreadable(Refusal.TOO_MANY_PROBLEMS, sheet=self._name, count=count, limit=limit)
        return {
            (row, column): Problem(fault, self._name, address(row, column), value)
            for (row, column), (fault, value) in sorted(self._faults.items())
            if row not in hidden_rows and column not in hidden_columns
        }


def _size(area: Area, rows: int, width: int) -> int:
    top, left, bottom, right = area
    return (min(bottom, rows) - top + 1) * (min(right, width) - left + 1)
