"""Signing in and out over HTTP: cookies, copies of them, guessing, addresses to go on to, and the profile."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from flask import Flask, g, request_finished
from sqlalchemy import URL, NullPool, create_engine, select, text, update
from sqlalchemy.orm import Session
from werkzeug.test import Client, TestResponse

from admin_views import background, commands_panel
from admin_views.login import browser, inside
from app import create_app
from models.access import SYSTEM, look_as, looker_for
from models.base import WILL_WRITE, db
from models.journal import changeset
from models.operations import password, sign_in, user
from models.operations.grant import Holder
from models.user import SignIn, User
from tests import factories, granting, threads
from tests.conftest import PASSWORD, Cast, ClientFor
from tests.pages import PageClient

BOB = "bob@kaartenbak.example"
COOKIE = "kaartenbak"
NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def bob(session: Session, cast: Cast) -> User:
    """Bob, whose password is everybody's."""
    session.commit()
    return cast.bob


def post_login(client: PageClient, email: str = BOB, typed: str = PASSWORD, **more: str) -> TestResponse:
    data = {"csrf_token": client.token_of("/login/"), "email": email, "password": typed, **more}
    return client.post("/login/", data=data)


def signed_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def cookie_of(client: Client) -> str:
    found = client.get_cookie(COOKIE)
    assert found is not None
    return found.value


# -- in and out -------------------------------------------------------------------------------------------------------


def test_the_right_password_signs_in_and_goes_on(client: PageClient, bob: User) -> None:
    assert not signed_in(client)
    answer = post_login(client, next="/profile/?from=mail")
    assert (answer.status_code, answer.location) == (302, "/profile/?from=mail")
    assert signed_in(client)
    assert client.get("/login/?next=/customers/").location == "/customers/"


def test_a_wrong_password_shows_the_form_again_with_what_was_typed(client: PageClient, bob: User) -> None:
    answer = post_login(client, typed="wrong password", next="/customers/")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "E-mail or password is not right." in page
    assert f'value="{BOB}"' in page
    assert 'name="next" value="/customers/"' in page
    assert "wrong password" not in page
    assert not signed_in(client)


def test_signing_in_needs_a_token(client: PageClient, bob: User) -> None:
    for data in ({"email": BOB, "password": PASSWORD}, {"email": BOB, "password": PASSWORD, "csrf_token": "x"}):
        assert client.post("/login/", data=data).status_code == 400
    assert not signed_in(client)


def test_the_login_page_names_the_firm(client: PageClient, app: Flask) -> None:
    assert "Havenkwartier Advies" in client.get("/login/").get_data(as_text=True)


def test_the_login_page_speaks_the_chosen_language(client: PageClient, bob: User) -> None:
    assert 'lang="nl"' in client.get("/login/?language=nl").get_data(as_text=True)
    assert 'lang="nl"' in client.get("/login/?language=xx").get_data(as_text=True)
    post_login(client)
    assert 'lang="nl"' in client.get("/profile/").get_data(as_text=True)


def test_signing_out_is_a_post_with_a_token(client_for: ClientFor, bob: User) -> None:
    client = client_for("Bob")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 400
    assert signed_in(client)
    assert client.send("/logout/").location == "/login/"
    assert not signed_in(client)


def test_refusals_look_the_same_for_unknown_disabled_and_wrong(
    app: Flask, session: Session, bob: User, cast: Cast
) -> None:
    with changeset(session, SYSTEM, "Set up"):
        cast.charlie.password_hash = None
        cast.alice.disabled_at = dt.datetime.now(dt.UTC)
    seen = set()
    for email, typed in (
        (BOB, "wrong"),
        ("alice@kaartenbak.example", PASSWORD),
        ("charlie@kaartenbak.example", PASSWORD),
        ("ghost@kaartenbak.example", PASSWORD),
    ):
        client: PageClient = app.test_client()  # type: ignore[assignment]
        answer = post_login(client, email, typed)
        body = answer.get_data(as_text=True).replace(email, "")
        body = re.sub(r'name="csrf_token" value="[^"]+"', "", body)
        headers = {name: value for name, value in answer.headers if name not in {"Set-Cookie", "Content-Length"}}
        seen.add((answer.status_code, body, json.dumps(headers, sort_keys=True)))
    assert len(seen) == 1


# -- cookies ----------------------------------------------------------------------------------------------------------


