"""Copy roles from one customer to another: where the roles on the two differ, and those of the differences one chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.access import Looker, there
from models.base import AnySession, plain
from models.customer import Customer
from models.errors import Conflict, Reason, Refused
from models.journal import Changeset, Origin, changeset
from models.operations import grant
from models.operations.consequences import hold
from models.operations.grant import Holder
from models.user import CustomerAccess, User


@dataclass(frozen=True)
class Difference:
    """A user or team with another role on the one customer (`source`) than on the other (`here`); None is no role."""

    holder: Holder
    source: int | None
    here: int | None


def given(session: AnySession, *customer_ids: int) -> Sequence[CustomerAccess]:
    """The roles on these customers, but those of people who cannot sign in any more: nobody gives them one today."""
    return session.scalars(
        select(CustomerAccess)
        .outerjoin(User, User.id == CustomerAccess.user_id)
        .where(CustomerAccess.customer_id.in_(customer_ids), User.disabled_at.is_(None))
        .options(joinedload(CustomerAccess.team))
        .order_by(CustomerAccess.id)
    ).all()


def differences(roles: Sequence[CustomerAccess], customer_id: int, source_id: int) -> list[Difference]:
    """Where the two differ: what the source has first, then what is only here."""
    here, source = (
        {Holder(one.user_id, one.team_id): one.role_id for one in roles if one.customer_id == key}
        for key in (customer_id, source_id)
    )
    both = (Difference(holder, source.get(holder), here.get(holder)) for holder in {**source, **here})
    return [one for one in both if one.source != one.here]


def do(session: AnySession, actor: Looker, customer_id: int, source_id: int, chosen: Sequence[Difference]) -> Changeset:
    """Give and take on one customer what was chosen, in one changeset. Conflict when the roles on either changed since.

    Which customer they come from is in no title: who reads the history of this one may not see that one.
    """
    wanted = {one.holder: one.source for one in chosen}
    customer = grant.check(session, actor, customer_id, wanted)
    there(session, Customer, source_id)
    if source_id == customer_id:
        raise Refused(Reason.COPIED_TO_ITSELF, name=customer.name)
    values: dict[str, Any] = {"count": len(chosen), "customer": customer.name}
    title = "Copy {count} roles from another customer to {customer}"
    with changeset(session, actor, title, origin=Origin.GRANT, **values) as kept:
        hold(plain(session), Customer, [customer_id, source_id])
        if not set(chosen) <= set(differences(given(session, customer_id, source_id), customer_id, source_id)):
            raise Conflict(Reason.PLAN_CHANGED)
        grant.assign(session, actor, customer_id, wanted, {one.holder: one.here for one in chosen})
        if len(wanted) == 1:
            kept.title, kept.values = grant.title_of(session, customer, wanted)
    return kept
