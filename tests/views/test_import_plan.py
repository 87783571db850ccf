"""Working in a plan over HTTP: narrow it, correct cells, leave columns out, choose what happens; all of it reversible."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from openpyxl import load_workbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from importers import letting_go
from importers.files.mark import NAME
from models.access import SYSTEM
from models.base import utc_now
from models.customer import Customer
from models.imports import ImportRun
from models.journal import changeset
from tests import factories
from tests.conftest import ClientFor
from tests.importers.files import builders
from tests.pages import PageClient
from tests.views.test_imports import commit, numbers, planned, text_of, upload

PHONES = "Klantnummer;Bedrijfsnaam;Telefoon;Plaats\nK-1;Acme;1111111;Zwolle\nK-2;Beta;2222222;Assen\n"


def titles(client: PageClient, address: str) -> list[str]:
    """The records that a page of a plan shows."""
    page = html.document_fromstring(client.get(address).get_data(as_text=True))
    cells = page.xpath("//table[@data-kb-rows]/tbody/tr/*[contains(@class, 'kb-m-title')]")
    return ["".join(cell.xpath("text() | a/text() | b//text()")).strip() for cell in cells]


def test_a_plan_is_narrowed_to_the_rows_where_one_field_changes(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Acme", phone="1111111")
    factories.customer(session, number="K-2", company_name="Beta", phone="9999999")
    alice = client_for("Alice")
    run = planned(alice, PHONES)
    assert titles(alice, f"{run}check/?show=changed") == ["Acme", "Beta"]
    assert titles(alice, f"{run}check/?show=changed&field=phone") == ["Beta"]
    page = alice.get(f"{run}check/?show=changed&field=phone")
    assert "Phone (1)" in text_of(page)
    # A field that no row is about narrows nothing.
    assert titles(alice, f"{run}check/?show=changed&field=nonsense") == ["Acme", "Beta"]
    kept = alice.send(f"{run}rows/", show="changed", field="phone", page="1", was=[], row=["3"])
    assert kept.location.endswith("?show=changed&field=phone&page=1")


def test_days_in_a_plan_stand_as_the_reader_writes_them(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Acme", customer_since=dt.date(2020, 3, 4))
    alice = client_for("Alice")
    run = planned(alice, "Klantnummer;Naam;Klant sinds\nK-1;Acme;2021-05-06\n")
    page = text_of(alice.get(f"{run}check/?show=changed"))
    assert ("4 Mar 2020" in page, "6 May 2021" in page) == (True, True), page
    assert "2020-03-04" not in page


def test_a_plan_is_narrowed_to_the_rows_where_one_field_is_wrong(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, "Klantnummer;Naam;Land;BTW-percentage\n1;Een;Zweeden;\n2;Twee;;veel\n3;Drie;Zweeden;veel\n")
    assert titles(alice, f"{run}check/?show=rejected&field=head_office.country") == ["Een", "Drie"]
    assert titles(alice, f"{run}check/?show=rejected&field=vat_percentage") == ["Twee", "Drie"]


def test_a_wrong_cell_is_corrected_on_the_page_and_can_be_taken_back(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    page = html.document_fromstring(alice.get(f"{run}check/?show=rejected&edit=3").get_data(as_text=True))
    assert page.xpath("//input[@name='cell-3-3']/@value") == ["Zweeden"]
    # The wrong cell stands first, with what is wrong with it.
    assert page.xpath("//input[starts-with(@name, 'cell-3-')]/@name")[0] == "cell-3-3"
    alice.send(f"{run}rows/", show="rejected", **{"cell-3-3": "Zweden", "cell-3-1": "Beta B.V."})
    new = text_of(alice.get(f"{run}check/?show=new"))
    assert "Corrected here to “Zweden”; the file says “Zweeden”" in new
    assert "Beta B.V." in new
    listed = text_of(alice.get(f"{run}check/"))
    assert "D Land: Zweden" in listed
    alice.send(f"{run}take-back/", row="3", position="3")
    assert titles(alice, f"{run}check/?show=rejected") == ["Beta B.V."]
    alice.send(f"{run}take-back/")
    assert titles(alice, f"{run}check/?show=rejected") == ["Beta"]
    alice.send(f"{run}rows/", **{"cell-3-3": "Zweden"})
    commit(alice, run)
    assert numbers(session) == ["K-1", "K-2", "K-3"]


def test_a_row_of_a_plan_says_the_number_that_the_file_gives_it(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    page = alice.get(f"{planned(alice, PHONES)}check/?show=new")
    cells = html.document_fromstring(page.text).xpath("//table[@data-kb-rows]//td/span[@class='kb-dim']/text()")
    assert cells == ["K-1", "K-2"]


def test_a_correction_can_be_made_for_all_rows_that_say_the_same(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    rows = "".join(f"K-{n};Firm {n};Zweeden\n" for n in range(1, 5))
    good = "".join(f"K-{n};Firm {n};NL\n" for n in range(6, 12))
    run = planned(alice, f"Klantnummer;Naam;Land\n{rows}K-5;Firm 5;Noorwegenn\n{good}")
    page = text_of(alice.get(f"{run}check/?show=rejected&edit=2"))
    assert "in all 4 rows that say the same" in page
    alice.send(f"{run}rows/", **{"cell-2-2": "Zweden", "all-2-2": "1"})
    assert titles(alice, f"{run}check/?show=new")[:5] == ["Firm 1", "Firm 2", "Firm 3", "Firm 4", "Firm 6"]
    # One click takes over what was suggested, also from the rows that need an eye beside all others.
    for page, times in (("rejected", 2), ("new", 1)):
        shown = text_of(alice.get(f"{run}check/?show={page}"))
        assert shown.count("Yes, Norway, wherever it says so") == times
        assert "C6: Noorwegenn No such country" in shown
    alice.send(f"{run}rows/", yes="6-2")
    assert titles(alice, f"{run}check/?show=rejected") == []
    alice.send(f"{run}take-back/", position="2", text="Zweeden")
    assert titles(alice, f"{run}check/?show=new")[:2] == ["Firm 5", "Firm 6"]


def test_a_row_that_was_corrected_is_opened_again_with_what_the_file_says(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    alice.send(f"{run}rows/", **{"cell-3-3": "Zweden"})
    assert "in the file: Zweeden" in text_of(alice.get(f"{run}check/?show=new&edit=3"))


def test_enter_in_a_cell_keeps_that_cell_and_takes_over_no_suggestion(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    page = html.document_fromstring(alice.get(f"{run}check/?show=rejected&edit=3").get_data(as_text=True))
    # What Enter presses is the first button that sends the form, wherever it stands.
    first = page.xpath("//form[@id='plan']//button | //button[@form='plan']")[0]
    assert (first.get("name"), first.get("formaction")) == (None, None)


def test_a_cell_of_another_plan_or_of_no_column_is_not_there(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    assert alice.send(f"{run}rows/", **{"cell-99-1": "x"}).status_code == 404
    assert alice.send(f"{run}rows/", **{"cell-3-99": "x"}).status_code == 422
    assert alice.send(f"{run}rows/", yes="2-1").status_code == 404


def test_columns_are_left_out_and_brought_back(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Acme", phone="9")
    alice = client_for("Alice")
    run = planned(alice, PHONES)
    offered = ["phone", "head_office.city"]
    alice.send(f"{run}rows/", mode="update", offered=offered, column=["head_office.city"])
    assert "1111111" not in text_of(alice.get(f"{run}check/?show=changed"))
    alice.send(f"{run}rows/", mode="update", offered=offered, column=offered)
    assert "1111111" in text_of(alice.get(f"{run}check/?show=changed"))
    alice.send(f"{run}rows/", mode="update", offered=offered, column=["head_office.city"])
    commit(alice, run)
    session.rollback()
    assert session.scalars(select(Customer.phone).order_by(Customer.number)).all() == ["9", None]


def test_what_tells_whose_row_it_is_cannot_be_left_out(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, PHONES)
    refused = alice.send(f"{run}rows/", mode="update", offered=["number"])
    assert (refused.status_code, "tells whose row it is" in text_of(refused)) == (422, True)
    page = html.document_fromstring(alice.get(f"{run}check/").get_data(as_text=True))
    assert page.xpath("//input[@name='column' and @value='number']/@disabled") == ["disabled"] or page.xpath(
        "//input[@name='column' and @value='number' and @disabled]"
    )


def test_what_empty_cells_and_labels_mean_is_chosen_beside_the_plan(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Acme", phone="9")
    alice = client_for("Alice")
    run = planned(alice, "Klantnummer;Bedrijfsnaam;Telefoon\nK-1;Acme;\nK-2;Beta;1234567\n")
    assert titles(alice, f"{run}check/?show=unchanged") == ["Acme"]
    alice.send(f"{run}rows/", mode="update", empty_clears="1", offered=["phone"], column=["phone"])
    assert titles(alice, f"{run}check/?show=changed") == ["Acme"]
    alice.send(f"{run}rows/", mode="add", empty_clears="1", offered=["phone"], column=["phone"])
    assert "Acme exists already, and only new ones are added" in text_of(alice.get(f"{run}check/?show=unchanged"))
    alice.send(f"{run}rows/", mode="update", empty_clears="0", offered=["phone"], column=["phone"])
    assert titles(alice, f"{run}check/?show=changed") == []


@pytest.mark.parametrize(
    ("where", "typed", "then"),
    [
        ("?show=new", {"row": ["3"]}, "1 record will be written"),
        ("?show=new&edit=2", {"cell-2-1": "Ander B.V."}, "Ander B.V."),
        ("?show=new", {"column": ["head_office.city"]}, "2 records will be written"),
        ("?show=ambiguous", {"decide-4": "new"}, "3 records will be written"),
    ],
    ids=["a tick", "a cell", "a column", "a decision"],
)
def test_what_was_not_kept_before_importing_is_kept_and_shown_first(
    session: Session, client_for: ClientFor, where: str, typed: dict[str, Any], then: str
) -> None:
    factories.customer(session, number="K-9", company_name="Gamma")
    alice = client_for("Alice")
    run = planned(alice, f"{PHONES}K-3;Gamma;3333333;Emmen\n")
    asked = alice.press(alice.get(f"{run}check/{where}"), "Import 2 records", **typed)
    assert asked.location.startswith(f"{run}check/?show=")
    shown = alice.get(asked.location)
    assert "You changed what goes in. Nothing is written yet" in text_of(shown)
    assert then in text_of(shown)
    assert numbers(session) == ["K-9"]
    button = f"Import {then[0]} record{'s' * (then[0] != '1')}" if then[0].isdigit() else "Import 2 records"
    assert alice.press(shown, button).location == run
    assert len(numbers(session)) == 1 + int(button.split()[1])


@pytest.mark.parametrize(
    "button", ["Keep these choices", "Plan again", "Show", "1 rejected", "Correct here (Row 3)", "Correct here (Row 5)"]
)
def test_every_button_of_a_plan_keeps_what_was_unticked(client_for: ClientFor, button: str) -> None:
    alice = client_for("Alice")
    run = planned(alice, f"{PHONES}K-3;Gamma;3333333;Emmen\nK-4;;;\n")
    asked = alice.press(alice.get(f"{run}check/?show=new"), button, row=["2", "3"])
    assert "2 records will be written" in text_of(alice.get(asked.location))
    assert "2 of 3 ticked" in text_of(alice.get(f"{run}check/?show=new"))


def test_a_page_that_waited_unticks_nothing_that_was_ticked_meanwhile(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, PHONES)
    waited = alice.get(f"{run}check/?show=new")
    alice.press(waited, "Keep these choices", row=["3"])
    alice.press(waited, "Show", row=["2", "3"])
    assert "1 of 2 ticked" in text_of(alice.get(f"{run}check/?show=new"))


def test_all_rows_shown_are_ticked_and_unticked_by_one_button(session: Session, client_for: ClientFor) -> None:
    rows = "".join(f"K-{n};Firm {n};{'Zwolle' if n < 4 else ''}\n" for n in range(1, 31))
    alice = client_for("Alice")
    run = planned(alice, f"Klantnummer;Bedrijfsnaam;Plaats\n{rows}")
    assert "30 of 30 ticked" in text_of(alice.get(f"{run}check/?show=new"))
    # The rows of the other pages and what is narrowed away: the first all go, the second stays.

    def pressed(where: str, button: str) -> str:
        return text_of(alice.get(alice.press(alice.get(f"{run}check/{where}"), button).location))

    assert "0 of 3 ticked" in pressed("?show=new&field=head_office.city", "Untick all")
    assert "27 of 30 ticked" in text_of(alice.get(f"{run}check/?show=new"))
    assert "0 of 30 ticked" in pressed("?show=new", "Untick all")
    assert "30 of 30 ticked" in pressed("?show=new", "Tick all")
    assert alice.send(f"{run}rows/", show="rejected", tick_all="").status_code == 404
    pressed("?show=new&field=head_office.city", "Untick all")
    commit(alice, run)
    assert len(numbers(session)) == 27


def test_nothing_can_be_imported_while_nothing_is_ticked(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, "Klantnummer;Bedrijfsnaam\n" + "".join(f"K-{n};Firm {n}\n" for n in range(1, 1201)))
    button = "//div[contains(@class, 'kb-savebar')]//button[@form='plan']"
    (live,) = html.document_fromstring(alice.get(f"{run}check/").get_data(as_text=True)).xpath(button)
    assert live.get("disabled") is None
    assert live.text_content().strip() == "Import 1,200 records"
    page = alice.get(alice.send(f"{run}rows/", show="new", untick_all="").location)
    (dead,) = html.document_fromstring(page.get_data(as_text=True)).xpath(button)
    assert dead.get("disabled") is not None
    assert "Nothing would be written. Tick what is to go in" in text_of(page)


def test_a_row_that_needs_an_eye_is_opened_where_it_stands(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    rows = "".join(f"K-{n};Firm {n};Zweeden\n" for n in range(1, 31))
    run = planned(alice, f"Klantnummer;Naam;Land\n{rows}")
    first = alice.get(alice.press(alice.get(f"{run}check/?show=new"), "Correct here (Row 4)").location)
    opened = html.document_fromstring(first.get_data(as_text=True)).xpath("//tr[.//fieldset]/@id")
    assert opened == ["row-4"]
    # Wherever it is: on the second page, too.
    last = html.document_fromstring(alice.get(f"{run}check/?edit=30").get_data(as_text=True))
    assert last.xpath("//tr[.//fieldset]/@id") == ["row-30"]
    assert "26–30 of 30" in " ".join(last.text_content().split())
    assert alice.get(f"{run}check/?edit=99").status_code == 200


def test_rows_that_stand_twice_have_a_heading_of_their_own(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-9", company_name="Acme")
    alice = client_for("Alice")
    run = planned(alice, "Klantnummer;Naam\nK-1;Acme\nK-2;Een\nK-2;Twee\n")
    assert titles(alice, f"{run}check/?show=duplicate") == ["Een", "Twee"]
    assert titles(alice, f"{run}check/?show=ambiguous") == ["Acme"]
    assert "3 rows need your eye" in text_of(alice.get(f"{run}check/"))
    alice.send(f"{run}rows/", show="duplicate", **{"decide-4": "take"})
    assert titles(alice, f"{run}check/?show=duplicate") == ["Een"]


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ("Klantnummer;Naam;Plaats\nK-1;Een;Delft\nTotaal;1;\n", 3),
        ("Klantnummer;Naam;Plaats\nK-1;Een;Delft\nK-1;Twee;Delft\n", 3),
        ("Klantnummer;Naam;Plaats\nK-1;Een;Delft\n;Acme;\n", 3),
    ],
    ids=["a total", "twice in the file", "known by its name"],
)
def test_a_row_of_which_somebody_says_to_leave_it_out_stays_out(
    session: Session, client_for: ClientFor, rows: str, row: int
) -> None:
    factories.customer(session, number="K-9", company_name="Acme")
    alice = client_for("Alice")
    run = planned(alice, rows)
    before = text_of(alice.get(f"{run}check/"))
    alice.send(f"{run}rows/", show="ambiguous", **{f"decide-{row}": "skip"})
    (written,) = re.findall(r"(\d) records? will be written", before)
    assert f"{written} record{'s' * (written != '1')} will be written" in text_of(alice.get(f"{run}check/"))
    assert titles(alice, f"{run}check/?show=new") == (["Een"] if "Twee" not in rows else [])


def test_what_cannot_come_of_a_row_is_not_offered_for_it(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, "Klantnummer;Naam\nK-2;Een\nK-2;Twee\n;Drie\n;Drie\n")
    page = html.document_fromstring(alice.get(f"{run}check/?show=duplicate").get_data(as_text=True))
    offered = {
        one.get("name"): one.xpath("option/@value") for one in page.xpath("//select[starts-with(@name, 'decide')]")
    }
    assert offered["decide-2"] == ["", "take", "skip"]
    assert offered["decide-4"] == ["", "take", "new", "skip"]


def test_a_column_that_can_be_read_in_two_ways_is_asked_about(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    rows = "Klantnummer;Naam;Klant sinds;Uurtarief\nK-1;Acme;03/04/2026;1.234\nK-2;Beta;05/06/2026;2.500\n"
    columns = upload(alice, rows).location
    page = html.document_fromstring(alice.get(columns).get_data(as_text=True))
    assert page.xpath("//select[starts-with(@name, 'answer-')]/@name") == ["answer-2", "answer-3"]
    refused = alice.send(columns, step="map", **{"answer-2": "1"})
    assert (refused.status_code, "1.234 can be read in two ways" in text_of(refused)) == (422, True)
    assert alice.send(columns, step="map", **{"answer-2": "0", "answer-3": "1"}).status_code == 302
    commit(alice, columns.removesuffix("columns/"))
    session.rollback()
    found = session.scalars(select(Customer).order_by(Customer.number)).all()
    assert [str(one.customer_since) for one in found] == ["2026-03-04", "2026-05-06"]
    assert [str(one.hourly_rate) for one in found] == ["1234.00", "2500.00"]


def test_a_column_of_dates_that_may_begin_with_the_year_offers_that_too(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    columns = upload(alice, "Klantnummer;Naam;Klant sinds\nK-1;Acme;19-03-01\nK-2;Beta;19-12-31\n").location
    page = html.document_fromstring(alice.get(columns).get_data(as_text=True))
    assert page.xpath("//select[@name='answer-2']/option/@value") == ["", "1", "0", "year"]
    assert alice.send(columns, step="map", **{"answer-2": "year"}).status_code == 302
    commit(alice, columns.removesuffix("columns/"))
    session.rollback()
    found = session.scalars(select(Customer).order_by(Customer.number)).all()
    assert [str(one.customer_since) for one in found] == ["2019-03-01", "2019-12-31"]


def test_rows_of_a_finished_import_are_chosen_and_taken_back(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Acme", phone="9999999")
    alice = client_for("Alice")
    run = planned(alice, PHONES + "K-3;Gamma;3333333;\n")
    commit(alice, run)
    assert titles(alice, run) == ["Beta", "Gamma"]
    assert titles(alice, f"{run}?show=changed") == ["Acme"]
    assert titles(alice, f"{run}?show=new&field=head_office.city") == ["Beta"]
    back = alice.send(f"{run}undo/", show="new", page="1", row=["3"])
    assert back.location.startswith(f"{run}?show=new")
    assert numbers(session) == ["K-1", "K-3"]
    assert "Beta taken back" in text_of(alice.get(run))
    # A later edit stays, and is said.
    with changeset(session, SYSTEM, "By hand"):
        session.scalars(select(Customer).where(Customer.number == "K-1")).one().phone = "5555555"
    alice.send(f"{run}undo/", show="changed", all="1")
    assert "Acme, Phone stays as it is" in text_of(alice.get(run))
    alice.send(f"{run}undo/", show="new", field="phone", all="1")
    assert numbers(session) == ["K-1"]
    assert alice.send(f"{run}undo/", show="nonsense", all="1").status_code == 404


def test_a_field_of_a_finished_import_counts_the_rows_that_were_written(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, PHONES + "K-3;Gamma;3333333;\n")
    alice.send(f"{run}rows/", show="new", page="1", was=["2", "3", "4"], row=["3", "4"])
    commit(alice, run)
    page = html.document_fromstring(alice.get(f"{run}?show=new&field=phone").get_data(as_text=True))
    offered = [" ".join(one.split()) for one in page.xpath("//select[@name='field']/option/text()")]
    assert {"Phone (2)", "Head office: city (1)"} <= {*offered}
    assert titles(alice, f"{run}?show=new&field=phone") == ["Beta", "Gamma"]


def test_an_undo_of_an_import_counts_rows_and_not_their_addresses_and_contacts(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    head = "Klantnummer;Bedrijfsnaam;Plaats;Contactpersoon\n"
    run = planned(alice, head + "".join(f"K-{n};Firm {n};Zwolle;Jo {n}\n" for n in range(1, 5)))
    commit(alice, run)
    back = alice.send(f"{run}undo/", show="new", page="1", row=["3"])
    assert "1 row of the import put back" in text_of(alice.get(back.location))
    link = html.document_fromstring(alice.get(run).get_data(as_text=True)).xpath("//a[contains(@href, 'undo')]/@href")
    page = alice.get(link[0])
    assert "Put back" in html.document_fromstring(page.get_data(as_text=True)).xpath("//main//button/span/text()")
    key = parse_qs(urlsplit(link[0]).query)["changeset"][0]
    done = alice.send("/history/undo/", changeset=key, next=run)
    assert "3 rows of the import put back" in text_of(alice.get(done.location))


def test_the_rejected_rows_brought_again_continue_the_same_import(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    commit(alice, run)
    assert numbers(session) == ["K-1", "K-3"]
    book = load_workbook(io.BytesIO(alice.get(f"{run}rejected.xlsx").data))
    book.worksheets[0]["F2"] = "Zweden"
    out = io.BytesIO()
    book.save(out)
    key = run.rstrip("/").rpartition("/")[2]
    # A mark tells the import, whatever was chosen beside the file.
    more = planned(alice, out.getvalue(), kind="contacts")
    assert f"Continues import {key}" in text_of(alice.get(f"{more}check/"))
    assert "1 new, 0 changed" in text_of(alice.get(f"{more}check/"))
    commit(alice, more)
    assert numbers(session) == ["K-1", "K-2", "K-3"]
    page = html.document_fromstring(alice.get(more).get_data(as_text=True))
    both = page.xpath("//table[thead//th[text()='Together with what it continues']]/tbody/tr")
    told = {row.xpath("string(th)"): row.xpath("td/text()") for row in both}
    assert (told["Added"], told["Rejected"], told["Together"]) == (["2", "1", "3"], ["1", "0", "0"], ["3", "1", "3"])
    assert "continues this one" in text_of(alice.get(run))


def test_a_mark_of_somebody_elses_import_or_a_forged_one_continues_nothing(client_for: ClientFor) -> None:
    alice, dana = client_for("Alice"), client_for("Dana")
    content = alice.get(f"{planned(dana)}rejected.xlsx")
    assert content.status_code == 404
    of_dana = dana.get(f"{planned(dana)}rejected.xlsx").data
    assert "Continues" in text_of(dana.get(upload(dana, of_dana).location))
    assert "Continues" not in text_of(alice.get(upload(alice, of_dana).location))
    book = load_workbook(io.BytesIO(of_dana))
    mark = book.custom_doc_props[NAME]  # type: ignore[attr-defined]
    mark.value = mark.value[:-2] + "xx"
    out = io.BytesIO()
    book.save(out)
    assert "Continues" not in text_of(dana.get(upload(dana, out.getvalue()).location))


def let_go(session: Session, tmp_path: Path) -> None:
    """As if all imports were long ago."""
    session.rollback()
    session.execute(update(ImportRun).values(changed_at=utc_now() - dt.timedelta(days=31)))
    session.commit()
    letting_go.purge(session, tmp_path)


def test_an_import_that_was_let_go_of_says_so_wherever_it_is_opened(
    session: Session, client_for: ClientFor, tmp_path: Path
) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    workbook = alice.get(f"{run}rejected.xlsx").data
    let_go(session, tmp_path)
    assert "file thrown away" in text_of(alice.get("/imports/"))
    for page in ("", "check/", "columns/"):
        assert "Nobody went on with it for 30 days" in text_of(alice.get(f"{run}{page}", follow_redirects=True))
    sent = {
        f"{run}{page}": alice.send(f"{run}{page}") for page in ("rows/", "commit/", "columns/", "take-back/", "forget/")
    }
    sent |= {f"{run}profile/": alice.send(f"{run}profile/", profile_name="x"), "words": alice.get(f"{run}words/")}
    sent |= {
        "workbook": alice.get(f"{run}rejected.xlsx"),
        "progress": alice.get(f"{run}progress/", follow_redirects=True),
    }
    assert {page: answer.status_code for page, answer in sent.items()} == dict.fromkeys(sent, 409) | {"progress": 200}
    # Its rejected rows are a file like any other now.
    again = upload(alice, workbook, name="rejected.xlsx")
    assert "Continues import" not in text_of(alice.get(again.location))


def test_a_finished_import_says_that_its_rejected_rows_are_not_kept_any_more(
    session: Session, client_for: ClientFor, tmp_path: Path
) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    commit(alice, run)
    assert "Download these rows" in text_of(alice.get(run))
    let_go(session, tmp_path)
    page = text_of(alice.get(run))
    assert "What stood in these rows is not kept any more." in page
    assert "Download these rows" not in page
    assert alice.get(f"{run}rejected.xlsx").status_code == 409
    assert alice.send(f"{run}undo/", show="new", row=["2"]).status_code == 302
    assert numbers(session) == ["K-3"]


@pytest.mark.parametrize("build", [builders.page, builders.excel_2003])
def test_the_rejected_rows_of_a_table_in_tags_brought_again_continue_the_same_import(
    session: Session,
    client_for: ClientFor,
    tmp_path: Path,
    build: Callable[[Path, Sequence[Sequence[str | float | None]]], Path],
) -> None:
    alice = client_for("Alice")
    rows = [("Klantnummer", "Naam", "Land"), ("K-1", "Acme", "NL"), ("K-2", "Beta", "Atlantis")]
    columns = upload(alice, build(tmp_path / "list", rows).read_bytes(), name="export.xls").location
    alice.send(columns, step="map")
    run = columns.removesuffix("columns/")
    commit(alice, run)
    assert numbers(session) == ["K-1"]
    book = load_workbook(io.BytesIO(alice.get(f"{run}rejected.xlsx").data))
    book.worksheets[0]["E2"] = "Finland"
    out = io.BytesIO()
    book.save(out)
    more = planned(alice, out.getvalue())
    assert "Continues import" in text_of(alice.get(f"{more}check/"))
    commit(alice, more)
    assert numbers(session) == ["K-1", "K-2"]
