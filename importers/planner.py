"""What the plans for customers and contacts have in common: what they are made of, and what a row may come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from importers.compare import Difference
from importers.files import Row, Sheet
from importers.known import Held, Rights
from importers.marks import Returned
from importers.reading import Reading
from importers.rows import Record, RowReader, contact_name, full_name
from importers.trouble import Trouble
from models.access import Looker
from models.imports import ImportKind, ImportMode, RowStatus

NEW, SKIP, TAKE = "new", "skip", "take"
"""What may be decided about a row: it is a new one, it stays out, it is the one that counts of several; or an id."""


@dataclass(frozen=True)
class Source:
    """What is planned: the records of a sheet, and the choices. `decisions`: row -> new, skip, take or an id.

    `misfits`: the rows that have more or fewer cells than there are columns, see `mapping.misfits`. `returned`: what an
    export put beside the rows, where they come back from one.
    """

    kind: ImportKind
    mode: ImportMode
    sheet: Sheet
    records: Sequence[tuple[int, Row]]
    mapping: Mapping[str, Sequence[int]]
    reading: Reading
    clears: bool = False
    replaces_labels: bool = False
    decisions: Mapping[int, str] = field(default_factory=dict)
    unticked: frozenset[int] = frozenset()
    misfits: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    returned: Returned | None = None


@dataclass(slots=True)
class Outcome:
    """What a row would do."""

    record: Record
    status: RowStatus
    target: int | None = None
    title: str = ""
    write: dict[str, Any] = field(default_factory=dict)
    diff: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Whom a row meets. `is_open`: somebody has to say whether it is that one."""

    record: Record
    target: int | None = None
    candidates: tuple[int, ...] = ()
    is_open: bool = False
    customer: int | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        return self.candidates if self.target is None else (self.target, *self.candidates)


class Planner:
    """What customers and contacts have in common."""

    def __init__(self, session: Session, looker: Looker, source: Source) -> None:
        self.session, self.source = session, source
        self.reader = RowReader(source.sheet, source.mapping, source.kind, source.reading, source.clears)
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
        return record

    def say(self, record: Record, trouble: Trouble, key: str, **values: object) -> None:
        """Say something about one field of a row; the row goes in all the same."""
        record.say(trouble, self.reader.cell_of(key, record.number), record.values.get(key, ""), **values)

    def reject(self, record: Record, trouble: Trouble, key: str = "", **values: object) -> None:
        """Keep a row out because of one field."""
        record.reject(trouble, self.reader.cell_of(key, record.number), record.values.get(key, ""), **values)

    def name(self, record: Record) -> str:
        """What a row is called."""
        of_customer = self.source.kind is ImportKind.CUSTOMERS
        return full_name(record.values) if of_customer else contact_name(record.values)

    def open(self, record: Record, candidates: Sequence[int] = ()) -> Outcome:
        """A row about which somebody has to decide; `candidates` are whom it may mean."""
        write = {"candidates": list(candidates)} if candidates else {}
        return Outcome(record, RowStatus.AMBIGUOUS, title=self.name(record), write=write)

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


def others(rows: Sequence[int], row: int) -> str:
    """The other rows of a set, in words."""
    others = [str(other) for other in rows if other != row]
    return ", ".join(others[:5]) + (", …" if len(others) > 5 else "")
