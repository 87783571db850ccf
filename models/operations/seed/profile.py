"""What is known of an invented customer before its rows are made."""

from __future__ import annotations

from dataclasses import dataclass

from models.operations.seed.words import Land


@dataclass(frozen=True, slots=True)
class Person:
    """A contact that is given, not drawn."""

    first_name: str
    last_name: str
    function: str
    phone: str | None = None
    invoices: bool = False
    deactivated: bool = False


@dataclass(slots=True)
class Profile:
    """One customer. What is None (or 0) is drawn; `core` is the name without trade and legal form.

    `since` and `left` are how many days ago it became a customer and was archived.
    """

    land: Land
    town: str | None = None
    postal_code: str | None = None
    street: str | None = None
    company_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    core: str = ""
    domain: str | None = None
    nickname: str | None = None
    industry: str | None = None
    owner: str | None = None
    labels: tuple[str, ...] | None = None
    archived: bool = False
    since: int = 0
    left: int = 0
    registrations: int | None = None
    contacts: tuple[Person, ...] | None = None
    bare: bool = False

    @property
    def is_private(self) -> bool:
        return self.company_name is None

    @property
    def name(self) -> str:
        return self.company_name or f"{self.first_name} {self.last_name}"
