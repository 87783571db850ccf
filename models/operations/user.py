"""The people who work here: make them, switch them off and on, keep what they prefer; and the first of them."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import delete, select, text

from models.access import SYSTEM, Looker, require, there
from models.base import EVERYTHING, AnySession, folded, utc_now
from models.errors import Reason, Refused
from models.journal import Changeset, Origin, changeset
from models.operations import password as passwords
from models.operations.fields import misfits
from models.operations.grant import would_leave_no_administrator
from models.user import ADMINISTRATOR, BUILT_IN_ROLES, Right, Role, SignIn, TeamMember, User

_LOCK = 0x6B63  # any number that nothing else in this database locks


def ensure_roles(session: AnySession, actor: Looker = SYSTEM) -> None:
    """Make the built-in roles that are not there; those that people changed stay as they are."""
    there = set(session.scalars(select(Role.name), execution_options=EVERYTHING))
    missing = BUILT_IN_ROLES.keys() - there
    if missing:
        with changeset(session, actor, "Make the built-in roles", origin=Origin.COMMAND):
            for name in sorted(missing):
                session.add(Role(name=name, rights=frozenset(BUILT_IN_ROLES[name]), built_in=True))


def first_administrator(session: AnySession, email: str, password: str, name: str | None = None) -> User:
    """Make the first administrator. Refused when there is one, however many ask at the same moment."""
    with changeset(session, SYSTEM, "Set up", origin=Origin.COMMAND):
        if session.connection().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        ensure_roles(session)
        if not would_leave_no_administrator(session):
            raise Refused(Reason.ALREADY_SET_UP)
        role_id = session.scalar(select(Role.id).where(Role.name == ADMINISTRATOR), execution_options=EVERYTHING)
        return create(session, SYSTEM, email, name, password, role_id=role_id, origin=Origin.COMMAND)


def create(
    session: AnySession,
    actor: Looker,
    email: str,
    name: str | None,
    password: str,
    *,
    role_id: int | None = None,
    team_ids: Collection[int] = (),
    origin: Origin = Origin.FORM,
) -> User:
    """Add somebody who can sign in. Without a name the address gives one. One's own rights are the limit."""
    require(session, actor, Right.MANAGE_USERS)
    email = email.strip()
    called = (name or "").strip() or name_from(email)
    for field, value in (("email", email), ("name", called)):
        if misfit := misfits(User, field, value):
            raise misfit
    passwords.check(password, email, called)
    with changeset(session, actor, "Add the user {user}", origin=origin, user=called):
        if session.scalar(select(User.id).where(User.email_key == folded(email)), execution_options=EVERYTHING):
            raise Refused(Reason.VALUE_TAKEN, "email")
        user = User(email=email, name=called, password_hash=passwords.hashed(password), role_id=role_id)
        session.add(user)
        session.flush()
        session.add_all(TeamMember(team_id=team_id, user_id=user.id) for team_id in team_ids)
    return user


def name_from(email: str) -> str:
    """A name made of an address: ingrid.bergstrom@nordhamn.example -> Ingrid Bergstrom."""
    parts = re.split(r"[._+-]+", email.partition("@")[0])
    return " ".join(part.capitalize() for part in parts if part)[:120] or email[:120]


def disable(session: AnySession, actor: Looker, user_id: int, origin: Origin = Origin.FORM) -> Changeset | None:
    """Keep somebody out from the next request on, nobody who may more than oneself; what they did stays theirs.

    None when that is so already.
    """
    require(session, actor, Right.MANAGE_USERS)
    user = there(session, User, user_id)
    if user.disabled_at is not None:
        return None
    with changeset(session, actor, "Disable the user {user}", origin=origin, user=user.name) as kept:
        user.disabled_at = utc_now()
        session.execute(delete(SignIn).where(SignIn.user_id == user_id))
    return kept


def enable(session: AnySession, actor: Looker, user_id: int) -> Changeset | None:
    """Let somebody in again, with the password and the roles they had; one's own rights are the limit.

    None when nobody keeps them out.
    """
    require(session, actor, Right.MANAGE_USERS)
    user = there(session, User, user_id)
    if user.disabled_at is None:
        return None
    with changeset(session, actor, "Enable the user {user}", user=user.name) as kept:
        user.disabled_at = None
    return kept


def prefer(
    session: AnySession,
    actor: Looker,
    *,
    language: str | None = None,
    theme: str | None = None,
    single_keys: bool | None = None,
) -> Changeset:
    """Keep one's own language, theme and keys; None leaves one as it is, an empty text means "like the browser"."""
    user = there(session, User, actor.id)
    with changeset(session, actor, "Change own preferences", origin=Origin.SETTINGS) as kept:
        if language is not None:
            user.language = language or None
        if theme is not None:
            user.theme = theme or None
        if single_keys is not None:
            user.single_keys = single_keys
    return kept
