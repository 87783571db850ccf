"""The steps of an import, the same for wizard and command line: upload, choose, map, plan, decide, commit, undo.

Every choice is kept in the run, so that going back loses nothing. The file itself lies in a folder of the instance
under a made-up name and is read in a child process each time it is needed.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, NamedTuple

from sqlalchemy import delete, func, inspect, select, update
from sqlalchemy.orm import Session

from importers import (
    apply,
    coming_back,
    continuing,
    corrections,
    notation,
    plan,
    profiles,
    recognising,
    stopped,
    unticking,
)
from importers.apply import Applied, Moved, digest, require_columns
from importers.columns import COLUMNS, allowed
from importers.files import (
    Kind,
    Limits,
    Note,
    ReadOptions,
    Refusal,
    Remark,
    Sheet,
    Unreadable,
    Workbook,
    forget_rows,
    letters,
    read_once,
    wire,
)
from importers.files import forget as forget_file
from importers.files.workbook import MB, ranges
from importers.known import reading_for
from importers.listing import Listing
from importers.mapping import (
    Certainty,
    Guess,
    best_sheet,
    column_names,
    guess,
    header_cells,
    header_row,
    mapping_of,
    misfits,
    records,
    repeated,
    separator_of,
    stated,
)
from importers.marks import Returned
from importers.plan import ROW
from importers.planner import Source
from importers.progress import Tell, quiet
from importers.reading import squeezed
from importers.recognising import Layout
from importers.sources import Progress, gather, unheard
from importers.sources import Source as Origin
from models import journal
from models.access import Looker, require
from models.among import one_of
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.imports import ImportKind, ImportMode, ImportRun, ImportState, MatchRule, RowStatus, Stage
from models.journal import Undone
from models.operations.undo import undo as undo_changeset
from models.operations.working import working
from models.user import Right

LIMITS = Limits()
SHOWN_ROWS = 15
# From so many columns on that nobody knows, a list with nothing but names may be one of articles.
FOREIGN = 4
NAMES = frozenset({"name", "company_name", "first_name", "last_name", "number", "email"})
MEANS = frozenset({"number", "email", "phone", "mobile", "website", "vat_number", "company_number", "iban"})


@dataclass(frozen=True)
class Choices:
    """How a file is read; None lets the file decide. `empty_clears`: an empty cell empties the field (X-09).

    `replace_labels`: the labels of a row take the place of the ones a record has, instead of being added (X-10).
    `rest_to_notes`: of several e-mail addresses or telephone numbers in a cell, those behind the first go to the notes.
    `others`: from a file that knows who is a customer, those that are neither customer nor supplier come along.
    """

    day_first: bool | None = None
    decimal_comma: bool | None = None
    separator: str | None = None
    two_lines: bool | None = None
    empty_clears: bool = False
    replace_labels: bool = False
    rest_to_notes: bool = False
    match: MatchRule = MatchRule.USUAL
    encoding: str | None = None
    delimiter: str | None = None
    hidden: bool | None = None
    others: bool = False

    @property
    def of_the_file(self) -> ReadOptions:
        return ReadOptions(encoding=self.encoding, delimiter=self.delimiter, hidden=self.hidden, others=self.others)


# Upload --------------------------------------------------------------------------------------------------------------


def upload(
    session: Session,
    looker: Looker,
    folder: Path,
    stream: IO[bytes],
    name: str,
    kind: ImportKind,
    mode: ImportMode = ImportMode.UPDATE,
    choices: Choices | None = None,
    profile: int | None = None,
    at_once: int | None = None,
) -> ImportRun:
    """Keep a file and guess everything about it. Whatever is raised, Unreadable or a busy database, nothing of it is kept.

    `profile`: the one to read it by, 0 for none; None leaves that to the file. A file of more than `at_once` bytes is only
    kept: what is in it is for `look_again` to find, in the background.
    """

    def look(run: ImportRun, path: Path) -> None:
        run.options = {**run.options, "profile_wish": profile}
        if at_once is None or path.stat().st_size <= at_once:
            _look_first(session, looker, run, path, _read(run, path))

    return _begin(session, looker, folder, lambda path: _store(stream, path), look, name, kind, mode, choices)


def receive(
    session: Session,
    looker: Looker,
    folder: Path,
    source: Origin,
    kind: ImportKind,
    mode: ImportMode = ImportMode.UPDATE,
    choices: Choices | None = None,
    tell: Callable[[Progress], None] = unheard,
) -> ImportRun:
    """Take in what a source has that is no file. It is asked once and kept as it answered: a plan may be made again."""

    def store(path: Path) -> None:
        sheet = gather(source, tell)
        if not sheet.rows:
            raise Refused(Reason.NO_ROWS)
        path.write_bytes(b"".join(wire.lines(Workbook(Kind.SERVICE, (sheet,)))))

    def look(run: ImportRun, path: Path) -> None:
        run.options = {**run.options, "is_file": False}
        _look_first(session, looker, run, path, _read(run, path))

    return _begin(session, looker, folder, store, look, source.name, kind, mode, choices)


def _begin(
    session: Session,
    looker: Looker,
    folder: Path,
    store: Callable[[Path], None],
    look: Callable[[ImportRun, Path], None],
    name: str,
    kind: ImportKind,
    mode: ImportMode,
    choices: Choices | None,
) -> ImportRun:
    require(session, looker, Right.IMPORT)
    folder.mkdir(parents=True, exist_ok=True)
    stored_as = secrets.token_hex(16)
    path = folder / stored_as
    try:
        store(path)
        run = ImportRun(
            kind=kind,
            mode=mode,
            user_id=looker.id,
            file_name=name[-255:],
            stored_as=stored_as,
            mapping={},
            options={"choices": choices_kept(choices or Choices())},
            counts={},
        )
        look(run, path)
        # What was read meanwhile is of another moment; SQLite would let nobody write who began with it.
        with working(session):
            session.add(run)
    except BaseException:
        forget_file(path)
        raise
    return run


def _store(stream: IO[bytes], path: Path) -> None:
    """Copy at most what may be uploaded, and one byte more to tell that it is too much."""
    left = LIMITS.upload + 1
    with path.open("xb") as out:
        while left > 0 and (piece := stream.read(min(left, MB))):
            out.write(piece)
            left -= len(piece)
    if left <= 0:
        raise Unreadable(Refusal.TOO_BIG, size=f"> {LIMITS.upload // MB}", limit=LIMITS.upload // MB)


def find(session: Session, run_id: int, *, is_open: bool = True) -> ImportRun:
    """A run that the looker may see. `is_open`: only one that is not done yet (Conflict)."""
    run = session.scalar(select(ImportRun).where(ImportRun.id == run_id))
    if run is None:
        raise NotFound
    if is_open and run.state is ImportState.DONE:
        raise Conflict(Reason.PLAN_CHANGED)
    return run


def reread(run: ImportRun, folder: Path) -> Workbook:
    """The rows of the file of a run, once more."""
    path = folder / run.stored_as
    if not path.exists():
        raise Refused(Reason.PURGED, date=run.created_at.date())
    return _read(run, path)


def _read(run: ImportRun, path: Path) -> Workbook:
    if not run.options.get("is_file", True):
        with path.open("rb") as lines:
            return wire.received(lines)
    options = replace(choices_of(run).of_the_file, contacts=run.kind is ImportKind.CONTACTS)
    with stopped.told(path, LIMITS):
        return read_once(path, name=run.file_name, limits=LIMITS, options=options)


def choices_of(run: ImportRun) -> Choices:
    """The choices that a run was given."""
    kept = run.options.get("choices", {})
    return Choices(**{**kept, "match": MatchRule(kept.get("match", MatchRule.USUAL))})


def choices_kept(choices: Choices) -> dict[str, Any]:
    """The choices as a run keeps them."""
    return {key: value for key, value in vars(choices).items() if value is not None}


# Sheet, header and columns -------------------------------------------------------------------------------------------


def look_again(
    session: Session,
    looker: Looker,
    folder: Path,
    run_id: int,
    *,
    sheet: str | None = None,
    header: int | None = None,
    tell: Tell = quiet,
) -> ImportRun:
    """Look at the file as it is to be read now, maybe at another sheet or header row (0: there is none)."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    book = reread(run, folder)
    tell(Stage.LOOKING, 0, 0, "")
    with session.no_autoflush:
        if "columns" in run.options:
            _look(session, looker, run, book, sheet, header)
        else:
            _look_first(session, looker, run, folder / run.stored_as, book)
    return keep(session, run)


