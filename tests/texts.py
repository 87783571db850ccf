"""What the texts of a page must be: filled in, in words of people, and in one language."""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from admin_views import commands_translate as catalogues
from models.base import Base
from models.operations import fields

DUTCH = catalogues.FOLDER / "nl/LC_MESSAGES/messages.po"
HEARD = ("aria-label", "title", "placeholder", "alt")
# Texts that a script fills in and shows.
LATER = ("data-one", "data-many", "data-kept", "data-text", "data-label")
# Marks of a text that was not filled in, or of a value that was shown as it is.
UNFINISHED = re.compile(
    r"%\(\w+\)[sd]|\{\{|\{\w*\}|<LazyString|\b(?:None|Undefined|True|False)$|^(?:None|Undefined)\b(?! of\b)"
)
# What is in the database is not translated: the value of a list.
DATA = {"Active"}


def problems(nodes: Iterable[Any], language: str, typed: Collection[str] = ()) -> list[str]:
    """What is wrong with the texts of a page, as sentences."""
    heard, later = said(nodes)
    found = [f"not filled in: {text!r}" for text in heard if is_unfinished(_without(text, typed))]
    found += [f"a name that only programs know: {text!r}" for text in heard if is_raw(_without(text, typed))]
    if language == "nl":
        of_both = [*heard, *later]
        found += [f"English on a page in Dutch: {text!r}" for text in of_both if is_english(_without(text, typed))]
    return found


def said(nodes: Iterable[Any]) -> tuple[list[str], list[str]]:
    """Every piece of text on a page that a reader sees or hears, and those that a script shows later.

    What stands in `code` is to be typed as it is, and no text.
    """
    heard, later = list[str](), list[str]()
    for node in nodes:
        if node.tag in ("script", "style"):
            continue
        heard += (None if node.tag == "code" else node.text, *(child.tail for child in node))
        if node.attrib:
            heard += map(node.get, HEARD)
            later += map(node.get, LATER)
    return _tidy(heard), _tidy(later)


def _tidy(found: Iterable[str | None]) -> list[str]:
    """Each text once, in its order, without the blanks around it."""
    whole = dict.fromkeys(" ".join(text.split()) for text in dict.fromkeys(found) if text)
    return [text for text in whole if text]


def _without(text: str, typed: Collection[str]) -> str:
    for one in typed:
        text = text.replace(one, "…")
    return text


@cache
def is_unfinished(text: str) -> bool:
    """Whether a text has a place that was not filled in; what people typed may look like one."""
    return UNFINISHED.search(text) is not None


@cache
def is_raw(text: str) -> bool:
    """Whether a text holds a name that only programs know: of a column, a table, a member of an enum."""
    return names().search(text) is not None


@cache
def is_english(text: str) -> bool:
    """Whether this is an English text that is another one in Dutch, and no Dutch one of something else."""
    whole, filled_in = sources()
    return text in whole or filled_in.fullmatch(text) is not None


@cache
def sources() -> tuple[set[str], re.Pattern[str]]:
    """The English texts that differ in Dutch, and a pattern for those that are filled in."""
    pairs = [
        pair
        for message in catalogues.read(DUTCH)
        if message.id
        for pair in zip(catalogues._forms(message.id), catalogues._forms(message.string), strict=True)
    ]
    dutch = {translated for _source, translated in pairs} | DATA
    found = {source for source, translated in pairs if source != translated and source not in dutch}
    filled_in = {one for one in found if catalogues.PLACEHOLDER.search(one)}
    # A text that is hardly more than its placeholders would match anything.
    telling = sorted(one for one in filled_in if len(catalogues.PLACEHOLDER.sub("", one)) > 8)
    return found - filled_in, re.compile("|".join(pattern(one) for one in telling))


def pattern(text: str) -> str:
    """A pattern for a text with something in its places."""
    parts = catalogues.PLACEHOLDER.split(text)
    return r".+?".join(re.escape(part.strip()) for part in parts[:: catalogues.PLACEHOLDER.groups + 1])


@cache
def names() -> re.Pattern[str]:
    """The names of columns and tables, and the values of enums, that are no words of any language."""
    known = {name for table in Base.metadata.tables.values() for name in (table.name, *table.columns.keys())}
    known |= {part.prefix + name for part in fields.PARTS.values() for name in fields.columns(part.noun)}
    known |= {str(member.value) for kind in _enums(enum.StrEnum) for member in kind}
    coded = sorted(name for name in known if re.fullmatch("[a-z]+(?:[_-][a-z0-9]+)+", name))
    return re.compile(rf"(?<![\w/.@=&?-])(?:{'|'.join(coded)})(?![\w/.@=&-])")


def _enums(kind: type[enum.StrEnum]) -> Iterator[type[enum.StrEnum]]:
    for below in kind.__subclasses__():
        if below.__module__.startswith(("models.", "importers.")):
            yield below
        yield from _enums(below)
