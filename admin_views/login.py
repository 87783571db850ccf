"""Signing in and out, and one's own profile: password, language, theme, keys and sessions."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.json.tag import TaggedJSONSerializer, TagMarkup
from flask.sessions import SecureCookieSessionInterface
from flask_babel import gettext, refresh
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as BaseResponse

from admin_views import confirming, shell
from models import settings
from models.access import ANONYMOUS, look_as
from models.errors import Refused
from models.operations import password as passwords
from models.operations import sign_in as signing
from models.operations import user as users
from models.operations.sign_in import Seat, TooManyTries

Answer = BaseResponse | tuple[str, int] | str

log = logging.getLogger("kaartenbak.security")
page = Blueprint("auth", __name__)

LANGUAGE_NAMES = {"en": "English", "nl": "Nederlands", "sv": "Svenska", "fi": "Suomi", "nb": "Norsk", "de": "Deutsch"}
THEMES = ("", "light", "dark")
HOME = "/"
LONGEST_TARGET = 2_000
DEVICE = "device"
DEVICE_DAYS = 180
UNWATCHED = ("static",)


@dataclass(frozen=True)
class Account(UserMixin):
    """Who is signed in, as Flask-Login hands it out. Plain values: nothing of it lives in a database session."""

    seat: Seat
    token: str

    @property
    def id(self) -> int | None:
        return self.seat.looker.id

    @property
    def name(self) -> str:
        return self.seat.looker.name

    @property
    def email(self) -> str:
        return self.seat.email

    @property
    def role_name(self) -> str | None:
        return self.seat.role_name

    @property
    def language(self) -> str | None:
        return self.seat.language

    @property
    def theme(self) -> str | None:
        return self.seat.theme

    @property
    def single_keys(self) -> bool:
        return self.seat.single_keys

    @property
    def folded(self) -> frozenset[str]:
        return self.seat.folded

    def get_id(self) -> str:
        """What the cookie holds: the token of the session, not the key of the user."""
        return self.token


class _RealMarkup(TagMarkup):
    """Only what really is markup comes back as such: a text that is translated late says it is, too, and may hold a name."""

    def check(self, value: Any) -> bool:
        return isinstance(value, Markup)


class _Serializer(TaggedJSONSerializer):
    default_tags = [_RealMarkup if tag is TagMarkup else tag for tag in TaggedJSONSerializer.default_tags]


class Cookies(SecureCookieSessionInterface):
    """The session cookie is Secure, and bound to this host alone, wherever the connection is."""

    serializer = _Serializer()

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or bool(app.config["SESSION_COOKIE_SECURE"])

    def get_cookie_name(self, app: Flask) -> str:
        return _cookie_name("kaartenbak", self.get_cookie_secure(app))


def _cookie_name(name: str, secure: bool) -> str:
    return f"__Host-{name}" if secure else name


def register(app: Flask) -> None:
    """Add the pages, the session cookie, and the looker of every request."""
    app.session_interface = Cookies()
    app.config.setdefault("SESSION_IDLE_HOURS", signing.IDLE // dt.timedelta(hours=1))
    app.config.setdefault("SESSION_DAYS", signing.LONGEST // dt.timedelta(days=1))
    manager = LoginManager()
    manager.login_view = "auth.login"
    manager.login_message = None
    manager.session_protection = None  # the database ends sessions; a new address of a laptop does not
    manager.user_loader(_account)
    manager.init_app(app, add_context_processor=False)
    app.before_request(load_looker)
    app.register_blueprint(page)


def limits() -> dict[str, dt.timedelta]:
    """How long a session lasts without use, and at all."""
    config = current_app.config
    return {
        "idle": dt.timedelta(hours=float(config["SESSION_IDLE_HOURS"])),
        "longest": dt.timedelta(days=float(config["SESSION_DAYS"])),
    }


def _account(token: str) -> Account | None:
    seat = signing.seat_of(shell.here(), token, **limits())
    return None if seat is None else Account(seat, token)


def load_looker() -> None:
    """Say who is looking, at the start of each request: the person behind the cookie, or somebody who sees nothing."""
    if request.endpoint is not None and request.endpoint.rpartition(".")[2] in UNWATCHED:
        return
    seat: Seat | None = current_user.seat if current_user.is_authenticated else None
    g.looker = ANONYMOUS if seat is None else seat.looker
    look_as(shell.here(), g.looker)
    if seat is not None:
        # A page is worth more than the note that it was read: while an import holds the lock, the note is left out.
        with suppress(OperationalError):
            signing.seen(shell.here(), seat)


# Sign in and out ------------------------------------------------------------------------------------------------------


@page.route("/login/", methods=("GET", "POST"))
def login() -> Answer:
    """Sign in, and go on to where one wanted to be."""
    target = inside(request.values.get("next"))
    if current_user.is_authenticated:
        return redirect(target)
    if request.method == "GET":
        _choose_language()
        return _show_login(target)
    email = request.form.get("email", "").strip()
    try:
        device = _device(email)
        token = signing.sign_in(
            shell.here(),
            email,
            request.form.get("password", ""),
            request.remote_addr or "",
            agent=request.user_agent.string,
            device=device,
        )
    except Refused as refused:
        log.warning("sign-in refused: %s, account %s", refused.reason.name, _account_mark(email)[:12])
        return _answer(_show_login(target, email, shell.say(refused)), refused)
    begin(token)
    response = redirect(target)
    _remember_device(response, email, device)
    return response


def _answer(body: str, refused: Refused) -> Response:
    """422, or 429 with the time to wait."""
    response = make_response(body, 422)
    if isinstance(refused, TooManyTries):
        response.status_code = 429
        response.headers["Retry-After"] = str(refused.seconds)
    return response


def _show_login(target: str, email: str = "", error: str | None = None) -> str:
    goes_on = None if target == HOME else target
    languages = [
        {"code": code, "name": LANGUAGE_NAMES[code], "href": url_for("auth.login", language=code, next=goes_on)}
        for code in _offered()
    ]
    return render_template(
        "auth/login.html",
        email=email[:254],
        next=goes_on,
        error=error,
        languages=languages,
        firm=settings.get(shell.here(), "company_name"),
    )


def begin(token: str) -> None:
    """A new session: nothing of the old cookie goes on but the chosen language."""
    language = cookie.get("language")
    cookie.clear()
    if language is not None:
        cookie["language"] = language
    confirming.note()
    account = _account(token)
    if account is not None:
        login_user(account)


@page.post("/logout/")
def logout() -> Answer:
    """Sign out, for good: a copy of the cookie opens nothing any more."""
    if current_user.is_authenticated:
        signing.sign_out(shell.here(), current_user.token)
    logout_user()
    cookie.clear()
    return redirect(url_for("auth.login"))


def inside(target: str | None, otherwise: str = HOME) -> str:
    """The address to go on to, if it is a path of this panel; otherwise the start, or another page of ours.

    >>> inside("/customers/?page=2"), inside("//evil.example"), inside("https://evil.example/")
    ('/customers/?page=2', '/', '/')
    """
    if not target or len(target) > LONGEST_TARGET or not target.startswith("/") or target.startswith("//"):
        return otherwise
    # Browsers read a backslash as a slash and leave out control characters.
    if any(letter == "\\" or ord(letter) <= 32 or ord(letter) == 127 for letter in target):
        return otherwise
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or parts.path.startswith(("/login/", "/logout/")):
        return otherwise
    return target


# A browser that signed in before is let in while strangers guess at the account ---------------------------------------


def _account_mark(email: str) -> str:
    return signing.subjects(email, "", None)[0]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=DEVICE)


def _device_cookie() -> str:
    return _cookie_name(DEVICE, current_app.session_interface.get_cookie_secure(current_app))


def _device(email: str) -> str | None:
    """The mark of this browser, if it has signed in to this account before."""
    try:
        account, device = _signer().loads(request.cookies.get(_device_cookie(), ""))
    except (BadSignature, ValueError, TypeError):
        return None
    return str(device) if account == _account_mark(email) else None


def _remember_device(response: BaseResponse, email: str, device: str | None) -> None:
    response.set_cookie(
        _device_cookie(),
        str(_signer().dumps([_account_mark(email), device or secrets.token_hex(16)])),
        max_age=dt.timedelta(days=DEVICE_DAYS),
        secure=current_app.session_interface.get_cookie_secure(current_app),
        httponly=True,
        samesite="Lax",
    )


# The profile ----------------------------------------------------------------------------------------------------------


@page.get("/profile/")
@login_required
def profile() -> Answer:
    """One's own settings and sessions."""
    return _show_profile({})


