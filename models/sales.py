"""What was offered, agreed and invoiced: as much of it as consequences, totals and guards need."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal

from sqlalchemy import Boolean, ColumnElement, Index, Integer, String, Text, UniqueConstraint, and_, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    DATE,
    LONG_TEXT,
    LOOSE,
    Base,
    Money,
    Stamped,
    UtcDateTime,
    between,
    ref,
    table_args,
    words,
)
from models.contact import Contact
from models.customer import Customer
from models.user import User


class InvoiceStatus(enum.StrEnum):
    """A draft may go without a thought; a sent or paid invoice may have to be kept by law."""

    DRAFT = "draft"
    SENT = "sent"
    PAID = "paid"


# What counts as revenue, and may have to be kept.
BILLED = (InvoiceStatus.SENT, InvoiceStatus.PAID)


class Invoice(Stamped, Base):
    """An invoice. It keeps the names it was made out to, whatever becomes of the customer and the contact (VS-30)."""

    __table_args__ = table_args(
        UniqueConstraint("number"),
        Index("ix_invoice_revenue", "customer_id", "day", "status", "currency", "amount"),
        Index("ix_invoice_contact_id", "contact_id"),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ref("contact.id", "SET NULL"))
    number: Mapped[str | None] = mapped_column(String(40))
    status: Mapped[InvoiceStatus] = mapped_column(words(InvoiceStatus, "status"), default=InvoiceStatus.DRAFT)
    day: Mapped[dt.date] = mapped_column(DATE)
    amount: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    customer_name: Mapped[str] = mapped_column(String(201))
    contact_name: Mapped[str | None] = mapped_column(String(201))

    customer: Mapped[Customer] = relationship()

    def __str__(self) -> str:
        return self.number or ""


class QuoteStatus(enum.StrEnum):
    """How a quote fared."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Quote(Stamped, Base):
    """An offer to a customer."""

    __table_args__ = table_args(UniqueConstraint("number"), Index("ix_quote_customer_id", "customer_id", "status"))

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    number: Mapped[str | None] = mapped_column(String(40))
    status: Mapped[QuoteStatus] = mapped_column(words(QuoteStatus, "status"), default=QuoteStatus.OPEN)
    day: Mapped[dt.date] = mapped_column(DATE)
    amount: Mapped[Decimal] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(String(3), default="EUR")

    customer: Mapped[Customer] = relationship()

    def __str__(self) -> str:
        return self.number or ""


class OpportunityState(enum.StrEnum):
    """How an opportunity stands (TL-41)."""

    PIPELINE = "pipeline"
    WON = "won"
    LOST = "lost"


class Opportunity(Stamped, Base):
    """Work that may come: how much, how likely in percent, and when. Open ones are the forecast with open quotes (VS-06)."""

    __table_args__ = table_args(
        Index("ix_opportunity_customer_id", "customer_id", "state", "expected_on"),
        Index("ix_opportunity_user_id", "user_id"),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"))
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[OpportunityState] = mapped_column(words(OpportunityState, "state"), default=OpportunityState.PIPELINE)
    amount: Mapped[Decimal] = mapped_column(Money, default=Decimal(0), info=between(0, 20_000_000))
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    chance: Mapped[int] = mapped_column(Integer, default=50, info=between(0, 100))
    expected_on: Mapped[dt.date | None] = mapped_column(DATE)
    closed_on: Mapped[dt.date | None] = mapped_column(DATE)
    note: Mapped[str | None] = mapped_column(Text, info=LONG_TEXT)

    customer: Mapped[Customer] = relationship()
    user: Mapped[User | None] = relationship()

    def __str__(self) -> str:
        return self.name


class Agreement(Stamped, Base):
    """A service agreement. While one is active the customer cannot change kind (TS-17)."""

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[dt.date] = mapped_column(DATE)
    ends_on: Mapped[dt.date | None] = mapped_column(DATE)
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    customer: Mapped[Customer] = relationship()

    def is_running(self, day: dt.date) -> bool:
        """Whether it holds on a day: nobody ended it, and its last day is not over."""
        return self.active and (self.ends_on is None or self.ends_on >= day)

    def __str__(self) -> str:
        return self.name


def running(day: dt.date) -> ColumnElement[bool]:
    """The same as `Agreement.is_running`, asked of the database."""
    return and_(Agreement.active.is_(True), or_(Agreement.ends_on.is_(None), Agreement.ends_on >= day))


class Portal(Stamped, Base):
    """A customer portal: a window on our work that goes along when the customer is deleted (TC-40)."""

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))

    customer: Mapped[Customer] = relationship()

    def __str__(self) -> str:
        return self.name


class GrantState(enum.StrEnum):
    """Whether an invitation opens its portal. Only an active one does; a paused one again, once its contact is active."""

    ACTIVE = "active"
    PAUSED = "paused"
    EXPIRED = "expired"
    REVOKED = "revoked"


class PortalGrant(Stamped, Base):
    """That a contact may come into a portal of its customer, up to and including a day (TS-27).

    Revoked or expired it stays on the card, and never opens the portal again: who is to come back is invited anew.
    """

    __table_args__ = table_args(Index("ix_portal_grant_portal_id", "portal_id", "contact_id"))

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"), index=True)
    portal_id: Mapped[int] = mapped_column(ref("portal.id", "CASCADE"))
    contact_id: Mapped[int] = mapped_column(ref("contact.id", "CASCADE"), index=True, info=LOOSE)
    expires_on: Mapped[dt.date] = mapped_column(DATE)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    customer: Mapped[Customer] = relationship()
    portal: Mapped[Portal] = relationship()
    contact: Mapped[Contact] = relationship()

    def state(self, today: dt.date) -> GrantState:
        """How it stands on a day."""
        if self.revoked_at is not None:
            return GrantState.REVOKED
        if self.expires_on < today:
            return GrantState.EXPIRED
        return GrantState.PAUSED if self.contact.is_archived else GrantState.ACTIVE

    def has_ended(self, today: dt.date) -> bool:
        """Whether it opens nothing any more, whatever becomes of its contact."""
        return self.state(today) in (GrantState.EXPIRED, GrantState.REVOKED)

    def __str__(self) -> str:
        return f"{self.contact} · {self.portal}"


def in_force(today: dt.date) -> ColumnElement[bool]:
    """The opposite of `PortalGrant.has_ended`, asked of the database."""
    return and_(PortalGrant.revoked_at.is_(None), PortalGrant.expires_on >= today)
