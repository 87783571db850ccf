"""Taking in what was done from outside, and letting go of what must not be kept."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from models.base import utc_now
from models.errors import Reason, Refused
from models.journal import Change, Changeset, Origin, adopt, changeset, erase, purge, undo
from tests.models.journal_toy import ANN, BOB, Contact, Customer, dump

LATER = utc_now() + dt.timedelta(days=1)


def outside(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_what_was_done_from_outside_can_be_adopted_and_undone(toy: Session, toy_engine: Engine) -> None:
    with changeset(toy, ANN, "Added"):
        toy.add(Contact(name="A"))
    start = dump(toy)
    outside(toy_engine, "UPDATE contact SET name = 'B'")
    outside(toy_engine, "INSERT INTO label (name) VALUES ('x')")
    ids = toy.scalars(select(Change.id).where(Change.changeset_id.is_(None))).all()
    toy.rollback()
    adopted = adopt(toy, ids)
    assert (adopted.origin, adopted.user_id, adopted.user_name) == (Origin.OUTSIDE, None, "")
    assert (adopted.change_count, adopted.last_change_id) == (2, ids[-1])
    assert adopted.at == toy.scalar(select(func.max(Change.at)))
    undo(toy, BOB, adopted.id)
    assert dump(toy) == start


def test_what_belongs_to_a_changeset_cannot_be_adopted(toy: Session) -> None:
    with changeset(toy, ANN, "Added") as added:
        toy.add(Contact(name="A"))
    for ids in ([1], [99], []):
        with pytest.raises(Refused):
            adopt(toy, ids)
    assert toy.scalars(select(Change.changeset_id)).all() == [added.id]
    assert len(toy.scalars(select(Changeset)).all()) == 1


def test_a_purged_deletion_is_gone_for_good(toy: Session) -> None:
    with changeset(toy, ANN, "Added") as added:
        toy.add(Contact(name="A"))
    with changeset(toy, ANN, "Deleted", Origin.DELETE) as deleted:
        toy.execute(text("DELETE FROM contact"))
    key, kept = deleted.id, added.id
    assert purge(toy, utc_now() - dt.timedelta(days=1)) == 0
    assert purge(toy, LATER) == 1
    assert purge(toy, LATER) == 0
    with pytest.raises(Refused) as refused:
        undo(toy, ANN, key)
    assert refused.value.reason is Reason.PURGED
    assert toy.get_one(Changeset, key).purged_at is not None
    assert [change.before for change in toy.scalars(select(Change).where(Change.changeset_id == key))] == [None]
    assert [change.after is None for change in toy.scalars(select(Change).where(Change.changeset_id == kept))] == [
        False
    ]


def test_what_undid_and_redid_a_deletion_is_purged_with_it(toy: Session) -> None:
    with changeset(toy, ANN, "Added"):
        toy.add(Contact(name="A"))
    with changeset(toy, ANN, "Deleted", Origin.DELETE) as deleted:
        toy.execute(text("DELETE FROM contact"))
    undone = undo(toy, ANN, deleted.id)
    redone = undo(toy, ANN, undone.changeset.id)
    assert purge(toy, LATER) == 3
    with pytest.raises(Refused):
        undo(toy, ANN, redone.changeset.id)


def test_erasing_reaches_every_image_and_title(toy: Session) -> None:
    with changeset(toy, ANN, "Add {name}", name="Mx Ingrid", place="Mx Ingrid's"):
        toy.add(Customer(first_name="Ingrid", note="Ingrid's note", size=1))
        toy.add(Customer(first_name="Other", note="kept"))
    with changeset(toy, ANN, "Change"):
        toy.execute(text("UPDATE customer SET first_name = 'Inge', size = 2 WHERE id = 1"))
    with changeset(toy, ANN, "Delete {name}", Origin.DELETE, name="Mx Inge", inside={"deep": ["Inge", 3]}) as deleted:
        toy.execute(text("DELETE FROM customer WHERE id = 1"))
    assert erase(toy, [("customer", 1)], ["first_name", "note"]) == 3
    toy.expire_all()
    mine = toy.scalars(select(Change).where(Change.row_id == 1).order_by(Change.id)).all()
    everything = str([(change.before, change.after) for change in mine])
    assert "Ing" not in everything
    assert [change.after["size"] for change in mine if change.after] == [1, 2]
    titles = toy.scalars(select(Changeset.values).order_by(Changeset.id)).all()
    assert titles == [{"name": "", "place": "Mx Ingrid's"}, {}, {"name": "", "inside": {"deep": ["", 3]}}]
    other = toy.scalars(select(Change).where(Change.row_id == 2)).one()
    assert other.after is not None
    assert (other.after["first_name"], other.after["note"]) == ("Other", "kept")
    # What had a name that it must have cannot come back without one.
    with pytest.raises(Refused):
        undo(toy, ANN, deleted.id)


def test_erasing_inside_a_changeset_reaches_its_own_images(toy: Session) -> None:
    with changeset(toy, ANN, "Added"):
        toy.add(Customer(first_name="Ingrid", note="secret"))
    with changeset(toy, ANN, "Forget"):
        customer = toy.get_one(Customer, 1)
        customer.first_name, customer.note = "Erased", None
        erase(toy, [("customer", 1)], ["first_name", "note"])
    found = toy.scalars(select(Change)).all()
    assert "Ingrid" not in str([(change.before, change.after) for change in found])
    assert toy.get_one(Customer, 1).first_name == "Erased"


def test_erasing_what_does_not_exist_is_a_programming_error(toy: Session) -> None:
    for pair, column in ((("nonsense", 1), "name"), (("contact", 1), "nonsense")):
        with pytest.raises(KeyError):
            erase(toy, [pair], [column])
