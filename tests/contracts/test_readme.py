"""A new user follows only the README: what it tells to type and to click is there."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir
from flask import Flask
from flask.cli import FlaskGroup

from app import create_app
from models.operations.seed import EMPLOYEES
from tests.pages import PageClient

HOUSE = Path(__file__).resolve().parents[2]
README = (HOUSE / "README.md").read_text("utf-8")
GUIDES = HOUSE / "docs" / "guide"
MAKEFILE = (HOUSE / "Makefile").read_text("utf-8")


def section(title: str) -> str:
    """The part of the README below a heading."""
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no section {title}"
    return found[1]


def typed() -> list[str]:
    """What the README tells to type: the indented lines, without a variable of the environment in front."""
    lines = re.findall(r"^    (\S.*)$", README, re.MULTILINE)
    return [re.sub(r"^(?:[A-Z_]+=\S+ )+", "", line) for line in lines]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(
        {"INSTANCE": tmp_path_factory.mktemp("instance"), "SECRET_KEY": "long enough for a test, and no secret"}
    )


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", README)) | {
        line.split()[1] for line in typed() if line.startswith("make ")
    }
    assert {"run", "test"} <= named <= targets


def test_every_command_that_the_readme_names_exists_with_its_options(whole: Flask) -> None:
    lines = [line for line in typed() if "flask --app app" in line]
    assert lines
    for line in lines:
        assert line.split("flask --app app ", 1)[1].split()[0] not in FlaskGroup().commands, (
            f"Flask answers itself: {line}"
        )
        words = shlex.split(line.split("flask --app app", 1)[1])
        command = command_of(whole.cli, words)
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        used = {word.split("=")[0] for word in words if word.startswith("--")}
        assert used <= known, f"{line}: {', '.join(sorted(used - known))}"


def command_of(group: click.Group, words: list[str]) -> click.Command:
    assert words[0] in group.commands, f"there is no command {words[0]}"
    found = group.commands[words[0]]
    return command_of(found, words[1:]) if isinstance(found, click.Group) else found


def test_the_address_that_is_printed_leads_to_the_sign_in_page(client: PageClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.location) == (302, "/login/")


def test_the_people_of_the_tour_are_those_that_the_demo_lets_in() -> None:
    people = {person.email for person in EMPLOYEES}
    named = set(re.findall(r"`([\w.]+@[\w.]+)`", section("Five minutes")))
    assert named
    assert named <= people


@cache
def texts() -> tuple[re.Pattern[str], ...]:
    """Every text that a page can show, as a pattern: places to fill in match anything."""
    found: set[str] = set()
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    for folder, pattern, method in (("templates", "**.html", "jinja2"), ("admin_views", "**.py", "python")):
        for one in extract_from_dir(str(HOUSE / folder), [(pattern, method)], keywords=keywords):
            message = one[2]
            found.update([message] if isinstance(message, str) else message)
    return tuple(re.compile(re.sub(r"%\\?\(\w+\\?\)[sd]", ".+", re.escape(text)) + r"\Z") for text in sorted(found))


def test_everything_that_the_tour_tells_to_click_is_a_text_of_a_page() -> None:
    told = re.findall(r"\*\*(.+?)\*\*", section("Five minutes"))
    assert len(told) > 20
    missing = [text for text in told if not any(pattern.match(text) for pattern in texts())]
    assert not missing, f"no page says: {', '.join(missing)}"


def test_everything_in_bold_in_the_guide_to_the_card_is_a_text_of_a_page() -> None:
    told = [
        " ".join(text.split())
        for text in re.findall(r"\*\*(.+?)\*\*", (GUIDES / "card.md").read_text("utf-8"), re.DOTALL)
    ]
    assert len(told) > 60
    missing = {text for text in told if not any(pattern.match(text) for pattern in texts())}
    assert not missing, f"no page says: {', '.join(sorted(missing))}"


@pytest.mark.parametrize("guide", sorted(path.name for path in GUIDES.glob("*.md")))
def test_every_picture_of_a_guide_is_there(guide: str) -> None:
    named = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (GUIDES / guide).read_text("utf-8"))
    assert named
    assert [name for name in named if not (GUIDES / name).is_file()] == []


def test_every_floor_that_the_map_draws_is_a_folder_or_file() -> None:
    drawn = re.findall(
        r"^    [ |+\d.]*\s*((?:models|importers|admin_views|templates)/\S*|app\.py)",
        section("The floors"),
        re.MULTILINE,
    )
    missing = [path for path in drawn if "<" not in path and not (HOUSE / path).exists()]
    assert len(drawn) > 6
    assert not missing
