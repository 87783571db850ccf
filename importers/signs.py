"""Marks and letters that stand for something only by the column they are in: a cross beside ticks is no, P beside B a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from importers.columns import COLUMNS
from importers.files import Cell, Row
from importers.reading import CROSSES, EMPTY_BOXES, TICKS, plain, squeezed
from importers.terms import TERMS
from models.imports import ImportKind

_YES_OR_NO = frozenset(
    {"is_person", "is_company", "expenses_billable", "mileage_billable", "is_main", "is_invoice_contact", "archived"}
)
# Bedrijf, zakelijk; and particulier. Either letter alone may be anything.
_PAIRS = ({"B": "business", "P": "private"}, {"Z": "business", "P": "private"})
# DATEV writes these in every export; the column by this name tells whose file it is.
_DATEV = "adressattyp"
_DATEV_KINDS = {"0": "", "1": "private", "2": "business"}
_DATEV_LANGUAGES = {"1": "de", "4": "fr", "5": "en", "10": "es", "19": "it"}


def stand_for(
    kind: ImportKind, mapping: Mapping[str, Sequence[int]], names: Mapping[int, str], rows: Sequence[Row]
) -> dict[str, dict[str, str]]:
    """Field -> what its cells say -> what that stands for, where the column as a whole leaves no doubt.

    `names`: position -> what the file calls the column.
    """
    found = {}
    for field, positions in mapping.items():
        term = COLUMNS[kind][field].term.key
        if len(positions) == 1 and term in _TELLING:
            cells = (row[positions[0]] for row in rows if positions[0] < len(row))
            found[field] = of_column(term, names.get(positions[0], ""), names.values(), cells)
    return {field: words for field, words in found.items() if words}


def of_column(term: str, name: str, names: Collection[str], cells: Iterable[Cell]) -> dict[str, str]:
    """What the marks and letters of one column stand for; nothing where they may stand for several things."""
    if term not in _TELLING:
        return {}
    said = {text for cell in set(cells) if (text := plain(cell))}
    if term in _YES_OR_NO:
        return _crosses(said)
    if any(squeezed(other) == _DATEV for other in names):
        known = _DATEV_LANGUAGES if term == "language" else _DATEV_KINDS if squeezed(name) == _DATEV else {}
        return known if said <= known.keys() else {}
    return next((pair for pair in _PAIRS if term == "kind" and {text.upper() for text in said} == pair.keys()), {})


def vat_country_of(mapping: Mapping[str, Sequence[int]], names: Mapping[int, str]) -> int | None:
    """The position of the letters in front of VAT numbers, where a file has them in a column by themselves: DATEV."""
    is_apart = [squeezed(names.get(at, "")) for at in mapping.get("vat_number", ())] == [_DATEV_NUMBER]
    return next((at for at, name in names.items() if is_apart and squeezed(name) == _DATEV_COUNTRY), None)


_DATEV_COUNTRY, _DATEV_NUMBER = "euland", "euustid"


def is_any_number(name: str) -> bool:
    """Whether what the file calls the numbers of customers, Nr or Code, may be a count of its rows or another program's."""
    return (squeezed(name) or name.strip()) in _ANY_NUMBERS


_ANY_NUMBERS = frozenset(squeezed(name) or name for name in TERMS["number"].weak)


def fitting(term: str, name: str, names: Collection[str], cells: Iterable[Cell]) -> Collection[str]:
    """The marks and letters that may stand in a column, whether or not it tells what they stand for."""
    return CROSSES if term in _YES_OR_NO else of_column(term, name, names, cells).keys()


_TELLING = _YES_OR_NO | {"kind", "language"}


def _crosses(said: set[str]) -> dict[str, str]:
    """A cross is no beside ticks, and yes beside empty boxes; beside both or neither it is for people to say."""
    ticked, empty = not said.isdisjoint(TICKS), not said.isdisjoint(EMPTY_BOXES)
    return dict.fromkeys(said & CROSSES, "no" if ticked else "yes") if ticked != empty else {}
