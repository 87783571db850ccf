"""Every route there is, with the right it needs: read off the application, so that none is forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask_admin import Admin

from admin_views.base import EntityView

SILENT = frozenset({"HEAD", "OPTIONS"})
# Reached without a login. Everything else asks for one before anything else.
PUBLIC = frozenset(
    {
        "static",
        "bootstrap.static",
        "icons.static",
        "auth.login",
        "auth.language",
        "auth.theme",
        "health.index",
        "home.index",
    }
)
# Pages that are no entity: the right they need. "login": any signed-in person; rows are hidden by rights.
PAGES = {
    "history.index": "login",
    "history.narrow": "login",
    "history.undo": "as the change",
    "history.adopt": "as the change",
    "settings.index": "settings",
    "settings.save": "settings",
    "settings.reviewed": "settings",
    "searching.index": "login",
    "searching.palette": "login",
    "mine.index": "login",
    "keys.index": "login",
    "bin.index": "login",
    "bin.restore": "delete",
}
PREFIXES = {
    "auth.": "login",
    "folding.": "login",
    "import_profiles.": "import",
    "import_progress.": "import",
    "import_words.": "import",
    "imports.": "import",
}


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    endpoint: str
    right: str
    changes_state: bool


def all_routes(app: Flask) -> list[Route]:
    """All routes by path and method. `right` is "public", "login", the name of a right, or "" where nobody thought."""
    views = {view.endpoint: view for admin in app.extensions.get("admin", []) for view in _views(admin)}
    found = [
        Route(method, rule.rule, rule.endpoint, _right(rule.endpoint, views), method != "GET")
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - SILENT)
    ]
    return sorted(found, key=lambda route: (route.path, route.method))


def _views(admin: Admin) -> list[EntityView]:
    return [view for view in admin._views if isinstance(view, EntityView)]


def _right(endpoint: str, views: dict[str, EntityView]) -> str:
    if endpoint in PUBLIC:
        return "public"
    if endpoint in PAGES:
        return PAGES[endpoint]
    view, _, name = endpoint.partition(".")
    if view in views:
        needed = views[view].routes.get(name)
        right = getattr(views[view], needed) if needed else None
        return "" if needed is None else right.value if right is not None else "login"
    return next((right for prefix, right in PREFIXES.items() if endpoint.startswith(prefix)), "")
