"""Words that are nearly the one that was typed: one letter too many, too few, another one, or two changed about.

Both databases find candidates by the trigram index that is there already: whatever happens to one letter of a word, some
trigrams of the rest stay. Which of them are near, Python says. Short words are forgiven less than long ones: of them too
little stays to go by, but where another word is beside them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, String, bindparam, func, select
from sqlalchemy.orm import Session
from sqlalchemy.types import UserDefinedType

from models.search.documents import DOCUMENTS, SEPARATORS, Document
from models.search.folding import plain
from models.search.paging import Wanted, unarchived, united
from models.search.words import SHORTEST, indexed, pattern, ways_to_read

# Of so few letters another word is nobody's slip.
FEWEST_LETTERS = 4
# Of a longer word its beginning is compared.
LONGEST = 16
# With fewer trigrams left, half the table would be found; so many tell a word from most others, and more are not asked.
FEWEST_TRIGRAMS, TELLING, ENOUGH = 2, 3, 4
# What is left of a word of so few letters may be a single trigram, which is enough where another word is beside it.
SHORT = 6
# What is left of a long word is to be all but so many: its end alone may be that of a hundred other names.
FOR_ONE_SLIP = 5
# Of so few letters one slip may leave no trigram.
TOO_FEW = 5
# So many candidates are compared.
MOST = 300
# So many letters in all tell a record from most others.
TELLING_LETTERS = 8
ANY = "\0"
LETTER = r"\w"

Trigrams = frozenset[str]


@dataclass(frozen=True)
class Near:
    """Rows of one list as (id, *columns), up to its limit: in which each word stands or one near it, or the words do.

    `is_all`: no row that holds the words is missing for want of room.
    """

    close: list[tuple[Any, ...]]
    exact: list[tuple[Any, ...]]
    is_all: bool


def is_telling(search: str) -> bool:
    """Whether few records hold words near these, and one way to read them is all there is.

    >>> is_telling("nord"), is_telling("nordhamn logistik"), is_telling("nordhamn k-10073")
    (False, True, False)
    """
    ways = ways_to_read(search)
    return len(ways) == 1 and sum(len(word) for word in ways[0] if near(word)) >= TELLING_LETTERS


def find(session: Session, wanted: Mapping[int, Wanted], search: str) -> dict[int, Near]:
    """What is near in each list, in one query for all; {} for a text without slips.

    Those rows in which a word begins with it come first. Of a list without search documents, which has few rows, the
    names are compared.
    """
    words = next(iter(ways_to_read(search)), ())
    if not any(near(word) for word in words):
        return {}
    queries = {at: _query(session, one, words) for at, one in wanted.items() if one.spec.names or _document(one)}
    patterns = [re.compile(_pattern(word)) for word in words]
    found = {}
    for at, rows in united(session, queries).items():
        document, limit = _document(wanted[at]), wanted[at].limit
        spelt = rows if document else [(*row[:-1], plain(row[-1] or "")) for row in rows]
        close = _begun_first([row for row in spelt if all(one.search(row[-1]) for one in patterns)], words)
        exact = [row[:-1] for row in close if all(word in row[-1] for word in words)]
        is_all = len(rows) < MOST and (document is not None or len(wanted[at].spec.names) == 1)
        found[at] = Near([row[:-1] for row in close[:limit]], exact[:limit], is_all)
    return found


def _begun_first(rows: list[tuple[Any, ...]], words: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows, those first in whose document, the last value of each, most words begin where a word begins."""
    if len(rows) < 2:
        return rows  # to make patterns of words that were never typed before costs more than to use them
    starts = [re.compile(rf"\b{_pattern(word)}") for word in words]
    return sorted(rows, key=lambda row: sum(one.search(row[-1]) is None for one in starts))


def _document(wanted: Wanted) -> Document | None:
    return DOCUMENTS.get(wanted.spec.noun.__tablename__)


