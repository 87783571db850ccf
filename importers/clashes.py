"""Rows of a plan that mean the same record and do not say the same of it: neither goes in before somebody chooses.

What makes two rows the same can be seen before they are planned only as far as they say the same number, name or address.
That one without an e-mail address means the person of another one is known when both have met their record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from importers.planner import TAKE, others
from importers.trouble import Trouble, problem
from models.among import one_of
from models.base import Base, folded
from models.imports import ImportRow, RowStatus

_ROW: Table = Base.metadata.tables[ImportRow.__tablename__]
# Parts that make a row of their own where they do not name one: saying the same twice would make two.
_OWN_ROWS = frozenset({"link", "main_contact", "bank", "head_office", "invoice_address"})
_SHOWN = (_ROW.c.id, _ROW.c.row_number, _ROW.c.target_id, _ROW.c["values"], _ROW.c.problems, _ROW.c.title)
Found = Any


def part(session: Session, run_id: int, decisions: Mapping[int, str], has_people: bool) -> Counter[str]:
    """Put rows that clash aside as standing twice; by how many the counts of the statuses change.

    `has_people`: whether any of them writes a main contact, which is looked for in all that rows write.
    """
    clashing = [
        *_of_one_record(session, run_id, decisions),
        *_of_one_number(session, run_id, decisions),
        *(_of_one_person(session, run_id, decisions) if has_people else ()),
    ]
    moved: Counter[str] = Counter()
    for status, trouble, rows in clashing:
        numbers = [row.row_number for row in rows]
        said = [
            {
                "key": row.id,
                "said": [problem(trouble, wall=False, rows=others(numbers, row.row_number)), *row.problems],
            }
            for row in rows
        ]
        aside = update(_ROW).where(_ROW.c.id == bindparam("key"))
        values = {"problems": bindparam("said", type_=_ROW.c.problems.type), "status": RowStatus.DUPLICATE}
        session.connection().execute(aside.values(**values), said)
        moved.update({status.value: -len(rows), RowStatus.DUPLICATE.value: len(rows)})
    session.commit()
    return moved


def _of_one_record(
    session: Session, run_id: int, decisions: Mapping[int, str]
) -> Iterator[tuple[RowStatus, Trouble, Sequence[Found]]]:
    """Rows that change one record, of which two say different things."""
    changed = _ROW.c.run_id == run_id, _ROW.c.status == RowStatus.CHANGED
    often = _often(session, _ROW.c.target_id, *changed)
    query = select(*_SHOWN).where(*changed, one_of(_ROW.c.target_id, often))
    rows = session.execute(query.order_by(_ROW.c.row_number))
    by_record: dict[int, list[Found]] = {}
    for row in rows:
        by_record.setdefault(row.target_id, []).append(row)
    for target, same in by_record.items():
        if _differ(same):
            taken = [row for row in same if decisions.get(row.row_number) in {TAKE, str(target)}]
            left = [row for row in same if row not in taken] if len(taken) == 1 else same
            yield RowStatus.CHANGED, Trouble.SAME_TWICE, left


def _of_one_number(
    session: Session, run_id: int, decisions: Mapping[int, str]
) -> Iterator[tuple[RowStatus, Trouble, Sequence[Found]]]:
    """New rows of one number, of which somebody said that each counts."""
    counting = [row for row, decision in decisions.items() if decision == TAKE]
    query = select(*_SHOWN).where(_ROW.c.run_id == run_id, _ROW.c.status == RowStatus.NEW)
    by_number: dict[str, list[Found]] = {}
    for row in session.execute(query.where(one_of(_ROW.c.row_number, counting)).order_by(_ROW.c.row_number)):
        number = row.values.get("customer", {}).get("number")
        if number:
            by_number.setdefault(folded(number), []).append(row)
    yield from ((RowStatus.NEW, Trouble.NUMBER_TWICE, same) for same in by_number.values() if len(same) > 1)


def _of_one_person(
    session: Session, run_id: int, decisions: Mapping[int, str]
) -> Iterator[tuple[RowStatus, Trouble, Sequence[Found]]]:
    """Rows of several customers whose main contact is one person, of whom two say different things."""
    person = _ROW.c["values"]["main_contact"]["contact_id"].as_integer()
    writing = _ROW.c.run_id == run_id, _ROW.c.status.in_((RowStatus.NEW, RowStatus.CHANGED)), person.is_not(None)
    often = _often(session, person, *writing)
    query = select(*_SHOWN, _ROW.c.status, person.label("person")).where(*writing, one_of(person, often))
    rows = session.execute(query.order_by(_ROW.c.row_number))
    by_person: dict[int, list[Found]] = {}
    for row in rows:
        by_person.setdefault(row.person, []).append(row)
    for same in by_person.values():
        if _contradict(said for row in same for said in row.values["main_contact"].get("set", {}).items()):
            taken = [row for row in same if decisions.get(row.row_number) == TAKE]
            left = [row for row in same if row not in taken] if len(taken) == 1 else same
            for status in {row.status for row in left}:
                yield status, Trouble.SAME_TWICE, [row for row in left if row.status is status]


def _often(session: Session, value: ColumnElement[int], *where: ColumnElement[bool]) -> list[int]:
    """What stands in more than one row.

    Asked apart: of rows just written PostgreSQL knows nothing yet, takes them for few and would go through all of them for each.
    """
    return list(session.scalars(select(value).where(*where).group_by(value).having(func.count() > 1)))


def _differ(rows: Sequence[Found]) -> bool:
    return _contradict(said for row in rows for said in _said(row.values))


def _contradict(pairs: Iterable[tuple[Hashable, Any]]) -> bool:
    """Whether two different values are said of one thing."""
    said: dict[Hashable, Any] = {}
    return any(said.setdefault(what, value) != value for what, value in pairs)


def _said(write: Mapping[str, Any]) -> Iterator[tuple[tuple[object, ...], Any]]:
    """What a row writes: of which part and field, and the value. A row that is made is like no other."""
    for name, values in write.items():
        if name == "labels" or not isinstance(values, Mapping):
            continue
        whose = (name, values.get("customer_id")) if name == "link" else (name,)
        if name in _OWN_ROWS and not {"id", "link_id"} & values.keys():
            yield (*whose, "made"), object()
        for field, value in {**values, **values.get("set", {})}.items():
            if field != "set":
                yield (*whose, field), value
