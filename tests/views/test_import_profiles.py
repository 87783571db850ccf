"""Profiles of files on the pages: saved while mapping, known again within five clicks, renamed, forgotten."""

from __future__ import annotations

import re

from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from importers import profiles
from models.customer import Customer
from models.imports import ImportProfile, ImportProfileVersion
from models.user import Role
from tests import factories
from tests.conftest import ClientFor
from tests.pages import PageClient
from tests.views.test_imports import commit, planned, text_of, upload

HEAD, ROW = "Relatie;Firma;Zwrt;Plaats", "K-1;Acme;abc;Zwolle"
MAPPED = {"column-0": "number", "column-1": "company_name", "column-2": "reference", "column-3": "head_office.city"}


def profile_of(client: PageClient, name: str = "Debtors", **fields: str) -> str:
    """A file mapped by hand and saved as a profile; the address of its columns."""
    columns = upload(client, f"{HEAD}\n{ROW}\n", "Debtors 2026-11.csv").location
    client.send(columns, step="look", header="1", **fields)
    answer = client.send(columns.replace("columns/", "profile/"), profile_name=name, step="map", **MAPPED)
    assert answer.location == columns
    return columns


def chosen(page: TestResponse) -> dict[str, str]:
    tree = html.document_fromstring(page.get_data(as_text=True))
    fields = tree.xpath("//select[starts-with(@name, 'column-')]")
    return {one.get("name"): one.xpath("string(option[@selected]/@value)") for one in fields}


class Clicks:
    """Somebody with a mouse: every link and every button counts, so does choosing the file."""

    def __init__(self, client: PageClient) -> None:
        self.client, self.count = client, 0
        self.page = client.get("/customers/")

    def follow(self, text: str) -> None:
        self.count += 1
        tree = html.document_fromstring(self.page.get_data(as_text=True))
        links = [one for one in tree.iter("a") if " ".join(one.text_content().split()).startswith(text)]
        self.page = self.client.get(links[0].get("href"), follow_redirects=True)

    def send_file(self, content: str) -> None:
        self.count += 2  # the file, and the button
        answer = upload(self.client, content, "whatever.csv", mode="update", match="usual")
        self.page = self.client.get(answer.location, follow_redirects=True)

    def press(self, button: str) -> None:
        self.count += 1
        self.page = self.client.press(self.page, button)
        if self.page.status_code == 302:
            self.page = self.client.get(self.page.location)


