"""Headers and columns of real files, found without help; what cannot be told is left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from importers.files import Row, Sheet, read
from importers.mapping import (
    best_sheet,
    guess,
    header_cells,
    header_row,
    is_technical,
    mapping_of,
    records,
    repeated,
    separator_of,
)
from importers.meanings import Certainty, meanings
from models.imports import ImportKind

CUSTOMERS, CONTACTS = ImportKind.CUSTOMERS, ImportKind.CONTACTS


def sheet_of(*rows: Row) -> Sheet:
    return Sheet("Sheet1", rows=list(rows), numbers=range(1, len(rows) + 1), columns=range(1, 9))


# The header rows that INDEX.md gives, where one is to be found without asking.
HEADERS = {
    "list__aka__customers.xlsx": ("customers", 1),
    "list__ala__all-authorities.csv": (None, 1),
    "list__cal__issue444.xls": ("Sheet1", 1),
    "list__fr__bom.csv": (None, 1),
    "list__fr__blank-headers.csv": (None, 1),
    "list__fr__duplicate-headers.csv": (None, 1),
    "list__fr__skip-rows-before-headers.csv": (None, 2),
    "list__irl__facilities.csv": (None, 1),
    "list__moz__basic_csv_addressbook.csv": (None, 1),
    "list__moz__csv_semicolon.csv": (None, 1),
    "list__moz__utf16_addressbook.csv": (None, 1),
    "list__npsp__NPSP_Data_Import_Template_csv.csv": (None, 5),
    "list__nwc__customers.csv": (None, 1),
    "list__oca__partner_list.xlsx": ("Partner List", 3),
    "list__pb__se.csv": (None, 1),
    "list__poi__51626_contact.xlsx": ("Sheet1", 1),
    "list__rx__deaths.xlsx": ("arts", 5),
    "list__sp__constituents.csv": (None, 1),
    "list__ss__pageSetupTest.xlsx": ("Printing Options", 1),
    "hostile__cal__issue_174.xlsx": ("Sheet1", 1),
}
NO_HEADER = (
    "list__aw__Address.csv",
    "list__aw__ContactType.csv",
    "list__fr__leading-zeros.csv",
    "list__ss__linend.mac.csv",
    "hostile__gov__xls_exotic_types_no_header.xls",
    "hostile__poi__SampleSS.strict.xlsx",
)


@pytest.mark.parametrize("name", HEADERS)
def test_the_header_row_of_a_real_file_is_found(data: Path, name: str) -> None:
    sheet_name, row = HEADERS[name]
    sheet = best_sheet(read(data / name, name=name).sheets, CUSTOMERS)
    assert sheet is not None
    assert (sheet.name, header_row(sheet, CUSTOMERS)) == (sheet_name or name, row)


@pytest.mark.parametrize("name", NO_HEADER)
def test_a_file_without_known_names_leaves_the_header_open(data: Path, name: str) -> None:
    sheet = best_sheet(read(data / name, name=name).sheets, CUSTOMERS)
    assert sheet is not None
    assert header_row(sheet, CUSTOMERS) is None


def fields_of(path: Path, kind: ImportKind) -> dict[str, str | None]:
    sheet = best_sheet(read(path, name=path.name).sheets, kind)
    assert sheet is not None
    number = header_row(sheet, kind)
    assert number is not None
    header = sheet.rows[sheet.numbers.index(number)]
    return {one.header: one.field for one in guess(header, [row for _, row in records(sheet, number)], kind)}


def test_northwind_maps_in_full(data: Path) -> None:
    assert fields_of(data / "list__nwc__customers.csv", CUSTOMERS) == {
        "customerID": "number",
        "companyName": "company_name",
        "contactName": "main_contact.contact",
        "contactTitle": "main_contact.function",
        "address": "head_office.street",
        "city": "head_office.city",
        "region": "head_office.region",
        "postalCode": "head_office.postal_code",
        "country": "head_office.country",
        "phone": "phone",
        "fax": "fax",
    }


def test_an_address_book_prefers_the_work_address(data: Path) -> None:
    fields = fields_of(data / "list__moz__basic_csv_addressbook.csv", CONTACTS)
    assert (fields["Work City"], fields["Home City"]) == ("city", None)
    assert (fields["Organization"], fields["Primary Email"], fields["Notes"]) == (
        "customer.name",
        "email",
        "description",
    )


def test_symbols_of_listed_firms_are_their_numbers(data: Path) -> None:
    fields = fields_of(data / "list__sp__constituents.csv", CUSTOMERS)
    assert (fields["Symbol"], fields["Security"]) == ("number", "name")


def test_an_id_that_is_no_customer_number_is_left_out(data: Path) -> None:
    assert fields_of(data / "list__pb__ch.csv", CUSTOMERS)["id"] is None


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Debiteurnr.", "number"),
        ("Naam*", "name"),
        ("Straat + huisnr", "head_office.street"),
        ("PC", "head_office.postal_code"),
        ("Factuurplaats", "invoice_address.city"),
        ("Factuur-/postcode", "invoice_address.postal_code"),
        ("E-mail factuur", "invoice_email"),
        ("Bezoekadres plaats", "head_office.city"),
        ("Postadresse - linje 1", "head_office.street"),
        ("Forretningsadresse - linje 1", "head_office.street"),
        ("CompanyPostStreet", "head_office.street"),
        ("postcode_verzending", "head_office.postal_code"),
        ("ContactFirstName", "main_contact.first_name"),
        ("Contacttelefoonnr", "main_contact.phone"),
        ("TagNr10", "labels"),
        ("Opmerking3", "description"),
        ("Y-tunnus", "company_number"),
        ("Asiakasnumero", "number"),
        ("Kundnamn", "name"),
        ("USt-IdNr.", "vat_number"),
        ("Betaling", "payment_term_days"),
        ("Sähköposti", "email"),
        ("Poststed", "head_office.city"),
        ("#Name", "name"),
        ("#", "number"),
        ("# (verplicht)", "number"),
        ("Customer #", "number"),
        ("Customer # *", "number"),
        ("Klant#", "number"),
        ("Kund #", "number"),
        ("Account #", "number"),
        ("Bedrijf #", "number"),
        ("Store#", "number"),
        ("House #", "head_office.house_number"),
        ("Phone #", "phone"),
        ("Naam\xa0(verplicht)", "name"),
        ("Deb.nr", "number"),
        ("Plts", "head_office.city"),
        ("Tel. mob.", "mobile"),
        ("Mobilfunk", "mobile"),
        ("OrganisationNumber", "company_number"),
        ("Puh.", "phone"),
        ("Postinro", "head_office.postal_code"),
        ("BTW %", "vat_percentage"),
        ("BTW (%)", "vat_percentage"),
        ("% BTW", "vat_percentage"),
        ("BTW-tarief (%)", "vat_percentage"),
        ("BTW", "vat_number"),
        ("Krediettermijn (dagen)", "payment_term_days"),
        ("Betaaltermijn in dagen", "payment_term_days"),
        ("Zahlungsziel in Tagen", "payment_term_days"),
        ("Klant sinds (dd-mm-jjjj)", "customer_since"),
        ("Uurtarief (€ excl. btw)", "hourly_rate"),
        ("Afstand [km]", "distance_km"),
        ("Afstand (in km)", "distance_km"),
        ("Uurtarief excl. BTW", "hourly_rate"),
        ("Hourly rate (EUR/hour)", "hourly_rate"),
        ("Timpris kr", "hourly_rate"),
        ("Tarief €/u", "hourly_rate"),
        ("Betaaltermijn (aantal dagen)", "payment_term_days"),
        ("Zahlungsziel (Tage netto)", "payment_term_days"),
        ("Klant sinds (datum)", "customer_since"),
        ("Cust. Name", "name"),
        ("E-Mail Addr.", "email"),
        ("Ph #", "phone"),
        ("Terms", "payment_term_days"),
        ("Telefoon (mobiel)", "mobile"),
        ("Telefoon (vast)", "phone"),
        ("Land (ISO)", "head_office.country"),
        ("Website URL", "website"),
        ("IBAN nummer", "iban"),
        ("t.n.v.", "holder"),
        ("Utdelningsadress", "head_office.street"),
        ("Käyntiosoite", "head_office.street"),
        ("Afleveradres", "head_office.street"),
        ("Lieferadr. PLZ", "head_office.postal_code"),
        ("Fakturaadress rad 1", "invoice_address.street"),
        ("billing_company", "company_name"),
        ("billing_first_name", "first_name"),
        ("Address 1 - Street", "head_office.street"),
        ("Address 1 - Postal Code", "head_office.postal_code"),
        ("Organization Title", "main_contact.function"),
        ("Website 1 - Value", "website"),
        ("Default Address Company", "company_name"),
        ("Default Address Address1", "head_office.street"),
        ("Default Address Zip", "head_office.postal_code"),
        ("Default Address Province Code", "head_office.region"),
    ],
)
def test_a_name_seen_in_a_real_file_is_known(header: str, field: str) -> None:
    assert [meaning.field for meaning in meanings(header, CUSTOMERS)][:1] == [field]


def test_a_contact_belongs_to_the_customer_whose_number_stands_under_customer() -> None:
    assert [meaning.field for meaning in meanings("Customer #", CONTACTS)][:1] == ["customer.number"]


@pytest.mark.parametrize(
    "header", ["Omzet 2025", "Gender", "Age", "weight", "Naam (leverancier)", "Prijs (€)", "(ex " * 5_000]
)
def test_a_name_that_is_none_of_ours_means_nothing(header: str) -> None:
    assert meanings(header, CUSTOMERS) == ()


@pytest.mark.parametrize(
    ("header", "values", "fields"),
    [
        (
            "Kundnr;Namn;Utdelningsadress;Besöksadress;Postnr;Ort",
            "1;Acme;Box 12;Storgatan 1;111 22;Stockholm",
            "number;name;head_office.street;;head_office.postal_code;head_office.city",
        ),
        (
            "Nimi;Käyntiosoite;Postiosoite;Postinumero;Postitoimipaikka",
            "Acme;Katu 1;PL 12;00100;Helsinki",
            "name;;head_office.street;head_office.postal_code;head_office.city",
        ),
        (
            "Nimi;Lähiosoite;Postiosoite",
            "Acme;Katu 1;00100 Helsinki",
            "name;head_office.street;head_office.postal_place",
        ),
        (
            "billing_first_name;billing_last_name;billing_company;billing_address_1;billing_phone;shipping_first_name;shipping_last_name;"
            "shipping_company;shipping_address_1",
            "Bo;Ek;Ek AB;Weg 2;010 1234567;Jan;Jansen;Jansen BV;Weg 1",
            "first_name;last_name;company_name;invoice_address.street;phone;;;;head_office.street",
        ),
        (
            "Company;First Name;billing_company;billing_first_name",
            "Acme;Jan;Beta;Piet",
            "company_name;first_name;;",
        ),
        ("Address 1 - Street;Address 2 - Street;Name", "Weg 1;Weg 2;Acme", "head_office.street;;name"),
        (
            "Namn;Adr;Pnr;Postadress",
            "Acme;Gatan 1;111 22;Stockholm",
            "name;head_office.street;head_office.postal_code;head_office.city",
        ),
        (
            "Namn;Adr;Pnr;Postadress",
            "Acme;Gatan 1;;111 22 Stockholm",
            "name;head_office.street;head_office.postal_code;head_office.postal_place",
        ),
        ("Namn;Pnr;Postadress", "Acme;111 22;Box 12", "name;head_office.postal_code;head_office.street"),
        ("Address 1 - Label;address type;Name", "Work;invoice;Acme", ";;name"),
    ],
)
def test_the_columns_of_programs_find_their_places(header: str, values: str, fields: str) -> None:
    guesses = guess(tuple(header.split(";")), [tuple(values.split(";"))] * 3, CUSTOMERS)
    assert [one.field or "" for one in guesses] == fields.split(";")


def test_a_column_wanted_twice_goes_to_the_surest_name_and_the_other_says_so() -> None:
    guesses = guess(("Home phone", "Telefoon", "id", "Klantnummer"), [("1", "2", "3", "4")], CUSTOMERS)
    assert [one.field for one in guesses] == [None, "phone", None, "number"]
    assert (guesses[0].certainty, guesses[2].certainty) == (Certainty.TWICE, Certainty.TWICE)


def test_labels_and_notes_may_come_from_several_columns() -> None:
    guesses = guess(("TagNr1", "TagNr2", "Opmerking1", "Opmerking2"), [("a", "b", "c", "d")], CUSTOMERS)
    assert mapping_of(guesses) == {"labels": [0, 1], "description": [2, 3]}


def test_an_empty_header_is_noticed_and_not_imported() -> None:
    guesses = guess(("id", None, "name"), [("1", "x", "y")], CUSTOMERS)
    assert (guesses[1].field, guesses[1].certainty, guesses[1].samples) == (None, Certainty.NO_HEADER, ("x",))


def test_values_tell_what_an_unknown_name_holds() -> None:
    guesses = guess(("Naam", "Foo"), [("a", "a@x.nl"), ("b", "b@x.nl")], CUSTOMERS)
    assert (guesses[1].field, guesses[1].certainty) == ("email", Certainty.VALUES)


def test_values_that_do_not_fit_leave_a_column_out() -> None:
    guesses = guess(("Naam", "Land"), [("a", "flat"), ("b", "hilly"), ("c", "wet")], CUSTOMERS)
    assert (guesses[1].field, guesses[1].certainty) == (None, Certainty.DOUBTFUL)


def test_a_single_wrong_value_does_not_leave_a_column_out() -> None:
    assert guess(("Naam", "Land"), [("a", "flat")], CUSTOMERS)[1].field == "head_office.country"


def test_what_an_earlier_import_chose_goes_first() -> None:
    guesses = guess(("Naam", "Foo"), [("a", "1")], CUSTOMERS, {1: "reference"})
    assert (guesses[1].field, guesses[1].certainty) == ("reference", Certainty.REMEMBERED)


def test_the_first_values_are_shown_with_a_column() -> None:
    assert guess(("Naam",), [("a",), (None,), ("a",), ("b",), ("c",), ("d",)], CUSTOMERS)[0].samples == ("a", "b", "c")


def test_a_house_number_addition_needs_a_house_number() -> None:
    assert guess(("Straat", "Bus"), [("Kade", "1")], CUSTOMERS)[1].field is None
    assert (
        guess(("Straat", "Huisnummer", "Bus"), [("Kade", "1", "a")], CUSTOMERS)[2].field == "head_office.house_addition"
    )


def test_a_row_of_technical_names_below_the_header_is_no_record() -> None:
    sheet = sheet_of(("Naam", "Plaats", "Land"), ("KB__NAME__C", "KB__CITY__C", "KB__COUNTRY__C"), ("a", "b", "NL"))
    assert is_technical(sheet.rows[0], sheet.rows[1])
    assert [number for number, _ in records(sheet, 1)] == [3]


def test_a_title_above_the_table_is_not_its_header() -> None:
    sheet = sheet_of(("Klanten 2026", None, None), (None, None, None), ("Nr", "Naam", "Plaats"), ("1", "a", "b"))
    assert header_row(sheet, CUSTOMERS) == 3


def test_a_group_row_above_the_header_is_not_the_header() -> None:
    sheet = sheet_of(
        ("Verzendadres", None, "Factuuradres", None), ("Naam", "Plaats", "Naam", "Plaats"), ("a", "b", "c", "d")
    )
    assert header_row(sheet, CUSTOMERS) == 2


def test_hidden_sheets_are_not_chosen() -> None:
    hidden = Sheet("Secret", hidden=True, rows=[("Naam", "Plaats")], numbers=[1], columns=[1, 2])
    shown = Sheet("Open", rows=[("x",)], numbers=[1], columns=[1])
    assert best_sheet([hidden, shown], CUSTOMERS) is shown


@pytest.mark.parametrize(
    ("cells", "header", "mark"),
    [
        (["a; b"], "Labels", ";"),
        (["a|b"], "Labels", "|"),
        (["a, b"], "Labels", ","),
        (["a_x b"], "Tags", " "),
        (["New York"], "Tags", ";"),
        (["New York"], "Groep", ";"),
        ([None], "Tags", ";"),
    ],
)
def test_the_separator_of_labels_is_seen_from_the_values(cells: list[str | None], header: str, mark: str) -> None:
    assert separator_of(cells, header) == mark


ABOVE = (None, "Head office", None, "Invoice", None, "Contact", None, None)
BELOW = ("Company name", "Street", "City", "Street", "City", "Name", "Phone", "Website")
RECORD = ("Acme B.V.", "Kade 1", "Zwolle", "Postbus 2", "Assen", "Ann Berg", "038-1234567", "www.acme.example")


def taken_for(*rows: Row, two_lines: bool | None = None) -> list[str]:
    """What the columns of a sheet are taken for."""
    sheet = sheet_of(*rows)
    header = header_row(sheet, CUSTOMERS) or 0
    names = header_cells(sheet, header, CUSTOMERS, two_lines)
    return [one.field or "" for one in guess(names, [row for _, row in records(sheet, header)], CUSTOMERS)]


def test_names_over_two_rows_belong_together() -> None:
    assert taken_for(ABOVE, BELOW, RECORD) == [
        "company_name",
        "head_office.street",
        "head_office.city",
        "invoice_address.street",
        "invoice_address.city",
        "main_contact.contact",
        "main_contact.phone",
        "website",
    ]
    assert taken_for(("Factuuradres", None, None), ("Straat", "Plaats", "Naam"), ("Kade 1", "Assen", "Acme")) == [
        "invoice_address.street",
        "invoice_address.city",
        "name",
    ]


PARTS = ("Straat", "Postcode", "Plaats")


@pytest.mark.parametrize(
    ("visit", "post"),
    [
        ("Bezoekadres", "Postadres"),
        ("Besöksadress", "Postadress"),
        ("Besøksadresse", "Postadresse"),
        ("Visiting address", "Postal address"),
        ("Vestigingsadres", "Leveringsadres"),
    ],
)
@pytest.mark.parametrize("merged", [False, True])
def test_of_two_addresses_whose_names_stand_above_their_parts_one_is_taken_as_a_whole(
    visit: str, post: str, merged: bool
) -> None:
    over: Row = (visit, visit, visit, post, post, post) if merged else (visit, None, None, post, None, None)
    above, below = (None, None, *over), ("Nr", "Naam", *PARTS, *PARTS)
    row = ("1", "Acme", "Weg 1", "1234 AB", "Delft", "Postbus 1", "2600 AA", "Den Haag")
    assert header_cells(sheet_of(above, below, row), 2, CUSTOMERS)[2:] == tuple(
        f"{of} {part}" for of in (visit, post) for part in PARTS
    )
    address = ["head_office.street", "head_office.postal_code", "head_office.city"]
    assert taken_for(above, below, row) == ["number", "name", *address, "", "", ""]
    # A part that only the other address has is not of this one.
    without = [(*cells[:3], *cells[4:]) for cells in (above, below, row)]
    assert taken_for(*without) == ["number", "name", "head_office.street", "head_office.city", "", "", ""]


def test_a_contact_too_gets_one_of_two_addresses_that_stand_below_their_names() -> None:
    sheet = sheet_of((None, "Bezoekadres", None, None, "Postadres"), ("Naam", *PARTS, *PARTS))
    names = header_cells(sheet, 2, CONTACTS)
    found = guess(names, [("Ann Berg", "Weg 1", "1234 AB", "Delft", "Postbus 1", "2600 AA", "Den Haag")], CONTACTS)
    assert [one.field for one in found[1:]] == ["street", "postal_code", "city", None, None, None]


def test_a_name_that_is_broken_over_two_rows_is_one_name() -> None:
    rows = (("Customer", "Postal", "City"), ("number", "code", None), ("K-1", "8011 AB", "Zwolle"))
    assert taken_for(("Customer list", None, None), *rows) == ["number", "head_office.postal_code", "head_office.city"]


def test_a_title_above_the_header_is_no_part_of_its_names() -> None:
    for title in ("Customer list 2026", "Invoice customers of the north", "Klanten", "Klant"):
        sheet = sheet_of((title,), BELOW[:3], RECORD[:3])
        assert header_cells(sheet, 2, CUSTOMERS) == BELOW[:3]


def test_whether_names_go_over_two_rows_can_be_said() -> None:
    assert taken_for(ABOVE, BELOW, RECORD, two_lines=False)[3:5] == ["", ""]
    sheet = sheet_of(("Invoice", 7), ("Street", "Foo"), ("Kade 1", "x"))
    assert header_cells(sheet, 2, CUSTOMERS) == ("Street", "Foo")
    assert header_cells(sheet, 2, CUSTOMERS, two_lines=True) == ("Invoice Street", "Foo")


def test_a_town_with_its_postal_code_in_one_cell_is_seen_from_the_values() -> None:
    cells = [("Acme", "8011 AB Zwolle"), ("Beta", "9401 JA  Assen"), ("Gamma", "00330 Helsinki")]
    guesses = guess(("Naam", "Plaats"), cells, CUSTOMERS)
    assert (guesses[1].field, guesses[1].certainty) == ("head_office.postal_place", Certainty.VALUES)
    assert guess(("Naam", "Factuurplaats"), cells, CUSTOMERS)[1].field == "invoice_address.postal_place"
    assert (
        guess(("Naam", "Plaats"), [("Acme", "Zwolle"), ("Beta", "100 Mile House")], CUSTOMERS)[1].field
        == "head_office.city"
    )


def test_of_three_sets_of_addresses_the_visiting_address_is_the_head_office() -> None:
    places = ("straat", "postcode", "plaats")
    header = ("Naam", *(f"{of}{what}" for of in ("Bezoek", "Factuur", "Post") for what in places), "Post-plaats")
    found = [one.field for one in guess(header, [("Acme", *(["x"] * 10))], CUSTOMERS)]
    assert found[1:4] == ["head_office.street", "head_office.postal_code", "head_office.city"]
    assert found[4:7] == ["invoice_address.street", "invoice_address.postal_code", "invoice_address.city"]
    assert found[7:] == [None, None, None, None]


def test_no_address_is_made_of_parts_of_two() -> None:
    header = ("Naam", "Post-adres", "Post-postcode", "Post-plaats", "Bezoek-adres", "Bezoek-plaats")
    found = guess(header, [("Acme", *(["x"] * 5))], CUSTOMERS)
    assert [one.field for one in found[1:]] == [None, None, None, "head_office.street", "head_office.city"]
    assert {one.certainty for one in found[1:4]} == {Certainty.TWICE}
    # A part that only one address speaks of may stand under any name.
    one = guess(("Naam", "Bezoekadres", "Postcode", "Plaats", "Land"), [("Acme", *(["x"] * 4))], CUSTOMERS)
    assert [part.field.rpartition(".")[2] for part in one[1:] if part.field] == [
        "street", "postal_code", "city", "country"
    ]  # fmt: skip
    # What somebody said of a column stays said.
    kept = {1: "head_office.street", 2: None, 3: "head_office.city", 4: None, 5: "head_office.postal_code", 6: None}
    said = ("Naam", "Bezoekstraat", "Bezoekpostcode", "Bezoekplaats", "Poststraat", "Postpostcode", "Postplaats")
    found = guess(said, [("Acme", *(["x"] * 6))], CUSTOMERS, kept)
    assert {at: found[at].field for at in kept} == kept
    other = guess(("Naam", "Adres", "Postcode", "Plaats", "Postadres", "Postland"), [("Acme", *(["x"] * 5))], CUSTOMERS)
    assert [part.field for part in other[4:]] == [None, None]


@pytest.mark.parametrize("code", ["Postcode", "Postal code", "Postnummer", "Postnr.", "Postinumero", "Postleitzahl"])
def test_a_postal_code_is_not_of_the_postal_address_because_of_its_name(code: str) -> None:
    header = ("Naam", "Adres", code, "Plaats", "Postadres", f"{code} 2", "Postplaats")
    found = guess(header, [("Acme", *(["x"] * 6))], CUSTOMERS)
    assert [one.field for one in found[1:4]] == ["head_office.street", "head_office.postal_code", "head_office.city"]
    assert [(one.field, one.certainty) for one in found[4:]] == [(None, Certainty.TWICE)] * 3


def test_a_town_is_not_of_the_postal_address_because_of_its_name() -> None:
    for town in ("Postort", "Poststed", "Postitoimipaikka"):
        found = guess(("Namn", "Besöksadress", town, "Postadress"), [("Acme", *(["x"] * 3))], CUSTOMERS)
        assert [one.field for one in found[1:]] == ["head_office.street", "head_office.city", None]


def test_whose_address_it_is_may_stand_behind_the_postal_code_too() -> None:
    for of, place in (("bezoekadres", "head_office"), ("factuur", "invoice_address")):
        header = ("Naam", f"Straat {of}", f"Postcode {of}", f"Plaats {of}", "Postadres", "Postcode factuur 2")
        found = guess(header, [("Acme", *(["x"] * 5))], CUSTOMERS)
        assert [one.field for one in found[1:4]] == [f"{place}.{part}" for part in ("street", "postal_code", "city")]


def test_of_two_addresses_the_one_with_a_street_in_it_is_taken() -> None:
    header = "Naam,Bezoekadres,Bezoekpostcode,Bezoekplaats,Postadres,Postpostcode,Postplaats"
    assert [*fields(header, "Acme,,1234 AB,Delft,Postbus 1,2600 AA,Gouda")] == header.split(",")[:1] + header.split(
        ","
    )[4:]
    assert [*fields(header, "Acme,Weg 1,1234 AB,Delft,Postbus 1,2600 AA,Gouda")] == header.split(",")[:4]


def test_what_says_nothing_of_whose_it_is_belongs_to_the_only_street() -> None:
    row = "Delft,Weg 1,1234 AB"
    assert set(fields("Plaats,Leveringsadres,Postcode", row).values()) == {
        "head_office.city", "head_office.street", "head_office.postal_code"
    }  # fmt: skip
    assert set(fields("Plaats,Factuurstraat,Postcode", row).values()) == {
        "invoice_address.city", "invoice_address.street", "invoice_address.postal_code"
    }  # fmt: skip
    found = fields("Adres,Postcode,Factuuradres,Plaats", "Weg 1,1234 AB,Weg 2,Delft")
    assert found["Plaats"] == "head_office.city"


@pytest.mark.parametrize("kind", ImportKind)
@pytest.mark.parametrize(
    "header",
    [
        "Shipping Company",
        "Lieferfirma",
        "Liefer-Name",
        "Leveransnamn",
        "voornaam_verzending",
        "Delivery name",
        "ship_phone",
    ],
)
def test_where_parcels_go_says_nothing_of_what_a_customer_is_called(header: str, kind: ImportKind) -> None:
    assert meanings(header, kind) == ()


def test_who_pays_is_the_customer_only_where_nothing_else_is() -> None:
    assert fields("Voornaam,Factuur bedrijfsnaam", "Jan,Acme")["Factuur bedrijfsnaam"] == "company_name"
    assert "Factuur bedrijfsnaam" not in fields("Klantnaam,Factuur bedrijfsnaam", "Beta,Acme")
    assert "Billing Company" not in fields("Company,Billing Company", "Beta,Acme")


def test_a_name_with_a_number_sign_is_another_than_the_name_alone() -> None:
    assert meanings("_store", CUSTOMERS) == ()
    assert meanings("Store #", CUSTOMERS)[0].field == "number"


@pytest.mark.parametrize(
    "value", ["Ja", "nein", "True", "01-02-2024", "2024-02-01", "1.2.2024 10:00", "NL91ABNA0417164300"]
)
@pytest.mark.parametrize(
    "header", ["Contact", "Naam", "Website", "KvK", "Regio", "Klantnummer", "Referentie", "E-mail factuur"]
)
def test_a_yes_a_date_or_an_account_is_nobodys_name_and_no_number(header: str, value: str) -> None:
    assert fields(f"Foo,{header}", f"x,{value}", "y,", f"z,{value}").get(header, "iban") == "iban"


@pytest.mark.parametrize("value", ["1", "20240102", "12345", "0612345678", "A-1-2", "J", "ON", "NL001234567B01"])
def test_what_may_be_something_else_besides_may_be_a_number(value: str) -> None:
    assert fields("Foo,Klantnummer", f"x,{value}")["Klantnummer"] == "number"


def test_an_account_beside_its_bank_is_no_number_of_a_customer() -> None:
    assert fields("Firma,Konto,BLZ", "Acme,532013000,37040044") == {"Firma": "company_name"}
    assert fields("Konto,Firma,BLZ", "10000,Acme,37040044")["Konto"] == "number"


def test_rows_that_are_the_header_once_more_are_no_records() -> None:
    sheet = sheet_of(
        ("Debtors", None),
        ("Name", "Town", None),
        ("Acme", "Assen"),
        ("Debtors",),
        ("Name", "Town"),
        ("Beta", "Zwolle"),
        ("Name", "Town", "x"),
        ("Name", "Zwolle"),
    )
    assert [number for number, _ in records(sheet, 2)] == [3, 6, 7, 8]
    assert repeated(sheet, 2) == [4, 5]
    assert repeated(sheet, 0) == []


def fields(header: str, *rows: str, kind: ImportKind = CUSTOMERS) -> dict[str, str]:
    """Names of columns -> the fields they go into, of a table whose cells are parted by commas; a name twice is 'Nr 2'."""
    found: dict[str, str] = {}
    for one in guess(tuple(header.split(",")), [tuple(cell or None for cell in row.split(",")) for row in rows], kind):
        if one.field is not None:
            found[f"{one.header} 2" if one.header in found else one.header] = one.field
    return found


@pytest.mark.parametrize("name", ["Nummer", "Number", "Nr", "Nr.", "No"])
def test_a_number_right_behind_a_street_is_that_of_the_house(name: str) -> None:
    rows = ("C1,Kerkstraat,12 bus 3,9000", "C2,Laan,5,9000", "C3,Weg,5,9000")
    assert fields(f"Klantnummer,Straat,{name},Postcode", *rows)[name] == "head_office.house_number"
    assert fields(f"Naam,Straat,{name},Postcode", *rows)[name] == "head_office.house_number"
    twice = fields(f"{name},Straat,{name},Postcode", *rows)
    assert [twice[name], twice[f"{name} 2"]] == ["number", "head_office.house_number"]


def test_a_number_behind_a_street_with_its_house_number_is_that_of_the_customer() -> None:
    assert fields("Adres,Nummer", "Weg 1,1001", "Laan 2b,1002")["Nummer"] == "number"
    assert fields("Straat,Nummer", "Weg,K-1", "Laan,K-2")["Nummer"] == "number"


@pytest.mark.parametrize("kind", ImportKind)
def test_a_title_that_people_bear_is_their_salutation_and_not_their_work(kind: ImportKind) -> None:
    where = {CUSTOMERS: "main_contact.salutation", CONTACTS: "salutation"}[kind]
    assert fields("Titel,Voornaam,Achternaam", "Dr.,Jan,Berg", "Prof. Dr.,Eva,Rood", kind=kind)["Titel"] == where
    assert fields("Title,First name,Last name", "Mr,Jan,Berg", "Mrs,Eva,Rood", kind=kind)["Title"] == where
    assert fields("Titel,Voornaam,Achternaam", "Inkoper,Jan,Berg", "Dr.,Eva,Rood", kind=kind)["Titel"] != where


@pytest.mark.parametrize(
    ("called", "last"),
    [
        ("Roepnaam", "Achternaam"), ("Tilltalsnamn", "Efternamn"), ("Rufname", "Nachname"), ("Kutsumanimi", "Sukunimi"),
        ("Preferred name", "Surname"), ("Known as", "Last name"), ("Kallenavn", "Etternavn"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ImportKind)
def test_what_somebody_is_called_is_the_first_name_where_no_other_column_is(
    called: str, last: str, kind: ImportKind
) -> None:
    assert fields(f"{called},{last}", "Daan,Berg", "Sanne,Visser", kind=kind)[called] == "first_name"
    nickname = {CUSTOMERS: "nickname", CONTACTS: None}[kind]
    beside = fields(f"First name,{called},{last}", "Daniel,Daan,Berg", "Susanne,Sanne,Visser", kind=kind)
    assert (beside["First name"], beside.get(called)) == ("first_name", nickname)


def test_what_a_company_is_called_for_short_is_no_first_name() -> None:
    assert fields("Naam,Roepnaam", "Bakkerij Jansen BV,Jansen", "Acme BV,Acme")["Roepnaam"] == "nickname"


def test_a_second_address_is_no_second_line_of_the_first() -> None:
    row = "Weg 1,1234 AA,Delft,Postbus 1,1200 AA,Breda"
    found = fields("Adres,Postcode,Plaats,Adres2,Postcode2,Plaats2", row)
    assert set(found) == {"Adres", "Postcode", "Plaats"}
    assert fields("Adres,Adres2,Postcode", "Weg 1,bij de kerk,1234 AA")["Adres2"] == "head_office.street_2"


def test_the_street_of_a_delivery_address_is_not_put_beside_the_postal_code_of_another() -> None:
    rows = ("00200,Espoo,Tie 1,00300", "00210,Turku,Tie 2,00310")
    found = fields("Postinumero,Postitoimipaikka,Toimitusosoite,Toimitusosoite postinumero", *rows)
    assert found == {"Postinumero": "head_office.postal_code", "Postitoimipaikka": "head_office.city"}


def test_who_is_called_a_contact_where_people_have_their_own_columns_is_the_customer() -> None:
    header = "ContactName,FirstName,LastName"
    assert fields(header, "Acme Ltd,John,Doe")["ContactName"] == "company_name"
    assert fields(f"{header},Company", "Jane Roe,John,Doe,Acme Ltd")["ContactName"] == "main_contact.contact"


def test_a_legal_name_that_few_fill_in_takes_no_company_its_name() -> None:
    found = fields("*ContactName,FirstName,LastName,LegalName", "Acme,John,Doe,", "Beta,,,Beta plc")
    assert found == {"*ContactName": "company_name", "FirstName": "first_name", "LastName": "last_name"}


def test_a_name_beside_that_of_a_company_is_who_works_there() -> None:
    contact = "main_contact.contact"
    assert fields("Firma,Name", "Foo GmbH,Hans Maier", "Bar AG,Eva Eck")["Name"] == contact
    rows = ("Foo BV,Ann Rood", "Bar BV,Eva Ek", "Jansen BV,Jan Jansen", "Baz BV,Bo Ek", "Qux BV,Ada Ek")
    assert fields("Organisatie,Naam", *rows)["Naam"] == contact
    # What may be another name of the company, of a person alone, or a number.
    for header, *rows in (
        ("Firma,Name", "Foo,Foo GmbH", "Bar,Bar AG"),
        ("Naam bedrijf,Naam", "Jansen Bouw BV,Jansen Bouw", "Ek Ltd,Ek Group"),
        ("Bedrijfsnaam,Naam", "Acme Holding BV,Acme Beheer"),
        ("Handelsnaam,Naam", "De Leeuw,Jansen Bouw"),
        ("Firma,Name", "Foo,Hans Maier", ",Eva Eck"),
        ("Kunde,Name", "1001,Hans Maier"),
        ("Firma,Name,Ansprechpartner", "Foo,Hans Maier,Eva Eck"),
        ("Firma,Name,Vorname", "Foo,van Maier,Hans"),
    ):
        assert fields(header, *rows).get("Name", "name") == "name", header
        assert fields(header, *rows).get("Naam", "name") == "name", header


@pytest.mark.parametrize("header", ["Adress,Postadress", "Box,Postadress", "Utdelningsadress,Postadress"])
def test_a_postal_address_with_a_code_and_a_town_is_no_street(header: str) -> None:
    street, town = header.split(",")
    found = fields(header, "Gatan 1,111 11 Stockholm", "Gatan 2,222 22 Lund")
    assert found == {street: "head_office.street", town: "head_office.postal_place"}
    assert fields("Fakturaadress,Postadress", "Box 1,111 11 Stockholm")["Postadress"] == "invoice_address.postal_place"
    assert "Box" not in fields("Namn,Box", "Acme,12")


def test_a_town_that_is_called_postal_address_is_a_town() -> None:
    found = fields("Adress,Postnr,Postadress", "Gatan 1,111 22,Stockholm", "Gatan 2,222 33,Malmö")
    assert found["Postadress"] == "head_office.city"
    assert fields("Adress,Postnr,Postadress,Ort", "Gatan 1,111 22,Box 1,Lund").get("Postadress") != "head_office.city"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Werkadres, straat", "head_office.street"), ("Telefoon op werk", "phone"), ("Verkooprelatie", "number"),
        ("Toevoeging aan huisnummer", "head_office.house_addition"), ("VAT-nummer", "vat_number"), ("Landskod", "head_office.country"),
        ("Yhteyshenkilön sähköposti", "main_contact.email"), ("Laskutusosoitteen postinumero", "invoice_address.postal_code"),
        ("MailAddress.City", "head_office.city"), ("POPostalCode", "head_office.postal_code"), ("Mail address", "email"),
        ("Organization - ZIP/Postal code of Address", "head_office.postal_code"), ("Person - Phone - Work", "main_contact.phone"),
        ("Name (Adressattyp Unternehmen)", "company_name"), ("Facturatie e-mailadres", "invoice_email"), ("Particulier", "is_person"),
        ("Postnr (post)", "head_office.postal_code"), ("E-mail (factuur)", "invoice_email"), ("Phone No.", "phone"), ("Wpl", "head_office.city"),
        ("Fakt.postnr", "invoice_address.postal_code"), ("Contact 1", "main_contact.contact"), ("CVR-nr.", "company_number"),
        ("Is a Company", "is_company"), ("surname_prefix", "infix"), ("Company Domain Name", "website"),
    ],
)  # fmt: skip
def test_what_programs_of_the_trade_call_a_column_is_known(header: str, field: str) -> None:
    assert meanings(header, CUSTOMERS)[0].field == field


def test_of_an_address_and_its_parts_the_parts_are_taken() -> None:
    header = "Organization - Address,Organization - Street/road name of Address,Organization - House number of Address"
    found = fields(header, "Kade 5|1234 AB|Ede,Kade,5", "Weg 6|1234 AB|Ede,Weg,6")
    assert "Organization - Address" not in found
    assert [*found.values()] == ["head_office.street", "head_office.house_number"]
