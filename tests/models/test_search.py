"""Search documents follow every write, by whomever, and are spelt the same in Python and in both databases."""

from __future__ import annotations

import datetime as dt
import sqlite3
import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL, Connection, select, text, update
from sqlalchemy.orm import Session

from models import access, search, settings
from models.access import SYSTEM, look_as, looker_for
from models.customer import Address, Customer
from models.journal import changeset
from models.project import RegistrationStatus
from models.sales import InvoiceStatus
from models.search import CONTACTS, CUSTOMERS, PROJECTS, ListSpec, folding, near, read_state, words
from models.search import documents as documents_of
from models.search import paging as ways
from models.search.small import LABELS
from models.user import CustomerAccess, Role, User
from tests import factories
from tests.conftest import Cast

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
        ("ﬁnca Grifﬁn Oﬃce Æsir Tschöß Øre Łomża", "finca griffin office aesir tschoss ore lomza"),
        ("Nguyễn Ǆ Ơ", "nguyen dz o"),
        ("soft\u00adhyphen “x” ‐ ‒", 'softhyphen "x" - -'),
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
        "k10012",
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


def documents(session: Session) -> dict[str, list[tuple[int, list[str]]]]:
    """All documents, by the key of their record: the lines that say something."""
    return {
        noun: [
            (key, [line for line in document.splitlines() if line])
            for key, document in session.execute(text(f"SELECT * FROM {noun}_search ORDER BY 1"))
        ]
        for noun in ("customer", "contact", "project", "activity", "comment")
    }


def test_what_is_written_in_bulk_is_found_like_what_is_written_row_by_row(session: Session) -> None:
    kept, moved, gone, still = (factories.customer(session, company_name=f"Firma {letter}") for letter in "ABCD")
    factories.address(session, gone, city="Weg", is_head_office=True)
    person = factories.contact(session, first_name="Ada")
    before = document_of(session, still)
    with changeset(session, SYSTEM, "Import") as made, search.in_bulk(session, made.id):
        kept.company_name, kept.nickname, person.last_name = "Åkerlund & Söner", "Zwaan", "Łódź"
        session.add(Address(customer_id=moved.id, street="Dijk 1", city="'s-Hertogenbosch"))
        session.execute(text("DELETE FROM address WHERE customer_id = :id"), {"id": gone.id})
        session.execute(text("DELETE FROM customer WHERE id = :id"), {"id": gone.id})
        session.execute(text("UPDATE customer SET description = 'no part of it' WHERE id = :id"), {"id": still.id})
        session.add(Customer(number="N-1", number_key="n-1", company_name="Nieuw ΑΘΉΝΑ"))
    in_bulk = documents(session)
    assert document_of(session, still) == before
    assert [found(session, one) for one in ("akerlund", "zwaan", "hertogenbosch", "αθηνα", "weg")] == [
        ["Åkerlund & Söner"],
        ["Åkerlund & Söner"],
        ["Firma B"],
        ["Nieuw ΑΘΉΝΑ"],
        [],
    ]
    assert search.is_current(session.connection())
    search.rebuild(session.connection())
    assert documents(session) == in_bulk
    session.commit()


def test_bulk_that_fails_leaves_documents_and_triggers_as_they_were(session: Session) -> None:
    customer = factories.customer(session, company_name="Anders")
    with (
        pytest.raises(ZeroDivisionError),
        changeset(session, SYSTEM, "Import") as made,
        search.in_bulk(session, made.id),
    ):
        customer.company_name = "Bakker"
        session.flush()
        raise ZeroDivisionError
    assert search.is_current(session.connection())
    assert found(session, "anders") == ["Anders"]
    with changeset(session, SYSTEM, "Change"):
        session.get_one(Customer, customer.id).company_name = "Cornelis"
    assert found(session, "cornelis") == ["Cornelis"]


