"""Links to tools outside, which the office keeps itself: addresses into which data of a customer are put."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Stamped, between, web_address, words
from models.customer import Customer, For
from models.errors import Reason, Refused
from models.settings import SWITCH

USED = f"{SWITCH}tools"
"""The feature switch of the links and of the tab they stand on."""
TAB = "tools"
"""What addresses call that tab. In the views it would be taken for the icon of that name."""

# What may stand in braces: columns of a customer, and behind the line those of its head office. Of a website, its host.
OWN = ("number", "name", "vat_number", "company_number", "website", "email")
OFFICE = ("postal_code", "city", "country")
FIELDS = (*OWN, *OFFICE)
_FIELD = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"[\w.-]+(?::\d{1,5})?")


def misfit(field: str, address: str) -> Refused | None:
    """Why an address with fields in braces is none of a tool: https, a host that stands there as it is, known fields."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return Refused(Reason.TOOL_NOT_HTTPS, field)
    if {"{", "}"} & {*parts.netloc, *parts.fragment}:
        return Refused(Reason.TOOL_FIELD_PLACE, field)
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc) or not web_address(_FIELD.sub("x", address)):
        return Refused(Reason.TOOL_NOT_HTTPS, field)
    unknown = next((name for name in _FIELD.findall(address) if name not in FIELDS), None)
    if unknown is not None:
        return Refused(Reason.TOOL_FIELD_UNKNOWN, field, name=unknown or "{}", known=", ".join(FIELDS))
    if {"{", "}"} & {*_FIELD.sub("", address)}:
        return Refused(Reason.TOOL_BRACES, field, example="{city}")
    return None


class ToolLink(Stamped, Base):
    """A link to a tool outside. `url` has fields in braces, in its path or behind the question mark: see `FIELDS`."""

    name: Mapped[str] = mapped_column(String(80), unique=True)
    url: Mapped[str] = mapped_column(String(500), info={"judged_by": misfit})
    for_kind: Mapped[For] = mapped_column(words(For, "for_kind"), default=For.BOTH)
    position: Mapped[int] = mapped_column(Integer, default=0, info=between(0, 1_000))

    @property
    def host(self) -> str:
        """Where it leads to."""
        return urlsplit(self.url).netloc

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Filled:
    """A link for one customer: its address, None while something is missing; what goes along, by field; what is missing."""

    link: ToolLink
    href: str | None
    goes: Mapping[str, str]
    missing: tuple[str, ...]


def values_of(customer: Customer) -> dict[str, str]:
    """What can go along with a link, by field; an empty text is nothing."""
    office = customer.head_office
    found = {name: getattr(customer, name) for name in OWN}
    found["website"] = urlsplit(web_address(customer.website)).hostname
    found |= {name: getattr(office, name, None) for name in OFFICE}
    return {name: (value or "").strip() for name, value in found.items()}


def filled(link: ToolLink, values: Mapping[str, str]) -> Filled:
    """A link with the values of one customer, each percent-encoded.

    Dots alone would lead one folder up: such a value counts as missing.
    """
    asked = tuple(dict.fromkeys(_FIELD.findall(link.url)))
    goes = {name: value for name in asked if (value := values.get(name, "")).strip(".")}
    missing = tuple(name for name in asked if name not in goes)
    if missing or misfit("url", link.url):
        return Filled(link, None, goes, missing)
    return Filled(link, _FIELD.sub(lambda found: quote(goes[found[1]], safe=""), link.url), goes, ())
