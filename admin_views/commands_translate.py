"""Commands for translators: `translations update`, `check` and `compile`.

Most texts are marked where they stand. Others are values of the domain, which knows no languages: those are listed
here, so that a new reason, right or title of a change reaches the catalogues without being marked.
"""

from __future__ import annotations

import ast
import enum
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from flask import Flask
from flask.cli import AppGroup
from flask_babel import force_locale

from admin_views import errors, images, shell
from importers.columns import COLUMNS
from importers.files import Fault, Refusal, Remark
from importers.meanings import Certainty
from importers.trouble import Trouble
from models import journal, settings
from models.access import SourceText
from models.activity import ActivityState
from models.base import Base
from models.customer import For
from models.errors import SINGULAR, Reason
from models.journal import Kept
from models.operations import archive, close_opportunity, convert, delete, label, mark_activity, remove, save
from models.operations.duplicates import Likeness
from models.process import Doer
from models.project import RegistrationStatus
from models.registers import answer as registers
from models.sales import OpportunityState
from models.search import Unfit
from models.smtp import Why
from models.user import BUILT_IN_ROLES, Right

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
WIDTH = 120
# Whose members are shown as they are written.
ENUMS: tuple[type[enum.StrEnum], ...] = (
    Reason, Kept, SourceText, Unfit, Likeness, RegistrationStatus, ActivityState, OpportunityState, Trouble, Refusal, Fault, Remark, Certainty,
    settings.Group, Why, registers.Why, For, Doer,
)  # fmt: skip
TEMPLATES = [("**.html", "jinja2")]
MARKS = {"_": None, "gettext": None, "ngettext": (1, 2)}
# Calls that mark a text in the views, and which of their arguments are its forms.
MARKED: dict[str, tuple[int, ...]] = {"gettext": (0,), "lazy_gettext": (0,), "ngettext": (0, 1)}
# Calls that name a text where nothing is marked: titles of changes and of kinds, and what the importers hand to the
# translator they are given. There a name is followed to what it stands for.
NAMED: dict[str, tuple[int, ...]] = {"changeset": (2,), "translate": (0,), "_Kind": (1,)}

translations = AppGroup("translations", help="Collect, check and compile the texts of the catalogues.")


@dataclass(frozen=True)
class Text:
    """A text to translate: where it stands (relative to the project, line 0: somewhere in it), and its plural."""

    file: str
    line: int
    text: str
    plural: str | None = None


def register(app: Flask) -> None:
    """Add these commands to `flask`."""
    app.cli.add_command(translations)


# Collect -------------------------------------------------------------------------------------------------------------


def texts() -> Iterator[Text]:
    """Every text that is shown to people, with repetitions. Needs an application context."""
    yield from _in_templates()
    yield from _in_code()
    with force_locale("en"):  # English is the source: what is shown in it is what is looked up
        yield from _data()


def _in_templates() -> Iterator[Text]:
    options = {"**.html": {"silent": "false"}}
    for name, line, found, _comments, _context in extract_from_dir(ROOT / "templates", TEMPLATES, options, MARKS):
        yield Text(f"templates/{name}", line, *((found,) if isinstance(found, str) else found))


def _data() -> Iterator[Text]:
    """Texts that are values. Each is collected where it is declared, none is written here."""
    for kind in ENUMS:
        yield from _from(kind.__module__, (text for text in kind if text not in SINGULAR))
    for reason, (_counted, singular) in SINGULAR.items():
        yield Text("models/errors.py", 0, singular, reason.value)
    for module in (save, delete, archive, convert, label, mark_activity, close_opportunity):
        yield from _from(module.__name__, chain.from_iterable(module.TITLES.values()))
    yield from _from(remove.__name__, remove.TITLES.values())
    yield from _from("models.journal.keeping", (journal.ADOPTED,))
    yield from _from("models.journal.undoing", (journal.ONE_FIELD, journal.A_PART, journal.WHOLE))
    for known in settings.SETTINGS:
        yield from _from(settings.__name__, (known.title, known.help, *known.choices))
    yield from _from("models.user", map(shell.right_name, Right))
    yield from _from("models.user", BUILT_IN_ROLES)
    yield from _from(images.__name__, images.TABLES.values())
    yield from _from(images.__name__, (label for _field, label in images.LINKS.values()))
    yield from _from(images.__name__, _fields())
    yield from _from(errors.__name__, chain.from_iterable(errors.TEXTS.values()))
    for columns in COLUMNS.values():
        yield from _from("importers.columns", (column.title() for column in columns.values()))


def _from(module: str, found: Iterable[str]) -> Iterator[Text]:
    path = module.replace(".", "/")
    file = f"{path}.py" if (ROOT / f"{path}.py").exists() else f"{path}/__init__.py"
    return (Text(file, 0, str(text)) for text in found)


def _fields() -> Iterator[str]:
    """What the history calls the fields of the tables it names."""
    for name in images.TABLES:
        for column in Base.metadata.tables[name].c:
            if column.name not in images.UNSAID:
                yield images.label_of(name, column.name)


