"""What a page costs in queries: written down in query_counts.json, so that a change shows, and never above the limit.

KAARTENBAK_REWRITE=1 writes the file anew; the difference is then there to be read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import Cast, ClientFor

BUDGET = Path(__file__).with_name("query_counts.json")
LIMIT = 8
# Who signs in, and may what: asked on every page before it begins, not part of what the page itself costs.
FRAME = 3
# Over the limit: a search over everything asks four kinds, each for the hits and then for what is shown of them.
SEARCHES = {"search": 12}
PAGES = {
    "customers": "/customers/",
    "customers, searched and filtered": "/customers/?search=bakker&country=NL&sort=-changed",
    "customer, overview": "/customers/details/?id={customer}",
    "customer, contact information": "/customers/details/?id={customer}&tab=contact",
    "customer, projects": "/customers/details/?id={customer}&tab=projects",
    "customer, roles": "/customers/details/?id={customer}&tab=roles",
    "customer, history": "/customers/details/?id={customer}&tab=history",
    "customer, form": "/customers/edit/?id={customer}",
    "contacts": "/contacts/",
    "contact": "/contacts/details/?id={contact}",
    "contact, form": "/contacts/edit/?id={contact}",
    "projects": "/projects/",
    "project": "/projects/details/?id={project}",
    "labels": "/labels/",
    "users": "/users/",
    "teams": "/teams/",
    "roles": "/roles/",
    "history": "/history/",
    "bin": "/bin/",
    "search": "/search/?q=bakker",
}


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that is sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def filled(session: Session, cast: Cast, rows: int) -> dict[str, int]:
    """So many customers, each with all that a card shows."""
    for _ in range(rows):
        customer = factories.customer(session, owner_id=cast.alice.id)
        factories.address(session, customer, is_head_office=True)
        factories.put_label(session, factories.label(session), customer=customer)
        contact = factories.contact(session, owner_id=cast.bob.id)
        factories.link(session, customer, contact, function="Finance")
        project = factories.project(session, customer)
        factories.registration(session, project, cast.alice)
        factories.invoice(session, customer)
    return {"customer": customer.id, "contact": contact.id, "project": project.id}


def test_no_page_costs_more_queries_than_written_down(
    app: Flask, client_for: ClientFor, session: Session, cast: Cast, engine_kind: str
) -> None:
    ids = filled(session, cast, 3)
    client = client_for("Dana")
    found = {}
    for name, path in PAGES.items():
        with counted() as sent:
            assert client.get(path.format(**ids)).status_code == 200, name
        found[name] = len(sent) - FRAME
    if os.environ.get("KAARTENBAK_REWRITE") and engine_kind == "sqlite":
        BUDGET.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    assert found == json.loads(BUDGET.read_text("utf-8"))
    assert {name: count for name, count in found.items() if count > SEARCHES.get(name, LIMIT)} == {}


@pytest.mark.parametrize(
    "page", ["customers", "contacts", "projects", "labels", "customer, contact information", "history"]
)
def test_a_page_with_more_rows_costs_no_more_queries(
    app: Flask, client_for: ClientFor, session: Session, cast: Cast, page: str
) -> None:
    client = client_for("Dana")
    ids = filled(session, cast, 2)
    with counted() as few:
        client.get(PAGES[page].format(**ids))
    filled(session, cast, 5)
    with counted() as many:
        client.get(PAGES[page].format(**ids))
    assert len(many) <= len(few)
