"""The codes that addresses, amounts and accounts use: countries, the currencies of our customers, IBANs."""

from __future__ import annotations

from babel import Locale
from stdnum import iban
from stdnum.exceptions import ValidationError

# What Unicode lists among the territories and nobody has an address in: pseudo locales, unions, the unknown region.
_NONE = frozenset({"XA", "XB", "EZ", "UN", "EU", "QO", "ZZ"})
COUNTRIES = frozenset(
    code for code in map(str, Locale.parse("en").territories) if len(code) == 2 and code.isalpha() and code not in _NONE
)
CURRENCIES = ("EUR", "SEK", "NOK", "DKK", "GBP", "USD", "CHF")


def compact_iban(text: str) -> str:
    """An account number as it is kept: without spaces, in capitals."""
    return "".join(text.split()).upper()


def looks_like_iban(text: str) -> bool:
    """Whether length and check digits are those of an IBAN."""
    try:
        iban.validate(text, check_country=False)
    except ValidationError:
        return False
    return True
