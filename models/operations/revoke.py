"""Revoke an invitation to a portal: from then on it opens nothing. It stays on the card, and is not given back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clock, sales
from models.access import Looker
from models.base import utc_now
from models.customer import Customer
from models.errors import Reason, Refused
from models.journal import Changeset, changeset
from models.operations.below import meant
from models.operations.consequences import LeftOut, digest, hold, require_unchanged
from models.operations.selection import Chosen
from models.sales import PortalGrant


@dataclass(frozen=True)
class RevokePlan:
    """Whose invitation to which portal goes, and until when it would have held."""

    customer_id: int
    customer: str
    name: str
    portal: str
    until: dt.date
    digest: str
    count: int = 1
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


def plan(session: Session, actor: Looker, chosen: Chosen) -> RevokePlan:
    """What revoking would do; writes nothing. Refused for one that has ended."""
    grant, customer = meant(session, actor, PortalGrant, chosen)
    if grant.has_ended(clock.of(session).today()):
        raise Refused(Reason.INVITATION_ENDED, name=str(grant))
    said = digest(grant.id, grant.contact.name, grant.portal.name, grant.expires_on)
    return RevokePlan(customer.id, customer.name, grant.contact.name, grant.portal.name, grant.expires_on, said)


def do(session: Session, actor: Looker, chosen: Chosen, expected: str) -> Changeset:
    """Revoke as planned, in one changeset. Conflict when it changed since the plan was shown."""
    with changeset(session, actor, "Revoke the invitation of {name} to portal {portal}") as kept:
        grant, customer = meant(session, actor, PortalGrant, chosen)
        hold(session, Customer, [customer.id])
        going = plan(session, actor, chosen)
        require_unchanged(expected, going.digest)
        grant.revoked_at = utc_now()
        kept.values = {"name": going.name, "portal": going.portal, "customer_id": customer.id}
    return kept


def in_force(session: Session, customer_id: int, contact_id: int) -> Sequence[PortalGrant]:
    """The invitations of a contact to portals of one customer that have not ended."""
    return session.scalars(
        select(PortalGrant).where(
            PortalGrant.customer_id == customer_id,
            PortalGrant.contact_id == contact_id,
            sales.in_force(clock.of(session).today()),
        )
    ).all()
