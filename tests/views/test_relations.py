"""Relations on the cards of both sides: entered once, read from either, and hidden with the side that is hidden."""

from __future__ import annotations

import pytest
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.connection import Connection
from models.customer import Customer
from models.settings import ListValue, ValueList
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_customers import text_of
from tests.views.test_imports import plan_of


def card_of(customer_id: int) -> str:
    """The tab with the relations."""
    return f"/customers/details/?id={customer_id}&tab=contact"


def rows_of(answer: TestResponse) -> list[list[str]]:
    """The relations that a card shows, cell by cell, without their menus."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    rows = tree.xpath("//div[@aria-label='Relations']//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row[:3]] for row in rows]


def accountant(session: Session) -> ListValue:
    """A kind that reads differently from the other side."""
    return factories.list_value(session, ValueList.RELATION_KIND, "accountant of", other_name="client of")


def let_edit(session: Session, cast: Cast, *customers: Customer) -> None:
    """Charlie may edit these customers, and sees no other."""
    editor = session.scalars(select(Role).where(Role.name == "Editor")).one()
    for customer in customers:
        factories.access(session, customer, editor, cast.charlie)


def count(session: Session) -> int:
    """How many relations there are."""
    session.rollback()
    return session.scalar(select(func.count(Connection.id))) or 0


def test_TS_12_TL_39_a_relation_is_entered_once_and_read_from_both_cards(
    session: Session, client_for: ClientFor
) -> None:
    kind, alice = accountant(session), client_for("Alice")
    shop, books = (factories.customer(session, company_name=name).id for name in ("Winkel B.V.", "Boekhouders B.V."))
    card = alice.get(card_of(shop))
    assert f"/relations/new/?customer={shop}" in card.get_data(as_text=True)
    found = alice.get(f"/relations/new/?customer={shop}&q=boekh")
    (step,) = {
        str(href)
        for href in html.document_fromstring(found.get_data(as_text=True)).xpath("//a/@href")
        if f"other={books}" in href
    }
    form = alice.get(step)
    assert "client of" in form.get_data(as_text=True)
    done = alice.press(form, "Save relation", kind_id=f"{kind.id}-back", note="Since 2019")
    assert done.location == card_of(shop)
    assert count(session) == 1
    shown = alice.get(card_of(shop))
    assert rows_of(shown) == [["client of", "Boekhouders B.V. Customer", "Since 2019"]]
    assert "The relation with Boekhouders B.V. was added" in text_of(shown)
    assert rows_of(alice.get(card_of(books))) == [["accountant of", "Winkel B.V. Customer", "Since 2019"]]
    assert "Add a relation with Boekhouders B.V." in text_of(alice.get(f"/customers/details/?id={shop}&tab=history"))


def test_TS_11_TL_39_a_customer_and_a_contact_have_a_relation_that_both_cards_show(
    session: Session, client_for: ClientFor
) -> None:
    owner = factories.list_value(session, ValueList.RELATION_KIND, "owner of", other_name="owned by")
    alice, customer = client_for("Alice"), factories.customer(session, company_name="Winkel B.V.")
    freya = factories.contact(session, first_name="Freya", last_name="Berg")
    factories.link(session, factories.customer(session), freya)
    card = f"/contacts/details/?id={freya.id}"
    find = f"/relations/new/?contact={freya.id}&side=contact"
    assert find.replace("&", "&amp;") in alice.get(card).get_data(as_text=True)
    found = alice.get(f"{find}&q=winkel").get_data(as_text=True)
    step = f"{find}&customer={customer.id}"
    assert step.replace("&", "&amp;") in found
    done = alice.press(alice.get(step), "Save relation", kind_id=f"{owner.id}-back")
    assert done.location == card
    assert rows_of(alice.get(card)) == [["owner of", "Winkel B.V. Customer", "–"]]
    assert rows_of(alice.get(card_of(customer.id))) == [["owned by", "Freya Berg Contact", "–"]]


def test_without_another_name_a_kind_reads_the_same_from_both_sides(session: Session, client_for: ClientFor) -> None:
    partner = factories.list_value(session, ValueList.RELATION_KIND, "partner of")
    one, two = (factories.customer(session, company_name=name) for name in ("Een B.V.", "Twee B.V."))
    factories.relation(session, one, two, partner)
    alice = client_for("Alice")
    assert rows_of(alice.get(card_of(one.id)))[0][:2] == ["partner of", "Twee B.V. Customer"]
    assert rows_of(alice.get(card_of(two.id)))[0][:2] == ["partner of", "Een B.V. Customer"]
    form = alice.get(f"/relations/new/?customer={one.id}&other={factories.customer(session).id}")
    assert html.document_fromstring(form.get_data(as_text=True)).xpath("//select[@name='kind_id']/option/@value") == [
        "",
        str(partner.id),
    ]


def test_a_relation_is_changed_and_deleted_from_either_card_and_comes_back_to_both(
    session: Session, client_for: ClientFor
) -> None:
    kind, alice = accountant(session), client_for("Alice")
    lawyer = factories.list_value(session, ValueList.RELATION_KIND, "lawyer of", other_name="client of")
    shop, books = (factories.customer(session, company_name=name) for name in ("Winkel B.V.", "Boekhouders B.V."))
    relation = factories.relation(session, books, shop, kind)
    edit = f"/relations/edit/?id={relation.id}&side={shop.id}"
    assert edit.replace("&", "&amp;") in alice.get(card_of(shop.id)).get_data(as_text=True)
    form = alice.get(edit)
    assert "client of (lawyer of)" in form.get_data(as_text=True)
    assert alice.press(form, "Save relation", kind_id=str(lawyer.id), note="Ask for Eva").location == card_of(shop.id)
    assert rows_of(alice.get(card_of(shop.id))) == [["client of", "Boekhouders B.V. Customer", "Ask for Eva"]]
    assert rows_of(alice.get(card_of(books.id))) == [["lawyer of", "Winkel B.V. Customer", "Ask for Eva"]]
    page = alice.get(f"/relations/delete/?id={relation.id}&side={shop.id}")
    assert "Boekhouders B.V.: lawyer of Winkel B.V." in text_of(page)
    assert alice.press(page, "Delete relation").location == card_of(shop.id)
    assert count(session) == 0
    card = alice.get(card_of(shop.id))
    (undo,) = html.document_fromstring(card.get_data(as_text=True)).xpath(
        "//form[button[@class='kb-toast-act']]/@action"
    )
    assert "Delete the relation with Winkel B.V." in text_of(alice.get("/bin/"))
    alice.send(undo)
    assert [len(rows_of(alice.get(card_of(one.id)))) for one in (shop, books)] == [1, 1]


def test_the_same_is_said_of_two_once_on_whichever_side_it_is_entered(session: Session, client_for: ClientFor) -> None:
    kind, alice = accountant(session), client_for("Alice")
    shop, books = (factories.customer(session, company_name=name) for name in ("Winkel B.V.", "Boekhouders B.V."))
    person = factories.contact(session)
    factories.relation(session, books, shop, kind)
    factories.relation(session, books, person, kind)
    for path, other, back in (
        (f"customer={books.id}&other={shop.id}", {"other_customer_id": shop.id}, ""),
        (f"customer={shop.id}&other={books.id}", {"other_customer_id": books.id}, "-back"),
        (f"customer={books.id}&contact={person.id}", {"contact_id": person.id}, ""),
    ):
        customer = path.partition("&")[0].removeprefix("customer=")
        sent = alice.send(f"/relations/new/?{path}", customer_id=customer, kind_id=f"{kind.id}{back}", **other)
        assert sent.status_code == 422, path
        assert "have this relation already" in text_of(sent)
    itself = alice.send(
        f"/relations/new/?customer={shop.id}&other={shop.id}",
        customer_id=shop.id,
        other_customer_id=shop.id,
        kind_id=kind.id,
    )
    assert itself.status_code == 422
    assert "no relation with itself" in text_of(itself)
    assert count(session) == 2
    # That the shop keeps the books of the other as well is another thing to say.
    path = f"/relations/new/?customer={shop.id}&other={books.id}"
    assert alice.send(path, customer_id=shop.id, kind_id=kind.id, other_customer_id=books.id).status_code == 302
    assert count(session) == 3


def test_a_relation_with_a_hidden_side_is_not_there_at_all(session: Session, client_for: ClientFor, cast: Cast) -> None:
    kind = accountant(session)
    mine = factories.customer(session, company_name="Eigen Zaak B.V.")
    hidden = factories.customer(session, company_name="Verborgen Zaken B.V.")
    unseen = factories.contact(session, first_name="Onzichtbaar", last_name="Mens")
    dana, charlie = client_for("Dana"), client_for("Charlie")
    let_edit(session, cast, mine)
    made = f"/relations/new/?customer={mine.id}&other={hidden.id}"
    dana.send(made, customer_id=mine.id, other_customer_id=hidden.id, kind_id=kind.id)
    from_there = f"/relations/new/?customer={hidden.id}&contact={unseen.id}"
    dana.send(from_there, customer_id=hidden.id, contact_id=unseen.id, kind_id=kind.id)
    factories.relation(session, mine, unseen, kind, note="Geheim")
    assert len(rows_of(dana.get(card_of(mine.id)))) == 2
    relations = session.scalars(select(Connection.id)).all()
    pages = [card_of(mine.id), f"/customers/details/?id={mine.id}&tab=history", "/history/", "/relations/", "/bin/"]
    for path in pages:
        page = charlie.get(path).get_data(as_text=True)
        for word in ("Verborgen", "Onzichtbaar", "Geheim", "Add a relation"):
            assert word not in page, (path, word)
    assert rows_of(charlie.get(card_of(mine.id))) == []
    for key in relations:
        for path in ("details", "edit", "delete"):
            assert charlie.get(f"/relations/{path}/?id={key}").status_code == 404
        assert charlie.send(f"/relations/edit/?id={key}", note="Gekaapt", **{"shown-at": 0}).status_code == 404
    dana.edit(f"/customers/edit/?id={mine.id}", kind="business", company_name="Eigen Zaak", number=mine.number)
    charlie.edit(f"/customers/edit/?id={mine.id}", kind="business", company_name="Eigen Zaak N.V.", number=mine.number)
    session.rollback()
    assert [one.note for one in session.scalars(select(Connection).order_by(Connection.id))] == [None, None, "Geheim"]
    assert "Add a relation with Verborgen Zaken B.V." in text_of(dana.get(pages[1]))


@pytest.mark.parametrize("field", ["other_customer_id", "contact_id"])
def test_nobody_connects_to_a_hidden_id(session: Session, client_for: ClientFor, cast: Cast, field: str) -> None:
    kind, mine = accountant(session), factories.customer(session)
    hidden = factories.customer(session) if field == "other_customer_id" else factories.contact(session)
    let_edit(session, cast, mine)
    charlie = client_for("Charlie")
    asked = {"other_customer_id": "other", "contact_id": "contact"}[field]
    answers = []
    for key in (hidden.id, 999_999):
        path = f"/relations/new/?customer={mine.id}&{asked}={key}"
        sent = charlie.send(path, customer_id=mine.id, kind_id=kind.id, **{field: key})
        answers.append((charlie.get(path).status_code, sent.status_code))
        offered = charlie.get(f"/relations/new/?customer={mine.id}&q=bakkerij").get_data(as_text=True)
        assert f"{asked}={hidden.id}" not in offered
    assert answers == [(404, 404), (404, 404)]
    # Another than the one that the form was opened for.
    visible = factories.customer(session)
    let_edit(session, cast, visible)
    sent = charlie.send(
        f"/relations/new/?customer={mine.id}&other={visible.id}",
        customer_id=mine.id,
        kind_id=kind.id,
        **{"other_customer_id": visible.id, field: hidden.id},
    )
    assert sent.status_code in (302, 422)
    session.rollback()
    assert hidden.id not in {getattr(one, field) for one in session.scalars(select(Connection))}


def test_the_right_to_edit_one_of_the_two_is_enough_and_takes_seeing_both(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    kind = accountant(session)
    mine, read, other = (factories.customer(session) for _ in range(3))
    let_edit(session, cast, mine)
    reader = session.scalars(select(Role).where(Role.name == "Reader")).one()
    for customer in (read, other):
        factories.access(session, customer, reader, cast.charlie)
    relation = factories.relation(session, read, mine, kind)
    not_mine = factories.relation(session, read, other, kind)
    charlie = client_for("Charlie")
    form = charlie.get(f"/relations/edit/?id={relation.id}&side={mine.id}")
    assert charlie.press(form, "Save relation", note="Sinds 2020").location == card_of(mine.id)
    assert charlie.get(f"/relations/edit/?id={not_mine.id}").status_code == 403
    page = charlie.get(f"/relations/delete/?id={not_mine.id}")
    assert page.status_code == 403
    path = f"/relations/new/?customer={read.id}&other={other.id}"
    assert charlie.get(path).status_code == 403
    sent = charlie.send(path, customer_id=read.id, other_customer_id=other.id, kind_id=kind.id)
    assert sent.status_code == 403
    page = charlie.get(f"/relations/delete/?id={relation.id}")
    assert charlie.send("/relations/delete/", plan=plan_of(page)).status_code == 302
    session.rollback()
    assert session.scalars(select(Connection.id)).all() == [not_mine.id]
    bob = client_for("Bob")
    assert f"/relations/new/?customer={mine.id}" not in bob.get(card_of(mine.id)).get_data(as_text=True)
    assert bob.get(f"/relations/edit/?id={not_mine.id}").status_code == 403


def test_what_is_archived_on_either_side_locks_the_relation(session: Session, client_for: ClientFor) -> None:
    kind, alice = accountant(session), client_for("Alice")
    gone = factories.customer(session, company_name="Weg B.V.", archived_at=factories.A_MOMENT)
    there = factories.customer(session)
    made = factories.relation
    with pytest.raises(Exception, match="archived"):
        made(session, there, gone, kind)
    page = alice.get(f"/relations/new/?customer={there.id}&other={gone.id}")
    assert page.status_code == 422
    assert "Weg B.V. is archived" in text_of(page)
    sent = alice.send(
        f"/relations/new/?customer={there.id}&other={gone.id}",
        customer_id=there.id,
        other_customer_id=gone.id,
        kind_id=kind.id,
    )
    assert sent.status_code == 422
    assert "Weg B.V. is archived" in text_of(sent)


def test_only_kinds_of_relations_have_a_name_for_the_other_side(session: Session, client_for: ClientFor) -> None:
    dana = client_for("Dana")
    new = dana.get("/lists/new/?list=relation_kind")
    assert dana.press(new, "Save value", name="accountant of", other_name="client of").status_code == 302
    session.rollback()
    kind = session.scalars(select(ListValue)).one()
    assert (kind.list, kind.name, kind.other_name) == (ValueList.RELATION_KIND, "accountant of", "client of")
    assert "Seen from the other side" in text_of(dana.get(f"/lists/edit/?id={kind.id}"))
    refused = dana.send("/lists/new/", list="status", name="Lead", other_name="x", position="0")
    assert refused.status_code == 422
    assert "Only a kind of relation" in text_of(refused)
    status = factories.list_value(session, ValueList.STATUS, "Lead")
    assert "Seen from the other side" not in text_of(dana.get(f"/lists/edit/?id={status.id}"))


def test_what_was_added_or_saved_is_the_relation_not_the_other_customer(
    session: Session, client_for: ClientFor
) -> None:
    kind, alice = accountant(session), client_for("Alice")
    shop, books = (factories.customer(session, company_name=name).id for name in ("Winkel B.V.", "Boekhouders B.V."))
    form = alice.get(f"/relations/new/?customer={shop}&other={books}")
    done = alice.press(form, "Save relation", kind_id=f"{kind.id}")
    page = text_of(alice.get(done.location))
    assert "The relation with Boekhouders B.V. was added" in page
    assert "Boekhouders B.V. added" not in page
