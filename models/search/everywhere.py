"""One search over everything: customers, contacts, projects and labels, each in its own group."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import false, func, null, select
from sqlalchemy.orm import Session

from models.contact import Contact, CustomerContact
from models.customer import Address, Customer
from models.project import Project
from models.search.folding import plain
from models.search.nouns import CONTACTS, CUSTOMERS, PROJECTS
from models.search.paging import Wanted
from models.search.small import LABELS
from models.search.some import Row, Some, some
from models.search.spec import Column, ListSpec
from models.search.state import read_state

# As many as tell a hit from its namesakes.
DETAILS = 2


@dataclass(frozen=True)
class Hit:
    """A record that was found; `detail` tells it from its namesakes. `near`: only by a spelling near what was typed."""

    id: int
    name: str
    detail: str | None
    archived: bool
    near: bool = False


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `endpoint` is the name of its list, as in URLs. `more`: there is more than this."""

    endpoint: str
    title: str
    hits: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True)
class _Kind:
    endpoint: str
    title: str
    spec: ListSpec
    name: Column
    details: tuple[Any, ...] = ()

    def wanted(self, search: str, limit: int) -> Wanted | None:
        """What is asked of its list: its name, whether it is archived, and two things that tell it from others."""
        state = read_state(self.spec, [("search", search), ("archived", "all")])
        if not state.search:
            return None
        return Wanted(self.spec, state, limit, self._columns)

    @cached_property
    def _columns(self) -> tuple[Any, ...]:
        archived_at = self.spec.archived_at
        is_archived = false() if archived_at is None else archived_at.is_not(None)
        columns = (self.name, is_archived, *self.details, *(null(),) * (DETAILS - len(self.details)))
        return tuple(column.label(f"c{at}") for at, column in enumerate(columns))

    def hit(self, row: Sequence[Any], *, near: bool = False) -> Hit:
        """A hit of a row of id and columns."""
        key, name, is_archived, *details = row
        return Hit(key, name, " · ".join(filter(None, details)) or None, bool(is_archived), near)


_CITY = (
    select(Address.city)
    .where(Address.customer_id == Customer.id, Address.is_head_office)
    .correlate(Customer)
    .limit(1)
    .scalar_subquery()
)
_LINKED = (
    select(Customer.name)
    .join(CustomerContact, CustomerContact.customer_id == Customer.id)
    .where(CustomerContact.contact_id == Contact.id)
    .correlate(Contact)
    .order_by(CustomerContact.id)
    .limit(1)
    .scalar_subquery()
)
_OF_CUSTOMER = (
    select(Customer.name).where(Customer.id == Project.customer_id).correlate(Project).limit(1).scalar_subquery()
)
_KINDS = (
    _Kind("customers", "Customers", CUSTOMERS, Customer.name, (Customer.number, _CITY)),
    _Kind("contacts", "Contacts", CONTACTS, Contact.name, (Contact.job_title, func.coalesce(_LINKED, Contact.email))),
    _Kind("projects", "Projects", PROJECTS, Project.name, (Project.number, _OF_CUSTOMER)),
    _Kind("labels", "Labels", LABELS, LABELS.names[0]),
)
# What a search may begin with, and what it is for then.
PREFIXES = {"@": "contacts", "#": "labels"}


def parted(search: str) -> tuple[str | None, str]:
    """The kind that a search asks for by its first character, None for all, and what it looks for.

    >>> parted("#vip"), parted("@"), parted("vip")
    (('labels', 'vip'), (None, '@'), (None, 'vip'))
    """
    kind, rest = PREFIXES.get(search[:1]), search[1:].strip()
    return (kind, rest) if kind and rest else (None, search)


def find(session: Session, search: str, limit: int, among: Collection[str] | None = None) -> list[Group]:
    """What is found by a text, up to `limit` (1 to 100) of each kind; kinds without a hit are left out.

    `among`: only these kinds, by their endpoints.

    Active records stand before archived ones, and what begins with the text before what only holds it. Where a kind has
    fewer hits than the limit, those that only nearly hold the text follow. `@` and `#` before the text ask for contacts
    and for labels only, and for those of other kinds whose name has the sign as well.
    """
    only, text = parted(search)
    asked = {
        at: one
        for at, kind in enumerate(_KINDS)
        if (among is None or kind.endpoint in among)
        and (one := kind.wanted(text if only in (None, kind.endpoint) else search, limit + 1)) is not None
    }
    others = [at for at in asked if only not in (None, _KINDS[at].endpoint)]
    found = some(session, asked, text, spelt_so=others)
    for at in others:
        # "@nord" is in many an e-mail address.
        found[at] = Some([row for row in found[at].exact if plain(search) in plain(row[1])], [])
    groups = (_group(_KINDS[at], rows, limit, text) for at, rows in found.items())
    return [group for group in groups if group.hits]


def choice(session: Session, spec: ListSpec, search: str, limit: int, columns: Sequence[Any]) -> list[Row]:
    """Active records of one list to choose among, as (id, *columns), up to `limit`; the nearly spelt so come last."""
    state = read_state(spec, [("search", search)])
    if not state.search:
        return []
    wanted = Wanted(spec, state, limit, tuple(column.label(f"c{at}") for at, column in enumerate(columns)))
    return some(session, {0: wanted}, search)[0].rows[:limit]


def _group(kind: _Kind, found: Some, limit: int, asked: str) -> Group:
    hits = [kind.hit(row, near=at >= len(found.exact)) for at, row in enumerate(found.rows)]
    shown = sorted(hits[:limit], key=lambda hit: _rank(hit, plain(asked)))
    return Group(kind.endpoint, kind.title, tuple(shown), len(hits) > limit)


def _rank(hit: Hit, asked: str) -> tuple[bool, bool, bool, str]:
    begins = any(plain(text).startswith(asked) for text in (hit.name, *(hit.detail or "").split(" · ")))
    return hit.near, hit.archived, not begins, plain(hit.name)
