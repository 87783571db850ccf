"""Every route needs a login and a known right, or is on a short public list; no POST works without its token."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from admin_views import routes
from models.operations import dump
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.pages import PageClient

SHORT_LIST = {
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/icons.svg"),
    ("GET", "/login/"),
    ("POST", "/login/"),
    ("POST", "/profile/language"),
    ("POST", "/profile/theme"),
    ("GET", "/static/<path:filename>"),
    ("GET", "/bootstrap/static/<path:filename>"),
}


def filled(path: str) -> str:
    """A path with something in its places."""
    return re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", lambda match: {"export_type": "csv"}.get(match[1], "1"), path)


def whole(session: Session) -> str:
    """All business rows, as text."""
    parts: list[str] = []
    session.rollback()
    dump.dump(session, session.info["looker"], parts.append)
    return "".join(parts)


def test_somebody_has_thought_about_every_route(app: Flask) -> None:
    assert [route for route in routes.all_routes(app) if not route.right] == []


def test_every_key_in_a_route_is_bounded_by_what_a_column_holds(app: Flask) -> None:
    assert [rule.rule for rule in app.url_map.iter_rules() if re.search("<(?:int|float)[(:]", rule.rule)] == []


def test_the_public_list_is_short(app: Flask) -> None:
    public = {(route.method, route.path) for route in routes.all_routes(app) if route.right == "public"}
    assert public == SHORT_LIST


def test_without_a_login_there_is_nothing_but_the_public_pages(app: Flask, client: PageClient) -> None:
    for route in routes.all_routes(app):
        if route.right == "public":
            continue
        answer = client.open(filled(route.path), method=route.method)
        assert answer.status_code in (302, 400, 401), f"{route.method} {route.path}: {answer.status_code}"
        if answer.status_code == 302:
            assert answer.location.startswith("/login/"), route.path


def test_no_post_works_without_its_token(app: Flask, client_for: ClientFor, session: Session) -> None:
    customer = factories.customer(session)
    dana = client_for("Dana")
    before = whole(session)
    for route in routes.all_routes(app):
        if route.method == "GET":
            continue
        answer = dana.open(f"{filled(route.path)}?id={customer.id}", method=route.method, data={"csrf_token": "forged"})
        assert answer.status_code == 400, f"{route.method} {route.path}: {answer.status_code}"
    assert whole(session) == before


# What a page says does not depend on the database: there who may least and who may most are enough.
@pytest.mark.parametrize(
    ("engine_kind", "person"),
    [
        *(("sqlite", person) for person in ("Alice", "Bob", "Charlie", "Dana")),
        *(("postgresql", person) for person in ("Charlie", "Dana")),
    ],
    indirect=["engine_kind"],
)
def test_every_page_answers_everybody_without_an_error(
    app: Flask, client_for: ClientFor, session: Session, person: str
) -> None:
    customer = factories.customer(session)
    factories.address(session, customer, is_head_office=True)
    contact = factories.contact(session)
    factories.link(session, customer, contact)
    factories.registration(session, factories.project(session, customer))
    signed_in = client_for(person).in_dutch()
    before = whole(session)
    for route in routes.all_routes(app):
        if route.method != "GET" or "static" in route.path:
            continue
        for query in ("", "?id=1", "?id=2&action=archive&rowid=1&changeset=1"):
            answer = signed_in.get(filled(route.path) + query)
            assert answer.status_code in (200, 302, 403, 404, 409, 422), f"{route.path}{query}: {answer.status_code}"
            answer.close()
    assert whole(session) == before


def test_what_one_may_not_see_is_not_there_on_any_route(
    app: Flask, client_for: ClientFor, session: Session, cast: Cast
) -> None:
    mine, theirs = factories.customer(session), factories.customer(session, company_name="Verborgen Zaken B.V.")
    reader = factories.role(
        session, rights=frozenset({"view", "edit", "archive", "delete", "see-all-totals", "manage-customer-roles"})
    )
    factories.access(session, mine, reader, cast.charlie)
    hidden_project = factories.project(session, theirs, name="Geheim project")
    hidden_contact = factories.contact(session, last_name="Onzichtbaar")
    factories.link(session, theirs, hidden_contact)
    factories.registration(session, hidden_project, cast.bob, note="Fluisteren")
    charlie = client_for("Charlie")
    before = whole(session)
    ids = {"customers": theirs.id, "contacts": hidden_contact.id, "projects": hidden_project.id}
    for endpoint, key in ids.items():
        for path in ("details/", "edit/", "delete/", "action/?action=archive"):
            mark = "&" if "?" in path else "?"
            answer = charlie.get(f"/{endpoint}/{path}{mark}id={key}&rowid={key}")
            text = answer.get_data(as_text=True)
            assert answer.status_code in (302, 404), f"/{endpoint}/{path}: {answer.status_code}"
            assert not any(word in text for word in ("Verborgen", "Geheim", "Onzichtbaar", "Fluisteren")), path
        for path in ("edit/", "action/", "delete/"):
            answer = charlie.send(
                f"/{endpoint}/{path}?id={key}", id=key, rowid=key, action="archive", company_name="Gekaapt"
            )
            assert answer.status_code in (302, 404), f"POST /{endpoint}/{path}: {answer.status_code}"
    assert (
        charlie.send(f"/customers/roles/?id={theirs.id}", **{f"user-{cast.charlie.id}": reader.id}).status_code == 404
    )
    for path in (
        "/customers/",
        "/contacts/",
        "/projects/",
        "/history/",
        "/bin/",
        "/search/?q=verborgen",
        "/customers/?archived=all&search=verborgen",
    ):
        text = (
            charlie.get(path)
            .get_data(as_text=True)
            .replace('value="verborgen"', "")
            .replace("&#34;verborgen&#34;", "")
            .replace("verborgen", "")
        )
        assert not any(word in text for word in ("Verborgen", "Geheim", "Onzichtbaar", "Fluisteren")), path
    assert whole(session) == before
