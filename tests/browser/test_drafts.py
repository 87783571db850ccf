"""What was typed survives: the draft in the browser brings it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from admin_views.commands_data import DEMO_PASSWORD
from tests.browser.conftest import SignIn
from tests.browser.test_journeys import find

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def sign_in_again(page: Page, email: str = "marieke@kaartenbak.example") -> None:
    page.wait_for_url("**/login/**")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


@pytest.mark.parametrize("cookie_stays", [True, False], ids=["it ran out", "signed out in another tab"])
def test_x_23_a_session_that_ends_while_typing_loses_nothing(sign_in: SignIn, cookie_stays: bool) -> None:
    page = sign_in()
    find(page, "Nordhamn Logistik AB")
    page.get_by_role("link", name="Edit").first.click()
    form = page.url
    page.locator("#phone").fill("+46 31 700 99 88")
    page.locator("#description").fill("Called twice.\nAsks for a quote.")
    cookies = page.context.cookies()
    other = page.context.new_page()
    other.goto("/profile/")
    token = other.locator("input[name=csrf_token]").first.input_value()
    assert other.request.post("/logout/", form={"csrf_token": token}).ok
    other.close()
    if cookie_stays:
        page.context.add_cookies(cookies)
    page.get_by_role("button", name="Save customer").click()
    if not cookie_stays:
        # The form's token is of a session that is no more.
        page.get_by_role("link", name="To the start page").click()
    else:
        expect(page.get_by_text("Asks for a quote.")).to_be_visible()
        page.get_by_role("link", name="Sign in").click()
    sign_in_again(page)
    if cookie_stays:
        expect(page).to_have_url(form)
    else:
        page.goto(form)
    expect(page.locator("#phone")).to_have_value("+46 31 700 99 88")
    expect(page.locator("#description")).to_have_value("Called twice.\nAsks for a quote.")
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("link", name="+46 31 700 99 88")).to_be_visible()
    page.goto(form)
    expect(page.locator("#phone")).to_have_value("+46 31 700 99 88")
    expect(page.locator("[data-kb-changes]").first).to_be_hidden()


def test_x_23_a_draft_waits_for_who_typed_it_and_is_not_shown_to_the_next(sign_in: SignIn) -> None:
    page = sign_in()
    for email, typed in (
        ("johan@kaartenbak.example", ""),
        ("marieke@kaartenbak.example", "+46 31 700 99 88"),
    ):
        if not typed:
            page.goto("/customers/new/")
            page.locator("#phone").fill("+46 31 700 99 88")
            expect(page.locator("[data-kb-changes]").first).to_be_visible()
        page.context.clear_cookies()
        page.goto("/customers/new/")
        sign_in_again(page, email)
        page.goto("/customers/new/")
        expect(page.locator("#phone")).to_have_value(typed)


@pytest.mark.parametrize(
    ("field", "button", "typed"),
    [("#comment-text", "Post", "Prefers a call."), ("#quick-form [name=subject]", "Add", "Send the report")],
    ids=["a comment", "a task"],
)
def test_x_23_what_is_typed_on_a_card_comes_back_and_is_gone_once_it_is_saved(
    sign_in: SignIn, field: str, button: str, typed: str
) -> None:
    page = sign_in()
    find(page, "Nordhamn Logistik AB")
    page.get_by_role("link", name="Contact information").click()
    page.wait_for_url("**tab=contact*")
    card = page.url
    page.locator(field).fill(typed)
    cookies = page.context.cookies()
    other = page.context.new_page()
    other.goto("/profile/")
    token = other.locator("input[name=csrf_token]").first.input_value()
    assert other.request.post("/logout/", form={"csrf_token": token}).ok
    other.close()
    page.context.add_cookies(cookies)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text(typed)).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    sign_in_again(page)
    expect(page).to_have_url(card)
    expect(page.locator(field)).to_have_value(typed)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("[data-kb-toast]")).to_be_visible()
    expect(page.locator(field)).to_have_value("")
    page.goto(card)
    expect(page.locator(field)).to_have_value("")
