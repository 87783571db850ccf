"""An .xlsx file written while it is sent: inline strings straight into a zip, in constant memory.

Behind its sheet may lie another one that is hidden, which holds the lists that cells of the first choose from.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from xml.sax.saxutils import escape

from importers.files import letters

Value = str | int | Decimal | dt.date | None

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Letters that XML cannot hold, and an underscore that would be read as one of those: both as _xHHHH_.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_LONGEST = 32_767
_DAY_ZERO = dt.date(1899, 12, 30)
_FIRST_DAY = dt.date(1900, 3, 1)
_SHOWN, _HIDDEN = "", ' hidden="1"'
# A row more than this below the last one has no drop-down lists; a message of a rule holds so many letters.
_MORE, _MESSAGE = 1_000, 225
# What names the second sheet among the parts of the package.
_SECOND = re.compile(r'<[^<>]*sheet2\.xml"[^<>]*/>')
# The styles below by number: plain, bold, date, two places, text.
_BOLD, _DATE, _PLACES, _TEXT = 1, 2, 3, 4

_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


class _Pipe(io.RawIOBase):
    """Where a zip is written to that is sent on at once: it only knows how far it is."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.sent = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        return self.sent

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.waiting.append(bytes(data))
        self.sent += len(data)
        return len(data)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self.waiting)
        self.waiting.clear()
        return taken


@dataclass(frozen=True)
class Choice:
    """What may stand in a column: one of a list. Other words are questioned, or with `is_open` taken as they are."""

    words: Sequence[str]
    is_open: bool = False


@dataclass(frozen=True)
class Behind:
    """The hidden sheet. All is asked for after the last row: `notes` are the cells of its first column.

    `choices`: column of the first sheet, from 0 -> what may stand there. `locked` are the hidden columns of the first
    sheet that nobody types into; `warning` is what is said to who tries.
    """

    name: str
    notes: Callable[[], Iterable[str]]
    choices: Callable[[], Mapping[int, Choice]]
    locked: Collection[int]
    warning: str


def stream(
    sheet: str,
    titles: Iterable[str],
    widths: Sequence[int],
    blocks: Iterable[Iterable[Sequence[Value]]],
    behind: Behind | None = None,
) -> Iterator[bytes]:
    """The bytes of a workbook, as soon as there are any. Rows come in blocks; no text is a formula."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in _PARTS.items():
            package.writestr(name, _HEAD + (content if behind else _SECOND.sub("", content)))
        yield pipe.take()
        choices: Mapping[int, Choice] = {}
        with package.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write((_HEAD + _opening(titles, widths, behind)).encode())
            yield pipe.take()
            rows = 1
            for block in blocks:
                written = [_row(row) for row in block]
                rows += len(written)
                part.write("".join(written).encode())
                yield pipe.take()
            part.write(b"</sheetData>")
            if behind is not None:
                choices = behind.choices()
                part.write((_filter(rows, len(widths)) + _rules(rows, behind, choices)).encode())
            part.write(b"</worksheet>")
        if behind is not None:
            with package.open("xl/worksheets/sheet2.xml", "w") as part:
                part.write((_HEAD + f'<worksheet xmlns="{_MAIN}"><sheetData>').encode())
                lists = (choice.words for choice in choices.values())
                for row in zip_longest(behind.notes(), *lists):
                    part.write(_row(row).encode())
                part.write(b"</sheetData></worksheet>")
        package.writestr("xl/workbook.xml", _HEAD + _workbook(sheet, behind, f"$A$1:${letters(len(widths))}${rows}"))
    yield pipe.take()


def _workbook(sheet: str, behind: Behind | None, area: str) -> str:
    second = f'<sheet name="{_sheet_name(behind.name)}" sheetId="2" state="hidden" r:id="rId2"/>' if behind else ""
    quoted = _sheet_name(sheet).replace("'", "''")
    # LibreOffice shows the buttons above the columns only where their area has this name, too.
    named = (
        '<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'
        f"'{quoted}'!{area}</definedName></definedNames>"
    )
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{_sheet_name(sheet)}" sheetId="1" r:id="rId1"/>{second}</sheets>{named if behind else ""}</workbook>'
    )


def _sheet_name(name: str) -> str:
    return _attribute(re.sub(r"[\[\]:*?/\\]", " ", name)[:31])


def _attribute(text: str) -> str:
    return escape(text, {chr(34): "&quot;"})


def _opening(titles: Iterable[str], widths: Sequence[int], behind: Behind | None) -> str:
    hidden = behind.locked if behind else ()
    columns = "".join(
        f'<col min="{n + 1}" max="{n + 1}" width="{width}" customWidth="1"{_HIDDEN if n in hidden else _SHOWN}/>'
        for n, width in enumerate(widths)
    )
    header = "".join(f'<c s="{_BOLD}" t="inlineStr"><is><t>{_text(title)}</t></is></c>' for title in titles)
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData><row>{header}</row>"
    )


def _filter(rows: int, width: int) -> str:
    """The buttons above the columns: who sorts by them sorts the hidden ones along."""
    return f'<autoFilter ref="A1:{letters(width)}{rows}"/>'


def _rules(rows: int, behind: Behind, choices: Mapping[int, Choice]) -> str:
    """What may be typed where, also in rows that are added below."""
    last = max(10 * _MORE, rows + _MORE)
    rules = []
    for at in sorted(behind.locked):
        rules.append(
            '<dataValidation type="custom" allowBlank="0" showErrorMessage="1" '
            f'error="{_attribute(behind.warning[:_MESSAGE])}" '
            f'sqref="{letters(at + 1)}1:{letters(at + 1)}{last}"><formula1>FALSE</formula1></dataValidation>'
        )
    for place, (at, choice) in enumerate(choices.items(), 2):
        if choice.words:
            letter = letters(place)
            asks = "" if choice.is_open else 'errorStyle="warning" showErrorMessage="1" '
            rules.append(
                f'<dataValidation type="list" allowBlank="1" {asks}sqref="{letters(at + 1)}2:{letters(at + 1)}{last}">'
                f"<formula1>'{_sheet_name(behind.name)}'!${letter}$1:${letter}${len(choice.words)}</formula1>"
                "</dataValidation>"
            )
    return f'<dataValidations count="{len(rules)}">{"".join(rules)}</dataValidations>' if rules else ""


def _row(row: Sequence[Value]) -> str:
    return "<row>" + "".join(map(_cell, row)) + "</row>"


def _cell(value: Value) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str):
        if value.isalnum():
            return f'<c s="4" t="inlineStr"><is><t>{value}</t></is></c>'
        return f'<c s="4" t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, Decimal):
        return f'<c s="{_PLACES}"><v>{value}</v></c>'
    if value >= _FIRST_DAY:
        return f'<c s="{_DATE}"><v>{(value - _DAY_ZERO).days}</v></c>'
    return f'<c s="{_TEXT}" t="inlineStr"><is><t>{value.isoformat()}</t></is></c>'


def _text(value: str) -> str:
    text = escape(value[:_LONGEST])
    return (
        text if text.isprintable() and "_x" not in text else _UNFIT.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    )
