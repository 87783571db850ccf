"""The benchmarks run at a tiny size and print their tables: figures that nobody can take again are worth nothing."""

from __future__ import annotations

import gc
import io
import re
from functools import partial
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import benchmarks.__main__ as all_of_them
from benchmarks import floor, imports, journal, namesakes, pages, peer
from tests.databases import ENGINES, Databases, postgresql_binaries, without_postgresql

HOUSE = Path(__file__).resolve().parents[2]
TINY = ["--customers", "120", "--registrations", "200", "--quick"]


@pytest.fixture(autouse=True, scope="module")
def frozen() -> None:
    """What a benchmark collects before it measures is its own garbage, not all that other tests have left."""
    gc.collect()
    gc.freeze()


def lines(printed: str) -> dict[str, str]:
    return {line[11:41].strip(): line for line in printed.splitlines()[1:]}


def test_every_page_is_measured_beside_its_floor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = [word for part in pages.PARTS if part != "start" for word in ("--part", part)]
    pages.main([*TINY, "--no-postgresql", "--folder", str(tmp_path), *parts])
    found = lines(capsys.readouterr().out)
    workloads = {name.split()[0] for name in found}
    assert workloads == {"W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W12", "W13"}
    assert all("ms" in line for line in found.values())
    assert [name for name, line in found.items() if line.count("x") < 2 and "page:" not in name] == []


def test_pages_are_measured_on_postgresql_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if postgresql_binaries() is None:
        without_postgresql()
    pages.main([*TINY, "--folder", str(tmp_path), *(word for part in pages.SERVER_PARTS for word in ("--part", part))])
    printed = capsys.readouterr().out
    both = printed.splitlines()[1:]
    on_server = [line[11:41].strip() for line in both if "PostgreSQL" in line]
    assert on_server == [line[11:41].strip() for line in both if "PostgreSQL" not in line]
    assert len(on_server) == 43


def test_the_seeded_file_is_kept_for_the_next_run(tmp_path: Path) -> None:
    made = pages.seeded(tmp_path, 20, 10)
    stamp = made.stat().st_mtime_ns
    assert pages.seeded(tmp_path, 20, 10).stat().st_mtime_ns == stamp
    assert [path.name for path in tmp_path.glob("*.making*")] == []


def test_only_the_tables_asked_for_are_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    all_of_them.main(["import", *TINY, "--folder", str(tmp_path)])
    assert [name.split()[0] for name in lines(capsys.readouterr().out)] == ["W8"]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_journal_is_measured_beside_the_same_without_it(handed_out: Databases, engine: str) -> None:
    found = list(journal.measure(partial(handed_out.fresh, engine), rows=200, runs=1))
    assert [name for name, _, _ in found] == [
        "200 inserts",
        "100 updates",
        "cascade delete of 200",
        "undo of the delete",
    ]


def test_the_floor_writes_a_workbook_that_is_read_back_whole() -> None:
    book = b"".join(floor.as_xlsx([[("a", None), ("<b>", "c")]], ("x", "y")))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows == [["x", "y"], ["a", ""], ["<b>", "c"]]


def test_a_large_import_is_measured_beside_its_floor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imports.main(["--rows", "400", "--undone", "400", "--folder", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "floor: 396 of 400 rows written" in printed
    assert "x the floor" in printed
    assert "undo of 400, 40 later edits kept" in printed
    assert [line.split()[:2] for line in printed.splitlines() if line.startswith("postgresql")] == [
        ["postgresql:", step] for step in ("read", "plan", "commit", "undo")
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_plan_of_many_namesakes_is_measured_beside_one_without(
    handed_out: Databases, engine: str, tmp_path: Path
) -> None:
    url = handed_out.copy(engine, "namesakes", namesakes.build)
    took = dict(namesakes.measure(url, tmp_path, rows=60))
    assert list(took) == list(namesakes.LISTS)
    assert min(took.values()) > 0


def test_what_is_measured_beside_the_import_is_pinned_and_no_dependency_of_ours() -> None:
    assert [one for one in peer.PINNED if not re.fullmatch(r"[a-z-]+==[\d.]+", one)] == []
    locked = (HOUSE / "requirements-dev.lock").read_text("utf-8").lower() + (HOUSE / "pyproject.toml").read_text(
        "utf-8"
    ).lower()
    assert [one for one in peer.PINNED if one.startswith("django") and one.partition("==")[0] in locked] == []


def test_the_import_of_the_peer_is_told_in_times_ours_with_and_without_its_dry_run() -> None:
    cost = peer.Cost({"read": 1.0, "dry run": 20.0, "read again": 1.0, "import": 18.0}, written=400, refused=4)
    head, both, alone = peer.lines("as it comes", cost, ours=2.0)
    assert "400 rows written, 4 refused" in head
    assert ("40.00 s CPU" in both, "20.0x ours" in both, "goal 20x" in both) == (True, True, True)
    assert ("19.00 s CPU" in alone, "9.5x ours" in alone) == (True, True)
