"""The list one came from stays in the addresses of a card, through its forms and verbs: one place adds it.

The addresses of the card itself say it as `list`; those of what is made and changed from there, which lead back to the card,
say whose list it is as well, as `listed`: customers/31?search=bak.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from flask import Flask, g, has_request_context, request

# Pages of other records have lists of their own.
OWN_LISTS = frozenset({"index_view", "details_view", "beside_view", "filters_view", "export"})


class Came(NamedTuple):
    """From which list to whose card: the entity, the key as the address has it, and the state of the list."""

    endpoint: str
    key: str
    state: str

    def __str__(self) -> str:
        return f"{self.endpoint}/{self.key}?{self.state}"


def register(app: Flask, entities: Collection[str]) -> None:
    """Add it to every address that is made while somebody is on such a card, or on a form that leads back to one."""

    def add(endpoint: str, values: dict[str, Any]) -> None:
        view, _, name = endpoint.partition(".")
        if view not in entities or (came := _came(entities)) is None:
            return
        if view == came.endpoint and str(values.get("id", values.get("rowid"))) == came.key:
            values.setdefault("list", came.state)
        elif view != came.endpoint and name not in OWN_LISTS:
            values.setdefault("listed", str(came))

    app.url_defaults(add)


def _came(entities: Collection[str]) -> Came | None:
    """What the address of this request says; read once, for a page has hundreds of addresses."""
    if not has_request_context():
        return None
    if "came" not in g:
        g.came = _read(entities)
    found: Came | None = g.came
    return found


def _read(entities: Collection[str]) -> Came | None:
    asked = request.args
    key = asked.get("id", asked.get("rowid"))
    if request.blueprint in entities and key is not None and "list" in asked:
        return Came(request.blueprint or "", key, asked["list"])
    card, _, state = asked.get("listed", "").partition("?")
    endpoint, _, key = card.partition("/")
    return Came(endpoint, key, state) if endpoint in entities and key else None
