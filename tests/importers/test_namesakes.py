"""Many who are called the same: each row looks at the few it may be about, and nobody is offered more than he looks through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from importers.known import Held
from importers.planner import MOST_OFFERED, others
from models.operations.analyze import analyze
from tests import factories
from tests.importers.helpers import CONTACTS, Desk, desk_of


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


@pytest.mark.parametrize("many", [MOST_OFFERED, MOST_OFFERED + 1])
def test_of_more_namesakes_than_one_looks_through_none_is_offered(desk: Desk, session: Session, many: int) -> None:
    keys = [factories.customer(session, number=f"K-{at}", company_name="Private").id for at in range(many)]
    run = desk.plan(("Naam", "Telefoon"), ("Private", "1234567"))
    too_many = many > MOST_OFFERED
    assert desk.codes(run, 2) == ["NAME_KNOWN_TOO_OFTEN" if too_many else "NAME_KNOWN_OFTEN"]
    assert (desk.rows(run)[2].values or {}).get("candidates", []) == ([] if too_many else keys)
    desk.decide(run, row_2="new")
    assert desk.statuses(run) == {2: "new"}


def test_contacts_of_one_name_are_told_apart_by_their_customer(desk: Desk, session: Session) -> None:
    for at in range(MOST_OFFERED + 1):
        firm = factories.customer(session, number=f"K-{at}", company_name=f"Firm {at}")
        factories.link(session, firm, factories.contact(session, first_name="", last_name="Office", email=""))
    factories.customer(session, number="K-99", company_name="Without")
    rows = [("Office", "K-3", "020 5550103"), ("Office", "K-99", "020 5550199"), ("Office", "", "020 5550100")]
    run = desk.plan(("Naam", "Klantnummer", "Telefoon"), *rows, kind=CONTACTS)
    assert desk.statuses(run) == {2: "changed", 3: "new", 4: "ambiguous"}
    assert (desk.codes(run, 4), desk.rows(run)[4].values) == (["NAME_KNOWN_TOO_OFTEN"], {})


def test_rows_of_one_name_do_not_compare_all_who_are_called_so(
    desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(40):
        factories.contact(session, first_name="", last_name="Office", email=f"office{at}@firm.example")
    compared = []
    same = Held.__eq__
    monkeypatch.setattr(Held, "__eq__", lambda one, other: compared.append(1) or same(one, other))
    run = desk.plan(("Naam", "E-mail"), *(("Office", f"new{at}@firm.example") for at in range(40)), kind=CONTACTS)
    assert set(desk.statuses(run).values()) == {"ambiguous"}
    assert compared == []


def test_of_many_rows_alike_each_looks_at_the_first_few_only() -> None:
    looked_at = []

    class Rows(list[int]):
        def __iter__(self) -> Iterator[int]:
            for row in list.__iter__(self):
                looked_at.append(row)
                yield row

    assert others(Rows(range(2, 10_002)), 3) == "2, 4, 5, 6, 7, …"
    assert len(looked_at) < 10
    assert others([2, 3], 3) == "2"


def _counted(session: Session, table: str) -> int:
    """How many rows PostgreSQL plans with."""
    found = session.execute(text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:table)"), {"table": table})
    return int(found.scalar_one())


def test_what_a_large_import_wrote_is_counted_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importers.writer.LARGE", 10)
    monkeypatch.setattr("importers.plan.LARGE", 10)
    desk.bring(("Klantnummer", "Naam"), *((f"K-{at}", f"Firm {at}") for at in range(30)))
    if desk.session.get_bind().dialect.name == "postgresql":
        assert (_counted(desk.session, "customer"), _counted(desk.session, "import_row")) == (30, 30)
    assert len(desk.table("customer")) == 30


def test_a_table_is_counted_whatever_it_is_called(session: Session) -> None:
    factories.customer(session)
    session.commit()
    analyze(session, ["user", "customer"])
    if session.get_bind().dialect.name == "postgresql":
        assert _counted(session, "customer") == 1
