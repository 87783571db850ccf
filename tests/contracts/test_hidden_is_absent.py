"""On every route that takes an id, a record that may not be seen answers as one that does not exist, and stays as it is.

Each route says here which ids it takes, in the address or in a form. A new route that says nothing fails the first test.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views import plans, routes
from admin_views.panel import ENTITIES
from models import access
from models.access import SYSTEM
from models.base import db
from models.customer import Customer
from models.imports import ImportKind, ImportMode, ImportRun, ImportState
from models.journal import Changeset, changeset
from models.journal.triggers import keeping
from models.operations import delete
from models.operations.configure import configure
from models.settings import ValueList
from models.user import ON_A_CUSTOMER, Right, SignIn, User
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.contracts.test_routes import whole
from tests.pages import PageClient

HIDDEN, ABSENT, MINE = 7_111_111, 7_222_222, 7_333_333
# What cannot be seen by its id: everybody who signed in sees these, or nobody comes there without a right everywhere.
OPEN_TO_ALL = frozenset({"labels", "label-groups", "lists", "processes", "tool-links", "users", "teams", "roles"})
HIDING = tuple(endpoint for endpoint in ENTITIES if endpoint not in OPEN_TO_ALL)
WITHOUT_IDS = frozenset(
    {
        *(
            "static",
            "bootstrap.static",
            "icons.static",
            "icons.sprite",
            "health.index",
            "home.index",
            "searching.index",
            "searching.palette",
            "keys.index",
            "customers.alike_view",
        ),
        *(
            "auth.login",
            "auth.logout",
            "auth.profile",
            "auth.language",
            "auth.theme",
            "auth.keys",
            "folding.one",
            "folding.several",
            "mine.index",
            "auth.change_password",
        ),
        *("settings.index", "settings.save", "settings.reviewed", "imports.index", "imports.new", "imports.template"),
        # How files are read belongs to the office, and says nothing of anybody's rows.
        *(f"import_profiles.{name}" for name in ("index", "show", "rename", "version", "delete", "restore")),
    }
)


@dataclass(frozen=True)
class Probe:
    """A request with `{id}` where a key goes. `found` is the status for what is not there.

    With a `verb` a plan of it that was shown goes along, as the field `plan` or another.
    """

    method: str
    path: str
    form: Mapping[str, str] = field(default_factory=dict)
    found: int = 404
    verb: str | None = None
    plan: str = "plan"

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.form)} {self.plan if self.verb else ''}"


def of_entity(endpoint: str) -> dict[str, list[Probe]]:
    """The probes of an entity's routes; what is done to many shows the list again when none of them is there."""
    at = f"/{endpoint}"
    verbs = [action.name for action in ENTITIES[endpoint].actions if action.name != "delete"]
    two_steps = [Probe("GET", f"{at}/action/?action={verb}&rowid={{id}}") for verb in verbs]
    two_steps += [Probe("POST", f"{at}/action/", {"action": verb, "rowid": "{id}"}) for verb in verbs]
    two_steps += [
        Probe("POST", f"{at}/action/", {"action": verb}, verb=f"{endpoint}.{verb}", plan=field)
        for verb in verbs
        for field in ("plan", "again")
    ]
    two_steps += [Probe("GET", f"{at}/action/?action={verb}&rowid={MINE}&rowid={{id}}", found=0) for verb in verbs]
    deleting = [
        Probe("GET", f"{at}/delete/?id={{id}}"),
        Probe("GET", f"{at}/delete/?rowid={MINE}&rowid={{id}}", found=0),
        Probe("POST", f"{at}/delete/?id={{id}}"),
        Probe("POST", f"{at}/delete/", verb=f"{endpoint}.delete"),
        Probe("POST", f"{at}/delete/", verb=f"{endpoint}.delete", plan="again"),
    ]
    return {
        f"{endpoint}.index_view": [
            Probe("GET", f"{at}/?{name}={{id}}", found=200) for name in ENTITIES[endpoint].spec.filters
        ],
        f"{endpoint}.filters_view": [
            Probe("GET", f"{at}/filters/?{name}={{id}}", found=200 if ENTITIES[endpoint].filters else 404)
            for name in ENTITIES[endpoint].spec.filters
        ],
        f"{endpoint}.export": [
            Probe("GET", f"{at}/export/csv/?{name}={{id}}", found=200 if ENTITIES[endpoint].exports else 404)
            for name in ENTITIES[endpoint].spec.filters
        ],
        f"{endpoint}.details_view": [
            Probe("GET", f"{at}/details/?id={{id}}"),
            Probe("GET", f"{at}/details/?id={{id}}&tab=history&list=page%3D1"),
        ],
        f"{endpoint}.beside_view": [
            Probe("GET", f"{at}/beside/?id={{id}}&list=page%3D1", found=200),
            Probe("GET", f"{at}/beside/?id={{id}}&list=page%3D1&to=next", found=302),
            *(
                Probe("GET", f"{at}/beside/?id={MINE}&list={name}%3D{{id}}", found=200)
                for name in ENTITIES[endpoint].spec.filters
            ),
        ],
        f"{endpoint}.edit_view": [
            Probe("GET", f"{at}/edit/?id={{id}}"),
            Probe("POST", f"{at}/edit/?id={{id}}", {"company_name": "Gekaapt", "position": "0"}),
        ],
        f"{endpoint}.action_view": two_steps,
        f"{endpoint}.delete_view": deleting,
        f"{endpoint}.create_view": [],
    }


