"""An example in a docstring says what really comes out."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from tests.contracts.test_floors import FILES, name_of

WITH_EXAMPLES = [path for path in FILES if ">>> " in path.read_text()]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=name_of)
def test_the_examples_of_a_module_hold(path: Path) -> None:
    tried = doctest.testmod(importlib.import_module(name_of(path)))
    assert tried.attempted
    assert not tried.failed
