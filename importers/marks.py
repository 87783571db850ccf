"""What an exported workbook carries to be known again: a mark above, and with each row what was exported of it.

The mark says what was exported, when and in which columns. A row's token holds its record and a short digest of each of
its cells, so that a cell which somebody changed can be told from one that was left alone, without the old value lying
in the file. Both are signed with the secret of the panel: what was made elsewhere or by hand is seen.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from importers.files import MARK
from importers.reading import legible
from models.base import whole
from models.imports import ImportKind

_LONGEST = 32_767  # what a cell of a spreadsheet holds
_SIZE = 4  # bytes of a cell's digest: one change in four thousand millions goes unseen
_SIGNED = 9  # bytes of a signature: twelve letters
_END = "end"
BEHIND = "Kaartenbak"
"""The name of the hidden sheet of an export, which is nobody's list."""
_RUN = "run "
_CHUNK = 2_000
_LABELS = "labels"
_KEY = {"secret": secrets.token_bytes(32)}


def use_secret(secret: str) -> None:
    """Sign with the secret of the panel. Until it is told, the process has one of its own and knows no older files."""
    _KEY["secret"] = hashlib.blake2b(secret.encode(), digest_size=32, person=b"kaartenbak.mark").digest()


def key_in_use() -> str:
    """What signs here, for a process of ours that has to know the same files."""
    return _KEY["secret"].hex()


def use_key(key: str) -> None:
    """Sign with what another process of ours signs with."""
    _KEY["secret"] = bytes.fromhex(key)


def _bytes(text: str) -> bytes:
    """Any text as bytes: a workbook may hold halves of letters that UTF-8 has no bytes for."""
    return text.encode("utf-8", "surrogatepass")


def _signature(text: str, key: bytes) -> str:
    return base64.b64encode(hashlib.blake2b(_bytes(text), key=key, digest_size=_SIGNED).digest()).decode("ascii")


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(_bytes(one), _bytes(other))


def of_run(run_id: int) -> str:
    """What the workbook of the rows that an import left out carries, so that the import can go on with it. No time limit."""
    return f"{run_id}.{_signature(f'{_RUN}{run_id}', _KEY['secret'])}"


def run_of(mark: str) -> int | None:
    """The import that a workbook goes on with, if we made that mark."""
    told, _, signature = mark.partition(".")
    if not _is_same(signature, _signature(f"{_RUN}{told}", _KEY["secret"])):
        return None
    return whole(told)


@dataclass(frozen=True)
class Mark:
    """What was exported: from where the journal stood, in the language of its titles, these columns in this order."""

    kind: ImportKind
    language: str
    position: int
    day: dt.date
    columns: tuple[str, ...]
    nonce: str = ""

    def text(self) -> str:
        """As it stands in the workbook, signed."""
        told = ":".join(
            (
                self.kind.value,
                self.language,
                str(self.position),
                self.day.isoformat(),
                self.nonce or secrets.token_hex(4),
                ",".join(self.columns),
            )
        )
        return f"{MARK}{told}:{_signature(told, _KEY['secret'])}"

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """The mark that was written here with this secret; None for any other text."""
        told, _, signature = text.removeprefix(MARK).rpartition(":")
        if not _is_same(signature, _signature(told, _KEY["secret"])):
            return None
        kind, language, position, day, nonce, columns = told.split(":")
        named = tuple(columns.split(","))
        return cls(ImportKind(kind), language, int(position), dt.date.fromisoformat(day), named, nonce)


@dataclass(frozen=True, slots=True)
class Exported:
    """What a token says: which record the row is, and the digest of each of its cells, b'' for an empty one."""

    id: int
    cells: Mapping[str, bytes]


