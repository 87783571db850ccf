"""Which row is the header, and which column of the file goes into which of ours. Guesses; people correct them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from importers import beside, signs
from importers.addresses import of_other_addresses, role_of, with_their_streets
from importers.columns import COLUMNS, Column, Place
from importers.files import Cell, Layout, Row, Sheet
from importers.meanings import OF_ADDRESS, WEAK, Certainty, field_of, key_of, meanings
from importers.reading import Reading, plain, squeezed
from importers.trouble import Wrong
from models.imports import ImportKind

HEADER_ROWS = 30
SAMPLES = 500
SHORT = 60
FEW = 3
NUMBER_LIMIT = 40


@dataclass(frozen=True)
class Guess:
    """One column of the file: its position (from 0), name and first values, and the column of ours it seems to be."""

    position: int
    header: str
    samples: tuple[str, ...]
    field: str | None
    certainty: Certainty


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
        is_address = of is not None and of.term.key in OF_ADDRESS
        if of is None or not (over or is_address or of.place is not Place.SELF):
            group = ""
        is_other = of is not None and [one.field for one in meanings(own, kind)[:1]] != [of.key]
        is_told = is_other or (is_address and role_of(f"{group} {own}") != role_of(own))
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
        known += (2.0 if meant[0].rank < WEAK else 1.0) if meant else 0.0
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
    called = partial(field_of, kind=kind)
    told = dict(beside.told(names, columns, called, _FIELDS[kind]))
    left_out = beside.further_addresses(names, called)
    chosen = {at for at, field in remembered.items() if field}
    free = [
        at for at in range(len(names)) if at not in told and at not in left_out and remembered.get(at, "") is not None
    ]
    accounts = beside.bank_accounts(names)
    names = ["" if at in accounts else name for at, name in enumerate(with_their_streets(names, free, kind))]
    left_out |= of_other_addresses(names, columns, free, chosen, kind)
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
            wishes.append((WEAK * 2, position, by_value, Certainty.VALUES))
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
        elif (field in taken and not column.repeatable) or (rank >= WEAK and field in _WHOLE and taken & _WHOLE):
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


_AS_WRITTEN = (
    Reading(may_add_words=True, year_first=False),
    Reading(may_add_words=True, year_first=False, day_first=False),
    Reading(may_add_words=True, year_first=True),
)


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
