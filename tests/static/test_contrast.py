"""The colours of the stylesheet are readable in both themes: 4.5 for text, 3 for edges and graphics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "static" / "kaartenbak.css").read_text("utf-8")
LIGHT, DARK = 0, 1
THEMES = {"light": LIGHT, "dark": DARK}
COLOURS = ("teal", "blue", "violet", "pink", "red", "amber", "green", "grey")
TEXT, EDGE = 4.5, 3.0
HEX = r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})(?![0-9A-Fa-f])"

# What stands on what. Each name is a custom property of the stylesheet, or a colour written out.
TEXT_PAIRS = [
    *(
        (ink, ground)
        for ink in ("text", "text2")
        for ground in ("surface", "canvas", "sunken", "side", "hover", "primary-sub", "pale", "changed")
    ),
    *(("muted", ground) for ground in ("surface", "canvas", "sunken")),
    *(
        ("primary-text", ground)
        for ground in (
            "surface",
            "canvas",
            "sunken",
            "hover",
            "primary-sub",
            "ok-sub",
            "warn-sub",
            "info-sub",
            "danger-sub",
        )
    ),
    *((kind + "-text", ground) for kind in ("danger", "warn", "ok") for ground in (kind + "-sub", "surface")),
    ("info-text", "info-sub"),
    ("danger-text", "primary-sub"),
    *(("text", kind + "-sub") for kind in ("danger", "warn", "ok", "info")),
    *(("#FFFFFF", fill) for fill in ("primary", "primary-hover", "danger", "danger-hover")),
    ("on-inverse", "inverse"),
    ("link-inverse", "inverse"),
    ("text", "bar-pale"),
    *(("#FFFFFF", f"av-{colour}") for colour in COLOURS),
]
EDGE_PAIRS = [
    *(("control", ground) for ground in ("surface", "canvas")),
    *(("primary-text", ground) for ground in ("surface", "canvas", "side", "sunken", "primary-sub")),
    ("danger-text", "surface"),
    ("primary", "surface"),
    ("bar", "surface"),
    *((f"dot-{colour}", "surface") for colour in COLOURS),
]


def full(colour: str) -> str:
    """A colour of three figures as the six they stand for."""
    return colour if len(colour) == 7 else "#" + "".join(figure * 2 for figure in colour[1:])


def tokens() -> dict[str, tuple[str, str]]:
    """Every colour of the stylesheet as (light, dark); dots and avatars are named after their colour."""
    found: dict[str, tuple[str, str]] = {}
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", CSS):
        owner = re.match(r"\s*\.kb-(" + "|".join(COLOURS) + r")(,|$)", selector)
        for name, value in re.findall(rf"--([a-z0-9-]+):\s*(light-dark\([^)]*\)|{HEX})", body):
            sides = [full(side) for side in re.findall(HEX, value)]
            if sides:
                found[f"{name}-{owner[1]}" if owner else name] = (sides[0], sides[-1])
    return found


TOKENS = tokens()


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio between two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colour(name: str, side: int) -> str:
    """A token's colour in one theme."""
    return name if name.startswith("#") else TOKENS[name][side]


def test_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_is_readable(ink: str, ground: str, theme: str) -> None:
    assert contrast(colour(ink, THEMES[theme]), colour(ground, THEMES[theme])) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_edges_and_graphics_are_visible(edge: str, ground: str, theme: str) -> None:
    assert contrast(colour(edge, THEMES[theme]), colour(ground, THEMES[theme])) >= EDGE
