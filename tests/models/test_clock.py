"""The office's clock: near midnight, and on the two days of the year when it changes."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clock, codes, settings
from models.access import SYSTEM
from models.activity import Activity, due, due_there, overdue
from models.journal import changeset
from models.sales import Agreement, PortalGrant, in_force, running
from tests import factories

AMSTERDAM, HELSINKI, NEW_YORK = map(clock.named, ("Europe/Amsterdam", "Europe/Helsinki", "America/New_York"))
NOON, NIGHT = dt.time(12, 0), dt.time(0, 30)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


def test_a_day_begins_at_the_midnight_of_its_zone_in_winter_and_in_summer() -> None:
    assert AMSTERDAM.begins(dt.date(2026, 1, 15)) == utc(2026, 1, 14, 23)
    assert AMSTERDAM.begins(dt.date(2026, 7, 15)) == utc(2026, 7, 14, 22)
    assert HELSINKI.begins(dt.date(2026, 7, 15)) == utc(2026, 7, 14, 21)
    assert (AMSTERDAM.day(utc(2026, 7, 14, 21, 59)), AMSTERDAM.day(utc(2026, 7, 14, 22))) == (
        dt.date(2026, 7, 14),
        dt.date(2026, 7, 15),
    )


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 11, 23), 24)])
def test_the_days_on_which_the_clock_changes_are_an_hour_shorter_and_longer(
    day: tuple[int, int, int], hours: int
) -> None:
    begins = AMSTERDAM.begins(dt.date(*day))
    assert AMSTERDAM.begins(dt.date(*day) + dt.timedelta(days=1)) - begins == dt.timedelta(hours=hours)


def test_a_time_that_is_skipped_is_read_as_that_much_later() -> None:
    meant = AMSTERDAM.means(dt.datetime(2026, 3, 29, 2, 30))
    assert (meant, f"{AMSTERDAM.shows(meant):%H:%M}") == (utc(2026, 3, 29, 1, 30), "03:30")


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    assert AMSTERDAM.means(dt.datetime(2026, 10, 25, 2, 30)) == utc(2026, 10, 25, 0, 30)
    assert AMSTERDAM.means(dt.datetime(2026, 10, 25, 2, 30, fold=1)) == utc(2026, 10, 25, 0, 30)
    assert {f"{AMSTERDAM.shows(utc(2026, 10, 25, hour, 30)):%H:%M}" for hour in (0, 1)} == {"02:30"}


@pytest.mark.parametrize("zone", [AMSTERDAM, NEW_YORK])
@pytest.mark.parametrize("end", [dt.datetime.min, dt.datetime.max])
def test_the_ends_of_the_calendar_have_a_moment_too(zone: clock.Clock, end: dt.datetime) -> None:
    assert zone.shows(zone.means(end)).year == end.year
    assert zone.day(end.replace(tzinfo=dt.UTC)).year == end.year


def test_the_clock_of_the_office_is_the_one_of_its_settings(session: Session) -> None:
    assert clock.of(session) == AMSTERDAM
    with changeset(session, SYSTEM, "Move"):
        settings.put(session, "time_zone", "Europe/Helsinki")
    assert clock.of(session) == HELSINKI


@pytest.mark.parametrize(
    "name", ["Europe", "Europe/", "Europe/Assen", "Mars/Olympus", "../etc/passwd", "UTC+2", "x" * 300]
)
def test_what_names_no_time_zone_is_none(name: str) -> None:
    assert name not in codes.TIME_ZONES
    assert settings.KNOWN["time_zone"].misfit(name) is not None


def test_the_time_zones_of_the_north_can_be_chosen() -> None:
    north = {f"Europe/{city}" for city in ("Amsterdam", "Stockholm", "Oslo", "Helsinki")}
    assert north | {"UTC"} <= set(codes.TIME_ZONES)
    assert all(name in codes.TIME_ZONES for name in north)


@pytest.mark.parametrize("zone", [AMSTERDAM, HELSINKI, NEW_YORK])
def test_a_day_without_a_time_is_the_same_day_in_every_zone(zone: clock.Clock) -> None:
    day = dt.date(2026, 3, 29)
    kept = due(day, None, zone)
    assert kept is not None
    for other in (AMSTERDAM, HELSINKI, NEW_YORK):
        assert due_there(kept, has_time=False, clock=other).date() == day
    timed = due(day, NOON, zone)
    assert timed is not None
    there = due_there(timed, has_time=True, clock=zone)
    assert (there.date(), there.time()) == (day, NOON)


# The moment it is in UTC, the zone, the days and times to do something by, and which of them are late then.
@pytest.mark.parametrize(
    ("now", "zone", "late"),
    [
        # 00:15 on the 24th in Amsterdam: the whole 23rd is over.
        (utc(2026, 11, 23, 23, 15), AMSTERDAM, {"23", "23 12:00"}),
        # 23:45 on the 23rd there: it is not.
        (utc(2026, 11, 23, 22, 45), AMSTERDAM, {"23 12:00"}),
        (utc(2026, 11, 23, 22, 45), HELSINKI, {"23", "23 12:00", "24 00:30"}),
        # 19:30 on the 23rd in New York.
        (utc(2026, 11, 24, 0, 30), NEW_YORK, {"23 12:00"}),
    ],
)
def test_what_is_overdue_goes_by_the_day_and_the_time_there_on_the_card_and_in_the_list(
    session: Session, now: dt.datetime, zone: clock.Clock, late: set[str]
) -> None:
    customer = factories.customer(session)
    asked = {"23": (23, None), "23 12:00": (23, NOON), "24": (24, None), "24 00:30": (24, NIGHT)}
    for subject, (day, time) in asked.items():
        at = due(dt.date(2026, 11, day), time, zone)
        factories.activity(session, customer, subject=subject, due_at=at, has_time=time is not None)
    with time_machine.travel(now, tick=False):
        assert {one.subject for one in session.scalars(select(Activity)) if one.is_overdue(zone)} == late
        assert set(session.scalars(select(Activity.subject).where(overdue(zone)))) == late


def test_what_ends_on_a_day_holds_until_the_end_of_it_in_the_list_too(session: Session) -> None:
    customer, day = factories.customer(session), dt.date(2026, 11, 23)
    agreement = factories.agreement(session, customer, starts_on=day, ends_on=day)
    with time_machine.travel(utc(2026, 11, 23, 23, 15), tick=False):
        for zone, holds in ((AMSTERDAM, False), (clock.named("UTC"), True)):
            assert agreement.is_running(zone.today()) is holds
            assert (session.scalar(select(Agreement.id).where(running(zone.today()))) is not None) is holds
    contact = factories.contact(session)
    factories.portal_grant(session, factories.portal(session, customer), contact, expires_on=day)
    assert session.scalar(select(PortalGrant.id).where(in_force(day))) is not None
    assert session.scalar(select(PortalGrant.id).where(in_force(day + dt.timedelta(days=1)))) is None
