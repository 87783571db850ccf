"""Turn a business into a private person and back: only while no service agreement is active (TS-16, TS-17)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import Base
from models.customer import Customer
from models.errors import Reason, Refused
from models.sales import Agreement

_agreement = Base.metadata.tables[Agreement.__tablename__].c


def in_the_way(session: Session, customer: Customer) -> Iterator[Refused]:
    """The refusal to change this customer's kind, if there is one. Agreements count whether they are seen or not."""
    count = session.scalar(
        select(func.count()).where(_agreement.customer_id == customer.id, _agreement.active.is_(True))
    )
    if count:
        yield Refused(Reason.AGREEMENT_ACTIVE, "kind", name=customer.name, count=count)
