"""The raw XML of an .xlsx: which sheets it has, and what a reader would lose of each of them.

The scan works with patterns over bytes, which is many times faster than parsing. Where a pattern could be misled (a
comment, an odd prefix) it finds too much rather than too little, which only means that the careful reader is used.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from importers.files import damage
from importers.files.archive import Archive
from importers.files.facts import Facts
from importers.files.formats import BUILT_IN, shown_by
from importers.files.refusals import Refusal, Unreadable
from importers.files.tags import PREFIX as _P
from importers.files.tags import ROW, ROW_NUMBER, VALUE_END, attribute, place_of, tag
from importers.files.workbook import Fault, Limits, place

_STRICT = "http://purl.oclc.org/ooxml/"
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # the marks of UTF-16
_TEXTS = "xl/sharedStrings.xml"
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384

_HIDDEN_ROW = re.compile(rb"<" + _P + rb"row\b([^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*)>")
_HIDDEN_COLUMNS = re.compile(rb"<" + _P + rb"col\b([^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*)>")
_MERGE = re.compile(rb"<" + _P + rb"mergeCell\b[^>]*\bref=[\"']([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})[\"']")
# With the zero of a row that cannot be.
_COLUMN_OF_CELL = tag(b"c", rb"\b[^>]*?\br=[\"']([A-Z]{1,3}(?=\d)0?)")
_ERROR = re.compile(
    rb"<" + _P + rb"c\b([^>]*\bt=[\"']e[\"'][^>]*)(?<!/)>(?:(?!</" + _P + rb"c>).)*?<" + _P + rb"v\b[^>]*>([^<]*)<",
    re.DOTALL,
)
_ANY_ERROR = re.compile(rb"<" + _P + rb"c\b[^>]*\bt=[\"']e[\"'][^>]*(?<!/)>")
_FORMULA_ONLY = re.compile(
    rb"<" + _P + rb"c\b([^>]*)>\s*<" + _P + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + _P + rb"f>)\s*"
    rb"(<" + _P + rb"v\b[^>]*/>|<" + _P + rb"v\b[^>]*>\s*</" + _P + rb"v>)?\s*</" + _P + rb"c>"
)
_FAR_NUMBER = re.compile(rb"v>(?:-|\d{7})")
_FAR_CELL = re.compile(
    rb"<" + _P + rb"c\b([^>]*)>\s*(?:<" + _P + rb"f\b[^>]*>[^<]*</" + _P + rb"f>\s*)?"
    rb"<" + _P + rb"v>(-\d+(?:\.\d+)?|\d{7,}(?:\.\d+)?)<"
)
_DAYS = 2_958_466  # from the first day of the calendar to the end of the year 9999
_DATE_LETTERS = re.compile(r"[dmyhs]", re.IGNORECASE)
_NOT_PATTERN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)])


@dataclass(slots=True)
class Styles:
    """The cell styles that matter: those that show another number than is stored, and those of dates. Keyed by the number cells use."""

    padding: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    dates: set[bytes] = field(default_factory=set)


@dataclass(slots=True)
class SheetPart:
    """One worksheet: its name, its state, and its part in the archive (None if that is missing)."""

    name: str
    hidden: bool
    part: str | None


@dataclass(slots=True)
class Extent:
    """How far a sheet reaches, by the addresses of its cells."""

    rows: int = 0
    values_end: int = -1  # where in the XML the last value ends
    last_row: int = 0
    columns: int = 0
    cells: int = 0
    orderly: bool = True  # each row comes after those with a lower number, and is one that can be


@dataclass(slots=True)
class Scan:
    """What was found in the whole workbook."""

    sheets: list[SheetPart]
    texts: list[str]  # the part with the texts that cells share, if there is one
    facts: dict[str, Facts]
    extents: dict[str, Extent]
    strict: bool
    careful: bool  # something was found that the fast reader would lose


def scan(archive: Archive, limits: Limits) -> Scan:
    """Look through every part that a reader would open. Too many rows are refused as soon as they are counted."""
    workbook = _workbook_part(archive)
    if workbook is None:
        raise Unreadable(Refusal.DAMAGED, part="xl/workbook.xml")
    raw = archive.read(workbook)
    root = _parse(raw, workbook)
    relations = _relations(archive, workbook)
    sheets = list(_sheets(root, relations, archive))
    styles = _styles(archive, relations)
    texts = _targets(relations, "sharedStrings")
    for part in texts:
        _refuse_forbidden(archive, part)
    result = Scan(sheets, texts, {}, {}, strict=_STRICT in raw.decode("utf-8", "replace"), careful=False)
    for sheet in sheets:
        _scan_sheet(archive, sheet, styles, result, limits)
    return result


def is_workbook(archive: Archive) -> bool:
    """Whether the archive names a workbook as its main part."""
    return _workbook_part(archive) is not None


def _workbook_part(archive: Archive) -> str | None:
    usual = archive.find("xl/workbook.xml")
    if usual is not None:
        return usual
    for target in _targets(_relations(archive, ""), "officeDocument"):
        found = archive.find(target)
        if found is not None and b"workbook" in archive.read(found)[:2_000]:
            return found
    return None


def _parse(content: bytes, part: str) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise Unreadable(Refusal.FORBIDDEN_XML, part=part) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Unreadable(Refusal.DAMAGED, part=part) from error
    return root


def _refuse_forbidden(archive: Archive, part: str) -> None:
    found = archive.find(part)
    if found is not None and _FORBIDDEN.search(archive.read(found)):
        raise Unreadable(Refusal.FORBIDDEN_XML, part=part)


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> its type and the part it leads to."""
    folder, name = posixpath.split(part.replace("\\", "/"))
    found = archive.find(posixpath.join(folder, "_rels", f"{name}.rels"))
    if found is None:
        return {}
    relations: dict[str, tuple[str, str]] = {}
    for relation in _parse(archive.read(found), found):
        target = relation.get("Target", "").replace("\\", "/")
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        relations[relation.get("Id", "")] = (relation.get("Type", "").rsplit("/", 1)[-1], path)
    return relations


