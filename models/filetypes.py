"""Which files are kept, told by what is in them and never by what they are called; and the name that one is kept under.

What is not recognised is refused. Nothing is opened: of a packed file only its table of contents is read.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from models.base import invisible
from models.errors import Reason, Refused

FIELD = "file"


@dataclass(frozen=True)
class FileType:
    """A type of file: the endings that fit it, the usual one first, and its media type."""

    endings: tuple[str, ...]
    media_type: str


def _endings(text: str) -> frozenset[str]:
    return frozenset(text.split())


PDF = FileType(("pdf",), "application/pdf")
RTF = FileType(("rtf",), "application/rtf")
WORD = FileType(("doc", "dot"), "application/msword")
EXCEL = FileType(("xls", "xlt"), "application/vnd.ms-excel")
POWERPOINT = FileType(("ppt", "pps"), "application/vnd.ms-powerpoint")
OUTLOOK = FileType(("msg",), "application/vnd.ms-outlook")
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOCX = FileType(("docx", "dotx"), f"{_OPEN_XML}wordprocessingml.document")
XLSX = FileType(("xlsx", "xltx"), f"{_OPEN_XML}spreadsheetml.sheet")
PPTX = FileType(("pptx", "ppsx", "potx"), f"{_OPEN_XML}presentationml.presentation")
_ODF = "application/vnd.oasis.opendocument."
ODT = FileType(("odt", "ott"), f"{_ODF}text")
ODS = FileType(("ods", "ots"), f"{_ODF}spreadsheet")
ODP = FileType(("odp", "otp"), f"{_ODF}presentation")
ODG = FileType(("odg",), f"{_ODF}graphics")
PNG = FileType(("png",), "image/png")
JPEG = FileType(("jpg", "jpeg", "jfif"), "image/jpeg")
GIF = FileType(("gif",), "image/gif")
WEBP = FileType(("webp",), "image/webp")
TIFF = FileType(("tif", "tiff"), "image/tiff")
BMP = FileType(("bmp",), "image/bmp")
HEIC = FileType(("heic", "heif"), "image/heic")
MAIL = FileType(("eml",), "message/rfc822")
CALENDAR = FileType(("ics",), "text/calendar")
CARD = FileType(("vcf",), "text/vcard")
TEXT = FileType(("txt", "csv", "tsv", "md", "log", "json", "yaml", "yml", "ini", "tex"), "text/plain")

ALL = (
    *(PDF, RTF, WORD, EXCEL, POWERPOINT, OUTLOOK, DOCX, XLSX, PPTX, ODT, ODS, ODP, ODG),
    *(PNG, JPEG, GIF, WEBP, TIFF, BMP, HEIC, MAIL, CALENDAR, CARD, TEXT),
)
MEDIA_TYPES = {found.media_type: found for found in ALL}
ENDINGS = frozenset(ending for found in ALL for ending in found.endings)
# What a computer runs, or a browser draws, by its ending alone: a text that is called so is one.
MARKUP = _endings("htm html xhtml xht shtml mht mhtml svg svgz xml xsl xslt")
RUNS = _endings(
    "exe com scr pif cpl msi msp dll sys bat cmd ps1 psm1 psd1 vb vbs vbe js jse mjs cjs ws wsf wsh wsc hta jar class sh "
    "bash zsh csh ksh command py pyw pyc rb pl pm php php3 php4 php5 phtml phar asp aspx jsp jspx cgi reg inf lnk url scf "
    "desktop appref-ms application gadget msc chm hlp docm dotm xlsm xltm xlam pptm potm ppam ppsm sldm app apk deb rpm "
    "dmg iso img vhd swf settingcontent-ms"
)
PACKED = _endings("zip 7z rar gz tgz bz2 xz tar cab zst")
# Names that Windows keeps for devices, whatever ending follows.
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
LONGEST = 120
_ENDING = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,15}")

# How programs, and files that pack others, begin.
_PROGRAMS = (
    b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe", b"\0asm", b"dex\n", b"L\0\0\0\x01\x14\x02\0", b"ITSF", b"FWS", b"CWS", b"ZWS",
)  # fmt: skip
_ARCHIVES = (b"PK", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ", b"MSCF", b"\x28\xb5\x2f\xfd")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PLAIN: tuple[tuple[bytes, FileType], ...] = (
    (b"%PDF-", PDF),
    (b"{\\rtf", RTF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
)
# The old formats are told by the names of their streams, which are UTF-16.
_STREAMS: tuple[tuple[str, FileType], ...] = (
    ("__substg1.0_", OUTLOOK),
    ("WordDocument", WORD),
    ("PowerPoint Document", POWERPOINT),
    ("Workbook", EXCEL),
    ("Book", EXCEL),
)
_PARTS: tuple[tuple[bytes, FileType], ...] = ((b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX))
_MACROS = (b"vbaproject.bin", b"basic/", b"scripts/")
# As many entries as no document has; more are not looked at.
MOST_ENTRIES = 20_000
_END_OF_ZIP, _ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_TAG = re.compile(rb"<[!?/a-z]", re.IGNORECASE)
_WEB = re.compile(rb"<(!doctype|html|head|body|script|svg|iframe|object|embed|style|meta|link)\b", re.IGNORECASE)
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]*):")
_OF_MAIL = frozenset({b"from", b"to", b"date", b"subject", b"message-id", b"received", b"mime-version", b"return-path"})
# Bytes that no text has: controls but tabs and line breaks.
_BINARY = bytes(one for one in range(32) if one not in b"\t\n\r\x0c") + b"\x7f"


def recognise(content: bytes, name: str) -> FileType:
    """What type of file this is. Refused where it is none that is kept: the reason says what it is instead."""
    if not content:
        raise Refused(Reason.FILE_EMPTY, FIELD)
    if content.startswith(_PROGRAMS):
        raise Refused(Reason.FILE_RUNS, FIELD)
    found = _of_bytes(content) or _of_text(content, name)
    if found is None:
        is_packed = content.startswith(_ARCHIVES) or content[257:262] == b"ustar"
        raise Refused(Reason.FILE_PACKED if is_packed else Reason.FILE_UNKNOWN, FIELD)
    return found


def _of_bytes(content: bytes) -> FileType | None:
    for start, found in _PLAIN:
        if content.startswith(start):
            return found
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"hevc", b"mif1"):
        return HEIC
    if content.startswith(b"BM") and content[14:18] in (b"\x0c\0\0\0", b"(\0\0\0", b"l\0\0\0", b"|\0\0\0"):
        return BMP
    if content.startswith(_OLE):
        return _of_streams(content)
    return _of_parts(content) if content.startswith(b"PK\x03\x04") else None


def _of_streams(content: bytes) -> FileType | None:
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise Refused(Reason.FILE_MACROS, FIELD)
    return next((found for name, found in _STREAMS if name.encode("utf-16-le") in content), None)


def _of_parts(content: bytes) -> FileType | None:
    """An office document that is a packed folder, told by the names of its parts."""
    parts = [part.lower() for part in _names_in(content)]
    found = None
    if b"[content_types].xml" in parts:
        found = next((kind for start, kind in _PARTS if any(part.startswith(start) for part in parts)), None)
    elif content[26:30] == b"\x08\0\0\0" and content[30:38] == b"mimetype" and content[8:10] == b"\0\0":
        size = int.from_bytes(content[22:26], "little")
        found = MEDIA_TYPES.get(content[38 : 38 + min(size, 200)].decode("ascii", "replace").strip())
    if found is not None and any(part.endswith(_MACROS[0]) or part.startswith(_MACROS[1:]) for part in parts):
        raise Refused(Reason.FILE_MACROS, FIELD)
    return found


def _names_in(content: bytes) -> Iterator[bytes]:
    """The names in the table of contents of a packed file."""
    end = content.rfind(_END_OF_ZIP, max(0, len(content) - 65_557))
    if end < 0 or len(content) < end + 22:
        return
    count, at = struct.unpack_from("<H4xI", content, end + 10)
    for _ in range(min(count, MOST_ENTRIES)):
        if content[at : at + 4] != _ENTRY or len(content) < at + 46:
            return
        name, extra, comment = struct.unpack_from("<HHH", content, at + 28)
        yield content[at + 46 : at + 46 + name]
        at += 46 + name + extra + comment


def _of_text(content: bytes, name: str) -> FileType | None:
    text = _as_text(content)
    if text is None:
        return None
    start = text.lstrip()
    ending = _ending(name)
    if start.startswith(b"#!") or ending in RUNS:
        raise Refused(Reason.FILE_RUNS, FIELD)
    if _is_mail(start) and ending not in MARKUP:
        return MAIL
    if ending in MARKUP or _TAG.match(start) or _WEB.search(start[:4096]):
        raise Refused(Reason.FILE_MARKUP, FIELD)
    beginning = start[:20].upper()
    return (
        CALENDAR if beginning.startswith(b"BEGIN:VCALENDAR") else CARD if beginning.startswith(b"BEGIN:VCARD") else TEXT
    )


def _as_text(content: bytes) -> bytes | None:
    """The text in one byte a letter or in UTF-8, without its mark; None for what is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content = content.decode("utf-16").encode()
        except ValueError:
            return None
    content = content.removeprefix(b"\xef\xbb\xbf")
    return None if len(content.translate(None, _BINARY)) < len(content) or not content.strip() else content


