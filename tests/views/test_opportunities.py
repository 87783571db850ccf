"""Opportunities in the pipeline, won and lost, on the card of a customer and in their list; and what they forecast."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from lxml import html
from sqlalchemy import event, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import access, settings, totals
from models.access import SYSTEM
from models.customer import Customer
from models.journal import changeset
from models.sales import Opportunity, OpportunityState, QuoteStatus
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_customers import text_of


def card_of(customer: Customer, state: str = "") -> str:
    """The tab with the opportunities."""
    return f"/customers/details/?id={customer.id}&tab=projects" + (f"&sales={state}" if state else "")


def listed(answer: TestResponse) -> list[str]:
    """The names of the opportunities on a card."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    return [one.text_content().strip() for one in tree.xpath("//div[@aria-label='Opportunities']//tbody//th")]


def counts(answer: TestResponse) -> str:
    """What the switch of the section says."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    (switch,) = tree.xpath("//nav[@aria-label='Which opportunities']")
    return " ".join(switch.text_content().split())


def reload(session: Session, key: int) -> Opportunity:
    session.rollback()
    return session.get_one(Opportunity, key)


def test_TL_41_VS_04_opportunities_stand_on_the_card_by_how_they_went_and_each_step_can_be_undone(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session, currency="SEK")
    page = alice.get(card_of(customer))
    assert "No opportunities in the pipeline." in text_of(page)
    form = alice.get(f"/opportunities/new/?customer={customer.id}")
    done = alice.press(
        form, "Save opportunity", name="Årsrapport", amount="12500", chance="60", expected_on="2026-12-01"
    )
    assert done.location == card_of(customer)
    session.rollback()
    one = session.scalars(select(Opportunity)).one()
    assert (one.state, one.amount, one.currency, one.chance) == (OpportunityState.PIPELINE, Decimal(12500), "SEK", 60)
    page = alice.get(card_of(customer))
    assert (listed(page), counts(page)) == (["Årsrapport"], "In pipeline 1Won 0Lost 0")
    sent = alice.press(page, "Won")
    assert sent.location == card_of(customer)
    page = alice.get(sent.location)
    assert "Årsrapport is won" in text_of(page)
    assert (listed(page), counts(page)) == ([], "In pipeline 0Won 1Lost 0")
    won = reload(session, one.id)
    assert (won.state, won.closed_on) == (OpportunityState.WON, factories.today())
    assert "Win opportunity Årsrapport" in text_of(alice.get(f"/customers/details/?id={customer.id}&tab=history"))
    (undo,) = html.document_fromstring(page.get_data(as_text=True)).xpath(
        "//form[button[@class='kb-toast-act']]/@action"
    )
    alice.send(undo)
    assert (reload(session, one.id).state, reload(session, one.id).closed_on) == (OpportunityState.PIPELINE, None)
    alice.send("/opportunities/close/", id=one.id, state="lost", was="pipeline")
    page = alice.get(card_of(customer, "lost"))
    assert listed(page) == ["Årsrapport"]
    own = alice.get(f"/opportunities/details/?id={one.id}")
    assert alice.press(own, "Reopen").location == f"/opportunities/details/?id={one.id}"
    assert reload(session, one.id).closed_on is None
    assert alice.send("/opportunities/close/", id=one.id, state="sold", was="pipeline").status_code == 400


def test_an_opportunity_that_a_colleague_closed_meanwhile_is_not_closed_over_it(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    one = factories.opportunity(session, customer)
    alice, dana = client_for("Alice"), client_for("Dana")
    before = alice.get(card_of(customer))
    assert dana.press(dana.get(card_of(customer)), "Won").status_code == 302
    answer = alice.press(before, "Lost")
    assert answer.status_code == 409
    assert "was changed by someone else" in answer.text
    assert reload(session, one.id).state is OpportunityState.WON


def test_TL_41_the_list_is_narrowed_by_state_person_and_month(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    factories.opportunity(session, customer, name="Now", user_id=cast.alice.id, expected_on=dt.date(2026, 12, 31))
    factories.opportunity(session, customer, name="Later", expected_on=dt.date(2027, 1, 1))
    factories.opportunity(session, customer, name="Some day")
    factories.opportunity(session, customer, name="Gone", state=OpportunityState.LOST)

    def names(query: str) -> list[str]:
        tree = html.document_fromstring(alice.get(f"/opportunities/?{query}").get_data(as_text=True))
        return [one.text_content().strip() for one in tree.xpath("//tbody//th")]

    assert names("state=pipeline") == ["Now", "Later", "Some day"]
    assert names("state=lost,won") == ["Gone"]
    assert names("who=me") == ["Now"]
    assert names("expected=2026-12") == ["Now"]
    assert names("sort=-expected&state=pipeline") == ["Some day", "Later", "Now"]
    assert "€" in text_of(alice.get("/opportunities/"))


def test_VS_08_who_may_not_see_revenue_sees_opportunities_without_amounts_and_no_forecast(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session)
    one = factories.opportunity(session, customer, name="Årsrapport", amount=Decimal("7654.32"))
    bob = client_for("Bob")
    for path in (card_of(customer), "/opportunities/", f"/opportunities/details/?id={one.id}"):
        page = text_of(bob.get(path))
        assert "Årsrapport" in page, path
        assert "7,654" not in page, path
        assert "7.654" not in page, path
    editor = session.scalars(select(Role).where(Role.name == "Editor")).one()
    factories.access(session, customer, editor, cast.charlie)
    charlie = client_for("Charlie")
    edit = f"/opportunities/edit/?id={one.id}"
    assert 'name="amount"' not in charlie.get(edit).get_data(as_text=True)
    charlie.edit(edit, name="Report", amount="1", currency="EUR", chance="10")
    assert (reload(session, one.id).name, reload(session, one.id).amount) == ("Report", Decimal("7654.32"))
    key = customer.id
    access.look_as(session, access.looker_for(session, cast.bob))
    assert totals.forecast(session, key) == []


def test_the_state_of_an_opportunity_takes_the_right_to_edit_its_customer(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, hidden = factories.customer(session), factories.customer(session)
    one, unseen = factories.opportunity(session, customer), factories.opportunity(session, hidden)
    reader = session.scalars(select(Role).where(Role.name == "Reader")).one()
    factories.access(session, customer, reader, cast.charlie)
    charlie = client_for("Charlie")
    for key, status in ((one.id, 403), (unseen.id, 404), (999_999, 404)):
        assert charlie.send("/opportunities/close/", id=key, state="won", was="pipeline").status_code == status
    assert reload(session, one.id).state is OpportunityState.PIPELINE
    alice = client_for("Alice")
    page = alice.get(f"/opportunities/delete/?id={one.id}")
    assert alice.press(page, "Delete").location == card_of(customer)
    assert reload(session, unseen.id).state is OpportunityState.PIPELINE


def test_VS_06_the_forecast_adds_open_quotes_and_the_pipeline_by_currency_in_one_query(
    session: Session, client_for: ClientFor
) -> None:
    customer, other = factories.customer(session), factories.customer(session)
    for amount, chance, currency in (("20000000", 99, "EUR"), ("100.01", 50, "EUR"), ("500", 10, "SEK")):
        factories.opportunity(session, customer, amount=Decimal(amount), chance=chance, currency=currency)
    factories.opportunity(session, customer, amount=Decimal(1), state=OpportunityState.WON)
    factories.opportunity(session, other, amount=Decimal(1))
    factories.quote(session, customer, amount=Decimal("250.50"))
    factories.quote(session, customer, amount=Decimal(9), status=QuoteStatus.LOST)
    sent, key = list[str](), customer.id

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        found = {one.currency: one for one in totals.forecast(session, key)}
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len([one for one in sent if one.lstrip().startswith("SELECT")]) == 1
    euros = found["EUR"]
    assert (euros.quotes, euros.quoted, euros.opportunities) == (1, Decimal("250.50"), 2)
    assert euros.pipeline == Decimal("20000100.01")
    assert euros.weighted == Decimal("19800050.00")
    assert euros.quoted + euros.pipeline == Decimal("20000350.51")
    assert euros.likely == Decimal("19800300.50")
    assert (found["SEK"].pipeline, found["SEK"].weighted) == (Decimal("500.00"), Decimal("50.00"))
    page = text_of(client_for("Alice").get(f"/customers/details/?id={key}&tab=finance"))
    assert "Forecast" in page
    assert "250.50" in page


@pytest.mark.parametrize("chance", [-1, 101])
def test_a_chance_is_a_percentage(session: Session, client_for: ClientFor, chance: int) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    form = alice.get(f"/opportunities/new/?customer={customer.id}")
    sent = alice.press(form, "Save opportunity", name="Report", chance=str(chance))
    assert sent.status_code == 422
    assert "from 0 to 100" in text_of(sent)


def test_what_was_expected_before_today_says_so(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    factories.opportunity(session, customer, name="Late", expected_on=dt.date(2020, 1, 1))
    assert "expected since" in text_of(client_for("Alice").get(card_of(customer)))


def test_TL_42_opportunities_that_are_off_are_nowhere_and_the_forecast_is_that_of_the_quotes(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    one = factories.opportunity(session, customer, name="Report", amount=Decimal("777.25"), currency="SEK")
    factories.quote(session, customer, amount=Decimal("250.50"))
    with changeset(session, SYSTEM, "Settings"):
        settings.put(session, "use_opportunities", False)
    assert "Report" not in text_of(alice.get(card_of(customer)))
    for path in ("/opportunities/", f"/opportunities/details/?id={one.id}"):
        assert alice.get(path).status_code == 404
    assert alice.send("/opportunities/close/", id=one.id, state="won", was="pipeline").status_code == 404
    page = text_of(alice.get(f"/customers/details/?id={customer.id}&tab=finance"))
    assert "250.50" in page
    assert "777.25" not in page


@pytest.mark.parametrize("amount", ["1e5", "1E5", "1_000", "NaN", "1.e5"])
def test_an_amount_is_written_in_digits(session: Session, client_for: ClientFor, amount: str) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    form = alice.get(f"/opportunities/new/?customer={customer.id}")
    refused = alice.press(form, "Save opportunity", name="Training", amount=amount)
    assert refused.status_code == 422
    assert "Fill in an amount, for example 95.50" in text_of(refused)


def test_one_that_is_called_like_a_day_that_is_none_can_be_deleted(session: Session, client_for: ClientFor) -> None:
    made = factories.opportunity(session, factories.customer(session), name="2026-13-01 · 1:30")
    page = client_for("Alice").get(f"/opportunities/delete/?id={made.id}")
    assert page.status_code == 200
    assert "2026-13-01 · 1:30" in text_of(page)
