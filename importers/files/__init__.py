"""Bytes to rows: `read()` turns an uploaded file into a workbook, or says in one sentence why it cannot.

The server itself never opens an upload. A child process does, with limits on its memory and time, so that no file can
hurt the server (`process.py`, `child.py`). In the child: `sniff.py` tells what the bytes are, `archive.py` checks a zip
before it is opened, `ooxml.py`, `biff.py` and `opendocument.py` scan for what a reader would lose, `fast.py` and
`careful.py` read, and `assemble.py` puts both together.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import IO

from importers.files import kept
from importers.files.process import read_apart
from importers.files.refusals import Refusal, Unreadable
from importers.files.workbook import (
    MARK,
    MARK_ROWS,
    MB,
    Cell,
    Fault,
    Kind,
    Layout,
    Limits,
    Note,
    Problem,
    ReadOptions,
    Remark,
    Row,
    Sheet,
    Workbook,
    address,
    letters,
    place,
    told,
)

__all__ = [
    "MARK",
    "MARK_ROWS",
    "Cell",
    "Fault",
    "Kind",
    "Layout",
    "Limits",
    "Note",
    "Problem",
    "ReadOptions",
    "Refusal",
    "Remark",
    "Row",
    "Sheet",
    "Unreadable",
    "Workbook",
    "address",
    "forget",
    "letters",
    "place",
    "read",
    "read_once",
    "told",
]

_LIMITS, _OPTIONS = Limits(), ReadOptions()


def read(path: Path, *, name: str, limits: Limits = _LIMITS, options: ReadOptions = _OPTIONS) -> Workbook:
    """The rows of a file. `name` is what its sender calls it: it names the sheet of a text file, and decides nothing.

    Raises Unreadable, with the reason and the remedy, when there is nothing to be read.
    """
    with Path(os.devnull).open("wb") as nowhere:
        return _named(_read(path, name, limits, options, nowhere), name)


def read_once(path: Path, *, name: str, limits: Limits = _LIMITS, options: ReadOptions = _OPTIONS) -> Workbook:
    """The same of a file of ours, which does not change: its rows are kept beside it for the next time."""
    workbook = kept.found(path, limits, options)
    if workbook is None:
        with kept.keeping(path, limits, options) as out:
            workbook = _read(path, name, limits, options, out)
    return _named(workbook, name)


def _read(path: Path, name: str, limits: Limits, options: ReadOptions, out: IO[bytes]) -> Workbook:
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(Refusal.EMPTY)
    if size > limits.upload:
        raise Unreadable(Refusal.TOO_BIG, size=round(size / MB, 1), limit=limits.upload // MB)
    try:
        with path.open("rb") as file:
            return read_apart(file, limits, options, out)
    except Unreadable as error:
        # The sheet of a text file has no name of its own; who reads it in the child knows none.
        if error.values.get("sheet") == "":
            error.values["sheet"] = name
        raise


def _named(workbook: Workbook, name: str) -> Workbook:
    if workbook.kind is Kind.TEXT:
        sheet = workbook.sheets[0]
        sheet.name = name
        sheet.notes = tuple(
            replace(note, values={**note.values, "sheet": name}) if "sheet" in note.values else note
            for note in sheet.notes
        )
    return workbook


def forget(path: Path) -> None:
    """Throw a file away, with what was kept of it."""
    kept.forget_parts(path)
    kept.rows_of(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)
