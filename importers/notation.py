"""How each column writes its dates and amounts: seen from its values, and asked where nothing among them tells.

03/04/2026 is the third of April or the fourth of March, 1.234 a little more than one or than a thousand. Each column is
asked about by itself: two columns of one file may come from two programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from importers.columns import COLUMNS
from importers.files import Cell, Row
from importers.reading import Notation, days_come_first, decimals_have_a_comma, may_be_thousands, may_be_two_days
from models.errors import Reason, Refused
from models.imports import ImportKind, ImportRun

Way = Literal["day_first", "decimal_comma"]
ASKED, ANSWERS = "asked", "answers"
_DATES = frozenset({"birth_date", "customer_since"})
_AMOUNTS = frozenset({"hourly_rate", "vat_percentage"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One column of dates or amounts: which of the two, how it writes them if anything tells, and a value that may be
    read in two ways if nothing does.
    """

    way: Way
    is_so: bool | None
    doubtful: str = ""


def look(kind: ImportKind, mapping: Mapping[str, Sequence[int]], rows: Iterable[Row]) -> dict[int, Seen]:
    """What the values of the columns of dates and amounts tell: position -> what was seen."""
    rows = list(rows)
    found: dict[int, Seen] = {}
    for field, positions in mapping.items():
        term = COLUMNS[kind][field].term.key
        for at in positions if term in _DATES | _AMOUNTS else ():
            cells = [row[at] for row in rows if at < len(row) and isinstance(row[at], str)]
            found[at] = _dates(cells) if term in _DATES else _amounts(cells)
    return found


def _dates(cells: Sequence[Cell]) -> Seen:
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
        }
        for position, one in sorted(seen.items())
        if one.doubtful
    ]


def answer(run: ImportRun, answers: Mapping[int, bool]) -> None:
    """Keep how columns write their values, by position."""
    kept = {**run.options.get(ANSWERS, {}), **{str(position): said for position, said in answers.items()}}
    run.options = {**run.options, ANSWERS: kept}


def settled(
    run: ImportRun, seen: Mapping[int, Seen], day_first: bool | None, decimal_comma: bool | None
) -> dict[int, Notation]:
    """How each column is read; refuses while one is open.

    What was said of the column goes first, then what was said of the whole file, then what its values tell.
    """
    answers = run.options.get(ANSWERS, {})
    of_file: dict[Way, bool | None] = {"day_first": day_first, "decimal_comma": decimal_comma}
    found: dict[int, Notation] = {}
    for position, one in seen.items():
        said = answers.get(str(position))
        said = of_file[one.way] if said is None else said
        said = one.is_so if said is None else said
        if said is None and one.doubtful:
            column = next(column for column in run.options["columns"] if column["position"] == position)
            raise Refused(Reason.UNCLEAR_COLUMN, name=column["header"] or column["letter"], value=one.doubtful[:40])
        if said is not None:
            found[position] = {"day_first": said} if one.way == "day_first" else {"decimal_comma": said}
    return found
