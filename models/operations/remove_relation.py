"""Take a relation off the cards of both sides. It goes to the bin, and comes back to both."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import Looker
from models.connection import Connection
from models.errors import NotFound, Reason, Refused
from models.journal import Changeset, Origin, changeset
from models.operations import relate
from models.operations.consequences import LeftOut, digest, require_unchanged
from models.operations.selection import Chosen, Selection


@dataclass(frozen=True)
class RemovePlan:
    """Which relation would go: between whom, and how the customer reads it."""

    customer_id: int
    customer: str
    contact_id: int | None
    reads: str
    name: str
    digest: str
    count: int = 1
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


def plan(session: Session, actor: Looker, chosen: Chosen) -> RemovePlan:
    """What would go; writes nothing. Refused when one of the two customers is archived."""
    return _plan(_meant(session, actor, chosen))


def do(session: Session, actor: Looker, chosen: Chosen, expected: str) -> Changeset:
    """Remove as planned, in one changeset. Conflict when it changed since the plan was shown."""
    with changeset(session, actor, "Delete the relation with {name}", origin=Origin.DELETE) as kept:
        relation = _meant(session, actor, chosen)
        going = _plan(relation)
        require_unchanged(expected, going.digest)
        session.delete(relation)
        kept.values = {
            "name": going.name,
            "count": 1,
            "records": 1,
            "noun": Connection.__tablename__,
            "customer_id": going.customer_id,
            "contact_id": going.contact_id,
        }
    return kept


def _plan(relation: Connection) -> RemovePlan:
    customer, (reads, other) = relation.customer, relation.read_by(relation.customer)
    said = digest(relation.id, relation.changed_at, customer.name, reads, str(other))
    return RemovePlan(customer.id, customer.name, relation.contact_id, reads, str(other), said)


def _meant(session: Session, actor: Looker, chosen: Chosen) -> Connection:
    """The relation, for who may edit one of the two."""
    ids = Selection.of(chosen).resolve(session)
    relation = session.scalar(select(Connection).where(Connection.id == ids[0])) if len(ids) == 1 else None
    if relation is None:
        raise NotFound
    relate.require(session, actor, relation, {})
    for side in (relation.customer, relation.other_customer):
        if side is not None and side.is_archived:
            raise Refused(Reason.ARCHIVED_IS_LOCKED, name=side.name)
    return relation
