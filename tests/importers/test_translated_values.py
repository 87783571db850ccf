"""Values in six languages are translated, not refused: countries, languages, yes and no, kinds, dates, months, amounts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from importers import reading
from importers.reading import (
    Reading,
    days_come_first,
    decimals_have_a_comma,
    may_be_thousands,
    may_be_two_days,
    months,
)
from importers.trouble import Trouble, Wrong
from models import codes
from models.base import Limits

LOCALES = ("nl", "sv", "en_GB", "de", "fi", "nb")
ANY, PLAIN = Limits(), Reading()

WORDS = {
    "nl": ("Zweden", "Duits", "ja", "nee", "Bedrijf", "Particulier"),
    "sv": ("Sverige", "tyska", "Ja", "Nej", "Företag", "Privatperson"),
    "en": ("Sweden", "German", "Yes", "No", "Company", "Person"),
    "de": ("Schweden", "Deutsch", "Ja", "Nein", "Firma", "Privat"),
    "fi": ("Ruotsi", "saksa", "Kyllä", "Ei", "Yritys", "Henkilö"),
    "no": ("Sverige", "tysk", "ja", "nei", "Bedrift", "Privat"),
}


@pytest.mark.parametrize("language", WORDS)
def test_words_are_read_in_every_language(language: str) -> None:
    country, tongue, yes, no, company, person = WORDS[language]
    assert reading.country(country, PLAIN) == "SE"
    assert reading.language(tongue, PLAIN) == "de"
    assert (reading.yes_or_no(yes, PLAIN), reading.yes_or_no(no, PLAIN)) == (True, False)
    assert (reading.kind(company, PLAIN), reading.kind(person, PLAIN)) == ("business", "private")


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("waar", "onwaar"),
        ("sant", "falskt"),
        ("true", "false"),
        ("wahr", "falsch"),
        ("tosi", "epätosi"),
        ("sann", "usann"),
    ],
)
def test_what_spreadsheet_programs_call_true_and_false_is_read(true: str, false: str) -> None:
    assert (reading.yes_or_no(true.upper(), PLAIN), reading.yes_or_no(false.upper(), PLAIN)) == (True, False)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_country_is_known_by_its_name_in_every_language(locale: str) -> None:
    names = Locale.parse(locale).territories
    named = {code: reading.squeezed(names[code]) for code in codes.COUNTRIES if code in names}
    lost = {code: name for code, name in named.items() if reading.countries().get(name) != code}
    assert lost == {}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("month", range(1, 13))
def test_months_are_read_by_name(locale: str, month: int) -> None:
    day = dt.date(2026, month, 3)
    for shape in ("d MMMM y", "d. MMMM y", "d MMM y", "d-MMM-y", "dd MMM. y", "MMMM d, y", "d LLLL y"):
        text = format_date(day, shape, locale=locale)
        assert reading.day(text, PLAIN) == day.isoformat(), text
        assert not may_be_two_days(text)


@pytest.mark.parametrize(
    "text",
    [
        *("4-mrt-26", "4-Mar-26", "04-mrt.-26", "4e mrt 2026", "4de maart 2026", "den 4 mars 2026", "ma 4 mrt 2026"),
        *("Wednesday, 4 March 2026", "wo. 4 maart 2026", "4th March 2026", "wo 04-03-2026", "ke 4.3.2026"),
        *("4 mrt. '26", "4/mrt/26", "4 mars -26"),
    ],
)
def test_a_date_may_be_written_as_people_say_it_or_as_spreadsheets_shorten_it(text: str) -> None:
    assert reading.day(text, PLAIN) == "2026-03-04"


def test_no_name_of_a_month_stands_for_two() -> None:
    found: dict[str, set[int]] = {}
    for language in reading.LANGUAGES:
        for uses in Locale.parse(language).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in uses[width].items():
                    found.setdefault(reading.squeezed(name), set()).add(number)
    assert {name: numbers for name, numbers in found.items() if len(numbers) > 1} == {}
    assert {months()[name] for name in found if not name.isdigit()} == {*range(1, 13)}


@pytest.mark.parametrize("locale", LOCALES)
def test_dates_in_figures_are_read_as_each_country_writes_them(locale: str) -> None:
    shape = str(Locale.parse(locale).date_formats["short"].pattern).replace("yyyy", "y").replace("yy", "y")
    for day in (dt.date(2026, 11, 21), dt.date(2026, 4, 3)):
        text = format_date(day, shape, locale=locale)
        assert reading.day(text, PLAIN) == day.isoformat(), text


@pytest.mark.parametrize(
    "text", ["3 foo 2026", "31 april 2026", "april 2026", "3 april 26", "3 4 april 2026", "0 mei 2026"]
)
def test_what_is_no_date_is_none_with_a_month_either(text: str) -> None:
    with pytest.raises(Wrong) as wrong:
        reading.day(text, PLAIN)
    assert wrong.value.trouble is Trouble.NOT_A_DATE


@pytest.mark.parametrize("locale", [*LOCALES, "en_US", "de_CH"])
@pytest.mark.parametrize("value", ["46100.25", "-1234.5", "0.5", "12", "1234567.89", "-7"])
def test_amounts_are_read_as_each_country_writes_them(locale: str, value: str) -> None:
    comma = locale not in {"en_GB", "en_US", "de_CH"}
    read = Reading(decimal_comma=comma)
    for text in (
        format_decimal(Decimal(value), locale=locale),
        format_currency(Decimal(value), "EUR", locale=locale),
        format_currency(Decimal(value), "SEK", locale=locale),
        format_currency(Decimal(value), "EUR", locale=locale, currency_digits=True, format_type="accounting"),
    ):
        assert Decimal(reading.amount(ANY)(text, read)) == Decimal(value).quantize(Decimal("0.01")), text
        assert decimals_have_a_comma([text]) in {comma, None}, text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,-", "12.00"), ("100:-", "100.00"), ("1.234,-", "1234.00"), ("−12,50", "-12.50"), ("5-", "-5.00"),
        ("(12,50)", "-12.50"), ("kr. 1 234,50", "1234.50"), ("1234,50 kr.", "1234.50"), ("1'234.50", "1234.50"),
        ("0.500", "0.50"), ("1234.567", "1234.57"), ("12,5 %", "12.50"),
    ],
)  # fmt: skip
def test_amounts_are_read_with_what_people_write_around_them(text: str, value: str) -> None:
    assert reading.amount(ANY)(text, PLAIN) == value


@pytest.mark.parametrize("text", ["10:50", "12 m2", "3/4", "12 of 13", "gratis"])
def test_two_numbers_are_no_amount(text: str) -> None:
    with pytest.raises(Wrong) as wrong:
        reading.amount(ANY)(text, PLAIN)
    assert wrong.value.trouble is Trouble.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("texts", "tells"),
    [
        (["03/04/2026"], None), (["03/04/2026", "13/04/2026"], True), (["03/04/2026", "04/13/2026"], False),
        (["wo 03/04/2026"], None), (["di 13/04/2026"], True),
        (["03.04.2026"], True), (["3-4-2026"], None), (["03/03/2026"], None), (["3 april 2026"], None), ([], None),
    ],
)  # fmt: skip
def test_a_column_of_dates_tells_how_it_writes_them_or_does_not(texts: list[str], tells: bool | None) -> None:
    assert days_come_first(texts) is tells
    assert may_be_two_days("03/04/2026")
    assert may_be_two_days("ma 03/04/2026")
    assert not may_be_two_days("03/03/2026")


@pytest.mark.parametrize(
    ("texts", "tells"),
    [
        (["1.234"], None), (["1,234"], None), (["1.234", "12,50"], True), (["1,234", "12.50"], False),
        (["1.234.567"], True), (["0.500"], False), (["1234.567"], False), (["12"], None), (["1.234,-"], None),
    ],
)  # fmt: skip
def test_a_column_of_amounts_tells_how_it_writes_them_or_does_not(texts: list[str], tells: bool | None) -> None:
    assert decimals_have_a_comma(texts) is tells
    assert may_be_thousands("€ 1.234")
    assert not may_be_thousands("1.2345")
