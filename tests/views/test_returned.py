"""An exported workbook that comes back, in the wizard: what is said, what is asked, and what is written."""

from __future__ import annotations

import io

from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from importers.columns import COLUMNS
from models.access import SYSTEM
from models.customer import Customer
from models.imports import ImportKind
from models.journal import changeset
from tests import factories
from tests.conftest import ClientFor
from tests.pages import PageClient
from tests.views.test_imports import commit, planned, text_of


def exported(client: PageClient, **cells: str) -> bytes:
    """The customers as the list exports them, with these cells of the first row changed and the last row removed."""
    answer = client.get("/customers/export/xlsx/")
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(answer.get_data()))
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    for key, value in cells.items():
        sheet.cell(2, titles.index(COLUMNS[ImportKind.CUSTOMERS][key].title()) + 1).value = value
    sheet.delete_rows(sheet.max_row)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def values(session: Session) -> tuple[str | None, ...]:
    session.rollback()
    acme = session.scalars(select(Customer).where(Customer.number == "K-1")).one()
    return acme.phone, acme.email, acme.nickname


def test_each_field_that_both_changed_is_chosen_on_the_page(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Acme", phone="1", email="a@acme.example")
    factories.customer(session, number="K-2", company_name="Beta <b>")
    alice = client_for("Alice")
    content = exported(alice, phone="mine", email="mine@acme.example", nickname="A")
    with changeset(session, SYSTEM, "Meanwhile"):
        acme = session.scalars(select(Customer).where(Customer.number == "K-1")).one()
        acme.phone, acme.email = "theirs", "theirs@acme.example"
    run = planned(alice, content)
    page = text_of(alice.get(f"{run}check/"))
    assert "only cells that were changed since are taken" in page
    assert "1 row was removed from the workbook: Beta <b>. Nothing is deleted." in page
    assert "Phone: 1 was exported, others made it theirs, your file says mine." in page
    assert "What is row 2?" not in page
    assert commit(alice, run).status_code == 422
    assert values(session) == ("theirs", "theirs@acme.example", None)

    alice.send(f"{run}rows/", **{"show": "ambiguous", "field-2-phone": "mine", "field-2-email": ""})
    assert "1 record will be written" not in text_of(alice.get(f"{run}check/"))
    alice.send(f"{run}rows/", **{"show": "ambiguous", "field-2-phone": "mine", "field-2-email": "theirs"})
    assert "1 record will be written" in text_of(alice.get(f"{run}check/"))
    # It may be thought over.
    alice.send(
        f"{run}rows/",
        **{"show": "changed", "shown": "2", "row": "2", "field-2-phone": "theirs", "field-2-email": "mine"},
    )
    commit(alice, run)
    assert values(session) == ("theirs", "mine@acme.example", "A")


def test_strange_names_and_sides_of_fields_decide_nothing(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Acme", phone="1")
    factories.customer(session, number="K-2", company_name="Beta")
    alice = client_for("Alice")
    content = exported(alice, phone="mine")
    with changeset(session, SYSTEM, "Meanwhile"):
        session.scalars(select(Customer).where(Customer.number == "K-1")).one().phone = "theirs"
    run = planned(alice, content)
    for strange in (
        {"field-2-phone": "both"},
        {"field-x-phone": "mine"},
        {"field-2-nothing": "mine"},
        {"field-": "mine"},
    ):
        assert alice.send(f"{run}rows/", show="ambiguous", **strange).status_code == 302
        assert "0 new, 0 changed, 0 unchanged, 1 skipped" in text_of(alice.get(f"{run}check/"))


def test_a_record_that_changes_after_the_plan_is_shown_again(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Acme", phone="1")
    factories.customer(session, number="K-2", company_name="Beta")
    alice = client_for("Alice")
    run = planned(alice, exported(alice, phone="mine"))
    with changeset(session, SYSTEM, "Meanwhile"):
        session.scalars(select(Customer).where(Customer.number == "K-1")).one().phone = "theirs"
    refused = commit(alice, run)
    assert refused.status_code == 409
    assert "others made it theirs" in text_of(refused)
    assert values(session)[0] == "theirs"


def test_contacts_brought_as_customers_are_turned_away(session: Session, client_for: ClientFor) -> None:
    factories.contact(session)
    alice = client_for("Alice")
    content = alice.get("/contacts/export/xlsx/").get_data()
    data = {"csrf_token": alice.token(), "kind": "customers", "file": (io.BytesIO(content), "list.xlsx")}
    answer = alice.post("/imports/new/", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Choose to import contacts." in text_of(answer)
