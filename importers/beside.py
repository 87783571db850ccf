"""What a column is by what stands beside it, and by its values, where its name alone says another thing or too little.

`field_of` gives the field that a name means first of all, '' where it means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from importers.files import Cell
from importers.reading import plain, postal_place, squeezed, titled

FieldOf = Callable[[str], str]

# What a number is called that may be anybody's: behind a street it is the number of the house.
_NUMBERS = frozenset({"nr", "no", "num", "number", "nummer", "numero", "housenr", "n"})
_HOUSE_NUMBER = re.compile(r"[0-9]{1,5}(?![0-9])")
_ANY_DIGIT = re.compile(r"[0-9]")
_HAS_NUMBER = re.compile(r"[0-9] ?[A-Za-z]?$")
_TITLES = frozenset({"title", "titel"})
# In Swedish the town alone is called so, too.
_TOWNS = frozenset({"postadress", "postadr", "postadresse", "postadres", "ortsadress", "postanschrift"})
# In Finnish the street or box has this name where code and town have columns of their own.
_STREETS = frozenset({"postiosoite"})


@dataclass(frozen=True)
class Fields:
    """What some things are called in a list of one kind."""

    salutation: str
    company: str
    contact: str
    street: str


def told(
    names: Sequence[str], columns: Sequence[Sequence[Cell]], field_of: FieldOf, fields: Fields
) -> Iterator[tuple[int, str]]:
    """Positions with the field that they go into whatever their names say: numbers of houses, titles of people, towns."""
    yield from _companies(names, field_of, fields)
    yield from _people(names, columns, field_of, fields)
    yield from _first_names(names, field_of)
    has_town = any(field_of(name).endswith("city") for name in names)
    codes = [field for name in names if (field := field_of(name)).endswith("postal_code")]
    for at, name in enumerate(names):
        values = (
            [*filter(None, map(plain, columns[at]))] if squeezed(name) in _NUMBERS | _TITLES | _TOWNS | _STREETS else []
        )
        street = field_of(names[at - 1]) if at else ""
        if values and squeezed(name) in _TITLES:
            if sum(map(_is_title, values)) >= 0.8 * len(values):
                yield at, fields.salutation
        elif values and squeezed(name) in _TOWNS:
            code = street if at and not has_town else ""
            if are_postal_places(columns[at]):
                before = [one for one in map(field_of, names[:at]) if one.endswith("street")]
                yield at, (before[-1:] or [fields.street])[0].removesuffix("street") + "postal_place"
            elif code.endswith("postal_code") and all(map(_is_town, values)):
                has_code = any(map(_ANY_DIGIT.search, values))
                yield at, code.removesuffix("postal_code") + ("postal_place" if has_code else "city")
        elif values and squeezed(name) in _STREETS:
            if has_town and codes and not any(postal_place(value)[0] for value in values):
                yield at, codes[0].removesuffix("postal_code") + "street"
        elif values and street.endswith("street") and _are_apart(columns[at - 1], values):
            yield at, street.removesuffix("street") + "house_number"


def _companies(names: Sequence[str], field_of: FieldOf, fields: Fields) -> Iterator[tuple[int, str]]:
    """The name of a contact that can only be that of the customer: some programs call all of them contacts.

    A person has its own columns there, and besides a legal name, which few fill in, nothing says what the company is called.
    """
    said = {field_of(name) for name in names if squeezed(name) not in _LEGAL_NAMES}
    is_person = {"first_name", "last_name"} <= said
    for at, name in enumerate(names):
        if (
            squeezed(name) == "contactname"
            and is_person
            and said.isdisjoint({"company_name", "name", fields.company} - {field_of(name)})
        ):
            yield at, fields.company


# A second name of the company itself.
_LEGAL_NAMES = frozenset({"legalname", "juridischenaam", "handelsnaam"})


def _people(
    names: Sequence[str], columns: Sequence[Sequence[Cell]], field_of: FieldOf, fields: Fields
) -> Iterator[tuple[int, str]]:
    """A name beside that of a company, where it is somebody who works there: Firma, Name.

    Every row has a company then, the names have words of their own, and nobody else is named.
    """
    said = [field_of(name) for name in names]
    if not fields.contact or not _OTHER_PEOPLE.isdisjoint(said):
        return
    people = [at for at, name in enumerate(names) if squeezed(name) in _ANYBODY]
    is_firm = [
        field in {"company_name", "name"} and squeezed(names[at]) not in _LEGAL_NAMES for at, field in enumerate(said)
    ]
    firms = [at for at, is_one in enumerate(is_firm) if is_one and at not in people]
    if len(people) == 1 and firms:
        firm = next((at for at in firms if said[at] == "company_name"), firms[0])
        pairs = [(plain(one), plain(other)) for one, other in zip(columns[people[0]], columns[firm], strict=True)]
        pairs = [pair for pair in pairs if pair[0]]
        have_firms = pairs and all(_HAS_LETTER.search(pair[1]) for pair in pairs)
        if have_firms and sum(map(_works_at, pairs)) >= 0.8 * len(pairs):
            yield people[0], fields.contact


_OTHER_PEOPLE = frozenset(
    {"first_name", "last_name", "name_2", "main_contact.contact", "main_contact.first_name", "main_contact.last_name"}
)
_ANYBODY = frozenset({"name", "naam", "namn", "nimi", "navn", "fullname", "volledigenaam"})
_HAS_LETTER = re.compile(r"[^\W\d_]")
_FIRM = re.compile(
    r"\b(?:b\.?v|n\.?v|v\.?o\.?f|gmbh|ag|kg|ohg|ug|ab|oyj?|as|a/s|asa|aps|ltd|llc|llp|plc|inc|sa|srl|sarl|ky|tmi|hb|holding)\.?$",
    re.IGNORECASE,
)


def _works_at(pair: tuple[str, str]) -> bool:
    """Whether a name and that of a company are those of somebody and of where they work."""
    person, firm = pair
    is_other = {*person.casefold().split()}.isdisjoint(firm.casefold().split())
    return " " in person and is_other and not _FIRM.search(person) and not _ANY_DIGIT.search(person)


def _first_names(names: Sequence[str], field_of: FieldOf) -> Iterator[tuple[int, str]]:
    """What people are called, where they have a last name and no column is for the first: in lists of schools and clubs.

    Beside a first name it is the nickname; and without a last name it may be what a company is called for short.
    """
    said = {field_of(name) for name in names}
    called = [at for at, name in enumerate(names) if squeezed(name) in _CALLED]
    if len(called) == 1 and "first_name" not in said and not said.isdisjoint({"last_name", "infix"}):
        yield called[0], "first_name"


_CALLED = frozenset(
    {"roepnaam", "tilltalsnamn", "rufname", "kutsumanimi", "kallenavn", "kaldenavn", "preferredname", "preferredfirstname", "knownas"}
)  # fmt: skip


def _are_apart(streets: Sequence[Cell], numbers: Sequence[str]) -> bool:
    """Whether these are streets without their numbers, and numbers that houses may have."""
    return all(map(_HOUSE_NUMBER.match, numbers)) and not any(_HAS_NUMBER.search(plain(cell)) for cell in streets)


def are_postal_places(cells: Sequence[Cell]) -> bool:
    """Whether cells under the name of a town hold its postal code, too: 8011 AB Zwolle."""
    filled = [cell for cell in cells if cell is not None]
    codes = [postal_place(cell)[0] for cell in filled if isinstance(cell, str)]
    return bool(filled) and sum(sum(map(str.isdigit, code)) >= 4 for code in codes) >= 0.8 * len(filled)


def _is_town(text: str) -> bool:
    """Whether a text is the name of a town, maybe behind its postal code: no box, and no street with its number."""
    return _ANY_DIGIT.search(postal_place(text)[1]) is None


def _is_title(text: str) -> bool:
    """Whether a text is nothing else than titles: Mr, Dr., Prof. Dr. - not what somebody does."""
    title, name = titled(f"{text.rstrip('.')}. X")
    return bool(title) and name == "X"


_ACCOUNTS = frozenset({"konto", "account"})
_BANKS = frozenset({"blz", "bankleitzahl", "bank", "bankname", "clearing", "clearingnummer", "sortcode"})


def bank_accounts(names: Sequence[str]) -> set[int]:
    """Positions of accounts that are those of a bank, which stands right beside them, and no number of the customer's."""
    keys = ["", *map(squeezed, names), ""]
    return {
        at - 1
        for at, key in enumerate(keys)
        if key in _ACCOUNTS and not _BANKS.isdisjoint({keys[at - 1], keys[at + 1]})
    }


def further_addresses(names: Sequence[str], field_of: FieldOf) -> set[int]:
    """Positions of streets that look like a second line, but have a postal code or a town of their own: Adres2."""
    ends = [_numbered(squeezed(name)) for name in names]
    more = {digit for base, digit in ends if digit and field_of(base).endswith(("postal_code", "city"))}
    return {at for at, (_, digit) in enumerate(ends) if digit in more and field_of(names[at]).endswith("street_2")}


def _numbered(key: str) -> tuple[str, str]:
    """A name and the digit behind it, '' if there is none."""
    return (key[:-1], key[-1]) if key[-1:] in set("23456789") else (key, "")
