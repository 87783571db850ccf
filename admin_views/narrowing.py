"""What a page of history is narrowed to, by who, what, when and words: read from its address, said in chips, chosen in forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import format_decimal, gettext
from sqlalchemy import select

from admin_views import images, login, shell, trees
from admin_views.declared import ShownChip
from models import journal
from models.access import SYSTEM
from models.base import day_of, whole
from models.journal import LOOKED_AT, By, Only, Origin, Tally
from models.search import Unfit
from models.user import User

NAMES = WHO, WHAT, FROM, UNTIL = ("who", "what", "from", "until")
SEARCH = "search"
# Whose history it is, and where: what the page with the form is told besides.
OF, AT = "of", "at"
BEFORE = "before"
# What is told along with the records that it is a part of.
ALONG = {"comment": "comment_mention", "portal": "portal_grant"}
# What is chosen beside the tables, by the ways it comes about.
WAYS = {
    "verbs": frozenset({Origin.ARCHIVE, Origin.RESTORE, Origin.CONVERT, Origin.MERGE, Origin.DELETE}),
    "undo": frozenset({Origin.UNDO}),
}
MOST = 50
LONGEST = 100
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """What the address asks for: what comes of it, its values by name, the names of what was left out, and its words.

    `noun` is whose history it is where that is a customer's or a contact's, which has changes of several tables.
    """

    noun: str | None
    only: Only
    values: Mapping[str, tuple[str, ...]]
    unfit: tuple[str, ...]
    search: str = ""

    @property
    def is_any(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.values or self.search)


@dataclass(frozen=True)
class Narrowed:
    """What is said above a history: what is in force, what was left out, and where to choose and to see everything."""

    chips: list[ShownChip]
    unfit: list[str]
    form: str
    without: str


@dataclass(frozen=True)
class Choice:
    """Something to tick: its value, its words, whether it is ticked, how many events it has, and whose picture it gets."""

    value: str
    text: str
    ticked: bool
    count: str = ""
    user_id: int | None = None


@dataclass(frozen=True)
class Form:
    """The form: where it leads to, what it keeps of the address, what can be ticked, and what is typed."""

    at: str
    kept: Pairs
    people: list[Choice]
    tables: list[Choice]
    values: Mapping[str, str]

    @property
    def chosen(self) -> Pairs:
        """All of it that is in force, without the words looked for: those have a form of their own."""
        boxes = ((WHO, self.people), (WHAT, self.tables))
        ticked = [(name, one.value) for name, of in boxes for one in of if one.ticked]
        return [*(pair for pair in self.kept if pair[0] != SEARCH), *ticked, *self.values.items()]

    @property
    def back(self) -> str:
        """The history as it is narrowed now."""
        return _joined(self.at, self.chosen)


def of_page(about: Mapping[str, Any]) -> Asked:
    """What the history of this page is narrowed to; `about` says of what it is."""
    return _asked(next((noun for noun in ("customer", "contact") if f"{noun}_id" in about), None))


def nothing(noun: str) -> Asked:
    """Of a history that is narrowed to nothing, whatever the address says."""
    return Asked(noun, Only(), {}, ())


def _asked(noun: str | None) -> Asked:
    """What the address asks for; what makes no sense is left out."""
    texts = {name: [text.strip() for text in request.args.getlist(name)[:MOST] if text.strip()] for name in NAMES}
    who, groups = [_by(text) for text in texts[WHO]], _groups(noun)
    first, last = (day_of(texts[name][0]) if texts[name] else None for name in (FROM, UNTIL))
    fits: dict[str, list[str]] = {
        WHO: [str(one) for one in who if one],
        WHAT: [text for text in texts[WHAT] if text in groups or (noun and text in WAYS)],
        FROM: [first.isoformat()] if first else [],
        UNTIL: [last.isoformat()] if last else [],
    }
    values = {name: tuple(dict.fromkeys(found)) for name, found in fits.items() if found}
    what = values.get(WHAT, ())
    only = Only(
        frozenset(one for one in who if one),
        frozenset(table for text in what for table in groups.get(text, ())),
        frozenset(way for text in what for way in WAYS.get(text, ())),
        since=_midnight(first),
        until=_midnight(last, days=1),
    )
    unfit = tuple(name for name in NAMES if len(texts[name]) > len(fits[name]))
    return Asked(noun, only, values, unfit, request.args.get(SEARCH, "").strip()[:LONGEST])


def _by(text: str) -> int | By | None:
    return By(text) if text in set(By) else whole(text) or None


def _midnight(day: dt.date | None, days: int = 0) -> dt.datetime | None:
    """When a day begins by the office's clock, or so many days later; None also behind the last day there is."""
    if day is None or dt.date.max - day < dt.timedelta(days=days):
        return None
    return shell.clock().begins(day + dt.timedelta(days=days))


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
        ShownChip(labels[name], ", ".join(_words(name, values, asked, told)), address({name}))
        for name, values in asked.values.items()
    ]
    if asked.search:
        chips.append(ShownChip(gettext("Search"), asked.search, address({SEARCH})))
    where = [(AT, request.path), *([(OF, asked.noun)] if asked.noun else []), *_kept()]
    return Narrowed(
        chips,
        [gettext(Unfit.WRONG_VALUE.value).format(name=labels[name]) for name in asked.unfit] + _crossed(asked),
        _joined(url_for("history.narrow"), where),
        address({*NAMES, SEARCH}),
    )


