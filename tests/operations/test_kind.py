"""Company to private person and back, only while no agreement is active."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM
from models.customer import Customer, Kind
from models.errors import Conflict, NotAllowed, NotFound, Problems, Reason
from models.operations import kind
from tests import factories


@pytest.fixture
def customer(session: Session) -> Customer:
    return factories.customer(session, company_name="Ingrid Bergström")


def test_TS_16_there_and_back_loses_nothing(session: Session, customer: Customer) -> None:
    plan = kind.plan(session, SYSTEM, customer.id, Kind.PRIVATE)
    assert plan.values == {"company_name": "Ingrid Bergström", "first_name": "Ingrid", "last_name": "Bergström"}
    kept = kind.do(session, SYSTEM, customer.id, Kind.PRIVATE, plan.digest)
    assert kept.title.format(**kept.values) == "Make Ingrid Bergström a private person"
    assert (customer.kind, customer.name) == (Kind.PRIVATE, "Ingrid Bergström")
    back = kind.plan(session, SYSTEM, customer.id, Kind.BUSINESS, {"company_name": "Bergström AB"})
    kind.do(session, SYSTEM, customer.id, Kind.BUSINESS, back.digest, {"company_name": "Bergström AB"})
    assert (customer.kind, customer.name, customer.first_name) == (Kind.BUSINESS, "Bergström AB", "Ingrid")


def test_TS_17_TS_29_not_while_an_agreement_is_active(session: Session, customer: Customer) -> None:
    """TS-17."""
    factories.agreement(session, customer, active=False)
    assert kind.plan(session, SYSTEM, customer.id, Kind.PRIVATE).problems == ()
    shown = kind.plan(session, SYSTEM, customer.id, Kind.PRIVATE)
    factories.agreement(session, customer)
    with pytest.raises(Conflict):
        kind.do(session, SYSTEM, customer.id, Kind.PRIVATE, shown.digest)
    plan = kind.plan(session, SYSTEM, customer.id, Kind.PRIVATE)
    assert [str(problem) for problem in plan.problems] == ["Ingrid Bergström has 1 active agreement. End it first."]
    with pytest.raises(Problems) as caught:
        kind.do(session, SYSTEM, customer.id, Kind.PRIVATE, plan.digest)
    assert caught.value.reason is Reason.AGREEMENT_ACTIVE
    assert customer.kind is Kind.BUSINESS


def test_what_is_missing_is_told(session: Session) -> None:
    one = factories.customer(session, company_name="Zonneveld").id
    plan = kind.plan(session, SYSTEM, one, Kind.PRIVATE)
    assert [(problem.field, problem.reason) for problem in plan.problems] == [("last_name", Reason.LAST_NAME_MISSING)]
    (same,) = kind.plan(session, SYSTEM, one, Kind.BUSINESS).problems
    assert same.reason is Reason.ALREADY_THIS_KIND
    archived = factories.customer(session, archived_at=dt.datetime.now(dt.UTC)).id
    reasons = [problem.reason for problem in kind.plan(session, SYSTEM, archived, Kind.BUSINESS).problems]
    assert Reason.ARCHIVED_IS_LOCKED in reasons


def test_it_needs_the_right_to_edit(session: Session, cast: Any, customer: Customer) -> None:
    key = customer.id
    for person, refusal in ((cast.bob.id, NotAllowed), (cast.charlie.id, NotFound)):
        access.look_as(session, SYSTEM)
        looker = access.looker_for(session, session.get_one(type(cast.bob), person))
        access.look_as(session, looker)
        with pytest.raises(refusal):
            kind.do(session, looker, key, Kind.PRIVATE, "")