def test_the_cookie_is_for_the_server_only(client: PageClient, bob: User) -> None:
    answer = post_login(client)
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {COOKIE, "device"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie


def test_the_cookie_is_secure_and_of_this_host_under_tls(app: Flask, bob: User) -> None:
    client: PageClient = app.test_client()  # type: ignore[assignment]
    page = client.get("/login/", base_url="https://localhost/").get_data(as_text=True)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    answer = client.post(
        "/login/",
        data={"email": BOB, "password": PASSWORD, "csrf_token": token},
        headers={"Referer": "https://localhost/login/"},
        base_url="https://localhost/",
    )
    assert answer.status_code == 302
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {f"__Host-{COOKIE}", "__Host-device"}
    for cookie in cookies:
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


def test_a_new_session_begins_at_each_sign_in(client: PageClient, bob: User, session: Session) -> None:
    client.get("/login/")
    before = cookie_of(client)
    post_login(client)
    first = cookie_of(client)
    client.send("/logout/")
    post_login(client)
    assert len({before, first, cookie_of(client)}) == 3
    assert len(session.scalars(select(SignIn.token_hash)).all()) == 1


def test_nothing_of_the_cookie_before_signing_in_goes_on(client: PageClient, bob: User) -> None:
    token = client.token_of("/login/")
    with client.session_transaction() as cookie:
        cookie["planted"] = "yes"
        planted = cookie["csrf_token"]
    client.post("/login/", data={"csrf_token": token, "email": BOB, "password": PASSWORD})
    client.get("/profile/")
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["csrf_token"] != planted


def _log_out(client: PageClient, session: Session, bob: User) -> None:
    client.send("/logout/")


def _end(client: PageClient, session: Session, bob: User) -> None:
    key = session.scalars(select(SignIn.id).order_by(SignIn.id.desc())).first()
    assert client.send(f"/profile/sessions/{key}/end").location == "/login/"


def _disable(client: PageClient, session: Session, bob: User) -> None:
    user.disable(session, SYSTEM, bob.id)


def test_a_page_does_not_wait_for_the_lock_that_somebody_else_holds(
    client: PageClient, session: Session, database_url: URL, bob: User
) -> None:
    post_login(client)
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    session.execute(update(SignIn).values(seen_at=long_ago))
    session.commit()
    with create_engine(database_url, poolclass=NullPool).connect() as other:
        if database_url.get_backend_name() == "postgresql":
            # Were it waited for, this lets go before the test hangs.
            other.execute(text("SET idle_in_transaction_session_timeout = '5s'"))
            other.commit()
            other.execute(text("SELECT id FROM sign_in FOR UPDATE"))
        else:
            other.execution_options(**WILL_WRITE).execute(text("SELECT 1"))
        began = time.monotonic()
        assert [signed_in(client) for _ in range(2)] == [True, True]
        assert time.monotonic() - began < 3
    assert session.scalar(select(SignIn.seen_at)) == long_ago
    session.commit()
    assert signed_in(client)
    assert (session.scalar(select(SignIn.seen_at)) or long_ago) > long_ago


def _reset(client: PageClient, session: Session, bob: User) -> None:
    password.reset(session, SYSTEM, bob.id, "vier kale paarden op zolder")


def _delete(client: PageClient, session: Session, bob: User) -> None:
    with changeset(session, SYSTEM, "Delete"):
        session.delete(bob)


def _idle(client: PageClient, session: Session, bob: User) -> None:
    session.execute(update(SignIn).values(seen_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=12)))
    session.commit()


def _old(client: PageClient, session: Session, bob: User) -> None:
    session.execute(update(SignIn).values(began_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=7)))
    session.commit()


def _from_elsewhere(client: PageClient, session: Session, bob: User) -> None:
    app = client.application
    other: PageClient = app.test_client()  # type: ignore[assignment]
    post_login(other)
    other.send(
        "/profile/password",
        current=PASSWORD,
        password="vier kale paarden op zolder",
        again="vier kale paarden op zolder",
    )
    assert signed_in(other)


@pytest.mark.parametrize("over", [_log_out, _end, _disable, _reset, _delete, _idle, _old, _from_elsewhere])
def test_a_copied_cookie_opens_nothing_when_the_session_is_over(
    client_for: ClientFor, app: Flask, session: Session, bob: User, over: object
) -> None:
    client = client_for("Bob")
    thief: PageClient = app.test_client()  # type: ignore[assignment]
    thief.set_cookie(COOKIE, cookie_of(client))
    assert signed_in(thief)
    session.rollback()
    over(client, session, bob)  # type: ignore[operator]
    assert not signed_in(thief)
    assert thief.get("/profile/").location.startswith("/login/")


