"""What words of a file stand for: one page with every word that rows are refused for."""

from __future__ import annotations

from flask import Flask, request
from flask_babel import gettext

from admin_views import import_check, imports, pages, shell
from importers import run, translate
from importers.columns import COLUMNS
from importers.files import Unreadable
from models.errors import Conflict, NotAllowed, NotFound, Refused

page = pages.blueprint("import_words", "/imports")
page.before_request(imports.allowed)


@page.route("/<key:key>/words/", methods=["GET", "POST"])
def words(key: int) -> imports.Answer:
    """The words with a field beside each; saying what they stand for makes the plan anew."""
    found = run.find(shell.here(), key)
    listed = translate.words(shell.here(), found)
    if request.method == "GET":
        return _show(key, listed)
    meant = {
        (field, said): text
        for field, said, text in zip(*(request.form.getlist(name) for name in ("field", "said", "meant")), strict=False)
    }
    try:
        translate.translate(shell.here(), shell.looker(), key, meant)
        return imports.planned_anew(key)
    except Unreadable as problem:
        return _show(key, listed, imports.unreadable(problem)), 422
    except Refused as refused:
        if isinstance(refused, NotAllowed | NotFound | Conflict):
            raise
        return _show(key, listed, shell.say(refused)), 422


def _show(key: int, listed: list[translate.Word], error: str | None = None) -> str:
    found = run.find(shell.here(), key)
    titles = {name: column.title(import_check.language()) for name, column in COLUMNS[found.kind].items()}
    return pages.show(
        "imports/words.html",
        run=found,
        kind=found.kind,
        words=listed,
        titles=titles,
        why=[import_check.describe_row(word.problem) if word.problem else gettext("said before") for word in listed],
        error=error,
    )


def register(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(page)