def _show_profile(errors: dict[str, str]) -> str:
    rows = signing.sessions_of(shell.here(), g.looker, **limits())
    return render_template(
        "auth/profile.html",
        account=current_user,
        errors=errors,
        shortest=passwords.SHORTEST,
        language=current_user.language or "",
        language_options=[("", gettext("Like the browser")), *((code, LANGUAGE_NAMES[code]) for code in _offered())],
        sessions=[
            {
                "id": key,
                "began": began,
                "seen": seen,
                "browser": browser(agent),
                "own": key == current_user.seat.sign_in_id,
            }
            for key, began, seen, agent in rows
        ],
        limits=limits(),
    )


@page.post("/profile/password")
@login_required
def change_password() -> Answer:
    """Change the password, given the current one. All other sessions end."""
    new = request.form.get("password", "")
    if new != request.form.get("again", ""):
        return _show_profile({"again": gettext("The two passwords differ. Type the new one twice.")}), 422
    try:
        current = request.form.get("current", "")
        signing.confirm(shell.here(), g.looker, current, request.remote_addr or "")
        passwords.change(shell.here(), g.looker, new, keep=current_user.seat.token_hash)
    except Refused as refused:
        return _answer(_show_profile({refused.field or "current": shell.say(refused)}), refused)
    confirming.note()
    flash(gettext("Password changed. All your other sessions have ended."), "success")
    return redirect(url_for("auth.profile"))


