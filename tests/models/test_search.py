"""Search documents follow every write, by whomever, and are spelt the same in Python and in both databases."""

from __future__ import annotations

import sqlite3
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL, Connection, select, text, update
from sqlalchemy.orm import Session

from models import search
from models.access import SYSTEM
from models.customer import Address, Customer
from models.journal import changeset
from models.search import folding
from tests import factories

STRANGE = "".join(folding.BEYOND_ASCII)


def document_of(session: Session, customer: Customer) -> str | None:
    """The search document of a customer, as stored."""
    found = session.execute(text("SELECT document FROM customer_search WHERE customer_id = :id"), {"id": customer.id})
    return found.scalar()


def test_folding_is_final() -> None:
    assert folding.plain(folding.plain(STRANGE)) == folding.plain(STRANGE)


@given(st.text(alphabet=st.sampled_from(STRANGE + string.ascii_letters + "漢字 \n.-"), max_size=80))
def test_folding_never_depends_on_what_stands_beside_a_letter(words: str) -> None:
    assert folding.plain(words) == "".join(folding.plain(letter) for letter in words)


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("Göteborg", "goteborg"),
        ("Åkerlund & Söner Bygg AB", "akerlund & soner bygg ab"),
        ("'s-Hertogenbosch ’s", "'s-hertogenbosch 's"),
        ("Smørrebrød Æbleskiver", "smorrebrod aebleskiver"),
        ("Łódź Straße", "lodz strasse"),
        ("e\u0301", "e"),
        ("ΑΘΉΝΑ Киев", "αθηνα киев"),
    ],
)
def test_folding_takes_capitals_and_accents_away(written: str, spelt: str) -> None:
    assert folding.plain(written) == spelt


def test_the_database_folds_every_letter_as_python_does(session: Session) -> None:
    for at in range(0, len(STRANGE), 90):
        letters = STRANGE[at : at + 90] + string.ascii_uppercase
        customer = factories.customer(session, company_name=f"A{letters}Z")
        assert folding.plain(letters) in (document_of(session, customer) or "")


def test_a_document_holds_what_people_look_a_customer_up_by(session: Session) -> None:
    customer = factories.customer(
        session,
        number="K-10012",
        company_name="Coöperatie Groenoord U.A.",
        nickname="De Groene",
        email="Info@Groenoord.example",
        phone="+31 (0)50 - 555.01 18",
        vat_number="NL 8123.45.678.B01",
        reference="Röd tråd",
    )
    factories.address(session, customer, city="Wageningen")
    factories.address(session, customer, city="Malmö")
    lines = set((document_of(session, customer) or "").split("\n"))
    assert lines >= {
        "k-10012",
        "cooperatie groenoord u.a.",
        "de groene",
        "info@groenoord.example",
        "31505550118",
        "nl812345678b01",
        "rod trad",
        "wageningen",
        "malmo",
    }


def test_a_document_follows_changes_moves_and_removals(session: Session) -> None:
    customer, other = factories.customer(session), factories.customer(session)
    address = factories.address(session, customer, city="Zwolle")
    with changeset(session, SYSTEM, "Change"):
        session.execute(update(Customer).where(Customer.id == customer.id).values(nickname="Zwaan"))
        session.execute(update(Address).where(Address.id == address.id).values(city="Varberg", customer_id=other.id))
    assert "zwaan" in (document_of(session, customer) or "")
    assert "zwolle" not in (document_of(session, customer) or "")
    assert "varberg" in (document_of(session, other) or "")
    key = customer.id
    with changeset(session, SYSTEM, "Delete"):
        session.execute(text("DELETE FROM customer WHERE id = :id"), {"id": key})
        session.execute(text("DELETE FROM address WHERE customer_id = :id"), {"id": other.id})
    assert session.scalar(text("SELECT count(*) FROM customer_search")) == 1
    assert "varberg" not in (document_of(session, other) or "")


def test_installing_again_changes_nothing(session: Session) -> None:
    factories.customer(session)
    connection = session.connection()
    assert search.is_current(connection)
    connection.exec_driver_sql("UPDATE customer_search SET document = 'left alone'")
    search.install(connection)
    assert connection.exec_driver_sql("SELECT document FROM customer_search").scalar() == "left alone"


@pytest.mark.parametrize("lost", ["a trigger", "a table"])
def test_installing_makes_everything_anew_when_something_is_missing(session: Session, lost: str) -> None:
    customer = factories.customer(session, company_name="Åre Fjäll AB")
    connection = session.connection()
    if lost == "a table":
        search.remove(connection)
    elif connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER search_customer_insert")
    else:
        connection.exec_driver_sql("DROP TRIGGER search_customer ON customer")
    assert not search.is_current(connection)
    search.install(connection)
    assert search.is_current(connection)
    assert "are fjall ab" in (document_of(session, customer) or "")


def test_a_fill_with_the_triggers_suspended_is_found_afterwards(session: Session) -> None:
    with changeset(session, SYSTEM, "Fill"), search.suspended(session.connection()):
        session.add(Customer(number="K-1", company_name="Nordhamn Logistik ÅÄÖ ŁÓDŹ"))
        session.flush()
    customer = session.scalars(select(Customer)).one()
    assert "nordhamn logistik aao lodz" in (document_of(session, customer) or "")
    if session.get_bind().dialect.name == "sqlite":
        assert index_agrees(session.connection())


def index_agrees(connection: Connection) -> bool:
    """Whether FTS5 finds its index to match the documents; nothing must be waiting for it."""
    waiting = connection.exec_driver_sql("SELECT count(*) FROM customer_search_stale").scalar()
    connection.exec_driver_sql(
        "INSERT INTO customer_search_index (customer_search_index, rank) VALUES ('integrity-check', 1)"
    )
    return waiting == 0


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_commit_brings_the_index_up_to_date(session: Session) -> None:
    kept, gone = factories.customer(session, company_name="Brouwerij Östersund"), factories.customer(session)
    with changeset(session, SYSTEM, "Change several times"):
        for name in ("Eerste", "Tweede Łódź", "Derde"):
            session.execute(update(Customer).where(Customer.id == kept.id).values(company_name=name))
        session.execute(text("DELETE FROM customer WHERE id = :id"), {"id": gone.id})
        session.execute(
            text(
                "INSERT INTO customer (id, number, number_key, kind, company_name, expenses_billable, mileage_billable,"
                " created_at, changed_at) SELECT :id, 'X', 'x', 'business', 'Terug', 0, 0, created_at, changed_at"
                " FROM customer"
            ),
            {"id": gone.id},
        )
    assert index_agrees(session.connection())


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_another_program_can_write_without_knowing_fts5_or_us(session: Session, database_url: URL) -> None:
    customer = factories.customer(session, company_name="Rederij Waddenzicht")
    key = customer.id
    session.commit()
    outside = sqlite3.connect(str(database_url.database))
    outside.execute("UPDATE customer SET company_name = 'Ålands Färja' WHERE id = ?", (key,))
    outside.execute(
        "INSERT OR REPLACE INTO customer (id, number, number_key, kind, company_name, expenses_billable,"
        " mileage_billable, created_at, changed_at) SELECT id, number, number_key, kind, 'Ny Färja', 0, 0, created_at,"
        " changed_at FROM customer WHERE id = ?",
        (key,),
    )
    outside.commit()
    outside.close()
    assert "ny farja" in (document_of(session, customer) or "")
    factories.customer(session)
    assert index_agrees(session.connection())
