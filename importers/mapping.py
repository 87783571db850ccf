"""Which row is the header, and which column of the file goes into which of ours. Guesses; people correct them."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial

from importers import beside, signs
from importers.columns import COLUMNS, PLACE_TITLES, Column, Place
from importers.files import Cell, Layout, Row, Sheet
from importers.reading import Reading, plain, squeezed
from importers.terms import TERMS
from importers.trouble import Wrong
from models.imports import ImportKind

HEADER_ROWS = 30
SAMPLES = 500
SHORT = 60
FEW = 3
NUMBER_LIMIT = 40


class Certainty(enum.StrEnum):
    """How a column was recognised. The value is English; catalogues translate it."""

    SAME = "same name"
    ALIKE = "similar name"
    VALUES = "from the values"
    REMEMBERED = "as in an earlier import"
    PROFILE = "as the profile says"
    CHOSEN = "chosen by you"
    SKIPPED = "skipped"
    TWICE = "another column is taken for this"
    DOUBTFUL = "the values do not fit"
    WHICH = "several columns have this name: choose one"
    NOT_ALLOWED = "left out: you may not see amounts"
    NO_HEADER = "no name above this column"
    STATED = "stated by the file"


@dataclass(frozen=True)
class Guess:
    """One column of the file: its position (from 0), name and first values, and the column of ours it seems to be."""

    position: int
    header: str
    samples: tuple[str, ...]
    field: str | None
    certainty: Certainty


# Names in front of or behind a word that say whose it is: the place, and how gladly it is taken.
_ROLES: tuple[tuple[str, Place, int], ...] = (
    ("factuuradres", Place.INVOICE, 0), ("factuur", Place.INVOICE, 0), ("invoiceaddress", Place.INVOICE, 0),
    ("invoice", Place.INVOICE, 0), ("billingaddress", Place.INVOICE, 0), ("billing", Place.INVOICE, 0),
    ("bill", Place.INVOICE, 0), ("fakturaadresse", Place.INVOICE, 0), ("fakturaadress", Place.INVOICE, 0),
    ("faktura", Place.INVOICE, 0), ("rechnungsadresse", Place.INVOICE, 0), ("rechnungs", Place.INVOICE, 0),
    ("laskutus", Place.INVOICE, 0), ("laskutusosoitteen", Place.INVOICE, 0), ("laskutuksen", Place.INVOICE, 0),
    ("facturatie", Place.INVOICE, 0), ("fakt", Place.INVOICE, 0),
    ("hoofdkantoor", Place.HEAD_OFFICE, 0), ("headquarters", Place.HEAD_OFFICE, 0),
    ("headoffice", Place.HEAD_OFFICE, 0), ("hauptsitz", Place.HEAD_OFFICE, 0), ("huvudkontor", Place.HEAD_OFFICE, 0),
    ("bezoekadres", Place.HEAD_OFFICE, 1), ("bezoek", Place.HEAD_OFFICE, 1), ("vestigings", Place.HEAD_OFFICE, 1),
    ("visiting", Place.HEAD_OFFICE, 1), ("visit", Place.HEAD_OFFICE, 1), ("besoks", Place.HEAD_OFFICE, 1),
    ("besok", Place.HEAD_OFFICE, 1), ("forretnings", Place.HEAD_OFFICE, 1), ("business", Place.HEAD_OFFICE, 1),
    ("physical", Place.HEAD_OFFICE, 1), ("work", Place.HEAD_OFFICE, 1), ("companyvisit", Place.HEAD_OFFICE, 1), ("account1", Place.HEAD_OFFICE, 1),
    ("account", Place.HEAD_OFFICE, 1), ("company", Place.HEAD_OFFICE, 1), ("customer", Place.HEAD_OFFICE, 1),
    ("klant", Place.HEAD_OFFICE, 1), ("debiteur", Place.HEAD_OFFICE, 1), ("bedrijfs", Place.HEAD_OFFICE, 1),
    ("kunde", Place.HEAD_OFFICE, 1), ("kund", Place.HEAD_OFFICE, 1), ("adres", Place.HEAD_OFFICE, 1),
    ("address", Place.HEAD_OFFICE, 1), ("organization", Place.HEAD_OFFICE, 1), ("organisatie", Place.HEAD_OFFICE, 1),
    ("defaultaddress", Place.HEAD_OFFICE, 1), ("address1", Place.HEAD_OFFICE, 1),
    ("streetaddress", Place.HEAD_OFFICE, 1), ("werkadres", Place.HEAD_OFFICE, 1), ("kayntiosoitteen", Place.HEAD_OFFICE, 1),
    ("correspondentieadres", Place.HEAD_OFFICE, 2), ("correspondentie", Place.HEAD_OFFICE, 2), ("mail", Place.HEAD_OFFICE, 2),
    ("mailaddress", Place.HEAD_OFFICE, 2), ("postiosoitteen", Place.HEAD_OFFICE, 2), ("po", Place.HEAD_OFFICE, 2),
    ("companypost", Place.HEAD_OFFICE, 2), ("postal", Place.HEAD_OFFICE, 2), ("post", Place.HEAD_OFFICE, 2),
    ("mailing", Place.HEAD_OFFICE, 2),
    ("afleveradres", Place.HEAD_OFFICE, 3), ("aflever", Place.HEAD_OFFICE, 3), ("lever", Place.HEAD_OFFICE, 3),
    ("leverings", Place.HEAD_OFFICE, 3), ("leverans", Place.HEAD_OFFICE, 3), ("delivery", Place.HEAD_OFFICE, 3),
    ("shipping", Place.HEAD_OFFICE, 3), ("ship", Place.HEAD_OFFICE, 3), ("verzend", Place.HEAD_OFFICE, 3),
    ("verzending", Place.HEAD_OFFICE, 3), ("verz", Place.HEAD_OFFICE, 3),
    ("adresverz", Place.HEAD_OFFICE, 3), ("liefer", Place.HEAD_OFFICE, 3), ("toimitus", Place.HEAD_OFFICE, 3),
    ("toimitusosoitteen", Place.HEAD_OFFICE, 3), ("sa", Place.HEAD_OFFICE, 3),
    ("home", Place.HEAD_OFFICE, 4), ("huisadres", Place.HEAD_OFFICE, 4), ("prive", Place.HEAD_OFFICE, 4),
    ("contactpersoon", Place.CONTACT, 0), ("contactperson", Place.CONTACT, 0), ("kontaktperson", Place.CONTACT, 0),
    ("maincontact", Place.CONTACT, 0), ("ansprechpartner", Place.CONTACT, 0), ("contact1", Place.CONTACT, 0),
    ("contact", Place.CONTACT, 0), ("kontakt", Place.CONTACT, 0), ("yhteyshenkilon", Place.CONTACT, 0),
    ("person", Place.CONTACT, 0),
)  # fmt: skip
_OWN_TITLES = tuple(
    (squeezed(title), Place.HEAD_OFFICE if place is Place.LINK else place, int(place is Place.LINK))
    for place, titles in PLACE_TITLES.items()
    for title in titles
)
_BEFORE = sorted({*_ROLES, *_OWN_TITLES}, key=lambda role: (-len(role[0]), role))
_BEHIND = tuple(
    (name, place, rank)
    for name, place, rank in _BEFORE
    if (len(name) > 4 or name == "verz")
    and name not in {"account", "address", "adres", "customer", "kunde", "business", "contact1"}
)
_ADDRESS = frozenset(
    {"street", "house_number", "house_addition", "street_2", "postal_code", "city", "postal_place", "region", "country"}
)
_WEAK = 20
# Where somebody gets parcels; and besides, where people live.
_OF_PARCELS = frozenset(name for name, place, rank in _ROLES if place is Place.HEAD_OFFICE and rank == 3)
_ELSEWHERE = _OF_PARCELS | {name for name, place, rank in _ROLES if place is Place.HEAD_OFFICE and rank > 3}


@dataclass(frozen=True)
class _Meaning:
    """One thing that a header may mean; the lowest rank is the best."""

    field: str
    rank: int
    certainty: Certainty


@cache
def _vocabulary() -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Squeezed name -> the terms it stands for, with how sure each is."""
    found: dict[str, dict[str, int]] = {}
    for term in TERMS.values():
        ranked = [(name, 0) for name in term.titles]
        ranked += [(name, 1 + at // 8) for at, name in enumerate(term.words)]
        ranked += [(name, _WEAK + at) for at, name in enumerate(term.weak)]
        ranked += [(f"{name} %", rank) for name, rank in ranked if term.key == "vat_percentage"]
        for name, rank in ranked:
            found.setdefault(key_of(name), {}).setdefault(term.key, rank)
    return {key: tuple(terms.items()) for key, terms in found.items()}


_BRACKETED = re.compile(r"([^()]+)\(([^()]+)\)\s*")
_OWNERS = frozenset(name for name, _, _ in _ROLES)


def key_of(name: str) -> str:
    """What the name of a column comes down to; BTW % is another thing than BTW, and Store# than Store.

    Whose it is may stand behind it, in brackets: Postnr (post).
    """
    bracketed = _BRACKETED.fullmatch(name)
    if bracketed and squeezed(bracketed[2]) in _OWNERS:
        name = f"{bracketed[2]} {bracketed[1]}"
    return squeezed(name) + "%" * ("%" in name) + "#" * name.rstrip("* \xa0").endswith("#")


@cache
def _places(kind: ImportKind) -> Mapping[tuple[str, Place], Column]:
    places = {(column.term.key, column.place): column for column in COLUMNS[kind].values()}
    if kind is ImportKind.CUSTOMERS:
        places["customer_name", Place.SELF] = COLUMNS[kind]["name"]
    return places


_LONGEST_NAME = 80
# What a column counts in or how it writes a date: it says nothing of which column that is.
_TAX = r"(?:btw|vat|moms|mva|ust|tax)"
_UNIT_WORD = (
    rf"(?:[€$£]|eur|euro|sek|nok|dkk|usd|gbp|kr\.?|excl\.?|exkl\.?|ex\.?|incl\.?|inkl\.?|{_TAX}|days?|dagen|tagen?|dagar|dager|päivää|pv|km|"
    r"hours?|uur|std\.?|stunde|timme|tunti|per|in|aantal|antal|antall|netto|net|datum|date|dato)"
)
_UNIT = re.compile(
    rf"\s*(?:[(\[](?:{_UNIT_WORD}[\s,/]*|[djtamypkv]{{1,4}}(?:[-/. ]+[djtamypkv]{{1,4}}){{2}})+[)\]]|\bin\s+{_UNIT_WORD}"
    rf"|[,\s]\s*(?:excl|exkl|ex|incl|inkl)\.?\s+{_TAX}|\s(?:kr|sek|nok|dkk|eur|euro)"
    r"|\s[€$£] ?/ ?\w{1,6}\.?)\s*$"
)


@cache
def meanings(header: str, kind: ImportKind) -> tuple[_Meaning, ...]:
    """All that a header may mean, the surest first."""
    # What the file calls a column counts with its last line and without marks such as * or (verplicht).
    name = re.sub(r"\((?:verplicht|required|optional|optioneel|obligatorisk|pflicht)\)", "", header.casefold())
    key = _numbered(key_of(name))
    found = [*_exact(key, kind), *_prefixed(key, kind)]
    if not found and len(name) <= _LONGEST_NAME and (bare := _UNIT.sub("", name)) != name:
        return meanings(bare, kind)
    best: dict[str, _Meaning] = {}
    for meaning in sorted(found, key=lambda meaning: meaning.rank):
        best.setdefault(meaning.field, meaning)
    return tuple(best.values())


def _numbered(key: str) -> str:
    """What a name with # behind it comes down to: the number of a customer is not its name."""
    if not key.endswith("#") or key in _vocabulary():
        return key
    bare = key.removesuffix("#")
    named = (f"{bare}{word}" for word in ("number", "nummer", "numero"))
    is_name = not _NAMES.isdisjoint(dict(_vocabulary().get(bare, ())))
    return next((name for name in named if name in _vocabulary()), "#" if is_name else bare)


_NAMES = frozenset({"name", "customer_name", "company_name"})


def _exact(key: str, kind: ImportKind) -> Iterator[_Meaning]:
    for term, rank in _vocabulary().get(key, ()):
        for place in _own_places(term, kind):
            column = _places(kind).get((_ITSELF.get(term, term) if place in _AS_CUSTOMER[kind] else term, place))
            if column and not (rank >= _WEAK and column.place is Place.LINK):
                yield _Meaning(column.key, rank, Certainty.SAME)


# In a list of contacts the customer and the company are the customer they belong to.
_ITSELF = {"customer_name": "name", "company_name": "name"}
_AS_CUSTOMER = {ImportKind.CUSTOMERS: frozenset[Place](), ImportKind.CONTACTS: frozenset({Place.LINK})}


def _own_places(term: str, kind: ImportKind) -> Iterator[Place]:
    """Where a word belongs when nothing in front of it says so."""
    if kind is ImportKind.CUSTOMERS:
        yield from (Place.SELF, Place.HEAD_OFFICE, Place.BANK, Place.LABELS)
        if term in {"contact", "function", "salutation"}:
            yield Place.CONTACT
        if term == "attention":
            yield Place.INVOICE
    elif term in {"number", "function", "is_main", "is_invoice_contact", "company_name", "customer_name"}:
        yield Place.LINK
    else:
        yield from (Place.SELF, Place.LABELS)


def _prefixed(key: str, kind: ImportKind) -> Iterator[_Meaning]:
    """Words in front of or behind a known word, and a digit behind it: Factuurplaats, postcode_verzending, addr1."""
    for of, place, word, rank in _taken_apart(key):
        base, digit = _without_digit(word)
        for name, more in ((word, 0), *([(base, 0 if digit == 1 else 10 + digit)] if digit else [])):
            for term, sure in _vocabulary().get(name, ()):
                if sure >= _WEAK and not (place is Place.HEAD_OFFICE and term == "city"):
                    continue
                if term in {"kind", "labels"} and key.startswith(("adres", "addres")):
                    continue  # they say what kind of address it is
                if of in _OF_PARCELS and term not in _ADDRESS:
                    continue  # the shop around the corner, the neighbours: not what the customer is called
                yield from _placed(term, place, rank + sure + more, kind)


def _taken_apart(key: str) -> Iterator[tuple[str, Place, str, int]]:
    """Whose it is as it is written, the place that this means, the rest of the name, and how gladly it is taken."""
    yield "", Place.SELF, key, 0
    for name, place, rank in _BEFORE:
        if key.startswith(name) and len(key) > len(name):
            word = key.removeprefix(name)
            yield name, place, word.removeprefix("linje").removeprefix("rad"), rank + 1
            for address in _ADDRESS_WORDS:
                if word.startswith(address):
                    yield name, place, word.removeprefix(address), rank + 1
    for name, place, rank in _BEHIND:
        if key.endswith(name) and len(key) > len(name):
            yield name, place, key.removesuffix(name), rank + 2


# What follows on whose address it is: Bezoekadres straat, Postanschrift PLZ.
_ADDRESS_WORDS = ("adres", "adress", "adresse", "address", "anschrift", "osoite", "adr")


def _without_digit(word: str) -> tuple[str, int]:
    found = re.fullmatch(r"(.+?)([0-9]{1,2})", word)
    return (found[1], int(found[2])) if found else (word, 0)


def _placed(term: str, place: Place, rank: int, kind: ImportKind) -> Iterator[_Meaning]:
    columns = _places(kind)
    if place is Place.INVOICE and term == "email":
        candidates: list[tuple[str, Place]] = [("invoice_email", Place.SELF)]
    elif place is Place.INVOICE and term == "company_name":
        # Shops ask for a company there only; elsewhere it is somebody who pays for the customer.
        rank, candidates = rank + _WEAK, [(term, Place.SELF), ("name", Place.LINK)]
    elif place is Place.INVOICE:
        candidates = [(term, place)]
    elif place is Place.CONTACT and kind is ImportKind.CUSTOMERS:
        candidates = [("contact" if term == "name" else term, place)]
    elif place is Place.CONTACT:
        candidates = [(term, Place.SELF), (term, Place.LINK)]
    elif place is Place.HEAD_OFFICE and term in _ADDRESS:
        candidates = [(term, place), (term, Place.SELF)]
    elif kind is ImportKind.CONTACTS and place is Place.HEAD_OFFICE and term in {"name", "company_name", "number"}:
        candidates = [(_ITSELF.get(term, term), Place.LINK)]
    else:
        candidates = [(term, Place.SELF), (term, Place.HEAD_OFFICE), (term, Place.BANK), (term, Place.LABELS)]
    for candidate in candidates:
        column = columns.get(candidate)
        if column:
            yield _Meaning(column.key, rank, Certainty.ALIKE)


# The header row ------------------------------------------------------------------------------------------------------


def header_row(sheet: Sheet, kind: ImportKind) -> int | None:
    """The number of the row that seems to hold the names of the columns; None if no row does."""
    best: tuple[float, int] | None = None
    for at, number in enumerate(sheet.numbers[:HEADER_ROWS]):
        score = _score(header_cells(sheet, number, kind), kind)
        if score is None:
            continue
        if best is None or score + _block_below(sheet, at) > best[0]:
            best = (score + _block_below(sheet, at), number)
    return best[1] if best else None


def header_cells(sheet: Sheet, header: int, kind: ImportKind, two_lines: bool | None = None) -> Row:
    """The names of the columns in a header row; () if there is none.

    Names may go over two rows: "Invoice" above "Street" and "City". `two_lines` says whether they do; None looks.
    """
    if header not in sheet.numbers:
        return ()
    at = sheet.numbers.index(header)
    row, above = sheet.rows[at], sheet.rows[at - 1] if at and sheet.numbers[at - 1] == header - 1 else ()
    if two_lines is None:
        two_lines = all(cell is None or (isinstance(cell, str) and len(cell) <= SHORT) for cell in above)
    return _joined(above, row, kind) if two_lines else row


def _joined(above: Row, row: Row, kind: ImportKind) -> Row:
    """Names together with what stands above them, as far as that makes sense; the row itself if it makes none.

    What stands above one name may be meant for those to the right of it too (a merged cell), as long as it says whose
    they are.
    """
    group, names = "", list[Cell]()
    for position in range(max(len(above), len(row))):
        over, own = _name(above, position), _name(row, position)
        group = over or (group if own else "")
        meant = meanings(f"{group} {own}", kind)[:1] if group and own else ()
        of = COLUMNS[kind][meant[0].field] if meant else None
        is_address = of is not None and of.term.key in _ADDRESS
        if of is None or not (over or is_address or of.place is not Place.SELF):
            group = ""
        is_other = of is not None and [one.field for one in meanings(own, kind)[:1]] != [of.key]
        is_told = is_other or (is_address and _role_of(f"{group} {own}") != _role_of(own))
        names.append(f"{group} {own}" if group and is_told else row[position] if position < len(row) else None)
    if tuple(names[: len(row)]) == tuple(row):
        return row
    return tuple(_name(above, position) or None if name is None else name for position, name in enumerate(names))


def _score(row: Row, kind: ImportKind) -> float | None:
    """Two for each known name, a little for each other short text; None for a row that cannot be a header."""
    seen, texts, known, score = set[str](), 0, 0.0, 0.0
    for cell in row:
        if cell is None:
            continue
        if not isinstance(cell, str) or re.fullmatch(r"[0-9][0-9 .:/+-]*", cell):
            score -= 1.0  # names of columns are words; a record has numbers and dates
            continue
        key, meant = key_of(cell), meanings(cell, kind)
        if len(cell) > SHORT or key in seen:
            score += 0.5 if meant else 0.0
            continue
        texts += 1
        seen.add(key)
        known += (2.0 if meant[0].rank < _WEAK else 1.0) if meant else 0.0
        score += 0.0 if meant else 0.3
    return score + known if known and score + known >= 1.0 and (texts >= 2 or len(row) == 1) else None


def _block_below(sheet: Sheet, at: int) -> float:
    """A little more for a row with two rows of other types right below it."""
    below = sheet.rows[at + 1 : at + 3]
    different = sum(any(isinstance(cell, int | Decimal | dt.date) for cell in row) for row in below)
    return 0.25 if len(below) == 2 and different == 2 else 0.0


def records(sheet: Sheet, header: int) -> Iterator[tuple[int, Row]]:
    """The rows below the header (0: there is none) that hold something, with their numbers.

    What says the names of the columns again is no record.
    """
    titles: Row = ()
    again = set(repeated(sheet, header))
    for number, row in sheet.numbered():
        if number == header:
            titles = row
        below = number > header and number not in again and any(cell is not None for cell in row)
        if below and not (number == header + 1 and titles and is_technical(titles, row)):
            yield number, row


def repeated(sheet: Sheet, header: int) -> list[int]:
    """The rows further down that are the header once more, as where pages were printed below each other.

    What stands right above the header comes with it: a title, the upper half of names that go over two rows.
    """
    if header not in sheet.numbers:
        return []
    at, rows = sheet.numbers.index(header), sheet.rows
    names, found = _said(rows[at]), list[int]()
    start = next((place for place, name in enumerate(names) if name), len(names))
    for below in range(at + 1, len(rows) if names else 0):
        row = rows[below]
        # One cell tells of nearly all rows that they are others, at a fraction of the cost.
        if start >= len(row) or plain(row[start]) != names[start] or _said(row) != names:
            continue
        back = 1
        while back <= at and below - back > at and (above := _said(rows[below - back])) == _said(rows[at - back]):
            found += [sheet.numbers[below - back]] if above else []
            back += 1
        found.append(sheet.numbers[below])
    return sorted(set(found))


def _said(row: Row) -> list[str]:
    """The cells of a row as text, as far as it is filled."""
    said = [plain(cell) for cell in row]
    while said and not said[-1]:
        said.pop()
    return said


_BLOCK = 16


def misfits(sheet: Sheet, header: int, rows: Iterable[tuple[int, Row]]) -> dict[int, tuple[int, int]]:
    """Rows of a text file with more or fewer cells than there are names: row number -> its cells, and the names.

    Spreadsheet programs write text in blocks of sixteen rows, and may leave off the empty cells at the end that all rows
    of a block have; those are as they should be.
    """
    names = dict(sheet.numbered()).get(header, ())
    if not sheet.keeps_ends or not names:
        return {}
    wide = max(at for at, cell in enumerate(names, 1) if cell is not None)
    blocks: dict[int, set[int]] = {(header - 1) // _BLOCK: {len(names)}}
    found: dict[int, tuple[int, int]] = {}
    short: dict[int, int] = {}
    for number, row in rows:
        blocks.setdefault((number - 1) // _BLOCK, set()).add(len(row))
        filled = max(at for at, cell in enumerate(row, 1) if cell is not None)
        if filled > len(names):
            found[number] = (filled, wide)
        elif len(row) < wide:
            short[number] = len(row)
    cut = {number: (cells, wide) for number, cells in short.items() if len(blocks[(number - 1) // _BLOCK]) > 1}
    return found | cut


def is_technical(header: Row, row: Row) -> bool:
    """Whether a row right below the header repeats it for programs (NPSP__CONTACT1_FIRSTNAME__C): it is no record."""
    cells = [cell for cell in row if cell is not None]
    names = sum(isinstance(cell, str) and re.fullmatch(r"[A-Za-z]\w*_\w+", cell) is not None for cell in cells)
    return len(cells) >= 3 and names >= 0.9 * len(cells) and len({*cells}) == len(cells) and len(header) > 0


def best_sheet(sheets: Sequence[Sheet], kind: ImportKind) -> Sheet | None:
    """The visible sheet whose header row is best known; the first with rows if none has one."""
    best: tuple[float, Sheet] | None = None
    for sheet in sheets:
        if sheet.hidden or not sheet.rows:
            continue
        number = header_row(sheet, kind)
        score = 0.0 if number is None else _score(header_cells(sheet, number, kind), kind) or 0.0
        if best is None or score > best[0] + 1:
            best = (score, sheet)
    return best[1] if best else None


# The columns ---------------------------------------------------------------------------------------------------------


def guess(
    header: Row,
    rows: Sequence[Row],
    kind: ImportKind,
    remembered: Mapping[int, str | None] | None = None,
    allowed: Collection[str] | None = None,
) -> tuple[Guess, ...]:
    """What each column of the file seems to be. `rows` are the records; `remembered`: position -> field, None: left out.

    Only the `allowed` fields are given away; a column that seems to be another one is left out and says so. A field is
    given to one column only, but for those that may be repeated (labels, notes).
    """
    names = column_names(header, rows)
    width = len(names)
    columns = [[row[position] if position < len(row) else None for row in rows[:SAMPLES]] for position in range(width)]
    fields = _assign(names, columns, kind, remembered or {}, COLUMNS[kind] if allowed is None else allowed)
    guesses = []
    for position, name in enumerate(names):
        field, certainty = fields.get(position, (None, Certainty.SKIPPED if name else Certainty.NO_HEADER))
        samples = tuple(dict.fromkeys(filter(None, map(plain, columns[position]))))[:3]
        guesses.append(Guess(position, name, samples, field, certainty))
    return tuple(guesses)


def column_names(header: Row, rows: Sequence[Row] = ()) -> list[str]:
    """What each column of the file is called, as far as its rows reach; '' where nothing stands above it."""
    width = max((len(header), *(len(row) for row in rows[:SAMPLES])), default=0)
    return [_name(header, position) for position in range(width)]


def stated(sheet: Sheet, layout: Layout, kind: ImportKind, allowed: Collection[str]) -> tuple[Guess, ...]:
    """The columns of a file that says itself what they are; a field that this person may not see stays out."""
    found = []
    for position, key in enumerate(layout.fields):
        if key not in COLUMNS[kind]:
            continue
        field, certainty = (key, Certainty.STATED) if key in allowed else _NOT_ALLOWED
        cells = (row[position] for row in sheet.rows[:SAMPLES])
        samples = tuple(dict.fromkeys(filter(None, map(plain, cells))))[:3]
        found.append(Guess(position, COLUMNS[kind][key].title(), samples, field, certainty))
    return tuple(found)


def mapping_of(guesses: Iterable[Guess]) -> dict[str, list[int]]:
    """Field -> the columns of the file that go into it."""
    found: dict[str, list[int]] = {}
    for one in guesses:
        if one.field is not None:
            found.setdefault(one.field, []).append(one.position)
    return found


def _name(header: Row, position: int) -> str:
    cell = header[position] if position < len(header) else None
    return " ".join(plain(cell).split()) if isinstance(cell, str) else ""


_NOT_ALLOWED, _WHICH = (None, Certainty.NOT_ALLOWED), (None, Certainty.WHICH)


def _assign(
    names: Sequence[str],
    columns: Sequence[Sequence[Cell]],
    kind: ImportKind,
    remembered: Mapping[int, str | None],
    allowed: Collection[str],
) -> dict[int, tuple[str | None, Certainty]]:
    wishes: list[tuple[int, int, str, Certainty]] = []
    field_of = partial(_field_of, kind=kind)
    told = dict(beside.told(names, columns, field_of, _FIELDS[kind]))
    left_out = beside.further_addresses(names, field_of)
    chosen = {at for at, field in remembered.items() if field}
    free = [
        at for at in range(len(names)) if at not in told and at not in left_out and remembered.get(at, "") is not None
    ]
    accounts = beside.bank_accounts(names)
    names = ["" if at in accounts else name for at, name in enumerate(_with_their_streets(names, free, kind))]
    left_out |= _of_other_addresses(names, columns, free, chosen, kind)
    for position, name in enumerate(names):
        if position in remembered and remembered[position] is None:
            continue
        again = remembered.get(position)
        if again is not None and again in COLUMNS[kind]:
            wishes.append((-1, position, again, Certainty.REMEMBERED))
        if position in told:
            wishes.append((0, position, told[position], Certainty.VALUES))
            continue
        if position in left_out:
            continue
        for meaning in meanings(name, kind) if name else ():
            together = meaning.field.removesuffix("city") + "postal_place"
            if (
                meaning.field.endswith("city")
                and together in COLUMNS[kind]
                and beside.are_postal_places(columns[position])
            ):
                wishes.append((meaning.rank, position, together, Certainty.VALUES))
            wishes.append((meaning.rank, position, meaning.field, meaning.certainty))
        by_value = _by_values(columns[position], kind) if name else None
        if by_value:
            wishes.append((_WEAK * 2, position, by_value, Certainty.VALUES))
    given: dict[int, tuple[str | None, Certainty]] = {}
    taken, rivals = set[str](), _rivals(["" if at in told else name for at, name in enumerate(names)], columns)
    for rank, position, field, certainty in sorted(wishes, key=lambda wish: wish[:2]):
        column = COLUMNS[kind][field]
        if given.get(position, (None,))[0] is not None or given.get(position) in {_NOT_ALLOWED, _WHICH}:
            continue
        if field not in allowed:
            given[position] = _NOT_ALLOWED
        elif certainty is not Certainty.REMEMBERED and not _fits(column, columns[position], names, position):
            given.setdefault(position, (None, Certainty.DOUBTFUL))
        elif (field in taken and not column.repeatable) or (rank >= _WEAK and field in _WHOLE and taken & _WHOLE):
            given.setdefault(position, (None, Certainty.TWICE))
        elif certainty is not Certainty.REMEMBERED and not column.repeatable and position in rivals:
            given.update(dict.fromkeys(rivals[position], _WHICH))
            taken.add(field)
        else:
            given[position] = (field, certainty)
            taken.add(field)
    given |= dict.fromkeys(left_out - given.keys(), (None, Certainty.TWICE))
    return _without_stray_additions(given, {field for field, _ in given.values() if field})


# What a customer as a whole is called: one of them is enough where the other is a guess.
_WHOLE = frozenset({"name", "company_name"})
_FIELDS = {
    ImportKind.CUSTOMERS: beside.Fields(
        "main_contact.salutation", "company_name", "main_contact.contact", "head_office.street"
    ),
    ImportKind.CONTACTS: beside.Fields("salutation", "customer.name", "", "street"),
}


def _field_of(header: str, kind: ImportKind) -> str:
    """What a header means first of all; '' where it means nothing."""
    first = next(iter(meanings(header, kind)), None) if header else None
    return first.field if first else ""


@dataclass(frozen=True)
class _Part:
    """A column that holds a part of an address; `role` says of which one: bezoek, post; '' says nothing."""

    position: int
    role: str
    place: Place
    term: str
    rank: int


def _parts_of_addresses(names: Sequence[str], positions: Collection[int], kind: ImportKind) -> list[_Part]:
    """The columns at these positions that hold parts of addresses, by their names."""
    found = []
    for at in positions:
        meaning = next(iter(meanings(names[at], kind)), None) if names[at] else None
        column = COLUMNS[kind][meaning.field] if meaning else None
        if meaning and column and column.term.key in _ADDRESS:
            found.append(_Part(at, _role_of(names[at]), column.place, column.term.key, meaning.rank))
    return found


_TOWN = frozenset({"postal_code", "city", "postal_place"})


def _with_their_streets(names: Sequence[str], positions: Collection[int], kind: ImportKind) -> list[str]:
    """Names that tell which street they belong to, where only their order says so: Factuuradres, Postcode, Plaats.

    Where a street says nothing of whose it is, what comes first is of that one.
    """
    parts, told = _parts_of_addresses(names, positions, kind), list(names)
    complete = {part.role for part in parts if part.term in _TOWN}
    streets = [part for part in parts if part.term == "street" and part.role and part.role not in complete]
    seen = {part.term for part in parts if not part.role and part.term == "street"}
    is_second, only = bool(seen), {street.role for street in streets}
    for part in parts:
        if part.role or part.term == "street":
            continue
        before = [street for street in streets if street.position < part.position] or streets[: len(only) == 1]
        if before and (not is_second or part.term in seen):
            name = f"{before[-1].role} {names[part.position]}"
            told[part.position] = name if _field_of(name, kind) else told[part.position]
        seen.add(part.term)
    return told


def _of_other_addresses(
    names: Sequence[str],
    columns: Sequence[Sequence[Cell]],
    positions: Collection[int],
    chosen: Collection[int],
    kind: ImportKind,
) -> set[int]:
    """The columns of addresses that there is no place for, so that none is made of parts of two.

    `chosen` are the columns that somebody has chosen a field for: theirs is the address that is taken.
    """
    found, of_place = set[int](), dict[Place, dict[str, list[_Part]]]()
    for part in _parts_of_addresses(names, positions, kind):
        of_place.setdefault(part.place, {}).setdefault(part.role, []).append(part)

    def preference(parts: Sequence[_Part]) -> tuple[bool | int, ...]:
        streets = [part.rank for part in parts if part.term == "street" and any(map(plain, columns[part.position]))]
        has_town = any(part.term in _TOWN for part in parts)
        is_chosen = any(part.position in chosen for part in parts)
        is_elsewhere = parts[0].role in _ELSEWHERE
        rank = min(streets, default=min(part.rank for part in parts))
        return (not is_chosen, not (streets or has_town), is_elsewhere, not streets, not has_town, rank)

    for addresses in of_place.values():
        first, *others = sorted(addresses.values(), key=preference)
        terms = {part.term for part in first}
        for parts in others:
            if terms.isdisjoint(more := {part.term for part in parts}) and "street" not in more:
                terms |= more  # what only one of them speaks of may stand under any name
            else:
                found |= {part.position for part in parts} - {*chosen}
    return found


# They tell whose address it is, not which one.
_ANY_ADDRESS = re.compile(r"account1?|company|customer|klant|debiteur|bedrijfs|kunde?|adres|(?:street)?address")


def _role_of(header: str) -> str:
    """What stands in front of a part of an address, or behind it: bezoek, post. In Postcode post is no such thing."""
    key, _ = _without_digit(key_of(header))
    rest = _post_parts().sub("", key)
    name = next((name for name, _, _ in _BEFORE if rest == key != name and key.startswith(name)), "")
    name = name or next((name for name, _, _ in _BEHIND if rest.endswith(name)), "")
    return "" if _ANY_ADDRESS.fullmatch(name) else re.sub(r"adress?e?$|address$", "", name)


@cache
def _post_parts() -> re.Pattern[str]:
    """The parts of an address that are called after the post themselves, at the beginning of a header."""
    names = (name for name, terms in _vocabulary().items() if _ADDRESS & dict(terms).keys())
    parts = sorted((name for name in names if name.startswith("post")), key=len, reverse=True)
    return re.compile(f"^(?:{'|'.join(parts)})")


def _rivals(names: Sequence[str], columns: Sequence[Sequence[Cell]]) -> dict[int, list[int]]:
    """Columns of one name that hold different things: position -> the positions of all of that name."""
    found: dict[int, list[int]] = {}
    for name in {key_of(name) for name in names if name}:
        same = [at for at, other in enumerate(names) if key_of(other) == name and any(map(plain, columns[at]))]
        if len({tuple(map(plain, columns[at])) for at in same}) > 1:
            found.update(dict.fromkeys(same, same))
    return found


def _without_stray_additions(
    given: dict[int, tuple[str | None, Certainty]], taken: set[str]
) -> dict[int, tuple[str | None, Certainty]]:
    """A column "bus" or "unit" adds to a house number only where there is one."""
    return {
        position: (None, Certainty.DOUBTFUL)
        if field and field.endswith("house_addition") and field.replace("addition", "number") not in taken
        else (field, certainty)
        for position, (field, certainty) in given.items()
    }


_LOOKS = (
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")),
    ("iban", re.compile(r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?")),
    ("website", re.compile(r"(?:https?://|www\.)\S+")),
)


def _by_values(cells: Sequence[Cell], kind: ImportKind) -> str | None:
    filled = [cell for cell in cells if cell is not None]
    if len(filled) < 2:
        return None
    for field, look in _LOOKS:
        if field in COLUMNS[kind] and all(isinstance(cell, str) and look.fullmatch(cell) for cell in filled[:50]):
            return field
    return None


def _fits(column: Column, cells: Sequence[Cell], names: Sequence[str], position: int) -> bool:
    """Whether the values can be what the name promises: not ids of web pages as numbers, not prose as labels."""
    filled = [cell for cell in cells if cell is not None]
    if not filled:
        return True
    if column.looks and sum(not column.looks(cell) for cell in filled) > len(filled) // 2:
        return False
    if column.term.key == "number":
        return sum(len(plain(cell)) > NUMBER_LIMIT or "://" in plain(cell) for cell in filled) <= len(filled) // 50
    if column.term.key in {"name", "company_name", "first_name", "last_name"} and not any(
        isinstance(cell, str) for cell in filled
    ):
        return False
    # One or two wrong values are for their rows to tell.
    if column.term.key == "owner" or len(filled) < FEW:
        return True
    known = signs.fitting(column.term.key, names[position], names, filled)
    return sum(plain(cell) not in known and not _parses(column, cell) for cell in filled) <= len(filled) // 2


_AS_WRITTEN = (Reading(may_add_words=True), Reading(may_add_words=True, day_first=False))


def _parses(column: Column, cell: Cell) -> bool:
    for reading in _AS_WRITTEN:
        try:
            column.parse(cell, reading)
        except Wrong:
            continue
        return True
    return False


_TAGS = re.compile(r"[\w:.,\-]+(?: +[\w:.,\-]+)*")


def separator_of(cells: Iterable[Cell], header: str) -> str:
    """What separates several labels in one cell: ; | or a comma where any is seen, a space for tags_like this_one."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    for mark in (";", "|"):
        if any(mark in text for text in texts):
            return mark
    like_tags = sum(_TAGS.fullmatch(text) is not None for text in texts) >= 0.9 * len(texts)
    joined = any("_" in text or ":" in text for text in texts)
    if squeezed(header) in {"tags", "tag", "tagstring", "keywords"} and like_tags and joined:
        return " "
    return "," if any("," in text for text in texts) else ";"
