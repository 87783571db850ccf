"""Number formats that show another number than is stored: 7 shown as 007 is a code and no quantity, 0.21 as 21% is 21."""

from __future__ import annotations

import functools
import re
from decimal import Decimal

from importers.files.workbook import Cell

# A token of a number format: a quoted or escaped literal, a filler, a [colour] or [$-locale], the number as it is, or one
# character.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*](?P<filler>.)|\[(?P<bracket>[^\]]*)\]|(?P<general>(?i:General))|(?P<plain>.)',
    re.DOTALL,
)
_COLOUR_OR_LOCALE = re.compile(r"\$-|black|blue|cyan|green|magenta|red|white|yellow|color", re.IGNORECASE)
_LITERAL = frozenset("-+/() :$€£")
# A digit that is shown where the number has one.
_DIGIT_IF_ANY = "#"


PERCENT = ("%",)
BUILT_IN = {"9": "0%", "10": "0.00%"}
"""The formats of percentages that a file need not spell out, by their numbers."""


@functools.lru_cache(maxsize=1_000)
def shown_by(number_format: str) -> tuple[str, ...] | None:
    """How the format shows numbers where that is not what is stored: `PERCENT`, or the pieces of zero padding."""
    first = (token["plain"] for token in _TOKEN.finditer(number_format.partition(";")[0]))
    return PERCENT if "%" in first else zero_padding(number_format)


def zero_padding(number_format: str) -> tuple[str, ...] | None:
    """The pattern as pieces, `0` for each digit, if the format pads with zeros or puts letters in front, as in "K-"0; None
    for any other format.
    """
    pieces: list[str] = []
    for token in _TOKEN.finditer(number_format):
        if token["plain"] == ";":
            break
        piece = _piece(token)
        if piece is None:
            return None
        pieces.append(piece)
    if _DIGIT_IF_ANY in pieces:
        places = [at for at, piece in enumerate(pieces) if piece in {"0", _DIGIT_IF_ANY}]
        if not {*pieces[places[0] : places[-1]]} <= {"", "0", _DIGIT_IF_ANY}:
            return None  # something stands between the digits, and where depends on the number
        pieces[places[-1]] = "0"
        pieces = ["" if piece == _DIGIT_IF_ANY else piece for piece in pieces]
    before = pieces[: pieces.index("0")] if "0" in pieces else []
    return tuple(pieces) if pieces.count("0") > 1 or any(map(_has_letter, before)) else None


def _has_letter(piece: str) -> bool:
    return any(map(str.isalpha, piece))


def _piece(token: re.Match[str]) -> str | None:
    if token["bracket"] is not None:
        return "" if _COLOUR_OR_LOCALE.match(token["bracket"]) else None
    if token["filler"] is not None:
        return ""
    if token["general"] is not None:
        return "0"
    if token["plain"] is None:
        # A literal zero must not be taken for a digit of the number.
        literal = token["quoted"] if token["quoted"] is not None else token["escaped"]
        return None if literal in {"0", _DIGIT_IF_ANY} else literal
    if token["plain"] == ",":
        return ""  # what parts thousands
    return token["plain"] if token["plain"] in {"0", _DIGIT_IF_ANY} or token["plain"] in _LITERAL else None


def as_shown(value: Cell, pieces: tuple[str, ...]) -> Cell:
    """The cell as a format shows it; what that is not for is left as it is."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    if pieces == PERCENT:
        return percentage(value)
    return padded(value, pieces) if isinstance(value, int) else value


def percentage(value: int | Decimal) -> str:
    """0.21 as 21%. Three places would look like thousands: they get a fourth."""
    digits = format((value * Decimal(100)).normalize(), "f")
    return f"{digits}0%" if len(digits.partition(".")[2]) == 3 else f"{digits}%"


def padded(number: int, pieces: tuple[str, ...]) -> str:
    """The number as shown: 42 in the format 00000 is 00042."""
    places = pieces.count("0")
    digits = str(abs(number)).rjust(places, "0")
    surplus, tail = digits[: len(digits) - places], iter(digits[len(digits) - places :])
    shown: list[str] = ["-"] if number < 0 else []
    for piece in pieces:
        if piece == "0":
            shown += [surplus, next(tail)]
            surplus = ""
        else:
            shown.append(piece)
    return "".join(shown)
