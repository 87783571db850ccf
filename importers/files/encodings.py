"""Which encodings a text may be read in, and which of them makes words of bytes that tell nothing themselves.

Most of what Mac and DOS wrote decodes as Windows, too, to signs that stand nowhere within a word: Fran‡ois, P”yt„, Gro§.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

# In the order in which they are offered, and taken where two make the same of a text.
OFFERED: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1257": "Windows-1257",
    "latin-1": "Latin-1",
    "utf-16": "UTF-16",
    "mac_roman": "Mac",
    "cp850": "DOS (850)",
    "cp437": "DOS (437)",
    "shift_jis": "Shift-JIS",
    "iso8859-2": "ISO-8859-2",
    "iso8859-7": "ISO-8859-7",
}
USUAL = "cp1252"
# Both tell themselves by their bytes, and UTF-16 makes letters of anything.
_TOLD = frozenset({"utf-8", "utf-16", USUAL})
_SAMPLE = 64_000
_LETTERS = 5_000
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_USUAL_LETTERS = frozenset("åäöæøéèëêïíóôúüáàâçñßÅÄÖÆØÉÈËÜÁÍÓÚÇÑ")
_REPLACED = "\ufffd"

# Whose bytes nearly all decode in the usual encoding.
_MISTAKEN_FOR_USUAL = ("mac_roman", "cp850", "cp437")
# How much a letter speaks for an encoding: some are in every tenth name, others hardly anywhere.
_SPEAKS = {
    **dict.fromkeys("äöåéëøæßÄÖÅÉËØÆüÜ", 1.0),
    **dict.fromkeys("èçïêÈÇÏÊ", 0.8),
    **dict.fromkeys("àáâíîñóôúÀÁÂÍÎÑÓÔÚ", 0.5),
}
_FEW = 0.3
_QUOTES, _LOW_QUOTES = "“”„‚‹›«»", "„‚"
# Stand between letters in real names, as apostrophes and dashes do, so that they tell nothing.
_TELL_NOTHING = frozenset("‘’´`–—\xa0\xad")
# Signs behind which a word may not end: § 5, £ 5, ¿qué?
_ONLY_IN_FRONT = frozenset("§£¥¤¿¡‰†‡ˆ˜¯¸")
_NO_LETTERS = frozenset("ƒªºˆ˜")
_WORD, _ENDS = 20, frozenset(';,|"')
# A sibilant needs a vowel beside it, or what stands for one in front: Krško, Bedžih.
_SIBILANTS, _VOWELS = "šž", frozenset("aeiouyrld")


def likeliest(content: bytes) -> str:
    """The encoding to read bytes in that are no UTF-8: the usual one, unless another makes more words of them."""
    sample = _sample(content)
    if _text(content, USUAL) is not None:
        return _mistaken(content, sample)
    usual = _sense(sample.decode(USUAL, errors="replace"))
    found = {name: _sense(text) for name in OFFERED if name not in _TOLD and (text := _text(sample, name)) is not None}
    better = sorted((name for name, sense in found.items() if sense > usual), key=found.__getitem__, reverse=True)
    return next((name for name in better if _text(content, name) is not None), USUAL)


# Two bytes of UTF-8 that were read as two letters and written so: Ã¼ for ü. The second is hardly ever part of a word.
_TWICE_ENCODED = re.compile("[ÂÃÄÅÆØ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def garbled(text: str) -> tuple[int, str] | None:
    """The first line with letters that were spoilt before, and what stands there; None if there are none."""
    for found in _TWICE_ENCODED.finditer(text):
        try:
            found[0].encode(USUAL).decode()
        except UnicodeError:
            continue
        start = max(text.rfind(mark, 0, found.start()) for mark in '\n;,\t|"') + 1
        cell = re.compile(r'[^\n;,\t|"]{1,40}').match(text, start)
        return text.count("\n", 0, start) + 1, cell[0].strip() if cell else found[0]
    return None


@dataclass(frozen=True, slots=True)
class _Look:
    """How a reading looks: how much its letters speak for it, how many there are, and the words that a sign breaks.

    `is_sure`: that there are some; a single Lihtenštajn tells nothing.
    """

    speaks: float
    letters: int
    broken: tuple[str, ...]
    is_sure: bool


def doubtful(text: str) -> tuple[int, str] | None:
    """How many words look as if they were written in another encoding, and one of them; None for a few."""
    look = _look(text)
    few = max(1, (look.letters + len(look.broken)) // 10)
    return (len(look.broken), look.broken[0]) if len(look.broken) > few else None


def _mistaken(content: bytes, sample: bytes) -> str:
    """The usual encoding, unless its letters break words that another one makes whole."""
    usual = _look(sample.decode(USUAL))
    if not usual.is_sure:
        return USUAL
    found = {name: look for name in _MISTAKEN_FOR_USUAL if (look := _look(sample.decode(name, errors="replace")))}
    whole = {
        name: look.speaks
        for name, look in found.items()
        if len(look.broken) * 10 <= len(usual.broken) <= look.letters and look.speaks > usual.speaks
    }
    return max((name for name in whole if _text(content, name) is not None), key=whole.__getitem__, default=USUAL)


def _look(text: str) -> _Look:
    speaks, letters, broken, signs = 0.0, 0, list[str](), list[str]()
    for found in islice(_BEYOND_ASCII.finditer(text), _LETTERS):
        at, sign = found.start(), found[0]
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if _breaks(before, sign, after):
            broken.append(_word_at(text, at))
            signs.append(sign)
        elif sign.isalpha() and (before.isalpha() or after.isalpha()):
            letters += 1
            speaks += _SPEAKS.get(sign, _FEW)
    return _Look(speaks, letters, tuple(broken), len(signs) > 1 or any(sign not in _SIBILANTS for sign in signs))


def _breaks(before: str, sign: str, after: str) -> bool:
    """Whether a sign cannot stand where it stands in a word."""
    behind, within = before.isalpha(), before.isalpha() and after.isalpha()
    if sign == _REPLACED or unicodedata.category(sign) == "Cc" or "\u2500" <= sign <= "\u259f":
        return True
    if sign in _TELL_NOTHING:
        return False
    if sign in _QUOTES:
        return within or (behind and sign in _LOW_QUOTES)
    if not sign.isalpha() or sign in _NO_LETTERS:
        return within or (behind and sign in _ONLY_IN_FRONT) or (sign in "®™" and after.isalpha())
    if sign in _SIBILANTS and within:
        return before.lower() not in _VOWELS and after.lower() not in _VOWELS - {"r", "l", "d"}
    return (behind or after.isalpha()) and not _fits(before, sign, after)


def _word_at(text: str, at: int) -> str:
    """The word around a place."""
    start, end = at, at + 1
    while start and at - start < _WORD and not (text[start - 1].isspace() or text[start - 1] in _ENDS):
        start -= 1
    while end < len(text) and end - at < _WORD and not (text[end].isspace() or text[end] in _ENDS):
        end += 1
    return text[start:end]


def _text(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _sample(content: bytes) -> bytes:
    """The first lines with anything but ASCII, whole: what two bytes mean together would not be known of half of them."""
    lines, size = list[bytes](), 0
    for line in content.splitlines(keepends=True):
        if size > _SAMPLE:
            break
        if not line.isascii():
            lines.append(line)
            size += len(line)
    return b"".join(lines)


def _sense(text: str) -> tuple[bool, float]:
    """Whether all letters beyond ASCII look like parts of words, and how much they do: from -1 to 1."""
    points = list(_points(text))
    return bool(points) and min(points) > 0, sum(points) / len(points) if points else -1.0


def _points(text: str) -> Iterator[float]:
    for found in islice(_BEYOND_ASCII.finditer(text), _LETTERS):
        at, sign = found.start(), found[0]
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        in_word = before.isalpha() or after.isalpha()
        if sign == _REPLACED or unicodedata.category(sign) == "Cc" or (in_word and not _fits(before, sign, after)):
            yield -1.0
        elif sign.isalpha():
            # Names begin with a capital more often than with a small letter.
            begins_small = sign.islower() and not before.isalpha()
            yield 1.0 if sign in _USUAL_LETTERS and not begins_small else 0.5


def _fits(before: str, sign: str, after: str) -> bool:
    """Whether a sign can stand between these two in a word: of one script, and no capital behind a small letter."""
    if not sign.isalpha():
        return sign in "’‘´"
    if any(other.isalpha() and _is_latin(other) != _is_latin(sign) for other in (before, after)):
        return False
    if sign.isupper():
        return not (before.islower() or (before.isalpha() and after.islower()))
    return not (sign.islower() and after.isupper())


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
