"""The worker's side of an errand: a child process does the work, and is ended when it is wanted no more.

A process of its own, because a thread would slow every request down and keep its memory, and because only a process can
be ended at any moment: the database then takes back what it had not finished.
"""

from __future__ import annotations

import json
import logging
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from importers import tasks
from importers.tasks import Heard
from models import access
from models.access import SYSTEM
from models.imports import ImportTask, Stage, TaskState

_ROOT = Path(__file__).resolve().parents[1]
_CHILD = [sys.executable, "-X", "utf8", "-m", "importers.errand"]
# How long to wait for a word of the child before saying that it is still there.
_PAUSE = 0.5


def carry_out(url: str, folder: Path, run_id: int) -> None:
    """Do what a run was asked for, unless somebody else does it already. Comes back when it is done, ended or failed."""
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
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


def _watched(
    session: Session, url: str, folder: Path, task: ImportTask, mark: str
) -> tuple[TaskState, dict[str, Any] | None]:
    run_id, job = task.run_id, {"url": url, "folder": str(folder), "run": task.run_id}
    job |= {"errand": task.errand.value, "arguments": task.arguments}
    session.rollback()
    # Our own interpreter; what it is to do comes by its input.
    child = subprocess.Popen(_CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT)  # noqa: S603
    with child:
        try:
            assert child.stdin is not None
            # It stays open: the child ends with it, so that none is left without a worker.
            child.stdin.write(json.dumps(job).encode() + b"\n")
            child.stdin.flush()
            heard = Heard()
            for said in _said(child):
                if said is not None and "end" in said:
                    return TaskState(said["end"]), said.get("failure")
                if said is not None:
                    heard = Heard(Stage(said["stage"]), said["done"], said["total"], said["name"])
                if not tasks.beat(session, folder, run_id, mark, heard):
                    return TaskState.STOPPED, None
            return TaskState.FAILED, {"kind": "broken"}
        finally:
            child.kill()


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