def probes() -> dict[str, list[Probe]]:
    """Every route that takes an id of something that can be hidden, by endpoint."""
    found: dict[str, list[Probe]] = {}
    for endpoint in HIDING:
        found |= of_entity(endpoint)
    person = {"kind": "private", "first_name": "Nieuw", "last_name": "Iemand"}
    use = f"convert-{MINE}-use"
    found["contacts.action_view"] += [
        Probe("GET", f"/contacts/action/?action=convert&rowid={MINE}&{use}={{id}}", found=0),
        Probe("POST", "/contacts/action/", {"action": "convert", "rowid": str(MINE), use: "{id}"}, found=0),
    ]
    found["contacts.create_view"] = [
        Probe("GET", "/contacts/new/?customer={id}", found=0),
        Probe("POST", "/contacts/new/?customer={id}", person, found=0),
    ]
    asked = [*ENTITIES["contacts"].spec.filters, "per"]
    found["contacts.mailing_view"] = [Probe("GET", f"/contacts/mailing/?{name}={{id}}", found=200) for name in asked]
    found["contacts.mailing_file"] = [
        Probe("GET", f"/contacts/mailing/csv/?{name}={{id}}", found=200) for name in asked
    ]
    found["projects.create_view"] = [
        Probe("GET", "/projects/new/?customer={id}"),
        Probe("POST", "/projects/new/?customer={id}", {"customer_id": "{id}", "name": "Nieuw"}, found=0),
        Probe("POST", "/projects/new/", {"customer_id": "{id}", "name": "Nieuw"}, found=0),
    ]
    for endpoint in ("customers", "contacts"):
        labels = f"/{endpoint}/labels/?id={{id}}"
        found[f"{endpoint}.labels_view"] = [Probe("GET", labels), Probe("POST", labels, {"labels": "1"})]
    both = {"customer_id": "{id}", "contact_id": "{id}"}
    found["links.create_view"] = [
        Probe("GET", "/links/new/?customer={id}&q=on"),
        Probe("GET", "/links/new/?contact={id}&q=on"),
        Probe("GET", f"/links/new/?customer={MINE}&contact={{id}}"),
        Probe("GET", f"/links/new/?customer={{id}}&contact={MINE}"),
        Probe("POST", "/links/new/", both),
        Probe("POST", "/links/new/", {**both, "customer_id": str(MINE)}),
        Probe("POST", "/links/new/", {**both, "contact_id": str(MINE)}),
    ]
    relation = {"customer_id": str(MINE), "kind_id": "1"}
    found["relations.create_view"] = [
        Probe("GET", "/relations/new/?customer={id}"),
        Probe("GET", "/relations/new/?contact={id}"),
        Probe("GET", f"/relations/new/?customer={MINE}&other={{id}}"),
        Probe("GET", f"/relations/new/?customer={MINE}&contact={{id}}"),
        Probe("POST", "/relations/new/?customer={id}", {"customer_id": "{id}", "other_customer_id": str(MINE)}),
        Probe("POST", f"/relations/new/?customer={MINE}", relation | {"other_customer_id": "{id}"}),
        Probe("POST", f"/relations/new/?customer={MINE}", relation | {"contact_id": "{id}"}),
    ]
    found["portals.create_view"] = [
        Probe("GET", "/portals/new/?customer={id}"),
        Probe("POST", "/portals/new/", {"customer_id": "{id}", "name": "Nieuw"}),
    ]
    until = {"contact_id": str(MINE), "expires_on": "2099-12-31"}
    found["invitations.create_view"] = [
        Probe("GET", "/invitations/new/?customer={id}"),
        Probe("GET", f"/invitations/new/?customer={MINE}&portal={{id}}"),
        Probe("POST", "/invitations/new/", {**until, "customer_id": "{id}", "portal_id": str(MINE)}),
        Probe("POST", "/invitations/new/", {**until, "customer_id": str(MINE), "portal_id": "{id}"}, found=0),
        Probe("POST", "/invitations/new/", {**until, "customer_id": str(MINE), "contact_id": "{id}"}, found=0),
    ]
    found["agreements.create_view"] = [
        Probe("GET", "/agreements/new/?customer={id}"),
        Probe("POST", "/agreements/new/", {"customer_id": "{id}", "name": "Nieuw", "starts_on": "2026-11-21"}),
    ]
    found["bank-accounts.create_view"] = [
        Probe("GET", "/bank-accounts/new/?customer={id}"),
        Probe("POST", "/bank-accounts/new/", {"customer_id": "{id}", "iban": "NL91ABNA0417164300"}),
    ]
    found["activities.quick_view"] = [
        Probe("POST", "/activities/quick/", {"customer_id": "{id}", "subject": "Nieuw"}),
        Probe("POST", "/activities/quick/", {"customer_id": str(MINE), "project_id": "{id}", "subject": "x"}, found=0),
    ]
    found["activities.mark_view"] = [
        Probe("POST", "/activities/mark/", {state: "{id}"}) for state in ("done", "planned", "cancelled")
    ]
    run = {"customer_id": "{id}", "process_id": str(MINE), "starts_on": "2026-11-23", "plan": "x"}
    found["process-runs.create_view"] = [
        Probe("GET", "/process-runs/new/?customer={id}"),
        Probe("GET", f"/process-runs/new/?customer={{id}}&process={MINE}"),
        Probe("POST", "/process-runs/new/", run),
        Probe("POST", "/process-runs/new/?customer={id}", run),
    ]
    link = {"customer_id": str(MINE), "url": "https://drive.example/", "name": "Nieuw"}
    found["files.create_view"] = [
        Probe("GET", "/files/new/?customer={id}"),
        Probe("POST", "/files/new/?customer={id}&link=1", link | {"customer_id": "{id}"}),
        Probe("POST", f"/files/new/?customer={MINE}&link=1", link | {"project_id": "{id}"}, found=422),
    ]
    found["opportunities.create_view"] = [
        Probe("GET", "/opportunities/new/?customer={id}"),
        Probe("POST", "/opportunities/new/", {"customer_id": "{id}", "name": "Nieuw"}),
    ]
    found["opportunities.close_view"] = [
        Probe("POST", "/opportunities/close/", {"id": "{id}", "state": "won", "was": "pipeline"})
    ]
    found["files.content_view"] = [Probe("GET", "/files/content/?id={id}")]
    found["customers.roles_view"] = [Probe("POST", "/customers/roles/?id={id}", {"who": "user-1", "role": "1"})]
    found["customers.copy_roles_view"] = [
        Probe("GET", "/customers/roles/copy/?id={id}&q=on"),
        Probe("GET", f"/customers/roles/copy/?id={{id}}&from={MINE}"),
        Probe("GET", f"/customers/roles/copy/?id={MINE}&from={{id}}"),
        Probe("POST", "/customers/roles/copy/?id={id}"),
        Probe("POST", f"/customers/roles/copy/?id={{id}}&from={MINE}", {"row": "user-1"}),
        Probe("POST", f"/customers/roles/copy/?id={MINE}&from={{id}}", {"row": "user-1"}),
    ]
    found["customers.mail_view"] = [
        Probe("GET", "/customers/mail/?id={id}"),
        Probe("POST", "/customers/mail/?id={id}", {"recipient_id": "1", "text": "Hello", "keep": "1"}),
        Probe("POST", "/customers/mail/?id={id}", {"again": "1"}),
        Probe("POST", f"/customers/mail/?id={MINE}", {"again": "{id}"}),
        Probe("POST", f"/customers/mail/?id={MINE}", {"recipient_id": "{id}", "text": "Hello"}, found=422),
    ]
    found["customers.register_view"] = [
        Probe("GET", "/customers/register/?id={id}"),
        Probe("POST", "/customers/register/?id={id}", {"ask": "1"}),
        Probe("POST", "/customers/register/?id={id}", {"answer": "shown", "part-email": "1"}),
    ]
    found["history.index"] = [Probe("GET", "/history/?customer_id={id}&contact_id={id}", found=200)]
    found["history.narrow"] = [Probe("GET", "/history/filter/?at=/customers/details/&of=customer&id={id}", found=200)]
    found["history.undo"] = [
        Probe("GET", "/history/undo/?changeset={id}"),
        Probe("GET", "/history/undo/?changeset={id}&table=customer&row={id}&field=phone"),
        Probe("POST", "/history/undo/", {"changeset": "{id}"}),
    ]
    found["history.adopt"] = [Probe("POST", "/history/adopt/", {"first": "{id}", "last": "{id}"})]
    found["bin.index"] = [Probe("GET", "/bin/?before={id}", found=200)]
    found["bin.restore"] = [Probe("POST", "/bin/restore/", {"changeset": "{id}"})]
    found["auth.end_session"] = [Probe("POST", "/profile/sessions/{id}/end")]
    for name in ("result", "check", "columns", "rejected"):
        rest = {"result": "", "rejected": "rejected.xlsx"}.get(name, f"{name}/")
        found[f"imports.{name}"] = [Probe("GET", f"/imports/{{id}}/{rest}")]
    found["imports.columns"] += [
        Probe("POST", "/imports/{id}/columns/"),
        Probe("POST", "/imports/{id}/columns/", {"step": "look", "header": "1"}),
    ]
    found["imports.rows"] = [
        Probe("POST", "/imports/{id}/rows/", form)
        for form in ({"was": "2"}, {"decide-2": "new"}, {"cell-2-1": "x"}, {"mode": "add"})
    ]
    found["imports.commit"] = [Probe("POST", "/imports/{id}/commit/", {"plan": "x"})]
    found["import_profiles.save"] = [Probe("POST", "/imports/{id}/profile/", {"profile_name": "Mine"})]
    found["import_words.words"] = [Probe(method, "/imports/{id}/words/") for method in ("GET", "POST")]
    found["imports.take_back"] = [Probe("POST", "/imports/{id}/take-back/", {"row": "2"})]
    found["imports.undo_rows"] = [Probe("POST", "/imports/{id}/undo/", {"row": "2"})]
    for name, rest in (("show", "progress/"), ("figures", "progress.json")):
        found[f"import_progress.{name}"] = [Probe("GET", f"/imports/{{id}}/{rest}")]
    for name in ("stop", "again"):
        found[f"import_progress.{name}"] = [Probe("POST", f"/imports/{{id}}/{name}/")]
    found["imports.forget"] = [Probe("POST", "/imports/{id}/forget/")]
    return found


