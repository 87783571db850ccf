"""Which encodings a text may be read in, and which of them makes words of bytes that tell nothing themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
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


def likeliest(content: bytes) -> str:
    """The encoding to read bytes in that are no UTF-8: the usual one, unless they do not decode in it and do in one that
    makes more words of them.
    """
    if _text(content, USUAL) is not None:
        return USUAL
    sample = _sample(content)
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
