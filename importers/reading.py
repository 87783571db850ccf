"""How the cells of one file are read: the visible choices, the look-ups, and a parser for each kind of value.

A parser takes a cell and gives what is kept in a plan: text, a whole number, a yes or no, or text for exact things
(dates as 2026-11-21, amounts as 46100.25). It raises `Wrong` for what does not fit. A doubt is only said.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import TypedDict

import phonenumbers
from babel import Locale
from babel.core import get_global
from babel.numbers import list_currencies
from email_validator import EmailNotValidError, validate_email
from stdnum.eu import vat as stdnum_vat

from importers.files.workbook import Cell
from importers.trouble import Trouble, Wrong
from models import codes
from models.base import Limits, folded, invisible, limits_of, web_address
from models.customer import Customer
from models.label import Label
from models.settings import ListValue, ValueList

LANGUAGES = ("en", "nl", "sv", "de", "fi", "nb", "da")
# The languages that are known by their names, too.
OFFERED_LANGUAGES = ("nl", "en", "de", "fr", "sv", "fi", "nb", "nn", "no", "da", "es", "it", "pt", "pl")

# What some programs write for "nothing". In capitals only: Null is a family name.
NOTHING = frozenset(
    {"NULL", "\\N", "#N/A", "N/A", "n/a", "-", "--", "–", "—", "(null)", "(leeg)", "(empty)", "n.v.t.", "N.v.t.", "N.V.T.", "nvt",
     "n.a.", "N.A.", "nan", "NaN", "<NA>", "null", "undefined"}
)  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True)
class Reading:
    """The choices about a file, and what is already in the database to look values up in (names folded)."""

    day_first: bool = True
    decimal_comma: bool = True
    separator: str = ";"
    country: str = "NL"
    users: Mapping[str, Collection[int]] = field(default_factory=dict)
    user_names: Mapping[int, str] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)
    label_names: Mapping[int, str] = field(default_factory=dict)
    exclusive: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    values: Mapping[ValueList, Mapping[str, int]] = field(default_factory=dict)
    value_names: Mapping[int, str] = field(default_factory=dict)
    may_add_words: bool = False


class Notation(TypedDict, total=False):
    """How one column writes its values, where that is known of it."""

    day_first: bool
    decimal_comma: bool


# A text that begins with one of these gets an apostrophe in front on its way out, so that no spreadsheet runs it as a
# formula; an apostrophe before one of these is taken off on the way in.
GUARDED = frozenset({"=", "+", "-", "@", "\t", "\r", "'"})

Parse = Callable[[Cell, Reading], object]


def unseen(text: str) -> set[int]:
    """Where a text holds what nobody can see; line breaks are left to the parser of the column."""
    return set() if text.isprintable() else {at for at in invisible(text) if text[at] not in "\t\n\r"}


def legible(cell: Cell) -> Cell:
    """A cell without what nobody can see; what parts words becomes a space."""
    if not isinstance(cell, str) or not (hidden := unseen(cell)):
        return cell
    return "".join(letter if at not in hidden else " " * letter.isspace() for at, letter in enumerate(cell)).strip()


_ONLY_NUMBERS = re.compile(r"[0-9][0-9 ./:-]*")


def plain(cell: Cell) -> str:
    """A cell as text on one line; nothing, and what stands for nothing, is ''."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = cell
        if text[:1] == "'" and (text[1:2] in GUARDED or _ONLY_NUMBERS.fullmatch(text, 1)):
            text = text[1:]
        if text in NOTHING:
            return ""
        if "\n" in text or "\r" in text or "\t" in text:
            text = " ".join(text.split())
        return text
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell)


# Words between two values.
_AND = r"(?:en|of|and|or|und|oder|och|eller|og|ja|tai|et|ou)"
_ONE_VALUE = re.compile(rf"(?!.* (?:-|{_AND}) |[A-Za-z]+\. )[\w@.+()-]+(?: [\w@.+()-]+)*")


def needs_nothing(text: str, several: bool) -> bool:
    """Whether the parsers of text give this back as it is, which is so of nearly all cells and quicker seen than done.

    `several`: of those that take the first of several values.
    """
    if not text.isprintable() or text[:1] in {"", "'"} or text in NOTHING:
        return False
    return not several or (_ONE_VALUE.fullmatch(text) is not None and text.count("@") < 2)


