"""The documentation says what the code says: tables are made from the code, and every file that is named exists.

A table that drifted fails with the new text. `KAARTENBAK_WRITE_DOCS=1` puts it in place.
"""

from __future__ import annotations

import ast
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.cli import FlaskGroup

from admin_views import routes
from admin_views.routes import Route
from app import create_app
from importers.columns import COLUMNS
from importers.files import Limits
from importers.files.workbook import MB
from models import codes
from models.settings import SETTINGS, Known, ValueList
from models.user import BUILT_IN_ROLES, ON_A_CUSTOMER, Right

HOUSE = Path(__file__).resolve().parents[2]
PAGES = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")])
WRITE = "KAARTENBAK_WRITE_DOCS"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application as it is served, without a database behind it."""
    return create_app(
        {"INSTANCE": tmp_path_factory.mktemp("instance"), "SECRET_KEY": "long enough for a test, and no secret"}
    )


# What is made from the code ------------------------------------------------------------------------------------------


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def fits(known: Known) -> str:
    """What may be filled in for a setting."""
    if known.choices:
        return ", ".join(f"`{choice}`" for choice in known.choices)
    if isinstance(known.default, bool):
        return "yes or no"
    if known.codes is codes.TIME_ZONES:
        return "the name of a time zone, such as `Europe/Helsinki`, or `UTC`"
    if isinstance(known.codes, frozenset):
        return f"a code of {len(next(iter(known.codes)))} letters"
    if isinstance(known.default, int):
        return f"a whole number from {known.limits.least:,} to {known.limits.most:,}"
    return f"a text of {0 if known.optional else 1} to {known.limits.longest} characters"


def settings_page(_app: Flask) -> str:
    rows = [
        (f"`{known.key}`", known.title, f"`{known.default}`", fits(known), known.help)
        for known in SETTINGS
        if known.group
    ]
    return table(("Key", "On the page", "Default", "What fits", "What it does"), rows)


def lists_page(_app: Flask) -> str:
    return ", ".join(f"`{one.value}`" for one in ValueList)


def limits_page(_app: Flask) -> str:
    limits = Limits()
    rows = [
        ("Size of the file", f"{limits.upload // MB} MB"),
        ("Size unpacked", f"{limits.unpacked // MB} MB"),
        ("Rows per sheet", f"{limits.rows:,}"),
        ("Columns per sheet", f"{limits.columns:,}"),
        ("Filled cells per workbook", f"{limits.cells:,}"),
        ("Sheets", f"{limits.sheets:,}"),
        ("Time to read it", f"{limits.seconds} seconds"),
        ("Memory to read it", f"{limits.memory // MB:,} MB"),
    ]
    return table(("What", "At most"), rows)


def columns_page(_app: Flask) -> str:
    parts = []
    for kind, columns in COLUMNS.items():
        titles = [one.title() for one in columns.values()]
        parts.append(f"**{kind.value}**: {'; '.join(titles)}.")
    return "\n\n".join(parts)


def roles_page(_app: Flask) -> str:
    rows = [
        (
            f"`{right.value}`",
            "yes" if right in ON_A_CUSTOMER else "",
            *("yes" if right in held else "" for held in BUILT_IN_ROLES.values()),
        )
        for right in Right
    ]
    return table(("Right", "Can be given on one customer", *BUILT_IN_ROLES), rows)


WORDS = {"public": "nobody has to sign in", "login": "signed in", "": "refused for everybody"}


def routes_page(app: Flask) -> str:
    """One line per path and right, with its methods; Flask-Admin's own leftovers that are refused come last."""

    def key(route: Route) -> tuple[bool, str, str]:
        return (not route.right, route.path, route.right)

    found = sorted(routes.all_routes(app), key=key)
    rows = []
    for (_refused, path, right), same in groupby(found, key):
        together = list(same)
        changes = ", ".join(one.method for one in together if one.changes_state)
        methods = ", ".join(one.method for one in together)
        rows.append((f"`{path}`", methods, WORDS.get(right, f"`{right}`"), changes))
    return table(("Path", "Methods", "Right needed to come in", "Changes something"), rows)


def commands_page(app: Flask) -> str:
    return "\n\n".join(command_text(command, name) for name, command in leaves(app.cli))


