"""A large import is taken back as an errand: which of it, how far that is, and what came of it, kept with the errand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from importers import tasks, undoing
from importers.progress import Tell
from importers.run import find
from models.access import Looker, require
from models.errors import NotFound
from models.imports import RowStatus, Stage
from models.journal import Counts, Doing, Kept, Left, causes_first
from models.operations.undo import undo
from models.user import Right

# So many of the things that stay are kept, to be named.
LISTED = 20


@dataclass(frozen=True)
class TakenBack:
    """What came of it: its changeset, how many rows of the file and records went back, and the first of what stays."""

    changeset: int
    rows: int
    counts: Counts
    left: list[Left]
    left_count: int


def carry_out(
    session: Session, looker: Looker, run_id: int, arguments: Mapping[str, Any], mark: str, tell: Tell
) -> None:
    """Take a changeset of an import back, or of its rows those of a status and field, as far as nobody changed it since.

    Once and never twice: `mark` is the hold on the errand, which is done in the transaction that takes it back.
    """
    require(session, looker, Right.IMPORT)
    run = find(session, run_id, is_open=False)
    if undoing.import_of(session, arguments["changeset"]) != (run.id, run.kind):
        raise NotFound
    tell(Stage.CHECKING, 0, 0, "")
    rows = None
    if status := arguments.get("show"):
        chosen = undoing.rows_about(session, run, RowStatus(status), arguments["field"])
        rows = undoing.pairs(session, run, chosen)

    def note(doing: Doing) -> None:
        touched = undoing.rows_touched(session, run.id, run.kind, doing.id)
        did = {"changeset": doing.id, "rows": touched, "counts": asdict(doing.plan.whole), **kept(doing.plan.left)}
        tasks.finish(session, run_id, mark, did)

    def say(done: int, total: int, table: str) -> None:
        if done < total:
            tell(Stage.WRITING, done, total, table)
        else:
            tell(Stage.INDEXING, 0, 0, "")

    undo(session, looker, arguments["changeset"], rows, expected=arguments.get("expected"), along=note, tell=say)


def kept(left: Sequence[Left]) -> dict[str, Any]:
    """The first of what stays, and how much that is, as an errand keeps it."""
    return {"left": [asdict(one) for one in causes_first(left)[:LISTED]], "left_count": len(left)}


def came_of(did: Mapping[str, Any]) -> TakenBack:
    """The same as it was."""
    return TakenBack(did["changeset"], did["rows"], Counts(**did["counts"]), stays(did), did["left_count"])


def stays(told: Mapping[str, Any]) -> list[Left]:
    """The first of what stays."""
    return [
        Left(
            **{
                **one,
                "reason": Kept(one["reason"]),
                "holder": one["holder"] and tuple(one["holder"]),
                "wanted": one["wanted"] and tuple(one["wanted"]),
            }
        )
        for one in told.get("left", ())
    ]