def test_a_changed_cookie_opens_nothing(client_for: ClientFor, app: Flask, bob: User) -> None:
    value = cookie_of(client_for("Bob"))
    for wrong in (value[:-2], value[1:], value.replace(".", "", 1), "x", ""):
        client: PageClient = app.test_client()  # type: ignore[assignment]
        client.set_cookie(COOKIE, wrong)
        assert not signed_in(client)


def test_a_role_that_is_taken_is_gone_at_the_next_request(client_for: ClientFor, session: Session, bob: User) -> None:
    customer = factories.customer(session, company_name="Nordhamn Logistik").id
    client = client_for("Bob")
    assert client.get(f"/customers/details/?id={customer}").status_code == 200
    session.rollback()
    granting.set_role_of(session, SYSTEM, Holder(user_id=bob.id), None)
    answer = client.get(f"/customers/details/?id={customer}")
    assert answer.status_code == 404
    assert "Nordhamn" not in answer.get_data(as_text=True)


# -- guessing ---------------------------------------------------------------------------------------------------------


def test_too_many_tries_are_told_to_wait(client: PageClient, bob: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            assert post_login(client, typed="wrong").status_code == 422
        answer = post_login(client)
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "60"
        assert "Try again in 1 minute" in answer.get_data(as_text=True)
        clock.shift(60)
        assert post_login(client).status_code == 302


def test_a_forged_address_does_not_help_guessing(app: Flask, bob: User) -> None:
    answers = []
    for number in range(7):
        client: PageClient = app.test_client()  # type: ignore[assignment]
        token = client.token_of("/login/")
        answers.append(
            client.post(
                "/login/",
                data={"email": f"person{number}@x.example", "password": "wrong", "csrf_token": token},
                headers={"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for=198.51.100.{number}"},
            ).status_code
        )
    assert answers == [422] * 5 + [429] * 2


Behind = Callable[[object], Flask]


@pytest.fixture
def behind(app: Flask) -> Iterator[Behind]:
    """The same panel, told how many proxies stand in front of it."""
    panels: list[Flask] = []

    def made(proxies: object) -> Flask:
        panel = create_app(
            {
                "INSTANCE": app.instance_path,
                "SECRET_KEY": app.secret_key,
                "SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"],
                "SQLALCHEMY_ENGINE_OPTIONS": app.config["SQLALCHEMY_ENGINE_OPTIONS"],
                "TRUSTED_PROXIES": proxies,
            }
        )
        panel.test_client_class = PageClient
        panels.append(panel)
        return panel

    with threads.waited_for():
        yield made
    for panel in panels:
        with panel.app_context():
            background.jobs().close()
            db.engine.dispose()


def guesses(app: Flask, addresses: list[str]) -> list[int]:
    """The answers to one guess at a new account each, by way of a proxy that says these addresses."""
    answers = []
    for number, forwarded in enumerate(addresses):
        client: PageClient = app.test_client()  # type: ignore[assignment]
        data = {"email": f"p{number}@x.example", "password": "wrong", "csrf_token": client.token_of("/login/")}
        answers.append(client.post("/login/", data=data, headers={"X-Forwarded-For": forwarded}).status_code)
    return answers


def test_behind_a_trusted_proxy_each_address_is_counted_for_itself(behind: Behind, bob: User) -> None:
    proxied = behind("1")
    assert guesses(proxied, [f"198.51.100.{number}" for number in range(7)]) == [422] * 7
    # What the sender put there before the proxy added its address is not believed.
    forged = [f"203.0.113.{number}, 192.0.2.7" for number in range(7)]
    assert guesses(proxied, forged) == [422] * 5 + [429] * 2


def test_behind_a_trusted_proxy_with_tls_the_cookies_are_secure(behind: Behind, bob: User) -> None:
    for proxies, secure in ((0, False), (1, True)):
        answer = behind(proxies).test_client().get("/login/?language=nl", headers={"X-Forwarded-Proto": "https"})
        assert ("Secure" in answer.headers["Set-Cookie"]) is secure


@pytest.mark.parametrize("proxies", [0, 2])
def test_the_server_hands_on_what_proxies_say_only_when_there_are_any(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, proxies: int
) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr(commands_panel, "serve", lambda _app, **settings: asked.update(settings))
    monkeypatch.setattr(commands_panel, "_purge_every_day", lambda _app: None)
    started = behind(proxies).test_cli_runner().invoke(args=["run-panel"])
    assert started.exit_code == 0, started.output
    assert asked["clear_untrusted_proxy_headers"] is not bool(proxies)


