"""Ways to reach somebody and numbers they are known by: e-mail, telephone, web, VAT, bank account."""

from __future__ import annotations

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.eu import vat as stdnum_vat

from importers.files.workbook import Cell
from importers.reading.cells import AND, Parse, Reading, fitting, plain, typed, word_set
from importers.reading.dates import is_day
from importers.reading.words import YES_OR_NO_WORDS
from importers.trouble import Trouble
from models import codes
from models.base import Limits, web_address

_SIMPLE_EMAIL = re.compile(r"[A-Za-z0-9_-]{1,40}(?:[.+][A-Za-z0-9_-]{1,20})?@(?:[A-Za-z0-9]{1,40}\.){1,4}[A-Za-z]{2,9}")
# What parts several values: between addresses and between telephone numbers a comma needs no space behind it.
_SEVERAL = re.compile(
    r"\s*(?:[;|\n]|:::)\s*|,\s+|\s+[/\\]\s+|,(?=[^\s,@]+@)|(?<=[0-9]),(?=[+(]?[0-9][0-9 ()/.\-]{4})"
    r"|(?<=[0-9]{4})(?:\s+-\s+(?=[+0])|/(?=[+0][0-9]))"
    rf"|\s+{AND}\s+(?=[+(]?[0-9]{{2}}|\S+@)"
)
_BLANKS = re.compile(r"[^\S\n]{2,}")
_ADDRESSES = re.compile(r"[^\s@;,|/]+@[^\s@;,|/]+(?:(?:\s+|/)[^\s@;,|/]+@[^\s@;,|/]+)+")
# The number of a town, before the one there: 030 / 12 34 56 is one.
_OF_TOWN = re.compile(r"\(?\+?[0-9 ()]{2,8}")
_FEWEST_DIGITS = 6
# As programs of mail write an address: Jan Berg <jan@berg.example>; and as databases keep a link.
_NAMED_ADDRESS = re.compile(r"[\"']?(?P<name>[^<>\"']*)[\"']?\s*<(?P<address>[^\s<>]+@[^\s<>]+)>")
_CALLED_ADDRESS = re.compile(r"\A(?:mailto|e-?mail):\s*|#(?:mailto:)?[^#]*#\Z|\A'(?=[^']*'\Z)|(?<=.)'\Z", re.IGNORECASE)
_CALLED_PHONE = re.compile(r"\A(?:tel|telefoon|telefon|phone|mob|mobiel|mobil)[.:]+\s*(?=[+(0-9])", re.IGNORECASE)


def email(limits: Limits) -> Parse:
    """A parser for an e-mail address as it was typed; of several in one cell the first (see `rest_of`)."""
    return lambda cell, _reading: fitting(_bare_address(_first(cell)), limits.longest)


def _bare_address(text: str) -> str:
    """An address without the name of its owner and the word that says that it is one."""
    named = _NAMED_ADDRESS.fullmatch(text)
    return named["address"] if named else _CALLED_ADDRESS.sub("", text)


def email_doubt(value: str, _reading: Reading) -> Trouble | None:
    """Whether it can be an address at all."""
    if _SIMPLE_EMAIL.fullmatch(value):
        return None
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return Trouble.LOOKS_LIKE_NO_EMAIL
    return None


def first_of(text: str) -> str:
    """The first value of a text that may hold several."""
    return _parted(text)[0].strip() if text else ""


def _first(cell: Cell) -> str:
    """The first of several values in a cell, which may stand on lines of their own."""
    return typed(first_of(cell) if isinstance(cell, str) else cell)


def phone(limits: Limits) -> Parse:
    """A parser for a telephone number as it was typed; of several in one cell the first."""
    return lambda cell, _reading: fitting(_CALLED_PHONE.sub("", _first(cell)), limits.longest)


def rest_of(cell: Cell) -> str:
    """What stands behind the first value of a cell with several."""
    if not isinstance(cell, str):
        return ""
    first, *rest = _parted(cell)
    named = _NAMED_ADDRESS.fullmatch(first)
    return rest[0] if rest else named["name"].strip() if named else ""


def _parted(text: str) -> list[str]:
    """The first of several values, and behind it the rest if there is one."""
    # Each of a long run of blanks would be tried as the beginning of what parts two values.
    text = _BLANKS.sub(" ", text)
    text = text.strip(" \n;|,")
    if _ADDRESSES.fullmatch(text):
        return re.split(r"\s+|/", text, maxsplit=1)
    parts = _SEVERAL.split(text, maxsplit=1)
    return [text] if _OF_TOWN.fullmatch(parts[0]) and _digits(parts[0]) < _FEWEST_DIGITS else parts


