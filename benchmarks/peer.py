"""The same import by django-import-export, in an environment of its own: it is no dependency of ours, and never will be.

    python -m benchmarks.imports --peer [--rows 5000]

Its versions are pinned here, and fetched from the package index into a folder that is thrown away; with `--folder` they are
kept there for the next run. Its model has the same 12 columns, its table the same rows, its file is the same workbook; but for
what `WAYS` says every setting is its default. "By its admin" the two pages of it are sent what a browser would send.
"""

from __future__ import annotations

import json
import subprocess
import venv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# The newest that run on Python 3.11, and what they need.
PINNED = (
    *("django==5.2.19", "django-import-export==4.4.3", "tablib==3.10.0", "openpyxl==3.1.5"),
    "django-simple-history==3.13.0",
    *("asgiref==3.13.0", "diff-match-patch==20241021", "et-xmlfile==2.0.0", "sqlparse==0.6.1"),
)
# By default its models do not look at what they are given, and nobody notes what was changed: ours does both.
WAYS = {
    "as it comes": {"checked": False, "noted": False, "admin": False},
    "models checked": {"checked": True, "noted": False, "admin": False},
    "checked, with django-simple-history": {"checked": True, "noted": True, "admin": False},
    "by its admin, as it comes": {"checked": False, "noted": False, "admin": True},
    "by its admin, with django-simple-history": {"checked": False, "noted": True, "admin": True},
}
PROGRAM = Path(__file__).with_name("peer_import.py")
GOAL = 20


@dataclass(frozen=True)
class Cost:
    """CPU seconds of each step, in their order, and how many rows it says were written and refused."""

    steps: dict[str, float]
    written: int
    refused: int

    @property
    def whole(self) -> float:
        """Looked through and then imported, as from its admin: the file is read twice."""
        return sum(self.steps.values())

    @property
    def import_only(self) -> float:
        """Imported without looking it through first."""
        return self.steps["read"] + self.steps["import"]


def environment(folder: Path) -> Path:
    """The Python that has the peer, in this folder; made when it is not there."""
    place = folder / "peer"
    python = place / "bin" / "python"
    ready, versions = place / "ready", "\n".join(PINNED)
    if not ready.exists() or ready.read_text() != versions:
        venv.create(place, with_pip=True, clear=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--quiet", "--no-deps", "--only-binary=:all:", *PINNED],
            check=True,
        )
        ready.write_text(versions)
    return python


def import_rows(python: Path, folder: Path, source: Path, book: Path, names: Iterable[str], way: str) -> Cost:
    """Have the workbook imported into a copy of our customers, in one of the WAYS."""
    task = {
        "database": str(folder / "peer.sqlite"),
        "source": str(source),
        "book": str(book),
        "names": list(names),
        **WAYS[way],
    }
    made = subprocess.run(
        [python, PROGRAM], input=json.dumps(task), stdout=subprocess.PIPE, text=True, check=True, cwd=folder
    )
    told = json.loads(made.stdout)
    return Cost(told["steps"], told["written"], told["refused"])


def lines(way: str, cost: Cost, ours: float) -> Iterator[str]:
    """What it took, beside ours."""
    said = ", ".join(f"{step} {seconds:.1f}" for step, seconds in cost.steps.items())
    yield f"{PINNED[1]}, {way}: {cost.written:,} rows written, {cost.refused:,} refused ({said} s CPU)"
    told = [("dry run and import", cost.whole)]
    # Its admin imports nothing without showing it first.
    told += [] if WAYS[way]["admin"] else [("import only", cost.import_only)]
    for what, seconds in told:
        yield f"{'  ' + what:<46}{seconds:>9.2f} s CPU  {seconds / ours:>12.1f}x ours{f'goal {GOAL}x':>11}"
