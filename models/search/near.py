"""Words that are nearly the one that was typed: one letter too many, too few, another one, or two changed about.

Both databases find candidates by the trigram index that is there already: whatever happens to one letter of a word, some
trigrams of the rest stay. Which of them are near, Python says. Short words are forgiven less than long ones: of them too
little stays to go by.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from models.search.documents import DOCUMENTS, Document
from models.search.folding import plain
from models.search.paging import Wanted, unarchived, united
from models.search.words import SHORTEST, holding, indexed, ways_to_read

# Of so few letters another word is nobody's slip.
FEWEST_LETTERS = 4
# Of a longer word its beginning is compared.
LONGEST = 16
# With fewer trigrams left, half the table would be found; so many tell a word from most others, and more are not asked.
FEWEST_TRIGRAMS, TELLING, ENOUGH = 2, 3, 4
# So many candidates are compared.
MOST = 300
ANY = "\0"
LETTER = r"\w"

Trigrams = frozenset[str]


def find(session: Session, wanted: Mapping[int, Wanted], search: str) -> dict[int, list[tuple[Any, ...]]]:
    """Of each list, up to its limit, rows as (id, *columns) in which each word stands, or one near it, in one query.

    Those in which a word begins with it come first. Of a list without search documents, which has few rows, the names are
    compared.
    """
    words = next(iter(ways_to_read(search)), ())
    if not any(near(word) for word in words):
        return {}
    queries = {at: _query(session, one, words) for at, one in wanted.items() if one.spec.names or _document(one)}
    patterns = [re.compile(_pattern(word)) for word in words]
    starts = [re.compile(rf"\b{_pattern(word)}") for word in words]
    found = {}
    for at, rows in united(session, queries).items():
        if not _document(wanted[at]):
            rows = [(*row[:-1], plain(row[-1] or "")) for row in rows]
        close = [row for row in rows if all(one.search(row[-1]) for one in patterns)]
        close.sort(key=lambda row: sum(one.search(row[-1]) is None for one in starts))
        found[at] = [row[:-1] for row in close[: wanted[at].limit]]
    return found


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
    text = documents.c.document
    query = select(own.label("id"), *wanted.columns, text)
    query = query.join(documents, documents.c[document.key] == own)
    return query.where(_may_hold(session, document, own, text, words), *shown).limit(MOST)


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
        found = re.search(re.escape(word), spelt) or re.search(_pattern(word), spelt)
        inside.update(places[found.start() : found.end()] if found else ())
    pieces = groupby(range(len(text)), inside.__contains__)
    return [("".join(text[at] for at in places_of), is_in) for is_in, places_of in pieces]


def _may_hold(
    session: Session, document: Document, own: ColumnElement[int], text: ColumnElement[str], words: Sequence[str]
) -> ColumnElement[bool]:
    """The condition by which the index finds candidates."""
    parts = [found for word in words if (found := _candidates(word))]
    if session.get_bind().dialect.name == "sqlite":
        query = " AND ".join(f"({' OR '.join(_all_of(one) for one in sets)})" for sets in parts)
        return own.in_(indexed(document, query, lambda told: _all_hold(parts, lambda one: func.instr(told, one) > 0)))
    return _all_hold(parts, lambda one: holding(text, one))


def _all_hold(parts: Sequence[Sequence[Trigrams]], holds: Callable[[str], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Of each word all trigrams of one of its sets."""
    return and_(*(or_(*(and_(*map(holds, sorted(few))) for few in sets)) for sets in parts))


@lru_cache(maxsize=1024)
def near(word: str) -> tuple[str, ...]:
    """The spellings near a word of letters, by the place of the slip; ANY stands for one letter. None of a short word.

    >>> near("ab1de"), near("abc")
    ((), ())
    >>> {"nord", "nrood"} <= set(near("noord")), f"no{ANY}rd" in near("nord")
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
def _candidates(word: str) -> tuple[Trigrams, ...]:
    """Sets of trigrams: what holds all of one of them may hold the word, or one near it. Empty: nothing to go by."""
    if len(word) < SHORTEST:
        return ()
    exact, close = _trigrams(word[:LONGEST]), near(word)
    # One letter twice is looked for in short words, too: spelt out, it has trigrams enough.
    doubled = [word[: at + 1] + word[at:LONGEST] for at in range(len(word[:LONGEST]))] if close else []
    found = [one for one in map(_trigrams, (*close, *doubled)) if len(one) >= FEWEST_TRIGRAMS]
    sets = {_some(one) for one in (exact, *_merged(found))}
    # What holds more trigrams than another set is found by that one.
    return tuple(sorted((one for one in sets if not any(other < one for other in sets)), key=sorted))


def _merged(found: Sequence[Trigrams]) -> Iterator[Trigrams]:
    """Fewer sets, each of what several have in common, as long as that tells enough: each is a look into the index."""
    common: Trigrams | None = None
    for one in found:
        if common is not None and len(common & one) >= TELLING:
            common &= one
            continue
        if common is not None:
            yield common
        common = one
    if common is not None:
        yield common


def _some(trigrams: Trigrams) -> Trigrams:
    chosen = sorted(trigrams)
    return frozenset(chosen[:: -(-len(chosen) // ENOUGH)] if len(chosen) > ENOUGH else chosen)


def _all_of(trigrams: Trigrams) -> str:
    """For FTS5."""
    quoted = ('"' + one.replace('"', '""') + '"' for one in sorted(trigrams))
    return f"({' AND '.join(quoted)})"


@lru_cache(maxsize=1024)
def _pattern(word: str) -> str:
    spellings = "|".join(re.escape(one) for one in (word, *near(word)))
    return f"(?:{spellings.replace(re.escape(ANY), LETTER)})"
