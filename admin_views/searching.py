"""Search everything: one page that finds customers, contacts, projects and labels."""

from __future__ import annotations

from flask import Flask, request

from admin_views import pages, shell
from models import search

page = pages.blueprint("searching", "/search")
MOST = 20


@page.get("/")
def index() -> str:
    """What is found, by kind; only what one may see."""
    asked = request.args.get("q", "").strip()[:200]
    found = search.find(shell.here(), asked, MOST) if asked else []
    return pages.show("search.html", asked=asked, found=found)


def register(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(page)
