"""Find customers that may be the same one: by number, VAT number, e-mail, and name without spelling and legal form."""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.among import is_among
from models.base import folded
from models.customer import Customer
from models.search import CUSTOMERS, choice
from models.search.folding import plain
from models.search.words import numbered, squeezed
from models.settings import switched_off

# What firms write behind their name or leave out; letters only, as in a folded name without dots.
LEGAL_FORMS = (
    *("bv", "nv", "vof", "cv", "ua", "ba", "ltd", "llp", "llc", "plc", "inc", "gmbh", "ag", "kg", "ohg", "ug", "ab"),
    *("hb", "kb", "as", "asa", "ans", "oy", "oyj", "aps", "sa", "sarl", "sas", "srl", "spa", "bvba", "sprl", "vzw"),
)
_LEGAL = re.compile(rf"\b(?:{'|'.join(LEGAL_FORMS)})\b")


# For so many candidates at most names are compared without their legal forms.
FEW = 50
# How much two names have to have in common to be alike, and what firms write in several ways between their words.
ALIKE = 0.88
_BETWEEN = frozenset({"and", "en", "och", "und", "og", "ja", "et"})


class Likeness(enum.StrEnum):
    """Why two records may be one. The value is the message in English; catalogues translate it."""

    NUMBER = "same number"
    SPELT = "same number, spelt otherwise"
    VAT_NUMBER = "same VAT number"
    EMAIL = "same e-mail address"
    NAME = "same name"
    ALIKE = "similar name"


@dataclass(frozen=True)
class Candidate:
    """What is known of a customer to be: any of the four may be empty."""

    number: str | None = None
    name: str | None = None
    vat_number: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Duplicate:
    """A customer that is there already and may be the same one, and why."""

    id: int
    number: str
    name: str
    is_archived: bool
    reasons: tuple[Likeness, ...]


def name_key(name: str) -> str:
    """A name without case, accents of width, punctuation and legal form.

    >>> name_key("Bakkerij Van der Meulen B.V.") == name_key("bakkerij van der meulen")
    True
    """
    plain = re.sub(r"[.'’]", "", name.casefold())
    words = re.sub(r"[^\w]+", " ", plain)
    return folded(_LEGAL.sub(" ", words)) or folded(name)


def find(
    session: Session, candidates: Mapping[Any, Candidate], *, and_alike: bool = False
) -> dict[Any, tuple[Duplicate, ...]]:
    """For each candidate the customers that may be the same, strongest reason first; in one query for all.

    `and_alike`: those follow whose number is the same but for its dashes, and whose name is nearly the same, without
    accents or with a slip; some queries more for each candidate. Customers that the one who looks may not see are not among them.
    """
    found = _same(session, candidates)
    for key, candidate in candidates.items() if and_alike else ():
        for also in (_spelt, _alike):
            known = {one.id for one in found[key]}
            found[key] += [one for one in also(session, candidate) if one.id not in known]
    return {
        candidate: tuple(sorted(some, key=lambda one: list(Likeness).index(one.reasons[0])))
        for candidate, some in found.items()
        if some
    }


def _same(session: Session, candidates: Mapping[Any, Candidate]) -> dict[Any, list[Duplicate]]:
    """Those that have something in common with a candidate."""
    found: dict[Any, list[Duplicate]] = defaultdict(list)
    wanted = _Wanted(candidates, session.get_bind().dialect.name == "sqlite")
    if not wanted.conditions:
        return found
    rows = session.execute(
        select(
            Customer.id,
            Customer.number,
            Customer.name,
            Customer.archived_at.is_not(None),
            Customer.vat_number,
            Customer.email,
        )
        .where(or_(*wanted.conditions))
        .order_by(Customer.archived_at.is_not(None), Customer.id)
    ).all()
    for key, number, name, is_archived, vat_number, email in rows:
        for candidate, reasons in wanted.like(Candidate(number, name, vat_number, email)).items():
            found[candidate].append(Duplicate(key, number, name, is_archived, tuple(reasons)))
    return found


def _spelt(session: Session, candidate: Candidate) -> Iterator[Duplicate]:
    """Customers whose number is that of the candidate, but for what is written between its letters and digits."""
    asked = squeezed(candidate.number or "")
    if not asked:
        return
    rows = session.execute(
        select(Customer.id, Customer.number, Customer.name, Customer.archived_at.is_not(None))
        .where(numbered(CUSTOMERS, asked, sqlite=session.get_bind().dialect.name == "sqlite"))
        .order_by(Customer.archived_at.is_not(None), Customer.id)
    )
    for key, number, name, is_archived in rows:
        if squeezed(number) == asked:
            yield Duplicate(key, number, name, is_archived, (Likeness.SPELT,))


