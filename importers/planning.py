"""The last steps of an import, the same for pages and command line: plan, decide, commit, undo."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers import apply, coming_back, corrections, notation, outsiders, plan, signs, unticking
from importers.apply import Applied, digest, require_columns
from importers.columns import COLUMNS
from importers.files import Remark, Sheet
from importers.files import forget as forget_file
from importers.known import reading_for
from importers.listing import Listing
from importers.mapping import misfits
from importers.marks import Returned
from importers.meanings import Certainty
from importers.plan import ROW
from importers.planner import Source
from importers.progress import Tell, quiet
from importers.run import choices_of, find, keep, keep_decisions, reread
from importers.sources import gather
from importers.writer import Moved
from models import journal
from models.access import Looker, require
from models.errors import Reason, Refused
from models.imports import ImportKind, ImportRun, ImportState, Stage
from models.journal import Undone
from models.operations.undo import undo as undo_changeset
from models.operations.working import working
from models.user import Right

# From so many columns on that nobody knows, a list with nothing but names may be one of articles.
FOREIGN = 4
NAMES = frozenset({"name", "company_name", "first_name", "last_name", "number", "email"})
MEANS = frozenset({"number", "email", "phone", "mobile", "website", "vat_number", "company_number", "iban"})


def require_plannable(session: Session, looker: Looker, run_id: int) -> tuple[ImportRun, int]:
    """Go on only if enough was chosen to make a plan: the run, and the row of its header."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    if run.sheet is None or run.header_row is None:
        raise Refused(Reason.NO_HEADER if run.sheet is not None else Reason.NO_SEEN_ROWS)
    undecided = [column["header"] for column in run.options["columns"] if column["certainty"] == Certainty.WHICH.name]
    if undecided:
        raise Refused(Reason.WHICH_COLUMN, name=undecided[0])
    if not NAMES & run.mapping.keys() and not run.options.get("returned"):
        raise Refused(Reason.NO_NAME_COLUMN)
    if not (run.options.get("is_confirmed") or run.options.get("returned")):
        _require_list(run)
    require_columns(session, looker, run)
    return run, run.header_row


def make_plan(session: Session, looker: Looker, folder: Path, run_id: int, tell: Tell = quiet) -> Counter[str]:
    """Plan what the file would do with the choices of the run; the counts per status. Writes nothing but the plan."""
    require(session, looker, Right.IMPORT)
    # Whoever says something from here on takes the mark away; what was said before is read behind it.
    mark = secrets.token_hex(8)
    with working(session):
        run = find(session, run_id, holds=True)
        run.options = {**run.options, plan.MARK: mark}
    run, header = require_plannable(session, looker, run_id)
    position = journal.position(session)
    tell(Stage.READING, 0, 0, "")
    book = reread(run, folder)
    sheet = next((one for one in book.sheets if one.name == run.sheet), None)
    if sheet is None:
        raise Refused(Reason.NO_HEADER)
    sheet, back = coming_back.apart(session, sheet, run.kind)
    listed = gather(Listing(sheet, header, run.mapping))
    listed.keeps_ends = sheet.keeps_ends
    rows = list(listed.numbered())
    if not rows:
        raise Refused(Reason.NO_ROWS)
    source = _source(session, looker, run, listed, misfits(sheet, header, rows), back)
    run.state = ImportState.UPLOADED
    # The rows of the plan before go first; which of them were not ticked must outlive whoever is interrupted in between.
    run.options = {**run.options, "unticked": sorted(source.unticked)}
    tell(Stage.MATCHING, 0, 0, "")
    keep(session, run, mark)
    counts = plan.make(session, looker, run_id, source, mark, tell)
    # All that is asked of the database, before something is said that it would write at once.
    told = {"fields": plan.tally(session, run_id)}
    if back is not None:
        told["returned"] = coming_back.told(session, book, back)
    run = find(session, run_id)
    run.counts, run.position, run.state = dict(counts), position, ImportState.PLANNED
    made = {"made": secrets.token_hex(8), "rows": len(rows), "moved": [], "unticked": []}
    run.options = {**run.options, **made, **told}
    keep(session, run, mark)
    return counts


