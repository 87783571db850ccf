"""The OLE container that holds old .xls workbooks and, confusingly, every password-protected .xlsx."""

from __future__ import annotations

import struct
from array import array

from importers.files.refusals import Refusal, Unreadable

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA  # anything from here on marks the end of a chain or a free sector
_ENTRY = 128
_ROOT = 5
_STREAM = 2


def streams(content: bytes) -> dict[str, bytes]:
    """Every stream in the container by its name; of two with the same name the first."""
    try:
        return _Container(content).streams()
    except (struct.error, IndexError, ValueError, UnicodeDecodeError) as error:
        raise Unreadable(Refusal.DAMAGED, part="OLE") from error


class _Container:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._size = 1 << _checked(struct.unpack_from("<H", content, 30)[0], 9, 12)
        self._mini_size = 1 << _checked(struct.unpack_from("<H", content, 32)[0], 6, 6)
        directory, self._cutoff, mini_table = struct.unpack_from("<L4xLL", content, 48)
        self._table = self._read_table()
        self._directory = self._chain(directory, self._content, self._size, self._table, offset=1)
        self._mini_table = _integers(self._chain(mini_table, self._content, self._size, self._table, offset=1))
        self._mini_stream = b""

    def streams(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for start in range(0, len(self._directory) - _ENTRY + 1, _ENTRY):
            entry = self._directory[start : start + _ENTRY]
            length, kind = struct.unpack_from("<HB", entry, 64)
            first, size = struct.unpack_from("<LL", entry, 116)
            if kind == _ROOT:
                self._mini_stream = self._chain(first, self._content, self._size, self._table, offset=1)
            elif kind == _STREAM:
                name = entry[: max(length - 2, 0)].decode("utf-16-le")
                found.setdefault(name, self._stream(first, size))
        return found

    def _stream(self, first: int, size: int) -> bytes:
        if size < self._cutoff:
            return self._chain(first, self._mini_stream, self._mini_size, self._mini_table, offset=0)[:size]
        return self._chain(first, self._content, self._size, self._table, offset=1)[:size]

    def _read_table(self) -> array[int]:
        sectors = list(struct.unpack_from("<109L", self._content, 76))
        more, count = struct.unpack_from("<LL", self._content, 68)
        per_sector = self._size // 4 - 1
        for _ in range(min(count, len(self._content) // self._size)):
            if more >= _LAST_SECTOR:
                break
            block = _integers(self._sector(more))
            sectors += block[:per_sector]
            more = block[per_sector]
        return _integers(b"".join(self._sector(sector) for sector in sectors if sector < _LAST_SECTOR))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._content[start : start + self._size]

    @staticmethod
    def _chain(first: int, source: bytes, size: int, table: array[int], *, offset: int) -> bytes:
        pieces: list[bytes] = []
        sector = first
        while sector < _LAST_SECTOR:
            # A damaged table can point back at itself: a chain is never longer than its table.
            if len(pieces) > len(table) or sector >= len(table):
                break
            start = (sector + offset) * size
            pieces.append(source[start : start + size])
            sector = table[sector]
        return b"".join(pieces)


def _integers(content: bytes) -> array[int]:
    numbers = array("I")
    numbers.frombytes(content[: len(content) // 4 * 4])
    return numbers


def _checked(shift: int, least: int, most: int) -> int:
    if not least <= shift <= most:
        raise ValueError(shift)
    return shift
