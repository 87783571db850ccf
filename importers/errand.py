"""The child that does what runs are asked for, told by its input what that is; `worker` starts it.

It ends with its worker, whatever it is doing: what is not committed then never was.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
import traceback
from io import FileIO
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, configure_mappers

from importers import looking, marks, planning, taking_back
from importers.files import Unreadable
from importers.reading import months
from importers.writer import Moved
from models import access
from models.access import SYSTEM, Looker
from models.errors import Refused
from models.imports import Errand, Stage, TaskState
from models.journal import NothingToUndo
from models.user import User


def main() -> None:
    """Errand after errand, each in a fork: starting Python anew takes longer than many of them."""
    # Without a buffer: what is said after an errand must not be read by its fork.
    told = FileIO(sys.stdin.fileno(), closefd=False)
    # What every fork would do first.
    configure_mappers()
    months()
    while line := told.readline():
        fork = os.fork()
        if not fork:
            _carried_out(json.loads(line), told)
        if os.waitpid(fork, 0)[1]:
            _say(end=TaskState.FAILED, failure={"kind": "broken"})


def _carried_out(job: dict[str, Any], told: FileIO) -> NoReturn:
    """One errand, with the rights of whoever asked for it."""
    threading.Thread(target=_end_with_the_worker, args=[told], daemon=True).start()
    try:
        marks.use_key(job["key"])
        with Session(create_engine(job["url"], pool_size=1)) as session:
            access.look_as(session, SYSTEM)
            looker = _looker(session, job["arguments"]["by"])
            access.look_as(session, looker)
            end = _done(session, looker, job)
    except BaseException:  # noqa: BLE001 - whatever it is, the fork must not go on as its parent would
        traceback.print_exc()
        os._exit(1)
    _say(**end)
    os._exit(0)


def _end_with_the_worker(told: FileIO) -> None:
    """Wait for the other end to close, reading nothing."""
    watched = select.poll()
    watched.register(told, 0)
    watched.poll()
    os.killpg(0, signal.SIGKILL)


def _say(**said: Any) -> None:
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    sys.stdout.buffer.flush()


def _tell(stage: Stage, done: int, total: int, name: str) -> None:
    _say(stage=stage.value, done=done, total=total, name=name)


def _looker(session: Session, user_id: int | None) -> Looker:
    return SYSTEM if user_id is None else access.looker_for(session, session.get_one(User, user_id))


def _done(session: Session, looker: Looker, job: dict[str, Any]) -> dict[str, Any]:
    try:
        _carry_out(session, looker, job)
    except Moved as moved:
        return _failed("moved", rows=len(moved.rows))
    except Unreadable as problem:
        return _failed("unreadable", code=problem.refusal.name, values=problem.values)
    except Refused as refused:
        values = {key: str(value) for key, value in refused.values.items()}
        stays = taking_back.kept(refused.left) if isinstance(refused, NothingToUndo) else {}
        return _failed("refused", code=refused.reason.name, field=refused.field, values=values, **stays)
    return {"end": TaskState.DONE}


def _failed(kind: str, **told: Any) -> dict[str, Any]:
    return {"end": TaskState.FAILED, "failure": {"kind": kind, **told}}


def _carry_out(session: Session, looker: Looker, job: dict[str, Any]) -> None:
    folder, run_id, errand, arguments = Path(job["folder"]), job["run"], Errand(job["errand"]), job["arguments"]
    if errand is Errand.READ:
        _tell(Stage.READING, 0, 0, "")
        looking.look_again(
            session,
            looker,
            folder,
            run_id,
            sheet=arguments.get("sheet"),
            header=arguments.get("header"),
            tell=_tell,
        )
    elif errand is Errand.PLAN:
        planning.make_plan(session, looker, folder, run_id, _tell)
    elif errand is Errand.COMMIT:
        planning.commit(session, looker, folder, run_id, arguments["expected"], _tell)
    else:
        taking_back.carry_out(session, looker, run_id, arguments, job["hold"], _tell)
