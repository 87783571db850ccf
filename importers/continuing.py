"""The rows that an import left out, mended in their workbook and brought again: the same import goes on.

The workbook carries the mark of its run. The columns, the choices and the answers of that run are taken over, and the
numbers of both are told together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers import marks, notation, unticking
from importers.columns import COLUMNS
from importers.files import Workbook
from importers.meanings import Certainty
from importers.reading import squeezed
from models.imports import ImportRun, ImportState

CONTINUES, OF_THE_WORKBOOK = "continues", "of_the_workbook"
# The row in the file and the reason, in front of the columns of the file.
IN_FRONT = 2
_OF_THE_FILE = frozenset({"encoding", "delimiter", "hidden", "two_lines"})


def earlier(session: Session, book: Workbook) -> ImportRun | None:
    """The run that a workbook goes on with, if it is one that one may see."""
    run_id = marks.run_of(book.mark) if book.mark else None
    # Of one that was let go of nothing is known any more.
    known = select(ImportRun).where(ImportRun.id == run_id, ImportRun.state != ImportState.FAILED)
    return session.scalar(known) if run_id is not None else None


def begin(run: ImportRun, before: ImportRun) -> None:
    """Take over what the earlier run was told about records, labels and values; not how its file was written."""
    choices = {name: said for name, said in before.options.get("choices", {}).items() if name not in _OF_THE_FILE}
    run.kind, run.mode = before.kind, before.mode
    said = {
        "choices": {**run.options.get("choices", {}), **choices},
        "translations": before.options.get("translations", {}),
    }
    run.options = {**run.options, **said, CONTINUES: before.id}


def header(book: Workbook, before: ImportRun | None) -> int | None:
    """Where the names of the columns stand: in the first row, unless somebody wrote above them; None lets the file tell."""
    rows = book.sheets[0].rows if before is not None and book.sheets else []
    names = [squeezed(str(cell or "")) for cell in rows[0]] if rows else []
    wanted = {squeezed(column["header"]) for column in before.options["columns"]} if before is not None else set()
    return 1 if wanted - {""} and wanted - {""} <= {*names} else None


def take_over(run: ImportRun, before: ImportRun) -> None:
    """Put each column where the earlier run put it. They stand in the same order, behind two others."""
    new = run.options.get("columns", [])
    places: dict[int, int] = {}
    for column in sorted(before.options["columns"], key=lambda column: int(column["position"])):
        at = _place(column, new, set(places.values()))
        if at is not None:
            places[column["position"]] = at
    if not places:
        return
    fields = {
        places[column["position"]]: column for column in before.options["columns"] if column["position"] in places
    }
    mapping: dict[str, list[int]] = {}
    columns = []
    for column in new:
        known = fields.get(column["position"])
        field = known["field"] if known is not None else None
        certainty = (Certainty.REMEMBERED if field else Certainty.SKIPPED).name
        columns.append({**column, "field": field, "certainty": certainty})
        if field is not None and field in COLUMNS[run.kind]:
            mapping.setdefault(field, []).append(column["position"])
    answers = before.options.get(notation.ANSWERS, {})
    run.mapping = mapping
    run.options = {
        **run.options,
        "columns": columns,
        "is_confirmed": True,
        OF_THE_WORKBOOK: [at for at in range(IN_FRONT) if at not in places.values()],
        unticking.LEFT_OUT: before.options.get(unticking.LEFT_OUT, []),
        notation.ANSWERS: {str(places[int(at)]): said for at, said in answers.items() if int(at) in places},
    }


def _place(column: dict[str, Any], new: list[dict[str, Any]], taken: set[int]) -> int | None:
    """Where a column is now: the first of its name that is free; one without a name where it has to be."""
    name = squeezed(column["header"])
    same = [one["position"] for one in new if squeezed(one["header"]) == name and one["position"] not in taken]
    if name:
        return same[0] if same else None
    wanted = column["position"] + IN_FRONT
    return wanted if wanted in same else None


@dataclass(frozen=True)
class Together:
    """What a run and those it goes on with came to: each with its counts, the first one first, and all of them."""

    runs: list[ImportRun]
    counts: dict[str, int]

    @property
    def rows(self) -> int:
        """All rows there were."""
        return sum(self.counts.values())


_WRITTEN = ("created", "updated", "unchanged")


def together(session: Session, run: ImportRun) -> Together | None:
    """The numbers of a finished run with those of the runs before it; None if it goes on with none.

    What was left out once and brought again counts where it came to last.
    """
    runs = [run]
    while (before := runs[0].options.get(CONTINUES)) is not None and before not in {one.id for one in runs}:
        found = session.scalar(select(ImportRun).where(ImportRun.id == before, ImportRun.state == ImportState.DONE))
        if found is None:
            break
        runs.insert(0, found)
    if len(runs) == 1:
        return None
    counts = {name: sum(one.counts.get(name, 0) for one in runs) for name in _WRITTEN}
    not_again = sum(
        max(0, one.counts.get("skipped", 0) + one.counts.get("rejected", 0) - _rows(after))
        for one, after in pairwise(runs)
    )
    last = runs[-1].counts
    skipped, rejected = last.get("skipped", 0) + not_again, last.get("rejected", 0)
    return Together(runs, {**counts, "skipped": skipped, "rejected": rejected})


def _rows(run: ImportRun) -> int:
    return sum(run.counts.get(name, 0) for name in (*_WRITTEN, "skipped", "rejected"))


def later(session: Session, run: ImportRun) -> list[ImportRun]:
    """The runs that go on with this one."""
    continues = ImportRun.options[CONTINUES].as_integer() == run.id
    return list(session.scalars(select(ImportRun).where(continues).order_by(ImportRun.id)))
