"""Number formats that show leading zeros: 7 shown as 007 is the text 007, for it is a code and not a quantity."""

from __future__ import annotations

import functools
import re

# A token of a number format: a quoted or escaped literal, a filler, a [colour] or [$-locale], or one character.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*](?P<filler>.)|\[(?P<bracket>[^\]]*)\]|(?P<plain>.)', re.DOTALL
)
_COLOUR_OR_LOCALE = re.compile(r"\$-|black|blue|cyan|green|magenta|red|white|yellow|color", re.IGNORECASE)
_LITERAL = frozenset("-+/() :$€£")


@functools.lru_cache(maxsize=1_000)
def zero_padding(number_format: str) -> tuple[str, ...] | None:
    """The pattern as pieces, `0` for each digit, if the format pads with zeros; None for any other format."""
    pieces: list[str] = []
    for token in _TOKEN.finditer(number_format):
        if token["plain"] == ";":
            break
        piece = _piece(token)
        if piece is None:
            return None
        pieces.append(piece)
    return tuple(pieces) if pieces.count("0") > 1 else None


def _piece(token: re.Match[str]) -> str | None:
    if token["bracket"] is not None:
        return "" if _COLOUR_OR_LOCALE.match(token["bracket"]) else None
    if token["filler"] is not None:
        return ""
    if token["plain"] is None:
        # A literal zero must not be taken for a digit of the number.
        literal = token["quoted"] if token["quoted"] is not None else token["escaped"]
        return None if literal == "0" else literal
    return token["plain"] if token["plain"] == "0" or token["plain"] in _LITERAL else None


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
