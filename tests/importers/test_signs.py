"""What marks and letters stand for, where only the column they are in tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from importers import translate
from importers.signs import of_column
from tests.importers.helpers import Desk, desk_of


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def billable(desk: Desk, *cells: str) -> list[bool | None]:
    """Whether expenses are billable by these cells; None where the row stays out."""
    rows = [(f"K{at}", f"Acme {at}", cell) for at, cell in enumerate(cells)]
    run = desk.plan(("Klantnummer", "Bedrijfsnaam", "Onkosten doorbelasten"), *rows)
    return [row.values.get("customer", {}).get("expenses_billable") for row in desk.rows(run).values()]


def test_ticks_and_empty_boxes_are_yes_and_no(desk: Desk) -> None:
    assert billable(desk, "☑", "☐", "✔️", "✅", "□") == [True, False, True, True, False]


def test_a_cross_is_no_beside_ticks_and_yes_beside_empty_boxes(desk: Desk) -> None:
    assert billable(desk, "✓", "✗", "✘", "ja") == [True, False, False, True]
    assert billable(desk, "☐", "☒", "☒", "☒") == [False, True, True, True]


@pytest.mark.parametrize("cells", [("✗", "✗", "✗", "✗"), ("☑", "☐", "☒", "☒")])
def test_a_cross_that_may_mean_either_is_asked_about(desk: Desk, cells: tuple[str, ...]) -> None:
    rows = [(f"K{at}", f"Acme {at}", cell) for at, cell in enumerate(cells)]
    run = desk.plan(("Klantnummer", "Bedrijfsnaam", "Onkosten doorbelasten"), *rows)
    assert [word.said for word in translate.words(desk.session, run)] == [cells[-1]]


def test_what_people_say_of_a_cross_goes_before_what_its_column_tells(desk: Desk) -> None:
    run = desk.plan(("Klantnummer", "Bedrijfsnaam", "Onkosten doorbelasten"), ("1", "A", "✓"), ("2", "B", "✗"))
    translate.translate(desk.session, desk.looker, run.id, {("expenses_billable", "✗"): "ja"})
    desk.replan(run)
    assert [row.values["customer"]["expenses_billable"] for row in desk.rows(run).values()] == [True, True]


def kinds(desk: Desk, header: str, *cells: str) -> list[str | None]:
    """What these cells make of customers; None where the row stays out."""
    rows = [(f"K{at}", f"Acme {at}", cell) for at, cell in enumerate(cells)]
    run = desk.plan(("Klantnummer", "Naam", header), *rows)
    return [row.values.get("customer", {}).get("kind") for row in desk.rows(run).values()]


def test_letters_for_company_and_person_count_where_both_stand_and_no_other(desk: Desk) -> None:
    assert kinds(desk, "Type", "B", "P", "b", "P") == ["business", "private", "business", "private"]
    assert kinds(desk, "Soort", "Z", "P") == ["business", "private"]
    assert kinds(desk, "Type", "P", "P") == [None, None]
    assert kinds(desk, "Type", "P", "K") == [None, None]


def test_the_numbers_of_datev_for_kinds_and_languages_are_known_in_its_exports_only() -> None:
    names = ["Konto", "Adressattyp", "Sprache"]
    assert of_column("kind", "Adressattyp", names, ["1", "2", None])["2"] == "business"
    assert of_column("language", "Sprache", names, ["1", "5"])["5"] == "en"
    assert of_column("kind", "Adressattyp", names, ["1", "7"]) == {}
    assert of_column("kind", "Typ", ["Konto", "Typ"], ["1", "2"]) == {}
    assert of_column("language", "Sprache", ["Konto", "Sprache"], ["1"]) == {}


def test_datev_puts_the_country_of_a_vat_number_in_a_column_of_its_own(desk: Desk) -> None:
    head = ("Konto", "Name (Adressattyp Unternehmen)", "Adressattyp", "EU-Land", "EU-UStID", "Ort", "Land")
    numbers = [("DE", "123456789"), ("AT", "U12345678"), ("BE", "BE0123456749"), ("", "NL004495445B01")]
    rows = [
        (10000 + at, f"Muster {at}", 2, country, number, "Wien", "") for at, (country, number) in enumerate(numbers)
    ]
    for names in (head, (*head[:6], "Kurzbezeichnung")):
        run = desk.plan(names, *rows)
        told = [row.values["customer"]["vat_number"] for row in desk.rows(run).values()]
        assert told == ["DE123456789", "ATU12345678", "BE0123456749", "NL004495445B01"]
    apart = desk.plan(("Konto", "Naam", "EU-Land", "BTW-nummer"), ("1", "Acme", "DE", "123456789"))
    assert desk.rows(apart)[2].values["customer"]["vat_number"] == "123456789"


def test_firma_in_the_place_of_a_salutation_is_a_company_and_greets_nobody(desk: Desk) -> None:
    run = desk.plan(
        ("Anrede", "Name", "Ansprechpartner"), ("Firma", "Elektro Meier", "Frau Klein"), ("Firma", "Nord", "")
    )
    rows = desk.rows(run)
    assert rows[2].values["main_contact"]["set"] == {"salutation": "Frau", "last_name": "Klein"}
    assert (rows[3].values["customer"]["kind"], desk.codes(run, 3)) == ("business", [])
