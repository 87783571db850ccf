"""Projects of a customer and the time registered on them."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import DATE, LINES, Base, Money, Percentage, Stamped, UtcDateTime, between, ref, table_args, words
from models.contact import Contact
from models.customer import Customer
from models.settings import ListValue
from models.user import User

# What a project takes over from its customer where it says nothing itself (TC-16, TL-18, TL-23): the same names on both.
# Not the currency: what was registered for a customer adds up.
TAKEN_OVER = (
    *("hourly_rate", "vat_percentage", "payment_term_days", "invoice_layout_id"),
    *("expenses_billable", "mileage_billable", "distance_km", "max_distance_km"),
)


class Project(Stamped, Base):
    """Work for a customer. Archived along with its customer; `archived_with_customer` brings it back along, too."""

    __table_args__ = table_args(
        UniqueConstraint("number"),
        Index("ix_project_customer_id", "customer_id", "archived_at"),
        Index("ix_project_by_name", "name", "id", "archived_at"),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    number: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(String(2000), info=LINES)
    hourly_rate: Mapped[Decimal | None] = mapped_column(Money, info=between(0, 100_000))
    # What is not said here is as the customer has it (TL-23).
    vat_percentage: Mapped[Decimal | None] = mapped_column(Percentage, info=between(0, 100))
    payment_term_days: Mapped[int | None] = mapped_column(Integer, info=between(0, 999))
    invoice_layout_id: Mapped[int | None] = mapped_column(ref("list_value.id", "RESTRICT"), index=True)
    expenses_billable: Mapped[bool | None] = mapped_column(Boolean)
    mileage_billable: Mapped[bool | None] = mapped_column(Boolean)
    distance_km: Mapped[int | None] = mapped_column(Integer, info=between(0, 100_000))
    max_distance_km: Mapped[int | None] = mapped_column(Integer, info=between(0, 100_000))
    budget_minutes: Mapped[int | None] = mapped_column(Integer, info=between(0, 10_000_000))
    starts_on: Mapped[dt.date | None] = mapped_column(DATE)
    ends_on: Mapped[dt.date | None] = mapped_column(DATE)
    archived_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    archived_with_customer: Mapped[bool] = mapped_column(Boolean, default=False)

    customer: Mapped[Customer] = relationship()
    invoice_layout: Mapped[ListValue | None] = relationship()

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def in_force(self, name: str) -> Any:
        """The value of a field of TAKEN_OVER that holds: the project's own, else the customer's."""
        own = getattr(self, name)
        return getattr(self.customer, name) if own is None else own

    def __str__(self) -> str:
        return self.name


class RegistrationStatus(enum.StrEnum):
    """How far a registration is on its way to an invoice."""

    OPEN = "open"
    APPROVED = "approved"
    INVOICED = "invoiced"


class Registration(Base):
    """Time somebody worked: whole minutes. `contact` is who at the customer was responsible (TO-26).

    When that contact is deleted, `contact_deleted` keeps the place where the name stood (VS-29).
    """

    __table_args__ = table_args(
        CheckConstraint("minutes > 0", name="minutes_positive"),
        # Totals per period and per employee read only this index.
        Index("ix_registration_totals", "customer_id", "day", "user_id", "minutes", "amount", "status"),
        Index(
            "ix_registration_open",
            "customer_id",
            "project_id",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_registration_by_day", "day", "id"),
        Index("ix_registration_project_id", "project_id", "day", "id"),
        Index("ix_registration_user_id", "user_id"),
        Index("ix_registration_contact_id", "contact_id"),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    project_id: Mapped[int] = mapped_column(ref("project.id", "CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"))
    contact_id: Mapped[int | None] = mapped_column(ref("contact.id", "SET NULL"))
    contact_deleted: Mapped[bool] = mapped_column(Boolean, default=False)
    day: Mapped[dt.date] = mapped_column(DATE)
    minutes: Mapped[int] = mapped_column(Integer, info=between(1, 24 * 60))
    amount: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    # How far the trip was that belongs to it; no longer than the project or the customer allows (TL-21).
    distance_km: Mapped[int | None] = mapped_column(Integer, info=between(0, 100_000))
    note: Mapped[str | None] = mapped_column(String(500), info=LINES)
    status: Mapped[RegistrationStatus] = mapped_column(
        words(RegistrationStatus, "status"), default=RegistrationStatus.OPEN
    )

    customer: Mapped[Customer] = relationship()
    project: Mapped[Project] = relationship()
    user: Mapped[User | None] = relationship()
    contact: Mapped[Contact | None] = relationship()

    def __str__(self) -> str:
        return f"{self.day} · {self.minutes // 60}:{self.minutes % 60:02}"
