"""The settings page, made from the one list of settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from admin_views import choices, pages, shell
from admin_views.forms import Option
from models import access, settings
from models.journal import Origin, changeset
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
        "default_country": _offered(choices.countries(), values["default_country"]),
        "currency": _offered(choices.currencies(), values["currency"]),
    }
    # Where there is a list to choose from, nobody needs to know what the codes look like.
    hints = {"default_country": gettext("Preset for new addresses."), "currency": gettext("Preset for new customers.")}
    shown = {"values": values, "errors": errors, "options": options, "hints": hints}
    return pages.show("settings.html", known=settings.SETTINGS, **shown)


def _offered(options: Sequence[Option], present: Any) -> list[tuple[str, str]]:
    """The choices of a short list; the present value is always among them."""
    pairs = [(option.value, option.label) for option in options]
    return pairs if present in dict(pairs) else [(str(present), str(present)), *pairs]


@page.post("/")
def save() -> Response | tuple[str, int]:
    """Save them all in one changeset; what does not fit is said at its field and nothing is saved."""
    pages.need(Right.SETTINGS)
    typed = {known.key: request.form.get(known.key, "").strip() for known in settings.SETTINGS}
    values, errors = settings.read(typed)
    if errors:
        texts = {key: gettext(text) for key, text in errors.items()}
        return _show(typed, texts), 422
    with changeset(shell.here(), shell.looker(), "Change settings", origin=Origin.SETTINGS) as kept:
        for key, value in values.items():
            settings.put(shell.here(), key, value)
    if kept.is_empty:
        flash(gettext("Nothing was changed."), "info")
    else:
        shell.offer_undo(gettext("Settings saved"), kept.id)
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
