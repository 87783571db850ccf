"""A zip container, checked before any reader opens it: neither reader guards against bombs."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from importers.files.refusals import Refusal, Unreadable
from importers.files.workbook import MB, Limits

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_RATIO_APPLIES_FROM = MB
_ENCRYPTED = 0x1
_CHUNK = 1 << 20


class Archive:
    """The parts of a zip file, each read by counting what really comes out of it."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._content = content
        self._limits = limits
        try:
            entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
        except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
            raise Unreadable(Refusal.DAMAGED, part="zip") from error
        self._check(entries)
        self._entries = {entry.filename: entry for entry in entries}
        self._by_plain_name = {_plain(name): name for name in self._entries}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all parts."""
        return tuple(self._entries)

    def find(self, name: str) -> str | None:
        """The part of this name, whatever its capitals and slashes: some writers are careless with them."""
        return name if name in self._entries else self._by_plain_name.get(_plain(name))

    def read(self, name: str) -> bytes:
        """The unpacked part."""
        return b"".join(self._unpack(self._entries[name]))

    def count(self) -> None:
        """Unpack everything once and add up, because the sizes a zip declares can lie."""
        total = 0
        for entry in self._entries.values():
            size, checksum = 0, 0
            for piece in self._unpack(entry):
                size += len(piece)
                checksum = zlib.crc32(piece, checksum)
                self._check_total(total + size)
            self._check_ratio(entry, size)
            if checksum != entry.CRC:
                raise Unreadable(Refusal.DAMAGED, part=entry.filename)
            total += size

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        if len(entries) > self._limits.parts:
            raise Unreadable(Refusal.TOO_MANY_PARTS, count=len(entries), limit=self._limits.parts)
        seen: set[str] = set()
        for entry in entries:
            if entry.filename in seen:
                raise Unreadable(Refusal.PART_TWICE, part=entry.filename)
            seen.add(entry.filename)
            if entry.flag_bits & _ENCRYPTED:
                raise Unreadable(Refusal.PASSWORD)
        self._check_total(sum(entry.file_size for entry in entries))
        for entry in entries:
            self._check_ratio(entry, entry.file_size)

    def _check_total(self, total: int) -> None:
        if total > self._limits.unpacked:
            raise Unreadable(Refusal.UNPACKED_TOO_BIG, size=round(total / MB), limit=self._limits.unpacked // MB)

    def _check_ratio(self, entry: zipfile.ZipInfo, size: int) -> None:
        ratio = size // max(entry.compress_size, 1)
        if size > _RATIO_APPLIES_FROM and ratio > self._limits.ratio:
            limit = self._limits.ratio
            raise Unreadable(Refusal.PACKED_TOO_TIGHTLY, part=entry.filename, ratio=ratio, limit=limit)

    def _unpack(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        packed = self._packed(entry)
        if entry.compress_type == zipfile.ZIP_STORED:
            yield packed
        elif entry.compress_type == zipfile.ZIP_DEFLATED:
            yield from _inflate(packed, entry.filename)
        else:
            raise Unreadable(Refusal.DAMAGED, part=entry.filename)

    def _packed(self, entry: zipfile.ZipInfo) -> bytes:
        """The bytes of the part as they lie in the file; zipfile itself would stop at the size declared."""
        try:
            header = _LOCAL_HEADER.unpack_from(self._content, entry.header_offset)
        except struct.error as error:
            raise Unreadable(Refusal.DAMAGED, part=entry.filename) from error
        name_length, extra_length = header[9], header[10]
        start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        return self._content[start : start + entry.compress_size]


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _inflate(packed: bytes, part: str) -> Iterator[bytes]:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    rest = packed
    try:
        while rest and not engine.eof:
            yield engine.decompress(rest, _CHUNK)
            rest = engine.unconsumed_tail
        yield engine.flush()
    except zlib.error as error:
        raise Unreadable(Refusal.DAMAGED, part=part) from error
