"""The rows that an import left out, mended and brought again: the same import goes on, and the numbers add up."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.packaging.custom import StringProperty
from sqlalchemy.orm import Session

from importers import continuing, looking, marks, planning, translate, workbooks, working
from importers import run as steps
from importers.files import read
from importers.files.mark import NAME
from importers.run import Choices
from models.imports import ImportMode, ImportRun
from tests.importers.helpers import ADD, CUSTOMERS, Desk, desk_of, text_of

HEAD = ("Debiteur", "Wie", "Land van klant", "Sinds", "Extra")
FIELDS = {0: "number", 1: "company_name", 2: "head_office.country", 3: "customer_since", 4: None}


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def first(desk: Desk) -> ImportRun:
    """A finished import of seven rows, of which three stay out, with columns that somebody had to point out."""
    rows = [(f"K-{n}", f"Firm {n}", "NL", "03/04/2020", "x") for n in range(1, 5)]
    rows += [("K-5", "Firm 5", "Zweeden", "05/06/2020", "x"), ("K-6", "Firm 6", "Noorwegenn", "", "x")]
    rows += [("K-7", "Firm 7", "NL", "", "x")]
    choices = Choices(empty_clears=True)
    run = desk.upload(text_of(HEAD, *rows), CUSTOMERS, ADD, choices)
    looking.look_again(desk.session, desk.looker, desk.folder, run.id, header=1)
    looking.map_columns(desk.session, desk.looker, run.id, FIELDS)
    working.answer(desk.session, desk.looker, run.id, {3: False})
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    steps.tick(desk.session, desk.looker, run.id, [8], ticked=False)
    desk.commit(run)
    return run


def left_out(desk: Desk, run: ImportRun, **mended: str) -> bytes:
    """The workbook of the rows that stayed out, with cells mended."""
    book = load_workbook(io.BytesIO(workbooks.rejected(desk.session, run, mark=marks.of_run(run.id))))
    for cell, text in mended.items():
        book.worksheets[0][cell] = text
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def again(desk: Desk, content: bytes) -> ImportRun:
    stream = io.BytesIO(content)
    return looking.upload(
        desk.session, desk.looker, desk.folder, stream, "mended.xlsx", CUSTOMERS, ImportMode.UPDATE, None
    )


def test_columns_choices_and_answers_are_taken_over(desk: Desk) -> None:
    run = first(desk)
    more = again(desk, left_out(desk, run, E2="Zweden"))
    assert more.options[continuing.CONTINUES] == run.id
    assert more.mapping == {"number": [2], "company_name": [3], "head_office.country": [4], "customer_since": [5]}
    assert (more.mode, steps.choices_of(more).empty_clears) == (ADD, True)
    counts = planning.make_plan(desk.session, desk.looker, desk.folder, more.id)
    assert +counts == {"new": 1, "rejected": 1}
    desk.commit(more)
    # 05/06 is the sixth of May, as was said of this column before.
    assert str(desk.one("customer", number="K-5")["customer_since"]) == "2020-05-06"


def test_what_words_stand_for_is_taken_over(desk: Desk) -> None:
    run = desk.plan(
        ("Klantnummer", "Bedrijfsnaam", "Land"), ("K-1", "Firm 1", "Atlantis"), ("K-2", "Firm 2", "Lemuria")
    )
    translate.translate(desk.session, desk.looker, run.id, {("head_office.country", "Atlantis"): "Finland"})
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    desk.commit(run)
    more = again(desk, left_out(desk, run, E2="Atlantis"))
    planning.make_plan(desk.session, desk.looker, desk.folder, more.id)
    desk.commit(more)
    assert [address["country"] for address in desk.table("address")] == ["FI", "FI"]


def test_ticks_and_words_about_one_sheet_are_not_taken_for_those_of_another(desk: Desk) -> None:
    book = Workbook()
    for name in ("One", "Two"):
        sheet = book.create_sheet(name)
        sheet.append(["Klantnummer", "Bedrijfsnaam"])
        for at in (1, 2):
            sheet.append([f"{name}-{at}", f"{name} {at}"])
    out = io.BytesIO()
    book.save(out)
    run = again(desk, out.getvalue())
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    steps.tick(desk.session, desk.looker, run.id, [2], ticked=False)
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert [row.ticked for row in desk.rows(run).values()] == [False, True]
    looking.look_again(desk.session, desk.looker, desk.folder, run.id, sheet="Two")
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert [(row.title, row.ticked) for row in desk.rows(run).values()] == [("Two 1", True), ("Two 2", True)]


def test_the_numbers_of_both_are_told_together_and_add_up(desk: Desk) -> None:
    run = first(desk)
    assert continuing.together(desk.session, run) is None
    more = again(desk, left_out(desk, run, E2="Zweden"))
    planning.make_plan(desk.session, desk.looker, desk.folder, more.id)
    desk.commit(more)
    both = continuing.together(desk.session, more)
    assert both is not None
    assert [one.id for one in both.runs] == [run.id, more.id]
    # Four and one went in, one was not ticked, one is still wrong: the seven rows there were.
    assert both.counts == {"created": 5, "updated": 0, "unchanged": 0, "skipped": 1, "rejected": 1}
    assert both.rows == 7
    last = again(desk, left_out(desk, more, E2="Noorwegen"))
    planning.make_plan(desk.session, desk.looker, desk.folder, last.id)
    desk.commit(last)
    all_three = continuing.together(desk.session, last)
    assert all_three is not None
    assert (len(all_three.runs), all_three.counts["created"], all_three.counts["rejected"]) == (3, 6, 0)
    assert all_three.rows == 7
    assert [one.id for one in continuing.later(desk.session, run)] == [more.id]


def test_what_was_corrected_on_the_page_stands_in_the_workbook(desk: Desk) -> None:
    run = desk.plan(("Klantnummer", "Naam", "Land"), ("1", "Een", "NL"), ("2", "Twee", "Zweeden"), ("3", "Drie", "NL"))
    working.correct(desk.session, desk.looker, run.id, {3: {1: "Twee B.V."}})
    sheet = load_workbook(io.BytesIO(workbooks.rejected(desk.session, run))).worksheets[0]
    assert [cell.value for cell in sheet[2]][2:] == ["2", "Twee B.V.", "Zweeden"]


@pytest.mark.parametrize("mark", ["", "1.forged", "of a run that is gone", "nonsense", "<&>"])
def test_a_mark_that_says_nothing_is_no_mark(desk: Desk, mark: str) -> None:
    run = first(desk)
    mark = marks.of_run(9999) if mark == "of a run that is gone" else mark
    book = load_workbook(io.BytesIO(workbooks.rejected(desk.session, run)))
    if mark:
        book.custom_doc_props.append(StringProperty(name=NAME, value=mark))  # type: ignore[attr-defined]
    out = io.BytesIO()
    book.save(out)
    assert continuing.CONTINUES not in again(desk, out.getvalue()).options


def test_columns_that_were_moved_are_found_by_their_names(desk: Desk) -> None:
    run = first(desk)
    book = load_workbook(io.BytesIO(left_out(desk, run)))
    sheet = book.worksheets[0]
    sheet.delete_cols(1, 2)
    sheet.move_range("A1:A3", cols=6)
    out = io.BytesIO()
    book.save(out)
    assert again(desk, out.getvalue()).mapping["number"] == [6]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_the_mark_outlives_a_save_by_libreoffice(desk: Desk, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "left.xlsx"
    path.write_bytes(left_out(desk, first(desk)))
    there = tmp_path / "there"
    command = ["soffice", "--headless", "--convert-to", kind, "--outdir", str(there), str(path)]
    subprocess.run(
        command, check=True, capture_output=True, timeout=120, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    )
    assert marks.run_of(read(there / f"left.{kind}", name="left").mark) is not None
