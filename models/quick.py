"""What a line typed in a hurry means: "call Astrid Thursday 10:00" is a call, to be made then (VS-31).

English and Dutch are read alike, whichever the reader has. What stands at the end of the line is taken for a day or a time
and leaves the subject; what stands before other words is taken for one where it can be nothing else, and stays where it
is. Only the first word is taken for a kind. Numbers with a dot between them may be a day, a clock, an amount or a version:
they are read only where something else says which. Nothing here knows a database, a clock or a language setting.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


class Sense(enum.StrEnum):
    """What sort of thing a kind of activity is, as far as its name tells: it has an icon, and a note is done at once."""

    TASK = "task"
    NOTE = "note"
    CALL = "call"
    MAIL = "mail"
    MEETING = "meeting"


# Words that name a kind, and words that say what is done: the first kind is left out of a subject, the second belongs to it.
_NAMES: dict[Sense, str] = {
    Sense.TASK: "task todo to-do taak actie",
    Sense.NOTE: "note notitie nota opmerking",
    Sense.CALL: "phonecall telefoongesprek telefoontje belletje",
    Sense.MAIL: "e-mail email mailtje",
    Sense.MEETING: "event appointment afspraak agenda",
}
_VERBS: dict[Sense, str] = {
    Sense.CALL: "call phone ring bel bellen telefoneren terugbellen",
    Sense.MAIL: "mail mailen",
    Sense.MEETING: "meet meeting visit bezoek bezoeken overleg overleggen vergadering ontmoeten",
}
_SENSES = {word: sense for words in (_NAMES, _VERBS) for sense, text in words.items() for word in text.split()}


def sense_of(name: str) -> Sense | None:
    """What the name of a kind says it is; None for one that says nothing here.

    >>> sense_of("Bellen"), sense_of("Meeting or event"), sense_of("Proeverij")
    (<Sense.CALL: 'call'>, <Sense.MEETING: 'meeting'>, None)
    """
    return next((_SENSES[word] for word in re.findall(r"[\w-]+", name.casefold()) if word in _SENSES), None)


@dataclass(frozen=True)
class Quick:
    """A line as it was understood. `kind` is the name of a kind as the list has it."""

    subject: str
    kind: str | None = None
    day: dt.date | None = None
    time: dt.time | None = None


def read(line: str, kinds: Sequence[str], today: dt.date) -> Quick:
    """What a line says: its kind is one of `kinds`, its day counts from `today`; a time without a day is today's.

    >>> read("call Astrid Thursday 10:00", ["Task", "Call"], dt.date(2026, 11, 21))
    Quick(subject='call Astrid', kind='Call', day=datetime.date(2026, 11, 26), time=datetime.time(10, 0))
    """
    text = " ".join(line.split())
    is_met = _is_met(text, kinds)
    rest, day, time = _ending(text, today, is_met=is_met)
    if rest:
        day = day or _day_within(rest, today)
        if time is None and day is not None:
            # By itself it would say today, and the day that is meant may stand beside it in words that are not read there.
            time = _time_within(rest)
    if time is not None and day is None:
        day = today
    kind, subject = _kind(rest or text, kinds)
    return Quick(subject, kind, day, time)


def _kind(text: str, kinds: Sequence[str]) -> tuple[str | None, str]:
    """The kind that the first word names, and the subject; the word stays in it where it says what is done."""
    found = re.match(r"([\w-]+)(:?)\s+(?=\S)", text)
    if found is None:
        return None, text
    word, after = found[1].casefold(), text[found.end() :]
    named = next((kind for kind in kinds if kind.casefold() == word), None)
    sense = _SENSES.get(word)
    kind = named or next((kind for kind in kinds if sense is not None and sense_of(kind) is sense), None)
    is_name = found[2] or (sense is not None and word in _NAMES.get(sense, "").split())
    return kind, after if kind is not None and is_name else text


def _is_met(text: str, kinds: Sequence[str]) -> bool:
    """Whether the first word says that somebody is called, written to or met: numbers behind it are no amounts."""
    first = re.match(r"[\w-]+", text)
    word = first[0].casefold() if first else ""
    is_named = any(kind.casefold() == word for kind in kinds)
    return (is_named or word in _SENSES) and _SENSES.get(word) not in (Sense.TASK, Sense.NOTE)


# The end of a line --------------------------------------------------------------------------------------------------


def _ending(text: str, today: dt.date, *, is_met: bool) -> tuple[str, dt.date | None, dt.time | None]:
    """The line without the day and the time at its end, in whatever order, and these; without both where it is nothing else."""
    rest, day, time = text, None, None
    while True:
        if time is None and (found := _last_time(rest, today, is_met=is_met, is_day=day is not None)):
            cut, time = found
        elif day is None and (met := _last_day(rest, today, is_met=is_met, is_timed=time is not None)):
            cut, day = met
        else:
            return rest, day, time
        rest = _BETWEEN.sub("", cut)
        if not rest:
            return "", None, None


# What stands between the parts of a line. A dash without a space before it belongs to what it follows: "5,-".
_BETWEEN = re.compile(r"(?:\s*[,;]|(?:^|\s+)[-–])*\s*$")
_CLOCK = r"(?P<hour>[01]?\d|2[0-3])"
_MINUTE = r"(?P<minute>[0-5]\d)"
_HOURS = r"(?:uur|uhr|u|h)"
_AT = r"(?:(?:at|om|um|kl\.?|klo|@|by|before|voor)\s*)"
_TIMES = [
    re.compile(rf"(?:^|\s){pattern}$", re.IGNORECASE)
    for pattern in (
        rf"{_AT}?{_CLOCK}:{_MINUTE}(?:\s*{_HOURS})?",
        rf"{_AT}?{_CLOCK}\.{_MINUTE}\s*{_HOURS}",
        rf"{_AT}?{_CLOCK}[uh]{_MINUTE}",
        rf"{_AT}?{_CLOCK}\s*{_HOURS}",
        rf"{_AT}?(?P<hour>1[0-2]|0?[1-9])(?:[:.]{_MINUTE})?\s*(?P<half>[ap]\.?m\.?)",
        # Words that nobody puts before an amount.
        rf"(?:om|um|kl\.?|klo)\s*{_CLOCK}(?:\.{_MINUTE})?",
        rf"at\s*{_CLOCK}",
    )
]
# An amount, but where somebody is met at it or on a day.
_DOTTED_TIME = re.compile(rf"(?:^|\s)(?P<at>at\s+)?{_CLOCK}\.{_MINUTE}$", re.IGNORECASE)
_TO = re.compile(r"(?:^|\s)(?:to|tot|till?|until|bis|-|–)$", re.IGNORECASE)


def _last_time(text: str, today: dt.date, *, is_met: bool, is_day: bool) -> tuple[str, dt.time] | None:
    """The line up to the time at its end, and that. The end of "10:00 to 11:00" is not when it is to be done."""
    found = next((found for pattern in _TIMES if (found := pattern.search(text))), None)
    if found is None and is_met and (dotted := _DOTTED_TIME.search(text)):
        # "Thursday 10.11" may be said of the eleventh month.
        is_told = dotted["at"] or (int(dotted["minute"]) > 12 or dotted["minute"] == "00")
        before = text[: dotted.start()]
        beside = is_day or _last_day(before, today, is_met=True, is_timed=True) is not None
        found = dotted if is_told and (dotted["at"] or beside) else None
    if found is None or _TO.search(text[: found.start()]):
        return None
    parts = found.groupdict()
    hour = int(parts["hour"])
    if parts.get("half"):
        hour = hour % 12 + (12 if parts["half"].lower().startswith("p") else 0)
    return text[: found.start()], dt.time(hour, int(parts.get("minute") or 0))


def _numbered(*groups: str) -> dict[str, int]:
    return {word: number for number, group in enumerate(groups) for word in group.split()}


_WEEKDAYS = _numbered(
    "monday maandag mon",
    "tuesday dinsdag tue tues",
    "wednesday woensdag wed",
    "thursday donderdag thu thur thurs",
    "friday vrijdag fri",
    "saturday zaterdag sat",
    "sunday zondag sun",
)
# Too short to be taken for a day by themselves: "to do", "za".
_SHORT = _numbered("ma", "di", "wo", "do", "vr", "za", "zo")
_MONTHS = _numbered(
    "",
    "january januari jan",
    "february februari feb",
    "march maart mar mrt",
    "april apr",
    "may mei",
    "june juni jun",
    "july juli jul",
    "august augustus aug",
    "september sep sept",
    "october oktober oct okt",
    "november nov",
    "december dec",
)
_NEAR = {"today": 0, "vandaag": 0, "tomorrow": 1, "morgen": 1, "i morgen": 1, "overmorgen": 2, "day after tomorrow": 2}


def _one_of(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"


_ON = r"(?:^|\s)(?:(?:on|op|by|voor|am|den)\s+)?"
_NEXT = r"(?:(?P<next>next|volgende)\s+|(?:this|deze|komende|aanstaande)\s+)?"
_MONTH = rf"(?P<month>{_one_of(_MONTHS)})\.?"
_YEAR = r"(?:[\s,]+(?P<year>\d{4}))?"
_DATE = r"(?P<day>\d{1,2})(?:st|nd|rd|th|e)?"


def _near(found: re.Match[str], today: dt.date) -> dt.date | None:
    return today + dt.timedelta(days=_NEAR[found["near"].lower()])


def _weekday(found: re.Match[str], today: dt.date) -> dt.date | None:
    """The next day of that name, never today; with "next" the one of the week after this."""
    number = (_WEEKDAYS | _SHORT)[found["name"].lower()]
    if found["next"]:
        return today + dt.timedelta(days=7 - today.weekday() + number)
    return today + dt.timedelta(days=(number - today.weekday() - 1) % 7 + 1)


def _later(found: re.Match[str], today: dt.date) -> dt.date | None:
    unit = 7 if found["unit"].lower().startswith("we") else 1
    return today + dt.timedelta(days=unit * int(found["number"]))


def _next_week(_found: re.Match[str], today: dt.date) -> dt.date | None:
    return today + dt.timedelta(days=7 - today.weekday())


def _date(found: re.Match[str], today: dt.date) -> dt.date | None:
    """A day of a month: the next one there is, or of the year that is said. None where there is no such day."""
    text = found["month"].lower()
    month = _MONTHS.get(text) or int(text)
    years = [int(found["year"])] if found["year"] else [today.year, today.year + 1]
    for year in years:
        try:
            day = dt.date(year, month, int(found["day"]))
        except ValueError:
            continue
        if found["year"] or day >= today:
            return day
    return None


# Of what such a word names, numbers tell which: "room 3-2", "version 4.12".
_WHICH = re.compile(
    r"(?:\b(?:room|kamer|zaal|version|versie|v|chapter|hoofdstuk|section|paragraaf|page|pagina|number|nummer|nr|no|item)"
    r"\.?|[#§€$£])\s*$",
    re.IGNORECASE,
)
_ALWAYS = "24/7"


def _numeric(found: re.Match[str], today: dt.date) -> dt.date | None:
    """A day and a month in figures, where nothing says that they are something else."""
    is_other = found[0].strip() == _ALWAYS or _WHICH.search(found.string[: found.start()])
    return None if is_other else _date(found, today)


_DAYS: list[tuple[re.Pattern[str], Callable[[re.Match[str], dt.date], dt.date | None]]] = [
    (re.compile(pattern + "$", re.IGNORECASE), made)
    for pattern, made in (
        (rf"{_ON}(?P<near>{_one_of(_NEAR)})", _near),
        (rf"{_ON}{_NEXT}(?P<name>{_one_of(_WEEKDAYS)})", _weekday),
        (rf"(?:^|\s)(?:op\s+|(?P<next>volgende)\s+)(?P<name>{_one_of(_SHORT)})", _weekday),
        (r"(?:^|\s)(?:in|over)\s+(?P<number>\d{1,3})\s+(?P<unit>days?|weeks?|dag(?:en)?|we(?:ek|ken))", _later),
        (r"(?:^|\s)(?:next\s+week|volgende\s+week)", _next_week),
        (rf"{_ON}{_DATE}\s+(?:of\s+)?{_MONTH}{_YEAR}", _date),
        (rf"{_ON}{_MONTH}\s+{_DATE}{_YEAR}", _date),
        (rf"{_ON}(?P<day>\d{{1,2}})(?P<sign>[-/])(?P<month>\d{{1,2}})(?P<year>(?!))?", _numeric),
        (rf"{_ON}(?P<day>\d{{1,2}})(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<year>\d{{4}})", _date),
        (rf"{_ON}(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})", _date),
        # A dot behind it, or a word before it that stands before days.
        (rf"{_ON}(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>(?!))?", _numeric),
        (r"(?:^|\s)(?:on|op|am|den)\s+(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?P<year>(?!))?", _date),
    )
]
_SHORT_DAY = re.compile(rf"(?:^|\s)(?P<next>(?!))?(?P<name>{_one_of(_SHORT)})$", re.IGNORECASE)
_DOTTED_DAY = re.compile(r"(?:^|\s)(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?P<year>(?!))?$")
# "what to do 3-12" names no day of the week.
_DAY_BEFORE = re.compile(rf"(?<!\bto){_ON}(?P<name>{_one_of(_WEEKDAYS | _SHORT)})[,.]?$", re.IGNORECASE)


def _last_day(text: str, today: dt.date, *, is_met: bool, is_timed: bool) -> tuple[str, dt.date] | None:
    """The line up to the day at its end, and that; where a time stands behind it, short names of days are known."""
    for pattern, made in [*_DAYS, *([(_SHORT_DAY, _weekday)] if is_timed else [])]:
        found = pattern.search(text)
        day = made(found, today) if found else None
        if found and day is not None:
            return _without_weekday(text[: found.start()], day), day
    return _dotted_day(text, today, is_sure=is_met or is_timed)


def _dotted_day(text: str, today: dt.date, *, is_sure: bool) -> tuple[str, dt.date] | None:
    """4.12 as a day, where it is sure, or a time or that day of the week stands before it."""
    found = _DOTTED_DAY.search(text)
    day = _numeric(found, today) if found else None
    if found is None or day is None:
        return None
    before = text[: found.start()]
    rest = _without_weekday(before, day)
    is_timed = any(pattern.search(before) for pattern in _TIMES)
    return (rest, day) if is_sure or is_timed or rest != before else None


def _without_weekday(text: str, day: dt.date) -> str:
    """The line without the name of this very day at its end: "Thursday 3 December"."""
    found = _DAY_BEFORE.search(text)
    is_same = found is not None and (_WEEKDAYS | _SHORT)[found["name"].lower()] == day.weekday()
    return text[: found.start()] if found is not None and is_same else text


# Before other words --------------------------------------------------------------------------------------------------

_WHOLE = _one_of(word for word in _WEEKDAYS if word.endswith(("day", "dag")))
_THAT = r"(?:(?P<next>next|volgende)|this|deze|komende|aanstaande)\s+"
_FULL_YEAR = r"[\s,]+(?P<year>\d{4})"
_DAYS_WITHIN: list[tuple[re.Pattern[str], Callable[[re.Match[str], dt.date], dt.date | None]]] = [
    (re.compile(rf"(?<!\S){pattern}(?=[\s,;])", re.IGNORECASE), made)
    for pattern, made in (
        (rf"(?P<near>{_one_of(_NEAR)})", _near),
        (rf"{_THAT}(?P<name>{_WHOLE})", _weekday),
        (rf"{_DATE}\s+{_MONTH}{_FULL_YEAR}", _date),
        (rf"{_MONTH}\s+{_DATE}{_FULL_YEAR}", _date),
        (r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", _date),
    )
]
_TIME_WITHIN = re.compile(
    rf"(?<!\S)(?P<at>(?:at|om|um|kl\.?|klo)\s*)?(?P<hour>[01]\d|2[0-3]):{_MINUTE}(?:\s*{_HOURS})?(?=[\s,;])",
    re.IGNORECASE,
)
# "The invoice of 12 Nov 2026", "between tomorrow and ...": that is the day of something else, or one end of more.
_OF = re.compile(
    r"\b(?:of|van|from|dated|d\.?d\.?|since|sinds|the|de|het|until|till?|to|tot|and|en|or|between|tussen|before|after|na|voor|for"
    r"|about|over|good|goede[nr]?|goeie|guten|god|usa)\s*$|[-–]\s*$",
    re.IGNORECASE,
)
_ON_TO = re.compile(r"\s*(?:[-–]|(?:to|tot|till?|until|bis|and|en|or|of)\b)", re.IGNORECASE)
# Behind a day such a figure may be its clock, or an amount.
_FIGURE = re.compile(r"\s*[€$£]?\s*\d(?!\d?:\d)")


def _is_alone(found: re.Match[str]) -> bool:
    """Whether a day or a time is one by itself: of nothing else, and no end of a stretch of time."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    return not (_OF.search(before) or _ON_TO.match(after) or _FIGURE.match(after))


def _is_name(found: re.Match[str]) -> bool:
    """Whether a word for a near day is written as a name: Tomorrow Labs."""
    follows = found.string[found.end() :].lstrip(" ,;")
    is_first = found.start() == 0 and not follows[:1].isupper()
    return found[0][0].isupper() and not is_first


def _day_within(text: str, today: dt.date) -> dt.date | None:
    """The one day that is named before other words, today or later; None where several are."""
    days = {
        day
        for pattern, made in _DAYS_WITHIN
        for found in pattern.finditer(text)
        if _is_alone(found)
        and not (made is _near and _is_name(found))
        and (day := made(found, today)) is not None
        and day >= today
    }
    return days.pop() if len(days) == 1 else None


def _time_within(text: str) -> dt.time | None:
    """The one time before other words; a day that was read says that it is one."""
    clocks = list(_TIME_WITHIN.finditer(text))
    if len(clocks) != 1 or not _is_alone(found := clocks[0]):
        return None
    return dt.time(int(found["hour"]), int(found["minute"]))
