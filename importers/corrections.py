"""Cells that somebody corrects on the page of a plan. The file stays as it is: a plan is made from it and from these.

They are kept in the run: `corrections`, row -> position -> text, and `replacements`, position -> text in the file -> text
instead, for all rows that say the same. What is said of one row goes before what is said of all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from importers.files import Cell, Row, Sheet
from models.errors import Reason, Refused
from models.imports import ImportRow, ImportRun

CORRECTIONS, REPLACEMENTS = "corrections", "replacements"
LONGEST = 32_767

Corrected = dict[int, dict[int, Cell]]
Rows = list[tuple[int, Row]]


def written(cell: Any) -> str:
    """A cell of a file, or of the row of a plan that kept it, as the text that is corrected."""
    return "" if cell is None else str(cell)


def correct(run: ImportRun, row: int, raw: list[Any], cells: Mapping[int, str], alike: Collection[int] = ()) -> bool:
    """Say what cells of a row hold instead; the positions in `alike` for every row that says the same. Whether it is new.

    What the file says itself is no correction: given again, it takes one back.
    """
    one = {key: dict(texts) for key, texts in run.options.get(CORRECTIONS, {}).items()}
    every = {key: dict(texts) for key, texts in run.options.get(REPLACEMENTS, {}).items()}
    positions = {column["position"] for column in run.options["columns"]}
    for position, given in cells.items():
        if position not in positions:
            raise Refused(Reason.NO_SUCH_CELL)
        text, said = given.strip()[:LONGEST], written(raw[position]) if position < len(raw) else ""
        of_row, of_all = one.setdefault(str(row), {}), every.setdefault(str(position), {})
        now: str = of_row.get(str(position)) or of_all.get(said) or said
        if _on_one_line(text) == _on_one_line(now):
            text = now  # the field of a page has no lines
        of_row.pop(str(position), None)
        if position in alike:
            _put(of_all, said, text, said)
        else:
            _put(of_row, str(position), text, of_all.get(said, said))
    return _keep(run, one, every)


def _on_one_line(text: str) -> str:
    return text.replace("\r", "").replace("\n", "").strip()


def _put(texts: dict[str, str], key: str, text: str, unless: str) -> None:
    texts.pop(key, None)
    if text != unless:
        texts[key] = text


def take_back(run: ImportRun, row: int | None = None, position: int | None = None, text: str | None = None) -> bool:
    """Forget corrections: of one cell, of all cells of a column that say the same, or without any of these all of them."""
    one = {key: dict(texts) for key, texts in run.options.get(CORRECTIONS, {}).items()}
    every = {key: dict(texts) for key, texts in run.options.get(REPLACEMENTS, {}).items()}
    if row is not None:
        one.get(str(row), {}).pop(str(position), None)
    elif position is not None:
        every.get(str(position), {}).pop(text or "", None)
    else:
        one, every = {}, {}
    return _keep(run, one, every)


def _keep(run: ImportRun, one: dict[str, dict[str, str]], every: dict[str, dict[str, str]]) -> bool:
    before = run.options
    kept = {CORRECTIONS: one, REPLACEMENTS: every}
    run.options = {**before, **{name: {key: texts for key, texts in kept[name].items() if texts} for name in kept}}
    return any(run.options[name] != before.get(name, {}) for name in kept)


def listed(run: ImportRun) -> list[tuple[int | None, int, str | None, str]]:
    """Every correction: its row or None for all rows, its position, the text in the file or None, the text instead."""
    one = [
        (int(row), int(position), None, text)
        for row, texts in run.options.get(CORRECTIONS, {}).items()
        for position, text in texts.items()
    ]
    every = [
        (None, int(position), said, text)
        for position, texts in run.options.get(REPLACEMENTS, {}).items()
        for said, text in texts.items()
    ]
    return [*sorted(every), *sorted(one)]


def laid_over(run: ImportRun, rows: Rows) -> tuple[Rows, Corrected]:
    """The rows with their corrections, and what the file says in each corrected cell."""
    one, every = run.options.get(CORRECTIONS, {}), run.options.get(REPLACEMENTS, {})
    if not one and not every:
        return rows, {}
    instead = {int(position): texts for position, texts in every.items()}
    found: Corrected = {}
    result: Rows = []
    for number, row in rows:
        texts = _texts(row, instead) | {int(at): text for at, text in one.get(str(number), {}).items()}
        if not texts:
            result.append((number, row))
            continue
        cells = [*row, *(None for _ in range(max(texts) + 1 - len(row)))]
        found[number] = {at: cells[at] for at, text in texts.items() if written(cells[at]) != text}
        for at, text in texts.items():
            # What is put back to what the file says stays what it was there, such as a date.
            cells[at] = (text or None) if at in found[number] else cells[at]
        result.append((number, tuple(cells)))
    return result, {number: cells for number, cells in found.items() if cells}


def _texts(row: Row, instead: Mapping[int, Mapping[str, str]]) -> dict[int, str]:
    """What stands instead in the cells of a row, by what is said of all rows."""
    found = {}
    for position, texts in instead.items():
        said = written(row[position]) if position < len(row) else ""
        if said in texts:
            found[position] = texts[said]
    return found


def without_faults(sheet: Sheet, corrected: Corrected) -> Sheet:
    """The sheet without what was wrong with cells that hold something else now."""
    if not sheet.problems or not corrected:
        return sheet
    places = {
        (row, sheet.columns[at] if at < len(sheet.columns) else at + 1)
        for row, cells in corrected.items()
        for at in cells
    }
    return replace(sheet, problems={where: one for where, one in sheet.problems.items() if where not in places})


def how_many(session: Session, run: ImportRun, cells: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """In how many rows of the file the same stands in the same column, for each of these positions and texts."""
    wanted = list(dict.fromkeys(cells))
    counted = (
        func.count().filter(ImportRow.raw[position].as_string() == text).label(f"cell_{at}")
        for at, (position, text) in enumerate(wanted)
    )
    # All in one go: what costs is to take each row apart.
    found = session.execute(select(*counted).where(ImportRow.run_id == run.id)).one() if wanted else ()
    return dict(zip(wanted, found, strict=True))
