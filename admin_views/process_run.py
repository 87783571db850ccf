"""Work processes that were started for customers: started from the card, followed there, and stopped (TS-30)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import g, redirect, request
from flask_babel import gettext, lazy_gettext, ngettext
from markupsafe import Markup
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from admin_views import choices, errors, history, once, plans, shell, work
from admin_views.base import Action, Column, Tab
from admin_views.below import AddedTo, BelowCustomer, added_to, card_of, offered_customers
from admin_views.declared import Answer
from admin_views.editing import each
from admin_views.forms import Choice, Day, EntityForm, LongText, Section
from models import search
from models.access import Looker
from models.activity import Activity, ActivityState, overdue
from models.base import day_of, whole
from models.errors import Conflict, NotAllowed, NotFound, Problems, Reason, Refused
from models.journal import Changeset
from models.operations import start_process, stop_process
from models.operations.once import Before
from models.operations.selection import Selection
from models.operations.start_process import Wish
from models.process import USED, ProcessRun
from models.tool import TAB
from models.user import Right

VERB = "process-runs.start"
# More of one customer stand in the list only, to which a link leads.
SHOWN = 50
# What the names of the fields of a line begin with, and what they are called, behind the number of their step.
LINE = "step-"
LINE_FIELDS = {"due_at": lazy_gettext("Day"), "user_id": lazy_gettext("Who")}


# How they stand ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How many activities of a work process are done, cancelled and still to be done, and how many of those are late."""

    done: int = 0
    cancelled: int = 0
    open: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        """What there was to do, but for what was cancelled."""
        return self.done + self.open


@dataclass(frozen=True)
class Followed:
    """A work process on a card: how it stands, and what is still to be done of it, by its day."""

    run: ProcessRun
    standing: Standing
    to_do: Sequence[Activity]

    @property
    def is_running(self) -> bool:
        return self.run.stopped_at is None and self.standing.open > 0

    @property
    def late(self) -> list[Activity]:
        """What should have been done by now."""
        return [one for one in self.to_do if one.is_overdue(shell.clock())]

    @property
    def next_up(self) -> Activity | None:
        """What comes next of what is not late."""
        return next((one for one in self.to_do if not one.is_overdue(shell.clock())), None)


def standings(session: Session, run_ids: Sequence[int]) -> dict[int, Standing]:
    """How these stand, in one query."""
    counted = [func.count(case((Activity.state == state, 1))) for state in ActivityState]
    late = func.count(case((overdue(shell.clock()), 1)))
    query = select(Activity.process_run_id, *counted, late).where(Activity.process_run_id.in_(run_ids))
    found: dict[int, Standing] = {}
    run_id: Any
    for run_id, *numbers, behind in session.execute(query.group_by(Activity.process_run_id)):
        by_state = dict(zip(ActivityState, numbers, strict=True))
        found[run_id] = Standing(
            by_state[ActivityState.DONE], by_state[ActivityState.CANCELLED], by_state[ActivityState.PLANNED], behind
        )
    return found


def of_customer(session: Session, customer_id: int) -> list[Followed]:
    """The work processes of a customer, the running ones first, then by their day: three queries.

    One more than `SHOWN` where there are more than that.
    """
    open_ones = select(Activity.id).where(
        Activity.process_run_id == ProcessRun.id, Activity.state == ActivityState.PLANNED
    )
    runs_on = case((ProcessRun.stopped_at.is_(None) & open_ones.exists(), 0), else_=1)
    newest = ProcessRun.starts_on.desc(), ProcessRun.id.desc()
    query = select(ProcessRun).where(ProcessRun.customer_id == customer_id).options(joinedload(ProcessRun.user))
    runs = list(session.scalars(query.order_by(runs_on, *newest).limit(SHOWN + 1)))
    if not runs:
        return []
    keys = [run.id for run in runs]
    stand = standings(session, keys)
    to_do = _activities(session, keys, ActivityState.PLANNED)
    return [
        Followed(run, stand.get(run.id, Standing()), [one for one in to_do if one.process_run_id == run.id])
        for run in runs
    ]


def _activities(session: Session, run_ids: Sequence[int], *states: ActivityState) -> list[Activity]:
    query = select(Activity).where(Activity.process_run_id.in_(run_ids), Activity.state.in_(states))
    by_day = Activity.due_at.asc().nulls_last(), Activity.id
    return list(session.scalars(query.options(*work.WITH_NAMES).order_by(*by_day)))


def badge(run: ProcessRun, standing: Standing) -> Markup:
    """How one stands, in a word."""
    look, text = "muted", gettext("Stopped")
    if run.stopped_at is None and not standing.total:
        text = gettext("Cancelled") if standing.cancelled else gettext("Nothing left of it")
    elif run.stopped_at is None:
        look, text = ("ok", gettext("Finished")) if not standing.open else ("info", gettext("Running"))
        if standing.late:
            look, text = "danger", ngettext("%(num)s overdue", "%(num)s overdue", standing.late)
    return Markup('<span class="kb-badge kb-{}">{}</span>').format(look, text)


