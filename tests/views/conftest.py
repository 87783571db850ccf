"""The panel on a fresh database, and clients that are signed in as one of the cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import URL, NullPool

from app import create_app
from models import access
from models.access import SYSTEM
from models.base import db
from models.operations import password
from models.user import User
from tests.conftest import PASSWORD
from tests.pages import PageClient

ClientFor = Callable[[str], PageClient]


@pytest.fixture
def app(database_url: URL, tmp_path: Path) -> Iterator[Flask]:
    """The application on the fresh database that `session` looks at too."""
    made = create_app(
        {
            "INSTANCE": tmp_path,
            "SECRET_KEY": "a secret that is long enough for a test",
            "SQLALCHEMY_DATABASE_URI": database_url.render_as_string(hide_password=False),
            "SQLALCHEMY_ENGINE_OPTIONS": {"poolclass": NullPool},
        }
    )
    made.test_client_class = PageClient
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> PageClient:
    """Somebody who is not signed in."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def client_for(app: Flask) -> ClientFor:
    """A client signed in as Alice, Bob, Charlie or Dana (or anybody by name)."""

    def signed_in(name: str) -> PageClient:
        with app.app_context():
            session = db.session()
            access.look_as(session, SYSTEM)
            user = session.query(User).filter(User.name == name).one()
            if user.password_hash is None:
                password.reset(session, SYSTEM, user.id, PASSWORD)
            email = session.query(User.email).filter(User.name == name).scalar()
        made: PageClient = app.test_client()  # type: ignore[assignment]
        made.get("/login/")
        answer = made.post("/login/", data={"email": email, "password": PASSWORD, "csrf_token": made.token_of("/login/")})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return made

    return signed_in
