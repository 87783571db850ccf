"""What a plan for contacts shows is what is written: fields, labels, links with customers, and who is main contact there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from importers import plan
from importers.columns import COLUMNS, Place
from importers.run import Choices
from importers.writer import WRITTEN
from models.imports import ImportKind, ImportRow, ImportRun, RowStatus
from models.settings import ValueList
from tests import factories
from tests.importers.helpers import CONTACTS, Desk, desk_of
from tests.importers.proof import WAYS, Flat, prove, read, same

HEAD = (
    "Voornaam", "Achternaam", "E-mailadres", "Telefoon", "Mobiel", "Klant: klantnummer", "Functie", "Hoofdcontact",
    "Factuurcontact", "Straat en huisnummer", "Plaats", "Land", "Labels", "Geboortedatum", "Opmerkingen",
)  # fmt: skip
FIRMS = 40
# Cells that are wrong, by the column they stand in.
WRONG = {5: "K-404", 7: "misschien", 11: "Atlantis", 13: "31 februari 1980"}
OF_LINK = ("function", "is_main", "is_invoice_contact")


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def generated(chance: random.Random, number: int) -> list[str]:
    """One row; about a third of its cells are empty, but for the name and the address by which it is recognised."""
    cells = [
        f"Ann{number % 50}",
        f"Berg{number}",
        f"ann{number}@firm.example",
        f"0{chance.randrange(10**8, 10**9)}",
        f"06{chance.randrange(10**7, 10**8)}",
        f"K-{chance.randrange(FIRMS)}",
        chance.choice(("Inkoop", "Directie", "Salaris")),
        chance.choice(("ja", "nee")),
        chance.choice(("ja", "nee")),
        f"Kade {chance.randrange(1, 300)}",
        chance.choice(("Zwolle", "Växjö", "Åbo", "=1+1")),
        chance.choice(("NL", "Zweden", "Suomi")),
        "; ".join(chance.sample(("Vip", "Beurs", "Kerstkaart"), chance.randrange(0, 3))),
        f"{chance.randrange(1, 29)}-{chance.randrange(1, 13)}-19{chance.randrange(40, 99)}",
        chance.choice(("Let op", "Belt terug", "")),
    ]
    return [cell if at < 3 or chance.random() < 0.65 else "" for at, cell in enumerate(cells)]


def rows_of(chance: random.Random, count: int, known: int) -> Iterator[list[str]]:
    """Half new, half about a contact there is; 1 % bad, and some that stand twice."""
    for at in range(count):
        row = generated(chance, chance.randrange(known) if known and at % 2 else known + at)
        if chance.random() < 0.01:
            column = chance.choice(list(WRONG))
            row[column] = WRONG[column]
        yield row


def flat(session: Session) -> dict[int, Flat]:
    """Every contact with all that a plan may say of it, by the names that a plan uses, and its links by customer."""
    own = [one for one in COLUMNS[ImportKind.CONTACTS].values() if one.place is Place.SELF and one.attribute]
    found: dict[int, Flat] = {}
    labels = {one["id"]: one["name"] for one in read(session, "label")}
    for one in read(session, "contact"):
        values = {column.key: one[column.attribute] for column in own if column.attribute}
        found[one["id"]] = {**values, "kind": one["kind"], "labels": set(), "links": {}}
    for contact, label in session.execute(text("SELECT contact_id, label_id FROM contact_label")):
        found[contact]["labels"].add(labels[label])
    for one in read(session, "customer_contact"):
        found[one["contact_id"]]["links"][one["customer_id"]] = {name: one[name] for name in OF_LINK}
    return found


def expected(before: Flat, row: ImportRow) -> Flat:
    """A contact as it has to be after a row, from what it was and what the plan shows."""
    after = {**before, "labels": set(before.get("labels", ()))}
    after["links"] = {key: dict(link) for key, link in before.get("links", {}).items()}
    customer = row.values.get("link", {}).get("customer_id")
    told = plan.shown(row, {})
    if "customer.name" in told:
        assert customer not in after["links"], row.row_number
        after["links"][customer] = {"function": "", "is_main": False, "is_invoice_contact": False}
    for key, (old, new) in told.items():
        place, _, name = key.partition(".")
        if key == "labels":
            assert {*old} <= after["labels"]
            after["labels"] = after["labels"] - {*old} | {*new}
        elif place == "customer" and name in OF_LINK:
            # Who is named as the main contact now is told by name.
            after["links"][customer][name] = True if name == "is_main" and new else new
        elif place != "customer":
            assert row.status is RowStatus.NEW or same(old, before.get(key)), (row.row_number, key)
            after[key] = new
    return after


def check(desk: Desk, run: ImportRun, before: dict[int, Flat]) -> None:
    """Hold every row of a committed plan against the database, and the database against what no row is about."""
    after = flat(desk.session)
    wanted, mains = dict(before), dict[int, int]()
    written = [row for row in desk.rows(run).values() if row.status in WRITTEN and row.ticked]
    for row in sorted(written, key=lambda row: row.row_number):
        assert row.target_id is not None
        assert (row.target_id in before) is (row.status is RowStatus.CHANGED)
        wanted[row.target_id] = expected(before.get(row.target_id, {}), row)
        if row.values.get("link", {}).get("is_main"):
            mains[row.values["link"]["customer_id"]] = row.target_id
    for customer, contact in mains.items():
        # There is one main contact: the last who was made it. Everybody else lost the mark, which the plan says by name.
        for key, one in wanted.items():
            if customer in one["links"] and key != contact:
                links = {**one["links"], customer: {**one["links"][customer], "is_main": False}}
                wanted[key] = {**one, "links": links}
    assert wanted.keys() == after.keys()
    wrong = {
        (key, name): (one.get(name), after[key].get(name))
        for key, one in wanted.items()
        for name in {*one, *after[key]}
        if not same(one.get(name), after[key].get(name))
    }
    assert wrong == {}
    desk.session.expire_all()


@WAYS
def test_what_the_plan_of_contacts_shows_is_what_is_written_field_for_field(desk: Desk, choices: Choices) -> None:
    factories.label(desk.session, name="Vip")
    factories.list_value(desk.session, ValueList.FUNCTION, "Inkoop")
    for number in range(FIRMS):
        factories.customer(desk.session, number=f"K-{number}")
    prove(desk, CONTACTS, choices, HEAD, rows_of, flat, check)
