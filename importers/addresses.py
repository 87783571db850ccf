"""Which columns are parts of one address: a street and its town go together, and no address is made of two."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from importers.columns import COLUMNS, Place
from importers.files import Cell
from importers.meanings import (
    BEFORE,
    BEHIND,
    ELSEWHERE,
    OF_ADDRESS,
    field_of,
    key_of,
    meanings,
    vocabulary,
    without_digit,
)
from importers.reading import plain
from models.imports import ImportKind


@dataclass(frozen=True)
class _Part:
    """A column that holds a part of an address; `role` says of which one: bezoek, post; '' says nothing."""

    position: int
    role: str
    place: Place
    term: str
    rank: int


def _parts_of_addresses(names: Sequence[str], positions: Collection[int], kind: ImportKind) -> list[_Part]:
    """The columns at these positions that hold parts of addresses, by their names."""
    found = []
    for at in positions:
        meaning = next(iter(meanings(names[at], kind)), None) if names[at] else None
        column = COLUMNS[kind][meaning.field] if meaning else None
        if meaning and column and column.term.key in OF_ADDRESS:
            found.append(_Part(at, role_of(names[at]), column.place, column.term.key, meaning.rank))
    return found


_TOWN = frozenset({"postal_code", "city", "postal_place"})


def with_their_streets(names: Sequence[str], positions: Collection[int], kind: ImportKind) -> list[str]:
    """Names that tell which street they belong to, where only their order says so: Factuuradres, Postcode, Plaats.

    Where a street says nothing of whose it is, what comes first is of that one.
    """
    parts, told = _parts_of_addresses(names, positions, kind), list(names)
    complete = {part.role for part in parts if part.term in _TOWN}
    streets = [part for part in parts if part.term == "street" and part.role and part.role not in complete]
    seen = {part.term for part in parts if not part.role and part.term == "street"}
    is_second, only = bool(seen), {street.role for street in streets}
    for part in parts:
        if part.role or part.term == "street":
            continue
        before = [street for street in streets if street.position < part.position] or streets[: len(only) == 1]
        if before and (not is_second or part.term in seen):
            name = f"{before[-1].role} {names[part.position]}"
            told[part.position] = name if field_of(name, kind) else told[part.position]
        seen.add(part.term)
    return told


def of_other_addresses(
    names: Sequence[str],
    columns: Sequence[Sequence[Cell]],
    positions: Collection[int],
    chosen: Collection[int],
    kind: ImportKind,
) -> set[int]:
    """The columns of addresses that there is no place for, so that none is made of parts of two.

    `chosen` are the columns that somebody has chosen a field for: theirs is the address that is taken.
    """
    found, of_place = set[int](), dict[Place, dict[str, list[_Part]]]()
    for part in _parts_of_addresses(names, positions, kind):
        of_place.setdefault(part.place, {}).setdefault(part.role, []).append(part)

    def preference(parts: Sequence[_Part]) -> tuple[bool | int, ...]:
        streets = [part.rank for part in parts if part.term == "street" and any(map(plain, columns[part.position]))]
        has_town = any(part.term in _TOWN for part in parts)
        is_chosen = any(part.position in chosen for part in parts)
        is_elsewhere = parts[0].role in ELSEWHERE
        rank = min(streets, default=min(part.rank for part in parts))
        return (not is_chosen, not (streets or has_town), is_elsewhere, not streets, not has_town, rank)

    for addresses in of_place.values():
        first, *others = sorted(addresses.values(), key=preference)
        terms = {part.term for part in first}
        for parts in others:
            if terms.isdisjoint(more := {part.term for part in parts}) and "street" not in more:
                terms |= more  # what only one of them speaks of may stand under any name
            else:
                found |= {part.position for part in parts} - {*chosen}
    return found


# They tell whose address it is, not which one.
_ANY_ADDRESS = re.compile(r"account1?|company|customer|klant|debiteur|bedrijfs|kunde?|adres|(?:street)?address")


def role_of(header: str) -> str:
    """What stands in front of a part of an address, or behind it: bezoek, post. In Postcode post is no such thing."""
    key, _ = without_digit(key_of(header))
    rest = _post_parts().sub("", key)
    name = next((name for name, _, _ in BEFORE if rest == key != name and key.startswith(name)), "")
    name = name or next((name for name, _, _ in BEHIND if rest.endswith(name)), "")
    return "" if _ANY_ADDRESS.fullmatch(name) else re.sub(r"adress?e?$|address$", "", name)


@cache
def _post_parts() -> re.Pattern[str]:
    """The parts of an address that are called after the post themselves, at the beginning of a header."""
    names = (name for name, terms in vocabulary().items() if OF_ADDRESS & dict(terms).keys())
    parts = sorted((name for name in names if name.startswith("post")), key=len, reverse=True)
    return re.compile(f"^(?:{'|'.join(parts)})")
