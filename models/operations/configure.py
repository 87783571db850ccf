"""Change the settings of the office: all that are given, or none."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from models import access, settings
from models.access import Looker
from models.errors import Conflict, Problems, Reason
from models.journal import Changeset, Origin, changeset
from models.user import Right

_LOCK = 0x6B64  # any number that nothing else in this database locks


class Overtaken(Conflict):
    """Nothing was set: somebody else changed some of these since they were shown. `now` is what they are, by key."""

    def __init__(self, now: Mapping[str, settings.Value]) -> None:
        first = next(iter(now))
        super().__init__(Reason.CHANGED_MEANWHILE, first, name=settings.KNOWN[first].title)
        self.now = dict(now)


def configure(
    session: Session,
    actor: Looker,
    values: Mapping[str, settings.Value],
    shown: Mapping[str, settings.Value] | None = None,
) -> Changeset:
    """Set these settings, by key. Raises Problems with all that does not fit. An unknown key: KeyError.

    `shown` is what was seen when they were decided on. Raises Overtaken where a setting is neither that nor what is
    wanted; one that `shown` leaves out must be what is wanted.
    """
    access.require(session, actor, Right.SETTINGS)
    misfits = [misfit for key, value in values.items() if (misfit := settings.KNOWN[key].misfit(value))]
    if misfits:
        raise Problems(misfits)
    with changeset(session, actor, "Change settings", origin=Origin.SETTINGS) as kept:
        if session.connection().dialect.name == "postgresql":
            # Two who set one for the first time would each see that there is none.
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if shown is not None:
            _compare(settings.everything(session), values, shown)
        for key, value in values.items():
            settings.put(session, key, value)
    return kept


def _compare(
    now: Mapping[str, settings.Value], wanted: Mapping[str, settings.Value], shown: Mapping[str, settings.Value]
) -> None:
    """Raise Overtaken for what somebody else set to something else meanwhile."""
    moved = {key: now[key] for key, value in wanted.items() if now[key] not in (value, shown.get(key))}
    if moved:
        raise Overtaken(moved)
