"""Take rows of a finished import back, and leave the others: everything those rows wrote, as far as nobody changed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from importers.known import CONTACT, CUSTOMER, LINK
from importers.plan import ROW, about
from importers.run import find
from importers.writer import WRITTEN
from models.access import Looker, require
from models.among import one_of
from models.base import EVERYTHING
from models.errors import Reason, Refused
from models.imports import ImportKind, ImportRow, ImportRun, RowStatus
from models.journal import Change, Changeset, Operation, Undone
from models.operations.undo import Pair
from models.operations.undo import undo as undo_changeset
from models.user import Right

_CHANGE, _CHANGESET = Change.__table__.c, Changeset.__table__.c


def undo_rows(session: Session, looker: Looker, run_id: int, rows: Collection[int]) -> Undone:
    """Take back what these rows of the file wrote. What was changed since stays, and is listed."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id, is_open=False)
    if run.changeset_id is None:
        raise Refused(Reason.NOTHING_TO_UNDO)
    return undo_changeset(session, looker, run.changeset_id, rows=pairs(session, run, rows))


def is_written(run_id: int) -> ColumnElement[bool]:
    """The rows of a run that wrote something and know what."""
    condition: ColumnElement[bool] = and_(
        ImportRow.run_id == run_id,
        ImportRow.status.in_(WRITTEN),
        ImportRow.ticked.is_(True),
        ImportRow.target_id.is_not(None),
    )
    return condition


def counted(session: Session, run: ImportRun) -> tuple[Counter[RowStatus], dict[str, Counter[str]]]:
    """How many rows wrote something: per status, and per status and field."""
    found, fields = Counter[RowStatus](), dict[str, Counter[str]]()
    rows = select(ImportRow.status, ImportRow.fields, func.count(ImportRow.id)).where(is_written(run.id))
    for status, written, count in session.execute(rows.group_by(ImportRow.status, ImportRow.fields)):
        found[status] += count
        fields.setdefault(status.value, Counter()).update(dict.fromkeys(written.split(), count))
    return found, fields


def rows_about(session: Session, run: ImportRun, status: RowStatus, field: str) -> list[int]:
    """The rows of one status that wrote something, or that wrote into one field."""
    return list(session.scalars(select(ImportRow.row_number).where(is_written(run.id), about(status, field))))


def pairs(session: Session, run: ImportRun, rows: Collection[int]) -> list[Pair]:
    """Everything that these rows wrote, as table and key: the records, and what belongs to them."""
    planned = session.execute(
        select(ROW.c.target_id, ROW.c["values"]).where(is_written(run.id), one_of(ROW.c.row_number, rows))
    ).all()
    targets = {row.target_id for row in planned}
    if run.kind is ImportKind.CONTACTS:
        given = {row.values["link"]["customer_id"] for row in planned if row.values.get("link", {}).get("is_main")}
        return [*_changed(session, run, _CHANGE.contact_id, targets), *_marks_taken(session, run, targets, given)]
    found = _changed(session, run, _CHANGE.customer_id, targets)
    links = [key for table, key in found if table == LINK.name]
    of_links = select(_CHANGE.contact_id).where(
        _CHANGE.changeset_id == run.changeset_id, _CHANGE.table_name == LINK.name, one_of(_CHANGE.row_id, links)
    )
    people = {row.values.get("main_contact", {}).get("contact_id") for row in planned}
    people |= set(session.scalars(of_links)) if links else set()
    return [*found, *((CONTACT.name, person) for person in people if person is not None)]


def _changed(session: Session, run: ImportRun, owner: ColumnElement[int | None], ids: Iterable[int]) -> list[Pair]:
    """What the import changed of these customers or contacts."""
    query = select(_CHANGE.table_name, _CHANGE.row_id).where(
        _CHANGE.changeset_id == run.changeset_id, one_of(owner, ids)
    )
    return list({(table, key) for table, key in session.execute(query)})


def _marks_taken(session: Session, run: ImportRun, contacts: Collection[int], customers: Iterable[int]) -> list[Pair]:
    """Who was the main contact of these customers until one of these contacts became it, and becomes it again."""
    wanted = set(customers)
    if not wanted:
        return []
    links = session.execute(
        select(_CHANGE.row_id, _CHANGE.customer_id, _CHANGE.contact_id, _CHANGE.before, _CHANGE.after).where(
            _CHANGE.changeset_id == run.changeset_id,
            _CHANGE.table_name == LINK.name,
            _CHANGE.operation != Operation.DELETE,
            one_of(_CHANGE.customer_id, wanted),
        )
    ).all()
    is_main = {link.customer_id for link in links if link.contact_id in contacts and (link.after or {}).get("is_main")}
    return [
        (LINK.name, link.row_id)
        for link in links
        if link.customer_id in is_main
        and link.contact_id not in contacts
        and (link.before or {}).get("is_main")
        and not (link.after or {}).get("is_main")
    ]


def taken_back(session: Session, run: ImportRun, targets: Iterable[int]) -> set[int]:
    """Which of these records were taken back, whole or in part, by themselves."""
    owner = _CHANGE.customer_id if run.kind is ImportKind.CUSTOMERS else _CHANGE.contact_id
    table = CUSTOMER.name if run.kind is ImportKind.CUSTOMERS else CONTACT.name
    wanted = list(targets)
    undone = (
        select(owner, _CHANGE.table_name, _CHANGE.row_id)
        .join(Changeset.__table__, _CHANGESET.id == _CHANGE.changeset_id)
        .where(
            _CHANGESET.undoes_id == run.changeset_id,
            _CHANGESET.undone_by_id.is_(None),
            or_(one_of(owner, wanted), and_(_CHANGE.table_name == table, one_of(_CHANGE.row_id, wanted))),
        )
    )
    return {key if of == table else whose for whose, of, key in session.execute(undone)}


def import_of(session: Session, changeset_id: int | None) -> tuple[int, ImportKind] | None:
    """The import that a changeset made, took back or did again: which run it was, and of what."""
    while changeset_id is not None:
        run = select(ImportRun.id, ImportRun.kind).where(ImportRun.changeset_id == changeset_id)
        if found := session.execute(run, execution_options=EVERYTHING).first():
            return found.id, found.kind
        changeset_id = session.scalar(select(_CHANGESET.undoes_id).where(_CHANGESET.id == changeset_id))
    return None


def rows_put_back(session: Session, undo_id: int | None) -> int:
    """Of how many rows of its file a changeset took back an import, whole or in part; 0 where it was about none."""
    found = import_of(session, undo_id)
    return 0 if found is None or undo_id is None else rows_touched(session, *found, undo_id)


def rows_touched(session: Session, run_id: int, kind: ImportKind, changeset_id: int) -> int:
    """Of how many rows of an import a changeset touched what they wrote."""
    owner, of = (_CHANGE.customer_id, CUSTOMER) if kind is ImportKind.CUSTOMERS else (_CHANGE.contact_id, CONTACT)
    touched = select(case((_CHANGE.table_name == of.name, _CHANGE.row_id), else_=owner))
    touched = touched.where(_CHANGE.changeset_id == changeset_id)
    rows = select(func.count(ImportRow.id)).where(is_written(run_id), ImportRow.target_id.in_(touched))
    return session.scalar(rows, execution_options=EVERYTHING) or 0
