"""Forms that make something carry a token, and one that is sent twice is answered twice but written once.

Sent twice is what a double click does, a page that is loaded anew, and a browser that tries again after a lost answer.
A form without a token (of a script, say) is written each time.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from hashlib import sha256
from io import SEEK_END
from typing import IO

from flask import Flask, current_app, g, make_response, request

from admin_views import confirming, shell
from admin_views.declared import Answer
from models.errors import Refused
from models.operations import once
from models.operations.once import Before, Sent, SentBefore

FIELD = "once"
# As `token` makes them.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
# Other each time that the same form is sent, or not to be kept in any shape.
_LEFT_OUT = frozenset({FIELD, confirming.FIELD, "csrf_token"})


def token() -> str:
    """What a form carries that is drawn now."""
    return secrets.token_urlsafe(12)


def sent() -> Sent | None:
    """The form of this request, if it carries a token."""
    if "sent" not in g:
        found = request.form.get(FIELD, "") if request.method == "POST" else ""
        # Once a request: a file is closed as soon as it is read.
        g.sent = Sent(found, _digest()) if _TOKEN.fullmatch(found) else None
    form: Sent | None = g.sent
    return form


def only(make: Callable[[], Answer], again: Callable[[Before], Answer]) -> Answer:
    """Answer a request that may make something: by `make`, whose verb is given `sent()`; by `again` what did so before."""
    form = sent()
    if form is None:
        return make()
    found = _before(form)
    if found is None:
        try:
            answer = make()
        except (Refused, SentBefore):
            found = _made_meanwhile(form)
            if found is None:
                raise
        else:
            found = _made_meanwhile(form) if make_response(answer).status_code >= 400 else None
            if found is None:
                return answer
    return again(found)


def _before(form: Sent) -> Before | None:
    return once.before(shell.here(), shell.looker(), form)


def _made_meanwhile(form: Sent) -> Before | None:
    """What is refused may be in the way of itself: written by the same form, sent a moment before."""
    shell.here().rollback()
    return _before(form)


def _digest() -> str:
    """What stands for all that was sent. Keyed, so that nobody learns of it by trying."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _LEFT_OUT]
    files = [(name, file.filename, _size(file.stream)) for name, file in request.files.items(multi=True)]
    said = repr((request.full_path, fields, files)).encode()
    return hmac.new(str(current_app.secret_key).encode(), said, sha256).hexdigest()


def _size(stream: IO[bytes]) -> int:
    """How long a file is, which is read from its beginning afterwards."""
    stream.seek(0, SEEK_END)
    size = stream.tell()
    stream.seek(0)
    return size


def register(app: Flask) -> None:
    """Let the forms ask for a token."""
    app.jinja_env.globals["once_token"] = token
