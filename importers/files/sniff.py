"""What a file is, by its bytes. A name says what somebody hoped; the bytes say what it is."""

from __future__ import annotations

import re

from importers.files.refusals import Refusal, Unreadable
from importers.files.workbook import Kind

_OTHER_FILES = (
    (b"\x89PNG\r\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF-", "PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"BZh", "bzip2"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"\x00\x01\x00\x00Standard ", "Microsoft Access"),
    (b"!BDN", "Outlook PST"),
)
_UNSUPPORTED = (
    (b"\x09\x00\x04\x00", "Excel 2"),
    (b"\x09\x02\x06\x00", "Excel 3"),
    (b"\x09\x04\x06\x00", "Excel 4"),
    (b"ID;P", "SYLK"),
    (b"TABLE\r\n0,1", "DIF"),
    (b"TABLE\n0,1", "DIF"),
)
# Endpoint security software encrypts in place and leaves its own header in front.
_SECURITY_HEADER = re.compile(rb"%(?P<product>[A-Za-z]{2,12})-Header-")
_LDIF = re.compile(r"(?:#[^\n]*\n|version:\s*\d+\s*\n|\s*\n)*dn::?\s*\S", re.IGNORECASE)
_SIE = re.compile(r"\s*#FLAGGA\s+\d", re.IGNORECASE)
# A spreadsheet saved as a web page in one file, a letter; and appointments.
_MIME = re.compile(r"(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,20}MIME-Version:\s", re.IGNORECASE)
_CALENDAR = re.compile(r"\s*BEGIN:VCALENDAR\s", re.IGNORECASE)
_VCARD = re.compile(r"\s*BEGIN:VCARD\s", re.IGNORECASE)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b",
    re.IGNORECASE | re.DOTALL,
)
# An object or a list, by how it begins; [Name] above a column is neither.
_JSON = re.compile(r"\s*(?:\{\s*(?:\}\s*\Z|\"[^\"\n]*\"\s*:)|\[\s*(?:\]\s*\Z|\"|\{\s*[\"}]|\[\s*[\"\[{\d-]))")
_PROLOGUE = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT = re.compile(r"<(?P<whole>(?:[\w.-]+:)?(?P<name>[A-Za-z_][\w.-]*))(?P<rest>[^>]*)")
_NESTED = re.compile(r">\s*<")
_BEGINNING = 20_000
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_STANDARD = re.compile(r"StandardAuditFile|SAF-T|<(?:\w+:)?(?:MasterFiles|AuditFileVersion)\b")
_BOOKS = {
    "auditfile": Kind.XAF,
    "invoice": Kind.UBL,
    "creditnote": Kind.UBL,
    "sieentry": Kind.SIE5,
    "sie": Kind.SIE5,
}


def refuse_other_files(content: bytes) -> None:
    """Turn away what is plainly no spreadsheet and no text."""
    security = _SECURITY_HEADER.match(content)
    if security:
        raise Unreadable(Refusal.LOCKED_BY_SOFTWARE, product=security["product"].decode("ascii"))
    for magic, kind in _OTHER_FILES:
        if content.startswith(magic):
            raise Unreadable(Refusal.NOT_A_SPREADSHEET, kind=kind)
    for magic, kind in _UNSUPPORTED:
        if content.startswith(magic):
            raise Unreadable(Refusal.UNSUPPORTED, kind=kind)


def refuse_other_texts(text: str) -> None:
    """Turn away text that is made of something else than rows and columns."""
    if _SIE.match(text):
        raise Unreadable(Refusal.BOOKKEEPING_ONLY, kind="SIE 4")
    if _LDIF.match(text):
        raise Unreadable(Refusal.UNSUPPORTED, kind="LDIF")
    if _MIME.match(text):
        raise Unreadable(Refusal.UNSUPPORTED, kind="MIME")
    if _CALENDAR.match(text):
        raise Unreadable(Refusal.UNSUPPORTED, kind="iCalendar")
    if _JSON.match(text):
        raise Unreadable(Refusal.UNSUPPORTED, kind="JSON")


def tables(text: str) -> Kind | None:
    """What a text is that holds tables in tags; None if it does not."""
    if _HTML.match(text):
        return Kind.PAGE
    root = _root(text)
    is_workbook = root is not None and "schemas-microsoft-com:office:spreadsheet" in root["rest"]
    return Kind.EXCEL_2003 if is_workbook else None


def _root(text: str) -> re.Match[str] | None:
    """The first tag of XML; a DOCTYPE is turned away."""
    prologue = _PROLOGUE.match(text)
    start = prologue.end() if prologue else 0
    if _DECLARATION.match(text, start):
        raise Unreadable(Refusal.FORBIDDEN_EXPORT)
    return _ROOT.match(text, start)


def book(text: str) -> Kind | None:
    """What a text is that knows itself what it holds; None if it is rows and columns. Turns away other XML."""
    if _VCARD.match(text):
        return Kind.VCARD
    root = _root(text)
    declared = text.lstrip().startswith("<?xml")
    if root is None:
        if declared:
            raise Unreadable(Refusal.DAMAGED, part="XML")
        return None
    name = root["name"].lower()
    if name in _BOOKS:
        return _BOOKS[name] if name != "auditfile" else _audit_file(text[:_BEGINNING])
    if _UBL in text[:_BEGINNING]:
        return Kind.UBL  # an order or a reminder, or an invoice in an envelope
    if name == "document" and "opendocument" in root["rest"]:
        raise Unreadable(Refusal.UNSUPPORTED, kind="fods (flat OpenDocument)")
    # Without a declaration: tags in tags, down to the one that closes the first.
    if declared or (_NESTED.match(text, root.end()) and text.rstrip().endswith(f"</{root['whole']}>")):
        raise Unreadable(Refusal.UNKNOWN_XML)
    return None


def _audit_file(beginning: str) -> Kind:
    """Which of the two it calls itself does not matter to the reader, which looks at what is in it."""
    return Kind.SAFT if _STANDARD.search(beginning) else Kind.XAF
