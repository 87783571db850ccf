"""Bank accounts of a customer: added, changed and removed from its card."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.customer import BankAccount
from tests import factories
from tests.conftest import ClientFor
from tests.views.test_addresses import titles
from tests.views.test_customers import text_of
from tests.views.test_imports import plan_of
from tests.views.test_links import links_in, menu_of


def accounts(session: Session) -> list[tuple[str, str | None]]:
    """What is on file."""
    session.rollback()
    return [(one.iban, one.holder) for one in session.scalars(select(BankAccount).order_by(BankAccount.id))]


def test_TS_23_a_bank_account_is_added_changed_and_removed_from_the_card(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    card = f"/customers/details/?id={customer.id}&tab=settings"
    new = f"/bank-accounts/new/?customer={customer.id}"
    assert new in links_in(alice.get(card))
    done = alice.press(alice.get(new), "Save bank account", iban="nl91 abna 0417 1643 00", holder="Een B.V.")
    assert done.location == card
    assert accounts(session) == [("NL91ABNA0417164300", "Een B.V.")]
    shown = alice.get(card)
    assert "NL91 ABNA 0417 1643 00" in text_of(shown)
    assert "does not look like an IBAN" not in text_of(shown)
    menu = menu_of(shown, "NL91 ABNA 0417 1643 00")
    assert alice.press(alice.get(menu["Edit"]), "Save bank account", holder="Twee B.V.").location == card
    assert accounts(session) == [("NL91ABNA0417164300", "Twee B.V.")]
    page = alice.get(menu["Delete…"])
    assert alice.send("/bank-accounts/delete/", plan=plan_of(page)).location == card
    assert accounts(session) == []
    assert "NL91 ABNA 0417 1643 00" in text_of(alice.get("/bin/"))
    assert titles(session)[-3:] == [
        "Add bank account NL91ABNA0417164300",
        "Change bank account NL91 ABNA 0417 1643 00",
        "Delete bank account NL91 ABNA 0417 1643 00",
    ]


def test_TS_23_a_number_that_fails_the_check_of_an_iban_is_kept_with_a_warning(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    new = f"/bank-accounts/new/?customer={customer.id}"
    assert alice.press(alice.get(new), "Save bank account", iban="  ").status_code == 422
    assert alice.press(alice.get(new), "Save bank account", iban="N" * 41).status_code == 422
    done = alice.press(alice.get(new), "Save bank account", iban="NL91ABNA0417164301")
    assert "NL91 ABNA 0417 1643 01 does not look like an IBAN." in text_of(alice.get(done.location))
    assert accounts(session) == [("NL91ABNA0417164301", None)]


def test_who_may_only_read_a_customer_sees_its_accounts_and_changes_none(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    account = factories.bank_account(session, customer).id
    bob = client_for("Bob")
    shown = bob.get(f"/customers/details/?id={customer.id}&tab=settings")
    assert "NL91 ABNA" in text_of(shown)
    assert not [href for href in links_in(shown) if "/bank-accounts/" in href and "details" not in href]
    for path in (f"new/?customer={customer.id}", f"edit/?id={account}", f"delete/?id={account}"):
        assert bob.get(f"/bank-accounts/{path}").status_code == 403, path
