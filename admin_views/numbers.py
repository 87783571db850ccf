"""Ids as addresses and forms hold them. Whatever is none is not there: 404, never an error."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.routing import BaseConverter, ValidationError

from models.base import whole
from models.errors import NotFound


def key_of(raw: str | None) -> int:
    """An id from a query or a form."""
    key = whole(raw)
    if not key:
        raise NotFound
    return key


def changeset_asked() -> str | None:
    """Which change a request takes back: read here for all, so that the one that is done is the one that was judged."""
    return request.values.get("changeset")


class Key(BaseConverter):
    """`<key:…>` in a route. Werkzeug's own `<int:…>` has no upper bound, and PostgreSQL's columns have."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        key = whole(value)
        if not key:
            raise ValidationError
        return key


def register(app: Flask) -> None:
    """Offer `<key:…>` to the routes; before they are registered."""
    app.url_map.converters["key"] = Key