def _query(session: Session, wanted: Wanted, words: Sequence[str]) -> Select[Any]:
    """The candidates with their documents."""
    document, own = _document(wanted), wanted.spec.noun.id.expression
    shown = unarchived(wanted.spec, wanted.state)
    if document is None:
        named = select(own.label("id"), *wanted.columns, wanted.spec.names[0].label("document"))
        return named.where(*shown).order_by(own).limit(MOST)
    documents = document.table
    query = select(own.label("id"), *wanted.columns, documents.c.document)
    query = query.join(documents, documents.c[document.key] == own)
    return query.where(_may_hold(session, document, own, words), *shown).limit(MOST)


def marked(text: str, search: str) -> list[tuple[str, bool]]:
    """The text in pieces, with True at those for which it was found.

    >>> marked("Nordhamn Logistik", "noord")
    [('Nord', True), ('hamn Logistik', False)]
    """
    spelt, places = "", []
    for at, letter in enumerate(text):
        own = plain(letter)
        spelt += own
        places += [at] * len(own)
    inside: set[int] = set()
    for word in next(iter(ways_to_read(search)), ()):
        found = re.search(_spaced(word), spelt) or re.search(_pattern(word), spelt)
        inside.update(places[found.start() : found.end()] if found else ())
    pieces = groupby(range(len(text)), inside.__contains__)
    return [("".join(text[at] for at in places_of), is_in) for is_in, places_of in pieces]


def _spaced(word: str) -> str:
    """The word itself; a number with whatever people write in one."""
    between = f"[{re.escape(SEPARATORS)}]*" if any(map(str.isdigit, word)) else ""
    return between.join(map(re.escape, word))


def _may_hold(
    session: Session, document: Document, own: ColumnElement[int], words: Sequence[str]
) -> ColumnElement[bool]:
    """The condition by which the index finds candidates; what is looked for is in its values, not in its shape."""
    parts = list(_parts(words))
    if session.get_bind().dialect.name == "sqlite":
        query = " AND ".join(f"({' OR '.join(_all_of(one) for one in sets)})" for sets in parts)
        return own.in_(indexed(document, query, lambda told: _holds(told, parts)))
    return bindparam(None, parts, _Holding(f"{document.name}.document"), unique=True, literal_execute=True)


def _parts(words: Sequence[str]) -> Iterator[tuple[Trigrams, ...]]:
    """For each word sets of trigrams, one of which is held by what holds the word, or one near it."""
    near_ones = [word for word in words if near(word)]
    for word in words:
        beside = len(word) <= SHORT and len(near_ones) > 1 and word in near_ones
        if found := _candidates(word, telling=1 if beside else TELLING):
            yield found


def _holds(told: ColumnElement[str], words: Sequence[Sequence[Trigrams]]) -> ColumnElement[bool]:
    """For each word all trigrams of one of its sets, on SQLite."""
    spelt = json.dumps([[sorted(few) for few in sets] for sets in words])
    word = func.json_each(spelt).table_valued("value")
    one = func.json_each(word.c.value).table_valued("value")
    trigram = func.json_each(one.c.value).table_valued("value")
    lacking = select(1).select_from(trigram).where(func.instr(told, trigram.c.value) == 0).correlate_except(trigram)
    held = select(1).select_from(one).where(~lacking.exists()).correlate_except(one)
    return ~select(1).select_from(word).where(~held.exists()).correlate_except(word).exists()


class _Holding(UserDefinedType[bool]):
    """A condition on PostgreSQL: for each word a document holds all trigrams of one of its sets. They are the value.

    It is put into the statement when that is sent, and is the same for all searches until then. PostgreSQL makes the plan
    for this one search anyway, and its index takes patterns one by one: LIKE ANY looks into it for each word with each other.
    """

    cache_ok = True

    def __init__(self, document: str) -> None:
        self.document = document

    def literal_processor(self, dialect: Dialect) -> Callable[[Sequence[Sequence[Trigrams]]], str]:
        of_text: Callable[[Dialect], Callable[[str], str]] = String().literal_processor
        quoted = of_text(dialect)

        def all_of(few: Trigrams) -> str:
            return " AND ".join(f"{self.document} LIKE {quoted(pattern(one))}" for one in sorted(few))

        return lambda words: " AND ".join(f"({' OR '.join(map(all_of, sets))})" for sets in words)


