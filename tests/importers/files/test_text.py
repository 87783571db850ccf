"""Text files: encodings, delimiters, line ends, and texts that are something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from importers.files import Fault, Kind, Limits, ReadOptions, Refusal, Remark, Unreadable, Workbook, read

LIST = "naam;plaats\nJosé;Köln\nÅsa;Umeå\n"
ROWS = [("naam", "plaats"), ("José", "Köln"), ("Åsa", "Umeå")]


def _read(folder: Path, content: bytes, options: ReadOptions | None = None) -> Workbook:
    path = folder / "list.csv"
    path.write_bytes(content)
    return read(path, name="list.csv", options=options or ReadOptions())


def _refusal(folder: Path, content: bytes, options: ReadOptions | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        _read(folder, content, options)
    return caught.value


@pytest.mark.parametrize(
    ("written", "recognised"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_recognised(tmp_path: Path, written: str, recognised: str) -> None:
    workbook = _read(tmp_path, LIST.encode(written))
    assert workbook.encoding == recognised
    assert workbook.sheets[0].rows == ROWS


def test_only_a_guessed_encoding_is_remarked_upon(tmp_path: Path) -> None:
    assert _read(tmp_path, LIST.encode("utf-8")).notes == ()
    assert [note.remark for note in _read(tmp_path, LIST.encode("cp1252")).notes] == [Remark.ENCODING_GUESSED]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("cp850", "naam;plaats\nÅkeri Müller;Malmö\nSØREN ÆRØ;KÖLN\nÉtoile;'s-Graveland\n"),
        ("mac-roman", "naam;plaats\nÅkeri Ödeshög;Malmö\nFrançois Bouvière;Forêt\n"),
        ("cp1250", "naam;plaats\nŠťastný;Plzeň\nŹródło;Łódź\n"),
        ("cp1251", "naam;plaats\nЂорђевић;Београд\nЏон;Ниш\n"),
        ("shift_jis", "naam;plaats\n株式会社;東京都\nメーカー;横浜市\n"),
    ],
)
def test_bytes_that_do_not_decode_in_the_usual_encoding_are_read_in_one_that_makes_words_of_them(
    tmp_path: Path, written: str, text: str
) -> None:
    content = text.encode(written)
    with pytest.raises(UnicodeDecodeError):
        content.decode("cp1252")
    workbook = _read(tmp_path, content)
    assert workbook.sheets[0].rows == [tuple(line.split(";")) for line in text.splitlines()]
    assert workbook.encoding is not None
    assert [(note.remark, note.values) for note in workbook.notes] == [
        (Remark.ENCODING_GUESSED, {"encoding": workbook.encoding})
    ]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("mac-roman", "naam;plaats\nJörg Groß;Köln\nMäkinen;Jyväskylä\n"),
        ("mac-roman", "naam;plaats\nBjørn;Tromsø\n"),
        ("mac-roman", "naam;plaats\nSociété Générale;Orléans\nZoë;Café\n"),
        ("cp850", "naam;plaats\nZoë Coöperatie;Curaçao\n"),
        ("cp850", "naam;plaats\nHélène Lefèvre;Angoulême\n"),
        ("cp850", "naam;plaats\nBjørn;Tromsø\n"),
        ("cp850", "naam;plaats\nMÜLLER GMBH;KÖLN\n"),
        ("cp437", "naam;plaats\nMäkinen Pöytä;Jyväskylä\n"),
    ],
)
def test_bytes_that_decode_as_windows_are_read_as_mac_or_dos_where_only_that_makes_words(
    tmp_path: Path, written: str, text: str
) -> None:
    content = text.encode(written)
    content.decode("cp1252")
    workbook = _read(tmp_path, content)
    assert workbook.sheets[0].rows == [tuple(line.split(";")) for line in text.splitlines()]
    assert workbook.encoding == {"mac-roman": "mac_roman"}.get(written, "cp850")
    assert [note.remark for note in workbook.notes] == [Remark.ENCODING_GUESSED]


@pytest.mark.parametrize(
    "name",
    [
        "José", "Škoda Žižkov", "Krško", "Lihtenštajn", "Mašek", "“De Hoek”", "„Post“", "”Oy”", "l’Étoile", "O‘Brien",
        "cœur", "Col·legi", "Acme® Café™", "5½ m²", "Müller–Söhne…", "§ 5", "€ 5", "Peña", "‹Zoë›", "ÅÄÖ AB", "¿Qué?",
        "van\xa0der\xa0Meer", "CAFÉ ÉTOILE", "Þórður", "100‰", "†Jansen", "Ÿ", "ƒ 10", "Jansen ‚t Hoekje",
    ],
)  # fmt: skip
def test_what_is_written_for_windows_stays_so(tmp_path: Path, name: str) -> None:
    workbook = _read(tmp_path, f"naam;plaats\n{name};Ede\n".encode("cp1252"))
    assert (workbook.encoding, workbook.sheets[0].rows[1][0]) == ("cp1252", name.strip())
    assert [note.remark for note in workbook.notes] == [Remark.ENCODING_GUESSED]


def test_words_that_no_encoding_makes_whole_are_told_as_doubtful(tmp_path: Path) -> None:
    workbook = _read(tmp_path, "naam;plaats\nBel‡gi€rn;D†™n\n".encode("cp1252"))
    assert workbook.encoding == "cp1252"
    assert "another encoding: 4, such as Bel‡gi€rn." in str(workbook.notes[1])


def test_letters_that_no_encoding_makes_sense_of_are_told_with_their_line(tmp_path: Path) -> None:
    workbook = _read(tmp_path, LIST.encode("cp1252") + b"Zo\xeb;\x80 5\nH\x81b;Caf\xe9\nB\x81b;Ede\n")
    assert workbook.encoding == "cp1252"
    assert workbook.sheets[0].rows[3:] == [("Zoë", "€ 5"), ("H\ufffdb", "Café"), ("B\ufffdb", "Ede")]
    told = workbook.notes[1]
    assert (told.remark, told.values) == (Remark.LETTERS_LOST, {"encoding": "cp1252", "count": 2, "line": 5})


@pytest.mark.parametrize("encoding", ["latin-1", "mac-roman", "cp437", "iso8859-15"])
def test_the_chosen_encoding_is_honoured(tmp_path: Path, encoding: str) -> None:
    workbook = _read(tmp_path, LIST.encode(encoding), ReadOptions(encoding=encoding))
    assert workbook.sheets[0].rows == ROWS
    assert workbook.notes == ()


def test_a_chosen_encoding_that_does_not_fit_names_the_line(tmp_path: Path) -> None:
    error = _refusal(tmp_path, LIST.encode("cp1252"), ReadOptions(encoding="utf-8"))
    assert error.refusal is Refusal.WRONG_ENCODING
    assert error.values == {"encoding": "utf-8", "line": 2}


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    for encoding in ("klingon", "base64", "rot13"):
        error = _refusal(tmp_path, LIST.encode(), ReadOptions(encoding=encoding))
        assert error.refusal is Refusal.UNKNOWN_ENCODING


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_the_rows_alike(tmp_path: Path, delimiter: str) -> None:
    rows = [["name", "amount", "note"], ["Ada", "1", 'a "b", c; d|e\tf'], ["Bo", "2", ""]]
    lines = [delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows]
    workbook = _read(tmp_path, "\n".join(lines).encode())
    assert workbook.delimiter == delimiter
    assert workbook.sheets[0].rows[1] == ("Ada", "1", 'a "b", c; d|e\tf')


def test_a_decimal_comma_is_no_delimiter(tmp_path: Path) -> None:
    workbook = _read(tmp_path, b"name;price\nAda;1,50\nBo;2,75\n")
    assert workbook.delimiter == ";"
    assert workbook.sheets[0].rows[1] == ("Ada", "1,50")


def test_the_chosen_delimiter_is_honoured(tmp_path: Path) -> None:
    workbook = _read(tmp_path, b"a;b~c;d\n", ReadOptions(delimiter="~"))
    assert workbook.sheets[0].rows == [("a;b", "c;d")]


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_a_delimiter_that_cannot_be_one_is_refused(tmp_path: Path, delimiter: str) -> None:
    error = _refusal(tmp_path, b"a;b\n", ReadOptions(delimiter=delimiter))
    assert error.refusal is Refusal.WRONG_DELIMITER


@pytest.mark.parametrize("line", ["sep=|", '"sep=|"', "SEP=|"])
def test_a_separator_line_is_an_instruction_and_no_row(tmp_path: Path, line: str) -> None:
    workbook = _read(tmp_path, f"{line}\r\na;b|c\r\n".encode())
    assert workbook.delimiter == "|"
    assert list(workbook.sheets[0].numbered()) == [(1, ("a;b", "c"))]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_part_rows_and_those_in_quotes_do_not(tmp_path: Path, end: str) -> None:
    content = end.join(["name;note", 'Ada;"one', 'two"', "Bo;three", ""])
    assert _read(tmp_path, content.encode()).sheets[0].rows == [("name", "note"), ("Ada", "one\ntwo"), ("Bo", "three")]


def test_a_quotation_mark_that_swallowed_rows_is_told(tmp_path: Path) -> None:
    swallowed = _read(tmp_path, b'nr;name;town\n1;"Abc;Delft\n2;Def;Ede\n3;Ghi";Assen\n')
    assert [(note.remark, note.values) for note in swallowed.notes] == [(Remark.LINES_IN_A_CELL, {"row": 2})]
    innocent = _read(tmp_path, b'nr;name;note\n1;Abc;"one; two\nthree\nfour"\n')
    assert innocent.notes == ()


def test_what_is_told_of_the_rows_of_a_text_names_the_file(tmp_path: Path) -> None:
    (note,) = _read(tmp_path, b";".join(b"%d" % at for at in range(1_200)) + b"\n").sheets[0].notes
    assert str(note.remark.format(**note.values)).startswith("list.csv: 1200 columns;")


def test_empty_lines_keep_their_numbers(tmp_path: Path) -> None:
    sheet = _read(tmp_path, b"a;b\n\n\nc;d\n\n").sheets[0]
    assert list(sheet.numbered()) == [(1, ("a", "b")), (2, ()), (3, ()), (4, ("c", "d"))]


def test_leading_zeros_and_short_rows_stay_as_they_are(tmp_path: Path) -> None:
    sheet = _read(tmp_path, b"code;name;town\n007;\n008;Ada;;\n").sheets[0]
    assert sheet.rows == [("code", "name", "town"), ("007", None), ("008", "Ada", None, None)]


def test_a_formula_that_is_only_a_text_is_that_text_and_other_formulas_stay(tmp_path: Path) -> None:
    lines = ['"=""00012""";="0101";=""', '="7";"=""5"""" wide""";="a"&"b"', '=1+1;="x;=A1"', '-="x";=HYPERLINK("x");="']
    assert _read(tmp_path, "\n".join(lines).encode(), ReadOptions(delimiter=";")).sheets[0].rows == [
        ("00012", "0101", None),
        ("7", '5" wide', '="a"&"b"'),
        ("=1+1", '="x', '=A1"'),
        ('-="x"', '=HYPERLINK("x")', '="'),
    ]


