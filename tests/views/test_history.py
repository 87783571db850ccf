"""The page of the history: every event is told in full words, and what is left out is counted."""

from __future__ import annotations

from lxml import html
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.access import SYSTEM
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.journal import changeset
from tests import factories
from tests.conftest import Cast, ClientFor


def text_of(answer: TestResponse) -> str:
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).text_content().split())


def test_every_name_on_a_page_is_told_however_many_there_are(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, owner_id=cast.bob.id)
    for _ in range(21):
        with changeset(session, SYSTEM, "Import contacts"):
            session.execute(insert(Contact), [{"first_name": "Astrid", "last_name": "Holmgren"} for _ in range(20)])
        newest = session.scalars(select(Contact.id).order_by(Contact.id.desc()).limit(20)).all()
        with changeset(session, SYSTEM, "Import links"):
            session.execute(
                insert(CustomerContact), [{"customer_id": customer.id, "contact_id": contact} for contact in newest]
            )
    with changeset(session, SYSTEM, "Change the owner"):
        session.get_one(Customer, customer.id).owner_id = cast.alice.id
    page = text_of(client_for("Dana").get(f"/customers/details/?id={customer.id}&tab=history"))
    assert "no longer there, or not for you to see" not in page
    assert "Bob" in page


def test_records_that_are_not_listed_are_counted_by_record_not_by_field(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    for _ in range(25):
        factories.address(session, customer)
    session.connection().execute(text("UPDATE address SET street = 'Nieuwe Kade 2', city = 'Delft'"))
    session.commit()
    page = text_of(client_for("Dana").get(f"/customers/details/?id={customer.id}&tab=history"))
    assert "25 records" in page
    assert "and 5 more records" in page