class Stamp:
    """Makes and reads the tokens of one workbook; a token of another one does not fit."""

    def __init__(self, mark: Mark, text: str) -> None:
        self.mark, self.text = mark, text
        self._key = hashlib.blake2b(_bytes(text), key=_KEY["secret"], digest_size=32).digest()

    def cell(self, record: int, column: str, value: Any) -> bytes:
        """The digest of one cell; b'' where it is empty."""
        told = told_of(value)
        if column == _LABELS:
            # Labels are a set: in another order they are the same.
            told = ";".join(sorted(filter(None, map(str.strip, told.split(";")))))
        if not told:
            return b""
        # The key in front is as good as a key with this hash, and spares it a block.
        return hashlib.blake2b(self._key + _bytes(f"{record}\0{column}\0{told}"), digest_size=_SIZE).digest()

    def token(self, record: int, values: Sequence[Any]) -> str:
        """What stands beside a row."""
        digests, filled = [], 0
        for at, value in enumerate(values):
            digest = b"" if value is None else self.cell(record, self.mark.columns[at], value)
            if digest:
                digests.append(digest)
                filled |= 1 << at
        told = f"{record:x}.{filled:x}.{base64.b64encode(b''.join(digests)).decode('ascii')}"
        return f"{told}.{_signature(told, self._key)}"

    def read(self, token: str) -> Exported | None:
        """What a token of this workbook says; None for any other text."""
        told, _, signature = token.rpartition(".")
        if not _is_same(signature, _signature(told, self._key)):
            return None
        record, filled, packed = told.split(".")
        there, digests, at = int(filled, 16), base64.b64decode(packed), 0
        cells = {}
        for bit, column in enumerate(self.mark.columns):
            has = there >> bit & 1
            cells[column] = digests[at : at + _SIZE] if has else b""
            at += _SIZE * has
        return Exported(int(record, 16), cells)

    def listed(self, ids: Sequence[int]) -> Iterable[str]:
        """Which records went out, as cells for the sheet behind, so that a row that was taken out is missed."""
        yield self.text
        signed = hashlib.blake2b(key=self._key, digest_size=_SIGNED)
        for start in range(0, len(ids), _CHUNK):
            told = " ".join(f"{one:x}" for one in ids[start : start + _CHUNK])
            signed.update(_bytes(told))
            yield told
        yield f"{_END}.{base64.b64encode(signed.digest()).decode('ascii')}"

    def unlisted(self, cells: Iterable[str]) -> list[int] | None:
        """The records of such a list; None where something is wrong with it."""
        signed = hashlib.blake2b(key=self._key, digest_size=_SIGNED)
        first, *rest = [*cells, ""]
        told: list[str] = []
        for cell in rest if first == self.text else ():
            if cell.startswith(f"{_END}."):
                right = base64.b64encode(signed.digest()).decode("ascii")
                if _is_same(cell, f"{_END}.{right}"):
                    return [int(one, 16) for chunk in told for one in chunk.split()]
                return None
            signed.update(_bytes(cell))
            told.append(cell)
        return None


@dataclass(frozen=True)
class Returned:
    """What stands beside the rows of a sheet that came back: row -> its token. `titles` are those of its header."""

    stamp: Stamp
    header: int
    titles: tuple[str, ...]
    tokens: Mapping[int, str]


def made(kind: ImportKind, language: str, position: int, day: dt.date, columns: Iterable[str]) -> Stamp:
    """The stamp of a workbook that is about to be written."""
    mark = Mark(kind, "".join(filter(str.isalpha, language[:2])), position, day, tuple(columns))
    return Stamp(mark, mark.text())


def told_of(value: Any) -> str:
    """What a cell comes down to, however a spreadsheet program writes it: 95.50 is 95.5, and spaces at the end are none."""
    if value is None:
        return ""
    if isinstance(value, str):
        text = value[:_LONGEST]
        if text.isascii() and text.isprintable():
            return text.strip()
        if not text.isprintable():
            text = str(legible(text))
            text = "\n".join(line.rstrip() for line in text.splitlines())
        return text.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, dt.datetime):
        return (value if value.time() != dt.time() else value.date()).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