@page.post("/profile/theme")
def theme() -> Answer:
    """Choose light or dark; without a login the browser's session keeps it."""
    chosen = request.form.get("theme", "")
    if chosen in THEMES:
        if current_user.is_authenticated:
            users.prefer(shell.here(), g.looker, theme=chosen)
        else:
            cookie["theme"] = chosen
    return redirect(_back())


@page.post("/profile/language")
def language() -> Answer:
    """Choose the language; without a login the browser's session keeps it."""
    chosen = request.form.get("language", "")
    if chosen in ("", *_offered()):
        if current_user.is_authenticated:
            users.prefer(shell.here(), g.looker, language=chosen)
        cookie["language"] = chosen
    return redirect(_back())


@page.post("/profile/keys")
@login_required
def keys() -> Answer:
    """Switch the keys that work without Ctrl on or off."""
    users.prefer(shell.here(), g.looker, single_keys=request.form.get("keys") == "1")
    return redirect(_back())


@page.post("/profile/sessions/<key:key>/end")
@login_required
def end_session(key: int) -> Answer:
    """End one of one's own sessions, this one too."""
    signing.end(shell.here(), g.looker, key)
    if key == current_user.seat.sign_in_id:
        logout_user()
        cookie.clear()
        return redirect(url_for("auth.login"))
    flash(gettext("Session ended."), "success")
    return redirect(url_for("auth.profile"))


def _back() -> str:
    if request.form.get("next"):
        return inside(request.form["next"])
    return url_for("auth.profile" if current_user.is_authenticated else "auth.login")


def _offered() -> tuple[str, ...]:
    offered: tuple[str, ...] = current_app.extensions["kaartenbak"]["languages"]
    return offered


def _choose_language() -> None:
    chosen = request.args.get("language")
    if chosen in _offered():
        cookie["language"] = chosen
        refresh()


def browser(agent: str | None) -> str:
    """A browser as people call it.

    >>> browser("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0")
    'Firefox, Linux'
    """
    text = agent or ""
    programs = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac OS": "macOS"}
    found = [next((name for mark, name in programs.items() if f"{mark}/" in text), text.split("/")[0][:40])]
    found += [next((name for mark, name in systems.items() if mark in text), "Linux" if "Linux" in text else "")]
    return ", ".join(part for part in found if part)