@lru_cache(maxsize=1024)
def near(word: str) -> tuple[str, ...]:
    """The spellings near a word of letters, by the place of the slip; ANY stands for one letter. None of a short word.

    >>> near("ab1de"), near("abc")
    ((), ())
    >>> {"nord", "norod"} <= set(near("noord")), f"no{ANY}rd" in near("nord")
    (True, True)
    """
    if len(word) < FEWEST_LETTERS or not word.isalpha():
        return ()
    word = word[:LONGEST]
    found = [spelling for at in range(len(word)) for spelling in _slips(word[:at], word[at], word[at + 1 :])]
    return tuple(dict.fromkeys(one for one in found if one != word))


def _slips(before: str, letter: str, after: str) -> Iterator[str]:
    """What may become of one letter of a word."""
    if before:
        yield before + ANY + letter + after
    if after:
        yield before + after[0] + letter + after[1:]
    if len(before + after) >= FEWEST_LETTERS:
        yield before + after
        yield before + ANY + after


def _trigrams(spelling: str) -> Trigrams:
    parts = spelling.split(ANY)
    return frozenset(part[at : at + SHORTEST] for part in parts for at in range(len(part) - SHORTEST + 1))


@lru_cache(maxsize=1024)
def _candidates(word: str, *, telling: int = TELLING) -> tuple[Trigrams, ...]:
    """Sets of trigrams: what holds all of one of them may hold the word, or one near it. Empty: nothing to go by.

    So many trigrams are `telling`; one is where other words find few enough.
    """
    if len(word) < SHORTEST:
        return ()
    exact, close = _trigrams(word[:LONGEST]), near(word)
    # One letter twice is looked for in short words, too: spelt out, it has trigrams enough.
    doubled = [word[: at + 1] + word[at:LONGEST] for at in range(len(word[:LONGEST]))] if close else []
    found = [one for one in map(_trigrams, (*close, *doubled)) if len(one) >= min(telling, FEWEST_TRIGRAMS)]
    telling = max(telling, len(exact) - FOR_ONE_SLIP)
    # In the middle of a short word a slip leaves but the place where a word begins.
    began = [frozenset({f"{mark}{word[:2]}"}) for mark in (" ", "\n")] if telling == 1 and len(word) <= TOO_FEW else []
    sets = {_some(one, word) for one in (exact, *_merged(found, telling), *began)}
    # What holds more trigrams than another set is found by that one.
    return tuple(sorted((one for one in sets if not any(other < one for other in sets)), key=sorted))


def _merged(found: Sequence[Trigrams], telling: int) -> Iterator[Trigrams]:
    """Fewer sets, each of what several have in common, while those are `telling`: each is a look into the index."""
    common: Trigrams | None = None
    for one in found:
        if common is not None and len(common & one) >= telling:
            common &= one
            continue
        if common is not None:
            yield common
        common = one
    if common is not None:
        yield common


def _some(trigrams: Trigrams, word: str) -> Trigrams:
    """A few, from all over the word: neighbours say the same."""
    chosen = sorted(trigrams, key=lambda one: (word.find(one), one))
    return frozenset(chosen[at * (len(chosen) - 1) // (ENOUGH - 1)] for at in range(ENOUGH))


def _all_of(trigrams: Trigrams) -> str:
    """For FTS5."""
    quoted = ('"' + one.replace('"', '""') + '"' for one in sorted(trigrams))
    return f"({' AND '.join(quoted)})"


@lru_cache(maxsize=1024)
def _pattern(word: str) -> str:
    spellings = "|".join(re.escape(one) for one in (word, *near(word)))
    return f"(?:{spellings.replace(re.escape(ANY), LETTER)})"
