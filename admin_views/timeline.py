"""The history on the card of a customer: everything that happened, or one sort of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from admin_views import as_it_was, history, images, narrowing, shell, work
from models import access, timeline
from models.access import Looker
from models.customer import Customer
from models.journal import Only
from models.timeline import Entry, Source
from models.user import Right

# What one can look at, by its name in the address; the journal alone also tells what became of comments and activities.
SHOWS: dict[str, frozenset[Source]] = {
    "": frozenset(Source),
    "changes": frozenset(),
    "comments": frozenset({Source.COMMENT}),
    "activities": frozenset({Source.ACTIVITY}),
    "registrations": frozenset({Source.REGISTRATION}),
}


# What a feature switch turns off is not told either.
SWITCHES = {Source.ACTIVITY: "use_activities"}


@dataclass(frozen=True)
class Told:
    """A line that is no change: who, what, an icon, and where to read on."""

    source: Source
    at: Any
    who: str
    who_id: int | None
    text: str
    icon: str | None
    href: str | None
    body: str = ""


def of_customer(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """A page of the timeline, by day, and the switch of what it shows; or the card as it was on a day (`on`)."""
    asked = request.args.get("show", "")
    left_out = {source for source, key in SWITCHES.items() if not shell.used(key)}
    shows = {name: sources - left_out for name, sources in SHOWS.items() if not sources or sources - left_out}
    show = asked if asked in shows else ""
    day = as_it_was.asked_day(request.args.get("on"))
    asked_in_vain = day is None and bool(request.args.get("on", "").strip())
    switch = {"switch": _switch(customer, shows, None if day else show), "on": day, "asked_in_vain": asked_in_vain}
    if day is not None:
        return {**as_it_was.on(session, looker, customer, day), **switch}
    if show == "changes":
        return {**history.events(session, customer_id=customer.id), **switch}
    counted = history.tally(session, Only(), customer_id=customer.id)
    found = timeline.page(
        session,
        customer.id,
        shows[show],
        request.args.get("before", ""),
        history.PAGE,
        images.switched_off_tables(),
        has_outside=counted.has_outside,
    )
    events = [entry.event for entry in found.entries if entry.event]
    changes = history.shown(session, events, Only(), customer_id=customer.id)
    sees_all = access.may(session, looker, Right.SEE_ALL_TOTALS, customer.id)
    lines = list(_lines(found.entries, iter(changes), sees_all=sees_all))
    days = [
        (history.day_text(day), list(one)) for day, one in groupby(lines, key=lambda line: shell.clock().day(line.at))
    ]
    # What can be searched and ticked are the changes: that leads there.
    ticks = narrowing.ticks(narrowing.nothing("customer"), counted, show="changes")
    older = history.older(found.next)
    return {"days": days, "older": older, "few": history.FEW, "ticks": ticks, "narrowed": None, **switch}


def _lines(entries: tuple[Entry, ...], changes: Iterator[history.Shown | None], *, sees_all: bool) -> Iterator[Any]:
    for entry in entries:
        line = next(changes) if entry.event else _told(entry, sees_all=sees_all)
        if line is not None:
            yield line


def _told(entry: Entry, *, sees_all: bool) -> Told:
    who = entry.user_name or gettext("Someone who left")
    if entry.source is Source.COMMENT:
        href = url_for("comments.details_view", id=entry.key)
        return Told(entry.source, entry.at, who, entry.user_id, gettext("Comment"), None, href, entry.text)
    if entry.source is Source.ACTIVITY:
        href = url_for("activities.details_view", id=entry.key)
        text = gettext("%(kind)s done", kind=entry.kind) if entry.kind else gettext("Activity done")
        return Told(entry.source, entry.at, who, entry.user_id, text, work.icon(entry.kind), href, entry.text)
    amount = shell.hours(entry.minutes)
    text = ngettext(
        "%(hours)s hour registered", "%(hours)s hours registered", 1 if entry.minutes == 60 else 2, hours=amount
    )
    whose = gettext("Everybody") if sees_all else gettext("You")
    return Told(entry.source, entry.at, whose, None, text, "clock", None)


def _switch(customer: Customer, shows: Collection[str], show: str | None) -> list[dict[str, Any]]:
    texts = {
        "": gettext("Everything"),
        "changes": gettext("Changes"),
        "comments": gettext("Comments"),
        "activities": gettext("Activities"),
        "registrations": gettext("Registrations"),
    }
    return [
        {
            "text": text,
            "href": url_for("customers.details_view", id=customer.id, tab="history", show=name or None),
            "current": name == show,
        }
        for name, text in texts.items()
        if name in shows
    ]
