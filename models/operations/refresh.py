"""Take over from a register of companies what one picked of it (VS-14 to VS-17).

What a register does not know clears nothing here. Its address is that of the head office.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.base import folded
from models.customer import Customer
from models.journal import Origin, changeset
from models.operations.save import Saved, save
from models.registers.answer import Company

Values = Mapping[str, str | None]


class Part(enum.StrEnum):
    """What can be taken over: the field of the form that it begins with."""

    NAME = "company_name"
    ADDRESS = "head_office_street"
    EMAIL = "email"
    WEBSITE = "website"


ADDRESS = ("street", "street_2", "postal_code", "city", "country")


@dataclass(frozen=True)
class Line:
    """A part as it is here and as the register has it: by field, only what is known."""

    part: Part
    ours: Values
    theirs: Values

    @property
    def changes(self) -> dict[str, str | None]:
        """What would be written: not what is only written otherwise, in capitals for instance."""
        return {
            name: value
            for name, value in self.theirs.items()
            if _alike(self.part, value) != _alike(self.part, self.ours.get(name))
        }


def known(company: Company) -> dict[Part, dict[str, str | None]]:
    """What a register knows of each part, by the fields of a customer."""
    place = {f"head_office_{name}": getattr(company.place, name, None) for name in ADDRESS}
    parts = {
        Part.NAME: {"company_name": company.name},
        Part.ADDRESS: place,
        Part.EMAIL: {"email": company.email},
        Part.WEBSITE: {"website": company.website},
    }
    return {part: {name: value for name, value in values.items() if value} for part, values in parts.items()}


def lines(customer: Customer, company: Company) -> tuple[Line, ...]:
    """Part for part, what is here and what the register has."""
    office = {f"head_office_{name}": getattr(customer.head_office, name, None) for name in ADDRESS}
    ours = {**office, "company_name": customer.company_name, "email": customer.email, "website": customer.website}
    return tuple(
        Line(part, {name: ours[name] for name in _fields(part) if ours[name]}, theirs)
        for part, theirs in known(company).items()
    )


def _fields(part: Part) -> tuple[str, ...]:
    return tuple(f"head_office_{name}" for name in ADDRESS) if part is Part.ADDRESS else (part.value,)


def _alike(part: Part, value: str | None) -> str:
    """What two spellings have in common: registers write in capitals, and an address of the web with or without its start."""
    spelt = folded(value or "")
    if part is Part.WEBSITE:
        return spelt.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return spelt


def do(
    session: Session,
    actor: Looker,
    customer_id: int,
    register: str,
    company: Company,
    parts: Collection[Part],
    base: int,
) -> Saved[Customer]:
    """Write these parts of what a register has. `base` is the journal's position that the comparison showed.

    Raises what `save` does, EditConflict among it where somebody changed one of the fields since.
    """
    customer = access.there(session, Customer, customer_id)
    values = {
        name: value for line in lines(customer, company) if line.part in parts for name, value in line.changes.items()
    }
    name = customer.name
    title = "Update customer {name} from {register}"
    with changeset(session, actor, title, origin=Origin.REGISTER, name=name, register=register) as kept:
        saved = save(session, actor, Customer, customer_id, values, base=base)
    return replace(saved, changeset=None if kept.is_empty else kept)
