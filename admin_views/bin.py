"""The bin: what was deleted, by whom and until when it can come back; and the way back."""

from __future__ import annotations

from flask import Flask, redirect, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from admin_views import history, images, pages, shell, undone
from admin_views.numbers import changeset_asked, key_of
from models import access
from models.base import whole
from models.errors import NotAllowed, NotFound, Refused
from models.operations import bin as binned
from models.user import Right

page = pages.blueprint("bin", "/bin")


@page.get("/")
def index() -> str:
    """What is in the bin, newest first."""
    before = request.args.get("before", "")
    items = binned.items(shell.here(), whole(before), without=images.switched_off_tables())
    older = url_for("bin.index", before=items[-1].changeset_id) if len(items) == binned.PAGE else None
    texts = {item.changeset_id: history.title(item.title, item.values) for item in items}
    return pages.show("bin.html", items=items, texts=texts, older=older)


@page.post("/restore/")
def restore() -> Response:
    """Bring one delete back, whole."""
    key = key_of(changeset_asked())
    try:
        done = binned.restore(shell.here(), shell.looker(), key)
    except Refused as refused:
        if isinstance(refused, (NotAllowed, NotFound)):
            raise
        undone.say_refused(refused)
        return redirect(url_for("bin.index"))
    undone.say_done(ngettext("%(num)d record restored", "%(num)d records restored", done.taken_back), done)
    return redirect(url_for("bin.index"))


def register(app: Flask) -> None:
    """Add the page and its line in the menu."""
    app.register_blueprint(page)

    def line() -> shell.MenuItem | None:
        if not access.may_somewhere(shell.here(), shell.looker(), Right.VIEW):
            return None
        return shell.MenuItem(gettext("Bin"), "trash", url_for("bin.index"), request.blueprint == "bin", key="b")

    shell.add_to_menu(app, line)
