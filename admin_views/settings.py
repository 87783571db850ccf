"""The settings page, made from the one list of settings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin_views import pages, shell, wording
from models import access, journal, settings
from models.errors import Problems, Refused
from models.operations.configure import Overtaken, configure
from models.user import Right

page = pages.blueprint("settings", "/settings")


# A field that says beside each setting what was shown.
SHOWN = "shown-"
# After so many days it is time to look through them again.
OLD = 180
DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])")


@page.get("/")
def index() -> str:
    """Every setting with its value and what it does."""
    pages.need(Right.SETTINGS)
    now = settings.everything(shell.here())
    return _show(now, now, {})


def _show(values: Mapping[str, Any], shown: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    context = {
        "values": _written(values),
        "shown": _written(shown),
        "errors": errors,
        "options": wording.setting_options(),
    }
    groups = {group: [known for known in settings.SETTINGS if known.group is group] for group in settings.Group}
    looked = _looked_through()
    old = looked is None or (shell.today() - looked).days > OLD
    return pages.show("settings.html", groups=groups, looked=looked, old=old, **context)


def _looked_through() -> dt.date | None:
    """When somebody last said that all settings are still right, or changed one; None where nobody ever did (TL-43)."""
    session = shell.here()
    rows = session.scalars(select(settings.Setting.id)).all()
    changed = [
        shell.clock().day(last.at) for _made, last in journal.touches(session, "setting", rows).values() if last.at
    ]
    said = settings.get(session, settings.REVIEWED)
    return max([*changed, *([dt.date.fromisoformat(said)] if DAY.fullmatch(said) else ())], default=None)


@page.post("/reviewed/")
def reviewed() -> Response:
    """Somebody looked through all settings: they are still right today."""
    pages.need(Right.SETTINGS)
    configure(shell.here(), shell.looker(), {settings.REVIEWED: shell.today().isoformat()})
    flash(gettext("Noted that the settings are still right."), "ok")
    return redirect(url_for("settings.index"))


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the form has them: a yes is 1, a no is 0."""
    return {key: str(int(value)) if isinstance(value, bool) else value for key, value in values.items()}


def _title(problem: Refused) -> str:
    """The setting by its name on the page."""
    return wording.setting_title(str(problem.field))


@page.post("/")
def save() -> Response | tuple[str, int]:
    """Save what differs from what was shown in one changeset; what does not fit is said at its field.

    Nothing is saved then, nor where somebody else changed one of them meanwhile: both values are shown instead.
    """
    pages.need(Right.SETTINGS)
    typed = {key: request.form[key] for key, known in settings.KNOWN.items() if known.group and key in request.form}
    shown = {key: request.form[SHOWN + key] for key in typed if SHOWN + key in request.form}
    mine = {key: text for key, text in typed.items() if text != shown.get(key)}
    try:
        done = configure(shell.here(), shell.looker(), settings.read(mine), settings.read(shown))
    except Problems as problems:
        errors = {str(one.field): shell.say(one, _title(one)) for one in problems.problems}
        return _show(typed, shown, errors), 422
    except Overtaken as overtaken:
        now = settings.everything(shell.here())
        return _show({**now, **mine}, now, _overtaken(overtaken)), 409
    if done.is_empty:
        flash(gettext("Nothing was changed."), "info")
    else:
        shell.offer_undo(gettext("Settings saved"), done.id)
    return redirect(url_for("settings.index"))


def _overtaken(refused: Overtaken) -> dict[str, str]:
    """What others made of a setting meanwhile, by key."""
    words = {key: {str(value): text for value, text in options} for key, options in wording.setting_options().items()}
    now = _written(refused.now)
    return {
        key: gettext(
            "Somebody else changed this to %(value)s meanwhile. Save again to put yours in its place.",
            value=words.get(key, {}).get(str(value), value) or gettext("empty"),
        )
        for key, value in now.items()
    }


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
