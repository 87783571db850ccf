"""An address that stands in one cell: Dorpsstraat 1, 1234 AB Delft, Nederland."""

from __future__ import annotations

import re

from importers.reading import country_named
from importers.trouble import Wrong

# A Dutch code is unmistakable; another one only behind a comma or on a line of its own, for 1234 may be a house.
_DUTCH = re.compile(
    r"(?P<street>\S.*?)[ ,]+(?P<postal_code>(?:NL-)?[1-9][0-9]{3} ?[A-Z]{2})(?:[ ,]+(?P<city>[^0-9,]+?))(?:, *(?P<country>[^0-9,]+))?"
)
_OTHER = re.compile(
    r"(?P<street>\S.*?), *(?P<postal_code>(?:[A-Z]{1,3}-)?(?:[0-9]{3} [0-9]{2}|[0-9]{4,5}))[ ,]+(?P<city>[^0-9,]+?)(?:, *(?P<country>[^0-9,]+))?"
)

# Programs of mail write it so, parted by two blanks, and so do people: the town first.
_TOWN_FIRST = re.compile(
    r"(?P<street>[^,]+), *(?P<city>[^0-9,]+?)[ ,]+(?P<postal_code>(?:NL-)?[1-9][0-9]{3} ?[A-Z]{2})(?:, *(?P<country>[^0-9,]+))?"
)

# No address is longer; to look through a cell of 32,000 blanks would take minutes.
_LONGEST = 300


def parted(text: str) -> dict[str, str]:
    """Street, postal code, city and country (as its two letters), as far as they are told; nothing if it is no address.

    Lines of the cell are parted by line breaks.
    """
    if len(text) > _LONGEST:
        return {}
    line = re.sub(r"\s*,?\s*\n\s*|(?<=\S)  (?=\S)", ", ", text.strip())
    found = _TOWN_FIRST.fullmatch(line) or _DUTCH.fullmatch(line) or _OTHER.fullmatch(line)
    if found is None:
        return {}
    parts = {piece: value.strip() for piece, value in found.groupdict().items() if value}
    if len(parts["city"]) == 2 and parts["city"].isupper():
        return {}  # the code of a country, so that the town is somewhere in the street
    if "country" in parts:
        parts["country"] = _country(parts["country"])
        return parts if parts["country"] else {}
    # Assen Nederland
    town, _, last = parts["city"].rpartition(" ")
    if town and len(last) > 3 and (country := _country(last)):
        parts |= {"city": town, "country": country}
    return parts


def _country(text: str) -> str:
    try:
        return country_named(text)
    except Wrong:
        return ""
