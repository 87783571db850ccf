"""What each row of a list of contacts would do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from importers import compare, cut, footers, known
from importers.columns import COLUMNS, Place
from importers.compare import Difference
from importers.files import Row
from importers.known import Held, Namesake
from importers.namesakes import Namesakes
from importers.planner import NEW, TAKE, Meeting, Outcome, Planner, keep_in_notes, others
from importers.rows import Record, contact_name
from importers.trouble import Trouble
from models.base import folded
from models.imports import ImportKind, MatchRule, RowStatus

MATCH_FIELDS = (
    "name", "own_company", "first_name", "last_name", "infix", "kind", "email", "customer.number", "customer.name",
)  # fmt: skip


_ASKED = {Trouble.NAME_KNOWN.name, Trouble.NAME_KNOWN_OFTEN.name}
_LINK_KEYS = frozenset(column.key for column in COLUMNS[ImportKind.CONTACTS].values() if column.place is Place.LINK)


class Contacts(Planner):
    """By e-mail address; else by name, and by the customer they belong to where the row names one.

    By e-mail address only, names mean nothing: two people with one address are one.
    """

    def prepare(self) -> None:
        self.rows_of: dict[tuple[str, ...], list[int]] = {}
        emails, names, numbers, firms = set[str](), set[str](), set[str](), set[str]()
        reader = self.reader.only(*MATCH_FIELDS)
        for number, row in self.records:
            values = reader.read(number, row).values
            key = _key_of(values)
            if any(key):
                self.rows_of.setdefault(key, []).append(number)
            emails.add(_email(values))
            names.add(folded(contact_name(values)))
            numbers.add(folded(values.get("customer.number") or ""))
            firms.add(folded(values.get("customer.name") or ""))
        for found in (emails, names, numbers, firms):
            found.discard("")
        self.mains: dict[int, list[str]] = {}
        only_email = self.source.match is MatchRule.EMAIL
        self.by_email, self.by_name = known.contacts_like(self.session, emails, set() if only_email else names)
        self.by_number = known.by_number(self.session, sorted(numbers))
        self.firms = known.customers_named(self.session, firms)

    def plan(self, block: Sequence[tuple[int, Row]]) -> list[Outcome]:
        records = [self.read(number, row) for number, row in block]
        emails = {_email(record.values) for record in records}
        names = {folded(contact_name(record.values)) for record in records}
        likely = [self.by_email.get(email, ()) for email in emails] + [self.by_name.get(name, ()) for name in names]
        self.look_up({key for keys in likely for key in keys})
        return [self.marked(self._settle(record)) for record in records]

    def look_up(self, ids: Collection[int]) -> None:
        """What these contacts have, and what the importer may do with their customers and those of the file."""
        self.held = known.held_contacts(self.session, ids)
        customers = set(self.by_number.values()) | {one.id for firm in self.firms.values() for one in firm}
        customers |= {link["customer_id"] for held in self.held.values() for link in held.links}
        self.seen, self.editable = self.rights.among(customers)
        self.archived = known.archived_among(self.session, customers)
        self.namesakes = Namesakes(held for held in self.held.values() if self.may_see(held))
        self.active: dict[str, list[Namesake]] = {}
        if "customer.is_main" in self.source.mapping:
            self.mains = known.main_contacts(self.session, customers) | self.mains

    def marked(self, outcome: Outcome) -> Outcome:
        """Remember whom a row makes main contact: a later row takes the mark from that one."""
        link = outcome.write.get("link", {})
        if link.get("is_main"):
            mains = self.mains.get(link["customer_id"], [])
            self.mains[link["customer_id"]] = [*mains, outcome.title]
        return outcome

    def _settle(self, record: Record) -> Outcome:
        customer = self.customer_of(record)
        if record.is_rejected():
            return self.rejected(record)
        meeting = self._meet(record, customer)
        held = self.held.get(meeting.target or 0)
        found = self.difference(record, held, customer)
        if found.write and not self._is_named(record):
            self.reject(record, Trouble.PERSON_MISSING, "last_name")
            return self.rejected(record, held)
        if meeting.is_open and (held is None or found.write):
            return self.open(record, meeting.candidates)
        if meeting.is_open:
            # Only one is likely and the row leaves that one as it is: there is nothing to decide, and nothing is asked.
            record.problems = [one for one in record.problems if one["code"] not in _ASKED]
        if found.write and self.is_locked(record, held, customer):
            return self.rejected(record, held)
        if held is not None:
            return self.existing(record, held, found)
        self.require_archive(record)
        if record.is_rejected():
            return self.rejected(record)
        of_link = {key: pair for key, pair in found.diff.items() if key in _LINK_KEYS}
        return Outcome(record, RowStatus.NEW, None, contact_name(record.values), found.write, of_link)

    def is_locked(self, record: Record, held: Held | None, customer: int | None) -> bool:
        """Whether nothing of it may be written, and why; a row that writes nothing need not ask."""
        if customer is not None and (customer in self.archived or customer not in self.editable):
            key = "customer.number" if record.values.get("customer.number") else "customer.name"
            name = record.values.get("customer.name") or record.values["customer.number"]
            trouble = Trouble.ARCHIVED if customer in self.archived else Trouble.NO_RIGHT
            self.reject(record, trouble, key, name=name)
        elif held is not None and not self._may_edit(held, customer):
            self.reject(record, Trouble.NO_RIGHT, "email", name=held.name)
        elif held is None and not (self.rights.may_add or customer is not None):
            self.reject(record, Trouble.NO_RIGHT_TO_ADD)
        return record.is_rejected()

    def _is_named(self, record: Record) -> bool:
        reachable = record.values.get("email") or record.values.get("phone")
        return bool(contact_name(record.values) or (record.values.get("company_name") and reachable))

    def difference(self, record: Record, held: Held | None, customer: int | None) -> Difference:
        """What a row would do to a contact, and to its link with a customer."""
        function = record.values.get("customer.function")
        if customer is None and function:
            record.values.setdefault("job_title", function)
        keep_in_notes(record, held)
        if held is not None:
            cut.keep_longer(record, held, ImportKind.CONTACTS, self.limits)
        found = compare.contact(record, held, self.source.reading, self.source.replaces_labels)
        if customer is not None:
            compare.link(record, held, customer, self.mains.get(customer, ()), found)
        return found

    def customer_of(self, record: Record, held: Held | None = None) -> int | None:
        """The customer that the row names; if there is none that one may see, that is said.

        Of several the one to whom `held` belongs; if it is not known whom the row is about, one to whom it may belong.
        """
        number = folded(record.values.get("customer.number") or "")
        name = record.values.get("customer.name") or ""
        if not number:
            return self._named(record, name, held) if name else None
        customer = self.by_number.get(number)
        if customer not in self.seen:
            self.reject(record, Trouble.NO_CUSTOMER_NUMBER, "customer.number")
            return None
        return customer

    def _named(self, record: Record, name: str, held: Held | None) -> int | None:
        active = self._active(folded(name))
        own = active if len(active) == 1 else self._own(record, active, held)
        if own:
            return own[0].id
        record.values.setdefault("company_name", name)
        if active:
            self.say(record, Trouble.CUSTOMER_NAMED_OFTEN, "customer.name", count=len(active))
        else:
            self.say(record, Trouble.NO_CUSTOMER_NAMED, "customer.name")
        return None

    def _active(self, name: str) -> list[Namesake]:
        """The customers called so; archived ones only where there are no others."""
        if name not in self.active:
            firms = [one for one in self.firms.get(name, []) if one.id in self.seen]
            self.active[name] = [one for one in firms if not one.is_archived] or firms
        return self.active[name]

    def _own(self, record: Record, customers: Sequence[Namesake], held: Held | None) -> list[Namesake]:
        """Those of these customers to whom the contact may belong already."""
        by_email, name = ([held], "") if held else (self._of_address(record), self._known_name(record))
        if not by_email and not name:
            return []
        linked = {link["customer_id"] for one in by_email for link in one.links}
        return [one for one in customers if one.id in linked or (name and self.namesakes.at(name, one.id))]

    def _of_address(self, record: Record) -> Sequence[Held]:
        email = _email(record.values)
        return self.namesakes.of_address(email) if email in self.by_email else ()

    def _known_name(self, record: Record) -> str:
        """The name of a row if a contact is called so and names count; else nothing."""
        name = folded(contact_name(record.values))
        return name if name in self.by_name else ""

    def _meet(self, record: Record, customer: int | None) -> Meeting:
        values = record.values
        decision = self.decided(record)
        if self.waits(record):
            return Meeting(record, is_open=True)
        chosen = self._chosen(record, decision)
        twice = self.rows_of.get(_key_of(values), [])
        if len(twice) > 1 and not (chosen or decision in {TAKE, NEW}):
            self.say(
                record,
                Trouble.SAME_TWICE,
                "email" if values.get("email") else "last_name",
                rows=others(twice, record.number),
            )
            return Meeting(record, is_open=True)
        if decision == NEW:
            return Meeting(record)
        if chosen:
            return Meeting(record, target=chosen.id)
        sure, unsure = self._weigh(record, customer)
        if len(sure) == 1:
            return Meeting(record, target=sure[0].id)
        if not sure and not unsure:
            key = "last_name" if values.get("last_name") else "company_name"
            # What it adds up to may stand in the place of the last name.
            name = contact_name(values)
            total = name.rstrip("0123456789., ")
            text = total if footers.is_total(total) else name
            return Meeting(record, is_open=self.may_be_no_record(record, text, key))
        return self.ask_which(record, sure or unsure)

    def _chosen(self, record: Record, decision: str) -> Held | None:
        """Whom somebody said a row means, if the row may mean that one at all."""
        held = self.held.get(int(decision)) if decision.isdecimal() else None
        if held is None or not self.may_see(held):
            return None
        name = self._known_name(record)
        return held if held in self._of_address(record) or (name and folded(held.name) == name) else None

    def ask_which(self, record: Record, likely: Sequence[Held]) -> Meeting:
        """Have somebody say whether a row means one of these."""
        if len(likely) > 1:
            return self.ask_among(record, "last_name", likely)
        self.say(record, Trouble.NAME_KNOWN, "last_name", name=likely[0].name)
        return Meeting(record, target=likely[0].id, candidates=(likely[0].id,), is_open=True)

    def _weigh(self, record: Record, customer: int | None) -> tuple[Sequence[Held], Sequence[Held]]:
        """Who it surely is, and who it may be: somebody else with that address, a namesake elsewhere."""
        values, name = record.values, self._known_name(record)
        email, by_email = _email(values), self._of_address(record)
        said = folded(contact_name(values))
        both = [held for held in by_email if not said or folded(held.name) == said]
        if both or self.source.match is MatchRule.EMAIL:
            return both or by_email, []
        if by_email:
            return [held for held in by_email if _akin(values, held)], by_email
        if not name:
            return [], []
        if customer is not None:
            at_customer = self.namesakes.at(name, customer)
            return at_customer, [] if at_customer else self.namesakes.loose(name)
        firm = folded(values.get("company_name") or "")
        same = self.namesakes.of_firm(name, firm)
        elsewhere = [] if firm else self.namesakes.called(name)
        if email:
            return same.without_address, same.with_address or elsewhere
        return same.every, elsewhere

    def may_see(self, held: Held) -> bool:
        """Whether the importer may see a contact."""
        return self.rights.may_see_all or any(link["customer_id"] in self.seen for link in held.links)

    def _may_edit(self, held: Held, customer: int | None) -> bool:
        if self.rights.may_add:
            return True
        mine = {link["customer_id"] for link in held.links}
        return bool(mine & self.editable) or (customer is not None and customer in mine)


def _email(values: Mapping[str, Any]) -> str:
    return folded(values.get("email") or "")


def _key_of(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes two rows the same contact: name with address, or name with customer."""
    name, email = folded(contact_name(values)), _email(values)
    if email:
        return (name, email)
    return (name, "", folded(values.get("customer.number") or values.get("customer.name") or "")) if name else ()


def _akin(values: Mapping[str, Any], held: Held) -> bool:
    """Whether first or last name is the same, as after a marriage."""
    return any(
        values.get(part) and folded(values[part]) == folded(held.values[part]) for part in ("first_name", "last_name")
    )