def test_a_switch_that_is_turned_in_bulk_holds_for_all_documents(session: Session) -> None:
    customer = factories.customer(session, nickname="Zwaan")
    with changeset(session, SYSTEM, "Settings") as made, search.in_bulk(session, made.id):
        settings.put(session, "use_nickname", False)
    assert "zwaan" not in (document_of(session, customer) or "")
    assert found(session, "zwaan") == []


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


# Finding -------------------------------------------------------------------------------------------------------------


def found(session: Session, typed: str, spec: ListSpec = CUSTOMERS) -> list[str]:
    """The names of what a list shows for a search, in its order."""
    ids = search.page(session, spec, read_state(spec, [("search", typed)])).ids
    rows = session.execute(select(spec.noun.id, spec.noun.name))  # type: ignore[attr-defined]
    names = {row[0]: row[1] for row in rows}
    return [names[key] for key in ids]


@pytest.fixture
def office(session: Session) -> Session:
    """Some customers that are easily mistaken for one another."""
    akerlund = factories.customer(
        session, number="K-10035", company_name="Åkerlund & Söner Bygg AB", reference="50% off"
    )
    factories.address(session, akerlund, city="Uppsala")
    factories.customer(
        session, number="K-10012", company_name="Bakkerij Van der Meulen B.V.", phone="+31 (0)50 - 555 01 18"
    )
    factories.customer(session, number="2024-0099", company_name="Ölandsbanken", vat_number="NL 8123.45.678.B01")
    factories.customer(session, number="K-99", company_name="Coöperatie Groenoord U.A.", email="info@groenoord.example")
    return session


BAKKERIJ, AKERLUND, OLAND, GROENOORD = (
    "Bakkerij Van der Meulen B.V.",
    "Åkerlund & Söner Bygg AB",
    "Ölandsbanken",
    "Coöperatie Groenoord U.A.",
)


MEANT = (
    ("meulen", [BAKKERIJ]),
    ("MEULEN bakkerij", [BAKKERIJ]),
    ("van de meulen", [BAKKERIJ]),
    ("meulen uppsala", []),
    ("akerlund uppsala", [AKERLUND]),
    ("ÅKERLUND", [AKERLUND]),
    ("cooperatie", [GROENOORD]),
    ("info@groen", [GROENOORD]),
    ("K-10012", [BAKKERIJ]),
    ("0012", [BAKKERIJ]),
    ("2024-0099", [OLAND]),
    ("050 555 0118", [BAKKERIJ]),
    ("+31 50 5550118", [BAKKERIJ]),
    ("0031505550118", [BAKKERIJ]),
    ("NL812345678B01", [OLAND]),
    ("nl 8123 45 678 b01", [OLAND]),
    ("ba", [BAKKERIJ]),
    ("k-", [BAKKERIJ, GROENOORD, AKERLUND]),
    ("k", [BAKKERIJ, GROENOORD, AKERLUND]),
    ("K10012", [BAKKERIJ]),
    ("k 10012", [BAKKERIJ]),
    ("K.10-012", [BAKKERIJ]),
    ("k1001", [BAKKERIJ]),
    ("k1", [BAKKERIJ, AKERLUND]),
    ("k99", [GROENOORD]),
    ("k98", []),
    ("20240099", [OLAND]),
    ("bakkerij-van-der-meulen", [BAKKERIJ]),
    ("bakkerij,meulen", [BAKKERIJ]),
    ("meulen/bakkerij", [BAKKERIJ]),
    ("meulen & bakkerij", [BAKKERIJ]),
    ("K-10012, meulen", [BAKKERIJ]),
    ("åkerlund&söner", [AKERLUND]),
    ("meulen-uppsala", []),
    ("& -", []),
    ("öl", [OLAND]),
    ("20", [OLAND]),
    ("ba v", [BAKKERIJ]),
    ("zz", []),
    ("%%%", []),
    ("___", []),
    ("50%", [AKERLUND]),
    ("50% of", [AKERLUND]),
    ("\\", []),
    ('"quoted" OR meulen', []),
    ("meulen\x00", [BAKKERIJ]),
    ("'; DROP TABLE customer; --", []),
    (" ".join("abcdefghijklm"), []),
    ("\u0301", [BAKKERIJ, GROENOORD, AKERLUND, OLAND]),
)


