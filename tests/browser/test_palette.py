"""The palette by keyboard: opens over any page, says what is chosen, leads there, and gives the focus back."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import LOOKS, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_TC_02_TL_11_the_palette_finds_and_opens_a_customer_by_keyboard(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/labels/")
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search or jump to…")
    expect(box).to_be_focused()
    expect(page.get_by_role("option", name="New customer")).to_be_visible()
    page.keyboard.type("nordhamn l")
    wanted = page.get_by_role("option", name="Nordhamn Logistik AB").first
    expect(wanted).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(wanted.get_attribute("id")))
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowUp")
    last = page.locator("dialog").get_by_role("option").last
    expect(last).to_have_attribute("aria-selected", "true")
    expect(wanted).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nordhamn Logistik AB")).to_be_visible()


def test_escape_closes_the_palette_and_gives_the_focus_back(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/customers/")
    search = page.locator("main input[type=search]")
    search.focus()
    page.keyboard.press("Control+k")
    expect(page.locator("dialog input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog input")).to_be_hidden()
    expect(search).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("dialog input")).to_be_focused()


def test_TC_06_the_palette_fills_the_name_of_a_new_customer(sign_in: SignIn) -> None:
    page = sign_in()
    page.locator("#kb-search-all").click()
    page.locator("dialog input").fill("Gloednieuw B.V.")
    page.get_by_role("option", name="New customer “Gloednieuw B.V.”").click()
    expect(page.locator("#company_name")).to_have_value("Gloednieuw B.V.")


def test_what_was_typed_too_quickly_is_searched_for_on_the_page(sign_in: SignIn) -> None:
    page = sign_in()
    page.keyboard.press("Control+k")
    expect(page.locator("dialog").get_by_role("option").first).to_be_visible()
    page.route("**/search/palette/**", lambda route: None)
    page.keyboard.type("noord")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=noord")
    expect(page.locator("mark").first).to_be_visible()


@LOOKS
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_palette(sign_in: SignIn, scheme: str) -> None:
    page = sign_in(color_scheme=scheme)
    page.keyboard.press("Control+k")
    page.keyboard.type("nord")
    expect(page.locator("dialog mark").first).to_be_visible()
    found = Axe().run(page, "dialog").response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_without_javascript_the_box_leads_to_the_page_of_the_search(sign_in: SignIn) -> None:
    page = sign_in(java_script_enabled=False)
    page.locator("#kb-search-all").fill("noord")
    page.locator("#kb-search-all").press("Enter")
    page.wait_for_url("**/search/?q=noord")
    expect(page.locator("main mark").first).to_be_visible()
