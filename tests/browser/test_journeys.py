"""The journeys of the office in a real browser, on both databases; the dangerous ones also without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def find(page: Page, text: str, archived: str = "active") -> None:
    """Search the list of customers and open what is found."""
    page.goto(f"/customers/?archived={archived}")
    page.get_by_placeholder("Name, number, city…").fill(text)
    page.keyboard.press("Enter")
    page.get_by_role("rowheader").get_by_role("link", name=text).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def new_customer(page: Page, name: str) -> None:
    """Add a company and land on its card."""
    page.goto("/customers/new/")
    page.locator("#company_name").fill(name)
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def undo(page: Page) -> None:
    """Take the last thing back with the button of the message."""
    page.locator("[data-kb-toasts]").get_by_role("button", name=re.compile("Undo")).click()


def test_TO_01_TO_10_find_a_customer_and_change_its_phone_number(sign_in: SignIn) -> None:
    page = sign_in()
    find(page, "Nordhamn Logistik AB")
    page.get_by_role("link", name="Edit").first.click()
    page.locator("#phone").fill("+46 31 700 12 40")
    page.get_by_role("button", name="Save customer").click()
    expect(page.locator("[data-kb-toasts]")).to_contain_text("Nordhamn Logistik AB saved")
    expect(page.get_by_role("link", name="+46 31 700 12 40")).to_be_visible()
    undo(page)
    expect(page.get_by_role("link", name="+46 31 700 12 40")).to_have_count(0)


def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed(sign_in: SignIn) -> None:
    page = sign_in()
    page.goto("/customers/new/")
    page.locator("#email").fill("kept@firm.example")
    page.locator("#hourly_rate").fill("veertien")
    page.get_by_role("button", name="Save customer").click()
    summary = page.locator("#errors")
    expect(summary).to_contain_text("Nothing is saved yet")
    expect(page.locator("#email")).to_have_value("kept@firm.example")
    expect(page.locator("#hourly_rate")).to_have_value("veertien")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_TO_01_VS_13_archive_delete_and_restore_a_customer(sign_in: SignIn, scripts: bool) -> None:
    page = sign_in(java_script_enabled=scripts)
    name = f"Weggooi {'met' if scripts else 'zonder'} scripts B.V."
    new_customer(page, name)
    card = page.url
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Archive…").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Archive {name}?")
    page.get_by_role("button", name=re.compile("^Archive")).click()
    page.goto(card)
    expect(page.get_by_text("It can only be read.")).to_be_visible()
    page.get_by_label("More actions").click()
    page.get_by_role("link", name="Delete…").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Delete {name}?")
    page.get_by_label("Type the name of the customer to confirm").fill("something else")
    page.get_by_role("button", name=re.compile("to the bin")).click()
    expect(page.get_by_text("Nothing was deleted.")).to_be_visible()
    page.get_by_label("Type the name of the customer to confirm").fill(name.upper())
    page.get_by_role("button", name=re.compile("to the bin")).click()
    assert page.goto(card).status == 404  # type: ignore[union-attr]
    page.goto("/bin/")
    page.get_by_role("button", name=f"Restore: Delete customer {name}").click()
    page.goto(card)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_TS_14_archive_several_ticked_customers_and_take_it_back(sign_in: SignIn) -> None:
    page = sign_in()
    for name in ("Stapel Een B.V.", "Stapel Twee B.V."):
        new_customer(page, name)
    page.goto("/customers/?search=Stapel")
    expect(page.get_by_role("button", name=re.compile("^Archive"))).to_have_count(0)
    for box in page.get_by_role("checkbox", name=re.compile("^Select Stapel")).all():
        box.check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Archive")).click()
    page.get_by_role("button", name=re.compile("^Archive 2 customers")).click()
    expect(page.locator("[data-kb-toasts]")).to_contain_text("2 records archived")
    undo(page)
    page.goto("/customers/?search=Stapel")
    expect(page.get_by_role("checkbox", name=re.compile("^Select Stapel"))).to_have_count(2)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_turn_a_contact_into_a_customer(sign_in: SignIn, scripts: bool) -> None:
    page = sign_in(java_script_enabled=scripts)
    last = "Metscript" if scripts else "Zonderscript"
    page.goto("/contacts/new/")
    page.locator("#first_name").fill("Freya")
    page.locator("#last_name").fill(last)
    page.get_by_role("button", name="Save contact").click()
    page.get_by_label("More actions").click()
    ways = page.get_by_role("link", name="Convert to customer…")  # in the menu and where the customer would stand
    assert len({way.get_attribute("href") for way in ways.all()}) == 1
    ways.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Convert Freya {last} to a customer")
    page.get_by_role("button", name="Convert to customer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Freya {last}")
    assert "/customers/details/" in page.url


def test_two_people_change_the_same_field_and_the_second_one_chooses(sign_in: SignIn) -> None:
    mine = sign_in()
    new_customer(mine, "Samen Werken B.V.")
    edit = mine.url.replace("/details/", "/edit/")
    theirs = sign_in("johan@kaartenbak.example")
    mine.goto(edit)
    theirs.goto(edit)
    theirs.locator("#payment_term_days").fill("21")
    theirs.locator("#phone").fill("+31 10 555 0100")
    theirs.get_by_role("button", name="Save customer").click()
    mine.locator("#payment_term_days").fill("14")
    mine.locator("#website").fill("https://samen.example")
    mine.get_by_role("button", name="Save customer").click()
    expect(mine.get_by_text("changed the same field while you were editing")).to_be_visible()
    mine.get_by_role("radio", name=re.compile("^14")).check()
    mine.get_by_role("button", name="Save with this choice").first.click()
    expect(mine.get_by_role("heading", level=1)).to_contain_text("Samen Werken B.V.")
    mine.goto(edit)
    expect(mine.locator("#payment_term_days")).to_have_value("14")
    expect(mine.locator("#phone")).to_have_value("+31 10 555 0100")
    expect(mine.locator("#website")).to_have_value("https://samen.example")


def test_the_keyboard_finds_opens_and_edits_a_customer(sign_in: SignIn) -> None:
    page = sign_in()
    page.keyboard.press("/")
    page.keyboard.type("Nordhamn")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=Nordhamn**")
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/details/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nordhamn Logistik AB")
    page.wait_for_load_state()
    page.keyboard.press("e")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Edit customer")


def test_undo_of_one_field_from_the_history(sign_in: SignIn) -> None:
    page = sign_in()
    new_customer(page, "Terugdraai B.V.")
    card = page.url
    page.goto(card.replace("/details/", "/edit/"))
    page.locator("#phone").fill("+31 10 555 0111")
    page.locator("#reference").fill("REF-1")
    page.get_by_role("button", name="Save customer").click()
    page.goto(f"{card}&tab=history")
    page.get_by_role("button", name="Undo: Phone").click()
    page.goto(card.replace("/details/", "/edit/"))
    expect(page.locator("#phone")).to_have_value("")
    expect(page.locator("#reference")).to_have_value("REF-1")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_history_is_narrowed_and_shown_whole_again(sign_in: SignIn, scripts: bool) -> None:
    page = sign_in(java_script_enabled=scripts)
    page.goto("/customers/details/?id=31&tab=history&show=changes")
    page.get_by_role("link", name="Filter").click()
    form = page.locator("[data-kb-popped]")
    form.locator("summary", has_text="What").click()
    form.get_by_label("Projects").check()
    form.get_by_label("From", exact=True).fill("2020-01-01")
    form.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**show=changes**what=project&from=2020-01-01&until=")
    lines = page.locator(".kb-changed-fields dt")
    expect(lines.first).to_have_text("Project")
    assert {*lines.all_text_contents()} == {"Project"}
    page.get_by_role("link", name="Remove filter What Projects").click()
    expect(page.get_by_role("link", name="Remove filter From 1 Jan 2020")).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    page.wait_for_url("**/customers/details/?id=31&tab=history&show=changes")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_import_a_list_and_undo_the_import(sign_in: SignIn, data: Path, scripts: bool) -> None:
    page = sign_in(java_script_enabled=scripts)
    page.goto("/imports/new/?kind=customers")
    page.locator("#file").set_input_files(data / "list__nwc__customers.csv")
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("button", name="Check 91 rows").click()
    expect(page.get_by_role("button", name="Import 91 records")).to_be_visible()
    page.goto("/customers/?search=ALFKI&archived=all")
    expect(page.get_by_text('Nothing here matches "ALFKI".')).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Import 91 records").click()
    expect(page.get_by_text("91 added, 0 changed")).to_be_visible()
    find(page, "Alfreds Futterkiste")
    expect(page.get_by_text("ALFKI")).to_be_visible()
    expect(page.get_by_role("link", name="Maria Anders")).to_be_visible()
    page.goto("/imports/")
    page.get_by_role("link", name=re.compile("^Import [0-9]")).first.click()
    page.get_by_role("link", name="Undo the whole import…").click()
    page.get_by_role("button", name="Put back", exact=True).click()
    expect(page.get_by_text(re.compile("was undone"))).to_be_visible()
    page.goto("/customers/?search=ALFKI&archived=all")
    expect(page.get_by_text('Nothing here matches "ALFKI".')).to_be_visible()


def test_signing_out_ends_it(sign_in: SignIn) -> None:
    page = sign_in()
    page.locator(".kb-user summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/customers/")
    assert "/login/" in page.url
