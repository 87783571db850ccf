"""What the pages carry: small files, no inline style or script, nothing from elsewhere, no unknown icon."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from admin_views.icons import all_symbols, cut_sprite

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
KILOBYTE = 1024
STYLE_LIMIT, SCRIPT_LIMIT, SPRITE_LIMIT = 30 * KILOBYTE, 40 * KILOBYTE, 60 * KILOBYTE
INLINE = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
ICON = re.compile(r"""(?:\b_?icon\(|\b(?:icon|icon_end)\s*=\s*|["']icon["']\s*:\s*)["']([a-z0-9-]+)["']""")


def test_the_stylesheet_stays_small() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "static").rglob("*.css")) <= STYLE_LIMIT


def test_the_scripts_stay_small() -> None:
    assert sum(path.stat().st_size for path in SCRIPTS) <= SCRIPT_LIMIT


def test_the_sprite_is_cut_down() -> None:
    sprite = cut_sprite([ROOT / "templates", ROOT / "admin_views"])
    assert 0 < len(sprite) <= SPRITE_LIMIT


def test_a_colour_of_ours_is_in_the_stylesheet() -> None:
    """The words that colour a text: a template that asks for one that is gone shows no colour at all."""
    style = (ROOT / "static" / "kaartenbak.css").read_text("utf-8")
    asked = {
        name
        for path in TEMPLATES
        for name in re.findall(r"\bkb-text-[a-z]*|\bkb-(?:ok|warn|accent)\b", path.read_text("utf-8"))
    }
    assert {name for name in asked if not re.search(rf"\.{name}\b", style)} == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_inline_style_or_script(path: Path) -> None:
    assert INLINE.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "path", [*TEMPLATES, *SCRIPTS, ROOT / "static" / "kaartenbak.css"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"""(?:src|href|url|from|import)\s*[=(]?\s*["']?(?:https?:)?//""", text) == []


def test_every_icon_exists_and_is_served() -> None:
    known = set(all_symbols())
    sprite = cut_sprite([ROOT / "templates", ROOT / "admin_views"])
    used = {
        name
        for path in [*TEMPLATES, *sorted((ROOT / "admin_views").rglob("*.py"))]
        for name in ICON.findall(path.read_text("utf-8"))
    }
    assert used - known == set()
    assert [name for name in sorted(used) if f'id="{name}"' not in sprite] == []
