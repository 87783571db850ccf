"""What the log of the server says when a file met the limits within which it is read.

It stands outside `importers.files`, which every child loads: a log is not for a child.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from importers.files import Limits, Refusal, Unreadable

_log = logging.getLogger(__name__)
_MET = {
    Refusal.TOO_SLOW: "it took longer than {seconds} seconds",
    Refusal.TOO_MUCH_MEMORY: "it takes more than {memory} bytes of memory",
    Refusal.READER_STOPPED: "its process died; memory is limited to {memory} bytes",
}


@contextmanager
def told(path: Path, limits: Limits) -> Iterator[None]:
    """Log which limit was met and how big the file is; its name and what is in it are not for who keeps the server."""
    try:
        yield
    except Unreadable as error:
        if met := _MET.get(error.refusal):
            size, limit = path.stat().st_size, met.format(**asdict(limits))
            _log.warning("reading a file of %d bytes was stopped: %s", size, limit)
        raise
