"""Labels in place: the ticks of one record, from its card."""

from __future__ import annotations

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.base import utc_now
from models.journal import Changeset
from models.label import CustomerLabel
from tests import factories
from tests.conftest import ClientFor


def on(session: Session, customer_id: int) -> set[int]:
    """The labels of a customer."""
    session.rollback()
    return set(session.scalars(select(CustomerLabel.label_id).where(CustomerLabel.customer_id == customer_id)))


def way_in(page: TestResponse) -> str | None:
    """Where the plus beside the labels leads."""
    found = html.document_fromstring(page.text).xpath("//div[@class='kb-head-text']//a[@data-kb-pops]/@href")
    return found[0] if found else None


def test_TC_10_VS_36_labels_are_put_on_and_taken_off_beside_the_name_of_a_customer(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Kop B.V.")
    old, new = factories.label(session, name="Old"), factories.label(session, name="New")
    factories.put_label(session, old, customer=customer)
    alice = client_for("Alice")
    path = way_in(alice.get(f"/customers/details/?id={customer.id}&tab=projects"))
    assert path is not None
    answer = alice.press(alice.get(path), "Save", labels=[str(new.id)])
    assert answer.status_code == 302
    assert answer.location == f"/customers/details/?id={customer.id}&tab=projects"
    assert on(session, customer.id) == {new.id}
    assert session.scalars(select(Changeset.title).order_by(Changeset.id.desc())).first() == "Change customer {name}"


def test_ticks_of_two_people_are_both_kept(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    mine, theirs = factories.label(session, name="Mine"), factories.label(session, name="Theirs")
    alice, dana = client_for("Alice"), client_for("Dana")
    path = f"/customers/labels/?id={customer.id}"
    before = alice.get(path)
    dana.press(dana.get(path), "Save", labels=[str(theirs.id)])
    assert alice.press(before, "Save", labels=[str(mine.id)]).status_code == 302
    assert on(session, customer.id) == {mine.id, theirs.id}


def test_two_labels_of_a_group_that_allows_one_are_refused_and_stay_ticked(
    session: Session, client_for: ClientFor
) -> None:
    group = factories.label_group(session, name="Segment", one_per_record=True)
    pair = [factories.label(session, name=name, group_id=group.id) for name in ("Small", "Large")]
    customer = factories.customer(session)
    alice = client_for("Alice")
    answer = alice.press(
        alice.get(f"/customers/labels/?id={customer.id}"), "Save", labels=[str(label.id) for label in pair]
    )
    assert answer.status_code == 422
    tree = html.document_fromstring(answer.text)
    assert "Segment" in tree.get_element_by_id("labels-error").text_content()
    assert len(tree.xpath("//form[@data-kb-popped]//input[@checked]")) == 2
    assert on(session, customer.id) == set()


def test_a_label_that_is_not_there_is_refused(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    factories.label(session)
    alice = client_for("Alice")
    page = alice.get(f"/customers/labels/?id={customer.id}")
    assert alice.press(page, "Save", labels=["999"]).status_code == 422
    assert alice.press(page, "Save", labels=["x"]).status_code == 422
    assert on(session, customer.id) == set()


@pytest.mark.parametrize("entity", ["customers", "contacts"])
def test_who_may_not_edit_has_no_way_to_the_ticks(session: Session, client_for: ClientFor, entity: str) -> None:
    customer = factories.customer(session)
    contact = factories.contact(session)
    factories.link(session, customer, contact)
    key = customer.id if entity == "customers" else contact.id
    bob = client_for("Bob")
    assert way_in(bob.get(f"/{entity}/details/?id={key}")) is None
    assert bob.get(f"/{entity}/labels/?id={key}").status_code == 403
    assert bob.send(f"/{entity}/labels/?id={key}").status_code == 403
    assert client_for("Alice").get(f"/{entity}/labels/?id=999999").status_code == 404


def test_an_archived_customer_keeps_its_labels(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, archived_at=utc_now())
    alice = client_for("Alice")
    assert way_in(alice.get(f"/customers/details/?id={customer.id}")) is None
    assert alice.get(f"/customers/labels/?id={customer.id}").status_code == 409
