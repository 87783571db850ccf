"""Rows of a file -> a plan: what each row would do, kept in ImportRow. Writes nothing else.

The plan is made block by block, each kept in a short transaction of its own: no write lock is held while rows are
parsed and compared. What changes in between is seen by `apply`, which knows where the journal stood at the start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from importers import bulk, clashes, coming_back, known
from importers.files import Cell, Row, place
from importers.planner import Outcome, Source
from importers.progress import Tell, quiet
from importers.rows import RowReader, full_name
from importers.trouble import Trouble, problem
from models.access import Looker
from models.among import one_of
from models.base import Base
from models.errors import Conflict, Reason
from models.imports import ImportRow, ImportRun, RowStatus, Stage
from models.operations.analyze import analyze
from models.operations.working import working
from models.search import LARGE

MARK = "planner"
ROW = Base.metadata.tables[ImportRow.__tablename__]


def make(session: Session, looker: Looker, run_id: int, source: Source, mark: str, tell: Tell = quiet) -> Counter[str]:
    """Put the plan of a run in place of the one before; the counts per status. Ends the transaction of the session.

    `mark` is what the run has as that of its planner. Raises Conflict once it is another: somebody plans it anew.
    """
    with working(session):
        require_mark(session, run_id, mark)
        session.execute(delete(ROW).where(ROW.c.run_id == run_id))
    planner = coming_back.planner(session, looker, source)
    counts: Counter[str] = Counter({status.value: 0 for status in RowStatus})
    has_people = False
    for block in known.blocks(source.records):
        outcomes = planner.plan(block)
        for outcome in outcomes:
            if outcome.status in {RowStatus.NEW, RowStatus.CHANGED}:
                # What a record has already, right or wrong, is not this import's doing.
                written = outcome.record.values if outcome.status is RowStatus.NEW else outcome.diff
                planner.reader.doubt(outcome.record, written)
        kept = [_kept(run_id, outcome, source, planner.reader) for outcome in outcomes]
        order = bulk.inserting(session.get_bind().dialect, ROW, kept, staged=False)
        # The reading transaction ends before the short one that writes.
        with working(session):
            require_mark(session, run_id, mark)
            order.send(session.connection())
        counts.update(outcome.status.value for outcome in outcomes)
        has_people = has_people or any("main_contact" in outcome.write for outcome in outcomes)
        tell(Stage.PLANNING, counts.total(), len(source.records), outcomes[-1].title)
    if counts.total() > LARGE:
        analyze(session, [ROW.name])
    counts.update(clashes.part(session, run_id, source.decisions, has_people))
    return counts


def require_mark(session: Session, run_id: int, mark: str) -> None:
    """Go on only while nobody else plans this run (Conflict); nobody begins to before this transaction ends."""
    run = Base.metadata.tables[ImportRun.__tablename__]
    kept = select(run.c.options[MARK].as_string()).where(run.c.id == run_id)
    if session.scalar(kept.with_for_update()) != mark:
        raise Conflict(Reason.PLAN_CHANGED)


def tally(session: Session, run_id: int) -> dict[str, dict[str, int]]:
    """Status -> field -> in how many rows it changes or is wrong: what the page of a plan can be narrowed to."""
    found: dict[str, Counter[str]] = {}
    rows = select(ROW.c.status, ROW.c.fields, func.count()).where(ROW.c.run_id == run_id)
    for status, fields, count in session.execute(rows.group_by(ROW.c.status, ROW.c.fields)):
        for field in fields.split():
            found.setdefault(status.value, Counter())[field] += count
    return {status: dict(counted) for status, counted in found.items()}


def about(status: RowStatus, field: str = "") -> ColumnElement[bool]:
    """The rows of a status, or those of them that change one field or are wrong in it."""
    of_status = ImportRow.status == status
    return and_(of_status, ImportRow.fields.contains(f" {field} ", autoescape=True)) if field else of_status


def mark(session: Session, run_id: int, rows: Mapping[int, Trouble]) -> None:
    """Say of rows of a plan, by their numbers, why they are shown again."""
    marked = select(ROW.c.id, ROW.c.row_number, ROW.c.title, ROW.c.problems).where(
        ROW.c.run_id == run_id, one_of(ROW.c.row_number, rows)
    )
    said = [
        {"key": row.id, "said": [problem(rows[row.row_number], name=row.title, wall=False), *row.problems]}
        for row in session.execute(marked)
    ]
    again = update(ROW).where(ROW.c.id == bindparam("key"))
    if said:
        problems = bindparam("said", type_=ROW.c.problems.type)
        session.connection().execute(again.values(problems=problems), said)


_KEYS = {
    "status_id": "status",
    "industry_id": "industry",
    "invoice_layout_id": "invoice_layout",
    "owner_id": "owner",
    "archived_at": "archived",
}


def shown(row: ImportRow, users: Mapping[int, str]) -> dict[str, list[Any]]:
    """What a row of a plan writes, for people: field -> [old, new]. A new record is told in full.

    Where it takes a mark away from another record, that one is the old.
    """
    return told(row.status, row.values, row.diff, users)


def told(
    status: RowStatus, write: Mapping[str, Any], diff: dict[str, list[Any]], users: Mapping[int, str]
) -> dict[str, list[Any]]:
    """The same of a row that is not kept yet."""
    if status is not RowStatus.NEW:
        return diff
    told: dict[str, list[Any]] = {}
    for part, written in write.items():
        if part == "link":
            continue
        if part == "labels":
            told["labels"] = ["", written["add"]]
            continue
        place = {"customer": "", "contact": "", "bank": ""}.get(part, f"{part}.")
        flat = {**written, **written.get("set", {})} if part == "main_contact" else written
        if part == "main_contact":
            told["main_contact.contact"] = ["", full_name(flat)]
        for name, value in flat.items():
            if value != "" and name not in _UNTOLD and not isinstance(value, dict):
                key = f"{place}{_OF_CONTACT.get(name, name) if part == 'contact' else _KEYS.get(name, name)}"
                told[key] = ["", users.get(value, value) if name == "owner_id" else value]
    return told | diff


# The mark of a new customer's only contact is told by its being there.
_UNTOLD = frozenset({"is_main"})
_OF_CONTACT = {**_KEYS, "company_name": "own_company"}


def _kept(run_id: int, outcome: Outcome, source: Source, reader: RowReader) -> dict[str, Any]:
    record = outcome.record
    said = source.corrected.get(record.number, {})
    left_out = any(one["code"] == Trouble.KNOWN_ALREADY.name for one in record.problems)
    return {
        "run_id": run_id,
        "row_number": record.number,
        "status": outcome.status,
        "ticked": not left_out and record.number not in source.unticked,
        "target_id": outcome.target,
        "title": outcome.title[:255],
        "raw": [cell if type(cell) in _PLAIN else str(cell) for cell in _as_in_the_file(record.raw, said)],
        "values": outcome.write,
        "diff": outcome.diff,
        "problems": record.problems,
        "fields": f" {' '.join(_touched(outcome, reader))} ",
    }


def _touched(outcome: Outcome, reader: RowReader) -> Iterable[str]:
    """The fields that a row changes; of a row that stays out those that keep it out."""
    if outcome.status in {RowStatus.NEW, RowStatus.CHANGED}:
        return told(outcome.status, outcome.write, outcome.diff, {})
    places = {slot.place: slot.column.key for slot in reader.slots}
    cells = [one["cell"] for one in outcome.record.problems if one["cell"]]
    return dict.fromkeys(places[at] for _, at in map(place, cells) if at in places)


# What JSON has itself.
_PLAIN = frozenset({str, int, bool, type(None)})


def _as_in_the_file(row: Row, said: Mapping[int, Cell]) -> Row:
    return tuple(said.get(position, cell) for position, cell in enumerate(row)) if said else row