def renumber(session: Session, old: int) -> None:
    """Give a changeset the hidden key, so that nothing else on a page reads like it."""
    session.commit()
    with keeping(session.connection()):
        for statement in (
            "UPDATE changeset SET id = :new WHERE id = :old",
            "UPDATE change SET changeset_id = :new WHERE changeset_id = :old",
        ):
            session.execute(text(statement), {"new": HIDDEN, "old": old})
    session.commit()
    session.expire_all()


@pytest.fixture
def scene(session: Session, cast: Cast) -> None:
    """One record of each kind under the key HIDDEN, all at a customer of which Charlie and Erik see nothing.

    Charlie has every right on a customer of his own, and may import and export; Erik has every right everywhere but to
    see customers, which he may only on that one.
    """
    configure(session, SYSTEM, {"ask_registers": True})
    mine = factories.customer(session, id=MINE, company_name="Eigen Zaak B.V.")
    theirs = factories.customer(session, id=HIDDEN, company_name="Verborgen Zaken B.V.")
    contact = factories.contact(session, id=HIDDEN, last_name="Onzichtbaar", company_name="Onzichtbaar B.V.")
    shared = factories.contact(session, id=MINE, last_name="Gedeeld")
    factories.project(session, mine, id=MINE)
    factories.link(session, theirs, contact, id=HIDDEN, function="Geheim")
    factories.bank_account(session, theirs, id=HIDDEN, holder="Verborgen")
    factories.agreement(session, theirs, id=HIDDEN, name="Geheim")
    factories.portal(session, mine, id=MINE)
    portal = factories.portal(session, theirs, id=HIDDEN, name="Geheim")
    factories.portal_grant(session, portal, contact, id=HIDDEN, expires_on=dt.date(2099, 12, 31))
    factories.link(session, mine, shared, id=MINE)
    factories.link(session, theirs, shared)
    factories.registration(session, factories.project(session, theirs, id=HIDDEN, name="Geheim project"), cast.bob)
    for customer, key in ((theirs, HIDDEN), (mine, MINE)):
        factories.attachment(session, customer, id=key, name=f"Geheim {key}.pdf" if customer is theirs else "plan.pdf")
    factories.opportunity(session, theirs, id=HIDDEN, name="Geheim plan")
    factories.process_run(session, theirs, factories.process(session, "Bellen", id=MINE), id=HIDDEN, name="Geheim")
    kind = factories.list_value(session, ValueList.RELATION_KIND, "accountant of", id=1)
    factories.relation(session, mine, theirs, kind, id=HIDDEN)
    factories.relation(session, mine, contact, kind)
    for_files = factories.role(session, rights=frozenset({"import", "export"}))
    on_mine = factories.role(session, rights=frozenset(ON_A_CUSTOMER))
    all_but = factories.role(session, rights=frozenset(Right) - {Right.VIEW, Right.SETTINGS})
    erik = factories.user(session, name="Erik", role_id=all_but.id)
    with changeset(session, SYSTEM, "Set up"):
        cast.charlie.role_id = for_files.id
    for person in (cast.charlie, erik):
        factories.access(session, mine, on_mine, person)
    session.add(
        ImportRun(
            id=HIDDEN,
            kind=ImportKind.CUSTOMERS,
            mode=ImportMode.ADD,
            state=ImportState.PLANNED,
            user_id=cast.bob.id,
            file_name="geheim.xlsx",
            stored_as="x",
            options={"columns": [], "sheets": [], "first_rows": []},
        )
    )
    session.add(SignIn(id=HIDDEN, user_id=cast.bob.id, token_hash="x"))
    session.commit()


