"""What a large import costs, beside a floor that reads, checks, compares, notes and writes the same by plain SQL.

    python -m benchmarks imports [--no-postgresql] [--peer]

50,000 rows of 12 columns, half of them new and half changed, one in a hundred bad, go in as a page has them go in:
kept by the web process, read, planned and written by a child of a worker. CPU is that of all of them, memory that of
the web process, and the lock what somebody else waits for who wants to write. The process whose forks the children
are stands ready from the start of a panel on: what that took is told by itself. Then 100,000 rows, 60 % of them
changed, are taken back, while 300 of them were changed again in between. The same import on PostgreSQL is told step
by step beside SQLite's. With `--peer` django-import-export takes the same rows in, see `peer.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, NullPool, create_engine, func, insert, make_url, select, text, update
from sqlalchemy.orm import Session

from benchmarks import floor, peer
from benchmarks.pages import IMPORTED_FIELDS, Peak, ran, used
from importers import apply, looking, tasks, worker
from models import access, schema
from models.access import SYSTEM
from models.customer import Customer, Kind
from models.imports import Errand, ImportKind, ImportRun, ImportTask, TaskState
from models.journal import changeset
from models.operations.undo import undo
from tests.databases import ENGINES, databases, postgresql_binaries

# A sheet may have 100,000 rows with the one of its names.
ROWS, UNDONE, LATER = 50_000, 99_999, 300
GOAL_RATIO, GOAL_LOCK, GOAL_MEMORY, GOAL_UNDO = 3, 1.0, 50, 10
LONG_AGO = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


def filled(file: Path, customers: int) -> None:
    """A database file with so many customers."""
    fill(make_url(f"sqlite:///{file}"), customers)


def fill(url: URL, customers: int) -> None:
    """So many customers in an empty database."""
    engine = create_engine(url, poolclass=NullPool)
    schema.upgrade(engine)
    with Session(engine) as session:
        access.look_as(session, SYSTEM)
        with changeset(session, SYSTEM, "Set up"):
            session.execute(insert(Customer), [_customer(count) for count in range(1, customers + 1)])
        session.execute(text("ANALYZE"))
        session.commit()
    engine.dispose()


def _customer(count: int) -> dict[str, Any]:
    return {
        "number": f"K-{count}",
        "number_key": f"k-{count}",
        "company_name": f"Havenkwartier Advies {count} B.V.",
        "email": f"info{count}@advies.example",
        "phone": "+31 20 123 45 67",
        "mobile": "06 12345678",
        "website": f"www.advies{count}.example",
        "company_number": f"1234567{count % 10}",
        "reference": f"Before {count}",
        "customer_since": dt.date(2020, 1, 1 + count % 9),
        "currency": "EUR",
        "description": "Long since a customer of ours",
        "kind": Kind.BUSINESS,
        "expenses_billable": False,
        "mileage_billable": False,
        "created_at": LONG_AGO,
        "changed_at": LONG_AGO,
    }


def workbook(file: Path, database: Path, rows: int, changed: int) -> Path:
    """A list of so many rows, so many of which change a customer; one in a hundred has no customer's number that fits."""
    with closing(sqlite3.connect(database)) as raw:
        query = f"SELECT {', '.join(IMPORTED_FIELDS)} FROM customer ORDER BY id LIMIT {changed}"
        known: list[tuple[Any, ...]] = raw.execute(query).fetchall()
    at = IMPORTED_FIELDS.index("reference")
    listed = [(*row[:at], f"After {row[0]}", *row[at + 1 :]) for row in known]
    for count in range(rows - len(listed)):
        values = {
            "number": f"N-{count}",
            "company_name": f"Nieuwe Handel {count} B.V.",
            "email": f"new{count}@handel.example",
            "phone": "+31 10 765 43 21",
            "mobile": "06 87654321",
            "website": f"www.handel{count}.example",
            "company_number": "87654321",
            "reference": f"New {count}",
            "customer_since": "2026-01-15",
            "currency": "EUR",
            "description": "Found at the fair",
        }
        listed.append(tuple(values.get(name) for name in IMPORTED_FIELDS))
    # No currency is called so: both sides leave these rows out.
    money = IMPORTED_FIELDS.index("currency")
    listed[50::100] = [(*row[:money], "DUCAT", *row[money + 1 :]) for row in listed[50::100]]
    blocks = (listed[start : start + 1_000] for start in range(0, len(listed), 1_000))
    file.write_bytes(b"".join(floor.as_xlsx(blocks, IMPORTED_FIELDS)))
    return file


