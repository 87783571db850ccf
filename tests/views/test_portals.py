"""Portals of a customer, and which of its contacts may come in, until when: shown and kept up on its card."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM, Looker
from models.base import utc_now
from models.contact import Contact
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Problems, Reason, Refused
from models.journal import changeset
from models.operations import delete, revoke, undo, unlink
from models.operations.save import save
from models.sales import GrantState, Portal, PortalGrant
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_customers import text_of
from tests.views.test_imports import plan_of
from tests.views.test_links import links_in, menu_of

TODAY = factories.today()
LATER, PAST = TODAY + dt.timedelta(days=30), TODAY - dt.timedelta(days=1)


def card_of(customer_id: int) -> str:
    """The tab with the portals."""
    return f"/customers/details/?id={customer_id}&tab=settings"


class Freya(NamedTuple):
    """The keys of a contact, of her customer, of its portal and of the link between the two."""

    contact: int
    customer: int
    portal: int
    link: int


@pytest.fixture
def freya(session: Session) -> Freya:
    """Freya, a contact of Een B.V., which has a portal."""
    customer = factories.customer(session, company_name="Een B.V.")
    contact = factories.contact(session, first_name="Freya", last_name="Berg")
    portal, link = factories.portal(session, customer, name="Projects"), factories.link(session, customer, contact)
    return Freya(contact.id, customer.id, portal.id, link.id)


def invited(session: Session, freya: Freya, until: dt.date = LATER) -> PortalGrant:
    """Freya's invitation."""
    portal, contact = session.get_one(Portal, freya.portal), session.get_one(Contact, freya.contact)
    return factories.portal_grant(session, portal, contact, expires_on=until)


def grants(session: Session) -> list[tuple[str, dt.date, GrantState]]:
    """All invitations as they are on file."""
    session.rollback()
    found = session.scalars(select(PortalGrant).order_by(PortalGrant.id))
    return [(one.contact.name, one.expires_on, one.state(TODAY)) for one in found]


def test_TS_27_a_contact_is_invited_to_a_portal_until_a_day_and_the_invitation_is_revoked_on_the_card(
    session: Session, client_for: ClientFor, freya: Freya
) -> None:
    factories.contact(session, first_name="Somebody", last_name="Else")
    alice, card = client_for("Alice"), card_of(freya.customer)
    (new,) = {href for href in links_in(alice.get(card)) if "/invitations/new/" in href}
    form = alice.get(new)
    assert "Somebody Else" not in text_of(form)
    assert alice.press(form, "Save invitation", contact_id=freya.contact).location == card
    preset = TODAY + dt.timedelta(days=90)
    assert grants(session) == [("Freya Berg", preset, GrantState.ACTIVE)]
    menu = menu_of(alice.get(card), "Freya Berg · Projects")
    again = alice.press(alice.get(new), "Save invitation", contact_id=freya.contact)
    assert again.status_code == 422
    assert "Freya Berg is invited until" in text_of(again)
    assert alice.press(alice.get(menu["Change the day"]), "Save invitation", expires_on=LATER).location == card
    assert grants(session) == [("Freya Berg", LATER, GrantState.ACTIVE)]
    page = alice.get(menu["Revoke…"])
    assert "It opens Projects no more" in text_of(page)
    assert alice.press(page, "Revoke invitation").location == card
    assert grants(session) == [("Freya Berg", LATER, GrantState.REVOKED)]
    shown = alice.get(card)
    assert "revoked on" in text_of(shown)
    assert "Actions for Freya Berg · Projects" not in shown.get_data(as_text=True)
    assert alice.press(alice.get(new), "Save invitation", contact_id=freya.contact).location == card
    assert [state for _, _, state in grants(session)] == [GrantState.REVOKED, GrantState.ACTIVE]
    assert "Freya Berg" in text_of(alice.get(f"/portals/details/?id={freya.portal}"))
    assert "Revoked" in text_of(alice.get("/invitations/?search=freya"))


@pytest.mark.parametrize("how", [GrantState.EXPIRED, GrantState.REVOKED])
def test_TS_27_an_invitation_that_expired_or_was_revoked_stays_to_be_seen_and_is_not_used_again(
    session: Session,
    client_for: ClientFor,
    alice: Looker,
    freya: Freya,
    how: GrantState,
) -> None:
    made = invited(session, freya, PAST if how is GrantState.EXPIRED else LATER)
    grant = made.id
    if how is GrantState.REVOKED:
        with changeset(session, SYSTEM, "Revoke"):
            made.revoked_at = utc_now()
    assert made.state(TODAY) is how
    page = client_for("Alice")
    shown = page.get(card_of(freya.customer))
    assert "Freya Berg" in text_of(shown)
    assert f"{how} on" in text_of(shown)
    refused = page.get(f"/invitations/edit/?id={grant}")
    assert "has ended. Invite anew." in text_of(refused)
    access.look_as(session, alice)
    with pytest.raises(Problems) as wrong:
        save(session, alice, PortalGrant, grant, {"expires_on": LATER + dt.timedelta(days=1)})
    assert wrong.value.reason is Reason.INVITATION_ENDED
    with pytest.raises(Refused) as ended:
        revoke.plan(session, alice, [grant])
    assert ended.value.reason is Reason.INVITATION_ENDED
    with pytest.raises(KeyError):
        save(session, alice, PortalGrant, grant, {"revoked_at": None})