NAME_LENGTH, NAME_START = limits_of(Customer.company_name).longest or 0, 60


def shortened(name: str) -> str:
    """A name as far as it fits: its beginning and its end, which tells it from others that begin the same way."""
    if len(name) <= NAME_LENGTH:
        return name
    return f"{name[:NAME_START].rstrip()} … {name[NAME_START + 3 - NAME_LENGTH :].lstrip()}"


def long_text(cell: Cell) -> str:
    """A cell as text that keeps its lines."""
    if isinstance(cell, str) and "\n" in cell:
        return "\n".join(line.rstrip() for line in cell.splitlines()).strip()
    return plain(cell)


def text(limits: Limits) -> Parse:
    """A parser for one line of text."""
    return lambda cell, _reading: _fitting(plain(cell), limits.longest)


def lines(limits: Limits) -> Parse:
    """A parser for text of several lines."""
    return lambda cell, _reading: _fitting(long_text(cell), limits.longest)


def _fitting(text: str, longest: int | None) -> str:
    if longest is not None and len(text) > longest:
        raise Wrong(Trouble.TOO_LONG, length=len(text), limit=longest)
    return text


# Every address of this shape passes the library as well; the library costs fifty times as much.
_SIMPLE_EMAIL = re.compile(r"[A-Za-z0-9_-]{1,40}(?:[.+][A-Za-z0-9_-]{1,20})?@(?:[A-Za-z0-9]{1,40}\.){1,4}[A-Za-z]{2,9}")
# What parts several values: between addresses and between telephone numbers a comma needs no space behind it.
_SEVERAL = re.compile(
    r"\s*(?:[;|\n]|:::)\s*|,\s+|\s+[/\\]\s+|,(?=[^\s,@]+@)|(?<=[0-9]),(?=[+(]?[0-9][0-9 ()/.\-]{4})"
    r"|(?<=[0-9]{4})(?:\s+-\s+(?=[+0])|/(?=[+0][0-9]))"
    rf"|\s+{_AND}\s+(?=[+(]?[0-9]{{2}}|\S+@)"
)
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
    return lambda cell, _reading: _fitting(_bare_address(_first(cell)), limits.longest)


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
    return plain(first_of(cell) if isinstance(cell, str) else cell)


def phone(limits: Limits) -> Parse:
    """A parser for a telephone number as it was typed; of several in one cell the first."""
    return lambda cell, _reading: _fitting(_CALLED_PHONE.sub("", _first(cell)), limits.longest)


def rest_of(cell: Cell) -> str:
    """What stands behind the first value of a cell with several."""
    if not isinstance(cell, str):
        return ""
    first, *rest = _parted(cell)
    named = _NAMED_ADDRESS.fullmatch(first)
    return rest[0] if rest else named["name"].strip() if named else ""


def _parted(text: str) -> list[str]:
    """The first of several values, and behind it the rest if there is one."""
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
    return None if any(letter.isdigit() for letter in value) else Trouble.LOOKS_LIKE_NO_VAT


_UNION = _words("AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")


# Every address of this shape can be made a link.
_SIMPLE_WEB = re.compile(r"(?:https?://)?[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,60}){1,4}(?:/[A-Za-z0-9._~/-]{0,200})?")


def web_doubt(value: str, _reading: Reading) -> Trouble | None:
    """Whether a link can be made of it."""
    return None if _SIMPLE_WEB.fullmatch(value) or web_address(value) else Trouble.LOOKS_LIKE_NO_WEBSITE


def iban(limits: Limits) -> Parse:
    """A parser for a bank account number without spaces, in capitals."""
    return lambda cell, _reading: _fitting(codes.compact_iban(plain(cell)), limits.longest)


def iban_doubt(value: str, _reading: Reading) -> Trouble | None:
    """Whether an account number fails the IBAN check."""
    return None if codes.looks_like_iban(value) else Trouble.LOOKS_LIKE_NO_IBAN


