"""A small schema with one of everything the journal must cope with, apart from the project's own tables."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    URL,
    Boolean,
    Computed,
    Date,
    Engine,
    Index,
    Integer,
    MetaData,
    NullPool,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    select,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from models.access import SYSTEM, Looker, look_as
from models.base import WILL_WRITE, Base, Money, UtcDateTime, ref, utc_now
from models.journal import Change, Changeset, JournalContext, install
from models.journal.tables import REGISTRY

ANN = Looker(7, "Ann")
BOB = Looker(8, "Bob")


class Toy(DeclarativeBase):
    """Apart from the project's `Base`, so that neither sees the other's tables."""

    metadata = MetaData()
    journaled: ClassVar[bool] = True
    __table_args__: Any = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


class Group(Toy):
    __tablename__ = "label_group"

    name: Mapped[str] = mapped_column(String(40))


class Label(Toy):
    __tablename__ = "label"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    group_id: Mapped[int | None] = mapped_column(ref("label_group.id", "RESTRICT"), index=True)


class Customer(Toy):
    __tablename__ = "customer"

    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    first_name: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, Computed("'Mx ' || first_name", persisted=True))
    name_key: Mapped[str] = mapped_column(Text, Computed("lower(first_name)", persisted=True))
    note: Mapped[str | None] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(Integer)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    since: Mapped[dt.date | None] = mapped_column(Date)
    seen_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    rate: Mapped[Decimal | None] = mapped_column(Money)
    extra: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    password: Mapped[str | None] = mapped_column(String(40), info={"secret": True})
    main_project_id: Mapped[int | None] = mapped_column(ref("project.id", "SET NULL"), index=True)
    archived_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Contact(Toy):
    __tablename__ = "contact"

    name: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)


class Project(Toy):
    __tablename__ = "project"
    __table_args__ = (
        UniqueConstraint("customer_id", "name"),
        Index(
            "uq_project_main",
            "customer_id",
            unique=True,
            sqlite_where=text("is_main"),
            postgresql_where=text("is_main"),
        ),
        {"sqlite_autoincrement": True},
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ref("project.id", "SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    is_main: Mapped[bool] = mapped_column(Boolean, default=False)
    archived_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Registration(Toy):
    __tablename__ = "registration"

    project_id: Mapped[int] = mapped_column(ref("project.id", "CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ref("contact.id", "SET NULL"), index=True)
    minutes: Mapped[int] = mapped_column(Integer, default=60)


class CustomerLabel(Toy):
    __tablename__ = "customer_label"
    __table_args__ = (UniqueConstraint("label_id", "customer_id"), {"sqlite_autoincrement": True})

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"), index=True)
    label_id: Mapped[int] = mapped_column(ref("label.id", "CASCADE"), info={"belongs": False})


class Draft(Toy):
    """A working table: not journaled."""

    __tablename__ = "draft"
    journaled = False

    body: Mapped[str] = mapped_column(Text, default="")


LOCKS = {
    "customer": [("id", "customer")],
    "project": [("customer_id", "customer"), ("id", "project")],
    "registration": [("project_id", "project")],
    "customer_label": [("customer_id", "customer")],
}
JOURNAL = [Base.metadata.tables[table.__tablename__] for table in (Change, Changeset, JournalContext)]
BUSINESS: list[Table] = [table for table in Toy.metadata.tables.values() if table.name != "draft"]


def build(url: URL) -> None:
    """Make the toy tables, the journal's and the triggers."""
    engine = connect(url)
    with engine.connect().execution_options(**WILL_WRITE) as connection, connection.begin():
        # From a copy: where two tables refer to each other, creating them on PostgreSQL marks their keys in the metadata
        # as added afterwards, and SQLite's tables would then be made without them.
        copied = MetaData()
        for table in Toy.metadata.tables.values():
            table.to_metadata(copied)
        if connection.dialect.name == "sqlite":
            # One by one, because `create_all` leaves out one key or the other of such a circle where it can't add it later.
            for table in copied.tables.values():
                table.create(connection)
        else:
            copied.create_all(connection)
        Base.metadata.create_all(connection, tables=JOURNAL)
        install(connection, Toy.registry)


def connect(url: URL) -> Engine:
    return create_engine(url, poolclass=NullPool)


def session_on(engine: Engine) -> Session:
    session = Session(engine, info={REGISTRY: Toy.registry})
    look_as(session, SYSTEM)
    return session


def dump(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """All business rows, to compare two moments."""
    session.rollback()
    found = {
        table.name: [tuple(row) for row in session.execute(select(table).order_by(table.c.id))]
        for table in sorted(BUSINESS, key=lambda table: table.name)
    }
    session.rollback()
    return found
