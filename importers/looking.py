"""The first steps of an import, the same for pages and command line: a file comes in, and what can be seen of it is said.

Its sheet and header row, what its columns are, how it writes dates, whether it is known: all of it is a guess that can
be corrected, and to look again is to guess again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from sqlalchemy.orm import Session

from importers import (
    coming_back,
    continuing,
    corrections,
    notation,
    profiles,
    recognising,
    second_table,
    turned,
    unticking,
)
from importers.columns import COLUMNS, allowed
from importers.files import Kind, Note, Refusal, Remark, Sheet, Unreadable, Workbook, letters, wire
from importers.files import forget as forget_file
from importers.files.workbook import MB, ranges
from importers.mapping import (
    Guess,
    best_sheet,
    column_names,
    guess,
    header_cells,
    header_row,
    mapping_of,
    records,
    repeated,
    separator_of,
    stated,
)
from importers.marks import BEHIND, Returned
from importers.meanings import Certainty, key_of
from importers.progress import Tell, quiet
from importers.recognising import Layout
from importers.run import LIMITS, Choices, choices_kept, choices_of, find, keep, reread
from importers.sources import Progress, gather, unheard
from importers.sources import Source as Origin
from models.access import Looker, require
from models.errors import NotAllowed, Reason, Refused
from models.imports import ImportKind, ImportMode, ImportRun, ImportState, Stage
from models.operations.working import working
from models.user import Right

SHOWN_ROWS = 15


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
            _look_first(session, looker, run, folder, reread(run, folder))

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
        _look_first(session, looker, run, folder, reread(run, folder))

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
    # For nobody else on this machine to read.
    path.touch(0o600, exist_ok=False)
    with path.open("wb") as out:
        while left > 0 and (piece := stream.read(min(left, MB))):
            out.write(piece)
            left -= len(piece)
    if left <= 0:
        raise Unreadable(Refusal.TOO_BIG, size=f"> {LIMITS.upload // MB}", limit=LIMITS.upload // MB)


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
            _look_first(session, looker, run, folder, book)
    return keep(session, run)


def _look_first(
    session: Session,
    looker: Looker,
    run: ImportRun,
    folder: Path,
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
        definition = _look(session, looker, run, reread(run, folder), run.sheet, run.header_row)
    said = definition.get("answers", {}) if _is_the_same(run) else {}
    notation.answer(run, {at: said[field] for field in said for at in run.mapping.get(field, ())})


def _is_the_same(run: ImportRun) -> bool:
    """Whether the profile knows every column of the file and misses none: one that is only alike may come from elsewhere."""
    known = run.options.get("profile")
    return known is not None and not known["new"] and not known["missing"]


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
            for note in (*book.notes, *_of_sheets(book, found), *_again(found, row, run.kind))
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
    """Take over what a profile says beyond columns, where nothing else was chosen; whether the file reads differently.

    What takes away from records, or reads dates and amounts in another way, is taken over for the same file only. What words
    stand for comes along: they were said one by one, and the page of the words shows them.
    """
    if not definition:
        return False
    before, usual, said = vars(choices_of(run)), vars(Choices()), definition["choices"]
    if not _is_the_same(run):
        said = {key: value for key, value in said.items() if key not in _OF_THE_SAME}
    choices = {key: said.get(key, value) if value == usual[key] else value for key, value in before.items()}
    run.mode = ImportMode(definition["mode"]) if run.mode is ImportMode.UPDATE else run.mode
    run.options = {
        **run.options,
        "choices": {key: value for key, value in choices.items() if value is not None},
        "translations": definition["translations"],
    }
    return choices != before


_OF_THE_SAME = frozenset({"empty_clears", "replace_labels", "day_first", "decimal_comma"})
# What people said of the rows and columns of one table means nothing in another.
_NOTHING_SAID: Mapping[str, Any] = {
    "decisions": {},
    corrections.CORRECTIONS: {},
    corrections.REPLACEMENTS: {},
    unticking.LEFT_OUT: [],
    notation.ASKED: [],
    notation.ANSWERS: {},
    # Nor do the ticks of the rows of its plan.
    "made": "",
    "unticked": [],
}


def _of_sheets(book: Workbook, sheet: Sheet | None) -> Iterable[Note]:
    """What there is to tell about the sheet, where none was chosen about all; and which others have rows."""
    for one in book.sheets if sheet is None else (sheet,):
        yield from one.notes
    for remark, is_hidden in ((Remark.SHEETS_LEFT_OUT, False), (Remark.HIDDEN_SHEETS_LEFT_OUT, True)):
        left = [one.name for one in book.sheets if one.rows and one.hidden is is_hidden]
        names = [name for name in left if name not in {BEHIND, sheet.name if sheet else None}]
        if names:
            yield Note(remark, {"names": ", ".join(names)})


def _again(sheet: Sheet | None, header: int | None, kind: ImportKind) -> Iterable[Note]:
    """That the names of the columns stand in other rows, too, which are nobody's, or those of another table."""
    if sheet is None or header is None:
        return
    if rows := repeated(sheet, header):
        yield Note(Remark.HEADER_REPEATED, {"sheet": sheet.name, "count": len(rows), "places": ranges(rows)})
    if (second := second_table.begins(sheet, header, rows, kind)) is not None:
        yield Note(Remark.SECOND_TABLE, {"sheet": sheet.name, "row": second})
    if turned.lies_on_its_side(sheet, kind):
        yield Note(Remark.TURNED, {"sheet": sheet.name})


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
        if one.field is not None and columns[one.field].term.key == "labels":
            cells = [row[one.position] for row in rows if one.position < len(row)]
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
        if field is not None and field not in known:
            raise Refused(Reason.WRONG_VALUE, field=str(field), value=str(field), example="")
        if field is not None and field not in may_write:
            raise NotAllowed(Reason.NO_RIGHT, right=Right.SEE_REVENUE)
        columns.append({**column, "field": field, "certainty": _certainty(column, field, fields)})
        if field is not None:
            taken.setdefault(field, []).append(column["position"])
    for field, positions in taken.items():
        if len(positions) > 1 and not known[field].repeatable:
            raise Refused(Reason.MAPPED_TWICE, field=known[field].title())
    chosen = {key_of(column["header"]) for column in columns if column["field"] is not None}
    for column in columns:
        if column["certainty"] == Certainty.WHICH.name and key_of(column["header"]) in chosen:
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
