"""A line typed in a hurry: its kind, its day and its time, in English and Dutch."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    "line",
    [
        "pay 12.50 to Bo",
        "pay Bo 12.50",
        "pay Bo 4.12",
        "pay Bo tomorrow 12.50",
        "pay Bo € 4-12",
        "sell at 12.50",
        "buy three @ 12.50",
        "buy three @ 10",
        "betaal Bo 12.50",
        "betala Bo 12.50",
        "Bo bezahlen 12.50",
        "maksa Bo 12.50",
        "betal Bo 12.50",
        "install version 4.12",
        "4.12 call Anna",
        "support 24/7",
        "Room 3-2",
        "kamer 4.12",
        "chapter 4-12",
        "meet Bo 10:00-11:00",
        "meet Bo 10:00 to 11:00",
        "overleg Bo 10:00 tot 11:00",
        "call Anna 31.2",
        "call Anna 4.13",
        "call Anna 12.50",
        "mail Bo the share of 1/40",
        "call 555 10 30",
        "Zahl 10.30",
    ],
)
def test_numbers_that_are_not_surely_a_day_or_a_clock_stay_in_the_subject(line: str) -> None:
    assert read(line, [], TODAY) == Quick(line)


@pytest.mark.parametrize(
    ("line", "subject", "day", "time"),
    [
        ("call Anna 4.12", "call Anna", "2026-12-04", None),
        ("call Anna 4-12", "call Anna", "2026-12-04", None),
        ("call Anna 4/12", "call Anna", "2026-12-04", None),
        ("call Anna 04.12.", "call Anna", "2026-12-04", None),
        ("pay Bo 12.50 on 4.12", "pay Bo 12.50", "2026-12-04", None),
        ("pay Bo 12.50 4-12", "pay Bo 12.50", "2026-12-04", None),
        ("pay Bo 5,- morgen", "pay Bo 5,-", "2026-11-22", None),
        ("pay Bo 4.12.2027", "pay Bo", "2027-12-04", None),
        ("pay Bo 4-12 10:00", "pay Bo", "2026-12-04", "10:00"),
        ("pay Bo 10:00 4.12", "pay Bo", "2026-12-04", "10:00"),
        ("pay Bo friday 4.12", "pay Bo", "2026-12-04", None),
        ("call Anna 1.2", "call Anna", "2027-02-01", None),
        ("bel Anna vr 4-12 om 10.30", "bel Anna", "2026-12-04", "10:30"),
        ("bel Anna vrijdag 4 december 10u30", "bel Anna", "2026-12-04", "10:30"),
        ("bel Anna donderdag 10.30", "bel Anna", "2026-11-26", "10:30"),
        ("bel Anna op 4.12 om 10 uur", "bel Anna", "2026-12-04", "10:00"),
        ("rapport maandag 4-12", "rapport maandag", "2026-12-04", None),
        ("ring Anna 4.12 kl. 10.30", "ring Anna", "2026-12-04", "10:30"),
        ("ring Anna 4/12 kl 9", "ring Anna", "2026-12-04", "09:00"),
        ("ring Anna i morgen kl. 10", "ring Anna", "2026-11-22", "10:00"),
        ("Anna anrufen am 4.12. um 10 Uhr", "Anna anrufen", "2026-12-04", "10:00"),
        ("Anna anrufen 10.30 Uhr", "Anna anrufen", "2026-11-21", "10:30"),
        ("soita Anna 4.12. klo 10.30", "soita Anna", "2026-12-04", "10:30"),
        ("meet Bo at 10.30", "meet Bo", "2026-11-21", "10:30"),
        ("meet Bo by 17:00", "meet Bo", "2026-11-21", "17:00"),
        ("call Anna 10h", "call Anna", "2026-11-21", "10:00"),
        ("call Anna 3.30 p.m.", "call Anna", "2026-11-21", "15:30"),
        ("think of what to do 3-12", "think of what to do", "2026-12-03", None),
    ],
)
def test_a_day_or_a_clock_in_figures_is_that_one(line: str, subject: str, day: str, time: str | None) -> None:
    assert read(line, [], TODAY) == Quick(
        subject, None, dt.date.fromisoformat(day), (time and dt.time.fromisoformat(time)) or None
    )


@given(st.lists(st.sampled_from("call pay Bo 4.12 4-12 12.50 10:00 24/7 om tomorrow do 10.30 - , 5,- 3u".split())))
def test_words_of_a_line_stay_or_are_its_day_or_its_time(typed: list[str]) -> None:
    found = read(" ".join(typed), ["Call"], TODAY)
    line = " ".join(typed)
    assert line.startswith(found.subject)
    assert found.day is not None or found.subject == line


@pytest.mark.parametrize(
    ("line", "day", "time"),
    [
        ("meeting next monday 14:00 with Mats", "2026-11-23", "14:00"),
        ("meeting at 14:00 next monday with Mats", "2026-11-23", "14:00"),
        ("overleg volgende maandag om 09:30 uur met Mats", "2026-11-23", "09:30"),
        ("send Mats the offer tomorrow, not later", "2026-11-22", None),
        ("Tomorrow call Mats", "2026-11-22", None),
        ("morgen Mats bellen", "2026-11-22", None),
        ("overmorgen 14:00 Mats bellen", "2026-11-23", "14:00"),
        ("call Mats this Friday about the offer", "2026-11-27", None),
        ("workshop 12 Dec 2026 in Delft", "2026-12-12", None),
        ("workshop December 12, 2026 in Delft", "2026-12-12", None),
        ("workshop 2026-12-12 10:00 in Delft", "2026-12-12", "10:00"),
    ],
)
def test_VS_31_an_unmistakable_day_or_time_is_read_before_other_words_and_stays_there(
    line: str, day: str, time: str | None
) -> None:
    found = read(line, [], TODAY)
    assert (found.subject, found.day) == (line, dt.date.fromisoformat(day))
    assert found.time == (time and dt.time.fromisoformat(time))


def test_a_day_before_other_words_goes_with_the_time_at_the_end_and_the_other_way_round() -> None:
    monday = dt.date(2026, 11, 23)
    assert read("meeting next monday with Mats 10:00", [], TODAY) == Quick(
        "meeting next monday with Mats", None, monday, TEN
    )
    assert read("meeting 10:00 with Mats next monday", [], TODAY) == Quick("meeting 10:00 with Mats", None, monday, TEN)


@pytest.mark.parametrize(
    "line",
    [
        "enjoy the sun with Mats",
        "sun and sea brochure",
        "march on with Mats",
        "ask if we may come",
        "Monday report to Mats",
        "the wed list of Mats",
        "order sat nav for Mats",
        "do the books with Mats",
        "Nov 30 report for Mats",
        "discuss the invoice of 12 Dec 2026 with Mats",
        "check the offer of 12 Nov 2026 with Mats",
        "workshop 12 Nov 2026 evaluated",
        "plan from tomorrow until next friday with Mats",
        "tomorrow or next friday at Mats",
        "today, tomorrow, whenever Mats likes",
        "prepare tomorrow's meeting with Mats",
        "pay Tomorrow Labs in full",
        "Tomorrow Labs contract",
        "say goede morgen to Mats",
        "the world of tomorrow for Mats",
        "read John 13:34 with Mats",
        "score 10:12 of Mats",
        "meet Mats 10:00 to 11:00 in Delft",
        "meet Mats 10:00-11:00 in Delft",
        "meet Mats 10:00 - 11:00 in Delft",
        "meet Mats 10:00, 11:00 or later",
        "pay Bo tomorrow 12.50 in cash",
        "pay Bo tomorrow € 12 in cash",
        "next mondays are fine",
    ],
)
def test_what_may_be_no_day_or_no_time_before_other_words_is_not_guessed(line: str) -> None:
    found = read(line, [], TODAY)
    assert (found.subject, found.day, found.time) == (line, None, None)


_WORDS = "meeting with Mats the of next this monday sun may march tomorrow Tomorrow morgen goede 14:00 14:00, 12 Dec 2026 to at"


@given(st.lists(st.sampled_from(_WORDS.split())))
def test_what_is_read_before_other_words_is_among_them_and_none_is_lost(typed: list[str]) -> None:
    line = " ".join(typed)
    found = read(line, [], TODAY)
    assert line.startswith(found.subject)
    assert found.time is None or "14:00" in line
    assert found.day is None or found.day >= TODAY
    if not {"monday", "tomorrow", "Tomorrow", "morgen", "14:00", "14:00,", "Dec", "may", "march", "sun"} & set(typed):
        assert (found.day, found.time) == (None, None)


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


@pytest.mark.parametrize(
    "line",
    [
        "call Astrid Thursday 10:00 about the offer",
        "bel Astrid donderdag om 10:00 over de offerte",
        "Meeting Friday 14:00 with Bob",
        "Call Astrid on 12 December at 10:00 about the offer",
        "Meeting 12-12-2026 14:00 with Nordhamn",
        "call Astrid in 3 days at 10:00 about x",
        "call Astrid about tomorrow 10:00 demo",
        "meeting 14:00 with Mats",
    ],
)
def test_a_time_in_the_middle_makes_nothing_of_today_whose_day_is_not_understood(line: str) -> None:
    assert read(line, KINDS, TODAY).day != TODAY
