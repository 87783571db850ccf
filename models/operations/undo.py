"""Take a changeset back, whole or in part: what nobody changed since; the rest stays and is listed.

Who may make a change may take it back: what it touched says which rights that needs.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from models import access, journal
from models.access import Looker
from models.base import EVERYTHING
from models.errors import NotAllowed, NotFound, Reason
from models.journal import Change, Changeset, Undone, UndoPlan
from models.journal.context import plain
from models.user import Right

AnySession = Session | scoped_session[Session]
Pair = tuple[str, int]

# Tables whose rows belong to no customer; everything else is edited by right of its customer or contact.
NEEDED = {
    "user": Right.MANAGE_USERS,
    "team": Right.MANAGE_USERS,
    "team_member": Right.MANAGE_USERS,
    "role": Right.MANAGE_USERS,
    "label": Right.MANAGE_LISTS,
    "label_group": Right.MANAGE_LISTS,
    "list_value": Right.MANAGE_LISTS,
    "setting": Right.SETTINGS,
}


def plan(
    session: AnySession,
    actor: Looker,
    changeset_id: int,
    rows: Iterable[Pair] | None = None,
    fields: Iterable[str] | None = None,
) -> UndoPlan:
    """What taking it back would do, and what it would leave. Refuses what `undo` refuses."""
    _require(session, actor, changeset_id)
    return journal.undo_plan(session, changeset_id, rows=rows, fields=fields)


def undo(
    session: AnySession,
    actor: Looker,
    changeset_id: int,
    rows: Iterable[Pair] | None = None,
    fields: Iterable[str] | None = None,
) -> Undone:
    """Take it back. NotFound, NotAllowed, or Refused when it is undone already, purged, or nothing is left of it."""
    _require(session, actor, changeset_id)
    with access.unlocking(plain(session)):
        return journal.undo(session, actor, changeset_id, rows=rows, fields=fields)


def _require(session: AnySession, actor: Looker, changeset_id: int) -> None:
    """The rights that the changeset's changes need, each kind asked once."""
    known = session.scalar(select(Changeset.id).where(Changeset.id == changeset_id), execution_options=EVERYTHING)
    if known is None:
        raise NotFound
    touched = session.execute(
        select(Change.table_name, Change.customer_id, Change.contact_id)
        .where(Change.changeset_id == changeset_id)
        .distinct(),
        execution_options=EVERYTHING,
    ).all()
    wide = {NEEDED.get(table) for table, customer, _ in touched if table in NEEDED or customer is None}
    for right in wide:
        access.require(session, actor, right or Right.EDIT)
    customers = {customer for table, customer, _ in touched if customer is not None and table not in NEEDED}
    grants = {customer for table, customer, _ in touched if customer is not None and table == "customer_access"}
    for right, ids in ((Right.EDIT, customers), (Right.MANAGE_CUSTOMER_ROLES, grants)):
        if not ids or access.may(session, actor, right):
            continue
        # A customer that is gone has no roles left: then only a right held everywhere counts.
        allowed, _refused = access.split(session, actor, right, sorted(ids))
        if len(allowed) < len(ids):
            raise NotAllowed(Reason.NO_RIGHT, right=right)