def in_the_bin(session: Session) -> None:
    """A delete that nobody but the system sees, under the key HIDDEN."""
    gone = factories.customer(session, company_name="Weggegooid B.V.")
    with changeset(session, SYSTEM, "Archive"):
        gone.archived_at = factories.A_MOMENT
    plan = delete.plan(session, SYSTEM, Customer, [gone.id])
    renumber(session, delete.do(session, SYSTEM, Customer, [gone.id], plan.digest, plan.confirm).id)


def an_edit(session: Session) -> None:
    """A change of the hidden customer, under the key HIDDEN."""
    with changeset(session, SYSTEM, "Change") as kept:
        session.get_one(Customer, HIDDEN).phone = "1"
    renumber(session, kept.id)


def normal(answer: TestResponse, key: int) -> tuple[int, str | None, str]:
    """An answer without the key that was asked for, and without tokens."""
    body = answer.get_data(as_text=True)
    answer.close()
    body = re.sub(r'(name="(?:csrf_token|plan|again|once)"[^>]*value=")[^"]*', r"\1", body)
    return answer.status_code, *(text and re.sub(rf"\b{key}\b", "KEY", text) for text in (answer.location, body))


def send(app: Flask, client: PageClient, token: str, probe: Probe, key: int, who: str) -> tuple[int, str | None, str]:
    put = {name: value.format(id=key) for name, value in probe.form.items()}
    if probe.verb is not None:
        put[probe.plan] = signed(app, who, probe.verb, key)
    path = probe.path.format(id=key)
    if probe.method == "GET":
        return normal(client.get(path), key)
    return normal(client.post(path, data={"csrf_token": token, **put}), key)


