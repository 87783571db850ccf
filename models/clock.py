"""The office's clock: the days and times that its settings make of moments, and the moments behind what people type.

Moments are stored, compared and sorted in UTC; only what people read and type passes through here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models import settings
from models.base import utc_now

ZONE = "time_zone"


@dataclass(frozen=True)
class Clock:
    """The clocks and calendars of a time zone."""

    zone: dt.tzinfo

    def shows(self, moment: dt.datetime) -> dt.datetime:
        """The same moment with the day and time there. Within hours of the ends of the calendar it stays as it is."""
        try:
            return moment.astimezone(self.zone)
        except OverflowError:
            return moment

    def means(self, typed: dt.datetime) -> dt.datetime:
        """The moment, in UTC, of a day and time (without a zone) as somebody there writes them.

        On the days the clock changes it goes on as before: a time that is skipped is read as that much later, and of one
        that comes twice the first is meant.

        >>> amsterdam = Clock(ZoneInfo("Europe/Amsterdam"))
        >>> f"{amsterdam.shows(amsterdam.means(dt.datetime(2026, 3, 29, 2, 30))):%H:%M}"
        '03:30'
        """
        try:
            return typed.replace(tzinfo=self.zone, fold=0).astimezone(dt.UTC)
        except OverflowError:
            return typed.replace(tzinfo=dt.UTC)

    def day(self, moment: dt.datetime) -> dt.date:
        """The day it is there at a moment."""
        return self.shows(moment).date()

    def today(self) -> dt.date:
        """The day it is there now."""
        return self.day(utc_now())

    def begins(self, day: dt.date) -> dt.datetime:
        """The moment, in UTC, at which a day begins there."""
        return self.means(dt.datetime.combine(day, dt.time()))


def named(zone: str) -> Clock:
    """The clock of a zone of that name."""
    return Clock(ZoneInfo(zone))


def of(session: Session) -> Clock:
    """The clock of the office, by its settings."""
    return named(settings.get(session, ZONE))