def overview(session: Session, looker: Looker, run: ProcessRun) -> Mapping[str, Any]:
    """Its activities, what is to be done first."""
    found = _activities(session, [run.id], *ActivityState)
    return {"activities": sorted(found, key=lambda one: one.state is not ActivityState.PLANNED)}


# Stopping ------------------------------------------------------------------------------------------------------------


def _stop(session: Session, looker: Looker, chosen: Selection, options: Any, digest: str) -> Changeset:
    return stop_process.do(session, looker, chosen, digest)


STOP = Action(
    name="stop",
    label=lazy_gettext("Stop…"),
    icon="slash-circle",
    right=Right.EDIT,
    template="verbs/stop_process.html",
    plan=lambda session, looker, chosen, options: stop_process.plan(session, looker, chosen),
    do=_stop,
    done=lambda done: gettext("%(name)s has stopped", name=done.values["name"]),
    many=False,
    target=lambda ids, done: card_of(done.values["customer_id"], TAB),
)


# Starting ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """What was made of a line before it was saved, as its fields have it."""

    is_ticked: bool
    day: str
    user: str


class RunForm(EntityForm):
    """A started work process: what it is, was said when it was started."""

    noun = ProcessRun

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    process_id = Choice(lazy_gettext("Work process"), options=list)
    starts_on = Day(lazy_gettext("First day"))
    note = LongText(lazy_gettext("Note"))


