"""Postal codes with their places, and names with their titles, taken apart; whether two names may be of one."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from importers.reading.cells import Reading, squeezed, word_set
from importers.trouble import Trouble

_POSTAL_PLACE = re.compile(r"((?:[A-Z]{1,3}-)?[0-9][0-9 ]*[0-9])[ ,]+([^0-9].*)")
# Small letters in front of a place may be its first word: 3731 de bilt.
_DUTCH = re.compile(
    r"((?:NL-)?[1-9][0-9]{3} ?(?:[A-Z]{2}|(?!(?:de|el|la|le|st)[ ,]+[^ ,])[a-z]{2}))(?:[ ,]+([^0-9 ,].*)|[ ,]*)"
)
# Ons Dorp 1234 AB: small letters would be no code there.
_DUTCH_LAST = re.compile(r"([^0-9 ,][^0-9]*?)[ ,]+((?:NL-)?[1-9][0-9]{3} ?[A-Z]{2})")
_LONGEST_PLACE = 200
# They begin names of towns, and may be the letters of a Dutch code as well.
_OF_TOWNS = frozenset({"DE", "EL", "LA", "LE", "ST"})


def postal_place(text: str, country: str = "NL") -> tuple[str, str]:
    """'00330 Helsinki' -> postal code and city; without a postal code the whole is the city.

    Only a Dutch code has letters behind its digits: 2300 LA CHAUX in `country` CH is a place with two words.
    """
    if country == "NL" and (found := _DUTCH.fullmatch(text)):
        return found[1].upper(), found[2] or ""
    if country == "NL" and len(text) <= _LONGEST_PLACE and (found := _DUTCH_LAST.fullmatch(text)):
        return found[2], found[1]
    found = _POSTAL_PLACE.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def postal_code_doubt(value: str, reading: Reading) -> Trouble | None:
    """Whether a town stands behind a postal code in the place of one."""
    _, town = postal_place(value, reading.country)
    return Trouble.TOWN_IN_CODE if len(town) < len(value) and _WORD.search(town) else None


_WORD = re.compile(r"[^\W\d_]{3}")


def may_be_of_the_place(code: str, place: str) -> bool:
    """Whether the letters of a Dutch code may be the first word of the town, as where all is in capitals: 8420 DE HAAN."""
    return place.isupper() and code[-3:-2] == " " and code[-2:] in _OF_TOWNS


# What joins two people, and how they are greeted together.
_AND = r"(?:en|and|und|och|og|ja|&|\+)"
_HIM = r"(?:de heer|dhr|heer|mr|mister|herrn?|hr|herra)\b\.?"
_HER = r"(?:mevrouw|mevr|mw|mrs|ms|frau|fr|fru|rouva)\b\.?"
_BOTH = rf"(?:{_HIM}(?:\s*/\s*|\s*{_AND}\s*){_HER}|{_HER}(?:\s*/\s*|\s*{_AND}\s*){_HIM})"
# Without their points some of these are names: Ing, Ir.
_TITLE = re.compile(
    rf"(?:{_BOTH}|(?:dr|ir|ing|mr|hr|fr|dipl|mag|ds|bc|ph|jhr)\.|(?:de heer|dhr|heer|mevrouw|mevr|mw|drs|prof|professor|doktor|mrs|"
    r"ms|miss|mister|herrn?|frau|fru|herra|rouva|fam|familie|family|familjen|familien|perhe)\b\.?)\s*",
    re.IGNORECASE,
)
# Of what somebody is a doctor; names where no title stands before them.
_OF_WHAT = re.compile(
    r"-?(?:med|jur|iur|phil|rer|nat|dent|vet|oec|pol|techn|theol|habil|agr|sc|hum|mult|h\.\s?c|ing|kfm|inf)\.\s*",
    re.IGNORECASE,
)
# Whom a letter is for; says nothing of the person.
_FOR = re.compile(r"\A(?:t\.?\s?a\.?\s?v|attn?|z\.?\s?h(?:d|dn)?|c/o)\b[.:]?\s+", re.IGNORECASE)


def titled(name: str) -> tuple[str, str]:
    """A name -> its titles and the rest, which is never nothing: 'Prof. dr. Anna Berg' -> 'Prof. dr.', 'Anna Berg'."""
    whole, at = _FOR.sub("", name.strip()), 0
    while (found := _TITLE.match(whole, at) or (_OF_WHAT.match(whole, at) if at else None)) and found.end() < len(
        whole
    ):
        at = found.end()
    return whole[:at].strip(), whole[at:]


# What belongs to a last name and stands before it; with a capital where it is all that there is of a first name.
_PARTICLE = r"(?:van|von|vom|zu|zum|zur|de|den|der|het|'t|’t|ten|ter|te|op|in|af|av|da|di|du|del|della|dos|la|le)"
_PARTICLES = re.compile(
    rf"{_PARTICLE}(?: {_PARTICLE})*(?= |\Z)|(?:Van|Von|De|Den|Ter|Ten|Vander)(?: {_PARTICLE})*(?= )"
)
_PARTICLES_BEHIND = re.compile(rf"(?P<first>\S.*?) (?P<particles>{_PARTICLE}(?: {_PARTICLE})*)")


# What somebody is, behind the name: degrees, and who is called so for the second time.
_DEGREE = (
    r"(?i:[MB]\.?Sc|Ph\.?D|[MD]\.?Phil|E?M\.?B\.?A|[BD]\.?B\.?A|LL\.?[MB]|Jr|Sr|Jnr|Snr|drs|Esq)\.?|[BM]\.?(?:Eng|Ed)\.?|II|III"
    r"|(?i:ing|ir|dr|mr|prof|mag|dipl|dipl\.?-?(?:wirt\.?-?)?(?:ing|kfm|inf|phys|psych|biol|chem))\.|\(FH\)"
)
# Behind a last name alone these may be the initials of the first ones.
_MAYBE_INITIALS = r"[MBR]\.?A\.?|M\.?D\.?|A\.?A\.?|R[BCEN]|C[PFI]A|[AF]CA|IV"
_DEGREES = re.compile(rf"(?:{_DEGREE})(?: (?:{_DEGREE}))*")
_MAYBE_DEGREES = re.compile(rf"(?:{_DEGREE}|{_MAYBE_INITIALS})(?: (?:{_DEGREE}|{_MAYBE_INITIALS}))*")
_WITH_DEGREES = re.compile(rf"(?P<name>[^,]+,[^,]+?) (?P<degrees>(?:{_DEGREE})(?: (?:{_DEGREE}))*)")
# Jan en Eva Berg
_TWO_FIRST_NAMES = re.compile(rf"(?P<first>\S+ {_AND} \S+) (?P<last>\S.*)")


def _degreed(name: str) -> tuple[str, str]:
    """A name and the degrees behind its comma, '' if there are none: 'Jan Jansen, MSc', 'Smith, John, Jr.'."""
    front, _, behind = (part.strip() for part in name.rpartition(","))
    if not front or not behind:
        return name, ""
    if _DEGREES.fullmatch(behind) or (_MAYBE_DEGREES.fullmatch(behind) and ("," in front or person(front)[0])):
        return front, behind
    found = _WITH_DEGREES.fullmatch(name)
    return (found["name"], found["degrees"]) if found else (name, "")


def person(name: str) -> tuple[str, str]:
    """A full name -> first and last name: 'Jan van der Berg', 'Berg, Jan van der'; one word is a last name, and so is one
    with its particles: 'van der Berg'.

    A title stays with the first name: 'Dr. Jan', 'Berg', and a degree with the last: 'Jan', 'Jansen MSc'.
    """
    title, name = titled(name)
    if title:
        first, last = person(name) if name[:1].isupper() else ("", name)
        return f"{title} {first}".rstrip(), last
    if "," in name:
        name, degrees = _degreed(name)
        if degrees:
            first, last = person(name)
            return first, f"{last} {degrees}"
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
    if found := _TWO_FIRST_NAMES.fullmatch(name.strip()):
        return found["first"], found["last"]
    first, _, last = name.strip().partition(" ")
    return (first, last.strip()) if last else ("", first)


# What firms are by law, and what begins the names of bodies, squeezed.
_LEGAL_FORMS = word_set(
    "bv nv vof bvba sprl srl eenmanszaak maatschap stichting vereniging gmbh mbh kg ohg gbr stiftung verein ab ekforening "
    "stiftelse stiftelsen oy oyj tmi saatio asa enk nuf aps ltd limited plc llp llc inc corp company sarl sas"
)
# These are words or names as well: van As, Anders Ek. In capitals, or with their points, they are forms.
_MAYBE_FORMS = word_set("cv ag ug ek ev hb kb ky ry as ans da is co sa spa")
_FAMILY = word_set("zn zonen zoon dochters sohne sohn tochter sons son daughters soner sonner partners partner co cie")
_SMALL_WORDS = word_set("and en und och og ja et of the de het der die das van von av af for voor")
# So much of the letters of two names is the same where one of them was mistyped.
_NEARLY_ALL = 0.75


def is_of_a_firm(name: str) -> bool:
    """Whether a name says by itself that it is no person's: there is a legal form in it, or & Sons behind it."""
    words = name.split()
    is_family = "&" in words and squeezed(words[-1]) in _FAMILY
    return is_family or (len(words) > 1 and any(_is_form(word, name) for word in words))


def _is_form(word: str, name: str) -> bool:
    form = squeezed(word)
    is_marked = not word.isalpha() or (word.isupper() and not name.isupper())
    return form in _LEGAL_FORMS or (form in _MAYBE_FORMS and is_marked)


def are_akin(name: str, other: str) -> bool:
    """Whether two names may be those of one customer: a word in common, or nearly the same letters."""
    if name == other:
        return True
    words, others = _telling(name), _telling(other)
    if not words.isdisjoint(others):
        return True
    one, two = " ".join(sorted(words)), " ".join(sorted(others))
    return not (one and two) or SequenceMatcher(None, one, two).ratio() >= _NEARLY_ALL


def _telling(name: str) -> set[str]:
    """The words of a name, without what many names have."""
    return {squeezed(word) for word in re.split(r"[\s/-]+", name)} - _LEGAL_FORMS - _MAYBE_FORMS - _SMALL_WORDS - {""}