def _alike(session: Session, candidate: Candidate) -> Iterator[Duplicate]:
    """Active customers whose name, or other name, is nearly that of the candidate."""
    asked = _bare(candidate.name or "")
    names: list[InstrumentedAttribute[Any]] = [Customer.name]
    if Customer.nickname.key not in switched_off(session, Customer.__tablename__):
        names.append(Customer.nickname)
    for key, number, *called in choice(session, CUSTOMERS, asked, 10, (Customer.number, *names)) if asked else ():
        if any(SequenceMatcher(None, asked, _bare(name)).ratio() >= ALIKE for name in called if name):
            yield Duplicate(key, number, called[0], False, (Likeness.ALIKE,))


def _bare(name: str) -> str:
    """The words of a name as search documents spell them, without its legal form and what stands between them."""
    words = re.sub(r"[^\w\s'.-]+", " ", plain(_stem(name))).split()
    return " ".join(word for word in words if word not in _BETWEEN)


def _keys(candidate: Candidate) -> dict[Likeness, str]:
    """What two records are compared by."""
    keys = {
        Likeness.NUMBER: folded(candidate.number or ""),
        Likeness.VAT_NUMBER: re.sub(r"[^\w]", "", folded(candidate.vat_number or "")),
        Likeness.EMAIL: folded(candidate.email or ""),
        Likeness.NAME: name_key(candidate.name) if candidate.name else "",
    }
    return {reason: key for reason, key in keys.items() if key}


class _Wanted:
    """What is looked for: the keys of all candidates, and conditions on indexed columns that find rows near them."""

    def __init__(self, candidates: Mapping[Any, Candidate], sqlite: bool) -> None:
        self.by_key: dict[tuple[Likeness, str], list[Any]] = defaultdict(list)
        for name, candidate in candidates.items():
            for reason, key in _keys(candidate).items():
                self.by_key[reason, key].append(name)
        some = list(candidates.values())
        self.conditions = [
            *_among(Customer.number_key, (folded(one.number or "") for one in some)),
            *_among(Customer.vat_number, (spelt for one in some for spelt in _spellings(one.vat_number))),
            *_among(Customer.email, (spelt for one in some for spelt in _spellings(one.email))),
            *_among(Customer.name_key, (spelt for one in some for spelt in _lowered(one.name or ""))),
        ]
        if len(some) <= FEW:
            # Other legal forms behind the same name: a range of the index each, so only for a few.
            stems = {stem for one in some if one.name for stem in _lowered(_stem(one.name)) if len(stem) > 2}
            self.conditions += [_begins(Customer.name_key, stem, sqlite) for stem in sorted(stems)]

    def like(self, row: Candidate) -> dict[Any, list[Likeness]]:
        """The candidates that a row may be the same as."""
        found: dict[Any, list[Likeness]] = defaultdict(list)
        for reason, key in _keys(row).items():
            for name in self.by_key.get((reason, key), ()):
                found[name].append(reason)
        return found


def _among(column: InstrumentedAttribute[Any], values: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    wanted = {value for value in values if value}
    if wanted:
        yield is_among(column, wanted)


def _begins(column: InstrumentedAttribute[Any], stem: str, sqlite: bool) -> ColumnElement[bool]:
    """SQLite's LIKE finds no index here; its order of texts is that of their characters, so a range does."""
    return column.between(stem, f"{stem}\U0010ffff") if sqlite else column.startswith(stem, autoescape=True)


def _spellings(value: str | None) -> set[str]:
    """How a code may be stored: as it is, close together, in large or small letters."""
    typed = (value or "").strip()
    close = typed if "@" in typed else re.sub(r"[^\w]", "", typed)
    return {spelt for one in (typed, close) for spelt in (one, one.upper(), one.lower())}


def _lowered(name: str) -> set[str]:
    """Small letters as either database makes them: SQLite leaves those alone that are not ASCII."""
    ascii_only = "".join(letter.lower() if letter.isascii() else letter for letter in name)
    return {name.lower(), ascii_only} - {""}


def _stem(name: str) -> str:
    """The name without a legal form behind it."""
    words = name.split()
    while len(words) > 1 and re.sub(r"\W", "", words[-1]).casefold() in LEGAL_FORMS:
        words.pop()
    return " ".join(words).rstrip(" .,")