def _targets(relations: dict[str, tuple[str, str]], kind: str) -> list[str]:
    return [target for type_, target in relations.values() if type_ == kind]


def _sheets(root: Element, relations: dict[str, tuple[str, str]], archive: Archive) -> Iterator[SheetPart]:
    for element in root.iter():
        if _local(element.tag) != "sheet":
            continue
        identifier = next((value for key, value in element.items() if _local(key) == "id"), "")
        type_, target = relations.get(identifier, ("worksheet", ""))
        if type_ == "worksheet":
            hidden = element.get("state", "visible") != "visible"
            yield SheetPart(element.get("name", ""), hidden, archive.find(target) if target else None)


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _styles(archive: Archive, relations: dict[str, tuple[str, str]]) -> Styles:
    styles = Styles()
    for target in _targets(relations, "styles"):
        part = archive.find(target)
        if part is not None:
            _read_styles(_parse(archive.read(part), part), styles)
    return styles


def _read_styles(root: Element, styles: Styles) -> None:
    formats: dict[str, str] = {}
    for element in root.iter():
        if _local(element.tag) == "numFmt":
            formats.setdefault(element.get("numFmtId", ""), element.get("formatCode", ""))
    used = next((group for group in root if _local(group.tag) == "cellXfs"), ())
    for index, style in enumerate(used):
        identifier = style.get("numFmtId", "0")
        pieces = shown_by(formats.get(identifier) or BUILT_IN.get(identifier, ""))
        if pieces is not None:
            styles.padding[b"%d" % index] = pieces
        elif _is_date(identifier, formats.get(identifier)):
            styles.dates.add(b"%d" % index)


def _is_date(identifier: str, code: str | None) -> bool:
    if code is None:
        return identifier.isdecimal() and int(identifier) in _BUILT_IN_DATES
    return bool(_DATE_LETTERS.search(_NOT_PATTERN.sub("", code)))


