"""What a plan says by name and means no more: labels, values of lists and owners that were renamed or taken away since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from importers.columns import LISTS
from importers.known import LABEL, LIST, USER
from models import journal
from models.base import folded

TABLES = frozenset({LABEL.name, LIST.name, USER.name})
Word = tuple[str, str | int]
"""What kind of word it is, and its folded name; of an owner the key."""
_OWNER, _LABEL = "owner", "label"


def lost_words(session: Session, position: int) -> frozenset[Word]:
    """What words stood for before and stand for no more, after a position of the journal."""
    lost = set[Word]()
    for change in journal.since(session, position, [(table, None) for table in TABLES]):
        before, after = change.before, change.after
        if not before:
            continue
        if change.table == USER.name:
            if not after or (after["disabled_at"] and not before["disabled_at"]):
                lost.add((_OWNER, before["id"]))
        elif not after or folded(after["name"]) != folded(before["name"]):
            lost.add((_LABEL if change.table == LABEL.name else before["list"], folded(before["name"])))
    return frozenset(lost)


def words_of(write: Mapping[str, Any]) -> Iterator[Word]:
    """The words that a row of a plan would write."""
    for name, value in write.items():
        if name == "labels":
            yield from ((_LABEL, folded(label)) for label in value.get("add", ()))
        elif isinstance(value, Mapping):
            yield from words_of(value)
        elif value and name in LISTS:
            yield LISTS[name].value, folded(value)
        elif value and name == "owner_id":
            yield _OWNER, value