def test_blanks_around_text_go_whatever_their_kind(tmp_path: Path) -> None:
    sheet = _read(tmp_path, "\u00a0 Ada\u200b ;\u2003\u00a0;\ufeffx\n".encode()).sheets[0]
    # What takes no room is not dropped unsaid: the importer leaves it out and says so.
    assert sheet.rows == [("Ada\u200b", None, "\ufeffx")]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b'a;b\nc;"d\ne;f\n', 2),
        (b'a;b\n"c\nd";e\nf;"g', 3),
        (b'a;b\nHotel 5" Ster;e\n"6" wide";7\nf;"g;h\nj;k\nl;m\nn;o', 4),
        (b'sep=;\r\na;b\r\n"', 2),
        (b'a;b\n\n"c;d\ne;f\ng;h\ni;j\n', 3),
    ],
)
def test_a_quotation_mark_left_open_is_told_with_the_row_it_stands_in(tmp_path: Path, content: bytes, row: int) -> None:
    notes = _read(tmp_path, content).notes
    assert [note.values for note in notes if note.remark is Remark.QUOTE_OPEN] == [{"row": row}]
    assert Remark.LINES_IN_A_CELL not in [note.remark for note in notes]


def test_a_quotation_mark_within_a_cell_without_them_is_a_character_like_any_other(tmp_path: Path) -> None:
    workbook = _read(tmp_path, b'nr;name\n1;Hotel 5" Ster\n2;B "x" y\n3;"C ""z""" \n4;"D"\n')
    assert [row[1] for row in workbook.sheets[0].rows] == ["name", 'Hotel 5" Ster', 'B "x" y', 'C "z"', "D"]
    assert workbook.notes == ()


