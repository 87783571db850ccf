"""The portals of customers, and who is invited to them: the portal itself is another program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import request
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from admin_views import history, shell
from admin_views.base import Action, Column, Tab
from admin_views.below import BelowCustomer, card_of, offered_customers, removing
from admin_views.declared import Answer
from admin_views.forms import Choice, Day, EntityForm, Option, Section, Text
from models import search
from models.access import Looker
from models.base import whole
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.errors import NotFound, Reason, Refused
from models.journal import Changeset
from models.operations import revoke
from models.operations.selection import Selection
from models.sales import GrantState, Portal, PortalGrant
from models.user import Right

TAB = "settings"
# So many days an invitation holds unless another day is filled in.
DAYS = 90


class PortalForm(EntityForm):
    """A portal."""

    noun = Portal

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    name = Text(lazy_gettext("Name"), required=True, example="Projects and invoices")


def portals_of(session: Session, customer: Customer) -> list[tuple[Portal, list[PortalGrant]]]:
    """The portals of a customer, each with its invitations, the newest first; none while they are switched off."""
    if not shell.used(PortalView.switch):
        return []
    query = (
        select(Portal, PortalGrant)
        .outerjoin(PortalGrant, PortalGrant.portal_id == Portal.id)
        .outerjoin(Contact, Contact.id == PortalGrant.contact_id)
        .where(Portal.customer_id == customer.id)
        .order_by(Portal.name, Portal.id, PortalGrant.id.desc())
        .options(contains_eager(PortalGrant.contact))
    )
    found: dict[Portal, list[PortalGrant]] = {}
    for portal, grant in session.execute(query):
        found.setdefault(portal, []).extend([] if grant is None else [grant])
    return list(found.items())


def state_of(grant: PortalGrant) -> GrantState:
    """How an invitation stands today."""
    return grant.state(shell.today())


def invitations(session: Session, looker: Looker, portal: Portal) -> Mapping[str, Any]:
    """Who is or was invited."""
    query = select(PortalGrant).where(PortalGrant.portal_id == portal.id).order_by(PortalGrant.id.desc())
    return {"grants": list(session.scalars(query.options(joinedload(PortalGrant.contact)))), "state_of": state_of}


class PortalView(BelowCustomer):
    """The portals."""

    tab = TAB
    switch = "use_portals"

    noun = Portal
    spec = search.PORTALS
    one = lazy_gettext("portal")
    many = lazy_gettext("Portals")
    new_text = lazy_gettext("New portal")
    save_text = lazy_gettext("Save portal")
    icon = "door-open"
    search_hint = lazy_gettext("Name…")
    first_use = lazy_gettext("No portals yet. Add one from the card of a customer.")
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("changed_at", lazy_gettext("Changed"), "moment", place="kb-m-end"),
    )
    list_options = (joinedload(Portal.customer),)
    form = PortalForm
    sections = (Section("general", lazy_gettext("Portal"), ("customer_id", "name")),)
    meta_template = "portal/meta.html"
    actions = (removing(Portal, TAB),)
    tabs = (
        Tab("overview", lazy_gettext("Invitations"), "portal/overview.html", invitations),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, portal: history.events(session, rows=[("portal", portal.id)]),
        ),
    )


def customer_asked() -> int | None:
    """The customer in the address or on the form."""
    return whole(request.values.get("customer") or request.form.get("customer_id"))


def offered_portals() -> list[Option]:
    """The portals of the customer; of one that is asked for, that one."""
    query = select(Portal.id, Portal.name).where(Portal.customer_id == customer_asked()).order_by(Portal.name)
    wanted = whole(request.args.get("portal"))
    if wanted is not None:
        query = query.where(Portal.id == wanted)
    return [Option(str(key), name) for key, name in shell.here().execute(query)]


def offered_contacts() -> list[Option]:
    """The active contacts of the customer."""
    query = (
        select(Contact.id, Contact.name)
        .join(CustomerContact, CustomerContact.contact_id == Contact.id)
        .where(CustomerContact.customer_id == customer_asked(), Contact.archived_at.is_(None))
    )
    found = shell.here().execute(query.order_by(Contact.name_key, Contact.id))
    return [Option(str(key), name) for key, name in found]


class InvitationForm(EntityForm):
    """An invitation of a contact to a portal."""

    noun = PortalGrant

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    portal_id = Choice(lazy_gettext("Portal"), options=offered_portals, empty=None)
    contact_id = Choice(lazy_gettext("Contact"), options=offered_contacts)
    expires_on = Day(lazy_gettext("Until"), description=lazy_gettext("The last day on which it opens the portal"))


def _revoke(session: Session, looker: Looker, chosen: Selection, options: Any, digest: str) -> Changeset:
    return revoke.do(session, looker, chosen, digest)


REVOKE = Action(
    name="revoke",
    label=lazy_gettext("Revoke…"),
    icon="slash-circle",
    right=Right.EDIT,
    template="verbs/revoke.html",
    plan=lambda session, looker, chosen, options: revoke.plan(session, looker, chosen),
    do=_revoke,
    done=lambda done: gettext("The invitation of %(name)s is revoked", name=done.values["name"]),
    many=False,
    target=lambda ids, done: card_of(done.values["customer_id"], TAB),
)


class InvitationView(BelowCustomer):
    """The invitations."""

    tab = TAB
    switch = "use_portals"

    noun = PortalGrant
    spec = search.INVITATIONS
    one = lazy_gettext("invitation")
    many = lazy_gettext("Invitations to portals")
    new_text = lazy_gettext("Invite to a portal")
    save_text = lazy_gettext("Save invitation")
    icon = "envelope-open"
    search_hint = lazy_gettext("Name…")
    first_use = lazy_gettext("Nobody is invited yet. Invite a contact from the card of a customer.")
    columns = (
        Column("contact", lazy_gettext("Contact"), "name"),
        Column("portal", lazy_gettext("Portal"), "text", place="kb-m-sub"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub2"),
        Column("state", lazy_gettext("Status"), "text", place="kb-m-end"),
        Column("until", lazy_gettext("Until"), "text", "until", place="kb-m-end2"),
    )
    list_options = (
        joinedload(PortalGrant.customer),
        joinedload(PortalGrant.portal),
        joinedload(PortalGrant.contact),
    )
    form = InvitationForm
    fixed: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        **BelowCustomer.fixed,
        "portal_id": lambda grant: grant.portal,
        "contact_id": lambda grant: grant.contact,
    }
    sections = (
        Section("general", lazy_gettext("Invitation"), ("customer_id", "portal_id", "contact_id", "expires_on")),
    )
    meta_template = "portal/invitation_meta.html"
    actions = (REVOKE,)
    tabs = (
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, grant: history.events(session, rows=[("portal_grant", grant.id)]),
        ),
    )

    def defaults(self) -> dict[str, Any]:
        given = super().defaults()
        portals = offered_portals()
        if not portals:
            raise NotFound
        return {**given, "portal_id": int(portals[0].value), "expires_on": shell.today() + dt.timedelta(days=DAYS)}

    def edit_record(self) -> Answer:
        """One that has ended opens nothing any more, whatever is filled in: who is to come back is invited anew."""
        grant = self.find(request.args.get("id"))
        if request.method == "GET" and grant.has_ended(shell.today()):
            raise Refused(Reason.INVITATION_ENDED, name=str(grant))
        return super().edit_record()

    def allowed_actions(self, record: Any = None) -> list[Action]:
        """What has ended is not revoked."""
        has_ended = record is not None and record.has_ended(shell.today())
        return [] if has_ended else super().allowed_actions(record)

    def cell_value(self, column: Column, row: PortalGrant, extra: Mapping[str, Any]) -> Any:
        if column.key == "state":
            return STATES[state_of(row)]
        return shell.full(row.expires_on) if column.key == "until" else super().cell_value(column, row, extra)


STATES: dict[GrantState, Any] = {
    GrantState.ACTIVE: lazy_gettext("Active"),
    GrantState.PAUSED: lazy_gettext("Contact deactivated"),
    GrantState.EXPIRED: lazy_gettext("Expired"),
    GrantState.REVOKED: lazy_gettext("Revoked"),
}
