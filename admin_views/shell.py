"""What surrounds every page: language, theme, menu, who is looking, and how moments, amounts and refusals are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from babel import Locale, dates, numbers
from flask import Flask, current_app, flash, g, request, session, url_for
from flask_babel import (
    format_date,
    format_decimal,
    get_domain,
    get_locale,
    gettext,
    ngettext,
)
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import Session

from models import access, settings
from models import clock as clocks
from models.access import Looker, Source
from models.base import db, web_address
from models.clock import Clock
from models.errors import SINGULAR, Reason, Refused
from models.operations.consequences import LeftOut
from models.project import Registration
from models.user import BUILT_IN_ROLES, Right, Role

COLOURS = ("violet", "blue", "green", "pink", "teal", "amber", "red", "grey")


@dataclass(frozen=True)
class MenuItem:
    """One line of the menu."""

    label: str
    icon: str
    href: str
    active: bool
    count: int | None = None
    key: str | None = None


@dataclass(frozen=True)
class NewItem:
    """Something that can be made from anywhere."""

    text: str
    icon: str
    href: str


@dataclass(frozen=True)
class Viewer:
    """Who is signed in, as the shell shows it."""

    id: int
    name: str
    initials: str
    colour: str
    role_text: str
    keys: bool


MakeItem = Callable[[], MenuItem | None]
MakeNew = Callable[[], NewItem | None]


def here() -> Session:
    """The session of this request."""
    return db.session()


def setting(key: str) -> Any:
    """A setting; all of them are read once a request, with who is looking where somebody signed in."""
    if "settings" not in g:
        seat = getattr(current_user, "seat", None)
        g.settings = settings.everything(here()) if seat is None else seat.settings
    return g.settings[key]


def clock() -> Clock:
    """The office's clock: all that is shown or typed of moments goes by it."""
    if "clock" not in g:
        g.clock = clocks.named(setting(clocks.ZONE))
    found: Clock = g.clock
    return found


def used(switch: str | None) -> bool:
    """Whether a feature switch of the settings is on; None is what no switch turns off (TL-42)."""
    return switch is None or settings.is_used(switch, setting)


def looker() -> Looker:
    """Who is looking, as a plain value. On a page that needs a login there always is one."""
    found: Looker = g.looker
    return found


def chosen_language() -> str:
    """The language of the person, else what was chosen on the sign-in page, else the browser's."""
    offered: tuple[str, ...] = current_app.extensions["kaartenbak"]["languages"]
    wanted = getattr(current_user, "language", None) or session.get("language")
    return wanted if wanted in offered else request.accept_languages.best_match(offered) or offered[0]


def translated(text: str, /, **values: Any) -> str:
    """A text of a template in the reader's language; the catalogue is asked for once a request, not once a text."""
    if "catalogue" not in g:
        g.catalogue = get_domain().get_translations()
    found = str(g.catalogue.gettext(text))
    return found % values if values else found


def right_name(right: Right | str) -> str:
    """A right in words: see-all-totals -> See all totals."""
    return gettext(str(right).replace("-", " ").capitalize())


def role_name(name: str) -> str:
    """A role in the reader's language if it is one of ours; the names that people gave stay as they are."""
    return gettext(name) if name in BUILT_IN_ROLES else name


# What str() makes of a registration.
_REGISTERED = re.compile(r"(\d{4})-(\d\d)-(\d\d) · (\d+):(\d\d)")


def called(record: Any) -> str:
    """What a record is called wherever it is shown; where its name is edited stands what is stored."""
    if isinstance(record, Registration):
        return _time_of(record.day, record.minutes)
    is_role = isinstance(record, Role) or (isinstance(record, LeftOut) and record.reason is Reason.BUILT_IN)
    return role_name(record.name) if is_role else str(record.name if isinstance(record, LeftOut) else record)


def _time_of(day: dt.date, minutes: int) -> str:
    return f"{_day(day, 'd MMM y', _locale())} · {hours(minutes)}"


def called_then(name: str) -> str:
    """A name that was kept in a sentence as it is called now: that of a registration is a day and a time."""
    kept = _REGISTERED.fullmatch(name)
    if kept is None:
        return name
    year, month, day, hour, minute = map(int, kept.groups())
    try:
        return _time_of(dt.date(year, month, day), 60 * hour + minute)
    except ValueError:
        return name  # somebody's own words


def _day_of(value: dt.date) -> dt.date:
    """The day that a moment is of by the office's clock; a day is itself."""
    return clock().day(value) if isinstance(value, dt.datetime) else value


def person(name: str | None) -> str:
    """Who did something, by name; nobody's name is left of people who were erased."""
    return name or gettext("Somebody")


def way_back() -> str | None:
    """Where to go on after signing in: here, also where a form was sent from here; None where nothing can be opened."""
    adapter = current_app.create_url_adapter(request)
    can_be_opened = adapter is not None and adapter.test(method="GET")
    return request.full_path.rstrip("?") if can_be_opened else None


