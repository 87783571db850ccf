"""KvK, the register of the Netherlands: asked with a key. It knows name, address and website, and no VAT number."""

from __future__ import annotations

from typing import Any

from models.registers import careful
from models.registers.answer import NOT_FOUND, Answer, Company, Place, Why, ceased, found, refused, unavailable
from models.registers.register import Register, Request, Status, trouble

# An address that is not told: where its owner lives, say.
SHIELDED = "Ja"


def ask(number: str, key: str) -> Request:
    """The request about a KvK number: eight digits."""
    return Request(f"/v1/basisprofielen/{number}", headers={"apikey": key})


def read(number: str, status: int, body: bytes) -> Answer:
    """What it answered about a KvK number."""
    if status == Status.NOT_FOUND:
        return NOT_FOUND
    if status == Status.BAD_REQUEST:
        return refused(Why.NOT_A_NUMBER)
    if status in (Status.UNAUTHORIZED, Status.FORBIDDEN):
        return unavailable(Why.KEY_NOT_RIGHT)
    if status != Status.OK:
        return trouble(status)
    profile = careful.loaded(body)
    if profile is None or careful.text(profile.get("kvkNummer")) != number:
        return unavailable(Why.UNREADABLE)
    end = careful.inner(profile, "materieleRegistratie", "datumEinde")
    return ceased(careful.day(end)) if end else found(_company(number, profile))


def _company(number: str, profile: dict[str, Any]) -> Company:
    # What has no branch, such as an association of owners, has its address with the owner.
    holders = [careful.inner(profile, "_embedded", name) for name in ("hoofdvestiging", "eigenaar")]
    addresses = [one for holder in holders for one in careful.listed(holder, "adressen") if _is_visited(one)]
    sites = [site for holder in holders for one in careful.listed(holder, "websites") if (site := careful.website(one))]
    return Company(
        name=careful.text(profile.get("statutaireNaam")) or careful.text(profile.get("naam")),
        place=_place(addresses[0]) if addresses else None,
        website=next(iter(sites), None),
        company_number=number,
    )


def _is_visited(address: Any) -> bool:
    kind, shielded = (careful.inner(address, name) for name in ("type", "indAfgeschermd"))
    return bool(kind == "bezoekadres" and shielded != SHIELDED)


def _place(address: dict[str, Any]) -> Place | None:
    number = "".join(careful.text(address.get(name)) or "" for name in ("huisnummer", "huisletter"))
    addition = careful.text(address.get("huisnummerToevoeging"))
    abroad = [careful.text(address.get(name)) for name in ("straatHuisnummer", "postcodeWoonplaats")]
    code = careful.text(address.get("postcode"))
    made = Place(
        street=careful.joined([address.get("straatnaam"), joined(number, addition)]) or abroad[0],
        postal_code=f"{code[:4]} {code[4:]}" if code and len(code) == 6 else code,
        city=careful.text(address.get("plaats")) or abroad[1],
        country="NL" if careful.text(address.get("land")) == "Nederland" else None,
    )
    return made if made.street or made.city else None


def joined(number: str, addition: str | None) -> str:
    """A house number with its addition, as it stands on the door: 17M, 17-2."""
    return f"{number}-{addition}" if number and addition else number or addition or ""


KVK = Register("KVK", "KvK", "https://api.kvk.nl/api", ask, read, needs_key=True)