def test_a_cell_that_goes_on_behind_its_quotation_marks_is_told_with_its_row(tmp_path: Path) -> None:
    workbook = _read(tmp_path, b'nr;name\n"1";"Acme"  \n2;"Jansen "the small" Ltd"\n3;B\n')
    assert [row[0] for row in workbook.sheets[0].rows] == ["nr", "1", "2", "3"]
    assert [(note.remark, note.values) for note in workbook.notes] == [(Remark.QUOTE_ASTRAY, {"row": 3})]


def test_a_nul_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    assert _refusal(tmp_path, b"a;b\nc;\0d\n").values == {"line": 2}


@pytest.mark.parametrize(
    ("content", "refusal", "kind"),
    [
        (b"", Refusal.EMPTY, None),
        (b" \r\n\t\n", Refusal.EMPTY, None),
        (b"\x89PNG\r\n\x1a\nrest", Refusal.NOT_A_SPREADSHEET, "PNG"),
        (b"\xff\xd8\xff\xe0rest", Refusal.NOT_A_SPREADSHEET, "JPEG"),
        (b"%PDF-1.7\nrest", Refusal.NOT_A_SPREADSHEET, "PDF"),
        (b"{\\rtf1 rest}", Refusal.NOT_A_SPREADSHEET, "RTF"),
        (b"\x1f\x8b\x08rest", Refusal.NOT_A_SPREADSHEET, "gzip"),
        (b"%TSD-Header-###%\x00rest", Refusal.LOCKED_BY_SOFTWARE, None),
        (b"PK\x03\x04rest", Refusal.DAMAGED, None),
        (b"PK\x05\x06" + bytes(18), Refusal.NOT_A_SPREADSHEET, "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", Refusal.DAMAGED, None),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00", Refusal.UNSUPPORTED, "Excel 4"),
        (b"ID;PWXL;N;E\nC;Y1;X1\n", Refusal.UNSUPPORTED, "SYLK"),
        (b"TABLE\r\n0,1\r\n", Refusal.UNSUPPORTED, "DIF"),
        (b"version: 1\ndn: cn=Ada\n", Refusal.UNSUPPORTED, "LDIF"),
        (b"<html><table><tr><td>a</td></tr></table></html>", Refusal.NO_LIST, None),
        (b"<!DOCTYPE html><html></html>", Refusal.NO_LIST, None),
        (b"<meta charset=utf-8><style>a{}</style><table></table>", Refusal.NO_LIST, None),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html/>\n", Refusal.UNSUPPORTED, "MIME"),
        (b"From: a@b.nl\nSubject: list,\n of all\nMIME-Version: 1.0\n\nHi\n", Refusal.UNSUPPORTED, "MIME"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", Refusal.UNSUPPORTED, "iCalendar"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            Refusal.NO_SHEETS,
            "Excel 2003 XML",
        ),
        (b"#FLAGGA 0\n#SIETYP 4\n", Refusal.BOOKKEEPING_ONLY, "SIE 4"),
        (b"BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n", Refusal.NO_PARTIES, "vCard"),
        (b'<?xml version="1.0"?><auditfile/>', Refusal.NO_PARTIES, "XAF"),
        (
            b'<n1:AuditFile xmlns:n1="urn:StandardAuditFile-Taxation-Financial:NO"/>',
            Refusal.NO_PARTIES,
            "SAF-T",
        ),
        (b'<?xml version="1.0"?><Sie xmlns="http://www.sie.se/sie5"/>', Refusal.NO_PARTIES, "SIE 5"),
        (b'<?xml version="1.0"?><Invoice/>', Refusal.NO_PARTIES, "UBL"),
        (b'<?xml version="1.0"?><other/>', Refusal.UNKNOWN_XML, None),
        (b"<customers>\n <customer><name>Ada</name></customer>\n</customers>\n", Refusal.UNKNOWN_XML, None),
        (b"<n:all><n:one/></n:all>", Refusal.UNKNOWN_XML, None),
        (b'[\n {"name": "Ada"}\n]', Refusal.UNSUPPORTED, "JSON"),
        (b'{"name": "Ada"}\n{"name": "Bob"}\n', Refusal.UNSUPPORTED, "JSON"),
        (b'[["name"], ["Ada"]]', Refusal.UNSUPPORTED, "JSON"),
        (b"[]", Refusal.UNSUPPORTED, "JSON"),
        (b'<?xml version="1.0"?><!DOCTYPE other [<!ENTITY a "b">]><other/>', Refusal.FORBIDDEN_EXPORT, None),
    ],
)
def test_what_is_no_list_gets_its_own_message(
    tmp_path: Path, content: bytes, refusal: Refusal, kind: str | None
) -> None:
    error = _refusal(tmp_path, content)
    assert error.refusal is refusal
    assert error.values.get("kind") == kind
    assert "{" not in str(error)


