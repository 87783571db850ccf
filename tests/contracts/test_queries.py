"""What a page costs in queries: written down in query_counts.json, so that a change shows, and never above the limit.

KAARTENBAK_REWRITE=1 writes the file anew; the difference is then there to be read.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from importers import looking, planning
from models.access import SYSTEM, Looker, looker_for
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.imports import ImportKind
from models.journal import Changeset, changeset
from models.journal.reading import SHOWN
from models.operations.configure import configure
from models.process import Doer
from models.settings import ListValue, ValueList
from models.user import Role, Team, User
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.factories import A_MOMENT

BUDGET = Path(__file__).with_name("query_counts.json")
LIMIT = 8
# The page of an undo makes working tables besides what it reads: decision 21.
UNDO_LIMIT = 24
# Who looks: Dana may everything, Bob sees everything but amounts, and of one customer alone know Erik, who edits it, and
# Faye, who manages it through her team.
PEOPLE = ("Dana", "Bob", "Erik", "Faye")
PAGES = {
    "customers": "/customers/",
    "customers, searched and filtered": "/customers/?search=bakker&country=NL&sort=-changed",
    "customers, filters": "/customers/filters/?search=bakker",
    "customer, overview": "/customers/details/?id={customer}",
    "customer, contact information": "/customers/details/?id={customer}&tab=contact",
    "customer, from a list": "/customers/details/?id={customer}&list=search%3Dbak",
    "customer, beside": "/customers/beside/?id={customer}&list=search%3Dbak%26sort%3Dname",
    "customer, projects": "/customers/details/?id={customer}&tab=projects",
    "customer, finance": "/customers/details/?id={customer}&tab=finance",
    "customer, roles": "/customers/details/?id={customer}&tab=roles",
    "customer, roles of everyone": "/customers/details/?id={customer}&tab=roles&show=everyone&search=a",
    "customer, roles to copy, found": "/customers/roles/copy/?id={customer}&q=bakker",
    "customer, roles to copy": "/customers/roles/copy/?id={customer}&from={another}",
    "customer, settings": "/customers/details/?id={customer}&tab=settings",
    "customer, history": "/customers/details/?id={customer}&tab=history",
    "customer, as it was": "/customers/details/?id={customer}&tab=history&on=2026-11-02",
    "customer, changes": "/customers/details/?id={customer}&tab=history&show=changes",
    "customer, changes, narrowed": "/customers/details/?id={customer}&tab=history&show=changes&who=system"
    "&what=customer&from=2020-01-01",
    "customer, changes, searched": "/customers/details/?id={customer}&tab=history&show=changes&search=bak",
    "customer, form": "/customers/edit/?id={customer}",
    "customer, new": "/customers/new/",
    "customer, like others": "/customers/alike/?company_name=Bakkerij",
    "customer, labels": "/customers/labels/?id={customer}",
    "customer, mail": "/customers/mail/?id={customer}",
    "customer, register": "/customers/register/?id={customer}",
    "customer, archive": "/customers/action/?action=archive&rowid={customer}",
    "customer, restore": "/customers/action/?action=restore&rowid={archived}",
    "customer, delete": "/customers/delete/?id={archived}",
    "customer, kind": "/customers/action/?action=kind&rowid={customer}",
    "customers, archive": "/customers/action/?action=archive&rowid={customer}&rowid={another}",
    "customers, delete": "/customers/action/?action=delete&rowid={archived}&rowid={customer}",
    "customers, label": "/customers/action/?action=label&rowid={customer}&rowid={another}",
    "customers, label, with a choice": "/customers/action/?action=label&rowid={customer}&put={label}",
    "contacts": "/contacts/",
    "contacts, mailing list": "/contacts/mailing/?with=main_contact",
    "contact": "/contacts/details/?id={contact}",
    "contact, form": "/contacts/edit/?id={contact}",
    "contact, new": "/contacts/new/?customer={customer}",
    "contact, labels": "/contacts/labels/?id={contact}",
    "contact, deactivate": "/contacts/action/?action=archive&rowid={contact}",
    "contact, convert": "/contacts/action/?action=convert&rowid={contact}",
    "contacts, convert": "/contacts/action/?action=convert&rowid={contact}&rowid={colleague}",
    "contact, delete": "/contacts/delete/?id={contact}",
    "contacts, label, with a choice": "/contacts/action/?action=label&rowid={contact}&put={label}",
    "links": "/links/",
    "link": "/links/details/?id={link}",
    "link, form": "/links/edit/?id={link}",
    "link, new": "/links/new/?customer={customer}&contact={colleague}",
    "link, undone": "/links/delete/?id={link}",
    "contact, found for a customer": "/links/new/?customer={customer}&q=hol",
    "customer, found for a contact": "/links/new/?contact={contact}&q=bak",
    "projects": "/projects/",
    "project": "/projects/details/?id={project}",
    "project, settings": "/projects/details/?id={project}&tab=settings",
    "project, activities": "/projects/details/?id={project}&tab=activities",
    "project, form": "/projects/edit/?id={project}",
    "project, new": "/projects/new/?customer={customer}",
    "project, archive": "/projects/action/?action=archive&rowid={project}",
    "project, delete": "/projects/delete/?id={closed}",
    "registrations": "/registrations/",
    "registration": "/registrations/details/?id={registration}",
    "registration, form": "/registrations/edit/?id={registration}",
    "registration, new": "/registrations/new/?project={project}",
    "registration, delete": "/registrations/delete/?id={registration}",
    "activities": "/activities/",
    "activity": "/activities/details/?id={activity}",
    "activity, form": "/activities/edit/?id={activity}",
    "activity, new": "/activities/new/?customer={customer}",
    "activity, delete": "/activities/delete/?id={activity}",
    "comments": "/comments/",
    "comment": "/comments/details/?id={comment}",
    "comment, form": "/comments/edit/?id={comment}",
    "comment, new": "/comments/new/?customer={customer}",
    "comment, delete": "/comments/delete/?id={comment}",
    "mine": "/mine/",
    "addresses": "/addresses/",
    "address": "/addresses/details/?id={address}",
    "address, form": "/addresses/edit/?id={address}",
    "address, new": "/addresses/new/?customer={customer}",
    "address, delete": "/addresses/delete/?id={address}",
    "address, for invoices": "/addresses/action/?action=invoices&rowid={address}",
    "bank accounts": "/bank-accounts/",
    "bank account": "/bank-accounts/details/?id={account}",
    "bank account, form": "/bank-accounts/edit/?id={account}",
    "bank account, new": "/bank-accounts/new/?customer={customer}",
    "bank account, delete": "/bank-accounts/delete/?id={account}",
    "agreements": "/agreements/",
    "agreement": "/agreements/details/?id={agreement}",
    "agreement, form": "/agreements/edit/?id={agreement}",
    "agreement, new": "/agreements/new/?customer={customer}",
    "agreement, end": "/agreements/action/?action=end&rowid={agreement}",
    "portals": "/portals/",
    "portal": "/portals/details/?id={portal}",
    "portal, form": "/portals/edit/?id={portal}",
    "portal, new": "/portals/new/?customer={customer}",
    "portal, delete": "/portals/delete/?id={portal}",
    "customer, tools": "/customers/details/?id={customer}&tab=tools",
    "work processes": "/processes/",
    "work process": "/processes/details/?id={process}",
    "work process, history": "/processes/details/?id={process}&tab=history",
    "work process, form": "/processes/edit/?id={process}",
    "work process, delete": "/processes/delete/?id={process}",
    "work process, to be chosen": "/process-runs/new/?customer={customer}",
    "work process, start": "/process-runs/new/?customer={customer}&process={process}",
    "started work processes": "/process-runs/",
    "started work process": "/process-runs/details/?id={run}",
    "started work process, form": "/process-runs/edit/?id={run}",
    "started work process, stop": "/process-runs/action/?action=stop&rowid={run}",
    "links to tools": "/tool-links/",
    "link to a tool": "/tool-links/details/?id={tool}",
    "link to a tool, form": "/tool-links/edit/?id={tool}",
    "invitations": "/invitations/",
    "invitation": "/invitations/details/?id={invitation}",
    "invitation, new": "/invitations/new/?customer={customer}&portal={portal}&contact={colleague}",
    "invitation, revoke": "/invitations/action/?action=revoke&rowid={invitation}",
    "opportunities": "/opportunities/",
    "opportunity": "/opportunities/details/?id={opportunity}",
    "opportunity, form": "/opportunities/edit/?id={opportunity}",
    "opportunity, new": "/opportunities/new/?customer={customer}",
    "opportunity, delete": "/opportunities/delete/?id={opportunity}",
    "files": "/files/",
    "file": "/files/details/?id={file}",
    "file, form": "/files/edit/?id={file}",
    "file, new": "/files/new/?customer={customer}",
    "file, delete": "/files/delete/?id={file}",
    "file, what is in it": "/files/content/?id={file}",
    "relations": "/relations/",
    "relation": "/relations/details/?id={relation}",
    "relation, form": "/relations/edit/?id={relation}",
    "relation, found for a customer": "/relations/new/?customer={customer}&q=bakker",
    "relation, new": "/relations/new/?customer={customer}&other={another}",
    "relation, delete": "/relations/delete/?id={relation}",
    "labels": "/labels/",
    "label": "/labels/details/?id={label}",
    "label, form": "/labels/edit/?id={label}",
    "label, new": "/labels/new/",
    "label, delete": "/labels/delete/?id={label}",
    "label groups": "/label-groups/",
    "label group": "/label-groups/details/?id={group}",
    "label group, form": "/label-groups/edit/?id={group}",
    "label group, new": "/label-groups/new/",
    "label group, delete": "/label-groups/delete/?id={group}",
    "lists": "/lists/",
    "value of a list": "/lists/details/?id={value}",
    "value of a list, form": "/lists/edit/?id={value}",
    "value of a list, new": "/lists/new/?list=relation_kind",
    "values of a list, merge": "/lists/action/?action=merge&rowid={value}",
    "values of a list, merge, with a choice": "/lists/action/?action=merge&rowid={value}&into={kind}",
    "value of a list, delete": "/lists/delete/?id={value}",
    "users": "/users/",
    "user": "/users/details/?id={user}",
    "user, form": "/users/edit/?id={user}",
    "user, new": "/users/new/",
    "teams": "/teams/",
    "team": "/teams/details/?id={team}",
    "team, form": "/teams/edit/?id={team}",
    "team, new": "/teams/new/",
    "team, delete": "/teams/delete/?id={team}",
    "roles": "/roles/",
    "role": "/roles/details/?id={role}",
    "role, form": "/roles/edit/?id={role}",
    "role, new": "/roles/new/",
    "role, delete": "/roles/delete/?id={role}",
    "contact, history": "/contacts/details/?id={contact}&tab=history",
    "contact, history, narrowed": "/contacts/details/?id={contact}&tab=history&who=system&from=2020-01-01",
    "contact, history, nobody's": "/contacts/details/?id={contact}&tab=history&who=999",
    "contact, history, searched": "/contacts/details/?id={contact}&tab=history&search=hol",
    "history": "/history/",
    "history, filters": "/history/filter/?at=/customers/details/&of=customer&id={customer}&tab=history&show=changes",
    "undo": "/history/undo/?changeset={changed}",
    "undo, of many": "/history/undo/?changeset={import}",
    "bin": "/bin/",
    "imports": "/imports/",
    "import, new": "/imports/new/?kind=customers",
    "import, columns": "/imports/{begun}/columns/",
    "import, check": "/imports/{checked}/check/",
    "import, result": "/imports/{done}/",
    "import, template": "/imports/template/customers.xlsx",
    "settings": "/settings/",
    "search": "/search/?q=bakker",
    "search, a slip": "/search/?q=bokker",
    "palette": "/search/palette/?q=bakker",
    "keys": "/keys/",
    "profile": "/profile/",
}

LIST = b"Number;Company;City;Country\nK-1;Acme;Zwolle;NL\nK-2;Beta;Assen;Atlantis\n;Bakkerij;Assen;NL\n"

GROWING = {
    name: PAGES[name]
    for name in (
        "customers",
        "contacts",
        "projects",
        "labels",
        "customer, contact information",
        "contact",
        "contact, history",
        "contact, history, narrowed",
        "history",
        "activities",
        "comments",
        "mine",
    )
}


@contextmanager
def counted(*, only: tuple[str, ...] = ("SELECT", "WITH")) -> Iterator[list[str]]:
    """Every statement that is sent meanwhile and begins so."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(only):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def filled(session: Session, cast: Cast, rows: int) -> dict[str, int]:
    """So many customers, each with all that a card shows; the keys are those of the last one."""
    kind = session.scalar(select(ListValue)) or factories.list_value(session, ValueList.RELATION_KIND, "accountant of")
    for _ in range(rows):
        customer = factories.customer(session, owner_id=cast.alice.id)
        contact = factories.contact(session, owner_id=cast.bob.id)
        project = factories.project(session, customer)
        factories.put_label(session, factories.label(session), customer=customer)
        factories.invoice(session, customer)
        factories.quote(session, customer)
        factories.relation(session, factories.customer(session), customer, kind)
        made = {
            "customer": customer,
            "contact": contact,
            "project": project,
            "kind": kind,
            "address": factories.address(session, customer, is_head_office=True),
            "link": factories.link(session, customer, contact, function="Finance"),
            "registration": factories.registration(session, project, cast.alice),
            "opportunity": factories.opportunity(session, customer, user_id=cast.bob.id),
            "relation": factories.relation(session, customer, contact, kind),
            "file": factories.attachment(session, customer, project_id=project.id),
            "activity": factories.activity(
                session, customer, project_id=project.id, contact_id=contact.id, user_id=cast.dana.id
            ),
            "comment": factories.comment(session, customer, cast.dana, user_id=cast.alice.id),
        }
    return {name: row.id for name, row in made.items()}


