"""What the journal costs: CPU time with its triggers against the same SQL without them, on both databases.

    python -m benchmarks.journal

SQLite's time is that of this process; PostgreSQL's that of the server process, to which the client adds little.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import URL, Connection, Engine, Integer, MetaData, NullPool, String, create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from models.access import SYSTEM, look_as
from models.base import WILL_WRITE, Base, ref
from models.journal import Change, Changeset, JournalContext, changeset, install, undo
from models.journal.tables import REGISTRY
from tests.databases import ENGINES, databases, postgresql_binaries

# The least of several runs: the machine has more to do than this.
RUNS = 3
ROWS = 100_000


class Measured(DeclarativeBase):
    """The measured tables, apart from the project's own."""

    metadata = MetaData()
    journaled: ClassVar[bool] = True
    __table_args__: Any = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


class Parent(Measured):
    """What the cascade starts from."""

    __tablename__ = "parent"

    name: Mapped[str] = mapped_column(String(40))


class Row(Measured):
    """Fifteen columns with the key, as wide as a customer of the office on average."""

    __tablename__ = "row"

    customer_id: Mapped[int | None] = mapped_column(Integer)
    parent_id: Mapped[int] = mapped_column(ref("parent.id", "CASCADE"), index=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    street: Mapped[str | None] = mapped_column(String(200))
    city: Mapped[str | None] = mapped_column(String(100))
    country: Mapped[str | None] = mapped_column(String(2))
    vat_number: Mapped[str | None] = mapped_column(String(40))
    rate: Mapped[int | None] = mapped_column(Integer)
    term: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(String(500))
    changed_at: Mapped[str | None] = mapped_column(String(30))


JOURNAL = [Base.metadata.tables[table.__tablename__] for table in (Change, Changeset, JournalContext)]

INSERT = """
INSERT INTO row
    (customer_id, parent_id, number, name, email, phone, street, city, country, vat_number, rate, term, note, changed_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
SELECT i % 5000, 1, 'K-' || i, 'Havenkwartier Advies ' || i, 'info' || i || '@example.com', '+31 20 123 45 67',
    'Keizersgracht ' || i, 'Amsterdam', 'NL', 'NL001234567B01', i % 20000, 30, NULL, '2026-11-21 12:00:00.000000' FROM n
"""
UPDATE = "UPDATE row SET rate = rate + 1, note = 'Seen' WHERE id <= {updates}"
DELETE = "DELETE FROM parent"


def build(url: URL, *, journaled: bool) -> Engine:
    """The tables, with or without the journal."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect().execution_options(**WILL_WRITE) as connection, connection.begin():
        Base.metadata.create_all(connection, tables=JOURNAL)
        Measured.metadata.create_all(connection)
        if journaled:
            install(connection, Measured.registry)
        # Every changeset is weighed for what it does to rights, and that asks for the customers.
        connection.execute(text("CREATE TABLE customer (id integer PRIMARY KEY)"))
        connection.execute(text("INSERT INTO parent (name) VALUES ('Parent')"))
    return engine


class Clock:
    """CPU seconds of whoever does the work."""

    def __init__(self, connection: Connection) -> None:
        self._server: int | None = None
        if connection.dialect.name == "postgresql":
            self._server = connection.scalar(text("SELECT pg_backend_pid()"))

    def now(self) -> float:
        if self._server is None:
            return time.process_time()
        # The 14th and 15th field after the name: time in user and kernel mode, in hundredths of a second.
        fields = Path(f"/proc/{self._server}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    @contextmanager
    def measured(self, results: dict[str, float], name: str) -> Iterator[None]:
        began = self.now()
        yield
        results[name] = self.now() - began


def without(engine: Engine, statements: dict[str, str]) -> dict[str, float]:
    """The statements, each in a transaction of its own."""
    results: dict[str, float] = {}
    with engine.connect().execution_options(**WILL_WRITE) as connection:
        clock = Clock(connection)
        connection.rollback()
        for name, statement in statements.items():
            with clock.measured(results, name), connection.begin():
                connection.execute(text(statement))
    return results


def within(engine: Engine, statements: dict[str, str]) -> dict[str, float]:
    """The same in changesets, and the undo of the last."""
    results: dict[str, float] = {}
    with engine.connect() as connection, Session(connection, info={REGISTRY: Measured.registry}) as session:
        look_as(session, SYSTEM)
        clock = Clock(session.connection())
        done = []
        for name, statement in statements.items():
            with clock.measured(results, name), changeset(session, SYSTEM, name) as kept:
                session.execute(text(statement))
            done.append(kept.id)
        with clock.measured(results, "undo of the delete"):
            undone = undo(session, SYSTEM, done[-1])
        there = session.scalar(text("SELECT count(*) FROM row"))
        assert there is not None
        assert undone.taken_back == there + 1
    return results


def measure(fresh: Callable[[], URL], rows: int = ROWS, runs: int = RUNS) -> Iterator[tuple[str, float | None, float]]:
    """Name, CPU seconds without and with the journal: the least of all runs."""
    statements = {
        f"{rows:,} inserts": INSERT.format(rows=rows),
        f"{rows // 2:,} updates": UPDATE.format(updates=rows // 2),
        f"cascade delete of {rows:,}": DELETE,
    }
    bare = [without(build(fresh(), journaled=False), statements) for _ in range(runs)]
    kept = [within(build(fresh(), journaled=True), statements) for _ in range(runs)]
    for name in kept[0]:
        plain = min(run[name] for run in bare) if name in bare[0] else None
        yield name, plain, min(run[name] for run in kept)


def main() -> None:
    """Print the table."""
    print(f"{'database':<12}{'what':<28}{'without':>9}{'with':>9}{'ratio':>8}")
    with databases() as handed_out:
        for engine in ENGINES if postgresql_binaries() else ENGINES[:1]:
            for name, bare, kept in measure(partial(handed_out.fresh, engine)):
                plain, ratio = ("", "") if bare is None else (f"{bare:.2f} s", f"{kept / bare:.1f}x")
                print(f"{engine:<12}{name:<28}{plain:>9}{f'{kept:.2f} s':>9}{ratio:>8}", flush=True)


if __name__ == "__main__":
    main()