def test_the_refusal_of_what_programs_exchange_names_what_can_be_read(tmp_path: Path) -> None:
    told = str(_refusal(tmp_path, b'<?xml version="1.0"?><other/>'))
    assert all(kind in told for kind in ("XAF", "SAF-T", "SIE 5", "UBL", "vCard", ".xlsx", ".csv"))
    told = str(_refusal(tmp_path, b'{"name": "Ada"}'))
    assert told == "JSON is not supported. Export the list as .xlsx or .csv."


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (b"[Name];[Town]\nAda;London\n", ("[Name]", "[Town]")),
        (b"{name};town\nAda;London\n", ("{name}", "town")),
        (b"<b><i>name</i></b>;town\nAda;London\n", ("<b><i>name</i></b>", "town")),
    ],
)
def test_brackets_around_a_name_make_no_other_kind_of_file(
    tmp_path: Path, content: bytes, header: tuple[str, str]
) -> None:
    assert _read(tmp_path, content).sheets[0].rows[0] == header


def test_a_list_about_markup_is_still_a_list(tmp_path: Path) -> None:
    workbook = _read(tmp_path, b"<b>name</b>;town\nAda;London\n")
    assert workbook.kind is Kind.TEXT
    assert workbook.sheets[0].rows[0] == ("<b>name</b>", "town")


