"""Customer numbers: the next free one, never twice."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import URL, NullPool, create_engine, delete, event, select
from sqlalchemy.orm import Session

from models import access, journal, settings
from models.access import SYSTEM, Looker
from models.base import utc_now
from models.customer import Customer
from models.errors import Problems, Reason
from models.journal import Origin, changeset
from models.operations import bin, number
from models.operations import delete as deleting
from models.operations.save import save
from tests import factories


def _take(session: Session) -> str:
    with changeset(session, SYSTEM, "Take"):
        return number.take(session)


def test_numbers_count_on_from_the_first_number_of_the_settings(session: Session) -> None:
    assert number.peek(session) == "K-10001"
    assert [_take(session), _take(session)] == ["K-10001", "K-10002"]
    with changeset(session, SYSTEM, "Set"):
        settings.put(session, "number_start", 20000)
        settings.put(session, "number_prefix", "")
    assert _take(session) == "20000"


def test_a_taken_number_is_skipped_however_it_is_spelt(session: Session) -> None:
    factories.customer(session, number="k-10 001")
    factories.customer(session, number="K-10002")
    assert number.peek(session) == "K-10003"
    assert _take(session) == "K-10003"


def test_a_number_of_a_hidden_customer_is_skipped_too(session: Session) -> None:
    factories.customer(session, number="K-10001")
    access.look_as(session, Looker(None, "Nobody"))
    assert number.peek(session) == "K-10002"


def test_a_number_is_not_handed_out_again_after_its_customer_was_deleted(session: Session) -> None:
    first = save(session, SYSTEM, Customer, None, {"company_name": "Zonneveld"}).record
    assert first.number == "K-10001"
    with changeset(session, SYSTEM, "Delete"):
        session.execute(delete(Customer))
    assert save(session, SYSTEM, Customer, None, {"company_name": "Zonneveld"}).record.number == "K-10002"


@pytest.mark.parametrize("typed", ["DEL-1", "del - 1", "ＤＥＬ-1"])
def test_a_number_waits_for_its_customer_while_that_is_in_the_bin(session: Session, typed: str) -> None:
    gone = factories.customer(session, number="DEL-1", archived_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    plan = deleting.plan(session, SYSTEM, Customer, [gone.id])
    done = deleting.do(session, SYSTEM, Customer, [gone.id], plan.digest, plan.confirm)
    with pytest.raises(Problems) as refused:
        save(session, SYSTEM, Customer, None, {"company_name": "Zonneveld", "number": typed})
    assert [problem.reason for problem in refused.value.problems] == [Reason.NUMBER_IN_BIN]
    other = factories.customer(session)
    with pytest.raises(Problems):
        save(session, SYSTEM, Customer, other.id, {"number": typed})
    bin.restore(session, SYSTEM, done.id)
    assert session.scalar(select(Customer.number).where(Customer.id == gone.id)) == "DEL-1"


def test_of_the_numbers_in_the_bin_only_the_one_asked_for_is_read(session: Session, engine_kind: str) -> None:
    with changeset(session, SYSTEM, "Delete", origin=Origin.DELETE):
        session.add_all(Customer(company_name="Zonneveld", number=f"DEL {one}") for one in range(20))
        session.flush()
        session.execute(delete(Customer))
    engine, sent = session.get_bind(), list[tuple[str, Any]]()
    note = lambda _connection, _cursor, statement, parameters, *_rest: sent.append((statement, parameters))  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    assert number.in_bin(session, ["del7", "del70"]) == {"del7"}
    event.remove(engine, "before_cursor_execute", note)
    statement, parameters = sent[-1]
    assert len(session.connection().exec_driver_sql(statement, parameters).all()) == 1
    if engine_kind == "sqlite":
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        assert "SCAN change" not in [row[3] for row in plan]


def test_a_number_is_free_again_when_its_customer_is_purged(session: Session) -> None:
    gone = factories.customer(session, number="DEL-1", archived_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    plan = deleting.plan(session, SYSTEM, Customer, [gone.id])
    deleting.do(session, SYSTEM, Customer, [gone.id], plan.digest, plan.confirm)
    journal.purge(session, utc_now() + dt.timedelta(days=1))
    save(session, SYSTEM, Customer, None, {"company_name": "Zonneveld", "number": "DEL-1"})


def test_a_refused_save_gives_its_number_back(session: Session) -> None:
    with pytest.raises(RuntimeError), changeset(session, SYSTEM, "Fail"):
        number.take(session)
        raise RuntimeError
    assert _take(session) == "K-10001"


@pytest.mark.parametrize(
    ("typed", "following"),
    [
        ("K-10500", "K-10501"),
        ("k-10 500", "K-10501"),
        ("K-9000", "K-10001"),
        ("X-99999", "K-10001"),
        ("K-10500-a", "K-10001"),
        ("K-99999999999999", "K-10001"),
        ("K-１０５００", "K-10501"),
    ],
)
def test_the_series_goes_on_after_a_higher_typed_number_of_its_pattern(
    session: Session, typed: str, following: str
) -> None:
    save(session, SYSTEM, Customer, None, {"company_name": "Zonneveld", "number": typed})
    assert _take(session) == following


def test_many_numbers_are_taken_at_once(session: Session) -> None:
    factories.customer(session, number="K-10002")
    with changeset(session, SYSTEM, "Take"):
        taken = number.take_many(session, 2500)
        assert number.take_many(session, 0) == []
    assert taken[:3] == ["K-10001", "K-10003", "K-10004"]
    assert len(set(taken)) == 2500
    assert _take(session) == "K-12502"


def test_two_at_the_same_time_never_get_the_same_number(session: Session, database_url: URL) -> None:
    def add(index: int) -> str:
        engine = create_engine(database_url, poolclass=NullPool)
        with Session(engine) as own:
            access.look_as(own, SYSTEM)
            given = save(own, SYSTEM, Customer, None, {"company_name": f"Firm {index}"}).record.number
        engine.dispose()
        return given

    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(add, range(24)))
    assert sorted(given) == [f"K-{10001 + index}" for index in range(24)]
