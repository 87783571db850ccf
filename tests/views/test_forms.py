"""What every form keeps to, whatever it is a form of: nothing is overwritten unseen, nothing typed is lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.access import SYSTEM, looker_for
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.journal import changeset, position
from models.label import LabelGroup
from models.operations import archive, delete
from models.project import Project
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor


def text_of(answer: TestResponse) -> str:
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).text_content().split())


def at_fields(answer: TestResponse) -> dict[str, str]:
    """What the form says under its fields, by field."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    found = tree.xpath("//p[contains(@class, 'kb-error')]")
    return {node.get("id").removesuffix("-error"): " ".join(node.text_content().split()) for node in found}


def typed(answer: TestResponse, name: str) -> str:
    """What stands in a field of the form."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    return str(tree.xpath(f"//form[@data-kb-form]//input[@name='{name}']/@value")[0])


# What the form showed


@pytest.mark.parametrize("shown_at", [None, "", "x", "-1", "99999999"], ids=str)
def test_an_edit_that_does_not_say_what_it_showed_is_refused_and_shows_what_differs(
    session: Session, client_for: ClientFor, shown_at: str | None
) -> None:
    customer = factories.customer(session, company_name="Vast B.V.", phone="+31 10 555 0100")
    path = f"/customers/edit/?id={customer.id}"
    fields = {"kind": "business", "company_name": "Los B.V.", "number": customer.number, "phone": "+31 10 555 0100"}
    dana = client_for("Dana")
    answer = dana.send(path, **fields, **({} if shown_at is None else {"shown-at": shown_at}))
    assert answer.status_code == 422
    assert "does not say what it showed" in text_of(answer)
    assert at_fields(answer) == {"company_name": "On file: Vast B.V."}
    assert typed(answer, "company_name") == "Los B.V."
    session.rollback()
    assert session.get_one(Customer, customer.id).company_name == "Vast B.V."
    assert dana.send(path, **fields, **{"shown-at": typed(answer, "shown-at")}).status_code == 302
    session.rollback()
    assert session.get_one(Customer, customer.id).company_name == "Los B.V."


def test_a_choice_that_does_not_say_between_what_it_was_made_is_asked_for_again(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Samen B.V.", payment_term_days=30)
    shown = {"kind": "business", "company_name": "Samen B.V.", "number": customer.number}
    shown["shown-at"] = str(position(session))
    path = f"/customers/edit/?id={customer.id}"
    assert client_for("Alice").send(path, **shown, payment_term_days="21").status_code == 302
    chosen = {**shown, "payment_term_days": "14", "choice-payment_term_days": "mine"}
    dana = client_for("Dana")
    assert dana.send(path, **chosen).status_code == 409
    assert dana.send(path, **chosen, **{"seen-at": "99999999"}).status_code == 409
    session.rollback()
    assert session.get_one(Customer, customer.id).payment_term_days == 21


def test_the_place_of_a_group_of_labels_is_not_taken_for_the_moment_it_was_shown(
    session: Session, client_for: ClientFor
) -> None:
    group = factories.label_group(session, name="Fakturering", position=3)
    path = f"/label-groups/edit/?id={group.id}"
    assert client_for("Dana").edit(path, name="Fakturering", position="7").status_code == 302
    session.rollback()
    assert session.get_one(LabelGroup, group.id).position == 7


# What is wrong


def test_what_cannot_be_read_and_what_the_rules_refuse_is_said_at_once(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Eerste B.V.")
    wrong = {
        "kind": "business",
        "number": "k-1",
        "customer_since": "tomorrow",
        "hourly_rate": "much",
        "head_office_city": "x" * 200,
        "reference": "kept",
    }
    said = {"company_name", "number", "customer_since", "hourly_rate", "head_office_city"}
    dana = client_for("Dana")
    new = dana.send("/customers/new/", **wrong)
    assert new.status_code == 422
    assert at_fields(new).keys() == said
    assert at_fields(new)["number"].startswith("Already used by Eerste B.V.")
    listed = html.document_fromstring(new.get_data(as_text=True)).xpath("//*[@id='errors']//li")
    told = [one.text_content() for one in listed]
    # Each says its field, and none says it twice.
    assert "Company name is missing. Fill in, for example, Nordhamn Logistik AB" in told
    assert all(any(one.startswith(f"{name}: ") for one in told) for name in ("Customer number", "Customer since"))
    assert [typed(new, name) for name in ("customer_since", "hourly_rate", "reference")] == ["tomorrow", "much", "kept"]
    customer = factories.customer(session, company_name="Tweede B.V.")
    edited = dana.edit(f"/customers/edit/?id={customer.id}", **wrong)
    assert edited.status_code == 422
    assert at_fields(edited).keys() == said


def test_a_value_that_cannot_be_read_is_not_taken_for_a_missing_one(session: Session, client_for: ClientFor) -> None:
    answer = client_for("Dana").send("/customers/new/", kind="business", company_name="x" * 300)
    assert at_fields(answer) == {"company_name": "300 characters are too many; 200 fit."}
    assert "Company name is missing" not in text_of(answer)


def test_a_refusal_calls_the_field_as_the_form_does(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Vast B.V.")
    path = f"/customers/edit/?id={customer.id}"
    answer = client_for("Dana").edit(path, kind="business", company_name="Vast B.V.", number="")
    assert at_fields(answer) == {"number": "Customer number is missing."}


def test_a_character_that_nobody_can_see_is_shown_where_it_stands(session: Session, client_for: ClientFor) -> None:
    dana = client_for("Dana")
    answer = dana.send("/customers/new/", kind="business", company_name="Alfa\u202e B.V.", reference="kept")
    assert answer.status_code == 422
    assert at_fields(answer)["company_name"].startswith(
        "There is a character here that nobody can see: Alfa⟨U+202E⟩ B.V."
    )
    assert typed(answer, "reference") == "kept"
    assert dana.send("/customers/new/", kind="business", company_name="דוד כהן בע״מ").status_code == 302
    assert dana.send("/settings/", company_name="Alfa\u202e").status_code == 422


def test_a_choice_that_is_not_offered_is_refused_in_the_readers_language(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    with changeset(session, SYSTEM, "Set up"):
        cast.dana.language = "nl"
    dana = client_for("Dana")
    for path, field in (("/customers/new/", "kind"), ("/contacts/new/", "kind"), ("/labels/new/", "colour")):
        answer = dana.send(path, **{"name": "Vast", "company_name": "Vast", "first_name": "Vast", field: "nonsense"})
        assert answer.status_code == 422
        assert "Kies er een uit de lijst." in text_of(answer)
        assert "Not a valid choice" not in text_of(answer)


def test_a_project_does_not_end_before_it_starts(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    project = factories.project(session, customer, starts_on=dt.date(2026, 3, 1), ends_on=dt.date(2026, 3, 9))
    dana = client_for("Dana")
    days = {"starts_on": "2026-03-10", "ends_on": "2026-03-09"}
    for answer in (
        dana.send(f"/projects/new/?customer={customer.id}", customer_id=customer.id, name="Verhuizing", **days),
        dana.edit(f"/projects/edit/?id={project.id}", name="Verhuizing", **days),
    ):
        assert answer.status_code == 422
        assert at_fields(answer) == {
            "ends_on": "This is before the start, 10 Mar 2026. Fill in that day or a later one."
        }
        assert typed(answer, "ends_on") == "2026-03-09"
    days["ends_on"] = "2026-03-10"
    assert dana.edit(f"/projects/edit/?id={project.id}", name="Dag", **days).status_code == 302


def test_the_form_of_a_project_shows_its_customer_and_moves_it_to_no_other(
    session: Session, client_for: ClientFor
) -> None:
    here = factories.customer(session, company_name="Hier B.V.")
    there = factories.customer(session, company_name="Daar B.V.")
    project = factories.project(session, here)
    path = f"/projects/edit/?id={project.id}"
    dana = client_for("Dana")
    shown = text_of(dana.get(path))
    assert "CustomerHier B.V." in shown
    assert "(no longer offered)" not in shown
    dana.edit(path, customer_id=there.id, name="Anders")
    session.rollback()
    assert (session.get_one(Project, project.id).name, project.customer_id) == ("Anders", here.id)


def test_who_sees_amounts_on_one_customer_fills_in_the_hourly_rate_of_a_new_project_there(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    here, there = factories.customer(session), factories.customer(session)
    for customer, role in ((here, "Manager"), (there, "Editor")):
        factories.access(session, customer, session.scalars(select(Role).where(Role.name == role)).one(), cast.charlie)
    charlie = client_for("Charlie")
    for customer, rate in ((here, Decimal("98.76")), (there, None)):
        path = f"/projects/new/?customer={customer.id}"
        assert ('name="hourly_rate"' in charlie.get(path).get_data(as_text=True)) == (rate is not None)
        assert charlie.send(path, customer_id=customer.id, name="Nieuw", hourly_rate="98.76").status_code == 302
        session.rollback()
        made = session.scalars(select(Project).where(Project.customer_id == customer.id)).one()
        assert made.hourly_rate == rate


def test_TC_11_TO_25_who_may_edit_one_customer_adds_contacts_to_that_one_only(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    here, there = factories.customer(session), factories.customer(session)
    for customer, role in ((here, "Editor"), (there, "Reader")):
        factories.access(session, customer, session.scalars(select(Role).where(Role.name == role)).one(), cast.charlie)
    charlie = client_for("Charlie")
    person = {"kind": "private", "first_name": "Ingrid", "last_name": "Bergström"}
    button = f"/contacts/new/?customer={here.id}"
    assert f'href="{button}"' in charlie.get(f"/customers/details/?id={here.id}&tab=contact").get_data(as_text=True)
    for path in ("/contacts/new/", f"/contacts/new/?customer={there.id}"):
        assert charlie.get(path).status_code == 403
        assert charlie.send(path, **person).status_code == 403
    assert charlie.get(button).status_code == 200
    assert charlie.send(button, **{**person, "birth_date": "tomorrow"}).status_code == 422
    assert charlie.send(button, **person).status_code == 302
    session.rollback()
    link = session.scalars(select(CustomerContact)).one()
    assert (link.customer_id, link.contact.name) == (here.id, "Ingrid Bergström")


def test_a_project_that_ends_before_it_starts_can_still_be_given_another_name(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    days = {"starts_on": dt.date(2026, 3, 10), "ends_on": dt.date(2026, 3, 9)}
    project = factories.project(session, customer, **days)
    shown = {name: day.isoformat() for name, day in days.items()}
    dana = client_for("Dana")
    path = f"/projects/edit/?id={project.id}"
    assert dana.edit(path, name="Anders", **shown).status_code == 302


# What is archived


@pytest.mark.parametrize(("who", "way_out"), [("Dana", "Restore…"), ("Charlie", "Ask somebody who may archive.")])
def test_the_form_of_an_archived_record_says_since_when_and_how_to_bring_it_back(
    session: Session, client_for: ClientFor, cast: Cast, who: str, way_out: str
) -> None:
    customer = factories.customer(session, company_name="Oud B.V.", archived_at=dt.datetime(2020, 11, 3, tzinfo=dt.UTC))
    factories.access(session, customer, factories.role(session, rights=frozenset({"view", "edit"})), cast.charlie)
    answer = client_for(who).get(f"/customers/edit/?id={customer.id}")
    assert answer.status_code == 409
    assert "Archived 3 Nov 2020. It can only be read." in text_of(answer)
    assert way_out in text_of(answer)
    assert ("action=restore" in answer.get_data(as_text=True)) is (who == "Dana")


def test_what_was_typed_stays_when_the_record_was_archived_meanwhile(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Oud B.V.")
    path = f"/customers/edit/?id={customer.id}"
    dana = client_for("Dana")
    fields = {"kind": "business", "company_name": "Oud B.V.", "number": customer.number, "phone": "+31 10 555 0100"}
    fields["shown-at"] = dana.shown_at(path)
    plan = archive.plan(session, SYSTEM, Customer, [customer.id])
    archive.do(session, SYSTEM, Customer, [customer.id], plan.digest)
    answer = dana.send(path, **fields)
    assert answer.status_code == 409
    assert "Archived today. Nothing is saved." in text_of(answer)
    assert "action=restore" in answer.get_data(as_text=True)
    assert typed(answer, "phone") == "+31 10 555 0100"
    plan = archive.plan(session, SYSTEM, Customer, [customer.id], archive.Way.RESTORE)
    archive.restore(session, SYSTEM, Customer, [customer.id], plan.digest)
    assert dana.send(path, **fields).status_code == 302


def test_what_a_verb_refuses_as_a_whole_is_said_on_the_form(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Oud B.V.", archived_at=factories.A_MOMENT)
    answer = client_for("Dana").send(f"/contacts/new/?customer={customer.id}", kind="private", first_name="Ingrid")
    assert answer.status_code == 422
    assert "Oud B.V. is archived and can only be read. Restore it first." in text_of(answer)
    assert typed(answer, "first_name") == "Ingrid"


def test_a_deactivated_contact_is_edited_where_it_is_and_stays_deactivated(
    session: Session, client_for: ClientFor
) -> None:
    contact = factories.contact(session, first_name="Astrid", archived_at=dt.datetime(2020, 11, 3, tzinfo=dt.UTC))
    path = f"/contacts/edit/?id={contact.id}"
    dana = client_for("Dana")
    form = dana.get(path)
    assert form.status_code == 200
    assert "Deactivated 3 Nov 2020. It can be changed" in text_of(form)
    assert "action=restore" in form.get_data(as_text=True)
    assert f'href="{path}"' in dana.get(f"/contacts/details/?id={contact.id}").get_data(as_text=True)
    assert dana.edit(path, kind="private", first_name="Astrid", phone="+31 10 555 0100").status_code == 302
    session.rollback()
    saved = session.get_one(Contact, contact.id)
    assert (saved.phone, saved.is_archived) == ("+31 10 555 0100", True)


def test_what_was_typed_for_a_customer_archived_meanwhile_comes_back_with_the_reason(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Oud B.V.", archived_at=factories.A_MOMENT)
    dana = client_for("Dana")
    for path, wrong in (
        (f"/projects/new/?customer={customer.id}", {"hourly_rate": "much"}),
        (f"/projects/new/?customer={customer.id}", {}),
        (f"/contacts/new/?customer={customer.id}", {"birth_date": "tomorrow"}),
    ):
        answer = dana.send(
            path, customer_id=customer.id, name="Verhuizing", kind="private", first_name="Ingrid", **wrong
        )
        assert answer.status_code == 422
        assert typed(answer, "name" if "projects" in path else "first_name") in {"Verhuizing", "Ingrid"}
        assert wrong or "Oud B.V. is archived and can only be read. Restore it first." in text_of(answer)
    assert dana.get(f"/projects/new/?customer={customer.id}").status_code == 422


# What is not there any more


@pytest.mark.parametrize(("who", "is_told"), [("Dana", True), ("Charlie", False)])
def test_what_was_typed_is_given_back_when_the_record_was_deleted_meanwhile(
    session: Session, client_for: ClientFor, cast: Cast, who: str, is_told: bool
) -> None:
    customer = factories.customer(session, company_name="Weg B.V.", archived_at=factories.A_MOMENT)
    factories.access(session, customer, factories.role(session, rights=frozenset({"view", "edit"})), cast.charlie)
    actor, key = looker_for(session, cast.dana), customer.id
    plan = delete.plan(session, actor, Customer, [key])
    delete.do(session, actor, Customer, [key], plan.digest, plan.confirm)
    country = {"head_office_country": "NL", "description": "Belt terug.\nOp maandag <b>."}
    answer = client_for(who).send(
        f"/customers/edit/?id={key}", kind="private", first_name="Ingrid", payment_term_days="x9", **country
    )
    assert answer.status_code == 404
    said = text_of(answer)
    for text in (
        "First nameIngrid",
        "Netherlands",
        "Belt terug.",
        "Op maandag <b>.",
        "x9",
        "Private person",
        "Nothing is saved.",
    ):
        assert text in said
    assert ("Deleted today by Dana." in said) is is_told
    assert "Weg B.V." not in said


def test_a_deletion_is_told_to_who_may_not_see_it_as_what_was_never_there(
    session: Session, client_for: ClientFor
) -> None:
    hidden = factories.customer(session, company_name="Geheim B.V.")
    charlie = client_for("Charlie")
    pages = {
        text_of(charlie.send(f"/customers/edit/?id={key}", company_name="Los B.V."))
        for key in (hidden.id, 999_999, 2**80, "x", "")
    }
    assert len(pages) == 1
    assert "Los B.V." in pages.pop()
    assert charlie.get(f"/customers/edit/?id={hidden.id}").status_code == 404


def test_what_was_typed_is_given_back_when_the_right_was_taken_meanwhile(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Vast B.V.")
    bob = client_for("Bob")
    for path in (f"/customers/edit/?id={customer.id}", "/customers/new/"):
        answer = bob.send(path, company_name="Los B.V.")
        assert answer.status_code == 403
        assert "Los B.V." in text_of(answer)
        assert "You need the right Edit for this. Ask Alice." in text_of(answer)
    assert "Los B.V." in text_of(bob.send("/teams/new/", name="Los B.V."))
    # Of a right that is held everywhere or not at all somebody is named, too.
    assert "You need the right Manage lists for this. Ask Dana." in text_of(bob.get("/labels/new/"))


# Who may


def test_a_contact_is_edited_by_who_may_edit_one_of_its_customers(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, other = factories.customer(session), factories.customer(session)
    factories.access(session, customer, factories.role(session, rights=frozenset({"view", "edit"})), cast.charlie)
    factories.access(session, other, factories.role(session, rights=frozenset({"view"})), cast.charlie)
    contact, seen = factories.contact(session, first_name="Astrid"), factories.contact(session, first_name="Bo")
    factories.link(session, customer, contact)
    factories.link(session, other, seen)
    charlie = client_for("Charlie")
    path = f"/contacts/edit/?id={contact.id}"
    assert f'href="{path}"' in charlie.get(f"/contacts/details/?id={contact.id}").get_data(as_text=True)
    assert charlie.edit(path, kind="private", first_name="Astrid", phone="+31 10 555 0100").status_code == 302
    assert charlie.get(f"/contacts/edit/?id={seen.id}").status_code == 403