def test_too_many_rows_of_a_text_are_told_by_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "stored"
    path.write_text("Naam;Plaats\n" + "Acme;Ede\n" * 30)
    with pytest.raises(Unreadable) as caught:
        read(path, name="large.csv", limits=Limits(rows=20))
    assert str(caught.value).startswith("The sheet large.csv has 31 rows")


def _problems(workbook: Workbook) -> dict[tuple[int, int], tuple[Fault, str]]:
    return {place: (found.fault, found.value) for place, found in workbook.sheets[0].problems.items()}


@pytest.mark.parametrize("value", ["#N/B", "#REF!", "#VERW!", "#NV", "#SAKNAS!", "#ARVO!", "#I/T", "#DIV/0!"])
def test_an_error_that_a_program_wrote_as_text_is_no_value(tmp_path: Path, value: str) -> None:
    workbook = _read(tmp_path, f"nr;name;town\n1;{value};Ede\n2;Bob;# 3\n".encode())
    assert _problems(workbook) == {(2, 2): (Fault.ERROR_VALUE, value)}
    assert workbook.sheets[0].rows == [("nr", "name", "town"), ("1", None, "Ede"), ("2", "Bob", "# 3")]


@pytest.mark.parametrize("value", ["8,71234E+12", "3.16123E+10", "1E+12", "6.12345678E8", "########"])
def test_a_number_that_was_cut_short_in_a_text_is_no_value(tmp_path: Path, value: str) -> None:
    workbook = _read(tmp_path, f"nr;name\n{value};Ann\n12E;3e1\n5E10;#IT\n".encode())
    assert _problems(workbook) == {(2, 1): (Fault.CUT_SHORT, value)}


