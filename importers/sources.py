"""Where customers and contacts come from: one shape for spreadsheets, the files of other programs, and services.

A source only reads. Matching, comparing, deciding and writing are done once, by the plan, whatever the source. It says
which fields it speaks of (`layout`) before the first party, and then yields parties and what else there is to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from importers.files.workbook import Fault, Layout, Note, Problem, Remark, Row, Sheet, address


@dataclass(frozen=True, slots=True)
class Party:
    """One customer or contact. `number` is its place in the source, from 1; `cells` follow the layout.

    `rest`: what the source says of it that there is no place for, line by line.
    """

    number: int
    cells: Row
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Deleted:
    """Somebody whom the source had and has no more, by the source's own id. An import deletes nothing; it says so."""

    key: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """A cell that could not be read, by its column from 1: the party with it is rejected, and nothing is emptied."""

    number: int
    place: int
    fault: Fault
    value: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the source is. None as `total`: it cannot know."""

    done: int
    total: int | None = None


Item = Party | Deleted | Faulty | Progress | Note


class Source(Protocol):
    """Anything that customers or contacts come from. `name` is what people call it: XAF, the name of a sheet."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def layout(self) -> Layout:
        """What the cells of its parties are."""

    @property
    def columns(self) -> Sequence[int]:
        """The numbers by which people know these cells: 2 is B."""

    def items(self) -> Iterator[Item]:
        """Everything there is, in the order of the source."""


def unheard(_progress: Progress) -> None:
    """For who does not wait for it."""


def gather(
    source: Source,
    tell: Callable[[Progress], None] = unheard,
    check: Callable[[Party], Party] = lambda party: party,
) -> Sheet:
    """All that a source has, as the sheet that a plan is made of. `check` looks at each party before it is kept."""
    sheet = Sheet(source.name, layout=source.layout)
    numbers, notes, gone = list[int](), list[Note](), 0
    for item in source.items():
        match item:
            case Party():
                party = check(item)
                numbers.append(party.number)
                sheet.rows.append(party.cells)
                if party.rest:
                    sheet.rests[party.number] = party.rest
            case Faulty():
                cell = address(item.number, item.place)
                sheet.problems[item.number, item.place] = Problem(item.fault, source.name, cell, item.value)
            case Progress():
                tell(item)
            case Deleted():
                gone += 1
            case Note():
                notes.append(item)
    if gone:
        notes.append(Note(Remark.GONE_LEFT_ALONE, {"count": gone}))
    sheet.numbers, sheet.notes = numbers, tuple(notes)
    sheet.columns = source.columns
    return sheet
