"""Small files that grow without end are answered within five seconds, and cost the server itself next to nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from importers.files import Limits, Refusal, Remark, Unreadable, Workbook, letters, read
from tests.importers.files.builders import MAIN, lie_about_sizes, ods, xlsx

FIVE_SECONDS = 5.0
pytestmark = pytest.mark.usefixtures("new_interpreters")
ROOT = Path(__file__).resolve().parents[3]
ROW = '<row r="{0}"><c r="A{0}"><v>{0}</v></c></row>'
MUCH = 310_000_000
REPEATED = '<table:table-cell office:value-type="float" office:value="1" {}><text:p>1</text:p></table:table-cell>'


def _answer(path: Path, limits: Limits | None = None) -> Workbook | Unreadable:
    # Processor time, since the machine may be busy with other tests; the clock only guards against waiting.
    started, used = time.monotonic(), _processor_time()
    try:
        return read(path, name=path.name, limits=limits or Limits())
    except Unreadable as error:
        assert "{" not in str(error)
        return error
    finally:
        assert _processor_time() - used < FIVE_SECONDS
        assert time.monotonic() - started < 4 * FIVE_SECONDS


def _processor_time() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _refused(answer: Workbook | Unreadable, refusal: Refusal) -> Unreadable:
    assert isinstance(answer, Unreadable), answer
    assert answer.refusal is refusal
    return answer


def _read(answer: Workbook | Unreadable) -> Workbook:
    assert isinstance(answer, Workbook), answer
    return answer


def test_one_cell_in_the_last_corner_does_not_take_the_whole_sheet_along(tmp_path: Path) -> None:
    last = "XFD1048576"
    far = f'<row r="1048576"><c r="{last}"><v>1</v></c></row>'
    sheet = _read(_answer(xlsx(tmp_path / "a.xlsx", ROW.format(1) + far))).sheets[0]
    assert sheet.rows == [(1,)]
    assert sheet.notes[0].remark is Remark.STOPPED_AT_EMPTY_ROWS


def test_one_cell_in_the_last_column_is_reported_and_the_rows_are_read(tmp_path: Path) -> None:
    first = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'
    rows = first + "".join(ROW.format(row) for row in range(2, 20_001))
    sheet = _read(_answer(xlsx(tmp_path / "a.xlsx", rows))).sheets[0]
    assert len(sheet.rows) == 20_000
    assert str(sheet.notes[0]) == "List: 16384 columns; only the first 1000 were read."


def test_a_merged_area_over_the_whole_sheet_fills_no_more_than_the_data(tmp_path: Path) -> None:
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    sheet = _read(_answer(xlsx(tmp_path / "a.xlsx", ROW.format(1) + ROW.format(2), after=merged))).sheets[0]
    assert sheet.rows == [(1,), (1,)]


def test_a_sheet_that_claims_to_be_huge_is_read_for_what_it_holds(tmp_path: Path) -> None:
    rows = "".join(map(ROW.format, (1, 2, 3)))
    path = xlsx(tmp_path / "a.xlsx", rows, before='<dimension ref="A1:XFD1048576"/>')
    assert _read(_answer(path)).sheets[0].rows == [(1,), (2,), (3,)]


def test_a_row_with_an_impossible_number_is_answered(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", '<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>')
    sheet = _read(_answer(path)).sheets[0]
    assert sheet.rows == []
    assert sheet.notes[0].remark is Remark.STOPPED_AT_EMPTY_ROWS


def test_spaces_without_end_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", " " * MUCH)
    assert path.stat().st_size < 2_000_000
    error = _refused(_answer(path), Refusal.UNPACKED_TOO_BIG)
    assert error.values == {"size": 310, "limit": 300}


def test_a_zip_that_lies_about_its_sizes_is_found_out_by_counting(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", " " * MUCH)
    lie_about_sizes(path, "xl/worksheets/sheet1.xml", 1_000)
    _refused(_answer(path), Refusal.UNPACKED_TOO_BIG)


def test_one_part_packed_too_tightly_is_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", " " * 20_000_000)
    error = _refused(_answer(path), Refusal.PACKED_TOO_TIGHTLY)
    assert error.values["part"] == "xl/worksheets/sheet1.xml"
    assert int(error.values["ratio"]) > 200


def test_one_endless_shared_string_is_refused(tmp_path: Path) -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"a" * MUCH}</t></si></sst>'
    _refused(_answer(xlsx(tmp_path / "a.xlsx", "", strings=strings)), Refusal.UNPACKED_TOO_BIG)


def test_a_string_used_in_very_many_cells_is_refused(tmp_path: Path) -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"Kaartenbak " * 2_900}</t></si></sst>'
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 60_000))
    answer = _answer(xlsx(tmp_path / "a.xlsx", rows, strings=strings))
    assert isinstance(answer, Unreadable)
    assert answer.refusal in {Refusal.TOO_MUCH_TEXT, Refusal.READER_STOPPED, Refusal.TOO_MUCH_MEMORY}


def test_a_full_sheet_names_its_number_of_rows(tmp_path: Path) -> None:
    rows = "".join(map(ROW.format, range(1, 1_048_577)))
    error = _refused(_answer(xlsx(tmp_path / "a.xlsx", rows)), Refusal.TOO_MANY_ROWS)
    assert error.values == {"sheet": "List", "count": 1_048_576, "limit": 100_000}


def test_more_cells_than_allowed_are_refused_with_their_number(tmp_path: Path) -> None:
    cells = "".join(f'<c r="{letters(column)}{{0}}"><v>{{0}}</v></c>' for column in range(1, 101))
    rows = "".join(f'<row r="{row}">{cells.format(row)}</row>' for row in range(1, 1_001))
    error = _refused(_answer(xlsx(tmp_path / "a.xlsx", rows), Limits(cells=50_000)), Refusal.TOO_MANY_CELLS)
    assert error.values == {"count": 100_000, "limit": 50_000}


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE a [<!ENTITY b "haha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">',
    ],
)
def test_entities_are_refused_wherever_a_reader_would_meet_them(tmp_path: Path, declaration: str) -> None:
    path = xlsx(tmp_path / "a.xlsx", ROW.format(1), strings=f'{declaration}<sst xmlns="{MAIN}"/>')
    _refused(_answer(path), Refusal.FORBIDDEN_XML)
    flat = tmp_path / "a.xml"
    flat.write_text(f"<?xml version='1.0'?>{declaration}<auditfile>&c;</auditfile>")
    _refused(_answer(flat), Refusal.FORBIDDEN_EXPORT)


def test_elements_nested_without_end_are_answered(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ROW.format(1) + "<a>" * 200_000 + "</a>" * 200_000)
    _answer(path, Limits(ratio=2_000))


def test_a_sheet_of_repeated_cells_is_refused(tmp_path: Path) -> None:
    cell = REPEATED.format('table:number-columns-repeated="1024"')
    table = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    _refused(_answer(ods(tmp_path / "a.ods", table)), Refusal.TOO_MANY_CELLS)


def test_a_row_repeated_four_thousand_million_times_is_refused(tmp_path: Path) -> None:
    row = f'<table:table-row table:number-rows-repeated="4000000000">{REPEATED.format("")}</table:table-row>'
    error = _refused(_answer(ods(tmp_path / "a.ods", row)), Refusal.TOO_MANY_ROWS)
    assert error.values["count"] == 1_048_576


def test_a_zip_with_very_many_parts_is_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", "", extra={f"xl/media/{number}.png": b"" for number in range(1_100)})
    assert int(_refused(_answer(path), Refusal.TOO_MANY_PARTS).values["count"]) > 1_100


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_part_twice_is_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", "")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/workbook.xml", "<other/>")
    assert _refused(_answer(path), Refusal.PART_TWICE).values == {"part": "xl/workbook.xml"}


def test_a_file_over_the_upload_limit_is_refused_with_both_sizes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a;b\n" * 7_000_000)
    assert str(_refused(_answer(path), Refusal.TOO_BIG)).startswith("The file is 28.0 MB; at most 25 MB")


def test_a_file_that_takes_too_long_is_refused_when_its_time_is_up(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a;b;c;d;e;f;g;h\n" * 1_000_000)
    error = _refused(_answer(path, Limits(seconds=1, rows=2_000_000, cells=10**9)), Refusal.TOO_SLOW)
    assert error.values == {"limit": 1}


def test_a_file_that_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a;b;c;d;e;f;g;h\n" * 1_000_000)
    answer = _answer(path, Limits(memory=100_000_000, rows=2_000_000, cells=10**9))
    assert _refused(answer, Refusal.TOO_MUCH_MEMORY).values == {"limit": 100}


BOMBS: tuple[Callable[[Path], Path], ...] = (
    lambda folder: xlsx(folder / "far.xlsx", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    lambda folder: xlsx(folder / "spaces.xlsx", " " * MUCH),
    lambda folder: xlsx(folder / "rows.xlsx", "".join(map(ROW.format, range(1, 300_000)))),
    lambda folder: ods(folder / "repeated.ods", f"<table:table-row>{REPEATED.format('')}</table:table-row>"),
)
SERVER = """
import json, os, re, sys
from pathlib import Path
from importers.files import Unreadable, read

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

before = os.getpid(), peak()
answers = []
for name in sys.argv[1:]:
    try:
        answers.append(len(read(Path(name), name=name).sheets))
    except Unreadable as error:
        answers.append(error.refusal.name)
grown = peak() - before[1]
readers = sorted({"python_calamine", "openpyxl", "defusedxml"} & set(sys.modules))
print(json.dumps([os.getpid() == before[0], grown // 1024, readers, answers]))
"""


def test_the_server_lives_on_and_neither_grows_nor_loads_a_reader(tmp_path: Path, data: Path) -> None:
    hostile = [str(bomb(tmp_path)) for bomb in BOMBS] + [str(path) for path in data.glob("hostile__*fuzz*")]
    command = [sys.executable, "-c", SERVER, *hostile]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    same_process, megabytes, readers, answers = json.loads(done.stdout)
    assert same_process
    assert megabytes < 50
    assert readers == []
    assert len(answers) == len(hostile)
