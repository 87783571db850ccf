"""What the name of a column may mean, word by word: whose it is, which part of it, how sure that is."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from importers.columns import COLUMNS, PLACE_TITLES, Column, Place
from importers.reading import squeezed
from importers.terms import TERMS
from models.imports import ImportKind


class Certainty(enum.StrEnum):
    """How a column was recognised. The value is English; catalogues translate it."""

    SAME = "same name"
    ALIKE = "similar name"
    VALUES = "from the values"
    REMEMBERED = "as in an earlier import"
    PROFILE = "as the profile says"
    CHOSEN = "chosen by you"
    SKIPPED = "skipped"
    TWICE = "another column is taken for this"
    DOUBTFUL = "the values do not fit"
    WHICH = "several columns have this name: choose one"
    NOT_ALLOWED = "left out: you may not see amounts"
    NO_HEADER = "no name above this column"
    STATED = "stated by the file"


# Names in front of or behind a word that say whose it is: the place, and how gladly it is taken.
_ROLES: tuple[tuple[str, Place, int], ...] = (
    ("factuuradres", Place.INVOICE, 0), ("factuur", Place.INVOICE, 0), ("invoiceaddress", Place.INVOICE, 0),
    ("invoice", Place.INVOICE, 0), ("billingaddress", Place.INVOICE, 0), ("billing", Place.INVOICE, 0),
    ("bill", Place.INVOICE, 0), ("fakturaadresse", Place.INVOICE, 0), ("fakturaadress", Place.INVOICE, 0),
    ("faktura", Place.INVOICE, 0), ("rechnungsadresse", Place.INVOICE, 0), ("rechnungs", Place.INVOICE, 0),
    ("laskutus", Place.INVOICE, 0), ("laskutusosoitteen", Place.INVOICE, 0), ("laskutuksen", Place.INVOICE, 0),
    ("facturatie", Place.INVOICE, 0), ("fakt", Place.INVOICE, 0),
    ("hoofdkantoor", Place.HEAD_OFFICE, 0), ("headquarters", Place.HEAD_OFFICE, 0),
    ("headoffice", Place.HEAD_OFFICE, 0), ("hauptsitz", Place.HEAD_OFFICE, 0), ("huvudkontor", Place.HEAD_OFFICE, 0),
    ("bezoekadres", Place.HEAD_OFFICE, 1), ("bezoek", Place.HEAD_OFFICE, 1), ("vestigings", Place.HEAD_OFFICE, 1),
    ("visiting", Place.HEAD_OFFICE, 1), ("visit", Place.HEAD_OFFICE, 1), ("besoks", Place.HEAD_OFFICE, 1),
    ("besok", Place.HEAD_OFFICE, 1), ("forretnings", Place.HEAD_OFFICE, 1), ("business", Place.HEAD_OFFICE, 1),
    ("physical", Place.HEAD_OFFICE, 1), ("work", Place.HEAD_OFFICE, 1), ("companyvisit", Place.HEAD_OFFICE, 1), ("account1", Place.HEAD_OFFICE, 1),
    ("account", Place.HEAD_OFFICE, 1), ("company", Place.HEAD_OFFICE, 1), ("customer", Place.HEAD_OFFICE, 1),
    ("klant", Place.HEAD_OFFICE, 1), ("debiteur", Place.HEAD_OFFICE, 1), ("bedrijfs", Place.HEAD_OFFICE, 1),
    ("kunde", Place.HEAD_OFFICE, 1), ("kund", Place.HEAD_OFFICE, 1), ("adres", Place.HEAD_OFFICE, 1),
    ("address", Place.HEAD_OFFICE, 1), ("organization", Place.HEAD_OFFICE, 1), ("organisatie", Place.HEAD_OFFICE, 1),
    ("defaultaddress", Place.HEAD_OFFICE, 1), ("address1", Place.HEAD_OFFICE, 1),
    ("streetaddress", Place.HEAD_OFFICE, 1), ("werkadres", Place.HEAD_OFFICE, 1), ("kayntiosoitteen", Place.HEAD_OFFICE, 1),
    ("correspondentieadres", Place.HEAD_OFFICE, 2), ("correspondentie", Place.HEAD_OFFICE, 2), ("mail", Place.HEAD_OFFICE, 2),
    ("mailaddress", Place.HEAD_OFFICE, 2), ("postiosoitteen", Place.HEAD_OFFICE, 2), ("po", Place.HEAD_OFFICE, 2),
    ("companypost", Place.HEAD_OFFICE, 2), ("postal", Place.HEAD_OFFICE, 2), ("post", Place.HEAD_OFFICE, 2),
    ("mailing", Place.HEAD_OFFICE, 2),
    ("afleveradres", Place.HEAD_OFFICE, 3), ("aflever", Place.HEAD_OFFICE, 3), ("lever", Place.HEAD_OFFICE, 3),
    ("leverings", Place.HEAD_OFFICE, 3), ("leverans", Place.HEAD_OFFICE, 3), ("delivery", Place.HEAD_OFFICE, 3),
    ("shipping", Place.HEAD_OFFICE, 3), ("ship", Place.HEAD_OFFICE, 3), ("verzend", Place.HEAD_OFFICE, 3),
    ("verzending", Place.HEAD_OFFICE, 3), ("verz", Place.HEAD_OFFICE, 3),
    ("adresverz", Place.HEAD_OFFICE, 3), ("liefer", Place.HEAD_OFFICE, 3), ("toimitus", Place.HEAD_OFFICE, 3),
    ("toimitusosoitteen", Place.HEAD_OFFICE, 3), ("sa", Place.HEAD_OFFICE, 3),
    ("home", Place.HEAD_OFFICE, 4), ("huisadres", Place.HEAD_OFFICE, 4), ("prive", Place.HEAD_OFFICE, 4),
    ("contactpersoon", Place.CONTACT, 0), ("contactperson", Place.CONTACT, 0), ("kontaktperson", Place.CONTACT, 0),
    ("maincontact", Place.CONTACT, 0), ("ansprechpartner", Place.CONTACT, 0), ("contact1", Place.CONTACT, 0),
    ("contact", Place.CONTACT, 0), ("kontakt", Place.CONTACT, 0), ("yhteyshenkilon", Place.CONTACT, 0),
    ("person", Place.CONTACT, 0),
)  # fmt: skip
_OWN_TITLES = tuple(
    (squeezed(title), Place.HEAD_OFFICE if place is Place.LINK else place, int(place is Place.LINK))
    for place, titles in PLACE_TITLES.items()
    for title in titles
)
BEFORE = sorted({*_ROLES, *_OWN_TITLES}, key=lambda role: (-len(role[0]), role))
BEHIND = tuple(
    (name, place, rank)
    for name, place, rank in BEFORE
    if (len(name) > 4 or name == "verz")
    and name not in {"account", "address", "adres", "customer", "kunde", "business", "contact1"}
)
OF_ADDRESS = frozenset(
    {"street", "house_number", "house_addition", "street_2", "postal_code", "city", "postal_place", "region", "country"}
)
WEAK = 20
# Where somebody gets parcels; and besides, where people live.
_OF_PARCELS = frozenset(name for name, place, rank in _ROLES if place is Place.HEAD_OFFICE and rank == 3)
ELSEWHERE = _OF_PARCELS | {name for name, place, rank in _ROLES if place is Place.HEAD_OFFICE and rank > 3}


@dataclass(frozen=True)
class Meaning:
    """One thing that a header may mean; the lowest rank is the best."""

    field: str
    rank: int
    certainty: Certainty


@cache
def vocabulary() -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Squeezed name -> the terms it stands for, with how sure each is."""
    found: dict[str, dict[str, int]] = {}
    for term in TERMS.values():
        ranked = [(name, 0) for name in term.titles]
        ranked += [(name, 1 + at // 8) for at, name in enumerate(term.words)]
        ranked += [(name, WEAK + at) for at, name in enumerate(term.weak)]
        ranked += [(f"{name} %", rank) for name, rank in ranked if term.key == "vat_percentage"]
        for name, rank in ranked:
            found.setdefault(key_of(name), {}).setdefault(term.key, rank)
    return {key: tuple(terms.items()) for key, terms in found.items()}


_BRACKETED = re.compile(r"([^()]+)\(([^()]+)\)\s*")
_OWNERS = frozenset(name for name, _, _ in _ROLES)


def key_of(name: str) -> str:
    """What the name of a column comes down to; BTW % is another thing than BTW, and Store# than Store.

    Whose it is may stand behind it, in brackets: Postnr (post).
    """
    bracketed = _BRACKETED.fullmatch(name)
    if bracketed and squeezed(bracketed[2]) in _OWNERS:
        name = f"{bracketed[2]} {bracketed[1]}"
    return squeezed(name) + "%" * ("%" in name) + "#" * name.rstrip("* \xa0").endswith("#")


@cache
def _places(kind: ImportKind) -> Mapping[tuple[str, Place], Column]:
    places = {(column.term.key, column.place): column for column in COLUMNS[kind].values()}
    if kind is ImportKind.CUSTOMERS:
        places["customer_name", Place.SELF] = COLUMNS[kind]["name"]
    return places


_LONGEST_NAME = 80
# What a column counts in or how it writes a date: it says nothing of which column that is.
_TAX = r"(?:btw|vat|moms|mva|ust|tax)"
_UNIT_WORD = (
    rf"(?:[€$£]|eur|euro|sek|nok|dkk|usd|gbp|kr\.?|excl\.?|exkl\.?|ex\.?|incl\.?|inkl\.?|{_TAX}|days?|dagen|tagen?|dagar|dager|päivää|pv|km|"
    r"hours?|uur|std\.?|stunde|timme|tunti|per|in|aantal|antal|antall|netto|net|datum|date|dato)"
)
_UNIT = re.compile(
    rf"\s*(?:[(\[](?:{_UNIT_WORD}[\s,/]*|[djtamypkv]{{1,4}}(?:[-/. ]+[djtamypkv]{{1,4}}){{2}})+[)\]]|\bin\s+{_UNIT_WORD}"
    rf"|[,\s]\s*(?:excl|exkl|ex|incl|inkl)\.?\s+{_TAX}|\s(?:kr|sek|nok|dkk|eur|euro)"
    r"|\s[€$£] ?/ ?\w{1,6}\.?)\s*$"
)


@cache
def meanings(header: str, kind: ImportKind) -> tuple[Meaning, ...]:
    """All that a header may mean, the surest first."""
    # What the file calls a column counts with its last line and without marks such as * or (verplicht).
    name = re.sub(r"\((?:verplicht|required|optional|optioneel|obligatorisk|pflicht)\)", "", header.casefold())
    key = _numbered(key_of(name))
    found = [*_exact(key, kind), *_prefixed(key, kind)]
    if not found and len(name) <= _LONGEST_NAME and (bare := _UNIT.sub("", name)) != name:
        return meanings(bare, kind)
    best: dict[str, Meaning] = {}
    for meaning in sorted(found, key=lambda meaning: meaning.rank):
        best.setdefault(meaning.field, meaning)
    return tuple(best.values())


def _numbered(key: str) -> str:
    """What a name with # behind it comes down to: the number of a customer is not its name."""
    if not key.endswith("#") or key in vocabulary():
        return key
    bare = key.removesuffix("#")
    named = (f"{bare}{word}" for word in ("number", "nummer", "numero"))
    is_name = not _NAMES.isdisjoint(dict(vocabulary().get(bare, ())))
    return next((name for name in named if name in vocabulary()), "#" if is_name else bare)


_NAMES = frozenset({"name", "customer_name", "company_name"})


def _exact(key: str, kind: ImportKind) -> Iterator[Meaning]:
    for term, rank in vocabulary().get(key, ()):
        for place in _own_places(term, kind):
            column = _places(kind).get((_ITSELF.get(term, term) if place in _AS_CUSTOMER[kind] else term, place))
            if column and not (rank >= WEAK and column.place is Place.LINK):
                yield Meaning(column.key, rank, Certainty.SAME)


# In a list of contacts the customer and the company are the customer they belong to.
_ITSELF = {"customer_name": "name", "company_name": "name"}
_AS_CUSTOMER = {ImportKind.CUSTOMERS: frozenset[Place](), ImportKind.CONTACTS: frozenset({Place.LINK})}


def _own_places(term: str, kind: ImportKind) -> Iterator[Place]:
    """Where a word belongs when nothing in front of it says so."""
    if kind is ImportKind.CUSTOMERS:
        yield from (Place.SELF, Place.HEAD_OFFICE, Place.BANK, Place.LABELS)
        if term in {"contact", "function", "salutation"}:
            yield Place.CONTACT
        if term == "attention":
            yield Place.INVOICE
    elif term in {"number", "function", "is_main", "is_invoice_contact", "company_name", "customer_name"}:
        yield Place.LINK
    else:
        yield from (Place.SELF, Place.LABELS)


def _prefixed(key: str, kind: ImportKind) -> Iterator[Meaning]:
    """Words in front of or behind a known word, and a digit behind it: Factuurplaats, postcode_verzending, addr1."""
    for of, place, word, rank in _taken_apart(key):
        base, digit = without_digit(word)
        for name, more in ((word, 0), *([(base, 0 if digit == 1 else 10 + digit)] if digit else [])):
            for term, sure in vocabulary().get(name, ()):
                if sure >= WEAK and not (place is Place.HEAD_OFFICE and term == "city"):
                    continue
                if term in {"kind", "labels"} and key.startswith(("adres", "addres")):
                    continue  # they say what kind of address it is
                if of in _OF_PARCELS and term not in OF_ADDRESS:
                    continue  # the shop around the corner, the neighbours: not what the customer is called
                yield from _placed(term, place, rank + sure + more, kind)


def _taken_apart(key: str) -> Iterator[tuple[str, Place, str, int]]:
    """Whose it is as it is written, the place that this means, the rest of the name, and how gladly it is taken."""
    yield "", Place.SELF, key, 0
    for name, place, rank in BEFORE:
        if key.startswith(name) and len(key) > len(name):
            word = key.removeprefix(name)
            yield name, place, word.removeprefix("linje").removeprefix("rad"), rank + 1
            for address in _ADDRESS_WORDS:
                if word.startswith(address):
                    yield name, place, word.removeprefix(address), rank + 1
    for name, place, rank in BEHIND:
        if key.endswith(name) and len(key) > len(name):
            yield name, place, key.removesuffix(name), rank + 2


# What follows on whose address it is: Bezoekadres straat, Postanschrift PLZ.
_ADDRESS_WORDS = ("adres", "adress", "adresse", "address", "anschrift", "osoite", "adr")


def without_digit(word: str) -> tuple[str, int]:
    """A word and the number behind it, 0 if there is none: adres2."""
    found = re.fullmatch(r"(.+?)([0-9]{1,2})", word)
    return (found[1], int(found[2])) if found else (word, 0)


def _placed(term: str, place: Place, rank: int, kind: ImportKind) -> Iterator[Meaning]:
    columns = _places(kind)
    if place is Place.INVOICE and term == "email":
        candidates: list[tuple[str, Place]] = [("invoice_email", Place.SELF)]
    elif place is Place.INVOICE and term == "company_name":
        # Shops ask for a company there only; elsewhere it is somebody who pays for the customer.
        rank, candidates = rank + WEAK, [(term, Place.SELF), ("name", Place.LINK)]
    elif place is Place.INVOICE:
        candidates = [(term, place)]
    elif place is Place.CONTACT and kind is ImportKind.CUSTOMERS:
        candidates = [("contact" if term == "name" else term, place)]
    elif place is Place.CONTACT:
        candidates = [(term, Place.SELF), (term, Place.LINK)]
    elif place is Place.HEAD_OFFICE and term in OF_ADDRESS:
        candidates = [(term, place), (term, Place.SELF)]
    elif kind is ImportKind.CONTACTS and place is Place.HEAD_OFFICE and term in {"name", "company_name", "number"}:
        candidates = [(_ITSELF.get(term, term), Place.LINK)]
    else:
        candidates = [(term, Place.SELF), (term, Place.HEAD_OFFICE), (term, Place.BANK), (term, Place.LABELS)]
    for candidate in candidates:
        column = columns.get(candidate)
        if column:
            yield Meaning(column.key, rank, Certainty.ALIKE)


def field_of(header: str, kind: ImportKind) -> str:
    """What a header means first of all; '' where it means nothing."""
    first = next(iter(meanings(header, kind)), None) if header else None
    return first.field if first else ""