def _scan_sheet(archive: Archive, sheet: SheetPart, styles: Styles, result: Scan, limits: Limits) -> None:
    facts = result.facts.setdefault(sheet.name, Facts(hidden=sheet.hidden))
    extent = result.extents.setdefault(sheet.name, Extent())
    if sheet.part is None:
        facts.errors_unseen = True
        result.careful = True
        return
    xml = archive.read(sheet.part)
    if xml.startswith(_WIDE):
        # Patterns over bytes see nothing here. The careful reader sees errors, but not which formulas lack a result.
        facts.errors_unseen = True
        result.careful = True
        return
    if _FORBIDDEN.search(xml):
        raise Unreadable(Refusal.FORBIDDEN_XML, part=sheet.part)
    damage.refuse_half(xml, sheet.name, sheet.part)
    _measure(xml, extent)
    if extent.rows > limits.rows:
        raise Unreadable(Refusal.TOO_MANY_ROWS, sheet=sheet.name, count=extent.rows, limit=limits.rows)
    _measure_reach(xml, extent)
    if not extent.orderly:
        damage.refuse_lost_rows(xml, sheet.name)
    if b">-" in xml:
        damage.refuse_negative_texts(xml, sheet.name)
    _find_hidden_and_merged(xml, facts)
    found = [_find_errors(xml, facts), _find_formulas_only(xml, facts), _find_far_dates(xml, facts, styles)]
    found.append(_find_padded(xml, facts, styles))
    result.careful = result.careful or any(found)


def _measure(xml: bytes, extent: Extent) -> None:
    """Count the rows down to the last value."""
    extent.values_end = max((found.start() for found in _last_values(xml)), default=-1)
    if extent.values_end >= 0:
        extent.rows = sum(1 for _ in ROW(xml).finditer(xml, 0, extent.values_end))


def _measure_reach(xml: bytes, extent: Extent) -> None:
    """How far the addresses of the cells reach."""
    # Some programs write no addresses.
    names = set(_COLUMN_OF_CELL(xml).findall(xml)) if b'r="' in xml or b"r='" in xml else ()
    extent.columns = max((place(name.decode() + "1")[1] for name in names), default=0)
    if extent.rows:
        extent.cells = xml.count(b"</v>") + xml.count(b"</is>")
        numbers = [int(number) for number in ROW_NUMBER(xml).findall(xml, 0, extent.values_end)]
        extent.last_row = max(extent.rows, max(numbers, default=0))
        is_possible = not any(name.endswith(b"0") for name in names)
        extent.orderly = is_possible and all(earlier < later for earlier, later in pairwise([0, *numbers]))


def _last_values(xml: bytes) -> Iterator[re.Match[bytes]]:
    """The last value of the sheet, looked for from the end backwards in growing steps."""
    step = 100_000
    while True:
        start = max(len(xml) - step, 0)
        found = list(VALUE_END.finditer(xml, start))
        if found or start == 0:
            yield from found[-1:]
            return
        step *= 8


def _find_hidden_and_merged(xml: bytes, facts: Facts) -> None:
    for row in _HIDDEN_ROW.findall(xml) if b"hidden=" in xml else ():
        number = attribute(row, b"r")
        if number.isdigit() and int(number) <= _LAST_ROW:
            facts.hidden_rows.add(int(number))
    for columns in _HIDDEN_COLUMNS.findall(xml) if b"hidden=" in xml else ():
        first, last = attribute(columns, b"min"), attribute(columns, b"max")
        if first.isdigit() and last.isdigit():
            facts.hidden_columns.update(range(int(first), min(int(last), _LAST_COLUMN) + 1))
    for start, end in _MERGE.findall(xml) if b"mergeCell" in xml else ():
        facts.merged.append((*place(start.decode()), *place(end.decode())))


