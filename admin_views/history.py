"""History: what happened, to one record or anywhere, and taking it back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Flask, redirect, request, url_for
from flask_babel import format_date, format_decimal, gettext, ngettext
from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin_views import images, import_undo, login, narrowing, pages, shell, trees, undone, wording
from admin_views.numbers import changeset_asked, key_of
from importers import undoing as imported
from models import access, journal
from models.base import LARGEST_POSITION, Base, whole
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Reason, Refused
from models.journal import Change, Changeset, Counts, Only, Operation, Origin, causes_first
from models.operations import adopt as adopting
from models.operations import archive, convert, delete, label, remove, save, seed, start_process, stop_process
from models.operations import undo as undoing
from models.process import USED as PROCESSES
from models.project import Registration
from models.search.folding import plain
from models.user import Right, Role

page = pages.blueprint("history", "/history")
PAGE = 30
# An event of more lines than this is told in counts, its lines on request.
FEW = 8
# The sentences whose {name} is a role's.
ABOUT_ROLES = frozenset({*save.TITLES[Role], *delete.TITLES[Role]})
# And whose {name} is a registration's.
ABOUT_TIME = remove.TITLES[Registration]
# The sentences that count, by where the number stands and what it is a number of.
COUNTED_IN: dict[str, tuple[str, type[Base]]] = {
    seed.TITLE: ("customers", Customer),
    **{many: ("count", noun) for (noun, _way), (_, many) in archive.TITLES.items()},
    **{
        many: ("count", noun)
        for titles in (delete.TITLES, label.TITLES, convert.TITLES)
        for noun, (_, many) in titles.items()
    },
}
# Counting the kinds of a bigger event takes too long for a page.
COUNTED = 20_000
# So many of the things that stay are named on the page before an undo.
LISTED = 20
# What names a part of an event: a row of a table, and maybe one field of it.
PART = ("table", "row", "field")
ICONS = {
    "import": "file-earmark-arrow-up",
    "outside": "exclamation-diamond",
    "seed": "database",
    "command": "terminal",
}


@dataclass(frozen=True)
class Count:
    """How many records of one kind came (insert), went (delete) or were changed (update) in an event."""

    label: str
    operation: str
    number: int


@dataclass(frozen=True)
class Shown:
    """One event as the page shows it."""

    key: int | None
    at: dt.datetime
    who: str
    who_id: int | None
    text: str
    icon: str | None
    groups: list[images.Group]
    line_count: int
    counts: list[Count]
    records: int
    at_least: bool
    more: int
    undone: bool
    undo_url: str | None
    is_undo: bool
    outside: tuple[int, int] | None
    # The changes whose fields the person who looks may take back, one by one; and those that others changed since.
    able: frozenset[int] = frozenset()
    later: frozenset[tuple[int, str | None]] = frozenset()


def events(session: Session, **about: Any) -> Mapping[str, Any]:
    """A page of history, grouped by day: `customer_id`, `contact_id` or `rows` say of what, and the address what of it."""
    asked = narrowing.of_page(about)
    counted = tally(session, asked.only, **about) if about else None
    looked = _Looked(session, asked.search, about) if asked.search else None
    found = journal.history(
        session,
        before=request.args.get("before", "") or None,
        limit=PAGE,
        without=images.switched_off_tables(),
        only=asked.only,
        has_outside=counted is None or counted.has_outside,
        matching=looked,
        **about,
    )
    lines = shown(session, found.events, asked.only, looked.groups if looked else None, **about)
    told = [event for event in lines if event is not None]
    return {
        "days": [
            (day_text(day), list(one)) for day, one in groupby(told, key=lambda event: shell.clock().day(event.at))
        ],
        "older": older(found.next),
        "looked_to": found.looked_to,
        "few": FEW,
        "narrowed": narrowing.narrowed(asked, [(event.who_id, event.who) for event in told]),
        "ticks": counted and narrowing.ticks(asked, counted),
        "search": asked.search,
    }


def tally(session: Session, only: Only, **about: Any) -> journal.Tally:
    """How many events there are, as far as the person who looks is shown anything of them."""
    along = {part: whose for whose, part in narrowing.ALONG.items()}
    unseen = [*images.unseen(session), Change.table_name.in_(images.switched_off_tables())]
    return journal.tally(session, only, along=along, unseen=unseen, **about)


class _Looked:
    """Looks for words in what is shown of events, as they are spelt without accents; and keeps what that was."""

    def __init__(self, session: Session, search: str, about: Mapping[str, Any]) -> None:
        self.groups: dict[int, list[images.Group] | None] = {}
        self._session, self._words, self._page = session, plain(search).split(), _page(about)

    def __call__(self, found: Sequence[journal.Event]) -> list[bool]:
        groups = images.groups(self._session, [event.changes for event in found], self._page)
        self.groups = {event.last_id: its for event, its in zip(found, groups, strict=True)}
        return [self._fits(event) for event in found]

    def _fits(self, event: journal.Event) -> bool:
        groups, kept = self.groups[event.last_id], event.changeset
        if groups is None:
            return False
        said: list[Any] = [_who(kept), _text(kept)]
        for group in groups:
            said += [part for record in group.head for part in (record.kind, record.name)]
            said += [part for line in group.lines for part in (line.label, line.old, line.new)]
        text = plain(" ".join(str(part) for part in said if part))
        return all(word in text for word in self._words)


def older(place: str | None) -> str | None:
    """The address of the page behind this one; None at the end."""
    return None if place is None else narrowing.address(before=place)


def latest(session: Session, limit: int = 4, **about: Any) -> list[dict[str, Any]]:
    """The newest events in one line each, for a card's summary."""
    return [
        {
            "name": _who(kept),
            "colour": shell.colour_of(kept.user_id),
            "text": Markup("<b>{}</b> · {}").format(_who(kept), title(kept.title, kept.values)),
            "body": "",
            "when": shell.when(kept.at),
            "title": shell.full(kept.at),
        }
        for kept in journal.latest(session, limit, without=images.switched_off_tables(), **about)
    ]


