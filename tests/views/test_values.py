"""The lists that the office keeps itself, on their pages (TL-09)."""

from __future__ import annotations

from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.customer import Customer
from models.settings import ListValue, ValueList
from tests import factories
from tests.conftest import ClientFor
from tests.views.test_imports import plan_of, text_of


def test_TL_09_a_value_is_added_renamed_and_retired_and_records_keep_it(
    client_for: ClientFor, session: Session
) -> None:
    dana = client_for("Dana")
    assert dana.send("/lists/new/", list="industry", name="Bouw", position="1").status_code == 302
    value = session.scalars(select(ListValue).where(ListValue.name == "Bouw")).one()
    customer = factories.customer(session, industry_id=value.id).id
    path = f"/lists/edit/?id={value.id}"
    assert "ListIndustry" in text_of(dana.get(path))
    dana.edit(path, list="status", name="Bouw en infra", position="1", retired="1")
    session.rollback()
    assert (value.list, value.name, value.retired) == (ValueList.INDUSTRY, "Bouw en infra", True)
    assert "Bouw en infra" in text_of(dana.get(f"/customers/details/?id={customer}"))
    assert "Bouw en infra" not in dana.get("/customers/new/").get_data(as_text=True)
    assert "Bouw en infra" in text_of(dana.get("/lists/?of=industry"))
    card = dana.get(f"/lists/details/?id={value.id}").get_data(as_text=True)
    assert (
        f"/customers/?industry={value.id}&amp;archived=all" in card
        or f"/customers/?archived=all&amp;industry={value.id}" in card
    )


def test_TL_09_values_are_merged_in_two_steps_that_show_how_many_records_change(
    client_for: ClientFor, session: Session
) -> None:
    dana = client_for("Dana")
    lead = factories.list_value(session, ValueList.STATUS, "Lead").id
    prospect = factories.list_value(session, ValueList.STATUS, "Prospect").id
    customer = factories.customer(session, status_id=lead)
    begun = dana.get(f"/lists/action/?action=merge&rowid={lead}")
    assert begun.status_code == 200
    page = dana.get(f"/lists/action/?action=merge&rowid={lead}&into={prospect}")
    assert "1 record gets Prospect." in text_of(page)
    assert "Lead goes to the bin." in text_of(page)
    cold = factories.list_value(session, ValueList.STATUS, "Koud").id
    both = dana.get(f"/lists/action/?action=merge&rowid={lead}&rowid={cold}&into={prospect}")
    assert "Lead, Koud go to the bin." in text_of(both)
    done = dana.send("/lists/action/", action="merge", plan=plan_of(page), into=prospect)
    assert done.status_code == 302
    session.rollback()
    assert session.get_one(Customer, customer.id).status_id == prospect
    assert session.get(ListValue, lead) is None


def test_TL_09_a_value_in_use_is_not_deleted_but_named_with_its_records(
    client_for: ClientFor, session: Session
) -> None:
    dana = client_for("Dana")
    lead = factories.list_value(session, ValueList.STATUS, "Lead").id
    factories.customer(session, status_id=lead)
    assert "Lead is still used by 1 record." in text_of(dana.get(f"/lists/delete/?id={lead}"))


def test_TL_09_who_does_not_manage_lists_reads_them_only(client_for: ClientFor, session: Session) -> None:
    lead = factories.list_value(session, ValueList.STATUS, "Lead").id
    bob = client_for("Bob")
    assert bob.get("/lists/").status_code == 200
    assert bob.send("/lists/new/", list="status", name="Nieuw").status_code == 403
    assert bob.get(f"/lists/action/?action=merge&rowid={lead}").status_code == 403


def test_a_place_in_the_list_that_is_left_empty_is_the_first_one(client_for: ClientFor, session: Session) -> None:
    value = factories.list_value(session, ValueList.STATUS, "Lead", position=3)
    dana = client_for("Dana")
    assert dana.edit(f"/lists/edit/?id={value.id}", name="Lead", position="").status_code == 302
    session.rollback()
    assert value.position == 0
    assert dana.edit(f"/lists/edit/?id={value.id}", name="Lead", position="-1").status_code == 422


def test_what_is_said_of_a_value_is_its_name_of_now(client_for: ClientFor, session: Session) -> None:
    dana, value = client_for("Dana"), factories.list_value(session, ValueList.FUNCTION, "Accounting").id
    done = dana.edit(f"/lists/edit/?id={value}", name="Bookkeeping", position="1")
    page = text_of(dana.get(done.location))
    assert "The value Bookkeeping was saved" in page
    assert "Accounting saved" not in page


def test_a_value_is_not_offered_to_be_merged_into_itself(client_for: ClientFor, session: Session) -> None:
    dana = client_for("Dana")
    lead, cold, prospect = (
        factories.list_value(session, ValueList.STATUS, name).id for name in ("Lead", "Koud", "Prospect")
    )

    def offered(*ids: int) -> set[str]:
        rows = "".join(f"&rowid={key}" for key in ids)
        page = html.document_fromstring(dana.get(f"/lists/action/?action=merge{rows}").text)
        return set(page.xpath("//select[@name='into']/option/@value")) & {str(lead), str(cold), str(prospect)}

    assert offered(lead) == {str(cold), str(prospect)}
    assert offered(lead, cold) == {str(lead), str(cold), str(prospect)}
