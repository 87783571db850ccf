"""The journal's own tables, and which columns of the others its images hold."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator, TypeEngine

from models.base import Base, UtcDateTime, table_args, utc_now


class Origin(enum.StrEnum):
    """By which path a changeset came about."""

    FORM = "form"
    BULK = "bulk"
    IMPORT = "import"
    COMMAND = "command"
    UNDO = "undo"
    DELETE = "delete"
    ARCHIVE = "archive"
    RESTORE = "restore"
    CONVERT = "convert"
    MERGE = "merge"
    CONNECT = "connect"
    GRANT = "grant"
    SETTINGS = "settings"
    REGISTER = "register"
    OUTSIDE = "outside"
    SEED = "seed"


class Operation(enum.StrEnum):
    """What happened to one row."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


def _as_text(kind: type[enum.StrEnum]) -> Enum:
    """An enum kept as its text, without a check: the triggers write it, and a new member needs no migration."""
    return Enum(kind, native_enum=False, length=20, values_callable=lambda k: [member.value for member in k])


# A key that outgrows 32 bits: ten thousand changes a day take six centuries, one wild script takes a week.
_LONG = BigInteger().with_variant(Integer(), "sqlite")
_IMAGE = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Changeset(Base):
    """One intention of one person, in one transaction.

    `user_id` is no foreign key and `user_name` is frozen, because history outlives users; only erasing the person empties it. `title` is a sentence in
    English that catalogues translate, `values` fill it in. `snapshot` says on PostgreSQL which transactions were open
    beside it, whose changes became visible later though their ids may be lower.
    """

    journaled = False
    __table_args__ = table_args(
        Index("ix_changeset_last_change_id", "last_change_id"),
        # What one person did, from the newest on; and what was taken in from outside, which is little.
        Index("ix_changeset_user_id", "user_id", "last_change_id"),
        Index(
            "ix_changeset_outside",
            "last_change_id",
            sqlite_where=text("origin = 'outside'"),
            postgresql_where=text("origin = 'outside'"),
        ),
        # They come in order, so blocks will do for a period. SQLite has none, and would sort a long one: its index stays empty.
        Index(
            "ix_changeset_at",
            "at",
            sqlite_where=text("at IS NULL"),
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        ),
    )

    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=utc_now)
    user_id: Mapped[int | None] = mapped_column(Integer)
    user_name: Mapped[str] = mapped_column(Text)
    origin: Mapped[Origin] = mapped_column(_as_text(Origin))
    title: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    undoes_id: Mapped[int | None] = mapped_column(Integer, index=True)
    undone_by_id: Mapped[int | None] = mapped_column(Integer)
    purged_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    change_count: Mapped[int] = mapped_column(Integer, default=0)
    last_change_id: Mapped[int | None] = mapped_column(_LONG)
    snapshot: Mapped[str | None] = mapped_column(Text)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed in it; then it was removed again and has no id."""
        return not self.change_count


SAY_WHO_MAY_WHAT = ("customer_access", "role", "team", "team_member", "user")


def of_rights(row: str = "") -> str:
    """SQL: whether a change is of what says who may what, as the index of these has it; who asks the same is led there.

    Not by IN, for which SQLite would make a table of these names at every write.
    """
    return " OR ".join(f"{row}table_name = '{name}'" for name in SAY_WHO_MAY_WHAT)


class Change(Base):
    """One changed row, with what it was before and after. Only the triggers write these.

    `changeset_id` is empty for what was written from outside; only then is `at` set. `transaction_id` is set on
    PostgreSQL, where a change may become visible after one with a higher id, and so is, from outside, `snapshot`.
    """

    journaled = False
    __table_args__ = table_args(
        # In their order: of the largest changesets, too, a page of history shows the first.
        Index("ix_change_changeset", "changeset_id", "id"),
        Index("ix_change_row", "row_id", "table_name"),
        Index(
            "ix_change_customer",
            "customer_id",
            "changeset_id",
            sqlite_where=text("customer_id IS NOT NULL"),
            postgresql_where=text("customer_id IS NOT NULL"),
        ),
        Index(
            "ix_change_contact",
            "contact_id",
            "changeset_id",
            sqlite_where=text("contact_id IS NOT NULL"),
            postgresql_where=text("contact_id IS NOT NULL"),
        ),
        Index(
            "ix_change_outside",
            "id",
            sqlite_where=text("changeset_id IS NULL"),
            postgresql_where=text("changeset_id IS NULL"),
        ),
        # What says who may what is few among many, and weighed before each commit.
        Index(
            "ix_change_of_rights",
            "changeset_id",
            "id",
            sqlite_where=text(of_rights()),
            postgresql_where=text(of_rights()),
        ),
        # What became visible after a position is asked for by transaction. They come in order, so blocks will do; SQLite
        # has none, so its index stays empty.
        Index(
            "ix_change_transaction",
            "transaction_id",
            sqlite_where=text("transaction_id IS NOT NULL"),
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        ),
    )

    id: Mapped[int] = mapped_column(_LONG, primary_key=True, sort_order=-1)
    changeset_id: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    transaction_id: Mapped[int | None] = mapped_column(BigInteger)
    snapshot: Mapped[str | None] = mapped_column(Text)
    table_name: Mapped[str] = mapped_column(String(63))
    row_id: Mapped[int] = mapped_column(Integer)
    operation: Mapped[Operation] = mapped_column(_as_text(Operation))
    before: Mapped[dict[str, Any] | None] = mapped_column(_IMAGE)
    after: Mapped[dict[str, Any] | None] = mapped_column(_IMAGE)
    customer_id: Mapped[int | None] = mapped_column(Integer)
    contact_id: Mapped[int | None] = mapped_column(Integer)


class JournalContext(Base):
    """SQLite only: the changeset of the transaction that is open, in its one row. Empty outside a changeset."""

    journaled = False

    changeset_id: Mapped[int | None] = mapped_column(Integer)


REGISTRY = "journal.registry"


def registry_of(session: Session) -> registry:
    """The classes whose tables this session works on: the project's, unless `session.info` says otherwise."""
    result: registry = session.info.get(REGISTRY, Base.registry)
    return result


