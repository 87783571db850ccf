"""Reads files made by chance, each in a child of its own, and tells of every one that ends in neither rows nor a message.

`make fuzz` runs it by itself (COUNT= says how many, SEED= where to begin); a seed that is told can be run again alone.
Each child is a copy of a process that has the readers loaded already, so that hundreds take seconds; what it does from
there on, and what its parent makes of it, is what happens to an upload.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from importers.columns import COLUMNS
from importers.files import Limits, ReadOptions, Unreadable, Workbook, process
from importers.mapping import best_sheet, guess, header_cells, header_row, mapping_of, misfits, records
from importers.reading import Reading
from importers.rows import RowReader
from models.imports import ImportKind
from tests.importers.files.copies import be_a_child
from tests.importers.files.mutations import Mutation, mutate, small

DATA = Path(os.environ.get("KAARTENBAK_DATA", Path(__file__).resolve().parents[4] / "shared" / "data" / "files"))
# Reading takes as long as the worst file may; a file of a few kilobytes that needs this long is a finding.
SLOW = 5.0
# Rows that are looked at as an import would: the rest is more of the same.
ROWS = 300


@dataclass(frozen=True)
class Ending:
    """How a file ended: "rows", or the name of the refusal; `wrong` where it ended in anything else."""

    mutation: Mutation
    how: str
    seconds: float
    memory: int
    wrong: str = ""


class Copied:
    """A copy of this process in place of a new interpreter: what `process` needs to know of a child."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        out, into = os.pipe()
        self.stdout: IO[bytes] = os.fdopen(out, "rb", 0)
        self.returncode, self.memory = 0, 0
        self.pid = os.fork()
        if self.pid == 0:
            _be_a_child(content, limits, into)
        os.close(into)

    def wait(self, timeout: float | None = None) -> int:
        """Its end; kills it first, since it has said all that it will."""
        if self.pid:
            _, status, used = os.wait4(self.pid, 0)
            self.pid, self.memory = 0, used.ru_maxrss // 1024
            self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def kill(self) -> None:
        """End it, if it has not."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)


def _be_a_child(content: bytes, limits: Limits, into: int) -> NoReturn:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        be_a_child(json.dumps({"limits": asdict(limits), "options": asdict(ReadOptions())}), file.fileno(), into)


def read(copied: Copied, limits: Limits) -> Workbook:
    """The workbook as `process.read_apart` would give it."""
    try:
        with Path(os.devnull).open("wb") as nowhere:
            workbook = process._receive(cast("Any", copied), limits, nowhere)
    finally:
        copied.kill()
        copied.wait()
        copied.stdout.close()
    if workbook is None:
        raise process._why_it_died(copied.returncode, limits)
    return workbook


def end_of(mutation: Mutation, limits: Limits) -> Ending:
    """How a file ends: read, then looked at as an import of either kind would."""
    began, copied = time.monotonic(), Copied(mutation.content, limits)
    try:
        workbook = read(copied, limits)
        for kind in ImportKind:
            look_at(workbook, kind)
        how, wrong = "rows", ""
    except Unreadable as refused:
        how = refused.refusal.name
        wrong = "" if "{" not in str(refused) and str(refused).count(".") else f"no message: {refused}"
    except Exception as error:  # noqa: BLE001 - any other end is what is looked for
        how, wrong = "error", f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - began
    return Ending(mutation, how, seconds, copied.memory, wrong)


def look_at(workbook: Workbook, kind: ImportKind) -> None:
    """What an import does with a workbook before it asks the database."""
    for note in workbook.notes:
        assert str(note)
    sheet = best_sheet(workbook.sheets, kind)
    if sheet is None:
        return
    assert all(str(note) for note in sheet.notes)
    assert all(str(problem) for problem in sheet.problems.values())
    header = header_row(sheet, kind) or 0
    rows = list(records(sheet, header))
    guesses = guess(header_cells(sheet, header, kind), [row for _, row in rows], kind)
    mapping = mapping_of(guesses) or {next(iter(COLUMNS[kind])): [0]}
    misfits(sheet, header, rows)
    reader = RowReader(sheet, mapping, kind, Reading(may_add_words=True))
    for number, row in rows[:ROWS]:
        record = reader.read(number, row)
        reader.doubt(record, record.values)
        json.dumps([record.values, record.problems])


def run(seeds: Sequence[int], files: Sequence[Path], limits: Limits) -> Iterator[Ending]:
    """The end of each file, one seed after the other."""
    for seed in seeds:
        yield end_of(mutate(seed, files), limits)


def main() -> None:
    """Run as many as asked for; tell what was found, and fail if that is anything."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=3_000)
    options.add_argument("--seed", type=int, default=None, help="the first seed; without it, by the clock")
    options.add_argument("--keep", type=Path, help="a folder to write the files into that ended badly")
    chosen = options.parse_args()
    first = chosen.seed if chosen.seed is not None else int(time.time()) * 1_000 % 1_000_000_000
    own = tempfile.TemporaryDirectory()
    files, began = small(DATA, Path(own.name), 400_000), time.monotonic()
    print(f"{chosen.count} files from {len(files)}, seeds {first} to {first + chosen.count - 1}", flush=True)
    ends, found = Counter[str](), list[Ending]()
    slowest = most = None
    for ending in run(range(first, first + chosen.count), files, Limits()):
        ends[ending.how] += 1
        if ends.total() % 500 == 0:
            print(f"{ends.total()} done", flush=True)
        slowest = max(slowest or ending, ending, key=lambda one: one.seconds)
        most = max(most or ending, ending, key=lambda one: one.memory)
        if ending.wrong or ending.seconds > SLOW:
            found.append(ending)
            print(_told(ending), flush=True)
            if chosen.keep:
                chosen.keep.mkdir(parents=True, exist_ok=True)
                (chosen.keep / str(ending.mutation.seed)).write_bytes(ending.mutation.content)
    print(", ".join(f"{count} {how}" for how, count in ends.most_common()))
    used = os.times()
    print(f"{time.monotonic() - began:.0f} s, {used.user + used.children_user:.0f} s of processor time")
    if slowest and most:
        print(f"slowest: {_told(slowest)}\nmost memory: {most.memory} MB, {_told(most)}")
    print(f"{len(found)} found" if found else "nothing found")
    sys.exit(bool(found))


def _told(ending: Ending) -> str:
    return f"seed {ending.mutation.seed} ({ending.mutation.what}): {ending.how}, {ending.seconds:.1f} s {ending.wrong}"


if __name__ == "__main__":
    main()