def test_only_an_active_contact_of_the_customer_is_invited_to_its_own_portal_until_today_or_later(
    session: Session, alice: Looker, freya: Freya
) -> None:
    elsewhere = factories.portal(session, factories.customer(session)).id
    stranger, gone = factories.contact(session).id, factories.contact(session, archived_at=factories.A_MOMENT)
    factories.link(session, session.get_one(Customer, freya.customer), gone)
    deactivated = gone.id
    access.look_as(session, alice)
    right = {
        "customer_id": freya.customer,
        "portal_id": freya.portal,
        "contact_id": freya.contact,
        "expires_on": TODAY,
    }
    for wrong, reason in (
        ({"portal_id": elsewhere}, Reason.NOT_FOUND),
        ({"contact_id": stranger}, Reason.NOT_FOUND),
        ({"contact_id": deactivated}, Reason.NOT_FOUND),
        ({"expires_on": PAST}, Reason.ENDS_BEFORE_TODAY),
        ({"expires_on": None}, Reason.MISSING),
    ):
        with pytest.raises(Problems) as refused:
            save(session, alice, PortalGrant, None, {**right, **wrong})
        assert refused.value.reason is reason, wrong
    assert save(session, alice, PortalGrant, None, right).record.state(TODAY) is GrantState.ACTIVE


def test_who_is_unlinked_from_a_customer_is_no_longer_invited_to_its_portals(
    session: Session, alice: Looker, freya: Freya
) -> None:
    key = invited(session, freya).id
    elsewhere = factories.link(session, factories.customer(session), session.get_one(Contact, freya.contact)).id
    access.look_as(session, alice)
    assert unlink.plan(session, alice, [elsewhere]).invitations == 0
    plan = unlink.plan(session, alice, [freya.link])
    assert plan.invitations == 1
    done = unlink.do(session, alice, [freya.link], plan.digest)
    assert session.get_one(PortalGrant, key).state(TODAY) is GrantState.REVOKED
    undo.undo(session, alice, done.id or 0)
    session.expire_all()
    assert session.get_one(PortalGrant, key).state(TODAY) is GrantState.ACTIVE


def test_a_portal_goes_with_its_invitations_which_are_counted_first(
    session: Session, client_for: ClientFor, freya: Freya
) -> None:
    invited(session, freya)
    alice = client_for("Alice")
    page = alice.get(f"/portals/delete/?id={freya.portal}")
    assert "1 invitation goes with it" in text_of(page)
    assert alice.send("/portals/delete/", plan=plan_of(page)).location == card_of(freya.customer)
    assert grants(session) == []
    assert "Projects" in text_of(alice.get("/bin/"))


def test_who_may_not_edit_the_customer_invites_and_revokes_nobody(
    session: Session, client_for: ClientFor, cast: Cast, freya: Freya
) -> None:
    grant = invited(session, freya).id
    bob = client_for("Bob")
    shown = bob.get(card_of(freya.customer))
    assert "Freya Berg" in text_of(shown)
    assert not [href for href in links_in(shown) if "/invitations/" in href]
    for path in (f"new/?customer={freya.customer}", f"edit/?id={grant}", f"action/?action=revoke&rowid={grant}"):
        assert bob.get(f"/invitations/{path}").status_code == 403, path
    nobody = access.looker_for(session, cast.charlie)
    access.look_as(session, nobody)
    with pytest.raises(NotFound):
        revoke.plan(session, nobody, [grant])
    reader = access.looker_for(session, cast.bob)
    access.look_as(session, reader)
    with pytest.raises(NotAllowed):
        revoke.plan(session, reader, [grant])


def test_an_invitation_goes_and_comes_back_with_its_contact(session: Session, dana: Looker, freya: Freya) -> None:
    key, contact = invited(session, freya).id, freya.contact
    access.look_as(session, dana)
    plan = delete.plan(session, dana, Contact, [contact])
    done = delete.do(session, dana, Contact, [contact], plan.digest, plan.confirm)
    assert session.get(PortalGrant, key) is None
    undo.undo(session, dana, done.id or 0)
    assert session.get_one(PortalGrant, key).contact_id == contact


def test_an_invitation_opens_nothing_while_its_contact_is_deactivated_and_can_still_be_revoked(
    session: Session, client_for: ClientFor, freya: Freya
) -> None:
    grant = invited(session, freya).id
    with changeset(session, SYSTEM, "Deactivate"):
        session.get_one(Contact, freya.contact).archived_at = factories.A_MOMENT
    assert session.get_one(PortalGrant, grant).state(TODAY) is GrantState.PAUSED
    alice = client_for("Alice")
    shown = alice.get(card_of(freya.customer))
    assert "Deactivated" in text_of(shown)
    page = alice.get(menu_of(shown, "Freya Berg · Projects")["Revoke…"])
    assert alice.press(page, "Revoke invitation").status_code == 302
    assert grants(session) == [("Freya Berg", LATER, GrantState.REVOKED)]
