"""Imports go down the floors only, in functions too, and never in a ring."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
FILES = sorted(
    [
        HOUSE / "app.py",
        *(path for name in ("models", "importers", "admin_views") for path in (HOUSE / name).rglob("*.py")),
    ]
)
# What models/ may not know of: requests, pages, forms and files.
ABOVE_MODELS = {
    "flask.request",
    "flask.session",
    "flask.flash",
    "flask.url_for",
    "flask.g",
    "flask.redirect",
    "wtforms",
    "openpyxl",
    "flask_wtf",
    "flask_admin",
    "flask_babel",
    "flask_login",
}


def name_of(path: Path) -> str:
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floor_of(module: str) -> int:
    """The floor a module lives on, as the README draws it."""
    parts = module.split(".")
    if parts[0] == "app":
        return 8
    if parts[0] == "admin_views":
        return 7
    if parts[0] == "importers":
        return 6
    if parts[:2] == ["models", "operations"]:
        return 5
    if len(parts) == 1 or parts[1] in {"access", "search", "totals", "schema"}:
        return 4
    if parts[1] in {"among", "base", "codes", "errors"}:
        return 1
    return 2 if parts[1] in {"journal", "settings"} else 3


# The child that reads a file starts anew each time: it loads only the reader that the file needs, which is the slow part.
LOADS_ONE_OF_SEVERAL = {
    "importers.files.reading": {"importers.files.fast", "importers.files.careful", "importers.files"}
}


MODULES = {name_of(path): path for path in FILES}


def imported(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Every module of the house that a file imports, anywhere in it, with the place."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield (full if full in MODULES else node.module), node


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_imports_only_from_its_floor_and_below(path: Path) -> None:
    here = floor_of(name_of(path))
    for module, node in imported(path):
        if module in MODULES:
            assert floor_of(module) <= here, f"{name_of(path)}:{node.lineno} imports {module}, which lives above it"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_import_hides_in_a_function(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            known = LOADS_ONE_OF_SEVERAL.get(name_of(path), set())
            hidden = [
                node
                for node in ast.walk(function)
                if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module not in known)
            ]
            assert not hidden, f"{name_of(path)}:{hidden[0].lineno} imports inside {function.name}()"


@pytest.mark.parametrize("path", [path for path in FILES if path.is_relative_to(HOUSE / "models")], ids=name_of)
def test_the_domain_knows_nothing_of_requests_forms_and_files(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = set()
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {node.module.split(".")[0], *(f"{node.module}.{alias.name}" for alias in node.names)}
        assert not names & ABOVE_MODELS, f"{name_of(path)}:{getattr(node, 'lineno', '?')}"


def test_no_ring_of_imports() -> None:
    graph = {
        name: {module for module, _ in imported(path) if module in MODULES and module != name}
        for name, path in MODULES.items()
    }
    # A package's __init__ offers what its modules hold; they may name the package's other modules, not the package.
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail[trail.index(module) :], module))
        if module in done:
            return
        for other in sorted(graph[module]):
            visit(other, (*trail, module))
        done.add(module)

    for module in sorted(graph):
        visit(module, ())


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_file_says_in_its_first_line_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), f"{name_of(path)} has no docstring"