def furnished(session: Session, cast: Cast, ids: dict[str, int], folder: Path) -> dict[str, int]:
    """What else there is a page for: below the customer, in the office, and what was archived, imported and changed."""
    customer, contact = session.get_one(Customer, ids["customer"]), session.get_one(Contact, ids["contact"])
    another, colleague = factories.customer(session), factories.contact(session)
    archived = filled(session, cast, 1)["customer"]
    closed = factories.project(session, customer)
    factories.registration(session, closed, cast.alice)
    group = factories.label_group(session)
    label = factories.label(session, group_id=group.id)
    for one in (customer, another):
        factories.put_label(session, label, customer=one)
        factories.link(session, one, colleague)
    factories.put_label(session, label, contact=contact)
    factories.list_value(session, ValueList.FUNCTION, "Finance")
    value = factories.list_value(session, ValueList.RELATION_KIND, "supplier of")
    factories.relation(session, customer, another, value)
    portal = factories.portal(session, customer)
    process = factories.process(session, "Ask", "Send")
    reader = session.scalars(select(Role).where(Role.name == "Reader")).one()
    for place in range(2, 5):
        # Who has no role everywhere, and does a step.
        doer = factories.user(session)
        factories.access(session, customer, reader, doer)
        factories.process_step(session, process, doer=Doer.USER, user_id=doer.id, position=place)
    run = factories.process_run(session, customer, process)
    for days in (1, -1):
        due_at = factories.A_MOMENT + dt.timedelta(days=days)
        factories.activity(session, customer, process_run_id=run.id, user_id=cast.bob.id, due_at=due_at)
    configure(session, SYSTEM, {"ask_registers": True})
    with changeset(session, SYSTEM, "Archive"):
        session.get_one(Customer, archived).archived_at = closed.archived_at = A_MOMENT
    with changeset(session, looker_for(session, cast.dana), "Change the rates") as changed:
        customer.hourly_rate = another.hourly_rate = Decimal(90)
    return {
        **imported(session, looker_for(session, cast.dana), folder),
        "another": another.id,
        "colleague": colleague.id,
        "archived": archived,
        "closed": closed.id,
        "group": group.id,
        "label": label.id,
        "value": value.id,
        "portal": portal.id,
        "invitation": factories.portal_grant(session, portal, contact, expires_on=factories.today()).id,
        "agreement": factories.agreement(session, customer).id,
        "process": process.id,
        "run": run.id,
        "tool": factories.tool_link(session, "https://map.example/{city}").id,
        "account": factories.bank_account(session, customer).id,
        "user": cast.alice.id,
        "team": factories.team(session, cast.alice).id,
        "role": factories.role(session).id,
        "changed": changed.id,
    }