_NO_FRACTION = re.compile(r"(?<=[0-9])[.,]0{1,2}(?![0-9])")


def whole(limits: Limits, example: str = "14", not_in: re.Pattern[str] | None = None) -> Parse:
    """A parser for a whole number; words around it ("14 days net") do not matter, but for those `not_in` which it counts."""

    def parse(cell: Cell, _reading: Reading) -> int | str:
        text = plain(cell)
        if not text:
            return ""
        found = re.findall(r"[0-9]+", _NO_FRACTION.sub("", text))
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
_AT_ONCE = frozenset(
    {
        *(
            "contant",
            "contante",
            "contantebetaling",
            "direct",
            "perdirect",
            "omgaand",
            "perommegaande",
            "cash",
            "dueonreceipt",
        ),
        *(
            "uponreceipt",
            "onreceipt",
            "receipt",
            "immediate",
            "immediately",
            "sofort",
            "sofortfallig",
            "bar",
            "kontant",
        ),
        *("omgaende", "straks", "heti", "kateinen", "comptant", "areception", "cod", "bijlevering"),
    }
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


def kilometres(limits: Limits) -> Parse:
    """A parser for a distance in kilometres."""
    return whole(limits, not_in=_NOT_KILOMETRES)


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
        kept = value.quantize(Decimal("0.01"))
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


def _bare(text: str) -> str:
    """The digits of an amount with their marks, without currency and words; as it is where there are two numbers."""
    text = _BETWEEN_THOUSANDS.sub("", _NO_CENTS.sub("", text.translate(_MINUS)))
    return text if _TWO_NUMBERS.search(text) or _MANY.search(text) else _NOT_OF_AN_AMOUNT.sub("", _WORD.sub("", text))


def _with_point(bare: str, decimal_comma: bool) -> str:
    mark, other = (",", ".") if decimal_comma else (".", ",")
    if "," in bare and "." in bare:
        mark, other = (",", ".") if bare.rindex(",") > bare.rindex(".") else (".", ",")
    elif other in bare and mark not in bare and not _THOUSANDS.fullmatch(bare):
        mark, other = other, mark  # 1.5 cannot mean thousands, whatever was chosen
    return bare.replace(other, "").replace(mark, ".")


_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?")
# A year of two digits behind dashes may as well be a day: 26-03-04 is March 4 in Sweden.
# But nobody writes such a day or month with one digit: 4-3-26.
_YEAR = (
    r"[0-9]{4}|(?:(?<=[./])|(?<=\. ))[0-9]{2}|(?<=-)(?:3[2-9]|[4-9][0-9])"
    r"|(?:(?<=-[1-9]-)|(?<=\b[1-9]-[0-9]{2}-))[0-9]{2}"
)
_LOCAL = re.compile(rf"([0-9]{{1,2}})[-/. ]+([0-9]{{1,2}})[-/. ]+({_YEAR})(?: .*)?")
# What programs write for no date, and a date as spreadsheets count it: the days since the end of 1899, up to 2099.
_NO_DATE = re.compile(r"0{1,4}([-/.])0{1,2}\1 ?0{1,4}(?:[T ].*)?")
_COUNTED = re.compile(r"([1-6][0-9]{4}|7[0-2][0-9]{3})(?:[.,][0-9]+)?")
_FIRST_COUNTED = dt.date(1899, 12, 30)
_COMPACT = re.compile(r"([12][0-9]{3})([01][0-9])([0-3][0-9])")
_NAMED = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th|(?:e|er|de|ste)(?=[-/. ]))?[-/. ]*([^\W\d_]+)[-/., ]*([0-9]{4})(?: .*)?"
)
# As spreadsheets write it short: 4-mrt-26.
_NAMED_SHORT = re.compile(r"([0-9]{1,2})-([^\W\d_]{3,5})\.?-([0-9]{2})")
_NAME_FIRST = re.compile(r"([^\W\d_]+)[-/. ]*([0-9]{1,2})(?:st|nd|rd|th)?[,. ]+([0-9]{4})(?: .*)?")
_NAME_BETWEEN = re.compile(r"([0-9]{4})[-/. ]*([^\W\d_]+)[-/. ]*([0-9]{1,2})(?: .*)?")
# What people write of months besides what the tables of locales have.
_MONTHS_TOO = {"mrt": 3, "sept": 9, "okt": 10, "mai": 5, "maj": 5, "mei": 5}


