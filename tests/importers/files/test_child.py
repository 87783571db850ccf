"""The child process: what it may not do, and how its death reaches the person who sent the file."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from importers.files import Limits, Refusal, Unreadable, Workbook, read
from importers.files.wire import Receiver, lines
from tests.importers.files.builders import xlsx

pytestmark = pytest.mark.usefixtures("new_interpreters")
ROOT = Path(__file__).resolve().parents[3]
CONFINED = """
from importers.files import child
from importers.files.workbook import Limits
child._confine(Limits())
try:
    {attempt}
except OSError as error:
    print(type(error).__name__)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with nothing wrong."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"name;town\nAda;London\n")
    return path


def _instead(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Run this shell script where the interpreter of the child would run."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.socket()",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
    ],
)
def test_the_child_reaches_nothing_outside(attempt: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CONFINED.format(attempt=attempt)], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == "PermissionError", done.stderr


def test_the_child_holds_nothing_of_the_server() -> None:
    """And starts in a twentieth of a second for it: every file that anybody looks at pays for what is loaded."""
    script = "import sys, importers.files.child; print({name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True)
    assert not {"models", "admin_views", "sqlalchemy", "flask", "psycopg"} & ast.literal_eval(done.stdout)


def test_the_child_cannot_write_a_file(tmp_path: Path) -> None:
    attempt = f"open({str(tmp_path / 'a')!r}, 'wb', 0).write(b'a')"
    command = [sys.executable, "-c", CONFINED.format(attempt=attempt)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert not (tmp_path / "a").exists() or (tmp_path / "a").stat().st_size == 0


@pytest.mark.parametrize("signal", ["ABRT", "SEGV", "BUS"])
def test_a_child_that_crashes_is_an_ordinary_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path, signal: str
) -> None:
    _instead(monkeypatch, tmp_path, f"kill -{signal} $$")
    with pytest.raises(Unreadable) as caught:
        read(file, name="list.csv")
    assert caught.value.refusal is Refusal.READER_STOPPED


def test_a_child_that_uses_up_its_processor_time_was_too_slow(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path
) -> None:
    _instead(monkeypatch, tmp_path, "kill -XCPU $$")
    with pytest.raises(Unreadable) as caught:
        read(file, name="list.csv")
    assert caught.value.refusal is Refusal.TOO_SLOW


def test_a_child_that_hangs_is_ended_when_its_time_is_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path
) -> None:
    _instead(monkeypatch, tmp_path, f"echo $$ > {tmp_path}/number; exec sleep 60")
    started = time.monotonic()
    with pytest.raises(Unreadable) as caught:
        read(file, name="list.csv", limits=Limits(seconds=1))
    assert caught.value.refusal is Refusal.TOO_SLOW
    assert time.monotonic() - started < 3
    number = (tmp_path / "number").read_text().strip()
    assert not Path(f"/proc/{number}").exists()


@pytest.mark.parametrize(
    "said", ["nonsense", "[]", '{"rows": [[1]]}', '{"refused": "NO_SUCH"}', '{"kind": "exe"}', "1"]
)
def test_a_child_that_talks_nonsense_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path, said: str
) -> None:
    _instead(monkeypatch, tmp_path, f"echo '{said}'")
    with pytest.raises(Unreadable) as caught:
        read(file, name="list.csv")
    assert caught.value.refusal is Refusal.DAMAGED


def test_files_sent_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.csv" for number in range(6)]
    for number, path in enumerate(paths):
        path.write_text(f"number;name\n{number};Ada\n")
    with ThreadPoolExecutor(3) as pool:
        workbooks = list(pool.map(lambda path: read(path, name=path.name), paths))
    assert [workbook.sheets[0].rows[1][0] for workbook in workbooks] == [str(number) for number in range(6)]


def test_a_workbook_survives_the_way_to_the_parent(data: Path) -> None:
    for name in ("hostile__cal__errors.xlsx", "hostile__gov__xlsx_hidden_merged.xlsx", "hostile__or__dates.xls"):
        workbook = read(data / name, name=name)
        receiver = Receiver()
        for line in lines(workbook):
            receiver.take(line)
        assert isinstance(receiver.workbook, Workbook)
        assert [replace(sheet) for sheet in receiver.workbook.sheets] == list(workbook.sheets)


def test_fifty_thousand_rows_of_twelve_columns_take_a_few_seconds(tmp_path: Path) -> None:
    cells = [(chr(65 + column), column) for column in range(12)]
    rows = "".join(
        f'<row r="{row}">'
        + "".join(
            f'<c r="{letter}{row}"><v>{row}</v></c>'
            if column % 2
            else f'<c r="{letter}{row}" t="inlineStr"><is><t>Klant {row} {letter}</t></is></c>'
            for letter, column in cells
        )
        + "</row>"
        for row in range(1, 50_001)
    )
    path = xlsx(tmp_path / "a.xlsx", rows)
    before = os.times()
    sheet = read(path, name="a.xlsx").sheets[0]
    # Processor time: the clock says 1.7 s on a quiet machine, and anything on a busy one.
    assert os.times().children_user - before.children_user < 4
    assert len(sheet.rows) == 50_000
    assert sheet.rows[-1][:2] == ("Klant 50000 A", 50_000)
