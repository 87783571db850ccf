"""Registrations: the time somebody worked on a project, with the contact who was responsible (TO-26)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import flash, g, request, url_for
from flask_babel import format_date, gettext, lazy_gettext
from markupsafe import Markup
from sqlalchemy import ColumnElement, ScalarSelect, select
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption
from werkzeug.datastructures import MultiDict

from admin_views import choices, history, shell
from admin_views.base import Column, EntityView, FilterChoice, Tab
from admin_views.below import card_of, locked_by, removing
from admin_views.declared import ArchivedNote
from admin_views.forms import Choice, Day, Duration, EntityForm, LongText, Option, Section, Whole
from models import access, search, totals
from models.base import whole
from models.errors import NotFound, Reason, Refused
from models.operations.save import Saved
from models.project import Project, Registration, RegistrationStatus
from models.user import Right

MONTHS_OFFERED = 24


def project_of_form() -> Project | None:
    """The project that time is registered on: the one from whose card one comes. Asked for once a request."""
    wanted = whole(request.values.get("project") or request.form.get("project_id"))
    return None if wanted is None else _project("by the form", Project.id == wanted)


def project_of_record() -> Project | None:
    """The project of the registration that the form is of. Asked for once a request."""
    shown = whole(request.args.get("id"))
    return None if shown is None else _project("of the record", Project.id == _of_registration(shown))


def offered_projects() -> list[Option]:
    """That project alone."""
    project = project_of_form()
    return [] if project is None else [Option(str(project.id), project.name)]


def offered_contacts() -> list[Option]:
    """The active contacts of the customer whose work it is."""
    project = project_of_record() or project_of_form()
    return choices.contacts_of(project.customer_id if project is not None else None)


def _of_registration(key: int) -> ScalarSelect[int]:
    return select(Registration.project_id).where(Registration.id == key).scalar_subquery()


def _project(asked: str, condition: ColumnElement[bool]) -> Project | None:
    known: dict[str, Project | None] = g.setdefault("registered_on", {})
    if asked not in known:
        found = select(Project).where(condition).options(joinedload(Project.customer))
        known[asked] = shell.here().scalar(found)
    return known[asked]


def months() -> list[tuple[str, str]]:
    """The last months, newest first."""
    last = shell.today().year * 12 + shell.today().month - 1
    days = [dt.date(number // 12, number % 12 + 1, 1) for number in range(last, last - MONTHS_OFFERED, -1)]
    return [(f"{day:%Y-%m}", format_date(day, "LLLL y")) for day in days]


def states() -> list[tuple[str, str]]:
    """How far a registration can be."""
    return [(one.value, gettext(one.value)) for one in RegistrationStatus]


class Worker(Choice):
    """Who worked. That it was nobody is offered only where it says so already: who it was has left."""

    def shown(self) -> tuple[Option, ...]:
        gone = () if self.object_data is not None else (Option("", gettext("Someone who left")),)
        return (*gone, *super().shown())


class RegistrationForm(EntityForm):
    """Time on one project. What it is worth follows from the hourly rate that holds there."""

    noun = Registration

    project_id = Choice(lazy_gettext("Project"), options=offered_projects, empty=None)
    day = Day(lazy_gettext("Day"))
    minutes = Duration(lazy_gettext("Time"))
    user_id = Worker(lazy_gettext("Employee"), options=choices.people, empty=None)
    contact_id = Choice(lazy_gettext("Responsible contact"), options=offered_contacts)
    distance_km = Whole(lazy_gettext("Distance of the trip"), example="45")
    note = LongText(lazy_gettext("Note"))


class RegistrationView(EntityView):
    """The registrations: one's own, or everybody's for who may see them."""

    noun = Registration
    spec = search.REGISTRATIONS
    one = lazy_gettext("registration")
    many = lazy_gettext("Registrations")
    new_text = lazy_gettext("Register time")
    save_text = lazy_gettext("Save time")
    icon = "clock"
    search_hint = lazy_gettext("Note…")
    first_use = lazy_gettext("Nothing is registered yet. Register time from the card of a project.")
    edit = Right.REGISTER
    create = Right.REGISTER
    routes = EntityView.routes | {"create_view": "see"}
    fixed: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"project_id": lambda record: record.project}
    columns = (
        Column("day", lazy_gettext("Day"), "name", "day"),
        Column("user", lazy_gettext("Employee"), "owner", place="kb-m-sub"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub2"),
        Column("project", lazy_gettext("Project"), "text"),
        Column("contact", lazy_gettext("Contact"), "text"),
        Column("note", lazy_gettext("Note"), "text"),
        Column("status", lazy_gettext("Status"), "text", place="kb-m-end"),
        Column("minutes", lazy_gettext("Hours"), "hours", numeric=True, place="kb-m-end2"),
        Column("amount", lazy_gettext("Registered value"), "money", right=Right.SEE_REVENUE, numeric=True),
    )
    list_options = (
        joinedload(Registration.project).joinedload(Project.customer),
        joinedload(Registration.user),
        joinedload(Registration.contact),
    )
    filters = (
        FilterChoice("month", lazy_gettext("Month"), months),
        FilterChoice(
            "who", lazy_gettext("Employee"), lambda: [("me", gettext("me")), *choices.pairs(choices.people)()]
        ),
        FilterChoice("status", lazy_gettext("Status"), states),
    )
    views = (
        (lazy_gettext("All"), ""),
        (lazy_gettext("My time"), "who=me"),
        (lazy_gettext("Open registrations"), "status=open"),
    )
    form = RegistrationForm
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {
        "note": {"span": "full"},
        "distance_km": {"suffix": "km", "inputmode": "numeric"},
        "minutes": {"suffix": lazy_gettext("hours"), "required": True},
    }
    sections = (
        Section(
            "general",
            lazy_gettext("Time"),
            ("project_id", "day", "minutes", "user_id", "contact_id", "distance_km", "note"),
        ),
    )
    actions = (
        removing(Registration, target=lambda ids, done: url_for("projects.details_view", id=done.values["project_id"])),
    )
    tabs = (
        Tab("details", lazy_gettext("Details"), "project/registration.html", lambda session, looker, record: {}),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, record: history.events(session, rows=[("registration", record.id)]),
        ),
    )

    def defaults(self) -> dict[str, Any]:
        """A new one is for the project it is begun at, by the person who looks, today."""
        project = project_of_form()
        if project is None:
            raise NotFound
        access.require(shell.here(), shell.looker(), Right.REGISTER, project.customer_id)
        archived = next((one for one in (project.customer, project) if one.is_archived), None)
        if request.method == "GET" and archived is not None:
            raise Refused(Reason.ARCHIVED_IS_LOCKED, name=archived.name)
        return {
            "project_id": project.id,
            "customer_id": project.customer_id,
            "day": shell.today(),
            "user_id": shell.looker().id,
        }

    def left_out(self, record: Any, values: Mapping[str, Any]) -> frozenset[str]:
        """Whose time it is, is chosen by who may edit the customer."""
        customer = self.customer_of(record) if record is not None else values["customer_id"]
        may_edit = access.may(shell.here(), shell.looker(), Right.EDIT, customer)
        return super().left_out(record, values) | (frozenset() if may_edit else {"user_id"})

    def to_save(self, record: Any, form: EntityForm) -> dict[str, Any]:
        """With whose it is, and the customer whose project it is."""
        values = super().to_save(record, form)
        if record is not None:
            return values
        defaults = self.defaults()
        return {"user_id": defaults["user_id"], **values, "customer_id": defaults["customer_id"]}

    def may(self, right: Right, record: Any = None) -> bool:
        """It is begun on the card of a project. One's own is changed with the right to register, another's by an editor."""
        if record is None and right == self.create and not request.values.get("project"):
            return False
        if record is not None and right == self.edit:
            if record.status is not RegistrationStatus.OPEN:
                return False
            right = Right.REGISTER if record.user_id == shell.looker().id else Right.EDIT
        return super().may(right, record)

    def find(self, raw: str | None, *options: ExecutableOption) -> Any:
        return super().find(raw, joinedload(Registration.project).joinedload(Project.customer), *options)

    def archived_note(self, record: Registration) -> ArchivedNote | None:
        """Time on an archived project can only be read (TO-21)."""
        return locked_by(record)

    def cancel_url(self, record: Any, form: EntityForm) -> str:
        if record is not None:
            return super().cancel_url(record, form)
        return url_for("projects.details_view", id=form["project_id"].data)

    def card_of_customer(self, customer_id: int) -> str:
        """The card of the customer whose work it is."""
        return card_of(customer_id, "projects")

    def tell(self, saved: Saved[Any], text: str) -> None:
        """Taking time back is for who may edit the customer: to others it is not offered."""
        if super().may(Right.EDIT, saved.record) or saved.changeset is None:
            super().tell(saved, text)
        else:
            flash(text, "success")

    def saved_url(self, record: Registration) -> str:
        return url_for("projects.details_view", id=record.project_id)

    def form_for(self, record: Any, posted: MultiDict[str, str] | None = None) -> EntityForm:
        """The form, which says that the time counts as 0 where no rate holds, to who may see what it is worth."""
        form = super().form_for(record, posted)
        project = project_of_form() if record is None else project_of_record()
        if project is not None and "minutes" in form and project.in_force("hourly_rate") is None:
            form["minutes"].description = self.without_rate(project)
        return form

    def without_rate(self, project: Project) -> str:
        """What is said of a project without a rate, with the way to set one for who may."""
        session, looker, customer = shell.here(), shell.looker(), project.customer_id
        if not access.may(session, looker, Right.SEE_REVENUE, customer):
            return ""
        said = gettext("No hourly rate is set for this project or its customer: time counts as 0.")
        if not access.may(session, looker, Right.EDIT, customer):
            return said
        where = url_for("projects.edit_view", id=project.id, _anchor="hourly_rate")
        return Markup('{} <a href="{}">{}</a>').format(said, where, gettext("Set the rate"))

    def list_extra(self, ids: Sequence[int]) -> Mapping[str, Any]:
        shows_amounts = any(column.key == "amount" for column in self.visible_columns())
        return {"worthless": totals.worthless_among(shell.here(), ids) if shows_amounts and ids else 0}

    def foot_text(self, extra: Mapping[str, Any]) -> str:
        if not extra["worthless"]:
            return ""
        return gettext("On this page %(hours)s hours without a rate count as 0.", hours=shell.hours(extra["worthless"]))

    def cell_value(self, column: Column, row: Registration, extra: Mapping[str, Any]) -> Any:
        if column.key == "customer":
            return row.project.customer
        if column.key == "status":
            return gettext(row.status.value)
        if column.key == "contact" and row.contact_deleted:
            return gettext("Contact deleted")
        if column.key == "amount":
            return {row.project.customer.currency or "EUR": row.amount} if row.amount is not None else None
        return super().cell_value(column, row, extra)
