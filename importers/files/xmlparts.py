"""XML as it goes by: the elements that matter, one at a time, and nothing else kept in memory.

Names are matched without their namespace and capitals, for exporters write whatever namespace they like.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse

from importers.files.refusals import Refusal, Unreadable
from importers.files.workbook import Kind

_DEEPEST = 100
_NOTHING: tuple[Part, ...] = ()


class Part:
    """An element: its text, its attributes and the parts in it, by their plain names."""

    __slots__ = ("_parts", "attributes", "text")

    def __init__(self, element: Any) -> None:
        self.text: str = (element.text or "").strip()
        self.attributes = {plain(name): value.strip() for name, value in element.attrib.items()}
        self._parts: dict[str, list[Part]] = {}
        for child in element:
            if isinstance(child.tag, str):
                self._parts.setdefault(plain(child.tag), []).append(Part(child))

    def all(self, name: str) -> tuple[Part, ...] | list[Part]:
        """Every part of this name."""
        return self._parts.get(name, _NOTHING)

    def first(self, *path: str) -> Part | None:
        """The part at the end of a path; None if the element does not speak of it."""
        here: Part | None = self
        for name in path:
            here = next(iter(here.all(name)), None) if here else None
        return here

    def told(self, *path: str) -> str | None:
        """The text at the end of a path: None if there is no such part, '' if it is empty."""
        found = self.first(*path)
        return found.text if found else None


def plain(name: str) -> str:
    """A name without its namespace, in small letters."""
    return name.rpartition("}")[2].lower()


def parts(text: str, kind: Kind, wanted: Mapping[str, str]) -> Iterator[tuple[str, Part]]:
    """The outermost elements with these plain names, each if it lies in what it must lie in ('': in anything).

    Raises Unreadable for a DOCTYPE or entities, for XML that breaks off, and for XML that is nested without end.
    """
    trail: list[Any] = []
    inside = 0
    source = io.BytesIO(text.encode("utf-8"))
    # What the declaration says of the encoding counts no more: the text was decoded already.
    parser = DefusedXMLParser(encoding="utf-8", forbid_dtd=True)
    try:
        for event, element in iterparse(source, ("start", "end"), parser):
            if event == "start":
                if inside or _is_wanted(element, trail, wanted):
                    inside += 1
                trail.append(element)
                if len(trail) > _DEEPEST:
                    raise Unreadable(Refusal.TOO_DEEP, limit=_DEEPEST)
                continue
            trail.pop()
            if inside:
                inside -= 1
                if not inside:
                    yield plain(element.tag), Part(element)
            if not inside:
                element.clear()
                if trail:
                    trail[-1].remove(element)
    except DefusedXmlException as error:
        raise Unreadable(Refusal.FORBIDDEN_XML, part=kind) from error
    except ParseError as error:
        raise Unreadable(Refusal.DAMAGED_EXPORT, kind=kind, line=error.position[0]) from error


def _is_wanted(element: Any, trail: Sequence[Any], wanted: Mapping[str, str]) -> bool:
    lies_in = wanted.get(plain(element.tag))
    return lies_in is not None and (lies_in == "" or bool(trail and plain(trail[-1].tag) == lies_in))