def imported(session: Session, looker: Looker, folder: Path) -> dict[str, int]:
    """An import that is begun, one that is checked and one that is done."""
    begun, checked, done = (
        looking.upload(session, looker, folder, io.BytesIO(LIST), "list.csv", ImportKind.CUSTOMERS) for _ in range(3)
    )
    for one in (checked, done):
        looking.map_columns(session, looker, one.id, {})
        planning.make_plan(session, looker, folder, one.id)
    written = planning.commit(session, looker, folder, done.id)
    return {"begun": begun.id, "checked": checked.id, "done": done.id, "import": written.changeset or 0}


def change_amounts(session: Session) -> None:
    """Change the hourly rate of every customer."""
    with changeset(session, SYSTEM, "Change the rates"):
        for customer in session.scalars(select(Customer)):
            customer.hourly_rate = (customer.hourly_rate or Decimal(90)) + 1


def change_often(session: Session, contact_id: int) -> None:
    """Change a contact so often in one event that not all of it is shown, and register time with it."""
    contact = session.get_one(Contact, contact_id)
    with changeset(session, SYSTEM, "Change a contact"):
        for number in range(SHOWN + 5):
            contact.job_title = f"Title {number}"
            session.flush()
    link = session.scalars(select(CustomerContact).where(CustomerContact.contact_id == contact_id)).first()
    assert link is not None
    project = factories.project(session, session.get_one(Customer, link.customer_id))
    factories.registration(session, project, contact_id=contact_id, amount=Decimal(90))


