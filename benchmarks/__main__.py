"""All figures one after the other: `python -m benchmarks [--quick] [--peer] [--customers 10000 100000] [journal|lists|pages|import|imports|namesakes]`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks import imports, journal, lists, namesakes, pages

TABLES = ("pages", "import", "imports", "namesakes", "lists", "journal")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables that are asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("tables", nargs="*", choices=TABLES, help="only these")
    parser.add_argument("--quick", action="store_true", help="the smallest size only, and fewer rounds")
    parser.add_argument("--customers", type=int, nargs="+", help="how many customers the pages show, one or more sizes")
    parser.add_argument("--registrations", type=int, help="how many the deleted customer has")
    parser.add_argument("--folder", type=Path, help="where the seeded files are kept for the next run")
    parser.add_argument("--no-postgresql", action="store_true", help="measure pages and imports on SQLite only")
    parser.add_argument("--peer", action="store_true", help="measure large imports by django-import-export, too")
    wanted = parser.parse_args(arguments)
    tables = wanted.tables or TABLES
    shared = ["--quick"] if wanted.quick else []
    if wanted.no_postgresql:
        shared.append("--no-postgresql")
    if wanted.customers:
        shared += ["--customers", *map(str, wanted.customers)]
    if wanted.registrations:
        shared += ["--registrations", str(wanted.registrations)]
    if wanted.folder:
        shared += ["--folder", str(wanted.folder)]
    parts = [part for part in pages.PARTS if ("import" if part == "import" else "pages") in tables]
    if parts:
        pages.main([*shared, *(word for part in parts for word in ("--part", part))])
    if "imports" in tables:
        small = ["--rows", "5000", "--undone", "10000"] if wanted.quick else []
        imports.main(
            [*small, *(["--peer"] if wanted.peer else []), *(["--no-postgresql"] if wanted.no_postgresql else [])]
        )
    if "namesakes" in tables:
        namesakes.main(["--rows", "2000"] if wanted.quick else [])
    if "lists" in tables:
        lists.main()
    if "journal" in tables:
        journal.main()


if __name__ == "__main__":
    main()
