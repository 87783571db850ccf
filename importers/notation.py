"""How each column writes its dates and amounts: seen from its values, and asked where nothing among them tells.

03/04/2026 is the third of April or the fourth of March, 19-03-01 may begin with its year as well, and 1.234 is a little more
than one or than a thousand. Each column is asked about by itself: two columns of one file may come from two programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from importers.columns import COLUMNS
from importers.files import Cell, Row
from importers.reading import (
    Notation,
    days_come_first,
    decimals_have_a_comma,
    hides_its_year,
    may_be_thousands,
    may_be_two_days,
    years_come_first,
)
from models.errors import Reason, Refused
from models.imports import ImportKind, ImportRun

Way = Literal["day_first", "decimal_comma"]
Answer = bool | Literal["year"]
"""What is said of a column: whether a column has the day first, or a comma before decimals; or that its dates begin with the year."""
YEAR: Final = "year"
ASKED, ANSWERS = "asked", "answers"
_DATES = frozenset({"birth_date", "customer_since"})
_AMOUNTS = frozenset({"hourly_rate", "vat_percentage"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One column of dates or amounts: which of the two, how it writes them if anything tells, and a value that may be
    read in several ways if nothing does. `may_begin_with_year`: one of these ways begins with a year of two digits.
    """

    way: Way
    is_so: Answer | None
    doubtful: str = ""
    may_begin_with_year: bool = False


def look(kind: ImportKind, mapping: Mapping[str, Sequence[int]], rows: Iterable[Row]) -> dict[int, Seen]:
    """What the values of the columns of dates and amounts tell: position -> what was seen."""
    rows = list(rows)
    found: dict[int, Seen] = {}
    for field, positions in mapping.items():
        term = COLUMNS[kind][field].term.key
        for at in positions if term in _DATES | _AMOUNTS else ():
            # The same dates and amounts come back all the time.
            cells = list(dict.fromkeys(row[at] for row in rows if at < len(row) and isinstance(row[at], str | int)))
            found[at] = _dates(cells) if term in _DATES else _amounts([one for one in cells if isinstance(one, str)])
    return found


def _dates(cells: Sequence[Cell]) -> Seen:
    hidden = next((str(cell) for cell in cells if hides_its_year(cell)), "")
    begins = years_come_first(cells) if hidden else False
    if begins is None:
        return Seen("day_first", None, hidden, may_begin_with_year=True)
    if begins:
        return Seen("day_first", YEAR)
    tells = days_come_first(cells)
    doubtful = next((str(cell) for cell in cells if may_be_two_days(cell)), "") if tells is None else ""
    return Seen("day_first", tells, doubtful)


def _amounts(cells: Sequence[Cell]) -> Seen:
    tells = decimals_have_a_comma(cells)
    doubtful = next((str(cell) for cell in cells if may_be_thousands(cell)), "") if tells is None else ""
    return Seen("decimal_comma", tells, doubtful)


def asked(run: ImportRun, seen: Mapping[int, Seen]) -> list[dict[str, Any]]:
    """The columns somebody has to say something about, as they are kept in the run."""
    columns = {column["position"]: column for column in run.options["columns"]}
    return [
        {
            "position": position,
            "letter": columns[position]["letter"],
            "header": columns[position]["header"],
            "way": one.way,
            "value": one.doubtful[:40],
            "may_begin_with_year": one.may_begin_with_year,
        }
        for position, one in sorted(seen.items())
        if one.doubtful
    ]


def answer(run: ImportRun, answers: Mapping[int, Answer]) -> None:
    """Keep how columns write their values, by position."""
    kept = {**run.options.get(ANSWERS, {}), **{str(position): said for position, said in answers.items()}}
    run.options = {**run.options, ANSWERS: kept}


def settled(
    run: ImportRun, seen: Mapping[int, Seen], day_first: Answer | None, decimal_comma: bool | None
) -> dict[int, Notation]:
    """How each column is read; refuses while one is open.

    What was said of the column goes first, then what was said of the whole file, then what its values tell. That dates begin
    with the year is said only of those that may.
    """
    answers = run.options.get(ANSWERS, {})
    of_file: dict[Way, Answer | None] = {"day_first": day_first, "decimal_comma": decimal_comma}
    found: dict[int, Notation] = {}
    for position, one in seen.items():
        said = answers.get(str(position))
        if said is None and YEAR not in {one.is_so, None if one.may_begin_with_year else of_file[one.way]}:
            said = of_file[one.way]
        said = one.is_so if said is None else said
        if said is None and one.doubtful:
            column = next(column for column in run.options["columns"] if column["position"] == position)
            raise Refused(Reason.UNCLEAR_COLUMN, name=column["header"] or column["letter"], value=one.doubtful[:40])
        if said is not None:
            found[position] = _notation(one.way, said)
    return found


def _notation(way: Way, said: Answer) -> Notation:
    if said == YEAR:
        return {"year_first": True}
    return {"day_first": bool(said), "year_first": False} if way == "day_first" else {"decimal_comma": bool(said)}
