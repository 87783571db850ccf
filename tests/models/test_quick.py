"""A line typed in a hurry: its kind, its day and its time, in English and Dutch."""

from __future__ import annotations

import datetime as dt
import doctest

import pytest

from models import quick
from models.quick import Quick, Sense, read, sense_of

KINDS = ["Task", "Note", "Call", "E-mail", "Meeting"]
# A Saturday.
TODAY = dt.date(2026, 11, 21)
TEN = dt.time(10, 0)


@pytest.mark.parametrize(
    ("line", "subject", "kind", "day", "time"),
    [
        ("call Astrid Thursday 10:00", "call Astrid", "Call", "2026-11-26", "10:00"),
        ("bel Astrid donderdag 10:00", "bel Astrid", "Call", "2026-11-26", "10:00"),
        ("bel Astrid do 10.00 uur", "bel Astrid", "Call", "2026-11-26", "10:00"),
        ("Mail the offer tomorrow", "Mail the offer", "E-mail", "2026-11-22", None),
        ("task send the 2027 rate proposal by 1 Dec", "send the 2027 rate proposal", "Task", "2026-12-01", None),
        ("afspraak Gouda 14u, 3 december", "Gouda", "Meeting", "2026-12-03", "14:00"),
        ("meeting in Rotterdam on 1 december 2027 at 14:00", "meeting in Rotterdam", "Meeting", "2027-12-01", "14:00"),
        ("Note: prefers e-mail", "prefers e-mail", "Note", None, None),
        ("Send papers next friday", "Send papers", None, "2026-11-27", None),
        ("Offerte nabellen volgende week", "Offerte nabellen", None, "2026-11-23", None),
        ("Nabellen over 2 weken", "Nabellen", None, "2026-12-05", None),
        ("Check invoices 31-1", "Check invoices", None, "2027-01-31", None),
        ("Check invoices 2026-12-24", "Check invoices", None, "2026-12-24", None),
        ("ring back 3pm", "ring back", "Call", "2026-11-21", "15:00"),
        ("Nov 30 report", "Nov 30 report", None, None, None),
    ],
)
def test_VS_31_kind_day_and_time_of_a_line_are_understood(
    line: str, subject: str, kind: str | None, day: str | None, time: str | None
) -> None:
    wanted = Quick(
        subject, kind, (day and dt.date.fromisoformat(day)) or None, (time and dt.time.fromisoformat(time)) or None
    )
    assert read(line, KINDS, TODAY) == wanted


@pytest.mark.parametrize(
    "line",
    [
        "Make a list of what to do",
        "Thursday",
        "tomorrow 10:00",
        "Room 31-2",
        "Rapport 2026",
        "Overleg 25:00",
        "",
        "call",
    ],
)
def test_what_is_not_understood_stays_in_the_subject(line: str) -> None:
    found = read(line, ["Task"], TODAY)
    assert (found.subject, found.day, found.time, found.kind) == (line, None, None, None)


def test_a_weekday_is_never_today_and_a_date_that_passed_is_next_year_s() -> None:
    assert read("x Saturday", KINDS, TODAY).day == dt.date(2026, 11, 28)
    assert read("x 1 Nov", KINDS, TODAY).day == dt.date(2027, 11, 1)
    assert read("x 1 Nov 2026", KINDS, TODAY).day == dt.date(2026, 11, 1)


def test_an_office_calls_its_kinds_what_it_likes() -> None:
    assert read("Proeverij met Jasper morgen 10:00", ["Proeverij"], TODAY) == Quick(
        "Proeverij met Jasper", "Proeverij", dt.date(2026, 11, 22), TEN
    )
    assert read("bel Astrid", ["Telefoongesprek"], TODAY).kind == "Telefoongesprek"
    assert sense_of("Notities") is None
    assert sense_of("Meeting or event") is Sense.MEETING


def test_the_examples_in_the_module_hold() -> None:
    assert doctest.testmod(quick).failed == 0