class Locked:
    """For how long at a stretch nobody else could write, in seconds of wall: asked two hundred times a second."""

    def __init__(self, file: Path) -> None:
        self.file, self.longest, self.cost, self.is_over = file, 0.0, 0.0, threading.Event()
        self.thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Locked:
        self.thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self.is_over.set()
        self.thread.join()

    def _ask(self) -> None:
        since: float | None = None
        with closing(sqlite3.connect(self.file, timeout=0, isolation_level=None)) as db:
            while not self.is_over.wait(0.005):
                try:
                    db.execute("BEGIN IMMEDIATE")
                    db.execute("ROLLBACK")
                    since = None
                except sqlite3.OperationalError:
                    since = since or time.perf_counter()
                    self.longest = max(self.longest, time.perf_counter() - since)
        self.cost = time.thread_time()


def ready() -> float:
    """Have the process that does errands stand ready, as a panel has from its start; CPU seconds that this took, once."""
    child, took = worker.stand_ready(), -1.0
    while (now := ran(child)) > took:
        took = now
        time.sleep(0.5)
    return took


def import_it(url: str, folder: Path, book: Path, clock: Callable[[], float] = used) -> Iterator[tuple[str, float]]:
    """What each step took by a clock: CPU seconds of this process and its children, or wall."""
    # With a pool, as the panel has.
    engine = create_engine(url)
    with Session(engine) as session:
        access.look_as(session, SYSTEM)
        began = clock()
        with book.open("rb") as stream:
            run_id = looking.upload(session, SYSTEM, folder, stream, book.name, ImportKind.CUSTOMERS, at_once=0).id
        for errand in (Errand.READ, Errand.PLAN, Errand.COMMIT):
            arguments = {}
            if errand is Errand.COMMIT:
                arguments = {"expected": apply.digest(session, session.get_one(ImportRun, run_id))}
            tasks.ask(session, SYSTEM, folder, run_id, errand, arguments)
            worker.carry_out(url, folder, run_id)
            session.expire_all()
            task = session.query(ImportTask).one()
            assert task.state is TaskState.DONE, (errand, task.failure)
            session.rollback()
            done = clock()
            yield errand.value, done - began
            began = done
    engine.dispose()
    # The process that stands ready is counted when it ends.
    worker.rest()
    yield "start", clock() - began


