"""A real Chromium on a real server with seeded data; one server for all browser tests, a fresh context for each."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import NullPool, update
from waitress.server import create_server

from admin_views.commands_data import DEMO_PASSWORD
from app import create_app
from models import access, schema, settings
from models.access import SYSTEM
from models.base import db
from models.journal import changeset
from models.operations import seed
from models.user import User
from tests import factories
from tests.databases import ENGINES, Databases
from tests.stub import Stub, answering

CUSTOMERS = 60
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def chromium() -> str | None:
    """The machine's Chromium."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all; without Chromium the test is skipped by name, with CI=true it fails."""
    path = chromium()
    if path is None:
        message = "Chromium is missing: install the package chromium to run the browser tests."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield opened
        opened.close()


# Of a test of what a page looks like, or of what a key does in it: that does not depend on the database. Journeys run on both.
LOOKS = pytest.mark.parametrize("panel", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Panel:
    """The running panel, and what stands for all registers it asks."""

    url: str
    engine: str
    register: Stub


@pytest.fixture(scope="session", params=ENGINES)
def panel(
    request: pytest.FixtureRequest, handed_out: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Panel]:
    """The panel with seeded data, on each database, whose office asks registers."""
    with answering(Stub()) as register:
        yield from _running(str(request.param), handed_out, tmp_path_factory, register)


def _running(
    kind: str, handed_out: Databases, tmp_path_factory: pytest.TempPathFactory, register: Stub
) -> Iterator[Panel]:
    url = handed_out.fresh(kind)
    app = create_app(
        {
            "INSTANCE": tmp_path_factory.mktemp("instance"),
            "SECRET_KEY": "a secret that is long enough for a test",
            "SQLALCHEMY_DATABASE_URI": url.render_as_string(hide_password=False),
            "SQLALCHEMY_ENGINE_OPTIONS": {"poolclass": NullPool},
            **{f"{code}_URL": register.url for code in ("BRREG", "PRH", "VIES", "KVK")},
        }
    )
    with app.app_context():
        schema.upgrade(db.engine)
        session = db.session()
        access.look_as(session, SYSTEM)
        seed.seed(session, SYSTEM, CUSTOMERS, 7, factories.today(), password=DEMO_PASSWORD)
        # The journeys read English, whatever language the invented people have chosen.
        with changeset(session, SYSTEM, "Set up"):
            session.execute(update(User).values(language="en"))
            settings.put(session, "ask_registers", True)
        db.session.remove()
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Panel(f"http://127.0.0.1:{server.effective_port}", kind, register)
    server.close()
    thread.join(timeout=5)


SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def states() -> dict[tuple[str, str], Any]:
    """Of each panel and each person what a browser holds that has just signed in."""
    return {}


@pytest.fixture
def sign_in(browser: Browser, panel: Panel, states: dict[tuple[str, str], Any]) -> Iterator[SignIn]:
    """Open a page signed in as somebody; every error of the page and every request to elsewhere fails the test.

    Who signed in for a test before is still known, unless that test ended it.
    """
    contexts: list[Any] = []
    trouble: list[str] = []

    def signed_in(email: str = "marieke@kaartenbak.example", **options: Any) -> Page:
        who, size = (panel.url, email), {"width": 1440, "height": 900}
        context = browser.new_context(
            base_url=panel.url, **{"viewport": size, "storage_state": states.get(who), **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on(
            "console",
            lambda message: (
                trouble.append(f"console: {message.text}")
                if message.type == "error" and "the server responded with a status of 4" not in message.text
                else None
            ),
        )
        page.on(
            "request",
            lambda sent: (
                trouble.append(f"to elsewhere: {sent.url}")
                if not sent.url.startswith((panel.url, "data:", "blob:"))
                else None
            ),
        )
        page.goto("/customers/")
        if "/login/" in page.url:
            page.fill("input[name=email]", email)
            page.fill("input[name=password]", DEMO_PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url("**/customers/**")
            states[who] = context.storage_state()
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where to put screenshots, when somebody wants them (KAARTENBAK_SHOTS)."""
    folder = os.environ.get("KAARTENBAK_SHOTS")
    return Path(folder) if folder else None
