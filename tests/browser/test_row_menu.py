"""The button at the end of a row: the verbs of that row at once, and without JavaScript the card that has them all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_TC_18_the_button_of_a_row_opens_the_verbs_of_that_row(sign_in: SignIn) -> None:
    page = sign_in()
    rows = page.locator("tbody tr[data-kb-id]")
    key = rows.nth(2).get_attribute("data-kb-id")
    rows.nth(1).locator("[data-kb-more]").click()
    rows.nth(2).locator("[data-kb-more]").click()
    menus = page.locator("tbody details[open] .kb-pop")
    expect(menus).to_have_count(1)
    expect(menus.locator("a[href*=restore]")).to_have_count(0)
    expect(menus.locator("a[href*='/edit/']")).to_have_attribute("href", f"/customers/edit/?id={key}")
    page.keyboard.press("ArrowDown")
    expect(menus.get_by_role("link").first).to_be_focused()
    menus.locator("a[href*=archive]").click()
    expect(page).to_have_url(re.compile(f"rowid={key}(&|$)"))


def test_escape_closes_the_menu_of_a_row(sign_in: SignIn) -> None:
    page = sign_in()
    row = page.locator("tbody tr[data-kb-id]").first
    row.locator("[data-kb-more]").press("Enter")
    expect(page.locator("tbody details[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("tbody details[open]")).to_have_count(0)
    expect(row.locator("summary")).to_be_focused()


def test_an_archived_row_offers_what_fits_it(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/customers/?archived=all")
    archived = page.locator("tbody tr[data-kb-archived]").first
    archived.locator("[data-kb-more]").click()
    menu = page.locator("tbody details[open] .kb-pop")
    expect(menu.locator("a[href*=restore]")).to_have_count(1)
    expect(menu.locator("a[href*='/edit/']")).to_have_count(0)


def test_without_javascript_the_button_leads_to_the_card(sign_in: SignIn) -> None:
    page = sign_in(java_script_enabled=False)
    row = page.locator("tbody tr[data-kb-id]").first
    key = row.get_attribute("data-kb-id")
    row.locator("[data-kb-more]").click()
    expect(page).to_have_url(re.compile(f"/customers/details/\\?id={key}"))
