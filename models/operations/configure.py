"""Change the settings of the office: all that are given, or none."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from models import access, settings
from models.access import Looker
from models.errors import Problems
from models.journal import Changeset, Origin, changeset
from models.user import Right


def configure(session: Session, actor: Looker, values: Mapping[str, settings.Value]) -> Changeset:
    """Set these settings, by key. Raises Problems with all that does not fit. An unknown key: KeyError."""
    access.require(session, actor, Right.SETTINGS)
    misfits = [misfit for key, value in values.items() if (misfit := settings.KNOWN[key].misfit(value))]
    if misfits:
        raise Problems(misfits)
    with changeset(session, actor, "Change settings", origin=Origin.SETTINGS) as kept:
        for key, value in values.items():
            settings.put(session, key, value)
    return kept
