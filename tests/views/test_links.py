"""Contacts on the card of a customer and customers on that of a contact: linked, changed and unlinked in place."""

from __future__ import annotations

from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.settings import ValueList
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_customers import names, text_of


def card_of(customer: Customer) -> str:
    """The tab with the contacts."""
    return f"/customers/details/?id={customer.id}&tab=contact"


def links_in(answer: TestResponse) -> list[str]:
    """Where the links of a page go."""
    return [str(href) for href in html.document_fromstring(answer.get_data(as_text=True)).xpath("//a/@href")]


def menu_of(answer: TestResponse, name: str) -> dict[str, str]:
    """What the menu of a contact offers, and where each leads."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    (menu,) = tree.xpath(f"//details[summary/@aria-label='Actions for {name}']")
    return {one.text_content().strip(): one.get("href") for one in menu.iter("a")}


def let_edit(session: Session, cast: Cast, customer: Customer) -> None:
    """Charlie may edit this customer, and sees no other."""
    editor = session.scalars(select(Role).where(Role.name == "Editor")).one()
    factories.access(session, customer, editor, cast.charlie)


def link_of(session: Session, contact_id: int, customer_id: int) -> CustomerContact:
    """The link between the two, as it is on file."""
    session.rollback()
    found = select(CustomerContact).where(
        CustomerContact.contact_id == contact_id, CustomerContact.customer_id == customer_id
    )
    return session.scalars(found).one()


def test_TO_25_an_existing_contact_is_found_by_mail_or_phone_and_linked_with_its_function(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    freya = factories.contact(
        session, first_name="Freya", last_name="Berg", email="freya@berg.example", phone="+46 31 700 12 40"
    )
    factories.list_value(session, ValueList.FUNCTION, "Operations manager")
    find = f"/links/new/?customer={customer.id}"
    assert find in links_in(alice.get(card_of(customer)))
    step = f"{find}&contact={freya.id}"
    for asked in ("berg.example", "31 700", "frey", "freyja"):
        assert step in links_in(alice.get(f"{find}&q={asked}")), asked
    form = alice.get(step)
    assert '<option value="Operations manager">' in form.get_data(as_text=True)
    done = alice.press(form, "Save link", function="operations manager", is_main="y", is_invoice_contact="y")
    assert done.location == card_of(customer)
    made = link_of(session, freya.id, customer.id)
    assert (made.function, made.is_main, made.is_invoice_contact) == ("Operations manager", True, True)
    shown = alice.get(card_of(customer))
    assert "Operations manager" in text_of(shown)
    assert "linked already" in text_of(alice.get(f"{find}&q=freya"))
    again = alice.send(step, customer_id=customer.id, contact_id=freya.id)
    assert again.status_code == 422
    assert f"Freya Berg already belongs to {customer.name}." in text_of(again)


def test_TO_25_TC_11_TC_12_a_new_contact_is_made_with_its_function_and_marks_and_one_is_back_on_the_card(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    new = f"/contacts/new/?customer={customer.id}"
    assert new in links_in(alice.get(card_of(customer)))
    form = alice.get(new)
    done = alice.press(form, "Save contact", first_name="Mats", function="Finance", is_invoice_contact="y")
    assert done.location == card_of(customer)
    session.rollback()
    mats = session.scalars(select(Contact)).one()
    made = link_of(session, mats.id, customer.id)
    assert (made.function, made.is_main, made.is_invoice_contact) == ("Finance", False, True)
    too_long = alice.press(alice.get(new), "Save contact", first_name="Mats", function="x" * 121)
    assert too_long.status_code == 422
    assert "121 characters are too many; 120 fit." in text_of(too_long)
    assert "At this customer" not in text_of(alice.get("/contacts/new/"))
    assert "At this customer" not in text_of(alice.get(f"/contacts/edit/?id={mats.id}"))


def test_TO_25_a_contact_is_edited_deactivated_and_deleted_from_the_card_where_one_comes_back(
    session: Session, client_for: ClientFor
) -> None:
    dana, customer = client_for("Dana"), factories.customer(session)
    freya = factories.contact(session, first_name="Freya", last_name="Berg")
    factories.link(session, customer, freya)
    card = card_of(customer)
    menu = menu_of(dana.get(card), "Freya Berg")
    assert list(menu) == ["Edit contact", "Function and marks", "Unlink…", "Deactivate…", "Delete…"]
    done = dana.press(dana.get(menu["Edit contact"]), "Save contact", phone="+31 10 555 0100")
    assert done.location == card
    done = dana.press(dana.get(menu["Deactivate…"]), "Deactivate 1 contact")
    assert done.location == card
    assert "Freya Berg" not in dana.get(card).get_data(as_text=True).partition("kb-toast")[0]
    back = menu_of(dana.get(f"{card}&deactivated=1"), "Freya Berg")["Reactivate…"]
    assert dana.press(dana.get(back), "Reactivate 1 contact").location == card
    done = dana.press(dana.get(menu["Delete…"]), "Move 2 records to the bin")
    assert done.location == card
    session.rollback()
    assert session.scalars(select(Contact)).all() == []


def test_TC_12_one_contact_has_each_mark_of_a_customer_and_giving_it_takes_it_from_the_other(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer, other = client_for("Alice"), factories.customer(session), factories.customer(session)
    first, second = factories.contact(session), factories.contact(session, first_name="Mats", last_name="Ekdahl")
    factories.link(session, customer, first, is_main=True, is_invoice_contact=True)
    factories.link(session, customer, second)
    factories.link(session, other, first, is_invoice_contact=True)
    change = menu_of(alice.get(card_of(customer)), "Mats Ekdahl")["Function and marks"]
    done = alice.press(alice.get(change), "Save link", is_main="y", is_invoice_contact="y", function="Finance")
    assert done.location == card_of(customer)
    kept = link_of(session, first.id, customer.id)
    assert (kept.is_main, kept.is_invoice_contact) == (False, False)
    given = link_of(session, second.id, customer.id)
    assert (given.is_main, given.is_invoice_contact, given.function) == (True, True, "Finance")
    assert link_of(session, first.id, other.id).is_invoice_contact


def test_a_function_that_no_list_has_stays_as_it_is(session: Session, client_for: ClientFor) -> None:
    alice, customer, contact = client_for("Alice"), factories.customer(session), factories.contact(session)
    factories.list_value(session, ValueList.FUNCTION, "Finance")
    link = factories.link(session, customer, contact, function="Chef de cuisine")
    form = alice.get(f"/links/edit/?id={link.id}")
    assert alice.press(form, "Save link", is_main="y").status_code == 302
    assert link_of(session, contact.id, customer.id).function == "Chef de cuisine"


def test_TC_23_what_one_may_not_see_of_another_customer_stays_hidden_and_untouched(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    mine = factories.customer(session, company_name="Eigen Zaak B.V.")
    theirs = factories.customer(session, company_name="Verborgen Zaken B.V.")
    freya = factories.contact(session, first_name="Freya", last_name="Berg")
    factories.link(session, mine, freya, function="Advice")
    factories.link(session, theirs, freya, function="Treasurer", is_main=True, is_invoice_contact=True)
    let_edit(session, cast, mine)
    charlie = client_for("Charlie")
    link = link_of(session, freya.id, mine.id)
    edit, card = f"/contacts/edit/?id={freya.id}&customer={mine.id}", f"/contacts/details/?id={freya.id}"
    pages = (card, edit, card_of(mine), f"/links/edit/?id={link.id}", f"/links/delete/?id={link.id}", "/links/")
    for path in pages:
        page = charlie.get(path).get_data(as_text=True)
        assert "Freya" in page, path
        assert "Verborgen" not in page, path
        assert "Treasurer" not in page, path
    charlie.press(charlie.get(edit), "Save contact", last_name="Bergström", phone="+46 31 700 12 40")
    done = charlie.press(charlie.get(f"/links/edit/?id={link.id}"), "Save link", function="Finance", is_main="y")
    assert done.status_code == 302
    hidden = link_of(session, freya.id, theirs.id)
    assert (hidden.function, hidden.is_main, hidden.is_invoice_contact) == ("Treasurer", True, True)
    assert link_of(session, freya.id, mine.id).function == "Finance"
    page = charlie.get(f"/links/delete/?id={link.id}")
    assert "you will not see the contact any more" in text_of(page)
    assert charlie.press(page, "Unlink").location == card_of(mine)
    session.rollback()
    assert [one.customer_id for one in session.scalars(select(CustomerContact))] == [theirs.id]
    assert charlie.get(card).status_code == 404
    dana = client_for("Dana")
    assert "Verborgen Zaken B.V." in text_of(dana.get(card))


def test_TC_23_a_contact_is_linked_with_a_further_customer_from_its_own_card(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    customers = [factories.customer(session, company_name=name) for name in ("Een B.V.", "Twee B.V.")]
    freya = factories.contact(session, first_name="Freya", last_name="Berg")
    factories.link(session, customers[0], freya)
    card = f"/contacts/details/?id={freya.id}"
    find = f"/links/new/?contact={freya.id}&from=contact"
    assert find in links_in(alice.get(card))
    found = alice.get(f"{find}&q=twee")
    (step,) = {href for href in links_in(found) if f"customer={customers[1].id}" in href}
    assert alice.press(alice.get(step), "Save link", function="Board").location == card
    assert link_of(session, freya.id, customers[1].id).function == "Board"
    shown = text_of(alice.get(card))
    assert "Twee B.V." in shown
    assert "Board" in shown


def test_unlinking_says_what_stays_and_can_be_undone(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    customers = [factories.customer(session, company_name=name) for name in ("Een B.V.", "Twee B.V.")]
    freya = factories.contact(session, first_name="Freya", last_name="Berg")
    for customer in customers:
        factories.link(session, customer, freya, is_main=True)
    unlink = menu_of(alice.get(card_of(customers[0])), "Freya Berg")["Unlink…"]
    page = alice.get(unlink)
    assert "Freya Berg stays a contact of Twee B.V." in text_of(page)
    assert "no main contact until another is marked" in text_of(page)
    assert alice.press(page, "Unlink").location == card_of(customers[0])
    card = alice.get(card_of(customers[0]))
    assert "Freya Berg is no contact of Een B.V. any more" in text_of(card)
    (undo,) = html.document_fromstring(card.get_data(as_text=True)).xpath(
        "//form[button[@class='kb-toast-act']]/@action"
    )
    alice.send(undo)
    assert link_of(session, freya.id, customers[0].id).is_main


def test_a_contact_that_one_may_only_see_is_linked_by_somebody_else(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    mine, read = factories.customer(session), factories.customer(session)
    let_edit(session, cast, mine)
    reader = session.scalars(select(Role).where(Role.name == "Reader")).one()
    factories.access(session, read, reader, cast.charlie)
    freya, hidden = factories.contact(session, first_name="Freya"), factories.contact(session, first_name="Freyja")
    factories.link(session, read, freya)
    charlie = client_for("Charlie")
    found = text_of(charlie.get(f"/links/new/?customer={mine.id}&q=frey"))
    assert "only to be seen by you" in found
    assert "Freyja" not in found
    for contact, status in ((freya, 403), (hidden, 404)):
        sent = charlie.send(f"/links/new/?customer={mine.id}", customer_id=mine.id, contact_id=contact.id)
        assert sent.status_code == status
    assert charlie.get(f"/links/new/?contact={freya.id}").status_code == 403
    assert charlie.get(f"/links/new/?customer={read.id}").status_code == 403


def test_TL_32_TL_34_VS_26_VS_27_deactivated_contacts_stand_on_the_card_on_request(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    for name, since in (("Freya", None), ("Mats", factories.A_MOMENT)):
        factories.link(session, customer, factories.contact(session, first_name=name, archived_at=since))
    assert "Mats" not in text_of(alice.get(card_of(customer)))
    shown = text_of(alice.get(f"{card_of(customer)}&deactivated=1"))
    assert "Mats" in shown
    assert "Deactivated" in shown


def test_the_list_of_links_is_searched_by_contact_and_by_function(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    for name, function in (("Freya", "Finance"), ("Mats", "Board")):
        factories.link(
            session, customer, factories.contact(session, first_name=name, last_name="Berg"), function=function
        )
    alice = client_for("Alice")
    for asked in ("freya", "finance"):
        assert names(alice.get(f"/links/?search={asked}")) == ["Freya Berg"]
    assert names(alice.get("/links/?search=berg")) == ["Freya Berg", "Mats Berg"]
