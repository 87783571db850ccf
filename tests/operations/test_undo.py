"""Undo asks for the right of what it does, and leaves the archived alone."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Reason, Refused
from models.operations import archive, delete, undo
from models.operations.save import save
from models.user import Role, User
from tests import factories
from tests.conftest import Cast


@pytest.fixture
def editor(session: Session) -> Looker:
    """Somebody who edits everywhere, and may neither archive nor delete."""
    role = session.query(Role).filter(Role.name == "Editor").one()
    user = factories.user(session, name="Erik", role_id=role.id)
    return access.looker_for(session, session.get_one(User, user.id))


def archived(session: Session, actor: Looker, customer: Customer) -> int:
    plan = archive.plan(session, actor, Customer, [customer.id])
    return archive.do(session, actor, Customer, [customer.id], plan.digest).id


def test_who_may_not_archive_may_not_undo_an_archive(session: Session, alice: Looker, editor: Looker) -> None:
    customer = factories.customer(session)
    changeset = archived(session, alice, customer)
    with pytest.raises(NotAllowed):
        undo.undo(session, editor, changeset)
    undo.undo(session, alice, changeset)
    session.expire_all()
    assert session.get_one(Customer, customer.id).archived_at is None


def test_who_may_not_delete_may_not_undo_what_somebody_else_made(
    session: Session, alice: Looker, editor: Looker
) -> None:
    made = save(session, alice, Customer, None, {"kind": "business", "company_name": "Nieuw B.V."})
    assert made.changeset is not None
    with pytest.raises(NotAllowed):
        undo.undo(session, editor, made.changeset.id)
    assert session.get(Customer, made.record.id) is not None


def test_who_made_a_record_may_take_it_back(session: Session, editor: Looker) -> None:
    made = save(session, editor, Customer, None, {"kind": "business", "company_name": "Eigen B.V."})
    key = made.record.id
    assert made.changeset is not None
    undo.undo(session, editor, made.changeset.id)
    session.expire_all()
    assert session.get(Customer, key) is None


def test_who_may_not_delete_may_not_bring_back_or_redo(session: Session, alice: Looker, editor: Looker) -> None:
    customer = factories.customer(session)
    archived(session, alice, customer)
    plan = delete.plan(session, alice, Customer, [customer.id])
    deleted = delete.do(session, alice, Customer, [customer.id], plan.digest, typed=plan.confirm).id
    with pytest.raises((NotAllowed, NotFound)):
        undo.undo(session, editor, deleted)
    restored = undo.undo(session, alice, deleted).changeset.id
    with pytest.raises(NotAllowed):
        undo.undo(session, editor, restored)


def test_an_edit_of_what_is_archived_by_now_stays(session: Session, alice: Looker, editor: Looker) -> None:
    customer = factories.customer(session, phone="1")
    changed = save(session, editor, Customer, customer.id, {"phone": "2"})
    archived(session, alice, customer)
    assert changed.changeset is not None
    with pytest.raises(Refused) as refused:
        undo.undo(session, editor, changed.changeset.id)
    assert refused.value.reason is Reason.ARCHIVED_IS_LOCKED
    session.expire_all()
    assert session.get_one(Customer, customer.id).phone == "2"


def test_a_changeset_that_may_not_be_seen_is_not_there(session: Session, alice: Looker, cast: Cast) -> None:
    customer = factories.customer(session)
    changed = save(session, alice, Customer, customer.id, {"phone": "2"})
    charlie = access.looker_for(session, cast.charlie)
    assert changed.changeset is not None
    access.look_as(session, charlie)
    with pytest.raises(NotFound):
        undo.undo(session, charlie, changed.changeset.id)
