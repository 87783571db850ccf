"""The mark that a workbook of ours carries among its properties: which import its rows come from.

Spreadsheet programs keep such properties when they save, as .xlsx and as .ods. What the mark says is for others to check:
anybody can write one.
"""

from __future__ import annotations

from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from importers.files.archive import Archive

NAME = "Kaartenbak import"
_PARTS = ("docProps/custom.xml", "meta.xml")
_LARGEST, _LONGEST = 200_000, 500


def of(archive: Archive) -> str:
    """The mark of a workbook, '' if it has none. Properties that cannot be read are no reason to refuse a file."""
    for name in _PARTS:
        part = archive.find(name)
        content = archive.read(part) if part is not None else b""
        if NAME.encode() not in content or len(content) > _LARGEST:
            continue
        try:
            root = fromstring(content, forbid_dtd=True)
        except (DefusedXmlException, ParseError, ValueError, LookupError):
            continue
        for element in root.iter():
            names = {value for key, value in element.items() if key.rpartition("}")[2] == "name"}
            if NAME in names:
                return "".join(element.itertext()).strip()[:_LONGEST]
    return ""
