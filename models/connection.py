"""Relations between customers, and of customers with contacts: one row, read from both sides (TS-12, TL-39)."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import LINES, LOOSE, Base, Stamped, ref, table_args
from models.contact import Contact
from models.customer import Customer
from models.settings import ListValue, ValueList


class Connection(Stamped, Base):
    """`customer` is <kind> of the other customer or contact: the accountant of, the owner of. The other side reads the
    kind's other name. Where `is_reversed`, the two sides change places.
    """

    __table_args__ = table_args(
        CheckConstraint("(other_customer_id IS NULL) <> (contact_id IS NULL)", name="one_other"),
        CheckConstraint("other_customer_id <> customer_id", name="not_itself"),
        Index("ix_connection_customer_id", "customer_id"),
        Index("ix_connection_other_customer_id", "other_customer_id"),
        Index("ix_connection_contact_id", "contact_id"),
        Index("ix_connection_kind_id", "kind_id"),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    other_customer_id: Mapped[int | None] = mapped_column(ref("customer.id", "CASCADE"), info=LOOSE)
    contact_id: Mapped[int | None] = mapped_column(ref("contact.id", "CASCADE"), info=LOOSE)
    kind_id: Mapped[int] = mapped_column(ref("list_value.id", "RESTRICT"), info={"list": ValueList.RELATION_KIND})
    is_reversed: Mapped[bool] = mapped_column(Boolean, default=False)
    note: Mapped[str | None] = mapped_column(String(500), info=LINES)

    customer: Mapped[Customer] = relationship(foreign_keys=[customer_id])
    other_customer: Mapped[Customer | None] = relationship(foreign_keys=[other_customer_id])
    contact: Mapped[Contact | None] = relationship()
    kind: Mapped[ListValue] = relationship()

    @property
    def other(self) -> Customer | Contact | None:
        """Whom the customer has to do with."""
        return self.other_customer or self.contact

    def read_by(self, side: Customer | Contact) -> tuple[str, Customer | Contact | None]:
        """What this side is of the other, and who that is."""
        if side is self.customer:
            return self.kind.read(backwards=self.is_reversed), self.other
        return self.kind.read(backwards=not self.is_reversed), self.customer

    def __str__(self) -> str:
        return str(self.other or "")
