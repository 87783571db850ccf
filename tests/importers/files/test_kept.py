"""What was read of a file is kept beside it, until it is to be read in another way or thrown away."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from importers.files import Limits, ReadOptions, Unreadable, forget, kept, read, read_once
from tests.importers.files.builders import xlsx

CONTENT = "name;town\nAda;Malmö\n".encode("cp1252")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An upload under a made-up name."""
    path = tmp_path / "5f1d"
    path.write_bytes(CONTENT)
    return path


def gone(path: Path) -> None:
    """Make sure that the file cannot be read once more."""
    path.write_bytes(b"")


def test_a_file_is_read_apart_once(file: Path) -> None:
    first = read_once(file, name="first.csv")
    gone(file)
    again = read_once(file, name="second.csv")
    assert again.sheets[0].rows == first.sheets[0].rows == [("name", "town"), ("Ada", "Malmö")]
    assert (first.sheets[0].name, again.sheets[0].name) == ("first.csv", "second.csv")
    assert (again.kind, again.encoding, again.delimiter, again.notes) == (
        first.kind,
        first.encoding,
        first.delimiter,
        first.notes,
    )


def test_values_come_back_as_they_were(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a", '<row r="2"><c r="A2" t="d"><v>2026-02-01</v></c><c r="C2"><v>1.50</v></c></row>')
    first = read_once(path, name="a.xlsx")
    gone(path)
    again = read_once(path, name="a.xlsx")
    assert again == first
    assert date(2026, 2, 1) in [getattr(cell, "date", lambda cell=cell: cell)() for cell in first.sheets[0].rows[-1]]


def test_a_file_is_read_again_when_it_is_to_be_read_in_another_way(file: Path) -> None:
    read_once(file, name="a.csv")
    other = read_once(file, name="a.csv", options=ReadOptions(encoding="cp437"))
    assert other.sheets[0].rows[1] != ("Ada", "Malmö")
    gone(file)
    assert read_once(file, name="a.csv", options=ReadOptions(encoding="cp437")) == other
    with pytest.raises(Unreadable, match="empty"):
        read_once(file, name="a.csv")


def test_nothing_is_kept_of_a_file_that_cannot_be_read_or_that_is_not_ours(file: Path) -> None:
    read(file, name="a.csv")
    gone(file)
    with pytest.raises(Unreadable):
        read_once(file, name="a.csv")
    assert list(file.parent.iterdir()) == [file]


def test_what_was_kept_goes_with_the_file(file: Path) -> None:
    read_once(file, name="a.csv")
    assert len(list(file.parent.iterdir())) == 2
    forget(file)
    assert list(file.parent.iterdir()) == []


def test_what_somebody_left_who_was_ended_while_reading_goes_with_the_next_reading_and_with_the_file(
    file: Path,
) -> None:
    def left_behind() -> None:
        with kept.keeping(file, Limits(), ReadOptions()) as out:
            out.write(b"half a line")
            raise KeyboardInterrupt

    left = file.with_name(f"{file.name}.abc123.part")
    left.write_bytes(b"half a line")
    read_once(file, name="a.csv")
    assert not left.exists()
    left.write_bytes(b"half a line")
    with pytest.raises(KeyboardInterrupt):
        left_behind()
    assert sorted(one.name for one in file.parent.iterdir()) == [file.name, f"{file.name}.rows"]
    left.write_bytes(b"half a line")
    forget(file)
    assert list(file.parent.iterdir()) == []