def keep(session: Session, run: ImportRun) -> ImportRun:
    """Write what changed of a run in a transaction of its own: SQLite lets nobody write who began to read before others wrote.

    Between the change and this nothing may be asked of the database: what was flushed on the way goes back.
    """
    changed = {one.key: one.value for one in inspect(run).attrs if one.history.has_changes()}
    run_id = run.id
    session.rollback()
    with working(session):
        run = find(session, run_id)
        for name, value in changed.items():
            setattr(run, name, value)
    return run


def choose(session: Session, looker: Looker, run_id: int, choices: Choices, mode: ImportMode | None = None) -> None:
    """Keep how the file is to be read and what may happen, for who looks or plans next."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    run.mode = mode or run.mode
    run.options = {**run.options, "choices": choices_kept(choices)}
    run.state = ImportState.UPLOADED
    keep(session, run)


def wish_profile(session: Session, looker: Looker, run_id: int, profile: int | None) -> None:
    """Have a file read as another profile says, as none says (0), or as it is recognised (None).

    Other choices are dropped: whoever looks next looks as if for the first time.
    """
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    options = {name: value for name, value in run.options.items() if name != "columns"}
    run.options = {**options, "profile_wish": profile, "choices": {}, "translations": {}}
    keep(session, run)


def _look_first(
    session: Session,
    looker: Looker,
    run: ImportRun,
    path: Path,
    book: Workbook,
) -> None:
    """Look at a file, and once more where the profile by which it is recognised has it read differently.

    The rows that an earlier run left out are read as that one read them.
    """
    earlier = continuing.earlier(session, book)
    if earlier is not None:
        continuing.begin(run, earlier)
        _look(session, looker, run, book, header=continuing.header(book, earlier))
        continuing.take_over(run, earlier)
        return
    definition = _look(session, looker, run, book)
    if _adopt(run, definition):
        definition = _look(session, looker, run, _read(run, path), run.sheet, run.header_row)
    said = definition.get("answers", {})
    notation.answer(run, {at: said[field] for field in said for at in run.mapping.get(field, ())})


def _look(
    session: Session,
    looker: Looker,
    run: ImportRun,
    book: Workbook,
    sheet: str | None = None,
    header: int | None = None,
) -> Mapping[str, Any]:
    """Fill in what can be seen of the file: sheets, first rows, header row, columns, dates and decimals.

    Gives what the profile says by which the file was recognised; {} if it was by none.
    """
    layouts = profiles.known_layouts(session, run.kind, run.options.get("profile_wish"))
    found, row = _spot(run, [one for one in book.sheets if sheet in {None, one.name}], layouts, sheet, header)
    found, back = coming_back.apart(session, found, run.kind) if found else (None, None)
    if back and header is None:
        row = back.header
    is_known = found is not None and found.layout is not None
    run.sheet, run.header_row, run.state = found.name if found else None, row, ImportState.UPLOADED
    run.options = {
        **run.options,
        "sheets": [{"name": one.name, "hidden": one.hidden, "rows": len(one.rows)} for one in book.sheets],
        "notes": [
            {"code": note.remark.name, "values": dict(note.values)}
            for note in (*book.notes, *(found.notes if found else ()), *_again(found, row))
        ],
        "file": {"kind": book.kind.value, "encoding": book.encoding, "delimiter": book.delimiter, "is_known": is_known},
        "first_rows": _first_rows(found) if found else [],
        "returned": coming_back.told(session, book, back) if back else None,
        "is_confirmed": False,
        "profile": None,
        **_NOTHING_SAID,
    }
    if found is not None and row is not None:
        return _guess_columns(session, looker, run, found, row, layouts, back)
    run.mapping = {}
    run.options = {**run.options, "columns": [], "rows": 0}
    return {}


def _spot(
    run: ImportRun, sheets: Sequence[Sheet], layouts: Sequence[Layout], sheet: str | None, header: int | None
) -> tuple[Sheet | None, int | None]:
    """The sheet and its header row: as told, else where the names of a known file stand, else as it looks.

    A file that says itself what its values are has none: its header row is 0.
    """
    said = next((one for one in sheets if one.layout is not None), None)
    if said is not None:
        return said, 0
    if header is None:
        known = recognising.spot(sheets, layouts, run.kind, choices_of(run).two_lines)
        if known is not None:
            return known
    found = best_sheet(sheets, run.kind) if sheet is None else next(iter(sheets), None)
    return found, header if header is not None or found is None else header_row(found, run.kind)


def _adopt(run: ImportRun, definition: Mapping[str, Any]) -> bool:
    """Take over what a profile says beyond columns, where nothing else was chosen; whether the file reads differently."""
    if not definition:
        return False
    before, usual, said = vars(choices_of(run)), vars(Choices()), definition["choices"]
    choices = {key: said.get(key, value) if value == usual[key] else value for key, value in before.items()}
    run.mode = ImportMode(definition["mode"]) if run.mode is ImportMode.UPDATE else run.mode
    run.options = {
        **run.options,
        "choices": {key: value for key, value in choices.items() if value is not None},
        "translations": definition["translations"],
    }
    return choices != before


# What people said of the rows and columns of one table means nothing in another.
_NOTHING_SAID: Mapping[str, Any] = {
    "decisions": {},
    corrections.CORRECTIONS: {},
    corrections.REPLACEMENTS: {},
    unticking.LEFT_OUT: [],
    notation.ASKED: [],
    notation.ANSWERS: {},
}


def _again(sheet: Sheet | None, header: int | None) -> Iterable[Note]:
    """That the names of the columns stand in other rows, too, which are nobody's."""
    rows = repeated(sheet, header) if sheet is not None and header is not None else []
    if sheet is not None and rows:
        told: dict[str, str | int] = {"sheet": sheet.name, "count": len(rows), "places": ranges(rows)}
        yield Note(Remark.HEADER_REPEATED, told)