def _crossed(asked: Asked) -> list[str]:
    """Said where the first day is after the last: nothing can be between them."""
    first, last = (day_of(next(iter(asked.values.get(name, ())), None)) for name in (FROM, UNTIL))
    if first is None or last is None or first <= last:
        return []
    days = {"first": shell.full(first), "last": shell.full(last)}
    return [gettext("The first day, %(first)s, is after the last one, %(last)s: nothing lies between them.", **days)]


def _words(name: str, values: Iterable[str], asked: Asked, told: Iterable[tuple[int | None, str]]) -> list[str]:
    """Values of the address as people say them."""
    if name == WHO:
        known = {**{str(key): text for key, text in told}, **_nobody()}
        if not known.keys() >= {*values}:
            known |= dict(_people(asked.only.by))
        return [known[value] for value in values]
    if name == WHAT:
        return [_group(value, asked.noun) for value in values]
    return [shell.full(dt.date.fromisoformat(value)) for value in values]


def _people(by: Collection[int | By]) -> Pairs:
    """Who may have done something: people, those who left behind the others, and what is no person."""
    people = select(User.id, User.name).order_by(User.disabled_at.is_not(None), User.name, User.id)
    found = {str(key): name for key, name in shell.here().execute(people)}
    for one in sorted(one for one in by if isinstance(one, int)):
        found.setdefault(str(one), shell.person(None))
    return [*found.items(), *_nobody().items()]


def _nobody() -> dict[str, str]:
    """What is no person, by what it is called where it did something."""
    return {By.SYSTEM.value: SYSTEM.name, By.OUTSIDE.value: gettext("From outside")}


def _group(value: str, noun: str | None) -> str:
    """What the changes of a table, or of some ways, are called: the record itself, what is linked, or what belongs to it."""
    if value in WAYS:
        return gettext("Undo") if value == "undo" else gettext("Archive, convert, merge, delete")
    column, linked = images.LINKS.get(value, ("", ""))
    if linked and column != f"{noun}_id":
        return gettext(linked)
    return images.table_name(value) if value == noun else trees.names().get(value) or images.table_name(value)


def _choices(asked: Asked) -> Pairs:
    """What can be chosen of a customer or a contact: its own fields, the others by name, and the ways."""
    found = [(value, _group(value, asked.noun)) for value in _groups(asked.noun)]
    found.sort(key=lambda pair: (pair[0] != asked.noun, pair[1].casefold()))
    return [*found, *((way, _group(way, asked.noun)) for way in WAYS)] if asked.noun else []


def form() -> Form:
    """The form for the history that the address tells of, as that is narrowed now."""
    noun = request.args.get(OF)
    asked = _asked(noun if noun in ("customer", "contact") else None)
    return Form(
        login.inside(request.args.get(AT), url_for("history.index")),
        _kept({*NAMES, OF, AT}),
        _ticks(_people(asked.only.by), asked.values.get(WHO, ())),
        _ticks(_choices(asked), asked.values.get(WHAT, ())),
        _days(asked),
    )


def _ticks(pairs: Pairs, ticked: Collection[str]) -> list[Choice]:
    return [Choice(value, text, value in ticked) for value, text in pairs]


def ticks(asked: Asked, counted: Tally, **fixed: str) -> Form:
    """What can be ticked beside a history: who did and what was changed in it, with how many events each has.

    `fixed` is what the address says besides, whatever is ticked.
    """
    numbers = {**counted.tables, **{way: sum(counted.origins.get(one, 0) for one in of) for way, of in WAYS.items()}}
    what = asked.values.get(WHAT, ())
    tables = [
        Choice(value, text, value in what, _number(numbers.get(value, 0), counted))
        for value, text in _choices(asked)
        if numbers.get(value) or value in what
    ]
    kept = [*_kept({*NAMES, *fixed}), *fixed.items()]
    return Form(request.path, kept, _counted_people(asked, counted), tables, _days(asked))


def _counted_people(asked: Asked, counted: Tally) -> list[Choice]:
    """Those who did something, who did most first, and what is no person last; and who is ticked though they did nothing."""
    who, by = asked.values.get(WHO, ()), {str(key): told for key, told in counted.by.items()}
    missing = [value for value in who if value not in by]
    by |= {value: (name, 0) for value, name in zip(missing, _words(WHO, missing, asked, ()), strict=True)}
    nobody = _nobody()
    ordered = sorted(
        by, key=lambda key: (key in nobody and [*nobody].index(key) + 1, -by[key][1], by[key][0] or "", key)
    )
    return [
        Choice(key, nobody.get(key) or shell.person(by[key][0]), key in who, _number(by[key][1], counted), whole(key))
        for key in ordered
    ]


def _days(asked: Asked) -> Mapping[str, str]:
    return {name: asked.values[name][0] for name in (FROM, UNTIL) if name in asked.values}


def _number(number: int, counted: Tally) -> str:
    """A number of events; not more than one looks at, and at least so many where not all were."""
    return f"{format_decimal(min(number, LOOKED_AT))}{'+' * (counted.is_more or number > LOOKED_AT)}"


def address(without: Collection[str] = (), **more: str) -> str:
    """The address of this page with fewer filters, from its beginning; or of another place in it (`before`)."""
    return _joined(request.path, [*_kept(without), *more.items()])


def _kept(without: Collection[str] = ()) -> Pairs:
    """What the address holds; a place in one history is none in another."""
    return [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in (*without, BEFORE) and (value or name not in (*NAMES, SEARCH))
    ]


def _joined(path: str, pairs: Pairs) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path
