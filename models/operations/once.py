"""A form makes something once, however often it is sent: its token is used up in the transaction that makes it.

The token is claimed before anything else is looked at, so that of two at the same moment the second waits for the first.
What is refused rolls its claim back: then the token is as good as new.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.access import Looker
from models.base import AnySession, Base, utc_now
from models.journal import open_id
from models.sent import SentForm

KEPT = dt.timedelta(days=7)


@dataclass(frozen=True)
class Sent:
    """A form that was sent: the token that its page carried, and what stands for all that was typed."""

    token: str
    digest: str


@dataclass(frozen=True)
class Before:
    """What came of a form when it was sent before. `is_same`: with the same typed into it."""

    is_same: bool
    table: str | None
    record_id: int | None
    changeset_id: int | None

    def made(self, noun: type[Base]) -> int | None:
        """The key of what it made, if that is one of these."""
        return self.record_id if self.table == noun.__tablename__ else None


class SentBefore(Exception):
    """Nothing is wrong with what was sent, but it was written already, so it was not written once more."""


def before(session: Session, actor: Looker, sent: Sent) -> Before | None:
    """What came of this form of this person; None where it made nothing yet."""
    columns = (SentForm.digest, SentForm.table_name, SentForm.record_id, SentForm.changeset_id)
    found = session.execute(
        select(*columns).where(SentForm.user_id == actor.id, SentForm.token == sent.token)
    ).one_or_none()
    return None if found is None else Before(found.digest == sent.digest, *found[1:])


def claim(session: Session, actor: Looker, sent: Sent | None) -> int | None:
    """Use the token up, first thing in the changeset that does what the form asks for. SentBefore where it is used up.

    The answer is for `led_to`. Without a form, or on behalf of nobody, there is nothing to claim.
    """
    if sent is None or actor.id is None:
        return None
    mine = insert(SentForm).values(user_id=actor.id, token=sent.token, digest=sent.digest)
    try:
        with session.begin_nested():
            return session.execute(mine.returning(SentForm.id)).scalar_one()
    except IntegrityError:
        raise SentBefore from None


def led_to(session: Session, claimed: int | None, noun: type[Base], key: int | None) -> None:
    """Note what came of it, in the same changeset."""
    if claimed is None:
        return
    told = {"table_name": noun.__tablename__, "record_id": key, "changeset_id": open_id(session)}
    session.execute(update(SentForm).where(SentForm.id == claimed).values(told))


def forget_old(session: AnySession) -> None:
    """Let go of what nobody sends any more. Inside a transaction that writes."""
    session.execute(delete(SentForm).where(SentForm.at < utc_now() - KEPT))
