"""PRH, the register of Finland: open, no key. It knows name, address and website, and no e-mail."""

from __future__ import annotations

from typing import Any

from models.registers import careful
from models.registers.answer import NOT_FOUND, Answer, Company, Place, Why, ceased, found, refused, unavailable
from models.registers.register import Register, Request, Status, trouble

# As the register writes them: the name it is registered by, where it is visited, Finnish, and no longer registered.
REGISTERED, VISITING, FINNISH, CEASED = "1", "1", "1", "4"


def ask(number: str, _key: str) -> Request:
    """The request about a Business ID: seven digits, a dash and one more."""
    return Request(f"/companies?businessId={number}")


def read(number: str, status: int, body: bytes) -> Answer:
    """What it answered about a Business ID."""
    if status == Status.NOT_FOUND:
        return NOT_FOUND
    if status == Status.BAD_REQUEST:
        return refused(Why.NOT_A_NUMBER)
    if status != Status.OK:
        return trouble(status)
    read = careful.loaded(body)
    if read is None or not isinstance(read.get("companies"), list):
        return unavailable(Why.UNREADABLE)
    company = next((one for one in read["companies"] if careful.inner(one, "businessId", "value") == number), None)
    if company is None:
        return NOT_FOUND
    # Not `status`, which says the same of all of them.
    if company.get("endDate") or careful.text(company.get("tradeRegisterStatus")) == CEASED:
        return ceased(careful.day(company.get("endDate")))
    return found(_company(number, company))


def _company(number: str, company: dict[str, Any]) -> Company:
    names = [one for one in careful.listed(company, "names") if _is(one, REGISTERED) and not one.get("endDate")]
    places = [one for one in careful.listed(company, "addresses") if _is(one, VISITING)]
    return Company(
        name=careful.text(names[0].get("name")) if names else None,
        place=_place(places[0]) if places else None,
        website=careful.website(careful.inner(company, "website", "url")),
        company_number=number,
    )


def _is(one: Any, kind: str) -> bool:
    return careful.text(careful.inner(one, "type")) == kind


def _place(address: dict[str, Any]) -> Place | None:
    parts = [address.get(name) for name in ("street", "buildingNumber", "entrance", "apartmentNumber")]
    made = Place(
        street=careful.joined(parts) or careful.text(address.get("freeAddressLine")),
        postal_code=careful.text(address.get("postCode")),
        city=_city(careful.listed(address, "postOffices")),
        country=careful.country(address.get("country")) or "FI",
    )
    return made if made.street or made.city else None


def _city(offices: list[Any]) -> str | None:
    """The town by its Finnish name, else by the first it has."""
    finnish = [one for one in offices if careful.text(careful.inner(one, "languageCode")) == FINNISH]
    return next((city for one in (*finnish, *offices) if (city := careful.text(careful.inner(one, "city")))), None)


PRH = Register("PRH", "PRH", "https://avoindata.prh.fi/opendata-ytj-api/v3", ask, read)