def _first_rows(sheet: Sheet) -> list[dict[str, Any]]:
    """The first rows as they are, to point at the header."""
    return [
        {"number": number, "cells": ["" if cell is None else str(cell)[:40] for cell in row[:12]]}
        for number, row in list(sheet.numbered())[:SHOWN_ROWS]
    ]


def _guess_columns(
    session: Session,
    looker: Looker,
    run: ImportRun,
    sheet: Sheet,
    header: int,
    layouts: Sequence[Layout],
    back: Returned | None,
) -> Mapping[str, Any]:
    rows = [row for _, row in records(sheet, header)]
    names = header_cells(sheet, header, run.kind, choices_of(run).two_lines)
    may_write = allowed(session, looker, run.kind)
    known = None
    if sheet.layout is not None:
        guesses = stated(sheet, sheet.layout, run.kind, may_write)
    elif back is not None:
        fields = coming_back.fields_of(back)
        guesses = coming_back.certain(guess(names, rows, run.kind, fields, may_write), fields)
    else:
        known = recognising.best(column_names(names, rows), layouts, run.kind)
        guesses = guess(names, rows, run.kind, known.remembered() if known else {}, may_write)
    by_profile = known is not None and known.layout.profile > 0
    definition = known.layout.definition if known is not None else {}
    run.mapping = mapping_of(guesses)
    run.options = {
        **run.options,
        "columns": [_kept(one, sheet, by_profile) for one in guesses],
        "rows": len(rows),
        "two_lines": names != header_cells(sheet, header, run.kind, two_lines=False),
        "read_as": {**definition.get("seen", {}), **(_read_as(run, guesses, rows) if sheet.layout is None else {})},
        "profile": recognising.told(known) if known is not None and by_profile else None,
    }
    run.options[notation.ASKED] = notation.asked(run, notation.look(run.kind, run.mapping, rows))
    return definition


