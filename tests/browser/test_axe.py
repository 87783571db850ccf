"""axe finds nothing on any page, in light and dark, wide and narrow; and nothing scrolls sideways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import LOOKS, SignIn

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
    "customer-roles-everyone": "/customers/details/?id=31&tab=roles&show=everyone&search=a",
    "customer-roles-find": "/customers/roles/copy/?id=31&q=a",
    "customer-roles-copy": "/customers/roles/copy/?id=31&from=1",
    "customer-finance": "/customers/details/?id=31&tab=finance",
    "customer-settings": "/customers/details/?id=31&tab=settings",
    "customer-labels": "/customers/labels/?id=31",
    "customer-history": "/customers/details/?id=31&tab=history",
    "customer-as-it-was": "/customers/details/?id=31&tab=history&on=2026-11-22",
    "customer-changes": "/customers/details/?id=31&tab=history&show=changes",
    "customer-changes-narrowed": "/customers/details/?id=31&tab=history&show=changes&what=customer&from=2020-01-01&until=x",
    "customer-edit": "/customers/edit/?id=31",
    "customer-new": "/customers/new/",
    "customer-mail": "/customers/mail/?id=31",
    "customer-register": "/customers/register/?id=31",
    "customer-archive": "/customers/action/?action=archive&rowid=31",
    "customers-archive": "/customers/action/?action=archive&rowid=31&rowid=30&rowid=29",
    "customer-kind": "/customers/action/?action=kind&rowid=31",
    "customers-label": "/customers/action/?action=label&rowid=31&rowid=30",
    "customers-label-plan": "/customers/action/?action=label&rowid=31&rowid=30&put=1&take=2",
    "contacts": "/contacts/",
    "contact": "/contacts/details/?id=1",
    "contact-edit": "/contacts/edit/?id=1",
    "contact-convert": "/contacts/action/?action=convert&rowid=1",
    "contact-delete": "/contacts/delete/?id=1",
    "contacts-mailing": "/contacts/mailing/?per=customer",
    "links": "/links/",
    "link": "/links/details/?id=1",
    "link-find": "/links/new/?customer=31&q=an",
    "link-new": "/links/new/?customer=31&contact=1",
    "link-customer": "/links/new/?contact=1&q=an",
    "link-edit": "/links/edit/?id=1",
    "link-unlink": "/links/delete/?id=1",
    "contact-new": "/contacts/new/?customer=31",
    "projects": "/projects/",
    "project": "/projects/details/?id=1",
    "project-settings": "/projects/details/?id=1&tab=settings",
    "project-new": "/projects/new/?customer=31",
    "registrations": "/registrations/",
    "registration": "/registrations/details/?id=1",
    "registration-new": "/registrations/new/?project=1",
    "project-activities": "/projects/details/?id=1&tab=activities",
    "activities": "/activities/",
    "activity": "/activities/details/?id=1",
    "activity-new": "/activities/new/?customer=31",
    "activity-edit": "/activities/edit/?id=1",
    "activity-delete": "/activities/delete/?id=1",
    "customer-activities-done": "/customers/details/?id=31&tab=contact&activities=done&comments=all",
    "comments": "/comments/?customer=31",
    "comment": "/comments/details/?id=1",
    "comment-new": "/comments/new/?customer=31",
    "comment-delete": "/comments/delete/?id=1",
    "mine": "/mine/",
    "labels": "/labels/",
    "label-edit": "/labels/edit/?id=1",
    "label-delete": "/labels/delete/?id=1",
    "label-groups": "/label-groups/",
    "addresses": "/addresses/",
    "address": "/addresses/details/?id=1",
    "address-new": "/addresses/new/?customer=31",
    "address-edit": "/addresses/edit/?id=1",
    "address-delete": "/addresses/delete/?id=1",
    "address-invoices": "/addresses/action/?action=invoices&rowid=1",
    "agreements": "/agreements/",
    "agreement": "/agreements/details/?id=1",
    "agreement-new": "/agreements/new/?customer=31",
    "agreement-end": "/agreements/action/?action=end&rowid=1",
    "portals": "/portals/",
    "portal": "/portals/details/?id=1",
    "portal-new": "/portals/new/?customer=31",
    "invitations": "/invitations/",
    "customer-tools": "/customers/details/?id=31&tab=tools",
    "processes": "/processes/",
    "process": "/processes/details/?id=1",
    "process-edit": "/processes/edit/?id=1",
    "process-start": "/process-runs/new/?customer=31&process=1",
    "process-runs": "/process-runs/",
    "process-run": "/process-runs/details/?id=1",
    "process-stop": "/process-runs/action/?action=stop&rowid=1",
    "tool-links": "/tool-links/",
    "tool-link": "/tool-links/details/?id=2",
    "tool-link-edit": "/tool-links/edit/?id=2",
    "bank-accounts": "/bank-accounts/",
    "bank-account": "/bank-accounts/details/?id=1",
    "bank-account-new": "/bank-accounts/new/?customer=31",
    "bank-account-delete": "/bank-accounts/delete/?id=1",
    "lists": "/lists/",
    "list-value": "/lists/details/?id=1",
    "list-merge": "/lists/action/?action=merge&rowid=1&into=2",
    "list-value-new": "/lists/new/?list=relation_kind",
    "relations": "/relations/",
    "relation": "/relations/details/?id=1",
    "relation-find": "/relations/new/?customer=31&q=nord",
    "relation-new": "/relations/new/?customer=31&other=12",
    "relation-edit": "/relations/edit/?id=1",
    "relation-delete": "/relations/delete/?id=1",
    "opportunities": "/opportunities/",
    "opportunity": "/opportunities/details/?id=1",
    "opportunity-new": "/opportunities/new/?customer=31",
    "opportunity-edit": "/opportunities/edit/?id=1",
    "opportunity-delete": "/opportunities/delete/?id=1",
    "files": "/files/",
    "file": "/files/details/?id=1",
    "file-new": "/files/new/?customer=31",
    "file-link-new": "/files/new/?customer=31&link=1",
    "file-edit": "/files/edit/?id=1",
    "file-delete": "/files/delete/?id=1",
    "users": "/users/",
    "user": "/users/details/?id=1",
    "teams": "/teams/",
    "roles": "/roles/",
    "role": "/roles/details/?id=1",
    "role-edit": "/roles/edit/?id=1",
    "history": "/history/",
    "history-filters": "/history/filter/?at=/customers/details/&of=customer&id=31&tab=history&show=changes&from=2020-01-01",
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
# Of axe's own best practices all, too; and of what it finds only what is wrong: the rest is long and nobody reads it.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# What depends on the theme, which is most of axe's work; the rest need not be asked twice of one page.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
ONLY_COLOURS = {"runOnly": {"type": "rule", "values": OF_COLOURS}, "resultTypes": ["violations"]}
NO_COLOURS = {**RULES, "rules": {rule: {"enabled": False} for rule in OF_COLOURS}}


def violations(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """What axe finds, as sentences. A page gets it once: half a megabyte of script takes its time to read."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("(rules) => axe.run(rules).then((found) => found.violations)", rules)
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"][:3]]


