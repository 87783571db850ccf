"""The folder of real input files, which lies beside the checkout or where KAARTENBAK_DATA says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "files"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder. Without it these tests are skipped, but never where every test must run."""
    folder = Path(os.environ.get("KAARTENBAK_DATA", _BESIDE))
    if not folder.is_dir():
        reason = "The folder of real input files is absent: set KAARTENBAK_DATA."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
