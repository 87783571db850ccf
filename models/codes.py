"""The codes that addresses, amounts, accounts and clocks use: countries, the currencies of our customers, IBANs, time zones."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator

from babel import Locale
from stdnum import iban
from stdnum.exceptions import ValidationError

# What Unicode lists among the territories and nobody has an address in: pseudo locales, unions, the unknown region.
_NONE = frozenset({"XA", "XB", "EZ", "UN", "EU", "QO", "ZZ"})
COUNTRIES = frozenset(
    code for code in map(str, Locale.parse("en").territories) if len(code) == 2 and code.isalpha() and code not in _NONE
)
CURRENCIES = ("EUR", "SEK", "NOK", "DKK", "GBP", "USD", "CHF")
_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


class _TimeZones:
    """The names of time zones by region and city, and UTC. To list them is dear, to ask for one is not."""

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or not _is_offered(name):
            return False
        try:
            return bool(zoneinfo.ZoneInfo(name).key)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(filter(_is_offered, zoneinfo.available_timezones())))


def _is_offered(name: str) -> bool:
    return name == "UTC" or name.partition("/")[0] in _REGIONS


TIME_ZONES = _TimeZones()


def compact_iban(text: str) -> str:
    """An account number as it is kept: without spaces and other signs between, in capitals."""
    return iban.compact("".join(text.split())).removeprefix("IBAN").lstrip(":")


def looks_like_iban(text: str) -> bool:
    """Whether length and check digits are those of an IBAN."""
    try:
        iban.validate(text, check_country=False)
    except ValidationError:
        return False
    return True