# Every number of this shape passes the library as well: one of the country itself, or of one that it knows.
_SIMPLE_PHONE = re.compile(
    r"(?:[0-9(]|\+(?:1|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|7|8[1246]|9[0-58]|35[1-9]|42[01]) ?[1-9])[0-9 ()/.\-]{5,18}[0-9]"
)


def phone_doubt(value: str, reading: Reading) -> Trouble | None:
    """Whether a number can be one at all, by its length and its country."""
    if _SIMPLE_PHONE.fullmatch(value) and 7 <= _digits(value) <= 15:
        return None
    try:
        number = phonenumbers.parse(value, reading.country)
    except phonenumbers.NumberParseException:
        return Trouble.LOOKS_LIKE_NO_PHONE
    return None if phonenumbers.is_possible_number(number) or 5 <= _digits(value) <= 15 else Trouble.LOOKS_LIKE_NO_PHONE


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


_NL_VAT = re.compile(r"NL[0-9]{9}B(?!00)[0-9]{2}")


def vat_doubt(value: str, _reading: Reading) -> Trouble | None:
    """Whether a number with the letters of a country of the Union fails the check of that country."""
    compact = re.sub(r"[ .\-]", "", value).upper()
    if _NL_VAT.fullmatch(compact) and int(f"2321{compact[2:11]}11{compact[12:]}") % 97 == 1:
        return None  # the check of ISO 7064 that the library makes, too, at a twentieth of its time
    if compact[:2] in _UNION and not stdnum_vat.is_valid(compact):
        return Trouble.LOOKS_LIKE_NO_VAT
    return None if may_be_vat(value) else Trouble.LOOKS_LIKE_NO_VAT


_OF_UNION = re.compile(r"[A-Z]{2}[A-Z0-9]*[0-9][A-Z0-9]*")
_ANY_VAT = re.compile(r"(?=(?:[A-Z]*[0-9]){5})[A-Z0-9]{7,16}")
_AN_AMOUNT = re.compile(r"[0-9]+[.,][0-9]{1,2}")


def may_be_vat(cell: Cell) -> bool:
    """Whether this has the shape of a VAT number of any country: no percentage, and no amount of tax."""
    text = plain(cell)
    compact = re.sub(r"[ .\-/]", "", text).upper()
    if compact[:2] in _UNION and _OF_UNION.fullmatch(compact):
        return True
    return _ANY_VAT.fullmatch(compact) is not None and not _AN_AMOUNT.fullmatch(text)


_UNION = word_set("AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")


# Every address of this shape can be made a link.
_SIMPLE_WEB = re.compile(r"(?:https?://)?[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,60}){1,4}(?:/[A-Za-z0-9._~/-]{0,200})?")


def web_doubt(value: str, _reading: Reading) -> Trouble | None:
    """Whether a link can be made of it."""
    return None if _SIMPLE_WEB.fullmatch(value) or web_address(value) else Trouble.LOOKS_LIKE_NO_WEBSITE


def iban(limits: Limits) -> Parse:
    """A parser for a bank account number without spaces, in capitals."""
    return lambda cell, _reading: fitting(codes.compact_iban(plain(cell)), limits.longest)


def may_be_iban(cell: Cell) -> bool:
    """Whether this can be the number of an account of any kind."""
    return any(map(str.isdigit, plain(cell)))


def may_be_street(cell: Cell) -> bool:
    """Whether this can be a street or a box: not its number alone."""
    return any(map(str.isalpha, plain(cell))) and may_be_called(cell)


def may_be_website(cell: Cell) -> bool:
    """Whether this has the shape of an address on the web."""
    return "." in plain(cell) and may_be_called(cell)


_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9 ]{11,36}")


def may_be_called(cell: Cell) -> bool:
    """Whether somebody or something may be called so, or be reached or numbered so: no yes or no, no date, no account."""
    text = plain(cell)
    is_account = _IBAN.fullmatch(text) is not None and codes.looks_like_iban(codes.compact_iban(text))
    return text.casefold() not in YES_OR_NO_WORDS and not is_day(cell) and not is_account


def iban_doubt(value: str, _reading: Reading) -> Trouble | None:
    """Whether an account number fails the IBAN check."""
    return None if codes.looks_like_iban(value) else Trouble.LOOKS_LIKE_NO_IBAN