def test_a_known_layout_is_in_after_five_clicks_from_the_list_of_customers(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    profile_of(alice)
    mouse = Clicks(alice)
    mouse.follow("Imports")
    mouse.follow("Import customers")
    mouse.send_file("Plaats;Zwrt;Firma;Relatie\nAssen;x1;Beta;K-2\nAssen;x2;Gamma;K-3\n")
    assert "2 new, 0 changed" in text_of(mouse.page)
    assert "Read as Debtors, version 1" in text_of(mouse.page)
    mouse.press("Import 2 records")
    assert mouse.count <= 5
    assert "2 added, 0 changed" in text_of(mouse.page)
    assert "Read as Debtors, version 1." in text_of(mouse.page)
    session.rollback()
    assert session.scalars(select(Customer.reference).order_by(Customer.number)).all() == ["x1", "x2"]


def test_what_there_is_to_tell_of_a_file_is_told_where_nobody_looks_at_its_columns(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    profile_of(alice)
    rows = "Plaats;Zwrt;Firma;Relatie\nAssen;x1;Beta;K-2\n" * 2
    answer = upload(alice, rows, "whatever.csv", mode="update", match="usual")
    assert "whatever.csv: rows that say the names of the columns again, left out: 1 (3)." in text_of(
        alice.get(answer.location, follow_redirects=True)
    )


def test_what_differs_from_the_profile_is_shown_before_anything_is_checked(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    profile_of(alice)
    columns = upload(alice, "Firma;Relatie-nr;Zwrt;Nieuw\nAcme;K-1;abc;x\n").location
    assert columns.endswith("/columns/")
    page = alice.get(columns)
    said = text_of(page)
    assert "Recognised as Debtors, version 1." in said
    assert "1 column is new, 1 is renamed, 1 is missing." in said
    assert "Renamed: Relatie is now Relatie-nr" in said
    assert chosen(page) == {
        "column-0": "company_name",
        "column-1": "number",
        "column-2": "reference",
        "column-3": "",
    }


def test_another_profile_and_none_are_choices_on_the_page(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    profile_of(alice)
    columns = upload(alice, f"{HEAD};Nieuw\n{ROW};x\n").location
    page = alice.get(columns)
    offered = html.document_fromstring(page.get_data(as_text=True)).xpath("//select[@name='profile']/option")
    assert [one.text for one in offered] == ["as recognised: Debtors", "none", "Debtors"]
    alice.send(columns, step="look", profile="0", header="1")
    assert "Recognised as" not in text_of(alice.get(columns))
    alice.send(columns, step="look", profile=offered[2].get("value"))
    assert chosen(alice.get(columns))["column-2"] == "reference"
    assert alice.send(columns, step="look", profile="99").status_code == 302


def test_the_match_rule_is_a_visible_choice(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-9", company_name="Acme")
    alice = client_for("Alice")
    columns = upload(alice, "Klantnummer;Naam\nK-1;Acme\n", match="number").location
    page = html.document_fromstring(alice.get(columns).get_data(as_text=True))
    assert page.xpath("//select[@name='match']/option[@selected]/@value") == ["number"]
    alice.send(columns, step="map")
    assert "1 new, 0 changed" in text_of(alice.get(columns.replace("columns", "check")))
    alice.send(columns, step="look", match="usual", mode="add", header="1")
    alice.send(columns, step="map")
    assert "0 new, 0 changed" in text_of(alice.get(columns.replace("columns", "check")))


def test_saving_again_under_the_same_name_makes_a_version_and_says_so(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    columns = profile_of(alice)
    save = columns.replace("columns/", "profile/")
    assert "Saved as profile Debtors, version 1." in text_of(alice.get(columns))
    alice.send(save, profile_name="Debtors", **MAPPED)
    assert "says all of this already" in text_of(alice.get(columns))
    alice.send(save, profile_name="Debtors", **{**MAPPED, "column-2": "nickname"})
    assert "Saved as profile Debtors, version 2." in text_of(alice.get(columns))
    refused = alice.send(save, profile_name=" ")
    assert (refused.status_code, "Name is missing" in text_of(refused)) == (422, True)
    assert session.scalars(select(ImportProfileVersion.number).order_by(ImportProfileVersion.number)).all() == [1, 2]


def test_a_finished_import_can_be_saved_as_a_profile(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, "Klantnummer;Naam\nK-1;Acme\n")
    commit(alice, run)
    proposed = html.document_fromstring(alice.get(run).get_data(as_text=True)).xpath("//input[@name='profile_name']")
    assert proposed[0].get("value") == "list"
    assert alice.send(f"{run}profile/", profile_name="Small list").location == run
    assert [profile.name for profile, _ in profiles.newest(session)] == ["Small list"]


def test_a_profile_tells_that_its_dates_begin_with_the_year(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    page = html.document_fromstring(alice.get(profile_of(alice, day_first="year")).get_data(as_text=True))
    assert page.xpath("//select[@name='day_first']/option[@selected]/@value") == ["year"]
    key = session.scalars(select(ImportProfile.id)).one()
    assert "year-month-day" in text_of(alice.get(f"/imports/profiles/{key}/"))


def test_the_profiles_are_listed_opened_renamed_and_forgotten(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    assert "No profiles yet." in text_of(alice.get("/imports/profiles/"))
    columns = profile_of(alice, day_first="0", match="postal-code", rest_to_notes="1")
    listed = alice.get("/imports/profiles/")
    assert "Debtors Customers41 Alice" in text_of(listed)
    key = session.scalars(select(ImportProfile.id)).one()
    address = f"/imports/profiles/{key}/"
    opened = text_of(alice.get(address))
    for told in (
        "ZwrtReference",
        "month-day-year",
        "number, else name and postal code",
        "the others go to the notes",
    ):
        assert told in opened, opened
    alice.send(columns.replace("columns/", "profile/"), profile_name="Debtors", **{**MAPPED, "column-2": ""})
    old = alice.get(f"{address}?version=1")
    assert "Use version 1 again" in text_of(old)
    alice.press(old, "Use version 1 again")
    assert "version 3" in text_of(alice.get(address))
    alice.send(f"{address}rename/", name="Clients")
    assert alice.send(f"{address}rename/", name="").status_code == 422
    asked = alice.get(f"{address}delete/")
    assert "3 versions go along." in text_of(asked)
    session.rollback()
    assert session.scalars(select(ImportProfile.name)).all() == ["Clients"]
    assert alice.send(f"{address}delete/", version="2").status_code == 409
    assert alice.press(asked, "Delete").location == "/imports/profiles/"
    assert alice.get(address).status_code == 404
    assert alice.get(columns).status_code == 200
    listed = alice.get("/imports/profiles/")
    assert "Deleted profiles" in text_of(listed)
    assert alice.press(listed, "Restore").location == address
    assert "version 3" in text_of(alice.get(address))
    assert "Deleted profiles" not in text_of(alice.get("/imports/profiles/"))


def test_a_deleted_profile_whose_name_is_taken_says_so_and_stays(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    columns = profile_of(alice)
    address = f"/imports/profiles/{session.scalars(select(ImportProfile.id)).one()}/"
    alice.press(alice.get(f"{address}delete/"), "Delete")
    alice.send(columns.replace("columns/", "profile/"), profile_name="Debtors", **MAPPED)
    refused = alice.press(alice.get("/imports/profiles/"), "Restore")
    told = text_of(alice.get(refused.location))
    assert "Another profile has this name by now." in told and "Deleted profiles" in told, told


def test_who_deletes_a_profile_is_told_how_long_it_is_kept_and_sees_every_version_that_goes(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    columns = profile_of(alice)
    alice.send(columns.replace("columns/", "profile/"), profile_name="Debtors", **{**MAPPED, "column-2": ""})
    address = f"/imports/profiles/{session.scalars(select(ImportProfile.id)).one()}/"
    asked = alice.get(f"{address}delete/")
    assert "It can be restored for 30 days" in text_of(asked)
    rows = html.document_fromstring(asked.get_data(as_text=True)).xpath("//main//tbody/tr")
    gone = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    # Each with who saved it, when, and how much it says; its name leads to all of it, for as long as it is there.
    told = [(row[0], row[1].endswith("Alice"), row[2]) for row in gone]
    assert told == [("Version 2", True, "4"), ("Version 1", True, "4")]
    assert rows[1].xpath(".//a/@href") == [f"{address}?version=1"]


def test_profiles_are_for_who_may_import_and_belong_to_the_office(session: Session, client_for: ClientFor) -> None:
    columns = profile_of(client_for("Alice"))
    key = session.scalars(select(ImportProfile.id)).one()
    manager = session.scalars(select(Role.id).where(Role.name == "Manager")).one()
    erik = client_for(factories.user(session, name="Erik", role_id=manager).name)
    assert "Debtors" in text_of(erik.get("/imports/profiles/"))
    assert erik.send(columns.replace("columns/", "profile/"), profile_name="Mine").status_code == 404
    bob = client_for("Bob")
    for path in ("/imports/profiles/", f"/imports/profiles/{key}/", f"/imports/profiles/{key}/delete/"):
        assert bob.get(path).status_code == 403, path
    for path in ("rename/", "version/", "delete/"):
        assert bob.send(f"/imports/profiles/{key}/{path}").status_code == 403, path


def test_a_hostile_name_of_a_column_or_profile_is_text_like_any_other(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    alice.typed = ("<b>", "'")
    columns = upload(alice, "Naam;<b>x</b>\nAcme;1\n").location
    alice.send(columns.replace("columns/", "profile/"), profile_name="<script>alert(1)</script>")
    page = alice.get("/imports/profiles/").get_data(as_text=True)
    assert "<script>alert" not in page
    found = re.search(r"/imports/profiles/[0-9]+/", page)
    assert found
    assert "<b>x" not in alice.get(found[0]).get_data(as_text=True)


def test_a_profile_keeps_the_answers_that_stand_in_the_form(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    content = "Klantnummer;Bedrijfsnaam;Klant sinds\nK-1;Acme;03/04/2020\n"
    page = alice.get(upload(alice, content).location)
    kept = alice.press(page, "Save as profile", **{"answer-2": "0", "profile_name": "Since"})
    tree = html.document_fromstring(alice.get(kept.location).get_data(as_text=True))
    assert tree.xpath("//select[@name='answer-2']/option[@selected]/@value") == ["0"]
    assert upload(alice, content.replace("03/04", "05/06")).location.endswith("/check/")


def test_what_was_said_of_a_column_is_known_the_next_time(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    content = "Klantnummer;Bedrijfsnaam;Klant sinds\nK-1;Acme;03/04/2020\n"
    columns = upload(alice, content).location
    assert alice.send(columns, **{"step": "map", "answer-2": "0"}).status_code == 302
    alice.send(columns.replace("columns/", "profile/"), profile_name="Since")
    again = upload(alice, content.replace("03/04", "05/06"))
    assert again.location.endswith("/check/")
    assert "6 May 2020" in text_of(alice.get(again.location))
