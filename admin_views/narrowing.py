"""What a page of history is narrowed to, by who, what and when: read from its address, said in chips, chosen in a form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import select

from admin_views import images, login, shell, trees
from admin_views.declared import ShownChip
from models import journal
from models.access import SYSTEM
from models.base import day_of, whole
from models.journal import By, Only
from models.search import Unfit
from models.user import User

NAMES = WHO, WHAT, FROM, UNTIL = ("who", "what", "from", "until")
# Whose history it is, and where: what the page with the form is told besides.
OF, AT = "of", "at"
BEFORE = "before"
# What is told along with the records that it is a part of.
ALONG = {"comment": "comment_mention", "portal": "portal_grant"}
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """What the address asks for: what comes of it, its values by name, and the names of what was left out.

    `noun` is whose history it is where that is a customer's or a contact's, which has changes of several tables.
    """

    noun: str | None
    only: Only
    values: Mapping[str, str]
    unfit: tuple[str, ...]


@dataclass(frozen=True)
class Narrowed:
    """What is said above a history: what is in force, what was left out, and where to choose and to see everything."""

    chips: list[ShownChip]
    unfit: list[str]
    form: str
    without: str


@dataclass(frozen=True)
class Form:
    """The form: where it leads to, what it keeps of the address, what can be chosen, and what is."""

    at: str
    kept: Pairs
    people: Pairs
    tables: Pairs
    values: Mapping[str, str]

    @property
    def back(self) -> str:
        """The history as it is narrowed now."""
        return _joined(self.at, [*self.kept, *self.values.items()])


def of_page(about: Mapping[str, Any]) -> Asked:
    """What the history of this page is narrowed to; `about` says of what it is."""
    return _asked(next((noun for noun in ("customer", "contact") if f"{noun}_id" in about), None))


def _asked(noun: str | None) -> Asked:
    """What the address asks for; what makes no sense is left out."""
    texts = {name: text for name in NAMES if (text := request.args.get(name, "").strip())}
    by, tables = _by(texts.get(WHO, "")), _groups(noun).get(texts.get(WHAT, ""), frozenset())
    first, last = day_of(texts.get(FROM)), day_of(texts.get(UNTIL))
    fits = {
        WHO: str(by or ""),
        WHAT: texts[WHAT] if tables else "",
        FROM: first.isoformat() if first else "",
        UNTIL: last.isoformat() if last else "",
    }
    values = {name: value for name, value in fits.items() if value}
    only = Only(by, tables, since=_midnight(first), until=_midnight(last, days=1))
    return Asked(noun, only, values, tuple(name for name in texts if name not in values))


def _by(text: str) -> int | By | None:
    return By(text) if text in set(By) else whole(text) or None


def _midnight(day: dt.date | None, days: int = 0) -> dt.datetime | None:
    """When a day begins, or so many days later; None also behind the last day there is."""
    if day is None or dt.date.max - day < dt.timedelta(days=days):
        return None
    return dt.datetime.combine(day + dt.timedelta(days=days), dt.time(), dt.UTC)


def _groups(noun: str | None) -> dict[str, frozenset[str]]:
    """The tables to choose from, each with what goes along with it: those whose rows belong to a customer or a contact.

    Other records are in one table, and of the whole journal no index finds the changes of one.
    """
    owned = {table.name for table in journal.journaled_tables() if noun and journal.owner_of(table, noun)}
    parts = {part for whose, part in ALONG.items() if whose in owned}
    return {name: frozenset({name, ALONG.get(name, name)}) for name in owned - parts - images.switched_off_tables()}


def narrowed(asked: Asked, told: Iterable[tuple[int | None, str]]) -> Narrowed:
    """What is in force, with the names that the page tells of anyway: only where it tells of nobody they are asked for."""
    labels = {WHO: gettext("Who"), WHAT: gettext("What"), FROM: gettext("From"), UNTIL: gettext("Until")}
    chips = [
        ShownChip(labels[name], _word(name, value, asked, told), address({name}))
        for name, value in asked.values.items()
    ]
    where = [(AT, request.path), *([(OF, asked.noun)] if asked.noun else []), *_kept()]
    return Narrowed(
        chips,
        [gettext(Unfit.WRONG_VALUE.value).format(name=labels[name]) for name in asked.unfit] + _crossed(asked),
        _joined(url_for("history.narrow"), where),
        address(NAMES),
    )


def _crossed(asked: Asked) -> list[str]:
    """Said where the first day is after the last: nothing can be between them."""
    first, last = day_of(asked.values.get(FROM)), day_of(asked.values.get(UNTIL))
    if first is None or last is None or first <= last:
        return []
    days = {"first": shell.full(first), "last": shell.full(last)}
    return [gettext("The first day, %(first)s, is after the last one, %(last)s: nothing lies between them.", **days)]


def _word(name: str, value: str, asked: Asked, told: Iterable[tuple[int | None, str]]) -> str:
    """A value of the address as people say it."""
    if name == WHO:
        known = {**{str(key): text for key, text in told}, **_nobody()}
        return known[value] if value in known else dict(_people(asked.only.by))[value]
    return _table(value, asked.noun) if name == WHAT else shell.full(dt.date.fromisoformat(value))


def _people(by: int | By | None) -> Pairs:
    """Who may have done something: people, those who left behind the others, and what is no person."""
    people = select(User.id, User.name).order_by(User.disabled_at.is_not(None), User.name, User.id)
    found = {str(key): name for key, name in shell.here().execute(people)}
    if isinstance(by, int):
        found.setdefault(str(by), shell.person(None))
    return [*found.items(), *_nobody().items()]


def _nobody() -> dict[str, str]:
    """What is no person, by what it is called where it did something."""
    return {By.SYSTEM.value: SYSTEM.name, By.OUTSIDE.value: gettext("From outside")}


def _table(table: str, noun: str | None) -> str:
    """What the changes of a table are called: the record itself, what is linked with it, or what belongs to it."""
    column, linked = images.LINKS.get(table, ("", ""))
    if linked and column != f"{noun}_id":
        return gettext(linked)
    return images.table_name(table) if table == noun else trees.names().get(table) or images.table_name(table)


def form() -> Form:
    """The form for the history that the address tells of, as that is narrowed now."""
    noun = request.args.get(OF)
    asked = _asked(noun if noun in ("customer", "contact") else None)
    tables = [(table, _table(table, noun)) for table in _groups(asked.noun)]
    tables.sort(key=lambda pair: (pair[0] != noun, pair[1].casefold()))
    return Form(
        login.inside(request.args.get(AT), url_for("history.index")),
        _kept({*NAMES, OF, AT}),
        [("", gettext("Everybody")), *_people(asked.only.by)],
        [("", gettext("Everything")), *tables] if tables else [],
        asked.values,
    )


def address(without: Collection[str] = (), **more: str) -> str:
    """The address of this page with fewer filters, from its beginning; or of another place in it (`before`)."""
    return _joined(request.path, [*_kept(without), *more.items()])


def _kept(without: Collection[str] = ()) -> Pairs:
    """What the address holds; a place in one history is none in another."""
    return [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in (*without, BEFORE) and (value or name not in NAMES)
    ]


def _joined(path: str, pairs: Pairs) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path