def _kept(one: Guess, sheet: Sheet, by_profile: bool) -> dict[str, Any]:
    is_told = by_profile and one.certainty is Certainty.REMEMBERED
    return {
        "position": one.position,
        "letter": letters(sheet.columns[one.position] if one.position < len(sheet.columns) else one.position + 1),
        "header": one.header,
        "samples": list(one.samples),
        "field": one.field,
        "certainty": (Certainty.PROFILE if is_told else one.certainty).name,
    }


def _read_as(run: ImportRun, guesses: Iterable[Guess], rows: list[Any]) -> dict[str, Any]:
    """How labels of this file are written, seen from its values; what nothing tells is left out."""
    columns = COLUMNS[run.kind]
    seen: dict[str, Any] = {}
    for one in guesses:
        if one.field is None:
            continue
        cells = [row[one.position] for row in rows if one.position < len(row)]
        if columns[one.field].term.key == "labels":
            seen.setdefault("separator", separator_of(cells, one.header))
    return {key: value for key, value in seen.items() if value is not None}


def map_columns(session: Session, looker: Looker, run_id: int, fields: Mapping[int, str | None]) -> ImportRun:
    """Correct what columns are taken for: position -> field, or None to leave it out. Others stay as they are."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    known, may_write = COLUMNS[run.kind], allowed(session, looker, run.kind)
    taken: dict[str, list[int]] = {}
    columns = []
    for column in run.options["columns"]:
        field = fields.get(column["position"], column["field"])
        if field is not None and (field not in known or known[field].only_out):
            raise Refused(Reason.WRONG_VALUE, field=str(field), value=str(field), example="")
        if field is not None and field not in may_write:
            raise NotAllowed(Reason.NO_RIGHT, right=Right.SEE_REVENUE)
        columns.append({**column, "field": field, "certainty": _certainty(column, field, fields)})
        if field is not None:
            taken.setdefault(field, []).append(column["position"])
    for field, positions in taken.items():
        if len(positions) > 1 and not known[field].repeatable:
            raise Refused(Reason.MAPPED_TWICE, field=known[field].title())
    chosen = {squeezed(column["header"]) for column in columns if column["field"] is not None}
    for column in columns:
        if column["certainty"] == Certainty.WHICH.name and squeezed(column["header"]) in chosen:
            column["certainty"] = Certainty.TWICE.name
    run.mapping, run.options = taken, {**run.options, "columns": columns, "is_confirmed": True}
    run.state = ImportState.UPLOADED
    keep(session, run)
    return run


def _certainty(column: Mapping[str, Any], field: str | None, fields: Mapping[int, str | None]) -> str:
    """How sure it is what a column goes into; one of several with a name is settled by saying that it stays out, too."""
    if field == column["field"] and not (column["certainty"] == Certainty.WHICH.name and column["position"] in fields):
        return str(column["certainty"])
    return Certainty.CHOSEN.name if field is not None else Certainty.SKIPPED.name


# Plan ----------------------------------------------------------------------------------------------------------------


def require_plannable(session: Session, looker: Looker, run_id: int) -> tuple[ImportRun, int]:
    """Go on only if enough was chosen to make a plan: the run, and the row of its header."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    if run.sheet is None or run.header_row is None:
        raise Refused(Reason.NO_HEADER)
    undecided = [column["header"] for column in run.options["columns"] if column["certainty"] == Certainty.WHICH.name]
    if undecided:
        raise Refused(Reason.WHICH_COLUMN, name=undecided[0])
    if not NAMES & run.mapping.keys() and not run.options.get("returned"):
        raise Refused(Reason.NO_NAME_COLUMN)
    if not (run.options.get("is_confirmed") or run.options.get("returned")) and _is_of_something_else(run):
        raise Refused(Reason.NO_LIST)
    require_columns(session, looker, run)
    return run, run.header_row


