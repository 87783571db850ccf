"""One spelling for searching: small letters without accents, plain quotes and dashes; in Python and in both databases.

All of it follows from one table of single characters, so that triggers can do it in plain SQL: a program that writes to
the database need not know us, and SQLite has no function of ours then.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterator, Sequence

# Letters that Unicode does not take apart.
_SPELT_OUT = {
    "ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d",
    "þ": "th", "Þ": "th", "ł": "l", "Ł": "l", "ħ": "h", "Ħ": "h", "ı": "i", "ŋ": "n", "Ŋ": "n", "ŧ": "t", "Ŧ": "t",
    "ĸ": "k", "ẞ": "ss", "ŉ": "'n", "Ŀ": "l", "ŀ": "l",
}  # fmt: skip
_PLAIN = {
    "’": "'", "‘": "'", "ʼ": "'", "´": "'", "′": "'", "–": "-", "—": "-", "‑": "-", "−": "-", "‐": "-", "‒": "-",
    "“": '"', "”": '"', "„": '"', "\u00a0": " ", "\u202f": " ", "\u2009": " ",
}  # fmt: skip
# Accents typed as characters of their own, as some systems store them, and what is in a text without being seen.
_MARKS = dict.fromkeys(
    "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u031b\u0323\u0327\u0328"
    "\u00ad\u200b\u200c\u200d\ufeff",
    "",
)
# Latin with accents (to Latin Extended-A, the letters of two, Romanian and Vietnamese), Greek, Cyrillic and ligatures.
_RANGES = (
    *((0xC0, 0x180), (0x1A0, 0x1A2), (0x1AF, 0x1B1), (0x1C4, 0x1CD), (0x1F1, 0x1F4), (0x218, 0x21C)),
    *((0x386, 0x3CF), (0x400, 0x460), (0x1E80, 0x1E86), (0x1EA0, 0x1EFA), (0xFB00, 0xFB07)),
)
# What most names in Western Europe need: tried first, and mostly enough.
COMMON = "éèëêöüäåøæïçñáóíÅÖÄÉØ"


def _bare(character: str) -> str:
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if not unicodedata.combining(part)).lower()


def _table() -> dict[str, str]:
    letters = (chr(code) for first, last in _RANGES for code in range(first, last))
    bare = {letter: _bare(letter) for letter in letters if letter.isalpha()}
    found = {**bare, **_SPELT_OUT, **_PLAIN, **_MARKS}
    return {letter: spelt for letter, spelt in found.items() if letter != spelt}


BEYOND_ASCII = _table()
_TRANSLATE = str.maketrans({**dict(zip(string.ascii_uppercase, string.ascii_lowercase, strict=True)), **BEYOND_ASCII})


def plain(text: str) -> str:
    """The text in the spelling of search documents.

    >>> plain("Ålesund Smørbrød B.V.")
    'alesund smorbrod b.v.'
    """
    return text.translate(_TRANSLATE)


def literal(text: str) -> str:
    """The text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


# SQLite's parser has a small stack: nested deeper than some thirty, and it gives up.
_DEEPEST = 28


def _replaced(expression: str, letters: Sequence[str]) -> str:
    for letter in letters:
        expression = f"replace({expression}, {literal(letter)}, {literal(BEYOND_ASCII[letter])})"
    return expression


def sqlite_steps(expression: str) -> Iterator[str]:
    """SQL for SQLite: what folds beyond small letters, as expressions to store one after the other."""
    rest = [letter for letter in BEYOND_ASCII if letter not in COMMON]
    yield _replaced(expression, COMMON)
    for start in range(0, len(rest), _DEEPEST):
        yield _replaced(expression, rest[start : start + _DEEPEST])


def sqlite_beyond_ascii(expression: str) -> str:
    """SQL for SQLite: whether there is anything but ASCII in it."""
    return f"length(CAST({expression} AS BLOB)) > length({expression})"


def postgresql_steps(expression: str) -> Iterator[str]:
    """SQL for PostgreSQL: what folds beyond small letters, in two steps; the common comes first."""
    for letters in (list(COMMON), [letter for letter in BEYOND_ASCII if letter not in COMMON]):
        one = {letter: BEYOND_ASCII[letter] for letter in letters if len(BEYOND_ASCII[letter]) == 1}
        gone = [letter for letter in letters if not BEYOND_ASCII[letter]]
        # translate() drops the letters for which it has no counterpart.
        translated = f"translate({expression}, {literal(''.join([*one, *gone]))}, {literal(''.join(one.values()))})"
        yield _replaced(translated, [letter for letter in letters if len(BEYOND_ASCII[letter]) > 1])
