"""Rows of a finished import can be taken back one by one: all that they wrote, and nothing that others wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from importers import planning, undoing
from importers import run as steps
from models.access import SYSTEM, looker_for
from models.customer import Customer
from models.errors import NotAllowed, Refused
from models.imports import RowStatus
from models.journal import NothingToUndo, changeset
from tests import factories
from tests.conftest import Cast
from tests.importers.helpers import CONTACTS, Desk, desk_of

HEAD = ("Klantnummer", "Bedrijfsnaam", "Telefoon", "Plaats", "IBAN", "Labels", "Contactpersoon")
TABLES = ("customer", "address", "bank_account", "customer_label", "contact", "customer_contact")
PEOPLE = ("Voornaam", "Achternaam", "E-mail", "Klantnummer", "Hoofdcontact")


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def row(number: int) -> tuple[str, ...]:
    return (
        f"K-{number}",
        f"Firm {number}",
        f"01012345{number}",
        "Zwolle",
        "NL91ABNA0417164300",
        "Vip",
        f"Jan B{number}",
    )


def everything(desk: Desk) -> dict[str, list[dict[str, object]]]:
    desk.session.expire_all()
    stamps = {"changed_at", "created_at"}
    return {name: [{k: v for k, v in one.items() if k not in stamps} for one in desk.table(name)] for name in TABLES}


def test_new_rows_go_away_with_all_that_they_brought_and_the_others_stay(desk: Desk) -> None:
    run = desk.plan(HEAD, row(1), row(2), row(3))
    desk.commit(run)
    assert [len(desk.table(name)) for name in TABLES] == [3, 3, 3, 3, 3, 3]
    done = undoing.undo_rows(desk.session, desk.looker, run.id, [2, 4])
    assert not done.left
    assert [len(desk.table(name)) for name in TABLES] == [1, 1, 1, 1, 1, 1]
    assert desk.one("customer")["number"] == "K-2"
    assert undoing.taken_back(desk.session, run, [one.target_id or 0 for one in desk.rows(run).values()]) == {
        desk.rows(run)[2].target_id,
        desk.rows(run)[4].target_id,
    }
    # The undo of the whole takes the rest.
    planning.undo(desk.session, desk.looker, run.id)
    assert [len(desk.table(name)) for name in TABLES] == [0, 0, 0, 0, 0, 0]


def test_changed_rows_get_back_what_they_had(desk: Desk) -> None:
    for number in (1, 2):
        customer = factories.customer(desk.session, number=f"K-{number}", company_name="Before", phone="1")
        factories.address(desk.session, customer, city="Assen", is_head_office=True)
    before = everything(desk)
    run = desk.plan(HEAD, row(1), row(2))
    desk.commit(run)
    undoing.undo_rows(desk.session, desk.looker, run.id, [2])
    undoing.undo_rows(desk.session, desk.looker, run.id, [3])
    assert everything(desk) == before


def test_what_was_changed_since_stays_and_is_listed(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Before", phone="1", fax="1")
    run = desk.plan(("Klantnummer", "Bedrijfsnaam", "Telefoon"), ("K-1", "After", "2222222"))
    desk.commit(run)
    with changeset(desk.session, SYSTEM, "By hand"):
        desk.session.query(Customer).one().phone = "3333333"
    done = undoing.undo_rows(desk.session, desk.looker, run.id, [2])
    assert [(one.table, one.field) for one in done.left] == [("customer", "phone")]
    found = desk.one("customer")
    assert (found["company_name"], found["phone"]) == ("Before", "3333333")


def test_who_was_main_contact_becomes_it_again(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    anna = factories.contact(desk.session, first_name="Anna", last_name="Berg", email="a@x.nl")
    factories.link(desk.session, customer, anna, is_main=True)
    run = desk.plan(PEOPLE, ("Ben", "Dal", "b@x.nl", "K-1", "ja"), ("Cor", "Eik", "c@x.nl", "", ""), kind=CONTACTS)
    desk.commit(run)
    assert desk.one("customer_contact", is_main=True)["contact_id"] != anna.id
    undoing.undo_rows(desk.session, desk.looker, run.id, [2])
    assert desk.one("customer_contact")["contact_id"] == anna.id
    assert desk.one("customer_contact")["is_main"]
    assert sorted(one["name"] for one in desk.table("contact")) == ["Anna Berg", "Cor Eik"]


def test_rows_that_wrote_nothing_have_nothing_to_take_back(desk: Desk) -> None:
    run = desk.plan(HEAD, row(1), row(2))
    steps.tick(desk.session, desk.looker, run.id, [3], ticked=False)
    desk.commit(run)
    with pytest.raises(NothingToUndo):
        undoing.undo_rows(desk.session, desk.looker, run.id, [3, 99])
    assert undoing.rows_about(desk.session, run, RowStatus.NEW, "phone") == [2]
    assert undoing.rows_about(desk.session, run, RowStatus.NEW, "fax") == []
    assert undoing.rows_about(desk.session, run, RowStatus.CHANGED, "") == []


def test_taking_rows_back_takes_the_right_to_import(desk: Desk, cast: Cast) -> None:
    run = desk.plan(HEAD, row(1))
    desk.commit(run)
    with pytest.raises(NotAllowed):
        undoing.undo_rows(desk.session, looker_for(desk.session, cast.charlie), run.id, [2])
    with pytest.raises(Refused):
        undoing.undo_rows(desk.session, desk.looker, desk.plan(HEAD, row(2)).id, [2])


def test_many_rows_are_taken_back_at_once(desk: Desk) -> None:
    count = 1_500
    run = desk.plan(("Klantnummer", "Bedrijfsnaam", "Plaats"), *((f"K-{n}", f"F {n}", "Assen") for n in range(count)))
    desk.commit(run)
    undoing.undo_rows(desk.session, desk.looker, run.id, range(2, count + 1))
    assert desk.one("customer")["number"] == f"K-{count - 1}"
    assert len(desk.table("address")) == 1
