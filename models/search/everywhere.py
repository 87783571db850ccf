"""One search over everything: customers, contacts, projects and labels, each in its own group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.contact import Contact
from models.customer import Customer
from models.project import Project
from models.search.folding import plain
from models.search.nouns import CONTACTS, CUSTOMERS, PROJECTS
from models.search.paging import some_ids
from models.search.small import LABELS
from models.search.spec import Column, ListSpec
from models.search.state import read_state


@dataclass(frozen=True)
class Hit:
    """A record that was found; `detail` tells it from its namesakes."""

    id: int
    name: str
    detail: str | None
    archived: bool


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
    detail: Any


_KINDS = (
    _Kind("customers", "Customers", CUSTOMERS, Customer.name, Customer.number),
    _Kind("contacts", "Contacts", CONTACTS, Contact.name, func.coalesce(Contact.company_name, Contact.email)),
    _Kind("projects", "Projects", PROJECTS, Project.name, Project.number),
    _Kind("labels", "Labels", LABELS, LABELS.names[0], None),
)


def find(session: Session, search: str, limit: int) -> list[Group]:
    """What is found by a text, up to `limit` (1 to 100) of each kind; kinds without a hit are left out.

    Active records stand before archived ones, and what begins with the text before what only holds it.
    """
    groups = (_find(session, kind, search, limit) for kind in _KINDS)
    return [group for group in groups if group.hits]


def _find(session: Session, kind: _Kind, search: str, limit: int) -> Group:
    state = read_state(kind.spec, [("search", search), ("archived", "all")])
    if not state.search:
        return Group(kind.endpoint, kind.title, (), False)
    ids = some_ids(session, kind.spec, state, limit + 1)
    hits = sorted(_hits(session, kind, ids[:limit]), key=lambda hit: _rank(hit, plain(state.search)))
    return Group(kind.endpoint, kind.title, tuple(hits), len(ids) > limit)


def _hits(session: Session, kind: _Kind, ids: tuple[int, ...]) -> list[Hit]:
    if not ids:
        return []
    detail = kind.name if kind.detail is None else kind.detail
    archived_at = kind.spec.archived_at
    columns = (kind.spec.noun.id, kind.name, detail, *(() if archived_at is None else (archived_at,)))
    rows = {row[0]: row for row in session.execute(select(*columns).where(kind.spec.noun.id.in_(ids)))}
    return [
        Hit(
            key,
            rows[key][1],
            None if kind.detail is None else rows[key][2],
            len(columns) > 3 and rows[key][3] is not None,
        )
        for key in ids
        if key in rows
    ]


def _rank(hit: Hit, asked: str) -> tuple[bool, bool, str]:
    begins = any(plain(text).startswith(asked) for text in (hit.name, hit.detail or ""))
    return hit.archived, not begins, plain(hit.name)
