"""What a page leaves out until it is asked for: the filters of a list and the list of keys, with JavaScript and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LOOKS, SignIn
from tests.browser.test_journeys import find

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_key_f_opens_the_filters_over_the_list(sign_in: SignIn) -> None:
    page = sign_in()
    page.keyboard.press("f")
    first = page.locator("[data-kb-popped] input[type=checkbox]").first
    expect(first).to_be_focused()
    expect(page).to_have_url(re.compile(r"/customers/$"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/customers/\?label=\d+"))
    expect(page.locator(".kb-toolbar .kb-chip-x")).to_have_count(1)


def test_the_filters_close_and_open_again_where_they_were(sign_in: SignIn) -> None:
    page = sign_in()
    page.get_by_text("Filter", exact=True).click()
    form = page.locator("[data-kb-popped]")
    expect(form).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    page.keyboard.press("f")
    expect(form).to_be_visible()
    expect(form).to_have_count(1)


def test_without_javascript_the_filters_are_a_page(sign_in: SignIn) -> None:
    page = sign_in(java_script_enabled=False)
    page.locator("[data-kb-pops]").click()
    expect(page).to_have_url(re.compile(r"/customers/filters/"))
    page.locator("input[type=checkbox]").first.check()
    page.locator("[data-kb-popped] button").click()
    expect(page).to_have_url(re.compile(r"/customers/\?label=\d+"))


@LOOKS
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("tab", ["overview", "settings"])
def test_the_labels_of_a_card_open_within_the_window(sign_in: SignIn, width: int, tab: str) -> None:
    page = sign_in(viewport={"width": width, "height": 900})
    page.goto(f"/customers/details/?id=1&tab={tab}")
    page.locator("a[data-kb-pops]:visible").last.click()
    form = page.locator("form.kb-pop[data-kb-popped]")
    expect(form).to_be_visible()
    box = form.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_the_question_mark_opens_the_list_of_keys_on_any_page(sign_in: SignIn) -> None:
    page = sign_in()
    page.keyboard.press("?")
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("kbd").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator("[data-kb-help]").click()
    expect(dialog).to_have_count(1)
    dialog.locator("form button").click()
    expect(page.locator("dialog[open]")).to_have_count(0)


@LOOKS
def test_the_mouse_shows_a_name_that_is_cut_off_in_full(sign_in: SignIn) -> None:
    page = sign_in()
    name = page.locator(".kb-table .kb-name").first
    name.evaluate("cell => { cell.querySelector('a').textContent = 'A long name '.repeat(20); }")
    name.hover()
    expect(name).to_have_attribute("title", re.compile("^(A long name ?){20}$"))


@pytest.mark.parametrize("has_script", [True, False])
def test_from_a_card_one_goes_through_the_list_it_was_opened_from(sign_in: SignIn, has_script: bool) -> None:
    page = sign_in(java_script_enabled=has_script)
    names = page.locator("tbody th[scope=row] a").all_text_contents()[:2]
    page.get_by_role("link", name=names[0], exact=True).first.click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(names[0])
    if has_script:
        expect(page.locator(".kb-neighbours")).to_contain_text("1 of")
        expect(page.get_by_role("link", name="Previous")).to_have_count(0)
    page.get_by_role("link", name="Next").click()
    expect(heading).to_contain_text(names[1])
    page.get_by_role("link", name="Previous").click()
    expect(heading).to_contain_text(names[0])


@LOOKS
@pytest.mark.parametrize(("width", "height"), [(390, 844), (720, 450)])
def test_TL_05_a_narrow_window_has_the_ways_to_the_neighbours_too(sign_in: SignIn, width: int, height: int) -> None:
    page = sign_in(viewport={"width": width, "height": height})
    second = page.locator("tbody th[scope=row] a").nth(1)
    name = second.text_content() or ""
    second.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.wait_for_load_state()
    for way in ("Previous", "Next"):
        box = page.get_by_role("link", name=way).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, way
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(name)
    # Who measures before the stylesheet is in measures a page nobody sees.
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("has_script", [True, False])
def test_TO_27_a_role_that_was_changed_is_marked_and_what_it_does_is_shown_before_it_is_saved(
    sign_in: SignIn, has_script: bool
) -> None:
    page = sign_in(java_script_enabled=has_script)
    find(page, "Nordhamn Logistik AB")
    page.get_by_role("link", name=re.compile("^Roles \\d")).click()
    changed, save = page.locator("#roles-form td.kb-changed"), page.get_by_role("button", name="Save roles")
    first = page.locator("select[name=who] option[value^=user-]").first
    page.get_by_text("Add team or employee").click()
    page.locator("select[name=who]").select_option(value=first.get_attribute("value") or "")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    expect(changed).to_have_count(1)
    if has_script:
        # Who is quicker than the script is not told apart from who comes back to what was not saved.
        expect(page.locator("[data-kb-note=roles-form]")).to_contain_text("changed")
    save.click()
    expect(page.get_by_text("Roles saved")).to_be_visible()
    expect(changed).to_have_count(0)
    role = page.locator(f"select[name={first.get_attribute('value')}]")
    role.select_option(label="Editor")
    if has_script:
        expect(changed).to_have_count(1)
        expect(page.locator("[data-kb-note=roles-form]")).to_contain_text("1 field changed")
    save.click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    page.get_by_role("link", name="Discard").click()
    expect(changed).to_have_count(0)
    expect(role).to_have_value("1")
    role.select_option(value="")
    for _ in range(2):
        save.click()
    expect(page.get_by_text("Roles saved")).to_be_visible()


def test_TO_27_looking_for_somebody_on_the_roles_tab_loses_nothing_that_is_not_saved(sign_in: SignIn) -> None:
    page = sign_in()
    find(page, "Nordhamn Logistik AB")
    page.get_by_role("link", name=re.compile("^Roles \\d")).click()
    page.get_by_role("link", name="Everyone").click()
    expect(page).to_have_url(re.compile("show=everyone"))
    page.wait_for_load_state()
    lines, shown = page.locator("tr[data-kb-name]"), page.locator("tr[data-kb-name]:visible")
    free = lines.filter(has=page.locator("select[name^=user-][data-original='']"))
    mine, other = (free.nth(at).get_attribute("data-kb-name") or "" for at in (0, 1))
    role = lines.filter(has_text=mine).locator("select")
    role.select_option(label="Editor")
    chosen, search = role.input_value(), page.get_by_role("searchbox", name="Team or employee")
    search.fill("nobody of that name")
    expect(shown).to_have_count(1)
    search.fill(other.upper())
    expect(shown).to_have_count(2)
    expect(page.get_by_text("Nothing is saved yet.")).to_have_count(0)
    search.press("Enter")
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    page.wait_for_load_state()
    expect(shown).to_have_count(2)
    expect(role).to_have_value(chosen)
    page.get_by_role("link", name="On this customer").click()
    expect(page.get_by_role("link", name="On this customer")).to_have_attribute("aria-current", "true")
    page.wait_for_load_state()
    expect(search).to_have_value(other.upper())
    expect(role).to_have_value(chosen)
    page.get_by_role("link", name="Discard").click()
    expect(page.locator("#roles-form .kb-changed")).to_have_count(0)


@LOOKS
def test_TO_27_the_table_of_roles_fits_beside_what_is_explained_and_its_headings_keep_from_the_edge(
    sign_in: SignIn,
) -> None:
    page = sign_in()
    find(page, "Nordhamn Logistik AB")
    page.get_by_role("link", name=re.compile("^Roles \\d")).click()
    table = page.get_by_role("region", name="Roles on this customer")
    assert table.evaluate("one => one.scrollWidth <= one.clientWidth")
    text = table.locator("thead th").last.evaluate(
        "one => { const all = new Range(); all.selectNodeContents(one); return all.getBoundingClientRect().right; }"
    )
    assert text + 8 <= table.evaluate("one => one.getBoundingClientRect().right")


@LOOKS
def test_TO_27_on_a_telephone_the_fields_to_add_somebody_open_within_the_window(sign_in: SignIn) -> None:
    page = sign_in(viewport={"width": 390, "height": 844})
    page.goto("/customers/details/?id=1&tab=roles")
    page.get_by_text("Add team or employee").click()
    box = page.locator(".kb-pop:visible").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
