"""Which register knows a number: told by what stands before or behind its digits, else by the country."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.registers.answer import Why
from models.registers.brreg import BRREG
from models.registers.kvk import KVK
from models.registers.prh import PRH
from models.registers.register import Register
from models.registers.vies import COUNTRIES, ELSEWHERE, VIES

REGISTERS = (BRREG, PRH, VIES, KVK)
# What is longer is no number; VIES itself takes up to twelve signs behind the country.
_SIGNS = re.compile(r"[0-9A-Z+*]{2,12}")
_NORWEGIAN = re.compile(r"(?:NO)?(\d{9})(?:MVA)?")
_FINNISH = re.compile(r"(?:FI)?(\d{7})-?(\d)")
_DUTCH = re.compile(r"(\d{8})")
_TO_VIES = {elsewhere: code for code, elsewhere in ELSEWHERE.items() if elsewhere != "GB"}


@dataclass(frozen=True)
class Question:
    """What is asked of whom."""

    register: Register
    number: str


def question(typed: str, country: str | None) -> Question | Why:
    """What to ask about a number as people write it, of a company in that country; or why there is nobody to ask.

    >>> question("NO 987 654 321 MVA", "NL").number, question("0112038-9", None).number, question("BE 0404.616.494", None).register.name
    ('987654321', '0112038-9', 'VIES')
    """
    number = re.sub(r"[\s.\-/]", "", typed).upper()
    land = number[:2] if number[:2].isalpha() else _land(number, typed, country)
    if land == "NO" and (norwegian := _NORWEGIAN.fullmatch(number)):
        return Question(BRREG, norwegian[1])
    if land == "FI" and (finnish := _FINNISH.fullmatch(number)):
        return Question(PRH, f"{finnish[1]}-{finnish[2]}")
    if land == "NL" and _DUTCH.fullmatch(number):
        return Question(KVK, number)
    land = _TO_VIES.get(land, land)
    if land not in COUNTRIES:
        return Why.NOT_A_NUMBER if land == "NO" else Why.NO_REGISTER
    rest = number if not number[:2].isalpha() else number[2:]
    return Question(VIES, f"{land}{rest}") if _SIGNS.fullmatch(rest) and rest.isascii() else Why.NOT_A_NUMBER


def _land(number: str, typed: str, country: str | None) -> str:
    """The country of a number that does not begin with one."""
    if number.endswith("MVA"):
        return "NO"
    return "FI" if re.fullmatch(r"\d{7}-\d", typed.strip()) else country or ""
