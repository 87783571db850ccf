"""Dates: as numbers in either order, as days that spreadsheets count, with the name of the month in six languages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache

from babel import Locale

from importers.files.workbook import Cell
from importers.reading.cells import LANGUAGES, Reading, agreed, plain, squeezed
from importers.trouble import Trouble, Wrong

_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?")
# A year of two digits behind dashes may as well be a day: 26-03-04 is March 4 in Sweden.
# But nobody writes such a day or month with one digit: 4-3-26.
_YEAR = (
    r"[0-9]{4}|(?:(?<=[./])|(?<=\. ))[0-9]{2}|(?<=-)(?:3[2-9]|[4-9][0-9])"
    r"|(?:(?<=-[1-9]-)|(?<=\b[1-9]-[0-9]{2}-))[0-9]{2}"
)
# Where the year stands in these only the rest of the column tells, or somebody who knows: 26-03-04, 260304.
_SHORT = re.compile(r"([0-9]{2})(?:-(?=[0-9]{2}-)|(?=[0-9]{4}\Z))([0-9]{2})-?([0-9]{2})(?:[T ].*)?")
_LOCAL = re.compile(rf"([0-9]{{1,2}})[-/. ]+([0-9]{{1,2}})[-/. ]+({_YEAR})(?: .*)?")
# What programs write for no date, and a date as spreadsheets count it: the days since the end of 1899, up to 2099.
_NO_DATE = re.compile(r"0{1,4}([-/.])0{1,2}\1 ?0{1,4}(?:[T ].*)?")
_COUNTED = re.compile(r"([1-6][0-9]{4}|7[0-2][0-9]{3})(?:[.,][0-9]+)?")
_FIRST_COUNTED = dt.date(1899, 12, 30)
_COMPACT = re.compile(r"([12][0-9]{3})([01][0-9])([0-3][0-9])")
_NAMED = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th|(?:e|er|de|ste)(?=[-/. ]))?[-/. ]*([^\W\d_]+)[-/., ]*([0-9]{4})(?: .*)?"
)
# As spreadsheets and people write it short: 4-mrt-26, 4 mars -26. A bare number may be a day.
_NAMED_SHORT = re.compile(r"([0-9]{1,2})\.?[-/ ]([^\W\d_]{3,9})\.?(?:[-/]| [-'’])([0-9]{2})")
_NAME_FIRST = re.compile(r"([^\W\d_]+)[-/. ]*([0-9]{1,2})(?:st|nd|rd|th)?[,. ]+([0-9]{4})(?: .*)?")
_NAME_BETWEEN = re.compile(r"([0-9]{4})[-/. ]*([^\W\d_]+)[-/. ]*([0-9]{1,2})(?: .*)?")
# What people write of months besides what the tables of locales have.
_MONTHS_TOO = {"mrt": 3, "sept": 9, "okt": 10, "mai": 5, "maj": 5, "mei": 5}


class Counted(str):
    """A date that was no more than a number of days, so that it can be told of the rows that are written."""

    __slots__ = ()


def day(cell: Cell, reading: Reading) -> str:
    """A date: 2026-11-21. Text is read in the order that was chosen, and refused where it does not fit that order."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    text = _without_weekday(plain(cell))
    if not text or _NO_DATE.fullmatch(text):
        return ""
    if counted := _COUNTED.fullmatch(text):
        return Counted((_FIRST_COUNTED + dt.timedelta(days=int(counted[1]))).isoformat())
    found = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    short = _SHORT.fullmatch(text)
    named = _named_month(text) if found is None else None
    if found:
        parts = (int(found[1]), int(found[2]), int(found[3]))
    elif short and _begins_with_year(short, reading.year_first):
        parts = (_year(short[1]), int(short[2]), int(short[3]))
    elif named:
        parts = named
    else:
        found = short or _LOCAL.fullmatch(text)
        if not found:
            raise Wrong(Trouble.NOT_A_DATE)
        first, second = int(found[1]), int(found[2])
        if (second if reading.day_first else first) > 12 >= (first if reading.day_first else second):
            raise Wrong(Trouble.UNCLEAR_DATE)
        parts = (_year(found[3]), *((second, first) if reading.day_first else (first, second)))
    try:
        return dt.date(*parts).isoformat()
    except ValueError:
        raise Wrong(Trouble.NOT_A_DATE) from None


