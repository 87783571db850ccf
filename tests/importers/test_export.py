"""Out and in again: nothing is lost, nothing becomes a formula, and the first byte comes at once."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from importers import export, planning
from importers.export import everything, exported, stream
from importers.terms import TITLE_LANGUAGES
from models import access, settings
from models.access import SYSTEM
from models.base import Base, utc_now
from models.contact import Contact
from models.customer import Customer, Kind
from models.errors import NotAllowed
from models.imports import ImportKind, RowStatus
from models.journal import changeset
from models.operations import seed
from models.settings import ValueList
from models.user import Right
from tests import factories
from tests.conftest import Cast
from tests.importers.helpers import CONTACTS, CUSTOMERS, Desk, desk_of

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "'=1", "''", "=1", "'s-Hertogenbosch")


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def full(session: Session) -> None:
    """A customer with a value in every column, one with hardly any, one person, and contacts."""
    owner = factories.user(session, name="Sanne Verhoeven", email="sanne@kaartenbak.example")
    status = factories.list_value(session, ValueList.STATUS, "Prospect")
    industry = factories.list_value(session, ValueList.INDUSTRY, "Zorg")
    layout = factories.list_value(session, ValueList.INVOICE_LAYOUT, "Compact")
    one = factories.customer(
        session,
        number="K-1",
        company_name="Nordhamn; Logistik & Söner <AB>",
        nickname="NL",
        status_id=status.id,
        industry_id=industry.id,
        owner_id=owner.id,
        description='Two lines\nand a "quote"',
        email="i@nordhamn.example",
        phone="+46 8 555 010 20",
        mobile="0701234567",
        fax="0812345678",
        website="https://nordhamn.example",
        language="sv",
        vat_number="SE556012579001",
        company_number="05561234",
        reference="Ref = 1",
        bookkeeping_code="00042",
        customer_since=dt.date(2019, 3, 1),
        hourly_rate=Decimal("1095.50"),
        vat_percentage=Decimal("25.00"),
        payment_term_days=30,
        currency="SEK",
        invoice_layout_id=layout.id,
        invoice_email="f@nordhamn.example",
        e_invoice_id="0007:5560125790",
        expenses_billable=True,
        distance_km=12,
        max_distance_km=100,
    )
    factories.address(
        session,
        one,
        street="Frihamnsgatan 12",
        postal_code="01234",
        city="Åmål",
        region="Västra",
        country="SE",
        is_head_office=True,
        street_2="Box 1",
        attention="Ingrid",
    )
    factories.address(session, one, street="Kade 1", postal_code="1234 AB", city="Zwolle", is_invoice=True)
    factories.bank_account(session, one, iban="NL91ABNA0417164300", bic="ABNANL2A", holder="Nordhamn")
    for name in ("Transport", "Monthly invoice"):
        factories.put_label(session, factories.label(session, name=name), customer=one)
    ingrid = factories.contact(
        session,
        first_name="Ingrid",
        last_name="van der Berg",
        email="ingrid@nordhamn.example",
        phone="+46 8 555 010 21",
        birth_date=dt.date(1899, 5, 6),
        salutation="Mevr.",
    )
    factories.link(session, one, ingrid, function="Buyer", is_main=True, is_invoice_contact=True)
    factories.customer(session, number="K-2", company_name="Beta")
    factories.customer(session, number="K-3", kind=Kind.PRIVATE, first_name="Jan", last_name="de Vries")
    factories.contact(session, first_name=None, last_name="Prince")
    factories.contact(session, kind=Kind.BUSINESS, first_name=None, last_name=None, company_name="Front desk")
    factories.contact(
        session, first_name="Ann", last_name="Berg", email="a@x.nl; b@x.nl", phone="12 / 13", vat_number="nl1"
    )


@pytest.mark.parametrize(("form", "language"), [*(("csv", language) for language in TITLE_LANGUAGES), ("xlsx", "nl")])
def test_what_goes_out_comes_in_again_unchanged(desk: Desk, form: str, language: str) -> None:
    full(desk.session)
    for kind, rows in ((CUSTOMERS, 3), (CONTACTS, 4)):
        content = b"".join(everything(desk.session, SYSTEM, kind, form, language))
        run = desk.upload(content, kind)
        counts = planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
        said = {n: (row.diff, row.problems) for n, row in desk.rows(run).items() if row.status != RowStatus.UNCHANGED}
        assert (counts["unchanged"], said) == (rows, {})


def test_TO_02_TO_05_a_full_export_makes_the_same_customers_in_an_empty_place(desk: Desk) -> None:
    full(desk.session)
    content = b"".join(everything(desk.session, SYSTEM, CUSTOMERS, "xlsx", "nl"))
    before = _values(desk)
    with changeset(desk.session, SYSTEM, "Empty"):
        for table in ("customer", "contact"):
            desk.session.execute(Customer.metadata.tables[table].delete())
    run = desk.upload(content)
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert desk.commit(run).created == 3
    assert _values(desk) == before


@pytest.mark.parametrize("kind", [CUSTOMERS, CONTACTS])
def test_who_was_archived_is_archived_again_in_an_empty_place(desk: Desk, kind: ImportKind) -> None:
    if kind is CUSTOMERS:
        factories.customer(desk.session, company_name="Gone", archived_at=utc_now())
        factories.customer(desk.session, company_name="Here")
    else:
        factories.contact(desk.session, first_name="", last_name="Gone", archived_at=utc_now())
        factories.contact(desk.session, first_name="", last_name="Here")
    content = b"".join(everything(desk.session, SYSTEM, kind, "xlsx", "nl", archived=None))
    with changeset(desk.session, SYSTEM, "Empty"):
        desk.session.execute(Customer.metadata.tables[kind.removesuffix("s")].delete())
    desk.bring_file(content, kind)
    assert {row["name"]: row["archived_at"] is not None for row in desk.table(kind.removesuffix("s"))} == {
        "Gone": True,
        "Here": False,
    }


def test_a_column_of_who_is_active_archives_the_others(desk: Desk) -> None:
    run = desk.plan(("Naam", "Gearchiveerd"), ("Acme", "Actief"), ("Beta", "Inactief"), ("Gamma", "ja"))
    assert ["archived_at" in desk.rows(run)[row].values["customer"] for row in (2, 3, 4)] == [False, True, True]


@pytest.mark.parametrize("kind", [CUSTOMERS, CONTACTS])
def test_who_may_not_archive_brings_in_nobody_archived(
    session: Session, tmp_path: Path, cast: Cast, kind: ImportKind
) -> None:
    rights = frozenset({Right.VIEW, Right.EDIT, Right.IMPORT})
    with changeset(session, SYSTEM, "Set up"):
        cast.bob.role = factories.role(session, rights=rights)
    desk = desk_of(session, tmp_path, access.looker_for(session, cast.bob))
    run = desk.plan(("Voornaam", "Achternaam", "Gearchiveerd"), ("Ada", "Vos", "ja"), ("Bo", "Bos", "nee"), kind=kind)
    assert desk.statuses(run) == {2: "rejected", 3: "new"}
    assert "NO_RIGHT_TO_ARCHIVE" in desk.codes(run, 2)


def test_an_import_archives_and_restores_nobody_who_is_there(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Acme")
    factories.customer(desk.session, number="K-2", company_name="Beta", archived_at=utc_now())
    run = desk.plan(("Nummer", "Naam", "Gearchiveerd"), ("K-1", "Acme", "ja"), ("K-2", "Beta", "nee"))
    assert desk.statuses(run) == {2: "unchanged", 3: "unchanged"}
    assert [desk.codes(run, row) for row in (2, 3)] == [["ARCHIVES_NOBODY"]] * 2


def _values(desk: Desk) -> list[dict[str, object]]:
    """Customers and what hangs below them, without keys and moments."""
    found = []
    for table in ("customer", "address", "bank_account", "contact", "customer_contact"):
        for row in desk.table(table):
            kept = {k: v for k, v in row.items() if (k != "id" and not k.endswith(("_at", "_id"))) or k == "owner_id"}
            if table == "contact" and row["last_name"] != "van der Berg":
                continue
            found.append(
                {"table": table, **{k: v for k, v in kept.items() if k not in {"birth_date", "is_invoice_contact"}}}
            )
    return sorted(found, key=str)


def test_no_text_becomes_a_formula_and_none_is_changed(desk: Desk, tmp_path: Path) -> None:
    for n, text in enumerate(FORMULAS):
        factories.customer(desk.session, number=f"K-{n}", company_name=f"Firm {n}", reference=text, nickname="\t=1")
    asked = ["number", "reference"]
    by_csv = b"".join(stream(desk.session, CUSTOMERS, select(Customer.id).order_by(Customer.id), asked, "csv"))
    cells = [row[1] for row in csv.reader(io.StringIO(by_csv.decode("utf-8-sig")), delimiter=";")][1:]
    assert all(cell[0] not in "=+-@\t\r" for cell in cells)
    (tmp_path / "x.xlsx").write_bytes(
        b"".join(stream(desk.session, CUSTOMERS, select(Customer.id).order_by(Customer.id), asked, "xlsx"))
    )
    sheet = load_workbook(tmp_path / "x.xlsx").active
    assert sheet is not None
    doubled = {"'=1": "''=1", "''": "'''"}
    assert [cell.value for cell in sheet["C"]][1:] == [doubled.get(text, text) for text in FORMULAS]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    for content in (by_csv, (tmp_path / "x.xlsx").read_bytes()):
        run = desk.upload(content)
        counts = planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
        assert counts["unchanged"] == len(FORMULAS)


def test_a_csv_begins_with_a_mark_and_separates_with_semicolons(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Åmål", hourly_rate=Decimal("1095.50"))
    ids = select(Customer.id)
    asked = ["number", "company_name", "hourly_rate"]
    assert b"".join(stream(desk.session, CUSTOMERS, ids, asked, "csv", "nl")) == (
        b"\xef\xbb\xbf" + "Klantnummer;Bedrijfsnaam;Uurtarief\r\nK-1;Åmål;1095,50\r\n".encode()
    )
    assert b";1095.50" in b"".join(stream(desk.session, CUSTOMERS, ids, asked, "csv", "en"))


def test_the_order_of_the_ids_is_kept_over_blocks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BLOCK", 2)
    for n in range(5):
        factories.customer(desk.session, number=f"K-{n}", company_name=f"Firm {n}")
    ids = select(Customer.id).order_by(Customer.number.desc())
    content = b"".join(stream(desk.session, CUSTOMERS, ids, ["number"], "csv")).decode("utf-8-sig")
    assert content.split() == ["Customer", "number", "K-4", "K-3", "K-2", "K-1", "K-0"]


def test_numbers_and_dates_keep_their_kind_in_a_workbook(desk: Desk, tmp_path: Path) -> None:
    full(desk.session)
    asked = [
        "number",
        "company_number",
        "customer_since",
        "hourly_rate",
        "payment_term_days",
        "head_office.postal_code",
    ]
    ids = select(Customer.id).where(Customer.number == "K-1")
    (tmp_path / "x.xlsx").write_bytes(b"".join(stream(desk.session, CUSTOMERS, ids, asked, "xlsx")))
    sheet = load_workbook(tmp_path / "x.xlsx").active
    assert sheet is not None
    number, _, company, since, rate, days, code = (cell.value for cell in sheet[2])
    assert (number, company, code) == ("K-1", "05561234", "01234")
    assert (since, rate, days) == (dt.datetime(2019, 3, 1), 1095.5, 30)


def test_letters_that_xml_cannot_hold_survive(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="a_x000D_b \U0001f600 c")
    content = b"".join(everything(desk.session, SYSTEM, CUSTOMERS, "xlsx"))
    run = desk.upload(content)
    assert planning.make_plan(desk.session, desk.looker, desk.folder, run.id)["unchanged"] == 1


def test_the_first_bytes_come_before_the_first_query(desk: Desk) -> None:
    # As on a page, which knows the settings since it knows who is looking.
    settings.keep(desk.session, settings.everything(desk.session))
    asked: list[str] = []
    event.listen(desk.session.get_bind(), "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    for form in ("csv", "xlsx"):
        pieces = stream(desk.session, CUSTOMERS, select(Customer.id), ["number"], "csv" if form == "csv" else "xlsx")
        assert next(iter(pieces))
        assert asked == []


def test_a_workbook_of_nobody_is_a_workbook(desk: Desk) -> None:
    content = b"".join(stream(desk.session, CUSTOMERS, select(Customer.id), ["number"], "xlsx"))
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_archived_customers_go_out_only_when_asked_for(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Here")
    factories.customer(desk.session, number="K-2", company_name="Gone", archived_at=utc_now())

    def numbers(archived: bool | None) -> bytes:
        return b"".join(everything(desk.session, SYSTEM, CUSTOMERS, "csv", archived=archived))

    assert (b"K-1" in numbers(False), b"K-2" in numbers(False)) == (True, False)
    assert (b"K-1" in numbers(True), b"K-2" in numbers(True)) == (False, True)
    assert (b"K-1" in numbers(None), b"K-2" in numbers(None)) == (True, True)


def test_an_export_shows_what_its_reader_may_see(session: Session, cast: Cast) -> None:
    mine = factories.customer(session, number="K-1", company_name="Mine")
    secret = factories.customer(session, number="K-2", company_name="Secret")
    both = factories.contact(session, first_name="Ann", last_name="Berg")
    for customer in (secret, mine):
        factories.link(session, customer, both)
    reader = factories.role(session, rights=frozenset({"view"}))
    exporter = factories.role(session, rights=frozenset({"export"}))
    factories.access(session, mine, reader, cast.charlie)
    with changeset(session, SYSTEM, "Set up"):
        cast.charlie.role_id = exporter.id
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    assert b"Secret" not in b"".join(everything(session, charlie, CUSTOMERS, "csv"))
    contacts = b"".join(everything(session, charlie, CONTACTS, "csv"))
    assert b"Ann" in contacts
    assert b"Mine" in contacts
    assert b"Secret" not in contacts


def test_without_the_right_to_export_nothing_goes_out(session: Session, cast: Cast) -> None:
    bob = access.looker_for(session, cast.bob)
    with pytest.raises(NotAllowed):
        everything(session, bob, CUSTOMERS, "csv")


def test_a_column_that_does_not_go_out_is_an_error(desk: Desk) -> None:
    with pytest.raises(KeyError):
        stream(desk.session, CONTACTS, select(Contact.id), ["infix"], "csv")
    assert all(not column.only_in for column in exported(CONTACTS))


# Columns of an export, and the forms and languages it is made in.
SOME = {
    CUSTOMERS: (["number", "name"], ["name", "kind", "head_office.city"]),
    CONTACTS: (["name", "email", "customer.name"], ["name", "kind", "phone", "customer.number"]),
}
FORMS = tuple(itertools.product(("csv", "xlsx"), ("en", "nl")))


@pytest.mark.parametrize("kind", [CUSTOMERS, CONTACTS])
def test_an_export_of_all_there_is_changes_nothing_when_it_comes_back(desk: Desk, kind: ImportKind) -> None:
    seed.seed(desk.session, SYSTEM, customers=200, seed=1, today=dt.date(2026, 11, 21))
    ids = select(Base.metadata.tables[kind.value[:-1]].c.id)
    found = []
    for columns, form, language in [([], *form) for form in FORMS] + [(some, "csv", "nl") for some in SOME[kind]]:
        run = desk.upload(b"".join(stream(desk.session, kind, ids, columns, form, language)), kind)
        counts = planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
        found.append({name: count for name, count in counts.items() if count})
    assert found == [{"unchanged": len(desk.table(kind.value[:-1]))}] * 6
