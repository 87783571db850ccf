"""Nothing is read wrongly in silence: one fact a cell, in every kind of workbook and by both readers."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from importers.files import Cell, Fault, Kind, Limits, ReadOptions, Refusal, Remark, Sheet, Unreadable, biff, read
from importers.files.archive import Archive
from importers.files.assemble import Assembler
from importers.files.careful import CarefulBook
from importers.files.fast import FastBook
from importers.files.formats import PERCENT, as_shown, padded, shown_by, zero_padding
from importers.files.ooxml import Scan, is_workbook, scan
from tests.importers.files.builders import MAIN, ods, xlsb, xlsx

FORMATS = ("00000", "yyyy-mm-dd", '"NL"0000', "0.00", "hh:mm:ss", "000-000", "[h]:mm")
# Address, XML of the cell, what it is, what is wrong with it.
FACTS: tuple[tuple[str, str, Cell, Fault | None], ...] = (
    ("A3", '<c r="A3" s="1"><v>7</v></c>', "00007", None),
    ("B3", '<c r="B3" s="3"><v>42</v></c>', "NL0042", None),
    ("C3", '<c r="C3" s="4"><v>12.5</v></c>', Decimal("12.5"), None),
    ("D3", '<c r="D3" s="6"><v>1234</v></c>', "001-234", None),
    ("E3", '<c r="E3" s="1" t="inlineStr"><is><t>7</t></is></c>', "7", None),
    ("A4", '<c r="A4"><v>4711.0</v></c>', 4711, None),
    ("B4", '<c r="B4"><v>0.30000000000000004</v></c>', Decimal("0.3"), None),
    ("C4", '<c r="C4"><v>-1.5E-3</v></c>', Decimal("-0.0015"), None),
    ("D4", '<c r="D4"><v>999999999999999</v></c>', 999_999_999_999_999, None),
    ("E4", '<c r="E4"><v>1.234567890123457E+17</v></c>', 123_456_789_012_345_700, Fault.TOO_MANY_DIGITS),
    ("A5", '<c r="A5" s="2"><v>44197</v></c>', date(2021, 1, 1), None),
    ("B5", '<c r="B5" s="2"><v>44197.75</v></c>', datetime(2021, 1, 1, 18, 0), None),
    ("C5", '<c r="C5" s="2"><v>-1</v></c>', None, Fault.DOUBTFUL_DATE),
    ("D5", '<c r="D5" s="5"><v>0.5</v></c>', "12:00:00", None),
    ("E5", '<c r="E5" s="7"><v>1.25</v></c>', "30:00:00", None),
    ("A6", '<c r="A6" t="e"><v>#N/A</v></c>', None, Fault.ERROR_VALUE),
    ("B6", '<c r="B6" t="e"><f>1/0</f><v>#DIV/0!</v></c>', None, Fault.ERROR_VALUE),
    ("C6", '<c r="C6"><f>A1+1</f></c>', None, Fault.NO_RESULT),
    ("D6", '<c r="D6" t="str"><f>IF(A1,"","")</f><v></v></c>', None, None),
    ("E6", '<c r="E6"><f>A1+1</f><v>2</v></c>', 2, None),
    ("A7", '<c r="A7" t="inlineStr"><is><t xml:space="preserve">\u00a0 a\u200b </t></is></c>', "a\u200b", None),
    ("B7", '<c r="B7" t="inlineStr"><is><t xml:space="preserve"> \u00a0\u200b</t></is></c>', None, None),
    ("C7", '<c r="C7" t="inlineStr"><is><t>a_x000D_\nb</t></is></c>', "a\nb", None),
    ("D7", '<c r="D7" t="b"><v>1</v></c>', True, None),
    ("E7", '<c r="E7" t="s"><v>0</v></c>', "東京", None),
    ("B8", '<c r="B8" t="e"/>', None, None),
    ("C8", '<c r="C8" s="2"><v>3000000</v></c>', None, Fault.DOUBTFUL_DATE),
    ("A8", '<c r="A8" t="s"><v>1</v></c>', "bold and plain", None),
)
STRINGS = (
    f'<sst xmlns="{MAIN}"><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>'
    '<si><r><rPr><b/></rPr><t>bold</t></r><r><t xml:space="preserve"> and plain</t></r></si></sst>'
)


def _rows() -> str:
    rows: dict[str, str] = {}
    for address, cell, _, _ in FACTS:
        rows[address[1:]] = rows.get(address[1:], "") + cell
    return "".join(f'<row r="{row}">{cells}</row>' for row, cells in rows.items())


def _at(sheet: Sheet, address: str) -> Cell:
    row, column = sheet.rows[int(address[1:]) - 1], ord(address[0]) - 65
    return row[column] if column < len(row) else None


@pytest.fixture(scope="module")
def conformance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with one fact a cell, from the third row on."""
    return xlsx(tmp_path_factory.mktemp("facts") / "facts.xlsx", _rows(), formats=FORMATS, strings=STRINGS)


