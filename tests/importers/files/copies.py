"""Children that read files as copies of one process that has the readers loaded: a tenth of the time of a new one.

What such a child does, and what its parent makes of it, is what happens to an upload; `test_copies.py` holds them to that,
and the tests of the child itself (`test_child.py`, `test_bombs.py`) start it as the panel does.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from typing import IO, NoReturn, Self

import defusedxml.ElementTree
import openpyxl
import python_calamine

from importers.files import careful, child, fast, process

LOADED = (careful, fast, openpyxl, python_calamine, defusedxml.ElementTree)
# More than what the limits and options of any file come to.
_JOB = 1 << 16


def be_a_child(job: str, source: int, out: int) -> NoReturn:
    """What a new interpreter would do with this file as its input, `child.main`."""
    try:
        os.dup2(source, 0)
        os.dup2(out, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.closerange(3, 64)
        sys.stdin, sys.stdout = os.fdopen(0, "r"), os.fdopen(1, "w")
        sys.argv = ["child", job]
        child.main()
    finally:
        os._exit(99)


class Copies:
    """The process that is copied. It begins with the first child, and ends when this side is closed or gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._original: subprocess.Popen[bytes] | None = None
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def begun(self, job: str, file: IO[bytes]) -> Copy:
        """A child with this file as its input: takes the place of `process._begun`."""
        with self._lock:
            if self._original is None:
                self._original = self._started()
        out, into = os.pipe()
        end, told = os.pipe()
        socket.send_fds(self._ours, [job.encode()], [file.fileno(), into, told])
        os.close(into)
        os.close(told)
        return Copy(out, end)

    def close(self) -> None:
        self._ours.close()
        self._theirs.close()
        if self._original is not None:
            self._original.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-X", "utf8", "-m", "tests.importers.files.copies"]
        with self._theirs as theirs:
            return subprocess.Popen(
                command, stdin=theirs, cwd=process._ROOT, env=process._ENVIRONMENT, start_new_session=True
            )


class Copy:
    """One child: of a `Popen` what `process` needs to know."""

    def __init__(self, out: int, end: int) -> None:
        self.stdout: IO[bytes] = os.fdopen(out, "rb", 0)
        self._end = end
        self.returncode: int | None = None
        self.pid = int(os.read(end, 16))

    def wait(self, timeout: float | None = None) -> int:
        """How it ended. Raises TimeoutExpired when it has not in so many seconds."""
        if self.returncode is None:
            if not select.select([self._end], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("copy", timeout or 0)
            self.returncode = int(os.read(self._end, 16))
        return self.returncode

    def kill(self) -> None:
        """End it, if it has not ended."""
        if self.returncode is None and not select.select([self._end], [], [], 0)[0]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self.wait()
        os.close(self._end)


def main() -> None:
    """Copy this process for each job that comes in, until no more can come."""
    asked = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    while True:
        job, given, _, _ = socket.recv_fds(asked, _JOB, 3)
        if not job:
            return
        if os.fork() == 0:
            asked.close()
            _watch(job.decode(), *given)
        for each in given:
            os.close(each)


def _watch(job: str, source: int, out: int, told: int) -> NoReturn:
    """Tell the number of the child, and then how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    pid = os.fork()
    if pid == 0:
        be_a_child(job, source, out)
    os.close(out)
    with contextlib.suppress(BrokenPipeError):
        os.write(told, f"{pid:<16}".encode())
        _, status = os.waitpid(pid, 0)
        os.write(told, f"{os.waitstatus_to_exitcode(status):<16}".encode())
    os._exit(0)


if __name__ == "__main__":
    main()
