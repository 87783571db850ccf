"""Addresses that stand in one cell, and towns that have their postal code with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from importers.one_line import parted
from tests.importers.helpers import CONTACTS, Desk, desk_of


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Weg 1, 1234 AB Zwolle", ("Weg 1", "1234 AB", "Zwolle", None)),
        ("Weg 2\n1234AB Den Haag\nNederland", ("Weg 2", "1234AB", "Den Haag", "NL")),
        ("Postbus 12 9400 AA Assen Nederland", ("Postbus 12", "9400 AA", "Assen", "NL")),
        ("Hauptstr. 1, 10115 Berlin", ("Hauptstr. 1", "10115", "Berlin", None)),
        ("Rue Haute 5\nB-1000 Bruxelles\nBelgique", ("Rue Haute 5", "B-1000", "Bruxelles", "BE")),
        ("Weg 9  Breda  4811 AA  NL", ("Weg 9", "4811 AA", "Breda", "NL")),
        ("Weg 9, Breda 4811AA", ("Weg 9", "4811AA", "Breda", None)),
        ("Storgatan 1, 114 55 Stockholm, Sverige", ("Storgatan 1", "114 55", "Stockholm", "SE")),
    ],
)
def test_an_address_in_one_cell_is_taken_apart(text: str, parts: tuple[str | None, ...]) -> None:
    found = parted(text)
    assert tuple(found.get(piece) for piece in ("street", "postal_code", "city", "country")) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Weg 1",
        "Weg 1, 3 hoog",
        "Laan 1940 tot 1945",
        "Weg " + 30_000 * " " + "1, 1234 AB Zwolle",
        "Weg 1, t.a.v. inkoop",
        "Weg 1, 1234 AB Zwolle, achterom",
        "Weg 1 10115",
        "Weg 9 Breda 4811 AA, NL",
    ],
)
def test_what_is_no_whole_address_stays_a_street(text: str) -> None:
    assert parted(text) == {}


def test_an_address_is_taken_apart_only_where_its_parts_have_no_columns(desk: Desk) -> None:
    run = desk.plan(
        ("Naam", "Adres", "Land"), ("Acme", "Weg 1, 1234 AB Zwolle", ""), ("Beta", "Weg 2, 1000 Brussel", "BE")
    )
    rows = desk.rows(run)
    assert rows[2].values["head_office"] == {"street": "Weg 1", "postal_code": "1234 AB", "city": "Zwolle"}
    assert rows[3].values["head_office"] == {
        "street": "Weg 2",
        "postal_code": "1000",
        "city": "Brussel",
        "country": "BE",
    }
    run = desk.plan(("Naam", "Adres", "Plaats"), ("Acme", "Weg 1, 1234 AB Zwolle", "Zwolle"))
    assert desk.rows(run)[2].values["head_office"]["street"] == "Weg 1, 1234 AB Zwolle"


def test_an_address_that_says_another_country_than_its_row_is_left_as_it_is(desk: Desk) -> None:
    run = desk.plan(("Naam", "Adres", "Land"), ("Acme", "Weg 1, 1234 AB Zwolle, Nederland", "BE"))
    assert desk.rows(run)[2].values["head_office"]["street"] == "Weg 1, 1234 AB Zwolle, Nederland"


def test_a_contact_has_such_an_address_too(desk: Desk) -> None:
    run = desk.plan(("Voornaam", "Achternaam", "Adres"), ("Jan", "Berg", "Weg 1\n1234 AB Zwolle"), kind=CONTACTS)
    assert (
        desk.rows(run)[2].values["contact"] | {"street": "Weg 1", "postal_code": "1234 AB", "city": "Zwolle"}
        == (desk.rows(run)[2].values["contact"])
    )


def test_a_town_is_parted_from_its_postal_code_also_where_few_have_one(desk: Desk) -> None:
    towns = ("1234 AB  Zwolle", "Parijs", "Delft", "B-1000 Brussel", "Area 51")
    run = desk.plan(("Naam", "Plaats"), *((f"Customer {town}", town) for town in towns))
    found = [row.values["head_office"] for row in desk.rows(run).values()]
    assert [(one.get("postal_code"), one["city"]) for one in found] == [
        ("1234 AB", "Zwolle"),
        (None, "Parijs"),
        (None, "Delft"),
        ("B-1000", "Brussel"),
        (None, "Area 51"),
    ]


@pytest.mark.parametrize("header", ["Plaats", "Postcode en plaats"])
def test_a_code_behind_its_town_is_taken_and_what_may_be_one_is_told(desk: Desk, header: str) -> None:
    towns = (
        "Ons Dorp 1234 AB",
        "Ons Dorp, 1234AB",
        "Helsinki 00100",
        "8420 DE HAAN",
        "8420 DE Haan",
        "1234 AB ONS DORP",
    )
    run = desk.plan(("Naam", header), *((f"Customer {at}", town) for at, town in enumerate(towns)))
    found = [row.values["head_office"] for row in desk.rows(run).values()]
    assert [(one.get("postal_code"), one["city"]) for one in found] == [
        ("1234 AB", "Ons Dorp"),
        ("1234AB", "Ons Dorp"),
        (None, "Helsinki 00100"),
        ("8420 DE", "HAAN"),
        ("8420 DE", "Haan"),
        ("1234 AB", "ONS DORP"),
    ]
    said = {row.row_number: one["code"] for row in desk.rows(run).values() for one in row.problems}
    assert said == {4: "POSTAL_CODE_UNSEEN", 5: "POSTAL_CODE_DOUBTFUL"}


def test_a_town_of_a_country_that_is_given_is_not_doubted(desk: Desk) -> None:
    rows = [("Een", "8420 DE HAAN", "BE"), ("Twee", "8420 DE HAAN", "NL")]
    run = desk.plan(("Naam", "Postcode en plaats", "Land"), *rows)
    found = [row.values["head_office"] for row in desk.rows(run).values()]
    assert [(one["postal_code"], one["city"]) for one in found] == [("8420", "DE HAAN"), ("8420 DE", "HAAN")]
    assert all(not row.problems for row in desk.rows(run).values())