def measure(folder: Path, rows: int, other_python: Path | None = None) -> Iterator[str]:
    """The lines of the import, and those of the peer when its Python is given."""
    ours, bare = folder / "ours.sqlite", folder / "floor.sqlite"
    filled(ours, rows)
    before = folder / "before.sqlite"
    for file in (bare, before):
        with closing(sqlite3.connect(ours)) as raw, closing(sqlite3.connect(file)) as copy:
            raw.backup(copy)
    floor.bare(bare)
    book = workbook(folder / "list.xlsx", ours, rows, rows // 2)
    began = used()
    written = floor.import_rows(bare, book, is_good=_is_good)
    other = used() - began
    yield _line(f"floor: {written:,} of {rows:,} rows written", other, None, "s CPU", None)
    worker.rest()
    start = ready()
    with Peak() as memory, Locked(ours) as locked:
        steps = dict(import_it(f"sqlite:///{ours}", folder / "uploads", book))
    # Asking is no part of it, nor is what was there before.
    total = sum(steps.values()) - locked.cost - start
    with closing(sqlite3.connect(ours)) as raw:
        found = raw.execute("SELECT count(*) FROM customer WHERE reference LIKE 'After %' OR reference LIKE 'New %'")
        assert found.fetchone()[0] == written
    yield _line("ours, all of it", total, total / other, "s CPU", GOAL_RATIO)
    yield _line("start of the process that stands ready, once", start, None, "s CPU", None)
    yield _line("longest time the lock was held", locked.longest, None, "s wall", GOAL_LOCK)
    yield _line("growth of the web process", memory.growth, None, "MB", GOAL_MEMORY)
    for way in peer.WAYS:
        if other_python is None:
            break
        cost = peer.import_rows(other_python, folder, before, book, IMPORTED_FIELDS, way)
        yield from peer.lines(way, cost, total)


def _is_good(row: dict[str, Any]) -> bool:
    mail, money = row["email"] or "", row["currency"] or ""
    fits = all(value is None or len(value) <= 200 for value in row.values())
    return fits and bool(row["number"]) and mail.count("@") == 1 and len(money) == 3 and money.isupper()


def measure_undo(folder: Path, rows: int) -> Iterator[str]:
    """The line of an import that is taken back, with what others changed meanwhile left and listed."""
    file = folder / "undo.sqlite"
    filled(file, rows)
    book = workbook(folder / "undo.xlsx", file, rows, rows * 6 // 10)
    for _name, _seconds in import_it(f"sqlite:///{file}", folder / "uploads", book):
        pass
    url, later = f"sqlite:///{file}", min(LATER, rows // 10)
    _edit(url, later)
    began = used()
    with Locked(file) as locked:
        _take_back(url, later)
    took = used() - began - locked.cost
    yield _line(f"undo of {rows:,}, {later:,} later edits kept", took, None, "s CPU", GOAL_UNDO)
    yield _line("longest time the lock was held", locked.longest, None, "s wall", None)


def _edit(url: str, rows: int) -> None:
    """Have somebody else change so many of the records that an import changed."""
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        access.look_as(session, SYSTEM)
        with changeset(session, SYSTEM, "Later"):
            changed = (
                select(Customer.id).where(Customer.reference.startswith("After ")).order_by(Customer.id).limit(rows)
            )
            session.execute(update(Customer).where(Customer.id.in_(changed)).values(reference="Later"))
        session.commit()
    engine.dispose()


def _take_back(url: str, later: int) -> None:
    """Undo the import; what was changed later must be kept and listed."""
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        access.look_as(session, SYSTEM)
        changeset_id = session.query(ImportRun).one().changeset_id
        assert changeset_id is not None
        undone = undo(session, SYSTEM, changeset_id)
        left = sum(one.field == "reference" for one in undone.left)
        kept = session.scalar(select(func.count()).where(Customer.reference == "Later"))
        assert (left, kept) == (later, later), (left, kept)
    engine.dispose()


def measure_server(folder: Path, rows: int) -> Iterator[str]:
    """The lines of the same import on both databases by the clock on the wall: the server's CPU is not ours to count."""
    book, first = folder / "list.xlsx", dict[str, float]()
    with databases() as handed_out:
        for kind in ENGINES if postgresql_binaries() else ():
            url = handed_out.copy(kind, "imports", partial(fill, customers=rows))
            as_text, later = url.render_as_string(hide_password=False), min(LATER, rows // 10)
            worker.rest()
            ready()
            took = dict(import_it(as_text, folder / kind, book, time.perf_counter))
            del took["start"]
            _edit(as_text, later)
            began = time.perf_counter()
            _take_back(as_text, later)
            took["undo"] = time.perf_counter() - began
            first = first or took
            for step, seconds in took.items():
                yield _line(f"{kind}: {step}", seconds, seconds / first[step], "s wall", None, "SQLite")


def _line(
    name: str, figure: float, ratio: float | None, unit: str, goal: float | None, other: str = "the floor"
) -> str:
    told = "" if ratio is None else f"{ratio:.1f}x {other}"
    aim = "" if goal is None else f"goal {goal:g}{'x' if ratio is not None else ''}"
    return f"{name:<46}{figure:>9.2f} {unit:<7}{told:>17}{aim:>11}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="how many rows the list has")
    parser.add_argument("--undone", type=int, default=UNDONE, help="how many rows the list has that is taken back")
    parser.add_argument("--folder", type=Path, help="where the databases lie meanwhile")
    parser.add_argument(
        "--peer", action="store_true", help="measure django-import-export, too: minutes, and needs the package index"
    )
    parser.add_argument("--no-postgresql", action="store_true", help="measure on SQLite only")
    wanted = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        if wanted.folder:
            wanted.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=wanted.folder)))
        other = peer.environment((wanted.folder or folder).resolve()) if wanted.peer else None
        parts: list[tuple[Callable[[Path, int], Iterator[str]], int]] = [
            (partial(measure, other_python=other), wanted.rows),
            (measure_undo, wanted.undone),
            (measure_server, 0 if wanted.no_postgresql else wanted.rows),
        ]
        for part, rows in parts:
            for line in part(folder, rows) if rows else ():
                print(line, flush=True)


if __name__ == "__main__":
    main()
