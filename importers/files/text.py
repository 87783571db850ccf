"""Text files: their encoding, their delimiter, their rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from importers.files import encodings
from importers.files.refusals import Refusal, Unreadable
from importers.files.workbook import Note, Remark

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ";,\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<delimiter>.)"?[ \t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
# Many programs write ="00012" so that a spreadsheet keeps the zeros: it is the text between the quotation marks.
_TEXT_FORMULA = re.compile(r'="(?P<text>(?:[^"]|"")*)"')
_SAMPLE = 64_000
_SAMPLE_ROWS = 20


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text and how it was decoded."""

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


def decode(content: bytes, chosen: str | None) -> Decoded:
    """The text of a file, by the encoding chosen, or else by its marks and patterns."""
    if chosen is not None:
        return _decode_as(content, chosen)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decode_as(content, encoding)
    wide = _utf16_by_pattern(content)
    if wide is not None:
        return _decode_as(content, wide)
    _refuse_nul(content)
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        declared = _declared(content)
        if declared is not None:
            return declared
        return _guessed(content)


def _guessed(content: bytes) -> Decoded:
    """The text by what its letters look like. A replacement character shows better than a refusal, and is told."""
    encoding = encodings.likeliest(content)
    text = content.decode(encoding, errors="replace")
    notes = [Note(Remark.ENCODING_GUESSED, {"encoding": encoding})]
    if "\ufffd" in text:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        notes.append(Note(Remark.LETTERS_LOST, {"encoding": encoding, "count": text.count("\ufffd"), "line": line}))
    return Decoded(text, encoding, tuple(notes))


_XML = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"'](?P<name>[\w.:-]{1,40})[\"']")


def _declared(content: bytes) -> Decoded | None:
    """The text by what an XML file says of itself, where that works out: many say UTF-8 and are not."""
    found = _XML.match(content)
    try:
        name = codecs.lookup(found["name"].decode("ascii")).name if found else ""
        return Decoded(content.decode(name), name) if name else None
    except (LookupError, ValueError):
        return None


def _decode_as(content: bytes, encoding: str) -> Decoded:
    try:
        name = codecs.lookup(encoding).name
        text = content.decode(encoding)
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            line = content.count(b"\n", 0, error.start) + 1
            raise Unreadable(Refusal.WRONG_ENCODING, encoding=encoding, line=line) from error
        raise Unreadable(Refusal.UNKNOWN_ENCODING, encoding=encoding) from error
    if "\0" in text:
        raise Unreadable(Refusal.NUL_BYTE, line=text.count("\n", 0, text.index("\0")) + 1)
    return Decoded(text.removeprefix("\ufeff"), name)


def _utf16_by_pattern(content: bytes) -> str | None:
    """UTF-16 without a mark: Latin letters leave every other byte zero."""
    sample = content[: min(len(content), 4_000) // 2 * 2]
    if not sample:
        return None
    even, odd = sample[0::2], sample[1::2]
    most = len(even) * 0.6
    if odd.count(0) > most and even.count(0) == 0:
        return "utf-16-le"
    if even.count(0) > most and odd.count(0) == 0:
        return "utf-16-be"
    return None


def _refuse_nul(content: bytes) -> None:
    position = content.find(b"\0")
    if position >= 0:
        raise Unreadable(Refusal.NUL_BYTE, line=content.count(b"\n", 0, position) + 1)


def split(text: str, chosen: str | None) -> tuple[str, Iterator[list[str]]]:
    """The delimiter and the rows. A `sep=` line is an instruction and not a row, as in a spreadsheet program."""
    separator = _SEPARATOR_LINE.match(text)
    body = text[separator.end() :] if separator else text
    delimiter = chosen
    if delimiter is None:
        delimiter = separator["delimiter"] if separator else _delimiter(body)
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise Unreadable(Refusal.WRONG_DELIMITER, delimiter=delimiter)
    rows = _rows(body, delimiter)
    return delimiter, map(_without_formulas, rows) if '="' in body else rows


def _without_formulas(row: list[str]) -> list[str]:
    """The row with the text of each formula that is nothing else than a text; other formulas stay as they are."""
    found = ((cell, _TEXT_FORMULA.fullmatch(cell) if cell.startswith("=") else None) for cell in row)
    return [match["text"].replace('""', '"') if match else cell for cell, match in found]


def quote_is_open(text: str) -> bool:
    """Whether a quotation mark was opened and never closed, so that the rest of the file ran into one cell."""
    return text.count('"') % 2 == 1


def holds_rows(row: Sequence[object], delimiter: str) -> bool:
    """Whether a cell holds whole lines that are parted as often as the row itself: a quotation mark swallowed them."""
    texts = [cell for cell in row if isinstance(cell, str) and "\n" in cell]
    return any(line.count(delimiter) >= max(1, len(row) - 1) for text in texts for line in text.splitlines()[1:-1])


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(max(len(text), 1))
    # A row that ends in CR alone is a row too (old Mac programs); inside quotes the csv module keeps line ends.
    lines = io.StringIO(text, newline="")
    return csv.reader(lines, delimiter=delimiter)


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first rows into most columns, most evenly."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(text[:_SAMPLE], delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    widths: Counter[int] = Counter()
    for row in _rows(sample, delimiter):
        if row:
            widths[len(row)] += 1
        if widths.total() == _SAMPLE_ROWS:
            break
    if not widths or max(widths) == 1:
        return (0.0, 0)
    width, rows = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
    return (rows / widths.total(), width)
