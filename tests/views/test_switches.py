"""Feature switches: what is off is nowhere, for nobody, and comes back as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask_admin import BaseView
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.declared import Declared
from admin_views.panel import ENTITIES
from importers import columns
from models import settings
from models.access import SYSTEM, looker_for
from models.activity import Activity
from models.base import Base
from models.customer import Customer
from models.imports import ImportKind
from models.journal import Changeset, changeset
from models.operations.configure import configure
from models.settings import ListValue, ValueList
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_forms import text_of
from tests.views.test_settings import FINE, FRESH

SWITCHES = {known.key for known in settings.SETTINGS if known.group is settings.Group.FEATURES}


def named() -> Iterator[str | None]:
    """Every switch that a declaration names."""
    for view in ENTITIES.values():
        parts = (*view.tabs, *view.sections, *view.columns, *view.actions, *view.filters)
        yield from (view.switch, *(part.switch for part in parts))
    for table in Base.metadata.tables.values():
        yield from (column.info.get("switch") for column in table.c)


def turn_off(session: Session, *keys: str) -> None:
    configure(session, SYSTEM, dict.fromkeys(keys, False))
    session.commit()


def change(session: Session, customer_id: int, **values: Any) -> None:
    with changeset(session, SYSTEM, "Change of a customer"):
        for name, value in values.items():
            setattr(session.get_one(Customer, customer_id), name, value)


def test_TL_42_every_switch_that_something_names_is_a_setting_that_is_on_by_default() -> None:
    assert {one for one in named() if one} <= SWITCHES
    assert all(known.default is True for known in settings.SETTINGS if known.group is settings.Group.FEATURES)
    assert all(key.startswith(settings.SWITCH) for key in SWITCHES)
    assert {"use_nickname", "use_activities", "use_files", "use_opportunities", "use_relations"} <= SWITCHES


def test_TL_10_the_other_name_of_a_customer_is_switched_in_the_settings(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Nordhamn AB")
    change(session, customer.id, nickname="Zwaan")
    dana = client_for("Dana")
    pages = ("/customers/new/", f"/customers/edit/?id={customer.id}", f"/customers/details/?id={customer.id}")
    history = f"{pages[2]}&tab=history"

    def finds() -> list[bool]:
        return [
            "Nordhamn" in dana.get(f"{place}zwaan").get_data(as_text=True)
            for place in ("/search/?q=", "/customers/?search=")
        ]

    for page in pages:
        assert "Also known as" in dana.get(page).get_data(as_text=True), page
    assert finds() == [True, True]
    assert "Zwaan" in dana.get(history).get_data(as_text=True)
    assert dana.send("/settings/", **{**FINE, **FRESH, "use_nickname": "0"}).status_code == 302
    assert finds() == [False, False]
    # Also one that is written meanwhile.
    change(session, customer.id, nickname="Zwaan & Zoon")
    assert finds() == [False, False]
    change(session, customer.id, nickname="Zwaan")
    for page in (*pages, history):
        text = dana.get(page).get_data(as_text=True)
        assert "Also known as" not in text, page
        assert "Zwaan" not in text, page
    session.rollback()
    looker = looker_for(session, cast.dana)
    assert "nickname" not in columns.allowed(session, looker, ImportKind.CUSTOMERS)
    assert "Zwaan" not in dana.get("/customers/export/csv/").get_data(as_text=True)
    # A form that still has the field changes nothing of it.
    edit = {"kind": "business", "company_name": "Nordhamn AB", "number": customer.number, "nickname": "Gans"}
    assert dana.edit(pages[1], **edit).status_code == 302
    session.rollback()
    assert session.get_one(Customer, customer.id).nickname == "Zwaan"
    off = {**FRESH, "shown-use_nickname": "0"}
    assert dana.send("/settings/", **{**FINE, **off, "use_nickname": "1"}).status_code == 302
    assert "Zwaan" in dana.get(pages[2]).get_data(as_text=True)
    assert finds() == [True, True]
    assert "Zwaan" in dana.get(history).get_data(as_text=True)
    session.rollback()
    assert "nickname" in columns.allowed(session, looker, ImportKind.CUSTOMERS)


@pytest.fixture
def switched(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Declared:
    """The view of projects as one that the switch of opportunities turns off, and parts of customers by that of files."""
    views: dict[str, Any] = {view.endpoint: view for view in app.extensions["admin"][0]._views}
    monkeypatch.setattr(type(views["projects"]), "switch", "use_opportunities")
    customers = type(views["customers"])
    for name in ("tabs", "sections", "columns", "actions", "filters"):
        parts = getattr(customers, name)
        monkeypatch.setattr(customers, name, (*parts[:-1], replace(parts[-1], switch="use_files")))
    assert isinstance(views["projects"], BaseView)
    found: Declared = views["customers"]
    return found


def test_TL_42_the_pages_of_what_is_off_are_not_there_for_anybody(
    session: Session, client_for: ClientFor, switched: Declared
) -> None:
    project = factories.project(session, factories.customer(session))
    paths = ("", "new/", "filters/", f"details/?id={project.id}", f"edit/?id={project.id}", "export/csv/")
    dana = client_for("Dana")
    assert dana.get("/projects/").status_code == 200
    assert 'href="/projects/"' in dana.get("/labels/").get_data(as_text=True)
    turn_off(session, "use_opportunities")
    for path in paths:
        assert dana.get(f"/projects/{path}").status_code == 404, path
    assert dana.send(f"/projects/edit/?id={project.id}", name="Anders").status_code == 404
    assert 'href="/projects/"' not in dana.get("/labels/").get_data(as_text=True)
    assert "/projects/" not in [
        hit["href"] for group in dana.get("/search/palette/").get_json()["groups"] for hit in group["hits"]
    ]


@pytest.mark.parametrize(
    ("switch", "word", "path"),
    [("use_activities", "Activities", "/activities/"), ("use_relations", "Relations", "/relations/")],
)
def test_TL_42_activities_and_relations_are_nowhere_while_they_are_off(
    session: Session, client_for: ClientFor, switch: str, word: str, path: str
) -> None:
    customer = factories.customer(session, company_name="Haven B.V.")
    contact = factories.contact(session)
    factories.link(session, customer, contact)
    project = factories.project(session, customer)
    dana = client_for("Dana")
    card = f"/customers/details/?id={customer.id}"
    pages = (
        f"{card}&tab=contact",
        f"{card}&tab=projects",
        f"{card}&tab=history",
        f"{card}&tab=history&show=activities",
        f"/contacts/details/?id={contact.id}",
        f"/projects/details/?id={project.id}",
        f"/projects/details/?id={project.id}&tab=activities",
        "/mine/",
        "/search/palette/",
    )

    def named() -> list[str]:
        return [page for page in pages if word in dana.get(page).get_data(as_text=True)]

    assert named()
    assert dana.get(path).status_code == 200
    turn_off(session, switch)
    assert named() == []
    for one in ("", f"new/?customer={customer.id}", "details/?id=1", "edit/?id=1"):
        assert dana.get(path + one).status_code == 404, one


def test_TL_42_the_parts_of_a_view_that_are_off_are_nowhere(
    session: Session, client_for: ClientFor, switched: Declared
) -> None:
    customer = factories.customer(session, payment_term_days=21)
    factories.list_value(session, ValueList.INDUSTRY, name="Bakery")
    dana = client_for("Dana")
    card, form = f"/customers/details/?id={customer.id}", f"/customers/edit/?id={customer.id}"
    tab, section, column, action, choice = (
        getattr(switched, name)[-1] for name in ("tabs", "sections", "columns", "actions", "filters")
    )

    def there() -> dict[str, bool]:
        tree = html.document_fromstring(dana.get("/customers/").get_data(as_text=True))
        fields = html.document_fromstring(dana.get(form).get_data(as_text=True)).get_element_by_id("customers-form")
        return {
            "tab": any(
                f"tab={tab.key}" in href
                for href in html.document_fromstring(dana.get(card).get_data(as_text=True)).xpath(
                    "//nav[@aria-label='Tabs of this card']//a/@href"
                )
            ),
            "column": str(column.label) in [head.text_content().strip() for head in tree.xpath("//thead//th")],
            "filter": str(choice.label) in text_of(dana.get("/customers/filters/")),
            "field": section.fields[0] in dict(fields.form_values()),
            "action": dana.get(f"/customers/action/?action={action.name}&rowid={customer.id}").status_code != 404,
        }

    assert there() == dict.fromkeys(there(), True)
    turn_off(session, "use_files")
    assert there() == dict.fromkeys(there(), False)
    edit = {"kind": "business", "company_name": "Anders B.V.", "number": customer.number, section.fields[0]: "3"}
    assert dana.edit(form, **edit).status_code == 302
    session.rollback()
    saved = session.get_one(Customer, customer.id)
    assert (saved.company_name, saved.payment_term_days) == ("Anders B.V.", 21)


def test_TL_43_the_settings_page_advises_to_look_through_them_and_notes_that_somebody_did(
    session: Session, client_for: ClientFor
) -> None:
    dana = client_for("Dana")
    assert "Nobody has looked through these settings yet." in text_of(dana.get("/settings/"))
    assert dana.press(dana.get("/settings/"), "They are still right").status_code == 302
    today = factories.today()
    assert f"last looked through on {today.day} " in text_of(dana.get("/settings/"))
    session.rollback()
    assert settings.get(session, settings.REVIEWED) == today.isoformat()
    assert client_for("Alice").send("/settings/reviewed/").status_code == 403


def test_TL_43_a_change_of_a_setting_is_a_look_at_them_too(session: Session, client_for: ClientFor) -> None:
    dana = client_for("Dana")
    assert dana.send("/settings/", **{**FINE, **FRESH, "bin_days": "7"}).status_code == 302
    assert "last looked through on" in text_of(dana.get("/settings/"))
    # It is kept by its button: no form writes it.
    assert dana.send("/settings/", **{**FINE, "bin_days": "7", "reviewed_on": "rubbish"}).status_code == 302
    session.rollback()
    assert settings.get(session, settings.REVIEWED) == ""
    configure(session, SYSTEM, {settings.REVIEWED: "2026-02-3x"})
    session.commit()
    assert dana.get("/settings/").status_code == 200
    assert session.scalars(select(settings.Setting.key)).all()


def test_TL_42_agreements_and_portals_are_nowhere_while_they_are_off(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    contact = factories.contact(session)
    factories.link(session, customer, contact)
    portal = factories.portal(session, customer, name="Werkkamer")
    grant = factories.portal_grant(session, portal, contact, expires_on=dt.date(2099, 12, 31))
    agreement = factories.agreement(session, customer, name="Onderhoud")
    there = {
        "use_agreements": (
            "projects",
            "Onderhoud",
            [f"/agreements/{path}" for path in ("", f"details/?id={agreement.id}")],
        ),
        "use_portals": (
            *("settings", "Werkkamer"),
            ["/portals/", f"/portals/details/?id={portal.id}", "/invitations/", f"/invitations/edit/?id={grant.id}"],
        ),
    }
    dana = client_for("Dana")
    for switch, (tab, name, paths) in there.items():
        card = f"/customers/details/?id={customer.id}&tab={tab}"
        assert name in dana.get(card).get_data(as_text=True)
        assert [dana.get(path).status_code for path in paths] == [200] * len(paths)
        turn_off(session, switch)
        assert name not in dana.get(card).get_data(as_text=True)
        assert [dana.get(path).status_code for path in paths] == [404] * len(paths)


def test_TL_42_histories_tell_nothing_of_what_is_off_and_tell_it_again_when_it_is_on(
    session: Session, client_for: ClientFor
) -> None:
    customer, contact = factories.customer(session, company_name="Haven B.V."), factories.contact(session)
    factories.link(session, customer, contact)
    with changeset(session, SYSTEM, "Plan"):
        session.add(Activity(customer_id=customer.id, contact_id=contact.id, subject="Zeilboot", state="planned"))
    with changeset(session, SYSTEM, "Both"):
        session.get_one(Customer, customer.id).company_name = "Haven Noord B.V."
        session.add(Activity(customer_id=customer.id, contact_id=contact.id, subject="Roeiboot", state="planned"))
    newest = session.scalars(select(Changeset.id).order_by(Changeset.id.desc())).first()
    dana = client_for("Dana")
    card = f"/customers/details/?id={customer.id}"
    pages = (f"{card}&tab=history&show=changes", "/history/")

    def told(word: str) -> list[bool]:
        return [word in text_of(dana.get(page)) for page in pages]

    assert (told("Zeilboot"), told("Roeiboot"), told("Haven Noord")) == ([True] * 2,) * 3
    latest = [card, f"/contacts/details/?id={contact.id}"]
    assert [" · Plan" in text_of(dana.get(page)) for page in latest] == [True, True]
    turn_off(session, "use_activities")
    assert (told("Zeilboot"), told("Roeiboot"), told("Haven Noord")) == ([False] * 2, [False] * 2, [True] * 2)
    assert told(" · Plan") == [False, False]
    assert [" · Plan" in text_of(dana.get(page)) for page in latest] == [False, False]
    timeline = text_of(dana.get(f"{card}&tab=history"))
    assert ("Haven Noord" in timeline, "boot" in timeline) == (True, False)
    # What an undo would take back is told whole, and goes back.
    assert "Put 1 back, take 1 away" in text_of(dana.get(f"/history/undo/?changeset={newest}"))
    assert dana.send("/history/undo/", changeset=newest).status_code == 302
    session.rollback()
    assert [one.subject for one in session.scalars(select(Activity))] == ["Zeilboot"]
    configure(session, SYSTEM, {"use_activities": True})
    session.commit()
    assert told("Zeilboot") == [True, True]


def test_TL_42_keys_folded_parts_and_lists_are_without_what_is_off(session: Session, client_for: ClientFor) -> None:
    factories.list_value(session, ValueList.ACTIVITY_KIND, name="Proeverij")
    factories.list_value(session, ValueList.RELATION_KIND, name="Neef van")
    dana = client_for("Dana")
    parts = ("Activities", "Opportunities", "Files and links", "Relations", "Agreements", "Portals")

    def boxes() -> dict[str, Any]:
        tree = html.document_fromstring(dana.get("/profile/").get_data(as_text=True))
        return {one.getparent().text_content().strip(): one for one in tree.xpath("//input[@name='section']")}

    there = ("/keys/", "add an activity"), ("/lists/", "Proeverij"), ("/lists/", "Neef van")
    choices = [
        (page, f"Kind of {noun}") for page in ("/lists/filters/", "/lists/new/") for noun in ("activity", "relation")
    ]

    def named() -> list[str]:
        return [word for page, word in (*there, *choices) if word in text_of(dana.get(page))]

    assert len(named()) == len(there) + len(choices)
    assert boxes().keys() >= set(parts)
    assert dana.send("/profile/folded/", section=["activities", "details"]).status_code == 302
    total = len(html.document_fromstring(dana.get("/lists/").get_data(as_text=True)).xpath("//input[@name='rowid']"))
    off = ("activities", "opportunities", "files", "relations", "agreements", "portals")
    turn_off(session, *(f"use_{one}" for one in off))
    assert named() == []
    kept = session.scalars(select(ListValue.id).where(ListValue.list.in_(["activity_kind", "relation_kind"]))).all()
    tree = html.document_fromstring(dana.get("/lists/").get_data(as_text=True))
    assert len(tree.xpath("//input[@name='rowid']")) == total - len(kept)
    assert dana.send("/lists/new/", list="activity_kind", name="Borrel").status_code == 422
    assert boxes().keys().isdisjoint(parts)
    # What is folded of it stays so.
    assert dana.send("/profile/folded/", section=["details"]).status_code == 302
    turn_on = {f"use_{one}": True for one in off}
    session.rollback()
    configure(session, SYSTEM, turn_on)
    session.commit()
    assert [name for name, box in boxes().items() if box.get("checked") is not None] == ["Activities", "Details"]