@pytest.mark.parametrize("few", [5_000, 0], ids=["ids first", "walk"])
def test_TC_02_what_is_typed_finds_what_is_meant(office: Session, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(ways, "FEW", few)
    monkeypatch.setattr(ways, "KEPT", 0)
    assert {typed: sorted(found(office, typed)) for typed, _names in MEANT} == {
        typed: sorted(names) for typed, names in MEANT
    }


@given(st.text(max_size=300))
def test_any_text_has_words_that_can_be_searched_for(typed: str) -> None:
    state = read_state(CUSTOMERS, [("search", typed)])
    for way in words.ways_to_read(state.search):
        assert way
        assert all(way)
        assert len(way) <= words.MOST_WORDS


def test_TC_02_a_telephone_number_with_spaces_is_one_number_and_no_pieces(session: Session) -> None:
    factories.customer(session, company_name="Bakker", phone="+46 70 174 06 13", number="2026-0001234")
    factories.customer(session, company_name="Anders", phone="+46 13 06 70 174 8", number="K-46-70-174")
    for typed in ("+46 70 174 06 13", "070 174 06 13", "46701740613", "0046 70-174 06 13", "2026-0001234"):
        assert found(session, typed) == ["Bakker"], typed
    assert found(session, "46 70 174") == ["Anders", "Bakker"]


def test_contacts_and_projects_are_found_by_what_they_are_known_by(session: Session) -> None:
    contact = factories.contact(session, first_name="Freya", job_title="Ägare", mobile="+44 7700 900 183")
    project = factories.project(session, factories.customer(session), name="Ny webbplats", number="P-7")
    for typed in ("freya", "agare", "7700900183", "fr"):
        assert found(session, typed, CONTACTS) == [contact.name]
    for typed in ("webb", "p-7", "P7", "p 7", "ny", "Ny webb"):
        assert found(session, typed, PROJECTS) == [project.name]
    factories.label(session, name="Återkommande")
    assert found(session, "aterk", LABELS) == ["Återkommande"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Grifﬁn", "griffin"),
        ("Griffin", "grifﬁn"),
        ("Tschöß", "tschoss"),
        ("Tschoss", "tschöß"),
        ("Æsir", "aesir"),
        ("Aesir", "æsir"),
        ("Łomża", "lomza"),
        ("Lomza", "łomża"),
        ("Smørre", "smorre"),
        ("Smorre", "smørre"),
        ("Trần", "tran"),
    ],
)
def test_ligatures_are_found_by_their_plain_letters_and_the_other_way(session: Session, name: str, typed: str) -> None:
    factories.customer(session, company_name="Something Else")
    factories.customer(session, company_name=name)
    assert found(session, typed) == [name]


def test_a_name_with_a_dash_is_found_by_its_words(session: Session) -> None:
    factories.customer(session, company_name="Jansen-Smit")
    for typed in ("jansen smit", "Jansen - Smit", "jansen/smit", "smit, jansen"):
        assert found(session, typed) == ["Jansen-Smit"], typed


