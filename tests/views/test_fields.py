"""How form fields are written: as WTForms would write them, only sooner."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from flask_babel.speaklater import LazyString
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.widgets import html_params

from admin_views.forms import Choices, LongText, Option, Text, attributes, drawn, drop_down, original
from models.base import Limits


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


def test_a_text_of_a_field_is_looked_up_once() -> None:
    asked = []

    def looked_up(text: str) -> str:
        asked.append(text)
        return text

    class Some(Form):
        note = Text(LazyString(looked_up, "Note"), description=LazyString(looked_up, "A hint"), required=True)

    form = Some()
    asked.clear()
    found = drawn(form.note, {})
    assert (found.label, found.hint) == ("Note", "A hint")
    assert sorted(asked) == ["A hint", "Note"]


def test_a_field_says_what_it_held_what_is_wrong_and_where_that_is_written() -> None:
    class Some(Form):
        note = Text("Note", description="Short")
        story = LongText("Story")

    form = Some(MultiDict({"note": "<long>"}), data={"note": 'a"b', "story": None})
    form.note.limits = Limits(longest=3)
    assert not form.validate()
    found = drawn(form.note, {"span": "full", "kind": "private", "prefix": "#"})
    assert found.control == (
        '<input aria-describedby="note-error note-hint" aria-invalid="true" autocomplete="off" '
        'class="form-control is-invalid" data-original="a&#34;b" id="note" name="note" type="text" value="&lt;long&gt;">'
    )
    # With something wrong in it a field is shown whatever the kind.
    assert (found.look, found.before, found.error) == (" kb-span-full", "#", form.note.errors[0])
    assert 'rows="4"' in drawn(form.story, {}).control
    assert drawn(form.story, {"kind": "private"}).look == " kb-only-private"


@pytest.mark.parametrize(
    ("held", "text"),
    [(True, "1"), (False, ""), (None, ""), (dt.date(2026, 11, 21), "2026-11-21"), (Decimal("1.50"), "1.50")],
)
def test_what_a_record_held_is_written_as_its_input_would_hold_it(held: Any, text: str) -> None:
    class Some(Form):
        note = Text()

    form = Some(MultiDict({"note": "typed"}), data={"note": held})
    assert original(form.note) == text


def test_the_list_is_only_asked_for_when_something_new_is_ticked() -> None:
    asked = []

    def offered() -> list[Option]:
        asked.append(1)
        return [Option("1", "One"), Option("2", "Two")]

    class Some(Form):
        labels = Choices("Labels", options=offered)

    assert Some(MultiDict({"labels": "9"}), data={"labels": [9, 1]}).validate()
    assert asked == []
    assert Some(MultiDict([("labels", "9"), ("labels", "2")]), data={"labels": [9]}).validate()
    assert not Some(MultiDict({"labels": "3"}), data={"labels": [9]}).validate()
    assert len(asked) == 2
