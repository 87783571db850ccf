"""The card of a customer as it was on a day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from lxml import html
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.access import SYSTEM
from models.customer import Address, Customer
from models.journal import Changeset, changeset
from models.journal.triggers import keeping
from models.label import CustomerLabel
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_imports import text_of

LONG_AGO = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


def until_now_was(session: Session, moment: dt.datetime) -> None:
    """Everything so far was done at this moment."""
    session.commit()
    with keeping(session.connection()):
        session.execute(update(Changeset.__table__).values(at=moment))  # type: ignore[arg-type]
    session.commit()


def shown(answer: TestResponse) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """The fields as they were, and those that differ from now as (then, now)."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    facts = {row.findtext("dt"): row.find("dd").text_content() for row in tree.xpath("//dl[@class='kb-facts']/div")}
    rows = [[cell.text_content().strip() for cell in row] for row in tree.xpath("//table/tbody/tr")]
    return facts, {row[0]: (row[1], row[2]) for row in rows}


@pytest.fixture
def customer(session: Session) -> Customer:
    """A customer with a head office and a label, changed in every way since the first of March."""
    customer = factories.customer(session, company_name="Nordhamn AB", phone="1", hourly_rate=Decimal("95.50"))
    office = factories.address(session, customer, city="Assen", is_head_office=True)
    factories.address(session, customer, city="Breda")
    old, new = (factories.label(session, name=name) for name in ("Retainer", "Transport"))
    factories.put_label(session, old, customer=customer)
    until_now_was(session, LONG_AGO)
    with changeset(session, SYSTEM, "Change"):
        customer.phone, customer.company_name, customer.email = "2", "Nordhamn Logistik AB", "info@nordhamn.example"
    with changeset(session, SYSTEM, "Change again"):
        customer.phone = "3"
        session.delete(session.get_one(Address, office.id))
        session.query(CustomerLabel).delete()
    factories.put_label(session, new, customer=customer)
    return customer


def test_a_card_is_shown_as_it_was_on_a_day(client_for: ClientFor, session: Session, customer: Customer) -> None:
    dana = client_for("Dana")
    tab = f"/customers/details/?id={customer.id}&tab=history"
    assert 'name="on"' in dana.get(tab).get_data(as_text=True)
    facts, changed = shown(dana.get(f"{tab}&on=2026-03-01"))
    assert changed == {
        "Company name": ("Nordhamn AB", "Nordhamn Logistik AB"),
        "E-mail": ("–", "info@nordhamn.example"),
        "Phone": ("1", "3"),
        "Labels": ("Retainer", "Transport"),
        "Head office: Street and number": ("Kade 1", "–"),
        "Head office: Postal code": ("9711 AA", "–"),
        "Head office: City": ("Assen", "–"),
        "Head office: Country": ("Netherlands", "–"),
    }
    assert facts["Company name"] == "Nordhamn AB"
    assert facts["Hourly rate"] == "95.50"
    today, nothing = shown(dana.get(f"{tab}&on={factories.today()}"))
    assert nothing == {}
    assert today["Phone"] == "3"


def test_what_it_was_is_said_as_the_card_says_it(client_for: ClientFor, session: Session) -> None:
    customer = factories.customer(session, language="nb", payment_term_days=30, max_distance_km=120)
    until_now_was(session, LONG_AGO)
    facts, _changed = shown(client_for("Dana").get(f"/customers/details/?id={customer.id}&tab=history&on=2026-03-01"))
    assert facts["Language"] == "Norwegian Bokmål"
    assert facts["Payment term"] == "30 days"
    assert facts["Longest distance billed"] == "120 km"


def test_a_customer_that_was_not_there_yet_has_no_card(
    client_for: ClientFor, session: Session, customer: Customer
) -> None:
    tab = f"/customers/details/?id={customer.id}&tab=history"
    assert "was not on file yet on 28 February 2026" in text_of(client_for("Dana").get(f"{tab}&on=2026-02-28"))
    for nonsense in ("x", "2026-02-30", "9999-12-31", ""):
        page = text_of(client_for("Dana").get(f"{tab}&on={nonsense}"))
        assert "Change again" in page
        assert ("That is no day up to today." in page) == bool(nonsense)


def test_what_was_before_the_history_begins_is_said_to_be_unknown(client_for: ClientFor, session: Session) -> None:
    taken_over = factories.customer(session, created_at=dt.datetime(2024, 7, 11, tzinfo=dt.UTC))
    tab = f"/customers/details/?id={taken_over.id}&tab=history"
    page = text_of(client_for("Dana").get(f"{tab}&on=2025-01-01"))
    assert "begins after 1 January 2025: how it was then is not known" in page
    assert "was not on file yet on 1 January 2024" in text_of(client_for("Dana").get(f"{tab}&on=2024-01-01"))


def test_what_was_is_for_who_may_see_it_now(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    tab = f"/customers/details/?id={customer.id}&tab=history&on=2026-03-01"
    facts, _changed = shown(client_for("Bob").get(tab))
    assert "Hourly rate" not in facts
    assert facts["Company name"] == "Nordhamn AB"
    assert client_for("Charlie").get(tab).status_code == 404
