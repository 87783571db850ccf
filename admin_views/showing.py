"""The card of a record: its tabs, its verbs, and its neighbours in the list one came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_admin import expose
from flask_babel import format_decimal, gettext
from markupsafe import Markup

from admin_views import shell
from admin_views.declared import Action, Answer, Declared, Tab, archived_state, fits
from admin_views.numbers import key_of
from models import search
from models.search import Neighbours

# Before and after, as addresses, pages and links call them.
SIDES = ("prev", "next")


class Showing(Declared):
    """One record, a tab at a time."""

    @expose("/details/")
    def details_view(self) -> Answer:
        return self.show_card(request.args.get("tab"))

    def show_card(self, wanted: str | None, status: int = 200) -> Answer:
        """The card, open at a tab: the wanted one, or the first."""
        used = [tab for tab in self.tabs if shell.used(tab.switch)]
        open_at = next((tab for tab in used if tab.key == wanted), used[0])
        record, counts = self.found(request.args.get("id"), open_at)
        tabs = self.offered_tabs(record)
        tab = open_at if open_at in tabs else tabs[0]
        return self.answer(
            self.details_template,
            status,
            record=record,
            tab=tab,
            tabs=tabs,
            beside=self.beside_urls(record.id, tab),
            counts=counts,
            row_actions=[a for a in self.allowed_actions(record) if fits(a, archived_state(record))],
            **tab.load(shell.here(), shell.looker(), record),
        )

    def found(self, raw: str | None, tab: Tab) -> tuple[Any, dict[str, int]]:
        """The record with the numbers on its tabs, in one query, or NotFound; with what the open tab reads of it."""
        counted = {tab.key: tab.count(self.noun) for tab in self.tabs if tab.count is not None}
        options = (*(self.card_options or self.list_options), *tab.options)
        record, *counts = self.fetch(raw, counted.values(), options)
        return record, dict(zip(counted, counts, strict=True))

    def card_badge(self, record: Any) -> str:
        """What stands beside the name on the card."""
        return Markup(render_template("entity/badge.html", record=record)) if hasattr(record, "archived_at") else ""

    def card_meta(self, record: Any) -> str:
        """The line under the name."""
        return Markup(render_template(self.meta_template, view=self, record=record)) if self.meta_template else ""

    def card_tabs(
        self, record: Any, tabs: Sequence[Tab], current: Tab, counts: Mapping[str, int]
    ) -> list[dict[str, Any]]:
        """The tabs of the card as links."""
        return [
            {
                "text": tab.label,
                "href": url_for(f"{self.endpoint}.details_view", id=record.id, tab=tab.key),
                "current": tab is current,
                "count": counts.get(tab.key),
            }
            for tab in tabs
        ]

    def card_adds(self, record: Any) -> list[dict[str, Any]]:
        """What can be added to the record from its card, each by the form that it has anyway."""
        return []

    def card_menu(self, record: Any, actions: Sequence[Action]) -> list[Any]:
        """The verbs of the card."""
        return [
            {
                "text": action.label,
                "icon": action.icon,
                "kind": "danger" if action.danger else "",
                "href": self.action_url(action, record.id),
            }
            for action in actions
        ]

    def beside_urls(self, key: int, tab: Tab) -> dict[str, str]:
        """Where the neighbours in the list one came from are found; nothing when one came from elsewhere.

        The card does not look for them itself: to find a place in a long list is dearer than the card, and few go on.
        """
        if "list" not in request.args:
            return {}
        where: dict[str, Any] = {"id": key, "list": request.args["list"], "tab": tab.key}
        url = f"{self.endpoint}.beside_view"
        return {"told": url_for(url, **where), **{side: url_for(url, **where, to=side) for side in SIDES}}

    @expose("/beside/")
    def beside_view(self) -> Answer:
        """Go to the record before or after one in its list (`to`); without that, both addresses and the place, as JSON."""
        key = key_of(request.args.get("id"))
        came: dict[str, Any] = {name: request.args.get(name) for name in ("list", "tab")}
        found = search.neighbours(shell.here(), self.spec, self.state(self.list_args()), key)
        keys = dict(zip(SIDES, (found.previous, found.next), strict=True))
        urls = {
            side: url_for(f"{self.endpoint}.details_view", id=one, **came)
            for side, one in keys.items()
            if one is not None
        }
        side = request.args.get("to")
        if side not in SIDES:
            return jsonify(**urls, place=_place(found))
        if side in urls:
            return redirect(urls[side])
        if found.position is None:
            return redirect(self.back_url())
        ends = {
            "prev": gettext("This is the first of the list."),
            "next": gettext("This is the last of the list."),
        }
        flash(ends[side])
        return redirect(url_for(f"{self.endpoint}.details_view", id=key, **came))


def _place(found: Neighbours) -> str:
    """Such as "3 of 214"; nothing for what is not listed, or so far behind that nobody counts."""
    if found.position is None:
        return ""
    total = f"{format_decimal(found.total)}+" if found.more else format_decimal(found.total)
    return gettext("%(n)s of %(total)s", n=format_decimal(found.position), total=total)
