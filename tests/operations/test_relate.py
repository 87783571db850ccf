"""Relations below the pages: what goes along with a customer, and what becomes of their kinds."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import Looker
from models.connection import Connection
from models.customer import Customer
from models.errors import Problems, Reason
from models.operations import archive, delete, merge_values, undo
from models.operations.save import save
from models.settings import ListValue, ValueList
from tests import factories


def kind(session: Session, name: str, other: str | None = None) -> ListValue:
    return factories.list_value(session, ValueList.RELATION_KIND, name, other_name=other)


def test_TL_39_a_deleted_customer_takes_the_relations_of_both_sides_along_and_brings_them_back(
    session: Session, dana: Looker
) -> None:
    of = kind(session, "accountant of", "client of")
    gone, shop, books = (factories.customer(session) for _ in range(3))
    factories.relation(session, gone, shop, of)
    factories.relation(session, books, gone, of)
    stays = factories.relation(session, books, shop, of).id
    archive.do(session, dana, Customer, [gone.id], archive.plan(session, dana, Customer, [gone.id]).digest)
    plan = delete.plan(session, dana, Customer, [gone.id])
    assert {branch.key: branch.count for branch in plan.branches}["connection"] == 2
    done = delete.do(session, dana, Customer, [gone.id], plan.digest, plan.confirm)
    assert session.scalars(select(Connection.id)).all() == [stays]
    assert undo.undo(session, dana, done.id).left == []
    assert len(session.scalars(select(Connection.id)).all()) == 3


def test_kinds_are_merged_renamed_and_retired_and_no_relation_stands_there_twice(
    session: Session, dana: Looker
) -> None:
    books_of, audits = kind(session, "bookkeeper of", "client of"), kind(session, "audits", "audited by")
    shop, books, other = (factories.customer(session) for _ in range(3))
    first = factories.relation(session, books, shop, books_of).id
    same = factories.relation(session, shop, books, audits, is_reversed=True).id
    alone = factories.relation(session, books, other, audits).id
    plan = merge_values.plan(session, dana, [audits.id], books_of.id)
    assert (plan.records, plan.twice) == (1, 1)
    done = merge_values.do(session, dana, [audits.id], books_of.id, plan.digest)
    session.expire_all()
    assert {one.id: one.kind_id for one in session.scalars(select(Connection))} == {
        first: books_of.id,
        alone: books_of.id,
    }
    assert undo.undo(session, dana, done.id).left == []
    session.expire_all()
    assert {one.id for one in session.scalars(select(Connection)) if one.kind_id == audits.id} == {same, alone}
    save(session, dana, ListValue, audits.id, {"name": "auditor of", "other_name": "checked by", "retired": True})
    session.expire_all()
    relation = session.get_one(Connection, alone)
    assert (relation.read_by(relation.customer)[0], relation.read_by(other)[0]) == ("auditor of", "checked by")
    with pytest.raises(Problems) as problems:
        save(session, dana, Connection, first, {"kind_id": audits.id})
    assert problems.value.problems[0].reason is Reason.NOT_FOUND


def test_a_value_of_another_list_is_no_kind_of_relation(session: Session, dana: Looker) -> None:
    status = factories.list_value(session, ValueList.STATUS, "Lead")
    one, two = factories.customer(session), factories.customer(session)
    with pytest.raises(Problems) as problems:
        save(
            session,
            dana,
            Connection,
            None,
            {"customer_id": one.id, "other_customer_id": two.id, "kind_id": status.id},
        )
    assert [(one.reason, one.field) for one in problems.value.problems] == [(Reason.NOT_FOUND, "kind_id")]


def test_TL_39_only_the_same_said_twice_is_the_same_relation_from_whichever_side(
    session: Session, dana: Looker
) -> None:
    supplies, partner = kind(session, "supplier of", "customer of"), kind(session, "partner of")
    one, two = factories.customer(session), factories.customer(session)
    contact = factories.contact(session)

    def relate(first: Customer, second: object, of: ListValue, *, is_reversed: bool = False) -> bool:
        side = "contact_id" if second is contact else "other_customer_id"
        values = {"customer_id": first.id, side: second.id, "kind_id": of.id, "is_reversed": is_reversed}
        try:
            save(session, dana, Connection, None, values)
        except Problems as problems:
            assert [problem.reason for problem in problems.problems] == [Reason.ALREADY_RELATED]
            return False
        return True

    assert relate(one, two, supplies)
    assert not relate(one, two, supplies)
    assert not relate(two, one, supplies, is_reversed=True)
    # They supply each other.
    assert relate(two, one, supplies)
    assert not relate(one, two, supplies, is_reversed=True)
    assert relate(one, two, partner)
    assert not relate(two, one, partner)
    assert not relate(one, two, partner, is_reversed=True)
    assert relate(one, contact, supplies)
    assert not relate(one, contact, supplies)
    assert relate(one, contact, supplies, is_reversed=True)


def test_a_merge_of_kinds_keeps_relations_that_say_something_else(session: Session, dana: Looker) -> None:
    supplies, sells = kind(session, "supplier of", "customer of"), kind(session, "sells to", "buys from")
    one, two = factories.customer(session), factories.customer(session)
    there, back = (
        factories.relation(session, *ends, of).id for ends, of in (((one, two), supplies), ((two, one), sells))
    )
    plan = merge_values.plan(session, dana, [sells.id], supplies.id)
    assert (plan.records, plan.twice) == (1, 0)
    merge_values.do(session, dana, [sells.id], supplies.id, plan.digest)
    session.expire_all()
    assert {row.id: row.kind_id for row in session.scalars(select(Connection))} == {
        there: supplies.id,
        back: supplies.id,
    }
