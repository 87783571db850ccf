"""Sheets with hidden, merged and odd cells come out as their authors published them."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest

from importers.files import Cell, Kind, ReadOptions, Remark, Workbook, read

NAMES = (
    "xlsx_exotic_types.xlsx",
    "xlsx_hidden_merged.xlsx",
    "xlsx_hidden_sheet.xlsx",
    "xls_exotic_types_no_header.xls",
    "xls_hidden_final_header.xls",
    "ods_merged_cells.ods",
    "ods_wide_hidden_firsts.ods",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_reads_as_its_authors_published_it(data: Path, name: str) -> None:
    workbook = read(data / f"hostile__gov__{name}", name=name)
    published = data / f"hostile__gov__{name.rsplit('.', 1)[0]}.expected.csv"
    with published.open(encoding="utf-8", newline="") as file:
        expected = _without_empty_ends(list(csv.reader(file)))
    assert _as_published(workbook) == expected


def test_what_is_hidden_can_be_asked_for(data: Path) -> None:
    path = data / "hostile__gov__xlsx_hidden_merged.xlsx"
    everything = read(path, name="list.xlsx", options=ReadOptions(hidden=True, fill_merged=False)).sheets[0]
    assert list(everything.numbers) == list(range(1, 11))
    assert everything.rows[0][1] == "B1"
    assert [note.remark for note in everything.notes] == [
        Remark.MERGED_AS_STORED,
        Remark.HIDDEN_ROWS_READ,
        Remark.HIDDEN_COLUMNS_READ,
    ]


def test_what_is_hidden_can_be_left_out_of_every_kind_of_file(data: Path) -> None:
    path = data / "hostile__gov__ods_wide_hidden_firsts.ods"
    seen = read(path, name="list.ods", options=ReadOptions(hidden=False)).sheets[0]
    assert seen.rows[0][0] == "∞$B$2"
    assert list(seen.numbers) == [2, 3, 4]
    assert seen.columns[0] == 2


def test_row_and_column_numbers_stay_true_where_something_is_left_out(data: Path) -> None:
    sheet = read(data / "hostile__gov__xlsx_hidden_merged.xlsx", name="list.xlsx").sheets[0]
    assert list(sheet.numbers) == [1, 2, 4, 5, 6, 7, 9, 10]
    assert list(sheet.columns) == [1, 3, 4, 5, 6, 7, 9]


def _as_published(workbook: Workbook) -> list[list[str]]:
    """The visible sheet, written as the converter of those authors writes each kind of file.

    Its two habits with .ods are not ours, because they put or leave values where the sheet does not show them: it moves
    the cells right of a merged area to the left, and it drops what lies beyond the last header.
    """
    sheet = next(sheet for sheet in workbook.sheets if not sheet.hidden)
    rows = [[_shown(cell, workbook.kind) for cell in row] for row in sheet.rows]
    if workbook.kind is Kind.ODS:
        merged = any(note.remark is Remark.MERGED_AS_STORED for note in sheet.notes)
        rows = [[value for value in row if value] for row in rows] if merged else [row[: len(rows[0])] for row in rows]
        header = max(index for index, value in enumerate(rows[0], 1) if value)
        rows = rows if merged else [row[:header] for row in rows]
    return _without_empty_ends(rows)


def _shown(cell: Cell, kind: Kind) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date) and not isinstance(cell, datetime) and kind is Kind.XLSX:
        return f"{cell} 00:00:00"
    return str(cell)


def _without_empty_ends(rows: list[list[str]]) -> list[list[str]]:
    """Rows without the empty cells at their end, and without the empty rows at the end."""
    shortened = [row[: max((index for index, value in enumerate(row, 1) if value.strip()), default=0)] for row in rows]
    while shortened and not shortened[-1]:
        shortened.pop()
    return shortened
