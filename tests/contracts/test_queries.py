"""What a page costs in queries: written down in query_counts.json, so that a change shows, and never above the limit.

KAARTENBAK_REWRITE=1 writes the file anew; the difference is then there to be read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from models.access import SYSTEM
from models.contact import Contact
from models.customer import Customer
from models.journal import changeset
from models.settings import ListValue, ValueList
from models.user import Role, User
from tests import factories
from tests.conftest import Cast, ClientFor

BUDGET = Path(__file__).with_name("query_counts.json")
LIMIT = 8
# Who looks: Dana may everything, Bob sees everything but amounts, Erik edits one customer and knows of no other.
# So many queries are theirs above the limit: the one that asks what one may on the customer of the page, and on any.
PEOPLE = {"Dana": 0, "Bob": 1, "Erik": 1}
PAGES = {
    "customers": "/customers/",
    "customers, searched and filtered": "/customers/?search=bakker&country=NL&sort=-changed",
    "customer, overview": "/customers/details/?id={customer}",
    "customer, contact information": "/customers/details/?id={customer}&tab=contact",
    "customer, projects": "/customers/details/?id={customer}&tab=projects",
    "customer, finance": "/customers/details/?id={customer}&tab=finance",
    "customer, roles": "/customers/details/?id={customer}&tab=roles",
    "customer, history": "/customers/details/?id={customer}&tab=history",
    "customer, as it was": "/customers/details/?id={customer}&tab=history&on=2026-11-02",
    "customer, changes": "/customers/details/?id={customer}&tab=history&show=changes",
    "customer, form": "/customers/edit/?id={customer}",
    "contacts": "/contacts/",
    "contacts, mailing list": "/contacts/mailing/?with=main_contact",
    "contact": "/contacts/details/?id={contact}",
    "contact, form": "/contacts/edit/?id={contact}",
    "contact, found for a customer": "/links/new/?customer={customer}&q=hol",
    "projects": "/projects/",
    "project": "/projects/details/?id={project}",
    "project, activities": "/projects/details/?id={project}&tab=activities",
    "activities": "/activities/",
    "activity": "/activities/details/?id={activity}",
    "activity, form": "/activities/edit/?id={activity}",
    "comments": "/comments/",
    "comment": "/comments/details/?id={comment}",
    "mine": "/mine/",
    "opportunities": "/opportunities/",
    "files": "/files/",
    "relations": "/relations/",
    "labels": "/labels/",
    "users": "/users/",
    "teams": "/teams/",
    "roles": "/roles/",
    "history": "/history/",
    "bin": "/bin/",
    "search": "/search/?q=bakker",
    "search, a slip": "/search/?q=bokker",
    "palette": "/search/palette/?q=bakker",
}

GROWING = (
    "customers",
    "contacts",
    "projects",
    "labels",
    "customer, contact information",
    "contact",
    "history",
    "activities",
    "comments",
    "mine",
)


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
    kind = session.scalar(select(ListValue)) or factories.list_value(session, ValueList.RELATION_KIND, "accountant of")
    for _ in range(rows):
        customer = factories.customer(session, owner_id=cast.alice.id)
        factories.address(session, customer, is_head_office=True)
        factories.put_label(session, factories.label(session), customer=customer)
        contact = factories.contact(session, owner_id=cast.bob.id)
        factories.link(session, customer, contact, function="Finance")
        project = factories.project(session, customer)
        factories.registration(session, project, cast.alice)
        factories.invoice(session, customer)
        factories.opportunity(session, customer, user_id=cast.bob.id)
        factories.quote(session, customer)
        factories.relation(session, customer, contact, kind)
        factories.attachment(session, customer, project_id=project.id)
        factories.relation(session, factories.customer(session), customer, kind)
        activity = factories.activity(
            session, customer, project_id=project.id, contact_id=contact.id, user_id=cast.dana.id
        )
        comment = factories.comment(session, customer, cast.dana, user_id=cast.alice.id)
    return {
        "customer": customer.id,
        "contact": contact.id,
        "project": project.id,
        "activity": activity.id,
        "comment": comment.id,
    }


def change_amounts(session: Session) -> None:
    """Change the hourly rate of every customer."""
    with changeset(session, SYSTEM, "Change the rates"):
        for customer in session.scalars(select(Customer)):
            customer.hourly_rate = (customer.hourly_rate or Decimal(90)) + 1


def let_in(session: Session, customer_id: int) -> None:
    """Give Erik his one customer, or another."""
    erik = session.scalar(select(User).where(User.name == "Erik")) or factories.user(session, name="Erik")
    editor = session.scalars(select(Role).where(Role.name == "Editor")).one()
    factories.access(session, session.get_one(Customer, customer_id), editor, erik)


def test_no_page_costs_more_queries_than_written_down(
    app: Flask, client_for: ClientFor, session: Session, cast: Cast, engine_kind: str
) -> None:
    ids = filled(session, cast, 3)
    let_in(session, ids["customer"])
    found: dict[str, dict[str, int]] = {who: {} for who in PEOPLE}
    for who in PEOPLE:
        client = client_for(who)
        for name, path in PAGES.items():
            with counted() as sent:
                status = client.get(path.format(**ids)).status_code
            if status == 403 and who != "Dana":
                continue
            assert status == 200, name
            found[who][name] = len(sent)
    if os.environ.get("KAARTENBAK_REWRITE") and engine_kind == "sqlite":
        BUDGET.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    assert found == json.loads(BUDGET.read_text("utf-8"))
    counts = [(who, name, count) for who in PEOPLE for name, count in found[who].items()]
    assert [one for one in counts if one[2] > LIMIT + PEOPLE[one[0]]] == []


@pytest.mark.parametrize("who", PEOPLE)
def test_a_page_with_more_rows_costs_no_more_queries(
    app: Flask, client_for: ClientFor, session: Session, cast: Cast, who: str
) -> None:
    # One customer alone is asked for in another way than several.
    let_in(session, filled(session, cast, 1)["customer"])
    ids = filled(session, cast, 1)
    let_in(session, ids["customer"])
    client = client_for(who)

    def costs() -> dict[str, int]:
        found = {}
        for page in GROWING:
            with counted() as sent:
                assert client.get(PAGES[page].format(**ids)).status_code == 200, page
            found[page] = len(sent)
        return found

    change_amounts(session)
    few = costs()
    for _ in range(5):
        more = filled(session, cast, 1)
        let_in(session, more["customer"])
        factories.link(session, session.get_one(Customer, more["customer"]), session.get_one(Contact, ids["contact"]))
    change_amounts(session)
    assert {page: count for page, count in costs().items() if count > few[page]} == {}
