"""What time is worth stays in the currency in which it was registered."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from models.access import SYSTEM, Looker
from models.base import utc_now
from models.customer import Customer
from models.errors import Problems, Reason, Refused
from models.journal import Changeset, changeset
from models.operations import delete, remove, undo
from models.operations.save import save
from models.project import Project, Registration
from tests import factories


def give(session: Session, customer: Customer, currency: str | None) -> Changeset:
    kept = save(session, SYSTEM, Customer, customer.id, {"currency": currency}).changeset
    assert kept is not None
    return kept


def take_away(session: Session, actor: Looker, registration: Registration) -> int:
    ids = [registration.id]
    return remove.do(session, actor, Registration, ids, remove.plan(session, actor, Registration, ids).digest).id


def currency_of(session: Session, customer: Customer) -> str | None:
    session.expire_all()
    return session.get_one(Customer, customer.id).currency


def test_a_customer_with_amounts_of_time_keeps_its_currency(session: Session) -> None:
    customer = factories.customer(session, company_name="Nordhamn", currency="SEK")
    project = factories.project(session, customer)
    for amount in ("950", "475", "0"):
        factories.registration(session, project, amount=Decimal(amount))
    for other, called in (("EUR", "EUR"), (None, "EUR"), ("NOK", "NOK")):
        with pytest.raises(Problems) as refused:
            give(session, customer, other)
        (problem,) = refused.value.problems
        assert (problem.field, problem.reason) == ("currency", Reason.AMOUNTS_STAY)
        assert str(problem) == (
            f"Nordhamn has registered time with amounts in SEK (2). They would turn into {called} unconverted. "
            f"Keep SEK here, and add another for work in {called}."
        )
    assert currency_of(session, customer) == "SEK"


def test_a_currency_changes_freely_where_time_is_worth_nothing_yet(session: Session) -> None:
    customer = factories.customer(session, currency="SEK")
    factories.registration(session, factories.project(session, customer), amount=Decimal(0))
    factories.invoice(session, customer, currency="SEK")
    give(session, customer, "NOK")
    assert currency_of(session, customer) == "NOK"


def test_the_currency_that_nothing_said_of_may_be_said(session: Session) -> None:
    """Amounts of a customer without a currency are shown in euros."""
    customer = factories.customer(session, currency=None)
    factories.registration(session, factories.project(session, customer))
    give(session, customer, "EUR")
    give(session, customer, None)
    with pytest.raises(Problems):
        give(session, customer, "SEK")


def test_a_project_with_amounts_goes_to_nobody_with_another_currency(session: Session) -> None:
    swede, finn, other = (factories.customer(session, currency=one) for one in ("SEK", "EUR", "SEK"))
    project = factories.project(session, swede, name="Move")
    factories.registration(session, project)
    with pytest.raises(Problems) as refused:
        save(session, SYSTEM, Project, project.id, {"customer_id": finn.id})
    (problem,) = refused.value.problems
    assert (problem.field, problem.reason) == ("customer_id", Reason.AMOUNTS_STAY)
    assert str(problem).startswith("Move has registered time with amounts in SEK (1). They would turn into EUR")
    save(session, SYSTEM, Project, project.id, {"customer_id": other.id})
    with pytest.raises(Problems) as refused:
        save(session, SYSTEM, Project, project.id, {"customer_id": None})
    assert [problem.reason for problem in refused.value.problems] == [Reason.MISSING]
    empty = factories.project(session, swede)
    save(session, SYSTEM, Project, empty.id, {"customer_id": finn.id})


def test_an_undo_does_not_turn_amounts_into_another_currency(session: Session) -> None:
    customer = factories.customer(session, company_name="Nordhamn", currency="SEK")
    changed = give(session, customer, "EUR")
    registered = factories.registration(session, factories.project(session, customer))
    for rows, fields in ((None, None), ([("customer", customer.id)], ["currency"])):
        with pytest.raises(Refused) as refused:
            undo.undo(session, SYSTEM, changed.id, rows, fields)
        assert str(refused.value).startswith(
            "Nordhamn has registered time with amounts in EUR (1). They would turn into SEK unconverted."
        )
    assert currency_of(session, customer) == "EUR"
    take_away(session, SYSTEM, registered)
    undo.undo(session, SYSTEM, changed.id)
    assert currency_of(session, customer) == "SEK"


def test_amounts_do_not_come_back_to_who_has_another_currency_by_now(session: Session) -> None:
    customer = factories.customer(session, company_name="Nordhamn", currency="SEK")
    gone = take_away(session, SYSTEM, factories.registration(session, factories.project(session, customer)))
    give(session, customer, "NOK")
    give(session, customer, "EUR")
    with pytest.raises(Refused) as refused:
        undo.undo(session, SYSTEM, gone)
    assert str(refused.value).startswith(
        "Nordhamn has registered time with amounts in SEK (1). They would turn into EUR"
    )
    assert session.query(Registration).count() == 0
    give(session, customer, "SEK")
    undo.undo(session, SYSTEM, gone)
    assert session.query(Registration).count() == 1


def test_what_went_with_its_customer_comes_back_with_it(session: Session) -> None:
    customer = factories.customer(session, company_name="Nordhamn", currency="SEK")
    factories.registration(session, factories.project(session, customer))
    with changeset(session, SYSTEM, "Archive"):
        session.get_one(Customer, customer.id).archived_at = utc_now()
    plan = delete.plan(session, SYSTEM, Customer, [customer.id])
    gone = delete.do(session, SYSTEM, Customer, [customer.id], plan.digest, plan.confirm, invoices_saved=True)
    undo.undo(session, SYSTEM, gone.id)
    assert session.query(Registration).one().amount == Decimal("47.50")
