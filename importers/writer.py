"""What the writers of customers and contacts have in common: what moved since the plan, new words, and writing in sets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Table, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from importers import bulk, meanwhile
from importers.bulk import Order
from importers.columns import LISTS, thaw
from importers.known import CONTACT, CUSTOMER, LABEL, LABELLED, LIST, Rights, blocks
from importers.plan import ROW
from importers.progress import Tell
from importers.trouble import Trouble
from models import journal
from models.access import Looker, require
from models.among import one_of
from models.base import folded, utc_now
from models.errors import Conflict, Reason
from models.imports import ImportRun, RowStatus, Stage
from models.label import Colour
from models.operations.working import working
from models.search import LARGE
from models.settings import ValueList
from models.user import Right

_LOCK = 0x6B65  # any number that nothing else in this database locks
# What gets its keys before the lock is held.
_KEYED = {table.name: table for table in (CUSTOMER, CONTACT, LABEL, LIST)}
# So many keys of a sequence are asked for at once.
AT_ONCE = 1_000
WRITTEN = (RowStatus.NEW, RowStatus.CHANGED)


@dataclass(slots=True)
class Planned:
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


@dataclass(slots=True)
class Batch:
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


class Given(NamedTuple):
    """What rows are made with that is not theirs: the last keys, free numbers, labels and words by name."""

    keys: Mapping[str, int]
    numbers: Sequence[str]
    labels: Mapping[str, int]
    words: Mapping[tuple[ValueList, str], int]


class Writer:
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
        self.blocks: list[Sequence[Planned]] = []

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

    def planned(self) -> Iterator[Sequence[Planned]]:
        """The ticked rows that write something, in the order of the file, block by block."""
        found = self.session.execute(
            select(ROW.c.id, ROW.c.row_number, ROW.c.target_id, ROW.c.title, ROW.c["values"], ROW.c.status)
            .where(ROW.c.run_id == self.run.id, ROW.c.status.in_(WRITTEN), ROW.c.ticked.is_(True))
            .order_by(ROW.c.id),
            execution_options={"yield_per": 2_000},
        )
        for rows in found.partitions():
            # What a new row has as its target was left there by an import that failed.
            yield [
                Planned(key, row, None if status is RowStatus.NEW else target, title or "", write)
                for key, row, target, title, write, status in rows
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

    def barred(self, block: Sequence[Planned]) -> set[int]:
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

    def taken(self, block: Sequence[Planned]) -> set[int]:
        """Rows whose number was given away in the meantime."""
        return set()

    def moved(self, block: Sequence[Planned]) -> set[int]:
        """Rows whose record was changed in the meantime, and new ones of which a namesake appeared."""
        return {
            row.row
            for row in block
            if (folded(row.title) in self.appeared if row.target is None else row.target in self.touched)
        }

    # What rows are made with that is not theirs.

    def ask(self) -> Given:
        """What rows would be made with now. Others may take it before the lock is held."""
        return Given(self.last_keys(), self.numbers(is_final=False), *self.known_words())

    def take(self) -> Given:
        """What rows are made with: nobody else takes it any more."""
        return Given(self.last_keys(), self.numbers(is_final=True), *self.known_words())

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

    def build(self, given: Given) -> None:
        """Turn all rows into what the driver takes, block by block."""
        self.given, self.labels, self.words = given, dict(given.labels), dict(given.words)
        self.ids = {table.name: self.keys(table) for table in _KEYED.values()}
        self.put_on: set[tuple[int, int]] = set()
        self.done: Counter[RowStatus] = Counter()
        self.made: list[tuple[int, int]] = []
        self.adds_words = self.is_remembered = False
        self.orders: list[list[Order]] = []
        for block in self.blocks:
            self.batch = Batch()
            self.put(block)
            self.orders.append(self.ordered())

    def put(self, rows: Sequence[Planned]) -> None:
        """Turn rows of the plan into rows of tables."""
        raise NotImplementedError

    def put_record(self, table: Table, row: Planned, values: dict[str, Any]) -> int:
        """Have the record itself made or changed; its key."""
        if row.target is None:
            key = next(self.ids[table.name])
            self.batch.insert(table, {"id": key, **values})
            self.made.append((row.key, key))
            self.done[RowStatus.NEW] += 1
            return key
        # A change of an address or label is a change of the record: it moves up in "last changed".
        self.batch.update(table, row.target, values or {"changed_at": self.now})
        self.done[RowStatus.CHANGED] += 1
        return row.target

    def put_labels(self, noun: str, row: Planned, owner: int) -> None:
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
        for name in TABLES:
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
# What an import writes to. What others refer to goes first.
TABLES = (
    "label", "list_value", "customer", "address", "bank_account", "contact", "customer_contact", "customer_label",
    "contact_label",
)  # fmt: skip