def _begins_with_year(short: re.Match[str], is_said: bool | None) -> bool:
    """Whether the first of three pairs of digits is the year: a number above 31 tells, and if none is, what was said."""
    first, last = (int(short[at]) > _LONGEST_MONTH for at in (1, 3))
    if first == last and is_said is None:
        raise Wrong(Trouble.UNCLEAR_DATE)
    return first if first != last else bool(is_said)


class Yearless(str):
    """Nothing, where a birthday was given without its year."""

    __slots__ = ()


# --03-04, 02/03, 3 april, April 3; 1604 is the year that calendars write where they know none.
_NO_KNOWN_YEAR = 1604
_OF_A_YEAR = re.compile(
    rf"(?:--|{_NO_KNOWN_YEAR}-)([0-9]{{2}})-?([0-9]{{2}})(?:[T ].*)?|([0-9]{{1,2}})[-/. ]{{1,2}}([0-9]{{1,2}})\.?"
)
_OF_A_NAMED_MONTH = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]*([^\W\d_]+)\.?|([^\W\d_]+)\.? ?([0-9]{1,2})(?:st|nd|rd|th)?"
)


def birthday(cell: Cell, reading: Reading) -> str:
    """A date of birth. A birthday without its year is none, and nothing is wrong with it."""
    if isinstance(cell, dt.date):
        return Yearless() if cell.year == _NO_KNOWN_YEAR else day(cell, reading)
    is_yearless = isinstance(cell, str) and _is_day_of_any_year(_without_weekday(plain(cell)))
    return Yearless() if is_yearless else day(cell, reading)


def _is_day_of_any_year(text: str) -> bool:
    if found := _OF_A_YEAR.fullmatch(text):
        least, most = sorted(int(part) for part in found.groups() if part is not None)
        return 1 <= least <= _MONTHS and most <= _LONGEST_MONTH
    named = _OF_A_NAMED_MONTH.fullmatch(text)
    return named is not None and squeezed(named[2] or named[3]) in months()


_MONTHS, _LONGEST_MONTH = 12, 31
_DAY_WITH_MARKS = re.compile(r"(?:[0-9]{1,2}([-/.])[0-9]{1,2}\1|(?=[0-9]{4}([-/.])[0-9]{1,2}\2))(?:19|20)?[0-9]{2}.*")


def is_day(cell: Cell) -> bool:
    """Whether a cell is a date and nothing else: with marks between its parts, and of a year that people speak of."""
    if isinstance(cell, dt.date):
        return True
    text = plain(cell)
    if not _DAY_WITH_MARKS.fullmatch(text):
        return False
    for day_first in (True, False):
        try:
            return _FIRST_YEAR <= int(day(text, Reading(day_first=day_first))[:4] or 0) < _FIRST_YEAR + 200
        except Wrong:
            continue
    return False


_FIRST_YEAR, _YEARS_AHEAD = 1900, 10


def day_doubt(value: str, _reading: Reading) -> Trouble | None:
    """Whether a date is one that nobody living means, as 31-12-2099 stands for never in many programs, or a mere number."""
    if isinstance(value, Counted):
        return Trouble.COUNTED_DATE
    latest = dt.datetime.now(dt.UTC).year + _YEARS_AHEAD
    return None if _FIRST_YEAR <= int(value[:4]) <= latest else Trouble.FAR_DATE


def _year(text: str) -> int:
    """A year; one of two digits is one of the last ninety or of the next ten."""
    if len(text) == 4:
        return int(text)
    latest = dt.datetime.now(dt.UTC).year + 10
    return latest - (latest - int(text)) % 100


@cache
def months() -> dict[str, int]:
    """Every name by which a month is known in the languages we read, squeezed -> its number."""
    found: dict[str, int] = {}
    for language in (*LANGUAGES, "fr"):
        for uses in Locale.parse(language).months.values():
            for width in ("wide", "abbreviated"):
                found |= {squeezed(name): number for number, name in uses[width].items() if not name.isdigit()}
    return found | _MONTHS_TOO


