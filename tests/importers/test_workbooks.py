"""The template can be imported as it is; the rows that stayed out come back with their reasons, and can be mended."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from importers import planning
from importers.columns import COLUMNS
from importers.terms import TITLE_LANGUAGES
from importers.workbooks import rejected, template
from models.imports import ImportKind, ImportRun
from tests import factories
from tests.importers.helpers import CONTACTS, CUSTOMERS, Desk, desk_of


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def opened(content: bytes) -> Worksheet:
    sheet = load_workbook(io.BytesIO(content)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def with_rows(template: bytes, start: Sequence[str]) -> bytes:
    """The template with its example once more below it, that begins with these cells instead."""
    book = load_workbook(io.BytesIO(template))
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    example = [cell.value for cell in sheet[2]]
    sheet.append([*start, *example[len(start) :]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ImportKind)
def test_the_template_holds_every_column_and_an_example_that_stays_out_until_it_is_written_over(
    desk: Desk, kind: ImportKind
) -> None:
    factories.customer(desk.session, number="K-10031" if kind is CONTACTS else "K-1", company_name="Nordhamn")
    for language in TITLE_LANGUAGES if kind is CUSTOMERS else ("en",):
        made = template(desk.session, desk.looker, kind, language)
        run = desk.upload(made, kind)
        assert all(column["field"] for column in run.options["columns"]), language
        counts = planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
        assert (counts["new"], counts["rejected"]) == (0, 1)
        assert desk.codes(run, 2) == ["EXAMPLE_ROW"]
        run = desk.upload(with_rows(made, ("K-10031", "Own") if kind is CUSTOMERS else ("Ann",)), kind)
        counts = planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
        assert (counts["new"], counts["rejected"]) == (1, 1), desk.rows(run)[3].problems
    assert len(run.mapping) == sum(not one.only_in for one in COLUMNS[kind].values())


def test_the_template_offers_the_labels_there_are(desk: Desk) -> None:
    factories.label(desk.session, name="Transport")
    sheet = opened(template(desk.session, desk.looker, CUSTOMERS))
    assert '"Transport"' in [choice.formula1 for choice in sheet.data_validations.dataValidation]


def mixed(desk: Desk) -> ImportRun:
    return desk.plan(
        ("Klantnummer", "Naam", "Land", "Notities"),
        ("K-1", "Fine", "NL", ""),
        ("00042", "Wrong country", "Zweeden", "=1+1"),
        ("K-3", "Twice", "", ""),
        ("K-3", "Twice", "", ""),
    )


def test_rows_that_stay_out_come_back_with_the_reason_in_the_row_and_in_the_wrong_cell(desk: Desk) -> None:
    sheet = opened(rejected(desk.session, mixed(desk)))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["Row in your file", "Reason", "Klantnummer", "Naam", "Land", "Notities"]
    assert [row[0] for row in rows[1:]] == [3, 4, 5]
    assert rows[1][1:] == ["No such country. Did you mean Sweden?", "00042", "Wrong country", "Zweeden", "=1+1"]
    comment = sheet["E2"].comment
    assert comment is not None
    assert comment.text == "No such country. Did you mean Sweden?"
    assert sheet["F2"].data_type == "s"


def test_the_rows_that_stayed_out_can_be_mended_and_imported(desk: Desk, tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(rejected(desk.session, mixed(desk))))
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet["E2"] = "Zweden"
    sheet["C4"] = "K-4"
    book.save(tmp_path / "mended.xlsx")
    run = desk.upload((tmp_path / "mended.xlsx").read_bytes())
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert desk.commit(run).created == 3
    assert desk.one("customer", number="00042")["description"] == "=1+1"
