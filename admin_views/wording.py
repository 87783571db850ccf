"""Codes, bare numbers and settings as people say them: a language by its name, a term in days, a switch that is off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import get_locale, gettext, ngettext

from admin_views import choices, shell
from models import settings
from models.base import day_of
from models.settings import Deleting, Known


def language_name(code: str) -> str:
    """A language in the reader's language."""
    locale = get_locale()
    return str(locale.languages.get(code, code)) if locale else code


def days(number: int) -> str:
    """A number of days."""
    return ngettext("%(num)s day", "%(num)s days", number)


def kilometres(number: int) -> str:
    """A distance."""
    return gettext("%(n)s km", n=shell.whole(number))


def megabytes(number: int) -> str:
    """The size of a file."""
    return gettext("%(size)s MB", size=shell.whole(number))


# By the name of the column: what says too little as it is kept.
SAID: dict[str, Callable[[Any], str]] = {
    "language": language_name,
    "country": shell.country_name,
    "payment_term_days": days,
    "distance_km": kilometres,
    "max_distance_km": kilometres,
}
# By the key of the setting.
UNITS: dict[str, Callable[[int], str]] = {"bin_days": days, "file_megabytes": megabytes}


def setting_options() -> dict[str, list[tuple[str, str]]]:
    """What can be chosen, by setting: (value, text)."""
    either = [("1", gettext("yes")), ("0", gettext("no"))]
    return {
        **{known.key: either for known in settings.SETTINGS if isinstance(known.default, bool)},
        "deleting": [
            (Deleting.ARCHIVED_ONLY, gettext("Only what is archived")),
            (Deleting.DIRECT, gettext("Directly")),
            (Deleting.NEVER, gettext("Never")),
        ],
        "default_country": [(option.value, option.label) for option in choices.countries()],
        "time_zone": [(option.value, option.label) for option in choices.time_zones()],
        "currency": [(option.value, option.label) for option in choices.currencies()],
    }


def setting_title(key: str) -> str:
    """What the settings page calls a setting; one that this version does not know has its key only."""
    known = settings.KNOWN.get(key)
    return key if known is None else gettext(known.title)


def setting_value(key: str, stored: str | None) -> str | None:
    """What a setting is by what is stored of it, which is its default where that is nothing; None is an empty text."""
    known = settings.KNOWN.get(key)
    if known is None:
        return stored
    value = known.default if stored is None else settings.parsed(stored)
    # What another program wrote stands as it is: the default, which holds then, is not what was written.
    return stored if known.misfit(value) else _setting(known, value) or None


def _setting(known: Known, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("on") if value else gettext("off")
    if isinstance(value, int):
        return UNITS.get(known.key, str)(value)
    if known.key == settings.REVIEWED and (day := day_of(value)):
        return shell.full(day)
    return dict(setting_options().get(known.key, ())).get(value, value)
