"""Invite a contact of a customer to a portal of it: what is in the way of an invitation, and of changing one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clock
from models.base import Base
from models.contact import Contact, CustomerContact
from models.errors import Reason, Refused
from models.sales import Portal, PortalGrant, in_force


def in_the_way(session: Session, row: Base | None, grant: Mapping[str, Any]) -> Iterator[Refused]:
    """Why an invitation cannot be saved so; `grant` has all its fields, `row` is the one that is changed."""
    today = clock.of(session).today()
    if isinstance(row, PortalGrant) and row.has_ended(today):
        yield Refused(Reason.INVITATION_ENDED, name=str(row))
    elif isinstance(grant["expires_on"], dt.date) and grant["expires_on"] < today:
        yield Refused(Reason.ENDS_BEFORE_TODAY, "expires_on")
    if row is None:
        yield from _belong_together(session, grant)
        yield from _invited_already(session, grant, today)


def _belong_together(session: Session, grant: Mapping[str, Any]) -> Iterator[Refused]:
    """A portal of the customer, and an active contact of it."""
    portal = select(Portal.id).where(Portal.id == grant["portal_id"], Portal.customer_id == grant["customer_id"])
    if grant["portal_id"] is not None and session.scalar(portal) is None:
        yield Refused(Reason.NOT_FOUND, "portal_id")
    contact = (
        select(Contact.id)
        .join(CustomerContact, CustomerContact.contact_id == Contact.id)
        .where(CustomerContact.customer_id == grant["customer_id"], Contact.id == grant["contact_id"])
        .where(Contact.archived_at.is_(None))
    )
    if grant["contact_id"] is not None and session.scalar(contact) is None:
        yield Refused(Reason.NOT_FOUND, "contact_id")


def _invited_already(session: Session, grant: Mapping[str, Any], today: dt.date) -> Iterator[Refused]:
    there = select(PortalGrant).where(
        PortalGrant.portal_id == grant["portal_id"],
        PortalGrant.contact_id == grant["contact_id"],
        in_force(today),
    )
    for one in session.scalars(there.limit(1)):
        yield Refused(Reason.ALREADY_INVITED, "contact_id", name=one.contact.name, day=one.expires_on)
