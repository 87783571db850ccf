"""The plan of a verb that does not count any more is shown again, counted anew, with the reason why."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from flask import Flask
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views import plans
from admin_views.contact import ContactForm
from models.access import SYSTEM, looker_for, unlocking
from models.customer import Customer
from models.label import Label
from models.operations import archive, convert, delete, label
from models.project import Project, RegistrationStatus
from models.user import Right, User
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_forms import text_of

LATER = dt.timedelta(minutes=31)
OLD = "This confirmation is too old. Look again and confirm again."
OTHER = "This confirmation was shown to somebody else, or for something else. Look again and confirm again."


def token(answer: TestResponse) -> str:
    found = re.search(r'name="plan" value="([^"]+)"', answer.get_data(as_text=True))
    assert found, text_of(answer)
    return found[1]


def signed(app: Flask, session: Session, who: User, verb: str, *ids: int) -> str:
    with app.app_context():
        return plans.sign(looker_for(session, who), verb, ids=ids, digest="shown before")


@pytest.mark.parametrize("right", [Right.EDIT, Right.ARCHIVE, Right.DELETE])
@pytest.mark.parametrize("everywhere", [True, False])
def test_the_card_of_a_contact_offers_what_its_verbs_allow(
    session: Session, client_for: ClientFor, cast: Cast, right: Right, everywhere: bool
) -> None:
    contact = factories.contact(session)
    role = factories.role(session, rights=frozenset({Right.VIEW, right}))
    held, other = factories.customer(session), factories.customer(session)
    for customer in (held, other):
        factories.link(session, customer, contact)
    for customer in (held, other) if everywhere else (held,):
        factories.access(session, customer, role, cast.charlie)
    charlie = client_for("Charlie")
    card = charlie.get(f"/contacts/details/?id={contact.id}").get_data(as_text=True)
    path = {
        Right.EDIT: f"/contacts/edit/?id={contact.id}",
        Right.ARCHIVE: f"/contacts/action/?action=archive&rowid={contact.id}",
        Right.DELETE: f"/contacts/delete/?id={contact.id}",
    }[right]
    is_allowed = charlie.get(path).status_code == 200
    assert (path.replace("&", "&amp;") in card) == is_allowed
    assert is_allowed == (everywhere or right is not Right.DELETE)


VERBS = [
    ("/customers/action/", "archive", True),
    ("/customers/action/", "restore", False),
    ("/customers/action/", "label", True),
    ("/customers/action/", "kind", True),
    ("/customers/delete/", "delete", False),
    ("/contacts/action/", "convert", True),
]


@pytest.mark.parametrize(("path", "verb", "active"), VERBS, ids=[verb for _, verb, _ in VERBS])
def test_a_plan_that_is_too_old_is_shown_again_with_its_rows(
    session: Session, client_for: ClientFor, path: str, verb: str, active: bool
) -> None:
    archived = None if active else factories.A_MOMENT
    customer = factories.customer(session, company_name="Oud B.V.", archived_at=archived)
    contact = factories.contact(session, first_name="Astrid", last_name="Oud")
    dana = client_for("Dana")
    key = contact.id if "contacts" in path else customer.id
    put = {"put": factories.label(session).id} if verb == "label" else {}
    shown = token(dana.get(path, query_string={"action": verb, "rowid": key, **put}))
    with time_machine.travel(dt.datetime.now(dt.UTC) + LATER, tick=True):
        answer = dana.send(path, action=verb, plan=shown, **put)
        assert answer.status_code == 409
        assert OLD in text_of(answer)
        assert ("Labels of 1 record" if verb == "label" else "Oud") in text_of(answer)
        assert token(answer) != shown


def test_a_plan_that_is_too_old_is_counted_anew_and_can_be_confirmed_again(
    session: Session, client_for: ClientFor
) -> None:
    one, other = (factories.customer(session, company_name=name) for name in ("Een B.V.", "Twee B.V."))
    dana = client_for("Dana")
    shown = token(dana.get(f"/customers/action/?action=archive&rowid={one.id}&rowid={other.id}"))
    gone = archive.plan(session, SYSTEM, Customer, [other.id])
    archive.do(session, SYSTEM, Customer, [other.id], gone.digest)
    with time_machine.travel(dt.datetime.now(dt.UTC) + LATER, tick=True):
        again = dana.send("/customers/action/", action="archive", plan=shown, reason="Klaar")
        assert "Twee B.V. is already archived." in text_of(again)
        done = dana.send("/customers/action/", action="archive", plan=token(again), reason="Klaar")
        assert done.status_code == 302
    session.rollback()
    assert session.get_one(Customer, one.id).archive_reason == "Klaar"


@pytest.mark.parametrize("path", ["customers", "projects"])
def test_what_has_open_registrations_can_be_left_out_of_archiving(
    session: Session, client_for: ClientFor, path: str
) -> None:
    # The ids of the two nouns are kept apart, so that one is not taken for the other.
    factories.customer(session)
    busy, quiet = (factories.customer(session, company_name=name) for name in ("Druk B.V.", "Stil B.V."))
    open_one = factories.project(session, busy, name="Druk werk")
    factories.registration(session, open_one, status=RegistrationStatus.OPEN)
    rows: list[Customer] | list[Project] = [busy, quiet]
    if path == "projects":
        rows = [open_one, factories.project(session, quiet, name="Stil werk")]
    noun, keys = type(rows[0]), [row.id for row in rows]
    dana = client_for("Dana")
    shown = dana.get(f"/{path}/action/?action=archive&rowid={keys[0]}&rowid={keys[1]}")
    shown = dana.press(shown, "Leave out what has any")
    assert f"{rows[0].name} has open registrations." in text_of(shown)
    done = dana.press(shown, "Archive 1 customer" if path == "customers" else "Archive 1 project")
    assert done.status_code == 302, text_of(done)
    session.rollback()
    assert [session.get_one(noun, key).is_archived for key in keys] == [False, True]


def test_a_reason_that_was_typed_stays_when_some_are_left_out_and_enter_still_archives(
    session: Session, client_for: ClientFor
) -> None:
    busy, *quiet = (
        factories.customer(session, company_name=name) for name in ("Druk B.V.", "Stil B.V.", "Stiller B.V.")
    )
    factories.registration(session, factories.project(session, busy), status=RegistrationStatus.OPEN)
    rows = "".join(f"&rowid={row.id}" for row in (busy, *quiet))
    dana = client_for("Dana")
    shown = dana.get(f"/customers/action/?action=archive{rows}")
    tree = html.document_fromstring(shown.text)
    assert tree.get_element_by_id("verb").xpath(".//input[@name='reason']")
    pressed_by_enter, leaves_out = tree.xpath("//button[@form='verb']")[:2]
    assert (pressed_by_enter.get("name"), leaves_out.findtext("span")) == (None, "Leave out what has any")
    again = dana.press(shown, "Leave out what has any", reason="Gestopt")
    assert html.document_fromstring(again.text).xpath("//input[@name='reason']/@value") == ["Gestopt"]
    dana.press(again, "Archive 2 customers")
    session.rollback()
    assert [session.get_one(Customer, row.id).archive_reason for row in (busy, *quiet)] == [None, "Gestopt", "Gestopt"]


def test_archiving_the_same_twice_says_that_nothing_is_left(session: Session, client_for: ClientFor) -> None:
    keys = [factories.customer(session).id for _ in range(2)]
    dana = client_for("Dana")
    shown = dana.get(f"/customers/action/?action=archive&rowid={keys[0]}&rowid={keys[1]}")
    assert dana.press(shown, "Archive 2 customers").status_code == 302
    again = dana.press(shown, "Archive 2 customers")
    assert "Nothing is left to archive" in text_of(again)
    assert "Archive 0" not in text_of(again)


@pytest.mark.parametrize("count", [1, 2])
def test_a_contact_is_said_to_be_deactivated(session: Session, client_for: ClientFor, count: int) -> None:
    people = [factories.contact(session, last_name="Holmgren") for _ in range(count)]
    dana = client_for("Dana")
    shown = dana.get("/contacts/action/?action=archive" + "".join(f"&rowid={one.id}" for one in people))
    dana.press(shown, f"Deactivate {count} contact{'s' if count > 1 else ''}")
    said = text_of(dana.get("/contacts/"))
    assert (f"{people[0].name} deactivated." if count == 1 else "2 contacts deactivated.") in said


def test_where_all_have_open_registrations_leaving_them_out_leaves_nothing(
    session: Session, client_for: ClientFor
) -> None:
    rows = [factories.customer(session, company_name=name) for name in ("Druk B.V.", "Drukker B.V.")]
    for row in rows:
        factories.registration(session, factories.project(session, row), status=RegistrationStatus.OPEN)
    dana = client_for("Dana")
    shown = dana.get(f"/customers/action/?action=archive&rowid={rows[0].id}&rowid={rows[1].id}")
    shown = dana.press(shown, "Leave out what has any")
    assert shown.status_code == 200
    assert "Drukker B.V. has open registrations." in text_of(shown)
    assert "None of them can be taken: nothing will happen." in text_of(shown)


def test_the_plan_of_somebody_else_or_of_another_verb_is_shown_again(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Vast B.V.")
    dana = client_for("Dana")
    for who, verb in ((cast.alice, "customers.archive"), (cast.dana, "customers.delete")):
        plan = signed(app, session, who, verb, customer.id)
        answer = dana.send("/customers/action/", action="archive", plan=plan)
        assert answer.status_code == 409
        assert OTHER in text_of(answer)
        assert "Vast B.V." in text_of(answer)
        assert token(answer)
    session.rollback()
    assert not session.get_one(Customer, customer.id).is_archived


def test_a_plan_of_other_rows_or_of_nobody_names_no_rows(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Vast B.V.")
    dana = client_for("Dana")
    for plan in (signed(app, session, cast.dana, "contacts.archive", customer.id), "nonsense"):
        answer = dana.send("/customers/action/", action="archive", plan=plan)
        assert answer.status_code == 409
        assert "Look again and confirm again." in text_of(answer)
        assert "Vast B.V." not in text_of(answer)


def test_the_plan_of_somebody_else_shows_no_rows_that_one_may_not_see(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Geheim B.V.")
    factories.access(
        session,
        factories.customer(session),
        factories.role(session, rights=frozenset({"view", "archive"})),
        cast.charlie,
    )
    plan = signed(app, session, cast.dana, "customers.archive", customer.id)
    answer = client_for("Charlie").send("/customers/action/", action="archive", plan=plan)
    assert answer.status_code == 404
    assert "Geheim" not in text_of(answer)


@pytest.fixture
def monthly_and_yearly(session: Session) -> tuple[int, int]:
    """Two labels of a group of which only one fits on a record."""
    group = factories.label_group(session, name="Facturatie", one_per_record=True).id
    monthly, yearly = (factories.label(session, name=name, group_id=group) for name in ("Maandelijks", "Jaarlijks"))
    return monthly.id, yearly.id


def labels_on(session: Session) -> list[str]:
    """The labels of the customers, in their order."""
    session.rollback()
    customers = session.scalars(select(Customer).order_by(Customer.id))
    return [", ".join(label.name for label in customer.labels) for customer in customers]


def test_labelling_shows_what_it_puts_on_and_what_makes_way_before_it_does_it(
    session: Session, client_for: ClientFor, monthly_and_yearly: tuple[int, int]
) -> None:
    monthly, yearly = monthly_and_yearly
    keys = [factories.customer(session).id for _ in range(3)]
    other = factories.label(session, name="Vast").id
    label.do(session, SYSTEM, Customer, keys, label.plan(session, SYSTEM, Customer, keys, [other]).digest, [other])
    some = keys[:2]
    label.do(session, SYSTEM, Customer, some, label.plan(session, SYSTEM, Customer, some, [monthly]).digest, [monthly])
    dana = client_for("Dana")
    shown = dana.get("/customers/action/", query_string={"action": "label", "rowid": keys})
    assert "Tick one or more labels first." in text_of(dana.press(shown, "Go on"))
    shown = dana.press(shown, "Go on", put=[yearly], take=[other])
    assert "3 labels are put on" in text_of(shown)
    assert "3 labels are taken off" in text_of(shown)
    assert "2 other labels come off" in text_of(shown)
    assert labels_on(session) == ["Maandelijks, Vast", "Maandelijks, Vast", "Vast"]
    assert dana.press(shown, "Label 3 records").status_code == 302
    assert labels_on(session) == ["Jaarlijks"] * 3


def test_labelling_that_would_do_something_else_by_now_is_shown_again(
    session: Session, client_for: ClientFor, monthly_and_yearly: tuple[int, int]
) -> None:
    monthly, yearly = monthly_and_yearly
    keys = [factories.customer(session).id for _ in range(2)]
    dana = client_for("Dana")
    shown = dana.get("/customers/action/", query_string={"action": "label", "rowid": keys, "put": yearly})
    assert "come off" not in text_of(shown)
    factories.put_label(session, session.get_one(Label, monthly), customer=session.get_one(Customer, keys[0]))
    moved = dana.press(shown, "Label 2 records")
    assert moved.status_code == 409
    assert "1 other label comes off" in text_of(moved)
    another = dana.press(moved, "Label 2 records", put=[monthly])
    assert another.status_code == 409, "what was not shown is not done"
    assert labels_on(session) == ["Maandelijks", ""]
    assert dana.press(moved, "Label 2 records").status_code == 302
    assert labels_on(session) == ["Jaarlijks", "Jaarlijks"]


def test_labels_that_do_not_stand_together_are_asked_for_again(
    session: Session, client_for: ClientFor, monthly_and_yearly: tuple[int, int]
) -> None:
    dana = client_for("Dana")
    key = factories.customer(session).id
    shown = dana.get("/customers/action/", query_string={"action": "label", "rowid": key})
    refused = dana.press(shown, "Go on", put=list(monthly_and_yearly))
    assert refused.status_code == 422
    assert "Only one label of the group Facturatie fits on a record." in text_of(refused)
    page = refused.get_data(as_text=True)
    assert all(f'name="put" value="{label}"' in page for label in monthly_and_yearly)
    assert page.count(" checked>") == 2


def test_a_changed_name_that_meets_another_customer_is_shown_before_it_is_converted(
    session: Session, client_for: ClientFor
) -> None:
    for name in ("Een B.V.", "Twee B.V."):
        factories.customer(session, company_name=name)
    key = factories.contact(session, company_name="Een B.V.").id
    dana = client_for("Dana")
    shown = dana.get(f"/contacts/action/?action=convert&rowid={key}")
    assert "Twee B.V." not in text_of(shown)
    changed = dana.press(shown, "Convert to customer", **{f"convert-{key}-company_name": "Twee B.V."})
    assert changed.status_code == 409
    assert "Is this customer already there? Twee B.V." in text_of(changed)
    assert dana.press(changed, "Convert to customer").status_code == 302
    session.rollback()
    assert session.scalars(select(Customer.company_name)).all().count("Twee B.V.") == 2


def test_a_changed_name_that_meets_nobody_is_converted_at_once(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, company_name="Een B.V.")
    key = factories.contact(session, company_name="Een B.V.").id
    dana = client_for("Dana")
    shown = dana.get(f"/contacts/action/?action=convert&rowid={key}")
    done = dana.press(shown, "Convert to customer", **{f"convert-{key}-company_name": "Drie B.V."})
    assert done.status_code == 302, text_of(done)


def test_a_delete_of_any_number_of_rows_is_counted_again(session: Session, client_for: ClientFor) -> None:
    rows = [factories.customer(session, archived_at=factories.A_MOMENT) for _ in range(60)]
    keys = [row.id for row in rows]
    dana = client_for("Dana")
    shown = dana.post(
        "/customers/delete/", data={"csrf_token": dana.token(), "rowid": keys, "list": "archived=archived"}
    )
    assert "Move 60 records to the bin" in text_of(shown)
    page = html.document_fromstring(shown.get_data(as_text=True))
    assert max(len(link.get("href")) for link in page.iter("a")) < 200
    with unlocking(session):
        factories.bank_account(session, rows[0])
    again = dana.press(shown, "Count again")
    assert "Move 61 records to the bin" in text_of(again)
    assert dana.press(again, "Move 61 records to the bin", typed="60").location == "/customers/?archived=archived"


@pytest.mark.parametrize(
    ("verb", "maker", "times"),
    [("archive", "_plan", 1), ("label", "_plan", 1), ("delete", "_plan", 1), ("convert", "plan", 2)],
)
def test_what_is_confirmed_is_planned_no_more_often_than_it_takes_to_compare_it(
    session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, verb: str, maker: str, times: int
) -> None:
    """Once, where nobody can come between; a contact once as it was shown and once as it was changed on the page."""
    of_contacts = verb in ("delete", "convert")
    key = factories.contact(session).id if of_contacts else factories.customer(session).id
    put = {"put": factories.label(session).id} if verb == "label" else {}
    path = "/contacts/delete/" if verb == "delete" else f"/{'contacts' if of_contacts else 'customers'}/action/"
    dana = client_for("Dana")
    shown = dana.get(path, query_string={"action": verb, "rowid": key, **put})
    module = {"archive": archive, "label": label, "delete": delete, "convert": convert}[verb]
    made = []
    making = getattr(module, maker)
    monkeypatch.setattr(module, maker, lambda *args: made.append(args) or making(*args))
    button = {"archive": "Archive customer", "label": "Label 1 record", "delete": "Move 1 record to the bin"}
    assert dana.press(shown, button.get(verb, "Convert to customer")).status_code == 302
    assert len(made) == times


def test_a_page_full_of_values_makes_the_form_that_names_them_once(
    session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [factories.contact(session, company_name="Zaak B.V.", email="a@zaak.example").id for _ in range(3)]
    dana = client_for("Dana")
    made = []
    making = ContactForm.__init__
    monkeypatch.setattr(
        ContactForm, "__init__", lambda self, *args, **kw: made.append(self) or making(self, *args, **kw)
    )
    page = dana.get("/contacts/action/", query_string={"action": "convert", "rowid": keys})
    assert "a@zaak.example" in text_of(page)
    assert len(made) == 1
