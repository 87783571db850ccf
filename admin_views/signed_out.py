"""What is sent by somebody whose session has ended is not saved, and not lost either: the page gives it back.

With JavaScript the form has a draft besides, which waits where it was typed.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as BaseResponse

from admin_views import errors, login, new_contacts, shell, steps
from admin_views.forms import Choice, Choices, EntityForm, OneOf, Tick, Upload


def ask() -> BaseResponse:
    """On to the sign-in page and back; what was typed is shown first, to be copied."""
    typed = _typed()
    if not typed:
        return redirect(_sign_in())
    return errors.page(
        401,
        gettext("Nothing is saved. Here is what you typed, to be copied."),
        title=gettext("You are not signed in any more."),
        way_out=(_sign_in(), gettext("Sign in")),
        typed=typed,
    )


def _sign_in() -> str:
    """The sign-in page, which leads back to where a form was filled in."""
    page = request.referrer or ""
    if request.method == "POST" and _is_ours(page):
        return url_for("auth.login", next=login.inside(page[len(request.host_url) - 1 :]))
    return url_for("auth.login", next=shell.way_back())


def _is_ours(address: str) -> bool:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/" == request.host_url


def _typed() -> list[tuple[str, str]]:
    """What was written into the fields of this request, with their labels.

    Only fields that a form of the panel declares as text: no password, token or key, and no name that a key stands for.
    """
    if request.blueprint == "auth":
        return []
    known: dict[str, dict[str, object]] = current_app.extensions["kaartenbak"]["written"]
    others = {name: label for fields in known.values() for name, label in fields.items()}
    labels = {**others, **known.get(request.blueprint or "", {})}
    found = [(labels.get(_column(name)), text) for name, text in request.form.items(multi=True)]
    return [(str(label), text) for label, text in found if label is not None and text.strip()]


def _column(name: str) -> str:
    """The field of a form that may be on it several times."""
    return steps.ROWS.behind(new_contacts.ROWS.behind(name)).removeprefix(new_contacts.OWN)


def written(form: type[EntityForm]) -> dict[str, object]:
    """The fields of a form that are written into, with their labels."""
    fields = form()._fields.items()
    return {n: field.label.text for n, field in fields if not isinstance(field, (Choice, Choices, OneOf, Tick, Upload))}


def register(app: Flask) -> None:
    """Give back what comes without the token of its session, too: that ends with the session."""

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> Response:
        text = gettext("This form was open too long or came from elsewhere. Reload the page and try again.")
        # Who sends from elsewhere has no say in what our pages show.
        typed = _typed() if _is_ours(request.origin or request.referrer or "") else []
        if typed:
            text = f"{text} {gettext('Nothing is saved. Here is what you typed, to be copied.')}"
        out = None if current_user.is_authenticated else (_sign_in(), gettext("Sign in"))
        return errors.page(400, text, way_out=out, typed=typed)
