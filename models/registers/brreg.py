"""Brønnøysund, the register of Norway: open, no key. It knows name, address, e-mail and website.

A company that was deleted is there still, with the day and little else; one that was removed for reasons of law is gone.
"""

from __future__ import annotations

from typing import Any

from models.registers import careful
from models.registers.answer import NOT_FOUND, Answer, Company, Place, Why, ceased, found, refused, unavailable
from models.registers.register import Register, Request, Status, trouble

ACCEPT = "application/vnd.brreg.enhetsregisteret.enhet.v2+json;charset=UTF-8"


def ask(number: str, _key: str) -> Request:
    """The request about an organisation number: nine digits."""
    return Request(f"/enheter/{number}", headers={"Accept": ACCEPT})


def read(number: str, status: int, body: bytes) -> Answer:
    """What it answered about an organisation number."""
    if status == Status.NOT_FOUND:
        return NOT_FOUND
    if status == Status.GONE:
        return ceased(None)
    if status == Status.BAD_REQUEST:
        return refused(Why.NOT_A_NUMBER)
    if status != Status.OK:
        return trouble(status)
    unit = careful.loaded(body)
    if unit is None or careful.text(unit.get("organisasjonsnummer")) != number:
        return unavailable(Why.UNREADABLE)
    if unit.get("slettedato"):
        return ceased(careful.day(unit["slettedato"]))
    return found(_company(number, unit))


def _company(number: str, unit: dict[str, Any]) -> Company:
    return Company(
        name=careful.text(unit.get("navn")),
        place=_place(unit.get("forretningsadresse")),
        email=careful.mail(unit.get("epostadresse")),
        website=careful.website(unit.get("hjemmeside")),
        vat_number=f"NO{number}MVA" if unit.get("registrertIMvaregisteret") is True else None,
        company_number=number,
        is_bankrupt=unit.get("konkurs") is True,
        is_winding_up=unit.get("underAvvikling") is True
        or unit.get("underTvangsavviklingEllerTvangsopplosning") is True,
    )


def _place(address: Any) -> Place | None:
    lines = [line for one in careful.listed(address, "adresse") if (line := careful.text(one))]
    made = Place(
        street=next(iter(lines), None),
        street_2=careful.joined(lines[1:], ", "),
        postal_code=careful.text(careful.inner(address, "postnummer")),
        city=careful.text(careful.inner(address, "poststed")),
        country=careful.country(careful.inner(address, "landkode")),
    )
    return made if made.street or made.city else None


BRREG = Register("BRREG", "Brønnøysund", "https://data.brreg.no/enhetsregisteret/api", ask, read)
