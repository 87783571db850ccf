"""Files that no program would write, made of good ones: one seed, one file, the same each time."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.importers.files.builders import excel_2003, page, xlsb

ZIP = b"PK\x03\x04"
_NUMBERS = (
    b"0", b"-1", b"1", b"65536", b"1048576", b"1048577", b"2147483647", b"4294967295", b"4294967296",
    b"18446744073709551616", b"1e308", b"1e999", b"NaN", b"-1e-308", b"", b"A", b"99999999999999999999999", b"0x10",
)  # fmt: skip
_PLACES = (
    b"A1", b"XFD1048576", b"A0", b"A1:XFD1048576", b"XFE1", b"AAAAAAAA1", b"1", b"A", b"A4294967295", b"a1", b"$A$1",
    b"A1:A1", b"B2:A1", b"ZZZZZZ99999999999999999999",
)  # fmt: skip
_KINDS = (b"s", b"str", b"inlineStr", b"e", b"b", b"n", b"d", b"x", b"")
_DATES = (b"0000-00-00", b"9999-12-31T23:59:60", b"2026-02-30", b"PT999999999999H", b"1899-12-30", b"now")
_INSERTS = (
    b'<!DOCTYPE a [<!ENTITY b "bb">]>', b"<!ENTITY % a SYSTEM 'file:///etc/passwd'>", b"&b;", b"&#0;", b"&#x110000;",
    b"<![CDATA[", b"]]>", b"<?x", b"-->", b"\xff\xfe", b"\x00", b"<a", b"</row>", b"<row>", b"<c/>", b"_x0000_",
    b"_xD800_", b"\xed\xa0\x80", b"<mergeCell ref='A1:XFD1048576'/>", b"<f>1/0</f>", b"<v/>", b"<t/>",
)  # fmt: skip
_TEXTS = (
    b"\x00", b'"', b'""""', b"\r", b"\n\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"sep=\x00\n", b'sep="\n',
    b"\x1a", b"\xc3", b"\xed\xb0\x80", b";" * 5_000, b"=cmd|' /C calc'!A1", b"\xe2\x80\xae", b"0" * 40_000, b"\x85",
)  # fmt: skip
_ATTRIBUTE = re.compile(rb'([A-Za-z:-]{1,40})="([^"]*)"')
_TAG = re.compile(rb"<[^<>]{1,200}>")
_VALUE = re.compile(rb">([^<>]{1,100})<")


@dataclass(frozen=True)
class Mutation:
    """A file made from another one. `what` says how, for people."""

    seed: int
    what: str
    content: bytes


def small(folder: Path, own: Path, most: int = 60_000) -> list[Path]:
    """The files to start from, in a fixed order; `own` is a folder for one of a kind that the other folder lacks."""
    rows = [("Klantnummer", "Naam", "Plaats"), (1.0, "Acme", "Zwolle"), (2.5, "Bétà", None), (None, "Gamma", "Assen")]
    made = [xlsb(own / "list.xlsb", rows), page(own / "list.html", rows), excel_2003(own / "list.xml", rows)]
    return [path for path in sorted(folder.iterdir()) if path.is_file() and 0 < path.stat().st_size <= most] + made * 3


def mutate(seed: int, files: Sequence[Path]) -> Mutation:
    """The file of this seed."""
    chance = random.Random(seed)
    path = chance.choice(files)
    content, told = path.read_bytes(), list[str]()
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        ways = _ways(content)
        way = chance.choice(ways)
        told.append(way.__name__.strip("_"))
        content = way(chance, content, files)
    return Mutation(seed, f"{path.name}: {', '.join(told)}", content)


Way = Callable[[random.Random, bytes, Sequence[Path]], bytes]


def _ways(content: bytes) -> tuple[Way, ...]:
    anything: tuple[Way, ...] = (_flip, _cut, _double, _end_early, _put_in, _splice)
    if content.startswith(ZIP):
        return (_in_part, _in_part, _in_part, _in_part, _in_part, _without_part, _exchange_parts, *anything)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return (_in_record, _in_record, _in_record, _in_record, *anything)
    return (_in_text, _in_text, _in_text, _in_xml, *anything)


# Any bytes -----------------------------------------------------------------------------------------------------------


def _at(chance: random.Random, content: bytes) -> int:
    return chance.randrange(len(content) + 1)


def _flip(chance: random.Random, content: bytes, _files: Sequence[Path]) -> bytes:
    changed = bytearray(content or b" ")
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        changed[chance.randrange(len(changed))] = chance.choice((0, 0xFF, 0x7F, 0x80, chance.randrange(256)))
    return bytes(changed)


