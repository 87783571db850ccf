"""A workbook that was exported here and comes back: only what a person changed in it counts, merged with what others did.

A cell is as it was exported, or somebody changed it: its digest tells. What was not changed is never written, whatever
the database has by now. What was changed is written where the database is still as it was exported. Where both
changed, and not to the same, somebody has to choose. So a row is known by its token, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers.columns import COLUMNS, Column, Place
from importers.export import SEPARATOR, as_written, choice_of
from importers.files import MARK, MARK_ROWS, Cell, Note, Refusal, Remark, Row, Sheet, Unreadable, Workbook, address
from importers.known import ADDRESS, CONTACT, CUSTOMER, LABELLED, Held
from importers.mapping import Guess
from importers.marks import Exported, Mark, Returned, Stamp, told_of
from importers.meanings import Certainty
from importers.planner import NEW, TAKE, Meeting, Outcome, Planner, Source, others
from importers.planner_contacts import Contacts
from importers.planner_customers import Customers
from importers.reading import plain
from importers.rows import Record, Values
from importers.trouble import Trouble, Wrong
from models import journal
from models.access import Looker
from models.among import one_of
from models.base import folded
from models.contact import Contact
from models.customer import Address, Customer
from models.imports import STAYS_OUT, ImportKind, ImportRow, RowStatus
from models.operations.merging import decoded

MINE, THEIRS = "mine", "theirs"
"""What may be decided about a field that both sides changed; a decision of a row is `phone=mine email=theirs`."""
CONFLICTS = frozenset({Trouble.BOTH_CHANGED.name, Trouble.BOTH_CHANGED_SINCE.name})
NAMED = 20
_NOTHING = "–"
_RETURNED = {ImportKind.CUSTOMERS: Refusal.CUSTOMERS_RETURNED, ImportKind.CONTACTS: Refusal.CONTACTS_RETURNED}

# The sheet -----------------------------------------------------------------------------------------------------------


def apart(session: Session, sheet: Sheet, kind: ImportKind) -> tuple[Sheet, Returned | None]:
    """A sheet without the column of its marks, and those marks; None where it was not exported here.

    Not from here is also what was exported before this database began anew. Raises Unreadable for a list of the other
    kind.
    """
    found = _place_of_mark(sheet)
    if found is None:
        return sheet, None
    at, position = found
    text = str(sheet.rows[at][position])
    tokens = {
        number: str(row[position])
        for number, row in sheet.numbered()
        if number > sheet.numbers[at] and position < len(row) and row[position] is not None
    }
    rest = replace(
        sheet,
        rows=[row[:position] + row[position + 1 :] for row in sheet.rows],
        columns=[*sheet.columns[:position], *sheet.columns[position + 1 :]],
    )
    mark = Mark.read(text)
    if mark is None or mark.position > journal.position(session):
        return replace(rest, notes=(*rest.notes, Note(Remark.MARK_UNKNOWN, {"sheet": sheet.name}))), None
    if mark.kind is not kind:
        raise Unreadable(_RETURNED[mark.kind])
    titles = tuple(" ".join(plain(cell).split()) for cell in rest.rows[at])
    return rest, Returned(Stamp(mark, text), sheet.numbers[at], titles, tokens)


def _place_of_mark(sheet: Sheet) -> tuple[int, int] | None:
    for at, row in enumerate(sheet.rows[:MARK_ROWS]):
        for position, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith(MARK):
                return at, position
    return None


def fields_of(returned: Returned) -> dict[int, str]:
    """Position -> field, for the columns that still have the title they were exported with."""
    return {position: key for key, position in _positions(returned).items()}


def certain(guesses: Iterable[Guess], fields: Mapping[int, str]) -> tuple[Guess, ...]:
    """The guesses, but a column of ours is what it is, also where its values do not look like it."""
    return tuple(
        replace(one, field=fields[one.position], certainty=Certainty.REMEMBERED)
        if one.certainty is Certainty.DOUBTFUL and one.position in fields
        else one
        for one in guesses
    )


def _positions(returned: Returned) -> dict[str, int]:
    mark = returned.stamp.mark
    known = COLUMNS[mark.kind]
    titles = {known[key].title(mark.language): key for key in mark.columns if key in known}
    found: dict[str, int] = {}
    for position, title in enumerate(returned.titles):
        if title in titles:
            found.setdefault(titles[title], position)
    return found


def told(session: Session, book: Workbook, returned: Returned) -> dict[str, Any]:
    """What a run keeps of it: the day of the export, and how many rows were taken out and of whom.

    Those are records that are still there; None where nobody can tell. Nothing follows from it: an import deletes nobody.
    """
    listed: list[int] | None = None
    for sheet in book.sheets:
        if sheet.rows and sheet.rows[0] and sheet.rows[0][0] == returned.stamp.text:
            listed = returned.stamp.unlisted(str(row[0]) for row in sheet.rows if row and row[0] is not None)
    day = returned.stamp.mark.day.isoformat()
    kept: dict[str, Any] = {"mark": returned.stamp.text, "day": day, "count": None, "names": []}
    there = {found.id for token in returned.tokens.values() if (found := returned.stamp.read(token))}
    noun = Customer if returned.stamp.mark.kind is ImportKind.CUSTOMERS else Contact
    kept["gone"] = bool(there) and not still_there(session, returned.stamp.mark.kind, there)
    if listed is None:
        return kept
    query = select(noun.name).where(one_of(noun.id, {*listed} - there)).order_by(noun.name_key, noun.id)
    names = session.scalars(query).all()
    return {**kept, "count": len(names), "names": [*map(str, names[:NAMED])]}


def still_there(session: Session, kind: ImportKind, ids: Iterable[int]) -> set[int]:
    """Those of these records that were not deleted, seen or not."""
    noun = CUSTOMER if kind is ImportKind.CUSTOMERS else CONTACT
    return set(session.scalars(select(noun.c.id).where(one_of(noun.c.id, ids))))


def decided(session: Session, run_id: int, side: str) -> dict[int, str]:
    """One decision, mine or theirs, for all fields that both sides changed, as `run.decide` takes it."""
    found: dict[int, str] = {}
    for row, problems in session.execute(
        select(ImportRow.row_number, ImportRow.problems).where(ImportRow.run_id == run_id)
    ):
        keys = [one["values"]["key"] for one in problems if one["code"] in CONFLICTS]
        if keys:
            found[row] = " ".join(f"{key}={side}" for key in keys)
    return found


# The plan ------------------------------------------------------------------------------------------------------------


def planner(session: Session, looker: Looker, source: Source) -> Planner:
    """Who plans these rows."""
    if source.returned is None:
        return (Customers if source.kind is ImportKind.CUSTOMERS else Contacts)(session, looker, source)
    return (_Customers if source.kind is ImportKind.CUSTOMERS else _Contacts)(session, looker, source)


@dataclass(slots=True)
class _Changes:
    """The fields of a row that a person changed, and those of them that others changed as well, to something else.

    `emptied` are those whose cell holds nothing any more. `labels` are the merged ones, where both changed them.
    """

    mine: list[str] = field(default_factory=list)
    both: list[str] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    labels: list[str] | None = None


class _Returning(Planner):
    """Rows with a token are weighed against their record; all others are planned like those of any file."""

    noun: str
    table: Any
    identity: tuple[tuple[str, ...], ...]
    held: dict[int, Held]
    by_number: dict[str, int]

    def prepare(self) -> None:
        super().prepare()
        assert self.source.returned is not None
        self.returned = self.source.returned
        self.stamp = self.returned.stamp
        self.positions = _positions(self.returned)
        self.positions |= {
            key: mapped[0] for key, mapped in self.source.mapping.items() if self.positions.get(key) not in mapped
        }
        known, mark = COLUMNS[self.source.kind], self.stamp.mark
        self.columns = [known[key] for key in mark.columns if key in self.source.mapping]
        self.exported: dict[int, Exported | None] = {
            number: self.stamp.read(self.returned.tokens[number])
            for number, _ in self.source.records
            if number in self.returned.tokens
        }
        self.rows_of_record: dict[int, list[int]] = {}
        for number, found in self.exported.items():
            if found is not None:
                self.rows_of_record.setdefault(found.id, []).append(number)
        self.there = still_there(self.session, self.source.kind, self.rows_of_record)
        if not self.there:
            # All are gone: this is no list to correct but one to begin with.
            self.exported = {number: found for number, found in self.exported.items() if found is None}
        self.asked_twice = self._asked_twice()
        self.reader_of = lru_cache(maxsize=500)(self.reader.of_known)
        self.words: dict[str, Sequence[str]] = {}

    def _asked_twice(self) -> set[int]:
        """The records that stand in several rows of which at least one was changed."""
        rows = {row for rows in self.rows_of_record.values() if len(rows) > 1 for row in rows}
        asked = set()
        for number, row in self.source.records if rows else ():
            found = self.exported.get(number)
            if (
                found is not None
                and number in rows
                and any(self._is_touched(number, row, found, key) for key in found.cells)
            ):
                asked.add(found.id)
        return asked

    def plan(self, block: Sequence[tuple[int, Row]]) -> list[Outcome]:
        added, back = [], []
        for number, row in block:
            if number not in self.exported:
                added.append((number, row))
            elif self.source.decisions.get(number) == NEW and (found := self.exported[number]) is not None:
                added.append((number, self._as_new(number, row, found)))
            else:
                back.append((number, row))
        outcomes = [*(super().plan(added) if added else ()), *self._come_back(back)]
        by_row = {outcome.record.number: outcome for outcome in outcomes}
        for number, outcome in by_row.items():
            # A row that stays out can be taken along and come back once more.
            if outcome.status in STAYS_OUT and number in self.returned.tokens:
                outcome.write = {**outcome.write, "mark": self.returned.tokens[number]}
        return [by_row[number] for number, _ in block]

    def _as_new(self, number: int, row: Row, found: Exported) -> Row:
        """A row that is to be a new record. A copy does not bring the number of the one it was copied from along."""
        if found.id not in self.there:
            return row
        at = self.positions.get("number") if self.source.kind is ImportKind.CUSTOMERS else None
        taken = at is not None and at < len(row) and folded(plain(row[at])) in self.by_number
        if at is None or not (taken or not self._is_touched(number, row, found, "number")):
            return row
        return (*row[:at], None, *row[at + 1 :])

    # What was changed.

    def _cell(self, row: Row, key: str) -> Cell:
        at = self.positions.get(key)
        return row[at] if at is not None and at < len(row) else None

    def _is_touched(self, number: int, row: Row, found: Exported, key: str) -> bool:
        """Whether a person changed a field. A column that was added is changed where it holds something."""
        mapped, at = self.source.mapping.get(key, ()), self.positions.get(key)
        if at is None:
            return False
        if key not in found.cells:
            return any(position < len(row) and row[position] is not None for position in mapped)
        if self.reader.problems and (number, self._place(at)) in self.reader.problems:
            return True
        if self.stamp.cell(found.id, key, row[at] if at < len(row) else None) != found.cells[key]:
            return True
        return len(mapped) > 1 and any(
            position != at and position < len(row) and row[position] is not None for position in mapped
        )

    def _place(self, position: int) -> int:
        columns = self.source.sheet.columns
        return columns[position] if position < len(columns) else position + 1

    def _changes(self, number: int, row: Row, found: Exported, now: Mapping[str, Any]) -> _Changes:
        changes = _Changes()
        for key in self.source.mapping:
            if not self._is_touched(number, row, found, key):
                continue
            cell, theirs = self._cell(row, key), now.get(key)
            if key in now and told_of(cell) == told_of(theirs):
                continue
            if key in found.cells and self.stamp.cell(found.id, key, theirs) != found.cells[key]:
                if not self._is_same(key, cell, theirs):
                    changes.both.append(key)
                continue
            changes.mine.append(key)
            if told_of(cell) == "":
                changes.emptied.append(key)
        return changes

    def _is_same(self, key: str, cell: Cell, theirs: Any) -> bool:
        """Whether two cells mean the same, such as NL and Netherlands."""
        column = COLUMNS[self.source.kind][key]
        try:
            return column.parse(cell, self.source.reading) == column.parse(theirs, self.source.reading)
        except Wrong:
            return False

    # What becomes of a row.

    def look_up(self, ids: Collection[int]) -> None:
        """What these records have, and what the importer may do with them."""
        raise NotImplementedError

    def sees(self, held: Held) -> bool:
        """Whether the importer may see a record."""
        raise NotImplementedError

    def given(self, held: Held, keys: Collection[str], now: Mapping[str, Any]) -> Values:
        """What has to be known beside the changed fields to make sense of them."""
        raise NotImplementedError

    def weigh(self, record: Record, held: Held, keys: Collection[str]) -> Outcome:
        """What the changed fields of a row would do."""
        raise NotImplementedError

    def _come_back(self, block: Sequence[tuple[int, Row]]) -> list[Outcome]:
        ids = {found.id for number, _ in block if (found := self.exported[number]) is not None}
        self.look_up(ids)
        kind, language = self.source.kind, self.stamp.mark.language
        written = as_written(self.session, kind, self.columns, language, sorted(ids)) if ids else {}
        names = [column.key for column in self.columns]
        outcomes = []
        for number, row in block:
            found = self.exported[number]
            held = self.held.get(found.id) if found is not None else None
            if found is None or held is None or found.id not in written or not self.sees(held):
                outcomes.append(self._lost(number, row, found))
            else:
                now = dict(zip(names, written[found.id], strict=True))
                outcomes.append(self._row(number, row, found, held, now))
        return outcomes

    def _lost(self, number: int, row: Row, found: Exported | None) -> Outcome:
        """A row of which nobody can say whose it is, or whose record is gone."""
        record = Record(number, row, self.reader.read(number, row).values)
        if found is None:
            record.reject(Trouble.MARK_BROKEN)
            return self.rejected(record)
        record.say(Trouble.GONE_SINCE, name=self.name(record) or _NOTHING)
        return self.open(record)

    def _row(self, number: int, row: Row, found: Exported, held: Held, now: Mapping[str, Any]) -> Outcome:
        changes = self._changes(number, row, found, now)
        decision = self.source.decisions.get(number, "")
        is_settled = decision in {TAKE, str(held.id)}
        if found.id in self.asked_twice and not is_settled:
            record = Record(number, row)
            record.say(Trouble.SAME_TWICE, rows=others(self.rows_of_record[found.id], number))
            return Outcome(record, RowStatus.DUPLICATE, held.id, held.name)
        if self._is_somebody_else(found, changes) and not is_settled:
            record = Record(number, row)
            record.say(Trouble.MIXED_UP, name=held.name)
            return Outcome(record, RowStatus.AMBIGUOUS, held.id, held.name)
        self._merge_labels(row, found, held, changes)
        return self._weighed(number, row, found, held, now, changes, decision)

    def _weighed(
        self,
        number: int,
        row: Row,
        found: Exported,
        held: Held,
        now: Mapping[str, Any],
        changes: _Changes,
        decision: str,
    ) -> Outcome:
        chosen = dict(part.split("=", 1) for part in decision.split() if "=" in part)
        keys = frozenset([*changes.mine, *(key for key in changes.both if chosen.get(key) == MINE)])
        record = self.reader_of(keys).read(number, row, self.given(held, keys, now))
        record.replaces_labels = True
        record.account = str(now.get("iban") or "")
        if changes.labels is not None:
            record.values["labels"] = changes.labels
        outcome = self.weigh(record, held, keys)
        for key in changes.emptied:
            if key not in outcome.diff and not record.is_rejected():
                self._say(record, Trouble.KEPT_ALTHOUGH_EMPTY, key, row)
        for key in changes.both:
            self._say_both(record, key, row, found, held, now)
        is_open = any(chosen.get(key) not in {MINE, THEIRS} for key in changes.both)
        if is_open and outcome.status is not RowStatus.REJECTED:
            return Outcome(record, RowStatus.AMBIGUOUS, held.id, held.name)
        return outcome

    def _say(self, record: Record, trouble: Trouble, key: str, row: Row, /, **values: object) -> None:
        at, title = self.positions.get(key), COLUMNS[self.source.kind][key].title()
        where = address(record.number, self._place(at)) if at is not None else ""
        record.say(trouble, where, plain(self._cell(row, key)), field=title, **values)

    def _say_both(
        self, record: Record, key: str, row: Row, found: Exported, held: Held, now: Mapping[str, Any]
    ) -> None:
        """Show a field that both sides changed: what was exported, as far as it is still known, theirs and mine."""
        told = {"key": key, "theirs": _shown(now.get(key)), "mine": _shown(self._cell(row, key))}
        was = self._was(key, found, held)
        if was is None:
            self._say(record, Trouble.BOTH_CHANGED_SINCE, key, row, **told)
        else:
            self._say(record, Trouble.BOTH_CHANGED, key, row, **told, exported=_shown(was))

    def _is_somebody_else(self, found: Exported, changes: _Changes) -> bool:
        """Whether all that tells one record from another was changed, as when a table is sorted in part."""
        touched = {*changes.mine, *changes.both}
        filled = [keys for keys in self.identity if any(found.cells.get(key) for key in keys)]
        return len(filled) >= _TELLING and all(touched & {*keys} for keys in filled)

    # What was exported.

    def _was(self, key: str, found: Exported, held: Held) -> str | None:
        """What a cell said when it was exported: whatever fits its digest of what may stand there and once stood there."""
        if not found.cells[key]:
            return ""
        column = COLUMNS[self.source.kind][key]
        for told in (*self._choices(column), *self._once(column, held)):
            if self.stamp.cell(found.id, key, told) == found.cells[key]:
                return told_of(told)
        return None

    def _choices(self, column: Column) -> Sequence[str]:
        if column.key not in self.words:
            choice = choice_of(self.session, column, self.stamp.mark.language)
            self.words[column.key] = choice.words if choice else ()
        return self.words[column.key]

    def _once(self, column: Column, held: Held) -> Iterable[Any]:
        """The values of a field before each change since the export, as the journal kept them."""
        row: tuple[str, int] | None = None
        noun: Any = self.table
        if column.place in {Place.HEAD_OFFICE, Place.INVOICE}:
            office = held.head_office if column.place is Place.HEAD_OFFICE else held.invoice_address
            row, noun = ((ADDRESS.name, office["id"]) if office else None), Address
        elif column.place is Place.SELF:
            row = (self.noun, held.id)
        if row is None:
            return
        name = column.attribute or _DERIVED.get(column.term.key, column.term.key)
        for change in journal.since(self.session, self.stamp.mark.position, [row]):
            if change.before and name in change.before:
                image = decoded(noun, change.before)
                yield image[name] if name in image else change.before[name]

    def _merge_labels(self, row: Row, found: Exported, held: Held, changes: _Changes) -> None:
        """Labels are a set: what each side added and took off is put together, where it is known what was exported."""
        if "labels" not in changes.both:
            return
        names = self.source.reading.label_names
        then = set(held.labels)
        owner = f"{self.noun}_id"
        links = journal.Since(self.session, self.stamp.mark.position).changes(
            [(LABELLED[self.noun].name, None)], (owner, held.id)
        )
        for change in reversed(links):
            if change.after and change.after[owner] == held.id:
                then.discard(change.after["label_id"])
            if change.before and change.before[owner] == held.id:
                then.add(change.before["label_id"])
        was = [names[key] for key in then if key in names]
        if self.stamp.cell(found.id, "labels", SEPARATOR.join(was)) != found.cells["labels"]:
            return
        try:
            mine: Any = COLUMNS[self.source.kind]["labels"].parse(self._cell(row, "labels"), self.source.reading)
        except Wrong:
            return
        theirs = [names[key] for key in held.labels if key in names]
        taken_off = {*was} - {*(mine or ())}
        changes.both.remove("labels")
        changes.labels = sorted({*theirs, *({*(mine or ())} - {*was})} - taken_off)


_TELLING = 2
_DERIVED = {"name": "name", "own_company": "company_name"}
_PARTS = ("company_name", "first_name", "last_name")
_NAMES = frozenset({*_PARTS, "name", "name_2", "infix", "kind", "own_company"})


def _names_beside(held: Held, keys: Collection[str]) -> Values:
    """The parts of a name that were not changed, where others were; a whole name that was changed has new parts."""
    touched = {"company_name" if key == "own_company" else key for key in keys} & _NAMES
    if not touched:
        return {}
    given: Values = {} if "kind" in touched else {"kind": held.values["kind"]}
    if "name" not in touched or touched & {*_PARTS}:
        given |= {part: held.values[part] for part in _PARTS if part not in touched and held.values[part]}
    return given


def _shown(value: Any) -> str:
    return told_of(value)[:80] or _NOTHING


class _Customers(_Returning, Customers):
    noun, table = CUSTOMER.name, Customer
    identity = (("number",), ("name", "company_name", "last_name"), ("email",), ("phone",), ("vat_number",))

    def look_up(self, ids: Collection[int]) -> None:
        Customers.look_up(self, ids)

    def sees(self, held: Held) -> bool:
        return held.id in self.seen

    def given(self, held: Held, keys: Collection[str], now: Mapping[str, Any]) -> Values:
        values = _names_beside(held, keys)
        if any(key.startswith("main_contact.") for key in keys) and "main_contact.contact" not in keys:
            values["main_contact.contact"] = now.get("main_contact.contact") or ""
        if {"bic", "holder"} & {*keys} and "iban" not in keys and now.get("iban"):
            values["iban"] = COLUMNS[ImportKind.CUSTOMERS]["iban"].parse(now["iban"], self.source.reading)
        return values

    def weigh(self, record: Record, held: Held, keys: Collection[str]) -> Outcome:
        number = folded(str(record.values.get("number") or "")) if "number" in keys else ""
        if number and self.by_number.get(number, held.id) != held.id:
            self.reject(record, Trouble.NUMBER_UNSEEN, "number")
        elif number and len(self.rows_of_number.get(number, ())) > 1:
            twice = others(self.rows_of_number[number], record.number)
            self.reject(record, Trouble.NUMBER_TWICE, "number", rows=twice)
        return self.settle(Meeting(record, target=held.id))


class _Contacts(_Returning, Contacts):
    noun, table = CONTACT.name, Contact
    identity = (("name", "last_name", "own_company"), ("email",), ("phone",), ("mobile",), ("street",))

    def look_up(self, ids: Collection[int]) -> None:
        Contacts.look_up(self, ids)

    def sees(self, held: Held) -> bool:
        return self.may_see(held)

    def given(self, held: Held, keys: Collection[str], now: Mapping[str, Any]) -> Values:
        return _names_beside(held, keys)

    def weigh(self, record: Record, held: Held, keys: Collection[str]) -> Outcome:
        customer = None
        if any(key.startswith("customer.") for key in keys):
            if {"customer.number", "customer.name"} & {*keys}:
                customer = self.customer_of(record, held)
            else:
                own = next((link for link in held.links if link["customer_id"] in self.seen), None)
                if own is not None:
                    customer, record.values["customer.number"] = own["customer_id"], own["customer_number"]
        if record.is_rejected():
            return self.rejected(record, held)
        found = self.difference(record, held, customer)
        if found.write and self.is_locked(record, held, customer):
            return self.rejected(record, held)
        return self.marked(self.existing(record, held, found))