def test_every_fact_is_read_or_reported(conformance: Path) -> None:
    sheet = read(conformance, name="facts.xlsx").sheets[0]
    assert {address: _at(sheet, address) for address, *_ in FACTS} == {address: cell for address, _, cell, _ in FACTS}
    assert {problem.cell: problem.fault for problem in sheet.problems.values()} == {
        address: fault for address, _, _, fault in FACTS if fault
    }


def test_whole_numbers_are_whole_and_booleans_are_no_numbers(conformance: Path) -> None:
    sheet = read(conformance, name="facts.xlsx").sheets[0]
    assert [type(_at(sheet, address)) for address in ("A4", "B4", "D7", "A5", "B5")] == [
        int,
        Decimal,
        bool,
        date,
        datetime,
    ]


def test_a_problem_names_its_sheet_its_cell_and_its_value(conformance: Path) -> None:
    problem = read(conformance, name="facts.xlsx").sheets[0].problems[6, 1]
    assert str(problem) == "List, cell A6: #N/A (error value)."


def test_empty_rows_above_the_list_do_not_shift_its_row_numbers(conformance: Path) -> None:
    sheet = read(conformance, name="facts.xlsx").sheets[0]
    assert sheet.rows[:2] == [(), ()]
    assert list(sheet.numbers) == list(range(1, 9))


def _assembled(scanned: Scan, open_: Callable[[Scan], CarefulBook | FastBook]) -> list[Sheet]:
    own = deepcopy(scanned)
    book, assembler = open_(own), Assembler(Kind.XLSX, Limits(), ReadOptions())
    return [assembler.sheet(name, own.facts[name], book.rows(name)) for name, _ in book.sheets()]


def _by_both(content: bytes) -> tuple[list[Sheet], list[Sheet]]:
    scanned = scan(Archive(content, Limits()), Limits())
    fast = _assembled(scanned, lambda _: FastBook(content))
    careful = _assembled(scanned, lambda own: CarefulBook(content, own.facts))
    return fast, careful


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_both_readers_give_the_same_facts(conformance: Path) -> None:
    fast, careful = _by_both(conformance.read_bytes())
    assert [repr(row) for row in fast[0].rows] == [repr(row) for row in careful[0].rows]
    assert fast[0].problems == careful[0].problems


# The careful reader opens none of these: it sees no sheets, or stumbles over names.
ONLY_FAST = {
    "hostile__poi__49609.xlsx",
    "hostile__poi__SampleSS.strict.xlsx",
    "hostile__tika__testEXCEL.strict.xlsx",
}
# The fast reader opens none of these.
ONLY_CAREFUL = {"hostile__poi__poc-shared-strings.xlsx", "hostile__poi__xlsx-corrupted.xlsx"}


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_both_readers_give_the_same_cells_of_every_real_workbook(data: Path) -> None:
    compared = 0
    for path in sorted(data.glob("*.xls[xm]")):
        content = path.read_bytes()
        if path.name in ONLY_FAST | ONLY_CAREFUL or not _is_readable(content):
            continue
        fast, careful = _by_both(content)
        compared += 1
        for one, other in zip(fast, careful, strict=True):
            assert (path.name, one.name, one.problems) == (path.name, other.name, other.problems)
            assert [repr(row) for row in one.rows] == [repr(row) for row in other.rows], path.name
    assert compared >= 35


