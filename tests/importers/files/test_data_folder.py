"""Every file in the data folder is read to the cell as written down here, or refused for the reason written down here.

The numbers are those of the folder's own index, which says what readers found. Where ours differ from it, the comment
in the table says why.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from importers.files import Kind, ReadOptions, Refusal, Unreadable, read

# Of each sheet: its name, its rows down to the last filled one, its filled cells, and the cells reported as problems.
SHEETS: dict[str, tuple[Kind, list[tuple[str, int, int, int]]]] = {
    "hostile__cal__date_1904.xlsx": (Kind.XLSX, [("Sheet1", 3, 6, 0)]),
    "hostile__cal__encoded_entities.xlsx": (Kind.XLSX, [("Sheet1", 1, 1, 0)]),
    "hostile__cal__errors.xlsx": (Kind.XLSX, [("Feuil1", 7, 0, 7), ("Feuil2", 0, 0, 0), ("Feuil3", 0, 0, 0)]),
    "hostile__cal__issue_174.xlsx": (Kind.XLSX, [("Sheet1", 2, 22, 0)]),
    "hostile__cal__number_rows_repeated.ods": (
        Kind.ODS,
        [("Sheet1", 8, 10, 0), ("Sheet2", 9, 10, 0), ("Sheet3", 10, 10, 0)],
    ),
    # Cells of nothing but blanks are empty.
    "hostile__cal__whitespace_trim.xlsx": (Kind.XLSX, [("inlineStr", 3, 6, 0), ("SharedStrings", 3, 6, 0)]),
    "hostile__gov__ods_merged_cells.ods": (Kind.ODS, [("Sheet1", 5, 10, 0)]),
    "hostile__gov__ods_wide_hidden_firsts.ods": (Kind.ODS, [("Sheet1", 4, 170, 0)]),
    "hostile__gov__xls_exotic_types_no_header.xls": (Kind.XLS, [("Sheet1", 14, 92, 0)]),
    # Cells of nothing but blanks are empty.
    "hostile__gov__xls_hidden_final_header.xls": (Kind.XLS, [("Sheet1", 6, 200, 0)]),
    "hostile__gov__xlsx_exotic_types.xlsx": (Kind.XLSX, [("Sheet1", 15, 99, 0)]),
    # Hidden rows and columns are left out, merged areas are filled.
    "hostile__gov__xlsx_hidden_merged.xlsx": (Kind.XLSX, [("Sheet2", 8, 56, 0)]),
    "hostile__gov__xlsx_hidden_sheet.xlsx": (Kind.XLSX, [("Sheet1", 5, 5, 0), ("Sheet2", 7, 35, 0)]),
    "hostile__or__dates.xls": (
        Kind.XLS,
        [("Test Sheet 0", 2, 2, 0), ("Test Sheet 1", 5, 30, 0), ("Test Sheet 2", 5, 35, 0)],
    ),
    "hostile__or__excel95.xls": (Kind.XLS, [("Sheet1", 1, 1, 0), ("Sheet2", 0, 0, 0), ("Sheet3", 0, 0, 0)]),
    "hostile__or__films.ods": (Kind.ODS, [("Films", 5, 23, 0), ("Sheet3", 0, 0, 0)]),
    "hostile__poi__1904DateWindowing.xls": (Kind.XLS, [("Sheet1", 1, 2, 0), ("Sheet2", 0, 0, 0), ("Sheet3", 0, 0, 0)]),
    "hostile__poi__49609.xlsx": (Kind.XLSX, [("FAM", 39, 3783, 0), ("VIC", 39, 3783, 0)]),
    # Merged areas are filled.
    "hostile__poi__52348.xlsx": (Kind.XLSX, [("balance", 10, 74, 0)]),
    "hostile__poi__54084_-_Greek_-_beyond_BMP.xlsx": (
        Kind.XLSX,
        [("Sheet1", 1, 1, 0), ("Sheet2", 0, 0, 0), ("Sheet3", 0, 0, 0)],
    ),
    "hostile__poi__57893-many-merges.xlsx": (Kind.XLSX, [("Sheet1", 0, 0, 0)]),
    "hostile__poi__64667.xlsx": (Kind.XLSX, [("sheet1", 5, 31, 0)]),
    "hostile__poi__InlineStrings.xlsx": (Kind.XLSX, [("Sheet1", 7, 28, 0), ("Sheet2", 0, 0, 0), ("Sheet3", 0, 0, 0)]),
    "hostile__poi__SampleSS.strict.xlsx": (
        Kind.XLSX,
        [("First Sheet", 4, 4, 0), ("Sheet Number 2", 7, 11, 0), ("Sheet3", 0, 0, 0)],
    ),
    "hostile__poi__bug67784.xlsx": (Kind.XLSX, [("Sheet1", 9, 4, 6)]),
    "hostile__poi__sheetProtection_allLocked.xlsx": (
        Kind.XLSX,
        [("Foglio1", 0, 0, 0), ("Foglio2", 0, 0, 0), ("Foglio3", 0, 0, 0)],
    ),
    "hostile__poi__xlsx-corrupted.xlsx": (Kind.XLSX, [("Sheet1", 3, 11, 0), ("Sheet2", 2, 7, 0)]),
    "hostile__poi__xxe_in_schema.xlsx": (Kind.XLSX, [("Sheet1", 10, 4, 0)]),
    "hostile__rx__big-texty-numbers-xlsx.xlsx": (Kind.XLSX, [("Sheet1", 7, 21, 0)]),
    "hostile__rx__missing-first-column.xlsx": (
        Kind.XLSX,
        [("Sheet1", 3, 3, 0), ("Sheet2", 0, 0, 0), ("Sheet3", 0, 0, 0)],
    ),
    "hostile__rx__style-only-cells.xlsx": (Kind.XLSX, [("Data", 4, 13, 0)]),
    "hostile__rx__vietnamese-utf8.xls": (Kind.XLS, [("Sheet1", 7, 7, 0)]),
    # Negative numbers in a date format have no value, and dates before March 1900 are doubtful: both are reported.
    "hostile__sjs__number_format.xlsm": (
        Kind.XLSX,
        [
            ("Implied", 29, 172, 0),
            ("ImpliedNegative", 29, 149, 12),
            ("2011", 74, 521, 180),
            ("Miscellany", 9, 9, 0),
            ("SSF", 12, 132, 0),
        ],
    ),
    "hostile__sjs__rich_text_stress.xlsx": (Kind.XLSX, [("Sheet1", 15, 28, 0)]),
    # Cells of nothing but line ends are empty.
    "hostile__ss__issue2109b.xlsx": (Kind.XLSX, [("Sheet1", 4, 74, 0)]),
    "hostile__tika__testEXCEL.strict.xlsx": (
        Kind.XLSX,
        [("First Sheet", 4, 4, 0), ("Sheet Number 2", 7, 11, 0), ("Sheet3", 0, 0, 0)],
    ),
    "hostile__tika__testEXCEL_95.xls": (Kind.XLS, [("Foglio1", 0, 0, 0)]),
    "hostile__tika__testEXCEL_big_numbers.xlsx": (Kind.XLSX, [("Sheet1", 2, 4, 2)]),
    "hostile__tika__testEXCEL_phonetic.xlsx": (
        Kind.XLSX,
        [("Sheet1", 18, 72, 0), ("Sheet2", 0, 0, 0), ("Sheet3", 0, 0, 0)],
    ),
    "hostile__x2c__hyperlinks.xlsm": (Kind.XLSX, [("Sheet1", 1, 5, 0), ("Sheet2", 0, 0, 0), ("Sheet3", 0, 0, 0)]),
    "hostile__x2c__namespace.xlsx": (Kind.XLSX, [("Data", 7, 37, 0)]),
    # Merged areas are filled.
    "hostile__x2c__no_cell_ids.xlsx": (Kind.XLSX, [("Sheet1", 3, 20, 0)]),
    "hostile__x2c__utf8.xlsx": (Kind.XLSX, [("Sheet1", 5, 10, 0)]),
    "list__aka__customers.xlsx": (Kind.XLSX, [("customers", 2, 19, 0)]),
    "list__ala__hidden-cols-blank-row.xlsx": (Kind.XLSX, [("Sheet1", 2, 1, 0)]),
    "list__cal__issue444.xls": (Kind.XLS, [("Sheet1", 10, 74, 0)]),
    "list__ck__ne_1033_data.xlsx": (Kind.XLSX, [("NE data", 1037, 14514, 0)]),
    "list__fr__merged-cells.xlsx": (Kind.XLSX, [("Лист1", 1, 1, 0)]),
    # Merged areas are filled.
    "list__fr__multiline-headers.xlsx": (Kind.XLSX, [("Лист1", 6, 24, 0)]),
    "list__oca__partner_list.xlsx": (Kind.XLSX, [("Partner List", 3, 5, 0)]),
    "list__poi__51626_contact.xlsx": (Kind.XLSX, [("Sheet1", 5, 25, 0), ("Sheet2", 0, 0, 0), ("Sheet3", 0, 0, 0)]),
    # Merged areas are filled.
    "list__rx__deaths.xlsx": (Kind.XLSX, [("arts", 19, 85, 0), ("other", 19, 85, 0)]),
    "list__ss__issue2239.xls": (Kind.XLS, [("Blad1", 18, 144, 0), ("Blad2", 0, 0, 0), ("Blad3", 0, 0, 0)]),
    "list__ss__pageSetupTest.xlsx": (Kind.XLSX, [("Printing Options", 50, 250, 0)]),
}

# Encoding, delimiter, rows and filled cells.
TEXTS: dict[str, tuple[str, str, int, int]] = {
    "hostile__gov__ods_merged_cells.expected.csv": ("utf-8", ",", 5, 10),
    "hostile__gov__ods_wide_hidden_firsts.expected.csv": ("utf-8", ",", 3, 162),
    "hostile__gov__xls_exotic_types_no_header.expected.csv": ("utf-8", ",", 14, 92),
    "hostile__gov__xls_hidden_final_header.expected.csv": ("utf-8", ",", 6, 200),
    "hostile__gov__xlsx_exotic_types.expected.csv": ("utf-8", ",", 15, 99),
    "hostile__gov__xlsx_hidden_merged.expected.csv": ("utf-8", ",", 8, 56),
    "hostile__gov__xlsx_hidden_sheet.expected.csv": ("utf-8", ",", 7, 35),
    "hostile__or__example-latin1.tsv": ("cp1252", "\t", 3, 27),
    "hostile__or__example-utf16le-bom.tsv": ("utf-16", "\t", 3, 27),
    "list__ala__all-authorities.csv": ("utf-8", ",", 7, 62),
    "list__aw__Address.csv": ("utf-8", "\t", 19614, 157274),
    "list__aw__ContactType.csv": ("utf-8", "\t", 20, 60),
    "list__fr__accent.csv": ("utf-8", ";", 3, 51),
    "list__fr__blank-headers.csv": ("utf-8", ",", 3, 8),
    "list__fr__bom.csv": ("utf-8-sig", ",", 3, 6),
    "list__fr__defective-rows.csv": ("utf-8", ",", 3, 9),
    "list__fr__duplicate-headers.csv": ("utf-8", ",", 3, 15),
    "list__fr__latin1.csv": ("cp1252", ",", 3, 6),
    "list__fr__leading-zeros.csv": ("utf-8", ";", 4, 4),
    "list__fr__skip-rows-before-headers.csv": ("utf-8", ",", 4, 7),
    "list__irl__facilities.csv": ("utf-8", ",", 691, 13713),
    "list__moz__basic_csv_addressbook.csv": ("utf-8", ",", 3, 45),
    "list__moz__csv_semicolon.csv": ("utf-8", ";", 3, 12),
    "list__moz__export.csv": ("utf-8", ",", 3, 51),
    "list__moz__utf16_addressbook.csv": ("utf-16", ",", 2, 41),
    "list__npsp__NPSP_Data_Import_Template_csv.csv": ("utf-8", ",", 6, 137),
    "list__nwc__customers.csv": ("utf-8", ",", 92, 1012),
    "list__or__persons.csv": ("utf-8", ",", 4, 12),
    "list__pb__ch.csv": ("utf-8", ",", 2786, 25336),
    "list__pb__eu.csv": ("utf-8", ",", 130, 731),
    "list__pb__gb.csv": ("utf-8", ",", 5363, 27644),
    "list__pb__se.csv": ("utf-8", ",", 653, 5388),
    "list__sp__constituents.csv": ("utf-8", ",", 504, 4032),
    "list__ss__contains_html.csv": ("utf-8", ";", 1, 3),
    "list__ss__linend.mac.csv": ("utf-8", ",", 2, 4),
    "list__ss__premiere.utf16lebom.csv": ("utf-16", ",", 2, 6),
    "list__ss__premiere.win1252.csv": ("cp1252", ",", 2, 6),
    "list__ss__sep.csv": ("utf-8", ";", 2, 4),
}

# Customers, contacts, and columns of which any customer speaks.
BOOKS: dict[str, tuple[Kind, int, int, int]] = {
    "acct__ban__ExactOnline_V32_2016.xml": (Kind.XAF, 18, 6, 12),
    "acct__ban__auditfile_v3.2_nl_20180101_20181231.xaf": (Kind.XAF, 4, 1, 16),
    "acct__en__ubl-tc434-example1.xml": (Kind.UBL, 1, 1, 7),
    "acct__en__ubl-tc434-example2.xml": (Kind.UBL, 1, 1, 12),
    "acct__moz__basic_vcard_addressbook.vcf": (Kind.VCARD, 2, 2, 4),
    "acct__vc__John_Doe_GMAIL.vcf": (Kind.VCARD, 1, 1, 12),
    "acct__vc__John_Doe_MS_OUTLOOK.vcf": (Kind.VCARD, 1, 1, 15),
    "acct__vc__gmail-list.vcf": (Kind.VCARD, 3, 3, 4),
    "acct__vc__outlook-2003.vcf": (Kind.VCARD, 1, 1, 18),
    "acct__vc__rfc6350-example.vcf": (Kind.VCARD, 1, 1, 15),
}

REFUSED: dict[str, tuple[Refusal, dict[str, str | int]]] = {
    "acct__ban__XmlAuditfileFinancieel3.2.xsd": (Refusal.UNKNOWN_XML, {}),
    "acct__moz__basic_ldif_addressbook.ldif": (Refusal.UNSUPPORTED, {"kind": "LDIF"}),
    "acct__sie__BL0001_typ4.SE": (Refusal.BOOKKEEPING_ONLY, {"kind": "SIE 4"}),
    "acct__sie__SIE_exempelfil.se": (Refusal.BOOKKEEPING_ONLY, {"kind": "SIE 4"}),
    "db__chi__Chinook_Sqlite.sqlite": (Refusal.NOT_A_SPREADSHEET, {"kind": "SQLite"}),
    "hostile__cal__issue_594_dos.ods": (Refusal.TOO_MANY_CELLS, {"count": 17179869184, "limit": 3000000}),
    "hostile__cal__issue_666_panic.xlsb": (Refusal.UNSUPPORTED, {"kind": "xlsb"}),
    "hostile__cal__pass_protected.xlsx": (Refusal.PASSWORD, {}),
    "hostile__gov2__actually_a_png.ods": (Refusal.NOT_A_SPREADSHEET, {"kind": "PNG"}),
    "hostile__gov2__actually_a_png.xlsx": (Refusal.NOT_A_SPREADSHEET, {"kind": "PNG"}),
    "hostile__odoo__crm_lead.xls": (Refusal.LOCKED_BY_SOFTWARE, {"product": "TSD"}),
    "hostile__odoo__res_partner.xlsx": (Refusal.LOCKED_BY_SOFTWARE, {"product": "TSD"}),
    "hostile__poi__clusterfuzz-testcase-minimized-POIFuzzer-5040805309710336.xlsx": (
        Refusal.DAMAGED,
        {"part": "_rels/.rels"},
    ),
    "hostile__poi__clusterfuzz-testcase-minimized-POIHSSFFuzzer-5816431116615680.xls": (
        Refusal.DAMAGED,
        {"part": "contents"},
    ),
    "hostile__poi__clusterfuzz-testcase-minimized-POIXSSFFuzzer-5937385319563264.xlsx": (
        Refusal.DAMAGED,
        {"part": "xl/worksheets/sheet8.xml"},
    ),
    "hostile__poi__password.xls": (Refusal.PASSWORD, {}),
    # Besides 100 million characters it has rows with the number 0.
    "hostile__poi__poc-shared-strings.xlsx": (Refusal.ROW_ZERO, {"sheet": "Tabelle1"}),
    "hostile__poi__poc-xmlbomb.xlsx": (Refusal.FORBIDDEN_XML, {"part": "xl/sharedStrings.xml"}),
    "hostile__poi__protected_passtika.xlsx": (Refusal.PASSWORD, {}),
    "hostile__sjs__Attendance.numbers": (Refusal.UNSUPPORTED, {"kind": "Numbers"}),
    "hostile__sjs__ErrorTypes.dif": (Refusal.UNSUPPORTED, {"kind": "DIF"}),
    "hostile__sjs__LO7322.fods": (Refusal.UNSUPPORTED, {"kind": "fods (flat OpenDocument)"}),
    "hostile__sjs__password_2002_40_xor.xls": (Refusal.PASSWORD, {}),
    "hostile__tika__testEXCEL.xlsb": (Refusal.UNSUPPORTED, {"kind": "xlsb"}),
    "hostile__tika__testEXCEL_protected_passtika.xlsx": (Refusal.PASSWORD, {}),
    "list__ck__null_byte.csv": (Refusal.NUL_BYTE, {"line": 2}),
}

# No input of ours: scripts that build a database. Nothing tells them from a list with semicolons; the preview will.
SCRIPTS = {"db__nw__northwind.sql", "db__pag__pagila-schema.sql"}


def test_every_file_in_the_folder_has_its_expectation(data: Path) -> None:
    assert {path.name for path in data.iterdir()} == {*SHEETS, *TEXTS, *BOOKS, *REFUSED, *SCRIPTS}


@pytest.mark.parametrize("name", SHEETS)
def test_a_spreadsheet_is_read_to_the_cell(data: Path, name: str) -> None:
    kind, expected = SHEETS[name]
    workbook = read(data / name, name=name)
    assert workbook.kind is kind
    found = [
        (sheet.name, len(sheet.rows), sum(cell is not None for row in sheet.rows for cell in row), len(sheet.problems))
        for sheet in workbook.sheets
    ]
    assert found == expected


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_file_is_read_to_the_cell(data: Path, name: str) -> None:
    workbook = read(data / name, name=name)
    (sheet,) = workbook.sheets
    cells = sum(cell is not None for row in sheet.rows for cell in row)
    assert (workbook.encoding, workbook.delimiter, len(sheet.rows), cells) == TEXTS[name]
    assert sheet.name == name


@pytest.mark.parametrize("name", BOOKS)
def test_a_file_of_another_program_is_read_to_the_customer_and_the_contact(data: Path, name: str) -> None:
    customers = read(data / name, name=name)
    contacts = read(data / name, name=name, options=ReadOptions(contacts=True))
    layout = customers.sheets[0].layout
    assert layout is not None
    found = (len(customers.sheets[0].rows), len(contacts.sheets[0].rows), len(layout.fields))
    assert (customers.kind, *found) == BOOKS[name]
    assert not customers.sheets[0].problems
    assert not contacts.sheets[0].problems


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_says_why(data: Path, name: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(data / name, name=name)
    assert (caught.value.refusal, caught.value.values) == REFUSED[name]
    assert "{" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_script_is_answered(data: Path, name: str) -> None:
    assert read(data / name, name=name).kind is Kind.TEXT


@pytest.mark.parametrize("name", ["list__nwc__customers.csv", "hostile__or__films.ods", "list__aka__customers.xlsx"])
def test_the_name_of_a_file_decides_nothing(data: Path, name: str) -> None:
    honest, misleading = read(data / name, name=name), read(data / name, name="list.pdf")
    assert honest.kind is misleading.kind
    assert honest.sheets[0].rows == misleading.sheets[0].rows
