"""The records of an old .xls: what the reader loses of them (errors, leading zeros, what is hidden)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from importers.files.facts import Facts
from importers.files.formats import BUILT_IN, shown_by
from importers.files.refusals import Refusal, Unreadable
from importers.files.workbook import Fault

_BOF, _EOF, _FILEPASS = 0x0809, 0x000A, 0x002F
_BOUNDSHEET, _FORMAT, _XF = 0x0085, 0x041E, 0x00E0
_ROW, _COLINFO, _MERGED = 0x0208, 0x007D, 0x00E5
_BOOLERR, _FORMULA, _NUMBER, _RK, _MULRK = 0x0205, 0x0006, 0x0203, 0x027E, 0x00BD
_BIFF8 = 0x0600
_WORKSHEET = 0
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

Record = tuple[int, int, int]  # kind, where its data starts, how long that is


@dataclass(slots=True)
class _Workbook:
    content: bytes
    version: int = _BIFF8
    formats: dict[int, str] = field(default_factory=dict)
    padding: dict[int, tuple[str, ...]] = field(default_factory=dict)
    sheets: list[tuple[str, int, bool]] = field(default_factory=list)


def scan(stream: bytes) -> dict[str, Facts]:
    """What the reader would lose of each sheet, by the name of the sheet."""
    workbook = _Workbook(stream)
    try:
        _read_globals(workbook)
        return {name: _scan_sheet(workbook, start, hidden) for name, start, hidden in workbook.sheets}
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Unreadable(Refusal.DAMAGED, part="Workbook") from error


def _records(content: bytes, start: int) -> Iterator[Record]:
    """The records up to the end of this substream, leaving out charts embedded in it."""
    position, depth, end = start, 0, len(content) - 4
    while position <= end:
        kind = content[position] | content[position + 1] << 8
        size = content[position + 2] | content[position + 3] << 8
        if kind == _BOF:
            depth += 1
        if depth <= 1:
            yield kind, position + 4, size
        if kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        position += 4 + size


def _read_globals(workbook: _Workbook) -> None:
    content, styles = workbook.content, 0
    for kind, at, size in _records(content, 0):
        if kind == _BOF:
            workbook.version = struct.unpack_from("<H", content, at)[0]
        elif kind == _FILEPASS:
            raise Unreadable(Refusal.PASSWORD)
        elif kind == _BOUNDSHEET:
            _read_sheet(workbook, at, size)
        elif kind == _FORMAT:
            _read_format(workbook, at, size)
        elif kind == _XF:
            pieces = shown_by(_format(workbook, struct.unpack_from("<H", content, at + 2)[0]))
            if pieces is not None:
                workbook.padding[styles] = pieces
            styles += 1


def _format(workbook: _Workbook, number: int) -> str:
    return workbook.formats.get(number) or BUILT_IN.get(str(number), "")


def _read_sheet(workbook: _Workbook, at: int, size: int) -> None:
    start, state, kind = struct.unpack_from("<LBB", workbook.content, at)
    if kind == _WORKSHEET:
        name = _short_text(workbook, at + 6, size - 6)
        workbook.sheets.append((name, start, state & 3 != 0))


def _read_format(workbook: _Workbook, at: int, size: int) -> None:
    number = struct.unpack_from("<H", workbook.content, at)[0]
    if workbook.version < _BIFF8:
        workbook.formats[number] = _short_text(workbook, at + 2, size - 2)
        return
    length, flags = struct.unpack_from("<HB", workbook.content, at + 2)
    workbook.formats[number] = _unicode(workbook.content, at + 5, length, flags)


def _short_text(workbook: _Workbook, at: int, size: int) -> str:
    length = workbook.content[at]
    if workbook.version < _BIFF8:
        return workbook.content[at + 1 : at + 1 + min(length, size)].decode("cp1252", "replace")
    return _unicode(workbook.content, at + 2, length, workbook.content[at + 1])


def _unicode(content: bytes, at: int, length: int, flags: int) -> str:
    if flags & 1:
        return content[at : at + length * 2].decode("utf-16-le", "replace")
    return content[at : at + length].decode("latin-1")


def _scan_sheet(workbook: _Workbook, start: int, hidden: bool) -> Facts:
    facts, content = Facts(hidden=hidden), workbook.content
    for kind, at, size in _records(content, start):
        if kind in (_NUMBER, _RK, _FORMULA, _BOOLERR):
            _scan_cell(workbook, facts, kind, at)
        elif kind == _MULRK:
            _scan_cells(workbook, facts, at, size)
        elif kind == _ROW:
            row, flags = struct.unpack_from("<H10xH", content, at)
            if flags & _HIDDEN_ROW:
                facts.hidden_rows.add(row + 1)
        elif kind == _COLINFO:
            first, last, flags = struct.unpack_from("<HH4xH", content, at)
            if flags & _HIDDEN_COLUMN:
                facts.hidden_columns.update(range(first + 1, last + 2))
        elif kind == _MERGED:
            _scan_merged(content, facts, at, size)
    return facts


def _scan_cell(workbook: _Workbook, facts: Facts, kind: int, at: int) -> None:
    content = workbook.content
    row, column, style = struct.unpack_from("<HHH", content, at)
    where = (row + 1, column + 1)
    if style in workbook.padding:
        facts.patterns[where] = workbook.padding[style]
    code = None
    if kind == _BOOLERR and content[at + 7]:
        code = content[at + 6]
    elif kind == _FORMULA and content[at + 12 : at + 14] == b"\xff\xff" and content[at + 6] == 2:
        code = content[at + 8]
    if code is not None:
        facts.faults[where] = (Fault.ERROR_VALUE, _ERRORS.get(code, "#?"))


def _scan_cells(workbook: _Workbook, facts: Facts, at: int, size: int) -> None:
    if not workbook.padding:
        return
    row, first = struct.unpack_from("<HH", workbook.content, at)
    for index in range((size - 6) // 6):
        style = struct.unpack_from("<H", workbook.content, at + 4 + index * 6)[0]
        if style in workbook.padding:
            facts.patterns[row + 1, first + index + 1] = workbook.padding[style]


def _scan_merged(content: bytes, facts: Facts, at: int, size: int) -> None:
    count = struct.unpack_from("<H", content, at)[0]
    for index in range(min(count, (size - 2) // 8)):
        top, bottom, left, right = struct.unpack_from("<HHHH", content, at + 2 + index * 8)
        facts.merged.append((top + 1, left + 1, bottom + 1, right + 1))
