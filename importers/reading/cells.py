"""A cell as text: what of it is read at all, and the visible choices about a file that every parser gets."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import TypedDict

from importers.files.workbook import Cell
from importers.trouble import Trouble, Wrong
from models.base import Limits, invisible, limits_of
from models.customer import Customer
from models.settings import ValueList

LANGUAGES = ("en", "nl", "sv", "de", "fi", "nb", "da")
# The languages that are known by their names, too.
OFFERED_LANGUAGES = ("nl", "en", "de", "fr", "sv", "fi", "nb", "nn", "no", "da", "es", "it", "pt", "pl")

# What some programs write for "nothing". In capitals only: Null is a family name.
NOTHING = frozenset(
    {"NULL", "\\N", "#N/A", "N/A", "n/a", "-", "--", "–", "—", "(null)", "(leeg)", "(empty)", "n.v.t.", "N.v.t.", "N.V.T.", "nvt",
     "n.a.", "N.A.", "nan", "NaN", "<NA>", "null", "undefined"}
)  # fmt: skip


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


@dataclass(frozen=True)
class Reading:
    """The choices about a file, and what is already in the database to look values up in (names folded).

    `year_first`: where the year stands in dates of which nothing else tells it, such as 19-03-01; None refuses them.
    """

    day_first: bool = True
    year_first: bool | None = None
    decimal_comma: bool = True
    separator: str = ";"
    country: str = "NL"
    users: Mapping[str, Collection[int]] = field(default_factory=dict)
    user_names: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)
    label_names: Mapping[int, str] = field(default_factory=dict)
    exclusive: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    values: Mapping[ValueList, Mapping[str, int]] = field(default_factory=dict)
    value_names: Mapping[int, str] = field(default_factory=dict)
    may_add_words: bool = False


class Notation(TypedDict, total=False):
    """How one column writes its values, where that is known of it."""

    day_first: bool
    year_first: bool
    decimal_comma: bool


# A text that begins with one of these gets an apostrophe in front on its way out, so that no spreadsheet runs it as a
# formula; an apostrophe before one of these is taken off on the way in.
GUARDED = frozenset({"=", "+", "-", "@", "\t", "\r", "'"})

Parse = Callable[[Cell, Reading], object]


def unseen(text: str) -> set[int]:
    """Where a text holds what nobody can see; line breaks are left to the parser of the column."""
    return set() if text.isprintable() else {at for at in invisible(text) if text[at] not in "\t\n\r"}


def legible(cell: Cell) -> Cell:
    """A cell without what nobody can see; what parts words becomes a space."""
    if not isinstance(cell, str) or not (hidden := unseen(cell)):
        return cell
    return "".join(letter if at not in hidden else " " * letter.isspace() for at, letter in enumerate(cell)).strip()


_ONLY_NUMBERS = re.compile(r"[0-9][0-9 ./:-]*|[1-9][0-9]{3} ?[A-Z]{2}")


def plain(cell: Cell) -> str:
    """A cell as text on one line; nothing, and what stands for nothing, is ''."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = cell
        if text[:1] == "'" and (text[1:2] in GUARDED or _ONLY_NUMBERS.fullmatch(text, 1)):
            text = text[1:]
        if text in NOTHING:
            return ""
        if "\n" in text or "\r" in text or "\t" in text:
            text = " ".join(text.split())
        return text
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell)


# Words between two values.
AND = r"(?:en|of|and|or|und|oder|och|eller|og|ja|tai|et|ou)"
_ONE_VALUE = re.compile(rf"(?!.* (?:-|{AND}) |[A-Za-z]+\. )[\w@.+()-]+(?: [\w@.+()-]+)*")


def needs_nothing(text: str, several: bool) -> bool:
    """Whether the parsers of text give this back as it is, which is so of nearly all cells and quicker seen than done.

    `several`: of those that take the first of several values.
    """
    if not text.isprintable() or text[:1] in {"", "'"} or text in NOTHING:
        return False
    return not several or (_ONE_VALUE.fullmatch(text) is not None and text.count("@") < 2)


NAME_LENGTH, NAME_START = limits_of(Customer.company_name).longest or 0, 60


def shortened(name: str) -> str:
    """A name as far as it fits: its beginning and its end, which tells it from others that begin the same way."""
    if len(name) <= NAME_LENGTH:
        return name
    return f"{name[:NAME_START].rstrip()} … {name[NAME_START + 3 - NAME_LENGTH :].lstrip()}"


def long_text(cell: Cell) -> str:
    """A cell as text that keeps its lines."""
    if isinstance(cell, str) and "\n" in cell:
        return "\n".join(line.rstrip() for line in cell.splitlines()).strip()
    return plain(cell)


def typed(cell: Cell) -> str:
    """A cell as text on one line. What was typed where a spreadsheet has a date or a tick now, nobody knows."""
    if isinstance(cell, bool):
        raise Wrong(Trouble.TICK_FOR_TEXT)
    if isinstance(cell, dt.date):
        raise Wrong(Trouble.DATE_FOR_TEXT)
    return plain(cell)


def text(limits: Limits) -> Parse:
    """A parser for one line of text."""
    return lambda cell, _reading: fitting(typed(cell), limits.longest)


def line(limits: Limits) -> Parse:
    """A parser for one line of text that may as well be a date."""
    return lambda cell, _reading: fitting(plain(cell), limits.longest)


def lines(limits: Limits) -> Parse:
    """A parser for text of several lines."""
    return lambda cell, _reading: fitting(long_text(cell), limits.longest)


def fitting(text: str, longest: int | None) -> str:
    """A text that is not longer than its column."""
    if longest is not None and len(text) > longest:
        raise Wrong(Trouble.TOO_LONG, length=len(text), limit=longest)
    return text


_FLAT = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


@lru_cache(maxsize=10_000)
def squeezed(text: str) -> str:
    """What a header or a name comes down to: small letters and digits, no accents.

    >>> squeezed("Straße + Nr.*"), squeezed("Besøksadresse")
    ('strassenr', 'besoksadresse')
    """
    flat = unicodedata.normalize("NFKD", text.casefold()).translate(_FLAT)
    return "".join(letter for letter in flat if letter.isalnum())


def agreed(told: set[bool]) -> bool | None:
    """What all of them tell; None if they tell nothing, or contradict each other."""
    return told.pop() if len(told) == 1 else None