def make_plan(session: Session, looker: Looker, folder: Path, run_id: int, tell: Tell = quiet) -> Counter[str]:
    """Plan what the file would do with the choices of the run; the counts per status. Writes nothing but the plan."""
    run, header = require_plannable(session, looker, run_id)
    position = journal.position(session)
    tell(Stage.READING, 0, 0, "")
    book = reread(run, folder)
    sheet = next((one for one in book.sheets if one.name == run.sheet), None)
    if sheet is None:
        raise Refused(Reason.NO_HEADER)
    sheet, back = coming_back.apart(session, sheet, run.kind)
    listed = gather(Listing(sheet, header, run.mapping))
    rows = list(listed.numbered())
    if not rows:
        raise Refused(Reason.NO_ROWS)
    source = _source(session, looker, run, listed, misfits(sheet, header, rows), back)
    run.state = ImportState.UPLOADED
    # The rows of the plan before go first; which of them were not ticked must outlive whoever is interrupted in between.
    run.options = {**run.options, "unticked": sorted(source.unticked)}
    tell(Stage.MATCHING, 0, 0, "")
    keep(session, run)
    counts = plan.make(session, looker, run_id, source, tell)
    # All that is asked of the database, before something is said that it would write at once.
    told = {"fields": plan.tally(session, run_id)}
    if back is not None:
        told["returned"] = coming_back.told(session, book, back)
    run = find(session, run_id)
    run.counts, run.position, run.state = dict(counts), position, ImportState.PLANNED
    made = {"made": secrets.token_hex(8), "rows": len(rows), "moved": [], "unticked": []}
    run.options = {**run.options, **made, **told}
    keep(session, run)
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
        translations=run.options.get("translations", {}),
        replaces_labels=choices.replace_labels,
        decisions={int(row): decision for row, decision in run.options.get("decisions", {}).items()},
        unticked=frozenset(session.scalars(unticked) if run.options.get("made") else ()).union(
            run.options.get("unticked", ())
        ),
        misfits=wrong,
        corrected=corrected,
        notations=notation.settled(run, seen, choices.day_first, choices.decimal_comma),
        returned=back,
    )