class ProcessRunView(BelowCustomer):
    """The started work processes."""

    tab = TAB
    switch = USED

    noun = ProcessRun
    spec = search.PROCESS_RUNS
    one = lazy_gettext("started work process")
    many = lazy_gettext("Started work processes")
    new_text = lazy_gettext("Start a work process")
    save_text = lazy_gettext("Save")
    icon = "check2-square"
    search_hint = lazy_gettext("Name…")
    first_use = lazy_gettext("No work process was started yet. Start one from the card of a customer.")
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("progress", lazy_gettext("Done"), "text", place="kb-m-end"),
        Column("state", lazy_gettext("Status"), "text"),
        Column("user", lazy_gettext("Started by"), "owner"),
        Column("starts_on", lazy_gettext("First day"), "moment", "started", place="kb-m-end2"),
    )
    list_options = (joinedload(ProcessRun.customer), joinedload(ProcessRun.user))
    form = RunForm
    fixed: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        **BelowCustomer.fixed,
        "process_id": lambda run: run.name,
        "starts_on": lambda run: shell.full(run.starts_on),
    }
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {"note": {"span": "full"}}
    sections = (Section("general", lazy_gettext("Work process"), ("customer_id", "process_id", "starts_on", "note")),)
    other_labels: ClassVar[Mapping[str, Any]] = {
        "user_id": lazy_gettext("Started by"),
        "stopped_at": lazy_gettext("Stopped on"),
    }
    meta_template = "process/meta.html"
    actions = (STOP,)
    tabs = (
        Tab("overview", lazy_gettext("Activities"), "process/run.html", overview),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, run: history.events(session, rows=[("process_run", run.id)]),
        ),
    )

    def list_extra(self, ids: Sequence[int]) -> Mapping[str, Any]:
        return {"standing": standings(shell.here(), ids)}

    def cell_value(self, column: Column, row: ProcessRun, extra: Mapping[str, Any]) -> Any:
        standing = extra["standing"].get(row.id, Standing())
        if column.key == "state":
            return badge(row, standing)
        return progress(standing) if column.key == "progress" else super().cell_value(column, row, extra)

    def card_badge(self, record: ProcessRun) -> str:
        return badge(record, self.standing(record))

    def standing(self, record: ProcessRun) -> Standing:
        """How it stands, asked for once a page."""
        asked: dict[int, Standing] = g.setdefault("standings", {})
        if record.id not in asked:
            asked[record.id] = standings(shell.here(), [record.id]).get(record.id, Standing())
        return asked[record.id]

    def allowed_actions(self, record: Any = None) -> list[Action]:
        """What has ended is not stopped."""
        has_ended = record is not None and (record.stopped_at is not None or not self.standing(record).open)
        return [action for action in super().allowed_actions(record) if action is not STOP or not has_ended]

    # -- starting one -------------------------------------------------------------------------------------------------

    def create_record(self) -> Answer:
        """Choose a process and a day, see all that would be planned, change some of it, and start it."""
        self.defaults()
        customer = added_to()
        assert customer is not None
        if request.method == "GET":
            process, on = whole(request.args.get("process")), day_of(request.args.get("on")) or shell.today()
            return self.show_start(customer, process, on)
        process, day = whole(request.form.get("process")), day_of(request.form.get("on"))
        if process is None:
            raise NotFound
        if day is None:
            missing = Refused(Reason.MISSING, "starts_on")
            return self.show_start(
                customer, process, day_of(request.form.get("shown_on")) or shell.today(), 422, missing
            )
        if "show" in request.form:
            return self.show_start(customer, process, day)
        try:
            shown = plans.shown(shell.looker(), VERB, request.form.get("plan", ""))
            kept = start_process.do(
                shell.here(),
                shell.looker(),
                customer.id,
                process,
                day,
                wishes(),
                shown["digest"] if shown["ids"] == [customer.id] else "",
                once.sent(),
            )
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            shell.here().rollback()
            return self.show_start(customer, process, day, errors.status_of(refused), refused)
        shell.offer_undo(started(kept), kept.id)
        return redirect(self.card_of_customer(customer.id))

    def made_before(self, before: Before, typed: Callable[[], EntityForm] | None = None) -> Answer:
        if self.made_by(before) is not None and before.is_same:
            return super().made_before(before, typed)
        self.defaults()
        customer, process = added_to(), whole(request.form.get("process"))
        if customer is None:
            raise NotFound
        on = day_of(request.form.get("on")) or shell.today()
        if "show" in request.form:
            return self.show_start(customer, process, on)
        return self.show_start(customer, process, on, 409, Conflict(Reason.PLAN_CHANGED))

    def show_start(
        self,
        customer: AddedTo,
        process: int | None,
        on: dt.date,
        status: int = 200,
        problem: Refused | None = None,
    ) -> Answer:
        """The page on which one is started; nothing of it is written yet."""
        session, looker = shell.here(), shell.looker()
        offered = start_process.offered(session, customer.kind)
        if process is None and len(offered) == 1:
            process = offered[0].id
        try:
            plan = None if process is None else start_process.plan(session, looker, customer.id, process, on)
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            plan, problem, status = None, problem or refused, errors.status_of(refused)
        token = plans.sign(looker, VERB, ids=[customer.id], digest=plan.digest) if plan is not None else None
        wrong = (
            {one.field: shell.say(one, self.field_label(one.field or "")) for one in each(problem)} if problem else {}
        )
        told = [text for name, text in wrong.items() if name not in _fields_of(plan)]
        return self.answer(
            "process/start.html",
            status,
            customer=customer,
            offered=offered,
            process=process,
            on=on,
            plan=plan,
            token=token,
            wrong=wrong,
            told=told,
            typed=self.typed_lines(plan),
            people=[("", "–"), *((option.value, option.label) for option in choices.people())],
            back=self.card_of_customer(customer.id),
        )

    def field_label(self, name: str) -> Any:
        """A field of a line is called as on every line."""
        title = LINE_FIELDS.get(name.rpartition("-")[2]) if name.startswith(LINE) else None
        return super().field_label(name) if title is None else title

    def wrong_lines(self, plan: start_process.StartPlan | None, wrong: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """What is wrong on the lines, for above them: (id of the field, the activity, what is wrong)."""
        lines = plan.lines if plan is not None else ()
        names = [(f"{LINE}{line.step_id}-{name}", line.subject) for line in lines for name in LINE_FIELDS]
        return [(name, subject, wrong[name]) for name, subject in names if name in wrong]

    def days(self, days: Sequence[dt.date]) -> str:
        """Some days in a sentence."""
        return ", ".join(shell.full(day) for day in days)

    def typed_lines(self, plan: start_process.StartPlan | None) -> dict[int, Typed]:
        """What stands in the fields of each line: what was typed, or what is proposed."""
        posted = request.form if request.method == "POST" else {}
        found = {}
        for line in plan.lines if plan is not None else ():
            key = f"{LINE}{line.step_id}-"
            is_known, proposed = f"{key}due_at" in posted, line.day.isoformat()
            # What was typed for another first day is no day of this one.
            moved = plan is not None and posted.get("shown_on") != plan.starts_on.isoformat()
            found[line.step_id] = Typed(
                not is_known or f"{key}take" in posted,
                proposed if moved else posted.get(f"{key}due_at", proposed),
                posted.get(f"{key}user_id", str(line.user_id or "")),
            )
        return found


def _fields_of(plan: start_process.StartPlan | None) -> set[str]:
    """The fields that have a place on the page."""
    lines = plan.lines if plan is not None else ()
    return {f"{LINE}{line.step_id}-{name}" for line in lines for name in LINE_FIELDS}


def wishes() -> dict[int, Wish]:
    """What is ticked, with its day and person. Problems name every field that cannot be read."""
    found, wrong = {}, []
    for name in request.form:
        key = whole(name.removeprefix(LINE).removesuffix("-take"))
        if key is None or name != f"{LINE}{key}-take":
            continue
        day, person = day_of(request.form.get(f"{LINE}{key}-due_at")), request.form.get(f"{LINE}{key}-user_id")
        user = whole(person)
        if day is None:
            wrong.append(Refused(Reason.MISSING, f"{LINE}{key}-due_at"))
        else:
            found[key] = Wish(day, user)
        if person and user is None:
            wrong.append(Refused(Reason.NOT_FOUND, f"{LINE}{key}-user_id"))
    if wrong:
        raise Problems(wrong)
    return found


def started(kept: Changeset) -> str:
    """What is said of a process that was started."""
    count, name = kept.values["count"], kept.values["name"]
    return ngettext("%(name)s started: %(num)s activity", "%(name)s started: %(num)s activities", count, name=name)


def progress(standing: Standing) -> str:
    """Such as "2 of 6"; nothing where there was nothing to do."""
    return "" if not standing.total else gettext("%(n)s of %(total)s", n=standing.done, total=standing.total)
