"""XML as it goes by: the elements that matter, one at a time, and nothing else kept in memory.

Names are matched without their namespace and capitals, for exporters write whatever namespace they like. Most of an
audit file is transactions, so what is passed over costs one small call each and makes no object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from importers.files.refusals import Refusal, Unreadable
from importers.files.workbook import Kind

_DEEPEST = 100
_CHUNK = 1 << 16
_NONE: tuple[Part, ...] = ()
_NOTHING: Mapping[str, str] = {}


class Part:
    """An element: its text, its attributes and the parts in it, by their plain names."""

    __slots__ = ("_parts", "_pieces", "attributes")

    def __init__(self, attributes: Mapping[str, str]) -> None:
        # Millions of them are leaves without attributes: those hold nothing but their text.
        self.attributes = {plain(name): text.strip() for name, text in attributes.items()} if attributes else _NOTHING
        self._parts: dict[str, list[Part]] | None = None
        self._pieces: list[str] | None = None

    @property
    def text(self) -> str:
        """What stands in it, without the blanks around."""
        return "".join(self._pieces).strip() if self._pieces else ""

    def say(self, text: str) -> None:
        """One more piece of its text."""
        if self._pieces is None:
            self._pieces = [text]
        else:
            self._pieces.append(text)

    def add(self, name: str, part: Part) -> None:
        """One more element in it."""
        if self._parts is None:
            self._parts = {}
        self._parts.setdefault(name, []).append(part)

    def all(self, name: str) -> list[Part] | tuple[Part, ...]:
        """Every part of this name."""
        return self._parts.get(name, _NONE) if self._parts else _NONE

    def first(self, *path: str) -> Part | None:
        """The part at the end of a path; None if the element does not speak of it."""
        here = self
        for name in path:
            found = here.all(name)
            if not found:
                return None
            here = found[0]
        return here

    def told(self, *path: str) -> str | None:
        """The text at the end of a path: None if there is no such part, '' if it is empty."""
        found = self.first(*path)
        return found.text if found else None


@lru_cache(maxsize=10_000)
def plain(name: str) -> str:
    """A name without its namespace, in small letters."""
    return name.rpartition("}")[2].lower()


def parts(text: str, kind: Kind, wanted: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Part]]:
    """The outermost elements with these plain names, each if it lies in one of those it may lie in (none: in anything).

    Raises Unreadable for a DOCTYPE or entities, for XML that breaks off, and for XML that is nested without end.
    """
    # What the declaration says of the encoding counts no more: the text was decoded already.
    found = _Finder(wanted)
    parser = DefusedXMLParser(target=found, encoding="utf-8", forbid_dtd=True)
    found.listen(parser.parser)
    try:
        for start in range(0, len(text), _CHUNK):
            parser.feed(text[start : start + _CHUNK].encode("utf-8"))
            yield from found.whole()
        parser.close()
    except DefusedXmlException as error:
        raise Unreadable(Refusal.FORBIDDEN_EXPORT) from error
    except ParseError as error:
        raise Unreadable(Refusal.DAMAGED_EXPORT, kind=kind, line=error.position[0]) from error
    yield from found.whole()


class _Finder:
    """Listens to a guarded parser and builds up only what is wanted."""

    def __init__(self, wanted: Mapping[str, tuple[str, ...]]) -> None:
        self._wanted = wanted
        self._trail: list[str] = []
        self._open: list[Part] = []
        self._whole: list[tuple[str, Part]] = []

    def listen(self, expat: Any) -> None:
        """Hear of elements, and of text only within what is wanted; the guards of the parser stay."""
        self._expat = expat
        expat.StartElementHandler, expat.EndElementHandler = self._start, self._end
        expat.DefaultHandlerExpand, expat.ordered_attributes = None, False

    def close(self) -> None:
        """The end, for the parser to tell."""

    def whole(self) -> list[tuple[str, Part]]:
        """What is complete by now, once."""
        whole, self._whole = self._whole, []
        return whole

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = plain(name)
        if self._open:
            part = Part(attributes)
            self._open[-1].add(name, part)
            self._open.append(part)  # what is in it will come next
        elif self._is_wanted(name):
            self._open.append(Part(attributes))
            self._expat.CharacterDataHandler = self._say
        self._trail.append(name)
        if len(self._trail) > _DEEPEST:
            raise Unreadable(Refusal.TOO_DEEP, limit=_DEEPEST)

    def _is_wanted(self, name: str) -> bool:
        lies_in = self._wanted.get(name)
        return lies_in is not None and (not lies_in or bool(self._trail and self._trail[-1] in lies_in))

    def _say(self, text: str) -> None:
        self._open[-1].say(text)

    def _end(self, _name: str) -> None:
        name = self._trail.pop()
        if self._open:
            part = self._open.pop()
            if not self._open:
                self._whole.append((name, part))
                self._expat.CharacterDataHandler = None
