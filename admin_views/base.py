"""The one base view of the entities: what Flask-Admin gives it, the door, and its rooms.

Flask-Admin gives the frame (routes, blueprint, menu); rights, queries and rules live below and are used by all routes.
What is declared and shared stands in `declared.py`; list, card, form and verbs each have a file, by who reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort
from flask_admin.contrib.sqla import ModelView
from flask_login import current_user

from admin_views import shell, signed_out
from admin_views.acting import Acting
from admin_views.cells import Column
from admin_views.declared import Action, FilterChoice, Tab
from admin_views.editing import Editing
from admin_views.listing import Listing
from admin_views.showing import Showing
from models import access
from models.base import db
from models.errors import NotAllowed, Reason

__all__ = ["Action", "Column", "EntityView", "FilterChoice", "Tab"]


class EntityView(Listing, Showing, Editing, Acting, ModelView):
    """Base of all entity views; a view class is a declaration."""

    # Flask-Admin's own switches: explicit lists, nothing scaffolded, none of its inline editing.
    column_list: ClassVar[Sequence[str]] = ("id",)
    column_details_list: ClassVar[Sequence[str]] = ("id",)
    column_export_list: ClassVar[Sequence[str]] = ("id",)
    column_sortable_list: ClassVar[Sequence[str]] = ()
    can_view_details = True

    # Without its look-ups and its inline editing, which know of no rights: these are no routes here.
    ajax_lookup = None
    ajax_update = None

    # Which right a route needs; a route that is not here is refused, so that a new one is thought about.
    routes: ClassVar[dict[str, str]] = {
        "index_view": "see",
        "beside_view": "see",
        "filters_view": "see",
        "details_view": "see",
        "create_view": "create",
        "edit_view": "see",
        "delete_view": "see",
        "action_view": "see",
        "export": "see",
    }

    def __init__(self, endpoint: str) -> None:
        super().__init__(self.noun, db, name=str(endpoint), endpoint=endpoint, url=f"/{endpoint}/")

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated)

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        """Every route passes here: signed in, known, and allowed."""
        if not current_user.is_authenticated:
            return signed_out.ask()
        needed = self.routes.get(name)
        if needed is None:
            abort(403)
        if not shell.used(self.switch):
            abort(404)
        right = getattr(self, needed)
        if right is not None and not access.may(shell.here(), shell.looker(), right):
            refused = NotAllowed(Reason.NO_RIGHT, right=right)
            if name in {"create_view", "edit_view"}:
                return self.give_back(refused)
            raise refused
        return None

    def handle_view_exception(self, exc: Exception) -> bool:
        """Errors go to the application's own pages, in development as in production."""
        return False
