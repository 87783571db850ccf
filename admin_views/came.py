"""The list one came from stays in the addresses of a card, through its forms and verbs: one place adds it.

The addresses of the card itself say it as `list`; those of what is made and changed from there, which lead back to the card,
say whose list it is as well, as `listed`: customers/31?search=bak. The card of something that was opened from the card of a
customer keeps that `customer` in its own addresses, so that its verbs lead back there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from flask import Flask, g, has_request_context, request

# These have lists of their own.
OWN_LISTS = frozenset({"index_view", "beside_view", "filters_view", "export"})


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
        here = _key(request.args) if has_request_context() and request.blueprint == view in entities else None
        if here is not None and "customer" in request.args and _key(values) == here:
            values.setdefault("customer", request.args["customer"])
        if view not in entities or (came := _came(entities)) is None:
            return
        if view == came.endpoint and _key(values) == came.key:
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
    key = _key(asked)
    if request.blueprint in entities and key is not None and "list" in asked:
        return Came(request.blueprint or "", key, asked["list"])
    card, _, state = asked.get("listed", "").partition("?")
    endpoint, _, key = card.partition("/")
    return Came(endpoint, key, state) if endpoint in entities and key else None


def _key(values: Mapping[str, Any]) -> str | None:
    """The record that an address is about, if it is about one."""
    key = values.get("id", values.get("rowid"))
    return None if key is None else str(key)
