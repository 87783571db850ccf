"""Two rows that mean the same record and do not say the same of it: neither goes in before somebody chooses."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from models.contact import Contact
from models.label import Label
from tests import factories
from tests.importers.helpers import CONTACTS, Desk, desk_of

PEOPLE = ("Voornaam", "Achternaam", "E-mail", "Telefoon", "Bedrijf")


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def gareth(session: Session) -> Contact:
    """Somebody with an address at a customer."""
    firm = factories.customer(session, number="K-1", company_name="Murray")
    known = factories.contact(session, first_name="Gareth", last_name="Cox", email="g@cox.example")
    factories.link(session, firm, known)
    return known


def test_the_same_person_with_and_without_an_address_is_asked_about(desk: Desk, session: Session) -> None:
    gareth(session)
    rows = (PEOPLE, ("Gareth", "Cox", "g@cox.example", "020 5550101", "Murray"))
    rows = (*rows, ("Gareth", "Cox", "", "020 5550102", "Murray"))
    run = desk.plan(*rows, kind=CONTACTS)
    assert desk.statuses(run) == {2: "duplicate", 3: "duplicate"}
    assert [desk.codes(run, row) for row in (2, 3)] == [["SAME_TWICE"], ["SAME_TWICE"]]
    assert run.counts["duplicate"] == 2
    desk.decide(run, row_3="take")
    assert desk.statuses(run) == {2: "duplicate", 3: "changed"}
    desk.commit(run)
    assert desk.one("contact")["phone"] == "020 5550102"


def test_rows_of_one_person_that_say_the_same_go_in(desk: Desk, session: Session) -> None:
    known = gareth(session)
    factories.link(session, factories.customer(session, number="K-2", company_name="Other"), known)
    factories.label(session, name="VIP")
    head = (*PEOPLE, "Labels")
    rows = (("Gareth", "Cox", "", "020 5550101", firm, "VIP") for firm in ("Murray", "Other"))
    done = desk.bring(head, *rows, kind=CONTACTS)
    assert (done.updated, done.skipped) == (2, 0)
    assert len(desk.table("contact_label")) == 1
    assert session.query(Label).count() == 1


def test_of_two_rows_with_one_number_not_both_can_count(desk: Desk) -> None:
    run = desk.plan(("Klantnummer", "Naam"), ("K-1", "Een"), ("K-1", "Twee"))
    desk.decide(run, row_2="take", row_3="take")
    assert desk.statuses(run) == {2: "duplicate", 3: "duplicate"}
    desk.decide(run, row_3="")
    desk.commit(run)
    assert [one["company_name"] for one in desk.table("customer")] == ["Een"]


def test_two_rows_decided_to_be_one_customer_are_asked_about(desk: Desk, session: Session) -> None:
    known = factories.customer(session, number="K-1", company_name="Acme")
    run = desk.plan(("Klantnummer", "Naam", "Telefoon"), ("K-1", "Acme", "020 5550101"), ("", "Acme", "020 5550102"))
    desk.decide(run, row_3=str(known.id))
    assert desk.statuses(run) == {2: "duplicate", 3: "changed"}
    assert desk.codes(run, 2) == ["SAME_TWICE"]


def test_a_main_contact_of_two_customers_of_whom_two_rows_say_different_things_is_asked_about(
    desk: Desk, session: Session
) -> None:
    jan = factories.contact(session, first_name="Jan", last_name="Vos", email="jan@vos.example")
    for number in ("C-0", "C-30"):
        factories.link(session, factories.customer(session, number=number, company_name=number), jan, is_main=True)
    head = ("Klantnummer", "Contactpersoon e-mail", "Contactpersoon telefoon")
    run = desk.plan(head, ("C-0", "jan@vos.example", "0201234567"), ("C-30", "jan@vos.example", "0307654321"))
    assert desk.statuses(run) == {2: "duplicate", 3: "duplicate"}
    desk.decide(run, row_3="take")
    assert desk.statuses(run) == {2: "duplicate", 3: "changed"}
    desk.commit(run)
    assert desk.one("contact")["phone"] == "0307654321"
    # The same said twice is no question.
    again = desk.plan(head, ("C-0", "jan@vos.example", "0601"), ("C-30", "jan@vos.example", "0601"))
    assert desk.statuses(again) == {2: "changed", 3: "changed"}
