"""The list of keys: a page that every other page opens as a dialog, so that it is not sent along with each of them."""

from __future__ import annotations

from flask import Flask

from admin_views import pages

page = pages.blueprint("keys", "/keys")


@page.get("/")
def index() -> str:
    """All keys; static/js/keys.js takes the list from here."""
    return pages.show("keys.html")


def register(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(page)