def journaled_tables(of: registry | None = None) -> list[Table]:
    """The tables whose changes are kept, by name."""
    found = {
        mapper.local_table.name: mapper.local_table
        for mapper in (of or Base.registry).mappers
        if getattr(mapper.class_, "journaled", False) and isinstance(mapper.local_table, Table)
    }
    return [found[name] for name in sorted(found)]


# Types whose values pass through JSON unharmed on both databases. SQLite would round a float and cannot hold bytes.
_EXACT = (Integer, String, Boolean, Date, DateTime, JSON)


def plain_type(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type as the database knows it, without what the project wrapped around it."""
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return kind


def is_secret(column: Column[Any]) -> bool:
    """Whether the column never enters an image: password hashes, tokens."""
    return bool(column.info.get("secret"))


def is_stamp(column: Column[Any]) -> bool:
    """Whether the column is kept by the act of saving: of no interest to somebody who asks what was changed."""
    return column.onupdate is not None


def image_columns(table: Table) -> Iterator[Column[Any]]:
    """The columns an image holds: all but secrets, and but what the database computes from the others.

    One computed column stays: `name`, because that is what people call a row that is no longer there.
    Raises TypeError for a type whose values would not come back exactly.
    """
    for column in table.columns:
        if is_secret(column) or (column.computed is not None and column.name != "name"):
            continue
        if not isinstance(plain_type(column.type), _EXACT):
            raise TypeError(f"The journal cannot keep {table.name}.{column.name} of type {column.type!r} exactly.")
        yield column


def kept_columns(table: Table) -> list[Column[Any]]:
    """The columns an undo writes back: those of the image that can be written, but the key."""
    return [column for column in image_columns(table) if column.computed is None and not column.primary_key]
