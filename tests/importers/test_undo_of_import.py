"""Undo of an import: what somebody changed since stays with what belongs to it, and all the rest goes."""

from __future__ import annotations

import io
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers import looking, planning
from models.access import SYSTEM
from models.customer import Customer
from models.imports import ImportKind
from models.label import CustomerLabel, Label
from models.operations.save import save

LIST = b"Nummer;Bedrijfsnaam;Labels\nX1;Een B.V.;Beurs\nX2;Twee B.V.;Beurs\nX3;Drie B.V.;Beurs\n"


def test_one_edited_customer_with_a_shared_new_label_does_not_hold_the_others_back(
    session: Session, tmp_path: Path
) -> None:
    made = looking.upload(session, SYSTEM, tmp_path, io.BytesIO(LIST), "lijst.csv", ImportKind.CUSTOMERS)
    planning.make_plan(session, SYSTEM, tmp_path, made.id)
    planning.commit(session, SYSTEM, tmp_path, made.id)
    edited = session.scalars(select(Customer).where(Customer.number == "X2")).one()
    save(session, SYSTEM, Customer, edited.id, {"nickname": "Tweetje"})
    undone = planning.undo(session, SYSTEM, made.id)
    session.expire_all()
    assert session.scalars(select(Customer.number)).all() == ["X2"]
    assert session.scalars(select(Label.name)).all() == ["Beurs"]
    assert session.scalars(select(CustomerLabel.customer_id)).all() == [edited.id]
    assert {left.table for left in undone.left} >= {"customer"}
