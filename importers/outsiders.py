"""Rows that a list keeps beside its customers: suppliers, by a column that says of each whether it is a customer, or by a
title above them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from importers.files import Cell, Row
from importers.reading import Reading, plain, squeezed, word_set, yes_or_no
from importers.trouble import Wrong

_CUSTOMER = word_set(
    "klant klanten debiteur debiteuren afnemer customer customers client clients debtor kund kunder kunde kunden kundar asiakas "
    "asiakkaat debitor debitoren"
)
_SUPPLIER = word_set(
    "leverancier leveranciers crediteur crediteuren supplier suppliers vendor vendors creditor leverantor leverantorer leverandor "
    "leverandorer lieferant lieferanten kreditor kreditoren toimittaja toimittajat"
)
_BOTH = word_set("beide both bade beides molemmat klantleverancier klantenleverancier customersupplier")
_IS = ("is", "iseen", "isa", "ar", "er", "ist", "on")
_NUMBER = ("nummer", "nr", "number", "no", "code", "id", "numero", "nro")


# What may stand in a title besides whom the rows are about.
_OF_TITLES = word_set("lijst overzicht onze alle list our all of lista over alla liste luettelo oversikt")


class Said(NamedTuple):
    """Where a file says that a row is no customer: in the row itself or in a title above it."""

    row: int
    position: int
    text: str


class Outsiders(NamedTuple):
    """What says of rows that they are no customers, and the rows that are nothing but a title of such: Leveranciers."""

    said: Mapping[int, Said]
    titles: frozenset[int]


NOBODY = Outsiders({}, frozenset())


def found_in(
    names: Mapping[int, str], mapped: Mapping[str, Sequence[int]], rows: Sequence[tuple[int, Row]]
) -> Outsiders:
    """Who is no customer: by a column that goes into no field, or by the title above."""
    cells, groups = dict(rows), _groups(rows)
    marked = {row: Said(row, at, plain(_at(cells[row], at))) for row, at in _by_column(names, mapped, rows).items()}
    below = {row: title for title, under in groups for row in under}
    return Outsiders(below | marked, frozenset(title.row for title, _ in groups))


def _groups(rows: Sequence[tuple[int, Row]]) -> list[tuple[Said, list[int]]]:
    """The titles that say suppliers, each with the rows below it, up to a title that says customers.

    In a list of nothing but names a title looks like any of them.
    """
    if all(_filled(row) < _SEVERAL for _, row in rows):
        return []
    found: list[tuple[Said, list[int]]] = []
    is_within = False
    for number, row in rows:
        words = _title(row) if _filled(row) == 1 else frozenset()
        if words and words <= _SUPPLIER:
            is_within = True
            at = next(at for at, cell in enumerate(row) if cell is not None)
            found.append((Said(number, at, plain(row[at])), []))
        elif words and words <= _CUSTOMER:
            is_within = False
        elif is_within:
            found[-1][1].append(number)
    return found


_SEVERAL = 2


def _filled(row: Row) -> int:
    return len(row) - row.count(None)


def _title(row: Row) -> frozenset[str]:
    """Whom a title is about; nothing for a cell that says more than that."""
    text = next(plain(cell) for cell in row if cell is not None)
    return (
        frozenset(map(squeezed, re.findall(r"[^\W\d_]+", text))) - _OF_TITLES if len(text) <= _LONGEST else frozenset()
    )


_LONGEST = 60


def _by_column(
    names: Mapping[int, str], mapped: Mapping[str, Sequence[int]], rows: Sequence[tuple[int, Row]]
) -> dict[int, int]:
    """Row number -> the position that says it is no customer, for the columns that go into no field.

    `names`: position -> what the file calls the column; `mapped`: field -> positions.
    """
    free = [at for at, name in names.items() if name and all(at not in taken for taken in mapped.values())]
    customer = next((at for at in free if _is_called(names[at], _CUSTOMER) and _says_yes_or_no(at, rows)), None)
    supplier = next((at for at in free if _is_called(names[at], _SUPPLIER) and _says_yes_or_no(at, rows)), None)
    if customer is not None:
        return dict(_marked(customer, supplier, rows))
    kinds = next((at for at in free if _says_kinds(at, rows)), None)
    return (
        {} if kinds is None else {row: kinds for row, cells in rows if squeezed(plain(_at(cells, kinds))) in _SUPPLIER}
    )


def is_supplier_number(name: str) -> bool:
    """Whether a column holds the numbers of suppliers, by its name."""
    key = squeezed(name)
    return any(
        key.removesuffix(word).removesuffix("en").removesuffix("s") in _SUPPLIER
        for word in _NUMBER
        if key.endswith(word)
    )


def _is_called(name: str, words: frozenset[str]) -> bool:
    key = squeezed(name)
    return key in words or any(key.removeprefix(word) in words for word in _IS if key.startswith(word))


def _marked(customer: int, supplier: int | None, rows: Sequence[tuple[int, Row]]) -> Iterator[tuple[int, int]]:
    """Who is no customer; an empty cell says so only where the row is marked as a supplier."""
    for number, cells in rows:
        said = _yes(_at(cells, customer))
        if said is False or (said is None and supplier is not None and _yes(_at(cells, supplier))):
            yield number, customer


def _says_yes_or_no(at: int, rows: Sequence[tuple[int, Row]]) -> bool:
    cells = {cell for _, row in rows if (cell := _at(row, at)) is not None}
    return bool(cells) and all(_yes(cell) is not None for cell in cells)


def _says_kinds(at: int, rows: Sequence[tuple[int, Row]]) -> bool:
    """Whether a column says of each row whether it is a customer or a supplier."""
    said = set[str]()
    for _, row in rows:
        word = squeezed(plain(_at(row, at)))
        if word and word not in _CUSTOMER and word not in _SUPPLIER and word not in _BOTH:
            return False
        said.add(word)
    return not said.isdisjoint(_SUPPLIER)


def _yes(cell: Cell) -> bool | None:
    try:
        said = yes_or_no(cell, _READING)
    except Wrong:
        return None
    return said if isinstance(said, bool) else None


_READING = Reading()


def _at(row: Row, at: int) -> Cell:
    return row[at] if at < len(row) else None
