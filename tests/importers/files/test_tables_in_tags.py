"""Tables in tags: web pages, and workbooks of Excel 2003 in XML, whatever they are called."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from importers.files import Refusal, Sheet, Unreadable, Workbook, read
from importers.files.workbook import Fault

XML = """<?xml version="1.0" encoding="windows-1252"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="s1"><NumberFormat ss:Format="00000"/></Style><Style ss:ID="s2"><NumberFormat ss:Format="Percent"/></Style></Styles>
{sheets}</Workbook>"""


def book(folder: Path, content: bytes, name: str = "list.xls") -> Workbook:
    file = folder / name
    file.write_bytes(content)
    return read(file, name=name)


def page(folder: Path, body: str) -> Sheet:
    return book(folder, f"<html><body>{body}</body></html>".encode()).sheets[0]


def xml_sheet(folder: Path, table: str, after: str = "") -> Sheet:
    sheets = f'<Worksheet ss:Name="Klanten"><Table>{table}</Table>{after}</Worksheet>'
    return book(folder, XML.format(sheets=sheets).encode("cp1252")).sheets[0]


def cells(*texts: str, tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in texts) + "</tr>"


def test_a_table_of_a_web_page_is_read_as_a_sheet(tmp_path: Path) -> None:
    head = cells("Nummer", "Naam", "Plaats", tag="th")
    rows = cells("K-1", "Jansen &amp; Zn", "&nbsp; Delft ") + cells(
        "K-2", "M&uuml;ller<br>GmbH", "", "<b>K</b>ö<i>ln</i>"
    )
    sheet = page(tmp_path, f"<script>'<table>'</script><table><caption>Klanten</caption>{head}{rows}</table>")
    assert (sheet.name, sheet.rows) == (
        "Klanten",
        [("Nummer", "Naam", "Plaats"), ("K-1", "Jansen & Zn", "Delft"), ("K-2", "Müller\nGmbH", None, "Köln")],
    )


def test_cells_and_rows_of_a_page_that_nobody_closed_are_told_apart(tmp_path: Path) -> None:
    sheet = page(tmp_path, "<table><tr><td>Nummer<td>Naam<tr><td>K-1<td>Acme")
    assert sheet.rows == [("Nummer", "Naam"), ("K-1", "Acme")]


def test_cells_beside_and_below_a_wide_or_tall_one_stand_where_they_are_seen(tmp_path: Path) -> None:
    wide = "<tr><td colspan=2>Adres<td>Tel</tr>"
    tall = "<tr><td rowspan=2>Weg<td>1<td>010</tr><tr><td>2<td>020</tr>"
    assert page(tmp_path, f"<table>{wide}{tall}</table>").rows == [
        ("Adres", None, "Tel"),
        ("Weg", "1", "010"),
        (None, "2", "020"),
    ]


def test_a_table_in_a_table_is_one_of_its_own_and_one_row_is_no_list(tmp_path: Path) -> None:
    inner = f"<table>{cells('Nummer', 'Naam')}{cells('K-1', 'Acme')}</table>"
    found = book(tmp_path, f"<table><tr><td>Menu<td>{inner}</tr></table>".encode())
    assert [sheet.rows for sheet in found.sheets] == [[("Nummer", "Naam"), ("K-1", "Acme")]]


def test_an_error_in_a_page_is_told_with_its_cell(tmp_path: Path) -> None:
    sheet = page(
        tmp_path, f"<table>{cells('Nummer', 'Naam')}{cells('K-1', '#REF!')}{cells('8,71E+12', 'Acme')}</table>"
    )
    assert {place: one.fault for place, one in sheet.problems.items()} == {
        (2, 2): Fault.ERROR_VALUE,
        (3, 1): Fault.CUT_SHORT,
    }


def test_hidden_rows_and_columns_of_a_page_are_told(tmp_path: Path) -> None:
    hidden = "<tr style='display: none'><td>K-9<td>Oud</tr>"
    last = "<tr><td>K-1<td>Acme<td style='display:none'>x</tr>"
    sheet = page(tmp_path, f"<table>{cells('Nummer', 'Naam', 'Code')}{hidden}{last}</table>")
    assert {note.remark.name for note in sheet.notes} == {"HIDDEN_ROWS_READ", "HIDDEN_COLUMNS_READ"}


def test_a_page_says_how_its_letters_are_written(tmp_path: Path) -> None:
    table = f"<table>{cells('Naam', 'Plaats')}{cells('Příbram', 'Brno')}</table>"
    found = book(tmp_path, f"<html><head><meta charset=iso-8859-2></head>{table}</html>".encode("iso8859-2"))
    assert (found.encoding, found.sheets[0].rows[1]) == ("iso8859-2", ("Příbram", "Brno"))


@pytest.mark.parametrize("content", [b"<html><form>Sign in</form></html>", b"<table><tr><td>Sign in</table>"])
def test_a_page_without_a_list_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        book(tmp_path, content)
    assert refused.value.refusal is Refusal.NO_LIST


def test_tables_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        book(tmp_path, b"<table><tr><td>" * 1_000)
    assert refused.value.refusal is Refusal.TOO_DEEP


def test_a_workbook_of_excel_2003_keeps_its_values_and_what_is_seen_of_them(tmp_path: Path) -> None:
    def data(kind: str, text: str) -> str:
        return f'<Data ss:Type="{kind}">{text}</Data>'

    row = (
        f'<Row><Cell ss:StyleID="s1">{data("Number", "42")}</Cell><Cell>{data("String", "Müller &amp; Zn")}</Cell>'
        f'<Cell>{data("DateTime", "2026-01-05T00:00:00.000")}</Cell><Cell ss:StyleID="s2">{data("Number", "0.21")}</Cell>'
        f'<Cell>{data("Boolean", "1")}</Cell><Cell ss:Index="8">{data("Number", "12.5")}<Comment><ss:Data>Look</ss:Data></Comment></Cell></Row>'
    )
    sheet = xml_sheet(
        tmp_path, f'{row}<Row ss:Index="4"><Cell><ss:Data ss:Type="String">Rich <B>text</B></ss:Data></Cell></Row>'
    )
    values = ("00042", "Müller & Zn", dt.date(2026, 1, 5), "21%", True, None, None)
    assert sheet.rows[0][:7] == values
    assert str(sheet.rows[0][7]) == "12.5"
    assert sheet.rows[1:] == [(), (), ("Rich text",)]


def test_errors_and_formulas_without_a_result_of_excel_2003_are_told_with_their_cell(tmp_path: Path) -> None:
    row = '<Row><Cell><Data ss:Type="Error">#REF!</Data></Cell><Cell ss:Formula="=A1"/><Cell><Data ss:Type="String">x</Data></Cell></Row>'
    sheet = xml_sheet(tmp_path, row)
    assert {place: one.fault for place, one in sheet.problems.items()} == {
        (1, 1): Fault.ERROR_VALUE,
        (1, 2): Fault.NO_RESULT,
    }


def test_what_excel_2003_hides_is_told(tmp_path: Path) -> None:
    options = "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"
    table = '<Column/><Column ss:Hidden="1"/><Row ss:Hidden="1"><Cell><Data ss:Type="String">a</Data></Cell><Cell><Data ss:Type="String">b</Data></Cell></Row>'
    sheet = xml_sheet(tmp_path, table, options)
    assert sheet.hidden
    assert {note.remark.name for note in sheet.notes} == {"HIDDEN_SHEET", "HIDDEN_ROWS_READ", "HIDDEN_COLUMNS_READ"}


@pytest.mark.parametrize(
    ("table", "refusal"),
    [
        ('<Row ss:Index="2"><Cell/></Row><Row ss:Index="2"><Cell/></Row>', None),
        (2 * '<Row ss:Index="2"><Cell><Data ss:Type="String">a</Data></Cell></Row>', Refusal.ROW_TWICE),
        ("<Row>" + 2 * '<Cell ss:Index="1"><Data ss:Type="String">a</Data></Cell>' + "</Row>", Refusal.CELL_TWICE),
        ("<Row><Cell>", Refusal.DAMAGED_EXPORT),
    ],
)
def test_no_cell_of_excel_2003_is_read_as_another(tmp_path: Path, table: str, refusal: Refusal | None) -> None:
    if refusal is None:
        assert xml_sheet(tmp_path, table).rows == []
        return
    with pytest.raises(Unreadable) as refused:
        xml_sheet(tmp_path, table)
    assert refused.value.refusal is refusal
