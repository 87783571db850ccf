"""What the tests read files with, copies of one process, does and ends as the child of the panel does."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from importers.files import Limits, Refusal, Unreadable, Workbook, process, read
from tests.importers.files.builders import xlsb, xlsx
from tests.importers.files.copies import Copies
from tests.importers.files.mutations import Mutation, mutate, small

WAITS = '{"limits": {"upload": 9, "seconds": 60, "memory": 1000000000}, "options": {}}'


@pytest.fixture
def copies() -> Iterator[Copies]:
    made = Copies()
    yield made
    made.close()


def _said(path: Path) -> Workbook | Refusal:
    try:
        return read(path, name="file", limits=Limits(seconds=10))
    except Unreadable as refused:
        return refused.refusal


def _files(data: Path, folder: Path) -> Iterator[Path]:
    yield from sorted(data.glob("hostile__*"))[::12]
    made = small(data, folder)
    for seed in range(25, 600, 50):
        mutation: Mutation = mutate(seed, made)
        path = folder / f"{seed}"
        path.write_bytes(mutation.content)
        yield path
    yield xlsx(folder / "list.xlsx", '<row r="1"><c r="A1"><v>1</v></c></row>')
    yield xlsb(folder / "list.xlsb", [("Name", "Town"), ("Ada", "London")])


def test_a_copy_says_what_a_new_interpreter_says(
    data: Path, tmp_path: Path, copies: Copies, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_begun", copies.begun)
    files = list(_files(data, tmp_path))
    said = [_said(path) for path in files]
    request.getfixturevalue("new_interpreters")
    assert process._begun != copies.begun
    for path, by_copy in zip(files, said, strict=True):
        assert by_copy == _said(path), path.name
    assert {type(one) for one in said} == {Workbook, Refusal}


def test_a_copy_that_waits_is_ended_when_nobody_wants_it_and_the_next_one_comes(copies: Copies) -> None:
    began = time.monotonic()
    for _ in range(2):
        with subprocess.Popen(["sleep", "30"], stdout=subprocess.PIPE) as never:
            assert never.stdout is not None
            with copies.begun(WAITS, never.stdout) as waits:
                with pytest.raises(subprocess.TimeoutExpired):
                    waits.wait(0.1)
                waits.kill()
            assert waits.returncode == -9
            never.kill()
    assert time.monotonic() - began < 20


def test_a_copy_is_of_the_process_that_has_begun_and_no_other(tmp_path: Path, copies: Copies) -> None:
    """What one file does to the process it is read in, no other meets."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"name;town\nAda;London\n")
    pids = set()
    for _ in range(3):
        with path.open("rb") as file, copies.begun(WAITS, file) as copy:
            assert copy.stdout.read().startswith(b"{")
            pids.add(copy.pid)
    assert len(pids) == 3
