"""Text files: their encoding, their delimiter, their rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

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
# Files that were put behind each other keep the mark that each of them began with.
_MARK_WITHIN = re.compile(r"(?:(?<=[\r\n])|\A)\ufeff+")
# Signs that some programs put around cells instead of quotation marks.
_PAIRS = ("''", "“”", "„“", "”“", "””", "«»")
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
    found = _decoded(content, chosen)
    spoilt = encodings.garbled(found.text)
    notes = (Note(Remark.GARBLED, {"line": spoilt[0], "shown": spoilt[1]}),) if spoilt else ()
    if "\ufeff" not in found.text and not notes:
        return found
    return replace(found, text=_MARK_WITHIN.sub("", found.text), notes=(*found.notes, *notes))


def _decoded(content: bytes, chosen: str | None) -> Decoded:
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
    elif doubtful := encodings.doubtful(text):
        notes.append(Note(Remark.LETTERS_DOUBTFUL, {"count": doubtful[0], "word": doubtful[1]}))
    return Decoded(text, encoding, tuple(notes))


# What XML and web pages say of themselves.
_TOLD = re.compile(
    rb"\s*<(?:\?xml[^>]*?encoding\s*=\s*[\"']|(?s:.{0,2000}?)<meta[^>]{0,200}?charset\s*=\s*[\"']?)(?P<name>[\w.:-]{1,40})",
    re.IGNORECASE,
)


def _declared(content: bytes) -> Decoded | None:
    """The text by what it says of itself in its first tags, where that works out: many say UTF-8 and are not."""
    found = _TOLD.match(content)
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


class Rows:
    """The rows of a text, to be gone through once; after that, what there is to tell of its quotation marks.

    A quotation mark opens a cell where it stands at its beginning; elsewhere it is a character like any other.
    """

    def __init__(self, text: str, delimiter: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self._is_over = False
        self._left_open: int | None = None

    @property
    def left_open(self) -> int | None:
        """The row with a quotation mark that was opened and never closed, so that all the rest ran into one cell."""
        return self._left_open

    def __iter__(self) -> Iterator[list[str]]:
        """Rows of which no cell is read as a formula that is only a text."""
        rows = _rows(self._lines(), self._delimiter, len(self._text))
        for number, row in enumerate(map(_without_formulas, rows) if '="' in self._text else rows, 1):
            if self._is_over:
                self._left_open = number
            yield row

    def _lines(self) -> Iterator[str]:
        yield from _lines(self._text)
        # Only within a cell does the reader want to go on here; a row has ended with its last line.
        self._is_over = True

    def notes(self) -> Iterator[Note]:
        """What to tell of the rows that were gone through."""
        if self._left_open is not None:
            yield Note(Remark.QUOTE_OPEN, {"row": self._left_open})
        astray = self._astray() if '"' in self._text else None
        if astray not in {None, self._left_open}:
            yield Note(Remark.QUOTE_ASTRAY, {"row": astray})

    def _astray(self) -> int | None:
        """The first row with a cell that goes on behind its closing quotation mark, other than with blanks."""
        blanks = re.compile(rf'" +(?=[{re.escape(self._delimiter)}\r\n]|\Z)')
        lines, number = (blanks.sub('"', line) for line in _lines(self._text)), 1
        try:
            for _ in _rows(lines, self._delimiter, len(self._text), strict=True):
                number += 1
        except csv.Error:
            return number
        return None


def split(text: str, chosen: str | None) -> tuple[str, Rows]:
    """The delimiter and the rows. A `sep=` line is an instruction and not a row, as in a spreadsheet program."""
    separator = _SEPARATOR_LINE.match(text)
    body = text[separator.end() :] if separator else text
    delimiter = chosen
    if delimiter is None:
        delimiter = separator["delimiter"] if separator else _delimiter(body)
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise Unreadable(Refusal.WRONG_DELIMITER, delimiter=delimiter)
    return delimiter, Rows(_with_usual_quotes(body, delimiter), delimiter)


def _with_usual_quotes(text: str, delimiter: str) -> str:
    """The text with quotation marks around its cells, right behind what parts them, where its first row has others.

    Some programs write 'name';'town', others “name”;“town” or "name"; "town".
    """
    first = next((line for line in _lines(text[:_SAMPLE]) if line.strip()), "").rstrip("\r\n")
    cells = [cell.strip() for cell in first.split(delimiter)]
    mark = re.escape(delimiter)
    if re.search(rf'{mark} +"', first):
        text = re.sub(rf'({mark}) +"', r'\1"', text)
    pair = next((pair for pair in _PAIRS if all(_is_within(cell, pair) for cell in cells)), None)
    if pair is None or len(cells) < 2:
        return text
    text = re.sub(rf"(?m)(^|{mark}) *[{pair[0]}]", r'\1"', text)
    return re.sub(rf"(?m)[{pair[1]}] *(?={mark}|\r|$)", '"', text)


def _is_within(cell: str, pair: str) -> bool:
    return len(cell) > 2 and cell[0] == pair[0] and cell[-1] == pair[1]


def _without_formulas(row: list[str]) -> list[str]:
    """The row with the text of each formula that is nothing else than a text; other formulas stay as they are."""
    found = ((cell, _TEXT_FORMULA.fullmatch(cell) if cell.startswith("=") else None) for cell in row)
    return [match["text"].replace('""', '"') if match else cell for cell, match in found]


def holds_rows(row: Sequence[object], delimiter: str) -> bool:
    """Whether a cell holds whole lines that are parted as often as the row itself: a quotation mark swallowed them."""
    texts = [cell for cell in row if isinstance(cell, str) and "\n" in cell]
    return any(line.count(delimiter) >= max(1, len(row) - 1) for text in texts for line in text.splitlines()[1:-1])


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends. One that ends in CR alone is a line too (old Mac programs)."""
    return io.StringIO(text, newline="")


def _rows(lines: Iterable[str], delimiter: str, longest: int, *, strict: bool = False) -> Iterator[list[str]]:
    csv.field_size_limit(max(longest, 1))
    return csv.reader(lines, delimiter=delimiter, strict=strict)


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first rows into most columns, most evenly."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(text[:_SAMPLE], delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    widths: Counter[int] = Counter()
    for row in _rows(_lines(sample), delimiter, len(sample)):
        if row:
            widths[len(row)] += 1
        if widths.total() == _SAMPLE_ROWS:
            break
    if not widths or max(widths) == 1:
        return (0.0, 0)
    width, rows = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
    return (rows / widths.total(), width)