def _cut(chance: random.Random, content: bytes, _files: Sequence[Path]) -> bytes:
    start = _at(chance, content)
    return content[:start] + content[start + chance.choice((1, 4, 32, 512)) :]


def _double(chance: random.Random, content: bytes, _files: Sequence[Path]) -> bytes:
    start = _at(chance, content)
    piece = content[start : start + chance.choice((1, 16, 256, 4_096))]
    return content[:start] + piece * chance.choice((1, 2, 50)) + content[start:]


def _end_early(chance: random.Random, content: bytes, _files: Sequence[Path]) -> bytes:
    return content[: _at(chance, content)]


def _put_in(chance: random.Random, content: bytes, _files: Sequence[Path]) -> bytes:
    start = _at(chance, content)
    return content[:start] + chance.randbytes(chance.choice((1, 8, 200))) + content[start:]


def _splice(chance: random.Random, content: bytes, files: Sequence[Path]) -> bytes:
    other = chance.choice(files).read_bytes()
    return content[: _at(chance, content)] + other[_at(chance, other) :]


# XML and the parts of a zip ------------------------------------------------------------------------------------------


def _in_part(chance: random.Random, content: bytes, files: Sequence[Path]) -> bytes:
    parts = _parts(content)
    if not parts:
        return _flip(chance, content, files)
    # The parts that a reader looks at are not the largest; each has the same chance.
    telling = [name for name in parts if name.endswith((".xml", ".rels", ".bin"))] or list(parts)
    name = chance.choice(telling)
    way = _flip if name.endswith(".bin") else _in_xml
    parts[name] = way(chance, parts[name], files)
    return _packed(parts)


def _without_part(chance: random.Random, content: bytes, _files: Sequence[Path]) -> bytes:
    parts = _parts(content)
    if parts:
        del parts[chance.choice(list(parts))]
    return _packed(parts)


def _exchange_parts(chance: random.Random, content: bytes, _files: Sequence[Path]) -> bytes:
    parts = _parts(content)
    if len(parts) > 1:
        one, other = chance.sample(list(parts), 2)
        parts[one], parts[other] = parts[other], parts[one]
    return _packed(parts)


def _parts(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError, zipfile.zlib.error):  # type: ignore[attr-defined]
        return {}


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _in_xml(chance: random.Random, content: bytes, files: Sequence[Path]) -> bytes:
    way = chance.choice((_other_attribute, _other_attribute, _other_attribute, _other_value, _tag_twice, _insert, None))
    return _flip(chance, content, files) if way is None else way(chance, content)


def _other_attribute(chance: random.Random, content: bytes) -> bytes:
    found = list(_ATTRIBUTE.finditer(content))
    if not found:
        return _insert(chance, content)
    match = chance.choice(found)
    fitting = {b"r": _PLACES + _NUMBERS, b"ref": _PLACES, b"t": _KINDS, b"s": _NUMBERS}
    others = fitting.get(match[1], (*_NUMBERS, *_DATES, *_PLACES))
    return content[: match.start(2)] + chance.choice(others) + content[match.end(2) :]


def _other_value(chance: random.Random, content: bytes) -> bytes:
    found = list(_VALUE.finditer(content))
    if not found:
        return _insert(chance, content)
    match = chance.choice(found)
    return content[: match.start(1)] + chance.choice((*_NUMBERS, *_DATES, *_INSERTS)) + content[match.end(1) :]


def _tag_twice(chance: random.Random, content: bytes) -> bytes:
    found = list(_TAG.finditer(content))
    if not found:
        return _insert(chance, content)
    match = chance.choice(found)
    return content[: match.start()] + match[0] * chance.choice((0, 2, 300)) + content[match.end() :]


def _insert(chance: random.Random, content: bytes) -> bytes:
    start = _at(chance, content)
    return content[:start] + chance.choice(_INSERTS) + content[start:]


# Records and text ----------------------------------------------------------------------------------------------------


def _in_record(chance: random.Random, content: bytes, files: Sequence[Path]) -> bytes:
    """Change one of the records of an old workbook: what it is, how long it says it is, or what it holds."""
    start = chance.randrange(512, max(len(content), 513)) & ~1
    size = chance.choice((1, 2, 2, 4, 8))
    odd = chance.choice((b"\xff" * size, b"\x00" * size, b"\xff\x7f" * size, chance.randbytes(size)))[:size]
    return content[:start] + odd + content[start + size :]


def _in_text(chance: random.Random, content: bytes, _files: Sequence[Path]) -> bytes:
    start = _at(chance, content)
    return content[:start] + chance.choice(_TEXTS) * chance.choice((1, 1, 1, 7)) + content[start:]
