"""Take a changeset back, whole or in part: what nobody changed since; the rest stays and is listed.

An undo needs the right of what it does: taking away and bringing back need delete, archiving and restoring archive.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, scoped_session

from models import access, journal
from models.access import Looker
from models.base import EVERYTHING
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Reason, Refused
from models.journal import Change, Changeset, Operation, Undone, UndoPlan
from models.journal.context import plain
from models.operations.selection import one_of
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


# Records that stand on their own: taking them away, or bringing them back, is deleting or its opposite.
WHOLE = frozenset({"customer", "contact", "project"})


def _require(session: AnySession, actor: Looker, changeset_id: int) -> None:
    """The rights of the inverse verb: what an undo removes or brings back needs delete, what it archives, archive.

    Who made a record may take it back by the right to edit. What is archived stays as it is, unless the changeset is
    about that. A changeset that may not be seen is not there.
    """
    kept = session.scalar(select(Changeset).where(Changeset.id == changeset_id))
    if kept is None:
        raise NotFound
    if actor.is_system:
        return
    is_own = kept.user_id is not None and kept.user_id == actor.id
    archived = Change.before["archived_at"].as_string().is_distinct_from(Change.after["archived_at"].as_string())
    touched = session.execute(
        select(
            Change.table_name,
            Change.operation,
            Change.customer_id,
            and_(Change.operation == Operation.UPDATE, Change.table_name.in_(WHOLE), archived),
        )
        .where(Change.changeset_id == changeset_id)
        .distinct(),
        execution_options=EVERYTHING,
    ).all()
    needed: dict[Right, set[int | None]] = {}
    edited: set[int] = set()
    turned: set[int | None] = set()
    for table, operation, customer, is_archiving in touched:
        right = _right(table, operation, is_own, bool(is_archiving))
        needed.setdefault(right, set()).add(None if table in NEEDED else customer)
        if right is Right.EDIT and customer is not None:
            edited.add(customer)
        if is_archiving or (operation is not Operation.UPDATE and table == "customer"):
            turned.add(customer)
    for right, customers in needed.items():
        _require_on(session, actor, right, customers)
    _refuse_archived(session, edited - turned)


def _right(table: str, operation: Operation, is_own: bool, is_archiving: bool) -> Right:
    """The right that taking this change back needs."""
    if table in NEEDED:
        return NEEDED[table]
    if table == "customer_access":
        return Right.MANAGE_CUSTOMER_ROLES
    if is_archiving:
        return Right.ARCHIVE
    if table in WHOLE and (operation is Operation.DELETE or (operation is Operation.INSERT and not is_own)):
        return Right.DELETE
    return Right.EDIT


def _require_on(session: AnySession, actor: Looker, right: Right, customers: set[int | None]) -> None:
    if access.may(session, actor, right):
        return
    ids = sorted(customer for customer in customers if customer is not None)
    # What belongs to no customer, or to one that is gone with its roles, takes the right everywhere.
    if None in customers or len(access.split(session, actor, right, ids)[0]) < len(ids):
        raise NotAllowed(Reason.NO_RIGHT, right=right)


def _refuse_archived(session: AnySession, customers: set[int]) -> None:
    """What is archived can only be read, by way of an undo too."""
    name = session.scalar(
        select(Customer.name).where(one_of(Customer.id, customers), Customer.archived_at.is_not(None)).limit(1)
    )
    if name is not None:
        raise Refused(Reason.ARCHIVED_IS_LOCKED, name=name)
