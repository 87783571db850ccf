"""Characters that nobody can see: which are refused in a name or number, and whose names need some of them."""

from __future__ import annotations

import pytest

from models.base import invisible, spelt_out

UNSEEN = [
    *range(0x20),
    0x7F,
    0x85,
    0xAD,
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x206A),
    0xFEFF,
]


@pytest.mark.parametrize("code", UNSEEN, ids=hex)
def test_a_character_that_nobody_can_see_is_found_in_a_name_and_in_a_number(code: int) -> None:
    assert invisible(f"Alfa{chr(code)} B.V.") == [4]
    assert invisible(f"K-1{chr(code)}0") == [3]


@pytest.mark.parametrize(
    "name",
    [
        "דוד כהן",
        "محمد بن سلمان",
        "شرکت می\u200cخواهم",
        "क्\u200dष",
        "👩🏽\u200d⚕️ Praktijk",
        "Zoë\u00a0O’Neill",
        "Z̷̢a̵͓l̶̰g̴̨o̸̧",
        "株式会社",
    ],
)
def test_a_real_name_in_any_script_holds_none(name: str) -> None:
    assert invisible(name) == []


def test_a_text_of_several_lines_may_break_and_turn_but_holds_no_controls() -> None:
    assert invisible("one\r\n\ttwo \u200fשלום\u200e three", lines=True) == []
    assert invisible("one\0two\x1b", lines=True) == [3, 7]


def test_what_nobody_can_see_is_spelt_out_with_what_stands_around_it() -> None:
    text = "x" * 50 + "\u202e" + "y" * 50
    assert spelt_out(text, invisible(text)) == "x" * 20 + "⟨U+202E⟩" + "y" * 20
