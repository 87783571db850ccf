"""The toy schema of the journal's tests, fresh for each test on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.databases import Databases
from tests.models.journal_toy import build, connect, session_on


@pytest.fixture
def toy_engine(handed_out: Databases, engine_kind: str) -> Iterator[Engine]:
    """An engine on a fresh toy database."""
    url = handed_out.copy(engine_kind, "toy", build)
    engine = connect(url)
    yield engine
    engine.dispose()
    handed_out.drop(url)


@pytest.fixture
def toy(toy_engine: Engine) -> Iterator[Session]:
    """A session on it."""
    with session_on(toy_engine) as session:
        yield session