def _is_mail(start: bytes) -> bool:
    """Whether it begins as a message does, with at least two of the lines that each has."""
    head = re.split(rb"\r?\n\r?\n", start[:65_536], maxsplit=1)[0].splitlines()
    lines = [line for line in head if line[:1] not in (b" ", b"\t")]
    names = [match[1].lower() if (match := _HEADER.match(line)) else b"" for line in lines]
    return all(names) and len(_OF_MAIL.intersection(names)) > 1


def _ending(name: str) -> str:
    return name.strip().rstrip(". ").rpartition(".")[2].lower()


def safe_name(name: str, kind: FileType) -> str:
    """The name that a file of this type is kept and sent under: no path, nothing invisible, no ending that is not its own.

    >>> safe_name("../../etc/offer.PDF.exe", PDF), safe_name("offer.png", PDF), safe_name("Plan v1.2", PDF)
    ('offer.pdf', 'offer.pdf', 'Plan v1.2.pdf')
    """
    text = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    hidden = {*invisible(text)}
    text = "".join(letter for at, letter in enumerate(text) if at not in hidden)
    text = " ".join(re.sub(r'[<>:"|?*]', "_", text).split()).strip(". ")
    stem, ending = _parted(text, kind)
    # An ending within would run, were the last one hidden: report.exe.pdf.
    words = stem.split(".")
    joined = words[0]
    for word in words[1:]:
        joined += ("_" if word.strip().lower() in RUNS | MARKUP else ".") + word
    stem = joined[: LONGEST - len(ending) - 1].strip(". ") or "file"
    return f"{'_' if DEVICES.fullmatch(stem) else ''}{stem}.{ending}"


def _parted(text: str, kind: FileType) -> tuple[str, str]:
    """The name without its endings, as far as they say a type, and the ending that fits."""
    ending = kind.endings[0]
    stem, dot, last = text.rpartition(".")
    if dot and last.lower() in kind.endings:
        return stem, last.lower()
    while dot and _ENDING.fullmatch(last) and last.lower() in ENDINGS | RUNS | MARKUP | PACKED:
        text = stem
        stem, dot, last = text.rpartition(".")
    return text, ending
