"""What each row of a list of customers would do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from importers import compare, cut, known
from importers.compare import Difference
from importers.files import Row
from importers.known import Held, Namesake
from importers.planner import MOST_OFFERED, NEW, TAKE, Meeting, Outcome, Planner, keep_in_notes, others
from importers.reading import NAME_LENGTH, are_akin, first_of, shortened
from importers.rows import Record, full_name
from importers.trouble import Trouble
from models.base import folded
from models.imports import ImportKind, MatchRule, RowStatus
from models.operations import currency
from models.operations.number import in_bin, peek

_WHOLE_NAMES = ("company_name", "name")
_CONTACT_EMAIL = "main_contact.email"
_POSTAL_FIELDS = ("head_office.postal_code", "head_office.postal_place", "head_office.country")
_NAMES = frozenset({"company_name", "first_name", "last_name"})
NAME_FIELDS = ("company_name", "name", "name_2", "first_name", "last_name", "infix", "kind")


class _Called(NamedTuple):
    """The customers of one name that a row may mean. `active`: archived ones only where there are no others."""

    by_key: dict[str, Namesake]
    active: list[Namesake]


class Customers(Planner):
    """By number; if the row has none, by name. Whoever may be the same under another number is asked about (X-05).

    By number only, names mean nothing. With the postal code, namesakes in another place are others.
    """

    def prepare(self) -> None:
        self.rows_of_number: dict[str, list[int]] = {}
        self.rows_of_name: dict[str, list[int]] = {}
        number_of: dict[int, str] = {}
        records = [item for item in self.records if not self.is_aside(item[0])]
        for number, text in self.reader.texts("number", records):
            number_of[number] = folded(text)
            self.rows_of_number.setdefault(number_of[number], []).append(number)
        self.by_number = known.by_number(self.session, list(self.rows_of_number))
        # What nobody has now may still belong to a customer in the bin.
        self.in_bin = in_bin(self.session, self.rows_of_number.keys() - self.by_number.keys())
        self.free_number = peek(self.session) if self.in_bin else ""
        self.postal_codes = self._postal_codes()
        # By number only, names mean nothing: whoever chose that knows what the numbers are.
        self.asks_by_name = self.source.is_number_weak and self.source.match is not MatchRule.NUMBER
        unknown = [item for item in records if self.asks_by_name or number_of.get(item[0], "") not in self.by_number]
        names = set[str]()
        for number, name in self._names(unknown):
            names.add(name)
            if number not in number_of:
                self.rows_of_name.setdefault(self._name_key(name, number), []).append(number)
        by_name = self.source.match is not MatchRule.NUMBER
        self.named = known.customers_named(self.session, names if by_name else set(), self.limits.get("name", ()))
        seen, _ = self.rights.among(one.id for namesakes in self.named.values() for one in namesakes)
        self.named = {name: [one for one in named if one.id in seen] for name, named in self.named.items()}
        if self.source.match is MatchRule.POSTAL_CODE:
            namesakes = [one.id for named in self.named.values() for one in named]
            self.places_of = known.head_office_codes(self.session, namesakes)
        # All rows of one name look at the same ones.
        self.called: dict[tuple[str, str | None, bool], _Called] = {}
        self.fields = {*self.source.mapping}
        if self.source.rest_to_notes or any(
            len(text) > NAME_LENGTH for key in _WHOLE_NAMES for _, text in self.reader.texts(key, self.records)
        ):
            self.fields.add("description")
        emails = {folded(first_of(text)) for _, text in self.reader.texts(_CONTACT_EMAIL, self.records)}
        self.contacts = known.contacts_of(self.session, emails)
        self.places = {column.partition(".")[0] for column in self.source.mapping}
        self.places |= {"bank"} if "iban" in self.source.mapping else set()
        if {"first_name", "last_name"} & self.source.mapping.keys():
            self.places.add("main_contact")

    def _postal_codes(self) -> dict[int, str]:
        """Row number -> folded postal code, where the match rule wants to know."""
        if self.source.match is not MatchRule.POSTAL_CODE:
            return {}
        reader = self.reader.only(*_POSTAL_FIELDS)
        found = ((number, reader.read(number, row).values.get(_POSTAL_FIELDS[0])) for number, row in self.records)
        return {number: folded(code) for number, code in found if code}

    def _name_key(self, name: str, row: int) -> str:
        """What two rows without a number have in common when they are the same."""
        return f"{name}\n{self.postal_codes[row]}" if row in self.postal_codes else name

    def _namesakes(self, record: Record, name: str, number: str) -> _Called:
        """Who is called so; with the match rule for it, only those who may be in the same place.

        For a row with a number a namesake whose own number stands in the file is somebody else.
        """
        key = name, self.postal_codes.get(record.number), bool(number)
        if key not in self.called:
            named, code = self.named.get(name, []), key[1]
            if code is not None:
                named = [one for one in named if folded(self.places_of.get(one.id, "")) in {code, ""}]
            if number:
                named = [one for one in named if one.number_key not in self.rows_of_number]
            active = [one for one in named if not one.is_archived]
            self.called[key] = _Called({str(one.id): one for one in named}, active or named)
        return self.called[key]

    def _names(self, rows: Sequence[tuple[int, Row]]) -> Iterator[tuple[int, str]]:
        """Row number and folded name."""
        mapped = [key for key in NAME_FIELDS if key in self.source.mapping]
        if len(mapped) == 1:
            yield from ((number, folded(shortened(text))) for number, text in self.reader.texts(mapped[0], rows))
            return
        reader = self.reader.only(*NAME_FIELDS)
        for number, row in rows:
            name = folded(full_name(reader.read(number, row).values))
            if name:
                yield number, name

    def plan(self, block: Sequence[tuple[int, Row]]) -> list[Outcome]:
        met = [self._meet(self.read(number, row)) for number, row in block]
        self.look_up({one for meeting in met for one in meeting.ids})
        return [self.settle(meeting) for meeting in met]

    def look_up(self, ids: Collection[int]) -> None:
        """What these customers have, and what the importer may do with them."""
        self.held = known.held_customers(self.session, ids, self.places, self.fields)
        self.seen, self.editable = self.rights.among(ids)
        in_currency = "currency" in self.source.mapping
        self.amounts = currency.amounts(self.session, ids) if in_currency else {}

    def _meet(self, record: Record) -> Meeting:
        """Whom a row may mean: one target, or several candidates, or nobody."""
        number = folded(str(record.values.get("number") or ""))
        decision = self.decided(record)
        if self.is_aside(record.number) and self.waits(record):
            return Meeting(record, is_open=True)
        # Of several rows with one number one may have been taken.
        if number in self.by_number and (len(self.rows_of_number[number]) == 1 or decision == TAKE):
            return Meeting(record, self.by_number[number], self._called_so(record, number), is_by_number=True)
        if self.waits(record):
            return Meeting(record, is_open=True)
        name = folded(full_name(record.values))
        namesakes = self._namesakes(record, name, number)
        key = self._name_key(name, record.number)
        twice = self.rows_of_number.get(number, []) if number else self.rows_of_name.get(key, [])
        # Two rows with one number cannot both go in; two with one name can, if somebody says so.
        settled = {TAKE} if number else {TAKE, NEW, *namesakes.by_key.keys() & {decision}}
        if len(twice) > 1 and decision not in settled:
            trouble, key = (Trouble.NUMBER_TWICE, "number") if number else (Trouble.SAME_TWICE, "company_name")
            self.say(record, trouble, key, rows=others(twice, record.number))
            return Meeting(record, is_open=True)
        if decision == NEW:
            return Meeting(record)
        if chosen := namesakes.by_key.get(decision):
            return Meeting(record, target=chosen.id)
        # It stands in the first column, whatever that is.
        if not namesakes.active:
            key = "number" if number else self._name_column()
            text = str(record.values["number"]) if number else full_name(record.values)
            return Meeting(record, is_open=self.may_be_no_record(record, text, key))
        return self._among(record, namesakes.active, number)

    def _called_so(self, record: Record, number: str) -> tuple[int, ...]:
        """Whom a row may mean by its name, where its number may be any."""
        if not self.asks_by_name:
            return ()
        called = self._namesakes(record, folded(full_name(record.values)), number).active
        return tuple(one.id for one in called[:MOST_OFFERED])

    def _name_column(self) -> str:
        return next((key for key in ("company_name", "name", "last_name") if key in self.source.mapping), "")

    def _among(self, record: Record, active: Sequence[Namesake], number: str) -> Meeting:
        first, key = active[0], self._name_column()
        candidates = (first.id,)
        if len(active) > 1:
            return self.ask_among(record, key, active)
        if number:
            self.say(record, Trouble.NAME_KNOWN_OTHER_NUMBER, "number", name=first.name, number=first.number)
            return Meeting(record, candidates=candidates, is_open=True)
        if self.rows_of_number:
            self.say(record, Trouble.NAME_KNOWN_NO_NUMBER, key, name=first.name, number=first.number)
            return Meeting(record, target=first.id, candidates=candidates, is_open=True)
        self.say(record, Trouble.RECOGNISED_BY_NAME, key, number=first.number)
        return Meeting(record, target=first.id, candidates=candidates)

    def settle(self, meeting: Meeting) -> Outcome:
        """What a row would do to whom it meets."""
        record, held = meeting.record, self.held.get(meeting.target or 0)
        if meeting.target is not None and held is None:
            # It was there a moment ago: somebody deletes it right now.
            record.reject(Trouble.CHANGED_MEANWHILE, name=full_name(record.values))
        if record.is_rejected() or (meeting.is_open and held is None):
            return self.rejected(record, held) if record.is_rejected() else self.open(record, meeting.candidates)
        if held is None:
            return self._new(record)
        if held.id not in self.seen:
            if not self.rights.may_add:
                # Whoever cannot add anybody is not told which numbers are taken.
                return self._new(record)
            self.reject(record, Trouble.NUMBER_UNSEEN, "number")
            return self.rejected(record)
        if meeting.is_by_number and not are_akin(full_name(record.values), held.name):
            return self._of_another_name(meeting, held)
        return self._known(meeting, held)

    def _of_another_name(self, meeting: Meeting, held: Held) -> Outcome:
        """A row whose number is that of somebody called otherwise: it may be a count of the rows, or a new name."""
        record, decision = meeting.record, self.decided(meeting.record)
        if not self.asks_by_name or decision in {TAKE, str(held.id)}:
            outcome = self._known(meeting, held)
            if _NAMES & outcome.diff.keys():
                self.say(
                    record, Trouble.NAME_BECOMES_ANOTHER, self._name_column(), old=held.name, name=self.name(record)
                )
            return outcome
        another = {"number": record.values["number"], "name": held.name}
        meant = self.held.get(int(decision)) if decision.isdecimal() and int(decision) in meeting.candidates else None
        if decision != NEW and meant is None:
            self.say(record, Trouble.NUMBER_OF_ANOTHER, "number", **another)
            return self.open(record, meeting.ids)
        self.say(record, Trouble.NUMBER_LEFT_OUT, "number", **another)
        del record.values["number"]
        return self._new(record) if meant is None else self._known(meeting, meant)

    def _known(self, meeting: Meeting, held: Held) -> Outcome:
        """What a row does to a customer whom it means, or may mean."""
        record = meeting.record
        self._tell_person_of_company(record, held)
        keep_in_notes(record, held)
        cut.keep_longer(record, held, ImportKind.CUSTOMERS, self.limits)
        found = compare.customer(record, held, self.source.reading, self.source.replaces_labels)
        if found.write and self._is_locked(record, held):
            return self.rejected(record, held)
        if meeting.is_open:
            return self.open(record, meeting.candidates)
        if "customer" in found.write and not compare.is_named(found.write["customer"], held):
            self.reject(record, Trouble.NAME_MISSING)
        self._check_number(record, found)
        self._check_currency(record, held, found)
        outcome = self.existing(record, held, found)
        if outcome.status is RowStatus.CHANGED:
            self._tell_of_contact(record, found)
        return outcome

    def _tell_person_of_company(self, record: Record, held: Held) -> None:
        """A company has no first name: a person under its number is its main contact."""
        values = record.values
        is_company = held.values["kind"] == "business" and not (values.get("company_name") or values.get("kind"))
        person = {part: values[part] for part in ("first_name", "last_name") if is_company and values.get(part)}
        if not person:
            return
        name = full_name(values)
        for part in person:
            del values[part]
        if folded(name) == folded(held.name):
            return
        key = next((part for part in ("last_name", "first_name") if part in self.source.mapping), "name")
        if any(values.get(f"main_contact.{part}") for part in ("first_name", "last_name")):
            self.reader.leave_out(record, key, name)
            return
        values.update({f"main_contact.{part}": text for part, text in person.items()})
        self.say(record, Trouble.PERSON_OF_COMPANY, key, company=held.name, name=name)

    def _is_locked(self, record: Record, held: Held) -> bool:
        """Whether nothing of it may be written, and why; a row that writes nothing need not ask."""
        if held.is_archived:
            self.reject(record, Trouble.ARCHIVED, "number", name=held.name)
        elif held.id not in self.editable:
            self.reject(record, Trouble.NO_RIGHT, "number", name=held.name)
        return record.is_rejected()

    def _new(self, record: Record) -> Outcome:
        keep_in_notes(record, None)
        found = compare.customer(record, None, self.source.reading, self.source.replaces_labels)
        if not compare.is_named(found.write.get("customer", {}), None):
            name = full_name(record.values)
            self.reject(record, Trouble.ONE_NAME if name else Trouble.NAME_MISSING, "company_name", name=name)
        elif not self.rights.may_add:
            self.reject(record, Trouble.NO_RIGHT_TO_ADD)
        self.require_archive(record)
        if self.rights.may_add:
            self._check_number(record, found)
        if record.is_rejected():
            return self.rejected(record)
        self._tell_of_contact(record, found)
        return Outcome(record, RowStatus.NEW, None, full_name(record.values), found.write)

    def _tell_of_contact(self, record: Record, found: Difference) -> None:
        """Say that the contact a row makes may be there already: by its address, at whatever customer."""
        if not self.contacts:
            return
        written = found.write.get("main_contact", {})
        email = "" if "link_id" in written else written.get("set", {}).get("email", "")
        if name := self.contacts.get(folded(email)):
            self.say(record, Trouble.CONTACT_KNOWN, _CONTACT_EMAIL, name=name)

    def _check_currency(self, record: Record, held: Held, found: Difference) -> None:
        """The currency stays while there are amounts that say none themselves."""
        written = found.write.get("customer", {})
        kept = self.amounts.get(held.id)
        if kept and "currency" in written and kept.turns_into(written["currency"]):
            refusal = kept.refusal(written["currency"])
            self.reject(record, Trouble.AMOUNTS_STAY, "currency", **refusal.values)

    def _check_number(self, record: Record, found: Difference) -> None:
        """A number waits for its customer while that is in the bin."""
        if self.in_bin and folded(found.write.get("customer", {}).get("number", "")) in self.in_bin:
            self.reject(record, Trouble.NUMBER_IN_BIN, "number", number=self.free_number)