def let_in(session: Session, customer_id: int) -> None:
    """Give Erik and the team of Faye their one customer, or another."""
    erik = session.scalar(select(User).where(User.name == "Erik")) or factories.user(session, name="Erik")
    team = session.scalar(select(Team)) or factories.team(session, factories.user(session, name="Faye"))
    roles = {role.name: role for role in session.scalars(select(Role))}
    customer = session.get_one(Customer, customer_id)
    factories.access(session, customer, roles["Editor"], erik)
    factories.access(session, customer, roles["Manager"], team)


def test_no_page_costs_more_queries_than_written_down(
    app: Flask, client_for: ClientFor, session: Session, cast: Cast, engine_kind: str, tmp_path: Path
) -> None:
    ids = filled(session, cast, 3)
    let_in(session, ids["customer"])
    ids |= furnished(session, cast, ids, tmp_path / "imports")
    # What a page asks does not depend on the database: there one of them is enough.
    found: dict[str, dict[str, int]] = {who: {} for who in (PEOPLE if engine_kind == "sqlite" else ("Dana",))}
    for who, costs in found.items():
        client = client_for(who)
        for name, path in PAGES.items():
            with counted() as sent:
                # The page alone: what is on it is checked elsewhere, and takes as long again.
                status = FlaskClient.open(client, path.format(**ids)).status_code
            # Dana opens every page; what the others are refused costs no more.
            assert status == 200 or (status in (302, 403, 404) and who != "Dana"), f"{who}, {name}: {status}"
            costs[name] = len(sent)
    if os.environ.get("KAARTENBAK_REWRITE") and engine_kind == "sqlite":
        BUDGET.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    written = json.loads(BUDGET.read_text("utf-8"))
    assert found == {who: written[who] for who in found}
    assert {(who, name): count for who in found for name, count in found[who].items() if count > LIMIT} == {}


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_the_page_of_a_record_reads_its_own_labels_and_given_roles_not_those_of_all(
    app: Flask, client_for: ClientFor, session: Session, cast: Cast, tmp_path: Path
) -> None:
    ids = filled(session, cast, 1)
    ids |= furnished(session, cast, ids, tmp_path / "imports")
    client, plan = client_for("Dana"), []

    def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT") and ("_label" in statement or "sign_in" in statement):
            raw = cursor.connection.cursor()
            plan.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        for name in (
            "customer, overview",
            "customer, contact information",
            "customer, form",
            "contact",
            "contact, form",
        ):
            assert FlaskClient.open(client, PAGES[name].format(**ids)).status_code == 200, name
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    for table in ("customer_label", "contact_label"):
        assert any(f"SEARCH {table}_1 USING" in step or f"SEARCH {table} USING" in step for step in plan), plan
    assert [
        step for step in plan if step == "SCAN label" or step.startswith(("SCAN label_", "MATERIALIZE (join"))
    ] == []
    assert [step for step in plan if "ix_customer_access_role_id" in step] == []