def signed(app: Flask, who: str, verb: str, key: int) -> str:
    """The plan that this person was shown when the record could still be seen."""
    with app.app_context():
        session = db.session()
        access.look_as(session, SYSTEM)
        looker = access.looker_for(session, session.scalars(select(User).where(User.name == who)).one())
        return plans.sign(looker, verb, ids=[key], digest="shown before")


def test_every_route_says_which_ids_it_takes(app: Flask) -> None:
    known = probes().keys() | WITHOUT_IDS
    said = {one.endpoint for one in routes.all_routes(app)}
    left = {name for name in said if name.partition(".")[0] not in OPEN_TO_ALL} - known
    assert left == set()
    assert probes().keys() - said == set()


# Charlie sees nothing, Erik a customer of his own besides: on PostgreSQL his statements, which ask for more, are enough.
@pytest.mark.parametrize(
    ("engine_kind", "who"),
    [("sqlite", "Charlie"), ("sqlite", "Erik"), ("postgresql", "Erik")],
    indirect=["engine_kind"],
)
def test_a_hidden_record_answers_as_one_that_does_not_exist(
    app: Flask, session: Session, scene: None, client_for: ClientFor, who: str
) -> None:
    an_edit(session)
    compare(app, session, client_for(who), who, probes())
    assert session.get(SignIn, HIDDEN) is not None


