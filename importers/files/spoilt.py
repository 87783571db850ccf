"""What programs write into a text instead of the value that a cell had: errors, numbers cut short, whole numbers as 12.0."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from importers.files.facts import Facts
from importers.files.workbook import Fault

# In English, Dutch, German, Swedish, Finnish, Norwegian and Danish, French and Spanish. Hash marks alone are a column that
# was too narrow for its numbers or dates.
_NAMES = (
    "#N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #UNKNOWN! #GETTING_DATA "
    "#N/B #VERW! #WAARDE! #DEEL/0! #NAAM? #GETAL! #LEEG! #NV #BEZUG! #WERT! #ZAHL! #SAKNAS! #REFERENS! #VÄRDEFEL! "
    "#DIVISION/0! #NAMN? #OGILTIGT! #SKÄRNING! #PUUTTUU! #VIITTAUS! #ARVO! #JAKO/0! #NIMI? #LUKU! #TYHJÄ! #I/T "
    "#VERDI! #VÆRDI! #NAVN? #TALL! #REFERANSE! #VALEUR! #NOM? #NOMBRE! #NUL! #¡REF! #¡VALOR! #¡DIV/0! #¿NOMBRE? #¡NUM! "
    "#¡NULO!"
)
_ERRORS = frozenset(_NAMES.split())
# 5E10 may be a code; spreadsheet programs write 5E+10, others 5.0E10.
_CUT = r"[+-]?[0-9](?:[.,][0-9]+E\+?|E\+)[0-9]{1,2}"
_SPOILT = re.compile(rf"#{{3,}}|{_CUT}")
_MAY_BE_SPOILT = re.compile(r"#[^\s]|[0-9]E\+?[0-9]")
_FLOAT = re.compile(r"(-?[0-9]+)\.0")
_MAY_BE_FLOAT = re.compile(r"[0-9]\.0(?![0-9])")
_WHOLE = re.compile(r"-?[0-9]+")


def watched(text: str, rows: Iterable[list[str]], facts: Facts) -> Iterable[list[str]]:
    """The rows of this text, with whole numbers as they were; where cells hold no value, `facts` says so once they are read.

    What the text as a whole shows that it has none of is not looked for in each cell.
    """
    rows = _whole(list(rows)) if _MAY_BE_FLOAT.search(text) else rows
    return _marked(rows, facts) if _MAY_BE_SPOILT.search(text) else rows


def _marked(rows: Iterable[list[str]], facts: Facts) -> Iterator[list[str]]:
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row, 1):
            text = cell.strip() if len(cell) < 30 else ""
            if text[:1] == "#" and text in _ERRORS:
                facts.faults[number, column] = (Fault.ERROR_VALUE, text)
            elif text and _SPOILT.fullmatch(text):
                facts.faults[number, column] = (Fault.CUT_SHORT, text)
        yield row


def _whole(rows: list[list[str]]) -> list[list[str]]:
    """The rows where a column that says 12.0 of all its numbers says 12: programs that count in fractions write them so."""
    for column in range(max(map(len, rows), default=0)):
        cells = [row[column] if column < len(row) else "" for row in rows]
        if _is_of_fractions(cells):
            for row, cell in zip(rows, cells, strict=True):
                if found := _FLOAT.fullmatch(cell):
                    row[column] = found[1]
    return rows


def _is_of_fractions(cells: Sequence[str]) -> bool:
    """Whether below its name a column holds numbers such as 12.0 only, or nothing."""
    first = next((at for at, cell in enumerate(cells) if _FLOAT.fullmatch(cell)), None)
    if first is None or any(map(_WHOLE.fullmatch, cells[:first])):
        return False
    return all(_FLOAT.fullmatch(cell) or not cell.strip() or cell.casefold() == "nan" for cell in cells[first:])
