"""Rows of a file -> a plan: what each row would do, kept in ImportRow. Writes nothing else.

The plan is made block by block, each kept in a short transaction of its own: no write lock is held while rows are
parsed and compared. What changes in between is seen by `apply`, which knows where the journal stood at the start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from importers import known
from importers.planner import Outcome, Source
from importers.planner_contacts import Contacts
from importers.planner_customers import Customers
from importers.progress import Tell, quiet
from importers.rows import full_name
from importers.trouble import Trouble, problem
from models.access import Looker
from models.among import one_of
from models.base import Base
from models.imports import ImportKind, ImportRow, RowStatus, Stage

ROW = Base.metadata.tables[ImportRow.__tablename__]


def make(session: Session, looker: Looker, run_id: int, source: Source, tell: Tell = quiet) -> Counter[str]:
    """Put the plan of a run in place of the one before; the counts per status. Ends the transaction of the session."""
    session.execute(delete(ROW).where(ROW.c.run_id == run_id))
    session.commit()
    planner = (Customers if source.kind is ImportKind.CUSTOMERS else Contacts)(session, looker, source)
    counts: Counter[str] = Counter({status.value: 0 for status in RowStatus})
    for block in known.blocks(source.records):
        outcomes = planner.plan(block)
        for outcome in outcomes:
            if outcome.status in {RowStatus.NEW, RowStatus.CHANGED}:
                planner.reader.doubt(outcome.record)
        session.rollback()  # the reading transaction ends before the short one that writes
        session.execute(insert(ROW), [_kept(run_id, outcome, source) for outcome in outcomes])
        session.commit()
        counts.update(outcome.status.value for outcome in outcomes)
        tell(Stage.PLANNING, counts.total(), len(source.records), outcomes[-1].title)
    return counts


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


_KEYS = {"status_id": "status", "industry_id": "industry", "invoice_layout_id": "invoice_layout", "owner_id": "owner"}


def shown(row: ImportRow, users: Mapping[int, str]) -> dict[str, list[Any]]:
    """What a row of a plan writes, for people: field -> [old, new]. A new record is told in full.

    Where it takes a mark away from another record, that one is the old.
    """
    if row.status != RowStatus.NEW:
        return row.diff
    told: dict[str, list[Any]] = {}
    for part, written in row.values.items():
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
    return told | row.diff


# The mark of a new customer's only contact is told by its being there.
_UNTOLD = frozenset({"is_main"})
_OF_CONTACT = {**_KEYS, "company_name": "own_company"}


def _kept(run_id: int, outcome: Outcome, source: Source) -> dict[str, Any]:
    record = outcome.record
    kept_raw = outcome.status is not RowStatus.UNCHANGED
    left_out = any(one["code"] == Trouble.KNOWN_ALREADY.name for one in record.problems)
    return {
        "run_id": run_id,
        "row_number": record.number,
        "status": outcome.status,
        "ticked": not left_out and record.number not in source.unticked,
        "target_id": outcome.target,
        "title": outcome.title[:255],
        "raw": [_plain(cell) for cell in record.raw] if kept_raw else [],
        "values": outcome.write,
        "diff": outcome.diff,
        "problems": record.problems,
    }


def _plain(cell: Any) -> Any:
    return cell if cell is None or isinstance(cell, str | bool | int) else str(cell)
