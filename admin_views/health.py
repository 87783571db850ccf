"""Whether the panel is well: for whoever watches over it, without a login and without saying anything of the data."""

from __future__ import annotations

from flask import Blueprint, Flask
from sqlalchemy import text

from admin_views import shell

page = Blueprint("health", __name__)


@page.get("/healthz")
def index() -> tuple[dict[str, str], int]:
    """200 when the database answers; otherwise the error page's 503."""
    shell.here().execute(text("SELECT 1"))
    return {"status": "ok"}, 200


def register(app: Flask) -> None:
    """Add the page."""
    app.register_blueprint(page)
