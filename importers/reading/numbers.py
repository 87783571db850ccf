"""Whole numbers and amounts, with the words, signs and marks that people write around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from importers.files.workbook import Cell
from importers.reading.cells import Parse, Reading, agreed, plain, squeezed, word_set
from importers.trouble import Trouble, Wrong
from models.base import Limits

# Of characters: no number with its words is longer, and to look for words in more of them takes long.
_LONGEST = 200
_NO_FRACTION = re.compile(r"(?<=[0-9])[.,]0{1,2}(?![0-9])")


def whole(limits: Limits, example: str = "14", not_in: re.Pattern[str] | None = None) -> Parse:
    """A parser for a whole number; words around it ("14 days net") do not matter, but for those `not_in` which it counts."""

    def parse(cell: Cell, _reading: Reading) -> int | str:
        text = plain(cell)
        if not text:
            return ""
        found = re.findall(r"[0-9]+", _NO_FRACTION.sub("", text)) if len(text) <= _LONGEST else []
        is_other = not_in is not None and any(map(not_in.match, _WORD.findall(text)))
        if len(found) != 1 or is_other or isinstance(cell, bool):
            raise Wrong(Trouble.NOT_A_NUMBER, example=example)
        number = -int(found[0]) if re.search(r"(?<!\w)-\s*[0-9]", text) else int(found[0])
        if not limits.hold(number):
            raise Wrong(Trouble.NUMBER_OUT_OF_RANGE, least=limits.least, most=limits.most)
        return number

    return parse


# Words that begin so, in the languages we read.
_WEEKS = re.compile(r"(?:we?e?k|wch|woche|veck|vk|viik|uke|uge)", re.IGNORECASE)
_LONGER = re.compile(
    r"(?:maand|mnd|mon|mån|mth|måned|kuuk|kk|quart|kwart|kvart|jaar|jahr|år|vuo|year|eom|ultimo|werkd|workd|busin|arbeits|"
    r"arkip|vardag|bankd|virkedag|hverdag)",
    re.IGNORECASE,
)
# Days and then to the end of the month, as programs shorten it.
_END_OF_MONTH = re.compile(r"[0-9]\s?(?:DEM|FDM|EDM)\b")
# Words for no days at all, squeezed.
_AT_ONCE = word_set(
    "contant contante contantebetaling direct perdirect omgaand perommegaande cash dueonreceipt uponreceipt "
    "onreceipt receipt immediate immediately sofort sofortfallig bar kontant omgaende straks heti kateinen "
    "comptant areception cod bijlevering"
)


def days(limits: Limits) -> Parse:
    """A parser for a number of days. Weeks are seven of them, at once is none; a month, or the end of one, is no such
    number.
    """
    number = whole(limits, not_in=_LONGER)

    def parse(cell: Cell, reading: Reading) -> object:
        if isinstance(cell, str) and squeezed(cell) in _AT_ONCE:
            return 0
        if isinstance(cell, str) and _END_OF_MONTH.search(cell):
            raise Wrong(Trouble.NOT_A_NUMBER, example="14")
        found = number(cell, reading)
        if isinstance(found, int) and any(map(_WEEKS.match, _WORD.findall(plain(cell)))):
            return number(found * 7, reading)
        return found

    return parse


# What may stand behind a distance that is no kilometre.
_NOT_KILOMETRES = re.compile(
    r"(?:m|mi|mil|mile|miles|mijl|mijlen|meter|metres?|min|minuten|minutes?|uur|h|hours?)\b", re.IGNORECASE
)
_KILOMETRES = word_set("km kms kilometer kilometers kilometre kilometres kilometern kilometria kilometriä")
_ABOUT = word_set("ca circa cirka about approx noin etwa ungefähr ongeveer")


def kilometres(limits: Limits) -> Parse:
    """A parser for a distance in kilometres. A12 is a road, and zone 3 none."""
    number = whole(limits, example="12", not_in=_NOT_KILOMETRES)

    def parse(cell: Cell, reading: Reading) -> object:
        text = plain(cell) if isinstance(cell, str) else ""
        if not _is_about_its_number(text, _KILOMETRES, _KILOMETRES | _ABOUT):
            raise Wrong(Trouble.NOT_A_NUMBER, example="12")
        return number(cell, reading)

    return parse


_NOT_OF_AN_AMOUNT = re.compile(r"[^0-9,.\-()]")
# What stands between thousands, besides points and commas.
_BETWEEN_THOUSANDS = re.compile(r"(?<=[0-9])[\s'’](?=[0-9]{3}(?![0-9]))")
# The minus sign of typesetters, which sv, no and fi write, and dashes that stand for one.
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014", "-"))
_NO_CENTS = re.compile(r"(?<=[0-9])[.,:]\s?-{1,2}")  # 12,- and 12:-
_WORD = re.compile(r"[^\W\d_]+\.?")
_DIGITS = re.compile(r"[0-9.,]+")
_TWO_NUMBERS = re.compile(r"[0-9][0-9.,]*[^0-9.,][^0-9]*[0-9]")
# 95k is not 95.
_MANY = re.compile(r"(?<=[0-9])\s?(?:k|t|m|mn|mln|mio|mrd|tsd|bn)\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")


class Rounded(str):
    """An amount that said more than its places hold, so that it can be told of the rows that are written."""

    __slots__ = ()


def amount_doubt(value: str, _reading: Reading) -> Trouble | None:
    """Whether something of an amount was lost."""
    return Trouble.ROUNDED if isinstance(value, Rounded) else None


def percentage_doubt(value: str, reading: Reading) -> Trouble | None:
    """Whether a percentage may have been written as a part of one: 0.21."""
    return Trouble.LOOKS_LIKE_A_SHARE if 0 < Decimal(value) < 1 else amount_doubt(value, reading)


def amount(limits: Limits) -> Parse:
    """A parser for an amount with two places. Understands 46.100,25 and 46,100.25, currency signs, (12) as -12."""

    def parse(cell: Cell, reading: Reading) -> str:
        value = _amount(cell, reading)
        if value is None:
            return ""
        if not limits.hold(value):
            least, most = (f"{one:,}" for one in (limits.least or 0, limits.most or 0))
            raise Wrong(Trouble.NUMBER_OUT_OF_RANGE, least=least, most=most)
        kept = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
        return format(kept, "f") if kept == value else Rounded(format(kept, "f"))

    return parse


def _amount(cell: Cell, reading: Reading) -> Decimal | None:
    if isinstance(cell, bool):
        raise Wrong(Trouble.NOT_A_NUMBER, example="46100,25")
    if isinstance(cell, int | Decimal):
        return Decimal(cell)
    text = plain(cell)
    if not text:
        return None
    bare = _bare(text)
    if text.translate(_MINUS) != bare and not _is_about_its_number(text, _MONEY_MARKS, _AROUND):
        raise Wrong(Trouble.NOT_A_NUMBER, example="46100,25")
    negative = bare.startswith("-") or bare.endswith("-") or (bare.startswith("(") and bare.endswith(")"))
    bare = bare.strip("-()").rstrip(".,")
    if not _DIGITS.fullmatch(bare):
        # 1e5 is more likely a number of something than a hundred thousand.
        raise Wrong(Trouble.NOT_A_NUMBER, example="46100,25")
    try:
        value = Decimal(_with_point(bare, reading.decimal_comma))
    except InvalidOperation:
        raise Wrong(Trouble.NOT_A_NUMBER, example="46100,25") from None
    return -value if negative else value


# What says beside a number that it is an amount, or a percentage.
_MONEY = word_set(
    "eur euro euros kr kroner kronor kronen krona krone sek nok dkk isk gbp usd chf pln fr sfr franken dollar dollars pond pound "
    "pounds procent percent prozent prosent prosenttia pct"
)
_MONEY_MARKS = _MONEY | frozenset("€$£%¥")
# What says no more than that it is for an hour, whether the tax is in it, and that it is not exact.
_AROUND = (
    _MONEY
    | _ABOUT
    | word_set(
        "per pr pro a p u h t uur uren uurtarief hour hours hr hrs std stunde timme tim timmen time timen tunti tunnissa tunnilta "
        "ex excl exkl exclusief exclusive exklusive incl inkl inclusief inclusive inklusive btw "
        "vat moms mwst ust alv mva tax zzgl plus netto brutto bruto net gross hoog laag high low standaard standard"
    )
)


def _is_about_its_number(text: str, marks: AbstractSet[str], around: AbstractSet[str]) -> bool:
    """Whether a text with a number speaks of it alone: what stands around is known, or a mark beside it says what it is.

    Schaal 3 and A1 are names of things that have a number.
    """
    if len(text) > _LONGEST:
        return False
    words = [(found.start(), found.end(), found[0].rstrip(".").casefold()) for found in _WORD.finditer(text)]
    if any(word not in marks and text[end : end + 1].isdecimal() for _, end, word in words):
        return False
    if all(word in around for *_, word in words):
        return True
    words += [(at, at + 1, letter) for at, letter in enumerate(text) if letter in marks]
    return any(word in marks and _is_beside_digits(text, start, end) for start, end, word in words)


def _is_beside_digits(text: str, start: int, end: int) -> bool:
    before, behind = text[:start].rstrip(" ,.-"), text[end:].lstrip(" .")
    return before[-1:].isdecimal() or behind[:1].isdecimal()


def _bare(text: str) -> str:
    """The digits of an amount with their marks, without currency and words; as it is where there are two numbers, or more than one is long."""
    if len(text) > _LONGEST:
        return text
    text = _BETWEEN_THOUSANDS.sub("", _NO_CENTS.sub("", text.translate(_MINUS)))
    return text if _TWO_NUMBERS.search(text) or _MANY.search(text) else _NOT_OF_AN_AMOUNT.sub("", _WORD.sub("", text))


def _with_point(bare: str, decimal_comma: bool) -> str:
    mark, other = (",", ".") if decimal_comma else (".", ",")
    if "," in bare and "." in bare:
        mark, other = (",", ".") if bare.rindex(",") > bare.rindex(".") else (".", ",")
    elif other in bare and mark not in bare and not _THOUSANDS.fullmatch(bare):
        mark, other = other, mark  # 1.5 cannot mean thousands, whatever was chosen
    return bare.replace(other, "").replace(mark, ".")


def decimals_have_a_comma(samples: Sequence[Cell]) -> bool | None:
    """Whether amounts in text have a decimal comma; None if nothing among them tells, or they contradict each other."""
    told: set[bool] = set()
    for cell in samples:
        bare = _bare(plain(cell)).strip("-()").rstrip(".,") if isinstance(cell, str) else ""
        marks = [letter for letter in bare if letter in ".,"]
        if len({*marks}) == 2 or (len(marks) == 1 and not _THOUSANDS.fullmatch(bare)):
            told.add(marks[-1] == ",")
        elif len(marks) > 1 and _THOUSANDS.fullmatch(bare):
            told.add(marks[0] == ".")
        if len(told) == 2:
            break
    return agreed(told)


def may_be_thousands(cell: Cell) -> bool:
    """Whether a text is one amount with a decimal comma and another with a decimal point, such as 1.234."""
    return (
        isinstance(cell, str)
        and re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", _bare(plain(cell)).strip("-()")) is not None
    )
