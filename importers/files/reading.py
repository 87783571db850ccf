"""From bytes to a workbook. Runs only in the child process: a hostile file may take it down."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

from importers.files import (
    biff,
    books,
    compound,
    mark,
    onecell,
    ooxml,
    opendocument,
    sniff,
    spoilt,
    spreadsheetml,
    text,
    webpage,
)
from importers.files.archive import Archive
from importers.files.assemble import Assembler
from importers.files.facts import Facts
from importers.files.refusals import Refusal, Unreadable
from importers.files.values import Read
from importers.files.workbook import MB, Kind, Limits, Note, ReadOptions, Remark, Sheet, Workbook

# The careful reader needs about a second for this many cells. Beyond, the scan alone supplies what the fast one loses.
_MOST_FOR_CAREFUL = 150_000
# The fast reader takes memory for the whole rectangle around the data, whether filled or not.
_LARGEST_RECTANGLE = 10_000_000

_BLANK = codecs.BOM_UTF8 + b" \t\r\n"

_OTHER_ARCHIVES = (
    ("word/document.xml", Refusal.NOT_A_SPREADSHEET, "Word"),
    ("ppt/presentation.xml", Refusal.NOT_A_SPREADSHEET, "PowerPoint"),
)
_OTHER_CONTAINERS = (
    ("WordDocument", "Word"),
    ("PowerPoint Document", "PowerPoint"),
    ("__properties_version1.0", "Outlook"),
)


class Book(Protocol):
    """What both readers offer."""

    def sheets(self) -> list[tuple[str, bool]]:
        """Name of each worksheet, and whether it is hidden."""

    def rows(self, name: str) -> Iterator[list[Read]]:
        """The rows from the first of the sheet on."""


Reader = Callable[[bytes, Assembler, dict[str, Facts]], Workbook]


def read_content(content: bytes, limits: Limits, options: ReadOptions) -> Workbook:
    """What the bytes hold, by whichever reader sees all of it."""
    if not content.strip():
        raise Unreadable(Refusal.EMPTY)
    sniff.refuse_other_files(content)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        read = _read_archive
    elif content.startswith(compound.MAGIC):
        read = _read_container
    else:
        read = _read_text
    book = read(content, limits, options)
    if options.delimiter is not None:
        return book
    return replace(book, sheets=tuple(onecell.taken_apart(sheet, limits) for sheet in book.sheets))


def _read_text(content: bytes, limits: Limits, options: ReadOptions) -> Workbook:
    decoded = text.decode(content, options.encoding)
    sniff.refuse_other_texts(decoded.text)
    tables = sniff.tables(decoded.text)
    if tables is not None:
        return _read_tables(decoded, tables, limits, options)
    book = sniff.book(decoded.text)
    if book is not None:
        return _read_book(decoded, book, limits, options)
    delimiter, rows = text.split(decoded.text, options.delimiter)
    assembler = Assembler(Kind.TEXT, limits, options)
    try:
        facts = Facts()
        sheet = assembler.sheet("", facts, spoilt.watched(decoded.text, rows, facts))
    except csv.Error as error:
        raise Unreadable(Refusal.DAMAGED, part="csv") from error
    notes = (*decoded.notes, *rows.notes())
    swallowing = next((number for number, row in sheet.numbered() if text.holds_rows(row, delimiter)), None)
    if swallowing not in {None, rows.left_open}:
        notes = (*notes, Note(Remark.LINES_IN_A_CELL, {"row": swallowing}))
    return Workbook(Kind.TEXT, (sheet,), notes, decoded.encoding, delimiter)


def _read_tables(decoded: text.Decoded, kind: Kind, limits: Limits, options: ReadOptions) -> Workbook:
    facts: dict[str, Facts] = {}
    known = webpage.WebBook if kind is Kind.PAGE else spreadsheetml.XmlBook
    book = known(decoded.text.lstrip(), limits, facts)
    if kind is Kind.PAGE and not book.sheets():
        raise Unreadable(Refusal.NO_LIST)
    found = _workbook(book, Assembler(kind, limits, options), facts)
    return replace(found, notes=(*decoded.notes, *found.notes), encoding=decoded.encoding)


def _read_book(decoded: text.Decoded, book: Kind, limits: Limits, options: ReadOptions) -> Workbook:
    sheet = books.read(decoded.text.lstrip(), book, limits, options)
    return Workbook(book, (sheet,), decoded.notes, decoded.encoding)


def _read_packed(archive: Archive, limits: Limits, options: ReadOptions) -> Workbook:
    """A file of bookkeeping that was packed, as those are sent; no other text in a zip is read."""
    content = archive.read(archive.names[0]) if len(archive.names) == 1 else b""
    if content.lstrip(_BLANK)[:11].upper().startswith((b"<", b"BEGIN:VCARD")):
        if len(content) > limits.characters:
            size, limit = round(len(content) / MB), limits.characters // MB
            raise Unreadable(Refusal.UNPACKED_TOO_BIG, size=size, limit=limit)
        decoded = text.decode(content, options.encoding)
        book = sniff.book(decoded.text)
        if book is not None:
            return _read_book(decoded, book, limits, options)
    raise Unreadable(Refusal.NOT_A_SPREADSHEET, kind="zip")


def _read_container(content: bytes, limits: Limits, options: ReadOptions) -> Workbook:
    streams = compound.streams(content)
    if "EncryptedPackage" in streams:
        raise Unreadable(Refusal.PASSWORD)
    stream = streams.get("Workbook") or streams.get("Book")
    if stream is None:
        kind = next((kind for name, kind in _OTHER_CONTAINERS if name in streams), "OLE")
        raise Unreadable(Refusal.NOT_A_SPREADSHEET, kind=kind)
    facts = biff.scan(stream)
    return _read_fast(content, Assembler(Kind.XLS, limits, options), facts)


def _read_archive(content: bytes, limits: Limits, options: ReadOptions) -> Workbook:
    archive = Archive(content, limits)
    archive.count()
    for name, refusal, kind in _OTHER_ARCHIVES:
        if archive.find(name) is not None:
            raise Unreadable(refusal, kind=kind)
    # A document of Numbers may lie in the archive as a folder.
    if any(name.endswith(("Index.zip", ".iwa")) for name in archive.names):
        raise Unreadable(Refusal.UNSUPPORTED, kind="Numbers")
    if archive.find("xl/workbook.bin") is not None:
        return _read_binary(content, limits, options)
    if opendocument.is_spreadsheet(archive):
        return replace(_read_opendocument(content, archive, limits, options), mark=mark.of(archive))
    if not ooxml.is_workbook(archive):
        if archive.find("[Content_Types].xml") is not None:
            raise Unreadable(Refusal.DAMAGED, part="xl/workbook.xml")
        return _read_packed(archive, limits, options)
    return replace(_read_ooxml(content, archive, limits, options), mark=mark.of(archive))


def _read_binary(content: bytes, limits: Limits, options: ReadOptions) -> Workbook:
    """An .xlsb file, if the fast reader opens it. No scan of ours knows what it loses: that is told of the whole file."""
    try:
        found = _read_fast(content, Assembler(Kind.XLSB, limits, options), {})
    except MemoryError:
        raise
    except Unreadable as error:
        if error.refusal not in {Refusal.DAMAGED, Refusal.NO_SHEETS}:
            raise
        raise Unreadable(Refusal.UNSUPPORTED, kind="xlsb") from error
    except BaseException as error:  # a panic of the reader is no Exception
        raise Unreadable(Refusal.UNSUPPORTED, kind="xlsb") from error
    if not any(sheet.rows for sheet in found.sheets):
        # Empty, or not understood: it must not pass for a list of nobody.
        raise Unreadable(Refusal.UNSUPPORTED, kind="xlsb")
    return replace(found, notes=(*found.notes, Note(Remark.BINARY_AS_STORED, {})))


def _read_opendocument(content: bytes, archive: Archive, limits: Limits, options: ReadOptions) -> Workbook:
    facts = opendocument.scan(archive)
    try:
        return _read_fast(content, Assembler(Kind.ODS, limits, options), facts)
    except Unreadable as error:
        # The reader gives up on a table of endlessly repeated cells without saying so.
        filled = opendocument.filled_cells(archive) if error.refusal is Refusal.DAMAGED else 0
        if filled > limits.cells:
            raise Unreadable(Refusal.TOO_MANY_CELLS, count=filled, limit=limits.cells) from error
        raise


def _read_ooxml(content: bytes, archive: Archive, limits: Limits, options: ReadOptions) -> Workbook:
    found = ooxml.scan(archive, limits)
    _refuse_cells(found, limits)
    first, second = (_read_careful, _read_fast) if _needs_care(found) else (_read_fast, _read_careful)
    try:
        return _read_whole(first, content, archive, found, limits, options)
    except Unreadable as error:
        # Only a fault in the file is worth a second try; limits hold for either reader.
        if error.refusal not in {Refusal.DAMAGED, Refusal.NO_SHEETS} or _is_far_flung(found):
            raise
        # One reader takes for a text what the other stumbles over.
        ooxml.refuse_broken_cells(archive, found)
    try:
        return _read_whole(second, content, archive, found, limits, options)
    except Unreadable as error:
        if error.refusal is Refusal.DAMAGED:
            ooxml.refuse_broken_parts(archive, found)
        raise


def _read_whole(
    reader: Reader, content: bytes, archive: Archive, found: ooxml.Scan, limits: Limits, options: ReadOptions
) -> Workbook:
    """What a reader makes of it, unless it dropped cells."""
    assembler = Assembler(Kind.XLSX, limits, options)
    book = reader(content, assembler, found.facts)
    if assembler.cells != sum(extent.cells for extent in found.extents.values()):
        ooxml.refuse_lost_cells(archive, found)
    return book


def _refuse_cells(found: ooxml.Scan, limits: Limits) -> None:
    """What the scan measured to be too much need not be read first."""
    cells = sum(extent.cells for extent in found.extents.values())
    if cells > limits.cells:
        raise Unreadable(Refusal.TOO_MANY_CELLS, count=cells, limit=limits.cells)


def _needs_care(found: ooxml.Scan) -> bool:
    if _is_far_flung(found):
        return True
    # The careful reader sees no sheets at all in a strict workbook, and skips a row that comes after a later one.
    orderly = all(extent.orderly for extent in found.extents.values())
    cells = sum(extent.cells for extent in found.extents.values())
    return found.careful and orderly and not found.strict and cells <= _MOST_FOR_CAREFUL


def _is_far_flung(found: ooxml.Scan) -> bool:
    """Whether a cell lies so far from the rest that the fast reader would die of it."""
    return any(extent.last_row * extent.columns > _LARGEST_RECTANGLE for extent in found.extents.values())


def _read_fast(content: bytes, assembler: Assembler, facts: dict[str, Facts]) -> Workbook:
    from importers.files import fast  # only here, so that no other file pays for loading it

    try:
        return _workbook(fast.FastBook(content), assembler, facts)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        if fast.is_password_error(error):
            raise Unreadable(Refusal.PASSWORD) from error
        raise Unreadable(Refusal.DAMAGED, part=assembler.kind) from error


def _read_careful(content: bytes, assembler: Assembler, facts: dict[str, Facts]) -> Workbook:
    from importers.files import careful  # only here, so that no other file pays for loading it

    try:
        return _workbook(careful.CarefulBook(content, facts), assembler, facts)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        # Broken workbooks make openpyxl raise whatever the broken part runs into.
        raise Unreadable(Refusal.DAMAGED, part=assembler.kind) from error


def _workbook(book: Book, assembler: Assembler, facts: dict[str, Facts]) -> Workbook:
    names = book.sheets()
    if not names:
        raise Unreadable(Refusal.NO_SHEETS, kind=assembler.kind)
    if len(names) > assembler.limits.sheets:
        raise Unreadable(Refusal.TOO_MANY_SHEETS, count=len(names), limit=assembler.limits.sheets)
    sheets: list[Sheet] = []
    for name, hidden in names:
        known = facts.setdefault(name, Facts())
        known.hidden = known.hidden or hidden
        sheets.append(assembler.sheet(name, known, book.rows(name)))
    return Workbook(assembler.kind, tuple(sheets))
