"""Addresses of a customer: exactly one head office, one for invoices at most, and none is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import access, settings
from models.access import Looker
from models.contact import CustomerContact
from models.customer import Address, Customer
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.journal import Kept, NothingToUndo, changeset, touches
from models.operations import archive, mark_address, remove, undo
from models.operations.mark_address import Mark
from models.operations.save import save
from tests import factories
from tests.conftest import Cast


def add(session: Session, actor: Looker, customer: Customer, city: str) -> int:
    return save(session, actor, Address, None, {"customer_id": customer.id, "city": city}).record.id


def marks(session: Session, customer: Customer) -> list[tuple[str | None, bool, bool]]:
    session.expire_all()
    rows = session.scalars(select(Address).where(Address.customer_id == customer.id).order_by(Address.id))
    return [(row.city, row.is_head_office, row.is_invoice) for row in rows]


def mark(session: Session, actor: Looker, address: int, which: Mark) -> int:
    return mark_address.do(
        session, actor, [address], which, mark_address.plan(session, actor, [address], which).digest
    ).id


def test_VS_19_the_first_address_is_the_head_office_and_the_next_is_not(session: Session, alice: Looker) -> None:
    customer = factories.customer(session)
    add(session, alice, customer, "Assen")
    add(session, alice, customer, "Breda")
    assert marks(session, customer) == [("Assen", True, False), ("Breda", False, False)]


def test_VS_21_the_head_office_moves_and_an_undo_moves_it_back(session: Session, alice: Looker) -> None:
    customer = factories.customer(session)
    add(session, alice, customer, "Assen")
    breda = add(session, alice, customer, "Breda")
    plan = mark_address.plan(session, alice, [breda], Mark.HEAD_OFFICE)
    assert (plan.name, plan.now) == ("Breda", "Assen")
    done = mark(session, alice, breda, Mark.HEAD_OFFICE)
    assert marks(session, customer) == [("Assen", False, False), ("Breda", True, False)]
    assert undo.undo(session, alice, done).left == []
    assert marks(session, customer) == [("Assen", True, False), ("Breda", False, False)]


def test_VS_19_the_head_office_moves_back_as_a_whole_only(session: Session, alice: Looker) -> None:
    customer = factories.customer(session)
    assen, breda = add(session, alice, customer, "Assen"), add(session, alice, customer, "Breda")
    done = mark(session, alice, breda, Mark.HEAD_OFFICE)
    now = marks(session, customer)
    for address in (assen, breda):
        with pytest.raises(Refused) as refused:
            undo.undo(session, alice, done, [("address", address)], ["is_head_office"])
        assert refused.value.reason is Reason.GOES_BACK_AS_A_WHOLE
    with pytest.raises(Refused) as refused:
        undo.undo(session, alice, done, [("address", breda)])
    assert refused.value.reason is Reason.NO_HEAD_OFFICE_LEFT
    assert marks(session, customer) == now


def test_VS_19_an_undo_takes_no_head_office_away_from_the_other_addresses(session: Session, alice: Looker) -> None:
    customer = factories.customer(session)
    first = save(session, alice, Address, None, {"customer_id": customer.id, "city": "Assen"}).changeset
    assert first is not None
    add(session, alice, customer, "Breda")
    with pytest.raises(Refused) as refused:
        undo.undo(session, alice, first.id)
    assert refused.value.reason is Reason.NO_HEAD_OFFICE_LEFT
    assert marks(session, customer) == [("Assen", True, False), ("Breda", False, False)]


def test_VS_19_a_deleted_head_office_comes_back_as_one_of_the_others(session: Session, alice: Looker) -> None:
    customer = factories.customer(session)
    assen = add(session, alice, customer, "Assen")
    gone = remove.do(session, alice, Address, [assen], remove.plan(session, alice, Address, [assen]).digest)
    add(session, alice, customer, "Breda")
    shown = undo.plan(session, alice, gone.id)
    assert [(one.field, one.reason) for one in shown.left] == [("is_head_office", Kept.VALUE_TAKEN)]
    undo.undo(session, alice, gone.id)
    assert marks(session, customer) == [("Assen", False, False), ("Breda", True, False)]


@pytest.mark.parametrize("which", ["is_main", "is_invoice_contact"])
def test_TO_25_an_undo_makes_no_second_main_or_invoice_contact(session: Session, alice: Looker, which: str) -> None:
    customer = factories.customer(session)
    one, other, third = (
        factories.link(session, customer, factories.contact(session), **{which: first})
        for first in (True, False, False)
    )
    moved = save(session, alice, CustomerContact, other.id, {which: True}).changeset
    assert moved is not None
    with pytest.raises(NothingToUndo) as nothing:
        undo.undo(session, alice, moved.id, [("customer_contact", one.id)], [which])
    assert [left.reason for left in nothing.value.left] == [Kept.VALUE_TAKEN]
    save(session, alice, CustomerContact, third.id, {which: True})
    with pytest.raises(NothingToUndo):
        undo.undo(session, alice, moved.id)
    session.expire_all()
    assert [getattr(session.get_one(CustomerContact, link.id), which) for link in (one, other, third)] == [
        False,
        False,
        True,
    ]


def test_TL_17_invoices_go_to_one_address_and_only_where_the_setting_allows(session: Session, dana: Looker) -> None:
    customer = factories.customer(session)
    add(session, dana, customer, "Assen")
    breda, cuijk = add(session, dana, customer, "Breda"), add(session, dana, customer, "Cuijk")
    mark(session, dana, breda, Mark.INVOICES)
    mark(session, dana, cuijk, Mark.INVOICES)
    assert marks(session, customer) == [("Assen", True, False), ("Breda", False, False), ("Cuijk", False, True)]
    with changeset(session, dana, "Settings"):
        settings.put(session, "invoice_addresses", False)
    with pytest.raises(Refused) as refused:
        mark_address.plan(session, dana, [breda], Mark.INVOICES)
    assert refused.value.reason is Reason.NO_INVOICE_ADDRESSES


def test_a_head_office_moved_by_another_meanwhile_is_shown_first(session: Session, alice: Looker) -> None:
    customer = factories.customer(session)
    add(session, alice, customer, "Assen")
    breda, cuijk = add(session, alice, customer, "Breda"), add(session, alice, customer, "Cuijk")
    plan = mark_address.plan(session, alice, [breda], Mark.HEAD_OFFICE)
    mark(session, alice, cuijk, Mark.HEAD_OFFICE)
    with pytest.raises(Conflict):
        mark_address.do(session, alice, [breda], Mark.HEAD_OFFICE, plan.digest)


def test_a_head_office_is_not_deleted_while_there_are_others_and_another_comes_back_whole(
    session: Session, alice: Looker
) -> None:
    customer = factories.customer(session)
    assen, breda = add(session, alice, customer, "Assen"), add(session, alice, customer, "Breda")
    mark(session, alice, breda, Mark.INVOICES)
    with pytest.raises(Refused) as refused:
        remove.plan(session, alice, Address, [assen])
    assert refused.value.reason is Reason.HEAD_OFFICE_NEEDED
    plan = remove.plan(session, alice, Address, [breda])
    assert plan.is_invoice
    gone = remove.do(session, alice, Address, [breda], plan.digest)
    assert marks(session, customer) == [("Assen", True, False)]
    undo.undo(session, alice, gone.id)
    assert marks(session, customer) == [("Assen", True, False), ("Breda", False, True)]
    with changeset(session, alice, "Change"):
        session.get_one(Address, breda).street = "Kade 1"
    with pytest.raises(Conflict):
        remove.do(session, alice, Address, [breda], plan.digest)


def test_who_may_not_edit_the_customer_touches_none_of_its_addresses(
    session: Session, alice: Looker, cast: Cast
) -> None:
    customer = factories.customer(session)
    breda = (add(session, alice, customer, "Assen"), add(session, alice, customer, "Breda"))[1]
    reader, nobody = access.looker_for(session, cast.bob), access.looker_for(session, cast.charlie)
    access.look_as(session, reader)
    for verb in (
        lambda: mark_address.plan(session, reader, [breda], Mark.HEAD_OFFICE),
        lambda: remove.plan(session, reader, Address, [breda]),
    ):
        with pytest.raises(NotAllowed):
            verb()
    access.look_as(session, nobody)
    with pytest.raises(NotFound):
        remove.plan(session, nobody, Address, [breda])


def test_the_addresses_of_an_archived_customer_stay_as_they_are(session: Session, alice: Looker) -> None:
    customer = factories.customer(session)
    breda = (add(session, alice, customer, "Assen"), add(session, alice, customer, "Breda"))[1]
    archive.do(session, alice, Customer, [customer.id], archive.plan(session, alice, Customer, [customer.id]).digest)
    with pytest.raises(Refused) as refused:
        mark_address.plan(session, alice, [breda], Mark.HEAD_OFFICE)
    assert refused.value.reason is Reason.ARCHIVED_IS_LOCKED


def test_VS_22_an_address_says_who_made_it_and_who_changed_it_last(
    session: Session, alice: Looker, dana: Looker
) -> None:
    customer = factories.customer(session)
    assen = add(session, alice, customer, "Assen")
    save(session, dana, Address, assen, {"street": "Kade 1"})
    made, changed = touches(session, "address", [assen])[assen]
    assert (made.user_name, changed.user_name) == ("Alice", "Dana")
    assert made.at is not None
    assert changed.at is not None
    assert made.at <= changed.at
