"""The panel: every entity's view, in menu order, and the pages around them."""

from __future__ import annotations

from typing import Any

from flask import Flask, redirect, request, url_for
from flask_admin import Admin, AdminIndexView, expose
from flask_login import current_user
from werkzeug.wrappers import Response

from admin_views import (
    attachment,
    bin,
    came,
    folding,
    health,
    history,
    import_profiles,
    import_words,
    importing,
    keys,
    mine,
    once,
    opportunity,
    searching,
    shell,
    signed_out,
    steps,
    trees,
    work,
)
from admin_views import settings as setting
from admin_views.activity import ActivityView
from admin_views.address import AddressView
from admin_views.agreement import AgreementView
from admin_views.attachment import AttachmentView
from admin_views.bank_account import BankAccountView
from admin_views.base import EntityView
from admin_views.comment import CommentView
from admin_views.contact import ContactView
from admin_views.customer import CustomerView
from admin_views.forms import drawn, drop_down, original
from admin_views.label import LabelGroupView, LabelView
from admin_views.link import LinkView
from admin_views.opportunity import OpportunityView
from admin_views.portal import InvitationView, PortalView
from admin_views.process import ProcessView
from admin_views.process_run import ProcessRunView
from admin_views.project import ProjectView
from admin_views.registration import RegistrationView
from admin_views.relation import RelationView
from admin_views.tool import ToolLinkView
from admin_views.user import RoleView, TeamView, UserView
from admin_views.values import ListValueView
from models import access, search

ENTITIES: dict[str, type[EntityView]] = {
    "customers": CustomerView,
    "contacts": ContactView,
    "projects": ProjectView,
    "opportunities": OpportunityView,
    "registrations": RegistrationView,
    "activities": ActivityView,
    "labels": LabelView,
    "label-groups": LabelGroupView,
    "users": UserView,
    "teams": TeamView,
    "roles": RoleView,
    "lists": ListValueView,
    "addresses": AddressView,
    "links": LinkView,
    "relations": RelationView,
    "bank-accounts": BankAccountView,
    "comments": CommentView,
    "files": AttachmentView,
    "agreements": AgreementView,
    "portals": PortalView,
    "invitations": InvitationView,
    "processes": ProcessView,
    "process-runs": ProcessRunView,
    "tool-links": ToolLinkView,
}
NOT_IN_MENU = frozenset(
    {
        "label-groups",
        "lists",
        "addresses",
        "links",
        "relations",
        "bank-accounts",
        "comments",
        "files",
        "agreements",
        "portals",
        "invitations",
        "processes",
        "process-runs",
        "tool-links",
    }
)


class Home(AdminIndexView):
    """The start: the list is the home."""

    def is_accessible(self) -> bool:
        return True  # it only sends on, people without a login to the sign-in page

    @expose("/")
    def index(self) -> Response:
        if not current_user.is_authenticated:
            return redirect(url_for("auth.login"))
        return redirect(url_for("customers.index_view"))


def register(app: Flask) -> None:
    """Add all views to the application, and their lines to the menu."""
    came.register(app, ENTITIES)
    home = Home(endpoint="home", url="/")
    # None of Flask-Admin's own files are served.
    home.static_folder, home.static_url_path = None, "/nothing"
    panel = Admin(name="Kaartenbak", index_view=home, url="/")
    for endpoint, view in ENTITIES.items():
        panel.add_view(view(endpoint))
    panel.init_app(app)
    for endpoint, view in ENTITIES.items():
        if endpoint not in NOT_IN_MENU:
            shell.add_to_menu(app, _line(endpoint, view))
        else:
            shell.add_to_places(app, _line(endpoint, view))
        for state, text in view.archives:
            if state == search.Archived.ARCHIVED:
                shell.add_to_places(app, _line(endpoint, view, text, archived=state))
        if view.made_anywhere:
            shell.add_to_new(app, _new(endpoint, view))
    app.extensions["kaartenbak"]["labels"] = _labels()
    app.extensions["kaartenbak"]["written"] = {name: signed_out.written(view.form) for name, view in ENTITIES.items()}
    app.extensions["kaartenbak"]["cards"] = {
        v.noun.__tablename__: (name, v.see, v.switch) for name, v in ENTITIES.items()
    }
    app.jinja_env.filters["delete_tree"] = trees.tree
    app.jinja_env.filters.update(drawn=drawn, original=original)
    app.jinja_env.filters["drop_down"] = lambda values: drop_down(tuple(values))
    app.jinja_env.filters.update(
        file_icon=attachment.icon_of, file_href=attachment.href_of, file_size=attachment.size_text
    )
    app.jinja_env.filters.update(next_states=opportunity.next_states, is_late=opportunity.is_late)
    app.jinja_env.filters["sales_state"] = lambda state: opportunity.STATES[state]
    app.jinja_env.filters["left_out_points"] = trees.left_out
    app.jinja_env.filters.update(due=work.due, activity_icon=work.icon_of, may_tick=work.may_tick)
    for module in (
        mine,
        once,
        signed_out,
        folding,
        importing,
        import_profiles,
        import_words,
        history,
        bin,
        setting,
        searching,
        keys,
        health,
    ):
        module.register(app)


def _labels() -> dict[tuple[str, str], object]:
    """What the forms call the fields, by table and column: the history says the same words."""
    found: dict[tuple[str, str], object] = {}
    for view in ENTITIES.values():
        for name, field in view.form()._fields.items():
            table, column = view.noun.__tablename__, name
            if name.startswith("head_office_"):
                table, column = "address", name.removeprefix("head_office_")
            found[table, column] = field.args[0] if hasattr(field, "args") else getattr(field.label, "text", name)
        found |= {(view.noun.__tablename__, column): label for column, label in view.other_labels.items()}
    return found | {("process_step", column): label for column, label in steps.LABELS.items()}


def _new(endpoint: str, view: type[EntityView]) -> shell.MakeNew:
    """A line of the + in the top bar, for those who may make one."""

    def made() -> shell.NewItem | None:
        if not shell.used(view.switch) or not access.may(shell.here(), shell.looker(), view.create):
            return None
        return shell.NewItem(str(view.new_text), view.icon, url_for(f"{endpoint}.create_view"))

    return made


def _line(endpoint: str, view: type[EntityView], part: Any = None, **asked: Any) -> shell.MakeItem:
    """A line of the menu, for those who may come there; or one that leads to a `part` of the list, as `asked` for."""

    def made() -> shell.MenuItem | None:
        if view.see is not None and not access.may(shell.here(), shell.looker(), view.see):
            return None
        if not shell.used(view.switch):
            return None
        href = url_for(f"{endpoint}.index_view", **asked)
        label = f"{view.many}: {part}" if part else str(view.many)
        return shell.MenuItem(label, view.icon, href, request.blueprint == endpoint)

    return made
