"""The codes that addresses and amounts use: which countries there are, and the currencies of our customers."""

from __future__ import annotations

from babel import Locale

# What Unicode lists among the territories and nobody has an address in: pseudo locales, unions, the unknown region.
_NONE = frozenset({"XA", "XB", "EZ", "UN", "EU", "QO", "ZZ"})
COUNTRIES = frozenset(
    code for code in map(str, Locale.parse("en").territories) if len(code) == 2 and code.isalpha() and code not in _NONE
)
CURRENCIES = ("EUR", "SEK", "NOK", "DKK", "GBP", "USD", "CHF")
