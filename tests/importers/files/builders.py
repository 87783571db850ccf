"""Small spreadsheets made by hand, so that a test can put into them what no program would write."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
    '<Override PartName="/xl/sharedStrings.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="List">{table}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)


def xlsx(
    path: Path,
    rows: str,
    *,
    formats: tuple[str, ...] = (),
    strings: str | None = None,
    before: str = "",
    after: str = "",
    extra: dict[str, bytes] | None = None,
) -> Path:
    """A workbook with one sheet, List, of these rows. Cell style n + 1 has the n-th number format."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
            '<sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relations(
            "worksheet", "worksheets/sheet1.xml", "styles", "styles.xml", "sharedStrings", "sharedStrings.xml"
        ),
        "xl/styles.xml": _styles(formats),
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
        ),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in (parts | dict(extra or {})).items():
            archive.writestr(name, content)
    return path


def _relations(*pairs: str) -> str:
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(zip(pairs[::2], pairs[1::2], strict=True), 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


def _styles(formats: tuple[str, ...]) -> str:
    codes = "".join(
        f'<numFmt numFmtId="{164 + number}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for number, code in enumerate(formats)
    )
    styles = "".join(f'<xf numFmtId="{164 + number}" applyNumberFormat="1"/>' for number in range(len(formats)))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><fonts><font/></fonts>'
        '<fills><fill><patternFill patternType="none"/></fill></fills>'
        f'<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf numFmtId="0"/>{styles}</cellXfs>'
        "</styleSheet>"
    )


def ods(path: Path, table: str) -> Path:
    """An OpenDocument workbook with one sheet, List."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", _ODS.format(table=table))
    return path


def page(path: Path, rows: Sequence[Sequence[str | float | None]]) -> Path:
    """A web page with a table."""
    lines = ("".join(f"<td>{'' if cell is None else cell}</td>" for cell in row) for row in rows)
    path.write_text(f"<html><table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table></html>", "utf-8")
    return path


def excel_2003(path: Path, rows: Sequence[Sequence[str | float | None]]) -> Path:
    """A workbook of Excel 2003 in XML."""

    def cell(value: str | float | None) -> str:
        kind = "String" if isinstance(value, str) else "Number"
        return "<Cell/>" if value is None else f'<Cell><Data ss:Type="{kind}">{value}</Data></Cell>'

    table = "".join(f"<Row>{''.join(map(cell, row))}</Row>" for row in rows)
    spaces = (
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    )
    path.write_text(
        f'<Workbook {spaces}><Worksheet ss:Name="List"><Table>{table}</Table></Worksheet></Workbook>', "utf-8"
    )
    return path


def xlsb(path: Path, rows: Sequence[Sequence[str | float | None]]) -> Path:
    """A binary workbook with one sheet, List, of these rows."""
    sheet = _record(129) + _record(148, struct.pack("<4L", 0, len(rows) - 1, 0, 9)) + _record(145)
    for at, row in enumerate(rows):
        sheet += _record(0, struct.pack("<L", at) + bytes(21))
        for column, value in enumerate(row):
            if value is not None:
                is_text = isinstance(value, str)
                body = _wide(value) if isinstance(value, str) else struct.pack("<d", value)
                sheet += _record(6 if is_text else 5, struct.pack("<2L", column, 0) + body)
    sheet += _record(146) + _record(130)
    book = _record(131) + _record(143) + _record(156, struct.pack("<2L", 0, 1) + _wide("rId1") + _wide("List"))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations("officeDocument", "xl/workbook.bin"),
        "xl/workbook.bin": book + _record(144) + _record(132),
        "xl/_rels/workbook.bin.rels": _relations("worksheet", "worksheets/sheet1.bin"),
        "xl/worksheets/sheet1.bin": sheet,
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # without the time: it is the same file each time
    return path


def _record(kind: int, body: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
    return number + length + body


def _wide(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<L", len(encoded) // 2) + encoded


def lie_about_sizes(path: Path, part: str, size: int) -> None:
    """Make the directory of a zip declare that a part unpacks to this size."""
    content = bytearray(path.read_bytes())
    name = part.encode()
    position = content.rindex(b"PK\x01\x02", 0, content.rindex(name))
    struct.pack_into("<L", content, position + 24, size)
    start = content.index(b"PK\x03\x04", content.index(name) - 30)
    struct.pack_into("<L", content, start + 22, size)
    path.write_bytes(bytes(content))
