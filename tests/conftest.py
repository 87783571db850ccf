"""Both databases, a fresh one for each test; and the cast: Alice manages, Bob reads, Charlie has no rights, Dana administers."""

from __future__ import annotations

import gc
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask import session as cookie
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import URL, NullPool, create_engine, insert, select
from sqlalchemy.orm import Session

from admin_views import background, commands_translate, login
from app import create_app
from importers.files import process
from models import access, schema
from models.access import SYSTEM, Looker
from models.base import db
from models.journal import Origin, changeset
from models.operations import password
from models.operations.sign_in import token_hash
from models.user import BUILT_IN_ROLES, Role, SignIn, User
from tests.databases import ENGINES, Databases, databases
from tests.importers.files.copies import Copies
from tests.pages import PageClient

DATA = Path(os.environ.get("KAARTENBAK_DATA", Path(__file__).resolve().parents[2] / "shared" / "data" / "files"))
PASSWORD = "correct horse battery staple"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names a test with bytes in it by their number: what a file is made of (its time, say) differs between workers."""
    return f"{argname} of {len(val)} bytes" if isinstance(val, bytes) else None


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: the collector need not go through it again and again.

    Nor as often as it does: a tenth of the time of a test of a page was the collector's.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    """The catalogues as they are now: compiled ones are not in the repository."""
    commands_translate.compile_all()


_new_interpreter = process._begun


@pytest.fixture(scope="session", autouse=True)
def _copies() -> Iterator[None]:
    """Files are read by copies of a process that has the readers loaded: a new interpreter for each is a tenth of a run."""
    copies = Copies()
    process._begun = copies.begun  # type: ignore[assignment]
    yield
    process._begun = _new_interpreter
    copies.close()


@pytest.fixture
def new_interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read as the panel does it, each by a new interpreter."""
    monkeypatch.setattr(process, "_begun", _new_interpreter)


@pytest.fixture(scope="session")
def handed_out() -> Iterator[Databases]:
    """Databases for the whole run."""
    with databases() as found:
        yield found


@pytest.fixture(params=ENGINES)
def engine_kind(request: pytest.FixtureRequest) -> str:
    """Every test that touches the database runs on both."""
    return str(request.param)


@cache
def _hashed() -> str:
    """The hash of everybody's password."""
    return password.hashed(PASSWORD)


def _build(url: URL) -> None:
    """A migrated database with the built-in roles and the cast."""
    engine = create_engine(url, poolclass=NullPool)
    schema.upgrade(engine)
    with Session(engine, expire_on_commit=False) as session:
        access.look_as(session, SYSTEM)
        with changeset(session, SYSTEM, "Set up", origin=Origin.SEED):
            for name, rights in BUILT_IN_ROLES.items():
                session.add(Role(name=name, rights=frozenset(rights), built_in=True))
            session.flush()
            roles = {role.name: role.id for role in session.scalars(select(Role))}
            for name, role in (("Alice", "Manager"), ("Bob", "Reader"), ("Charlie", None), ("Dana", "Administrator")):
                user = User(
                    email=f"{name.lower()}@kaartenbak.example", name=name, role_id=roles[role] if role else None
                )
                user.password_hash = _hashed()
                session.add(user)
    engine.dispose()
    if url.get_backend_name() == "sqlite":
        # Fold the log into the file, which is what gets copied.
        folded = create_engine(url, poolclass=NullPool)
        with folded.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        folded.dispose()


@pytest.fixture
def database_url(handed_out: Databases, engine_kind: str) -> Iterator[URL]:
    """A fresh database with the cast in it."""
    url = handed_out.copy(engine_kind, "cast", _build)
    yield url
    handed_out.drop(url)


@pytest.fixture
def session(handed_out: Databases, database_url: URL) -> Iterator[Session]:
    """A session on the fresh database, looking as the system."""
    engine = handed_out.way(database_url, "session")
    with Session(engine) as opened:
        access.look_as(opened, SYSTEM)
        yield opened
    engine.dispose()


@dataclass(frozen=True)
class Cast:
    """The four people every rights test is about."""

    alice: User
    bob: User
    charlie: User
    dana: User

    def __iter__(self) -> Iterator[User]:
        return iter((self.alice, self.bob, self.charlie, self.dana))


@pytest.fixture
def cast(session: Session) -> Cast:
    """Alice manages, Bob reads, Charlie has no rights, Dana administers."""
    by_name = {user.name: user for user in session.scalars(select(User))}
    return Cast(by_name["Alice"], by_name["Bob"], by_name["Charlie"], by_name["Dana"])


@pytest.fixture
def alice(session: Session, cast: Cast) -> Looker:
    """Alice as the actor of a verb."""
    return access.looker_for(session, cast.alice)


@pytest.fixture
def dana(session: Session, cast: Cast) -> Looker:
    """Dana as the actor of a verb."""
    return access.looker_for(session, cast.dana)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real files, which no checkout brings along; where it is absent the test is skipped and says so."""
    if not DATA.is_dir():
        pytest.skip("The folder of real files is missing: set KAARTENBAK_DATA to it.")
    return DATA


ClientFor = Callable[[str], PageClient]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application as it is built, once for the whole run: its hundreds of routes are dear to compile."""
    made = create_app(
        {
            "INSTANCE": tmp_path_factory.mktemp("instance"),
            "SECRET_KEY": "a secret that is long enough for a test",
            "SQLALCHEMY_DATABASE_URI": "sqlite://",
        }
    )
    made.test_client_class = PageClient
    # One folder for all workers of a run, whose folders lie in the run's.
    templates = (
        tmp_path_factory.getbasetemp().parent / f"templates-{os.environ.get('PYTEST_XDIST_TESTRUNUID', 'alone')}"
    )
    templates.mkdir(exist_ok=True)
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(templates))
    return made


@pytest.fixture
def app(built: Flask, handed_out: Databases, database_url: URL, tmp_path: Path) -> Iterator[Flask]:
    """The application on the fresh database that `session` looks at too, in a folder of its own."""
    settings, folder = dict(built.config), built.instance_path
    built.config["SQLALCHEMY_DATABASE_URI"] = database_url.render_as_string(hide_password=False)
    built.instance_path = str(tmp_path)
    background.prepare(built)
    with built.app_context():
        engine = handed_out.way(database_url, "app")
        db._app_engines[built][None] = engine  # Flask-SQLAlchemy has no other way to change the database
    yield built
    with built.app_context():
        background.jobs().close()
    engine.dispose()
    built.config.clear()
    built.config.update(settings)
    built.instance_path = folder


@pytest.fixture
def client(app: Flask) -> PageClient:
    """Somebody who is not signed in."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def client_for(app: Flask) -> ClientFor:
    """A client signed in as Alice, Bob, Charlie or Dana (or anybody by name)."""

    def signed_in(name: str) -> PageClient:
        """Without the form and the password: those have tests of their own, and every test here comes by."""
        token = secrets.token_urlsafe(32)
        with app.test_request_context():
            session = db.session()
            access.look_as(session, SYSTEM)
            user_id = select(User.id).where(User.name == name).scalar_subquery()
            session.execute(insert(SignIn).values(user_id=user_id, token_hash=token_hash(token)))
            session.commit()
            login.begin(token)
            kept = dict(cookie)
        made: PageClient = app.test_client()  # type: ignore[assignment]
        with made.session_transaction() as session_of_browser:
            session_of_browser.update(kept)
        return made

    return signed_in
