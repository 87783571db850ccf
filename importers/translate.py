"""Words that the file has and Kaartenbak does not: what they stand for is said once, for all rows, and can be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers import run as steps
from importers.columns import COLUMNS
from importers.plan import ROW
from importers.trouble import Trouble
from models.access import Looker, require
from models.imports import ImportRun, RowStatus
from models.user import Right

# What a word may be refused for. A date or an amount is no word: how those are written is a choice for the whole file.
_WORDS = frozenset(
    one.name
    for one in (
        Trouble.NO_COUNTRY, Trouble.NO_COUNTRY_HINT, Trouble.NO_LANGUAGE, Trouble.NO_CURRENCY, Trouble.NO_USER,
        Trouble.NO_USER_HINT, Trouble.USER_NAMED_OFTEN, Trouble.NO_KIND, Trouble.NOT_YES_OR_NO, Trouble.NEW_LABEL, Trouble.NEW_LIST_VALUE,
    )
)  # fmt: skip
MOST = 200
LONGEST = 200


@dataclass(frozen=True)
class Word:
    """A value of the file in one field: in how many rows it is refused, and what it stands for, if that was said."""

    field: str
    said: str
    rows: int
    problem: Mapping[str, Any] | None = None
    meant: str = ""


def words(session: Session, run: ImportRun) -> list[Word]:
    """What was said already, and every word that rows of the plan are refused for, the most frequent first."""
    known = {
        (field, said): Word(field, said, 0, None, meant)
        for field, told in run.options.get("translations", {}).items()
        for said, meant in told.items()
    }
    fields = {column["letter"]: column["field"] for column in run.options.get("columns", ())}
    counts: Counter[tuple[str, str]] = Counter()
    problems: dict[tuple[str, str], Mapping[str, Any]] = {}
    refused = select(ROW.c.problems).where(ROW.c.run_id == run.id, ROW.c.status == RowStatus.REJECTED)
    for found in session.scalars(refused):
        for problem in found:
            field = fields.get(problem["cell"].rstrip("0123456789"))
            if field is not None and problem["code"] in _WORDS and problem["wall"]:
                key = (field, problem["value"])
                counts[key] += 1
                problems.setdefault(key, problem)
    open_ones = [
        Word(*key, count, problems[key], known.pop(key).meant if key in known else "")
        for key, count in counts.most_common(MOST)
    ]
    return [*open_ones, *known.values()]


def translate(session: Session, looker: Looker, run_id: int, meant: Mapping[tuple[str, str], str]) -> ImportRun:
    """Say what words of the file stand for: (field, word) -> what is meant; '' takes it back. The plan is to be made anew."""
    require(session, looker, Right.IMPORT)
    run = steps.find(session, run_id)
    told = {field: dict(words) for field, words in run.options.get("translations", {}).items()}
    for (field, said), text in meant.items():
        if field not in COLUMNS[run.kind] or not said:
            continue
        if stands := " ".join(text.split())[:LONGEST]:
            told.setdefault(field, {})[said] = stands
        else:
            told.get(field, {}).pop(said, None)
    run.options = {**run.options, "translations": {field: words for field, words in told.items() if words}}
    steps.outdate(run)
    return steps.keep(session, run)
