"""What is typed into a search box -> conditions on search documents.

Words stand for parts of a document, all of which must be there. Of three characters and more a trigram index finds
them; shorter ones are the beginning of a name or a number, or a detail beside a longer word. A number may be typed
with other separators than it was stored with, and so may what stands between two words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    union,
    union_all,
)

from models.search.documents import DOCUMENTS, SEPARATORS, Document
from models.search.folding import BEYOND_ASCII, COMMON, plain
from models.search.spec import Column, Condition, ListSpec, Narrowing

# One more word finds no less, and the longest say most.
MOST_WORDS = 10
# What is shorter is in no trigram index.
SHORTEST = 3
# As few digits as a telephone number or a VAT number has, and as many letters as go with them.
FEWEST_DIGITS = 5
# So many digits with spaces between them are one number, and no words.
A_WHOLE_NUMBER = 8
MOST_LETTERS = 3
# What stands between words as well as a space does. A dot is part of a legal form or an address, @ of an e-mail address.
_BETWEEN = re.compile(r"[-,;:|/\\&+()]+")
# Between numbers and words only what is part of no number.
_BETWEEN_NUMBERS = re.compile(r"[,;|]+")
# A number such as K-10073, typed without what stands between its letters and its digits.
_LETTERS_AND_DIGITS = re.compile(r"([a-z]{1,4}) ?(\d[\d.-]*)")
HIGHEST = "\U0010ffff"

Words = tuple[str, ...]


def ways_to_read(search: str) -> tuple[Words, ...]:
    """The words of a search as documents spell them, the longest first; several ways where numbers are among them."""
    spelt = plain(search).split()
    joined = _squeezed("".join(spelt))
    spelt = [part for word in spelt for part in _parts(word)] or spelt
    ways = [spelt, [_squeezed(word) if _digits(word) else word for word in spelt]]
    if _digits(joined) >= FEWEST_DIGITS and sum(map(str.isalpha, joined)) <= MOST_LETTERS:
        # Without the zeros that stand for "abroad" or "in this country" the rest is the same in every spelling.
        ways.append([joined.lstrip("0") if joined.isdigit() else joined])
        if _digits(joined) >= A_WHOLE_NUMBER:
            # Pieces of two digits stand in every other document, wherever.
            ways = [way for way in ways if len(way) == 1]
    kept = [sorted(dict.fromkeys(filter(None, way)), key=len, reverse=True)[:MOST_WORDS] for way in ways]
    return tuple(dict.fromkeys(tuple(way) for way in kept if way))


def _parts(word: str) -> list[str]:
    """A word as the words it is made of: "nordhamn-logistik". One that would be pieces of a letter or two stays.

    >>> _parts("nordhamn,logistik"), _parts("k-10073,"), _parts("b&b"), _parts("&")
    (['nordhamn', 'logistik'], ['k-10073'], ['b&b'], [])
    """
    parts = list(filter(None, (_BETWEEN_NUMBERS if _digits(word) else _BETWEEN).split(word)))
    return [word] if parts and max(map(len, parts)) < SHORTEST else parts


def squeezed(number: str) -> str:
    """A number as search documents spell it, without what people write in it.

    >>> squeezed("K-10 073")
    'k10073'
    """
    return _squeezed(plain(number))


def _squeezed(word: str) -> str:
    return "".join(letter for letter in word.replace("(0)", "") if letter not in SEPARATORS)


def _digits(word: str) -> int:
    return sum(map(str.isdigit, word))


def narrowing(spec: ListSpec, search: str, *, sqlite: bool) -> Narrowing:
    """What a search text asks of the rows of a list. An empty text must not come here."""
    ways = ways_to_read(search)
    document = DOCUMENTS.get(spec.noun.__tablename__)
    if document is None:
        return Narrowing(and_(*(_in_names(spec, word) for word in (ways or ((plain(search),),))[0])))
    parts = [_Way(spec, document, way, search.strip(), sqlite=sqlite) for way in ways or ((plain(search),),)]
    ids = [part.ids() for part in parts]
    return Narrowing(
        or_(*(part.holds() for part in parts)),
        ids[0] if len(ids) == 1 else select(union(*ids).subquery()),
        # The index only has the words' parts of three characters.
        exact=not sqlite,
    )


def numbered(spec: ListSpec, number: str, *, sqlite: bool) -> Condition:
    """Whether a row has this number, however it is written there; a telephone number counts as well."""
    # In a document each number is a line of its own.
    way = _Way(spec, DOCUMENTS[spec.noun.__tablename__], (f"\n{squeezed(number)}\n",), number, sqlite=sqlite)
    return and_(spec.noun.id.in_(way.ids()), way.holds())


def beginnings(name: Column, search: str) -> list[Condition]:
    """Rows of which a name or number begins with the whole text: one condition, or one for each of its spellings."""
    return [_begins(name, start) for start in _spellings(name, plain(search), search)]


def _in_names(spec: ListSpec, word: str) -> Condition:
    """A word in one of the names of a list of few rows."""
    return or_(*(_spelt(name).contains(word, autoescape=True) for name in spec.names))


@cache
def _spelt(name: Column) -> ColumnElement[str]:
    """A name as it is searched, nearly: without the marks of common letters. The letters are no values of a statement."""
    spelt: ColumnElement[str] = func.lower(name)
    for letter in COMMON:
        spelt = func.replace(spelt, literal_column(f"'{letter}'"), literal_column(f"'{BEYOND_ASCII[letter]}'"))
    return spelt


class _Way:
    """One way to read a search: the documents that hold all its words."""

    def __init__(self, spec: ListSpec, document: Document, words: Words, typed: str, *, sqlite: bool) -> None:
        self.spec = spec
        self.document = document
        self.table = document.table
        self.key = self.table.c[document.key]
        self.words = words
        self.typed = typed
        self.sqlite = sqlite

    @property
    def is_short(self) -> bool:
        return len(self.words[0]) < SHORTEST

    def holds(self) -> Condition:
        """Whether a row of the list is found this way."""
        if not self.is_short:
            return self._in_document(self.words)
        begins = or_(
            *(_begins(name, start) for name in self.spec.names for start in _spellings(name, self.words[0], self.typed))
        )
        return begins if len(self.words) == 1 else and_(begins, self._in_document(self.words[1:]))

    def ids(self) -> Select[Any]:
        """The ids of the rows found this way, and on SQLite of some others."""
        if self.is_short:
            return self._beginnings()
        if self.sqlite:
            return indexed(
                self.document,
                trigrams(self.words),
                lambda text: and_(*(func.instr(text, one) > 0 for one in self.words)),
            )
        return select(self.key).where(*(self._contains(word) for word in self.words))

    def _in_document(self, words: Words) -> Condition:
        held = select(1).where(self.key == self.spec.noun.id, *(self._contains(word) for word in words))
        return held.correlate(self.spec.noun).exists()

    def _contains(self, word: str) -> Condition:
        if self.sqlite:
            return func.instr(self.table.c.document, word) > 0
        return self.table.c.document.like(pattern(word))

    def _beginnings(self) -> Select[Any]:
        rows: Any = self.spec.noun.__table__
        others = [self._contains(word) for word in self.words[1:]]
        also = [select(1).where(self.key == rows.c.id, *others).exists()] if others else []
        # One after the other: both databases would rather read all rows than two indexes for one OR.
        found = [
            select(rows.c.id).where(_begins(rows.c[name.key], start), *also)
            for name in self.spec.names
            for start in _spellings(name, self.words[0], self.typed)
        ]
        return found[0] if len(found) == 1 else select(union_all(*found).subquery())


def pattern(word: str) -> str:
    """For LIKE, by which the index of PostgreSQL finds documents that hold a word."""
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def indexed(document: Document, query: str, fits: Callable[[ColumnElement[str]], Condition]) -> Select[Any]:
    """The ids that the index of SQLite finds, and those of documents that it does not know yet and that fit.

    After a large import those are many: a sample of what is found must not be a sample of them all.
    """
    name = f"{document.name}_index"
    index = table(name, column("rowid", Integer), column(name, String))
    stale = table(f"{document.name}_stale", column(document.key, Integer)).c[document.key]
    found = select(index.c.rowid.label("id")).where(index.c[name].op("MATCH")(query))
    documents = document.table.alias()
    # From the few that are noted to their documents: of a join SQLite would rather read all documents.
    key = documents.c[document.key]
    unknown = select(key).where(key.in_(select(stale)), fits(documents.c.document))
    return select(union_all(found, unknown).subquery())


def _spellings(name: Column, word: str, typed: str) -> list[str]:
    """How a name may begin. A key is in small letters, but beyond ASCII SQLite leaves capitals as they are."""
    number = _LETTERS_AND_DIGITS.fullmatch(word) if name.key.startswith("number") else None
    if number is not None:
        dashed = f"{number[1]}-{number[2]}"
        spellings = {word, dashed}
        return sorted(spellings if name.key.endswith("_key") else spellings | {one.upper() for one in spellings})
    if word.isascii() and name.key.endswith("_key") and word in typed.lower():
        return [word]
    typed = next((one for one in typed.split() if plain(one) == word), typed)
    return sorted({word, typed.lower(), typed.capitalize(), typed.upper()})


def _begins(name: Column | ColumnElement[Any], start: str) -> Condition:
    return and_(name >= start, name < start + HIGHEST)


def trigrams(words: Words) -> str:
    """The FTS5 query for documents that may hold all words: enough of their trigrams, the rest is seen to later."""
    found: dict[str, None] = {}
    for word in words:
        last = len(word) - SHORTEST
        found |= dict.fromkeys(word[at : at + SHORTEST] for at in (*range(0, last, SHORTEST), last) if last >= 0)
    quoted = ('"' + part.replace('"', '""') + '"' for part in list(found)[:20])
    return " AND ".join(quoted)
