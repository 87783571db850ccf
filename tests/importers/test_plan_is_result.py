"""What a plan shows is what is written, field for field, and nothing else: proved on generated rows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from importers import plan
from importers.columns import COLUMNS, Place
from importers.run import Choices
from importers.writer import WRITTEN
from models.imports import ImportKind, ImportRow, ImportRun, RowStatus
from models.settings import ValueList
from tests import factories
from tests.importers.helpers import CUSTOMERS, Desk, desk_of
from tests.importers.proof import WAYS, Flat, prove, read, same

HEAD = (
    "Klantnummer", "Bedrijfsnaam", "Voornaam", "Achternaam", "Telefoon", "E-mail", "Website", "Straat", "Postcode",
    "Plaats", "Land", "Factuuradres plaats", "IBAN", "Labels", "Branche", "Klant sinds", "Uurtarief", "Betalingstermijn",
    "Onkosten doorbelasten", "Opmerkingen", "Contactpersoon", "E-mail contactpersoon",
)  # fmt: skip
# Cells that are wrong, by the column they stand in.
WRONG = {10: "Atlantis", 15: "31 februari 2026", 16: "veel", 17: "nooit", 18: "misschien"}


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def generated(chance: random.Random, number: int) -> list[str]:
    """One row; about a third of its cells are empty, and names come back now and then."""
    is_person = chance.random() < 0.2
    cells = [
        f"K-{number}",
        "" if is_person else f"Firm {number} {chance.choice(('B.V.', 'AB', 'Oy'))}",
        f"Ann{chance.randrange(50)}" if is_person else "",
        f"Berg{number}" if is_person else "",
        f"0{chance.randrange(10**8, 10**9)}",
        f"mail{chance.randrange(10**6)}@firm.example",
        "https://firm.example",
        f"Kade {chance.randrange(1, 300)}",
        f"{chance.randrange(1000, 9999)} AB",
        chance.choice(("Zwolle", "Växjö", "Åbo", "'s-Hertogenbosch", "=1+1", "Ўлан  Удэ")),
        chance.choice(("NL", "Zweden", "Suomi", "Deutschland", "Norge")),
        chance.choice(("Assen", "Gouda")),
        chance.choice(("NL91ABNA0417164300", "NL20INGB0001234567", "DE89370400440532013000")),
        "; ".join(chance.sample(("Vip", "Transport", "Bouw", "Zorg"), chance.randrange(0, 3))),
        chance.choice(("Bouw", "Zorg", "Handel")),
        f"{chance.randrange(1, 29)}-{chance.randrange(1, 13)}-20{chance.randrange(10, 26)}",
        f"{chance.randrange(10, 300)},{chance.randrange(10, 100)}",
        str(chance.randrange(0, 90)),
        chance.choice(("ja", "nee")),
        chance.choice(("Let op", "Belt terug", "")),
        f"Jan Berg{chance.randrange(1000)}",
        f"jan{chance.randrange(10**6)}@firm.example",
    ]
    return [cell if at < 4 or chance.random() < 0.65 else "" for at, cell in enumerate(cells)]


def rows_of(chance: random.Random, count: int, known: int) -> Iterator[list[str]]:
    """Half new, half about a record there is, some of those as it is; 1 % bad, and some that stand twice."""
    for at in range(count):
        number = chance.randrange(known) if known and at % 2 else known + at
        row = generated(chance, number)
        if chance.random() < 0.01:
            column = chance.choice(list(WRONG))
            row[column] = WRONG[column]
        yield row


def flat(session: Session) -> dict[int, Flat]:
    """Every customer with all that a plan may say of it, by the names that a plan uses."""
    found: dict[int, Flat] = {}
    columns = COLUMNS[ImportKind.CUSTOMERS].values()
    words = {one["id"]: one["name"] for one in read(session, "list_value")}
    people = {one["id"]: one for one in read(session, "contact")}
    labels = {one["id"]: one["name"] for one in read(session, "label")}
    for one in read(session, "customer"):
        found[one["id"]] = {"number": one["number"], "accounts": set(), "labels": set(), "kind": one["kind"]}
        for column in columns:
            if column.place is Place.SELF and column.attribute:
                value = one[column.attribute]
                found[one["id"]][column.key] = words.get(value, value) if column.attribute in LISTED else value
    for one in read(session, "address"):
        for column in columns:
            flag = {Place.HEAD_OFFICE: "is_head_office", Place.INVOICE: "is_invoice"}.get(column.place)
            if flag and one[flag] and column.attribute:
                found[one["customer_id"]][column.key] = one[column.attribute]
    for one in read(session, "bank_account"):
        found[one["customer_id"]]["accounts"].add(one["iban"])
    for customer, label in session.execute(text("SELECT customer_id, label_id FROM customer_label")):
        found[customer]["labels"].add(labels[label])
    for one in read(session, "customer_contact"):
        person = people[one["contact_id"]]
        found[one["customer_id"]].setdefault("contacts", {})[one["contact_id"]] = (person["name"], person["email"])
        if one["is_main"]:
            found[one["customer_id"]]["main_contact.contact"] = person["name"]
            found[one["customer_id"]]["main_contact.email"] = person["email"]
    return found


LISTED = frozenset({"status_id", "industry_id", "invoice_layout_id"})


def expected(before: Flat, row: ImportRow) -> Flat:
    """A record as it has to be after a row, from what it was and what the plan shows."""
    after = {**before, "accounts": set(before.get("accounts", ())), "labels": set(before.get("labels", ()))}
    for key, (old, new) in plan.shown(row, {}).items():
        if key == "labels":
            assert {*old} <= after["labels"]
            after["labels"] = after["labels"] - {*old} | {*new}
        elif key == "iban":
            after["accounts"].add(new)
        elif key.startswith("main_contact."):
            continue
        else:
            assert row.status is RowStatus.NEW or same(old, before.get(key)), (
                row.row_number,
                key,
                old,
                before.get(key),
            )
            after[key] = new
    return after


def check_contact(before: Flat, after: Flat, row: ImportRow) -> None:
    """The main contact is the one the plan names, with what it says of it; others keep their name and address."""
    told = plan.shown(row, {})
    name, mail = told.get("main_contact.contact"), told.get("main_contact.email")
    if name:
        assert after["main_contact.contact"] == name[1], row.row_number
        assert row.status is RowStatus.NEW or same(name[0], before.get("main_contact.contact")), row.row_number
    else:
        assert same(after.get("main_contact.contact"), before.get("main_contact.contact")), row.row_number
    if mail:
        assert after["main_contact.email"] == mail[1], row.row_number
    main = after.get("main_contact.contact")
    kept = {key: one for key, one in before.get("contacts", {}).items() if one[0] != main}
    assert kept.items() <= after.get("contacts", {}).items(), row.row_number


def check(desk: Desk, run: ImportRun, before: dict[int, Flat]) -> None:
    """Hold every row of a committed plan against the database, and the database against what no row is about."""
    after = flat(desk.session)
    touched: set[int] = set()
    for row in desk.session.scalars(select(ImportRow).where(ImportRow.run_id == run.id)):
        if row.status not in WRITTEN or not row.ticked:
            continue
        assert row.target_id is not None
        assert row.target_id not in touched
        touched.add(row.target_id)
        old, new = before.get(row.target_id, {}), after[row.target_id]
        assert bool(old) is (row.status is RowStatus.CHANGED)
        wanted = expected(old, row)
        told = {key for key in {*wanted, *new} if not key.startswith("main_contact.") and key != "contacts"}
        wrong = {key: (wanted.get(key), new.get(key)) for key in told if not same(wanted.get(key), new.get(key))}
        assert wrong == {}, row.row_number
        check_contact(old, new, row)
    assert {key: after[key] for key in after.keys() - touched} == {key: before[key] for key in before.keys() - touched}
    desk.session.expire_all()


@WAYS
def test_what_the_plan_shows_is_what_is_written_field_for_field(desk: Desk, choices: Choices) -> None:
    for name in ("Vip", "Transport"):
        factories.label(desk.session, name=name)
    factories.list_value(desk.session, ValueList.INDUSTRY, "Bouw")
    prove(desk, CUSTOMERS, choices, HEAD, rows_of, flat, check)
