"""The card of a customer on a telephone: one compact head, and what one does with a thumb."""

from __future__ import annotations

import pytest
from playwright.sync_api import FloatRect, Locator, Page

from tests.browser.conftest import LOOKS, SignIn
from tests.browser.test_journeys import find

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), LOOKS]

TARGET = 44


def card(sign_in: SignIn, width: int = 390) -> Page:
    """The card of a customer that has all there is to have, opened from a list."""
    page = sign_in(viewport={"width": width, "height": 844})
    find(page, "Nordhamn Logistik AB")
    page.wait_for_load_state()
    return page


def box_of(one: Locator) -> FloatRect:
    """Where something stands."""
    box = one.bounding_box()
    assert box is not None
    return box


@pytest.mark.parametrize("width", [390, 320])
def test_call_mail_route_and_note_are_one_row_of_equal_buttons(sign_in: SignIn, width: int) -> None:
    page = card(sign_in, width)
    boxes = [box_of(page.get_by_role("link", name=name, exact=True)) for name in ("Call", "Mail", "Route", "Note")]
    assert len({box["y"] for box in boxes}) == 1
    assert max(box["width"] for box in boxes) - min(box["width"] for box in boxes) <= 1
    assert min(min(box["width"], box["height"]) for box in boxes) >= TARGET
    assert boxes[-1]["x"] + boxes[-1]["width"] <= width


@pytest.mark.parametrize("width", [390, 320])
def test_the_verbs_of_a_card_stand_in_the_top_bar_beside_the_way_back(sign_in: SignIn, width: int) -> None:
    page = card(sign_in, width)
    bar, back = box_of(page.locator(".kb-top")), box_of(page.locator(".kb-crumbs"))
    verbs = [
        box_of(page.get_by_role("link", name="Edit", exact=True)),
        box_of(page.locator("summary[aria-label='More actions']")),
    ]
    for verb in verbs:
        assert verb["y"] >= bar["y"]
        assert verb["y"] + verb["height"] <= bar["y"] + bar["height"]
        assert verb["x"] >= back["x"] + back["width"]
        assert min(verb["width"], verb["height"]) >= TARGET
    page.locator("summary[aria-label='More actions']").click()
    menu = box_of(page.locator(".kb-verbs .kb-pop:visible"))
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= width


def test_the_plus_of_the_labels_takes_no_row_of_its_own(sign_in: SignIn) -> None:
    page = card(sign_in)
    plus, label = box_of(page.locator(".kb-meta .btn")), box_of(page.locator(".kb-meta .kb-label").last)
    assert min(plus["width"], plus["height"]) >= TARGET
    assert plus["y"] < label["y"] < plus["y"] + plus["height"]


def test_the_head_of_a_card_leaves_two_thirds_of_the_screen_to_its_content(sign_in: SignIn) -> None:
    page = card(sign_in)
    assert box_of(page.locator(".kb-content"))["y"] <= 844 * 0.36


def test_the_tab_one_is_on_is_in_sight(sign_in: SignIn) -> None:
    page = card(sign_in)
    page.get_by_role("link", name="History", exact=True).first.click()
    page.wait_for_url("**tab=history**")
    page.wait_for_load_state()
    tab = box_of(page.locator(".kb-tabs [aria-current]"))
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= 390


def test_the_filters_of_a_list_stay_between_the_bars(sign_in: SignIn) -> None:
    page = sign_in(viewport={"width": 390, "height": 844})
    page.goto("/customers/")
    page.locator("a[data-kb-pops]").first.click()
    panel, bottom = page.locator(".kb-pop-form"), box_of(page.locator(".kb-bottom"))
    panel.wait_for()
    box = box_of(panel)
    assert box["y"] >= box_of(page.locator(".kb-top"))["height"]
    assert box["y"] + box["height"] <= bottom["y"]
    button = panel.get_by_role("button")
    button.scroll_into_view_if_needed()
    assert box_of(button)["y"] + box_of(button)["height"] <= bottom["y"]


def test_the_list_of_keys_shows_its_keys(sign_in: SignIn) -> None:
    page = sign_in(viewport={"width": 390, "height": 844})
    page.goto("/keys/")
    assert page.locator("main kbd").first.is_visible()


def test_the_chart_begins_at_the_months_of_today(sign_in: SignIn) -> None:
    page = card(sign_in)
    chart, last = page.locator(".kb-chart").first, page.locator(".kb-chart-wide .kb-axis").last
    box = box_of(chart)
    assert box["x"] <= box_of(last)["x"]
    assert box_of(last)["x"] + box_of(last)["width"] <= box["x"] + box["width"]


def test_of_two_values_of_one_field_both_can_be_chosen(sign_in: SignIn) -> None:
    page = card(sign_in)
    path = page.get_by_role("link", name="Edit", exact=True).get_attribute("href")
    assert path is not None
    mine, theirs = page, page.context.new_page()
    for each, value in ((mine, "mine"), (theirs, "theirs")):
        each.goto(path)
        each.locator("[name=reference]").fill(value)
    for each in (theirs, mine):
        each.locator(".kb-savebar .btn-primary").click()
        each.wait_for_load_state()
    for choice in mine.locator("[name=choice-reference]").all():
        box = box_of(choice.locator("xpath=.."))
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert mine.locator("[name=choice-reference]").count() == 2
    assert mine.locator(".btn-primary:visible").count() == 1