def shown(
    session: Session,
    found: Sequence[journal.Event],
    only: Only,
    known: Mapping[int, list[images.Group] | None] | None = None,
    **about: Any,
) -> list[Shown | None]:
    """Events in words; `about` says of what, and `only` what else they are narrowed to. `known` are the lines of each, if read.

    None is one that holds nothing that may be seen: it is no event for the person who looks.
    """
    if not found:
        return []
    # First what may be taken back: on which customers that is, is then known for the lines, too.
    able = undoing.can_be_taken_back(session, shell.looker(), [(event.changeset, event.changes) for event in found])
    if known is None:
        groups = images.groups(session, [event.changes for event in found], _page(about))
    else:
        groups = [known[event.last_id] for event in found]
    counts, later = _counts(session, found, only, about), _later(found, able)
    is_all = access.sees_all_of(shell.looker(), Change)
    return [
        None
        if its is None and event.count <= len(event.changes)
        else _one(
            event, its or [], counts.get(event.last_id, []), may_go, later, is_all and not about and only.shows_all
        )
        for event, its, may_go in zip(found, groups, able, strict=True)
    ]


def _later(found: Sequence[journal.Event], able: Sequence[undoing.Able]) -> frozenset[tuple[int, str | None]]:
    """Of the fields that could be taken back those, by their change, that hold another value by now."""
    changed_since: set[tuple[int, str | None]] = set()
    for event, its in zip(found, able, strict=True):
        for change in event.changes:
            if change.id in its.changes and change.operation is Operation.UPDATE:
                after, held = change.after or {}, event.now.get((change.table_name, change.row_id)) or {}
                changed_since |= {(change.id, key) for key, value in after.items() if held.get(key) != value}
    return frozenset(changed_since)


def _page(about: Mapping[str, Any]) -> images.Pair | None:
    """The one record that a page of history is about."""
    for name, table in (("customer_id", "customer"), ("contact_id", "contact")):
        if name in about:
            return table, about[name]
    rows: Sequence[images.Pair] = about.get("rows", ())
    return rows[0] if len(rows) == 1 else None


def _is_own_delete(kept: Changeset | None) -> bool:
    """Who deleted a record may bring it back, also where the roles went along with it."""
    return kept is not None and kept.origin is Origin.DELETE and kept.user_id == shell.looker().id


def _counts(
    session: Session, found: Sequence[journal.Event], only: Only, about: Mapping[str, Any]
) -> dict[int, list[Count]]:
    """What the big events of a page are made of, by the event's last change, in the order it came.

    The biggest are left out: counting those takes as long as they are big.
    """
    big = {
        event.changeset.id: event.last_id
        for event in found
        if event.changeset and event.count > len(event.changes) and event.changeset.change_count <= COUNTED
    }
    # Of one contact, or a few rows, the lines say enough.
    if not big or not about.keys() <= {"customer_id"}:
        return {}
    query = (
        select(Change.changeset_id, Change.table_name, Change.operation, func.count())
        .where(
            Change.changeset_id.in_(big),
            *(getattr(Change, name) == value for name, value in about.items()),
            *only.of_change(),
            Change.table_name.not_in(images.switched_off_tables()),
        )
        .group_by(Change.changeset_id, Change.table_name, Change.operation)
        .order_by(func.min(Change.id))
    )
    names = trees.names()
    counts: dict[int, list[Count]] = defaultdict(list)
    for key, table, operation, number in session.execute(query):
        label = names.get(table) or images.table_name(table)
        counts[big[key or 0]].append(Count(label, operation.value, number))
    return counts


