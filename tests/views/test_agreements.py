"""Service agreements on the card of a customer: added, changed and ended there, and in the way of a change of kind."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.customer import Customer
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.journal import changeset
from models.operations import end_agreement, undo
from models.sales import Agreement
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_addresses import titles
from tests.views.test_customers import text_of
from tests.views.test_imports import plan_of
from tests.views.test_links import links_in, menu_of

TODAY = dt.date(2026, 11, 21)


def card_of(customer: Customer) -> str:
    """The tab with the agreements."""
    return f"/customers/details/?id={customer.id}&tab=projects"


def only(session: Session) -> Agreement:
    """The one agreement there is, as it is on file."""
    session.rollback()
    return session.scalars(select(Agreement)).one()


def test_TS_29_TS_17_an_agreement_is_added_on_the_card_ended_there_and_guards_the_kind_while_it_is_active(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session, company_name="Een B.V.")
    card, kind = card_of(customer), f"/customers/action/?action=kind&rowid={customer.id}"
    new = f"/agreements/new/?customer={customer.id}"
    assert new in links_in(alice.get(card))
    done = alice.press(alice.get(new), "Save agreement", name="Support 2026")
    assert done.location == card
    assert only(session).starts_on == factories.today()
    assert "Een B.V. has 1 active agreement. End it first." in text_of(alice.get(kind))
    menu = menu_of(alice.get(card), "Support 2026")
    assert list(menu) == ["Edit", "End…", "Delete…"]
    page = alice.get(menu["End…"])
    assert "no active agreement then, and can change kind" in text_of(page)
    assert alice.press(page, "End agreement").location == card
    ended = only(session)
    assert (ended.active, ended.ends_on) == (False, factories.today())
    shown = alice.get(card)
    assert "Ended" in text_of(shown)
    assert list(menu_of(shown, "Support 2026")) == ["Edit", "Delete…"]
    assert "active agreement" not in text_of(alice.get(kind))
    assert {"Add agreement Support 2026", "End agreement Support 2026"} <= {*titles(session)}


def test_TS_29_an_agreement_is_changed_and_deleted_from_the_card(session: Session, client_for: ClientFor) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    factories.agreement(session, customer, name="Support", starts_on=TODAY)
    menu = menu_of(alice.get(card_of(customer)), "Support")
    early = alice.press(alice.get(menu["Edit"]), "Save agreement", ends_on="2026-11-01")
    assert early.status_code == 422
    assert "This is before the start" in text_of(early)
    done = alice.press(alice.get(menu["Edit"]), "Save agreement", name="Support plus", ends_on="2027-11-20")
    assert done.location == card_of(customer)
    assert (only(session).name, only(session).ends_on) == ("Support plus", dt.date(2027, 11, 20))
    page = alice.get(menu["Delete…"])
    assert alice.send("/agreements/delete/", plan=plan_of(page)).location == card_of(customer)
    session.rollback()
    assert session.scalars(select(Agreement)).all() == []
    assert "Support plus" in text_of(alice.get("/bin/"))


@pytest.mark.parametrize(
    ("starts", "ends", "on"),
    [
        (dt.date(2026, 1, 1), None, TODAY),
        (dt.date(2026, 1, 1), dt.date(2027, 1, 1), TODAY),
        (dt.date(2027, 1, 1), None, dt.date(2027, 1, 1)),
    ],
)
def test_an_agreement_ends_today_unless_it_had_not_begun(
    session: Session, alice: Looker, starts: dt.date, ends: dt.date | None, on: dt.date
) -> None:
    agreement = factories.agreement(session, factories.customer(session), starts_on=starts, ends_on=ends).id
    access.look_as(session, alice)
    plan = end_agreement.plan(session, alice, [agreement], TODAY)
    done = end_agreement.do(session, alice, [agreement], TODAY, plan.digest)
    found = session.get_one(Agreement, agreement)
    assert (found.active, found.ends_on) == (False, on)
    with pytest.raises(Refused) as refused:
        end_agreement.plan(session, alice, [agreement], TODAY)
    assert refused.value.reason is Reason.AGREEMENT_ENDED
    undo.undo(session, alice, done.id or 0)
    session.expire_all()
    found = session.get_one(Agreement, agreement)
    assert (found.active, found.ends_on) == (True, ends)


def test_an_agreement_past_its_last_day_is_not_ended_again(session: Session, alice: Looker) -> None:
    over = factories.agreement(session, factories.customer(session), ends_on=TODAY - dt.timedelta(days=1)).id
    access.look_as(session, alice)
    with pytest.raises(Refused) as refused:
        end_agreement.plan(session, alice, [over], TODAY)
    assert refused.value.reason is Reason.AGREEMENT_ENDED


def test_an_agreement_is_ended_as_shown_and_by_who_may_edit_its_customer(
    session: Session, alice: Looker, cast: Cast
) -> None:
    agreement = factories.agreement(session, factories.customer(session)).id
    for person, refusal in ((cast.bob, NotAllowed), (cast.charlie, NotFound)):
        looker = access.looker_for(session, person)
        access.look_as(session, looker)
        with pytest.raises(refusal):
            end_agreement.plan(session, looker, [agreement], TODAY)
    access.look_as(session, alice)
    plan = end_agreement.plan(session, alice, [agreement], TODAY)
    with changeset(session, alice, "Change"):
        session.get_one(Agreement, agreement).name = "Another"
    with pytest.raises(Conflict):
        end_agreement.do(session, alice, [agreement], TODAY, plan.digest)