def say(refusal: Refused, field: object = None) -> str:
    """A refusal in the reader's language. Rights and roles among its values are named in it; `field` is its name."""
    values = {key: _value(key, value) for key, value in refusal.values.items()}
    if refusal.reason is Reason.BUILT_IN:
        values["name"] = role_name(str(values["name"]))
    text, (counted, singular) = refusal.reason.value, SINGULAR.get(refusal.reason, ("", ""))
    text = ngettext(singular, text, int(str(values[counted]))) if counted else gettext(text)
    return text.format(**{"field": field or refusal.field or "", **values})


def _value(key: str, value: object) -> object:
    """A value of a refusal as the reader would write it."""
    if isinstance(value, dt.date):
        return full(clock().day(value) if isinstance(value, dt.datetime) else value)
    return right_name(str(value)) if key == "right" else value


def initials(name: str) -> str:
    """The letters in the round picture: the first and the last word's."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def colour_of(key: int | None) -> str:
    """A colour that stays with a record."""
    return COLOURS[(key or 0) % len(COLOURS)]


@lru_cache(maxsize=16)
def _marks(locale: Locale) -> dict[int, str]:
    """The marks between thousands and before decimals, by those of Python."""
    sample = numbers.format_decimal(1111.5, format="#,##0.0", locale=locale)
    return {ord(","): sample[1:-5], ord("."): sample[-2]}


def rounded(amount: Decimal) -> Decimal:
    """A whole amount; halves go up, as people round."""
    return amount.quantize(Decimal(1), ROUND_HALF_UP)


def money(amount: Decimal | None, currency: str | None = None, *, is_whole: bool = False) -> str:
    """An amount by locale, whole when it is or is to be; nothing becomes a dash."""
    if amount is None:
        return "–"
    if is_whole:
        amount = rounded(amount)
    places = 0 if amount == amount.to_integral_value() else 2
    # Babel reads its pattern anew for each number; a list shows fifty.
    number = f"{amount:,.{places}f}".translate(_marks(_locale()))
    sign = {"EUR": "€", "GBP": "£", "USD": "$"}.get(currency or "EUR", currency)
    return f"{sign}\u00a0{number}"


def whole(number: int) -> str:
    """A whole number by locale."""
    return f"{number:,}".translate(_marks(_locale()))


def on_axis(number: float) -> str:
    """A number beside a chart, where there is room for six characters."""
    if number < 100_000:
        return format_decimal(number)
    return numbers.format_compact_decimal(number, fraction_digits=1, locale=_locale())


def plain_amount(amount: Decimal | None) -> str:
    """An amount without its currency."""
    return "" if amount is None else format_decimal(amount, format="#,##0.00")


def hours(minutes: int | None) -> str:
    """Minutes as hours with one or two places."""
    return format_decimal(Decimal(minutes or 0) / 60, format="#,##0.##")


def when(moment: dt.datetime | dt.date | None) -> str:
    """A moment as people say it: today 09:12, yesterday, 12 Nov, 12 Nov 2025."""
    if moment is None:
        return "–"
    now = today()
    day = clock().day(moment) if isinstance(moment, dt.datetime) else moment
    age = (now - day).days
    if age == 0:
        return gettext("today")
    if age == 1:
        return gettext("yesterday")
    return _day(day, "d MMM" if day.year == now.year else "d MMM y", _locale())


def _locale() -> Locale:
    """The reader's, asked for once a request: a list shows a hundred moments and amounts."""
    if "locale" not in g:
        told = get_locale() or Locale("en")
        # English as it is written here: the day before the month, and a clock of 24 hours.
        g.locale = Locale("en", "GB") if told == Locale("en") else told
    found: Locale = g.locale
    return found


@lru_cache(maxsize=4096)
def _day(day: dt.date, pattern: str, locale: Locale) -> str:
    return dates.format_date(day, pattern, locale)


@lru_cache(maxsize=4096)
def _clock(time: dt.time, locale: Locale) -> str:
    return dates.format_time(time, "short", locale=locale)


def full(value: dt.datetime | dt.date) -> str:
    """A day in full, and of a moment its day and the time to the minute by the office's clock."""
    locale = _locale()
    if not isinstance(value, dt.datetime):
        return _day(value, "medium", locale)
    both = str(locale.datetime_formats["medium"])
    there = clock().shows(value)
    day, time = _day(there.date(), "medium", locale), _clock(dt.time(there.hour, there.minute), locale)
    return both.replace("{1}", day).replace("{0}", time)


def moment(value: dt.datetime | None) -> Markup:
    """A moment with the full date and time behind it."""
    if value is None:
        return Markup("–")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(), full(value), when(value))


def country_name(code: str | None) -> str:
    """A country in the reader's language."""
    if not code:
        return ""
    locale = get_locale()
    return str(locale.territories.get(code, code)) if locale else code


