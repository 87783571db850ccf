"""Sections that fold, and stay as somebody left them on every card."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, flash, redirect, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from admin_views import pages, shell
from models.operations import fold

page = pages.blueprint("folding", "/profile/folded")

SECTIONS: dict[str, Any] = {
    "periods": lazy_gettext("Totals per period"),
    "employees": lazy_gettext("Totals per employee"),
    "invoiced": lazy_gettext("Invoiced per year"),
    "summary": lazy_gettext("Summary"),
    "latest": lazy_gettext("Latest"),
    "addresses": lazy_gettext("Addresses"),
    "contacts": lazy_gettext("Contacts"),
    "activities": lazy_gettext("Activities"),
    "comments": lazy_gettext("Comments"),
    "files": lazy_gettext("Files and links"),
    "relations": lazy_gettext("Relations"),
    "details": lazy_gettext("Details"),
    "description": lazy_gettext("Description"),
    "bank-accounts": lazy_gettext("Bank accounts"),
    "agreements": lazy_gettext("Agreements"),
    "portals": lazy_gettext("Portals"),
    "projects": lazy_gettext("Projects"),
    "opportunities": lazy_gettext("Opportunities"),
    "forecast": lazy_gettext("Forecast"),
    "invoicing": lazy_gettext("Invoicing"),
    "travel": lazy_gettext("Expenses and travel"),
    "segments": lazy_gettext("Segments"),
}


def shown() -> dict[str, Any]:
    """The sections that no feature switch turns off, with their titles: one of a noun is called as the pages of that are."""
    cards = current_app.extensions["kaartenbak"]["cards"].values()
    off = {endpoint for endpoint, _right, switch in cards if not shell.used(switch)}
    return {key: title for key, title in SECTIONS.items() if key not in off}


def is_folded(section: str | None) -> bool:
    """Whether the person who looks keeps this section folded."""
    return section in getattr(current_user, "folded", ())


@page.post("/one")
def one() -> Response:
    """Keep one section folded or open: sent in the background by the page it is on."""
    section = request.form.get("section", "")
    if section not in SECTIONS:
        raise BadRequest
    fold.fold(shell.here(), shell.looker(), section, request.form.get("folded") == "1")
    return Response(status=204)


@page.post("/")
def several() -> Response:
    """Keep the ticked sections folded and all others open; what is not shown stays as it is."""
    hidden = {key for key in SECTIONS.keys() - shown().keys() if is_folded(key)}
    fold.fold_only(shell.here(), shell.looker(), hidden | (shown().keys() & set(request.form.getlist("section"))))
    flash(gettext("Saved. The sections show so on every card."), "success")
    return redirect(url_for("auth.profile"))


def register(app: Flask) -> None:
    """Add the two routes, and let the cards ask."""
    app.register_blueprint(page)
    app.jinja_env.globals["is_folded"] = is_folded
    app.jinja_env.globals["folding_sections"] = shown
