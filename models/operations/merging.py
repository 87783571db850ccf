"""Three ways: what a form showed, what is there now, and what is wanted."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, Date, Enum
from sqlalchemy.orm import Session

from models.base import CENT, Base, Money, UtcDateTime, WordSet
from models.errors import Conflict, Reason
from models.journal import Later, Since
from models.operations import fields
from models.operations.fields import Part, SetField


class Side(enum.StrEnum):
    """Whose value stands, where two people changed one field."""

    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True)
class Theirs:
    """What somebody else made of a field since the form was shown. `who` is empty for a change made from outside.

    Of a row below the record that one side took away, `field` is its key, and the values are those of all its fields;
    None where it is gone.
    """

    field: str
    base: Any
    theirs: Any
    who: str
    when: dt.datetime | None


@dataclass(frozen=True)
class Clash(Theirs):
    """A field that both sides changed, differently."""

    mine: Any


class EditConflict(Conflict):
    """Nothing was saved: choose per field. `position` is what the choice is made at: give it back as `seen`."""

    def __init__(self, name: str, clashes: Sequence[Clash], merged: Sequence[Theirs], position: int) -> None:
        super().__init__(Reason.CHANGED_MEANWHILE, clashes[0].field, name=name)
        self.clashes = tuple(clashes)
        self.merged = tuple(merged)
        self.position = position


class Past:
    """What rows were at a position of the journal. Without a position it is the present."""

    def __init__(self, session: Session, position: int | None) -> None:
        self._since = None if position is None else Since(session, position)

    def values(self, noun: type[Base], row: Base) -> dict[str, Any]:
        """The fields of the row as they were; all None for one that was not there yet."""
        changes = self.changes(noun, row.id)
        names = fields.columns(noun)
        if not changes:
            return {name: getattr(row, name) for name in names}
        return decoded(noun, changes[0].before or {})

    def ids(self, field: SetField, own: int, now: frozenset[int]) -> frozenset[int]:
        """A set field as it was, from what it is `now`."""
        found = set(now)
        if self._since is not None:
            for change in reversed(self._since.changes([(field.link.__tablename__, None)], of=(field.own, own))):
                image = change.after or change.before or {}
                if image[field.own] == own:
                    (found.discard if change.after else found.add)(image[field.other])
        return frozenset(found)

    def changes(self, noun: type[Base], key: int) -> Sequence[Later]:
        """What happened to the row with this key since, oldest first."""
        return () if self._since is None else self._since.changes([(noun.__tablename__, key)])

    def lost(self, part: Part, owner: int) -> Sequence[Later]:
        """What happened since to the row that was this part of its owner then, oldest first; nothing if none was."""
        found = dict[int, list[Later]]()
        if self._since is not None:
            for change in self._since.changes([(part.noun.__tablename__, None)]):
                found.setdefault(change.row_id, []).append(change)
        was = {part.own: owner, **part.marked}
        for changes in found.values():
            if was.items() <= decoded(part.noun, changes[0].before or {}).items():
                return changes
        return ()

    def told(self, noun: type[Base], row: Base, field: str, shown_as: str, base: Any) -> Theirs:
        """Who made of the field what it is now, and when."""
        changes = self.changes(noun, row.id)
        touched = [c for c in changes if (c.before or {}).get(field) != (c.after or {}).get(field)]
        # A head office that moved has other values without a change of its own: then it is the move that is told of.
        last = next(reversed(touched or changes), None)
        if last is None:
            return Theirs(shown_as, base, getattr(row, field), "", None)
        return Theirs(shown_as, base, getattr(row, field), last.user_name or "", last.at)


def decoded(noun: type[Base], image: Mapping[str, Any]) -> dict[str, Any]:
    """The writable fields of a journal's image as Python values; what the image lacks is None."""
    return {name: _decoded(column, image.get(column.name)) for name, column in fields.columns(noun).items()}


def _decoded(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    kind = column.type
    if isinstance(kind, Money):
        return (Decimal(value) / 100).quantize(CENT)
    if isinstance(kind, WordSet):
        return frozenset(value.split())
    if isinstance(kind, Enum) and kind.enum_class:
        return kind.enum_class(value)
    if isinstance(kind, UtcDateTime):
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    if isinstance(kind, Date):
        return dt.date.fromisoformat(value)
    return bool(value) if isinstance(kind, Boolean) else value
