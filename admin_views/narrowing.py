"""What a page of history is narrowed to, by who, what and when: read from its address, offered in a form, said in chips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request
from flask_babel import gettext

from admin_views import choices, images, shell, trees
from admin_views.declared import ShownChip
from models import journal
from models.access import SYSTEM
from models.base import day_of, whole
from models.journal import By, Only
from models.search.state import Unfit

WHO, WHAT, FROM, UNTIL, BEFORE = "who", "what", "from", "until", "before"
NAMES = (WHO, WHAT, FROM, UNTIL)
# What is told along with the records that it is a part of.
ALONG = {"comment": "comment_mention", "portal": "portal_grant"}
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """What the address asks for: what comes of it, its values by name, and the names of what was left out."""

    only: Only
    values: Mapping[str, str]
    unfit: tuple[str, ...]


@dataclass(frozen=True)
class Narrowing:
    """The form above a history with all it offers, the chips of what is in force, and what was left out, in words.

    `kept` is what else the address holds, and `without` the address of the same page without any filter.
    """

    values: Mapping[str, str]
    people: Pairs
    tables: Pairs
    chips: list[ShownChip]
    unfit: list[str]
    action: str
    kept: Pairs
    without: str


def asked(about: Mapping[str, Any]) -> Asked:
    """What this page is narrowed to; `about` says of what it is the history. What makes no sense is left out."""
    texts = {name: text for name in NAMES if (text := request.args.get(name, "").strip())}
    by, tables = _by(texts.get(WHO, "")), _groups(about).get(texts.get(WHAT, ""), frozenset())
    first, last = day_of(texts.get(FROM)), day_of(texts.get(UNTIL))
    fits = {
        WHO: str(by or ""),
        WHAT: texts[WHAT] if tables else "",
        FROM: first.isoformat() if first else "",
        UNTIL: last.isoformat() if last else "",
    }
    values = {name: value for name, value in fits.items() if value}
    only = Only(by, tables, since=_midnight(first), until=_midnight(last, days=1))
    return Asked(only, values, tuple(name for name in texts if name not in values))


def _by(text: str) -> int | By | None:
    return By(text) if text in set(By) else whole(text) or None


def _midnight(day: dt.date | None, days: int = 0) -> dt.datetime | None:
    """When a day begins, or so many days later; None also behind the last day there is."""
    if day is None or dt.date.max - day < dt.timedelta(days=days):
        return None
    return dt.datetime.combine(day + dt.timedelta(days=days), dt.time(), dt.UTC)


def _noun(about: Mapping[str, Any]) -> str | None:
    return next((noun for noun in ("customer", "contact") if f"{noun}_id" in about), None)


def _groups(about: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The tables to choose from, each with what goes along with it: those whose rows belong to a customer or a contact.

    Other records are in one table, and of the whole journal no index finds the changes of one.
    """
    noun = _noun(about)
    owned = {table.name for table in journal.journaled_tables() if noun and journal.owner_of(table, noun)}
    parts = {part for whose, part in ALONG.items() if whose in owned}
    return {name: frozenset({name, ALONG.get(name, name)}) for name in owned - parts if shell.used(_switch(name))}


def _switch(table: str) -> str | None:
    """The feature switch that turns off what is in a table."""
    _endpoint, _right, switch = current_app.extensions["kaartenbak"]["cards"].get(table, (None, None, None))
    return str(switch) if switch else None


def offered(asked: Asked, about: Mapping[str, Any], told: Iterable[tuple[int | None, str]]) -> Narrowing:
    """The form and what is in force. Who is `told` of on this page can be chosen, too, also when they left."""
    labels = {WHO: gettext("Who"), WHAT: gettext("What"), FROM: gettext("From"), UNTIL: gettext("Until")}
    people, tables = _people(asked.only.by, told), _tables(about)
    names = {WHO: dict(people), WHAT: dict(tables)}
    words = {
        name: names[name][value] if name in names else shell.full(dt.date.fromisoformat(value))
        for name, value in asked.values.items()
    }
    return Narrowing(
        values=asked.values,
        people=[("", gettext("Everybody")), *people],
        tables=[("", gettext("Everything")), *tables] if tables else [],
        chips=[ShownChip(labels[name], text, address({name})) for name, text in words.items()],
        unfit=[gettext(Unfit.WRONG_VALUE.value).format(name=labels[name]) for name in asked.unfit],
        action=request.path,
        kept=_kept(NAMES),
        without=address(NAMES),
    )


def _people(by: int | By | None, told: Iterable[tuple[int | None, str]]) -> Pairs:
    """Who can sign in, whoever else is told of, and those who are nobody."""
    found = {option.value: option.label for option in choices.people()}
    for key, name in (*told, (by if isinstance(by, int) else None, shell.person(None))):
        if key is not None:
            found.setdefault(str(key), name)
    return [*found.items(), (By.SYSTEM.value, SYSTEM.name), (By.OUTSIDE.value, gettext("From outside"))]


def _tables(about: Mapping[str, Any]) -> Pairs:
    """The tables to choose from by what they are called: first the record itself, then what belongs to it."""
    noun, called = _noun(about), trees.names()

    def name_of(table: str) -> str:
        column, linked = images.LINKS.get(table, ("", ""))
        if table == noun:
            return images.table_name(table)
        if linked and column != f"{noun}_id":
            return gettext(linked)
        return called.get(table) or images.table_name(table)

    pairs = [(table, name_of(table)) for table in _groups(about)]
    return sorted(pairs, key=lambda pair: (pair[0] != noun, pair[1].casefold()))


def _kept(without: Collection[str]) -> Pairs:
    """What the address of this page holds; a place in the history is none of another one."""
    return [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in (*without, BEFORE) and (value or name not in NAMES)
    ]


def address(without: Collection[str] = (), **more: str) -> str:
    """The address of this page with other filters, from its beginning; or of another place in it (`before`)."""
    query = urlencode([*_kept(without), *more.items()])
    return f"{request.path}?{query}" if query else request.path