def _who(kept: Changeset | None) -> str:
    """Who did it: a person, or another program, also where that was taken in since."""
    if kept is None or kept.origin is Origin.OUTSIDE:
        return gettext("From outside")
    return shell.person(kept.user_name)


def _text(kept: Changeset | None) -> str:
    """What was done."""
    if kept is None or kept.origin is Origin.OUTSIDE:
        return gettext("changed the database directly")
    return title(kept.title, kept.values)


def _one(
    event: journal.Event,
    groups: list[images.Group],
    counts: list[Count],
    able: undoing.Able,
    later: frozenset[tuple[int, str | None]],
    is_all: bool,
) -> Shown:
    """The event in words. `is_all`: whether the one who looks sees the whole of it here."""
    kept = event.changeset
    offers_undo = able.whole or _is_own_delete(kept)
    records = kept.change_count if event.is_more and kept and is_all else event.count
    return Shown(
        key=kept.id if kept else None,
        at=event.at,
        who=_who(kept),
        who_id=kept.user_id if kept else None,
        text=_text(kept),
        icon=ICONS.get(kept.origin.value if kept else "outside"),
        groups=groups,
        line_count=sum(len(group.lines) for group in groups),
        counts=counts,
        records=records,
        at_least=event.is_more and not (kept and is_all),
        more=max(0, records - len(event.changes)),
        undone=bool(kept and kept.undone_by_id),
        undo_url=None
        if kept is None or kept.undone_by_id or kept.purged_at or not offers_undo
        else url_for("history.undo", changeset=kept.id),
        is_undo=bool(kept and kept.undoes_id),
        outside=(event.first_id, event.last_id) if kept is None and offers_undo else None,
        able=able.changes if kept is not None and not kept.undone_by_id and not kept.purged_at else frozenset(),
        later=later,
    )


def title(text: str, values: Mapping[str, Any]) -> str:
    """A changeset's sentence in the reader's language."""
    return journal.sentence(text, values, _in_words)


