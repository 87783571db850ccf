"""Rows of a plan of customers as rows of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from importers.known import ACCOUNT, ADDRESS, CONTACT, CUSTOMER, LINK, REGISTRATION, by_number
from importers.rows import full_name
from importers.writer import Given, Planned, Writer
from models import journal
from models.base import folded
from models.operations import currency, number

_OF_CUSTOMERS = {
    "customer": "id",
    "address": "customer_id",
    "bank_account": "customer_id",
    "customer_label": "customer_id",
    "customer_contact": "customer_id",
}


class CustomerWriter(Writer):
    """Customers with their addresses, bank accounts, labels and main contacts."""

    noun, owners = "customer", _OF_CUSTOMERS
    # How many new customers have no number, and the number of the others after which the series goes on.
    without: int
    leading: list[str]

    def barred(self, block: Sequence[Planned]) -> set[int]:
        _, mine = self.rights.among(row.target for row in block if row.target is not None)
        return {row.row for row in block if row.target not in mine}

    def name(self, image: Mapping[str, Any]) -> str:
        return full_name(image)

    def moved(self, block: Sequence[Planned]) -> set[int]:
        """Main contacts are kept on their own: somebody may have changed one without touching its customer."""
        contacts = {row.row: row.part("main_contact").get("contact_id") for row in block}
        pairs = [("contact", key) for key in contacts.values() if key is not None]
        later = journal.since(self.session, self.run.position or 0, pairs) if pairs else []
        changed = {change.row_id for change in later}
        return (
            super().moved(block)
            | {row for row, contact in contacts.items() if contact in changed}
            | self.with_amounts(block)
        )

    def with_amounts(self, block: Sequence[Planned]) -> set[int]:
        """Rows with another currency, for whom time was registered meanwhile."""
        wanted = {row.target: row for row in block if row.target is not None and "currency" in row.part("customer")}
        kept = currency.amounts(self.session, wanted) if wanted else {}
        return {
            wanted[key].row for key, one in kept.items() if one.turns_into(wanted[key].part("customer")["currency"])
        }

    @property
    def doubts(self) -> set[str]:
        """A currency stays where an amount of time came in it."""
        turns = any("currency" in row.part("customer") for block in self.blocks for row in block)
        return super().doubts | ({REGISTRATION.name} if turns else set())

    def taken(self, block: Sequence[Planned]) -> set[int]:
        keys = {folded(row.part("customer")["number"]): row.row for row in block if row.part("customer").get("number")}
        taken = by_number(self.session, list(keys)).keys() | number.in_bin(self.session, keys.keys() & self.gone)
        return {keys[key] for key in taken}

    def put(self, rows: Sequence[Planned]) -> None:
        for row in rows:
            values = self.thawed(row.part("customer"))
            if row.target is None and not values.get("number"):
                values["number"] = next(self.free_numbers)
            if "number" in values:
                values["number_key"] = folded(values["number"])
            owner = self.put_record(CUSTOMER, row, values)
            self.addresses(row, owner)
            self.account(row, owner)
            self.put_labels("customer", row, owner)
            self.person(row, owner)

    def build(self, given: Given) -> None:
        self.free_numbers = iter(given.numbers)
        super().build(given)

    def numbers(self, *, is_final: bool) -> list[str]:
        """Numbers for new customers without one; the series goes on after those that came along."""
        if is_final:
            number.notice(self.session, self.leading)
            return number.take_many(self.session, self.without)
        new = [row.part("customer").get("number") for block in self.blocks for row in block if row.target is None]
        self.without = sum(not one for one in new)
        self.leading = number.leading(self.session, filter(None, new))
        return number.upcoming(self.session, self.without, besides=self.leading) if self.without else []

    def addresses(self, row: Planned, owner: int) -> None:
        for name, flag in (("head_office", "is_head_office"), ("invoice_address", "is_invoice")):
            part = row.part(name)
            if not part:
                continue
            values = self.thawed(part, "id", "instead_of")
            if "instead_of" in part:
                self.batch.unset.setdefault(("address", "id", flag), []).append(part["instead_of"])
            if "id" in part:
                self.batch.update(ADDRESS, part["id"], values)
            else:
                self.batch.insert(ADDRESS, {"customer_id": owner, flag: True, **values})

    def account(self, row: Planned, owner: int) -> None:
        part = row.part("bank")
        if part:
            values = self.thawed(part, "id")
            if "id" in part:
                self.batch.update(ACCOUNT, part["id"], values)
            else:
                self.batch.insert(ACCOUNT, {"customer_id": owner, **values})

    def person(self, row: Planned, owner: int) -> None:
        part = row.part("main_contact")
        if not part:
            return
        contact = part.get("contact_id")
        values = self.thawed(part.get("set", {}))
        link: dict[str, Any] = {name: part[name] for name in ("function", "is_main") if name in part}
        if "instead_of" in part:
            self.batch.unset.setdefault(("customer_contact", "id", "is_main"), []).append(part["instead_of"])
        if contact is None:
            contact = next(self.ids[CONTACT.name])
            self.batch.insert(CONTACT, {"id": contact, "kind": "private", **values})
            self.batch.insert(LINK, {"customer_id": owner, "contact_id": contact, **link})
        else:
            self.batch.update(CONTACT, contact, values)
            self.batch.update(LINK, part["link_id"], link)
