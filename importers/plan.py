"""Rows of a file -> a plan: what each row would do, kept in ImportRow. Writes nothing else.

The plan is made block by block, each kept in a short transaction of its own: no write lock is held while rows are
parsed and compared. What changes in between is seen by `apply`, which knows where the journal stood at the start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from importers import compare, known
from importers.columns import COLUMNS, Place
from importers.compare import Difference
from importers.files import Row, Sheet
from importers.known import Held, Namesake, Rights
from importers.reading import NAME_LENGTH, Reading, first_of, shortened
from importers.rows import Record, RowReader, contact_name, full_name
from importers.trouble import Trouble, problem
from models.access import Looker
from models.base import Base, folded
from models.imports import ImportKind, ImportMode, ImportRow, RowStatus
from models.operations.number import in_bin, peek
from models.operations.selection import one_of

ROW = Base.metadata.tables[ImportRow.__tablename__]

NEW, SKIP, TAKE = "new", "skip", "take"
"""What may be decided about a row: it is a new one, it stays out, it is the one that counts of several; or an id."""


@dataclass(frozen=True)
class Source:
    """What is planned: the records of a sheet, and the choices. `decisions`: row -> new, skip, take or an id.

    `misfits`: the rows that have more or fewer cells than there are columns, see `mapping.misfits`.
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


@dataclass(slots=True)
class Outcome:
    """What a row would do."""

    record: Record
    status: RowStatus
    target: int | None = None
    title: str = ""
    write: dict[str, Any] = field(default_factory=dict)
    diff: dict[str, Any] = field(default_factory=dict)


def make(session: Session, looker: Looker, run_id: int, source: Source) -> Counter[str]:
    """Put the plan of a run in place of the one before; the counts per status. Ends the transaction of the session."""
    session.execute(delete(ROW).where(ROW.c.run_id == run_id))
    session.commit()
    planner = (_Customers if source.kind is ImportKind.CUSTOMERS else _Contacts)(session, looker, source)
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


class _Planner:
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


def _others(rows: Sequence[int], row: int) -> str:
    """The other rows of a set, in words."""
    others = [str(other) for other in rows if other != row]
    return ", ".join(others[:5]) + (", …" if len(others) > 5 else "")


# Customers -----------------------------------------------------------------------------------------------------------

_WHOLE_NAMES = ("company_name", "name")
_NAME_FIELDS = ("company_name", "name", "name_2", "first_name", "last_name", "infix", "kind")


