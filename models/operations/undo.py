"""Take a changeset back, whole or in part: what nobody changed or archived since; the rest stays and is listed.

What was archived already when the changeset reached it is set back to what it was then: that edits nothing.
What a verb keeps up, such as when something was archived, goes back with the whole changeset only.
An undo needs the right of what it does: taking away and bringing back need delete, archiving and restoring archive, and
changing an amount takes the right to see it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import ColumnElement, Select, and_, case, false, func, null, or_, select
from sqlalchemy.orm import Session

from models import access, journal, search
from models.access import Looker
from models.among import one_of
from models.base import EVERYTHING, AnySession, Base, plain
from models.contact import Contact, CustomerContact
from models.customer import Address, Customer
from models.errors import NotAllowed, Reason, Refused
from models.journal import Change, Changeset, Doing, Left, NothingToUndo, Operation, Origin, Tell, Undone, UndoPlan
from models.operations import currency
from models.operations.consequences import allowed, require_unchanged
from models.operations.consequences import digest as digest_of
from models.operations.fields import GOES_BACK_AS_A_WHOLE, KEPT_BY_VERBS, KEYED
from models.project import Project
from models.settings import Setting
from models.user import CustomerAccess, Right

Pair = tuple[str, int]
Along = Callable[[Doing], None]
# So many customers in the way are named in a refusal.
NAMED = 5
# By one of these rights a change is taken back: see `_right`.
TAKES_BACK = (
    Right.EDIT,
    Right.ARCHIVE,
    Right.DELETE,
    Right.MANAGE_CUSTOMER_ROLES,
    *dict.fromkeys(access.OFFICE.values()),
)


def plan(
    session: AnySession,
    actor: Looker,
    changeset_id: int,
    rows: Collection[Pair] | None = None,
    fields: Collection[str] | None = None,
) -> UndoPlan:
    """What taking it back would do, and what it would leave. Refuses what `undo` refuses."""
    _require(session, actor, changeset_id, fields, whole=rows is None and fields is None)
    _require_whole(session, changeset_id, rows, fields)
    found = journal.undo_plan(session, changeset_id, rows=rows, fields=_with_keys(fields), locks=access.LOCKS)
    return replace(found, left=_named(session, found.left))


def digest(plan: UndoPlan) -> str:
    """What stands for a plan as it is shown: how much goes back, and everything that stays."""
    left = [(one.table, one.row, one.field, one.reason.name) for one in plan.left]
    return digest_of(plan.changeset_id, sorted((name, vars(counts)) for name, counts in plan.counts.items()), left)


def undo(
    session: AnySession,
    actor: Looker,
    changeset_id: int,
    rows: Collection[Pair] | None = None,
    fields: Collection[str] | None = None,
    *,
    expected: str | None = None,
    along: Along | None = None,
    tell: Tell | None = None,
) -> Undone:
    """Take it back. NotFound, NotAllowed, Refused when it is undone already or purged, NothingToUndo when all stays.

    `expected` is the digest of the plan that was shown: where it is another by now nothing is taken back (Conflict).
    `along` writes something down in the same transaction, behind all the rest. `tell` hears how far it is.
    """
    _require(session, actor, changeset_id, fields, whole=rows is None and fields is None)
    _require_whole(session, changeset_id, rows, fields)
    session = plain(session)
    original = access.there(session, Changeset, changeset_id)
    is_large = original.change_count > search.LARGE
    try:
        with access.unlocking(session), search.settled_later(session) if is_large else nullcontext():
            done = journal.undo(
                session,
                actor,
                changeset_id,
                rows=rows,
                fields=_with_keys(fields),
                locks=access.LOCKS,
                within=partial(_within_the_rules, original=original, is_large=is_large, expected=expected, along=along),
                only=_only(session, rows, fields),
                tell=tell,
            )
    except NothingToUndo as nothing:
        raise NothingToUndo(_named(session, nothing.left)) from None
    return replace(done, left=_named(session, done.left))


def _only(session: Session, rows: Collection[Pair] | None, fields: Collection[str] | None) -> dict[str, object] | None:
    """Which one field of which table is taken back, where it is one; of settings, whose fields are alike, which one."""
    if fields is None or len(fields) != 1 or rows is None or len({table for table, _ in rows}) != 1:
        return None
    (field,), (table, row) = fields, next(iter(rows))
    if table != Setting.__tablename__:
        return {"table": table, "field": field}
    return {"table": table, "field": field, "setting": session.scalar(select(Setting.key).where(Setting.id == row))}


@contextmanager
def _within_the_rules(
    session: Session, doing: Doing, *, original: Changeset, is_large: bool, expected: str | None, along: Along | None
) -> Iterator[None]:
    """Surrounds the writing of an undo, and looks afterwards whether it breaks what holds for the other verbs."""
    if expected is not None:
        require_unchanged(expected, digest(doing.plan))
    with search.in_bulk(session, doing.id) if is_large else nullcontext():
        yield
    if Address.__tablename__ in doing.written:
        _require_head_offices(session, doing.id)
    if (turned := currency.turned(session, doing.id, original, doing.written)) is not None:
        raise turned
    if along is not None:
        along(replace(doing, plan=replace(doing.plan, left=_named(session, doing.plan.left))))


def _require_head_offices(session: Session, changeset_id: int) -> None:
    """Who has addresses has a head office among them: an undo takes none away without it, as no other verb does."""
    address, change = Address.__table__.c, Change.__table__.c
    touched = select(change.customer_id).where(
        change.changeset_id == changeset_id,
        change.table_name == Address.__tablename__,
        change.before["is_head_office"].as_boolean(),
    )
    without = (
        select(address.customer_id)
        .where(address.customer_id.in_(touched))
        .group_by(address.customer_id)
        .having(func.max(case((address.is_head_office, 1), else_=0)) == 0)
    )
    named = select(Customer.__table__.c.name).where(Customer.__table__.c.id.in_(without)).limit(1)
    if (name := session.scalar(named)) is not None:
        raise Refused(Reason.NO_HEAD_OFFICE_LEFT, name=name)


def _with_keys(fields: Collection[str] | None) -> Collection[str] | None:
    """These fields, and the keys that a record makes of them."""
    if fields is None:
        return None
    return {*fields, *(key for (_, field), key in KEYED.items() if field in fields)}


def _named(session: AnySession, left: Sequence[Left]) -> list[Left]:
    """The same, with what the rows that stay, or are in the way, are called: those that may be seen."""
    wanted: dict[str, set[int]] = {}
    for one in left:
        if one.holder is not None:
            wanted.setdefault(one.holder[0], set()).add(one.holder[1])
    names: dict[Pair, str] = {}
    for noun in (mapper.class_ for mapper in Base.registry.mappers):
        ids = wanted.get(noun.__tablename__)
        if ids and hasattr(noun, "name"):
            rows = session.execute(select(noun.id, noun.name).where(one_of(noun.id, ids)))
            names |= {(noun.__tablename__, key): name for key, name in rows}
    unnamed = _called(session, left)
    return [
        replace(
            one,
            name=one.name or unnamed.get((one.table, one.row)),
            holder_name=None if one.holder is None else names.get(one.holder),
        )
        for one in left
    ]


def _called(session: AnySession, left: Sequence[Left]) -> dict[Pair, str]:
    """Of rows that have no name of their own what people know them by: an address by its place, a link by its contact."""
    wanted: dict[str, set[int]] = {}
    for one in left:
        if one.name is None:
            wanted.setdefault(one.table, set()).add(one.row)
    found: dict[Pair, str] = {}
    if ids := wanted.get(Address.__tablename__):
        for address in session.scalars(select(Address).where(one_of(Address.id, ids))):
            found[Address.__tablename__, address.id] = str(address)
    if ids := wanted.get(CustomerContact.__tablename__):
        links = select(CustomerContact.id, Contact.name).join(Contact).where(one_of(CustomerContact.id, ids))
        found |= {(CustomerContact.__tablename__, key): name for key, name in session.execute(links)}
    return found


def may_take_back(session: AnySession, actor: Looker) -> bool:
    """Whether somebody holds any right, wherever, by which something can be taken back."""
    return any(access.may_somewhere(session, actor, right) for right in TAKES_BACK)


@dataclass(frozen=True)
class Able:
    """What somebody may take back of an event: which of the changes that are shown, and whether the whole of it."""

    changes: frozenset[int] = frozenset()
    whole: bool = False


def can_be_taken_back(
    session: AnySession, actor: Looker, events: Sequence[tuple[Changeset | None, Sequence[Change]]]
) -> list[Able]:
    """Of each event what somebody may take back, as far as its given changes tell: in one query at most.

    Where it holds more than those, its whole is for who did it, or holds everywhere what these take; `plan` looks at all.
    """
    if not may_take_back(session, actor):
        return [Able() for _ in events]
    touched = [[_touched(change) for change in changes] for _, changes in events]
    customers = {one.customer_id for its in touched for one in its if one.customer_id is not None}
    contacts = {one.contact_id for its in touched for one in its if one.contact_id is not None}
    on_contact = access.look_ahead(session, actor, customers, contacts)

    def is_able(one: Touched, right: Right) -> bool:
        if right in actor.everywhere or one.table in access.OFFICE or one.customer_id is not None:
            return access.may(session, actor, right, one.customer_id)
        return one.contact_id is not None and right in on_contact[one.contact_id]

    found = []
    for (kept, changes), its in zip(events, touched, strict=True):
        is_own = kept is not None and kept.user_id is not None and kept.user_id == actor.id
        needed = [_right(one, is_own) for one in its]
        able = frozenset(
            change.id for change, one, right in zip(changes, its, needed, strict=True) if is_able(one, right)
        )
        is_all = kept is None or is_own or kept.change_count <= len(changes) or actor.everywhere.issuperset(needed)
        found.append(Able(able, is_all and bool(able) and len(able) == len(changes)))
    return found


def _touched(change: Change) -> Touched:
    """What one change did, as far as rights go: the same that `touched_by` asks the database."""
    before, after = change.before or {}, change.after or {}
    moved = {key for key in after if before.get(key) != after[key]} if change.operation is Operation.UPDATE else set()
    return Touched(
        change.table_name,
        change.operation,
        change.customer_id,
        change.contact_id if change.customer_id is None else None,
        change.table_name in WHOLE and "archived_at" in moved,
        not moved.isdisjoint(access.AMOUNTS.get(change.table_name, ())),
    )


def is_about_rights(session: AnySession, changeset_id: int) -> bool:
    """Whether a changeset, as far as it may be seen, changed who may what.

    People, teams, roles, or a role given on a customer; not the roles that went or came back with their customer.
    """
    change = Change.__table__.c

    def touched(*tables: str) -> ColumnElement[bool]:
        return select(change.id).where(change.changeset_id == Changeset.id, change.table_name.in_(tables)).exists()

    staff = touched(*(table for table, right in access.OFFICE.items() if right is Right.MANAGE_USERS))
    given = touched(CustomerAccess.__tablename__) & ~touched(Customer.__tablename__)
    found = select(Changeset.id).where(Changeset.id == changeset_id, or_(staff, given))
    return session.execute(found).first() is not None


# Records that stand on their own: taking them away, or bringing them back, is deleting or its opposite.
WHOLE = frozenset({Customer.__tablename__, Contact.__tablename__, Project.__tablename__})


@dataclass(frozen=True)
class Touched:
    """What a changeset did, as far as rights go: one of these stands for all rows alike."""

    table: str
    operation: Operation
    customer_id: int | None
    contact_id: int | None
    is_archiving: bool
    changes_amount: bool


def _require(
    session: AnySession, actor: Looker, changeset_id: int, fields: Collection[str] | None, *, whole: bool
) -> None:
    """The rights of the inverse verb: what an undo removes or brings back needs delete, what it archives, archive.

    Who made a record may take it back by the right to edit, and who deleted one, or brought it back, by the right to
    delete it, and who gave up their own say over roles takes that back. A changeset that may not be seen is not there.
    """
    kept = access.there(session, Changeset, changeset_id)
    if actor.is_system:
        return
    about, is_own = Change.changeset_id == changeset_id, kept.user_id is not None and kept.user_id == actor.id
    if kept.change_count > search.LARGE:
        # Whose they are matters only to who may not do this everywhere, and takes long to tell of ten thousands.
        kinds = touched_by(session, about, fields, EVERYTHING, whose=False)
        if _needed(kinds, is_own).keys() <= actor.everywhere:
            return
    touched = touched_by(session, about, fields, EVERYTHING)
    if is_own and whole and any(map(_is_record, touched)) and _is_about_deleting(session, kept):
        _require_as_deleted(session, actor, changeset_id, touched)
    else:
        roles = [one for one in touched if one.table == CustomerAccess.__tablename__]
        manages = Right.MANAGE_CUSTOMER_ROLES
        given_up = access.given_up(session, actor, manages, changeset_id) if is_own and roles else ()
        own = [one for one in roles if one.customer_id in given_up]
        require_each(session, actor, [one for one in touched if one not in own], is_own)


def _require_whole(
    session: AnySession, changeset_id: int, rows: Collection[Pair] | None, fields: Collection[str] | None
) -> None:
    """What a verb keeps up tells of all that it did, so a part of that is not taken back by itself."""
    if fields is not None:
        is_torn = not GOES_BACK_AS_A_WHOLE.isdisjoint(fields)
    elif rows is not None:
        keys: dict[str, set[int]] = {}
        for table, key in rows:
            keys.setdefault(table, set()).add(key)
        found = select(Change.id).where(
            Change.changeset_id == changeset_id,
            Change.operation == Operation.UPDATE,
            or_(
                false(), *(and_(Change.table_name == table, one_of(Change.row_id, ids)) for table, ids in keys.items())
            ),
            or_(*map(_changed, sorted(KEPT_BY_VERBS))),
        )
        is_torn = session.execute(found.limit(1), execution_options=EVERYTHING).first() is not None
    else:
        is_torn = False
    if is_torn:
        raise Refused(Reason.GOES_BACK_AS_A_WHOLE)


def touched_by(
    session: AnySession,
    about: ColumnElement[bool],
    fields: Collection[str] | None,
    options: Mapping[str, bool],
    *,
    whose: bool = True,
) -> Sequence[Touched]:
    """What these changes did, or these fields of them, as far as rights go; `options` are those of the statement.

    `whose`: with the customer or contact each is about.
    """
    is_update = Change.operation == Operation.UPDATE
    is_archiving = and_(is_update, Change.table_name.in_(WHOLE), _changed("archived_at"))
    changes_amount = and_(is_update, or_(false(), *_changed_amounts(fields)))
    # Only a contact is asked for itself; of the rest the customer decides.
    contact = case((Change.customer_id.is_(None), Change.contact_id))
    owners = (Change.customer_id, contact) if whose else (null(), null())
    found = session.execute(
        select(Change.table_name, Change.operation, *owners, is_archiving, changes_amount).where(about).distinct(),
        execution_options=options,
    )
    return [Touched(*row) for row in found]


def _changed(column: str) -> ColumnElement[bool]:
    changed: ColumnElement[bool] = Change.before[column].as_string().is_distinct_from(Change.after[column].as_string())
    return changed


def _changed_amounts(fields: Collection[str] | None) -> Iterator[ColumnElement[bool]]:
    """Of each amount that may be set back, whether it was changed: all of them, or those among the fields asked for."""
    for table, columns in access.AMOUNTS.items():
        for column in columns if fields is None else columns.intersection(fields):
            yield and_(Change.table_name == table, _changed(column))


def _is_about_deleting(session: AnySession, kept: Changeset) -> bool:
    """Whether it is a delete, or took one back, or did it again, however often."""
    origin, undoes_id = kept.origin, kept.undoes_id
    while undoes_id is not None:
        before = select(Changeset.origin, Changeset.undoes_id).where(Changeset.id == undoes_id)
        origin, undoes_id = session.execute(before, execution_options=EVERYTHING).one()
    return origin is Origin.DELETE


def _is_record(one: Touched) -> bool:
    """Whether a record came or went by itself, not along with another."""
    return one.operation is not Operation.UPDATE and (one.table in WHOLE or one.table in access.OFFICE)


def _require_as_deleted(session: AnySession, actor: Looker, changeset_id: int, touched: Iterable[Touched]) -> None:
    """What deleting took, for the records that went: on a customer that is gone as its roles stood until then.

    The rest went along with them, and comes back with them.
    """
    records = list(filter(_is_record, touched))
    for right in {access.OFFICE[one.table] for one in records if one.table in access.OFFICE}:
        access.require(session, actor, right)
    if access.may(session, actor, Right.DELETE):
        return
    customers = {one.customer_id for one in records if one.customer_id is not None}
    contacts = {one.contact_id for one in records if one.contact_id is not None}
    links = session.execute(_links(changeset_id, contacts)).all()
    customers |= {customer for customer, _ in links if customer is not None}
    held = {*access.split(session, actor, Right.DELETE, customers)[0]}
    held |= access.held_until(session, actor, Right.DELETE, changeset_id)
    if customers - held or contacts - {contact for _, contact in links}:
        raise NotAllowed(Reason.NO_RIGHT, right=Right.DELETE)


def _links(changeset_id: int, contacts: Iterable[int]) -> Select[int | None, int | None]:
    """Of which customers, as far as they are still there, these contacts were until this changeset took them away."""
    change = Change.__table__.c
    return select(change.customer_id, change.contact_id).where(
        change.changeset_id == changeset_id,
        change.table_name == CustomerContact.__tablename__,
        one_of(change.contact_id, contacts),
        change.customer_id.in_(select(Customer.__table__.c.id)),
    )


def require_each(session: AnySession, actor: Looker, touched: Iterable[Touched], is_own: bool) -> None:
    """For each change the right of its opposite, where it was made."""
    for right, changes in _needed(touched, is_own).items():
        if not access.may(session, actor, right):
            _require_at(session, actor, right, changes)


def _needed(touched: Iterable[Touched], is_own: bool) -> dict[Right, list[Touched]]:
    """By right the changes that it takes to take them back."""
    needed: dict[Right, list[Touched]] = {}
    for one in touched:
        needed.setdefault(_right(one, is_own), []).append(one)
        if one.changes_amount:
            needed.setdefault(Right.SEE_REVENUE, []).append(one)
    return needed


def _require_at(session: AnySession, actor: Looker, right: Right, changes: Sequence[Touched]) -> None:
    """A right where these changes were made. What is nobody's, or gone, takes it everywhere."""
    if any(one.table in access.OFFICE or (one.customer_id is None and one.contact_id is None) for one in changes):
        raise NotAllowed(Reason.NO_RIGHT, right=right)
    customers = {one.customer_id for one in changes if one.customer_id is not None}
    contacts = {one.contact_id for one in changes if one.contact_id is not None}
    without = access.split(session, actor, right, customers)[1]
    if without or allowed(plain(session), actor, Contact, contacts, right) != contacts:
        raise _not_allowed(session, actor, right, without)


