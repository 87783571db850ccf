"""The contacts that rows of a file may mean, by what rows say of them.

However many are called the same, "Administration" at every customer, say, a row looks at those few it may be about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from importers.known import Held
from importers.reading import first_of
from models.base import folded


class SameFirm(NamedTuple):
    """The namesakes that are on file with one company of their own, or without one."""

    every: list[Held]
    with_address: list[Held]
    without_address: list[Held]


class Namesakes:
    """Contacts by e-mail address and by name; names, addresses and companies are told folded."""

    def __init__(self, contacts: Iterable[Held]) -> None:
        self._by_email: dict[str, list[Held]] = {}
        self._by_name: dict[str, list[Held]] = {}
        self._at: dict[tuple[str, int], list[Held]] = {}
        self._of_firm: dict[tuple[str, str], list[Held]] = {}
        self._same: dict[tuple[str, str], SameFirm] = {}
        for held in contacts:
            name = folded(held.name)
            self._by_email.setdefault(folded(first_of(held.values["email"])), []).append(held)
            self._by_name.setdefault(name, []).append(held)
            self._of_firm.setdefault((name, folded(held.values["company_name"])), []).append(held)
            for customer in {link["customer_id"] for link in held.links} or {0}:
                self._at.setdefault((name, customer), []).append(held)

    def of_address(self, email: str) -> Sequence[Held]:
        """Those with this e-mail address, which is not empty."""
        return self._by_email.get(email, ())

    def called(self, name: str) -> Sequence[Held]:
        return self._by_name.get(name, ())

    def at(self, name: str, customer: int) -> Sequence[Held]:
        """Those of this name who belong to a customer."""
        return self._at.get((name, customer), ())

    def loose(self, name: str) -> Sequence[Held]:
        """Those of this name who belong to no customer."""
        return self._at.get((name, 0), ())

    def of_firm(self, name: str, firm: str) -> SameFirm:
        """Those of this name and company. A firm that is on file as a contact is called after its own company."""
        if (name, firm) not in self._same:
            every = [held for own in dict.fromkeys((firm, name)) for held in self._of_firm.get((name, own), ())]
            with_address = [held for held in every if held.values["email"]]
            without_address = [held for held in every if not held.values["email"]]
            self._same[name, firm] = SameFirm(every, with_address, without_address)
        return self._same[name, firm]