class Counted(str):
    """A date that was no more than a number of days, so that it can be told of the rows that are written."""

    __slots__ = ()


def day(cell: Cell, reading: Reading) -> str:
    """A date: 2026-11-21. Text is read in the order that was chosen, and refused where it does not fit that order."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    text = plain(cell)
    if not text or _NO_DATE.fullmatch(text):
        return ""
    if counted := _COUNTED.fullmatch(text):
        return Counted((_FIRST_COUNTED + dt.timedelta(days=int(counted[1]))).isoformat())
    found = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    named = _named_month(text) if found is None else None
    if found:
        parts = (int(found[1]), int(found[2]), int(found[3]))
    elif named:
        parts = named
    else:
        found = _LOCAL.fullmatch(text)
        if not found:
            raise Wrong(Trouble.NOT_A_DATE)
        first, second = int(found[1]), int(found[2])
        if (second if reading.day_first else first) > 12 >= (first if reading.day_first else second):
            raise Wrong(Trouble.UNCLEAR_DATE)
        parts = (_year(found[3]), *((second, first) if reading.day_first else (first, second)))
    try:
        return dt.date(*parts).isoformat()
    except ValueError:
        raise Wrong(Trouble.NOT_A_DATE) from None


_FIRST_YEAR, _YEARS_AHEAD = 1900, 10


def day_doubt(value: str, _reading: Reading) -> Trouble | None:
    """Whether a date is one that nobody living means, as 31-12-2099 stands for never in many programs, or a mere number."""
    if isinstance(value, Counted):
        return Trouble.COUNTED_DATE
    latest = dt.datetime.now(dt.UTC).year + _YEARS_AHEAD
    return None if _FIRST_YEAR <= int(value[:4]) <= latest else Trouble.FAR_DATE


def _year(text: str) -> int:
    """A year; one of two digits is one of the last ninety or of the next ten."""
    if len(text) == 4:
        return int(text)
    latest = dt.datetime.now(dt.UTC).year + 10
    return latest - (latest - int(text)) % 100


@cache
def months() -> dict[str, int]:
    """Every name by which a month is known in the languages we read, squeezed -> its number."""
    found: dict[str, int] = {}
    for language in (*LANGUAGES, "fr"):
        for uses in Locale.parse(language).months.values():
            for width in ("wide", "abbreviated"):
                found |= {squeezed(name): number for number, name in uses[width].items() if not name.isdigit()}
    return found | _MONTHS_TOO


def _named_month(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a date that names its month: 3 april 2026, April 3, 2026, 2026-apr-03."""
    word, _, rest = text.partition(" ")
    text = rest if rest and squeezed(word) in weekdays() else text
    for shape, (year, month, day_) in _SHAPES:
        found = shape.fullmatch(text)
        number = months().get(squeezed(found[month])) if found else None
        if found and number:
            return _year(found[year]), number, int(found[day_])
    return None


# Where each has its year, its month and its day.
_SHAPES = ((_NAMED, (3, 2, 1)), (_NAMED_SHORT, (3, 2, 1)), (_NAME_FIRST, (3, 1, 2)), (_NAME_BETWEEN, (1, 2, 3)))


@cache
def weekdays() -> frozenset[str]:
    """What may stand in front of a date: every name of a day of the week, squeezed, and the Swedish article."""
    names = (
        name
        for language in LANGUAGES
        for uses in Locale.parse(language).days.values()
        for width in ("wide", "abbreviated", "short")
        for name in uses.get(width, {}).values()
    )
    return frozenset({"den", *map(squeezed, names)})


def days_come_first(samples: Sequence[Cell]) -> bool | None:
    """Whether text dates write the day first; None if nothing among them tells, or they contradict each other.

    A number above twelve tells; where there is none, points between the parts: nobody writes 04.03.2026 for April 3.
    """
    found = [match for cell in samples if isinstance(cell, str) and (match := _LOCAL.fullmatch(cell.strip()))]
    told = {int(match[1]) > 12 for match in found if (int(match[1]) > 12) != (int(match[2]) > 12)}
    if told:
        return _agreed(told)
    return True if any(_POINTS.match(match[0]) for match in found) else None


