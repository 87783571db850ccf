"""Who keeps the server reads in its log that a file met a limit, and nothing of the file but its size."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from importers import run as steps
from importers.files import Limits, Unreadable
from tests.importers.helpers import desk_of

SLOW, MEMORY = "it took longer than 1 seconds", "it takes more than 1000000000 bytes of memory"
DIED = "its process died; memory is limited to 1000000000 bytes"
REFUSED = """echo '{"refused": "TOO_MUCH_MEMORY", "values": {"limit": 1000}}'"""


@pytest.mark.usefixtures("new_interpreters")
@pytest.mark.parametrize(
    ("script", "limit"), [("exec sleep 60", SLOW), ("kill -XCPU $$", SLOW), ("kill -SEGV $$", DIED), (REFUSED, MEMORY)]
)
def test_a_file_that_met_a_limit_is_one_line_in_the_log_without_its_name(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    session: Session,
    tmp_path: Path,
    script: str,
    limit: str,
) -> None:
    monkeypatch.setattr(steps, "LIMITS", Limits(seconds=1))
    _instead(monkeypatch, tmp_path, script)
    with pytest.raises(Unreadable):
        desk_of(session, tmp_path).upload(b"Naam;Plaats\nAcme;Assen\n")
    assert caplog.messages == [f"reading a file of 23 bytes was stopped: {limit}"]


def test_a_file_that_cannot_be_read_for_another_reason_is_nothing_for_the_log(
    caplog: pytest.LogCaptureFixture, session: Session, tmp_path: Path
) -> None:
    with pytest.raises(Unreadable):
        desk_of(session, tmp_path).upload(b"%PDF-1.7")
    assert caplog.messages == []


def _instead(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Run this shell script where the interpreter of the child would run."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
