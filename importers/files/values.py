"""One value as read becomes one cell: text trimmed, whole numbers whole, dates dates."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from importers.files.workbook import Cell, Fault

# Spaces of all kinds.
_BLANK = "".join(map(chr, [*range(9, 14), 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029]))
_BLANK += "\u202f\u205f\u3000"
# No database takes these; the others that nobody can see are for the importer to leave out and to say.
_UNWANTED = re.compile(r"\r\n?|[\x00\ud800-\udfff]")
# Controls and marks without a shape. Which of them may stand between letters, the importer knows (`models.base.invisible`);
# the child, which loads nothing of the domain, only tells a cell of nothing else.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FEWEST_LOST_DIGITS = 10**15
_LONGEST_NUMBER = 10**30
_FIRST_SURE_DATE = date(1900, 3, 1)
_LAST_SURE_DATE = date(9999, 12, 31)

Read = str | int | float | bool | Decimal | date | datetime | time | timedelta | None


def cell(value: Read) -> Cell:
    """The value as every reader should have given it."""
    if isinstance(value, str):
        return text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return number(value)
    return _moment(value)


def text(value: str) -> str | None:
    """Text without blanks around it; nothing that can be seen is nothing, and what nobody can keep is shown as such."""
    if not value.isprintable():
        value = _UNWANTED.sub(lambda found: "\n" if found[0][0] == "\r" else "\ufffd", value)
        value = value.strip(_BLANK)
        return None if all(unicodedata.category(letter) in _UNSEEN for letter in value) else value
    # Of all blanks the plain space alone can be printed.
    return value.strip() or None


def unescape(value: str) -> str:
    """`_x000D_` and its like, which stand for characters that XML cannot hold."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value


def number(value: float) -> int | Decimal:
    """A number with the 15 digits that a spreadsheet keeps and shows; of a longer one, what is left of it.

    NaN and infinity stay what they are, see `fault_of`.
    """
    if -_FEWEST_LOST_DIGITS < value < _FEWEST_LOST_DIGITS:
        if value == int(value):
            return int(value)
        exact = Decimal(format(value, ".15g"))
    else:
        exact = Decimal(repr(float(value)))
        if not exact.is_finite():
            return exact
    return int(exact) if abs(exact) < _LONGEST_NUMBER and exact == exact.to_integral_value() else exact


def _moment(value: Decimal | date | datetime | time | timedelta) -> Cell:
    if isinstance(value, datetime):
        moment = value + timedelta(microseconds=500_000) if value.year < _LAST_SURE_DATE.year else value
        moment = moment.replace(microsecond=0, tzinfo=None)
        return moment if moment.time() != time() else moment.date()
    if isinstance(value, time):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    return value


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def fault_of(value: Cell) -> Fault | None:
    """What is doubtful about a number or a date by itself."""
    if isinstance(value, Decimal) and not value.is_finite():
        return Fault.NO_NUMBER
    if isinstance(value, int | Decimal):
        return Fault.TOO_MANY_DIGITS if not -_FEWEST_LOST_DIGITS < value < _FEWEST_LOST_DIGITS else None
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return None if day >= _FIRST_SURE_DATE else Fault.DOUBTFUL_DATE
    return None
