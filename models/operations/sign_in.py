"""Sign in and out. The browser holds a random token, the database its hash: what is deleted here is over at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, bindparam, delete, func, insert, or_, select, text, update
from werkzeug.security import generate_password_hash

from models import settings
from models.access import (
    Looker,
    given_in_one_row,
    keep_given,
    look_as,
    looker_of_row,
    rights_in_one_row,
)
from models.base import EVERYTHING, WRITES_IF_FREE, AnySession, folded, utc_now
from models.errors import NotFound, Reason, Refused
from models.operations import once
from models.operations import password as passwords
from models.operations.working import working
from models.user import FailedSignIn, FoldedSection, Role, SignIn, User

IDLE = dt.timedelta(hours=12)
LONGEST = dt.timedelta(days=7)
FORGOTTEN = dt.timedelta(days=90)
SEEN_EVERY = dt.timedelta(minutes=5)

FREE_TRIES = 5
FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(minutes=5)
REMEMBERED = dt.timedelta(hours=1)

# What an unknown account is checked against, so that it takes as long as a known one.
_NOBODY = generate_password_hash(secrets.token_hex())


class TooManyTries(Refused):
    """Slow down: 429. `seconds` is how long to wait; the right password works then."""

    def __init__(self, wait: dt.timedelta) -> None:
        self.seconds = max(1, int(wait.total_seconds() + 0.999))
        super().__init__(Reason.TOO_MANY_TRIES, minutes=-(-self.seconds // 60))


@dataclass(frozen=True)
class Seat:
    """A live session with all that a request wants to know of the person, in plain values."""

    sign_in_id: int
    token_hash: str
    seen_at: dt.datetime
    email: str
    language: str | None
    theme: str | None
    single_keys: bool
    folded: frozenset[str]
    settings: Mapping[str, Any]
    role_name: str | None
    looker: Looker


def token_hash(token: str) -> str:
    """What of a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def subjects(email: str, address: str, device: str | None) -> tuple[str, ...]:
    """Whose tries are counted together, as hashes: the account and the address, or the account on a known device.

    A device that has signed in to this account before is counted for itself: strangers cannot make it wait.
    """
    account = folded(email)
    who = [f"device {device} {account}"] if device else [f"account {account}", f"address {address}"]
    return tuple(hashlib.sha256(one.encode("utf-8", "replace")).hexdigest() for one in who)


def sign_in(
    session: AnySession, email: str, password: str, address: str, *, agent: str = "", device: str | None = None
) -> str:
    """Check the password and begin a session; the answer is its token.

    An unknown account, a disabled one and a wrong password are refused alike and after the same work. Raises
    TooManyTries before anything is looked up.
    """
    counted = subjects(email, address, device)
    tried = _count_try(session, counted)
    found = _checked(session, email, password)
    if found is None:
        raise Refused(Reason.SIGN_IN_FAILED)
    user_id, checked_hash = found
    token = secrets.token_urlsafe(32)
    with working(session):
        # Once more under the lock: the account may have been disabled, or the password changed, in the meantime.
        still = select(User.id).where(
            User.id == user_id, User.password_hash == checked_hash, User.disabled_at.is_(None)
        )
        if session.scalar(still, execution_options=EVERYTHING) is None:
            raise Refused(Reason.SIGN_IN_FAILED)
        _forget_tries(session, counted[0], tried)
        session.execute(delete(SignIn).where(SignIn.seen_at < utc_now() - FORGOTTEN))
        once.forget_old(session)
        session.execute(
            insert(SignIn).values(user_id=user_id, token_hash=token_hash(token), agent=agent.replace("\0", "")[:200])
        )
    return token


def confirm(session: AnySession, actor: Looker, password: str, address: str) -> None:
    """Ask for the password again, in the middle of a session; tries are counted like those of signing in."""
    email = session.scalar(select(User.email).where(User.id == actor.id)) or ""
    counted = subjects(email, address, None)
    tried = _count_try(session, counted)
    if _checked(session, email, password) is None:
        raise Refused(Reason.PASSWORD_NOT_RIGHT, "current")
    with working(session):
        _forget_tries(session, counted[0], tried)


def seat_of(
    session: AnySession, token: str, *, idle: dt.timedelta = IDLE, longest: dt.timedelta = LONGEST
) -> Seat | None:
    """Who sits behind a token, or None when the session ended, was idle too long, or the person was disabled.

    One query. From here on the session looks as this person.
    """
    now = utc_now()
    of_token = {"token": token_hash(token), "seen_since": now - idle, "begun_since": now - longest}
    found = session.execute(_behind_a_token(), of_token, execution_options=EVERYTHING).first()
    if found is None:
        return None
    sign_in_id, seen_at, user, role, sections, stored, roles, teams, given = found
    known = settings.of_one_text(stored)
    settings.keep(session, known)
    looker = looker_of_row(user, roles, teams)
    look_as(session, looker)
    keep_given(session, looker, None, given)
    return Seat(
        sign_in_id,
        token_hash(token),
        seen_at,
        user.email,
        user.language,
        user.theme,
        user.single_keys,
        frozenset((sections or "").split()),
        known,
        role,
        looker,
    )


