"""Which rows a verb is about: the ticked ones, or everything that a query finds ("all matching this list")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Selection:
    """Ticked `ids`, or a `query`: a SELECT of one id column. A query is looked up anew each time it is used."""

    ids: tuple[int, ...] = ()
    query: Select[int] | None = None

    @classmethod
    def of(cls, what: Selection | Iterable[int] | Select[int]) -> Selection:
        """The selection meant by ids, by a SELECT of ids or by a selection itself."""
        if isinstance(what, Selection):
            return what
        if isinstance(what, Select):
            return cls(query=what)
        return cls(ids=tuple(what))

    def resolve(self, session: Session) -> tuple[int, ...]:
        """The ids, in ascending order, each once. Whether ticked ids exist is asked later."""
        found = self.ids if self.query is None else session.scalars(self.query).all()
        return tuple(sorted(set(found)))


Chosen = Selection | Iterable[int] | Select[int]
