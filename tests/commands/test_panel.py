"""The server as it is started by hand."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from admin_views import commands_panel, commands_translate
from importers import worker
from tests import threads


@pytest.fixture
def catalogue(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A catalogue as a checkout brings it, of a panel that starts and serves nobody."""
    folder = tmp_path / "translations" / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    shutil.copy(commands_translate.FOLDER / "nl" / "LC_MESSAGES" / "messages.po", folder)
    monkeypatch.setattr(commands_translate, "FOLDER", tmp_path / "translations")
    monkeypatch.setattr(commands_panel, "serve", lambda _app, **_settings: None)
    monkeypatch.setattr(commands_panel, "_purge_every_day", lambda _app: None)
    with threads.waited_for():
        yield folder / "messages.po"


def test_a_panel_started_by_hand_speaks_the_languages_of_its_checkout(app: Flask, catalogue: Path) -> None:
    started = app.test_cli_runner().invoke(args=["run-panel"])
    assert started.exit_code == 0, started.output
    assert catalogue.with_suffix(".mo").exists()


def test_a_panel_whose_folder_is_closed_starts_and_says_so(
    app: Flask, catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_path: Path) -> Path:
        raise PermissionError("closed")

    monkeypatch.setattr(commands_translate, "compiled", closed)
    started = app.test_cli_runner().invoke(args=["run-panel"])
    assert started.exit_code == 0, started.output
    assert "The translations could not be compiled: closed" in started.output


def test_a_panel_has_a_process_ready_for_large_imports_as_long_as_it_serves(
    app: Flask, catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(commands_panel, "serve", lambda _app, **_settings: seen.extend(worker._ready))
    started = app.test_cli_runner().invoke(args=["run-panel"])
    assert started.exit_code == 0, started.output
    (child,) = seen
    assert child.returncode == -signal.SIGKILL, "it was let go of in the end, not before"
    assert worker._ready == []


def test_purge_lets_go_of_files_that_belong_to_no_import_too(app: Flask) -> None:
    left = Path(app.instance_path) / "imports" / ("a" * 32)
    left.parent.mkdir(exist_ok=True)
    left.write_text("Acme")
    os.utime(left, (0, 0))
    told = app.test_cli_runner().invoke(args=["purge"])
    assert told.exit_code == 0, told.output
    assert told.output.splitlines() == [
        "0 deletes are gone for good.",
        "0 imports that nobody finished were thrown away.",
    ]
    assert not left.exists()
