"""Projects: the work for a customer, and the time registered on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from admin_views import history, verbs
from admin_views.base import Column, Tab
from admin_views.below import BelowCustomer, offered_customers
from admin_views.forms import Amount, Choice, Day, EntityForm, LongText, Section, Text, Whole
from models import access, search
from models.access import Looker
from models.project import Project, Registration
from models.user import Right

NEWEST = 50


class ProjectForm(EntityForm):
    """A project. Its customer is chosen by where it is added."""

    noun = Project

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    name = Text(lazy_gettext("Name"), required=True, example="Flytt Borås")
    number = Text(lazy_gettext("Project number"))
    hourly_rate = Amount(lazy_gettext("Hourly rate"))
    budget_minutes = Whole(lazy_gettext("Budget"), example="4800")
    starts_on = Day(lazy_gettext("Starts on"))
    ends_on = Day(lazy_gettext("Ends on"))
    description = LongText(lazy_gettext("Description"))


def registrations(session: Session, looker: Looker, project: Project) -> Mapping[str, Any]:
    """The newest registrations and the totals; one's own only without the right to see all."""
    count, minutes = session.execute(
        select(func.count(Registration.id), func.coalesce(func.sum(Registration.minutes), 0)).where(
            Registration.project_id == project.id
        )
    ).one()
    rows = session.scalars(
        select(Registration)
        .where(Registration.project_id == project.id)
        .order_by(Registration.day.desc(), Registration.id.desc())
        .limit(NEWEST)
        .options(joinedload(Registration.user), joinedload(Registration.contact))
    )
    return {
        "registrations": list(rows),
        "count": count,
        "minutes": minutes,
        "sees_all": access.may(session, looker, Right.SEE_ALL_TOTALS, project.customer_id),
        "sees_revenue": access.may(session, looker, Right.SEE_REVENUE, project.customer_id),
    }


class ProjectView(BelowCustomer):
    """The projects."""

    noun = Project
    spec = search.PROJECTS
    one = lazy_gettext("project")
    many = lazy_gettext("Projects")
    new_text = lazy_gettext("New project")
    save_text = lazy_gettext("Save project")
    icon = "briefcase"
    search_hint = lazy_gettext("Name or number…")
    first_use = lazy_gettext("No projects yet. Add one from the card of a customer.")
    archives = (
        ("active", lazy_gettext("Active")),
        ("archived", lazy_gettext("Archived")),
        ("all", lazy_gettext("All")),
    )
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("number", lazy_gettext("Number"), "number", "number", place="kb-m-sub"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub2"),
        Column("ends_on", lazy_gettext("Ends on"), "moment"),
        Column("changed_at", lazy_gettext("Updated"), "moment", "changed", place="kb-m-end"),
    )
    list_options = (joinedload(Project.customer),)
    form = ProjectForm
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {
        "description": {"span": "full"},
        "budget_minutes": {"suffix": lazy_gettext("minutes"), "inputmode": "numeric"},
        "hourly_rate": {"suffix": lazy_gettext("per hour"), "inputmode": "decimal"},
    }
    sections = (
        Section(
            "general",
            lazy_gettext("General"),
            ("customer_id", "name", "number", "hourly_rate", "budget_minutes", "starts_on", "ends_on", "description"),
        ),
    )
    meta_template = "project/meta.html"
    actions = verbs.PROJECT_ACTIONS
    tabs = (
        Tab("registrations", lazy_gettext("Registrations"), "project/registrations.html", registrations),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, project: history.events(session, rows=[("project", project.id)]),
        ),
    )
