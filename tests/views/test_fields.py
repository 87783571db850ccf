"""How form fields are written: as WTForms would write them, only sooner."""

from __future__ import annotations

from typing import Any

import pytest
from markupsafe import Markup
from wtforms.widgets import html_params

from admin_views.forms import attributes, drop_down


@pytest.mark.parametrize(
    "given",
    [
        {"class_": "a b", "id": "q", "rows": 4},
        {"data_original": "x\"<&'>", "aria_label": "über"},
        {"value": Markup('<i title="x">'), "data-x": "1"},
        {"checked": True, "disabled": False, "value": None},
        {},
    ],
)
def test_attributes_are_written_as_wtforms_writes_them(given: dict[str, Any]) -> None:
    assert attributes(**given) == html_params(**given)


def test_options_of_a_drop_down_are_escaped() -> None:
    assert drop_down((('"', "<b>"),)) == '<option value="&#34;">&lt;b&gt;</option>'
