"""The work processes of the office: what is planned at once where one is started for a customer (TS-30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption
from werkzeug.datastructures import MultiDict

from admin_views import history, shell, steps, verbs
from admin_views.base import Column, EntityView, FilterChoice, Tab
from admin_views.forms import EntityForm, OneOf, Section, Text, Tick
from models.access import Looker
from models.customer import For
from models.journal import Change
from models.operations.save import Child
from models.process import USED, Process, ProcessRun, ProcessStep
from models.search import small
from models.user import Right

KINDS: dict[For, Any] = {
    For.BOTH: lazy_gettext("Companies and private persons"),
    For.BUSINESS: lazy_gettext("Companies"),
    For.PRIVATE: lazy_gettext("Private persons"),
}


def for_kind() -> OneOf:
    """For which customers something of the office is."""
    options = [(kind.value, text) for kind, text in KINDS.items()]
    return OneOf(lazy_gettext("For"), options=options, default=For.BOTH.value)


class ProcessForm(EntityForm):
    """A work process with its steps."""

    noun = Process

    name = Text(lazy_gettext("Name"), required=True, example="Year end")
    for_kind = for_kind()
    retired = Tick(
        lazy_gettext("No longer offered"),
        description=lazy_gettext("Where it was started it goes on; nobody can start it anew."),
    )

    def field_of(self, column: str | None) -> str | None:
        return steps.field_of(super().field_of(column))


def overview(session: Session, looker: Looker, process: Process) -> Mapping[str, Any]:
    """Its steps, and how often it was started, as far as one may see it."""
    started = select(func.count(ProcessRun.id)).where(ProcessRun.process_id == process.id)
    return {"started": session.scalar(started) or 0, "who": steps.who, "when": steps.day_text, "kinds": KINDS}


def history_of(session: Session, looker: Looker, process: Process) -> Mapping[str, Any]:
    """What was changed on it and on its steps, those that are gone included."""
    known = aliased(Change)
    own = or_(
        *(
            (known.table_name == table) & known.row_id.in_(keys)
            for table, keys in (("process", [process.id]), ("process_step", [step.id for step in process.steps]))
        )
    )
    found = select(Change.row_id).where(
        Change.table_name == ProcessStep.__tablename__,
        Change.changeset_id.in_(select(known.changeset_id).where(own)),
        or_(*(image["process_id"].as_integer() == process.id for image in (Change.before, Change.after))),
    )
    rows = [(ProcessStep.__tablename__, key) for key in session.scalars(found.distinct())]
    return history.events(session, rows=[(Process.__tablename__, process.id), *rows])


class ProcessView(EntityView):
    """The work processes."""

    noun = Process
    switch = USED
    spec = small.PROCESSES
    one = lazy_gettext("work process")
    many = lazy_gettext("Work processes")
    new_text = lazy_gettext("New work process")
    save_text = lazy_gettext("Save work process")
    icon = "check2-square"
    search_hint = lazy_gettext("Name…")
    first_use = lazy_gettext("No work processes yet. One holds the steps of what you do each time, such as a year end.")
    edit = Right.MANAGE_LISTS
    create = Right.MANAGE_LISTS
    most_steps = steps.ROWS.most
    adds_rows = True
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("for_kind", lazy_gettext("For"), "text", place="kb-m-sub"),
        Column("steps_count", lazy_gettext("Steps"), "count", numeric=True, place="kb-m-end"),
        Column("started", lazy_gettext("Started"), "count", numeric=True),
        Column("state", lazy_gettext("Status"), "text", place="kb-m-sub2"),
    )
    card_options = (selectinload(Process.steps).options(joinedload(ProcessStep.kind), joinedload(ProcessStep.user)),)
    filters = (
        FilterChoice("offered", lazy_gettext("Offered"), lambda: [("yes", gettext("yes")), ("no", gettext("no"))]),
    )
    form = ProcessForm
    actions = (verbs.deleting(Process),)
    sections = (Section("general", lazy_gettext("General"), ("name", "for_kind", "retired")),)
    tabs = (
        Tab("overview", lazy_gettext("Steps"), "process/overview.html", overview),
        Tab("history", lazy_gettext("History"), "entity/history.html", history_of),
    )

    def list_extra(self, ids: Sequence[int]) -> Mapping[str, Any]:
        return {"steps_count": _counts(ProcessStep, ids), "started": _counts(ProcessRun, ids)}

    def cell_value(self, column: Column, row: Process, extra: Mapping[str, Any]) -> Any:
        if column.key == "state":
            return gettext("No longer offered") if row.retired else gettext("Offered")
        return KINDS[row.for_kind] if column.key == "for_kind" else super().cell_value(column, row, extra)

    def find(self, raw: str | None, *options: ExecutableOption) -> Any:
        return super().find(raw, *(options or self.card_options))

    def card_meta(self, record: Process) -> str:
        return str(KINDS[record.for_kind])

    def values_of(self, record: Process) -> dict[str, Any]:
        return {**super().values_of(record), "for_kind": record.for_kind.value}

    def read(self, record: Any, posted: MultiDict[str, str] | None, values: Mapping[str, Any]) -> EntityForm:
        form = super().read(record, posted, values)
        steps.extend(form, record, posted)
        return form

    def form_sections(self, record: Any, form: EntityForm) -> Sequence[Section]:
        return (*self.sections, steps.section(form))

    def step_rows(self, form: EntityForm) -> list[tuple[str, ...]]:
        """The fields of each step on the form."""
        return steps.ROWS.rows(form)

    def children(self, record: Any, form: EntityForm) -> Sequence[Child]:
        return steps.children(form)

    def to_save(self, record: Any, form: EntityForm) -> dict[str, Any]:
        return {name: value for name, value in form.values().items() if not steps.ROWS.key(name)}

    def field_label(self, name: str) -> Any:
        """A step is called by its number, and a field of one as on every row."""
        number = steps.ROWS.number(name)
        if number is not None:
            return gettext("Step %(number)s", number=number + 1)
        field = steps.FIELDS.get(steps.ROWS.behind(steps.field_of(name) or "")) if steps.ROWS.key(name) else None
        return super().field_label(name) if field is None else field.args[0]

    def field_text(self, name: str, value: Any) -> str:
        """Of a step that one of two people took away, all that it holds."""
        if steps.ROWS.number(name) is not None:
            return gettext("taken away") if value is None else steps.in_words(value)
        column = steps.ROWS.behind(name)
        return super().field_text(name, value if column == name else steps.text_of(column, value))


def _counts(noun: type[ProcessStep | ProcessRun], ids: Sequence[int]) -> dict[int, int]:
    query = select(noun.process_id, func.count(noun.id)).where(noun.process_id.in_(ids)).group_by(noun.process_id)
    return dict(shell.here().execute(query).all())
