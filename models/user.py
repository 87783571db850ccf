"""Who works here: users, their teams, the roles that name sets of rights, and roles given on one customer."""

from __future__ import annotations

import datetime as dt
import enum

from sqlalchemy import Boolean, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import LOOSE, Base, Stamped, UtcDateTime, WordSet, folded, ref, table_args, utc_now


class Right(enum.StrEnum):
    """All there is to be allowed. The first eight make sense on one customer, the others only everywhere."""

    VIEW = "view"
    REGISTER = "register"
    EDIT = "edit"
    SEE_ALL_TOTALS = "see-all-totals"
    SEE_REVENUE = "see-revenue"
    ARCHIVE = "archive"
    DELETE = "delete"
    MANAGE_CUSTOMER_ROLES = "manage-customer-roles"
    IMPORT = "import"
    EXPORT = "export"
    MANAGE_LISTS = "manage-lists"
    MANAGE_USERS = "manage-users"
    SETTINGS = "settings"


ON_A_CUSTOMER = frozenset(
    {
        Right.VIEW,
        Right.REGISTER,
        Right.EDIT,
        Right.SEE_ALL_TOTALS,
        Right.SEE_REVENUE,
        Right.ARCHIVE,
        Right.DELETE,
        Right.MANAGE_CUSTOMER_ROLES,
    }
)

BUILT_IN_ROLES: dict[str, frozenset[Right]] = {
    "Reader": frozenset({Right.VIEW}),
    "Registrar": frozenset({Right.VIEW, Right.REGISTER}),
    "Editor": frozenset({Right.VIEW, Right.REGISTER, Right.EDIT, Right.SEE_ALL_TOTALS, Right.EXPORT}),
    "Manager": ON_A_CUSTOMER | {Right.IMPORT, Right.EXPORT},
    "Administrator": frozenset(Right),
}
ADMINISTRATOR = "Administrator"


class FoldedSection(Base):
    """A section of the cards that somebody keeps folded, on every card (TL-06). A habit of one person, so not journaled."""

    __table_args__ = table_args(UniqueConstraint("user_id", "section"))
    journaled = False

    user_id: Mapped[int] = mapped_column(ref("user.id", "CASCADE"))
    section: Mapped[str] = mapped_column(String(40))


class Role(Base):
    """A named set of rights that people make and edit like any other record."""

    name: Mapped[str] = mapped_column(String(60), unique=True)
    description: Mapped[str | None] = mapped_column(String(300))
    rights: Mapped[frozenset[str]] = mapped_column(WordSet, default=frozenset())
    built_in: Mapped[bool] = mapped_column(Boolean, default=False)

    def __str__(self) -> str:
        return self.name


class Team(Stamped, Base):
    """People who get the same roles. `role` is what its members may on every customer."""

    name: Mapped[str] = mapped_column(String(80), unique=True)
    role_id: Mapped[int | None] = mapped_column(ref("role.id", "RESTRICT"), index=True)

    role: Mapped[Role | None] = relationship()
    members: Mapped[list[User]] = relationship(
        secondary="team_member", back_populates="teams", viewonly=True, order_by="User.name"
    )

    def __str__(self) -> str:
        return self.name


class User(Stamped, Base):
    """Somebody who signs in. `role` is what this person may on every customer; disabled people cannot sign in."""

    email: Mapped[str] = mapped_column(String(254), info={"address": True})
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(300), info={"secret": True})
    role_id: Mapped[int | None] = mapped_column(ref("role.id", "RESTRICT"), index=True)
    disabled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    language: Mapped[str | None] = mapped_column(String(5))
    theme: Mapped[str | None] = mapped_column(String(5))
    single_keys: Mapped[bool] = mapped_column(Boolean, default=True)

    role: Mapped[Role | None] = relationship()
    teams: Mapped[list[Team]] = relationship(
        secondary="team_member", back_populates="members", viewonly=True, order_by="Team.name"
    )

    @validates("email")
    def _key(self, _name: str, value: str) -> str:
        self.email_key = folded(value)
        return value.strip()

    def __str__(self) -> str:
        return self.name


class TeamMember(Base):
    """A user in a team."""

    __table_args__ = table_args(UniqueConstraint("team_id", "user_id"))

    team_id: Mapped[int] = mapped_column(ref("team.id", "CASCADE"))
    user_id: Mapped[int] = mapped_column(ref("user.id", "CASCADE"), index=True, info=LOOSE)


class CustomerAccess(Base):
    """A role given to a user or a team on one customer."""

    __table_args__ = table_args(
        CheckConstraint("(user_id IS NULL) <> (team_id IS NULL)", name="one_holder"),
        Index("uq_customer_access_user", "customer_id", "user_id", unique=True),
        Index("uq_customer_access_team", "customer_id", "team_id", unique=True),
        # The row-right condition asks by holder: "which customers does this person reach?"
        Index("ix_customer_access_by_user", "user_id", "role_id", "customer_id"),
        Index("ix_customer_access_by_team", "team_id", "role_id", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ref("user.id", "CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ref("team.id", "CASCADE"))
    role_id: Mapped[int] = mapped_column(ref("role.id", "RESTRICT"), index=True, info=LOOSE)

    user: Mapped[User | None] = relationship()
    team: Mapped[Team | None] = relationship()
    role: Mapped[Role] = relationship()


class SignIn(Base):
    """A live session: the cookie holds a random token of which only the hash is kept, so that sign-out is final."""

    journaled = False

    user_id: Mapped[int] = mapped_column(ref("user.id", "CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    began_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=utc_now)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=utc_now)
    agent: Mapped[str | None] = mapped_column(String(200))


class FailedSignIn(Base):
    """A wrong password, kept to slow guessing down. `subject` is a hash of the account or of the address."""

    journaled = False
    __table_args__ = table_args(Index("ix_failed_sign_in_subject_at", "subject", "at"))

    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=utc_now)


__all__ = [
    "ADMINISTRATOR",
    "BUILT_IN_ROLES",
    "ON_A_CUSTOMER",
    "CustomerAccess",
    "FailedSignIn",
    "Right",
    "Role",
    "SignIn",
    "Team",
    "TeamMember",
    "User",
]