def test_a_forwarded_host_is_never_believed(behind: Behind) -> None:
    answer = behind(1).test_client().get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.location == "/login/"


@pytest.mark.parametrize("wrong", ["-1", "yes", "11", "1.5", ""])
def test_a_number_of_proxies_that_is_none_stops_the_start(behind: Behind, wrong: str) -> None:
    with pytest.raises(SystemExit):
        behind(wrong)


def test_a_browser_that_was_here_before_is_let_in_while_strangers_guess(
    client: PageClient, app: Flask, bob: User
) -> None:
    post_login(client)
    client.send("/logout/")
    stranger: PageClient = app.test_client()  # type: ignore[assignment]
    for _ in range(6):
        last = post_login(stranger, typed="wrong").status_code
    assert last == 429
    assert post_login(client).status_code == 302


@pytest.mark.parametrize("forged", ["", "x", "WyJhIiwiYiJd.x", "[]"])
def test_a_forged_mark_of_a_browser_counts_for_nothing(app: Flask, bob: User, forged: str) -> None:
    statuses = []
    for _ in range(6):
        client: PageClient = app.test_client()  # type: ignore[assignment]
        client.set_cookie("device", forged)
        statuses.append(post_login(client, typed="wrong").status_code)
    assert statuses[-1] == 429


# -- where one goes on to ---------------------------------------------------------------------------------------------

OUTSIDE = (
    "https://evil.example/",
    "http://evil.example",
    "HTTPS://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example/a",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\u00a0//evil.example",
    "//evil.example\\@localhost",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "ftp://evil.example",
    "mailto:x@evil.example",
    "//localhost@evil.example",
    "https://localhost@evil.example",
    "https://localhost.evil.example",
    "//[::1]/",
    "//evil.example:80",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "?x=//evil.example",
    "#//evil.example",
    "%2f%2fevil.example",
    "//%65vil.example",
    "/\x00/evil.example",
    "/\x7f/evil.example",
    "/x\r\nLocation: https://evil.example",
    "/login/?next=//evil.example",
    "/logout/",
    "",
    "/" + "x" * 3000,
)
INSIDE = (
    "/",
    "/customers/",
    "/customers/?search=a%20b&page=2",
    "/customers/details/?id=1#tab",
    "/%2f%2fevil.example",
    "/a//b",
)


@pytest.mark.parametrize("target", OUTSIDE)
def test_an_address_outside_leads_home(target: str) -> None:
    assert inside(target) == "/"


@pytest.mark.parametrize("target", INSIDE)
def test_an_address_inside_is_kept(target: str) -> None:
    assert inside(target) == target
    as_a_browser_reads_it = re.sub(r"[\t\r\n]", "", target).replace("\\", "/")
    assert urlsplit(urljoin("https://localhost/login/", as_a_browser_reads_it)).netloc == "localhost"


def test_signing_in_never_leads_out_of_the_panel(client: PageClient, bob: User) -> None:
    for target in ("//evil.example", "/\\evil.example", "https://evil.example/"):
        assert post_login(client, next=target).location == "/"
        assert client.get("/login/", query_string={"next": target}).location == "/"
        client.send("/logout/")
        page = client.get("/login/", query_string={"next": target}).get_data(as_text=True)
        assert '<input type="hidden" name="next" value="">' in page


# -- the profile ------------------------------------------------------------------------------------------------------


def test_the_profile_asks_for_a_login_first(client: PageClient, app: Flask) -> None:
    assert client.get("/profile/").location == "/login/?next=%2Fprofile%2F"
    token = client.token_of("/login/")
    for path in ("password", "keys", "sessions/1/end"):
        assert client.post(f"/profile/{path}", data={"csrf_token": token}).location.startswith("/login/")