def _not_allowed(session: AnySession, actor: Looker, right: Right, customers: Collection[int]) -> NotAllowed:
    """That a right is missing, and to who holds it elsewhere on what: the customers, as far as they may be seen."""
    if not access.may_somewhere(session, actor, right):
        return NotAllowed(Reason.NO_RIGHT, right=right)
    seen = select(Customer.name).where(one_of(Customer.id, customers)).order_by(Customer.name_key).limit(NAMED + 1)
    names = list(session.scalars(seen))
    if not names:
        return NotAllowed(Reason.NO_RIGHT_ON_OTHERS, right=right)
    return NotAllowed(Reason.NO_RIGHT_AT, right=right, name=", ".join(names[:NAMED] + ["…"] * (len(names) > NAMED)))


def _right(one: Touched, is_own: bool) -> Right:
    """The right that taking this change back needs."""
    if one.table in access.OFFICE:
        return access.OFFICE[one.table]
    if one.table == CustomerAccess.__tablename__:
        return Right.MANAGE_CUSTOMER_ROLES
    if one.is_archiving:
        return Right.ARCHIVE
    made_by_another = one.operation is Operation.INSERT and not is_own
    if one.table in WHOLE and (one.operation is Operation.DELETE or made_by_another):
        return Right.DELETE
    return Right.EDIT