class _Customers(_Planner):
    """By number; if the row has none, by name. Whoever may be the same under another number is asked about (X-05)."""

    def prepare(self) -> None:
        self.rows_of_number: dict[str, list[int]] = {}
        self.rows_of_name: dict[str, list[int]] = {}
        number_of: dict[int, str] = {}
        for number, text in self.reader.texts("number", self.records):
            number_of[number] = folded(text)
            self.rows_of_number.setdefault(number_of[number], []).append(number)
        self.by_number = known.by_number(self.session, list(self.rows_of_number))
        # What nobody has now may still belong to a customer in the bin.
        self.in_bin = in_bin(self.session, self.rows_of_number.keys() - self.by_number.keys())
        self.free_number = peek(self.session) if self.in_bin else ""
        unknown = [item for item in self.records if number_of.get(item[0], "") not in self.by_number]
        names = set[str]()
        for number, name in self._names(unknown):
            names.add(name)
            if number not in number_of:
                self.rows_of_name.setdefault(name, []).append(number)
        self.named = known.customers_named(self.session, names)
        seen, _ = self.rights.among(one.id for namesakes in self.named.values() for one in namesakes)
        self.named = {name: [one for one in named if one.id in seen] for name, named in self.named.items()}
        self.fields = {*self.source.mapping}
        if any(len(text) > NAME_LENGTH for key in _WHOLE_NAMES for _, text in self.reader.texts(key, self.records)):
            self.fields.add("description")
        self.places = {column.partition(".")[0] for column in self.source.mapping}
        self.places |= {"bank"} if "iban" in self.source.mapping else set()
        if {"first_name", "last_name"} & self.source.mapping.keys():
            self.places.add("main_contact")

    def _names(self, rows: Sequence[tuple[int, Row]]) -> Iterator[tuple[int, str]]:
        """Row number and folded name."""
        mapped = [key for key in _NAME_FIELDS if key in self.source.mapping]
        if len(mapped) == 1:
            yield from ((number, folded(shortened(text))) for number, text in self.reader.texts(mapped[0], rows))
            return
        reader = self.reader.only(*_NAME_FIELDS)
        for number, row in rows:
            name = folded(full_name(reader.read(number, row).values))
            if name:
                yield number, name

    def plan(self, block: Sequence[tuple[int, Row]]) -> list[Outcome]:
        met = [self._meet(self.read(number, row)) for number, row in block]
        ids = {one for meeting in met for one in meeting.ids}
        self.held = known.held_customers(self.session, ids, self.places, self.fields)
        self.seen, self.editable = self.rights.among(ids)
        return [self._settle(meeting) for meeting in met]

    def _meet(self, record: Record) -> _Meeting:
        """Whom a row may mean: one target, or several candidates, or nobody."""
        number = folded(str(record.values.get("number") or ""))
        name = folded(full_name(record.values))
        namesakes = self.named.get(name, [])
        decision = self.source.decisions.get(record.number, "")
        twice = self.rows_of_number.get(number, []) if number else self.rows_of_name.get(name, [])
        # Two rows with one number cannot both go in; two with one name can, if somebody says so.
        settled = {TAKE} if number else {TAKE, NEW, *(str(one.id) for one in namesakes)}
        if len(twice) > 1 and decision not in settled:
            trouble, key = (Trouble.NUMBER_TWICE, "number") if number else (Trouble.SAME_TWICE, "company_name")
            self.say(record, trouble, key, rows=_others(twice, record.number))
            return _Meeting(record, is_open=True)
        if number and number in self.by_number:
            return _Meeting(record, target=self.by_number[number])
        if number:
            # A namesake whose own number stands in the file is somebody else.
            namesakes = [one for one in namesakes if one.number_key not in self.rows_of_number]
        if decision == NEW:
            return _Meeting(record)
        chosen = [one for one in namesakes if str(one.id) == decision]
        if chosen:
            return _Meeting(record, target=chosen[0].id)
        if not namesakes:
            return _Meeting(record)
        return self._among(record, namesakes, number)

    def _among(self, record: Record, namesakes: Sequence[Namesake], number: str) -> _Meeting:
        active = [one for one in namesakes if not one.is_archived] or list(namesakes)
        first = active[0]
        candidates = tuple(one.id for one in active)
        key = next((key for key in ("company_name", "name", "last_name") if key in self.source.mapping), "")
        if len(active) > 1:
            self.say(record, Trouble.NAME_KNOWN_OFTEN, key, name=first.name, count=len(active))
            return _Meeting(record, candidates=candidates, is_open=True)
        if number:
            self.say(record, Trouble.NAME_KNOWN_OTHER_NUMBER, "number", name=first.name, number=first.number)
            return _Meeting(record, candidates=candidates, is_open=True)
        if self.rows_of_number:
            self.say(record, Trouble.NAME_KNOWN_NO_NUMBER, key, name=first.name, number=first.number)
            return _Meeting(record, target=first.id, candidates=candidates, is_open=True)
        self.say(record, Trouble.RECOGNISED_BY_NAME, key, number=first.number)
        return _Meeting(record, target=first.id, candidates=candidates)

    def _settle(self, meeting: _Meeting) -> Outcome:
        record, held = meeting.record, self.held.get(meeting.target or 0)
        if meeting.target is not None and held is None:
            # It was there a moment ago: somebody deletes it right now.
            record.reject(Trouble.CHANGED_MEANWHILE, name=full_name(record.values))
        if record.is_rejected() or (meeting.is_open and held is None):
            return self.rejected(record, held) if record.is_rejected() else self.open(record, meeting.candidates)
        if held is None:
            return self._new(record)
        if held.id not in self.seen:
            self.reject(record, Trouble.NUMBER_UNSEEN, "number")
            return self.rejected(record)
        _keep_whole_name(record, held)
        found = compare.customer(record, held, self.source.reading, self.source.replaces_labels)
        if found.write and self._is_locked(record, held):
            return self.rejected(record, held)
        if meeting.is_open:
            return self.open(record, meeting.candidates)
        if "customer" in found.write and not compare.is_named(found.write["customer"], held):
            self.reject(record, Trouble.NAME_MISSING)
        self._check_number(record, found)
        return self.existing(record, held, found)

    def _is_locked(self, record: Record, held: Held) -> bool:
        """Whether nothing of it may be written, and why; a row that writes nothing need not ask."""
        if held.is_archived:
            self.reject(record, Trouble.ARCHIVED, "number", name=held.name)
        elif held.id not in self.editable:
            self.reject(record, Trouble.NO_RIGHT, "number", name=held.name)
        return record.is_rejected()

    def _new(self, record: Record) -> Outcome:
        _keep_whole_name(record, None)
        found = compare.customer(record, None, self.source.reading, self.source.replaces_labels)
        if not compare.is_named(found.write.get("customer", {}), None):
            self.reject(record, Trouble.NAME_MISSING, "company_name")
        elif not self.rights.may_add:
            self.reject(record, Trouble.NO_RIGHT_TO_ADD)
        self._check_number(record, found)
        if record.is_rejected():
            return self.rejected(record)
        return Outcome(record, RowStatus.NEW, None, full_name(record.values), found.write)

    def _check_number(self, record: Record, found: Difference) -> None:
        """A number waits for its customer while that is in the bin."""
        if folded(found.write.get("customer", {}).get("number", "")) in self.in_bin:
            self.reject(record, Trouble.NUMBER_IN_BIN, "number", number=self.free_number)


