"""Remember which sections of the cards somebody keeps folded (TL-06)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Delete, delete

from models.access import Looker
from models.base import AnySession
from models.operations.working import working
from models.user import FoldedSection


def fold(session: AnySession, actor: Looker, section: str, folded: bool) -> None:
    """Keep one section folded from now on, or open."""
    with working(session):
        session.execute(_own(actor).where(FoldedSection.section == section))
        _add(session, actor, [section] if folded else [])


def fold_only(session: AnySession, actor: Looker, sections: Collection[str]) -> None:
    """Keep these sections folded, and all others open."""
    with working(session):
        session.execute(_own(actor))
        _add(session, actor, sections)


def _own(actor: Looker) -> Delete:
    return delete(FoldedSection).where(FoldedSection.user_id == actor.id)


def _add(session: AnySession, actor: Looker, sections: Collection[str]) -> None:
    session.add_all(FoldedSection(user_id=actor.id, section=section) for section in sorted(sections))
    session.flush()
