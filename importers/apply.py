"""A plan -> one changeset. Writes what the ticked rows of the plan say and nothing else, in sets, in one transaction.

If something changed after the plan was made that one of those rows is about, or if one row fails, nothing is written.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Table, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from importers import bulk, meanwhile
from importers.bulk import Order
from importers.columns import LISTS, allowed, thaw
from importers.known import (
    ACCOUNT,
    ADDRESS,
    CONTACT,
    CUSTOMER,
    LABEL,
    LABELLED,
    LINK,
    LIST,
    REGISTRATION,
    Rights,
    blocks,
    by_number,
)
from importers.plan import ROW
from importers.progress import Tell, quiet
from importers.rows import contact_name, full_name
from importers.trouble import Trouble
from models import journal
from models.access import Looker, require
from models.among import one_of
from models.base import folded, utc_now
from models.errors import Conflict, NotAllowed, Reason, Refused
from models.imports import ImportKind, ImportRun, ImportState, RowStatus, Stage
from models.journal import Origin, changeset
from models.label import Colour
from models.operations import currency, number
from models.operations.working import working
from models.search import LARGE, in_bulk, settled_later
from models.settings import ValueList
from models.user import Right

_LOCK = 0x6B65  # any number that nothing else in this database locks
# What gets its keys before the lock is held.
_KEYED = {table.name: table for table in (CUSTOMER, CONTACT, LABEL, LIST)}
# So many keys of a sequence are asked for at once.
AT_ONCE = 1_000
WRITTEN = (RowStatus.NEW, RowStatus.CHANGED)
_OF_CUSTOMERS = {
    "customer": "id",
    "address": "customer_id",
    "bank_account": "customer_id",
    "customer_label": "customer_id",
    "customer_contact": "customer_id",
}
_OF_CONTACTS = {"contact": "id", "contact_label": "contact_id", "customer_contact": "contact_id"}


@dataclass(frozen=True)
class Applied:
    """What an import did. The counts add up to the rows of the file; `changeset` is None when nothing was written."""

    created: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int
    changeset: int | None

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.skipped + self.rejected


@dataclass(slots=True)
class _Planned:
    """A row that will be written."""

    key: int
    row: int
    target: int | None
    title: str
    write: dict[str, Any]

    def part(self, name: str) -> dict[str, Any]:
        return self.write.get(name) or {}


class Moved(Conflict):
    """Rows of the plan, and why each has to be looked at again."""

    def __init__(self, rows: Mapping[int, Trouble]) -> None:
        super().__init__(Reason.PLAN_CHANGED)
        self.rows = rows


def commit(session: Session, looker: Looker, run_id: int, expected: str, tell: Tell = quiet) -> Applied:
    """Carry out the plan of a run. Refuses (Conflict) when it is not the plan that was shown, or is done already.

    Raises Moved, with the rows, when what they are about changed after the plan was made.
    """
    require(session, looker, Right.IMPORT)
    run = session.get_one(ImportRun, run_id)
    _require_shown(session, run, expected)
    tell(Stage.CHECKING, 0, 0, "")
    writer = (_CustomerWriter if run.kind is ImportKind.CUSTOMERS else _ContactWriter)(session, looker, run)
    # Before the lock; should the plan be another one by then, its digest is, too.
    writer.prepare()
    with ExitStack() as stack:
        if writer.is_large:
            stack.enter_context(settled_later(session))
        return _commit(session, looker, writer, run_id, expected, tell)


def _commit(session: Session, looker: Looker, writer: _Writer, run_id: int, expected: str, tell: Tell) -> Applied:
    name = writer.run.file_name
    with changeset(session, looker, "Import of {file}", origin=Origin.IMPORT, file=name, run=run_id) as made:
        run = session.get_one(ImportRun, run_id, with_for_update=True)
        _require_shown(session, run, expected)
        require_columns(session, looker, run)
        ticked = ROW.c.run_id == run.id, ROW.c.status.in_(WRITTEN), ROW.c.ticked.is_(True)
        if session.scalar(select(ROW.c.id).where(*ticked).limit(1)) is None:
            raise Refused(Reason.NOTHING_TO_IMPORT)
        with in_bulk(session, made.id) if writer.is_large else nullcontext():
            writer.write(tell)
        run.state, run.done_at, run.changeset_id = ImportState.DONE, utc_now(), made.id
        run.counts = {**run.counts, **writer.counts}
        tell(Stage.INDEXING, 0, 0, "")
    if made.is_empty:
        run.changeset_id = None
        session.commit()
    return Applied(**writer.counts, changeset=run.changeset_id)


def _require_shown(session: Session, run: ImportRun, expected: str) -> None:
    """Go on only if the plan is the one that was shown, and not carried out yet."""
    if run.state is not ImportState.PLANNED or digest(session, run) != expected:
        raise Conflict(Reason.PLAN_CHANGED)


def require_columns(session: Session, looker: Looker, run: ImportRun) -> None:
    """Go on only if this person may write every column of the run; the right may be gone since they were chosen."""
    if run.mapping.keys() - allowed(session, looker, run.kind).keys():
        raise NotAllowed(Reason.NO_RIGHT, right=Right.SEE_REVENUE)


def digest(session: Session, run: ImportRun) -> str:
    """What stands for a plan as it is shown: when it was made and which rows are ticked."""
    unticked = session.scalars(
        select(ROW.c.row_number).where(ROW.c.run_id == run.id, ROW.c.ticked.is_(False)).order_by(ROW.c.row_number)
    )
    told = f"{run.id} {run.options.get('made', '')} {list(unticked)}"
    return hashlib.sha256(told.encode()).hexdigest()


@dataclass(slots=True)
class _Batch:
    """Rows to insert, rows to update by the set of columns that they change, flags and labels to take away first.

    `unset`: (table, column that is compared, flag) -> the keys for which the flag goes. `removals`: noun -> whose label goes.
    """

    inserts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    updates: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = field(default_factory=dict)
    unset: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    removals: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def insert(self, table: Table, values: dict[str, Any]) -> dict[str, Any]:
        """Collect a row to insert; what comes back may still be changed."""
        self.inserts.setdefault(table.name, []).append(values)
        return values

    def update(self, table: Table, key: int, values: dict[str, Any]) -> dict[str, Any]:
        """Collect a row to update; what comes back may still be changed."""
        row = {"key": key, **values}
        if values:
            self.updates.setdefault((table.name, tuple(sorted(values))), []).append(row)
        return row


class _Given(NamedTuple):
    """What rows are made with that is not theirs: the last keys, free numbers, labels and words by name."""

    keys: Mapping[str, int]
    numbers: Sequence[str]
    labels: Mapping[str, int]
    words: Mapping[tuple[ValueList, str], int]


class _Writer:
    """What customers and contacts have in common: what moved, new words, and writing in sets.

    `noun` is the table of the records; `owners` the tables whose later changes put a row of the plan in doubt, with the
    column that says whose they are. `doubts` are those and all others that are looked at when one of them changed.
    """

    noun: str
    owners: Mapping[str, str]

    def __init__(self, session: Session, looker: Looker, run: ImportRun) -> None:
        self.session, self.looker, self.run = session, looker, run
        self.rights = Rights(session, looker)
        self.now = utc_now()
        self.blocks: list[Sequence[_Planned]] = []

    def prepare(self) -> None:
        """Read the ticked rows and turn them into what the database takes: nobody need wait for that."""
        self.looked_at = journal.position(self.session)
        self.blocks = list(self.planned())
        self.look_for_changes()
        for block in self.blocks:
            for row in block:
                for part in row.write.values():
                    if isinstance(part, dict):
                        _thaw(part)
        self.build(self.ask())
        self.counts = self.count()
        self.watched = [(table, None) for table in self.doubts]
        if self.is_large:
            self.stage()

    def stage(self) -> None:
        """Put the rows beside the tables they are for, which nobody has to wait for; and note what they will make."""
        connection = self.session.connection()
        for orders in self.orders:
            for order in orders:
                order.stage(connection)
        self.session.commit()
        with working(self.session):
            self.remember()

    @property
    def doubts(self) -> set[str]:
        return {*self.owners, CUSTOMER.name, CONTACT.name, *meanwhile.TABLES}

    @property
    def rows(self) -> int:
        """How many rows write something."""
        return sum(map(len, self.blocks))

    @property
    def is_large(self) -> bool:
        """Whether others would notice how long it holds the lock."""
        return self.rows > LARGE

    def write(self, tell: Tell) -> None:
        """Write all ticked rows, or none if one of them is about something that changed since the plan."""
        self.wait_for_others()
        self.hold()
        if journal.since(self.session, self.looked_at, self.watched):
            self.look_for_changes()
        given = self.take()
        if given != self.given:
            # Somebody was quicker: a key, a number or a word is another one than was to be expected.
            self.build(given)
        if self.adds_words:
            require(self.session, self.looker, Right.MANAGE_LISTS)
        connection = self.session.connection()
        done, total = 0, self.rows
        for block, orders in zip(self.blocks, self.orders, strict=True):
            try:
                for order in orders:
                    order.send(connection)
            except IntegrityError as taken:
                # Somebody saved a number or a word this very moment: the plan, made anew, says which.
                raise Conflict(Reason.PLAN_CHANGED) from taken
            done += len(block)
            tell(Stage.WRITING, done, total, block[-1].title)
        if not self.is_remembered:
            self.remember()

    def planned(self) -> Iterator[Sequence[_Planned]]:
        """The ticked rows that write something, in the order of the file, block by block."""
        last = 0
        while True:
            rows = self.session.execute(
                select(ROW.c.id, ROW.c.row_number, ROW.c.target_id, ROW.c.title, ROW.c["values"], ROW.c.status)
                .where(ROW.c.run_id == self.run.id, ROW.c.status.in_(WRITTEN), ROW.c.ticked.is_(True), ROW.c.id > last)
                .order_by(ROW.c.id)
                .limit(2_000)
            ).all()
            if not rows:
                return
            last = rows[-1].id
            # What a new row has as its target was left there by an import that failed.
            met = (None if row.status is RowStatus.NEW else row.target_id for row in rows)
            yield [
                _Planned(row.id, row.row_number, target, row.title or "", row.values)
                for row, target in zip(rows, met, strict=True)
            ]

    def count(self) -> dict[str, int]:
        """What becomes of every row. Should rows be ticked otherwise by then, nothing is written."""
        rows = self.session.execute(
            select(ROW.c.status, ROW.c.ticked, func.count())
            .where(ROW.c.run_id == self.run.id)
            .group_by(ROW.c.status, ROW.c.ticked)
        ).all()
        total = sum(count for _, _, count in rows)
        unchanged = sum(count for status, ticked, count in rows if status is RowStatus.UNCHANGED and ticked)
        rejected = sum(count for status, _, count in rows if status is RowStatus.REJECTED)
        created, updated = self.done[RowStatus.NEW], self.done[RowStatus.CHANGED]
        return {
            "created": created,
            "updated": updated,
            "unchanged": unchanged,
            "skipped": total - created - updated - unchanged - rejected,
            "rejected": rejected,
        }

    # What moved since the plan.

    def wait_for_others(self) -> None:
        """One import after the other, as everything on SQLite: what the one before wrote is then seen as a change."""
        if self.on_server:
            self.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})

    def look_for_changes(self) -> None:
        """Raise Moved if a row is about what was changed after the plan was made."""
        self.touched: set[int] = set()
        self.appeared: set[str] = set()
        self.gone: set[str] = set()
        # The customers that got, lost or changed a main contact.
        self.led: set[int] = set()
        for change in journal.since(self.session, self.run.position or 0, [(table, None) for table in self.owners]):
            for image in (change.before, change.after):
                if image:
                    self.touched.add(image[self.owners[change.table]])
                    if image.get("is_main"):
                        self.led.add(image["customer_id"])
            if change.table == self.noun and change.after:
                self.appeared.add(folded(self.name(change.after)))
            if change.table == CUSTOMER.name and change.before and not change.after:
                self.gone.add(folded(change.before["number"]))
        moved: dict[int, Trouble] = {}
        lost = meanwhile.lost_words(self.session, self.run.position or 0)
        for block in self.blocks:
            if lost:
                found = (row.row for row in block if not lost.isdisjoint(meanwhile.words_of(row.write)))
                moved |= dict.fromkeys(found, Trouble.WORD_CHANGED_MEANWHILE)
            moved |= dict.fromkeys(self.moved(block), Trouble.CHANGED_MEANWHILE)
            moved |= dict.fromkeys(self.taken(block), Trouble.TAKEN_MEANWHILE)
            if not self.rights.may_add:
                moved |= dict.fromkeys(self.barred(block), Trouble.CHANGED_MEANWHILE)
        if moved:
            raise Moved(moved)

    def barred(self, block: Sequence[_Planned]) -> set[int]:
        """Rows that this person may write no more; asked only of who may not write all. The plan, made anew, says why."""
        raise NotImplementedError

    def name(self, image: Mapping[str, Any]) -> str:
        """What a record is called."""
        raise NotImplementedError

    def hold(self) -> None:
        """Keep others from writing what this import is about to write; on SQLite nobody else can write at all."""
        if not self.on_server:
            return
        targets = [row.target for block in self.blocks for row in block if row.target is not None]
        for name, column in self.owners.items():
            held = CUSTOMER.metadata.tables[name]
            for block in blocks(targets):
                query = select(held.c.id).where(one_of(held.c[column], block)).order_by(held.c.id)
                self.session.execute(query.with_for_update()).all()

    def taken(self, block: Sequence[_Planned]) -> set[int]:
        """Rows whose number was given away in the meantime."""
        return set()

    def moved(self, block: Sequence[_Planned]) -> set[int]:
        """Rows whose record was changed in the meantime, and new ones of which a namesake appeared."""
        return {
            row.row
            for row in block
            if (folded(row.title) in self.appeared if row.target is None else row.target in self.touched)
        }

    # What rows are made with that is not theirs.

    def ask(self) -> _Given:
        """What rows would be made with now. Others may take it before the lock is held."""
        return _Given(self.last_keys(), self.numbers(is_final=False), *self.known_words())

    def take(self) -> _Given:
        """What rows are made with: nobody else takes it any more."""
        return _Given(self.last_keys(), self.numbers(is_final=True), *self.known_words())

    def numbers(self, *, is_final: bool) -> list[str]:
        """The numbers for new records without one, in their order."""
        return []

    def last_keys(self) -> dict[str, int]:
        """The last key of each table (SQLite); on PostgreSQL nobody gets the same key of a sequence twice."""
        if self.on_server:
            return {}
        every = self.session.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {row.name: row.seq for row in every if row.name in _KEYED}

    def keys(self, table: Table) -> Iterator[int]:
        """Keys for rows to come, without end."""
        if not self.on_server:
            yield from count(self.given.keys.get(table.name, 0) + 1)
        sequence = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :n)")
        while True:
            yield from self.session.scalars(sequence, {"table": table.name, "n": AT_ONCE}).all()

    @property
    def on_server(self) -> bool:
        return self.session.connection().dialect.name == "postgresql"

    def known_words(self) -> tuple[dict[str, int], dict[tuple[ValueList, str], int]]:
        """The labels and list values there are; those that are missing are added when a row first needs them."""
        labels = {folded(row.name): row.id for row in self.session.execute(select(LABEL.c.id, LABEL.c.name))}
        words = self.session.execute(select(LIST.c.id, LIST.c.list, LIST.c.name))
        return labels, {(row.list, folded(row.name)): row.id for row in words}

    def label(self, name: str) -> int:
        """The key of a label."""
        key = folded(name)
        if key not in self.labels:
            self.labels[key] = self.add(LABEL, name=name, colour=Colour.GREY, **self.stamps())
        return self.labels[key]

    def word(self, which: ValueList, name: str) -> int:
        """The key of a value of a list."""
        key = (which, folded(name))
        if key not in self.words:
            self.words[key] = self.add(LIST, list=which, name=name)
        return self.words[key]

    def add(self, table: Table, **values: Any) -> int:
        """Have a word added and return its key."""
        require(self.session, self.looker, Right.MANAGE_LISTS)
        self.adds_words = True
        key = next(self.ids[table.name])
        self.batch.insert(table, {"id": key, **values})
        return key

    def stamps(self) -> dict[str, Any]:
        return {"created_at": self.now, "changed_at": self.now}

    # Writing.

    def build(self, given: _Given) -> None:
        """Turn all rows into what the driver takes, block by block."""
        self.given, self.labels, self.words = given, dict(given.labels), dict(given.words)
        self.ids = {table.name: self.keys(table) for table in _KEYED.values()}
        self.put_on: set[tuple[int, int]] = set()
        self.done: Counter[RowStatus] = Counter()
        self.made: list[tuple[int, int]] = []
        self.adds_words = self.is_remembered = False
        self.orders: list[list[Order]] = []
        for block in self.blocks:
            self.batch = _Batch()
            self.put(block)
            self.orders.append(self.ordered())

    def put(self, rows: Sequence[_Planned]) -> None:
        """Turn rows of the plan into rows of tables."""
        raise NotImplementedError

    def put_labels(self, noun: str, row: _Planned, owner: int) -> None:
        part, link = row.part("labels"), LABELLED[noun]
        for name in part.get("add", ()):
            label = self.label(name)
            if (owner, label) not in self.put_on:
                # Two rows of one record may say the same.
                self.put_on.add((owner, label))
                self.batch.insert(link, {f"{noun}_id": owner, "label_id": label})
        for label in part.get("remove", ()):
            self.batch.removals.setdefault(noun, []).append((owner, label))

    def ordered(self) -> list[Order]:
        """Everything that was collected for a block, table by table, in the order in which it has to be done."""
        tables, dialect = CUSTOMER.metadata.tables, self.session.connection().dialect
        orders = list(self.taken_away(dialect))
        for (name, columns), rows in self.batch.updates.items():
            if "changed_at" in tables[name].c and "changed_at" not in columns:
                columns = (*columns, "changed_at")
                rows = [{**row, "changed_at": self.now} for row in rows]
            orders.append(bulk.updating(dialect, tables[name], columns, rows))
        for name in _ORDER:
            if added := self.batch.inserts.get(name):
                stamps = self.stamps() if "changed_at" in tables[name].c else {}
                orders.append(bulk.inserting(dialect, tables[name], [{**stamps, **row} for row in added]))
        return orders

    def remember(self) -> None:
        """Let rows know which record they made, or will make: some of them may be taken back later."""
        self.is_remembered = True
        if self.made:
            self.session.execute(_REMEMBER[self.on_server], {"made": json.dumps(self.made)})

    def taken_away(self, dialect: Dialect) -> Iterator[Order]:
        for (name, column, flag), keys in self.batch.unset.items():
            yield bulk.unsetting(dialect, CUSTOMER.metadata.tables[name], column, flag, keys)
        for noun, pairs in self.batch.removals.items():
            yield bulk.deleting(dialect, LABELLED[noun], (f"{noun}_id", "label_id"), pairs)

    def thawed(self, part: dict[str, Any], *not_columns: str) -> dict[str, Any]:
        """The values of a part of a plan as the database takes them."""
        return {key: self.value(key, value) for key, value in part.items() if key not in not_columns}

    def value(self, attribute: str, value: Any) -> Any:
        if attribute in LISTS:
            return self.word(LISTS[attribute], value) if value else None
        return self.now if attribute == "archived_at" else value


def _thaw(part: dict[str, Any]) -> None:
    """Values as the database takes them, in place; those of lists stay words, which may have to be added first."""
    for key, value in part.items():
        if isinstance(value, dict):
            _thaw(value)
        elif key not in LISTS:
            part[key] = thaw(key, value)


# By whether it is PostgreSQL.
_REMEMBER = {
    False: text(
        "UPDATE import_row SET target_id = json_extract(m.value, '$[1]') FROM json_each(:made) m "
        "WHERE import_row.id = json_extract(m.value, '$[0]')"
    ),
    True: text(
        "UPDATE import_row SET target_id = CAST(m.value ->> 1 AS integer) "
        "FROM json_array_elements(CAST(:made AS json)) m WHERE import_row.id = CAST(m.value ->> 0 AS integer)"
    ),
}
# What others refer to goes first.
_ORDER = (
    "label", "list_value", "customer", "address", "bank_account", "contact", "customer_contact", "customer_label",
    "contact_label",
)  # fmt: skip


class _CustomerWriter(_Writer):
    noun, owners = "customer", _OF_CUSTOMERS
    # How many new customers have no number, and the number of the others after which the series goes on.
    without: int
    leading: list[str]

    def barred(self, block: Sequence[_Planned]) -> set[int]:
        _, mine = self.rights.among(row.target for row in block if row.target is not None)
        return {row.row for row in block if row.target not in mine}

    def name(self, image: Mapping[str, Any]) -> str:
        return full_name(image)

    def moved(self, block: Sequence[_Planned]) -> set[int]:
        """Main contacts are kept on their own: somebody may have changed one without touching its customer."""
        contacts = {row.row: row.part("main_contact").get("contact_id") for row in block}
        pairs = [("contact", key) for key in contacts.values() if key is not None]
        later = journal.since(self.session, self.run.position or 0, pairs) if pairs else []
        changed = {change.row_id for change in later}
        return (
            super().moved(block)
            | {row for row, contact in contacts.items() if contact in changed}
            | self.with_amounts(block)
        )

    def with_amounts(self, block: Sequence[_Planned]) -> set[int]:
        """Rows with another currency, for whom time was registered meanwhile."""
        wanted = {row.target: row for row in block if row.target is not None and "currency" in row.part("customer")}
        kept = currency.amounts(self.session, wanted) if wanted else {}
        return {
            wanted[key].row for key, one in kept.items() if one.turns_into(wanted[key].part("customer")["currency"])
        }

    @property
    def doubts(self) -> set[str]:
        """A currency stays where an amount of time came in it."""
        turns = any("currency" in row.part("customer") for block in self.blocks for row in block)
        return super().doubts | ({REGISTRATION.name} if turns else set())

    def taken(self, block: Sequence[_Planned]) -> set[int]:
        keys = {folded(row.part("customer")["number"]): row.row for row in block if row.part("customer").get("number")}
        taken = by_number(self.session, list(keys)).keys() | number.in_bin(self.session, keys.keys() & self.gone)
        return {keys[key] for key in taken}

    def put(self, rows: Sequence[_Planned]) -> None:
        for row in rows:
            values = self.thawed(row.part("customer"))
            if row.target is None and not values.get("number"):
                values["number"] = next(self.free_numbers)
            if "number" in values:
                values["number_key"] = folded(values["number"])
            if row.target is None:
                owner = next(self.ids[CUSTOMER.name])
                self.batch.insert(CUSTOMER, {"id": owner, **values})
                self.made.append((row.key, owner))
                self.done[RowStatus.NEW] += 1
            else:
                owner = row.target
                # A change of an address or label is a change of the customer: it moves up in "last changed".
                self.batch.update(CUSTOMER, owner, values or {"changed_at": self.now})
                self.done[RowStatus.CHANGED] += 1
            self.addresses(row, owner)
            self.account(row, owner)
            self.put_labels("customer", row, owner)
            self.person(row, owner)

    def build(self, given: _Given) -> None:
        self.free_numbers = iter(given.numbers)
        super().build(given)

    def numbers(self, *, is_final: bool) -> list[str]:
        """Numbers for new customers without one; the series goes on after those that came along."""
        if is_final:
            number.notice(self.session, self.leading)
            return number.take_many(self.session, self.without)
        new = [row.part("customer").get("number") for block in self.blocks for row in block if row.target is None]
        self.without = sum(not one for one in new)
        self.leading = number.leading(self.session, filter(None, new))
        return number.upcoming(self.session, self.without, besides=self.leading) if self.without else []

    def addresses(self, row: _Planned, owner: int) -> None:
        for name, flag in (("head_office", "is_head_office"), ("invoice_address", "is_invoice")):
            part = row.part(name)
            if not part:
                continue
            values = self.thawed(part, "id", "instead_of")
            if "instead_of" in part:
                self.batch.unset.setdefault(("address", "id", flag), []).append(part["instead_of"])
            if "id" in part:
                self.batch.update(ADDRESS, part["id"], values)
            else:
                self.batch.insert(ADDRESS, {"customer_id": owner, flag: True, **values})

    def account(self, row: _Planned, owner: int) -> None:
        part = row.part("bank")
        if part:
            values = self.thawed(part, "id")
            if "id" in part:
                self.batch.update(ACCOUNT, part["id"], values)
            else:
                self.batch.insert(ACCOUNT, {"customer_id": owner, **values})

    def person(self, row: _Planned, owner: int) -> None:
        part = row.part("main_contact")
        if not part:
            return
        contact = part.get("contact_id")
        values = self.thawed(part.get("set", {}))
        link: dict[str, Any] = {name: part[name] for name in ("function", "is_main") if name in part}
        if "instead_of" in part:
            self.batch.unset.setdefault(("customer_contact", "id", "is_main"), []).append(part["instead_of"])
        if contact is None:
            contact = next(self.ids[CONTACT.name])
            self.batch.insert(CONTACT, {"id": contact, "kind": "private", **values})
            self.batch.insert(LINK, {"customer_id": owner, "contact_id": contact, **link})
        else:
            self.batch.update(CONTACT, contact, values)
            self.batch.update(LINK, part["link_id"], link)


_OF_LINK = ("function", "is_main", "is_invoice_contact")


class _ContactWriter(_Writer):
    noun, owners = "contact", _OF_CONTACTS

    def __init__(self, session: Session, looker: Looker, run: ImportRun) -> None:
        super().__init__(session, looker, run)
        self.mains: dict[int, dict[str, Any]] = {}

    def barred(self, block: Sequence[_Planned]) -> set[int]:
        """Who may edit one of its customers may edit a contact; and whom it is linked with is edited, too."""
        links = select(LINK.c.contact_id, LINK.c.customer_id)
        targets = [row.target for row in block if row.target is not None]
        linked: dict[int | None, set[int]] = {}
        for contact, customer in self.session.execute(links.where(one_of(LINK.c.contact_id, targets))):
            linked.setdefault(contact, set()).add(customer)
        to = {row.row: row.part("link")["customer_id"] for row in block if "link" in row.write}
        _, mine = self.rights.among({*to.values(), *(key for keys in linked.values() for key in keys)})
        owners = {row.row: {to[row.row]} if row.row in to else linked.get(row.target, set()) for row in block}
        return {row for row, customers in owners.items() if not customers & mine}

    def name(self, image: Mapping[str, Any]) -> str:
        return contact_name(image)

    def ordered(self) -> list[Order]:
        self.mains = {}
        return super().ordered()

    def moved(self, block: Sequence[_Planned]) -> set[int]:
        """Customers that were archived or deleted in the meantime take no contacts, nor a main one unseen from another."""
        rows = {row.row: row.part("link")["customer_id"] for row in block if "link" in row.write}
        active = select(CUSTOMER.c.id).where(one_of(CUSTOMER.c.id, rows.values()), CUSTOMER.c.archived_at.is_(None))
        found = set(self.session.scalars(active)) if rows else set()
        led = {row.row for row in block if row.part("link").get("is_main") and rows[row.row] in self.led}
        return super().moved(block) | led | {row for row, customer in rows.items() if customer not in found}

    def put(self, rows: Sequence[_Planned]) -> None:
        for row in rows:
            values = self.thawed(row.part("contact"))
            if row.target is None:
                owner = next(self.ids[CONTACT.name])
                self.batch.insert(CONTACT, {"id": owner, **values})
                self.made.append((row.key, owner))
                self.done[RowStatus.NEW] += 1
            else:
                owner = row.target
                self.batch.update(CONTACT, owner, values or {"changed_at": self.now})
                self.done[RowStatus.CHANGED] += 1
            self.put_labels("contact", row, owner)
            self.link(row, owner)

    def link(self, row: _Planned, owner: int) -> None:
        part = row.part("link")
        if not part:
            return
        values: dict[str, Any] = {name: part[name] for name in _OF_LINK if name in part}
        customer = part["customer_id"]
        if "id" in part:
            kept = self.batch.update(LINK, part["id"], values)
        else:
            kept = self.batch.insert(LINK, {"customer_id": customer, "contact_id": owner, **values})
        if values.get("is_main"):
            # A customer has one main contact: whoever was it, here or earlier in the file, is it no more.
            self.batch.unset.setdefault(("customer_contact", "customer_id", "is_main"), []).append(customer)
            if customer in self.mains:
                self.mains[customer]["is_main"] = False
            self.mains[customer] = kept