def leaves(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, those of groups too; not those that Flask hides behind its own."""
    for name, command in sorted(group.commands.items()):
        if not before and name in FlaskGroup().commands:
            continue
        if isinstance(command, click.Group):
            yield from leaves(command, f"{before}{name} ")
        else:
            yield before + name, command


def command_text(command: click.Command, name: str) -> str:
    """One command: how it is called, what it does, its options."""
    context = click.Context(command, info_name=name)
    usage = " ".join(["flask --app app", name, *command.collect_usage_pieces(context)])
    options = "\n".join(
        "- `{}`: {}".format(*record)
        for parameter in command.params
        if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context))
    )
    help_text = re.sub(r"\s*\n\s*", " ", command.help or "").strip()
    return "\n\n".join(part for part in (f"## {name}", f"    {usage}", help_text, options) if part)


# The five lists of wishes, with how many rows each has.
WISHES = {"TO": 29, "TC": 42, "VS": 40, "TL": 44, "TS": 33}
STATES = ("works", "partly", "not yet", "decided otherwise")
PROOF = re.compile(r"(?:^|_)(TO|TC|VS|TL|TS)_(\d\d)(?=_)")


def wishes() -> dict[str, dict[str, str]]:
    """What is said of each row, by its id."""
    return tomllib.loads((HOUSE / "docs" / "features.toml").read_text("utf-8"))


@cache
def proofs() -> dict[str, list[tuple[str, str]]]:
    """The tests that prove something of each row, by the ids in their names: (sentence, file)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((HOUSE / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            sentence = PROOF.sub("", node.name.removeprefix("test")).replace("_", " ").strip()
            for part, number in PROOF.findall(node.name):
                found.setdefault(f"{part}-{number}", []).append((sentence, path.relative_to(HOUSE).as_posix()))
    return found


def features_page(_app: Flask) -> str:
    """How many rows there are of each state, and a table for each list."""
    said = wishes()
    count = {state: sum(one["state"] == state for one in said.values()) for state in STATES}
    parts = [table(("State", "Rows"), [(state, str(count[state])) for state in STATES])]
    for part in WISHES:
        rows = []
        for key, one in said.items():
            if key.startswith(part):
                tests = "; ".join(f"[{sentence}](../{path})" for sentence, path in proofs().get(key, ()))
                rows.append((key, one["what"], one["state"], ". ".join(filter(None, (one.get("why"), tests)))))
        parts += [f"## {part}", table(("Row", "What", "State", "Why, and the tests"), rows)]
    return "\n\n".join(parts)


BLOCKS: dict[str, tuple[str, Callable[[Flask], str]]] = {
    "settings": ("docs/settings.md", settings_page),
    "lists": ("docs/settings.md", lists_page),
    "limits": ("docs/settings.md", limits_page),
    "columns": ("docs/recipes/add-an-import-column.md", columns_page),
    "roles": ("docs/rights.md", roles_page),
    "routes": ("docs/rights.md", routes_page),
    "commands": ("docs/commands.md", commands_page),
    "features": ("docs/features.md", features_page),
}


def block(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- made from the code: {name} -->\n).*?(<!-- end -->)", re.DOTALL)


@pytest.mark.parametrize("name", BLOCKS)
def test_what_is_made_from_the_code_is_what_the_code_says(name: str, whole: Flask) -> None:
    path, make = BLOCKS[name]
    file = HOUSE / path
    before = file.read_text("utf-8")
    assert block(name).search(before), f"{path} has no place for what is made from the code: {name}"
    made = make(whole).strip()
    after = block(name).sub(lambda found: f"{found[1]}{made}\n{found[2]}", before)
    if after != before and os.environ.get(WRITE) == "1":
        file.write_text(after, "utf-8")
        return
    assert after == before, f"{path} drifted from the code ({WRITE}=1 puts this in its place):\n\n{made}"


def test_every_command_says_what_it_does_and_what_its_options_are(whole: Flask) -> None:
    for name, command in leaves(whole.cli):
        assert command.help, f"{name} has no help"
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help or parameter.name in {"host", "port"}, (
                f"{name} does not say what {parameter.name} is"
            )


def test_every_row_of_the_wishes_has_its_state_in_order_and_in_few_words() -> None:
    said = wishes()
    assert list(said) == [f"{part}-{number:02}" for part, rows in WISHES.items() for number in range(1, rows + 1)]
    for key, one in said.items():
        assert one["state"] in STATES, key
        assert one.keys() <= {"what", "state", "why"}, key
        assert 0 < len(one["what"]) < 90, key
        assert one.get("why") or one["state"] == "works", f"{key} does not say why"


def test_nothing_is_said_to_work_without_a_test_and_no_test_proves_what_is_not_there() -> None:
    said, proven = wishes(), proofs()
    assert proven.keys() <= said.keys(), f"no such row: {', '.join(sorted(proven.keys() - said.keys()))}"
    for key, one in said.items():
        assert key in proven or one["state"] not in {"works", "partly"}, f"{key} {one['state']}, but no test says so"
        assert key not in proven or one["state"] != "not yet", f"{key} is not there yet, but a test says so"


# What is written by hand ---------------------------------------------------------------------------------------------

# A file or folder of the house in backquotes: `models/errors.py`, `models/operations/`, `Makefile`.
NAMED = re.compile(r"`((?:[\w.-]+/)*(?:[\w-]+\.(?:py|md|html|toml|lock|css|js)|Makefile)|(?:[\w-]+/)+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
# `models/settings.py: SETTINGS` names what is in a file.
INSIDE = re.compile(r"`((?:[\w-]+/)*[\w-]+\.py): (\w+)`")
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|usr|var|opt|etc|srv|mnt|Users)/|[A-Z]:\\\\")
# What a recipe makes up, or what only appears once the panel runs.
MADE_UP = {"docs/decisions/", "instance/config.toml", "instance/secret_key"}


def prose(page: Path) -> str:
    """A page without what is made from the code."""
    return re.sub(r"<!-- made from the code: .*?<!-- end -->", "", page.read_text("utf-8"), flags=re.DOTALL)


def name_of(page: Path) -> str:
    return str(page.relative_to(HOUSE))


def names_in(path: Path) -> set[str]:
    """What a module defines at its top, and the methods and attributes of its classes."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        for inner in (node, *(node.body if isinstance(node, ast.ClassDef) else ())):
            if isinstance(inner, ast.FunctionDef | ast.ClassDef):
                found.add(inner.name)
            elif isinstance(inner, ast.Assign):
                found |= {target.id for target in inner.targets if isinstance(target, ast.Name)}
            elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                found.add(inner.target.id)
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = prose(page)
    missing = [one for one in NAMED.findall(text) if one not in MADE_UP and not (HOUSE / one).exists()]
    missing += [one for one, _ in INSIDE.findall(text) if not (HOUSE / one).exists()]
    assert not missing, f"{name_of(page)} names files that are not there: {', '.join(sorted(set(missing)))}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_name_that_a_page_looks_up_in_a_file_is_there(page: Path) -> None:
    missing = [f"{path}: {name}" for path, name in INSIDE.findall(prose(page)) if name not in names_in(HOUSE / path)]
    assert not missing, f"{name_of(page)}: {', '.join(missing)}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_and_picture_of_a_page_leads_somewhere(page: Path) -> None:
    inside = [target for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    missing = [target for target in inside if not (page.parent / target).exists()]
    assert not missing, f"{name_of(page)} links to what is not there: {', '.join(missing)}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_place_on_somebodys_machine(page: Path) -> None:
    found = MACHINE.search(page.read_text("utf-8"))
    assert not found, f"{name_of(page)}: {found and found[0]}"


def test_every_setting_of_the_deployment_is_one_that_the_code_reads() -> None:
    readers = [HOUSE / "app.py", HOUSE / "tests" / "conftest.py", *(HOUSE / "admin_views").glob("*.py")]
    code = "".join(path.read_text("utf-8") for path in readers)
    known = (
        set(re.findall(r"KAARTENBAK_[A-Z_]+", code))
        | {f"KAARTENBAK_{key}" for key in re.findall(r'"([A-Z_]{6,})"', code)}
        | {WRITE}
    )
    for page in PAGES:
        named = set(re.findall(r"KAARTENBAK_[A-Z_]*[A-Z]", page.read_text("utf-8")))
        assert named <= known, f"{name_of(page)}: {', '.join(sorted(named - known))}"


@pytest.mark.parametrize("folder", ["decisions", "recipes"])
def test_the_list_of_decisions_and_of_recipes_is_complete(folder: str) -> None:
    there = {page.name for page in (HOUSE / "docs" / folder).glob("*.md")} - {"README.md"}
    listed = set(LINK.findall((HOUSE / "docs" / folder / "README.md").read_text("utf-8")))
    assert there <= listed, f"docs/{folder}/README.md does not list {', '.join(sorted(there - listed))}"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name == "decisions" and page.name != "README.md"], ids=name_of
)
def test_a_decision_says_its_context_its_choice_and_its_cost(page: Path) -> None:
    heads = re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE)
    assert heads == ["Context", "Choice", "Cost"], f"{name_of(page)}: {heads}"
