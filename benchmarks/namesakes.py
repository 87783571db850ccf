"""What a plan costs where many are called the same, beside one in which everybody has a name of his own; on both databases.

    python -m benchmarks namesakes

So many contacts, each at a customer of its own, were taken in a moment ago, and a list of as many is planned: names of their
own, one name at every customer ("Administration"), one name and no customer. None of these may cost a multiple of the first: if rows
looked at all who are called so, twice as many would take four times as long. Seconds of wall, since a server works for
PostgreSQL's.
"""

from __future__ import annotations

import argparse
import csv
import io
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine
from sqlalchemy.orm import Session

from importers import looking, planning
from models import access, schema
from models.access import SYSTEM
from models.imports import ImportKind
from tests.databases import ENGINES, databases, postgresql_binaries

ROWS, GOAL = 20_000, 3
CUSTOMERS = ("Nummer", "Naam")
CONTACTS = ("Naam", "E-mail", "Klantnummer", "Telefoon")
Row = tuple[str, ...]
# What the list says of somebody, by number.
LISTS: dict[str, Callable[[int], Row]] = {
    "names of their own": lambda at: (f"Jansen {at}", "", f"C-{at}", f"020 {5550000 + at}"),
    "one name at every customer": lambda at: ("Administratie", "", f"C-{at}", f"020 {5550000 + at}"),
    "one name, no customer": lambda at: ("Administratie", f"new{at}@firm.example", "", ""),
}


def build(url: URL) -> None:
    """An empty panel."""
    engine = create_engine(url, poolclass=NullPool)
    schema.upgrade(engine)
    engine.dispose()


def _planned(session: Session, folder: Path, kind: ImportKind, head: Row, rows: Sequence[Row]) -> tuple[int, float]:
    """The run of a list that is planned, and the seconds its plan took."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([head, *rows])
    file = io.BytesIO(text.getvalue().encode())
    run = looking.upload(session, SYSTEM, folder, file, "list.csv", kind, at_once=len(text.getvalue()) + 1)
    began = time.perf_counter()
    planning.make_plan(session, SYSTEM, folder, run.id)
    return run.id, time.perf_counter() - began


def measure(url: URL, folder: Path, rows: int) -> Iterator[tuple[str, float]]:
    """What each list took to plan, in seconds."""
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        access.look_as(session, SYSTEM)
        firms = [(f"C-{at}", f"Havenkwartier {at} B.V.") for at in range(rows)]
        people = [
            (name, f"{mark}{at}@firm.example", f"C-{at}", "")
            for mark, called in (("a", "Jansen {at}"), ("b", "Administratie"))
            for at, name in ((at, called.format(at=at)) for at in range(rows))
        ]
        for kind, head, brought in ((ImportKind.CUSTOMERS, CUSTOMERS, firms), (ImportKind.CONTACTS, CONTACTS, people)):
            run_id, _ = _planned(session, folder, kind, head, brought)
            planning.commit(session, SYSTEM, folder, run_id)
        for name, said in LISTS.items():
            yield name, _planned(session, folder, ImportKind.CONTACTS, CONTACTS, [said(at) for at in range(rows)])[1]
    engine.dispose()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.namesakes", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="how many rows each list has")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, databases() as handed_out:
        for kind in ENGINES if postgresql_binaries() else ENGINES[:1]:
            url = handed_out.copy(kind, "namesakes", build)
            first: float | None = None
            for name, took in measure(url, Path(folder), wanted.rows):
                first = first or took
                print(f"{kind:<11}{name:<30}{took:>8.2f} s{took / first:>8.1f}x   goal {GOAL}x", flush=True)


if __name__ == "__main__":
    main()
