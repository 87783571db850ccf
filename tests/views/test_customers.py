"""The pages of customers: list, form, card, verbs and export, over HTTP, each on both databases."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from itertools import islice

import openpyxl
import pytest
from flask import Flask
from lxml import html
from sqlalchemy import QueuePool, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.access import SYSTEM, unlocking
from models.base import db
from models.customer import Address, Customer
from models.journal import Changeset, position
from models.label import Label
from models.operations import grant
from models.operations.grant import Holder
from models.operations.save import save
from models.project import Project
from models.settings import ValueList
from models.user import CustomerAccess, Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.pages import PageClient
from tests.views.test_forms import at_fields


def text_of(answer: TestResponse) -> str:
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).text_content().split())


def names(answer: TestResponse) -> list[str]:
    tree = html.document_fromstring(answer.get_data(as_text=True))
    return [" ".join(node.text_content().split()) for node in tree.xpath("//tbody//th[@scope='row']//a")]


def token(answer: TestResponse) -> str:
    found = re.search(r'name="plan" value="([^"]+)"', answer.get_data(as_text=True))
    assert found, text_of(answer)
    return found[1]


# The list


def test_TC_01_TC_03_TO_21_TS_19_TS_24_the_list_shows_the_active_ones_by_name_and_keeps_its_state_in_the_address(
    session: Session, client_for: ClientFor
) -> None:
    for name in ("Bravo B.V.", "Alfa B.V.", "Charlie B.V."):
        factories.customer(session, company_name=name)
    factories.customer(session, company_name="Oud B.V.", archived_at=factories.A_MOMENT)
    dana = client_for("Dana")
    assert names(dana.get("/customers/")) == ["Alfa B.V.", "Bravo B.V.", "Charlie B.V."]
    assert names(dana.get("/customers/?sort=-name")) == ["Charlie B.V.", "Bravo B.V.", "Alfa B.V."]
    assert names(dana.get("/customers/?search=bravo")) == ["Bravo B.V."]
    assert names(dana.get("/customers/?archived=archived")) == ["Oud B.V."]
    assert len(names(dana.get("/customers/?archived=all"))) == 4


def test_TC_10_TL_25_values_of_one_filter_widen_and_filters_narrow(session: Session, client_for: ClientFor) -> None:
    label = factories.label(session, name="Retainer")
    for name, country in (("Een", "NL"), ("Twee", "SE"), ("Drie", "FI")):
        customer = factories.customer(session, company_name=name)
        factories.address(session, customer, country=country, is_head_office=True)
        if name != "Drie":
            factories.put_label(session, label, customer=customer)
    dana = client_for("Dana")
    added = dana.get("/customers/?add.country=NL&add.country=SE")
    assert added.status_code == 302
    assert "country=NL" in added.location
    assert names(dana.get(added.location)) == ["Een", "Twee"]
    assert names(dana.get(f"/customers/?label={label.id}&country=SE")) == ["Twee"]


def test_a_list_leads_to_a_page_with_all_its_filters_and_keeps_its_state(
    session: Session, client_for: ClientFor
) -> None:
    label = factories.label(session, name="Retainer")
    factories.customer(session)
    dana = client_for("Dana")
    shown = html.document_fromstring(dana.get("/customers/?search=a&sort=-name&page=2").text)
    assert shown.xpath("//*[starts-with(@name, 'add.')]") == []
    leads = shown.xpath("//a[@data-kb-pops]/@href")[0]
    (form,) = html.document_fromstring(dana.get(leads).text).xpath("//form[@data-kb-popped]")
    assert (form.action, form.method) == ("/customers/", "GET")
    assert {"search": "a", "sort": "-name"}.items() <= dict(form.fields).items()
    assert "page" not in form.fields
    assert {"add.label", "add.country", "add.kind", "add.owner"} <= set(form.fields)
    assert form.xpath(f".//input[@name='add.label'][@value='{label.id}']")


def test_a_list_that_cannot_be_filtered_has_no_page_of_filters(client_for: ClientFor) -> None:
    dana = client_for("Dana")
    assert dana.get("/teams/filters/").status_code == 404
    assert "nothing to filter by" in text_of(dana.get("/labels/filters/"))


def test_a_page_of_fifty_customers_weighs_less_than_sixty_kilobytes(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    dana = client_for("Dana")
    label = factories.label(session, name="Monthly invoice")
    for count in range(51):
        customer = factories.customer(
            session, company_name=f"Aalbers en Zonen {count} B.V.", number=f"{10030 + count}", owner_id=cast.alice.id
        )
        factories.address(session, customer, city="Aalsmeer", country="NL", is_head_office=True)
        factories.put_label(session, label, customer=customer)
    page = dana.get("/customers/?page_size=50")
    assert len(names(page)) == 50
    assert len(page.data) < 60_000


def test_rubbish_in_the_address_is_left_out_and_said(client_for: ClientFor) -> None:
    dana = client_for("Dana")
    for query in (
        "page=99999999999999999999",
        "page=-1",
        "sort=password_hash",
        "kind=nonsense",
        "page_size=1000000",
        "owner=x'--",
    ):
        assert dana.get(f"/customers/?{query}").status_code == 200, query
    assert "left out" in text_of(dana.get("/customers/?sort=password_hash"))
    assert dana.get("/customers/details/?id=abc").status_code == 404
    assert dana.get("/customers/details/?id=1,2").status_code == 404
    assert dana.get("/customers/details/?id=99999999999999999999999").status_code == 404


def test_TC_04_TC_22_TO_14_VS_08_revenue_shows_only_with_the_right(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Rijk B.V.", hourly_rate=Decimal("123.45"))
    factories.invoice(session, customer, amount=Decimal("98765.00"), day=factories.today())
    dana = client_for("Dana")
    assert "98,765" in text_of(dana.get("/customers/"))
    assert "123.45" in text_of(dana.get(f"/customers/details/?id={customer.id}&tab=settings"))
    for path in (
        "/customers/",
        f"/customers/details/?id={customer.id}",
        f"/customers/details/?id={customer.id}&tab=history",
    ):
        shown = text_of(client_for("Bob").get(path))
        assert "98,765" not in shown
        assert "Revenue" not in shown, path
        assert "123.45" not in shown


def test_what_people_typed_is_text_on_every_page(session: Session, client_for: ClientFor) -> None:
    nasty = "<script>alert(1)</script>{{7*7}}"
    customer = factories.customer(session, company_name=nasty, website="javascript:alert(1)", nickname=nasty)
    factories.put_label(session, factories.label(session, name=nasty[:60]), customer=customer)
    dana = client_for("Dana")
    dana.typed = {nasty}
    for path in (
        "/customers/",
        f"/customers/details/?id={customer.id}",
        f"/customers/details/?id={customer.id}&tab=contact",
        f"/customers/edit/?id={customer.id}",
        "/labels/",
        "/history/",
    ):
        page = dana.get(path).get_data(as_text=True)
        assert "<script>alert" not in page, path
        assert "49" not in re.findall(r"</script&gt;(\d+)", page), path
        assert 'href="javascript:' not in page, path


# The form


def test_TO_01_TO_02_TO_10_TS_07_a_new_company_gets_the_next_number_and_opens_its_card(
    session: Session, client_for: ClientFor
) -> None:
    answer = client_for("Dana").send(
        "/customers/new/",
        kind="business",
        company_name="Nieuw B.V.",
        head_office_city="Zwolle",
        head_office_country="NL",
    )
    assert answer.status_code == 302
    customer = session.scalars(select(Customer).where(Customer.company_name == "Nieuw B.V.")).one()
    assert answer.location.endswith(f"/customers/details/?id={customer.id}")
    assert customer.number.startswith("K-")
    assert session.scalars(select(Address.city).where(Address.customer_id == customer.id)).all() == ["Zwolle"]


def test_TC_19_a_change_is_saved_by_pressing_save_and_not_before(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Vast B.V.")
    dana = client_for("Dana")
    session.rollback()
    at = position(session)
    form = dana.get(f"/customers/edit/?id={customer.id}")
    session.rollback()
    assert position(session) == at
    assert dana.press(form, "Save customer", phone="+31 10 555 0100").status_code == 302
    session.rollback()
    assert session.get_one(Customer, customer.id).phone == "+31 10 555 0100"


def test_TC_08_VS_09_VS_10_VS_11_VS_35_TL_10_TS_25_a_customer_keeps_who_it_is_and_how_to_reach_it(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    typed = {
        "company_name": "Nieuw B.V.",
        "nickname": "De Nieuwe",
        "number": "X-1",
        "reference": "REF-9",
        "vat_number": "NL000099998B57",
        "company_number": "12345678",
        "description": "Since the fair.",
        "email": "info@nieuw.example",
        "phone": "+31 10 555 0100",
        "website": "https://nieuw.example",
    }
    industry = factories.list_value(session, ValueList.INDUSTRY, "Bouw").id
    chosen = {"owner_id": cast.alice.id, "industry_id": industry}
    office = {"head_office_street": "Kade 1", "head_office_city": "Zwolle", "head_office_country": "NL"}
    dana = client_for("Dana")
    card = dana.send("/customers/new/", kind="business", **typed, **chosen, **office).location
    session.rollback()
    customer = session.scalars(select(Customer)).one()
    assert {name: getattr(customer, name) for name in (*typed, *chosen)} == {**typed, **chosen}
    shown = text_of(dana.get(f"{card}&tab=contact")) + text_of(dana.get(card))
    for part in (*typed.values(), "Alice", "Bouw", "Kade 1"):
        assert part in shown, part


def test_TC_13_TC_14_TC_15_TC_16_TC_21_VS_01_VS_07_TL_18_TL_19_TL_20_TL_22_a_customer_keeps_what_to_invoice_by(
    session: Session, client_for: ClientFor
) -> None:
    layout = factories.list_value(session, ValueList.INVOICE_LAYOUT, "With hours").id
    typed = {
        "hourly_rate": "98.50",
        "vat_percentage": "21",
        "payment_term_days": "14",
        "currency": "SEK",
        "invoice_layout_id": str(layout),
        "invoice_email": "pay@nieuw.example",
        "mileage_billable": "1",
        "distance_km": "42",
    }
    dana = client_for("Dana")
    card = dana.send("/customers/new/", kind="business", company_name="Nieuw B.V.", **typed).location
    session.rollback()
    customer = session.scalars(select(Customer)).one()
    assert (customer.hourly_rate, customer.vat_percentage) == (Decimal("98.50"), Decimal(21))
    assert (customer.payment_term_days, customer.currency, customer.invoice_layout_id) == (14, "SEK", layout)
    assert (customer.expenses_billable, customer.mileage_billable, customer.distance_km) == (False, True, 42)
    form = html.document_fromstring(dana.get(card.replace("details", "edit")).get_data(as_text=True))
    assert {"hourly_rate": "98.50", "distance_km": "42"}.items() <= dict(
        form.get_element_by_id("customers-form").form_values()
    ).items()


def test_TC_07_the_form_of_a_new_customer_goes_from_general_over_contacts_to_finance(client_for: ClientFor) -> None:
    page = client_for("Dana").get("/customers/new/").get_data(as_text=True)
    heads = [head.text_content().strip() for head in html.document_fromstring(page).xpath("//form//h2")]
    assert heads == ["General", "Contact details", "Head office", "Labels", "Contacts", "Finance"]


def test_TO_07_TS_02_TS_05_TS_08_a_private_person_is_a_customer_with_names_of_its_own(
    session: Session, client_for: ClientFor
) -> None:
    dana = client_for("Dana")
    form = html.document_fromstring(dana.get("/customers/new/").get_data(as_text=True))
    assert form.xpath("//*[@id='company_name']/ancestor::*[contains(@class, 'kb-only-business')]")
    assert form.xpath("//*[@id='last_name']/ancestor::*[contains(@class, 'kb-only-private')]")
    card = dana.send("/customers/new/", kind="private", first_name="Ingrid", last_name="Bergström").location
    assert "Ingrid Bergström" in text_of(dana.get(card))
    assert names(dana.get("/customers/?kind=private")) == ["Ingrid Bergström"]
    assert names(dana.get("/customers/?kind=business")) == []


def test_TC_17_TO_23_a_project_is_added_from_a_customer_as_soon_as_that_is_saved(
    session: Session, client_for: ClientFor
) -> None:
    dana = client_for("Dana")
    card = dana.send("/customers/new/", kind="business", company_name="Nieuw B.V.").location
    page = html.document_fromstring(dana.get(f"{card}&tab=projects").get_data(as_text=True))
    (add,) = page.xpath("//a[normalize-space()='New project']/@href")
    assert dana.press(dana.get(add), "Save project", name="Eerste werk").status_code == 302
    session.rollback()
    assert session.scalars(select(Project)).one().customer.name == "Nieuw B.V."


def test_TL_11_the_search_of_everything_finds_a_customer_by_its_other_name(
    session: Session, client_for: ClientFor
) -> None:
    factories.customer(session, company_name="Nordhamn AB", nickname="Zwaan")
    factories.customer(session, company_name="Ander B.V.")
    shown = text_of(client_for("Bob").get("/search/?q=zwaan"))
    assert "Nordhamn AB" in shown
    assert "Ander" not in shown


def test_TC_06_TS_01_a_list_leads_to_the_form_of_a_new_one_and_the_menu_to_both_lists(client_for: ClientFor) -> None:
    for entity in ("customers", "contacts"):
        page = html.document_fromstring(client_for("Alice").get(f"/{entity}/").get_data(as_text=True))
        assert page.xpath(f"//main//a[@href='/{entity}/new/']")
        assert {"/customers/", "/contacts/"} <= set(page.xpath("//nav[@id='menu']//a/@href"))


def test_TO_08_TO_09_a_company_needs_a_company_name_and_a_person_both_names(
    session: Session, client_for: ClientFor
) -> None:
    dana = client_for("Dana")
    answer = dana.send("/customers/new/", kind="business", email="kept@firm.example")
    assert answer.status_code == 422
    assert "Company name is missing" in text_of(answer)
    assert 'value="kept@firm.example"' in answer.get_data(as_text=True)
    answer = dana.send("/customers/new/", kind="private", first_name="Ingrid")
    assert answer.status_code == 422
    assert "Last name is missing" in text_of(answer)
    assert session.scalars(select(Customer)).all() == []


def test_a_number_that_is_taken_names_its_holder_and_the_next_free_one(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, company_name="Tandartspraktijk De Linde", number="K-10044")
    answer = client_for("Dana").send("/customers/new/", kind="business", company_name="Ander", number="k-10 044")
    assert answer.status_code == 422
    assert "Already used by Tandartspraktijk De Linde" in text_of(answer)


def test_a_foreign_id_that_does_not_exist_is_refused_and_nothing_is_saved(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Vast B.V.")
    answer = client_for("Dana").edit(
        f"/customers/edit/?id={customer.id}",
        kind="business",
        company_name="Los B.V.",
        owner_id="99999",
        number=customer.number,
    )
    assert answer.status_code == 422
    session.rollback()
    assert session.get_one(Customer, customer.id).company_name == "Vast B.V."


def test_fields_of_the_form_that_are_not_shown_are_not_written(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Dicht B.V.", hourly_rate=Decimal(90))
    editor = factories.role(session, rights=frozenset({"view", "edit"}))
    factories.access(session, customer, editor, cast.charlie)
    charlie = client_for("Charlie")
    answer = charlie.edit(
        f"/customers/edit/?id={customer.id}",
        kind="business",
        company_name="Dicht B.V.",
        number=customer.number,
        phone="+31 10 555 0100",
        hourly_rate="1",
        archived_at="2020-01-01",
        id="77",
    )
    assert answer.status_code == 302
    session.rollback()
    saved = session.get_one(Customer, customer.id)
    assert (saved.phone, saved.hourly_rate, saved.archived_at) == ("+31 10 555 0100", Decimal(90), None)


def test_different_fields_of_two_people_are_both_kept(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Samen B.V.")
    at = position(session)
    shown = {"kind": "business", "company_name": "Samen B.V.", "number": customer.number, "shown-at": at}
    path = f"/customers/edit/?id={customer.id}"
    assert client_for("Alice").send(path, **shown, phone="+31 10 555 0101").status_code == 302
    dana = client_for("Dana")
    answer = dana.send(path, **shown, website="https://samen.example")
    assert answer.status_code == 302
    assert "both changes are kept" in text_of(dana.get(answer.location))
    session.rollback()
    saved = session.get_one(Customer, customer.id)
    assert (saved.phone, saved.website) == ("+31 10 555 0101", "https://samen.example")


def test_the_same_field_of_two_people_is_asked_about(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Samen B.V.", payment_term_days=30)
    at = position(session)
    shown = {"kind": "business", "company_name": "Samen B.V.", "number": customer.number, "shown-at": at}
    path = f"/customers/edit/?id={customer.id}"
    assert client_for("Alice").send(path, **shown, payment_term_days="21").status_code == 302
    dana = client_for("Dana")
    answer = dana.send(path, **shown, payment_term_days="14")
    assert answer.status_code == 409
    assert "changed the same field while you were editing" in text_of(answer)
    session.rollback()
    assert session.get_one(Customer, customer.id).payment_term_days == 21
    seen = re.search(r'name="seen-at" value="(\d+)"', answer.get_data(as_text=True))
    assert seen
    chosen = {**shown, "payment_term_days": "14", "seen-at": seen[1], "choice-payment_term_days": "mine"}
    assert dana.send(path, **chosen).status_code == 302
    session.rollback()
    assert session.get_one(Customer, customer.id).payment_term_days == 14


def test_x_01_an_archived_owner_or_retired_status_stays_selected_in_the_form(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    gone = factories.user(session, name="Weg", disabled_at=factories.A_MOMENT)
    customer = factories.customer(session, company_name="Trouw B.V.", owner_id=gone.id)
    dana = client_for("Dana")
    page = dana.get(f"/customers/edit/?id={customer.id}").get_data(as_text=True)
    assert f'<option selected value="{gone.id}">' in page
    answer = dana.edit(
        f"/customers/edit/?id={customer.id}",
        kind="business",
        company_name="Trouw B.V.",
        number=customer.number,
        owner_id=gone.id,
        phone="1",
    )
    assert answer.status_code == 302, text_of(answer)
    session.rollback()
    assert session.get_one(Customer, customer.id).owner_id == gone.id


# Verbs


def test_TC_31_TC_41_archiving_shows_its_plan_first_and_is_locked_afterwards(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Klaar B.V.")
    project = factories.project(session, customer)
    factories.registration(session, project)
    dana = client_for("Dana")
    plan = dana.get(f"/customers/action/?action=archive&rowid={customer.id}")
    assert "registration becomes read-only" in text_of(plan)
    session.rollback()
    assert session.get_one(Customer, customer.id).archived_at is None
    assert dana.send("/customers/action/", action="archive", plan=token(plan), reason="Klaar").status_code == 302
    session.rollback()
    assert session.get_one(Customer, customer.id).archived_at is not None
    assert session.get_one(Project, project.id).archived_at is not None
    assert dana.get(f"/customers/edit/?id={customer.id}").status_code == 409


def test_a_plan_of_somebody_else_or_for_another_verb_does_nothing(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    plan = client_for("Dana").get(f"/customers/action/?action=archive&rowid={customer.id}")
    assert (
        client_for("Alice")
        .send("/customers/action/", action="archive", plan=token(plan), rowid=customer.id)
        .status_code
        == 409
    )
    assert client_for("Dana").send(
        "/customers/action/", action="restore", plan=token(plan), rowid=customer.id
    ).status_code in (404, 409, 422)
    session.rollback()
    assert session.get_one(Customer, customer.id).archived_at is None


def test_TC_41_TC_42_a_delete_is_shown_again_when_something_moved_since(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Weg B.V.", archived_at=factories.A_MOMENT)
    key = customer.id
    dana = client_for("Dana")
    plan = dana.get(f"/customers/delete/?id={key}")
    assert "Move 1 record to the bin" in text_of(plan)
    with unlocking(session):
        factories.bank_account(session, customer)
    answer = dana.send("/customers/delete/", plan=token(plan), typed="weg b.v.")
    assert answer.status_code == 409
    assert "Move 2 records to the bin" in text_of(answer)
    assert dana.send("/customers/delete/", plan=token(answer), typed="something").status_code == 422
    assert dana.send("/customers/delete/", plan=token(answer), typed=" weg b.v. ").status_code == 302
    session.rollback()
    assert session.get(Customer, key) is None
    changeset = re.search(r'name="changeset" value="(\d+)"', dana.get("/bin/").get_data(as_text=True))
    assert changeset
    assert dana.send("/bin/restore/", changeset=changeset[1]).status_code == 302
    session.rollback()
    assert session.get_one(Customer, key).company_name == "Weg B.V."


def test_TC_32_all_that_match_the_list_are_archived_not_only_the_page(session: Session, client_for: ClientFor) -> None:
    for n in range(30):
        factories.customer(session, company_name=f"Reeks {n:02}")
    factories.customer(session, company_name="Ander")
    dana = client_for("Dana")
    plan = dana.post(
        "/customers/action/",
        data={"csrf_token": dana.token(), "action": "archive", "all": "1", "list": "search=Reeks&page_size=25"},
    )
    assert plan.status_code == 200, text_of(plan)
    assert dana.send("/customers/action/", action="archive", plan=token(plan), list="search=Reeks").status_code == 302
    session.rollback()
    assert session.scalars(select(Customer.company_name).where(Customer.archived_at.is_(None))).all() == ["Ander"]


def test_a_row_shows_as_many_labels_as_there_is_room_for(session: Session, client_for: ClientFor) -> None:
    acme, beta = (factories.customer(session, company_name=name) for name in ("Acme", "Beta"))
    for customer, names in {acme: ("Monthly", "Retainer", "VIP"), beta: ("Monthly invoice", "Recommendation")}.items():
        for name in names:
            known = session.scalar(select(Label).where(Label.name == name))
            factories.put_label(session, known or factories.label(session, name=name), customer=customer)
    page = html.document_fromstring(client_for("Dana").get("/customers/").text)
    shown = [
        (
            row.xpath(".//td//span[starts-with(@class, 'kb-label')]/text()"),
            row.xpath(".//span[contains(@class, 'kb-more')]/@title"),
        )
        for row in page.xpath("//tbody/tr")
    ]
    assert shown == [(["Monthly", "Retainer"], ["VIP"]), (["Monthly invoice"], ["Recommendation"])]


# Export


def test_TC_05_x_11_the_export_holds_just_the_rows_of_the_list_and_no_live_formula(
    session: Session, client_for: ClientFor
) -> None:
    factories.customer(session, company_name="=1+1", number="007")
    factories.customer(session, company_name="@SUM(A1)", number="008")
    factories.customer(session, company_name="Gewoon B.V.", number="009")
    dana = client_for("Dana")
    body = dana.get("/customers/export/csv/?sort=number").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["007", "008", "009"]
    assert not any(cell.startswith(("=", "@", "+")) for row in rows for cell in row)
    book = openpyxl.load_workbook(io.BytesIO(dana.get("/customers/export/xlsx/?search=1%2B1").get_data()))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "007" for cell in cells)


@pytest.mark.parametrize("path", ["/customers/export/csv/", "/customers/export/xlsx/", "/contacts/mailing/csv/"])
@pytest.mark.parametrize("pieces", [1, 1_000])
def test_an_export_gives_its_connection_back_sent_or_broken_off(
    app: Flask, session: Session, client_for: ClientFor, path: str, pieces: int
) -> None:
    factories.link(session, factories.customer(session), factories.contact(session))
    answer = client_for("Dana").get(path)
    assert sum(map(len, islice(answer.iter_encoded(), pieces))) > 0
    answer.close()
    with app.app_context():
        pool = db.engine.pool
        assert isinstance(pool, QueuePool)
        assert pool.checkedout() == 0


def test_who_may_not_export_gets_no_file(session: Session, client_for: ClientFor) -> None:
    factories.customer(session)
    assert client_for("Bob").get("/customers/export/csv/").status_code == 403


# Roles


def test_TO_27_TS_26_a_role_given_on_the_card_lets_somebody_in_at_once(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Open B.V.")
    reader = factories.role(session, rights=frozenset({"view"}))
    charlie = client_for("Charlie")
    assert charlie.get(f"/customers/details/?id={customer.id}").status_code == 404
    answer = save_roles(client_for("Dana"), customer, who=f"user-{cast.charlie.id}", role=str(reader.id))
    assert answer.status_code == 302
    assert charlie.get(f"/customers/details/?id={customer.id}").status_code == 200
    assert (
        client_for("Bob")
        .send(f"/customers/roles/?id={customer.id}", who=f"user-{cast.bob.id}", role=str(reader.id))
        .status_code
        == 403
    )


def save_roles(client: PageClient, customer: Customer, **fields: str) -> TestResponse:
    """Send the form of the Roles tab, see what it changes, and send what was shown."""
    shown = client.send(f"/customers/roles/?id={customer.id}", **fields)
    assert shown.status_code == 200
    return client.press(shown, "Save roles")


def roles_form(client: PageClient, customer: Customer) -> dict[str, str]:
    """What the form of the Roles tab would send when nothing on it is touched."""
    page = client.get(f"/customers/details/?id={customer.id}&tab=roles").get_data(as_text=True)
    return dict(html.document_fromstring(page).get_element_by_id("roles-form").form_values())


def roles_on(session: Session, customer: Customer) -> dict[int | None, int]:
    session.rollback()
    of_customer = select(CustomerAccess).where(CustomerAccess.customer_id == customer.id)
    return {one.user_id: one.role_id for one in session.scalars(of_customer)}


def test_only_the_roles_that_were_changed_on_the_page_are_saved(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Open B.V.")
    reader, editor, manager = (factories.role(session, rights=frozenset({"view"})) for _ in range(3))
    for user in (cast.bob, cast.charlie, cast.alice):
        factories.access(session, customer, reader, user)
    dana = client_for("Dana")
    form = roles_form(dana, customer)
    # Meanwhile one role is taken away and another is raised.
    changed = {Holder(user_id=cast.charlie.id): None, Holder(user_id=cast.alice.id): manager.id}
    grant.assign(session, SYSTEM, customer.id, changed)
    assert save_roles(dana, customer, **{**form, f"user-{cast.bob.id}": str(editor.id)}).status_code == 302
    assert roles_on(session, customer) == {cast.bob.id: editor.id, cast.alice.id: manager.id}
    last = session.scalars(select(Changeset).order_by(Changeset.id.desc())).first()
    assert last is not None and last.title.format(**last.values).startswith("Give Bob the role")


def test_a_role_that_somebody_else_changed_meanwhile_is_shown_with_what_was_chosen(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Open B.V.")
    reader, editor, manager = (factories.role(session, rights=frozenset({"view"})) for _ in range(3))
    team = factories.team(session, cast.bob)
    for holder in (cast.bob, cast.charlie, team):
        factories.access(session, customer, reader, holder)
    dana = client_for("Dana")
    bob, charlie, members = f"user-{cast.bob.id}", f"user-{cast.charlie.id}", f"team-{team.id}"
    form = {**roles_form(dana, customer), bob: str(editor.id), charlie: str(editor.id), members: str(editor.id)}
    now = {
        Holder(user_id=cast.bob.id): manager.id,
        Holder(user_id=cast.charlie.id): None,
        Holder(team_id=team.id): None,
    }
    grant.assign(session, SYSTEM, customer.id, now)
    answer = dana.send(f"/customers/roles/?id={customer.id}", **form)
    assert answer.status_code == 409
    assert f"Somebody else meanwhile changed the role of: {team.name}, Bob, Charlie." in text_of(answer)
    assert f"now: {manager.name}" in text_of(answer)
    assert roles_on(session, customer) == {cast.bob.id: manager.id}
    shown = dict(html.document_fromstring(answer.get_data(as_text=True)).get_element_by_id("roles-form").form_values())
    assert {shown[name] for name in (bob, charlie, members)} == {str(editor.id)}
    assert (shown[f"was-{bob}"], shown[f"was-{charlie}"]) == (str(manager.id), "")
    # Seen, it may be decided.
    assert dana.send(f"/customers/roles/?id={customer.id}", **shown).status_code == 302
    assert set(roles_on(session, customer).values()) == {editor.id}


def test_adding_somebody_who_has_a_role_by_now_does_not_replace_it_unseen(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Open B.V.")
    reader, manager = (factories.role(session, rights=frozenset({"view"})) for _ in range(2))
    dana = client_for("Dana")
    form = {**roles_form(dana, customer), "who": f"user-{cast.bob.id}", "role": str(reader.id)}
    grant.give(session, SYSTEM, customer.id, Holder(user_id=cast.bob.id), manager.id)
    assert dana.send(f"/customers/roles/?id={customer.id}", **form).status_code == 409
    assert roles_on(session, customer) == {cast.bob.id: manager.id}


def test_the_history_of_a_card_shows_amounts_only_with_the_right_and_percentages_always(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    save(session, SYSTEM, Customer, customer.id, {"hourly_rate": Decimal("98.76"), "vat_percentage": Decimal("13.57")})
    path = f"/customers/details/?id={customer.id}&tab=history"
    assert "98.76" in text_of(client_for("Dana").get(path))
    without = text_of(client_for("Bob").get(path))
    assert "13.57" in without
    assert "98.76" not in without


def test_the_history_of_a_card_shows_no_amount_of_registered_time_without_the_right(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session)
    factories.registration(session, factories.project(session, customer), cast.alice, amount=Decimal("43.21"))
    session.connection().execute(text("UPDATE registration SET amount = 9876, minutes = 77"))
    session.commit()
    factories.user(session, name="Erik", role_id=session.scalar(select(Role.id).where(Role.name == "Editor")))
    path = f"/customers/details/?id={customer.id}&tab=history&show=changes"
    seen = text_of(client_for("Dana").get(path))
    assert "43.21" in seen
    assert "98.76" in seen
    without = text_of(client_for("Erik").get(path))
    assert "77" in without
    assert "43.21" not in without
    assert "98.76" not in without


def test_a_head_office_of_which_only_the_country_is_known_stays_when_something_else_is_saved(
    client_for: ClientFor, session: Session
) -> None:
    customer = factories.customer(session, phone="1")
    factories.address(session, customer, street=None, postal_code=None, city=None, country="BE", is_head_office=True)
    alice = client_for("Alice")
    form = alice.get(f"/customers/edit/?id={customer.id}")
    assert alice.press(form, "Save customer", phone="2").status_code == 302
    session.rollback()
    office = session.query(Address).filter(Address.customer_id == customer.id).one()
    assert (customer.phone, office.country) == ("2", "BE")


def test_what_looks_wrong_is_saved_and_whoever_typed_it_is_told(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Acme", email="no-address", number="K-1")
    dana, form = client_for("Dana"), f"/customers/edit/?id={customer.id}"
    given = {"kind": "business", "company_name": "Acme", "number": "K-1", "email": "no-address"}
    answer = dana.edit(form, **given, vat_number="NL123", phone="++4x6", website="www.acme.example")
    page = text_of(dana.get(answer.location))
    assert "VAT number does not look like a VAT number. Look whether it is right: NL123" in page
    assert "does not look like a telephone number. Look whether it is right: ++4x6" in page
    # What this save did not touch is not brought up again.
    assert "does not look like an e-mail address" not in page
    session.rollback()
    assert session.get_one(Customer, customer.id).vat_number == "NL123"
    again = dana.edit(form, **given, vat_number="NL004495445B01", phone="+31 20 555 01 23")
    assert "does not look like" not in text_of(dana.get(again.location))
    made = dana.send("/contacts/new/", kind="private", first_name="Ada", last_name="Vos", email="ada at vos")
    assert "does not look like an e-mail address. Look whether it is right: ada at vos" in text_of(
        dana.get(made.location)
    )


def test_TL_20_TL_21_a_distance_longer_than_may_be_billed_is_refused_on_a_customer_and_a_project(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Een B.V.", max_distance_km=100)
    project = factories.project(session, customer, name="Bouw")
    alice = client_for("Alice")
    for path, fields in (
        (f"/customers/edit/?id={customer.id}", {"company_name": "Een B.V.", "max_distance_km": "100"}),
        (f"/projects/edit/?id={project.id}", {"name": "Bouw"}),
    ):
        page = alice.get(path)
        button = "Save customer" if "customers" in path else "Save project"
        refused = alice.press(page, button, **fields, distance_km="101")
        assert refused.status_code == 422
        assert "No more than 100 km a trip may be billed here. Fill in 100 or less." in text_of(refused)
        assert alice.press(page, button, **fields, distance_km="100").status_code == 302


def test_TL_21_a_project_may_not_allow_less_than_the_distance_that_it_takes_over(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, distance_km=40)
    project = factories.project(session, customer, name="Bouw")
    alice = client_for("Alice")
    refused = alice.edit(f"/projects/edit/?id={project.id}", name="Bouw", max_distance_km="10")
    assert refused.status_code == 422
    assert list(at_fields(refused)) == ["max_distance_km"]
    assert alice.edit(f"/projects/edit/?id={project.id}", name="Bouw", max_distance_km="40").status_code == 302


def test_a_website_of_which_no_link_can_be_made_is_kept_and_doubted(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Een B.V.")
    alice, path = client_for("Alice"), f"/customers/edit/?id={customer.id}"
    for website, is_doubted in (("javascript:alert(1)", True), ("http://[::1", True), ("www.een.example/plan", False)):
        page = text_of(alice.get(alice.press(alice.get(path), "Save customer", website=website).location))
        assert ("does not look like an address of the web. Look whether it is right:" in page) is is_doubted, website


def test_the_form_says_at_the_field_why_a_currency_stays(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Nordhamn", currency="SEK")
    factories.registration(session, factories.project(session, customer))
    dana = client_for("Dana")
    page = dana.edit(f"/customers/edit/?id={customer.id}", currency="EUR")
    assert page.status_code == 422
    field = html.document_fromstring(page.get_data(as_text=True)).get_element_by_id("currency")
    assert field.get("aria-invalid") == "true"
    assert "Nordhamn has registered time with amounts in SEK (1)." in text_of(page)
