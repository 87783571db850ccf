"""Some rows of several lists at once: those that hold what was typed, and those that nearly do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models.search import near
from models.search.paging import Wanted, begun, others

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Some:
    """Rows of one list as (id, *columns): `exact` hold what was typed, `close` something near it, and may be exact too."""

    exact: list[Row]
    close: list[Row]

    @property
    def rows(self) -> list[Row]:
        """All of them, the exact ones first."""
        return _once(self.exact, self.close)


def some(session: Session, wanted: Mapping[int, Wanted], text: str, spelt_so: Collection[int] = ()) -> dict[int, Some]:
    """Of each list, up to its limit, uncounted; those first whose name or number begins with what is searched.

    Something near the text is looked for where too little holds it, but not in the lists `spelt_so`. A text of many
    letters is in few records, and what is near it is found with them: then nothing is looked for a second time.
    """
    found = begun(session, wanted)
    short = {at: one for at, one in wanted.items() if len(found[at]) < one.limit}
    first = {at: one for at, one in short.items() if at not in spelt_so} if near.is_telling(text) else {}
    close = near.find(session, first, text)
    held = {at: one.exact for at, one in close.items() if one.is_all}
    held |= others(session, {at: one for at, one in short.items() if at not in held})
    exact = {at: _once(found[at], held.get(at, ()))[: one.limit] for at, one in wanted.items()}
    left = {at: one for at, one in short.items() if len(exact[at]) < one.limit and at not in (*spelt_so, *first)}
    close |= near.find(session, left, text)
    return {at: Some(rows, close[at].close if at in close else []) for at, rows in exact.items()}


def _once(rows: Collection[Row], more: Collection[Row]) -> list[Row]:
    known = {row[0] for row in rows}
    return [*rows, *(row for row in more if row[0] not in known)]
