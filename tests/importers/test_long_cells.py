"""A cell holds up to 32,767 characters: whatever they are, reading it takes no longer for one than for as many short ones."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

import pytest

from importers import reading
from importers.columns import COLUMNS
from importers.one_line import parted
from importers.reading import Reading
from importers.trouble import Wrong
from models.imports import ImportKind

LONGEST = 32_000
# A pattern that is tried anew at each of so many places takes many times this.
FAR_TOO_LONG = 2.0
REPEATED = (
    "a",
    "1",
    "A1",
    "1.",
    "1,",
    " ",
    "\t",
    "\n",
    "- ",
    "a@",
    "@",
    "a,",
    "(",
    "1-",
    "1 ",
    "A ",
    "€1",
    "1234 AB ",
    "van ",
)
FUNCTIONS = {
    "a whole address": parted,
    "a person": reading.person,
    "a title": reading.titled,
    "a town": reading.postal_place,
    "days": lambda text: reading.days_come_first([text]),
    "decimals": lambda text: reading.decimals_have_a_comma([text]),
    "thousands": reading.may_be_thousands,
    "two days": reading.may_be_two_days,
}
PARSERS = {
    f"{kind.value}: {key}": lambda text, parse=column.parse: parse(text, Reading(may_add_words=True))
    for kind, columns in COLUMNS.items()
    for key, column in columns.items()
    if kind is ImportKind.CUSTOMERS or key not in COLUMNS[ImportKind.CUSTOMERS]
}


@contextlib.contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise AssertionError("too long")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", [*PARSERS, *FUNCTIONS])
def test_a_long_cell_is_read_at_once_or_refused_whatever_stands_in_it(name: str) -> None:
    read = {**PARSERS, **FUNCTIONS}[name]
    with contextlib.suppress(Wrong):
        read("1")  # what is loaded the first time is not of the cell
    for piece in REPEATED:
        whole = piece * (LONGEST // len(piece))
        for text in (whole, f"{whole}!", f"1{whole}x"):
            with _no_longer_than(FAR_TOO_LONG), contextlib.suppress(Wrong):
                read(text)
