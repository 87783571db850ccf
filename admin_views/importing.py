"""The pages of imports put together: the wizard, the plan one works in, and their line in the menu."""

from __future__ import annotations

from flask import Flask, request, url_for
from flask_babel import gettext

from admin_views import import_columns, import_plan, import_progress, import_result, imports, shell
from models import access
from models.user import Right

# Each adds its pages to the blueprint of the first as it is loaded.
PAGES = (imports, import_columns, import_plan, import_result)


def register(app: Flask) -> None:
    """Add the wizard and its line in the menu."""
    app.register_blueprint(imports.page)
    import_progress.register(app)

    def line() -> shell.MenuItem | None:
        if not access.may_somewhere(shell.here(), shell.looker(), Right.IMPORT):
            return None
        is_here = request.blueprint in {"imports", "import_profiles", "import_progress", "import_words"}
        return shell.MenuItem(gettext("Imports"), "file-earmark-arrow-up", url_for("imports.index"), is_here, key="i")

    shell.add_to_menu(app, line)
