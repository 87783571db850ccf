"""Somebody in a file of another program, put together for a list of customers or of contacts."""

from __future__ import annotations

import re
from collections.abc import Mapping

Values = dict[str, str]

# The field of what there is no other place for, line by line.
REST = ""

_ADDRESS = (
    "street", "house_number", "house_addition", "street_2", "postal_code", "city", "region", "country",
)  # fmt: skip
CUSTOMER_FIELDS = (
    "number", "name", "company_name", "kind", "first_name", "last_name", "nickname", "email", "phone", "mobile", "fax",
    "website", *(f"head_office.{name}" for name in _ADDRESS), *(f"invoice_address.{name}" for name in _ADDRESS),
    "main_contact.contact", "main_contact.salutation", "main_contact.first_name", "main_contact.last_name",
    "main_contact.function", "main_contact.email", "main_contact.phone", "main_contact.mobile", "labels", "description",
    "language", "vat_number", "company_number", "iban", "bic", "holder", "payment_term_days", "currency",
    "e_invoice_id",
)  # fmt: skip
CONTACT_FIELDS = (
    "name", "salutation", "first_name", "last_name", "kind", "own_company", "email", "phone", "mobile", "website",
    "customer.number", "customer.name", "customer.function", "street", "house_number", "house_addition", "postal_code",
    "city", "country", "labels", "language", "birth_date", "description",
)  # fmt: skip
_PLACES = frozenset({"street", "postal_code", "city"})
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")


class Relation:
    """What a file tells of one relation. A field that is not in `values` is one that the file does not speak of.

    `is_customer`: True, False for a supplier, None where the file says that it is neither. `rest` is what a list of
    customers has no place for, a line each.
    """

    def __init__(self, *, is_customer: bool | None = True) -> None:
        self.is_customer = is_customer
        self.values: Values = {}
        self.persons: list[Values] = []
        self.accounts_left_out = 0
        self.rest: list[str] = []

    def put(self, field: str, *told: str | None) -> None:
        """The first of several texts that says something; what was said before stays."""
        if self.values.get(field):
            return
        spoken = [text for text in told if text is not None]
        if spoken:
            self.values[field] = next(filter(None, spoken), "")

    def address(self, place: str, told: Mapping[str, str | None]) -> None:
        """Where it is, or where invoices go."""
        for name, text in told.items():
            if text is not None:
                self.values[f"{place}.{name}"] = text

    def leave(self, called: str, told: Mapping[str, str | None]) -> None:
        """Something more of a kind of which there is one place only, by what the file calls it."""
        text = ", ".join(filter(None, told.values()))
        self.rest += [f"{called} {text}"] if text else []

    def person(self, **told: str | None) -> None:
        """Somebody who works there, if there is a name."""
        values = {field: text for field, text in told.items() if text}
        if values.keys() & {"name", "first_name", "last_name"}:
            self.persons.append(values)

    def account(self, number: str, bic: str | None, holder: str | None = None) -> None:
        """A bank account: the first one with an IBAN comes along, the others are counted."""
        if _IBAN.fullmatch(re.sub(r"\s", "", number).upper()) and not self.values.get("iban"):
            self.values["iban"] = number
            self.put("bic", bic)
            self.put("holder", holder)
        elif number:
            self.accounts_left_out += 1

    def customer(self) -> Values:
        """The values for a list of customers."""
        values = self._at_its_addresses()
        persons = self.persons
        if persons and not values.get("name"):
            values |= _itself(persons[0])
            persons = []
        for name, text in persons[0].items() if persons else ():
            values[f"main_contact.{'contact' if name == 'name' else name}"] = text
        return {**values, REST: "\n".join(dict.fromkeys(self.rest))} if values and self.rest else values

    def contacts(self) -> list[Values]:
        """The values for a list of contacts: everybody who works there."""
        name = self.values.get("name")
        if not name:
            return []
        link = {"customer.number": self.values.get("number", ""), "customer.name": name}
        return [{**person, **{field: text for field, text in link.items() if text}} for person in self.persons]

    def _at_its_addresses(self) -> Values:
        """With the address it has as the head office, and an address for invoices only if that is another."""
        office, invoice = self._told_at("head_office"), self._told_at("invoice_address")
        if _is_somewhere(invoice) and not _is_somewhere(office):
            office, invoice = invoice, {}
        elif any(invoice.values()) and (not _is_somewhere(invoice) or _alike(invoice) == _alike(office)):
            invoice = {}
        values = {name: text for name, text in self.values.items() if "." not in name}
        values |= {f"head_office.{name}": text for name, text in office.items()}
        return values | {f"invoice_address.{name}": text for name, text in invoice.items()}

    def _told_at(self, place: str) -> Values:
        return {name: self.values[f"{place}.{name}"] for name in _ADDRESS if f"{place}.{name}" in self.values}


def _is_somewhere(address: Values) -> bool:
    return any(address.get(name) for name in _PLACES)


def _alike(address: Values) -> Values:
    return {name: "".join(text.casefold().split()) for name, text in address.items() if text}


def _itself(person: Values) -> Values:
    """A relation without a name of its own is the person at it."""
    name = person.get("name") or f"{person.get('first_name', '')} {person.get('last_name', '')}".strip()
    ways = {field: text for field, text in person.items() if field in {"email", "phone", "mobile"}}
    return {"name": name, **({"kind": "private"} if " " in name else {}), **ways}
