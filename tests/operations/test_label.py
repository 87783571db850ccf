"""Labels: put and taken as sets, on one or many; one of a group replaces another."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM
from models.contact import Contact
from models.customer import Customer
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.journal import Change, Changeset, changeset
from models.label import CustomerLabel, Label
from models.operations import label
from models.operations.selection import Selection
from models.user import Right
from tests import factories


def _do(session: Session, noun: Any, chosen: Any, put: Any = (), take: Any = ()) -> Changeset:
    plan = label.plan(session, SYSTEM, noun, chosen, put, take)
    return label.do(session, SYSTEM, noun, chosen, plan.digest, put, take)


def _labels(session: Session, noun: Any, key: int) -> list[str]:
    session.expire_all()
    return [one.name for one in session.get_one(noun, key).labels]


def test_labels_are_put_and_taken_as_sets(session: Session) -> None:
    first, second, third = (factories.label(session, name=name).id for name in ("A", "B", "C"))
    one, two = factories.customer(session).id, factories.customer(session).id
    _do(session, Customer, [one], put=[first, second])
    plan = label.plan(session, SYSTEM, Customer, [one, two], put=[second, third], take=[first])
    assert (plan.count, plan.put, plan.taken, plan.replaced) == (2, 3, 1, 0)
    kept = _do(session, Customer, [one, two], put=[second, third], take=[first])
    assert (_labels(session, Customer, one), _labels(session, Customer, two)) == (["B", "C"], ["B", "C"])
    assert kept.change_count == 4
    assert kept.title.format(**kept.values) == "Label 2 customers"
    kept = _do(session, Customer, [one], put=[first])
    assert kept.title.format(**kept.values) == f"Label customer {session.get_one(Customer, one).name}"


def test_what_is_put_on_and_taken_off_at_once_is_put_on(session: Session) -> None:
    tag, one, two = (
        factories.label(session, name="A").id,
        factories.customer(session).id,
        factories.customer(session).id,
    )
    _do(session, Customer, [one], put=[tag])
    plan = label.plan(session, SYSTEM, Customer, [one, two], put=[tag], take=[tag])
    assert (plan.put, plan.taken) == (1, 0)
    assert _do(session, Customer, [one, two], put=[tag], take=[tag]).change_count == 1


def test_what_would_be_done_by_now_and_was_not_shown_is_not_done(session: Session) -> None:
    group = factories.label_group(session, one_per_record=True).id
    monthly, yearly = (factories.label(session, name=name, group_id=group).id for name in ("Monthly", "Yearly"))
    one = factories.customer(session).id
    plan = label.plan(session, SYSTEM, Customer, [one], put=[yearly])
    _do(session, Customer, [one], put=[monthly])
    with pytest.raises(Conflict) as caught:
        label.do(session, SYSTEM, Customer, [one], plan.digest, put=[yearly])
    assert caught.value.reason is Reason.PLAN_CHANGED
    assert _labels(session, Customer, one) == ["Monthly"]


def test_nothing_is_written_where_nothing_differs(session: Session) -> None:
    tag, one = factories.label(session).id, factories.customer(session).id
    _do(session, Customer, [one], put=[tag])
    before = session.scalar(select(func.count(Change.id)))
    assert _do(session, Customer, [one], put=[tag]).is_empty
    assert session.scalar(select(func.count(Change.id))) == before


def test_contacts_are_labelled_alike(session: Session) -> None:
    tag, one = factories.label(session, name="A").id, factories.contact(session).id
    _do(session, Contact, [one], put=[tag])
    assert _labels(session, Contact, one) == ["A"]


def test_a_label_of_a_group_of_one_replaces_its_siblings(session: Session) -> None:
    group = factories.label_group(session, name="Invoicing", one_per_record=True).id
    free = factories.label(session, name="Free").id
    monthly, yearly = (factories.label(session, name=name, group_id=group).id for name in ("Monthly", "Yearly"))
    one = factories.customer(session).id
    _do(session, Customer, [one], put=[monthly, free])
    assert label.plan(session, SYSTEM, Customer, [one], put=[yearly]).replaced == 1
    _do(session, Customer, [one], put=[yearly])
    assert _labels(session, Customer, one) == ["Free", "Yearly"]
    with pytest.raises(Refused) as caught:
        _do(session, Customer, [one], put=[monthly, yearly])
    assert (caught.value.reason, caught.value.values) == (Reason.ONE_PER_RECORD, {"name": "Invoicing"})


def test_what_may_not_be_edited_is_left_out_and_named(session: Session, cast: Any) -> None:
    tag = factories.label(session).id
    mine, seen, hidden = (factories.customer(session) for _ in range(3))
    locked = factories.customer(session, archived_at=dt.datetime.now(dt.UTC))
    editor = factories.role(session, rights=frozenset({Right.VIEW, Right.EDIT}))
    factories.access(session, mine, editor, cast.charlie)
    factories.access(session, seen, factories.role(session, rights=frozenset({Right.VIEW})), cast.charlie)
    with access.unlocking(session):
        factories.access(session, locked, editor, cast.charlie)
    ids = [mine.id, seen.id, hidden.id, locked.id]
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    plan = label.plan(session, charlie, Customer, ids, put=[tag])
    assert (plan.count, plan.put) == (1, 1)
    assert [(one.id, one.reason) for one in plan.left_out] == [
        (ids[1], Reason.NO_RIGHT),
        (ids[3], Reason.ARCHIVED_IS_LOCKED),
    ]
    label.do(session, charlie, Customer, ids, plan.digest, put=[tag])
    with pytest.raises(NotAllowed):
        label.do(session, charlie, Customer, ids[1:2], plan.digest, put=[tag])
    access.look_as(session, SYSTEM)
    assert session.scalars(select(CustomerLabel.customer_id)).all() == [ids[0]]


def test_a_label_that_is_not_there_is_refused(session: Session) -> None:
    one = factories.customer(session).id
    with pytest.raises(NotFound):
        _do(session, Customer, [one], put=[10**6])


def test_many_thousand_customers_are_labelled_in_few_statements(session: Session) -> None:
    tag = factories.label(session).id

    with changeset(session, SYSTEM, "Many"):
        session.add_all(Customer(number=f"M-{n}", company_name=f"Firm {n}") for n in range(500))
    kept = _do(session, Customer, Selection(query=select(Customer.id)), put=[tag])
    assert kept.change_count == 500
    assert session.scalar(select(func.count(Label.id))) == 1


def test_a_deactivated_contact_is_labelled_like_any_other(session: Session) -> None:
    contact = factories.contact(session, archived_at=dt.datetime.now(dt.UTC))
    chosen = factories.label(session)
    _do(session, Contact, [contact.id], put=[chosen.id])
    assert _labels(session, Contact, contact.id) == [chosen.name]
