"""What is broken in an .xlsx, down to its cell: looked for where a reader gave up, or saw less than the file holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from importers.files.refusals import Refusal, Unreadable
from importers.files.tags import ADDRESS_OF_CELL, CELL, PREFIX, ROW_NUMBER, VALUE_END, attribute, tag

_FIRST_TAG = re.compile(rb"(?:[^<]++|<!--.*?-->|<\?.*?\?>)*+<([A-Za-z_][\w.:-]*)", re.DOTALL)
_VALUE = re.compile(
    rb"\s*(?:<" + PREFIX + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + PREFIX + rb"f>)\s*)?<" + PREFIX + rb"v\b[^>]*>([^<]*)<"
)
_TEXT_OF_BOOK = re.compile(rb"<" + PREFIX + rb"si\b")
_CELL_OF_NO_ROW = tag(b"c", rb"\b[^>]*?\br=[\"']([A-Z]{1,3}0+)[\"'][^>]*(?<!/)>")
_NEGATIVE_TEXT = tag(b"c", rb"\b([^>]*\bt=[\"']s[\"'][^>]*)>\s*<" + PREFIX + rb"v\b[^>]*>\s*(-[^<]*)<")
_NUMBER = re.compile(rb"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?\s*|\s*[+-]?(?:nan|inf|infinity)\s*", re.IGNORECASE)
_SHOWN = 40


def refuse_half(xml: bytes, sheet: str, part: str) -> None:
    """Turn away what is no whole worksheet, such as a web page that a server sent in its place."""
    first = _FIRST_TAG.match(xml)
    name = first[1].rpartition(b":")[2].decode("ascii", "replace") if first else ""
    if name != "worksheet":
        start = f"<{name}>" if first else xml[:_SHOWN].decode("ascii", "replace")
        raise Unreadable(Refusal.NO_WORKSHEET, sheet=sheet, part=part, start=start)
    # A reader takes what there is of one that breaks off.
    if not xml[-_SHOWN:].rstrip().endswith(b"worksheet>"):
        refuse_broken(xml, part)


def refuse_lost_rows(xml: bytes, sheet: str) -> None:
    """Turn away a sheet with a row that no reader sees, or two with one number of which a reader keeps only one."""
    filled = set[int]()
    for number in _filled(xml, ROW_NUMBER(xml)):
        row = int(number)
        if row == 0:
            raise Unreadable(Refusal.ROW_ZERO, sheet=sheet)
        if row in filled:
            raise Unreadable(Refusal.ROW_TWICE, sheet=sheet, row=row)
        filled.add(row)
    if any(_filled(xml, _CELL_OF_NO_ROW(xml))):
        raise Unreadable(Refusal.ROW_ZERO, sheet=sheet)


def refuse_negative_texts(xml: bytes, sheet: str) -> None:
    """Turn away a sheet with a cell that counts back from the last text: a reader gives it another cell's text."""
    found = _NEGATIVE_TEXT(xml).search(xml)
    if found:
        raise Unreadable(Refusal.NO_SUCH_TEXT, **_where(found[1], sheet), value=_said(found[2]))


def refuse_lost_cells(xml: bytes, sheet: str) -> None:
    """Turn away a sheet with two cells of one address, of which a reader keeps only the last."""
    addresses = ADDRESS_OF_CELL(xml).findall(xml)
    if len(set(addresses)) == len(addresses):
        return
    filled = set[bytes]()
    for address in _filled(xml, ADDRESS_OF_CELL(xml)):
        if address in filled:
            raise Unreadable(Refusal.CELL_TWICE, sheet=sheet, cell=address.decode("ascii"))
        filled.add(address)


def _filled(xml: bytes, pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    """What the pattern catches of each row or cell that has a value before the next one."""
    found = pattern.finditer(xml)
    for this, after in pairwise(chain(found, (None,))):
        assert this is not None
        if VALUE_END.search(xml, this.end(), after.start() if after else len(xml)):
            yield this[1]


def refuse_broken(xml: bytes, part: str) -> None:
    """Turn away a part that is no XML, by its name."""
    try:
        parser = DefusedXMLParser(target=_Nobody(), forbid_dtd=True)
        parser.feed(xml)
        parser.close()
    except DefusedXmlException as error:
        raise Unreadable(Refusal.FORBIDDEN_XML, part=part) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Unreadable(Refusal.DAMAGED, part=part) from error


class _Nobody:
    """Takes no notice of what is parsed, so that nothing of it is kept."""

    def close(self) -> None:
        """The end, for the parser to tell."""


def texts(strings: bytes) -> int:
    """How many texts the cells of a workbook share."""
    return len(_TEXT_OF_BOOK.findall(strings))


def refuse_broken_cells(xml: bytes, sheet: str, shared: int | None, texts: str) -> None:
    """Turn away a sheet with a cell that points at a text which is not there, or with a number that is none.

    `shared`: how many texts the part `texts` holds, None where it is missing.
    """
    for cell in CELL(xml).finditer(xml):
        value = _VALUE.match(xml, cell.end())
        if not value or not value[1].strip():
            continue
        kind, said = attribute(cell[1], b"t"), _said(value[1])
        if kind == b"s" and shared is None:
            raise Unreadable(Refusal.DAMAGED, part=texts)
        if kind == b"s" and not (said.isdecimal() and int(said) < (shared or 0)):
            raise Unreadable(Refusal.NO_SUCH_TEXT, **_where(cell[1], sheet), value=said)
        if kind in {b"", b"n"} and not _NUMBER.fullmatch(value[1]):
            raise Unreadable(Refusal.NO_SUCH_NUMBER, **_where(cell[1], sheet), value=said)


def _where(attributes: bytes, sheet: str) -> dict[str, str]:
    return {"sheet": sheet, "cell": attribute(attributes, b"r").decode("ascii", "replace") or "?"}


def _said(value: bytes) -> str:
    return value.strip()[:_SHOWN].decode("utf-8", "replace")