def test_the_password_is_changed_with_the_current_one(client_for: ClientFor, session: Session, bob: User) -> None:
    client = client_for("Bob")
    new = "vier kale paarden op zolder"
    for fields, message in (
        ({"current": "wrong", "password": new, "again": new}, "The current password is not right."),
        ({"current": PASSWORD, "password": new, "again": "other"}, "The two passwords differ."),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "use 12 characters or more"),
        ({"current": PASSWORD, "password": "Welkom2026!!", "again": "Welkom2026!!"}, "easy to guess"),
        ({}, "The current password is not right."),
    ):
        answer = client.send("/profile/password", **fields)
        assert answer.status_code == 422
        assert message in answer.get_data(as_text=True)
    answer = client.send("/profile/password", current=PASSWORD, password=new, again=new)
    assert (answer.status_code, answer.location) == (302, "/profile/")
    assert "Password changed" in client.get("/profile/").get_data(as_text=True)
    session.rollback()
    look_as(session, SYSTEM)
    assert sign_in.sign_in(session, BOB, new, "127.0.0.1")


def test_guessing_the_current_password_is_slowed(client_for: ClientFor, bob: User) -> None:
    client = client_for("Bob")
    statuses = [client.send("/profile/password", current="wrong").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_theme_language_and_keys_are_kept(client_for: ClientFor, session: Session, bob: User) -> None:
    client = client_for("Bob")
    assert client.send("/profile/theme", theme="dark", next="/profile/").location == "/profile/"
    assert client.send("/profile/language", language="nl").location == "/profile/"
    assert client.send("/profile/keys").location == "/profile/"
    session.rollback()
    session.refresh(bob)
    assert (bob.theme, bob.language, bob.single_keys) == ("dark", "nl", False)
    page = client.get("/profile/").get_data(as_text=True)
    assert 'data-bs-theme="dark"' in page
    assert 'lang="nl"' in page
    for path, fields in (("theme", {"theme": "pink"}), ("language", {"language": "xx"})):
        client.send(f"/profile/{path}", **fields)
    client.send("/profile/keys", keys="1")
    client.send("/profile/theme", theme="")
    session.rollback()
    session.refresh(bob)
    assert (bob.theme, bob.language, bob.single_keys) == (None, "nl", True)


def test_theme_and_language_work_without_a_login(client: PageClient, app: Flask) -> None:
    token = client.token_of("/login/")
    for path, fields in (("theme", {"theme": "dark"}), ("language", {"language": "nl"})):
        answer = client.post(f"/profile/{path}", data={"csrf_token": token, "next": "//evil.example", **fields})
        assert answer.location == "/"
    page = client.get("/login/").get_data(as_text=True)
    assert 'data-bs-theme="dark"' in page
    assert 'lang="nl"' in page


def test_sessions_are_listed_and_ended(client_for: ClientFor, session: Session, bob: User, cast: Cast) -> None:
    client, other, stranger = client_for("Bob"), client_for("Bob"), client_for("Charlie")
    page = client.get("/profile/").get_data(as_text=True)
    keys = [int(key) for key in re.findall(r"/profile/sessions/(\d+)/end", page)]
    assert len(keys) == 2
    assert page.count("this one") == 1
    session.rollback()
    theirs = session.scalars(select(SignIn.id).where(SignIn.user_id == cast.charlie.id)).one()
    assert client.send(f"/profile/sessions/{theirs}/end").status_code == 404
    assert client.send("/profile/sessions/999999/end").status_code == 404
    assert signed_in(stranger)
    client.send(f"/profile/sessions/{min(keys) if min(keys) != _own(session, client) else max(keys)}/end")
    assert signed_in(client) != signed_in(other)


def _own(session: Session, client: PageClient) -> int:
    session.rollback()
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    return session.scalars(select(SignIn.id).where(SignIn.token_hash == sign_in.token_hash(token))).one()


def test_no_page_shows_a_secret(client_for: ClientFor, session: Session, bob: User) -> None:
    client = client_for("Bob")
    page = client.get("/profile/").get_data(as_text=True)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    session.rollback()
    session.refresh(bob)
    for secret in (token, sign_in.token_hash(token), bob.password_hash or "", "scrypt"):
        assert secret not in page


def test_the_looker_of_a_request_is_the_person_behind_the_cookie(
    app: Flask, client_for: ClientFor, session: Session, bob: User
) -> None:
    seen: list[object] = []

    def note(_app: Flask, **_answer: object) -> None:
        seen.append(getattr(g, "looker", None))

    client = client_for("Bob")
    with request_finished.connected_to(note, app):
        client.get("/profile/")
    session.rollback()
    look_as(session, SYSTEM)
    assert seen[-1] == looker_for(session, session.get_one(User, bob.id))


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.5.0", "curl"),
        ("", ""),
        (None, ""),
    ],
)
def test_browsers_are_called_by_name(agent: str | None, name: str) -> None:
    assert browser(agent) == name
