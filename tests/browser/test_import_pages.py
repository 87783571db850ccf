"""axe finds nothing on any step of an import, and nothing scrolls sideways: their pages need a file first."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import LOOKS, SignIn
from tests.browser.test_axe import NO_COLOURS, ONLY_COLOURS, RULES, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LIST = """Klantnummer;Bedrijfsnaam;Telefoon;Plaats;Land;Klant sinds;E-mail;Straat;Postcode;Website;Referentie
K-10031;Nordhamn Logistik AB;+46 31 700 99 99;;;;;;;;
I-1;Bakkerij De Ster;020 555 0101;Amsterdam;Nederland;03/04/2026;ster@bakkerij.example;Kade 3;1011 AA;https://ster.example;S-1
I-2;Vis en Zonen;;IJmuiden;Zweeden;05/06/2026;;;;;
I-3;Dubbel B.V.;;Utrecht;NL;;;;;;
I-3;Dubbel;;Utrecht;NL;;;;;;
"""


def looked_at(page: Page, name: str) -> None:
    """What axe finds in both themes, and how wide the page is on a telephone."""
    page.wait_for_load_state()
    for theme, rules in {"light": RULES, "dark": ONLY_COLOURS}.items():
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert violations(page, rules) == [], f"{name} in {theme}"
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} px wide at {width}"
        for field in page.locator(".kb-stack :is(select, .form-control)").all():
            box = field.bounding_box()
            assert box is not None, f"a field of {name} is not shown at {width}"
            assert box["x"] + box["width"] <= width, f"a field of {name} lies off the screen at {width}"
    assert violations(page, NO_COLOURS) == [], f"{name} at 320"
    page.set_viewport_size({"width": 1440, "height": 900})


@LOOKS
def test_every_step_of_an_import_can_be_used_by_everybody(sign_in: SignIn, tmp_path: Path) -> None:
    file = tmp_path / "klanten.csv"
    file.write_text(LIST, "utf-8")
    page = sign_in()
    page.goto("/imports/new/?kind=customers")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Read the file").click()
    looked_at(page, "columns")
    page.locator("[name^=answer-]").first.select_option("1")
    page.get_by_role("button", name="Check 5 rows").click()
    page.wait_for_url("**/check/**")
    check = page.url.partition("?")[0]
    for show in ("new", "changed", "duplicate", "rejected", "rejected&edit=4"):
        page.goto(f"{check}?show={show}")
        looked_at(page, show)
    page.goto(check.replace("check/", "words/"))
    looked_at(page, "words")
    page.goto(check)
    page.get_by_role("button", name="Import 2 records").click()
    page.wait_for_url("**/imports/*/")
    looked_at(page, "result")
    page.get_by_role("button", name="Save as profile").click()
    page.goto("/imports/profiles/")
    looked_at(page, "profiles")
    page.get_by_role("link", name="klanten", exact=True).click()
    looked_at(page, "profile")


@LOOKS
def test_the_rows_of_a_plan_are_walked_and_ticked_by_the_keys_of_lists(sign_in: SignIn, tmp_path: Path) -> None:
    file = tmp_path / "klanten.csv"
    file.write_text("Klantnummer;Bedrijfsnaam\nT-1;Een\nT-2;Twee\nT-3;Drie\n", "utf-8")
    page = sign_in()
    page.goto("/imports/new/?kind=customers")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("button", name="Check 3 rows").click()
    page.wait_for_url("**/check/**")
    for key in "jjx":
        page.keyboard.press(key)
    assert [box.is_checked() for box in page.locator("[name=row]").all()] == [True, False, True]
    page.get_by_role("button", name="Keep these choices").click()
    page.get_by_text("2 of 3 ticked").wait_for()
