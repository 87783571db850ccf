"""Search everything: customers, contacts, projects, labels and what can be done, as a page and for the palette over it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, render_template, request, url_for
from flask_babel import gettext, ngettext

from admin_views import pages, shell
from models import search
from models.search.folding import plain

page = pages.blueprint("searching", "/search")
MOST = 20
# In the palette, of each kind.
FEW = 5
LONGEST = 200
ICONS = {"customers": "shop", "contacts": "person", "projects": "briefcase", "labels": "tag"}
# What asks for actions alone.
ACTIONS = ">"


def _asked() -> str:
    return request.args.get("q", "").strip()[:LONGEST]


@page.get("/")
def index() -> str:
    """What is found, by kind; only what one may see."""
    asked = _asked()
    found = search.find(shell.here(), asked, MOST) if asked else []
    return pages.show(
        "search.html", asked=asked, found=found, icons=ICONS, marked=_marked(asked), actions=_actions(asked)
    )


def _marked(asked: str) -> Any:
    """What marks a text where it was found."""
    wanted = search.parted(asked)[1]
    return lambda text: search.marked(text or "", wanted)


@page.get("/palette/")
def palette() -> Response:
    """The same in short, for the palette: groups of hits, and what can be done."""
    asked = _asked()
    # What is called "> Nord" is found besides.
    found = search.find(shell.here(), asked, FEW) if asked not in ("", ACTIONS) else []
    mark = _marked(asked)
    groups = [
        {"title": gettext(group.title), "hits": [_hit(group.endpoint, hit, mark) for hit in group.hits]}
        for group in found
    ]
    count = sum(len(group.hits) for group in found)
    if actions := _actions(asked):
        groups.append({"title": gettext("Do"), "hits": actions})
    return jsonify(
        groups=groups, said=ngettext("%(num)s result", "%(num)s results", count), hint=render_template("palette.html")
    )


def _hit(endpoint: str, hit: search.Hit, mark: Any) -> dict[str, Any]:
    detail = " · ".join(filter(None, (hit.detail, gettext("archived") if hit.archived else "")))
    href = url_for(f"{endpoint}.details_view", id=hit.id)
    return {"href": href, "icon": ICONS[endpoint], "name": mark(hit.name), "detail": mark(detail)}


def _actions(asked: str) -> list[dict[str, Any]]:
    """What can be done from here: made, looked through and gone to, as far as its name holds what was asked for."""
    wanted = asked.removeprefix(ACTIONS).strip()
    name = "" if asked.startswith((ACTIONS, *search.PREFIXES)) else wanted
    made = [(_new_text(item, name), item.icon, _with(item.href, name=name)) for item in shell.can_be_made()]
    # Unasked the menu is enough.
    known = [*shell.menu(), *(shell.places() if wanted else ())]
    places = [(item.label, item.icon, item.href) for item in known]
    profile = (gettext("Profile and settings"), "gear", url_for("auth.profile"))
    others = [one for one in (*places, profile) if plain(wanted) in plain(one[0])]
    if name:
        everywhere = gettext("Search “%(text)s” in all customers", text=name)
        made.append((everywhere, "search", url_for("customers.index_view", search=name, archived="all")))
    elif wanted:
        made = [one for one in made if plain(wanted) in plain(one[0])]
    return [
        {"href": href, "icon": icon, "name": [(text, False)], "detail": []} for text, icon, href in (*made, *others)
    ]


def _new_text(item: shell.NewItem, name: str) -> str:
    return gettext("%(what)s “%(name)s”", what=item.text, name=name) if name else item.text


def _with(href: str, **values: str) -> str:
    given = {key: value for key, value in values.items() if value}
    return f"{href}?{urlencode(given)}" if given else href


def register(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(page)
