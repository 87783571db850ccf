"""Contacts: people, and people on file as a firm, and what they are at which customer."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Boolean, CheckConstraint, Computed, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import (
    DATE,
    LONG_TEXT,
    LOOSE,
    ONE_OF_A_CUSTOMER,
    Base,
    Stamped,
    UtcDateTime,
    key_text,
    ref,
    table_args,
    words,
)
from models.customer import Customer, Kind
from models.label import Label
from models.user import User

# A contact needs something to be called by; address books are full of people with one name only.
NAMED = "coalesce(trim(first_name), '') || coalesce(trim(last_name), '') || coalesce(trim(company_name), '') <> ''"
PERSON = "trim(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))"
NAME = f"CASE WHEN {PERSON} <> '' THEN {PERSON} ELSE company_name END"


class Contact(Stamped, Base):
    """A person, known at any number of customers. A deactivated contact has `archived_at`."""

    __table_args__ = table_args(
        CheckConstraint(NAMED, name="named"),
        # Each order of the list from one index, which also knows what is filtered by most.
        Index("ix_contact_by_name", "name_key", "id", "archived_at", "owner_id"),
        Index("ix_contact_by_changed", "changed_at", "id", "archived_at", "owner_id"),
        Index(
            "ix_contact_archived_at",
            "archived_at",
            sqlite_where=text("archived_at IS NOT NULL"),
            postgresql_where=text("archived_at IS NOT NULL"),
        ),
        Index("ix_contact_email", "email"),
    )

    kind: Mapped[Kind] = mapped_column(words(Kind, "kind"), default=Kind.PRIVATE)
    salutation: Mapped[str | None] = mapped_column(String(40))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str | None] = mapped_column(String(100))
    company_name: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(201), Computed(NAME, persisted=True))
    name_key: Mapped[str] = mapped_column(key_text(201), Computed(f"lower({NAME})", persisted=True))
    job_title: Mapped[str | None] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    mobile: Mapped[str | None] = mapped_column(String(40))
    website: Mapped[str | None] = mapped_column(String(300))
    street: Mapped[str | None] = mapped_column(String(200))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(100))
    country: Mapped[str | None] = mapped_column(String(2))
    language: Mapped[str | None] = mapped_column(String(5))
    birth_date: Mapped[dt.date | None] = mapped_column(DATE)
    vat_number: Mapped[str | None] = mapped_column(String(40))
    description: Mapped[str | None] = mapped_column(Text, info=LONG_TEXT)
    owner_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"), index=True)
    archived_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    owner: Mapped[User | None] = relationship()
    labels: Mapped[list[Label]] = relationship(secondary="contact_label", viewonly=True, order_by="Label.name")
    links: Mapped[list[CustomerContact]] = relationship(viewonly=True, order_by="CustomerContact.id")

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def __str__(self) -> str:
        return self.name


class CustomerContact(Base):
    """What a contact is at one customer: the function there, and whether invoices go to this person (TC-12)."""

    __table_args__ = table_args(
        UniqueConstraint("customer_id", "contact_id"),
        # Contacts across customers by what they are there (VS-25).
        Index(
            "ix_customer_contact_function",
            "function",
            "contact_id",
            sqlite_where=text("function IS NOT NULL"),
            postgresql_where=text("function IS NOT NULL"),
        ),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    contact_id: Mapped[int] = mapped_column(ref("contact.id", "CASCADE"), index=True, info=LOOSE)
    function: Mapped[str | None] = mapped_column(String(120))
    is_main: Mapped[bool] = mapped_column(Boolean, default=False, info=ONE_OF_A_CUSTOMER)
    is_invoice_contact: Mapped[bool] = mapped_column(Boolean, default=False, info=ONE_OF_A_CUSTOMER)

    customer: Mapped[Customer] = relationship()
    contact: Mapped[Contact] = relationship(overlaps="links")

    def __str__(self) -> str:
        return str(self.contact)