def _agreed(told: set[bool]) -> bool | None:
    return told.pop() if len(told) == 1 else None


_POINTS = re.compile(r"[0-9]{1,2}\. ?[0-9]{1,2}\.")


def may_be_two_days(cell: Cell) -> bool:
    """Whether a text is one date with the day first and another with the month first."""
    found = _LOCAL.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return found is not None and int(found[1]) != int(found[2]) and max(int(found[1]), int(found[2])) <= 12


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
    return _agreed(told)


def may_be_thousands(cell: Cell) -> bool:
    """Whether a text is one amount with a decimal comma and another with a decimal point, such as 1.234."""
    return (
        isinstance(cell, str)
        and re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", _bare(plain(cell)).strip("-()")) is not None
    )


YES = _words(
    "1 1.0 -1 x y j t yes ja true waar wahr sant sann sand sandt tosi kyllä kylla si sí oui vrai on aan v ✓ ✔ k actief active"
)
NO = _words(
    "0 0.0 n f no nee nein nej nei false onwaar falsch falskt falsk usann epätosi ei non faux off uit - inactive e"
)


def yes_or_no(cell: Cell, _reading: Reading) -> bool | str:
    """A yes or no in six languages, a tick or a number."""
    if isinstance(cell, bool):
        return cell
    word = plain(cell).casefold()
    if not word:
        return ""
    if word in YES:
        return True
    if word in NO:
        return False
    raise Wrong(Trouble.NOT_YES_OR_NO)


def archived(cell: Cell, reading: Reading) -> bool | str:
    """Whether somebody is archived, where a column may as well say who is active."""
    active = _ACTIVE.get(plain(cell).casefold())
    return yes_or_no(cell, reading) if active is None else not active


_ACTIVE = {"active": True, "actief": True, "aktiv": True, "inactive": False, "inactief": False, "inaktiv": False}
_COMPANY = _words(
    "business company b2b zakelijk bedrijf organisatie företag foretag unternehmen firma bedrift yritys virksomhed "
    "organisation organization legal rechtspersoon rechtspersonen juridisch juridische juridisk juridiska juristisch juristische "
    "oikeushenkilö eenmanszaak enkeltpersonforetak enskild toiminimi einzelunternehmen"
)
_PERSON = _words(
    "private person particulier privé prive privat privatperson consumer b2c persoon consument henkilö henkilo "
    "yksityinen individual privatkund natuurlijk natuurlijke natürliche fysisk"
)


def kind(cell: Cell, _reading: Reading) -> str:
    """Company or person: 'business' or 'private'."""
    words = plain(cell).casefold().split()
    if not words:
        return ""
    if _COMPANY.intersection(words):
        return "business"
    if _PERSON.intersection(words):
        return "private"
    raise Wrong(Trouble.NO_KIND)


_NICKNAMES = {
    "uk": "GB", "greatbritain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northernireland": "GB",
    "engeland": "GB", "grootbrittannie": "GB", "schotland": "GB", "storbritannien": "GB", "grossbritannien": "GB",
    "usa": "US", "us": "US", "unitedstatesofamerica": "US", "america": "US", "amerika": "US", "vs": "US", "vsa": "US",
    "verenigdestatenvanamerika": "US", "holland": "NL", "thenetherlands": "NL", "niederlande": "NL", "el": "GR",
    "czechrepublic": "CZ", "tsjechie": "CZ", "southkorea": "KR", "russia": "RU", "turkey": "TR", "ivorycoast": "CI",
    "stvincentthegrenadines": "VC", "noreg": "NO",
    "nld": "NL", "bel": "BE", "deu": "DE", "swe": "SE", "nor": "NO", "dnk": "DK", "fin": "FI", "fra": "FR", "gbr": "GB",
    "esp": "ES", "ita": "IT", "aut": "AT", "che": "CH", "lux": "LU", "irl": "IE", "pol": "PL", "prt": "PT", "can": "CA",
}  # fmt: skip