def _source(
    session: Session,
    looker: Looker,
    run: ImportRun,
    sheet: Sheet,
    wrong: Mapping[int, tuple[int, int]],
    back: Returned | None,
) -> Source:
    choices = choices_of(run)
    read_as: dict[str, Any] = dict(run.options.get("read_as", {}))
    if choices.separator is not None:
        read_as["separator"] = choices.separator
    mapping = unticking.ticked(run)
    rows, corrected = corrections.laid_over(run, list(sheet.numbered()))
    seen = notation.look(run.kind, mapping, [row for _, row in rows])
    asked = notation.asked(run, seen)
    if asked != run.options.get(notation.ASKED):
        run.options = {**run.options, notation.ASKED: asked}
        keep(session, run)
    names = {column["position"]: column["header"] for column in run.options["columns"]}
    asks_who = run.kind is ImportKind.CUSTOMERS and back is None
    aside = outsiders.found_in(names, mapping, rows) if asks_who else outsiders.NOBODY
    told = signs.stand_for(run.kind, mapping, names, [row for _, row in rows])
    said = run.options.get("translations", {})
    unticked = select(ROW.c.row_number).where(ROW.c.run_id == run.id, ROW.c.ticked.is_(False))
    return Source(
        kind=run.kind,
        mode=run.mode,
        sheet=corrections.without_faults(sheet, corrected),
        records=rows,
        mapping=mapping,
        reading=reading_for(session, looker, **read_as),
        match=choices.match,
        clears=choices.empty_clears,
        rest_to_notes=choices.rest_to_notes,
        translations={field: told.get(field, {}) | said.get(field, {}) for field in told.keys() | said.keys()},
        replaces_labels=choices.replace_labels,
        decisions={int(row): decision for row, decision in run.options.get("decisions", {}).items()},
        unticked=frozenset(session.scalars(unticked) if run.options.get("made") else ()).union(
            run.options.get("unticked", ())
        ),
        misfits=wrong,
        corrected=corrected,
        headings=_second_tables(run) | aside.titles,
        outsiders=aside.said,
        notations=notation.settled(run, seen, choices.day_first, choices.decimal_comma),
        returned=back,
        vat_country=signs.vat_country_of(mapping, names),
        is_number_weak=any(signs.is_any_number(names.get(at, "")) for at in mapping.get("number", ())),
    )


def _second_tables(run: ImportRun) -> frozenset[int]:
    """The rows that look like the names of the columns of another table."""
    notes = (note for note in run.options["notes"] if note["code"] == Remark.SECOND_TABLE.name)
    return frozenset(note["values"]["row"] for note in notes)


def _require_list(run: ImportRun) -> None:
    """Go on only if the file seems to be a list of customers or contacts; whoever looked at its columns has said so."""
    if _is_of_something_else(run):
        raise Refused(Reason.NO_LIST)
    suppliers = [
        column["header"] for column in run.options["columns"] if outsiders.is_supplier_number(column["header"])
    ]
    if suppliers and run.kind is ImportKind.CUSTOMERS and "number" not in run.mapping:
        raise Refused(Reason.SUPPLIERS, name=suppliers[0])


def _is_of_something_else(run: ImportRun) -> bool:
    """Whether a file seems to be no list of relations: nothing but a name, among more that nobody knows."""
    unknown = sum(column["field"] is None and column["header"] != "" for column in run.options["columns"])
    return not looks_like_customers(run) and unknown >= max(FOREIGN, len(run.options["columns"]) // 2 + 1)


def looks_like_customers(run: ImportRun) -> bool:
    """Whether more than a name was recognised; if not, the file may be a list of something else."""
    terms = {COLUMNS[run.kind][field].term.key for field in run.mapping}
    return bool(terms & MEANS) or bool(terms & {"street", "city", "postal_code", "postal_place", "contact"})


def decide(session: Session, looker: Looker, folder: Path, run_id: int, decisions: Mapping[int, str]) -> Counter[str]:
    """Say what open rows are (new, skip, take, or the id of the record that is meant) and plan again."""
    keep_decisions(session, looker, run_id, decisions)
    return make_plan(session, looker, folder, run_id)


def commit(
    session: Session, looker: Looker, folder: Path, run_id: int, expected: str | None = None, tell: Tell = quiet
) -> Applied:
    """Carry out the plan. `expected` is the digest that was shown; the command line shows and commits at once.

    When what rows are about changed since (Conflict), nothing is written: the plan is made anew, with those rows marked.
    """
    run = find(session, run_id)
    path = folder / run.stored_as
    try:
        done = apply.commit(session, looker, run_id, digest(session, run) if expected is None else expected, tell)
    except Moved as moved:
        make_plan(session, looker, folder, run_id, tell)
        with working(session):
            plan.mark(session, run_id, moved.rows)
            run = find(session, run_id)
            run.options = {**run.options, "moved": sorted(moved.rows)}
        raise
    forget_file(path)  # its rows are in the run, and nothing is planned from it again
    return done


def undo(session: Session, looker: Looker, run_id: int) -> Undone:
    """Take an import back, as far as nobody changed its rows since."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id, is_open=False)
    if run.changeset_id is None:
        raise Refused(Reason.NOTHING_TO_UNDO)
    return undo_changeset(session, looker, run.changeset_id)
