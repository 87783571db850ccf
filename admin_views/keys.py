"""The list of keys: a page that every other page opens as a dialog, so that it is not sent along with each of them."""

from __future__ import annotations

from flask import Flask, request, url_for
from flask_babel import gettext

from admin_views import pages, shell

page = pages.blueprint("keys", "/keys")


@page.get("/")
def index() -> str:
    """All keys; static/js/keys.js takes the list from here."""
    return pages.show("keys.html")


def line() -> shell.MenuItem:
    """The page, for who looks for it by name."""
    return shell.MenuItem(gettext("Keys"), "keyboard", url_for("keys.index"), request.blueprint == page.name)


def register(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(page)
    shell.add_to_places(app, line)