@cache
def countries() -> dict[str, str]:
    """Every name and code by which a country is known, squeezed -> its two letters."""
    known: dict[str, str] = {}
    for language in reversed(LANGUAGES):
        for code, name in Locale.parse(language).territories.items():
            if code in codes.COUNTRIES:
                known[squeezed(str(name))] = code
                known[code.lower()] = code
    return known | _NICKNAMES


# Languages besides ours in which a country may be called; all of them know their own.
_FURTHER = (
    "fr",
    "es",
    "it",
    "pt",
    "pl",
    "cs",
    "sk",
    "hu",
    "sl",
    "hr",
    "ro",
    "bg",
    "el",
    "et",
    "lv",
    "lt",
    "is",
    "ga",
    "tr",
    "uk",
)
_OF_STATES = frozenset({"the", "republicof", "republic", "kingdomof", "stateof", "islamicrepublicof", "sar"})


@cache
def _countries_elsewhere() -> dict[str, str]:
    """What countries are called in languages besides ours, and by the codes of three letters and of figures."""
    known: dict[str, str] = {}
    for language in reversed(_FURTHER):
        for code, name in Locale.parse(language).territories.items():
            if code in codes.COUNTRIES:
                known[squeezed(str(name))] = code
    for alias, meant in get_global("territory_aliases").items():
        if len(alias) == 3 and len(meant) == 1 and meant[0] in codes.COUNTRIES:
            known[alias.lower()] = meant[0]
    return known | {"ceskarepublika": "CZ", "slovenskarepublika": "SK", "brd": "DE", "hongkong": "HK"}


def _code_of(text: str) -> str | None:
    """The two letters of a country by one of its names, or by several that say the same: Nederland (NL)."""
    key = squeezed(text)
    for name in (key, key.removeprefix("republicof"), key.removeprefix("the")):
        if code := countries().get(name) or _countries_elsewhere().get(name):
            return code
    parts = [part for part in map(squeezed, re.split(r"[(),;:/–]|\s-\s", text)) if part]
    if len(parts) == 1 and (coded := re.fullmatch(r"([A-Z]{2,3})[ -]+(\D+)", text.strip())):
        parts = [squeezed(coded[1]), squeezed(coded[2])]
    found = {countries().get(part) or _countries_elsewhere().get(part) for part in parts if part not in _OF_STATES}
    return found.pop() if len(found) == 1 and len(parts) > 1 else None


# How much alike two names are before one is proposed for the other: a slip or two, not another word.
_LIKE = 0.75


@lru_cache(maxsize=10_000)
def country_named(text: str) -> str:
    """The two letters of a country given by name in six languages or by code. Raises Wrong, with the nearest name."""
    known = countries()
    code = known.get(squeezed(text)) or _code_of(text)
    if code:
        return code
    near = difflib.get_close_matches(squeezed(text), [name for name in known if len(name) > 3], n=1, cutoff=_LIKE)
    if near:
        raise Wrong(Trouble.NO_COUNTRY_HINT, hint=str(Locale.parse("en").territories[known[near[0]]]))
    raise Wrong(Trouble.NO_COUNTRY)


def country(cell: Cell, _reading: Reading) -> str:
    """A country as its two letters."""
    text = plain(cell)
    return country_named(text) if text else ""


@cache
def _languages() -> dict[str, str]:
    known: dict[str, str] = {}
    for language in LANGUAGES:
        for code in OFFERED_LANGUAGES:
            known[squeezed(str(Locale.parse(language).languages[code]))] = code
            known[code] = code
    return known | _LANGUAGES_TOO


_LANGUAGES_TOO = {
    "nld": "nl", "dut": "nl", "vlaams": "nl", "flemish": "nl", "flamand": "nl", "neerlandais": "nl", "eng": "en", "anglais": "en",
    "deu": "de", "ger": "de", "allemand": "de", "fra": "fr", "fre": "fr", "francais": "fr", "swe": "sv", "fin": "fi",
    "nor": "no", "nob": "nb", "nno": "nn", "dan": "da", "spa": "es", "espanol": "es", "castellano": "es", "ita": "it",
    "italiano": "it", "por": "pt", "portugues": "pt", "pol": "pl", "polski": "pl",
}  # fmt: skip


