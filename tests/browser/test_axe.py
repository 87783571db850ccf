"""axe finds nothing on any page, in light and dark, wide and narrow; and nothing scrolls sideways."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Panel, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = {
    "customers": "/customers/",
    "customers-archived": "/customers/?archived=archived",
    "customers-filters": "/customers/filters/?search=nord",
    "customers-none": "/customers/?search=zzzzzz",
    "customer-overview": "/customers/details/?id=31",
    "customer-contact": "/customers/details/?id=31&tab=contact&deactivated=1",
    "customer-projects": "/customers/details/?id=31&tab=projects",
    "customer-roles": "/customers/details/?id=31&tab=roles",
    "customer-history": "/customers/details/?id=31&tab=history",
    "customer-edit": "/customers/edit/?id=31",
    "customer-new": "/customers/new/",
    "customer-archive": "/customers/action/?action=archive&rowid=31",
    "customers-archive": "/customers/action/?action=archive&rowid=31&rowid=30&rowid=29",
    "customer-kind": "/customers/action/?action=kind&rowid=31",
    "customers-label": "/customers/action/?action=label&rowid=31&rowid=30",
    "contacts": "/contacts/",
    "contact": "/contacts/details/?id=1",
    "contact-edit": "/contacts/edit/?id=1",
    "contact-convert": "/contacts/action/?action=convert&rowid=1",
    "contact-delete": "/contacts/delete/?id=1",
    "projects": "/projects/",
    "project": "/projects/details/?id=1",
    "labels": "/labels/",
    "label-edit": "/labels/edit/?id=1",
    "label-delete": "/labels/delete/?id=1",
    "label-groups": "/label-groups/",
    "users": "/users/",
    "user": "/users/details/?id=1",
    "teams": "/teams/",
    "roles": "/roles/",
    "role": "/roles/details/?id=1",
    "role-edit": "/roles/edit/?id=1",
    "history": "/history/",
    "undo": "/history/undo/?changeset=1",
    "bin": "/bin/",
    "settings": "/settings/",
    "search": "/search/?q=nord",
    "keys": "/keys/",
    "profile": "/profile/",
    "missing": "/customers/details/?id=999999",
    "imports": "/imports/",
    "import-new": "/imports/new/?kind=customers",
}
# What a page of axe's own best practices would have us change against the pictures: nothing so far.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page) -> list[str]:
    """What axe finds, as sentences."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"][:3]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(sign_in: SignIn, panel: Panel, theme: str, shots: Path | None) -> None:
    if panel.engine != "sqlite":
        pytest.skip("What a page looks like does not depend on the database; the journeys run on both.")
    page = sign_in(color_scheme=theme)
    for name, path in PAGES.items():
        page.goto(path)
        if shots:
            page.screenshot(path=shots / f"{name}-{theme}.png")
        assert violations(page) == [], f"{name} in {theme}"


@pytest.mark.parametrize("width", [390, 320])
def test_no_page_scrolls_sideways_on_a_narrow_screen(
    sign_in: SignIn, panel: Panel, width: int, shots: Path | None
) -> None:
    if panel.engine != "sqlite":
        pytest.skip("What a page looks like does not depend on the database; the journeys run on both.")
    page = sign_in(viewport={"width": width, "height": 844})
    for name, path in PAGES.items():
        page.goto(path)
        if shots and width == 390:
            page.screenshot(path=shots / f"{name}-390.png")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} px wide at {width}"
        if width == 390:
            assert violations(page) == [], f"{name} at {width}"


def test_axe_finds_nothing_on_the_pages_before_signing_in(sign_in: SignIn, panel: Panel) -> None:
    page = sign_in()
    page.context.clear_cookies()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.goto("/login/")
        assert violations(page) == [], theme