def _in_code() -> Iterator[Text]:
    calls = MARKED | NAMED
    for folder in ("admin_views", "importers", "models"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in calls:
                    within = tree if call.func.id in NAMED else None
                    forms = [list(_constants(call.args[at : at + 1], within)) for at in calls[call.func.id]]
                    for found in zip(*forms, strict=True):
                        yield Text(path.relative_to(ROOT).as_posix(), call.lineno, *found)


def _constants(nodes: Iterable[ast.expr | None], tree: ast.Module | None) -> Iterator[str]:
    """The texts an expression can be: a literal, one of two, or what a name or function of the file stands for."""
    for node in nodes:
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.IfExp():
                yield from _constants((node.body, node.orelse), tree)
            case ast.Tuple():  # a title with what fills it in
                yield from _constants(node.elts[:1], tree)
            case ast.Name() if tree:
                yield from _constants(_given(node.id, tree), tree)
            case ast.Call(func=ast.Name(id=name)) if tree:
                yield from _constants(_returned(name, tree), tree)
            case _:
                pass


def _given(name: str, tree: ast.Module) -> Iterator[ast.expr]:
    """What is assigned to a name; of a call that returns several, what stands first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                for one, value in zip(names, values, strict=False):
                    if isinstance(one, ast.Name) and one.id == name:
                        yield value


def _returned(name: str, tree: ast.Module) -> Iterator[ast.expr | None]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            yield from (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return))


# Catalogues ----------------------------------------------------------------------------------------------------------


def catalogues() -> list[Path]:
    """The catalogue of every language there is one for."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))


def read(path: Path) -> Catalog:
    """A catalogue; one that cannot be read is refused with its name and line (ClickException)."""
    try:
        with path.open("rb") as file:
            return read_po(file, locale=path.parts[-3], abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise click.ClickException(f"{path}: {error}") from error


def template(found: Iterable[Text]) -> Catalog:
    """All texts as an empty catalogue."""
    made = Catalog()
    for text in found:
        made.add(text.text if text.plural is None else (text.text, text.plural), locations=[(text.file, text.line)])
    return made


def problems(catalog: Catalog, wanted: Catalog) -> list[str]:
    """What a catalogue lacks, says twice or says wrongly, each with the place of the text."""
    found = []
    for message in wanted:
        if message.id:
            place = "{}:{}".format(*message.locations[0])
            found += [f"{place}: {_first(message)!r} {wrong}" for wrong in _wrong(message, catalog.get(message.id))]
    found += [f"{_first(one)!r} is shown nowhere any more" for one in catalog if one.id and one.id not in wanted]
    return found


def _first(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _wrong(wanted: Message, there: Message | None) -> Iterator[str]:
    if there is None or isinstance(there.id, str) != isinstance(wanted.id, str):
        yield "is not in the catalogue"
        return
    if there.fuzzy:
        yield "is marked as unsure"
    for source, translated in zip(_forms(wanted.id), _forms(there.string), strict=False):
        if not translated.strip():
            yield "is not translated"
        elif _placeholders(source) != _placeholders(translated):
            yield f"has other placeholders than {translated!r}"


def _forms(texts: str | Iterable[str] | None) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts or ("",))


def _placeholders(text: str) -> Counter[str]:
    return Counter(found.group() for found in PLACEHOLDER.finditer(text))


def compiled(path: Path) -> Path:
    """Compile one catalogue; what stands beside it stays until the new one is whole."""
    buffer = io.BytesIO()
    write_mo(buffer, read(path))
    target = path.with_suffix(".mo")
    with NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False) as whole:
        whole.write(buffer.getvalue())
    Path(whole.name).replace(target)
    return target


def compile_all() -> list[Path]:
    """Compile the catalogues that are newer than what was made of them."""
    return [
        compiled(path)
        for path in catalogues()
        if not (made := path.with_suffix(".mo")).exists() or made.stat().st_mtime < path.stat().st_mtime
    ]


@translations.command("update")
def update_command() -> None:
    """Collect all texts and bring them into every catalogue; what is shown nowhere any more is left out."""
    # By file and text, without lines: a catalogue changes where texts change, and not where code moves.
    placed = {Text(one.file, 0, one.text, one.plural) for one in texts()}
    wanted = template(sorted(placed, key=lambda one: (one.file, one.text)))
    for path in catalogues():
        catalog = read(path)
        wanted.creation_date = catalog.creation_date  # a catalogue without a change stays the same file
        catalog.update(wanted, no_fuzzy_matching=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=WIDTH, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
        missing = sum(not all(_forms(message.string)) for message in catalog if message.id)
        click.echo(f"{path.relative_to(ROOT)}: {len(catalog)} texts, {missing} to translate.")


@translations.command("check")
def check_command() -> None:
    """Name every text that a catalogue lacks or says with other placeholders. Exit status 1 when there is one."""
    wanted = template(texts())
    wrong = [f"{path.parts[-3]}: {one}" for path in catalogues() for one in problems(read(path), wanted)]
    for one in wrong:
        click.echo(one, err=True)
    if wrong:
        raise click.ClickException(f"{len(wrong)} problems in the catalogues.")
    click.echo(f"{len(wanted)} texts, all translated.")


@translations.command("compile")
def compile_command() -> None:
    """Compile the catalogues for the panel. Exit status 1 when one cannot be."""
    for path in catalogues():
        click.echo(compiled(path).relative_to(ROOT), err=True)