def language(cell: Cell, _reading: Reading) -> str:
    """A language as its code: nl, en, nl-BE."""
    text = plain(cell)
    if not text:
        return ""
    if re.fullmatch(r"[A-Za-z]{2}[-_][A-Za-z]{2}", text):
        return f"{text[:2].lower()}-{text[3:].upper()}"
    code = _languages().get(squeezed(text)) or _languages().get(squeezed(text.partition("(")[0]))
    if code is None and text in Locale.parse("en").languages and len(text) <= 5:
        return text
    if code is None:
        raise Wrong(Trouble.NO_LANGUAGE)
    return code


def currency(cell: Cell, _reading: Reading) -> str:
    """A currency as its three letters."""
    text = plain(cell)
    code = {"€": "EUR", "$": "USD", "US$": "USD", "£": "GBP"}.get(text, text.upper() if len(text) == 3 else "")
    if not text or code in _currencies():
        return code
    # EUR (€), and the names that a currency has.
    code = text[:3] if re.match(r"[A-Z]{3}[\W_]", text) else _currency_names().get(squeezed(text), "")
    if code not in _currencies():
        raise Wrong(Trouble.NO_CURRENCY)
    return code


@cache
def _currency_names() -> dict[str, str]:
    """The names of currencies of Europe in our languages, where no other has them, squeezed -> three letters."""
    found: dict[str, set[str]] = {}
    for language in (*LANGUAGES, "fr"):
        for code in ("EUR", "GBP", "USD", "CHF", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN"):
            found.setdefault(squeezed(str(Locale.parse(language).currencies[code])), set()).add(code)
    return {name: next(iter(meant)) for name, meant in found.items() if len(meant) == 1} | {
        "euros": "EUR", "kronor": "SEK", "pond": "GBP", "pound": "GBP", "pounds": "GBP", "poundsterling": "GBP"
    }  # fmt: skip


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def user(cell: Cell, reading: Reading) -> int | str:
    """A user's id, by e-mail address, the part before the @, or name."""
    text = plain(cell)
    if not text:
        return ""
    found = reading.users.get(folded(text))
    if found:
        if len(found) > 1:
            raise Wrong(Trouble.USER_NAMED_OFTEN, count=len(found))
        return next(iter(found))
    alone = [word for word, meant in reading.users.items() if len(meant) == 1]
    near = difflib.get_close_matches(folded(text), alone, n=1, cutoff=_LIKE)
    if near:
        raise Wrong(Trouble.NO_USER_HINT, hint=reading.user_names[next(iter(reading.users[near[0]]))])
    raise Wrong(Trouble.NO_USER)


def word_of(which: ValueList) -> Parse:
    """A parser for a value of a list of the office: its name, as the list spells it; new ones need the right for it."""

    def parse(cell: Cell, reading: Reading) -> str:
        text = plain(cell)
        if not text:
            return ""
        _fitting(text, limits_of(ListValue.name).longest)
        known = reading.values.get(which, {}).get(folded(text))
        if known is not None:
            return reading.value_names[known]
        if not reading.may_add_words:
            raise Wrong(Trouble.NEW_LIST_VALUE, name=text)
        return text

    return parse


def labels(cell: Cell, reading: Reading) -> list[str]:
    """Names of labels, as they are spelled already where they exist; each once, in the order given."""
    text = long_text(cell)
    names: dict[str, str] = {}
    for part in text.replace("\n", reading.separator).split(reading.separator) if text else ():
        name = " ".join(part.split())
        if not name:
            continue
        known = reading.labels.get(folded(name))
        if known is None and not reading.may_add_words:
            raise Wrong(Trouble.NEW_LABEL, name=name)
        _fitting(name, limits_of(Label.name).longest)
        names.setdefault(folded(name), reading.label_names[known] if known is not None else name)
    return list(names.values())


_FLAT = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


@lru_cache(maxsize=10_000)
def squeezed(text: str) -> str:
    """What a header or a name comes down to: small letters and digits, no accents.

    >>> squeezed("Straße + Nr.*"), squeezed("Besøksadresse")
    ('strassenr', 'besoksadresse')
    """
    flat = unicodedata.normalize("NFKD", text.casefold()).translate(_FLAT)
    return "".join(letter for letter in flat if letter.isalnum())


_POSTAL_PLACE = re.compile(r"((?:[A-Z]{1,2}-)?[0-9][0-9 ]*[0-9])[ ,]+([^0-9].*)")
# Small letters in front of a place may be its first word: 3731 de bilt.
_DUTCH = re.compile(
    r"((?:NL-)?[1-9][0-9]{3} ?(?:[A-Z]{2}|(?!(?:de|el|la|le|st)[ ,]+[^ ,])[a-z]{2}))(?:[ ,]+([^0-9 ,].*)|[ ,]*)"
)


def postal_place(text: str, country: str = "NL") -> tuple[str, str]:
    """'00330 Helsinki' -> postal code and city; without a postal code the whole is the city.

    Only a Dutch code has letters behind its digits: 2300 LA CHAUX in `country` CH is a place with two words.
    """
    if country == "NL" and (found := _DUTCH.fullmatch(text)):
        return found[1].upper(), found[2] or ""
    found = _POSTAL_PLACE.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


# Without their points some of these are names: Ing, Ir.
_TITLE = re.compile(
    r"(?:(?:dr|ir|ing|mr|hr|fr|dipl|mag|ds|bc|ph|jhr)\.|(?:de heer|dhr|heer|mevrouw|mevr|mw|drs|prof|professor|doktor|mrs|ms|miss|"
    r"mister|herrn?|frau|fru|herra|rouva|fam|familie|family|familjen)\b\.?)\s*",
    re.IGNORECASE,
)
# Whom a letter is for; says nothing of the person.
_FOR = re.compile(r"\A(?:t\.?\s?a\.?\s?v|attn?|z\.?\s?h(?:d|dn)?|c/o)\b[.:]?\s+", re.IGNORECASE)


def titled(name: str) -> tuple[str, str]:
    """A name -> its titles and the rest, which is never nothing: 'Prof. dr. Anna Berg' -> 'Prof. dr.', 'Anna Berg'."""
    whole, at = _FOR.sub("", name.strip()), 0
    while (found := _TITLE.match(whole, at)) and found.end() < len(whole):
        at = found.end()
    return whole[:at].strip(), whole[at:]


# What belongs to a last name and stands before it; with a capital where it is all that there is of a first name.
_PARTICLE = r"(?:van|von|vom|zu|zum|zur|de|den|der|het|'t|’t|ten|ter|te|op|in|af|av|da|di|du|del|della|dos|la|le)"
_PARTICLES = re.compile(
    rf"{_PARTICLE}(?: {_PARTICLE})*(?= |\Z)|(?:Van|Von|De|Den|Ter|Ten|Vander)(?: {_PARTICLE})*(?= )"
)
_PARTICLES_BEHIND = re.compile(rf"(?P<first>\S.*?) (?P<particles>{_PARTICLE}(?: {_PARTICLE})*)")


def person(name: str) -> tuple[str, str]:
    """A full name -> first and last name: 'Jan van der Berg', 'Berg, Jan van der'; one word is a last name, and so is one
    with its particles: 'van der Berg'.

    A title stays with the first name: 'Dr. Jan', 'Berg'.
    """
    title, name = titled(name)
    if title:
        first, last = person(name) if name[:1].isupper() else ("", name)
        return f"{title} {first}".rstrip(), last
    if "," in name:
        last, _, first = name.rpartition(",")
        if first.strip() and last.strip():
            # Berg, Jan van den; Berg, van den, Jan
            found = _PARTICLES_BEHIND.fullmatch(first.strip())
            before, _, particles = last.partition(",")
            particles = found["particles"] if found else particles if _PARTICLES.fullmatch(particles.strip()) else ""
            last = f"{particles.strip()} {before.strip()}" if particles else last.strip()
            return (found["first"] if found else first.strip()), last
    if _PARTICLES.match(name.strip()):
        return "", name.strip()
    first, _, last = name.strip().partition(" ")
    return (first, last.strip()) if last else ("", first)