def test_what_another_program_wrote_is_found_at_once(session: Session) -> None:
    customer = factories.customer(session, company_name="Rederij Waddenzicht")
    session.commit()
    # As any program would: no changeset, no commit of ours.
    session.connection().exec_driver_sql(f"UPDATE customer SET company_name = 'Łódź Promy' WHERE id = {customer.id}")
    session.expire_all()
    assert found(session, "lodz") == ["Łódź Promy"]
    assert found(session, "waddenzicht") == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_what_the_index_does_not_know_yet_is_found_however_much_there_is(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "SAMPLE", 5)
    monkeypatch.setattr(near, "MOST", 5)
    names = [*(f"Stora Företag {at:02}" for at in range(39)), "Lilla Nordhamn"]
    with search.settled_later(session):
        monkeypatch.setattr(documents_of, "settle", lambda *_given: False)
        with changeset(session, SYSTEM, "Import"):
            session.add_all(Customer(number=name, number_key=name.lower(), company_name=name) for name in names)
    assert session.scalar(text("SELECT count(*) FROM customer_search_stale")) == 40
    for typed in ("nordhamn", "nordhomn"):
        (group,) = search.find(session, typed, 5)
        assert [hit.name for hit in group.hits] == ["Lilla Nordhamn"], typed


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_what_was_written_in_bulk_by_who_was_ended_before_its_documents_were_made_is_found_after_the_next_commit(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.customer(session, company_name="Rederij Waddenzicht", number="K-1")
    session.commit()
    with search.settled_later(session), monkeypatch.context() as ended:
        ended.setattr(documents_of, "settle", lambda *_given: False)
        with changeset(session, SYSTEM, "Import") as made, search.in_bulk(session, made.id):
            session.add(Customer(number="N-1", number_key="n-1", company_name="Łódź Promy"))
            session.execute(text("UPDATE customer SET company_name = 'Cornelis' WHERE number = 'K-1'"))
        assert found(session, "lodz") == []
    with changeset(session, SYSTEM, "Anything"):
        settings.put(session, "use_nickname", False)
    found_by = {word: found(session, word) for word in ("lodz", "cornelis", "waddenzicht")}
    assert found_by == {"lodz": ["Łódź Promy"], "cornelis": ["Cornelis"], "waddenzicht": []}
    assert index_agrees(session.connection())
    assert session.scalar(text("SELECT count(*) FROM customer_search_behind")) == 0


@pytest.mark.parametrize("few", [0, 2, 100])
def test_what_somebody_sees_is_found_among_many_that_they_do_not(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(ways, "SAMPLE", 2)
    monkeypatch.setattr(ways, "FEW", few)
    role = session.scalars(select(Role).where(Role.name == "Reader")).one()
    for at in range(12):
        customer = factories.customer(session, company_name=f"Bakkerij Nordhamn {at:02}", number=f"N-{at:02}")
        person = factories.contact(session, first_name="Freya", last_name=f"Nordhamn {at:02}")
        factories.link(session, customer, person)
        factories.project(session, customer, name=f"Oven Nordhamn {at:02}")
        if at > 8:
            factories.access(session, customer, role, cast.charlie)
    session.commit()
    look_as(session, looker_for(session, session.get_one(User, cast.charlie.id)))
    for typed, kinds in (("nordhamn", 3), ("bakkerij nordhamn", 1), ("oven", 1), ("nordhomn", 3), ("n-1", 1)):
        groups = search.find(session, typed, 5)
        assert len(groups) == kinds, typed
        for group in groups:
            assert [hit.name[-2:] for hit in group.hits] in (["09", "10", "11"], ["10", "11"]), typed
            assert {hit.near for hit in group.hits} == {typed == "nordhomn"}, typed


def test_everything_is_searched_in_groups(session: Session) -> None:
    first = factories.customer(session, number="K-1", company_name="Noordzee Visserij")
    gone = factories.customer(session, company_name="Noord oud", archived_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    far = factories.customer(session, company_name="Aannemer Noord")
    person = factories.contact(session, first_name="Noor", last_name="Noorda", email="noor@noord.example")
    project = factories.project(session, first, name="Noordkaap")
    label = factories.label(session, name="noordelijk")
    groups = {group.endpoint: group for group in search.find(session, "noord", 10)}
    assert [hit.id for hit in groups["customers"].hits] == [first.id, far.id, gone.id]
    assert [hit.archived for hit in groups["customers"].hits] == [False, False, True]
    assert groups["customers"].hits[0].detail == "K-1"
    assert [hit.id for hit in groups["contacts"].hits] == [person.id]
    assert [hit.id for hit in groups["projects"].hits] == [project.id]
    assert [hit.id for hit in groups["labels"].hits] == [label.id]
    assert not any(group.more for group in groups.values())
    assert search.find(session, "noordpool", 10) == []
    assert search.find(session, "", 10) == []


def test_of_many_those_that_begin_with_the_text_come_first(session: Session) -> None:
    for name in ("Aa bakker", "Ab bakker", "Ac bakker"):
        factories.customer(session, company_name=name)
    wanted = factories.customer(session, company_name="Bakker")
    (group,) = search.find(session, "bakker", 2)
    assert group.hits[0].id == wanted.id
    assert len(group.hits) == 2
    assert group.more


def test_figures_count_open_registrations_and_what_was_invoiced_this_year_in_each_currency(session: Session) -> None:
    busy, quiet = factories.customer(session), factories.customer(session)
    project = factories.project(session, busy)
    for status in (RegistrationStatus.OPEN, RegistrationStatus.OPEN, RegistrationStatus.INVOICED):
        factories.registration(session, project, status=status)
    for status, day, amount in (
        (InvoiceStatus.SENT, dt.date(2026, 1, 1), "10.05"),
        (InvoiceStatus.PAID, dt.date(2026, 12, 31), "0.10"),
        (InvoiceStatus.DRAFT, dt.date(2026, 6, 1), "500"),
        (InvoiceStatus.PAID, dt.date(2025, 12, 31), "500"),
    ):
        factories.invoice(session, busy, status=status, day=day, amount=Decimal(amount))
    factories.invoice(session, busy, currency="SEK", amount=Decimal(900))
    first, second = search.listed(session, [quiet.id, busy.id], 2026)
    assert (first.id, first.open_registrations, first.revenue) == (quiet.id, 0, {})
    assert (second.id, second.open_registrations) == (busy.id, 2)
    assert list(second.revenue.items()) == [("EUR", Decimal("10.15")), ("SEK", Decimal(900))]
    assert search.listed(session, [], 2026) == []


def test_a_listed_customer_carries_what_the_list_shows(session: Session, cast: Cast) -> None:
    customer = factories.customer(session, company_name="Rijk B.V.", owner_id=cast.alice.id)
    factories.address(session, customer, city="Gouda", country="NL", is_head_office=True)
    factories.address(session, customer, city="Elders", country="BE")
    for name in ("Zeta", "Alfa"):
        factories.put_label(session, factories.label(session, name=name), customer=customer)
    bare = factories.customer(session, owner_id=None)
    rich, poor = search.listed(session, [customer.id, bare.id], 2026)
    assert (str(rich), rich.number, rich.kind, rich.archived_at) == ("Rijk B.V.", customer.number, customer.kind, None)
    assert rich.head_office == ("Gouda", "NL")
    assert rich.owner == (cast.alice.id, cast.alice.name)
    assert [chip.name for chip in rich.labels] == ["Alfa", "Zeta"]
    assert (poor.head_office, poor.owner, list(poor.labels)) == (None, None, [])


def test_figures_and_hits_are_only_of_what_one_may_see(session: Session, cast: Cast) -> None:
    seen, unseen = (factories.customer(session, company_name=name) for name in ("Bakker Eén", "Bakker Twee"))
    for customer in (seen, unseen):
        factories.invoice(session, customer)
        factories.registration(session, factories.project(session, customer, name="Bakker"))
    with changeset(session, SYSTEM, "Grant"):
        role = session.scalars(select(Role.id).where(Role.name == "Reader")).one()
        session.add(CustomerAccess(customer_id=seen.id, user_id=cast.charlie.id, role_id=role))
    ids = [seen.id, unseen.id]
    charlie = access.looker_for(session, cast.charlie)
    session.commit()
    access.look_as(session, charlie)
    assert [(row.id, row.open_registrations, row.revenue) for row in search.listed(session, ids, 2026)] == [
        (ids[0], 0, {})
    ]
    groups = search.find(session, "bakker", 10)
    assert {group.endpoint: [hit.name for hit in group.hits] for group in groups} == {
        "customers": ["Bakker Eén"],
        "projects": ["Bakker"],
    }
