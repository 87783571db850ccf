"""What waits for the person who looks: comments that mention them, what they have to do, and how their imports are."""

from __future__ import annotations

from flask import Flask, request, url_for
from flask_babel import gettext

from admin_views import import_progress, pages, shell, work
from models import access
from models.customer import Customer
from models.operations.consequences import allowed
from models.user import Right

page = pages.blueprint("mine", "/mine")
MENTIONS = 20
TO_DO = 50


@page.get("/")
def index() -> str:
    """Mentions newest first, and planned activities by their day; only of customers that one may still see."""
    session, me = shell.here(), shell.looker().id or 0
    found, older = work.mentions_of(session, me, request.args.get("before", ""), MENTIONS)
    to_do = work.planned_for(session, me, TO_DO + 1)
    customers = {one.customer_id for one in to_do}
    edits = customers and access.may_somewhere(session, shell.looker(), Right.EDIT)
    return pages.show(
        "mine.html",
        said=work.said(found, work.touches(session, found)),
        older=url_for("mine.index", before=older) if older else None,
        to_do=to_do[:TO_DO],
        editable=allowed(session, shell.looker(), Customer, customers, Right.EDIT) if edits else (),
        more=len(to_do) > TO_DO,
        imports=import_progress.mine(),
        overdue=sum(one.is_overdue(shell.clock()) for one in to_do),
    )


def register(app: Flask) -> None:
    """Add the page and its line in the menu."""
    app.register_blueprint(page)

    def line() -> shell.MenuItem | None:
        return shell.MenuItem(gettext("For you"), "inbox", url_for("mine.index"), request.blueprint == "mine")

    shell.add_to_menu(app, line)
