"""Whether a file is one we know: its names of columns beside those of the profiles and of the imports before it.

Columns may have moved, and names may be spelled a little differently; what differs is told, so that nobody is surprised.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from importers.files import Sheet
from importers.mapping import HEADER_ROWS, column_names, header_cells
from importers.meanings import key_of, meanings
from importers.reading import squeezed
from models.imports import ImportKind

# A file is a known one when so much of all names, those of the file and the known ones together, are the same.
ALIKE = 0.5
# A name is the same but for a slip or an ending from here on; 1 is letter for letter.
_SPELLED_ALIKE = 0.75
_RENAMED = 0.9
_NUMBERS = re.compile(r"[0-9]+")
# So many names on either side are compared letter by letter; a file with more of them left over is another one.
_MOST_LEFT = 60


@dataclass(frozen=True)
class Layout:
    """The columns of a known file in their order, and the field each went into; None: it stayed out.

    `profile` is the id of the profile that says so, with its version and name; 0: an earlier import did it like this.
    """

    names: tuple[str, ...]
    fields: Mapping[int, str | None]
    profile: int = 0
    version: int = 0
    name: str = ""
    definition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Likeness:
    """How far a file is a known one. `pairs`: position in the file -> position in the layout."""

    layout: Layout
    pairs: Mapping[int, int]
    renamed: tuple[tuple[str, str], ...]
    new: tuple[str, ...]
    missing: tuple[str, ...]
    score: float

    @property
    def is_known(self) -> bool:
        """Whether the file is one of these."""
        return self.score >= ALIKE

    @property
    def is_same(self) -> bool:
        """Whether it has the same columns, in whatever order."""
        return not (self.renamed or self.new or self.missing)

    def remembered(self) -> dict[int, str | None]:
        """Position in the file -> the field it goes into, or None to leave it out."""
        fields = self.layout.fields
        return {position: fields[known] for position, known in self.pairs.items() if known in fields}


def layout_of(columns: Sequence[Mapping[str, Any]], **more: Any) -> Layout:
    """The layout of columns as a run or a profile keeps them: {"header", "field", "left_out"}."""
    fields = {
        at: column["field"]
        for at, column in enumerate(columns)
        if column["field"] is not None or column.get("left_out", column.get("certainty") == "SKIPPED")
    }
    return Layout(tuple(column["header"] for column in columns), fields, **more)


def likeness(names: Sequence[str], layout: Layout, kind: ImportKind) -> Likeness:
    """How far the names of a file are those of a layout."""
    pairs, renamed = _same(names, layout.names), list[tuple[str, str]]()
    left = [at for at, name in enumerate(names) if name and at not in pairs]
    known = [at for at, name in enumerate(layout.names) if name and at not in pairs.values()]
    if len(left) <= _MOST_LEFT and len(known) <= _MOST_LEFT:
        closest = sorted(
            ((_closeness(names[at], layout, other, kind), at, other) for at in left for other in known),
            key=lambda one: (-one[0], one[1:]),
        )
        for close, at, other in closest:
            if close >= _SPELLED_ALIKE and at not in pairs and other not in pairs.values():
                pairs[at] = other
                renamed.append((layout.names[other], names[at]))
    return Likeness(
        layout,
        pairs,
        tuple(renamed),
        tuple(names[at] for at in left if at not in pairs),
        tuple(layout.names[at] for at in known if at not in pairs.values()),
        _score(names, layout, pairs, len(renamed)),
    )


def _same(names: Sequence[str], known: Sequence[str]) -> dict[int, int]:
    """Columns with the same name, the first with the first where there are several; nameless ones by their place."""
    places: dict[tuple[str, int], int] = {}
    seen: Counter[str] = Counter()
    for at, name in enumerate(known):
        key = key_of(name)
        places[(key, seen[key]) if key else ("", at)] = at
        seen[key] += 1
    seen.clear()
    pairs = {}
    for at, name in enumerate(names):
        key = key_of(name)
        other = places.get((key, seen[key]) if key else ("", at))
        seen[key] += 1
        if other is not None:
            pairs[at] = other
    return pairs


def _closeness(name: str, layout: Layout, other: int, kind: ImportKind) -> float:
    """How sure it is that a name is a known one, renamed: what both mean goes before how they are spelled."""
    if _NUMBERS.findall(name) != _NUMBERS.findall(layout.names[other]):
        return 0.0  # Phone 1 and Phone 2 are spelled alike, and two things
    ours = [meaning.field for meaning in meanings(name, kind)[:1]]
    theirs = [meaning.field for meaning in meanings(layout.names[other], kind)[:1]]
    wanted = layout.fields.get(other)
    if ours and (ours == [wanted] or ours == theirs):
        return _RENAMED
    if ours and theirs:
        return 0.0
    return _spelled_alike(squeezed(name), squeezed(layout.names[other]))


def _spelled_alike(ours: str, theirs: str) -> float:
    short, long = sorted((ours, theirs), key=len)
    if len(short) >= 4 and long.startswith(short):
        return _SPELLED_ALIKE
    return difflib.SequenceMatcher(None, ours, theirs, autojunk=False).ratio() if len(short) >= 3 else 0.0


def _score(names: Sequence[str], layout: Layout, pairs: Mapping[int, int], renamed: int) -> float:
    named = sum(bool(name) for name in names)
    known = sum(bool(name) for name in layout.names)
    if not named and not known:
        return float(len(names) == len(layout.names))
    matched = sum(bool(names[at]) for at in pairs)
    if matched < 2 and matched < max(named, known):
        return 0.0
    return (matched - renamed * (1 - _RENAMED)) / (named + known - matched)


def best(names: Sequence[str], layouts: Iterable[Layout], kind: ImportKind) -> Likeness | None:
    """The layout that a file has. One with a name of its own goes before what an earlier import did."""
    found: Likeness | None = None
    keys = {key_of(name) for name in names if name}
    for layout in layouts:
        if _may_be(keys, layout):
            one = likeness(names, layout, kind)
            if one.is_known and (found is None or _rank(one) > _rank(found)):
                found = one
    return found


def _rank(one: Likeness) -> tuple[bool, float]:
    return one.layout.profile > 0, one.score


def _may_be(keys: set[str], layout: Layout) -> bool:
    """Whether it is worth a closer look: a third of the names are the same as they stand."""
    known = {key_of(name) for name in layout.names if name}
    return len(keys & known) * 3 >= max(len(keys), len(known))


def spot(
    sheets: Iterable[Sheet], layouts: Sequence[Layout], kind: ImportKind, two_lines: bool | None
) -> tuple[Sheet, int] | None:
    """Where the names of a known file stand: the sheet and the number of the row."""
    found: tuple[tuple[bool, float], Sheet, int] | None = None
    for sheet in sheets if layouts else ():
        if sheet.hidden:
            continue
        for number in sheet.numbers[:HEADER_ROWS]:
            names = column_names(header_cells(sheet, number, kind, two_lines))
            one = best(names, layouts, kind) if any(names) else None
            if one is not None and (found is None or _rank(one) > found[0]):
                found = _rank(one), sheet, number
    return found[1:] if found else None


def told(one: Likeness) -> dict[str, Any]:
    """What a run keeps about the layout it was recognised by."""
    return {
        "id": one.layout.profile,
        "version": one.layout.version,
        "name": one.layout.name,
        "new": list(one.new),
        "missing": list(one.missing),
        "renamed": [list(pair) for pair in one.renamed],
    }
