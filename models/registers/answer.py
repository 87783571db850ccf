"""What a register says about a number: one of five outcomes, and of a company that is found what is known of it."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


class Outcome(enum.Enum):
    """How a look-up ends. Only what is found proposes anything."""

    FOUND = enum.auto()
    NOT_FOUND = enum.auto()
    CEASED = enum.auto()
    REFUSED = enum.auto()
    UNAVAILABLE = enum.auto()


class Why(enum.StrEnum):
    """Why there is no answer about a company. The value is the message in English; catalogues translate it."""

    NO_REGISTER = (
        "This number begins with no country whose register is asked: those of the European Union, and NO for Norway."
    )
    NEEDS_KEY = (
        "The Dutch register is asked with a key, and none is set up here. A VAT number is looked up without one."
    )
    NOT_A_NUMBER = "The register says that this is no valid number."
    NO_ANSWER = "The register did not answer in time."
    BUSY = "The register is busy, or asked too often at the moment."
    KEY_NOT_RIGHT = "The register does not accept the key that is set up here."
    UNREADABLE = "What the register answered could not be read."


@dataclass(frozen=True)
class Place:
    """An address by its parts; what is not known is None, and one part at least is known. `country`: two letters."""

    street: str | None = None
    street_2: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class Company:
    """What a register knows of a company; what it does not know, or does not tell, is None.

    `place_text` is an address that came as one text and could not be parted: to be read, not to be taken over.
    """

    name: str | None = None
    place: Place | None = None
    place_text: str | None = None
    email: str | None = None
    website: str | None = None
    vat_number: str | None = None
    company_number: str | None = None
    is_bankrupt: bool = False
    is_winding_up: bool = False

    def as_json(self) -> dict[str, Any]:
        """The company as plain values, for `of_json`."""
        return asdict(self)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Company:
        """The company that `as_json` was asked of."""
        place = kept["place"]
        return cls(**{**kept, "place": None if place is None else Place(**place)})


@dataclass(frozen=True)
class Answer:
    """The outcome of a look-up. `company` is there when it is found; `ceased_on` may be when it ceased to be."""

    outcome: Outcome
    company: Company | None = None
    ceased_on: dt.date | None = None
    why: Why | None = None


NOT_FOUND = Answer(Outcome.NOT_FOUND)


def found(company: Company) -> Answer:
    """A company that is there."""
    return Answer(Outcome.FOUND, company)


def ceased(on: dt.date | None) -> Answer:
    """A company that was there."""
    return Answer(Outcome.CEASED, ceased_on=on)


def refused(why: Why) -> Answer:
    """A question that the register does not take."""
    return Answer(Outcome.REFUSED, why=why)


def unavailable(why: Why) -> Answer:
    """No answer, which says nothing about the company."""
    return Answer(Outcome.UNAVAILABLE, why=why)
