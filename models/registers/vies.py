"""VIES, where the countries of the European Union say whether a VAT number holds: name and address, and not of all.

It answers with status 200 whatever comes, and says what went wrong in the body. The address is one text.
"""

from __future__ import annotations

import json
import re

from models.registers import careful
from models.registers.answer import NOT_FOUND, Answer, Company, Place, Why, found, refused, unavailable
from models.registers.register import Register, Request, Status, trouble

# As VIES calls the countries; Northern Ireland has a code of its own.
COUNTRIES = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI"),
    )
)
# Where everybody else calls a country otherwise.
ELSEWHERE = {"EL": "GR", "XI": "GB"}
_NO_NUMBER = "INVALID_INPUT"
# A postal code and a town, as the last line of an address has them: 1200-384 LISBOA, 1015CJ AMSTERDAM, L-1234 LUXEMBOURG.
_TOWN = re.compile(r"(?:[A-Z]{1,2}-)?(\d[\d -]+\d(?:[A-Z]{2})?)\s+(?:- )?(\D.*)")


def ask(number: str, _key: str) -> Request:
    """The request about a VAT number: two letters of a country and what follows."""
    body = json.dumps({"countryCode": number[:2], "vatNumber": number[2:]}).encode()
    return Request("/check-vat-number", "POST", {"Content-Type": "application/json"}, body)


def read(number: str, status: int, body: bytes) -> Answer:
    """What it answered about a VAT number."""
    read = careful.loaded(body)
    if read is not None and (code := _error(read)):
        return refused(Why.NOT_A_NUMBER) if code == _NO_NUMBER else unavailable(Why.BUSY)
    if status != Status.OK:
        return trouble(status)
    if read is None or not isinstance(read.get("valid"), bool):
        return unavailable(Why.UNREADABLE)
    if not read["valid"]:
        return NOT_FOUND
    place = place_of(read.get("address"), number[:2])
    unparted = None if place else careful.text(read.get("address"))
    return found(Company(careful.text(read.get("name")), place, unparted, vat_number=number))


def _error(read: dict[str, object]) -> str | None:
    if read.get("actionSucceed") is not False:
        return None
    codes = (careful.text(careful.inner(one, "error")) for one in careful.listed(read, "errorWrappers"))
    return next((code for code in codes if code), "UNKNOWN")


def place_of(address: object, country: str) -> Place | None:
    """The parts of an address of several lines whose last one is a postal code and a town; None for any other."""
    raw = address.splitlines() if isinstance(address, str) and len(address) <= careful.LONGEST else []
    lines = [line for one in raw if (line := careful.text(one))]
    town = _TOWN.fullmatch(lines[-1]) if len(lines) > 1 else None
    if town is None:
        return None
    return Place(
        street=lines[0],
        street_2=careful.joined(lines[1:-1], ", "),
        postal_code=town[1],
        city=town[2],
        country=ELSEWHERE.get(country, country),
    )


VIES = Register("VIES", "VIES", "https://ec.europa.eu/taxation_customs/vies/rest-api", ask, read)
