"""The form of a new customer in the browser: one more contact at once, drafts of them all, and who is there already."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
NEW = "/customers/new/"


def test_TC_06_TC_11_the_plus_leads_to_a_form_that_grows_with_its_contacts(sign_in: SignIn) -> None:
    page = sign_in()
    page.get_by_label("Add", exact=True).click()
    page.get_by_role("banner").get_by_role("link", name="New customer").click()
    page.locator("#company_name").fill("Twee Mensen B.V.")
    page.locator("#contact-0-contact_id-first_name").fill("Ingrid")
    page.locator("#contact-0-is_invoice_contact").check()
    page.get_by_role("button", name="Add another contact").click()
    second = page.locator("#contact-1-contact_id-first_name")
    expect(second).to_be_focused()
    expect(second).to_have_value("")
    expect(page.locator("#contact-1-is_invoice_contact")).not_to_be_checked()
    expect(page.get_by_role("group", name="Contact 2")).to_be_visible()
    second.fill("Peter")
    # Away, and back: the draft has them both.
    page.goto("/labels/")
    page.goto(NEW)
    expect(second).to_have_value("Peter")
    expect(page.locator("#contact-0-is_invoice_contact")).to_be_checked()
    second.press("Enter")
    expect(page.get_by_role("heading", name="Twee Mensen B.V.")).to_be_visible()
    page.goto(f"{page.url}&tab=contact")
    for name in ("Ingrid", "Peter"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    page.goto(NEW)
    expect(page.locator("#company_name")).to_have_value("")
    expect(second).to_have_count(0)


def test_TC_11_without_javascript_one_more_contact_keeps_everything_typed(sign_in: SignIn) -> None:
    page = sign_in(java_script_enabled=False)
    page.goto(NEW)
    page.locator("#company_name").fill("Zonder Hulp B.V.")
    page.locator("#contact-0-contact_id-first_name").fill("Ingrid")
    page.get_by_role("button", name="Add another contact").click()
    expect(page.locator("#company_name")).to_have_value("Zonder Hulp B.V.")
    expect(page.locator("#contact-0-contact_id-first_name")).to_have_value("Ingrid")
    page.locator("#contact-1-contact_id-first_name").fill("Peter")
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("heading", name="Zonder Hulp B.V.")).to_be_visible()


def test_who_is_there_already_is_told_while_typing_and_asked_on_saving(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto(NEW)
    page.locator("#company_name").fill("Nordhamn Logistik")
    told = page.get_by_role("status").filter(has_text="same name")
    expect(told.get_by_role("link")).to_contain_text("Nordhamn Logistik AB")
    page.locator("#company_name").fill("Nordhamn Logistik Elders")
    expect(told).to_have_count(0)
    page.locator("#company_name").fill("Nordhamn Logistik")
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_text("Is this customer already there?")).to_be_visible()
    expect(page.locator("#company_name")).to_have_value("Nordhamn Logistik")
    # The page is there before its scripts are: only they know of the draft that goes.
    page.wait_for_load_state()
    page.get_by_role("button", name="Discard changes").or_(page.get_by_role("link", name="Discard changes")).click()
    page.goto(NEW)
    expect(page.locator("#company_name")).to_have_value("")
