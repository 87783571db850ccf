"""What hides rows is compiled once for all who see alike, and never with the values of somebody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models import access
from models.access import Looker
from models.customer import Address, Customer
from models.user import CustomerAccess, Right
from tests import factories


class Seen:
    """Two people with the same role, each on a customer of their own with an address, and one on a third by a team."""

    def __init__(self, session: Session) -> None:
        self.session = session
        role = factories.role(session, rights=frozenset({"view"}))
        people, customers = [], []
        for name in ("Erik", "Fien", "Guus"):
            person, customer = factories.user(session, name=name), factories.customer(session)
            factories.address(session, customer)
            holder = factories.team(session, person) if name == "Guus" else person
            factories.access(session, customer, role, holder)
            people.append(person)
            customers.append(customer)
        self.lookers = [access.looker_for(session, person) for person in people]
        self.ids = [customer.id for customer in customers]
        session.commit()
        session.expunge_all()

    def by(self, looker: Looker) -> Session:
        self.session.rollback()
        self.session.expunge_all()
        access.look_as(self.session, looker)
        return self.session


@pytest.fixture
def seen(session: Session) -> Seen:
    return Seen(session)


def test_each_sees_their_own_however_often_another_was_before_them(seen: Seen) -> None:
    for _ in range(2):
        for looker, own in zip(seen.lookers, seen.ids, strict=True):
            query = select(Customer).options(selectinload(Customer.addresses))
            found = seen.by(looker).scalars(query).all()
            assert [customer.id for customer in found] == [own]
            assert [address.customer_id for address in found[0].addresses] == [own]
            assert seen.session.scalars(select(Address.customer_id)).all() == [own]


def test_a_relationship_that_is_loaded_later_is_narrowed_for_who_looks_then(seen: Seen) -> None:
    for looker, own in zip(seen.lookers, seen.ids, strict=True):
        customer = seen.by(looker).get_one(Customer, own)
        assert [address.customer_id for address in customer.addresses] == [own]
        assert seen.session.get(Customer, next(key for key in seen.ids if key != own)) is None


def test_who_asks_what_another_may_gets_the_answer_about_the_other(seen: Seen, dana: Looker) -> None:
    """The condition of the question looks like that by which rows are hidden; its values are those of the question."""
    first, second, _ = seen.lookers
    for asker, expected in ((first, seen.ids[0]), (second, None), (first, seen.ids[0])):
        given = access.granted(first, Right.VIEW)
        assert given is not None
        session = seen.by(asker)
        assert session.scalar(select(Customer.id).where(Customer.id.in_(given))) == expected
    for key, person in zip(seen.ids[:2], seen.lookers[:2], strict=True):
        asked = select(CustomerAccess.customer_id).where(CustomerAccess.user_id == person.id)
        assert seen.by(dana).scalars(asked).all() == [key]
        assert seen.by(first).scalars(asked).all() == ([key] if key == seen.ids[0] else [])


def test_a_statement_is_compiled_once_for_all_who_see_alike(seen: Seen) -> None:
    erik, fien, guus = seen.lookers
    known: dict[object, object] = {}  # its own: that of the engine is shared, and thrown away in part when it is full
    query = select(Customer.number, Customer.email).order_by(Customer.email)
    grown = []
    for looker in (erik, fien, guus):
        before = len(known)
        session = seen.by(looker)
        session.connection(execution_options={"compiled_cache": known})
        session.execute(query).all()
        session.execute(query).all()
        grown.append(len(known) - before)
    assert grown == [1, 0, 1], "who sees by a team is asked for in another way"
