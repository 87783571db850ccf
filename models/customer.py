"""Customers, with their addresses and bank accounts."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Computed, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import (
    DATE,
    LONG_TEXT,
    Base,
    Money,
    Percentage,
    Stamped,
    UtcDateTime,
    between,
    folded,
    key_text,
    ref,
    table_args,
    words,
)
from models.label import Label
from models.settings import ListValue
from models.user import User


class Kind(enum.StrEnum):
    """Customers and contacts alike are a company or a private person."""

    BUSINESS = "business"
    PRIVATE = "private"


class For(enum.StrEnum):
    """Which customers something of the office is for."""

    BOTH = "both"
    BUSINESS = "business"
    PRIVATE = "private"

    def fits(self, kind: Kind) -> bool:
        """Whether it is for customers of this kind."""
        return self is For.BOTH or self.value == kind.value


# One place for the rule that a business needs a company name, a private person a first and a last name (TO-08, TO-09).
# NULL counts as missing, which is why every part says so.
NAMED = (
    "(kind = 'business' AND company_name IS NOT NULL AND trim(company_name) <> '') OR "
    "(kind = 'private' AND first_name IS NOT NULL AND trim(first_name) <> '' "
    "AND last_name IS NOT NULL AND trim(last_name) <> '')"
)
NAME = "CASE WHEN kind = 'business' THEN company_name ELSE first_name || ' ' || last_name END"


class Customer(Stamped, Base):
    """A firm or person we work for. `name` and `name_key` (for sorting) are kept by the database from its parts."""

    __table_args__ = table_args(
        CheckConstraint(NAMED, name="named"),
        # Each order of the list from one index, which also knows what is filtered by most: whether a row is listed is
        # seen without looking the row up.
        Index("ix_customer_by_name", "name_key", "id", "archived_at", "status_id", "owner_id"),
        Index("ix_customer_by_number", "number_key", "id", "archived_at", "status_id", "owner_id"),
        Index("ix_customer_by_changed", "changed_at", "id", "archived_at", "status_id", "owner_id"),
        Index(
            "ix_customer_archived_at",
            "archived_at",
            sqlite_where=text("archived_at IS NOT NULL"),
            postgresql_where=text("archived_at IS NOT NULL"),
        ),
        Index("ix_customer_vat_number", "vat_number"),
        Index("ix_customer_email", "email"),
    )

    number: Mapped[str] = mapped_column(String(40))
    number_key: Mapped[str] = mapped_column(key_text(80), unique=True)
    kind: Mapped[Kind] = mapped_column(words(Kind, "kind"), default=Kind.BUSINESS)
    company_name: Mapped[str | None] = mapped_column(String(200))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str | None] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(201), Computed(NAME, persisted=True))
    name_key: Mapped[str] = mapped_column(key_text(201), Computed(f"lower({NAME})", persisted=True))
    nickname: Mapped[str | None] = mapped_column(String(200), info={"switch": "use_nickname"})
    status_id: Mapped[int | None] = mapped_column(ref("list_value.id", "RESTRICT"), index=True)
    industry_id: Mapped[int | None] = mapped_column(ref("list_value.id", "RESTRICT"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"), index=True)
    description: Mapped[str | None] = mapped_column(Text, info=LONG_TEXT)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    mobile: Mapped[str | None] = mapped_column(String(40))
    fax: Mapped[str | None] = mapped_column(String(40))
    website: Mapped[str | None] = mapped_column(String(300))
    language: Mapped[str | None] = mapped_column(String(5))
    vat_number: Mapped[str | None] = mapped_column(String(40))
    company_number: Mapped[str | None] = mapped_column(String(40))
    reference: Mapped[str | None] = mapped_column(String(120))
    bookkeeping_code: Mapped[str | None] = mapped_column(String(60))
    customer_since: Mapped[dt.date | None] = mapped_column(DATE)
    hourly_rate: Mapped[Decimal | None] = mapped_column(Money, info=between(0, 100_000))
    vat_percentage: Mapped[Decimal | None] = mapped_column(Percentage, info=between(0, 100))
    payment_term_days: Mapped[int | None] = mapped_column(Integer, info=between(0, 999))
    currency: Mapped[str | None] = mapped_column(String(3))
    invoice_layout_id: Mapped[int | None] = mapped_column(ref("list_value.id", "RESTRICT"), index=True)
    invoice_email: Mapped[str | None] = mapped_column(String(254))
    e_invoice_id: Mapped[str | None] = mapped_column(String(60))
    expenses_billable: Mapped[bool] = mapped_column(Boolean, default=False)
    mileage_billable: Mapped[bool] = mapped_column(Boolean, default=False)
    distance_km: Mapped[int | None] = mapped_column(Integer, info=between(0, 100_000))
    max_distance_km: Mapped[int | None] = mapped_column(Integer, info=between(0, 100_000))
    archived_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    archive_reason: Mapped[str | None] = mapped_column(String(300))

    owner: Mapped[User | None] = relationship()
    status: Mapped[ListValue | None] = relationship(foreign_keys=[status_id])
    industry: Mapped[ListValue | None] = relationship(foreign_keys=[industry_id])
    invoice_layout: Mapped[ListValue | None] = relationship(foreign_keys=[invoice_layout_id])
    labels: Mapped[list[Label]] = relationship(secondary="customer_label", viewonly=True, order_by="Label.name")
    addresses: Mapped[list[Address]] = relationship(
        viewonly=True, order_by="(Address.is_head_office.desc(), Address.id)"
    )
    head_office: Mapped[Address | None] = relationship(
        viewonly=True,
        uselist=False,
        primaryjoin="and_(Address.customer_id == Customer.id, Address.is_head_office.is_(True))",
    )

    @validates("number")
    def _key(self, _name: str, value: str) -> str:
        self.number_key = folded(value)
        return value.strip()

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def __str__(self) -> str:
        return self.name


class Address(Stamped, Base):
    """A place of a customer. At most one is the head office, at most one is for invoices: the database sees to it."""

    __table_args__ = table_args(
        Index(
            "uq_address_head_office",
            "customer_id",
            unique=True,
            sqlite_where=text("is_head_office"),
            postgresql_where=text("is_head_office"),
        ),
        Index(
            "uq_address_invoice",
            "customer_id",
            unique=True,
            sqlite_where=text("is_invoice"),
            postgresql_where=text("is_invoice"),
        ),
        Index("ix_address_customer_id", "customer_id"),
        Index("ix_address_country", "country", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    label: Mapped[str | None] = mapped_column(String(80))
    attention: Mapped[str | None] = mapped_column(String(120))
    street: Mapped[str | None] = mapped_column(String(200))
    street_2: Mapped[str | None] = mapped_column(String(200))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(100))
    region: Mapped[str | None] = mapped_column(String(100))
    country: Mapped[str | None] = mapped_column(String(2))
    is_head_office: Mapped[bool] = mapped_column(Boolean, default=False)
    is_invoice: Mapped[bool] = mapped_column(Boolean, default=False)

    customer: Mapped[Customer] = relationship(viewonly=True)

    @property
    def within_country(self) -> str:
        """Street and place, as far as they are known."""
        place = " ".join(part for part in (self.postal_code, self.city) if part)
        return ", ".join(part for part in (self.street, place) if part)

    def __str__(self) -> str:
        return self.within_country or self.label or self.country or ""


class BankAccount(Stamped, Base):
    """A bank account of a customer."""

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"), index=True)
    iban: Mapped[str] = mapped_column(String(40))
    bic: Mapped[str | None] = mapped_column(String(11))
    holder: Mapped[str | None] = mapped_column(String(120))

    customer: Mapped[Customer] = relationship(viewonly=True)

    def __str__(self) -> str:
        """In groups of four, as it is printed on a bank card."""
        return " ".join(self.iban[at : at + 4] for at in range(0, len(self.iban), 4))
