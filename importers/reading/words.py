"""Words that stand for something: yes and no, kinds, countries, languages, currencies, users, lists, labels."""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global
from babel.numbers import list_currencies

from importers.files.workbook import Cell
from importers.reading.cells import (
    LANGUAGES,
    OFFERED_LANGUAGES,
    Parse,
    Reading,
    fitting,
    long_text,
    plain,
    squeezed,
    word_set,
)
from importers.trouble import Trouble, Wrong
from models import codes
from models.base import folded, limits_of
from models.label import Label
from models.settings import ListValue, ValueList

TICKS = word_set("✓ ✔ ✔\ufe0f ☑ ☑\ufe0f ✅ 🗹")
EMPTY_BOXES = word_set("☐ □ ◻ ⬜")
# In some columns they say no, in others yes.
CROSSES = word_set("✗ ✘ ✕ ✖ ✖\ufe0f ☒ × ❌ 🗷")
YES = TICKS | word_set(
    "1 1.0 -1 x y j t yes ja true waar wahr sant sann sand sandt tosi kyllä kylla si sí oui vrai on aan v k actief active"
)
NO = EMPTY_BOXES | word_set(
    "0 0.0 n f no nee nein nej nei false onwaar falsch falskt falsk usann epätosi ei non faux off uit - inactive e"
)

# Those that are nothing else: J and N are initials, 1 is a number, ON a province.
YES_OR_NO_WORDS = frozenset(word for word in YES | NO if len(word) > 1 and word.isalpha()) - {"on", "off"}


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
_COMPANY = word_set(
    "business company b2b zakelijk bedrijf organisatie företag foretag unternehmen firma bedrift yritys virksomhed "
    "organisation organization legal rechtspersoon rechtspersonen juridisch juridische juridisk juridiska juristisch juristische "
    "oikeushenkilö eenmanszaak enkeltpersonforetak enskild toiminimi einzelunternehmen zakelijke geschäftlich gewerblich "
    "företagskund geschäftskunde firmenkunde firmakunde bedriftskunde yritysasiakas yrityasiakas vereniging stichting overheid "
    "verein stiftung behörde förening stiftelse myndighet forening yhdistys säätiö"
)
_PERSON = word_set(
    "private person particulier privé prive privat privatperson consumer b2c persoon consument henkilö henkilo "
    "yksityinen individual privatkund privatkunde particuliere yksityisasiakas henkilöasiakas natuurlijk natuurlijke natürliche fysisk"
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


# The letters of a country on its cars, where they are no code of another kind. A single one may be anything elsewhere.
_ON_CARS = {
    "D": "DE", "A": "AT", "F": "FR", "B": "BE", "I": "IT", "L": "LU", "E": "ES", "P": "PT", "S": "SE", "N": "NO", "H": "HU",
    "FL": "LI", "SLO": "SI",
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
    parts = [part.strip() for part in re.split(r"[(),;:/–]|\s-\s", text) if squeezed(part)]
    if len(parts) == 1 and (coded := re.fullmatch(r"([A-Z]{2,3})[ -]+(\D+)", text.strip())):
        parts = [coded[1], coded[2]]
    found = {_country_of_part(part) for part in parts if squeezed(part) not in _OF_STATES}
    return found.pop() if len(found) == 1 and len(parts) > 1 else None


def _country_of_part(part: str) -> str | None:
    key = squeezed(part)
    return countries().get(key) or _countries_elsewhere().get(key) or _ON_CARS.get(part)


# How much alike two names are before one is proposed for the other: a slip or two, not another word.
_LIKE = 0.75
_LONGEST_NAME = 100


@lru_cache(maxsize=10_000)
def country_named(text: str) -> str:
    """The two letters of a country given by name in six languages or by code. Raises Wrong, with the nearest name."""
    known = countries()
    code = known.get(squeezed(text)) or _code_of(text)
    if code:
        return code
    near = difflib.get_close_matches(
        squeezed(text[:_LONGEST_NAME]), [name for name in known if len(name) > 3], n=1, cutoff=_LIKE
    )
    if near:
        raise Wrong(Trouble.NO_COUNTRY_HINT, hint=str(Locale.parse("en").territories[known[near[0]]]))
    raise Wrong(Trouble.NO_COUNTRY)


def country(cell: Cell, _reading: Reading) -> str:
    """A country as its two letters."""
    text = plain(cell)
    return _ON_CARS.get(text) or (country_named(text) if text else "")


# What stands in front of postal codes in Europe. Elsewhere it may be a state: CA-90210, IL-60601.
_BEFORE_CODES = _ON_CARS.keys() | word_set(
    "AT AX BE BG CH CY CZ DE DK EE ES EST FI FIN FR GR HR HU IE IS IT LI LT LU LV MC NL NO PL PT RO SE SI SK"
)
_PREFIXED_CODE = re.compile(r"([A-Z]{1,3})-[0-9]{3}.*")


def country_of_code(code: str) -> str:
    """The country whose letters stand in front of a postal code, '' where there are none: D-80331."""
    found = _PREFIXED_CODE.fullmatch(code)
    letters = found[1] if found else ""
    return (_ON_CARS.get(letters) or country_named(letters)) if letters in _BEFORE_CODES else ""


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
    last, _, first = text.partition(",")
    found = reading.users.get(folded(text)) or reading.users.get(folded(f"{first} {last}"))
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
        fitting(text, limits_of(ListValue.name).longest)
        known = reading.values.get(which, {}).get(folded(text))
        if known is not None:
            return reading.value_names[known]
        if not reading.may_add_words:
            raise Wrong(Trouble.NEW_LIST_VALUE, name=text)
        return text

    return parse


# Programs of mail quote each of several labels; address books part them so, and mark their own groups.
_QUOTED = re.compile(r'\s*"[^"]*"(?:\s*[,;|]\s*"[^"]*")*\s*')
_OWN_GROUP = "* "


def _parts(text: str, separator: str) -> list[str]:
    """The labels of one cell."""
    if _QUOTED.fullmatch(text):
        return text.split('"')[1::2]
    return text.replace("\n", separator).replace(" ::: ", separator).split(separator) if text else []


def labels(cell: Cell, reading: Reading) -> list[str]:
    """Names of labels, as they are spelled already where they exist; each once, in the order given."""
    names: dict[str, str] = {}
    for part in _parts(long_text(cell), reading.separator):
        name = " ".join(part.split()).removeprefix(_OWN_GROUP)
        if not name:
            continue
        known = reading.labels.get(folded(name))
        if known is None and not reading.may_add_words:
            raise Wrong(Trouble.NEW_LABEL, name=name)
        fitting(name, limits_of(Label.name).longest)
        names.setdefault(folded(name), reading.label_names[known] if known is not None else name)
    return list(names.values())
