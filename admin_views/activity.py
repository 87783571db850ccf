"""Activities: tasks, notes, calls and events with customers, planned and done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from sqlalchemy.orm import Session, joinedload
from werkzeug.datastructures import MultiDict

from admin_views import choices, editing, errors, history, login, once, shell, work
from admin_views.base import Column, FilterChoice, Tab
from admin_views.below import BelowCustomer, offered_customers, removing
from admin_views.declared import Answer
from admin_views.forms import Choice, Day, EntityForm, LongText, OneOf, Section, Text, Time
from admin_views.numbers import key_of
from models import search
from models.access import Looker
from models.activity import Activity, ActivityState, due, due_there
from models.base import whole
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Refused
from models.operations import mark_activity, quick_activity
from models.operations.activities import first_state
from models.operations.once import Before
from models.operations.quick_activity import Understood
from models.operations.save import save
from models.project import Project
from models.settings import ValueList

STATES = (
    (ActivityState.PLANNED.value, lazy_gettext("planned")),
    (ActivityState.DONE.value, lazy_gettext("done")),
    (ActivityState.CANCELLED.value, lazy_gettext("cancelled")),
)


def _customer() -> int | None:
    """The customer of the activity that the form of this request is about."""
    key = whole(request.args.get("id"))
    record = shell.here().get(Activity, key) if key is not None else None
    if record is not None:
        return record.customer_id
    return whole(request.values.get("customer") or request.form.get("customer_id"))


class ActivityForm(EntityForm):
    """An activity."""

    noun = Activity
    asked_by: ClassVar[Mapping[str, str]] = {"due_at": "due_on", "has_time": "due_time"}

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    subject = Text(lazy_gettext("What"), required=True, example="Call Astrid about the offer")
    kind_id = Choice(lazy_gettext("Kind"), options=choices.values_of(ValueList.ACTIVITY_KIND))
    user_id = Choice(lazy_gettext("Who"), options=choices.people)
    due_on = Day(lazy_gettext("Day"))
    due_time = Time(lazy_gettext("Time"), description=lazy_gettext("Left empty: any time that day"))
    state = OneOf(lazy_gettext("State"), options=STATES)
    project_id = Choice(lazy_gettext("Project"), options=lambda: choices.projects_of(_customer()))
    contact_id = Choice(lazy_gettext("Contact"), options=lambda: choices.contacts_of(_customer()))
    note = LongText(lazy_gettext("Note"))


def overview(session: Session, looker: Looker, activity: Activity) -> Mapping[str, Any]:
    """All that is known of it."""
    return {}


class ActivityView(BelowCustomer):
    """The activities."""

    part = "activities"
    switch = "use_activities"
    routes = BelowCustomer.routes | {"quick_view": "see", "mark_view": "see"}

    noun = Activity
    spec = search.ACTIVITIES
    one = lazy_gettext("activity")
    many = lazy_gettext("Activities")
    new_text = lazy_gettext("New activity")
    save_text = lazy_gettext("Save activity")
    icon = "check2-square"
    search_hint = lazy_gettext("Words of the subject…")
    first_use = lazy_gettext("No activities yet. Add one on the card of a customer.")
    views = (
        (lazy_gettext("All"), ""),
        (lazy_gettext("To do"), "sort=when&state=planned"),
        (lazy_gettext("Mine to do"), "sort=when&state=planned&user=me"),
        (lazy_gettext("Overdue"), "sort=when&due=overdue"),
    )
    columns = (
        Column("name", lazy_gettext("What"), "name", "name"),
        Column("kind", lazy_gettext("Kind"), "text"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("project", lazy_gettext("Project"), "text"),
        Column("user", lazy_gettext("Who"), "owner", place="kb-m-end"),
        Column("due", lazy_gettext("When"), "text", "when", place="kb-m-sub2"),
    )
    list_options = (joinedload(Activity.customer), *work.WITH_NAMES)
    card_options = (*list_options, joinedload(Activity.process_run))
    filters = (
        FilterChoice("state", lazy_gettext("State"), lambda: [(value, str(text)) for value, text in STATES]),
        FilterChoice("due", lazy_gettext("When"), lambda: [("overdue", gettext("overdue"))]),
        FilterChoice("kind", lazy_gettext("Kind"), choices.pairs(choices.values_of(ValueList.ACTIVITY_KIND))),
        FilterChoice("user", lazy_gettext("Who"), lambda: [("me", gettext("me")), *choices.pairs(choices.people)()]),
        FilterChoice("customer", lazy_gettext("Customer"), choices.asked("customer", Customer)),
        FilterChoice("project", lazy_gettext("Project"), choices.asked("project", Project)),
    )
    form = ActivityForm
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {
        "subject": {"span": "full"},
        "note": {"span": "full"},
    }
    other_labels: ClassVar[Mapping[str, Any]] = {
        "due_at": lazy_gettext("When"),
        "has_time": lazy_gettext("With a time"),
        "done_at": lazy_gettext("Done on"),
        "process_run_id": lazy_gettext("Work process"),
    }
    sections = (
        Section(
            "general",
            lazy_gettext("Activity"),
            (
                "customer_id",
                "subject",
                "kind_id",
                "user_id",
                "due_on",
                "due_time",
                "state",
                "project_id",
                "contact_id",
                "note",
            ),
        ),
    )
    meta_template = "activity/meta.html"
    actions = (removing(Activity, part="activities"),)
    tabs = (
        Tab("overview", lazy_gettext("Activity"), "activity/overview.html", overview),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, activity: history.events(session, rows=[("activity", activity.id)]),
        ),
    )

    def cell_value(self, column: Column, row: Any, extra: Mapping[str, Any]) -> Any:
        return work.due(row) if column.key == "due" else super().cell_value(column, row, extra)

    def card_badge(self, record: Activity) -> str:
        kinds = {ActivityState.PLANNED: "info", ActivityState.DONE: "ok", ActivityState.CANCELLED: "muted"}
        look = "danger" if record.is_overdue(shell.clock()) else kinds[record.state]
        return Markup('<span class="kb-badge kb-{}">{}</span>').format(look, work.state_name(record.state))

    def defaults(self) -> dict[str, Any]:
        return {
            **super().defaults(),
            "user_id": shell.looker().id,
            "state": ActivityState.PLANNED.value,
            "project_id": whole(request.args.get("project")),
        }

    def values_of(self, record: Activity) -> dict[str, Any]:
        day, time = day_and_time(record.due_at, has_time=record.has_time)
        return {**super().values_of(record), "state": record.state.value, "due_on": day, "due_time": time}

    def to_save(self, record: Any, form: EntityForm) -> dict[str, Any]:
        values = form.values()
        day, time = values.pop("due_on"), values.pop("due_time")
        if record is None and values["state"] == ActivityState.PLANNED.value and "state" not in form.errors:
            values["state"] = first_state(shell.here(), values["kind_id"])
        at = due(day or (shell.today() if time else None), time, shell.clock())
        if record is not None and day_and_time(record.due_at, has_time=record.has_time) == (day, time):
            at = record.due_at  # as it stands: of a time that comes twice it may be the second
        return {**values, "due_at": at, "has_time": time is not None}

    def field_text(self, name: str, value: Any) -> str:
        if name == "due_at" and value and value.time() == dt.time():
            return shell.full(value.date())  # a day; here nothing tells it from one o'clock at night
        return shell.full(value) if name in ("due_at", "done_at") and value else super().field_text(name, value)

    def saved_url(self, record: Activity) -> str:
        if request.args.get("project"):
            return url_for("projects.details_view", id=record.project_id or 0, tab="activities")
        return self.back_to(self.card_of_customer(record.customer_id))

    def form_url(self) -> str:
        """What a line was taken for is a whole activity by now."""
        if request.endpoint != f"{self.endpoint}.quick_view":
            return super().form_url()
        customer, project = (request.form.get(name) for name in ("customer_id", "project_id"))
        return url_for(f"{self.endpoint}.create_view", customer=customer, project=project or None)

    # -- in one step from a card --------------------------------------------------------------------------------------

    @expose("/quick/", methods=("POST",))
    def quick_view(self) -> Answer:
        """Add what somebody typed on a card in one line; what does not fit comes back on the form."""
        try:
            return once.only(self.add_quickly, self.added_before)
        except (NotAllowed, NotFound) as refused:
            return self.give_back(refused)

    def add_quickly(self) -> Answer:
        self.note_position()
        found = self.understood()
        try:
            saved = save(shell.here(), shell.looker(), Activity, None, found.values, sent=once.sent())
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            form = self.form_for(None, posted_from(found.values))
            editing.report(form, editing.each(refused))
            return self.show_form(None, form, errors.status_of(refused))
        self.tell(saved, understood_as(found))
        return redirect(self.saved_url(saved.record))

    def added_before(self, before: Before) -> Answer:
        return self.made_before(before, lambda: self.form_for(None, posted_from(self.understood().values)))

    def understood(self) -> Understood:
        """What the line stands for."""
        return quick_activity.understood(
            shell.here(),
            shell.looker(),
            self.defaults()["customer_id"],
            request.form.get("subject", ""),
            shell.today(),
            whole(request.form.get("project_id")),
        )

    @expose("/mark/", methods=("POST",))
    def mark_view(self) -> Answer:
        """Tick an activity off, take the tick back, or cancel it."""
        asked = next((state for state in ActivityState if state.value in request.form), None)
        if asked is None:
            abort(400)
        record = self.find(str(key_of(request.form.get(asked.value))))
        customer, edits = record.customer_id, self.may(self.edit, record)
        done = mark_activity.do(shell.here(), shell.looker(), record.id, asked)
        if done.id is not None:
            texts = {
                ActivityState.DONE: gettext("%(name)s is done", name=done.values["name"]),
                ActivityState.PLANNED: gettext("%(name)s is to be done", name=done.values["name"]),
                ActivityState.CANCELLED: gettext("%(name)s is cancelled", name=done.values["name"]),
            }
            if edits:
                shell.offer_undo(texts[asked], done.id)
            else:
                flash(texts[asked], "undo")  # to take something back is editing; the tick itself goes back
        return redirect(self.back_to(self.card_of_customer(customer)))

    def back_to(self, usual: str) -> str:
        """The page that the form says it stands on, if it is ours."""
        return login.inside(request.form.get("next"), usual)


def day_and_time(at: dt.datetime | None, *, has_time: bool) -> tuple[dt.date | None, dt.time | None]:
    """When something is due, as its form has it."""
    if at is None:
        return None, None
    there = due_there(at, has_time=has_time, clock=shell.clock())
    return there.date(), there.time() if has_time else None


def posted_from(values: Mapping[str, Any]) -> MultiDict[str, str]:
    """The values of an activity as its form would post them."""
    day, time = day_and_time(values["due_at"], has_time=values["has_time"])
    written = {**values, "state": values["state"].value, "due_on": day, "due_time": time and f"{time:%H:%M}"}
    return MultiDict({name: str(value) for name, value in written.items() if value is not None})


def understood_as(found: Understood) -> str:
    """What a line was taken for, so that a wrong guess is seen: Call Astrid: call, Thu 26 Nov, 10:00, Astrid Holmgren."""
    at = found.values["due_at"]
    when = work.due_in_words(at, has_time=found.values["has_time"]) if at else None
    parts = [part for part in (found.kind, when, found.contact) if part]
    name = found.values["subject"]
    if not parts:
        return gettext("%(name)s added", name=name)
    return gettext("%(name)s added: %(details)s", name=name, details=", ".join(parts))
