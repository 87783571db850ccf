"""Files that say themselves what their values are (XAF, SAF-T, SIE 5, UBL, vCard), as sources of customers or contacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from importers.files import audit, sie, ubl, values, vcard
from importers.files.assemble import Assembler
from importers.files.refusals import Refusal, Unreadable
from importers.files.relation import CONTACT_FIELDS, CUSTOMER_FIELDS, REST, Relation, Values
from importers.files.workbook import Cell, Fault, Kind, Layout, Limits, Note, ReadOptions, Remark, Sheet, address
from importers.sources import Faulty, Item, Party, gather

_READERS: Mapping[Kind, Callable[[str, Kind], Iterator[Relation]]] = {
    Kind.XAF: audit.relations,
    Kind.SAFT: audit.relations,
    Kind.SIE5: sie.relations,
    Kind.UBL: ubl.relations,
    Kind.VCARD: vcard.relations,
}
_LIMITS = {Kind.XAF: audit.XAF_LIMITS, Kind.SAFT: audit.SAFT_LIMITS}


class Book:
    """One such file as a source."""

    def __init__(self, text: str, kind: Kind, limits: Limits, options: ReadOptions) -> None:
        self._text, self._kind, self._limits, self._options = text, kind, limits, options
        self._assembler = Assembler(kind, limits, options)
        fields = CONTACT_FIELDS if options.contacts else CUSTOMER_FIELDS
        cuts = _LIMITS.get(kind, {})
        self.layout = Layout(fields, {name: cuts[of] for name in fields if (of := self._term(name)) in cuts})
        self._positions = {name: position for position, name in enumerate(fields)}
        self.columns: Sequence[int] = range(1, len(fields) + 1)

    @property
    def name(self) -> str:
        return self._kind.value

    def _term(self, field: str) -> str:
        """By what the limits call a field."""
        place, _, term = field.rpartition(".")
        if place == "customer":
            return ""
        return "contact" if self._options.contacts and field == "name" else term

    def items(self) -> Iterator[Item]:
        """Every customer, or every contact person; and what was left out."""
        left = Counter[Remark]()
        number = 0
        for found in self._found(left):
            number += 1
            if number <= self._limits.rows:
                yield from self._party(number, found)
        if number > self._limits.rows:
            raise Unreadable(Refusal.TOO_MANY_PARTIES, kind=self.name, count=number, limit=self._limits.rows)
        if not number:
            raise self._nothing(left)
        yield from (Note(remark, {"count": count}) for remark, count in left.items())

    def _found(self, left: Counter[Remark]) -> Iterator[Values]:
        for relation in _READERS[self._kind](self._text, self._kind):
            if relation.is_customer is False:
                left[Remark.SUPPLIERS_LEFT_OUT] += 1
            elif relation.is_customer is None and not self._options.others:
                left[Remark.OTHERS_LEFT_OUT] += 1
            elif self._options.contacts:
                people = relation.contacts()
                left.update([Remark.NAMELESS_LEFT_OUT] if not people else [])
                yield from people
            else:
                left.update(
                    {Remark.ACCOUNTS_LEFT_OUT: relation.accounts_left_out} if relation.accounts_left_out else {}
                )
                more = len(relation.persons) - 1
                left.update({Remark.CONTACTS_LEFT_OUT: more} if more > 0 else {})
                told = relation.customer()
                if told:
                    yield told
                else:
                    left[Remark.UNNAMED_LEFT_OUT] += 1

    def _nothing(self, left: Mapping[Remark, int]) -> Unreadable:
        suppliers = left.get(Remark.SUPPLIERS_LEFT_OUT, 0)
        if left.get(Remark.NAMELESS_LEFT_OUT):
            return Unreadable(Refusal.NO_CONTACTS, kind=self.name)
        if suppliers:
            return Unreadable(Refusal.SUPPLIERS_ONLY, kind=self.name, count=suppliers)
        return Unreadable(Refusal.NO_PARTIES, kind=self.name)

    def _party(self, number: int, told: Values) -> Iterator[Item]:
        row: list[Cell] = [None] * len(self._positions)
        lengths = []
        rest = told.pop(REST, "")
        for name, text in told.items():
            # What was written as nothing but blanks is empty.
            cell = values.text(text) or ""
            row[self._positions[name]] = cell
            lengths.append(len(cell))
        self._assembler.count(len(lengths), sum(lengths) + len(rest))
        longest = self._limits.cell_length
        if max(lengths, default=0) > longest:
            for position, held in enumerate(row):
                if isinstance(held, str) and len(held) > longest:
                    row[position] = held[:longest]
                    yield Faulty(number, position + 1, Fault.TOO_LONG, str(len(held)))
        yield Party(number, tuple(row), rest[:longest])


def read(text: str, kind: Kind, limits: Limits, options: ReadOptions) -> Sheet:
    """The customers or the contacts in such a file; columns of which no record speaks are left away."""
    return _narrowed(gather(Book(text, kind, limits, options)))


def _narrowed(sheet: Sheet) -> Sheet:
    layout = sheet.layout
    assert layout is not None
    kept = sorted({at for row in sheet.rows for at, cell in enumerate(row) if cell is not None})
    place_of = {at + 1: place for place, at in enumerate(kept, 1)}
    sheet.rows = [tuple(row[at] for at in kept) for row in sheet.rows]
    sheet.layout = replace(layout, fields=tuple(layout.fields[at] for at in kept))
    sheet.columns = range(1, len(kept) + 1)
    sheet.problems = {
        (row, place_of[at]): replace(found, cell=address(row, place_of[at]))
        for (row, at), found in sheet.problems.items()
    }
    return sheet