def _named_month(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a date that names its month: 3 april 2026, April 3, 2026, 2026-apr-03."""
    for shape, (year, month, day_) in _SHAPES:
        found = shape.fullmatch(text)
        number = months().get(squeezed(found[month])) if found else None
        if found and number:
            return _year(found[year]), number, int(found[day_])
    return None


def _without_weekday(text: str) -> str:
    """A date without the day of the week in front of it."""
    if not text[:1].isalpha():
        return text
    word, _, rest = text.partition(" ")
    return rest if rest and squeezed(word) in weekdays() else text


# Where each has its year, its month and its day.
_SHAPES = ((_NAMED, (3, 2, 1)), (_NAMED_SHORT, (3, 2, 1)), (_NAME_FIRST, (3, 1, 2)), (_NAME_BETWEEN, (1, 2, 3)))


@cache
def weekdays() -> frozenset[str]:
    """What may stand in front of a date: every name of a day of the week, squeezed, and the Swedish article."""
    names = (
        name
        for language in LANGUAGES
        for uses in Locale.parse(language).days.values()
        for width in ("wide", "abbreviated", "short")
        for name in uses.get(width, {}).values()
    )
    return frozenset({"den", *map(squeezed, names)})


def hides_its_year(cell: Cell) -> bool:
    """Whether only the order of its parts tells the year of a date, and the order is not to be seen: 19-03-01."""
    found = _short(cell)
    return found is not None and max(int(found[1]), int(found[3])) <= _LONGEST_MONTH


def years_come_first(samples: Sequence[Cell]) -> bool | None:
    """Whether such dates begin with the year; None if nothing among them tells, or they contradict each other.

    A year that is seen to stand last tells, and so does a date that the calendar has in one order only.
    """
    shorts = [short for cell in samples if (short := _short(cell))]
    told = {True for short in shorts if int(short[1]) > _LONGEST_MONTH}
    told |= {False for cell in samples if isinstance(cell, str) and _LOCAL.fullmatch(_without_weekday(cell.strip()))}
    if told:
        return agreed(told)
    may_begin = all(_is_date(short[1], short[2], short[3]) for short in shorts)
    days_first = all(_is_date(short[3], short[2], short[1]) for short in shorts)
    may_end = days_first or all(_is_date(short[3], short[1], short[2]) for short in shorts)
    return may_begin if may_begin != may_end else None


def _is_date(year: str, month: str, day_: str) -> bool:
    try:
        dt.date(_year(year), int(month), int(day_))
    except ValueError:
        return False
    return True


def _short(cell: Cell) -> re.Match[str] | None:
    return _SHORT.fullmatch(_without_weekday(plain(cell))) if isinstance(cell, str | int) else None


def days_come_first(samples: Sequence[Cell]) -> bool | None:
    """Whether text dates write the day first; None if nothing among them tells, or they contradict each other.

    A number above twelve tells; where there is none, points between the parts: nobody writes 04.03.2026 for April 3.
    """
    found = [match for cell in samples if (match := _local(cell))]
    told = {int(match[1]) > 12 for match in found if (int(match[1]) > 12) != (int(match[2]) > 12)}
    if told:
        return agreed(told)
    return True if any(_POINTS.match(match[0]) for match in found) else None


def _local(cell: Cell) -> re.Match[str] | None:
    """The parts of a date in numbers whose year stands last, or may."""
    found = _LOCAL.fullmatch(_without_weekday(cell.strip())) if isinstance(cell, str) else None
    return found or (_short(cell) if hides_its_year(cell) else None)


_POINTS = re.compile(r"[0-9]{1,2}\. ?[0-9]{1,2}\.")


def may_be_two_days(cell: Cell) -> bool:
    """Whether a text is one date with the day first and another with the month first."""
    found = _local(cell)
    return found is not None and int(found[1]) != int(found[2]) and max(int(found[1]), int(found[2])) <= 12
