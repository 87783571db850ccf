"""What a list of customers shows beside the records: one query for all figures of a page, whatever the table holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import Money
from models.customer import Customer
from models.project import Registration
from models.sales import Invoice, InvoiceStatus
from models.search.nouns import OPEN


@dataclass(frozen=True)
class Figures:
    """The open registrations of a customer, and what it was invoiced in the year: None where nothing is to be seen."""

    open_registrations: int = 0
    revenue: Decimal | None = None


def figures(session: Session, ids: Sequence[int], year: int) -> dict[int, Figures]:
    """Customer id -> its figures, for each of the ids; drafts of invoices do not count.

    The SELECT hook narrows them by itself: without "see revenue" there are no invoices, without "see all totals" only
    one's own registrations.
    """
    if not ids:
        return {}
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    waiting = select(func.count(Registration.id)).where(Registration.customer_id == Customer.id, OPEN).scalar_subquery()
    invoiced = (
        select(func.sum(Invoice.amount, type_=Money()))
        .where(
            Invoice.customer_id == Customer.id,
            Invoice.day.between(first, last),
            Invoice.status.in_((InvoiceStatus.SENT, InvoiceStatus.PAID)),
        )
        .scalar_subquery()
    )
    rows = session.execute(select(Customer.id, waiting, invoiced).where(Customer.id.in_(ids)))
    found = {key: Figures(count, revenue) for key, count, revenue in rows}
    return {key: found.get(key, Figures()) for key in ids}
