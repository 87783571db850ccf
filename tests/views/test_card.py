"""The card of a customer: its figures are those of the whole period they name, and say what they add up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from lxml import html
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views import shell
from models import totals
from tests import factories
from tests.conftest import ClientFor


def chart(answer: TestResponse) -> dict[str, str]:
    """The chart as its table has it: period -> value."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    rows = tree.xpath("//figure[contains(@class, 'kb-chart')]//tbody/tr")
    return {row.findtext("th"): row.findtext("td") for row in rows}


@pytest.mark.parametrize(
    ("period", "first", "day"),
    [("months", "Mar", (2026, 3, 1)), ("quarters", "Q3 2025", (2025, 7, 1)), ("years", "2026", (2026, 1, 1))],
)
def test_TO_15_each_period_of_the_chart_holds_all_its_hours_from_its_first_day_on(
    session: Session,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    period: str,
    first: str,
    day: tuple[int, int, int],
) -> None:
    project = factories.project(session, factories.customer(session))
    begins = dt.date(*day)
    factories.registration(session, project, day=begins, minutes=120)
    factories.registration(session, project, day=begins - dt.timedelta(days=1), minutes=60)
    dana = client_for("Dana")
    monkeypatch.setattr(shell, "today", lambda: dt.date(2027, 2, 10))
    shown = chart(dana.get(f"/customers/details/?id={project.customer_id}&period={period}"))
    assert next(iter(shown.items())) == (first, "2")


def test_TL_03_TL_38_amounts_in_several_currencies_are_not_added_up(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, currency="EUR")
    day = factories.this_year()
    for currency, amount in (("EUR", 1210), ("EUR", 40), ("SEK", 900)):
        factories.invoice(session, customer, day=day, currency=currency, amount=Decimal(amount))
    dana = client_for("Dana")
    assert "€\xa01,250 + SEK\xa0900" in dana.get("/customers/").get_data(as_text=True)
    tree = html.document_fromstring(dana.get(f"/customers/details/?id={customer.id}").get_data(as_text=True))
    years = tree.xpath("//div[@aria-label='Invoiced per year']//tbody/tr")
    assert [[cell.text_content() for cell in row] for row in years] == [
        [str(day.year), "2", "€\xa01,250"],
        [str(day.year), "1", "SEK\xa0900"],
    ]


def test_what_was_registered_is_not_called_what_was_invoiced(session: Session, client_for: ClientFor) -> None:
    project = factories.project(session, factories.customer(session))
    factories.registration(session, project, day=factories.this_year(), amount=Decimal(80))
    page = client_for("Dana").get(f"/customers/details/?id={project.customer_id}&measure=value").get_data(as_text=True)
    assert "Registered value" in page
    assert "Revenue" not in page


def test_TO_22_VS_04_a_card_that_does_not_show_all_projects_says_how_many_more_and_where(
    session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "MOST_PROJECTS", 2)
    customer = factories.customer(session)
    for n in range(5):
        factories.project(session, customer, archived_at=factories.A_MOMENT if n else None)
    factories.project(session, factories.customer(session))
    dana = client_for("Dana")
    page = dana.get(f"/customers/details/?id={customer.id}&tab=projects").get_data(as_text=True)
    assert "and 3 more projects" in page
    (link,) = html.document_fromstring(page).xpath("//a[.='All projects']/@href")
    listed = html.document_fromstring(dana.get(link).get_data(as_text=True))
    assert len(listed.xpath("//tbody//th[@scope='row']")) == 5