@pytest.mark.parametrize("who", ["Dana", "Bob", "Erik"])
def test_a_page_with_more_rows_costs_no_more_queries(
    app: Flask, client_for: ClientFor, session: Session, cast: Cast, who: str
) -> None:
    # One customer alone is asked for in another way than several.
    let_in(session, filled(session, cast, 1)["customer"])
    ids = filled(session, cast, 1)
    let_in(session, ids["customer"])
    client, me = client_for(who), session.scalars(select(User).where(User.name == who)).one()

    def costs() -> dict[str, int]:
        found = {}
        for page, path in GROWING.items():
            with counted() as sent:
                assert client.get(path.format(**ids)).status_code == 200, page
            found[page] = len(sent)
        return found

    for key in session.scalars(select(Customer.id)):
        factories.activity(session, session.get_one(Customer, key), user_id=me.id)
    change_amounts(session)
    change_often(session, ids["contact"])
    few = costs()
    for _ in range(5):
        more = filled(session, cast, 1)
        let_in(session, more["customer"])
        factories.activity(session, session.get_one(Customer, more["customer"]), user_id=me.id)
        factories.link(session, session.get_one(Customer, more["customer"]), session.get_one(Contact, ids["contact"]))
    change_amounts(session)
    many = costs()
    assert {page: count for page, count in many.items() if count > few[page]} == {}
    assert {page: count for page, count in many.items() if count > LIMIT} == {}


def test_the_page_of_an_undo_sends_no_more_statements_for_many_rows(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    client = client_for("Dana")

    def cost() -> int:
        change_amounts(session)
        newest = session.scalar(select(func.max(Changeset.id)))
        with counted(only=("",)) as sent:
            assert client.get(f"/history/undo/?changeset={newest}").status_code == 200
        return len(sent)

    factories.customer(session)
    few = cost()
    for _ in range(40):
        factories.customer(session)
    assert few == cost() <= UNDO_LIMIT