def test_a_hidden_delete_answers_as_one_that_does_not_exist(
    app: Flask, session: Session, scene: None, client_for: ClientFor
) -> None:
    in_the_bin(session)
    about = {name: listed for name, listed in probes().items() if name.startswith(("bin.", "history."))}
    compare(app, session, client_for("Charlie"), "Charlie", about)


def compare(app: Flask, session: Session, client: PageClient, who: str, asked: Mapping[str, list[Probe]]) -> None:
    """Ask for the hidden one and for none, and see that nothing but the key differs, and that nothing happened."""
    token = client.token()
    before, wrong = whole(session), []
    for probe in (probe for listed in asked.values() for probe in listed):
        hidden = send(app, client, token, probe, HIDDEN, who)
        absent = send(app, client, token, probe, ABSENT, who)
        if hidden != absent:
            wrong.append(f"{probe}: {hidden[:2]} for a hidden one, {absent[:2]} for none")
        elif probe.found and hidden[0] != probe.found:
            wrong.append(f"{probe}: {hidden[0]} instead of {probe.found}")
        elif any(word in hidden[2] for word in ("Verborgen", "Onzichtbaar", "Geheim", "Weggegooid")):
            wrong.append(f"{probe}: tells what is hidden")
    assert wrong == []
    assert whole(session) == before
    assert session.scalar(select(Changeset.undone_by_id).where(Changeset.id == HIDDEN)) is None