@cache
def _behind_a_token() -> Select[*tuple[Any, ...]]:
    """Of the session of `token`, if it was used after `seen_since` and began after `begun_since`, what its seat holds.

    Every request asks for it: to build it anew would take longer than the answer.
    """
    return (
        select(
            *(SignIn.id, SignIn.seen_at, User, Role.name, _folded(), settings.in_one_text()),
            *(*rights_in_one_row(), given_in_one_row()),
        )
        .join(User, User.id == SignIn.user_id)
        .outerjoin(Role, Role.id == User.role_id)
        .where(
            SignIn.token_hash == bindparam("token"),
            SignIn.seen_at > bindparam("seen_since"),
            SignIn.began_at > bindparam("begun_since"),
            User.disabled_at.is_(None),
        )
    )


def _folded() -> ScalarSelect[str]:
    """The names of the sections that a user keeps folded, with spaces between."""
    names = func.aggregate_strings(FoldedSection.section, " ")
    return select(names).where(FoldedSection.user_id == User.id).correlate(User).scalar_subquery()


def seen(session: AnySession, seat: Seat) -> None:
    """Note that the session is in use; not at every request. OperationalError at once where the lock is not free."""
    if utc_now() - seat.seen_at > SEEN_EVERY:
        with working(session, WRITES_IF_FREE):
            session.execute(update(SignIn).where(SignIn.id == seat.sign_in_id).values(seen_at=utc_now()))


def sign_out(session: AnySession, token: str) -> None:
    """End a person's sessions, this one and those elsewhere, for every copy of a cookie. Twice does no harm."""
    mine = select(SignIn.user_id).where(SignIn.token_hash == token_hash(token))
    with working(session):
        session.execute(delete(SignIn).where(SignIn.user_id.in_(mine.scalar_subquery())))


def sessions_of(
    session: AnySession, actor: Looker, *, idle: dt.timedelta = IDLE, longest: dt.timedelta = LONGEST
) -> Sequence[Row[int, dt.datetime, dt.datetime, str | None]]:
    """One's own live sessions, the one used last first: (id, began at, seen at, browser)."""
    now = utc_now()
    return session.execute(
        select(SignIn.id, SignIn.began_at, SignIn.seen_at, SignIn.agent)
        .where(SignIn.user_id == actor.id, SignIn.seen_at > now - idle, SignIn.began_at > now - longest)
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    ).all()


def end(session: AnySession, actor: Looker, sign_in_id: int) -> None:
    """End one of one's own sessions. NotFound for those of others."""
    with working(session):
        mine = select(SignIn.id).where(SignIn.id == sign_in_id, SignIn.user_id == actor.id)
        if session.scalar(mine) is None:
            raise NotFound
        session.execute(delete(SignIn).where(SignIn.id == sign_in_id))


def _checked(session: AnySession, email: str, password: str) -> tuple[int, str] | None:
    """Whose password this is: the user's id and the hash that fits. Takes as long when there is no such user."""
    account = select(User.id, User.password_hash, User.disabled_at).where(
        User.email_key == folded(email).replace("\0", "")
    )
    found = session.execute(account, execution_options=EVERYTHING).first()
    user_id, hash_, disabled_at = found or (0, None, None)
    right = passwords.fits(hash_ or _NOBODY, password)
    return (user_id, hash_) if right and hash_ and disabled_at is None else None


def _count_try(session: AnySession, counted: tuple[str, ...]) -> list[int]:
    """Count a try before it is made, so that a hundred at once are not all first. Gives the ids of what was noted."""
    now = utc_now()
    with working(session):
        _lock(session, counted)
        session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - REMEMBERED))
        wait = max(_wait(session, subject, now) for subject in counted)
        if wait > dt.timedelta(0):
            raise TooManyTries(wait)
        return [
            session.execute(
                insert(FailedSignIn).values(subject=subject, at=now).returning(FailedSignIn.id)
            ).scalar_one()
            for subject in counted
        ]


def _wait(session: AnySession, subject: str, now: dt.datetime) -> dt.timedelta:
    """How long this subject has to wait: nothing for five tries, then a minute, doubling to five."""
    count, last = session.execute(
        select(func.count(), func.max(FailedSignIn.at)).where(FailedSignIn.subject == subject),
        execution_options=EVERYTHING,
    ).one()
    if count < FREE_TRIES:
        return dt.timedelta(0)
    due: dt.datetime = last + min(FIRST_WAIT * 2 ** (count - FREE_TRIES), LONGEST_WAIT)
    return due - now


def _lock(session: AnySession, counted: tuple[str, ...]) -> None:
    """One counting at a time: SQLite has one writer anyway."""
    if session.connection().dialect.name == "postgresql":
        for subject in sorted(counted):
            key = int(subject[:15], 16)
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _forget_tries(session: AnySession, account: str, tried: list[int]) -> None:
    """After the right password the account starts anew; of the address only this try is forgotten."""
    session.execute(delete(FailedSignIn).where(or_(FailedSignIn.subject == account, FailedSignIn.id.in_(tried))))
