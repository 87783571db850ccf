"""Rows of a plan are kept as they are, whatever JSON can hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from importers.bulk import _as_json
from importers.reading import Rounded


@pytest.mark.parametrize(
    "value",
    [
        ["K-1", None, True, 12, -1, 0],
        {"customer": {"company_name": "Brøk & Zn. “B.V.”", "kind": "business"}},
        [12345678901234567890123456789012],  # more than the quick writer knows of
        ["half a letter \ud83d"],
        {1: "a key that is a number"},
        [Rounded("12.35")],
    ],
)
def test_what_a_row_holds_comes_back_as_it_was(value: Any) -> None:
    assert json.loads(_as_json(value)) == json.loads(json.dumps(value))