def _keep_whole_name(record: Record, held: Held | None) -> None:
    """A name that had to be shortened stands in the notes as a whole, above what is there."""
    notes = record.values.get("description", held.values["description"] if held and record.too_long else "")
    if record.too_long not in notes:
        record.values["description"] = f"{record.too_long}\n{notes}".rstrip()


@dataclass(frozen=True, slots=True)
class _Meeting:
    """Whom a row meets. `is_open`: somebody has to say whether it is that one."""

    record: Record
    target: int | None = None
    candidates: tuple[int, ...] = ()
    is_open: bool = False
    customer: int | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        return self.candidates if self.target is None else (self.target, *self.candidates)


# Contacts ------------------------------------------------------------------------------------------------------------

_MATCH_FIELDS = (
    "name", "own_company", "first_name", "last_name", "infix", "kind", "email", "customer.number", "customer.name",
)  # fmt: skip


_ASKED = {Trouble.NAME_KNOWN.name, Trouble.NAME_KNOWN_OFTEN.name}
_LINK_KEYS = frozenset(column.key for column in COLUMNS[ImportKind.CONTACTS].values() if column.place is Place.LINK)


class _Contacts(_Planner):
    """By e-mail address; else by name, and by the customer they belong to where the row names one."""

    def prepare(self) -> None:
        self.rows_of: dict[tuple[str, ...], list[int]] = {}
        emails, names, numbers, firms = set[str](), set[str](), set[str](), set[str]()
        reader = self.reader.only(*_MATCH_FIELDS)
        for number, row in self.records:
            values = reader.read(number, row).values
            key = _key_of(values)
            if any(key):
                self.rows_of.setdefault(key, []).append(number)
            emails.add(folded(values.get("email") or ""))
            names.add(folded(contact_name(values)))
            numbers.add(folded(values.get("customer.number") or ""))
            firms.add(folded(values.get("customer.name") or ""))
        for found in (emails, names, numbers, firms):
            found.discard("")
        self.mains: dict[int, list[str]] = {}
        self.by_email, self.by_name = known.contacts_like(self.session, emails, names)
        self.by_number = known.by_number(self.session, sorted(numbers))
        self.firms = known.customers_named(self.session, firms)

    def plan(self, block: Sequence[tuple[int, Row]]) -> list[Outcome]:
        records = [self.read(number, row) for number, row in block]
        likely = [self._likely(record) for record in records]
        self.held = known.held_contacts(self.session, {one for ids in likely for one in ids})
        customers = set(self.by_number.values()) | {one.id for firm in self.firms.values() for one in firm}
        customers |= {link["customer_id"] for held in self.held.values() for link in held.links}
        self.seen, self.editable = self.rights.among(customers)
        self.archived = known.archived_among(self.session, customers)
        if "customer.is_main" in self.source.mapping:
            self.mains = known.main_contacts(self.session, customers) | self.mains
        return [self._marked(self._settle(record, ids)) for record, ids in zip(records, likely, strict=True)]

    def _marked(self, outcome: Outcome) -> Outcome:
        """Remember whom a row makes main contact: a later row takes the mark from that one."""
        link = outcome.write.get("link", {})
        if link.get("is_main"):
            mains = self.mains.get(link["customer_id"], [])
            self.mains[link["customer_id"]] = [*mains, outcome.title]
        return outcome

    def _likely(self, record: Record) -> list[int]:
        values = record.values
        by_email = self.by_email.get(folded(values.get("email") or ""), [])
        by_name = self.by_name.get(folded(contact_name(values)), [])
        return list(dict.fromkeys([*by_email, *by_name]))

    def _settle(self, record: Record, likely: Sequence[int]) -> Outcome:
        customer = self._customer(record, likely)
        if record.is_rejected():
            return self.rejected(record)
        meeting = self._meet(record, likely, customer)
        held = self.held.get(meeting.target or 0)
        found = self._difference(record, held, customer)
        if found.write and not self._is_named(record):
            self.reject(record, Trouble.PERSON_MISSING, "last_name")
            return self.rejected(record, held)
        if meeting.is_open and (held is None or found.write):
            return self.open(record, meeting.candidates)
        if meeting.is_open:
            # Only one is likely and the row leaves that one as it is: there is nothing to decide, and nothing is asked.
            record.problems = [one for one in record.problems if one["code"] not in _ASKED]
        if found.write and self._is_locked(record, held, customer):
            return self.rejected(record, held)
        if held is not None:
            return self.existing(record, held, found)
        if record.is_rejected():
            return self.rejected(record)
        of_link = {key: pair for key, pair in found.diff.items() if key in _LINK_KEYS}
        return Outcome(record, RowStatus.NEW, None, contact_name(record.values), found.write, of_link)

    def _is_locked(self, record: Record, held: Held | None, customer: int | None) -> bool:
        """Whether nothing of it may be written, and why; a row that writes nothing need not ask."""
        if customer is not None and (customer in self.archived or customer not in self.editable):
            key = "customer.number" if record.values.get("customer.number") else "customer.name"
            name = record.values.get("customer.name") or record.values["customer.number"]
            trouble = Trouble.ARCHIVED if customer in self.archived else Trouble.NO_RIGHT
            self.reject(record, trouble, key, name=name)
        elif held is not None and not self._may_edit(held, customer):
            self.reject(record, Trouble.NO_RIGHT, "email", name=held.name)
        elif held is None and not (self.rights.may_add or customer is not None):
            self.reject(record, Trouble.NO_RIGHT_TO_ADD)
        return record.is_rejected()

    def _is_named(self, record: Record) -> bool:
        reachable = record.values.get("email") or record.values.get("phone")
        return bool(contact_name(record.values) or (record.values.get("company_name") and reachable))

    def _difference(self, record: Record, held: Held | None, customer: int | None) -> Difference:
        function = record.values.get("customer.function")
        if customer is None and function:
            record.values.setdefault("job_title", function)
        found = compare.contact(record, held, self.source.reading, self.source.replaces_labels)
        if customer is not None:
            compare.link(record, held, customer, self.mains.get(customer, ()), found)
        return found

    def _customer(self, record: Record, likely: Sequence[int]) -> int | None:
        """The customer that the row names; if there is none that one may see, that is said."""
        number = folded(record.values.get("customer.number") or "")
        name = record.values.get("customer.name") or ""
        if not number:
            return self._named(record, name, likely) if name else None
        customer = self.by_number.get(number)
        if customer not in self.seen:
            self.reject(record, Trouble.NO_CUSTOMER_NUMBER, "customer.number")
            return None
        return customer

    def _named(self, record: Record, name: str, likely: Sequence[int]) -> int | None:
        firms = [one for one in self.firms.get(folded(name), []) if one.id in self.seen]
        active = [one for one in firms if not one.is_archived] or firms
        linked = {link["customer_id"] for key in likely for link in self.held[key].links if key in self.held}
        own = [one for one in active if one.id in linked]
        if len(active) == 1 or own:
            return (own or active)[0].id
        record.values.setdefault("company_name", name)
        if active:
            self.say(record, Trouble.CUSTOMER_NAMED_OFTEN, "customer.name", count=len(active))
        else:
            self.say(record, Trouble.NO_CUSTOMER_NAMED, "customer.name")
        return None

    def _meet(self, record: Record, likely: Sequence[int], customer: int | None) -> _Meeting:
        values = record.values
        decision = self.source.decisions.get(record.number, "")
        twice = self.rows_of.get(_key_of(values), [])
        if len(twice) > 1 and decision not in {TAKE, NEW, *map(str, likely)}:
            self.say(
                record,
                Trouble.SAME_TWICE,
                "email" if values.get("email") else "last_name",
                rows=_others(twice, record.number),
            )
            return _Meeting(record, is_open=True)
        if decision == NEW:
            return _Meeting(record)
        candidates = [self.held[key] for key in likely if key in self.held and self._may_see(self.held[key])]
        chosen = [held for held in candidates if str(held.id) == decision]
        if chosen:
            return _Meeting(record, target=chosen[0].id)
        sure, unsure = self._weigh(values, candidates, customer)
        if len(sure) == 1:
            return _Meeting(record, target=sure[0].id)
        if not sure and not unsure:
            return _Meeting(record)
        likely_ones = sure or unsure
        asked = Trouble.NAME_KNOWN if len(likely_ones) == 1 else Trouble.NAME_KNOWN_OFTEN
        self.say(record, asked, "last_name", name=likely_ones[0].name, count=len(likely_ones))
        target = likely_ones[0].id if len(likely_ones) == 1 else None
        return _Meeting(record, target=target, candidates=tuple(held.id for held in likely_ones), is_open=True)

    def _weigh(
        self, values: Mapping[str, Any], candidates: Sequence[Held], customer: int | None
    ) -> tuple[list[Held], list[Held]]:
        """Who it surely is, and who it may be: somebody else with that address, a namesake elsewhere."""
        email, name = folded(values.get("email") or ""), folded(contact_name(values))
        by_email = [held for held in candidates if email and folded(first_of(held.values["email"])) == email]
        both = [held for held in by_email if not name or folded(held.name) == name]
        if both:
            return both, []
        akin = [held for held in by_email if _akin(values, held)]
        if by_email:
            return akin, by_email
        namesakes = [held for held in candidates if name and folded(held.name) == name]
        if customer is not None:
            at_customer = [held for held in namesakes if customer in {link["customer_id"] for link in held.links}]
            loose = [held for held in namesakes if not held.links]
            return at_customer, loose if not at_customer else []
        firm = folded(values.get("company_name") or "")
        # A firm that is on file as a contact is called after its own company.
        same = [held for held in namesakes if folded(held.values["company_name"]) in {firm, name}]
        other_address = [held for held in same if email and held.values["email"]]
        return [held for held in same if held not in other_address], other_address or ([] if firm else namesakes)

    def _may_see(self, held: Held) -> bool:
        return self.rights.may_see_all or any(link["customer_id"] in self.seen for link in held.links)

    def _may_edit(self, held: Held, customer: int | None) -> bool:
        if self.rights.may_add:
            return True
        mine = {link["customer_id"] for link in held.links}
        return bool(mine & self.editable) or (customer is not None and customer in mine)


def _key_of(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes two rows the same contact: name with address, or name with customer."""
    name, email = folded(contact_name(values)), folded(values.get("email") or "")
    if email:
        return (name, email)
    return (name, "", folded(values.get("customer.number") or values.get("customer.name") or "")) if name else ()


def _akin(values: Mapping[str, Any], held: Held) -> bool:
    """Whether first or last name is the same, as after a marriage."""
    return any(
        values.get(part) and folded(values[part]) == folded(held.values[part]) for part in ("first_name", "last_name")
    )
