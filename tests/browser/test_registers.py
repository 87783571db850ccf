"""Public registers in the browser: a form that is filled in, and a customer beside what a register has, without JavaScript too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Panel, SignIn
from tests.browser.test_axe import NO_COLOURS, violations
from tests.stub import NORWEGIAN

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])


def looked_up(page: Page) -> None:
    """A new customer, filled in by the register."""
    page.goto("/customers/new/")
    page.locator("#phone").fill("+47 55 00 00 00")
    page.locator("#register_number").fill("987 654 321 MVA")
    page.get_by_role("button", name="Look up").click()
    expect(page.locator("#looked-up")).to_contain_text("FJORDVIK SHIPPING AS")


def ask(page: Page) -> None:
    """From the card to the page that shows both sides."""
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="Update from the register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Update from the register")


@WITH_AND_WITHOUT
def test_TC_09_VS_17_a_register_fills_in_a_new_customer_and_later_updates_what_is_picked(
    sign_in: SignIn, panel: Panel, scripts: bool
) -> None:
    panel.register.say(NORWEGIAN)
    page = sign_in(java_script_enabled=scripts)
    looked_up(page)
    expect(page.locator("#phone")).to_have_value("+47 55 00 00 00")
    expect(page.locator("#head_office_city")).to_have_value("BERGEN")
    expect(page.locator("#head_office_country")).to_have_value("NO")
    page.get_by_role("button", name="Save customer").click()
    if page.locator("#alike").count():
        page.get_by_role("button", name="Save anyway").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("FJORDVIK SHIPPING AS")

    panel.register.say({**NORWEGIAN, "navn": "FJORDVIK REDERI AS", "epostadresse": "hei@fjordvik.example"})
    ask(page)
    expect(page.get_by_role("checkbox")).to_have_count(2)
    page.get_by_label("Take over: Company name").uncheck()
    page.get_by_role("button", name="Update 1 field" if scripts else "Update the ticked fields").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("FJORDVIK SHIPPING AS")
    expect(page.get_by_role("link", name="hei@fjordvik.example").first).to_be_visible()
    page.locator("[data-kb-toasts]").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="post@fjordvik.example").first).to_be_visible()


def test_the_button_counts_what_is_ticked_and_the_page_is_for_everybody(sign_in: SignIn, panel: Panel) -> None:
    panel.register.say({**NORWEGIAN, "organisasjonsnummer": "987654322", "konkurs": True})
    page = sign_in()
    page.goto("/customers/new/")
    page.locator("#company_name").fill("Fjordmann Teller")
    page.locator("#vat_number").fill("NO987654322MVA")
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fjordmann Teller")
    ask(page)
    button = page.locator("#register-form button")
    expect(button).to_have_text("Update 4 fields")
    expect(page.get_by_text("this company is bankrupt")).to_be_visible()
    assert violations(page, NO_COLOURS) == []
    for part in ("Company name", "Address", "E-mail"):
        page.get_by_label(f"Take over: {part}").uncheck()
    expect(button).to_have_text("Update 1 field")
    page.get_by_label("Take over: Website").uncheck()
    expect(button).to_have_text("Update the ticked fields")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is ticked")


def test_a_number_that_is_typed_is_looked_up_by_enter(sign_in: SignIn, panel: Panel) -> None:
    panel.register.say({}, 404)
    page = sign_in()
    page.goto("/customers/new/")
    page.locator("#register_number").fill("NO111111111MVA")
    page.locator("#register_number").press("Enter")
    expect(page.locator("#register_number-error")).to_contain_text("Brønnøysund does not know this number.")
    expect(page.locator("#errors")).to_be_focused()
    # Nothing of it stays behind for the next new customer.
    page.get_by_role("link", name="Discard changes").click()
    page.goto("/customers/new/")
    expect(page.locator("#register_number")).to_have_value("")
