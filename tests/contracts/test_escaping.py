"""What people typed is text on every page, also in what is said after a change and where texts are translated late."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import LazyString
from markupsafe import Markup
from sqlalchemy.orm import Session

from models.base import utc_now
from tests import factories
from tests.conftest import ClientFor
from tests.pages import PageClient
from tests.views.test_forms import text_of

ROOT = Path(__file__).resolve().parents[2]
NAME = "Acme<form method=post action=/profile/keys><b>"


@pytest.mark.parametrize(
    ("verb", "button", "typed"),
    [
        ("archive", "Archive customer", {}),
        ("restore", "Restore customer", {}),
        ("kind", "Make it a private person", {"first_name": "A", "last_name": NAME}),
    ],
)
def test_the_name_of_a_customer_is_text_in_what_is_said_after_a_change(
    session: Session, client_for: ClientFor, verb: str, button: str, typed: dict[str, str]
) -> None:
    customer = factories.customer(session, company_name=NAME, archived_at=utc_now() if verb == "restore" else None)
    page = done(client_for("Dana"), f"/customers/action/?action={verb}&rowid={customer.id}", button)
    assert "Acme&lt;form method=post" in page
    assert NAME not in page


def test_the_name_of_a_contact_is_text_in_what_is_said_after_a_change(session: Session, client_for: ClientFor) -> None:
    contact = factories.contact(session, last_name=NAME)
    page = done(client_for("Dana"), f"/contacts/action/?action=archive&rowid={contact.id}", "Deactivate 1 contact")
    assert "Acme&lt;form method=post" in page
    assert NAME not in page


def test_the_name_of_a_person_is_text_where_a_history_is_narrowed(session: Session, client_for: ClientFor) -> None:
    person = factories.user(session, name=NAME)
    customer = factories.customer(session)
    query = {"id": customer.id, "tab": "history", "show": "changes", "who": person.id, "at": NAME, "next": NAME}
    dana = client_for("Dana")
    for path in ("/customers/details/", "/history/filter/"):
        page = dana.get(path, query_string=query).get_data(as_text=True)
        assert "Acme&lt;form method=post" in page, path
        assert NAME not in page, path


def done(dana: PageClient, path: str, button: str) -> str:
    """The page after somebody confirmed a verb."""
    answer = dana.press(dana.get(path), button)
    assert answer.status_code == 302, text_of(answer)
    return dana.get(answer.location).get_data(as_text=True)


def test_a_text_that_is_translated_late_comes_out_of_the_session_as_text(app: Flask) -> None:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with app.app_context():
        kept = serializer.loads(serializer.dumps({"late": LazyString(lambda: NAME), "markup": Markup("<b>")}))
    assert (kept["late"], type(kept["late"])) == (NAME, str)
    assert isinstance(kept["markup"], Markup)


def test_no_text_that_is_translated_late_has_values_in_it() -> None:
    """It calls itself markup: what is put into it would not be escaped."""
    found = [
        f"{path.name}:{node.lineno}"
        for folder in ("admin_views", "models", "importers")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "").startswith("lazy_") and node.keywords
    ]
    assert found == []