def _is_readable(content: bytes) -> bool:
    try:
        archive = Archive(content, Limits())
        archive.count()
        return is_workbook(archive) and bool(scan(archive, Limits()).sheets)
    except Unreadable:
        return False


def test_the_1904_calendar_is_honoured_in_both_kinds_of_workbook(data: Path) -> None:
    newer = read(data / "hostile__cal__date_1904.xlsx", name="a.xlsx").sheets[0]
    older = read(data / "hostile__poi__1904DateWindowing.xls", name="a.xls").sheets[0]
    assert newer.rows[0] == (date(2021, 1, 1), 15)
    assert older.rows[0] == (date(2000, 1, 1), date(2000, 1, 1))


def test_rows_in_the_wrong_order_come_out_in_the_right_one(tmp_path: Path) -> None:
    later = '<row r="3"><c r="A3"><v>3</v></c></row>'
    earlier = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>#REF!</v></c></row>'
    sheet = read(xlsx(tmp_path / "a.xlsx", later + earlier), name="a.xlsx").sheets[0]
    assert sheet.rows == [(1, None), (), (3,)]
    assert list(sheet.problems) == [(1, 2)]


def test_two_rows_with_one_number_are_refused_with_it_for_one_of_them_would_be_lost(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>'
    with pytest.raises(Unreadable) as caught:
        read(xlsx(tmp_path / "a.xlsx", rows + '<row r="2"><c r="A2"><v>3</v></c></row>'), name="a.xlsx")
    assert caught.value.refusal is Refusal.ROW_TWICE
    assert "List holds two rows with the number 2" in str(caught.value)
    sheet = read(xlsx(tmp_path / "b.xlsx", rows + '<row r="2"/><row r="3"/>'), name="b.xlsx").sheets[0]
    assert sheet.rows == [(1,), (2,)]


_STRING = '<c r="{cell}" t="s"><v>{text}</v></c>'
_SHARED = f'<sst xmlns="{MAIN}"><si><t>first</t></si><si><t>last</t></si></sst>'


@pytest.mark.parametrize(
    ("rows", "refusal", "said"),
    [
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="0"><c r="A0"><v>2</v></c></row>',
            Refusal.ROW_ZERO,
            "number 0",
        ),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="B0"><v>2</v></c></row>', Refusal.ROW_ZERO, "List"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', Refusal.CELL_TWICE, "List holds the cell A1"),
        (
            '<row r="1"><c r="B3"><v>1</v></c></row><row r="3"><c r="B3" t="inlineStr"><is><t>a</t></is></c></row>',
            Refusal.CELL_TWICE,
            "B3",
        ),
        (
            f'<row r="1">{_STRING.format(cell="C1", text=-1)}</row>',
            Refusal.NO_SUCH_TEXT,
            "cell C1 points at the text -1",
        ),
        (f'<row r="1">{_STRING.format(cell="C1", text=2)}</row>', Refusal.NO_SUCH_TEXT, "cell C1 points at the text 2"),
        ('<row r="1"><c r="D1" t="n"><v>abc</v></c></row>', Refusal.NO_SUCH_NUMBER, "cell D1 should hold a number"),
    ],
)
def test_a_damaged_cell_is_refused_by_sheet_and_cell_and_never_read_as_another(
    tmp_path: Path, rows: str, refusal: Refusal, said: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        read(xlsx(tmp_path / "a.xlsx", rows, strings=_SHARED), name="a.xlsx")
    assert caught.value.refusal is refusal
    assert said in str(caught.value)


@pytest.mark.parametrize("value", ["NaN", "1e999", "-1e999"])
@pytest.mark.parametrize("beside", ["", '<c r="C1" t="e"><v>#N/A</v></c>'])
def test_what_is_no_number_is_a_fault_of_its_cell_and_not_a_name(tmp_path: Path, value: str, beside: str) -> None:
    row = f'<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>{value}</v></c>{beside}</row>'
    sheet = read(xlsx(tmp_path / "a.xlsx", row), name="a.xlsx").sheets[0]
    assert sheet.rows[0][:2] == (1,) + (None,) * (len(sheet.rows[0]) > 1)
    assert sheet.problems[1, 2].fault is Fault.NO_NUMBER
    assert "List, cell B1" in str(sheet.problems[1, 2])


@pytest.mark.parametrize("strings", ["<sst><si><t>never closed", "<sst><si><t>a & b</t></si></sst>"])
def test_a_broken_part_is_named(tmp_path: Path, strings: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(xlsx(tmp_path / "a.xlsx", '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=strings), name="a.xlsx")
    assert caught.value.values == {"part": "xl/sharedStrings.xml"}


def test_a_web_page_in_the_place_of_a_sheet_is_told_as_such(tmp_path: Path) -> None:
    page = {"xl/worksheets/sheet1.xml": b"<!-- a <table> --><html><body><p>Sign in</p></body></html>"}
    with pytest.raises(Unreadable) as caught:
        read(xlsx(tmp_path / "a.xlsx", "", extra=page), name="a.xlsx")
    assert "The sheet List is no table" in str(caught.value)
    assert "<html>" in str(caught.value)


def test_a_sheet_that_breaks_off_is_named_and_not_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2">'
    with pytest.raises(Unreadable) as caught:
        read(xlsx(tmp_path / "a.xlsx", "", extra={"xl/worksheets/sheet1.xml": whole.encode()}), name="a.xlsx")
    assert caught.value.values == {"part": "xl/worksheets/sheet1.xml"}


def test_a_sheet_whose_part_is_missing_is_named(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", "")
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as cut:
        for name in whole.namelist():
            if "sheet1" not in name:
                cut.writestr(name, whole.read(name))
    with pytest.raises(Unreadable) as caught:
        read(tmp_path / "b.xlsx", name="b.xlsx")
    assert str(caught.value).startswith("The sheet List is missing")


def test_a_sheet_in_utf16_is_read_with_its_errors(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", "")
    row = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>#REF!</v></c></row>'
    wide = f'<?xml version="1.0" encoding="UTF-16"?><worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'
    part = {"xl/worksheets/sheet1.xml": wide.encode("utf-16")}
    sheet = read(xlsx(path, "", extra=part), name="a.xlsx").sheets[0]
    assert sheet.rows == [(1, None)]
    assert list(sheet.problems) == [(1, 2)]
    assert [note.remark for note in sheet.notes] == [Remark.ERRORS_UNSEEN]


def test_reading_stops_after_ten_thousand_empty_rows_and_says_so(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="20000"><c r="A20000"><v>2</v></c></row>'
    sheet = read(xlsx(tmp_path / "a.xlsx", rows), name="a.xlsx").sheets[0]
    assert sheet.rows == [(1,)]
    assert [str(note) for note in sheet.notes] == ["List: reading stopped at row 10001, after 10000 empty rows."]


def test_columns_beyond_the_limit_are_reported(tmp_path: Path) -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c><c r="ALM1"><v>2</v></c></row>'
    sheet = read(xlsx(tmp_path / "a.xlsx", row), name="a.xlsx").sheets[0]
    assert len(sheet.rows[0]) <= 1_000
    assert [str(note) for note in sheet.notes] == ["List: 1001 columns; only the first 1000 were read."]


def test_more_error_cells_than_can_be_shown_are_refused(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="e"><v>#N/A</v></c></row>' for row in range(1, 102))
    with pytest.raises(Unreadable) as caught:
        read(xlsx(tmp_path / "a.xlsx", rows), name="a.xlsx", limits=Limits(problems=100))
    assert caught.value.refusal is Refusal.TOO_MANY_PROBLEMS
    assert caught.value.values == {"sheet": "List", "count": 101, "limit": 100}


def test_an_overlong_cell_is_cut_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"name;note\nAda;{'a' * 40_000}\n")
    sheet = read(path, name="a.csv").sheets[0]
    assert len(str(sheet.rows[1][1])) == 32_767
    assert sheet.problems[2, 2].fault is Fault.TOO_LONG


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("00000", 42, "00042"),
        ('"K-"0', 42, "K-42"),
        ('"K-"00000', 42, "K-00042"),
        ('"K"General', 10121, "K10121"),
        ('"K-"#', 42, "K-42"),
        ('"K-"#,##0', 10121, "K-10121"),
        ('"a#b"0', 7, "a#b7"),
        ("000", 1234, "1234"),
        ("000", -7, "-007"),
        ("[$-413]0000", 7, "0007"),
        ("0000;[Red]-0000", 7, "0007"),
        ('"NL"\\-000', 7, "NL-007"),
        ("00000-0000", 123456789, "12345-6789"),
    ],
)
def test_a_format_that_pads_with_zeros_gives_the_text_that_is_seen(code: str, number: int, shown: str) -> None:
    pieces = zero_padding(code)
    assert pieces is not None
    assert padded(number, pieces) == shown


@pytest.mark.parametrize(
    "code", ["General", "0", "0.00", "#,##0", "00.0", "yyyy-mm-dd", "0%", "[<=99]00;000", "0E+00", '"A"##-##', "#"]
)
def test_other_formats_leave_the_number_alone(code: str) -> None:
    assert zero_padding(code) is None


@pytest.mark.parametrize(
    ("code", "stored", "shown"),
    [
        ("0%", Decimal("0.21"), "21%"),
        ("0.00%", Decimal("0.0825"), "8.25%"),
        ("0%;[Red]-0%", Decimal("-0.05"), "-5%"),
        ("0.000%", Decimal("0.33333"), "33.3330%"),
        ("0%", 1, "100%"),
        ("0%", "text", "text"),
        ('0.00"%"', Decimal("21.5"), Decimal("21.5")),
        ("0.00\\%", 21, 21),
        ("00", 7, "07"),
        ("00", True, True),
    ],
)
def test_a_percentage_is_the_number_that_is_seen(code: str, stored: Cell, shown: Cell) -> None:
    pieces = shown_by(code)
    assert (as_shown(stored, pieces) if pieces else stored) == shown


def _with_percentages(path: Path, builtin: bool) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "VAT"])
    for name, rate in (("Acme", 0.21), ("Beta", 0.09), ("Gamma", "21%")):
        sheet.append([name, rate])
        sheet.cell(sheet.max_row, 2).number_format = "0%" if builtin else "0.0 %"
    book.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("builtin", [True, False], ids=["known by number", "spelt out"])
def test_both_readers_give_percentages_as_they_are_seen(tmp_path: Path, builtin: bool) -> None:
    for (sheet,) in _by_both(_with_percentages(tmp_path / "a.xlsx", builtin)):
        assert sheet.rows[1:] == [("Acme", "21%"), ("Beta", "9%"), ("Gamma", "21%")]


def _float(value: str, shown: str, more: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}" {more}>'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def test_an_open_document_keeps_its_zeros_and_reports_its_errors(tmp_path: Path) -> None:
    table = (
        '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-row>'
        + _float("7", "007")
        + _float("0", "#N/A", 'table:formula="of:=NA()" calcext:value-type="error"')
        + _float("7.5", "7,5")
        + '<table:table-cell table:formula="of:=A1"/>'
        + _float("0.21", "21 %").replace('type="float"', 'type="percentage"')
        + "</table:table-row>"
    )
    sheet = read(ods(tmp_path / "a.ods", table), name="a.ods").sheets[0]
    assert sheet.rows == [("007", None, Decimal("7.5"), None, "21%")]
    assert [(problem.cell, problem.fault) for problem in sheet.problems.values()] == [
        ("B1", Fault.ERROR_VALUE),
        ("D1", Fault.NO_RESULT),
    ]
    assert [note.remark for note in sheet.notes] == [Remark.HIDDEN_COLUMNS_READ]


def test_letters_that_an_open_document_shows_before_a_number_are_a_part_of_it(tmp_path: Path) -> None:
    cells = _float("12", "K-00012") + _float("12", "K-12") + _float("950", "kr 1 234") + _float("12", "twelve")
    sheet = read(ods(tmp_path / "a.ods", f"<table:table-row>{cells}</table:table-row>"), name="a.ods").sheets[0]
    assert sheet.rows == [("K-00012", "K-12", 950, 12)]


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def test_the_records_of_an_old_workbook_tell_of_errors_zeros_and_what_is_hidden() -> None:
    code = b"00000"
    beginning = (
        _record(0x809, struct.pack("<HHHHLL", 0x600, 5, 0, 0, 0, 0))
        + _record(0x41E, struct.pack("<HHB", 164, len(code), 0) + code)
        + _record(0xE0, struct.pack("<HH", 0, 0) + bytes(16))
        + _record(0xE0, struct.pack("<HH", 0, 164) + bytes(16))
        + _record(0xE0, struct.pack("<HH", 0, 9) + bytes(16))
    )
    start = len(beginning) + 4 + 12 + 4
    sheet = (
        _record(0x809, struct.pack("<HHHHLL", 0x600, 16, 0, 0, 0, 0))
        + _record(0x7D, struct.pack("<HHHHHH", 2, 3, 0, 0, 1, 0))
        + _record(0x208, struct.pack("<HHHHHHHH", 4, 0, 1, 0, 0, 0, 0x20, 0))
        + _record(0x205, struct.pack("<HHHBB", 0, 0, 0, 0x2A, 1))
        + _record(0x06, struct.pack("<HHH", 1, 0, 0) + b"\x02\x00\x17\x00\x00\x00\xff\xff" + bytes(8))
        + _record(0x27E, struct.pack("<HHHL", 2, 0, 1, 0))
        + _record(0xBD, struct.pack("<HHHLHLH", 3, 0, 1, 0, 0, 0, 1))
        + _record(0x203, struct.pack("<HHHd", 5, 0, 2, 0.21))
        + _record(0x0A, b"")
    )
    content = beginning + _record(0x85, struct.pack("<LBBBB", start, 1, 0, 4, 0) + b"List") + _record(0x0A, b"") + sheet
    facts = biff.scan(content)["List"]
    assert facts.hidden
    assert facts.faults == {(1, 1): (Fault.ERROR_VALUE, "#N/A"), (2, 1): (Fault.ERROR_VALUE, "#REF!")}
    assert facts.patterns == {(3, 1): ("0",) * 5, (4, 1): ("0",) * 5, (6, 1): PERCENT}
    assert (facts.hidden_columns, facts.hidden_rows) == ({3, 4}, {5})


def test_a_binary_workbook_is_read_as_it_is_stored_and_says_what_that_loses(tmp_path: Path) -> None:
    rows = [("Nr", "Naam"), (42.0, "Acme"), (None, "Bétà 🙂")]
    workbook = read(xlsb(tmp_path / "a.xlsb", rows), name="a.xlsb")
    assert workbook.kind is Kind.XLSB
    assert workbook.sheets[0].rows == [("Nr", "Naam"), (42, "Acme"), (None, "Bétà 🙂")]
    assert [note.remark for note in workbook.notes] == [Remark.BINARY_AS_STORED]


def test_a_binary_workbook_without_a_cell_is_not_taken_for_a_list_of_nobody(tmp_path: Path) -> None:
    path = xlsb(tmp_path / "a.xlsb", [(None, None)])
    with pytest.raises(Unreadable) as caught:
        read(path, name="a.xlsb")
    assert caught.value.refusal is Refusal.UNSUPPORTED


def test_a_cell_of_a_binary_workbook_far_from_the_rest_ends_in_a_message(tmp_path: Path) -> None:
    row = (None,) * 16_383 + ("far",)
    path = xlsb(tmp_path / "a.xlsb", [row])
    assert len(read(path, name="a.xlsb").sheets[0].rows[0]) <= Limits().columns