def _in_words(text: str, values: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    shown = {key: shell.role_name(value) if _is_role(text, key, value) else value for key, value in values.items()}
    if text == ABOUT_TIME:
        shown["name"] = shell.called_then(str(values.get("name")))
    counted = COUNTED_IN.get(text)
    if counted is not None and not access.sees_all_of(shell.looker(), counted[1]):
        return _without_number(gettext(text), counted[0]), shown
    if text == journal.ONE_FIELD:
        key = values.get("setting")
        label = images.label_of(str(values.get("table")), str(values.get("field")))
        shown["field"] = wording.setting_title(str(key)) if key else label
    return _without_processes(text) or gettext(text), shown


def _without_processes(text: str) -> str | None:
    """What was done with a work process while those are switched off: what became of its activities is told still."""
    if shell.used(PROCESSES):
        return None
    others = {
        start_process.ONE: gettext("Plan {count} activity for {customer}"),
        start_process.MANY: gettext("Plan {count} activities for {customer}"),
        stop_process.TITLE: gettext("Take planned activities of {customer} away"),
    }
    return others.get(text)


def _without_number(text: str, key: str) -> str:
    """The same sentence without its number, for who may not see all that was counted."""
    told = " ".join(text.replace(f"{{{key}}}", "").split())
    return told[:1].upper() + told[1:]


def _is_role(text: str, key: str, value: object) -> bool:
    """Whether a value of a changeset's sentence is the name of a role."""
    return isinstance(value, str) and (key == "role" or (key == "name" and text in ABOUT_ROLES))


def day_text(day: dt.date) -> str:
    """Today, yesterday, or the day in full."""
    age = (shell.today() - day).days
    full = format_date(day, "EEEE d MMMM y")
    return {0: gettext("Today, %(day)s", day=full), 1: gettext("Yesterday, %(day)s", day=full)}.get(age, full)


@page.get("/")
def index() -> str:
    """Everything that happened, as far as one may see it."""
    return pages.show("history.html", **events(shell.here()))


@page.get("/filter/")
def narrow() -> str:
    """What a history can be narrowed by: a page of its own, which a history with JavaScript opens in place."""
    return pages.show("narrow.html", form=narrowing.form())


@page.route("/undo/", methods=["GET", "POST"])
def undo() -> Response | str:
    """GET shows what would be taken back and what stays; POST takes it back, a whole event or one field of one row."""
    key = key_of(changeset_asked())
    looker = shell.looker()
    rows, fields = _part()
    if request.method == "GET":
        # Held on to: it is asked for again on the way.
        kept = access.there(shell.here(), Changeset, key)
        plan = undoing.plan(shell.here(), looker, key, rows=rows, fields=fields)
        left = [(undone.what_stays(one), undone.why(one, done=False)) for one in causes_first(plan.left)[:LISTED]]
        what = title(kept.title, kept.values)
        # Only what took something back must be asked about: an import says so itself.
        is_import = kept.origin is Origin.IMPORT or (
            kept.origin is Origin.UNDO and imported.import_of(shell.here(), key) is not None
        )
        verb = gettext("Put back") if is_import and not _sent(PART) else _verb(plan.whole)
        shown = [*_sent(PART), ("shown", undoing.digest(plan))]
        return pages.show("undo.html", verb=verb, plan=plan, left=left, what=what, key=key, shown=shown, back=_back())
    is_part, expected = rows is not None or fields is not None, request.form.get("shown")
    try:
        apart = None if is_part else import_undo.begun(key, expected)
        if apart is not None:
            return apart
        done = undoing.undo(shell.here(), looker, key, rows=rows, fields=fields, expected=expected)
    except Refused as refused:
        if isinstance(refused, NotFound):
            raise
        undone.say_refused(refused)
        part: dict[str, Any] = dict(_sent(PART))
        again = url_for("history.undo", changeset=key, next=_back(), **part)
        return redirect(again if refused.reason is Reason.PLAN_CHANGED else _back())
    undone.say_done(undone.records(done.counts) if is_part else undone.put_back(done), done)
    return redirect(_back())


@page.post("/adopt/")
def adopt() -> Response:
    """Take in what was changed from outside, and show what taking it back would do."""
    first, last = (whole(request.form.get(name), LARGEST_POSITION) for name in ("first", "last"))
    if first is None or last is None:
        raise NotFound
    try:
        taken = adopting.adopt(shell.here(), shell.looker(), first, last)
    except NotAllowed as refused:
        undone.say_refused(refused)
        return redirect(_back())
    return redirect(url_for("history.undo", changeset=taken.id, next=_back()))


def _verb(counts: Counts) -> str:
    """What the button of an undo says will become of the records."""
    away, back = format_decimal(counts.deletes), format_decimal(counts.back)
    if not counts.deletes:
        return ngettext("Put %(n)s record back", "Put %(n)s records back", counts.back, n=back)
    if not counts.back:
        return ngettext("Take %(n)s record away", "Take %(n)s records away", counts.deletes, n=away)
    return gettext("Put %(back)s back, take %(away)s away", back=back, away=away)


def _part() -> tuple[list[tuple[str, int]] | None, list[str] | None]:
    """The one row, or one field of it, that is asked for; twice None for the whole. Half a question is none of ours."""
    asked = dict(_sent(PART))
    if not asked:
        return None, None
    row = whole(asked.get("row"))
    if not asked.get("table") or row is None or not asked.get("field", "whole"):
        raise NotFound
    return [(asked["table"], row)], [asked["field"]] if "field" in asked else None


def _sent(names: Sequence[str]) -> list[tuple[str, str]]:
    """What was asked, to ask it again."""
    return [(name, request.values[name]) for name in names if name in request.values]


def _back() -> str:
    """The page one came from, when it is ours and not this one; else the history."""
    target = request.values.get("next", "")
    if not target and request.referrer and request.referrer.startswith(request.host_url):
        target = "/" + request.referrer.removeprefix(request.host_url)
    home = url_for("history.index")
    back = login.inside(target, home)
    return home if "/undo/" in back else back


def register(app: Flask) -> None:
    """Add the page and its line in the menu."""
    app.register_blueprint(page)
    app.jinja_env.filters["table_name"] = images.table_name

    def line() -> shell.MenuItem | None:
        if not access.may(shell.here(), shell.looker(), Right.VIEW):
            return None
        return shell.MenuItem(
            gettext("History"), "clock-history", url_for("history.index"), request.blueprint == "history"
        )

    shell.add_to_menu(app, line)
