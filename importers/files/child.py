"""The child process: the file comes in as standard input, the workbook or the refusal goes out as standard output.

It is a fresh interpreter that holds nothing of the server: no connection, no secret. What it may use is limited before
it looks at the first byte, and what it needs of the world outside is nothing.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import warnings
from typing import BinaryIO

from importers.files import wire
from importers.files.reading import read_content
from importers.files.refusals import Refusal, Unreadable
from importers.files.workbook import MB, Limits, ReadOptions

_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.remove", "os.rename")


def main() -> None:
    """Read standard input by the limits and options of the first argument."""
    job = json.loads(sys.argv[1])
    limits, options = Limits(**job["limits"]), ReadOptions(**job["options"])
    _confine(limits)
    warnings.simplefilter("ignore")
    # Cells are many and make no rings: the collector would go through all of them again and again.
    gc.disable()
    out = sys.stdout.buffer
    try:
        content = sys.stdin.buffer.read(limits.upload + 1)
        _send(out, content, limits, options)
    except Unreadable as error:
        out.write(wire.refused(error))
    except MemoryError:
        out.write(wire.refused(Unreadable(Refusal.TOO_MUCH_MEMORY, limit=limits.memory // MB)))
    except BaseException:  # noqa: BLE001 - a panic of the fast reader is no Exception
        out.write(wire.refused(Unreadable(Refusal.DAMAGED, part="contents")))
    out.flush()
    # Freeing millions of cells one by one takes longer than ending.
    os._exit(0)


def _send(out: BinaryIO, content: bytes, limits: Limits, options: ReadOptions) -> None:
    out.writelines(wire.lines(read_content(content, limits, options)))


def _confine(limits: Limits) -> None:
    _limit(resource.RLIMIT_AS, limits.memory)
    _limit(resource.RLIMIT_CPU, limits.seconds)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_forbid)


def _limit(what: int, most: int) -> None:
    """Lower a limit; the machine may have set it lower still."""
    _, hard = resource.getrlimit(what)
    least = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (least, least))


def _forbid(event: str, _arguments: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)


if __name__ == "__main__":
    main()
