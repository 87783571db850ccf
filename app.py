"""The roof: puts the floors together into one application. Nobody imports it but tests, benchmarks and migrations."""

from __future__ import annotations

import logging
import os
import secrets
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from admin_views import (
    background,
    commands_data,
    commands_import,
    commands_panel,
    commands_translate,
    commands_users,
    confirming,
    errors,
    icons,
    login,
    numbers,
    panel,
    registers,
    shell,
)
from importers import marks
from models.base import db

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "nl")
MEGABYTE = 1024 * 1024
SECRET_LENGTH = 32
MOST_PROXIES = 10

DEFAULTS: dict[str, Any] = {
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "MAX_CONTENT_LENGTH": 26 * MEGABYTE,
    "MAX_FORM_MEMORY_SIZE": 2 * MEGABYTE,
    "MAX_FORM_PARTS": 2_000,
    "WTF_CSRF_TIME_LIMIT": None,  # the token lives as long as the session; a long day at a form must not lose it
    "BABEL_DEFAULT_LOCALE": "en",
    "BABEL_TRANSLATION_DIRECTORIES": str(HERE / "translations"),
    "BOOTSTRAP_SERVE_LOCAL": True,
    "TRUSTED_PROXIES": 0,
}

CONTENT_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """An application for one database. `settings` go over the environment, that over the file, that over defaults."""
    given = dict(settings or {})
    instance = Path(given.pop("INSTANCE", os.environ.get("KAARTENBAK_INSTANCE", HERE / "instance"))).resolve()
    app = Flask("app", root_path=str(HERE), instance_path=str(instance))
    app.config.update(DEFAULTS)
    app.config.update(_configured(instance))
    app.config.update(given)
    app.config.setdefault("SQLALCHEMY_DATABASE_URI", f"sqlite:///{instance / 'kaartenbak.sqlite'}")
    app.config["SQLALCHEMY_DATABASE_URI"] = _with_driver(app.config["SQLALCHEMY_DATABASE_URI"])
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"pool_pre_ping": True})
    app.secret_key = _secret(app, instance)
    marks.use_secret(app.secret_key)
    _believe_proxies(app)

    db.init_app(app)
    Babel(app, locale_selector=shell.chosen_language, default_domain="messages")
    Bootstrap5(app)
    CSRFProtect(app)
    icons.register(app)
    shell.register(app, LANGUAGES)
    errors.register(app)
    numbers.register(app)
    login.register(app)
    confirming.register(app)
    background.register(app)
    registers.register(app)
    panel.register(app)
    for commands in (commands_panel, commands_data, commands_import, commands_translate, commands_users):
        commands.register(app)
    app.after_request(_harden)
    app.wsgi_app = HeadAsGet(app.wsgi_app)  # type: ignore[method-assign]
    return app


class HeadAsGet:
    """Answers a HEAD as the GET it stands for, without the body: no view needs to know of it, and none can take it for a POST."""

    def __init__(self, inner: WSGIApplication) -> None:
        self.inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "HEAD":
            return self.inner(environ, start_response)
        body = self.inner({**environ, "REQUEST_METHOD": "GET"}, start_response)
        if hasattr(body, "close"):
            body.close()
        return ()


def _configured(instance: Path) -> dict[str, Any]:
    """The settings of deployment: `instance/config.toml`, and over it the environment's `KAARTENBAK_…`."""
    found: dict[str, Any] = {}
    file = instance / "config.toml"
    if file.exists():
        found.update({key.upper(): value for key, value in tomllib.loads(file.read_text("utf-8")).items()})
    prefix = "KAARTENBAK_"
    found.update({key.removeprefix(prefix): value for key, value in os.environ.items() if key.startswith(prefix)})
    found.pop("INSTANCE", None)
    if "DATABASE_URL" in found:
        found["SQLALCHEMY_DATABASE_URI"] = found.pop("DATABASE_URL")
    return found


def _with_driver(url: str) -> str:
    """A PostgreSQL URL as people write it, with the driver we use."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _secret(app: Flask, instance: Path) -> str:
    """The signing key: configured, or made once and kept in a file that only its owner reads."""
    configured = app.config.get("SECRET_KEY")
    if configured is not None:
        if len(str(configured)) < SECRET_LENGTH:
            raise SystemExit(f"KAARTENBAK_SECRET_KEY is too short: {SECRET_LENGTH} characters at least.")
        return str(configured)
    file = instance / "secret_key"
    instance.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_hex(SECRET_LENGTH))
    except FileExistsError:
        logging.getLogger(__name__).debug("the signing key is there already")
    return file.read_text("ascii").strip()


def _believe_proxies(app: Flask) -> None:
    """Take the address and the scheme of a request from so many proxies in front; without the setting from none.

    Not the host: proxies hand on the one they were asked for, and a forged header would pass most of them.
    """
    count = str(app.config["TRUSTED_PROXIES"])
    if not count.isascii() or not count.isdigit() or int(count[:3]) > MOST_PROXIES:
        raise SystemExit(f"KAARTENBAK_TRUSTED_PROXIES is the number of proxies in front, 0 to {MOST_PROXIES}.")
    app.config["TRUSTED_PROXIES"] = int(count)
    if int(count):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=int(count), x_proto=int(count), x_host=0)  # type: ignore[method-assign]


def _harden(response: Response) -> Response:
    """Headers on every answer: no framing, no sniffing, no scripts but ours; pages with data are not kept by caches."""
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint is None or not request.endpoint.endswith("static"):
        response.headers["Cache-Control"] = "no-store"
    return response
