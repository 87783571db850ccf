"""The settings page, made from the one list of settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin_views import choices, pages, shell
from models import access, settings
from models.errors import Problems, Refused
from models.operations.configure import configure
from models.user import Right

page = pages.blueprint("settings", "/settings")


@page.get("/")
def index() -> str:
    """Every setting with its value and what it does."""
    pages.need(Right.SETTINGS)
    return _show(settings.everything(shell.here()), {})


def _show(values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    options = {
        "deleting": [
            (settings.Deleting.ARCHIVED_ONLY, gettext("Only what is archived")),
            (settings.Deleting.DIRECT, gettext("Directly")),
            (settings.Deleting.NEVER, gettext("Never")),
        ],
        "default_country": [(option.value, option.label) for option in choices.countries()],
        "currency": [(option.value, option.label) for option in choices.currencies()],
    }
    shown = {"values": values, "errors": errors, "options": options}
    return pages.show("settings.html", known=settings.SETTINGS, **shown)


def _title(problem: Refused) -> str:
    """The setting by its name on the page."""
    return gettext(settings.KNOWN[str(problem.field)].title)


@page.post("/")
def save() -> Response | tuple[str, int]:
    """Save them all in one changeset; what does not fit is said at its field and nothing is saved."""
    pages.need(Right.SETTINGS)
    typed = {known.key: request.form.get(known.key, "") for known in settings.SETTINGS}
    try:
        done = configure(shell.here(), shell.looker(), settings.read(typed))
    except Problems as problems:
        errors = {str(one.field): shell.say(one, _title(one)) for one in problems.problems}
        return _show(typed, errors), 422
    if done.is_empty:
        flash(gettext("Nothing was changed."), "info")
    else:
        shell.offer_undo(gettext("Settings saved"), done.id)
    return redirect(url_for("settings.index"))


def register(app: Flask) -> None:
    """Add the page and its line in the menu."""
    app.register_blueprint(page)

    def line() -> shell.MenuItem | None:
        if not access.may(shell.here(), shell.looker(), Right.SETTINGS):
            return None
        return shell.MenuItem(
            gettext("Settings"), "sliders", url_for("settings.index"), request.blueprint == "settings"
        )

    shell.add_to_menu(app, line)
