"""The child that does what a run was asked for: `python -m importers.errand`, told by its input what that is.

It ends with its worker, whatever it is doing: what is not committed then never was.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from io import FileIO
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from importers import run
from importers.apply import Moved
from importers.files import Unreadable
from models import access
from models.access import SYSTEM, Looker
from models.errors import Refused
from models.imports import Errand, ImportRun, Stage, TaskState
from models.user import User


def main() -> None:
    """One errand, with the rights of whoever the run belongs to."""
    # Without a buffer: the thread that waits there must not hold one when the interpreter ends.
    told = FileIO(sys.stdin.fileno(), closefd=False)
    job = json.loads(told.readline())
    threading.Thread(target=_end_with_the_worker, args=[told], daemon=True).start()
    # Whoever waits for a page goes first.
    os.nice(5)
    with Session(create_engine(job["url"], poolclass=NullPool)) as session:
        access.look_as(session, SYSTEM)
        looker = _looker(session, job["run"])
        access.look_as(session, looker)
        _say(**_done(session, looker, Path(job["folder"]), job["run"], Errand(job["errand"]), job["arguments"]))


def _end_with_the_worker(told: FileIO) -> None:
    told.read()
    os._exit(1)


def _say(**said: Any) -> None:
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    sys.stdout.buffer.flush()


def _tell(stage: Stage, done: int, total: int, name: str) -> None:
    _say(stage=stage.value, done=done, total=total, name=name)


def _looker(session: Session, run_id: int) -> Looker:
    user_id = session.get_one(ImportRun, run_id).user_id
    return SYSTEM if user_id is None else access.looker_for(session, session.get_one(User, user_id))


def _done(
    session: Session, looker: Looker, folder: Path, run_id: int, errand: Errand, arguments: dict[str, Any]
) -> dict[str, Any]:
    try:
        _carry_out(session, looker, folder, run_id, errand, arguments)
    except Moved as moved:
        return _failed("moved", rows=len(moved.rows))
    except Unreadable as problem:
        return _failed("unreadable", code=problem.refusal.name, values=problem.values)
    except Refused as refused:
        values = {key: str(value) for key, value in refused.values.items()}
        return _failed("refused", code=refused.reason.name, field=refused.field, values=values)
    return {"end": TaskState.DONE}


def _failed(kind: str, **told: Any) -> dict[str, Any]:
    return {"end": TaskState.FAILED, "failure": {"kind": kind, **told}}


def _carry_out(
    session: Session, looker: Looker, folder: Path, run_id: int, errand: Errand, arguments: dict[str, Any]
) -> None:
    if errand is Errand.READ:
        _tell(Stage.READING, 0, 0, "")
        run.look_again(
            session,
            looker,
            folder,
            run_id,
            sheet=arguments.get("sheet"),
            header=arguments.get("header"),
            tell=_tell,
        )
    elif errand is Errand.PLAN:
        run.make_plan(session, looker, folder, run_id, _tell)
    else:
        run.commit(session, looker, folder, run_id, arguments["expected"], _tell)


if __name__ == "__main__":
    main()
