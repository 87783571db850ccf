"""A workbook as lines of JSON, for the pipe between child and parent. JSON, because a reader that a file took over
could send anything, and JSON can only become plain values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from importers.files.refusals import Refusal, Unreadable
from importers.files.workbook import Cell, Fault, Kind, Layout, Note, Problem, Remark, Sheet, Workbook

_ROWS_PER_LINE = 500


def lines(workbook: Workbook) -> Iterator[bytes]:
    """The workbook, a few rows at a time."""
    for sheet in workbook.sheets:
        head = {"sheet": sheet.name, "hidden": sheet.hidden, "keeps_ends": sheet.keeps_ends}
        yield _line({**head, "layout": _kept(sheet.layout), "notes": _notes(sheet.notes)})
        for start in range(0, len(sheet.rows), _ROWS_PER_LINE):
            yield _line({"rows": sheet.rows[start : start + _ROWS_PER_LINE]})
        yield _line(
            {
                "numbers": _packed(sheet.numbers),
                "columns": _packed(sheet.columns),
                "problems": _problems(sheet),
                "rests": [*sheet.rests.items()],
            }
        )
    yield _line(
        {
            "kind": workbook.kind.name,
            "notes": _notes(workbook.notes),
            "encoding": workbook.encoding,
            "delimiter": workbook.delimiter,
            "mark": workbook.mark,
        }
    )


def refused(error: Unreadable) -> bytes:
    """A refusal as the only line."""
    return _line({"refused": error.refusal.name, "values": error.values})


def received(lines: Iterable[bytes]) -> Workbook:
    """The workbook of these lines, which nobody but ourselves wrote."""
    receiver = Receiver()
    for line in lines:
        receiver.take(line)
    assert receiver.workbook is not None
    return receiver.workbook


class Receiver:
    """Builds the workbook up again from its lines."""

    def __init__(self) -> None:
        self._sheets: list[Sheet] = []
        self._workbook: Workbook | None = None

    @property
    def workbook(self) -> Workbook | None:
        """The workbook, once its last line has come."""
        return self._workbook

    def take(self, line: bytes) -> None:
        """One line. Raises what the child refused; anything malformed is a ValueError, KeyError or TypeError."""
        message = json.loads(line, object_hook=_revived)
        if "refused" in message:
            raise Unreadable(Refusal[message["refused"]], **message["values"])
        if "rows" in message:
            self._sheets[-1].rows += map(tuple, message["rows"])
        elif "sheet" in message:
            notes, ends, layout = _read_notes(message["notes"]), message["keeps_ends"], _layout(message["layout"])
            self._sheets.append(Sheet(message["sheet"], message["hidden"], notes=notes, keeps_ends=ends, layout=layout))
        elif "problems" in message:
            self._finish_sheet(message)
        else:
            kind, notes = Kind[message["kind"]], _read_notes(message["notes"])
            told = message["encoding"], message["delimiter"], str(message["mark"])
            self._workbook = Workbook(kind, tuple(self._sheets), notes, *told)

    def _finish_sheet(self, message: dict[str, Any]) -> None:
        sheet = self._sheets[-1]
        sheet.numbers, sheet.columns = _unpacked(message["numbers"]), _unpacked(message["columns"])
        for row, column, fault, cell, value in message["problems"]:
            sheet.problems[row, column] = Problem(Fault[fault], sheet.name, cell, value)
        sheet.rests = {int(row): str(rest) for row, rest in message.get("rests", ())}


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, default=_plain, separators=(",", ":"), check_circular=False).encode("ascii") + b"\n"


def _plain(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"n": str(value)}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    raise TypeError(type(value).__name__)


def _revived(message: dict[str, Any]) -> Cell | dict[str, Any]:
    if len(message) == 1:
        if "n" in message:
            return Decimal(message["n"])
        if "t" in message:
            return datetime.fromisoformat(message["t"])
        if "d" in message:
            return date.fromisoformat(message["d"])
    return message


def _problems(sheet: Sheet) -> list[tuple[int, int, str, str, str]]:
    return [(*where, found.fault.name, found.cell, found.value) for where, found in sheet.problems.items()]


def _notes(notes: tuple[Note, ...]) -> list[tuple[str, list[tuple[str, str | int]]]]:
    return [(note.remark.name, list(note.values.items())) for note in notes]


def _read_notes(notes: list[Any]) -> tuple[Note, ...]:
    return tuple(Note(Remark[remark], dict(values)) for remark, values in notes)


def _kept(layout: Layout | None) -> list[Any] | None:
    return [layout.fields, [*layout.limits.items()]] if layout else None


def _layout(kept: list[Any] | None) -> Layout | None:
    return Layout(tuple(kept[0]), {name: tuple(lengths) for name, lengths in kept[1]}) if kept else None


def _packed(numbers: Sequence[int]) -> int | list[int]:
    """1, 2, 3 … n, which is usual, as n."""
    return len(numbers) if list(numbers) == list(range(1, len(numbers) + 1)) else list(numbers)


def _unpacked(numbers: int | list[int]) -> range | tuple[int, ...]:
    return range(1, numbers + 1) if isinstance(numbers, int) else tuple(numbers)
