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
    columns = _of_fractions(rows)
    for row in rows if columns else ():
        for column in columns:
            if column < len(row) and (found := _FLOAT.fullmatch(row[column])):
                row[column] = found[1]
    return rows


def _of_fractions(rows: Iterable[Sequence[str]]) -> list[int]:
    """The columns that hold numbers such as 12.0 only, or nothing, below their names. Each cell is looked at once."""
    is_so: dict[int, bool] = {}
    for row in rows:
        for column, cell in enumerate(row):
            if not cell or is_so.get(column) is False:
                continue
            is_float = _FLOAT.fullmatch(cell) is not None
            if column in is_so:
                is_so[column] = is_float or not cell.strip() or cell.casefold() == "nan"
            elif is_float or _WHOLE.fullmatch(cell):
                is_so[column] = is_float
    return [column for column, is_it in is_so.items() if is_it]
