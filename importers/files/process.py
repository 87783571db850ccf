"""The parent's side: start the child, take what it sends, and end it when its time is up."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO

from importers.files.refusals import Refusal, Unreadable
from importers.files.wire import Receiver
from importers.files.workbook import MB, Limits, ReadOptions, Workbook

_ROOT = Path(__file__).resolve().parents[2]
_CHUNK = 1 << 18
# Nothing of the server's surroundings goes along; openpyxl must use the parser that defusedxml guards.
_ENVIRONMENT = {"OPENPYXL_LXML": "False", "OPENPYXL_DEFUSEDXML": "True", "PYTHONDONTWRITEBYTECODE": "1"}
_PASSED_ON = ("LD_LIBRARY_PATH",)  # without it an interpreter in an unusual place does not start


def read_apart(file: IO[bytes], limits: Limits, options: ReadOptions, kept: IO[bytes]) -> Workbook:
    """The workbook as a child process reads it; its lines go into `kept`, too. Its death is an ordinary refusal."""
    child = _begun(json.dumps({"limits": asdict(limits), "options": asdict(options)}), file)
    with child:
        try:
            workbook = _receive(child, limits, kept)
        finally:
            child.kill()
    if workbook is None:
        raise _why_it_died(child.returncode, limits)
    return workbook


def _begun(job: str, file: IO[bytes]) -> subprocess.Popen[bytes]:
    """The child, with the file as its input."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter, and nothing of the sender on its command line
        [sys.executable, "-X", "utf8", "-m", "importers.files.child", job],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=_ENVIRONMENT | {name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,
    )


def _receive(child: subprocess.Popen[bytes], limits: Limits, kept: IO[bytes]) -> Workbook | None:
    """What comes out of the child before its time is up; None if it ended early."""
    deadline = time.monotonic() + limits.seconds
    receiver, begun = Receiver(), list[bytes]()
    assert child.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise Unreadable(Refusal.TOO_SLOW, limit=limits.seconds)
            piece = os.read(child.stdout.fileno(), _CHUNK)
            if not piece:
                break
            kept.write(piece)
            begun.append(piece)
            if b"\n" in piece:
                *lines, rest = b"".join(begun).split(b"\n")
                begun = [rest]
                _take(receiver, lines)
    if receiver.workbook is None:
        _wait(child, limits)
    return receiver.workbook


def _wait(child: subprocess.Popen[bytes], limits: Limits) -> None:
    """For how it ended. It has said its last word already, so that takes no time unless something is wrong."""
    try:
        child.wait(timeout=1)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(Refusal.TOO_SLOW, limit=limits.seconds) from error


def _take(receiver: Receiver, lines: list[bytes]) -> None:
    try:
        for line in lines:
            receiver.take(line)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        # The child sends nothing like this, unless the file has taken it over.
        raise Unreadable(Refusal.DAMAGED, part="contents") from error


def _why_it_died(code: int, limits: Limits) -> Unreadable:
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return Unreadable(Refusal.TOO_SLOW, limit=limits.seconds)
    return Unreadable(Refusal.READER_STOPPED, limit=limits.memory // MB)
