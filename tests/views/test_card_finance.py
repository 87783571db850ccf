"""Finance and settings of a customer: amounts for who may see them, and what new work begins with."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lxml import html
from sqlalchemy.orm import Session

from models.access import SYSTEM
from models.customer import Kind
from models.operations.configure import configure
from models.settings import ValueList
from tests import factories
from tests.conftest import ClientFor
from tests.views.test_card import chart, text_of


def test_TL_38_TL_03_what_was_invoiced_each_year_is_drawn_and_listed(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, currency="EUR")
    day = factories.today()
    for years_ago, amount in ((0, 100), (1, 250), (1, 50)):
        factories.invoice(session, customer, day=day.replace(year=day.year - years_ago), amount=Decimal(amount))
    page = client_for("Dana").get(f"/customers/details/?id={customer.id}&tab=finance")
    assert chart(page) == {str(day.year - 1): "300", str(day.year): "100"}
    heights = html.document_fromstring(page.text).xpath("//svg//rect[starts-with(@class, 'kb-bar')]/@height")
    assert float(heights[0]) == pytest.approx(3 * float(heights[1]), rel=0.01)


def test_VS_08_without_the_right_to_amounts_there_is_no_finance(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, hourly_rate=Decimal("123.45"))
    factories.invoice(session, customer, amount=Decimal(98765))
    finance = f"/customers/details/?id={customer.id}&tab=finance"
    assert "98,765" in text_of(client_for("Dana").get(finance))
    bob = client_for("Bob")
    page = bob.get(finance)
    tree = html.document_fromstring(page.text)
    assert not tree.xpath("//a[contains(@href, 'tab=finance')]")
    settings = bob.get(f"/customers/details/?id={customer.id}&tab=settings")
    for shown in (text_of(page), text_of(settings)):
        assert "123.45" not in shown
        assert "98,765" not in shown


def test_TS_05_the_card_of_a_private_person_lacks_what_only_a_company_has(
    session: Session, client_for: ClientFor
) -> None:
    industry = factories.list_value(session, ValueList.INDUSTRY, "Bouw")
    firm = factories.customer(session, industry_id=industry.id)
    person = factories.customer(
        session, kind=Kind.PRIVATE, first_name="Ingrid", last_name="Vos", company_name=None, industry_id=industry.id
    )
    dana = client_for("Dana")

    def shown(customer_id: int) -> str:
        tabs = ("overview", "contact", "settings")
        return " ".join(text_of(dana.get(f"/customers/details/?id={customer_id}&tab={tab}")) for tab in tabs)

    for only in ("VAT number", "Company number", "Industry", "Bouw", "E-invoice address"):
        assert only in shown(firm.id) or only == "Bouw"
        assert only not in shown(person.id)
    form = html.document_fromstring(dana.get(f"/customers/edit/?id={person.id}").text)
    hidden = form.xpath("//*[contains(@class, 'kb-only-business')]//*[self::input or self::select]/@name")
    assert {"vat_number", "company_number", "industry_id", "e_invoice_id"} <= set(hidden)


def test_VS_01_VS_07_TC_14_TL_18_the_settings_of_a_customer_say_what_new_work_begins_with(
    session: Session, client_for: ClientFor
) -> None:
    layout = factories.list_value(session, ValueList.INVOICE_LAYOUT, "Plain")
    group = factories.label_group(session, name="Segment")
    customer = factories.customer(
        session,
        hourly_rate=Decimal("95.50"),
        vat_percentage=Decimal(21),
        payment_term_days=14,
        invoice_layout_id=layout.id,
        mileage_billable=True,
        max_distance_km=120,
    )
    factories.put_label(session, factories.label(session, name="Retainer", group_id=group.id), customer=customer)
    shown = text_of(client_for("Dana").get(f"/customers/details/?id={customer.id}&tab=settings"))
    for said in ("€ 95.50", "21 %", "14 days", "Plain", "billed to the customer", "120 km a trip", "SegmentRetainer"):
        assert said in shown.replace("\xa0", " "), said


def test_TL_42_without_opportunities_the_forecast_speaks_of_no_pipeline(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    dana, page = client_for("Dana"), f"/customers/details/?id={customer.id}&tab=finance"
    assert "nothing in the pipeline" in text_of(dana.get(page))
    configure(session, SYSTEM, {"use_opportunities": False})
    shown = text_of(dana.get(page))
    assert "No open quotes." in shown
    assert "pipeline" not in shown