def _find_errors(xml: bytes, facts: Facts) -> bool:
    count = len(_ANY_ERROR.findall(xml)) if b't="e"' in xml or b"t='e'" in xml else 0
    if not count:
        return False
    placed = 0
    for attributes, value in _ERROR.findall(xml):
        where = place_of(attributes)
        if where:
            facts.faults[where] = (Fault.ERROR_VALUE, value.decode("utf-8", "replace"))
            placed += 1
    facts.errors_unseen = facts.errors_unseen or placed < count
    return True


def _find_formulas_only(xml: bytes, facts: Facts) -> bool:
    found = False
    # Looking for a plain substring first costs next to nothing, and most sheets hold none of this.
    for attributes, value in _FORMULA_ONLY.findall(xml) if b"<f" in xml or b":f" in xml else ():
        # A formula whose result is the empty text stores an empty value of the type str: that is a blank.
        if value and attribute(attributes, b"t") == b"str":
            continue
        found = True
        where = place_of(attributes)
        if where:
            facts.faults[where] = (Fault.NO_RESULT, "")
        else:
            facts.errors_unseen = True
    return found


def _find_far_dates(xml: bytes, facts: Facts, styles: Styles) -> bool:
    """Dates before the first day or after the last: readers disagree on them."""
    found = False
    if not styles.dates or not _FAR_NUMBER.search(xml):
        return found
    for attributes, value in _FAR_CELL.findall(xml):
        where = place_of(attributes)
        if attribute(attributes, b"s") in styles.dates and where and not 0 <= float(value) < _DAYS:
            facts.faults[where] = (Fault.DOUBTFUL_DATE, value.decode())
            found = True
    return found


def _find_padded(xml: bytes, facts: Facts, styles: Styles) -> bool:
    if not styles.padding:
        return False
    numbers = b"|".join(styles.padding)
    cells = re.compile(rb"<" + _P + rb"c\b([^>]*\bs=[\"'](" + numbers + rb")[\"'][^>]*)>")
    for attributes, style in cells.findall(xml):
        where = place_of(attributes)
        if where and attribute(attributes, b"t") in {b"", b"n"} and not attributes.endswith(b"/"):
            facts.patterns[where] = styles.padding[style]
    return cells.search(xml) is not None


def refuse_lost_cells(archive: Archive, found: Scan) -> None:
    """Turn away a workbook in which a reader saw other cells than there are, if it is one that holds a cell twice."""
    for sheet, xml in _parts(archive, found):
        damage.refuse_lost_cells(xml, sheet)


def refuse_broken_cells(archive: Archive, found: Scan) -> None:
    """Turn away a workbook that a reader gave up on by the cell that is broken, if there is one."""
    part = _texts(archive, found)
    shared = damage.texts(_utf8(archive.read(part))) if part else None
    for sheet, xml in _parts(archive, found):
        damage.refuse_broken_cells(xml, sheet, shared, part or next(iter(found.texts), _TEXTS))


def refuse_broken_parts(archive: Archive, found: Scan) -> None:
    """Turn away a workbook that no reader could open by the part that is missing or broken, if there is one."""
    for sheet in found.sheets:
        if sheet.part is None:
            raise Unreadable(Refusal.NO_SHEET_PART, sheet=sheet.name)
    for part in (_texts(archive, found), *(sheet.part for sheet in found.sheets)):
        if part is not None:
            damage.refuse_broken(archive.read(part), part)


def _texts(archive: Archive, found: Scan) -> str | None:
    """The part with the texts that cells share."""
    return next(filter(None, map(archive.find, found.texts)), None)


def _parts(archive: Archive, found: Scan) -> Iterator[tuple[str, bytes]]:
    """The name and the XML of each sheet that is there."""
    for sheet in found.sheets:
        if sheet.part is not None:
            yield sheet.name, _utf8(archive.read(sheet.part))


def _utf8(xml: bytes) -> bytes:
    """The XML as patterns over bytes can see it."""
    return xml.decode("utf-16", "replace").encode("utf-8", "replace") if xml.startswith(_WIDE) else xml
