"""What the plans for customers and contacts have in common: what they are made of, and what a row may come to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from importers import footers
from importers.compare import Difference
from importers.files import Cell, Row, Sheet, address
from importers.known import Held, Namesake, Rights
from importers.marks import Returned
from importers.outsiders import Said
from importers.reading import Notation, Reading, plain
from importers.rows import Record, RowReader, contact_name, full_name
from importers.trouble import Trouble
from models.access import Looker
from models.imports import ImportKind, ImportMode, MatchRule, RowStatus

# Of more nobody finds the one that is meant in a list.
MOST_OFFERED = 50

NEW, SKIP, TAKE = "new", "skip", "take"
"""What may be decided about a row: it is a new one, it stays out, it is the one that counts of several; or an id."""


TWICE = frozenset({Trouble.NUMBER_TWICE.name, Trouble.SAME_TWICE.name})
"""What is said of a row that stands in the file more than once, until somebody says which one counts."""

# What a row may hold besides a name and be nobody's all the same: the sums and means of its columns.
_SUMS = frozenset({"hourly_rate", "vat_percentage", "payment_term_days", "distance_km", "max_distance_km"})
_NAMES = frozenset({"company_name", "first_name", "last_name"})
# Digits under a name, a town or a telephone say nothing of anybody while they are so few.
_FEW_DIGITS = re.compile(r"[0-9.,]{0,4}")


@dataclass(frozen=True)
class Source:
    """What is planned: the records of a sheet, and the choices. `decisions`: row -> new, skip, take or an id.

    `match` says by what rows are recognised. `translations`: field -> what a cell says -> what it stands for.
    `misfits`: the rows that have more or fewer cells than there are columns, see `mapping.misfits`. `corrected`: row ->
    position -> what the file says there, where the records say something else. `headings`: rows that look like the names of
    the columns of another table. `outsiders`: row -> what says that it is no customer. `notations`: how single
    columns write their dates and amounts. `returned`: what an export put beside the rows, where they come back from one.
    `is_number_weak`: what the file calls the numbers of customers may as well be a count of its rows.
    `vat_country`: the position of the letters in front of VAT numbers, where they stand apart.
    """

    kind: ImportKind
    mode: ImportMode
    sheet: Sheet
    records: Sequence[tuple[int, Row]]
    mapping: Mapping[str, Sequence[int]]
    reading: Reading
    match: MatchRule = MatchRule.USUAL
    clears: bool = False
    replaces_labels: bool = False
    rest_to_notes: bool = False
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decisions: Mapping[int, str] = field(default_factory=dict)
    unticked: frozenset[int] = frozenset()
    misfits: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    corrected: Mapping[int, Mapping[int, Cell]] = field(default_factory=dict)
    headings: frozenset[int] = frozenset()
    outsiders: Mapping[int, Said] = field(default_factory=dict)
    notations: Mapping[int, Notation] = field(default_factory=dict)
    returned: Returned | None = None
    is_number_weak: bool = False
    vat_country: int | None = None


@dataclass(slots=True)
class Outcome:
    """What a row would do."""

    record: Record
    status: RowStatus
    target: int | None = None
    title: str = ""
    write: dict[str, Any] = field(default_factory=dict)
    diff: dict[str, Any] = field(default_factory=dict)


class Meeting(NamedTuple):
    """Whom a row meets. `is_open`: somebody has to say whether it is that one. `is_by_number`: only its number told."""

    record: Record
    target: int | None = None
    candidates: tuple[int, ...] = ()
    is_open: bool = False
    customer: int | None = None
    is_by_number: bool = False

    @property
    def ids(self) -> tuple[int, ...]:
        return self.candidates if self.target is None else (self.target, *self.candidates)


class Planner:
    """What customers and contacts have in common."""

    def __init__(self, session: Session, looker: Looker, source: Source) -> None:
        self.session, self.source = session, source
        how: dict[str, Any] = {"clears": source.clears, "rest_to_notes": source.rest_to_notes}
        how["vat_country"] = source.vat_country
        self.reader = RowReader(
            source.sheet, source.mapping, source.kind, source.reading, source.translations, source.notations, **how
        )
        self.limits = source.sheet.layout.limits if source.sheet.layout else {}
        self.rights = Rights(session, looker)
        self.examples = {number for number, row in source.records if self.reader.is_example(row)}
        left_out = self.examples | source.misfits.keys()
        self.records = [item for item in source.records if item[0] not in left_out]
        self.prepare()

    def prepare(self) -> None:
        """Look through the whole file once, before the blocks."""
        raise NotImplementedError

    def plan(self, block: Sequence[tuple[int, Row]]) -> list[Outcome]:
        """What each row of a block would do."""
        raise NotImplementedError

    def read(self, number: int, row: Row) -> Record:
        """The values of a row; one that is no record of anybody is rejected as it is."""
        if number in self.examples:
            record = Record(number, row)
            record.reject(Trouble.EXAMPLE_ROW)
        elif number in self.source.misfits:
            cells, names = self.source.misfits[number]
            record = Record(number, row)
            record.reject(Trouble.ROW_TOO_LONG if cells > names else Trouble.ROW_CUT_SHORT, cells=cells, names=names)
        else:
            record = self.reader.read(number, row)
            # What comes back from an export was a table of ours from the start.
            is_note = record.is_note or number in self.source.headings
            record.is_note = is_note and self.source.returned is None
        for position, was in self.source.corrected.get(number, {}).items():
            where = address(number, self.reader.place(position))
            record.say(Trouble.CORRECTED, where, row[position], was=plain(was))
        return record

    def say(self, record: Record, trouble: Trouble, key: str, **values: object) -> None:
        """Say something about one field of a row; the row goes in all the same."""
        record.say(trouble, self.reader.cell_of(key, record.number), record.values.get(key, ""), **values)

    def reject(self, record: Record, trouble: Trouble, key: str = "", **values: object) -> None:
        """Keep a row out because of one field."""
        record.reject(trouble, self.reader.cell_of(key, record.number), record.values.get(key, ""), **values)

    def decided(self, record: Record) -> str:
        """What somebody said a row is. That it stays out is what becomes of it without a word, too."""
        said = self.source.decisions.get(record.number, "")
        return "" if said == SKIP else said

    def waits(self, record: Record) -> bool:
        """Whether somebody has to say first that this is a row at all."""
        if self.decided(record):
            return False
        if record.is_note:
            record.say(Trouble.NOTE_ROW)
        elif (said := self.source.outsiders.get(record.number)) is not None:
            record.say(Trouble.NO_CUSTOMER, address(said.row, self.reader.place(said.position)), said.text)
        else:
            return False
        return True

    def is_aside(self, row: int) -> bool:
        """Whether a title above a row says that it is no customer, and nobody that it is one all the same.

        Its number is another kind of number then, too.
        """
        said = self.source.outsiders.get(row)
        return said is not None and said.row != row and self.source.decisions.get(row, SKIP) == SKIP

    def may_be_no_record(self, record: Record, text: str, key: str) -> bool:
        """Whether this field looks like what stands under a table, and nobody said that it is a record all the same.

        What a company may be called, too, counts only where the row says nothing else of anybody.
        """
        if self.decided(record):
            return False
        is_footer = footers.is_footer(text)
        if not (footers.is_total(text) or ((is_footer or footers.is_total_of_some(text)) and _is_bare(record, key))):
            return False
        self.say(record, Trouble.NOTE_ROW if is_footer else Trouble.LOOKS_LIKE_A_TOTAL, key)
        return True

    def ask_among(self, record: Record, key: str, likely: Sequence[Held | Namesake]) -> Meeting:
        """Have somebody say which of several a row means, or to say more of it where they are too many to choose from."""
        few = len(likely) <= MOST_OFFERED
        trouble = Trouble.NAME_KNOWN_OFTEN if few else Trouble.NAME_KNOWN_TOO_OFTEN
        self.say(record, trouble, key, name=likely[0].name, count=len(likely))
        return Meeting(record, candidates=tuple(one.id for one in likely[:MOST_OFFERED] if few), is_open=True)

    def require_archive(self, record: Record) -> None:
        """Who may not archive brings in nobody who is."""
        if record.values.get("archived") and not self.rights.may_archive:
            self.reject(record, Trouble.NO_RIGHT_TO_ARCHIVE, "archived")

    def name(self, record: Record) -> str:
        """What a row is called."""
        of_customer = self.source.kind is ImportKind.CUSTOMERS
        return full_name(record.values) if of_customer else contact_name(record.values)

    def open(self, record: Record, candidates: Sequence[int] = ()) -> Outcome:
        """A row about which somebody has to decide; `candidates` are whom it may mean."""
        write = {"candidates": list(candidates)} if candidates else {}
        is_twice = any(one["code"] in TWICE for one in record.problems)
        status = RowStatus.DUPLICATE if is_twice else RowStatus.AMBIGUOUS
        return Outcome(record, status, title=self.name(record), write=write)

    def rejected(self, record: Record, held: Held | None = None) -> Outcome:
        """A row that stays out."""
        title = self.name(record) or (held.name if held else "")
        return Outcome(record, RowStatus.REJECTED, held.id if held else None, title)

    def existing(self, record: Record, held: Held, found: Difference) -> Outcome:
        """A row that met a record: changed, unchanged, or left alone because only new ones are wanted."""
        if record.is_rejected():
            return self.rejected(record, held)
        if not found.write:
            return Outcome(record, RowStatus.UNCHANGED, held.id, held.name)
        if self.source.mode is ImportMode.ADD:
            record.say(Trouble.KNOWN_ALREADY, name=held.name)
            return Outcome(record, RowStatus.UNCHANGED, held.id, held.name)
        return Outcome(record, RowStatus.CHANGED, held.id, held.name, found.write, found.diff)


def _is_bare(record: Record, key: str) -> bool:
    """Whether a row says nothing of anybody besides the text of this field, a name or a number."""
    own = {key} if key == "number" else _NAMES
    return all(key in own or key in _SUMS or _says_nothing(value) for key, value in record.values.items())


def _says_nothing(value: Any) -> bool:
    if not isinstance(value, str):
        return not value
    return _FEW_DIGITS.fullmatch(value) is not None or footers.is_footer(value)


def may_be_new(problems: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a row of which this is said may be somebody new: nobody is, under a number that another row has, too."""
    return all(one["code"] != Trouble.NUMBER_TWICE.name for one in problems)


def others(rows: Sequence[int], row: int) -> str:
    """The other rows of a set, in words. Of ten thousand alike each names the first few and looks no further."""
    first = [str(other) for other in islice((other for other in rows if other != row), 6)]
    return ", ".join(first[:5]) + (", …" if len(first) > 5 else "")


def keep_in_notes(record: Record, held: Held | None) -> None:
    """What did not fit its field stands in the notes, above what is there: a long name as a whole, a second address."""
    kept = [text for text in (record.too_long, *record.rest) if text]
    if not kept:
        return
    notes = record.values.get("description", held.values["description"] if held else "")
    missing = [text for text in kept if text not in notes]
    if missing:
        record.values["description"] = "\n".join([*missing, notes]).rstrip()