def test_whole_numbers_that_a_program_wrote_as_fractions_are_whole(tmp_path: Path) -> None:
    content = "nr,days,version,mixed\n1001.0,30.0,1.0,1.0\n1002.0,nan,2.0,2.5\n,,3,3.0\n"
    rows = _read(tmp_path, content.encode()).sheets[0].rows
    assert rows[1:] == [("1001", "30", "1.0", "1.0"), ("1002", "nan", "2.0", "2.5"), (None, None, "3", "3.0")]


def test_one_row_that_is_wide_does_not_make_every_other_row_as_wide(tmp_path: Path) -> None:
    """So many columns times so many rows would take longer than a file may."""
    content = f"nr;days\n{';' * 40_000}x\n" + "1;30.0\n" * 4_000
    assert _read(tmp_path, content.encode()).sheets[0].rows[-1][:2] == ("1", "30")


@pytest.mark.parametrize(
    "content",
    [
        "'nr';'name'\n'1';'Ann; Bob'\n'2';'O''Hara'\n",
        "“nr”;“name”\n“1”;“Ann; Bob”\n“2”;“O'Hara”\n",
        '"nr"; "name"\n"1"; "Ann; Bob"\n2; "O\'Hara"\n',
    ],
)
def test_other_marks_around_all_cells_are_quotation_marks(tmp_path: Path, content: str) -> None:
    rows = _read(tmp_path, content.encode()).sheets[0].rows
    assert [row[:2] for row in rows] == [("nr", "name"), ("1", "Ann; Bob"), ("2", rows[2][1])]
    assert rows[2][1] in {"O'Hara", "O''Hara"}
    assert [len(row) for row in rows] == [2, 2, 2]


def test_marks_around_some_cells_are_a_part_of_them(tmp_path: Path) -> None:
    rows = _read(tmp_path, b"nr;'name'\n1;'t Hof\n").sheets[0].rows
    assert rows == [("nr", "'name'"), ("1", "'t Hof")]


def test_letters_that_were_spoilt_before_are_told_with_their_line(tmp_path: Path) -> None:
    workbook = _read(tmp_path, "naam;plaats\nMÃ¼ller;KÃ¶ln\n".encode())
    assert [(note.remark, note.values) for note in workbook.notes] == [
        (Remark.GARBLED, {"line": 2, "shown": "MÃ¼ller"})
    ]
    assert _read(tmp_path, "naam;plaats\nSÃO PAULO;Åre\n".encode()).notes == ()


def test_files_put_behind_each_other_hold_no_mark_between_them(tmp_path: Path) -> None:
    workbook = _read(tmp_path, ("\ufeff" + LIST + "\ufeff" + LIST).encode())
    assert workbook.sheets[0].rows == [*ROWS, *ROWS]


@pytest.mark.parametrize("delimiter", [";", ","])
def test_rows_that_stand_in_one_cell_each_are_taken_apart_and_that_is_told(tmp_path: Path, delimiter: str) -> None:
    lines = ["nr;name;town", '1;"Acme; Bob";Ede', "2;Bob;"]
    wrapped = "\n".join('"' + line.replace(";", delimiter).replace('"', '""') + '"' for line in lines)
    workbook = _read(tmp_path, wrapped.encode())
    assert workbook.sheets[0].rows == [("nr", "name", "town"), ("1", f"Acme{delimiter} Bob", "Ede"), ("2", "Bob", None)]
    assert [note.remark for note in workbook.sheets[0].notes] == [Remark.TAKEN_APART]


def test_a_single_column_of_text_is_one_column(tmp_path: Path) -> None:
    assert _read(tmp_path, b"name\nBerg, Jan\nRood, Eva\n", ReadOptions(delimiter=";")).sheets[0].rows[1] == (
        "Berg, Jan",
    )
    assert _read(tmp_path, b'"name"\n"Berg, Jan"\n"Rood, Eva"\n', None).sheets[0].notes == ()
