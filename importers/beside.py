"""What a column is by what stands beside it, and by its values, where its name alone says another thing or too little.

`field_of` gives the field that a name means first of all, '' where it means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

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
_TOWNS = frozenset({"postadress", "postadr"})
# In Finnish the street or box has this name where code and town have columns of their own.
_STREETS = frozenset({"postiosoite"})


def told(
    names: Sequence[str], columns: Sequence[Sequence[Cell]], field_of: FieldOf, salutation: str
) -> Iterator[tuple[int, str]]:
    """Positions with the field that they go into whatever their names say: numbers of houses, titles of people, towns."""
    has_town = any(field_of(name).endswith("city") for name in names)
    codes = [field for name in names if (field := field_of(name)).endswith("postal_code")]
    for at, name in enumerate(names):
        values = (
            [*filter(None, map(plain, columns[at]))] if squeezed(name) in _NUMBERS | _TITLES | _TOWNS | _STREETS else []
        )
        street = field_of(names[at - 1]) if at else ""
        if values and squeezed(name) in _TITLES:
            if sum(map(_is_title, values)) >= 0.8 * len(values):
                yield at, salutation
        elif values and squeezed(name) in _TOWNS:
            code = field_of(names[at - 1]) if at and not has_town else ""
            if code.endswith("postal_code") and all(map(_is_town, values)):
                has_code = any(map(_ANY_DIGIT.search, values))
                yield at, code.removesuffix("postal_code") + ("postal_place" if has_code else "city")
        elif values and squeezed(name) in _STREETS:
            if has_town and codes and not any(postal_place(value)[0] for value in values):
                yield at, codes[0].removesuffix("postal_code") + "street"
        elif values and street.endswith("street") and _are_apart(columns[at - 1], values):
            yield at, street.removesuffix("street") + "house_number"


def _are_apart(streets: Sequence[Cell], numbers: Sequence[str]) -> bool:
    """Whether these are streets without their numbers, and numbers that houses may have."""
    return all(map(_HOUSE_NUMBER.match, numbers)) and not any(_HAS_NUMBER.search(plain(cell)) for cell in streets)


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


def own_name(names: Sequence[str], fields: Mapping[str, int]) -> int | None:
    """The position of a name of a contact that can only be that of the customer: some programs call all of them contacts.

    `fields`: field -> position. A person has its own columns there, and nothing else says what the company is called.
    """
    at = fields.get("main_contact.contact")
    is_person = {"first_name", "last_name"} <= fields.keys()
    is_named = not fields.keys().isdisjoint({"name", "company_name"})
    return at if at is not None and is_person and not is_named and squeezed(names[at]) == "contactname" else None
