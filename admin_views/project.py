"""Projects: the work for a customer, and the time registered on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import request
from flask_babel import lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.datastructures import MultiDict

from admin_views import attachment, choices, history, shell, taking_over, verbs, work
from admin_views.base import Column, Tab
from admin_views.below import BelowCustomer, FromCard, offered_customers
from admin_views.forms import Amount, Choice, Day, EntityForm, LongText, Section, Text, Whole, YesNo
from models import access, search
from models.access import Looker
from models.activity import Activity
from models.customer import Customer
from models.project import TAKEN_OVER, Project, Registration
from models.settings import ValueList
from models.user import Right

NEWEST = 50


class ProjectForm(EntityForm):
    """A project. Its customer is chosen by where it is added."""

    noun = Project

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    name = Text(lazy_gettext("Name"), required=True, example="Flytt Borås")
    number = Text(lazy_gettext("Project number"))
    hourly_rate = Amount(lazy_gettext("Hourly rate"))
    vat_percentage = Amount(lazy_gettext("VAT percentage"))
    payment_term_days = Whole(lazy_gettext("Payment term"), example="14")
    invoice_layout_id = Choice(lazy_gettext("Invoice layout"), options=choices.values_of(ValueList.INVOICE_LAYOUT))
    expenses_billable = YesNo(lazy_gettext("Expenses are billed"))
    mileage_billable = YesNo(lazy_gettext("Mileage is billed"))
    distance_km = Whole(lazy_gettext("Distance"), example="45")
    max_distance_km = Whole(lazy_gettext("Longest distance billed"), example="120")
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
        "files": attachment.of_project(session, project.id),
    }


def settings(session: Session, looker: Looker, project: Project) -> Mapping[str, Any]:
    """What holds for the work on a project, its own or taken over from its customer; amounts for who may see them."""
    hidden = access.hidden_columns(session, looker, "project", project.customer_id)
    return {"in_force": {name: one for name, one in taking_over.in_force(project).items() if name not in hidden}}


def activities(session: Session, looker: Looker, project: Project) -> Mapping[str, Any]:
    """What is planned and done on the project."""
    done = request.args.get("activities") == "done"
    return {"activities": work.activities(session, Activity.project_id == project.id, done=done)}


class ProjectView(FromCard, BelowCustomer):
    """The projects."""

    tab = "projects"

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
    card_options = (
        joinedload(Project.customer).joinedload(Customer.invoice_layout),
        joinedload(Project.invoice_layout),
    )
    form = ProjectForm
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {
        "description": {"span": "full"},
        "budget_minutes": {"suffix": lazy_gettext("minutes"), "inputmode": "numeric"},
        "hourly_rate": {"suffix": lazy_gettext("per hour"), "inputmode": "decimal"},
        "vat_percentage": {"suffix": "%", "inputmode": "decimal"},
        "payment_term_days": {"suffix": lazy_gettext("days"), "inputmode": "numeric"},
        "distance_km": {"suffix": "km", "inputmode": "numeric"},
        "max_distance_km": {"suffix": "km", "inputmode": "numeric"},
    }
    sections = (
        Section(
            "general",
            lazy_gettext("General"),
            ("customer_id", "name", "number", "budget_minutes", "starts_on", "ends_on", "description"),
        ),
        Section("finance", lazy_gettext("Finance"), TAKEN_OVER),
    )
    meta_template = "project/meta.html"
    actions = verbs.PROJECT_ACTIONS
    tabs = (
        Tab("registrations", lazy_gettext("Registrations"), "project/registrations.html", registrations),
        Tab(
            "activities",
            lazy_gettext("Activities"),
            "project/activities.html",
            activities,
            switch="use_activities",
        ),
        Tab("settings", lazy_gettext("Settings"), "project/settings.html", settings),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, project: history.events(session, rows=[("project", project.id)]),
        ),
    )

    def form_for(self, record: Any, posted: MultiDict[str, str] | None = None) -> EntityForm:
        """The form, with what an empty field of it stands for."""
        form = super().form_for(record, posted)
        customer = record.customer if record is not None else self.customer_of_new(form)
        if customer is not None:
            for name, hint in taking_over.hints(customer).items():
                if name in form:
                    form[name].description = hint
        return form

    def customer_of_new(self, form: EntityForm) -> Customer | None:
        """The customer that a new project is for, as its form says."""
        chosen: Customer | None = shell.here().get(
            Customer, form["customer_id"].data or 0, options=(joinedload(Customer.invoice_layout),)
        )
        return chosen

    def saved_url(self, record: Project) -> str:
        return self.card_url(record.id)
