"""Imports that learn: a file is known again after its columns moved or were renamed, and a profile keeps how it is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from importers import looking, planning, profiles, working
from importers import run as steps
from importers.recognising import Layout, Likeness, best, likeness
from importers.run import Choices
from importers.translate import translate
from models.errors import Conflict, NotFound, Reason, Refused
from models.imports import ImportMode, ImportRun, MatchRule
from tests import factories
from tests.importers.helpers import CONTACTS, CUSTOMERS, Desk, desk_of, text_of


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def layout(*names: str, **more: object) -> Layout:
    fields = {at: f"field_{at}" for at in range(len(names))}
    return Layout(names, fields, **more)  # type: ignore[arg-type]


def compared(names: Sequence[str], known: Sequence[str]) -> Likeness:
    return likeness(list(names), layout(*known), CUSTOMERS)


HEAD = ("Relatie", "Firma", "Zwrt", "Plts", "Lnd")
ROW = ("K-1", "Acme", "abc", "Zwolle", "Nederland")
FIELDS: dict[int, str | None] = {
    0: "number",
    1: "company_name",
    2: "reference",
    3: "head_office.city",
    4: "head_office.country",
}


def mapped(desk: Desk, *rows: Sequence[object], choices: Choices | None = None) -> ImportRun:
    """A file with names that nobody knows, mapped by hand."""
    run = desk.upload(text_of(*rows), choices=choices)
    if run.header_row is None:
        looking.look_again(desk.session, desk.looker, desk.folder, run.id, header=1)
    return looking.map_columns(desk.session, desk.looker, run.id, FIELDS)


def saved(desk: Desk, name: str = "Debtors", choices: Choices | None = None) -> ImportRun:
    """The same, kept as a profile."""
    run = mapped(desk, HEAD, ROW, choices=choices)
    profiles.save(desk.session, desk.looker, run, name)
    return run


# How alike two files are ---------------------------------------------------------------------------------------------


def test_columns_that_moved_are_the_same_columns() -> None:
    found = compared(("Plaats", "Naam", "Zwrt"), ("Naam", "Zwrt", "Plaats"))
    assert (found.pairs, found.score, found.is_same) == ({0: 2, 1: 0, 2: 1}, 1.0, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [("Klantnummer", "Klant-nummer"), ("Klantnummer", "Klantnumer"), ("Zwrtkode", "Zwrtcode"), ("Plaats", "Woonplaats"),
     ("Telefoon", "Telefoonnummer"), ("E-mail", "E-mailadres"), ("Foobar", "Foobar (verplicht)")],
)  # fmt: skip
def test_a_column_that_was_renamed_a_little_is_the_same_column(old: str, new: str) -> None:
    known = ("Naam", "Land", old)
    found = compared(("Naam", "Land", new), known)
    assert found.pairs == {0: 0, 1: 1, 2: 2}
    assert found.is_known


@pytest.mark.parametrize(
    ("old", "new"), [("TagNr1", "TagNr2"), ("Postcode", "Plaats"), ("Naam", "Naam contactpersoon"), ("Zwrt", "Blub")]
)
def test_a_column_of_another_name_is_another_column(old: str, new: str) -> None:
    found = compared(("Land", "Fax", new), ("Land", "Fax", old))
    assert (found.new, found.missing, found.renamed) == ((new,), (old,), ())


def test_of_columns_with_one_name_the_first_is_the_first() -> None:
    assert compared(("Opmerking", "Naam", "Opmerking"), ("Naam", "Opmerking", "Opmerking")).pairs == {0: 1, 1: 0, 2: 2}


def test_what_is_new_renamed_and_missing_is_told() -> None:
    found = compared(("Naam", "Plaats", "Telefoonnummer", "Blub", ""), ("Naam", "Plaats", "Telefoon", "Fax"))
    assert (found.new, found.renamed, found.missing) == (("Blub",), (("Telefoon", "Telefoonnummer"),), ("Fax",))


def test_a_file_with_little_in_common_is_no_known_one() -> None:
    assert not compared(("Naam", "a", "b", "c"), ("Naam", "x", "y", "z")).is_known
    assert not compared(("Naam", "Kleur"), ("Naam", "Maat")).is_known
    assert best(["a", "b", "c", "d"], [layout("Naam", "b", "y", "z")], CUSTOMERS) is None


def test_a_profile_goes_before_an_earlier_import_and_the_more_alike_before_the_less() -> None:
    earlier, near, far = layout("a", "b", "c"), layout("a", "b", "d", profile=1), layout("a", "b", "c", "e", profile=2)
    found = best(["a", "b", "c"], [earlier, near, far], CUSTOMERS)
    assert found is not None
    assert found.layout is far


# Known again ---------------------------------------------------------------------------------------------------------


def test_an_earlier_import_is_remembered_after_its_columns_moved(desk: Desk) -> None:
    run = mapped(desk, HEAD, ROW)
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    desk.commit(run)
    again = desk.upload(text_of(HEAD[::-1], ROW[::-1]))
    assert again.mapping == {field: [4 - at] for at, field in FIELDS.items()}
    assert {column["certainty"] for column in again.options["columns"]} <= {"REMEMBERED", "SAME"}
    assert again.options["profile"] is None


def test_a_profile_finds_the_header_row_and_the_columns_that_nobody_else_knows(desk: Desk) -> None:
    saved(desk)
    moved = ("Lnd", "Zwrt nr", "Relatie", "Firma", "Plts", "Nieuw")
    run = desk.upload(text_of(("Uitdraai van vandaag",), (), moved, ("Nederland", "abc", "K-1", "Acme", "Zwolle", "x")))
    assert run.header_row == 3
    assert {field: at for field, (at,) in run.mapping.items()} == {
        "head_office.country": 0, "reference": 1, "number": 2, "company_name": 3, "head_office.city": 4,
    }  # fmt: skip
    told = run.options["profile"]
    assert (told["name"], told["version"]) == ("Debtors", 1)
    assert (told["new"], told["renamed"], told["missing"]) == (["Nieuw"], [["Zwrt", "Zwrt nr"]], [])
    assert run.options["columns"][0]["certainty"] == "PROFILE"


def test_a_column_that_was_left_out_stays_out(desk: Desk) -> None:
    run = desk.upload(text_of(("Naam", "Plaats", "Fax"), ("Acme", "Assen", "1234567")))
    looking.map_columns(desk.session, desk.looker, run.id, {2: None})
    profiles.save(desk.session, desk.looker, run, "Without fax")
    again = desk.upload(text_of(("Naam", "Fax", "Plaats"), ("Acme", "1234567", "Assen")))
    assert again.options["columns"][1]["field"] is None
    assert "fax" not in again.mapping


def test_match_rule_choices_and_translations_come_with_the_profile(desk: Desk) -> None:
    choices = Choices(match=MatchRule.NUMBER, day_first=False, empty_clears=True, rest_to_notes=True)
    run = mapped(desk, HEAD, ROW, choices=choices)
    steps.choose(desk.session, desk.looker, run.id, choices, ImportMode.ADD)
    run = translate(desk.session, desk.looker, run.id, {("head_office.country", "Hier"): "NL"})
    profiles.save(desk.session, desk.looker, run, "Debtors")
    again = desk.upload(text_of(HEAD, (*ROW[:4], "hier ")))
    assert steps.choices_of(again) == choices
    assert again.mode is ImportMode.ADD
    planning.make_plan(desk.session, desk.looker, desk.folder, again.id)
    assert desk.rows(again)[2].values["head_office"]["country"] == "NL"


def test_a_file_that_is_only_alike_takes_over_nothing_that_empties_or_rereads(desk: Desk) -> None:
    head, row = (*HEAD, "Klant sinds"), (*ROW, "03/04/2020")
    run = mapped(desk, head, row, choices=Choices(empty_clears=True, replace_labels=True, rest_to_notes=True))
    looking.map_columns(desk.session, desk.looker, run.id, {5: "customer_since"})
    working.answer(desk.session, desk.looker, run.id, {5: False})
    profiles.save(desk.session, desk.looker, steps.find(desk.session, run.id), "Debtors")
    same = desk.upload(text_of(head[::-1], row[::-1]))
    assert (steps.choices_of(same).empty_clears, same.options["answers"]) == (True, {"0": False})
    alike = desk.upload(text_of((*head, "Nieuw"), (*row, "x")))
    assert alike.options["profile"]["name"] == "Debtors"
    assert steps.choices_of(alike) == Choices(rest_to_notes=True)
    assert alike.options["answers"] == {}


def test_what_was_chosen_for_this_file_goes_before_the_profile(desk: Desk) -> None:
    saved(desk, choices=Choices(day_first=False, match=MatchRule.POSTAL_CODE))
    again = desk.upload(text_of(HEAD, ROW), choices=Choices(day_first=True))
    assert steps.choices_of(again) == Choices(day_first=True, match=MatchRule.POSTAL_CODE)


def test_a_file_is_read_with_the_encoding_of_its_profile(desk: Desk) -> None:
    head, row = (*HEAD[:4], "Länd"), (*ROW[:3], "Mölndal", "Sverige")
    content = text_of(head, row).decode().encode("cp437")
    run = desk.upload(content, choices=Choices(encoding="cp437"))
    looking.look_again(desk.session, desk.looker, desk.folder, run.id, header=1)
    looking.map_columns(desk.session, desk.looker, run.id, FIELDS)
    profiles.save(desk.session, desk.looker, run, "DOS")
    again = desk.upload(content)
    assert again.options["file"]["encoding"] == "cp437"
    assert again.options["columns"][3]["samples"] == ["Mölndal"]
    assert profiles.is_as_known(again)


def test_another_profile_or_none_can_be_taken(desk: Desk) -> None:
    run = saved(desk)
    looking.map_columns(desk.session, desk.looker, run.id, {2: "nickname"})
    profiles.save(desk.session, desk.looker, run, "Nicknames")
    again = desk.upload(text_of(HEAD, ROW))
    ids = {profile.name: profile.id for profile, _ in profiles.newest(desk.session)}

    def field_after(profile: int | None) -> str | None:
        steps.wish_profile(desk.session, desk.looker, again.id, profile)
        taken = looking.look_again(desk.session, desk.looker, desk.folder, again.id)
        columns = taken.options["columns"]
        return columns[2]["field"] if columns else None

    assert field_after(ids["Nicknames"]) == "nickname"
    assert field_after(ids["Debtors"]) == "reference"
    assert field_after(0) is None
    assert again.options["profile"] is None


# Versions ------------------------------------------------------------------------------------------------------------


def test_every_change_is_a_new_version_and_the_old_ones_stay(desk: Desk) -> None:
    run = saved(desk)
    key = run.options["profile"]["id"]
    assert not profiles.save(desk.session, desk.looker, run, " debtors ").is_new
    looking.map_columns(desk.session, desk.looker, run.id, {2: "nickname"})
    second = profiles.save(desk.session, desk.looker, run, "Debtors")
    assert (second.number, second.is_new) == (2, True)
    assert run.options["profile"]["version"] == 2
    fields = [one.definition["columns"][2]["field"] for one in profiles.versions(desk.session, key)]
    assert fields == ["nickname", "reference"]
    assert profiles.go_back_to(desk.session, desk.looker, key, 1).number == 3
    again = desk.upload(text_of(HEAD, ROW))
    assert (again.options["profile"]["version"], again.mapping["reference"]) == (3, [2])


def test_a_profile_is_renamed_and_forgotten_and_what_used_it_stays(desk: Desk) -> None:
    run = saved(desk)
    key = run.options["profile"]["id"]
    profiles.rename(desk.session, desk.looker, key, "Clients")
    saved(desk, "Debtors")
    with pytest.raises(Refused):
        profiles.rename(desk.session, desk.looker, key, "DEBTORS")
    for wrong in ("", "   ", "x" * 101):
        with pytest.raises(Refused):
            profiles.rename(desk.session, desk.looker, key, wrong)
    with pytest.raises(Conflict):
        profiles.delete(desk.session, desk.looker, key, 7)
    assert profiles.delete(desk.session, desk.looker, key, 1) == "Clients"
    assert [profile.name for profile, _ in profiles.newest(desk.session)] == ["Debtors"]
    desk.session.refresh(run)
    assert run.options["profile"]["name"] == "Debtors"


def test_a_deleted_profile_is_restored_with_all_its_versions_and_its_name_is_free_meanwhile(desk: Desk) -> None:
    key = saved(desk).options["profile"]["id"]
    profiles.delete(desk.session, desk.looker, key, 1)
    assert [one.id for one in profiles.deleted(desk.session)] == [key]
    assert desk.upload(text_of(HEAD, ROW)).options.get("profile") is None
    with pytest.raises(NotFound):
        profiles.find(desk.session, key)
    other = saved(desk).options["profile"]["id"]
    assert other != key
    with pytest.raises(Refused) as refused:
        profiles.restore(desk.session, desk.looker, key)
    assert refused.value.reason is Reason.VALUE_TAKEN
    desk.session.rollback()
    profiles.rename(desk.session, desk.looker, other, "Others")
    profiles.restore(desk.session, desk.looker, key)
    assert [one.name for one, _ in profiles.newest(desk.session)] == ["Debtors", "Others"]
    assert [one.number for one in profiles.versions(desk.session, key)] == [1]
    with pytest.raises(NotFound):
        profiles.restore(desk.session, desk.looker, key)


@pytest.mark.parametrize(
    ("file", "name"),
    [("Debiteuren 2026-11-01 (2).xlsx", "Debiteuren"), ("klanten_export.csv", "klanten export"), ("2026.csv", "2026"),
     ("20261101.xls", "20261101"), ("x" * 200 + ".csv", "x" * 100)],
)  # fmt: skip
def test_the_name_of_a_file_proposes_one_for_its_profile(file: str, name: str) -> None:
    assert profiles.proposed_name(file) == name


# Match rules ---------------------------------------------------------------------------------------------------------


def test_by_number_only_a_namesake_is_somebody_else(desk: Desk) -> None:
    factories.customer(desk.session, number="K-9", company_name="Acme")
    head, rows = ("Klantnummer", "Bedrijfsnaam"), (("K-1", "Acme"), ("", "Acme"))
    usual = desk.plan(head, *rows)
    assert set(desk.statuses(usual).values()) == {"ambiguous"}
    by_number = desk.plan(head, *rows, choices=Choices(match=MatchRule.NUMBER))
    assert set(desk.statuses(by_number).values()) == {"new"}


def test_with_the_postal_code_a_namesake_elsewhere_is_somebody_else(desk: Desk) -> None:
    for number, code in (("K-1", "8011 AB"), ("K-2", "9401 JA")):
        one = factories.customer(desk.session, number=number, company_name="Bakkerij")
        factories.address(desk.session, one, is_head_office=True, postal_code=code, city=None)
    rows = (("Naam", "Postcode", "Telefoon"), ("Bakkerij", "9401JA", "0592-1"), ("bakkerij", "1000 AA", "020-1"))
    run = desk.plan(*rows, choices=Choices(match=MatchRule.POSTAL_CODE))
    assert {row: (one.status.value, one.title) for row, one in desk.rows(run).items()} == {
        2: ("changed", "Bakkerij"),
        3: ("new", "bakkerij"),
    }
    assert desk.rows(run)[2].target_id == desk.one("customer", number="K-2")["id"]
    assert set(desk.statuses(desk.plan(*rows)).values()) == {"duplicate"}


def test_by_address_only_a_name_does_not_matter(desk: Desk) -> None:
    factories.contact(desk.session, first_name="Ann", last_name="Berg", email="a@x.nl")
    factories.contact(desk.session, first_name="Bob", last_name="Dahl", email="b@x.nl")
    rows = (("Voornaam", "Achternaam", "E-mail"), ("Cor", "Evers", "a@x.nl"), ("Bob", "Dahl", "other@x.nl"))
    run = desk.plan(*rows, kind=CONTACTS, choices=Choices(match=MatchRule.EMAIL))
    assert desk.statuses(run) == {2: "changed", 3: "new"}


# Cells with more than one thing --------------------------------------------------------------------------------------


def test_what_stands_behind_the_first_address_goes_to_the_notes_on_request(desk: Desk) -> None:
    factories.customer(desk.session, number="K-2", company_name="Beta", description="Old note")
    rows = (
        ("Klantnummer", "Naam", "E-mail", "Telefoon"),
        ("K-1", "Acme", "a@x.nl; b@x.nl", "038-1234567;06-12345678"),
        ("K-2", "Beta", "c@x.nl; d@x.nl", ""),
    )
    applied = desk.bring(*rows, choices=Choices(rest_to_notes=True))
    assert (applied.created, applied.updated) == (1, 1)
    assert desk.one("customer", number="K-1")["description"] == "E-mail: b@x.nl\nPhone: 06-12345678"
    assert desk.one("customer", number="K-2")["description"] == "E-mail: d@x.nl\nOld note"
    assert set(desk.statuses(desk.plan(*rows, choices=Choices(rest_to_notes=True))).values()) == {"unchanged"}


def test_a_second_name_that_has_no_place_goes_to_the_notes_on_request(desk: Desk) -> None:
    rows = (
        ("Klantnummer", "Bedrijfsnaam", "Naam", "Voornaam", "Achternaam", "T.a.v."),
        ("K-1", "Acme Holding BV", "Acme Beheer", "Eva", "Rood", "Administratie"),
    )
    assert desk.bring(*rows, choices=Choices(rest_to_notes=True)).created == 1
    customer, contact = desk.one("customer", number="K-1"), desk.one("contact")
    assert (customer["company_name"], contact["last_name"]) == ("Acme Holding BV", "Administratie")
    assert customer["description"] == "Name: Acme Beheer\nFirst name: Eva\nLast name: Rood"
    again = desk.plan(*rows, choices=Choices(rest_to_notes=True))
    assert (desk.statuses(again), set(desk.codes(again, 2))) == ({2: "unchanged"}, {"NO_PLACE_TO_NOTES"})


def test_a_percentage_is_not_the_column_that_an_earlier_file_called_like_the_number() -> None:
    known = Layout(
        ("Klantnr", "Naam", "Plaats", "BTW"), {0: "number", 1: "name", 2: "head_office.city", 3: "vat_number"}
    )
    found = likeness(("Klantnr", "Naam", "Plaats", "BTW %"), known, CUSTOMERS)
    assert 3 not in found.remembered()
    assert likeness(("Klantnr", "Naam", "Plaats", "Btw"), known, CUSTOMERS).remembered()[3] == "vat_number"
