"""Bytes to rows: `read()` turns an uploaded file into a workbook, or says in one sentence why it cannot.

The server itself never opens an upload. A child process does, with limits on its memory and time, so that no file can
hurt the server (`process.py`, `child.py`). In the child: `sniff.py` tells what the bytes are, `archive.py` checks a zip
before it is opened, `ooxml.py`, `biff.py` and `opendocument.py` scan for what a reader would lose, `fast.py` and
`careful.py` read, and `assemble.py` puts both together.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

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
    "letters",
    "place",
    "read",
]

_LIMITS, _OPTIONS = Limits(), ReadOptions()
_STOPPED = {
    Refusal.TOO_SLOW: "it took longer than {seconds} seconds",
    Refusal.TOO_MUCH_MEMORY: "it takes more than {memory} bytes of memory",
    Refusal.READER_STOPPED: "its process died; memory is limited to {memory} bytes",
}


def read(path: Path, *, name: str, limits: Limits = _LIMITS, options: ReadOptions = _OPTIONS) -> Workbook:
    """The rows of a file. `name` is what its sender calls it: it names the sheet of a text file, and decides nothing.

    Raises Unreadable, with the reason and the remedy, when there is nothing to be read.
    """
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(Refusal.EMPTY)
    if size > limits.upload:
        raise Unreadable(Refusal.TOO_BIG, size=round(size / MB, 1), limit=limits.upload // MB)
    try:
        with path.open("rb") as file:
            workbook = read_apart(file, limits, options)
    except Unreadable as error:
        if error.refusal in _STOPPED:
            _log(size, _STOPPED[error.refusal].format(**asdict(limits)))
        raise
    if workbook.kind is Kind.TEXT:
        workbook.sheets[0].name = name
    return workbook


def _log(size: int, limit: str) -> None:
    """That a limit was met, for whoever keeps the server; the name of a file and what is in it are not theirs to read."""
    import logging  # only here, so that no child pays for loading it

    logging.getLogger(__name__).warning("reading a file of %d bytes was stopped: %s", size, limit)
