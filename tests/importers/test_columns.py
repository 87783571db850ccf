"""Columns: each once, known by its titles in six languages, read and refused alike."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from email_validator import validate_email
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Table

from importers import reading
from importers.columns import COLUMNS, Place, freeze, thaw
from importers.files import Cell
from importers.meanings import meanings, vocabulary
from importers.reading import (
    Reading,
    are_akin,
    country_named,
    days_come_first,
    decimals_have_a_comma,
    first_of,
    is_of_a_firm,
    person,
    postal_place,
    rest_of,
    titled,
)
from importers.terms import TERMS, TITLE_LANGUAGES
from importers.trouble import Trouble, Wrong
from models.base import Base, Limits, limits_of
from models.imports import ImportKind
from models.project import Registration
from models.settings import ValueList

TABLES = {
    (ImportKind.CUSTOMERS, Place.SELF): "customer",
    (ImportKind.CUSTOMERS, Place.HEAD_OFFICE): "address",
    (ImportKind.CUSTOMERS, Place.INVOICE): "address",
    (ImportKind.CUSTOMERS, Place.BANK): "bank_account",
    (ImportKind.CONTACTS, Place.SELF): "contact",
}
PLAIN, ANY = Reading(), Limits()


def table_of(kind: ImportKind, place: Place) -> Table | None:
    name = TABLES.get((kind, place))
    return Base.metadata.tables[name] if name else None


@pytest.mark.parametrize("kind", ImportKind)
def test_every_attribute_is_a_column_of_its_table(kind: ImportKind) -> None:
    for column in COLUMNS[kind].values():
        table = table_of(kind, column.place)
        if table is not None and column.attribute:
            assert column.attribute in table.c, column.key


@pytest.mark.parametrize("language", TITLE_LANGUAGES)
@pytest.mark.parametrize("kind", ImportKind)
def test_a_column_is_recognised_by_the_title_it_is_exported_with(kind: ImportKind, language: str) -> None:
    lost = {
        column.title(language): [meaning.field for meaning in meanings(column.title(language), kind)[:2]]
        for column in COLUMNS[kind].values()
        if [m.field for m in meanings(column.title(language), kind)][:1] != [column.key]
    }
    assert lost == {}


def test_no_name_stands_for_two_things_equally_well() -> None:
    ranks = {name: [rank for _, rank in terms] for name, terms in vocabulary().items()}
    assert [name for name, found in ranks.items() if found.count(min(found)) > 1] == []


@pytest.mark.parametrize("kind", ImportKind)
def test_no_two_columns_share_a_title(kind: ImportKind) -> None:
    for language in TITLE_LANGUAGES:
        titles = [column.title(language) for column in COLUMNS[kind].values()]
        assert sorted(titles) == sorted(set(titles)), language


def test_every_term_has_a_title_in_six_languages() -> None:
    assert all(len(term.titles) == len(TITLE_LANGUAGES) == 6 and all(term.titles) for term in TERMS.values())


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("46.100,25", "46100.25"),
        ("46,100.25", "46100.25"),
        ("€ 1.500", "1500.00"),
        ("1.5", "1.50"),
        ("(12,50)", "-12.50"),
        ("12,5-", "-12.50"),
        (Decimal("3.005"), "3.01"),
        ("95,125", "95.13"),
        (Decimal("-95.125"), "-95.13"),
        (7, "7.00"),
        ("", ""),
        ("1 234,50", "1234.50"),
        ("1\u202f234\u00a0567,50", "1234567.50"),
        ("CHF 1'234.50", "1234.50"),
        ("EUR 95,- per uur", "95.00"),
        ("95 kr", "95.00"),
        ("21 %", "21.00"),
        ("33.3330%", "33.33"),
        ("ca. 95", "95.00"),
        ("€ 95 in het weekend", "95.00"),
        ("21% verlegd", "21.00"),
        ("95 p/u excl. btw", "95.00"),
        ("kr. 950 pr. time", "950.00"),
        ("SEK950", "950.00"),
        ("95€/h", "95.00"),
    ],
)
def test_an_amount_is_read_with_comma_or_point(written: str | int | Decimal, kept: str) -> None:
    assert reading.amount(limits_of(Registration.amount))(written, PLAIN) == kept


@pytest.mark.parametrize(
    "written",
    [
        *("veertien", "1.2.3,4,5", True, "99999999999", "1e5", "95€50", "95;110", "95 50", "=1+1", "95+5"),
        *("95 & 110", "95k", "95 K", "1,5 mln", "2 Tsd. €", "8:30", "95,00 EUR 21% BTW", "12 3456"),
        *(
            "Tarief 2",
            "A1",
            "Schaal 3",
            "S2",
            "max 95",
            "12b",
            "95 punten",
            "95 per dag",
            "EUR schaal 3",
            "€ schaal 3",
            "nr. 4",
        ),
    ],
)
def test_what_is_no_amount_is_refused(written: str | bool) -> None:
    with pytest.raises(Wrong):
        reading.amount(limits_of(Registration.amount))(written, PLAIN)


@pytest.mark.parametrize(
    ("written", "first", "kept"),
    [
        ("2026-11-21", True, "2026-11-21"),
        ("21-11-2026", True, "2026-11-21"),
        ("3/4/2026", True, "2026-04-03"),
        ("3/4/2026", False, "2026-03-04"),
        ("1.2.2026", True, "2026-02-01"),
        ("04.03.26", True, "2026-03-04"),
        ("3/4/26", False, "2026-03-04"),
        ("4. 3. 85", True, "1985-03-04"),
        ("04-03-85", True, "1985-03-04"),
        ("20260304", True, "2026-03-04"),
        (20260304, True, "2026-03-04"),
        (dt.date(2026, 1, 2), True, "2026-01-02"),
        (dt.datetime(2026, 1, 2, 3, 4), True, "2026-01-02"),
    ],
)
def test_a_date_is_read_in_the_chosen_order(written: str | dt.date, first: bool, kept: str) -> None:
    assert reading.day(written, Reading(day_first=first)) == kept


@pytest.mark.parametrize("written", ["12/31/2026", "31-02-2026", "26-03-04", "20261304", "soon", 4400])
def test_an_unclear_or_impossible_date_is_refused(written: str | int) -> None:
    with pytest.raises(Wrong):
        reading.day(written, PLAIN)


@pytest.mark.parametrize(
    ("written", "year_first", "kept"),
    [
        ("19-03-01", True, "2019-03-01"), ("01-03-19", False, "2019-03-01"), ("190301", True, "2019-03-01"),
        (190301, True, "2019-03-01"), ("280220", False, "2020-02-28"), ("85-03-04", None, "1985-03-04"),
        ("85-03-04", False, "1985-03-04"), ("04-03-85", True, "1985-03-04"), ("19-03-01 12:30", True, "2019-03-01"),
        ("19-03-01", None, None), ("19-13-01", True, None),
    ],
)  # fmt: skip
def test_a_date_that_hides_its_year_is_read_as_was_said_and_refused_before(
    written: str | int, year_first: bool | None, kept: str | None
) -> None:
    read_as = Reading(year_first=year_first)
    if kept is None:
        with pytest.raises(Wrong):
            reading.day(written, read_as)
    else:
        assert reading.day(written, read_as) == kept


def test_where_the_year_stands_is_seen_where_the_calendar_or_one_clear_date_tells() -> None:
    assert reading.years_come_first(["19-03-01", "19-12-32"]) is False, "32 is no day"
    assert reading.years_come_first(["85-03-04", "19-03-01"]) is True
    assert reading.years_come_first(["31-12-29", "30-06-30"]) is None
    assert reading.years_come_first(["29-02-23", "01-03-19"]) is True, "2023 had no 29 February"
    assert reading.years_come_first(["01-03-19", "15-03-2019"]) is False
    assert reading.years_come_first(["85-03-04", "04-03-85"]) is None
    assert reading.years_come_first(["2019-03-01"]) is None
    assert days_come_first(["01-03-19", "15-03-19"]) is True


def test_the_order_of_dates_is_seen_from_one_clear_value() -> None:
    assert days_come_first(["1-2-2026", "21-2-2026"]) is True
    assert days_come_first(["1/2/2026", "2/21/2026"]) is False
    assert days_come_first(["1/2/2026", None]) is None
    assert days_come_first(["13/4/2026", "4/13/2026"]) is None


def test_the_decimal_mark_is_seen_from_the_values() -> None:
    assert decimals_have_a_comma(["1.000", "1,5"]) is True
    assert decimals_have_a_comma(["1,000.50"]) is False
    assert decimals_have_a_comma(["1000"]) is None
    assert decimals_have_a_comma(["12.500,50", "12,500.50", "1.234"]) is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Zweden", "SE"),
        ("Noreg", "NO"),
        ("Sverige", "SE"),
        ("Ruotsi", "SE"),
        ("Schweden", "SE"),
        ("UK", "GB"),
        ("USA", "US"),
        ("Nederland", "NL"),
        ("nl", "NL"),
        ("België", "BE"),
        ("Norge", "NO"),
        ("Tyskland", "DE"),
        ("Venezuela", "VE"),
    ],
)
def test_a_country_is_known_by_name_or_code(written: str, code: str) -> None:
    assert country_named(written) == code


def test_a_misspelt_country_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(Wrong) as refused:
        country_named("Zweeden")
    assert (refused.value.trouble, refused.value.values["hint"]) == (Trouble.NO_COUNTRY_HINT, "Sweden")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        *(("14 dgn netto", 14), (30, 30), ("", ""), ("30 d.", 30), ("netto 21 Tage", 21), ("14 päivää", 14)),
        *(
            ("2 weken", 14),
            ("3 Wochen", 21),
            ("1 week", 7),
            ("2 wk", 14),
            ("2 veckor", 14),
            ("4 viikkoa", 28),
            ("2 uker", 14),
        ),
    ],
)
def test_a_payment_term_is_the_number_of_days_in_the_text(written: str | int, kept: int | str) -> None:
    assert reading.days(Limits(least=0, most=999))(written, PLAIN) == kept


@pytest.mark.parametrize(
    "written",
    [
        *("veertien", "14/30", "1000", "150 weken", "1 maand", "1e vd maand", "1 Monat", "1 month", "2 mnd", "1 månad"),
        *("1 kuukausi", "2 kk", "1 jaar", "30 days EOM", "30 dagen einde maand", "1 kwartaal"),
    ],
)
def test_a_payment_term_without_one_fitting_number_of_days_is_refused(written: str) -> None:
    with pytest.raises(Wrong):
        reading.days(Limits(least=0, most=999))(written, PLAIN)


@pytest.mark.parametrize("written", ["12", "12 km", "12km enkele reis", "12 kilometer", "ca. 12", "12 Km."])
def test_a_distance_is_the_number_of_kilometres(written: str) -> None:
    assert reading.kilometres(Limits(least=0, most=999))(written, PLAIN) == 12


@pytest.mark.parametrize("written", ["100 m", "12 miles", "12 mi", "2 mil", "30 min", "1 uur", "A12", "zone 3"])
def test_a_distance_in_something_else_is_refused(written: str) -> None:
    with pytest.raises(Wrong):
        reading.kilometres(Limits(least=0, most=999))(written, PLAIN)


@pytest.mark.parametrize(
    "written",
    ["NL91 ABNA 0417 1643 00", "nl91abna0417164300", "NL91-ABNA-0417-1643-00", "IBAN: NL91.ABNA.0417.1643.00"],
)
def test_an_account_number_is_kept_without_what_stands_between(written: str) -> None:
    assert reading.iban(ANY)(written, PLAIN) == "NL91ABNA0417164300"


@pytest.mark.parametrize(
    ("written", "kept"), [("Ja", True), ("x", True), ("WAAR", True), ("nej", False), (False, False)]
)
def test_yes_and_no_are_read_in_six_languages(written: str | bool, kept: bool) -> None:
    assert reading.yes_or_no(written, PLAIN) is kept


def test_of_several_addresses_in_a_cell_the_first_counts_and_the_rest_is_told() -> None:
    assert reading.email(ANY)("a@x.nl; b@x.nl", PLAIN) == "a@x.nl"
    assert rest_of("a@x.nl; b@x.nl") == "b@x.nl"
    assert reading.phone(ANY)("801-555-7712x4563;801-555-9999", PLAIN) == "801-555-7712x4563"
    assert (first_of("a@x.nl,b@x.nl"), rest_of("a@x.nl,b@x.nl")) == ("a@x.nl", "b@x.nl")
    assert (first_of("a@x.nl b@x.nl c@x.nl"), rest_of("a@x.nl b@x.nl")) == ("a@x.nl", "b@x.nl")
    assert (first_of("010-1234567,0611111111"), rest_of("0101234567,+31 611111111")) == ("010-1234567", "+31 611111111")
    assert (first_of("020-1234567,12"), first_of("Jan a@x.nl")) == ("020-1234567,12", "Jan a@x.nl")


@pytest.mark.parametrize("written", ["ingrid", "a@b", "a b@x.nl", "@x.nl", "a..b@x.nl"])
def test_what_looks_like_no_email_address_is_doubted(written: str) -> None:
    assert reading.email(ANY)(written, PLAIN) == written
    assert reading.email_doubt(written, PLAIN) is Trouble.LOOKS_LIKE_NO_EMAIL


def test_the_quick_pattern_for_email_lets_nothing_pass_that_the_library_refuses() -> None:
    for text in ("john@doe.nl", "a.b@c-d.example", "x+y@z.co.uk", "-a@b.nl", "a_@b.nl", "A-b@c.museum"):
        assert reading.email_doubt(text, PLAIN) is None
        validate_email(text, check_deliverability=False)


ODD = "a1 .,;:/|@+()-'\"=\\\t\n\r\u00a0\u2009\u200b\u00e9\u6f22\U0001f600NULL#"


@given(st.text(st.sampled_from(ODD), max_size=12))
@example("mailto:a@b.nl")
@example("'=1+1")
@example("NULL")
@example("(leeg)")
def test_what_needs_nothing_done_to_it_is_what_the_parsers_of_text_give(written: str) -> None:
    cell = written.strip()
    for parser in (reading.text, reading.lines, reading.email, reading.phone):
        if reading.needs_nothing(cell, several=parser in {reading.email, reading.phone}):
            assert parser(ANY)(reading.legible(cell), PLAIN) == cell


@pytest.mark.parametrize("written", ["Nordhamn Logistik AB", "a@b.nl", "+31 (0)20 123-45", "Café"])
def test_usual_texts_need_nothing_done_to_them(written: str) -> None:
    assert reading.needs_nothing(written, several=False)
    assert reading.needs_nothing(written, several=True)


def test_a_wrong_looking_vat_number_phone_or_account_is_doubted_not_refused() -> None:
    assert reading.vat_doubt("NL4495445B01", PLAIN) is None
    assert reading.vat_doubt("NL8531229B1", PLAIN) is Trouble.LOOKS_LIKE_NO_VAT


@pytest.mark.parametrize(
    "number", ["NL123456782B01", "987654325MVA", "CHE-123.456.788 MWST", "BE 0123.456.749", "27/123/12345", "123456789"]
)
def test_a_vat_number_may_be_of_any_country(number: str) -> None:
    assert reading.may_be_vat(number)


@pytest.mark.parametrize(
    "number", [21, Decimal("0.21"), "21%", "21", "121,00", "1.234,50", "100000.00", "Ja", "NL", "onbekend", "EUR 25"]
)
def test_a_percentage_or_an_amount_is_no_vat_number(number: Cell) -> None:
    assert not reading.may_be_vat(number)
    assert reading.vat_doubt(str(number), PLAIN) is Trouble.LOOKS_LIKE_NO_VAT
    assert reading.phone_doubt("050-3121234", PLAIN) is None
    assert reading.phone_doubt("call Jan", PLAIN) is Trouble.LOOKS_LIKE_NO_PHONE
    assert reading.iban_doubt("NL91ABNA0417164300", PLAIN) is None
    assert reading.iban_doubt("NL91ABNA0417164301", PLAIN) is Trouble.LOOKS_LIKE_NO_IBAN


def test_labels_are_split_and_spelled_as_they_are_known() -> None:
    known = Reading(labels={"transport": 1}, label_names={1: "Transport"}, may_add_words=True)
    assert reading.labels("transport;  Monthly  invoice ; TRANSPORT", known) == ["Transport", "Monthly invoice"]


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        ('"vip","breda"', ["vip", "breda"]),
        ('"een, twee"; "drie"', ["een, twee", "drie"]),
        ("Kunder ::: * myContacts", ["Kunder", "myContacts"]),
        ('Hotel "Oost"; "West" hotel', ['Hotel "Oost"', '"West" hotel']),
    ],
)
def test_labels_are_parted_as_programs_of_mail_write_them(written: str, labels: list[str]) -> None:
    assert reading.labels(written, Reading(may_add_words=True)) == labels


def test_a_new_label_without_the_right_to_add_it_is_refused() -> None:
    with pytest.raises(Wrong) as refused:
        reading.labels("New", PLAIN)
    assert refused.value.trouble is Trouble.NEW_LABEL


def test_a_list_value_is_spelled_as_the_list_has_it() -> None:
    known = Reading(values={ValueList.STATUS: {"prospect": 3}}, value_names={3: "Prospect"})
    assert reading.word_of(ValueList.STATUS)("PROSPECT", known) == "Prospect"
    with pytest.raises(Wrong):
        reading.word_of(ValueList.STATUS)("Other", known)


def test_an_owner_is_found_by_address_or_name_and_guessed_at_otherwise() -> None:
    known = Reading(users={"karinvandenberg": {5}, "karin@x.nl": {5}}, user_names={5: "Karin van den Berg"})
    assert reading.user("Karin van den Berg", known) == 5
    assert reading.user("KARIN@x.nl", known) == 5
    assert reading.user("van den Berg, Karin", known) == 5
    with pytest.raises(Wrong) as refused:
        reading.user("Karin vd Berg", known)
    assert refused.value.values["hint"] == "Karin van den Berg"


def test_text_that_does_not_fit_is_refused_with_both_lengths() -> None:
    with pytest.raises(Wrong) as refused:
        reading.text(Limits(longest=5))("abcdef", PLAIN)
    assert refused.value.values == {"length": 6, "limit": 5}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("NULL", ""),
        ("Null", "Null"),
        ("'=1+1", "=1+1"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("'4811 AA", "4811 AA"),
        ("'70s Radio", "'70s Radio"),
        (12, "12"),
        ("a\nb", "a b"),
        (Decimal("1.50"), "1.50"),
        (None, ""),
    ],
)
def test_a_cell_as_text(cell: str | int | Decimal | None, text: str) -> None:
    assert reading.plain(cell) == text


def test_names_and_postal_places_are_taken_apart() -> None:
    assert person("Jan van der Berg") == ("Jan", "van der Berg")
    assert person("Berg, Jan") == ("Jan", "Berg")
    assert person("Prince") == ("", "Prince")
    assert person("Mevr. A. de Vries") == ("Mevr. A.", "de Vries")
    assert person("Dhr. de Vries") == ("Dhr.", "de Vries")
    assert person("Frau Müller") == ("Frau", "Müller")
    assert person("Ing Lee") == ("Ing", "Lee")
    assert person("Dr.") == ("", "Dr.")
    assert titled("T.a.v. prof. dr. ir. Anna Berg") == ("prof. dr. ir.", "Anna Berg")
    assert titled("Herr Klaus Weber") == ("Herr", "Klaus Weber")
    assert titled("Attn: Jan Smit") == ("", "Jan Smit")
    assert titled("Tavares Silva") == ("", "Tavares Silva")
    assert titled("Professorsgatan Bygg") == ("", "Professorsgatan Bygg")
    assert postal_place("00330 Helsinki") == ("00330", "Helsinki")
    assert postal_place("1234 AB Den Haag") == ("1234 AB", "Den Haag")
    assert postal_place("Helsinki") == ("", "Helsinki")


@pytest.mark.parametrize(
    ("written", "code", "place"),
    [
        ("1234 ab ons dorp", "1234 AB", "ons dorp"),
        ("1234ab, Ons Dorp", "1234AB", "Ons Dorp"),
        ("NL-1234 AB Ons Dorp", "NL-1234 AB", "Ons Dorp"),
        ("1234 AB 's-Gravenhage", "1234 AB", "'s-Gravenhage"),
        ("1234 AB", "1234 AB", ""),
        ("1234 ab", "1234 AB", ""),
        ("3731 de bilt", "3731", "de bilt"),
        ("2300 La Chaux-de-Fonds", "2300", "La Chaux-de-Fonds"),
        ("1430 Ås", "1430", "Ås"),
        ("8680 Ry", "8680", "Ry"),
        ("1000 brussel", "1000", "brussel"),
        ("B-8420 DE HAAN", "B-8420", "DE HAAN"),
        ("111 22 Stockholm", "111 22", "Stockholm"),
    ],
)
def test_letters_behind_a_dutch_postal_code_are_of_the_code_however_they_are_written(
    written: str, code: str, place: str
) -> None:
    assert postal_place(written) == (code, place)


@pytest.mark.parametrize(
    ("written", "country", "place"),
    [
        ("8420 DE HAAN", "BE", "DE HAAN"),
        ("2300 la chaux-de-fonds", "CH", "la chaux-de-fonds"),
        ("8680 ry", "DK", "ry"),
        ("3665 AS", "BE", "AS"),
    ],
)
def test_letters_behind_the_postal_code_of_another_country_are_of_the_place(
    written: str, country: str, place: str
) -> None:
    assert postal_place(written, country) == (written[:4], place)


def test_a_value_survives_the_plan() -> None:
    for attribute, value in (("hourly_rate", Decimal("95.50")), ("birth_date", dt.date(1980, 2, 1)), ("phone", "1")):
        assert thaw(attribute, freeze(value)) == value
    assert thaw("phone", "") is None


@pytest.mark.parametrize(
    ("cell", "first", "rest"),
    [
        ("; ann@a.nl", "ann@a.nl", ""), ("ann@a.nl/bob@b.nl", "ann@a.nl", "bob@b.nl"), ("ann@a.nl of bob@b.nl", "ann@a.nl", "bob@b.nl"),
        ("ann@a.nl ::: bob@b.nl", "ann@a.nl", "bob@b.nl"), ("Ann Berg <ann@a.nl>", "ann@a.nl", "Ann Berg"),
        ("<ann@a.nl>", "ann@a.nl", ""), ("MAILTO:ann@a.nl", "ann@a.nl", ""), ("ann@a.nl#mailto:ann@a.nl#", "ann@a.nl", ""),
        ("'ann@a.nl'", "ann@a.nl", ""), ("o'hara@a.nl", "o'hara@a.nl", ""),
    ],
)  # fmt: skip
def test_the_first_address_of_a_cell_is_read_whatever_is_written_around_it(cell: str, first: str, rest: str) -> None:
    assert (reading.email(ANY)(cell, PLAIN), rest_of(cell)) == (first, rest)
    assert not reading.needs_nothing(cell, several=True) or cell == first


@pytest.mark.parametrize(
    ("cell", "first", "rest"),
    [
        ("010-1234567\n06-12345678", "010-1234567", "06-12345678"), ("010-1234567/06-12345678", "010-1234567", "06-12345678"),
        ("010-1234567 of 06-12345678", "010-1234567", "06-12345678"), ("0612345678 - 0687654321", "0612345678", "0687654321"),
        ("030 / 12 34 56", "030 / 12 34 56", ""), ("0201/0123456", "0201/0123456", ""), ("+49 30 / 123456", "+49 30 / 123456", ""),
        ("030/123456-0", "030/123456-0", ""), ("Tel. 010-1234567", "010-1234567", ""), ("+31 6\n12345678", "+31 6 12345678", ""),
        ("'0612345678", "0612345678", ""), ("n.v.t.", "", ""),
    ],
)  # fmt: skip
def test_the_first_number_of_a_cell_is_whole(cell: str, first: str, rest: str) -> None:
    assert (reading.phone(ANY)(cell, PLAIN), rest_of(cell)) == (first, rest)
    assert not reading.needs_nothing(cell, several=True) or cell == first


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Berg, Jan van den", "Jan", "van den Berg"), ("Berg, van den, Jan", "Jan", "van den Berg"),
        ("van den Berg", "", "van den Berg"), ("de Wit", "", "de Wit"), ("Van Damme", "", "Van Damme"),
        ("Jan van der Berg", "Jan", "van der Berg"), ("van der Berg, Jan", "Jan", "van der Berg"), ("Fam. de Wit", "Fam.", "de Wit"),
        ("Vanessa Berg", "Vanessa", "Berg"), ("Dean de Wit", "Dean", "de Wit"), ("Berg, J.P. von", "J.P.", "von Berg"),
        ("Jansen jr., Piet", "Piet", "Jansen jr."),
    ],
)  # fmt: skip
def test_what_stands_before_a_last_name_belongs_to_it(name: str, first: str, last: str) -> None:
    assert person(name) == (first, last)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Jan Jansen, MSc", "Jan", "Jansen MSc"), ("J. Smith, PhD", "J.", "Smith PhD"), ("Smith, John, PhD", "John", "Smith PhD"),
        ("Smith, John, Jr.", "John", "Smith Jr."), ("Jan de Vries, M.Sc., RA", "Jan", "de Vries M.Sc. RA"),
        ("Jan Jansen, MSc MBA", "Jan", "Jansen MSc MBA"), ("Berg, Jan van den, drs.", "Jan", "van den Berg drs."),
        ("Hans Maier, Dipl.-Ing.", "Hans", "Maier Dipl.-Ing."), ("Hans Maier, Dipl.-Ing. (FH)", "Hans", "Maier Dipl.-Ing. (FH)"),
        ("Jansen, MSc", "", "Jansen MSc"), ("Jan Jansen, MA", "Jan", "Jansen MA"), ("John Smith, III", "John", "Smith III"),
        ("Jansen, Piet MSc", "Piet", "Jansen MSc"), ("Dr. Eva Ek, LLM", "Dr. Eva", "Ek LLM"), ("Jan Bos, AA", "Jan", "Bos AA"),
        ("Smith, John, M.A.", "John", "Smith M.A."), ("Jan Jansen, ing.", "Jan", "Jansen ing."),
    ],
)  # fmt: skip
def test_a_degree_behind_a_name_stays_behind_the_last_name_and_is_no_first_name(
    name: str, first: str, last: str
) -> None:
    assert person(name) == (first, last)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Jansen, M.A.", "M.A.", "Jansen"), ("van den Berg, MA", "MA", "van den Berg"), ("Li, Ma", "Ma", "Li"),
        ("Li, Meng", "Meng", "Li"), ("Bakker, Ing", "Ing", "Bakker"), ("Jansen, Mba Joe", "Mba Joe", "Jansen"),
    ],
)  # fmt: skip
def test_letters_behind_a_last_name_alone_may_be_initials_and_are(name: str, first: str, last: str) -> None:
    assert person(name) == (first, last)


@pytest.mark.parametrize(
    ("name", "title", "rest"),
    [
        ("De heer en mevrouw Bakker", "De heer en mevrouw", "Bakker"), ("Dhr. en mevr. de Wit", "Dhr. en mevr.", "de Wit"),
        ("Herr und Frau Maier", "Herr und Frau", "Maier"), ("Mr and Mrs Smith", "Mr and Mrs", "Smith"),
        ("Mr. & Mrs. Smith", "Mr. & Mrs.", "Smith"), ("Herr och fru Ek", "Herr och fru", "Ek"), ("Familie Bos", "Familie", "Bos"),
        ("Fam. Bos", "Fam.", "Bos"), ("Mevr./dhr. Bos", "Mevr./dhr.", "Bos"), ("Frau und Herrn Maier", "Frau und Herrn", "Maier"),
        ("Herra ja rouva Niemi", "Herra ja rouva", "Niemi"), ("Familien Berg", "Familien", "Berg"), ("Perhe Niemi", "Perhe", "Niemi"),
        ("Heerlen Bouw", "", "Heerlen Bouw"), ("Mr and Co", "", "Mr and Co"),
    ],
)  # fmt: skip
def test_two_people_and_a_family_are_greeted_together(name: str, title: str, rest: str) -> None:
    assert titled(name) == (title, rest)


def test_the_first_names_of_two_people_stay_together() -> None:
    assert person("Dhr. en mevr. J. en P. de Vries") == ("Dhr. en mevr. J. en P.", "de Vries")
    assert person("Jan & Eva Berg") == ("Jan & Eva", "Berg")
    assert person("Jan en Berg") == ("Jan", "en Berg")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("contant", 0), ("Due on receipt", 0), ("sofort", 0), ("heti", 0), ("30.0", 30), ("30,00", 30), ("Net-30", 30), (14, 14),
        ("30DEM", None), ("30 werkdagen", None), ("1.000", None), ("30.5", None), ("-14", None),
    ],
)  # fmt: skip
def test_a_term_is_read_as_people_write_it_or_refused(written: str | int, kept: int | None) -> None:
    parse = reading.days(Limits(least=0, most=999))
    if kept is None:
        with pytest.raises(Wrong):
            parse(written, PLAIN)
    else:
        assert parse(written, PLAIN) == kept


@pytest.mark.parametrize("written", ["0000-00-00", "0000-00-00 00:00:00", "00-00-0000", "0/0/00", "n.v.t.", "—"])
def test_what_programs_write_for_no_date_is_none(written: str) -> None:
    assert reading.day(written, PLAIN) == ""


@pytest.mark.parametrize(
    "written",
    [
        "--03-04",
        "--0304",
        "02/03",
        "14.3.",
        "31-12",
        "3 april",
        "April 3",
        "Apr 3rd",
        "1604-03-04",
        dt.date(1604, 3, 4),
    ],
)
def test_a_birthday_without_its_year_is_no_date_and_not_wrong(written: str | dt.date) -> None:
    found = reading.birthday(written, PLAIN)
    assert (found, isinstance(found, reading.Yearless)) == ("", True)


@pytest.mark.parametrize("written", ["13/14", "02/1980", "32/1", "0/3", "3 keer", "1980", Decimal("2.03")])
def test_what_is_neither_a_birthday_nor_a_day_of_it_is_refused(written: str | Decimal) -> None:
    with pytest.raises(Wrong):
        reading.birthday(written, PLAIN)


@pytest.mark.parametrize("written", [44259, "44259", "44259.75", Decimal("44259.5")])
def test_a_date_that_a_spreadsheet_counted_is_read_and_told(written: Decimal | str | int) -> None:
    found = reading.day(written, PLAIN)
    assert found == "2021-03-04"
    assert reading.day_doubt(found, PLAIN) is Trouble.COUNTED_DATE
    assert reading.day_doubt("2021-03-04", PLAIN) is None


@pytest.mark.parametrize("written", ["4-3-21", "15-3-21", "4-12-21"])
def test_a_short_year_is_seen_where_the_day_or_month_has_one_digit(written: str) -> None:
    assert reading.day(written, PLAIN).startswith("2021-")


@pytest.mark.parametrize(
    ("name", "title", "rest"),
    [
        ("Dr. med. Hans Müller", "Dr. med.", "Hans Müller"),
        ("Prof. Dr. rer. nat. h. c. Eva Ek", "Prof. Dr. rer. nat. h. c.", "Eva Ek"),
        ("Dr.-Ing. Jo Bos", "Dr.-Ing.", "Jo Bos"),
        ("Dipl.-Kfm. Jo Bos", "Dipl.-Kfm.", "Jo Bos"),
        ("Nat. Jansen", "", "Nat. Jansen"),
    ],
)
def test_what_somebody_is_a_doctor_of_belongs_to_the_title(name: str, title: str, rest: str) -> None:
    assert reading.titled(name) == (title, rest)


def test_names_are_akin_that_share_a_word_besides_the_legal_form_or_nearly_all_letters() -> None:
    for one, other in [
        ("Jansen BV", "Jan Jansen"),
        ("Noordhaven Logistiek", "Nordhaven Logistik"),
        ("", "Acme"),
        ("BV", "AB"),
    ]:
        assert are_akin(one, other)
    for one, other in [
        ("Andere BV", "Xenia BV"),
        ("Bakkerij de Zon", "Slager van de Maan"),
        ("Groep Een", "Timmerman Jan"),
    ]:
        assert not are_akin(one, other)


def test_a_legal_form_makes_a_name_that_of_a_firm_unless_it_may_be_a_name_itself() -> None:
    for name in ("Muster GmbH", "BAKKER BV", "Berg A/S", "Fjord AS", "Stichting Zon", "Jansen & Zonen", "Meier e.K."):
        assert is_of_a_firm(name)
    for name in ("Ek", "van As", "Jansen", "van der Berg", "AB", "VAN AS", "De Co", "Jan & Eva Ek"):
        assert not is_of_a_firm(name)


def test_a_percentage_below_one_is_doubted() -> None:
    assert reading.percentage_doubt("0.21", PLAIN) is Trouble.LOOKS_LIKE_A_SHARE
    assert [reading.percentage_doubt(value, PLAIN) for value in ("0.00", "21.00", "1.00")] == [None] * 3


@pytest.mark.parametrize(
    "written", ["juridische persoon", "juristische Person", "juridisk person", "Rechtspersoon", "Eenmanszaak"]
)
def test_a_person_in_law_is_a_company(written: str) -> None:
    assert reading.kind(written, PLAIN) == "business"
    assert reading.kind("natuurlijke persoon", PLAIN) == "private"


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Zakelijke klant", "business"), ("Particuliere klant", "private"), ("Företagskund", "business"),
        ("Privatkund", "private"), ("Geschäftskunde", "business"), ("Privatkunde", "private"), ("Yritysasiakas", "business"),
        ("Henkilöasiakas", "private"), ("Bedriftskunde", "business"), ("Stichting", "business"), ("Verein", "business"),
    ],
)  # fmt: skip
def test_what_programs_call_kinds_of_customers_is_known(written: str, kind: str) -> None:
    assert reading.kind(written, PLAIN) == kind


@pytest.mark.parametrize(
    ("code", "is_doubted"),
    [("1234 AB Ede", True), ("115 56 Stockholm", True), ("1234 AB", False), ("SW1A 1AA", False), ("12345-6789", False)],
)
def test_a_town_behind_a_postal_code_is_doubted(code: str, is_doubted: bool) -> None:
    assert reading.postal_code_doubt(code, PLAIN) is (Trouble.TOWN_IN_CODE if is_doubted else None)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("528", "NL"), ("HUN", "HU"), ("España", "ES"), ("Belgique", "BE"), ("Suisse", "CH"), ("Česká republika", "CZ"),
        ("Ελλάδα", "GR"), ("Nederland (NL)", "NL"), ("NL - Nederland", "NL"), ("NL Nederland", "NL"), ("Netherlands, The", "NL"),
        ("Republic of Ireland", "IE"), ("Moldova, Republic of", "MD"), ("Österreich/Autriche", "AT"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_own_name_its_codes_and_several_that_agree(written: str, code: str) -> None:
    assert country_named(written) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("D", "DE"), ("A", "AT"), ("F", "FR"), ("B", "BE"), ("I", "IT"), ("L", "LU"), ("E", "ES"), ("P", "PT"), ("S", "SE"),
        ("N", "NO"), ("H", "HU"), ("FIN", "FI"), ("CH", "CH"), ("FL", "LI"), ("Deutschland (D)", "DE"), ("A - Österreich", "AT"),
    ],
)  # fmt: skip
def test_the_letters_on_cars_are_countries_in_a_column_of_countries(written: str, code: str) -> None:
    assert reading.country(written, PLAIN) == code


@pytest.mark.parametrize("written", ["J", "X", "d", "Deutschland (A)"])
def test_another_letter_is_no_country(written: str) -> None:
    with pytest.raises(Wrong):
        reading.country(written, PLAIN)


@pytest.mark.parametrize("written", ["Nederland/België", "NL (DE)", "31", "Europa", "UK (London)"])
def test_what_is_not_one_country_is_none(written: str) -> None:
    with pytest.raises(Wrong):
        country_named(written)


def test_languages_and_currencies_are_known_by_more_than_their_codes() -> None:
    tongues = {"NLD": "nl", "français": "fr", "English (UK)": "en", "nl_be": "nl-BE", "Vlaams": "nl"}
    assert {said: reading.language(said, PLAIN) for said in tongues} == tongues
    money = {
        "Euro": "EUR",
        "EUR (€)": "EUR",
        "Zweedse kroon": "SEK",
        "norske kroner": "NOK",
        "US$": "USD",
        "sek": "SEK",
    }
    assert {said: reading.currency(said, PLAIN) for said in money} == money
    with pytest.raises(Wrong):
        reading.currency("kr", PLAIN)
