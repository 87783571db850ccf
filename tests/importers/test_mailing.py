"""The mailing list: the people of a list of contacts, with the customer, the function and the address that fit it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from importers import mailing
from importers.mailing import Per
from models import access, search
from models.access import SYSTEM
from models.contact import Contact
from models.customer import Customer
from models.journal import changeset
from tests import factories
from tests.conftest import Cast

Rows = list[dict[str, Any]]


def written(session: Session, per: Per = Per.PERSON, language: str = "en", **asked: Any) -> Rows:
    """The rows of the file for a list that is asked for like this."""
    state = search.read_state(search.CONTACTS, [(name, str(value)) for name, value in asked.items()])
    assert not state.dropped
    body = b"".join(mailing.stream(session, state, per, "csv", language)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body), delimiter=";"))


@pytest.fixture
def people(session: Session) -> dict[str, Any]:
    """Freya at two customers, Mats at one of them and at an archived one, Oskar at none."""
    een = factories.customer(session, number="K-1", company_name="Een B.V.")
    factories.address(session, een, street="Kade 1", street_2="Unit 8", postal_code="9711 AA", is_head_office=True)
    factories.address(session, een, street="Postbus 2", is_head_office=False, city="Assen")
    twee = factories.customer(session, number="K-2", company_name="Twee B.V.")
    oud = factories.customer(session, number="K-3", company_name="Oud B.V.")
    freya = factories.contact(
        session, salutation="Dear Freya", first_name="Freya", last_name="Berg", email="freya@berg.example"
    )
    mats = factories.contact(
        session, first_name="Mats", last_name="Ekdahl", street="Ringweg 9", city="Lund", country="SE"
    )
    oskar = factories.contact(session, first_name="Oskar", last_name="Zonder")
    factories.link(session, een, freya, function="Finance")
    factories.link(session, twee, freya, function="Board", is_main=True)
    factories.link(session, twee, mats, function="Finance", is_invoice_contact=True)
    factories.link(session, oud, mats, function="Board")
    return {"een": een, "twee": twee, "oud": oud, "freya": freya, "mats": mats, "oskar": oskar}


def archive(session: Session, record: Customer | Contact) -> None:
    """Archived, as the verb leaves it."""
    with changeset(session, SYSTEM, "Archive"):
        record.archived_at = factories.A_MOMENT


def test_VS_25_a_person_is_one_row_with_the_customer_where_the_function_asked_for_is(
    session: Session, people: dict[str, Any]
) -> None:
    (freya, mats) = written(session, function="Finance")
    assert (freya["Name"], freya["Function"], freya["Customer name"]) == ("Freya Berg", "Finance", "Een B.V.")
    assert (freya["Salutation"], freya["E-mail"]) == ("Dear Freya", "freya@berg.example")
    assert (mats["Customer name"], mats["Customer number"]) == ("Twee B.V.", "K-2")
    by_main = {row["Name"]: row["Customer name"] for row in written(session)}
    assert by_main == {"Freya Berg": "Twee B.V.", "Mats Ekdahl": "Twee B.V.", "Oskar Zonder": ""}


def test_VS_25_the_address_is_the_own_one_of_the_person_or_else_the_head_office(
    session: Session, people: dict[str, Any]
) -> None:
    (freya, mats) = written(session, function="Finance", language="nl")
    place = ("Straat en huisnummer", "Adresregel 2", "Postcode", "Plaats", "Land")
    assert [freya[name] for name in place] == ["Kade 1", "Unit 8", "9711 AA", "Groningen", "Nederland"]
    assert [mats[name] for name in place] == ["Ringweg 9", "", "", "Lund", "Zweden"]


def test_VS_25_a_row_per_person_and_customer_holds_the_customers_that_fit_the_filters(
    session: Session, people: dict[str, Any]
) -> None:
    def pairs(**asked: Any) -> list[tuple[str, str]]:
        return [(row["Name"], row["Customer name"]) for row in written(session, Per.CUSTOMER, **asked)]

    freya, mats, oskar = "Freya Berg", "Mats Ekdahl", "Oskar Zonder"
    assert sorted(pairs()) == sorted(
        [(freya, "Een B.V."), (freya, "Twee B.V."), (mats, "Twee B.V."), (mats, "Oud B.V."), (oskar, "")]
    )
    assert pairs(function="Board") == [(freya, "Twee B.V."), (mats, "Oud B.V.")]
    assert pairs(customer=people["een"].id) == [(freya, "Een B.V.")]
    assert pairs(**{"with": "invoice_contact"}) == [(mats, "Twee B.V.")]
    # Nobody of the list is lost where no single customer fits all that is asked.
    assert pairs(function="Finance", **{"with": "main_contact"}) == [(freya, "Twee B.V."), (freya, "Een B.V.")]


def test_VS_25_what_is_archived_is_left_out_unless_it_is_asked_for(session: Session, people: dict[str, Any]) -> None:
    archive(session, people["oud"])
    archive(session, people["oskar"])
    shown = [(row["Name"], row["Customer name"]) for row in written(session, Per.CUSTOMER)]
    assert ("Mats Ekdahl", "Oud B.V.") not in shown
    assert "Oskar Zonder" not in [name for name, _ in shown]
    everything = [(row["Name"], row["Customer name"]) for row in written(session, Per.CUSTOMER, archived="all")]
    assert {("Mats Ekdahl", "Oud B.V."), ("Oskar Zonder", "")} <= {*everything}


def test_VS_25_by_keyword_and_function_together_and_as_a_workbook(session: Session, people: dict[str, Any]) -> None:
    keyword = factories.label(session, name="Newsletter")
    factories.put_label(session, keyword, contact=people["mats"])
    assert [row["Name"] for row in written(session, label=keyword.id, function="Finance")] == ["Mats Ekdahl"]
    state = search.read_state(search.CONTACTS, [("label", str(keyword.id))])
    book = load_workbook(io.BytesIO(b"".join(mailing.stream(session, state, Per.PERSON, "xlsx", "nl"))))
    head, row = book.active.iter_rows(values_only=True)
    assert book.active.title == "Mailinglijst"
    assert dict(zip(head, row, strict=True))["Functie"] == "Finance"


def test_a_customer_that_one_may_not_see_is_on_no_mailing_list(
    session: Session, people: dict[str, Any], cast: Cast
) -> None:
    reader = factories.role(session, rights=frozenset({"view", "export"}))
    factories.access(session, people["een"], reader, cast.charlie)
    access.look_as(session, access.looker_for(session, cast.charlie))
    (row,) = written(session, Per.CUSTOMER)
    assert (row["Name"], row["Customer name"], row["Function"]) == ("Freya Berg", "Een B.V.", "Finance")
    assert written(session, function="Board") == []
