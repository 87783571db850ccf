"""Numbers of which a spreadsheet threw away the zeros in front: they are shorter than others of their country."""

from __future__ import annotations

from collections.abc import Mapping

# Term -> country -> how many digits there are with zeros in front, where some of the country begin with one.
_DIGITS: Mapping[str, Mapping[str, int]] = {
    "postal_code": {**dict.fromkeys(("DE", "FI", "SE", "FR", "US", "ES", "IT", "EE"), 5), "NO": 4, "DK": 4},
    "company_number": {"NL": 8, "BE": 10},
}
# How many digits stand behind the zero of a telephone number, and what stands in the place of the zero from abroad.
_BEHIND_THE_ZERO: Mapping[str, tuple[range, str]] = {
    "NL": (range(9, 10), "31"),
    "BE": (range(8, 10), "32"),
    "FR": (range(9, 10), "33"),
    "GB": (range(9, 11), "44"),
    "SE": (range(7, 10), "46"),
    "DE": (range(7, 12), "49"),
    "FI": (range(6, 11), "358"),
}
_TELEPHONES = frozenset({"phone", "mobile", "fax"})
ZEROED = _TELEPHONES | _DIGITS.keys()
"""The terms whose values may begin with zeros."""


def may_lack_zeros(term: str, digits: str, country: str) -> bool:
    """Whether a number under one of `ZEROED`, which may have been one to a spreadsheet, is too short for its country."""
    if term in _TELEPHONES:
        lengths, abroad = _BEHIND_THE_ZERO.get(country, (range(0), ""))
        return len(digits) in lengths and not (digits.startswith(abroad) and len(digits) > lengths[0] + 1)
    return len(digits) < _DIGITS[term].get(country, 0)
