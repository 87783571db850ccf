"""Days counted back from one date, as the texts both databases store, with the shape of a working year."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from models.operations.seed.rows import Value

HORIZON = 4200
# Two years of registered time.
WORKED = 730
SATURDAY = 5
# How busy the months are, in tenths of an ordinary one: summer and Christmas show.
BUSY = {1: 9, 2: 10, 3: 11, 4: 9, 5: 10, 6: 12, 7: 4, 8: 7, 9: 11, 10: 12, 11: 11, 12: 7}
# Time is approved after a month and invoiced after two.
APPROVED_AFTER = 30
INVOICED_AFTER = 60


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """A quarter or year in which work is invoiced: when the invoice is made, and how many days ago that is."""

    day: str
    ago: int


class Calendar:
    """Every day by how long ago it is; 0 is `today`, on which nothing has happened yet."""

    def __init__(self, today: dt.date, yearly: bool) -> None:
        self.year = today.year
        self._today = today
        days = [today - dt.timedelta(days=ago) for ago in range(HORIZON)]
        self.day = [day.isoformat() for day in days]
        # A busy day stands here more often than a quiet one, so that a plain pick has the right odds.
        self._workdays = [
            ago for ago in range(1, WORKED) if days[ago].weekday() < SATURDAY for _ in range(BUSY[days[ago].month])
        ]
        # The days of one period share one object, which makes it a quick key.
        periods: dict[dt.date, Period] = {}
        self.period = [
            periods.setdefault(end, _period(end, today))
            for end in (_end_of_period(day, yearly) for day in days[: WORKED + 1])
        ]
        # Office hours, in UTC.
        self._times = [f"{minute // 60:02d}:{minute % 60:02d}:00.000000" for minute in range(7 * 60, 16 * 60)]

    def at(self, ago: int, chance: float) -> str:
        """A moment on the day so long ago; `chance` (0 to 1) says when in office hours."""
        return f"{self.day[ago]} {self._times[int(chance * len(self._times))]}"

    def ahead(self, days: int, minute: int | None = None) -> str:
        """So many days from today, by the hour (`minute` of the day) or at no time in particular."""
        day = self._today + dt.timedelta(days=days)
        hour, rest = divmod(minute or 0, 60)
        return f"{day.isoformat()} {hour:02d}:{rest:02d}:00.000000"

    def worked(self, since: int, left: int, count: int, chance: Callable[[], float]) -> list[int]:
        """So many days of work, oldest first, between the day a customer came and the day it left; none if too few."""
        low, high = bisect_left(self._workdays, left), bisect_right(self._workdays, since - 1)
        if high <= low:
            return []
        return sorted((self._workdays[low + int(chance() * (high - low))] for _ in range(count)), reverse=True)

    def birthday(self, chance: float) -> str:
        """The day on which somebody of 20 to 70 was born."""
        ago = int((20 + 50 * chance) * 365.25)
        return (self._today - dt.timedelta(days=ago)).isoformat()

    def start_of_year(self, years_ago: int = 0) -> str:
        """New Year's Day."""
        return f"{self.year - years_ago}-01-01"

    def end_of_year(self, years_ago: int) -> Value:
        """New Year's Eve."""
        return f"{self.year - years_ago}-12-31"


def _end_of_period(day: dt.date, yearly: bool) -> dt.date:
    last_month = 12 if yearly else 3 * ((day.month - 1) // 3) + 3
    return dt.date(day.year + last_month // 12, last_month % 12 + 1, 1) - dt.timedelta(days=1)


def _period(end: dt.date, today: dt.date) -> Period:
    made = min(end, today - dt.timedelta(days=1))
    return Period(made.isoformat(), (today - made).days)