def _is_of_something_else(run: ImportRun) -> bool:
    """Whether a file seems to be no list of relations: nothing but a name, among more that nobody knows."""
    unknown = sum(column["field"] is None and column["header"] != "" for column in run.options["columns"])
    return not looks_like_customers(run) and unknown >= max(FOREIGN, len(run.options["columns"]) // 2 + 1)


def looks_like_customers(run: ImportRun) -> bool:
    """Whether more than a name was recognised; if not, the file may be a list of something else."""
    terms = {COLUMNS[run.kind][field].term.key for field in run.mapping}
    return bool(terms & MEANS) or bool(terms & {"street", "city", "postal_code", "postal_place", "contact"})


def tick(session: Session, looker: Looker, run_id: int, rows: Iterable[int], ticked: bool) -> None:
    """Tick or untick rows of a plan."""
    require(session, looker, Right.IMPORT)
    with working(session):
        run = find(session, run_id)
        for block in _blocks(sorted(set(rows))):
            change = update(ROW).where(ROW.c.run_id == run.id, ROW.c.row_number.in_(block)).values(ticked=ticked)
            session.execute(change)


def _blocks(rows: list[int]) -> Iterable[list[int]]:
    return (rows[start : start + 5_000] for start in range(0, len(rows), 5_000))


def decide(session: Session, looker: Looker, folder: Path, run_id: int, decisions: Mapping[int, str]) -> Counter[str]:
    """Say what open rows are (new, skip, take, or the id of the record that is meant) and plan again."""
    keep_decisions(session, looker, run_id, decisions)
    return make_plan(session, looker, folder, run_id)


def keep_decisions(session: Session, looker: Looker, run_id: int, decisions: Mapping[int, str]) -> None:
    """Say what open rows are, for the next plan."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id)
    kept = {**run.options.get("decisions", {}), **{str(row): decision for row, decision in decisions.items()}}
    run.options = {**run.options, "decisions": {row: decision for row, decision in kept.items() if decision}}
    keep(session, run)


# Commit and undo -----------------------------------------------------------------------------------------------------


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
    forget_rows(path)
    return done


class Heap(NamedTuple):
    """The rows of a plan that have these in common, and how many there are."""

    status: RowStatus
    is_ticked: bool
    is_moved: bool
    rows: int


def heaps(session: Session, run: ImportRun) -> list[Heap]:
    """The rows of a plan, parted by what becomes of them, whether they are ticked, and whether they moved since."""
    moved = one_of(ROW.c.row_number, run.options.get("moved", ())).label("moved")
    kinds = (ROW.c.status, ROW.c.ticked)
    # By its name: PostgreSQL takes the same condition with parameters of its own for another one.
    parted = select(*kinds, moved, func.count()).where(ROW.c.run_id == run.id).group_by(*kinds, "moved")
    return [Heap(*row) for row in session.execute(parted)]


def foreseen(session: Session, run_id: int) -> dict[str, int]:
    """What a commit of the plan would count, if nothing changes in between."""
    return counted(heaps(session, find(session, run_id, is_open=False)))


def counted(parted: Iterable[Heap]) -> dict[str, int]:
    """What a commit of the rows would count."""
    ticked: Counter[RowStatus] = Counter()
    every: Counter[RowStatus] = Counter()
    for one in parted:
        every[one.status] += one.rows
        ticked[one.status] += one.rows * one.is_ticked
    total, rejected = every.total(), every[RowStatus.REJECTED]
    counts = {
        "created": ticked[RowStatus.NEW],
        "updated": ticked[RowStatus.CHANGED],
        "unchanged": ticked[RowStatus.UNCHANGED],
        "rejected": rejected,
    }
    return {**counts, "skipped": total - sum(counts.values())}


def forget(session: Session, looker: Looker, folder: Path, run_id: int) -> None:
    """Throw a run that was never committed away, with its plan and its file."""
    require(session, looker, Right.IMPORT)
    with working(session):
        run = find(session, run_id)
        stored_as = run.stored_as
        session.execute(delete(ROW).where(ROW.c.run_id == run_id))
        session.delete(run)
    forget_file(folder / stored_as)


def undo(session: Session, looker: Looker, run_id: int) -> Undone:
    """Take an import back, as far as nobody changed its rows since."""
    require(session, looker, Right.IMPORT)
    run = find(session, run_id, is_open=False)
    if run.changeset_id is None:
        raise Refused(Reason.NOTHING_TO_UNDO)
    return undo_changeset(session, looker, run.changeset_id)
