"""Take in what was changed from outside, so that it can be taken back like anything else. It changes nothing by itself."""

from __future__ import annotations

from sqlalchemy import and_

from models import journal
from models.access import Looker
from models.base import AnySession
from models.errors import NotFound
from models.journal import Change, Changeset
from models.operations.undo import require_each, touched_by


def adopt(session: AnySession, actor: Looker, first_id: int, last_id: int) -> Changeset:
    """The changes from outside between these two, as far as they may be seen, as a changeset to undo.

    NotFound where there are none; NotAllowed to who may not take them back.
    """
    ids = journal.outside_ids(session, first_id, last_id)
    if not ids:
        raise NotFound
    of_these = and_(Change.changeset_id.is_(None), Change.id.between(first_id, last_id))
    require_each(session, actor, touched_by(session, of_these, None, {}), is_own=False)
    return journal.adopt(session, ids)
