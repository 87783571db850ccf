"""Who may not see revenue sees and writes amounts in no file either: not in one that goes out, not in one that comes in."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from importers import looking, planning
from importers.export import everything, stream
from importers.workbooks import template
from models import access
from models.access import SYSTEM, Looker
from models.customer import Customer
from models.errors import NotAllowed, Reason
from models.journal import changeset
from models.user import Right
from tests import factories
from tests.conftest import Cast
from tests.importers.helpers import CUSTOMERS, Desk, desk_of

WITHOUT = frozenset({"view", "edit", "import", "export", "register"})
FILE = (("Customer number", "Company name", "Hourly rate"), ("K-1", "Acme Europe", "99,00"))


def look(session: Session, cast: Cast, rights: frozenset[str]) -> Looker:
    """Charlie, with these rights everywhere, looks."""
    with changeset(session, SYSTEM, "Set up"):
        cast.charlie.role_id = factories.role(session, rights=rights).id
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    return charlie


@pytest.fixture
def customer(session: Session) -> Customer:
    return factories.customer(session, number="K-1", company_name="Acme", hourly_rate=Decimal("1250.00"))


@pytest.fixture
def charlie(session: Session, cast: Cast, customer: Customer) -> Looker:
    """May do everything with a file but see amounts."""
    return look(session, cast, WITHOUT)


@pytest.fixture
def desk(session: Session, tmp_path: Path, charlie: Looker) -> Desk:
    return desk_of(session, tmp_path, charlie)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_has_no_amounts_for_who_may_not_see_them(session: Session, charlie: Looker, form: str) -> None:
    sent = b"".join(everything(session, charlie, CUSTOMERS, form))
    if form == "xlsx":
        cells = load_workbook(io.BytesIO(sent)).worksheets[0].iter_rows(values_only=True)
        sent = "\n".join(str(row) for row in cells).encode()
    assert b"Acme" in sent
    assert b"Hourly rate" not in sent
    assert b"1250" not in sent


def test_who_may_see_amounts_exports_them(session: Session, cast: Cast, customer: Customer) -> None:
    seeing = look(session, cast, WITHOUT | {"see-revenue"})
    assert b"1250" in b"".join(everything(session, seeing, CUSTOMERS, "csv"))


def test_a_column_of_amounts_cannot_be_asked_for(session: Session, charlie: Looker) -> None:
    with pytest.raises(KeyError):
        stream(session, CUSTOMERS, select(Customer.id), ["hourly_rate"], "csv")


def test_a_column_of_amounts_is_left_out_of_an_import_and_said(desk: Desk, session: Session) -> None:
    run = desk.plan(*FILE)
    said = {column["header"]: (column["field"], column["certainty"]) for column in run.options["columns"]}
    assert said["Hourly rate"] == (None, "NOT_ALLOWED")
    assert desk.rows(run)[2].diff == {"company_name": ["Acme", "Acme Europe"]}
    desk.commit(run)
    assert desk.one("customer")["hourly_rate"] == Decimal("1250.00")


def test_a_column_of_amounts_cannot_be_mapped(desk: Desk) -> None:
    run = desk.plan(*FILE)
    with pytest.raises(NotAllowed) as refused:
        looking.map_columns(desk.session, desk.looker, run.id, {2: "hourly_rate"})
    assert (refused.value.reason, refused.value.values["right"]) == (Reason.NO_RIGHT, Right.SEE_REVENUE)


def test_amounts_stay_out_when_the_right_is_gone_before_the_plan_or_the_commit(
    session: Session, cast: Cast, customer: Customer, tmp_path: Path
) -> None:
    desk = desk_of(session, tmp_path, look(session, cast, WITHOUT | {"see-revenue"}))
    run = desk.plan(*FILE)
    assert desk.rows(run)[2].diff["hourly_rate"] == ["1250.00", "99.00"]
    access.look_as(session, SYSTEM)
    desk.looker = look(session, cast, WITHOUT)
    with pytest.raises(NotAllowed):
        desk.commit(run)
    session.rollback()
    with pytest.raises(NotAllowed):
        planning.make_plan(session, desk.looker, desk.folder, run.id)
    session.rollback()
    assert desk.one("customer")["hourly_rate"] == Decimal("1250.00")


def test_the_template_has_no_column_that_one_may_not_fill(session: Session, charlie: Looker) -> None:
    def titles(looker: Looker) -> list[object]:
        sheet = load_workbook(io.BytesIO(template(session, looker, CUSTOMERS))).worksheets[0]
        return [cell.value for cell in sheet[1]]

    assert "Hourly rate" in titles(SYSTEM)
    assert "Hourly rate" not in titles(charlie)