def source_text(source: Source) -> str:
    """Where a right comes from, in the reader's language."""
    return gettext(source.text.value).format(role=role_name(source.role), team=source.team)


def register(app: Flask, languages: tuple[str, ...]) -> None:
    """Give every template the shell's values and filters."""
    app.extensions["kaartenbak"] = {"languages": languages, "menu": [], "adds": [], "places": []}
    app.jinja_env.filters.update(
        money=money, hours=hours, when=when, moment=moment, initials=initials, colour_of=colour_of, say=say
    )
    app.jinja_env.filters.update(
        right_name=right_name, country_name=country_name, safe_link=web_address, source_text=source_text
    )
    app.jinja_env.filters.update(role_name=role_name, called=called, person=person)
    # An address as it was typed may hold what would be headers of the mail.
    app.jinja_env.filters["mailto"] = lambda address: f"mailto:{quote(address, safe='@+')}"
    app.jinja_env.filters["called_then"] = called_then
    app.jinja_env.filters["long_day"] = lambda value: format_date(_day_of(value), "d MMMM y")
    app.jinja_env.filters["choice_text"] = lambda value: (value, gettext(value))
    app.jinja_env.filters["numberformat"] = format_decimal
    app.jinja_env.filters["axis"] = on_axis
    app.jinja_env.filters["clock"] = lambda value: f"{clock().shows(value):%H:%M}"
    app.jinja_env.filters["day"] = _day_of
    app.jinja_env.globals["used"] = used
    app.jinja_env.globals.update(_=translated, gettext=translated, ngettext=ngettext)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_surroundings)


def add_to_menu(app: Flask, item: MakeItem) -> None:
    """A line of the menu; the function returns None for people who may not see it."""
    app.extensions["kaartenbak"]["menu"].append(item)


def menu() -> list[MenuItem]:
    """The lines of the menu for the person who looks."""
    return [item for make in current_app.extensions["kaartenbak"]["menu"] if (item := make()) is not None]


def add_to_places(app: Flask, item: MakeItem) -> None:
    """A page that is in no menu and is gone to by its name; the function returns None for people who may not see it."""
    app.extensions["kaartenbak"]["places"].append(item)


def places() -> list[MenuItem]:
    """The pages besides the menu that the person who looks can go to."""
    return [item for make in current_app.extensions["kaartenbak"]["places"] if (item := make()) is not None]


def add_to_new(app: Flask, item: MakeNew) -> None:
    """A line of the + in the top bar; the function returns None for people who may not make it."""
    app.extensions["kaartenbak"]["adds"].append(item)


def can_be_made() -> list[NewItem]:
    """What the person who looks can make from anywhere."""
    return [item for make in current_app.extensions["kaartenbak"]["adds"] if (item := make()) is not None]


def _surroundings() -> dict[str, Any]:
    """The variables of templates/base.html, made once a request: a page may be drawn from several templates."""
    if "surroundings" not in g:
        g.surroundings = _surround()
    return dict(g.surroundings)


def _surround() -> dict[str, Any]:
    common: dict[str, Any] = {
        "lang": str(get_locale() or "en"),
        "languages": current_app.extensions["kaartenbak"]["languages"],
        "theme": getattr(current_user, "theme", None) or session.get("theme", ""),
        "keys": getattr(current_user, "single_keys", True),
        "menu": [],
        "adds": [],
        "viewer": None,
    }
    if not getattr(current_user, "is_authenticated", False) or not hasattr(g, "looker"):
        return common
    common["viewer"] = _viewer()
    common["menu"] = menu()
    common["adds"] = can_be_made()
    common["firm"] = setting("company_name")
    common["today"] = today()
    common["month_name"] = format_date(today(), "LLLL")
    common["may_somewhere"] = lambda right: access.may_somewhere(here(), looker(), Right(right))
    common["may"] = lambda right, customer_id=None: access.may(here(), looker(), Right(right), customer_id)
    return common


def _viewer() -> Viewer:
    name = str(current_user.name)
    role = current_user.role_name
    return Viewer(
        id=current_user.id,
        name=name,
        initials=initials(name),
        colour=colour_of(current_user.id),
        role_text=role_name(role) if role else gettext("no role of your own"),
        keys=bool(current_user.single_keys),
    )


def import_link(kind: str) -> list[tuple[Any, str, str]]:
    """The way to the importer, for those who may: text, address, icon."""
    if not access.may_somewhere(here(), looker(), Right.IMPORT):
        return []
    return [(gettext("Import"), url_for("imports.new", kind=kind), "file-earmark-arrow-up")]


def offer_undo(text: str, changeset_id: int) -> None:
    """Say that something is done, with a button that takes it back."""
    flash({"text": text, "url": url_for("history.undo", changeset=changeset_id)}, "undo")  # type: ignore[arg-type]


def today() -> dt.date:
    """The day it is, for people: by the office's clock."""
    return clock().today()


def this_year() -> int:
    """The year that "revenue this year" is about."""
    return today().year