@LOOKS
def test_axe_finds_nothing_on_any_page_and_none_scrolls_sideways(sign_in: SignIn, shots: Path | None) -> None:
    page = sign_in()
    for name, path in PAGES.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(path)
        for theme, rules in {"light": RULES, "dark": ONLY_COLOURS}.items():
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            if shots:
                page.screenshot(path=shots / f"{name}-{theme}.png")
            assert violations(page, rules) == [], f"{name} in {theme}"
        # The same page on a telephone: what it is made of does not depend on how wide it is.
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 390, "height": 844})
        if shots:
            page.screenshot(path=shots / f"{name}-390.png")
        assert violations(page, NO_COLOURS) == [], f"{name} at 390"
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide at {width}"


# Of each row: the right edge of its menu, and what of it runs over what stands beside it, but for what is only read aloud.
ROWS = """() => {
  document.querySelectorAll("tbody .visually-hidden").forEach((one) => one.remove());
  const box = (cell) => {
    const frame = cell.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(cell);
    const text = range.getBoundingClientRect();
    const right = getComputedStyle(cell).overflowX === "hidden" ? frame.right : text.right;
    return {name: cell.className, left: text.left, right, top: frame.top, bottom: frame.bottom};
  };
  const apart = (one, other) => one.left >= other.right - 1 || other.left >= one.right - 1
    || one.top >= other.bottom - 1 || other.top >= one.bottom - 1;
  return [...document.querySelectorAll("tbody tr")].map((row) => {
    const boxes = [...row.cells].filter((cell) => cell.innerText.trim()).map(box);
    const over = boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => !apart(one, other))
      .map((other) => `${one.name} over ${other.name}`));
    return [row.cells[row.cells.length - 1].getBoundingClientRect().right, over];
  });
}"""
MANY = ("Retainer", "Monthly invoice", "Family business", "Transport")
LONG = {
    "Garage Stadsrand B.V.": "Rotterdam",
    "Garage Gebroeders van den Oudenrijn en Bouwmaterialenhandel B.V.": (
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch"
    ),
    "Garage Kort": "Krimpenerwaard aan den IJssel bij Rotterdam en omstreken van de Hollandsche IJssel tot Lek",
}


@LOOKS
def test_long_texts_and_many_labels_of_a_row_stay_in_the_list(sign_in: SignIn) -> None:
    page = sign_in()
    for name, city in LONG.items():
        page.goto("/customers/new/")
        page.fill("[name=company_name]", name)
        page.fill("[name=head_office_city]", city)
        for label in MANY:
            page.get_by_label(label, exact=True).check()
        page.get_by_role("button", name="Save customer").click()
        page.wait_for_url("**/customers/details/**", timeout=10_000)
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        for path in ("/customers/?search=garage", "/customers/"):
            page.goto(path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} px wide at {width}"
            inner = page.evaluate("document.querySelector('.kb-scroll').getBoundingClientRect().right")
            found = page.evaluate(ROWS)
            assert [over for _, over in found if over] == [], f"{path} at {width}"
            assert max(right for right, _ in found) <= inner, f"the menu of a row of {path} at {width}"


@LOOKS
def test_axe_finds_nothing_on_the_pages_before_signing_in(sign_in: SignIn) -> None:
    page = sign_in()
    page.context.clear_cookies()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.goto("/login/")
        assert violations(page) == [], theme
