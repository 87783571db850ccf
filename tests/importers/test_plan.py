"""A plan says exactly what will happen to each row, and writes nothing but itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale, gettext
from openpyxl import Workbook
from sqlalchemy import URL, NullPool, create_engine, event
from sqlalchemy.orm import Session

from admin_views import shell
from importers import corrections, looking, notation, plan, planning, working
from importers import run as steps
from importers.columns import COLUMNS
from importers.run import Choices
from importers.trouble import Trouble, describe, problem
from models import access
from models.access import SYSTEM, Looker
from models.base import Base, utc_now
from models.customer import Customer, Kind
from models.errors import Conflict, NotAllowed, Reason, Refused
from models.imports import ImportKind, ImportRun, ImportState, MatchRule, Stage
from models.journal import changeset
from models.settings import ValueList
from models.user import Right
from tests import factories
from tests.conftest import Cast
from tests.importers.helpers import ADD, CONTACTS, CUSTOMERS, UPDATE, Desk, desk_of, text_of


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


HEAD = ("Klantnummer", "Bedrijfsnaam", "Plaats", "Land", "Telefoon")


def business(desk: Desk) -> dict[str, list[dict[str, object]]]:
    return {
        name: desk.table(name)
        for name, table in Base.metadata.tables.items()
        if name not in {"import_run", "import_row"}
    }


def test_a_plan_writes_nothing_but_itself(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Old")
    before = business(desk)
    desk.plan(HEAD, ("K-1", "New", "Zwolle", "NL", "1"), ("K-2", "Other", "", "", ""), (None, None, "x", "", ""))
    assert business(desk) == before


def test_rows_are_new_changed_unchanged_or_rejected_with_the_cell_and_the_reason(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Same", phone="050-3121234")
    factories.customer(desk.session, number="K-2", company_name="Before")
    run = desk.plan(
        HEAD,
        ("K-1", "Same", "", "", "050-3121234"),
        ("K-2", "After", "", "", ""),
        ("K-3", "Third", "Växjö", "Zweden", ""),
        ("K-4", "Fourth", "", "Zweeden", ""),
    )
    assert desk.statuses(run) == {2: "unchanged", 3: "changed", 4: "new", 5: "rejected"}
    assert desk.rows(run)[3].diff == {"company_name": ["Before", "After"]}
    assert desk.rows(run)[4].values["head_office"] == {"city": "Växjö", "country": "SE"}
    said = desk.rows(run)[5].problems[0]
    assert (said["code"], said["cell"], said["value"], said["values"]["hint"]) == (
        "NO_COUNTRY_HINT",
        "D5",
        "Zweeden",
        "Sweden",
    )
    assert run.counts == {"new": 1, "changed": 1, "unchanged": 1, "ambiguous": 0, "duplicate": 0, "rejected": 1}


def test_TC_27_only_what_differs_is_in_the_plan(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Same", phone="1234567")
    factories.address(desk.session, customer, city="Zwolle", country="NL", is_head_office=True)
    run = desk.plan(HEAD, ("k-1 ", "Same", "Assen", "Nederland", "1234567"))
    row = desk.rows(run)[2]
    assert row.diff == {"head_office.city": ["Zwolle", "Assen"]}
    assert set(row.values) == {"head_office"}


def test_a_header_that_stands_again_in_the_middle_is_nobody_and_is_told_with_its_row(desk: Desk) -> None:
    run = desk.plan(HEAD, ("K-1", "One", "", "", ""), HEAD, ("K-2", "Two", "", "", ""), HEAD)
    assert desk.statuses(run) == {2: "new", 4: "new"}
    (told,) = run.options["notes"]
    assert (told["code"], told["values"]["count"], told["values"]["places"]) == ("HEADER_REPEATED", 2, "3, 5")
    assert run.options["rows"] == 2


SECOND = ("Leveranciernr", "Naam", "Plaats", "Tel")


@pytest.mark.parametrize(
    ("between", "row"),
    [
        ([(), SECOND], 4),
        ([(), ("Leveranciers",), (), SECOND], 6),
        ([(), HEAD, ("K-2", "Two", "", "", ""), (), SECOND], 7),
    ],
)
def test_a_second_table_below_the_first_is_read_with_it_and_told_with_its_row(
    desk: Desk, between: list[tuple[str, ...]], row: int
) -> None:
    run = desk.plan(HEAD, ("K-1", "One", "", "", ""), *between, ("L-1", "Sup", "Ede", "1234567"))
    told = [note["values"]["row"] for note in run.options["notes"] if note["code"] == "SECOND_TABLE"]
    assert told == [row]
    assert row in desk.rows(run)


def test_the_names_of_a_second_table_are_asked_about_and_make_no_customer(desk: Desk) -> None:
    rows = (("K-1", "One", "Ede"), ("", "", ""), ("Leveranciernr", "Naam", "Plaats"), ("L-1", "Sup", "Ede"))
    run = desk.plan(("Klantnummer", "Naam", "Plaats"), *rows)
    assert desk.statuses(run) == {2: "new", 4: "ambiguous", 5: "new"}
    assert desk.codes(run, 4) == ["NOTE_ROW"]


@pytest.mark.parametrize(
    "rows",
    [
        [SECOND],
        [(), HEAD],
        [(), ("K-2", "Contact", "Assen", "", "")],
        [(), ("Naam", "Plaats", "Assen", "NL")],
        [(), ("Naam", "Plaats", "x" * 61)],
        [(), ("Plaats",)],
    ],
)
def test_rows_that_are_no_header_below_a_blank_one_make_no_second_table(
    desk: Desk, rows: list[tuple[str, ...]]
) -> None:
    run = desk.plan(HEAD, ("K-1", "One", "", "", ""), *rows, ("K-3", "Three", "", "", ""))
    assert "SECOND_TABLE" not in [note["code"] for note in run.options["notes"]]


def test_an_amount_with_more_decimals_than_money_has_goes_in_rounded_and_is_told_with_its_cell(desk: Desk) -> None:
    rows = (("K-1", "One", "1,2345"), ("K-2", "Two", "1,23"), ("K-3", "Three", "1,2300"))
    run = desk.plan(("Klantnummer", "Bedrijfsnaam", "Uurtarief"), *rows)
    assert desk.statuses(run) == {2: "new", 3: "new", 4: "new"}
    (said,) = desk.rows(run)[2].problems
    assert (said["code"], said["cell"], said["wall"]) == ("ROUNDED", "C2", False)
    assert describe(said) == "Hourly rate has more than two decimals and was rounded to 1.23."
    assert desk.codes(run, 3) == desk.codes(run, 4) == []
    desk.commit(run)
    assert [str(one["hourly_rate"]) for one in desk.table("customer")] == ["1.23", "1.23", "1.23"]


def test_an_empty_cell_leaves_the_value_alone_unless_told_otherwise(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Same", phone="1234567")
    rows = (HEAD, ("K-1", "", "", "", ""))
    assert desk.statuses(desk.plan(*rows)) == {2: "unchanged"}
    cleared = desk.rows(desk.plan(*rows, choices=Choices(empty_clears=True)))[2]
    assert cleared.diff == {"phone": ["1234567", ""]}


@pytest.mark.parametrize("number", ["k-10 012", "Ｋ-10012", "K-10012\xa0"])
def test_TC_28_a_number_is_the_same_whatever_its_case_spaces_and_width(desk: Desk, number: str) -> None:
    factories.customer(desk.session, number="K-10012", company_name="Same")
    assert desk.statuses(desk.plan(HEAD, (number, "Same", "", "", "")))[2] in {"unchanged", "changed"}


def test_a_number_that_stands_twice_is_shown_not_guessed(desk: Desk) -> None:
    run = desk.plan(HEAD, ("K-1", "One", "", "", ""), ("k-1", "Two", "", "", ""), ("K-2", "Three", "", "", ""))
    assert desk.statuses(run) == {2: "duplicate", 3: "duplicate", 4: "new"}
    assert desk.rows(run)[2].problems[0]["values"] == {"rows": "3"}
    desk.decide(run, row_3="take")
    assert desk.statuses(run) == {2: "duplicate", 3: "new", 4: "new"}


def test_a_row_that_meets_an_archived_customer_is_shown_not_written(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Gone", archived_at=utc_now())
    run = desk.plan(HEAD, ("K-1", "Gone", "Zwolle", "", ""))
    assert (desk.statuses(run)[2], desk.codes(run, 2)) == ("rejected", ["ARCHIVED"])


RUNNING = ("Nr", "Bedrijfsnaam", "Plaats")


def test_a_running_number_that_meets_somebody_called_otherwise_is_asked_about(desk: Desk) -> None:
    met = factories.customer(desk.session, number="12", company_name="Bakkerij Xenia BV")
    factories.customer(desk.session, number="13", company_name="Slagerij Ypsilon")
    called = factories.customer(desk.session, number="K-9", company_name="Andere BV")
    rows = [("12", "Andere BV", "Assen"), ("13", "Ypsilon B.V.", "Assen"), ("14", "Loodgieter Piet", "Assen")]
    run = desk.plan(RUNNING, *rows)
    assert desk.statuses(run) == {2: "ambiguous", 3: "changed", 4: "new"}
    assert desk.codes(run, 2) == ["NUMBER_OF_ANOTHER"]
    assert desk.rows(run)[2].values == {"candidates": [met.id, called.id]}


def test_who_meets_a_running_number_is_that_one_another_or_a_new_one_with_a_number_of_its_own(desk: Desk) -> None:
    met = factories.customer(desk.session, number="12", company_name="Bakkerij Xenia BV")
    called = factories.customer(desk.session, number="K-9", company_name="Andere BV")
    run = desk.plan(RUNNING, ("12", "Andere BV", "Assen"))
    desk.decide(run, row_2=str(met.id))
    assert desk.rows(run)[2].diff["company_name"] == ["Bakkerij Xenia BV", "Andere BV"]
    desk.decide(run, row_2=str(called.id))
    assert (desk.rows(run)[2].diff, desk.codes(run, 2)) == ({"head_office.city": ["", "Assen"]}, ["NUMBER_LEFT_OUT"])
    desk.decide(run, row_2="new")
    assert (desk.statuses(run)[2], desk.codes(run, 2)) == ("new", ["NUMBER_LEFT_OUT"])
    desk.commit(run)
    assert {row["number"]: row["company_name"] for row in desk.table("customer")}["12"] == "Bakkerij Xenia BV"
    assert [row["company_name"] for row in desk.table("customer")].count("Andere BV") == 2


def test_a_customer_number_gives_a_new_name_and_the_row_says_that_nothing_of_the_old_one_stays(desk: Desk) -> None:
    factories.customer(desk.session, number="12", company_name="Bakkerij Xenia BV")
    factories.customer(desk.session, number="13", company_name="Slagerij Ypsilon")
    run = desk.plan(HEAD, ("12", "Andere BV", "", "", ""), ("13", "Slagerij Zet", "", "", ""))
    assert (desk.statuses(run)[2], desk.codes(run, 2)) == ("changed", ["NAME_BECOMES_ANOTHER"])
    assert (desk.statuses(run)[3], desk.codes(run, 3)) == ("changed", [])
    only = Choices(match=MatchRule.NUMBER)
    assert desk.statuses(desk.plan(RUNNING, ("12", "Andere BV", ""), choices=only))[2] == "changed"


def test_a_person_under_the_number_of_a_company_is_its_main_contact_and_is_told(desk: Desk) -> None:
    factories.customer(desk.session, number="12", company_name="Bakkerij Xenia BV")
    run = desk.plan(("Klantnummer", "Voornaam", "Achternaam"), ("12", "Eva", "Ek"))
    row = desk.rows(run)[2]
    assert (row.values.keys(), desk.codes(run, 2)) == ({"main_contact"}, ["PERSON_OF_COMPANY"])
    assert row.values["main_contact"]["set"] == {"first_name": "Eva", "last_name": "Ek"}


def test_TC_29_a_namesake_with_another_number_is_asked_about(desk: Desk) -> None:
    known = factories.customer(desk.session, number="K-1", company_name="Östgöta  AB")
    run = desk.plan(HEAD, ("4711", "ÖSTGÖTA AB", "", "", ""))
    assert (desk.statuses(run)[2], desk.codes(run, 2)) == ("ambiguous", ["NAME_KNOWN_OTHER_NUMBER"])
    assert desk.rows(run)[2].values == {"candidates": [known.id]}


def test_a_namesake_can_be_decided_to_be_the_same_and_then_takes_the_number(desk: Desk) -> None:
    known = factories.customer(desk.session, number="K-1", company_name="Acme")
    run = desk.plan(HEAD, ("4711", "Acme", "", "", ""))
    desk.decide(run, row_2=str(known.id))
    assert desk.rows(run)[2].diff == {"number": ["K-1", "4711"]}
    desk.commit(run)
    assert [row["number"] for row in desk.table("customer")] == ["4711"]


def test_a_namesake_can_be_decided_to_be_a_new_one(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Acme")
    run = desk.plan(HEAD, ("4711", "Acme", "", "", ""))
    desk.decide(run, row_2="new")
    assert desk.statuses(run)[2] == "new"


def test_a_namesake_whose_own_number_is_in_the_file_is_somebody_else(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Acme")
    run = desk.plan(HEAD, ("K-1", "Acme", "", "", ""), ("K-2", "Acme", "", "", ""))
    assert desk.statuses(run) == {2: "unchanged", 3: "new"}


def test_TC_30_a_file_without_numbers_is_matched_by_name_and_says_so(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Acme B.V.")
    run = desk.plan(("Naam", "Telefoon"), ("ACME B.V.", "1234567"), ("Beta", "7654321"))
    assert desk.statuses(run) == {2: "changed", 3: "new"}
    assert desk.codes(run, 2) == ["RECOGNISED_BY_NAME"]


def test_a_row_without_number_in_a_file_with_numbers_is_asked_about(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Acme")
    run = desk.plan(HEAD, ("K-2", "Beta", "", "", ""), ("", "Acme", "Zwolle", "", ""))
    assert (desk.statuses(run)[3], desk.codes(run, 3)) == ("ambiguous", ["NAME_KNOWN_NO_NUMBER"])


def test_several_namesakes_are_all_candidates(desk: Desk) -> None:
    keys = [factories.customer(desk.session, number=f"K-{n}", company_name="Acme").id for n in (1, 2)]
    run = desk.plan(("Naam", "Telefoon"), ("Acme", "1234567"))
    assert desk.codes(run, 2) == ["NAME_KNOWN_OFTEN"]
    assert desk.rows(run)[2].values == {"candidates": keys}


def test_a_decision_for_somebody_who_is_no_candidate_counts_for_nothing(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Acme")
    other = factories.customer(desk.session, number="K-2", company_name="Other")
    run = desk.plan(HEAD, ("4711", "Acme", "", "", ""))
    desk.decide(run, row_2=str(other.id))
    assert desk.statuses(run)[2] == "ambiguous"


def test_add_only_leaves_known_customers_alone(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Before")
    run = desk.plan(HEAD, ("K-1", "After", "", "", ""), ("K-2", "New", "", "", ""), mode=ADD)
    assert desk.statuses(run) == {2: "unchanged", 3: "new"}
    assert desk.codes(run, 2) == ["KNOWN_ALREADY"]


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        (("Klant", "Leverancier"), (("Ja", "Nee"), ("Nee", "Ja"), ("Ja", "Ja"))),
        (("Debiteur", "Crediteur"), (("J", "N"), ("N", "J"), ("J", "J"))),
        (("Customer", "Supplier"), (("x", ""), ("", "x"), ("x", "x"))),
        (("Kunde", "Leverandør"), ((1, 0), (0, 1), (1, 1))),
        (("Is customer", "Remark"), (("yes", ""), ("no", ""), ("", ""))),
        (("Relatietype", "Rayon"), (("Klant", ""), ("Leverancier", ""), ("Beide", ""))),
    ],
)
def test_who_the_file_says_is_no_customer_is_asked_about(
    desk: Desk, names: tuple[str, ...], cells: tuple[tuple[object, ...], ...]
) -> None:
    rows = [(f"K-{at}", f"Firm {at}", "Delft", *marks) for at, marks in enumerate(cells)]
    run = desk.plan(("Klantnummer", "Naam", "Plaats", *names), *rows)
    assert desk.statuses(run) == {2: "new", 3: "ambiguous", 4: "new"}
    assert (desk.codes(run, 3), desk.rows(run)[3].problems[0]["cell"]) == (["NO_CUSTOMER"], "D3")
    desk.decide(run, row_3="new")
    assert desk.statuses(run)[3] == "new"


@pytest.mark.parametrize(
    ("title", "more"),
    [
        ("Leveranciers", ()), ("Suppliers", ()), ("Leverantörer", ()), ("Lieferanten", ()), ("Lijst leveranciers 2026", ()),
        ("CREDITEUREN:", (("Nr", "Naam", "Plaats"),)),
    ],
)  # fmt: skip
def test_rows_below_a_title_that_says_suppliers_are_asked_about(
    desk: Desk, title: str, more: tuple[tuple[str, ...], ...]
) -> None:
    factories.customer(desk.session, number="901", company_name="Ours")
    head, blank = ("Nr", "Naam", "Plaats"), ("", "", "")
    above = [("Klanten", "", ""), head, ("101", "One", "Ede"), blank]
    below = [
        (title, "", ""),
        *more,
        ("901", "Sup", "Tiel"),
        blank,
        ("", "Sup Two", ""),
        ("Klanten", "", ""),
        ("102", "Two", "Ede"),
    ]
    run = desk.plan(*above, *below)
    at = 5 + len(more)
    assert desk.codes(run, 5) == ["NOTE_ROW"]
    assert [desk.statuses(run)[row] for row in (3, 5, at + 1, at + 3, at + 5)] == ["new", *["ambiguous"] * 3, "new"]
    (told,) = desk.rows(run)[at + 1].problems
    assert (told["code"], told["cell"], told["value"]) == ("NO_CUSTOMER", "A5", title)
    desk.decide(run, **{f"row_{at + 3}": "new"})
    assert desk.statuses(run)[at + 3] == "new"


@pytest.mark.parametrize(
    "rows",
    [
        [("K-2", "Leveranciers", "Ede"), ("K-3", "Three", "Ede")],
        [("", "Leverancier Plus", ""), ("K-3", "Three", "Ede")],
    ],
)
def test_a_row_that_is_no_title_says_nothing_of_those_below_it(desk: Desk, rows: list[tuple[str, ...]]) -> None:
    run = desk.plan(("Klantnummer", "Naam", "Plaats"), ("K-1", "One", "Ede"), *rows, ("K-4", "Four", "Ede"))
    assert not any("NO_CUSTOMER" in desk.codes(run, row) for row in desk.rows(run))


def test_the_numbers_of_suppliers_below_their_title_are_no_second_ones_of_customers(desk: Desk) -> None:
    head = ("Nr", "Naam", "Plaats")
    run = desk.plan(head, ("1", "One", "Ede"), ("", "", ""), ("Suppliers", "", ""), head, ("1", "Sup", "Tiel"))
    assert desk.statuses(run) == {2: "new", 4: "ambiguous", 6: "ambiguous"}
    desk.decide(run, row_6="new")
    assert [desk.codes(run, row) for row in (2, 6)] == [["NUMBER_TWICE"]] * 2


def test_a_list_of_nothing_but_names_has_no_titles(desk: Desk) -> None:
    assert set(desk.statuses(desk.plan(("Naam",), ("Acme",), ("Leveranciers",), ("Beta",))).values()) == {"new"}


def test_a_column_that_says_more_than_yes_or_no_of_customers_keeps_nobody_out(desk: Desk) -> None:
    head = ("Klantnummer", "Naam", "Plaats", "Leverancier", "Relatietype")
    run = desk.plan(
        head, ("K-1", "Acme", "Delft", "ja", "Klant"), ("K-2", "Beta", "Delft", "nee", "Leverancier en meer")
    )
    assert desk.statuses(run) == {2: "new", 3: "new"}


def test_a_list_with_the_numbers_of_suppliers_goes_in_only_when_its_columns_are_confirmed(desk: Desk) -> None:
    content = text_of(("Crediteurnummer", "Naam", "Adres", "Plaats"), ("1", "Acme", "Weg 1", "Delft"))
    with pytest.raises(Refused) as refused:
        desk.plan_file(content)
    assert refused.value.reason is Reason.SUPPLIERS
    run = desk.upload(content)
    looking.map_columns(desk.session, desk.looker, run.id, {})
    desk.replan(run)
    assert desk.statuses(run) == {2: "new"}


def test_a_row_without_a_name_is_rejected(desk: Desk) -> None:
    run = desk.plan(HEAD, ("K-1", "", "Zwolle", "", ""), ("K-2", "@%#", "", "", ""))
    assert desk.statuses(run) == {2: "rejected", 3: "rejected"}
    assert (desk.codes(run, 2), desk.codes(run, 3)) == (["NAME_MISSING"], ["NAME_WITHOUT_LETTERS"])


def test_a_person_without_a_company_is_a_private_customer(desk: Desk) -> None:
    run = desk.plan(
        ("Nr", "Bedrijf", "Voornaam", "Tussenvoegsel", "Achternaam"),
        ("1", "", "Jan", "van der", "Berg"),
        ("2", "Acme", "Ingrid", "", "Bergström"),
    )
    rows = desk.rows(run)
    assert rows[2].values["customer"]["last_name"] == "van der Berg"
    assert rows[2].values["customer"]["kind"] == "private"
    assert rows[3].values["customer"]["kind"] == "business"
    assert rows[3].values["main_contact"]["set"] == {"first_name": "Ingrid", "last_name": "Bergström"}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Naam", "Voornaam"),
        ("Name", "Vorname"),
        ("Namn", "Förnamn"),
        ("Nimi", "Etunimi"),
        ("Navn", "Fornavn"),
        ("Name", "First name"),
    ],
)
def test_a_name_beside_a_first_name_is_the_last_name_where_no_column_is_for_that(
    desk: Desk, name: str, first: str
) -> None:
    run = desk.plan(
        ("Nr", name, first, "Plaats"),
        *(
            ("1", "Dr. Jansen", "Jan", "Delft"),
            ("2", "van der Berg", "Eva", ""),
            ("3", "Bo Ek", "Bo", ""),
            ("4", "Bakker", "", ""),
        ),
    )
    names = [row.values["customer"] for row in desk.rows(run).values()]
    assert [(one.get("first_name"), one.get("last_name")) for one in names] == [
        *(("Dr. Jan", "Jansen"), ("Eva", "van der Berg"), ("Bo", "Ek"), (None, None))
    ]
    assert [one["kind"] for one in names] == [*["private"] * 3, "business"]
    assert [desk.codes(run, row) for row in (2, 3, 4, 5)] == [[], [], [], []]
    people = desk.plan((name, first, "E-mail"), ("Jansen BV", "Jan", "jan@j.example"), ("Ek", "", ""), kind=CONTACTS)
    told = [row.values["contact"] for row in desk.rows(people).values()]
    assert [(one.get("first_name"), one["last_name"]) for one in told] == [("Jan", "Jansen BV"), (None, "Ek")]


def test_a_name_of_a_firm_beside_a_first_name_is_the_firm_and_what_may_be_one_is_told(desk: Desk) -> None:
    head = ("Klantnummer", "Naam", "Voornaam", "Soort")
    run = desk.plan(
        head, ("1", "Muster GmbH", "Hans", ""), ("2", "Bakkerij Zon", "Eva", ""), ("3", "Zon", "Eva", "bedrijf")
    )
    rows = desk.rows(run)
    assert [rows[row].values["customer"].get("company_name") for row in (2, 3, 4)] == ["Muster GmbH", None, "Zon"]
    assert [rows[row].values["main_contact"]["set"] for row in (2, 4)] == [
        {"first_name": "Hans"},
        {"first_name": "Eva"},
    ]
    assert [desk.codes(run, row) for row in (2, 3, 4)] == [[], ["TAKEN_FOR_PERSON"], []]
    run = desk.plan(("Firma", "Name", "Vorname"), ("Muster GmbH", "Dr. Maier", "Hans"), ("Acme AG", "Beta AG", "Jo"))
    assert desk.rows(run)[2].values["main_contact"]["set"] == {
        "salutation": "Dr.",
        "first_name": "Hans",
        "last_name": "Maier",
    }
    assert desk.codes(run, 3) == ["NO_PLACE_LEFT_OUT"]


@pytest.mark.parametrize(
    ("kept", "code", "notes"), [(False, "NO_PLACE_LEFT_OUT", None), (True, "NO_PLACE_TO_NOTES", "Frau")]
)
def test_the_salutation_of_a_customer_who_is_a_person_is_told_or_kept_in_the_notes(
    desk: Desk, kept: bool, code: str, notes: str | None
) -> None:
    head = ("Kundennummer", "Firma", "Anrede", "Vorname", "Nachname")
    rows = (("1", "", "Frau", "Petra", "Berg"), ("2", "Acme AG", "Herr", "Max", "Ek"))
    run = desk.plan(head, *rows, choices=Choices(rest_to_notes=kept))
    found = desk.rows(run)
    assert (desk.codes(run, 2), desk.codes(run, 3)) == ([code], [])
    assert (found[2].problems[0]["cell"], found[2].problems[0]["values"]["rest"]) == ("C2", "Frau")
    assert (notes or "") in (found[2].values["customer"].get("description") or "")
    assert found[3].values["main_contact"]["set"]["salutation"] == "Herr"


def test_a_name_with_a_legal_form_is_the_company_of_the_person_beside_it(desk: Desk) -> None:
    head = ("Klantnummer", "Naam", "Voornaam", "Achternaam", "Soort")
    run = desk.plan(
        head,
        ("1", "Jansen BV", "Jan", "Jansen", ""),
        ("2", "Jan Ek", "Jan", "Ek", ""),
        ("3", "Ek AB", "Jan", "Ek", "privé"),
    )
    told = [row.values["customer"].get("company_name") for row in desk.rows(run).values()]
    assert told == ["Jansen BV", None, None]
    assert desk.rows(run)[2].values["main_contact"]["set"] == {"first_name": "Jan", "last_name": "Jansen"}
    assert [desk.codes(run, row) for row in (2, 3, 4)] == [[], [], ["NO_PLACE_LEFT_OUT"]]


CONTACT_HEAD = ("Klantnummer", "Bedrijfsnaam", "Contactpersoon", "Contactpersoon e-mail")


def test_a_main_contact_with_the_address_of_somebody_on_file_is_told_and_made_all_the_same(desk: Desk) -> None:
    elsewhere = factories.customer(desk.session, number="K-9", company_name="Elsewhere")
    jo = factories.contact(desk.session, first_name="Jo", last_name="Bos", email="Jo@bos.nl")
    factories.link(desk.session, elsewhere, jo)
    run = desk.plan(
        CONTACT_HEAD,
        ("K-1", "New", "Jo Bos", "jo@bos.nl"),
        ("K-2", "Other", "Al Dam", "al@dam.nl"),
        ("K-9", "Elsewhere", "Jo Bos", "jo@bos.nl"),
    )
    (said,) = desk.rows(run)[2].problems
    assert (said["code"], said["cell"], said["wall"]) == ("CONTACT_KNOWN", "D2", False)
    assert describe(said) == "A contact with this e-mail address exists: Jo Bos. This row makes another one."
    # Whom the row means stands at this customer already, or has an address that nobody has.
    assert desk.codes(run, 3) == desk.codes(run, 4) == []
    desk.commit(run)
    assert len(desk.table("contact")) == 3


def test_house_number_and_addition_are_joined_to_the_street(desk: Desk) -> None:
    run = desk.plan(
        ("Naam", "Straat", "Huisnummer", "Toevoeging"), ("a1", "Rijnlaan", 88, "b"), ("b1", "Kade", 12, "bis")
    )
    streets = [row.values["head_office"]["street"] for row in desk.rows(run).values()]
    assert streets == ["Rijnlaan 88b", "Kade 12 bis"]


def left_out(desk: Desk, run: ImportRun) -> list[str]:
    """What is said to have no place, with its cells."""
    said = [problem for row in desk.rows(run).values() for problem in row.problems]
    return [f"{one['cell']} {one['values']['rest']}" for one in said if one["code"] == "NO_PLACE_LEFT_OUT"]


@pytest.mark.parametrize(
    ("names", "row", "lost"),
    [
        ("Bedrijfsnaam;Naam", "Acme Holding BV;Acme Beheer", ["B2 Acme Beheer"]),
        ("Bedrijfsnaam;Naam", "Acme Holding B.V.;Acme Holding BV", []),
        ("Bedrijfsnaam;Naam", "Acme Holding;ACME", []),
        ("Bedrijfsnaam;Voornaam;Achternaam;T.a.v.", "Rood BV;Eva;Rood;Administratie", ["B2 Eva", "C2 Rood"]),
        ("Bedrijfsnaam;Voornaam;Achternaam;T.a.v.", "Jansen BV;Jan;Bos;Piet Bos", ["B2 Jan", "C2 Bos"]),
        ("Bedrijfsnaam;Voornaam;Achternaam;T.a.v.", "Acme;Jan;Bos;Bos, Jan", []),
        ("Bedrijfsnaam;Voornaam;Achternaam", "Acme;Jan;Bos", []),
        ("Bedrijfsnaam;Voornaam;Achternaam;Voornaam contactpersoon", "Acme;Jan;Bos;Eva", ["B2 Jan", "C2 Bos"]),
        ("Naam;Voornaam;Achternaam", "De Jansens;Jan;Jansen", ["A2 De Jansens"]),
        ("Naam;Voornaam;Achternaam", "Bos, J. van der;J.;van der Bos", []),
        ("Bedrijfsnaam;Tussenvoegsel", "Acme;van der", ["B2 van der"]),
        ("Bedrijfsnaam;Contactpersoon;Voornaam contactpersoon", "Acme;J. Bos;Jan", ["C2 Jan"]),
        ("Naam;Postcode en plaats;Plaats", "Acme;1234 AB Delft;Leiden", ["B2 1234 AB Delft"]),
        ("Naam;Postcode en plaats;Plaats", "Acme;1234 AB Delft;DELFT", []),
        ("Naam;Straat;Huisnummer;Toevoeging", "Acme;;12;bis", ["C2 12", "D2 bis"]),
        ("Naam;Straat;Huisnummer;Toevoeging", "Acme;Kade;12;bis", []),
    ],
)
def test_what_the_other_columns_leave_no_place_for_is_told_with_its_cell(
    desk: Desk, names: str, row: str, lost: list[str]
) -> None:
    assert left_out(desk, desk.plan(names.split(";"), row.split(";"))) == lost


def test_of_a_contact_a_name_that_is_not_taken_is_told(desk: Desk) -> None:
    header = ("Naam", "Voornaam", "Achternaam", "E-mail")
    run = desk.plan(header, ("Ann Berg", "Ann", "Bos", "a@x.nl"), ("Ann Bos", "Ann", "Bos", "b@x.nl"), kind=CONTACTS)
    assert left_out(desk, run) == ["A2 Ann Berg"]


def test_the_country_of_an_address_tells_what_is_its_postal_code(desk: Desk) -> None:
    run = desk.plan(
        ("Naam", "Postcode + plaats", "Land"),
        ("a1", "8420 DE HAAN", "België"),
        ("b1", "8420 de haan ", ""),
        ("c1", "1234 ab ons dorp", "Nederland"),
        ("d1", "1234 AB", ""),
    )
    places = [row.values["head_office"] for row in desk.rows(run).values()]
    assert [(place["postal_code"], place.get("city", "")) for place in places] == [
        ("8420", "DE HAAN"), ("8420", "de haan"), ("1234 AB", "ons dorp"), ("1234 AB", "")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "cells", "countries"),
    [
        (
            ("Firma", "PLZ", "Ort"),
            [("D-80331", "München"), ("FIN-00100", "Helsinki"), ("S-111 22", "Stockholm"), ("CA-90210", "Beverly Hills"),
             ("80331", "München")],
            ["DE", "FI", "SE", None, None],
        ),
        (("Firma", "PLZ und Ort"), [("A-1010 Wien",), ("FIN-00100 Helsinki",), ("1010 Wien",)], ["AT", "FI", None]),
        (("Firma", "PLZ", "Land"), [("D-80331", "Frankreich"), ("D-80331", ""), ("L-1234", "L")], ["FR", "DE", "LU"]),
    ],
)  # fmt: skip
def test_the_letters_of_a_country_in_front_of_a_postal_code_tell_the_country_where_nothing_else_does(
    desk: Desk, head: tuple[str, ...], cells: list[tuple[str, ...]], countries: list[str | None]
) -> None:
    run = desk.plan(head, *((f"Acme {at}", *row) for at, row in enumerate(cells)))
    assert [row.values["head_office"].get("country") for row in desk.rows(run).values()] == countries


def test_a_contact_lives_in_the_country_in_front_of_its_postal_code(desk: Desk) -> None:
    head = ("Vorname", "Nachname", "PLZ", "Ort")
    run = desk.plan(head, ("Eva", "Ek", "CH-8001", "Zürich"), kind=CONTACTS)
    assert desk.rows(run)[2].values["contact"]["country"] == "CH"


def test_customers_of_one_name_are_told_apart_by_the_postal_code_that_goes_in(desk: Desk) -> None:
    choices = Choices(match=MatchRule.POSTAL_CODE)
    rows = (("Naam", "Postcode + plaats", "Land"), ("a1", "8420 DE HAAN", "België"))
    assert desk.bring(*rows, choices=choices).created == 1
    assert list(desk.statuses(desk.plan(*rows, choices=choices)).values()) == ["unchanged"]


def test_labels_are_added_not_replaced_unless_told_otherwise(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    old, new = (factories.label(desk.session, name=name) for name in ("Old", "New"))
    factories.put_label(desk.session, old, customer=customer)
    rows = (("Klantnummer", "Naam", "Labels"), ("K-1", "Acme", "new"))
    assert desk.rows(desk.plan(*rows))[2].diff == {"labels": [[], ["New"]]}
    replaced = desk.rows(desk.plan(*rows, choices=Choices(replace_labels=True)))[2]
    assert replaced.diff == {"labels": [["Old"], ["New"]]}
    assert new.name == "New"


def test_one_label_of_an_exclusive_group_takes_the_place_of_the_other(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    group = factories.label_group(desk.session, name="Size", one_per_record=True)
    small, _large = (factories.label(desk.session, name=name, group_id=group.id) for name in ("Small", "Large"))
    factories.put_label(desk.session, small, customer=customer)
    head = ("Klantnummer", "Naam", "Labels")
    run = desk.plan(head, ("K-1", "Acme", "Large"), ("K-2", "Beta", "Small; Large"))
    assert desk.rows(run)[2].diff == {"labels": [["Small"], ["Large"]]}
    assert desk.codes(run, 3) == ["LABELS_EXCLUDE"]


def test_labels_that_a_record_has_already_pass_though_their_group_allows_one(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    group = factories.label_group(desk.session, name="Size", one_per_record=True)
    small, large, _huge = (
        factories.label(desk.session, name=name, group_id=group.id) for name in ("Small", "Large", "Huge")
    )
    for label in (small, large):
        factories.put_label(desk.session, label, customer=customer)
    head = ("Klantnummer", "Naam", "Labels")
    assert desk.statuses(desk.plan(head, ("K-1", "Acme", "Small; Large")))[2] == "unchanged"
    run = desk.plan(head, ("K-1", "Acme", "Small; Huge"))
    assert desk.codes(run, 2) == ["LABELS_EXCLUDE"]


def test_status_industry_and_owner_are_looked_up_by_name(desk: Desk, cast: Cast) -> None:
    factories.list_value(desk.session, ValueList.STATUS, "Prospect")
    run = desk.plan(("Naam", "Status", "Eigenaar"), ("a1", "PROSPECT", "alice"), ("b1", "Prospect", "Alixe"))
    assert desk.rows(run)[2].values["customer"]["status_id"] == "Prospect"
    assert desk.rows(run)[2].values["customer"]["owner_id"] == cast.alice.id
    assert desk.codes(run, 3) == ["NO_USER_HINT"]


def test_a_doubtful_vat_number_or_phone_is_said_and_goes_in(desk: Desk) -> None:
    run = desk.plan(("Naam", "BTW-nummer", "Telefoon"), ("Acme", "NL8531229B1", "call Jan"))
    assert desk.statuses(run)[2] == "new"
    assert desk.codes(run, 2) == ["LOOKS_LIKE_NO_VAT", "LOOKS_LIKE_NO_PHONE"]


def test_a_doubtful_value_that_the_record_has_already_is_not_said_again(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Acme", phone="call Jan")
    run = desk.plan(("Klantnummer", "Naam", "Telefoon", "Mobiel"), ("K-1", "Acme", "call Jan", "call Eva"))
    assert list(desk.rows(run)[2].diff) == ["mobile"]
    assert [(one["code"], one["cell"]) for one in desk.rows(run)[2].problems] == [("LOOKS_LIKE_NO_PHONE", "D2")]


def test_a_note_below_the_table_is_a_contact_only_if_somebody_says_so(desk: Desk, data: Path) -> None:
    content = (data / "list__rx__deaths.xlsx").read_bytes()
    run = desk.upload(content, CONTACTS)
    counts = planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    # Three of them have nothing where names stand.
    assert (counts["new"], counts["ambiguous"], counts["rejected"]) == (10, 1, 3)
    note = next(number for number, status in desk.statuses(run).items() if status == "ambiguous")
    assert desk.codes(run, note) == ["NOTE_ROW"]


def test_an_error_value_in_a_mapped_cell_keeps_the_row_out(desk: Desk, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Klantnummer", "Naam", "E-mail"), ("1", "Acme", "#N/A"), ("2", "Beta", "b@x.nl")):
        sheet.append(row)
    sheet["C2"].data_type = "e"
    book.save(tmp_path / "errors.xlsx")
    run = desk.upload((tmp_path / "errors.xlsx").read_bytes())
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert desk.statuses(run) == {2: "rejected", 3: "new"}
    assert desk.rows(run)[2].problems[0]["cell"] == "C2"


# Contacts


PEOPLE = ("Voornaam", "Achternaam", "E-mail", "Klantnummer", "Functie")


def test_a_number_that_is_too_short_for_its_country_may_have_lost_its_zeros_and_is_told(
    desk: Desk, tmp_path: Path
) -> None:
    book = Workbook()
    for row in (
        ("Naam", "Telefoon", "KvK", "Postcode", "Plaats", "Land"),
        ("Lost AG", 612345678, 7012345, 1067, "Dresden", "DE"),
        ("Lost BV", 612345678, 7012345, 1067, "Haarlem", None),
        ("Lost AS", 22123456, 912345678, 150, "Oslo", "NO"),
        ("Text BV", "612345678", "7012345", "1067", "Haarlem", "NL"),
        ("Whole BV", 31612345678, 17012345, 2011, "Haarlem", "NL"),
    ):
        book.active.append(row)
    book.save(tmp_path / "zeros.xlsx")
    run = desk.plan_file((tmp_path / "zeros.xlsx").read_bytes())
    lost = {
        row: [one["cell"] for one in found.problems if one["code"] == "ZEROS_LOST"]
        for row, found in desk.rows(run).items()
    }
    assert lost == {2: ["B2", "D2"], 3: ["B3", "C3"], 4: ["D4"], 5: [], 6: []}


def test_a_text_file_that_a_spreadsheet_wrote_may_have_lost_zeros_too(desk: Desk) -> None:
    head = ("Naam", "Telefoon", "KvK", "Postcode", "Land")
    run = desk.plan(
        head, ("Lost BV", "612345678", "7012345", "1067", "DE"), ("Whole BV", "0612345678", "07012345", "01067", "DE")
    )
    lost = {
        row: [one["cell"] for one in found.problems if one["code"] == "ZEROS_LOST"]
        for row, found in desk.rows(run).items()
    }
    assert lost == {2: ["B2", "D2"], 3: []}


def test_a_date_or_a_tick_where_a_text_belongs_keeps_its_row_out(desk: Desk, tmp_path: Path) -> None:
    book = Workbook()
    for row in (
        ("Naam", "Straat", "Huisnr", "Plaats", "Referentie", "Telefoon"),
        ("One BV", "Weg", dt.date(2026, 5, 12), "Ede", dt.date(2026, 2, 3), "030-1234567"),
        ("Two BV", "Weg", 12, "Ede", None, dt.date(2026, 3, 1)),
        ("Three BV", "Weg", 7, True, None, None),
        *(("More BV", "Weg", 1, "Ede", "ref", "030-1234567") for _ in range(3)),
    ):
        book.active.append(row)
    book.save(tmp_path / "dates.xlsx")
    run = desk.plan_file((tmp_path / "dates.xlsx").read_bytes())
    said = {row: [(one["code"], one["cell"]) for one in found.problems] for row, found in desk.rows(run).items()}
    assert said[2] == [("DATE_FOR_TEXT", "C2")]
    assert said[3] == [("DATE_FOR_TEXT", "F3")]
    assert said[4] == [("TICK_FOR_TEXT", "D4")]
    assert "Spreadsheets make dates of texts such as 12-5" in describe(desk.rows(run)[2].problems[0])


def test_the_number_of_a_house_that_stands_in_the_street_too_is_not_written_twice(desk: Desk) -> None:
    head = ("Naam", "Straat", "Huisnummer", "Toevoeging", "Plaats")
    streets = {
        ("Dorpsstraat 12", "12", ""): "Dorpsstraat 12",
        ("Dorpsstraat 14 a", "14", "A"): "Dorpsstraat 14 a",
        ("Dorpsstraat 14", "14", "A"): "Dorpsstraat 14A",
        ("Kerkweg", "3", ""): "Kerkweg 3",
        ("Plein 1812", "2", ""): "Plein 1812 2",
        ("Q 7", "7", ""): "Q 7 7",
    }
    run = desk.plan(head, *((f"Firm {at}", *told, "Ede") for at, told in enumerate(streets)))
    written = [row.values["head_office"]["street"] for row in desk.rows(run).values()]
    assert written == [*streets.values()]


@pytest.mark.parametrize(
    ("kept", "code", "notes"), [(False, "YEARLESS_LEFT_OUT", None), (True, "YEARLESS_TO_NOTES", "--03-04")]
)
def test_a_birthday_without_its_year_keeps_nobody_out_and_is_told(
    desk: Desk, kept: bool, code: str, notes: str | None
) -> None:
    head = ("First name", "Last name", "Birthday")
    rows = [("Anna", f"Berg {at}", day) for at, day in enumerate(("--03-04", "02/03", "3 april", "1980-02-03"))]
    run = desk.plan(head, *rows, kind=CONTACTS, choices=Choices(rest_to_notes=kept, empty_clears=True))
    found = desk.rows(run)
    assert [row.status.value for row in found.values()] == ["new"] * 4
    assert [desk.codes(run, row) for row in (2, 3, 4, 5)] == [[code], [code], [code], []]
    assert found[5].values["contact"]["birth_date"] == "1980-02-03"
    assert (notes or "") in (found[2].values["contact"].get("description") or "")
    assert "birth_date" not in found[2].values["contact"]


def test_contacts_are_matched_by_address_then_by_name_and_customer(desk: Desk) -> None:
    acme = factories.customer(desk.session, number="K-1", company_name="Acme")
    by_email = factories.contact(desk.session, first_name="Ann", last_name="Old", email="ann@x.nl")
    by_name = factories.contact(desk.session, first_name="Bo", last_name="Berg")
    factories.link(desk.session, acme, by_name, function="Buyer")
    run = desk.plan(
        PEOPLE,
        ("Ann", "Married", "ANN@x.nl", "", ""),
        ("Bo", "Berg", "bo@x.nl", "K-1", "Buyer"),
        ("Cas", "Dam", "", "K-1", "Chief"),
        kind=CONTACTS,
    )
    rows = desk.rows(run)
    assert desk.statuses(run) == {2: "changed", 3: "changed", 4: "new"}
    assert (rows[2].target_id, rows[3].target_id) == (by_email.id, by_name.id)
    assert rows[3].diff == {"email": ["", "bo@x.nl"]}
    assert rows[4].values["link"] == {"function": "Chief", "customer_id": acme.id}


def test_a_shared_address_with_another_name_is_asked_about(desk: Desk) -> None:
    factories.contact(desk.session, first_name="Ann", last_name="Berg", email="info@x.nl")
    run = desk.plan(PEOPLE, ("Cas", "Dam", "info@x.nl", "", ""), kind=CONTACTS)
    assert desk.statuses(run) == {2: "ambiguous"}


def test_a_namesake_at_another_customer_is_somebody_else(desk: Desk) -> None:
    acme, beta = (factories.customer(desk.session, number=f"K-{n}", company_name=f"Firm {n}") for n in (1, 2))
    factories.link(desk.session, acme, factories.contact(desk.session, first_name="Jan", last_name="Berg"))
    run = desk.plan(PEOPLE, ("Jan", "Berg", "", "K-2", ""), kind=CONTACTS)
    assert desk.statuses(run) == {2: "new"}
    assert desk.rows(run)[2].values["link"]["customer_id"] == beta.id


def test_an_unknown_customer_number_keeps_a_contact_out_an_unknown_name_does_not(desk: Desk) -> None:
    run = desk.plan(PEOPLE, ("Jan", "Berg", "", "K-9", ""), kind=CONTACTS)
    assert desk.codes(run, 2) == ["NO_CUSTOMER_NUMBER"]
    run = desk.plan(("Voornaam", "Achternaam", "Bedrijf"), ("Jan", "Berg", "Nowhere"), kind=CONTACTS)
    assert (desk.statuses(run)[2], desk.codes(run, 2)) == ("new", ["NO_CUSTOMER_NAMED"])
    assert desk.rows(run)[2].values["contact"]["company_name"] == "Nowhere"


def test_a_contact_needs_a_name(desk: Desk) -> None:
    run = desk.plan(PEOPLE, ("", "", "a@x.nl", "", ""), kind=CONTACTS)
    assert desk.codes(run, 2) == ["PERSON_MISSING"]


def test_the_same_contact_twice_is_shown_not_guessed(desk: Desk) -> None:
    run = desk.plan(PEOPLE, ("Jan", "Berg", "j@x.nl", "", ""), ("JAN", "Berg", "J@x.nl", "", ""), kind=CONTACTS)
    assert desk.statuses(run) == {2: "duplicate", 3: "duplicate"}


def test_a_whole_name_that_somebody_has_already_is_not_taken_apart_anew(desk: Desk) -> None:
    factories.contact(desk.session, kind=Kind.BUSINESS, first_name=None, last_name=None, company_name="Front desk")
    factories.contact(desk.session, first_name="Anna Maria", last_name="Berg")
    factories.customer(desk.session, number="K-1", kind=Kind.PRIVATE, first_name="Jan Piet", last_name="de Vries")
    rows = (("Naam", "Soort", "Mobiel"), ("Front desk", "", "1"), ("Anna Maria Berg", "person", "2"))
    run = desk.plan(*rows, kind=CONTACTS)
    assert {number: row.diff for number, row in desk.rows(run).items()} == {
        2: {"mobile": ["", "1"]},
        3: {"mobile": ["", "2"]},
    }
    run = desk.plan(("Klantnummer", "Naam", "Soort"), ("K-1", "Jan Piet de Vries", "person"))
    assert desk.statuses(run) == {2: "unchanged"}


def test_a_company_among_new_contacts_keeps_its_name_whole(desk: Desk) -> None:
    run = desk.plan(("Naam", "Soort", "E-mail"), ("Acme Logistics", "company", "info@acme.example"), kind=CONTACTS)
    written = desk.rows(run)[2].values["contact"]
    assert (written["kind"], written["company_name"]) == ("business", "Acme Logistics")
    assert "first_name" not in written


def test_a_row_that_leaves_an_archived_record_as_it_is_counts_as_unchanged(desk: Desk) -> None:
    gone = factories.customer(desk.session, number="K-1", company_name="Gone")
    factories.link(
        desk.session, gone, factories.contact(desk.session, first_name="Ann", last_name="Berg"), function="Buyer"
    )
    with changeset(desk.session, access.SYSTEM, "Archived"):
        gone.archived_at = utc_now()
    run = desk.plan(("Nr", "Naam", "Fax"), ("K-1", "Gone", ""))
    assert desk.statuses(run) == {2: "unchanged"}
    run = desk.plan(("Nr", "Naam", "Fax"), ("K-1", "Gone", "12"))
    assert (desk.statuses(run), desk.codes(run, 2)) == ({2: "rejected"}, ["ARCHIVED"])
    for function, status in (("Buyer", "unchanged"), ("Chief", "rejected")):
        run = desk.plan(PEOPLE, ("Ann", "Berg", "", "K-1", function), kind=CONTACTS)
        assert desk.statuses(run) == {2: status}


# Rights


def test_without_the_right_to_import_nothing_begins(session: Session, tmp_path: Path, cast: Cast) -> None:
    bob = access.looker_for(session, cast.bob)
    access.look_as(session, bob)
    with pytest.raises(NotAllowed):
        desk_of(session, tmp_path, bob).upload(b"Naam;Plaats\na;b\n")
    assert not (tmp_path / "uploads").exists()


def importer_on(session: Session, cast: Cast, *customers: Customer) -> Looker:
    """Charlie may import, but edit only the customers given."""
    role = factories.role(session, name="Importer", rights=frozenset({"import"}))
    editor = factories.role(session, name="Local editor", rights=frozenset({"view", "edit"}))
    with changeset(session, access.SYSTEM, "Set up"):
        cast.charlie.role_id = role.id
    for customer in customers:
        factories.access(session, customer, editor, cast.charlie)
    looker = access.looker_for(session, cast.charlie)
    access.look_as(session, looker)
    return looker


def test_of_a_contact_that_the_importer_may_not_see_nothing_is_told(
    session: Session, tmp_path: Path, cast: Cast
) -> None:
    mine = factories.customer(session, number="K-1", company_name="Mine")
    hidden = factories.customer(session, number="K-9", company_name="Hidden")
    for customer, email in ((mine, "al@dam.nl"), (hidden, "jo@bos.nl")):
        factories.link(session, customer, factories.contact(session, email=email))
    desk = desk_of(session, tmp_path, importer_on(session, cast, mine))
    for email, codes in (("jo@bos.nl", []), ("al@dam.nl", ["CONTACT_KNOWN"])):
        run = desk.plan(CONTACT_HEAD, ("K-1", "Mine", "New Person", email))
        assert (desk.statuses(run), desk.codes(run, 2)) == ({2: "changed"}, codes)


def test_customers_that_may_not_be_edited_are_shown_and_unseen_ones_betray_nothing(
    session: Session, tmp_path: Path, cast: Cast
) -> None:
    mine = factories.customer(session, number="K-1", company_name="Mine")
    factories.customer(session, number="K-2", company_name="Secret name")
    desk = desk_of(session, tmp_path, importer_on(session, cast, mine))
    run = desk.plan(HEAD, ("K-1", "Renamed", "", "", ""), ("K-2", "Try", "", "", ""), ("K-3", "New", "", "", ""))
    assert desk.statuses(run) == {2: "changed", 3: "rejected", 4: "rejected"}
    unseen, free = desk.rows(run)[3].problems, desk.rows(run)[4].problems
    assert unseen == free == [problem(Trouble.NO_RIGHT_TO_ADD)]
    assert "Secret" not in str([(row.title, row.problems, row.diff) for row in desk.rows(run).values()])


def test_an_unseen_namesake_is_not_offered(session: Session, tmp_path: Path, cast: Cast) -> None:
    factories.customer(session, number="K-2", company_name="Acme")
    desk = desk_of(session, tmp_path, importer_on(session, cast))
    run = desk.plan(HEAD, ("4711", "Acme", "", "", ""))
    assert desk.codes(run, 2) == ["NO_RIGHT_TO_ADD"]


def test_new_labels_need_the_right_for_them(session: Session, tmp_path: Path, alice: Looker) -> None:
    access.look_as(session, alice)
    desk = desk_of(session, tmp_path, alice)
    run = desk.plan(("Naam", "Labels"), ("Acme", "Brand new"))
    assert (desk.statuses(run)[2], desk.codes(run, 2)) == ("rejected", ["NEW_LABEL"])
    assert describe(desk.rows(run)[2].problems[0]).endswith("You need the right Manage lists to add it.")


@pytest.mark.parametrize(
    ("trouble", "right"),
    [
        (Trouble.NEW_LABEL, Right.MANAGE_LISTS),
        (Trouble.NEW_LIST_VALUE, Right.MANAGE_LISTS),
        (Trouble.NO_RIGHT_TO_ADD, Right.EDIT),
    ],
)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_right_that_is_wanting_is_called_as_everywhere_else(
    app: Flask, language: str, trouble: Trouble, right: Right
) -> None:
    with app.test_request_context(), force_locale(language):
        assert f"{shell.right_name(right)} " in gettext(trouble.value)


# What cannot be planned, and how often the database is asked


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"1;2\n3;4\n", Reason.NO_HEADER),
        (b"Plaats;Land\nZwolle;NL\n", Reason.NO_NAME_COLUMN),
        (b"Naam;Plaats\n", Reason.NO_ROWS),
    ],
)
def test_what_cannot_be_planned_says_why(desk: Desk, content: bytes, reason: Reason) -> None:
    run = desk.upload(content)
    with pytest.raises(Refused) as refused:
        planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert refused.value.reason is reason


def test_planning_asks_the_database_as_often_for_many_rows_as_for_few(desk: Desk) -> None:
    asked: list[str] = []
    engine = desk.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    amounts = []
    for size in (5, 500):
        desk.bring(HEAD, *((f"A{size}-{n}", f"Firm {size}-{n}", "Zwolle", "NL", "1234567") for n in range(size)))
        asked.clear()
        desk.plan(HEAD, *((f"A{size}-{n}", f"Firma {size}-{n}", "Assen", "NL", "1234567") for n in range(size)))
        amounts.append(len(asked))
    assert amounts[1] <= amounts[0]


def test_what_nobody_can_see_in_a_cell_is_left_out_and_said(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Alfa")
    run = desk.plan(HEAD, ("K\u200b-1", "Alfa\u202e B.V.", "Den\u2028Haag", "NL", "\u202a+31 10 555 0100\u202c"))
    row = desk.rows(run)[2]
    assert row.status == "changed"
    assert row.diff["company_name"] == ["Alfa", "Alfa B.V."]
    assert (row.diff["phone"][1], row.values["head_office"]["city"]) == ("+31 10 555 0100", "Den Haag")
    said = {one["cell"]: one["values"]["shown"] for one in row.problems if one["code"] == "INVISIBLE_LEFT_OUT"}
    assert said == {
        "A2": "K⟨U+200B⟩-1",
        "B2": "Alfa⟨U+202E⟩ B.V.",
        "C2": "Den⟨U+2028⟩Haag",
        "E2": "⟨U+202A⟩+31 10 555 0100⟨U+202C⟩",
    }


MARKED = ("First name", "Last name", "E-mail", "Customer: customer number", "Main contact")


def test_a_contact_that_becomes_main_contact_shows_who_is_it_no_more(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    factories.link(
        desk.session, customer, factories.contact(desk.session, first_name="Zed", last_name="Old"), is_main=True
    )
    known = factories.contact(desk.session, first_name="Kim", last_name="Known", email="kim@x.nl")
    run = desk.plan(
        MARKED,
        ("Ann", "Berg", "ann@x.nl", "K-1", "yes"),
        ("Kim", "Known", "kim@x.nl", "K-1", "yes"),
        ("Bo", "Last", "bo@x.nl", "K-1", "no"),
        kind=CONTACTS,
    )
    told = {number: plan.shown(row, {}) for number, row in desk.rows(run).items()}
    assert told[2]["customer.name"] == ["", "K-1"]
    assert told[2]["customer.is_main"] == [["Zed Old"], "Ann Berg"]
    assert desk.rows(run)[3].target_id == known.id
    assert told[3]["customer.is_main"] == [["Zed Old", "Ann Berg"], "Kim Known"]
    assert "customer.is_main" not in told[4]
    desk.commit(run)
    assert [link["contact_id"] for link in desk.table("customer_contact") if link["is_main"]] == [known.id]


@pytest.mark.parametrize("kind", ImportKind)
def test_all_that_a_new_row_writes_is_shown_under_the_title_of_a_column(desk: Desk, kind: ImportKind) -> None:
    factories.customer(desk.session, number="K-1", company_name="Acme")
    columns = [column for column in COLUMNS[kind].values() if column.key in FILLED]
    head, row = [column.title() for column in columns], [FILLED[column.key] for column in columns]
    run = desk.plan(head, row, kind=kind)
    row_of_plan = desk.rows(run)[2]
    assert row_of_plan.status.value == "new", row_of_plan.problems
    told = plan.shown(row_of_plan, {})
    assert told.keys() <= COLUMNS[kind].keys()
    written = {name for part in row_of_plan.values.values() for name in (part if isinstance(part, dict) else ())}
    unsaid = (
        written - {key.rpartition(".")[2] for key in told} - {"customer_id", "company_name", "add", "remove", "set"}
    )
    assert unsaid <= ({"is_main"} if kind is CUSTOMERS else set())


FILLED = {
    "number": "K-77", "company_name": "Beta", "kind": "company", "first_name": "Ann", "last_name": "Berg",
    "own_company": "Berg Co", "email": "ann@x.nl", "customer.number": "K-1", "customer.function": "Buyer",
    "customer.is_main": "yes", "customer.is_invoice_contact": "yes", "iban": "NL91ABNA0417164300", "labels": "Big",
    "head_office.city": "Assen", "main_contact.email": "bo@x.nl", "main_contact.contact": "Bo Berg",
    "main_contact.function": "Buyer", "expenses_billable": "yes",
}  # fmt: skip


def test_a_row_without_a_number_that_changes_nothing_stands_where_the_choice_is(desk: Desk) -> None:
    known = factories.customer(desk.session, number="K-1", company_name="Acme")
    run = desk.plan(("Klantnummer", "Bedrijfsnaam"), ("", "Acme"), ("K-9", "Other"))
    assert desk.statuses(run) == {2: "ambiguous", 3: "new"}
    assert desk.codes(run, 2) == ["NAME_KNOWN_NO_NUMBER"]
    assert desk.rows(run)[2].values["candidates"] == [known.id]
    desk.decide(run, row_2=str(known.id))
    assert (desk.statuses(run)[2], desk.codes(run, 2)) == ("unchanged", [])


def test_a_contact_that_stays_as_it_is_asks_nothing(desk: Desk) -> None:
    factories.contact(desk.session, first_name="Ann", last_name="Berg", email="ann@x.nl", company_name="Berg Co")
    run = desk.plan(("Voornaam", "Achternaam"), ("Ann", "Berg"), kind=CONTACTS)
    assert desk.statuses(run) == {2: "unchanged"}
    assert desk.codes(run, 2) == []
    run = desk.plan(("Voornaam", "Achternaam", "Functietitel"), ("Ann", "Berg", "Buyer"), kind=CONTACTS)
    assert (desk.statuses(run), desk.codes(run, 2)) == ({2: "ambiguous"}, ["NAME_KNOWN"])


def test_a_row_with_more_or_fewer_cells_than_there_are_columns_is_rejected_with_the_reason(desk: Desk) -> None:
    run = desk.plan(
        ("Klantnummer", "Bedrijfsnaam", "Plaats"),
        ("K-1", "Acme"),
        ("K-2", "Beta", "Assen", "Potatoes"),
        ("K-3", "Gamma", "", ""),
        ("K-4", "Delta", "Assen"),
    )
    assert desk.statuses(run) == {2: "rejected", 3: "rejected", 4: "new", 5: "new"}
    assert (desk.codes(run, 2), desk.codes(run, 3)) == (["ROW_CUT_SHORT"], ["ROW_TOO_LONG"])
    assert desk.rows(run)[3].problems[0]["values"] == {"cells": 4, "names": 3}


def test_a_block_of_rows_that_a_spreadsheet_program_wrote_without_empty_ends_is_whole(desk: Desk) -> None:
    cities = ["Assen"] * 15 + [None] * 16 + ["Assen"] * 4
    rows = [(f"K-{at}", f"Firm {at}", *([city] if city else [])) for at, city in enumerate(cities)]
    run = desk.plan(("Klantnummer", "Bedrijfsnaam", "Plaats"), *rows)
    assert run.counts == {"new": 35, "changed": 0, "unchanged": 0, "ambiguous": 0, "duplicate": 0, "rejected": 0}


SAME = (("id", "name", "id", "Telefoon"), ("7", "Acme", "K-1", "1234567"), ("8", "Beta", "K-2", "1234568"))


def test_of_several_columns_with_one_name_none_is_taken_before_somebody_chose(desk: Desk) -> None:
    run = desk.upload(text_of(*SAME))
    assert [column["certainty"] for column in run.options["columns"]] == ["WHICH", "SAME", "WHICH", "SAME"]
    with pytest.raises(Refused) as refused:
        planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert (refused.value.reason, refused.value.values["name"]) == (Reason.WHICH_COLUMN, "id")
    looking.map_columns(desk.session, desk.looker, run.id, {2: "number"})
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert [row.values["customer"]["number"] for row in desk.rows(run).values()] == ["K-1", "K-2"]
    desk.commit(run)
    again = desk.plan(*SAME)
    assert (again.mapping["number"], again.counts["unchanged"]) == ([2], 2)


def test_columns_with_one_name_can_all_stay_out(desk: Desk) -> None:
    run = desk.upload(text_of(*SAME))
    looking.map_columns(desk.session, desk.looker, run.id, {0: None, 2: None})
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert (run.counts["new"], "number" in run.mapping) == (2, False)


def test_columns_with_one_name_and_the_same_values_ask_nothing(desk: Desk) -> None:
    run = desk.plan(("Nr", "Naam", "Nr", "Nr"), ("K-1", "Acme", "K-1", ""), ("K-2", "Beta", "K-2", ""))
    assert (run.counts["new"], run.mapping["number"]) == (2, [0])


def test_a_file_of_which_only_a_name_was_recognised_is_not_planned_before_somebody_looked(desk: Desk) -> None:
    articles = (
        ("Art. nummer", "naam", "inkoopprijs", "leverancier", "categorie", "merk"),
        ("PPW10", "Passe-partout", "1", "x", "y", "z"),
    )
    run = desk.upload(text_of(*articles))
    with pytest.raises(Refused) as refused:
        planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert refused.value.reason is Reason.NO_LIST
    looking.map_columns(desk.session, desk.looker, run.id, {})
    assert planning.make_plan(desk.session, desk.looker, desk.folder, run.id)["new"] == 1


def test_a_name_that_is_too_long_is_shortened_and_stands_in_the_notes_as_a_whole(desk: Desk) -> None:
    long = [f"Department of {'very ' * 50}long names, section {at}" for at in (1, 2)]
    rows = (("Bedrijfsnaam", "Plaats"), (long[0], "Assen"), (long[1], "Assen"))
    run = desk.plan(*rows)
    assert (run.counts["new"], desk.codes(run, 2)) == (2, ["NAME_SHORTENED"])
    desk.commit(run)
    kept = desk.table("customer")
    assert [row["description"] for row in kept] == long
    assert [len(row["name"]) <= 200 and row["name"][-9:] for row in kept] == ["section 1", "section 2"]
    assert desk.plan(*rows).counts["unchanged"] == 2
    with changeset(desk.session, SYSTEM, "Noted"):
        desk.session.get_one(Customer, kept[0]["id"]).description = "Call them"
    again = desk.plan(*rows)
    assert desk.statuses(again) == {2: "changed", 3: "unchanged"}
    assert desk.rows(again)[2].diff == {"description": ["Call them", f"{long[0]}\nCall them"]}


def test_what_nobody_can_see_at_the_edge_of_a_cell_is_left_out_and_said(desk: Desk) -> None:
    run = desk.plan(
        ("Klantnummer", "Bedrijfsnaam\u200b", "Plaats"),
        ("K-1\u200b", "\u200b Acme \x07", " Assen\u00a0"),
        ("K-2", "Beta", "\u200b"),
    )
    assert run.mapping["company_name"] == [1]
    assert desk.rows(run)[2].values["customer"]["number"] == "K-1"
    assert desk.rows(run)[2].values["customer"]["company_name"] == "Acme"
    assert desk.rows(run)[2].values["head_office"] == {"city": "Assen"}
    assert desk.codes(run, 2) == ["INVISIBLE_LEFT_OUT", "INVISIBLE_LEFT_OUT"]
    assert desk.codes(run, 3) == []


@pytest.mark.parametrize("at", [Stage.READING, Stage.MATCHING, Stage.PLANNING])
def test_of_two_who_plan_at_once_one_plan_stays_and_it_is_whole(desk: Desk, database_url: URL, at: Stage) -> None:
    run = desk.upload(text_of(("Naam",), *((f"Firm {n}",) for n in range(20))))
    began: list[Stage] = []

    def meanwhile(stage: Stage, _done: int, _total: int, _name: str) -> None:
        if stage is at and not began:
            began.append(stage)
            desk.session.rollback()
            with Session(create_engine(database_url, poolclass=NullPool)) as other:
                access.look_as(other, SYSTEM)
                planning.make_plan(other, SYSTEM, desk.folder, run.id)

    with pytest.raises(Conflict):
        planning.make_plan(desk.session, SYSTEM, desk.folder, run.id, meanwhile)
    desk.session.rollback()
    assert desk.statuses(desk.session.get_one(ImportRun, run.id)) == dict.fromkeys(range(2, 22), "new")
    assert len(desk.table("import_row")) == 20
    assert desk.session.get_one(ImportRun, run.id).counts["new"] == 20
    assert desk.commit(run).created == 20


def test_what_two_people_correct_at_once_is_both_kept(desk: Desk, database_url: URL) -> None:
    run = desk.plan(("Naam", "Plaats"), ("Acme", "Zwolle"), ("Beta", "Assen"))
    mine = steps.find(desk.session, run.id)
    assert mine.options
    with Session(create_engine(database_url, poolclass=NullPool)) as other:
        access.look_as(other, SYSTEM)
        working.correct(other, SYSTEM, run.id, {2: {1: "Emmen"}})
        working.choose(other, SYSTEM, run.id, mode=ADD, empty_clears=True, replace_labels=False, left_out=())
    corrections.correct(mine, 3, ["Beta", "Assen"], {0: "Gamma"})
    kept = steps.keep(desk.session, mine)
    assert kept.options["corrections"] == {"2": {"1": "Emmen"}, "3": {"0": "Gamma"}}
    assert (kept.mode, steps.choices_of(kept).empty_clears) == (ADD, True)


@pytest.mark.parametrize("at", [Stage.READING, Stage.MATCHING, Stage.PLANNING])
def test_a_plan_that_knows_nothing_of_what_was_said_meanwhile_does_not_stand(
    desk: Desk, database_url: URL, at: Stage
) -> None:
    run = desk.upload(text_of(("Naam", "Telefoon"), ("Acme", "1234567")))

    def meanwhile(stage: Stage, _done: int, _total: int, _name: str) -> None:
        if stage is at:
            desk.session.rollback()
            with Session(create_engine(database_url, poolclass=NullPool)) as other:
                access.look_as(other, SYSTEM)
                how = {"mode": UPDATE, "empty_clears": False, "replace_labels": False}
                working.choose(other, SYSTEM, run.id, left_out=["phone"], **how)

    with pytest.raises(Conflict):
        planning.make_plan(desk.session, SYSTEM, desk.folder, run.id, meanwhile)
    desk.session.rollback()
    assert desk.session.get_one(ImportRun, run.id).state is ImportState.UPLOADED


def test_what_is_said_of_other_columns_takes_the_place_of_all_before(desk: Desk, database_url: URL) -> None:
    run = desk.plan(("Naam", "Mobiel"), ("Acme", "0612345678"))
    mine = steps.find(desk.session, run.id)
    assert mine.options
    with Session(create_engine(database_url, poolclass=NullPool)) as other:
        access.look_as(other, SYSTEM)
        working.correct(other, SYSTEM, run.id, {2: {1: "0687654321"}})
    mine.mapping = {"company_name": [1]}
    mine.options = {**mine.options, "columns": [], "corrections": {}}
    kept = steps.keep(desk.session, mine)
    assert (kept.mapping, kept.options["corrections"]) == ({"company_name": [1]}, {})


def test_a_cell_of_several_lines_that_was_not_touched_is_no_correction(desk: Desk) -> None:
    run = desk.plan(("Naam", "Notities"), ("Acme", "Dam 1\nachter"))
    assert not working.correct(desk.session, SYSTEM, run.id, {2: {1: "Dam 1achter"}})
    assert working.correct(desk.session, SYSTEM, run.id, {2: {1: "Dam 1 achter"}})


def test_rows_are_not_ticked_while_the_plan_is_made_anew(desk: Desk) -> None:
    run = desk.plan(("Naam",), ("Acme",))
    run.state = ImportState.UPLOADED
    steps.keep(desk.session, run)
    with pytest.raises(Conflict):
        steps.tick(desk.session, SYSTEM, run.id, [2], ticked=False)


def test_a_row_of_a_wide_list_that_has_few_cells_is_no_note(desk: Desk, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("Number", "Company name", "Hourly rate", "VAT %", "Phone", *(f"Extra {at}" for at in range(20))))
    for at in range(6):
        sheet.append((f"K-{at}", f"Firm {at}", 90, 21, None, "x"))
    sheet.append(("K-7", "Sparse", None, None, "1234567"))
    sheet.append(("Prices without VAT",))
    book.save(tmp_path / "wide.xlsx")
    run = desk.plan_file((tmp_path / "wide.xlsx").read_bytes())
    assert desk.statuses(run) == {**dict.fromkeys(range(2, 9), "new"), 9: "ambiguous"}


def test_a_total_in_the_column_of_numbers_waits_for_somebody_too(desk: Desk) -> None:
    run = desk.plan(("Klantnummer", "Bedrijfsnaam"), ("K-1", "Acme"), ("Totaal", "1"))
    assert desk.statuses(run) == {2: "new", 3: "ambiguous"}
    assert desk.rows(run)[3].problems[0]["cell"] == "A3"


def test_an_owner_whose_name_two_people_have_is_asked_for_by_address(desk: Desk) -> None:
    north = factories.user(desk.session, name="Jan Smit", email="jan@noord.example")
    south = factories.user(desk.session, name="Jan Smit", email="jan@zuid.example")
    said = ("Jan Smit", "jan", "jan@zuid.example", "JAN@NOORD.example")
    run = desk.plan(("Nummer", "Naam", "Eigenaar"), *((f"K-{at}", f"Firm {at}", who) for at, who in enumerate(said)))
    assert desk.statuses(run) == {2: "rejected", 3: "rejected", 4: "new", 5: "new"}
    assert [desk.codes(run, row) for row in (2, 3)] == [["USER_NAMED_OFTEN"]] * 2
    assert desk.rows(run)[4].values["customer"]["owner_id"] == south.id
    assert desk.rows(run)[5].values["customer"]["owner_id"] == north.id


def test_an_owner_known_by_address_or_name_is_not_confused_with_a_part_of_an_address(desk: Desk) -> None:
    jan = factories.user(desk.session, name="Jan", email="j.smit@noord.example")
    factories.user(desk.session, name="Jan Smit", email="jan@zuid.example")
    run = desk.plan(("Nummer", "Naam", "Eigenaar"), ("K-1", "Acme", "Jan"))
    assert desk.rows(run)[2].values["customer"]["owner_id"] == jan.id


def test_whose_owner_changes_between_two_people_of_one_name_is_told_apart(desk: Desk) -> None:
    north = factories.user(desk.session, name="Jan Smit", email="jan@noord.example")
    factories.user(desk.session, name="Jan Smit", email="jan@zuid.example")
    factories.customer(desk.session, number="K-1", company_name="Acme", owner_id=north.id)
    run = desk.plan(("Nummer", "Naam", "Eigenaar"), ("K-1", "Acme", "jan@zuid.example"))
    assert desk.rows(run)[2].diff == {"owner": ["Jan Smit, jan@noord.example", "Jan Smit, jan@zuid.example"]}


@pytest.mark.parametrize("total", ["Totaal", "TOTAL:", "Grand total", "Summa", "Gesamtsumme", "Yhteensä", "Subtotaal"])
def test_a_total_below_the_rows_becomes_a_customer_only_if_somebody_says_so(desk: Desk, total: str) -> None:
    run = desk.plan(("Bedrijfsnaam", "Plaats", "Omzet"), ("Acme", "Zwolle", 10), ("Beta", "Assen", 20), (total, "", 30))
    assert desk.statuses(run) == {2: "new", 3: "new", 4: "ambiguous"}
    assert desk.codes(run, 4) == ["LOOKS_LIKE_A_TOTAL"]
    desk.decide(run, row_4="new")
    assert desk.statuses(run)[4] == "new"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Totaal B", "LOOKS_LIKE_A_TOTAL"),
        ("Total Region West", "LOOKS_LIKE_A_TOTAL"),
        ("Afgedrukt op 12-05-2026", "NOTE_ROW"),
        ("*** einde lijst ***", "NOTE_ROW"),
    ],
)
def test_totals_of_a_part_and_footers_of_a_printed_list_become_customers_only_if_somebody_says_so(
    desk: Desk, said: str, code: str
) -> None:
    head, rows = ("Naam", "Plaats", "Telefoon", "Omzet"), [("Acme", "Ede", "0318-123456", 1), ("Beta", "Epe", "", 2)]
    run = desk.plan(head, *rows, (said, "", "", 3), ("Gamma", "Epe", "", 3))
    assert desk.statuses(run) == {2: "new", 3: "new", 4: "ambiguous", 5: "new"}
    assert desk.codes(run, 4) == [code]
    desk.decide(run, row_4="new")
    assert desk.statuses(run)[4] == "new"


@pytest.mark.parametrize(
    ("said", "code"), [("Totaal Noord", "LOOKS_LIKE_A_TOTAL"), ("Pagina 1 van 3", "NOTE_ROW"), ("Page 2", "NOTE_ROW")]
)
def test_totals_of_a_part_and_footers_become_contacts_only_if_somebody_says_so(
    desk: Desk, said: str, code: str
) -> None:
    run = desk.plan(("Naam", "E-mail"), ("Jan Smit", "j@x.example"), (said, ""), ("Eva Berg", ""), kind=CONTACTS)
    assert (desk.statuses(run), desk.codes(run, 3)) == ({2: "new", 3: "ambiguous", 4: "new"}, [code])
    desk.decide(run, row_3="new")
    assert desk.statuses(run)[3] == "new"


def test_what_stands_in_other_cells_of_a_footer_makes_it_no_customer(desk: Desk) -> None:
    rows = (("Acme", "Ede", "0318-123456"), ("Afgedrukt op 1-11-2026", "", "Pagina 1/3"), ("Totaal Ede", "", "12"))
    run = desk.plan(("Naam", "Plaats", "Telefoon"), *rows)
    assert desk.statuses(run) == {2: "new", 3: "ambiguous", 4: "ambiguous"}
    run = desk.plan(("Klantnummer", "Naam"), ("K-1", "Acme"), ("Totaal Noord", "12"), ("Pagina 1 van 2", "3"))
    assert desk.statuses(run) == {2: "new", 3: "ambiguous", 4: "ambiguous"}


@pytest.mark.parametrize(
    "row",
    [
        ("", "Totaal Techniek B.V.", "", "", ""),
        ("K-1", "Total Energies", "", "", ""),
        ("", "Total Energies", "info@total.example", "", ""),
        ("", "Totaal Wonen", "", "010-1234567", ""),
        ("", "Sum Noord", "", "", "Zwolle"),
        ("", "Totaalbouw", "", "", ""),
        ("", "Printed Matters", "", "", ""),
        ("", "Page One", "", "", ""),
        ("", "Einde Installaties", "", "", ""),
        ("", "Transport Jansen", "", "", ""),
        ("", "Filter Techniek", "", "", ""),
    ],
)
def test_a_company_that_is_called_like_a_total_or_a_footer_is_no_question(desk: Desk, row: tuple[str, ...]) -> None:
    head = ("Klantnummer", "Naam", "E-mail", "Telefoon", "Plaats")
    assert desk.statuses(desk.plan(head, ("K-9", "Acme", "a@x.example", "", "Ede"), row))[3] == "new"


def test_a_title_in_a_name_becomes_the_salutation_of_a_contact(desk: Desk) -> None:
    head = ("Naam", "Aanhef", "E-mail")
    rows = (
        ("Dr. Jan Berg", "", "j@x.nl"),
        ("Mevr. A. de Vries", "Beste Anna", "a@x.nl"),
        ("t.a.v. Piet Smit", "", "p@x.nl"),
    )
    desk.bring(head, *rows, kind=ImportKind.CONTACTS)
    kept = [(one["salutation"], one["first_name"], one["last_name"]) for one in desk.table("contact")]
    assert kept == [("Dr.", "Jan", "Berg"), ("Beste Anna", "Mevr. A.", "de Vries"), (None, "Piet", "Smit")]
    run = desk.plan(
        ("Klantnummer", "Bedrijfsnaam", "Contactpersoon"),
        ("K-1", "Acme", "Prof. dr. Eva Lund"),
        ("K-2", "Beta", "Attn: J. Smit"),
    )
    assert (desk.codes(run, 2), desk.codes(run, 3)) == ([], []), "all of the names is kept"
    desk.commit(run)
    kept = [(one["salutation"], one["first_name"], one["last_name"]) for one in desk.table("contact")]
    assert kept[3:] == [("Prof. dr.", "Eva", "Lund"), (None, "J.", "Smit")]


@pytest.mark.parametrize("head", [("Achternaam", "Plaats"), ("Naam", "Plaats"), ("Voornaam", "Achternaam")])
def test_a_total_below_a_list_of_contacts_is_asked_about_too(desk: Desk, head: tuple[str, str]) -> None:
    run = desk.plan(head, ("Smit", "Zwolle"), ("Berg", "Assen"), ("Totaal", "2"), kind=ImportKind.CONTACTS)
    assert desk.statuses(run) == {2: "new", 3: "new", 4: "ambiguous"}
    assert desk.codes(run, 4) == ["LOOKS_LIKE_A_TOTAL"]
    desk.decide(run, row_4="skip")
    assert desk.statuses(run)[4] == "ambiguous"
    desk.decide(run, row_4="new")
    assert desk.statuses(run)[4] == "new"


@pytest.mark.parametrize(
    ("since", "doubted"),
    [("0001-01-01", True), ("1026-03-04", True), ("2099-12-31", True), ("1900-01-01", False), ("2027-01-01", False)],
)
def test_a_date_far_from_now_goes_in_and_is_told(desk: Desk, since: str, doubted: bool) -> None:
    run = desk.plan(("Nummer", "Naam", "Klant sinds"), ("K-1", "Acme", since))
    assert (desk.statuses(run), desk.codes(run, 2)) == ({2: "new"}, ["FAR_DATE"] * doubted)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        (True, ["2019-03-01", "2019-03-15", "2020-02-28"]),
        ("year", ["2001-03-19", "2015-03-19", "2028-02-20"]),
    ],
)
@pytest.mark.parametrize("joint", ["-", ""])
def test_a_column_of_dates_that_may_begin_or_end_with_the_year_is_asked_about_once(
    desk: Desk, joint: str, said: notation.Answer, days: list[str]
) -> None:
    written = [day.replace("-", joint) for day in ("01-03-19", "15-03-19", "28-02-20")]
    content = text_of(("Klant", "Klant sinds"), *((f"Acme {at}", day) for at, day in enumerate(written)))
    run = desk.upload(content)
    with pytest.raises(Refused) as refused:
        desk.replan(run)
    assert refused.value.reason is Reason.UNCLEAR_COLUMN
    assert [one["may_begin_with_year"] for one in run.options["asked"]] == [True]
    working.answer(desk.session, desk.looker, run.id, {1: said})
    desk.replan(run)
    assert [row.values["customer"]["customer_since"] for row in desk.rows(run).values()] == days
    planned = desk.plan_file(content, choices=Choices(day_first=said))
    assert [row.values["customer"]["customer_since"] for row in desk.rows(planned).values()] == days


@pytest.mark.parametrize("choice", [None, True, "year"])
def test_a_column_of_short_dates_of_which_one_tells_its_year_asks_nothing(
    desk: Desk, choice: notation.Answer | None
) -> None:
    rows = (("Acme", "85-03-04", "04/03/19"), ("Beta", "19-03-01", "31/03/19"))
    run = desk.plan(("Namn", "Kund sedan", "Omsättning"), *rows, choices=Choices(day_first=choice))
    since = [row.values["customer"]["customer_since"] for row in desk.rows(run).values()]
    assert since == ["1985-03-04", "2019-03-01"]


def test_a_customer_whose_name_only_begins_like_a_total_is_a_customer(desk: Desk) -> None:
    head = ("Klantnummer", "Bedrijfsnaam", "Plaats")
    run = desk.plan(head, ("", "Totaal Bouw B.V.", "Zwolle"), ("", "Sumatra", "Assen"), ("K-9", "Total", "Antwerpen"))
    assert set(desk.statuses(run).values()) == {"new"}


def test_a_row_with_another_currency_for_who_has_amounts_of_time_is_rejected(desk: Desk) -> None:
    swede, _other = (
        factories.customer(desk.session, number=number, company_name=number, currency="SEK")
        for number in ("K-1", "K-2")
    )
    factories.registration(desk.session, factories.project(desk.session, swede))
    head = ("Klantnummer", "Naam", "Valuta")
    run = desk.plan(head, ("K-1", "K-1", "EUR"), ("K-2", "K-2", "EUR"), ("K-3", "K-3", "EUR"))
    assert desk.statuses(run) == {2: "rejected", 3: "changed", 4: "new"}
    (problem,) = desk.rows(run)[2].problems
    assert describe(problem).startswith("K-1 has registered time with amounts in SEK (1). They would turn into EUR")
    assert problem["cell"] == "C2"
    assert desk.statuses(desk.plan(head, ("K-1", "Uno", "SEK"))) == {2: "changed"}
    desk.commit(run)
    assert {row["number"]: row["currency"] for row in desk.table("customer")} == {
        "K-1": "SEK",
        "K-2": "EUR",
        "K-3": "EUR",
    }


def test_the_name_of_a_group_of_rows_is_asked_about(desk: Desk) -> None:
    rows = [(f"K-{at}", f"Customer {at}", "Delft") for at in range(5)]
    run = desk.plan(("Klantnummer", "Naam", "Plaats"), ("", "Regio Noord", ""), *rows)
    assert desk.statuses(run) == {2: "ambiguous", **dict.fromkeys(range(3, 8), "new")}
    assert desk.codes(run, 2) == ["NOTE_ROW"]
    run = desk.plan(("Klantnummer", "Naam", "Plaats"), ("", "Regio Noord", ""), *rows, ("", "Zonder nummer", "Breda"))
    assert desk.statuses(run)[2] == "new"
    run = desk.plan(("Klantnummer", "Naam"), ("", "Acme"), *(row[:2] for row in rows))
    assert desk.statuses(run)[2] == "new", "a number that the panel gives is no doubt"


def test_a_person_with_one_name_is_told_what_is_missing(desk: Desk) -> None:
    run = desk.plan(("Naam", "Soort"), ("Jansen", "Particulier"), ("", "Zakelijk"))
    assert [desk.codes(run, row) for row in (2, 3)] == [["ONE_NAME"], ["NAME_MISSING"]]


@pytest.mark.parametrize(("header", "said", "other"), [("Particulier", "ja", "nee"), ("Is a company", "False", "True")])
def test_whether_somebody_is_a_person_may_be_said_with_yes_or_no(
    desk: Desk, header: str, said: str, other: str
) -> None:
    run = desk.plan(("Naam", header), ("Anna Berg", said), ("Acme", other), ("Beta", ""))
    kinds = [row.values["customer"].get("kind") for row in desk.rows(run).values()]
    assert kinds == ["private", "business", "business"]


def test_a_table_on_its_side_is_told(desk: Desk) -> None:
    rows = (("Klantnummer", "K-1", "K-2"), ("Naam", "Acme", "Beta"), ("Plaats", "Ede", "Delft"), ("Telefoon", "1", "2"))
    codes = [note["code"] for note in desk.plan(*rows).options["notes"]]
    assert "TURNED" in codes
    upright = desk.plan(*zip(*rows, strict=True))
    assert [note["code"] for note in upright.options["notes"]] == []


def test_rows_on_a_hidden_sheet_alone_are_told_as_such(desk: Desk, tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("Shown")
    book.worksheets[0].append(("Naam", "Plaats"))
    book.worksheets[0].append(("Acme", "Ede"))
    book.worksheets[0].sheet_state = "hidden"
    book.active = 1
    book.save(tmp_path / "hidden.xlsx")
    run = desk.upload((tmp_path / "hidden.xlsx").read_bytes())
    with pytest.raises(Refused) as refused:
        planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert refused.value.reason is Reason.NO_SEEN_ROWS
