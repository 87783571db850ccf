"""Every answer, errors included, forbids framing, sniffing and foreign scripts; what holds data is kept by no cache."""

from __future__ import annotations

import pytest
from flask import Flask

from admin_views import routes
from tests.conftest import ClientFor
from tests.contracts.test_routes import filled
from tests.pages import PageClient

ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
# Files that are the same for everybody may stay in a browser's cache, and the symbols are one of them.
SAME_FOR_ALL = frozenset({"static", "bootstrap.static", "icons.static", "icons.sprite"})


@pytest.mark.parametrize(
    ("engine_kind", "who"),
    [("sqlite", None), ("sqlite", "Bob"), ("sqlite", "Dana"), ("postgresql", "Dana")],
    indirect=["engine_kind"],
)
def test_every_answer_is_hardened_and_none_with_data_is_kept(
    app: Flask, client: PageClient, client_for: ClientFor, who: str | None
) -> None:
    asking = client if who is None else client_for(who)
    asked = [
        (route.method, filled(route.path), route.endpoint in SAME_FOR_ALL)
        for route in routes.all_routes(app)
        if route.endpoint != "auth.logout"
    ]
    for method, path, is_same_for_all in (*asked, ("GET", "/nowhere/", False), ("PATCH", "/customers/", False)):
        answer = asking.open(path, method=method)
        what = f"{method} {path}: {answer.status_code}"
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, what
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy, what
        assert "frame-ancestors 'none'" in policy, what
        assert "unsafe" not in policy, what
        if not is_same_for_all:
            assert answer.headers["Cache-Control"] == "no-store", what
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert "HttpOnly" in cookie, what
            assert "SameSite=Lax" in cookie, what
        answer.close()
