"""Files made by chance end in rows or in a message, never in anything else; `make fuzz` tries thousands more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from importers.files import Limits, Refusal, Unreadable
from importers.files import read as read_file
from tests.importers.files import copies, fuzz
from tests.importers.files.fuzz import end_of
from tests.importers.files.mutations import Mutation, mutate, small

HOUSE = Path(__file__).resolve().parents[3]
BLOCKS, EACH = 4, 150
LIMITS = Limits(seconds=10)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_file_made_by_chance_ends_in_rows_or_a_message(data: Path, block: int) -> None:
    """In a process of its own, which is quicker to copy than one with all tests in it."""
    command = [sys.executable, "-m", "tests.importers.files.fuzz", "--count", str(EACH), "--seed", str(block * EACH)]
    where = {**os.environ, "KAARTENBAK_DATA": str(data)}
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HOUSE, env=where)
    assert (told.returncode, told.stderr) == (0, ""), told.stdout
    assert told.stdout.splitlines()[-1] == "nothing found"


@pytest.mark.usefixtures("new_interpreters")
def test_a_copied_child_says_what_a_new_one_says(data: Path, tmp_path: Path) -> None:
    """So that what the others prove holds for uploads."""
    files = small(data, tmp_path)
    for seed in range(0, 600, 50):
        mutation = mutate(seed, files)
        path = tmp_path / "mutated"
        path.write_bytes(mutation.content)
        try:
            read_file(path, name="file", limits=LIMITS)
            how = "rows"
        except Unreadable as refused:
            how = refused.refusal.name
        copied = end_of(mutation, LIMITS).how
        # An empty file is turned away before a child is asked.
        assert copied == how, (seed, mutation.what)


def test_one_seed_makes_one_file(data: Path, tmp_path: Path) -> None:
    files = small(data, tmp_path)
    assert [mutate(seed, files) for seed in range(40)] == [mutate(seed, files) for seed in range(40)]


def test_what_ends_in_neither_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(fuzz, "look_at", fail)
    assert end_of(Mutation(0, "", b"name;town\nAda;London\n"), LIMITS).wrong.startswith("ZeroDivisionError")


def test_a_child_that_dies_is_told_from_one_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies.child, "main", lambda: os.kill(os.getpid(), signal.SIGTRAP))
    assert end_of(Mutation(0, "", b"a;b\n"), LIMITS).how == Refusal.READER_STOPPED.name
