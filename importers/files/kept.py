"""What a file turned out to hold, kept beside it: every new plan needs its rows, and to read them apart is the dear part.

The first line says what it was read with. Read with something else, the file is read again, and that is kept instead.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO

from importers.files import wire
from importers.files.workbook import Limits, ReadOptions, Workbook

_PART = ".part"


def rows_of(path: Path) -> Path:
    """Where the rows of a file are kept."""
    return path.with_name(f"{path.name}.rows")


def found(path: Path, limits: Limits, options: ReadOptions) -> Workbook | None:
    """The workbook as it was read before with the same limits and options; None if it was not."""
    try:
        with rows_of(path).open("rb") as lines:
            return wire.received(lines) if lines.readline() == _said(limits, options) else None
    except FileNotFoundError:
        return None


@contextmanager
def keeping(path: Path, limits: Limits, options: ReadOptions) -> Iterator[IO[bytes]]:
    """Where to write the lines while a file is read; they are kept if that goes well."""
    forget_parts(path)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=_PART)
    try:
        with os.fdopen(number, "wb") as out:
            out.write(_said(limits, options))
            yield out
        Path(name).replace(rows_of(path))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def forget_parts(path: Path) -> None:
    """Throw away what somebody left behind who was ended while reading."""
    for part in path.parent.glob(f"{path.name}.*{_PART}"):
        part.unlink(missing_ok=True)


def _said(limits: Limits, options: ReadOptions) -> bytes:
    told = json.dumps([asdict(limits), asdict(options)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest().encode() + b"\n"
