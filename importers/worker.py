"""The worker's side of an errand: a child process does the work, and is ended when it is wanted no more.

A process of its own, because a thread would slow every request down and keep its memory, and because only a process can
be ended at any moment: the database then takes back what it had not finished.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from importers import marks, tasks
from importers.tasks import Heard
from models import access
from models.access import SYSTEM
from models.base import utc_now
from models.imports import ImportTask, Stage, TaskState

_ROOT = Path(__file__).resolve().parents[1]
# Rows are many and make no rings: the collector would go through all of them again and again, a third of the time.
_CHILD = [sys.executable, "-X", "utf8", "-c", "import gc; gc.disable(); from importers.errand import main; main()"]
# How long to wait for a word of the child before saying that it is still there.
_PAUSE = 0.5


def carry_out(url: str, folder: Path, run_id: int) -> None:
    """Do what a run was asked for, unless somebody else does it already. Comes back when it is done, ended or failed."""
    # One connection for all of it: each new one reads the whole schema, and the last to close empties the log of writes.
    engine = create_engine(url, pool_size=1)
    with contextlib.ExitStack() as stack, Session(engine) as session:
        stack.callback(engine.dispose)
        access.look_as(session, SYSTEM)
        task = tasks.hold(session, folder, run_id)
        if task is None:
            return
        mark = str(task.hold)
        try:
            state, failure = _watched(session, url, folder, task, mark)
        except Exception:
            logging.getLogger(__name__).exception("an errand of import %s was given up", run_id)
            session.rollback()
            state, failure = TaskState.FAILED, {"kind": "broken"}
        tasks.end(session, folder, run_id, mark, state, failure)


def sweep(url: str) -> list[int]:
    """The runs that wait for somebody, in case the queue lost them."""
    with Session(create_engine(url, poolclass=NullPool)) as session:
        access.look_as(session, SYSTEM)
        return tasks.waiting(session)


def stand_ready() -> int:
    """Begin the process that does errands before the first one comes: nobody waits for the second it takes. Its number."""
    child = _taken() or _begun()
    _keep(child)
    return child.pid


def rest() -> None:
    """Let go of the process that stands ready for the next errand."""
    child = _taken()
    if child is not None:
        _end(child)


def _watched(
    session: Session, url: str, folder: Path, task: ImportTask, mark: str
) -> tuple[TaskState, dict[str, Any] | None]:
    run_id, job = task.run_id, {"url": url, "folder": str(folder), "run": task.run_id}
    job |= {"errand": task.errand.value, "arguments": task.arguments, "hold": mark, "key": marks.key_in_use()}
    session.rollback()
    heard, next_beat = Heard(), 0.0
    child = _sent(json.dumps(job).encode() + b"\n")
    is_well = False
    try:
        for said in _said(child):
            if said is not None and "end" in said:
                is_well = True
                return TaskState(said["end"]), said.get("failure")
            before = heard
            if said is not None:
                stage = Stage(said["stage"])
                since = heard.since if heard.stage is stage else utc_now()
                heard = Heard(stage, said["done"], said["total"], said["name"], since)
            if heard.stage is before.stage and time.monotonic() < next_beat:
                continue
            if not tasks.beat(session, folder, run_id, mark, heard):
                return TaskState.STOPPED, None
            next_beat = time.monotonic() + _PAUSE / 2
        logging.getLogger(__name__).error("the process that did an errand of import %s ended without a word", run_id)
        return TaskState.FAILED, {"kind": "broken"}
    finally:
        if is_well:
            _keep(child)
        else:
            _end(child)


def _sent(job: bytes) -> subprocess.Popen[bytes]:
    """The process that does this: the one that stands ready, or a new one. Each errand is done by a fork of it."""
    child = _taken() or _begun()
    try:
        _write(child, job)
    except BrokenPipeError:
        # Somebody ended it just then.
        _end(child)
        child = _begun()
        _write(child, job)
    return child


def _begun() -> subprocess.Popen[bytes]:
    # Our own interpreter; what it is to do comes by its input, which stays open: it ends with its worker.
    return subprocess.Popen(  # noqa: S603
        _CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT, start_new_session=True
    )


def _write(child: subprocess.Popen[bytes], job: bytes) -> None:
    assert child.stdin is not None
    child.stdin.write(job)
    child.stdin.flush()


_ready: list[subprocess.Popen[bytes]] = []
_lock = threading.Lock()


def _taken() -> subprocess.Popen[bytes] | None:
    with _lock:
        child = _ready.pop() if _ready else None
    if child is not None and child.poll() is not None:
        _end(child)
        return None
    return child


def _keep(child: subprocess.Popen[bytes]) -> None:
    with _lock:
        if not _ready:
            _ready.append(child)
            return
    _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End it with the fork that does the errand."""
    # What it starts is of its group; it may be gone already.
    with child, contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


atexit.register(rest)


def _said(child: subprocess.Popen[bytes]) -> Iterator[dict[str, Any] | None]:
    """What the child says, line by line, and None when it said nothing for a while."""
    begun = b""
    assert child.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(_PAUSE):
                yield None
                continue
            piece = os.read(child.stdout.fileno(), 1 << 16)
            if not piece:
                return
            *lines, begun = (begun + piece).split(b"\n")
            yield from map(json.loads, lines)
