"""What a list of customers shows beside the records: one grouped query per figure, whatever the number of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import Money
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
    waiting = session.execute(
        select(Registration.customer_id, func.count())
        .where(Registration.customer_id.in_(ids), OPEN)
        .group_by(Registration.customer_id)
    )
    invoiced = session.execute(
        select(Invoice.customer_id, func.sum(Invoice.amount, type_=Money()))
        .where(
            Invoice.customer_id.in_(ids),
            Invoice.day.between(first, last),
            Invoice.status.in_((InvoiceStatus.SENT, InvoiceStatus.PAID)),
        )
        .group_by(Invoice.customer_id)
    )
    counts, sums = {row[0]: row[1] for row in waiting}, {row[0]: row[1] for row in invoiced}
    return {key: Figures(counts.get(key, 0), sums.get(key)) for key in ids}
