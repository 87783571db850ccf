"""What somebody does to a plan before it is carried out: correct cells, leave columns out, choose what happens.

Each of these is kept in the run; the plan is made anew from the file and all of them, so that each can be taken back. The
verbs say whether it has to be: that is for whoever calls them, at once or in the background.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers import corrections, notation, unticking
from importers.run import choices_kept, choices_of, find, keep, outdate
from models.access import Looker, require
from models.among import one_of
from models.errors import NotFound
from models.imports import ImportMode, ImportRow, ImportRun
from models.user import Right

Cells = Mapping[int, Mapping[int, str]]


def correct(
    session: Session,
    looker: Looker,
    run_id: int,
    cells: Cells,
    alike: Collection[tuple[int, int]] = (),
) -> bool:
    """Say what cells hold instead: row -> position -> text; for those in `alike`, in every row that says the same."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    raw = raw_of(session, run, cells)
    changed = [
        corrections.correct(run, row, raw[row], texts, {at for other, at in alike if other == row})
        for row, texts in cells.items()
    ]
    return _kept(session, run, any(changed))


def raw_of(session: Session, run: ImportRun, rows: Iterable[int]) -> dict[int, list[Any]]:
    """What the file says in these rows of a plan."""
    wanted = set(rows)
    query = select(ImportRow.row_number, ImportRow.raw).where(
        ImportRow.run_id == run.id, one_of(ImportRow.row_number, wanted)
    )
    found = {number: list(raw) for number, raw in session.execute(query)}
    if wanted - found.keys():
        raise NotFound
    return found


def take_back(
    session: Session,
    looker: Looker,
    run_id: int,
    row: int | None = None,
    position: int | None = None,
    text: str | None = None,
) -> bool:
    """Take back one correction, one for all rows that say the same, or all of them."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    return _kept(session, run, corrections.take_back(run, row, position, text))


def choose(
    session: Session,
    looker: Looker,
    run_id: int,
    *,
    mode: ImportMode,
    empty_clears: bool,
    replace_labels: bool,
    left_out: Collection[str],
) -> bool:
    """What the plan does: only add or also update, what an empty cell and labels mean, which columns stay out."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    before = run.mode, choices_of(run)
    kept = replace(before[1], empty_clears=empty_clears, replace_labels=replace_labels)
    is_new = unticking.untick(run, left_out)
    run.mode, run.options = mode, {**run.options, "choices": choices_kept(kept)}
    return _kept(session, run, is_new or (mode, kept) != before)


def answer(session: Session, looker: Looker, run_id: int, answers: Mapping[int, notation.Answer]) -> None:
    """Say how columns write their dates and amounts; whoever asks for the plan next gets it so."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    notation.answer(run, answers)
    keep(session, run)


def _kept(session: Session, run: ImportRun, is_new: bool) -> bool:
    """Keep it. Where it says something new there is no plan: the old one knows nothing of what was said."""
    if is_new:
        outdate(run)
    keep(session, run)
    return is_new
