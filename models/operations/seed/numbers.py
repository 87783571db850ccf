"""Registration numbers with check digits that hold: company, VAT and bank account numbers of the five countries.

The bank codes are invented, so that no account exists.
"""

from __future__ import annotations

from random import Random

_ELEVEN = 11
_TEN = 10


def _weighted_sum(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _digits(rng: Random, count: int) -> str:
    """So many digits, the first of them not zero."""
    low = 10 ** (count - 1)
    return str(low + int(rng.random() * 9 * low))


def _luhn(digits: str) -> str:
    """The check digit after these digits."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    return str(-(sum(doubled) + sum(int(digit) for digit in digits[-2::-2])) % 10)


def _mod_eleven(rng: Random, count: int, weights: tuple[int, ...]) -> str:
    """Digits and their check digit, for the schemes where weights, sum and check digit add up to a multiple of 11."""
    while True:
        digits = _digits(rng, count)
        check = -_weighted_sum(digits, weights) % _ELEVEN
        if check < _TEN:
            return f"{digits}{check}"


def _dutch_fiscal(rng: Random) -> str:
    while True:
        digits = _digits(rng, 8)
        check = _weighted_sum(digits, (9, 8, 7, 6, 5, 4, 3, 2)) % _ELEVEN
        if check < _TEN:
            return f"{digits}{check}"


def _british_vat(rng: Random) -> str:
    digits = _digits(rng, 7)
    check = 97 - _weighted_sum(digits, (8, 7, 6, 5, 4, 3, 2)) % 97
    return f"{digits}{check:02d}"


def registered(rng: Random, country: str) -> tuple[str, str]:
    """A company number and the VAT number that goes with it, as their owners write them."""
    if country == "NL":
        return _digits(rng, 8), f"NL{_dutch_fiscal(rng)}B01"
    if country == "SE":
        base = f"55{6 + int(rng.random() * 4)}{_digits(rng, 6)}"
        number = base + _luhn(base)
        return f"{number[:6]}-{number[6:]}", f"SE{number}01"
    if country == "FI":
        number = _mod_eleven(rng, 7, (7, 9, 10, 5, 8, 4, 2))
        return f"{number[:7]}-{number[7:]}", f"FI{number}"
    if country == "NO":
        # Norwegian company numbers begin with an 8 or a 9.
        while (number := _mod_eleven(rng, 8, (3, 2, 7, 6, 5, 4, 3, 2)))[0] < "8":
            continue
        return f"{number[:3]} {number[3:6]} {number[6:]}", f"NO{number}MVA"
    return f"{int(rng.random() * 10**8):08d}", f"GB{_british_vat(rng)}"


def peppol(country: str, company_number: str, vat_number: str) -> str:
    """The address of a firm in the network for electronic invoices."""
    plain = "".join(character for character in company_number if character.isdigit())
    scheme = {"NL": "0106", "SE": "0007", "FI": "0212", "NO": "0192"}.get(country)
    return f"{scheme}:{plain}" if scheme else f"9932:{vat_number}"


# Per country: what stands before the account's digits, how many there are, and the bank's code for others.
_BANKS = {
    "NL": ("HVNK", 10, "HVNKNL2A"),
    "SE": ("999", 17, "HVNKSESS"),
    "FI": ("99", 11, "HVNKFIHH"),
    "NO": ("99", 8, "HVNKNOKK"),
    "GB": ("HVNK", 14, "HVNKGB2L"),
}


def account(rng: Random, country: str) -> tuple[str, str]:
    """An IBAN of a bank that does not exist, and the BIC of that bank."""
    prefix, count, bic = _BANKS[country]
    digits = prefix + _digits(rng, count)
    if country == "FI":
        digits += _luhn(digits)
    elif country == "NO":
        digits = _norwegian_account(rng)
    return f"{country}{_iban_check(country, digits)}{digits}", bic


def _norwegian_account(rng: Random) -> str:
    while True:
        digits = f"9999{_digits(rng, 6)}"
        check = -_weighted_sum(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % _ELEVEN
        if check < _TEN:
            return f"{digits}{check}"


def _iban_check(country: str, account_digits: str) -> str:
    number = int("".join(str(int(character, 36)) for character in f"{account_digits}{country}00"))
    return f"{98 - number % 97:02d}"
