"""The steps on the form of a work process, as many as one likes: each becomes an activity where it is started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext

from admin_views import choices, shell
from admin_views.forms import Choice, EntityForm, Option, Section, Text, Tick, Whole
from admin_views.repeated import Repeated
from models.base import whole
from models.operations.save import Child
from models.process import Doer, Process, ProcessStep
from models.settings import ListValue, ValueList
from models.user import User

ROWS = Repeated("step", 40)
# So many empty ones a new process begins with.
BEGUN = 3


def doers() -> list[Option]:
    """Who can do a step."""
    return [
        Option(Doer.OWNER.value, gettext("The owner of the customer")),
        Option(Doer.STARTER.value, gettext("Who starts it")),
        *choices.people(),
    ]


# What is asked of a step, behind the name of its row. "doer" asks for two columns at once.
FIELDS: dict[str, Any] = {
    "subject": Text(lazy_gettext("What")),
    "kind_id": Choice(lazy_gettext("Kind"), options=choices.values_of(ValueList.ACTIVITY_KIND)),
    "days": Whole(lazy_gettext("Days after the start"), example="14"),
    "doer": Choice(lazy_gettext("Who"), options=doers, empty=None, whole=False),
    "position": Whole(lazy_gettext("Place in the list"), example="1"),
}
ID, REMOVE = "id", "remove"
# What the history calls the columns.
LABELS = {
    **{name: field.args[0] for name, field in FIELDS.items()},
    "user_id": FIELDS["doer"].args[0],
    "process_id": lazy_gettext("Work process"),
}


def extend(form: EntityForm, process: Process | None, posted: Mapping[str, Any] | None) -> None:
    """Put the fields of the steps on a form: of those that were posted or are there, and of some empty ones."""
    known = {step.id: step for step in process.steps} if process is not None else {}
    held = len(known) + 1 if process is not None else BEGUN
    for number in range(ROWS.count(posted, 0 if posted is not None else held)):
        prefix = ROWS.prefix(number)
        step = known.get(whole(posted.get(prefix + ID)) or 0) if posted is not None else None
        if posted is None:
            step = list(known.values())[number] if number < len(known) else None
        values = _held(step)
        for name, field in FIELDS.items():
            form.add(f"{prefix}{name}", field, posted, (ProcessStep, name), values.get(name))
        if step is not None:
            form.add(f"{prefix}{REMOVE}", Tick(lazy_gettext("Take this step away")), posted, (ProcessStep, REMOVE))
        form.add(f"{prefix}{ID}", Text(""), posted, (ProcessStep, ID), None if step is None else str(step.id))


def _held(step: ProcessStep | None) -> dict[str, Any]:
    """What a step holds, by the names of the fields."""
    if step is None:
        return {}
    # Of who has left nobody is offered any more; that stays as it is until somebody else is chosen.
    doer = step.doer.value if step.doer is not Doer.USER else str(step.user_id or "left")
    return {
        "subject": step.subject,
        "kind_id": step.kind_id,
        "days": step.days,
        "doer": doer,
        "position": step.position,
    }


def children(form: EntityForm) -> list[Child]:
    """What was typed, for the verb. A new step of which nothing was typed is none; what cannot be read is left out."""
    found = []
    for place, names in enumerate(ROWS.rows(form), 1):
        key = ROWS.key(names[0])
        typed = {ROWS.behind(name): form[name].data for name in names if name not in form.errors}
        own = whole(typed.pop(ID, None))
        if typed.pop(REMOVE, False):
            found.append(Child(ProcessStep, own, key=key, remove=True))
            continue
        is_wrong = any(name in form.errors for name in names)
        if own is None and not is_wrong and not any(typed.get(name) for name in ("subject", "kind_id", "days")):
            continue
        if "position" in typed and typed["position"] is None:
            typed["position"] = place
        found.append(Child(ProcessStep, own, {**typed, **_doer(typed.pop("doer", None))}, key=key))
    return found


def _doer(chosen: str | None) -> dict[str, Any]:
    """Who does a step, as its two columns."""
    if chosen in (Doer.OWNER, Doer.STARTER):
        return {"doer": Doer(chosen), "user_id": None}
    user = whole(chosen)
    return {"doer": Doer.USER, "user_id": user} if user else {}


def field_of(name: str | None) -> str | None:
    """The field that asks for a column of a step."""
    key = ROWS.key(name or "")
    return f"{key}-doer" if key and ROWS.behind(name or "") == "user_id" else name


def section(form: EntityForm) -> Section:
    """The part of the form they stand in."""
    names = tuple(name for one in ROWS.rows(form) for name in one)
    hint = lazy_gettext("Each becomes an activity, so many days after the day on which the process is started.")
    return Section("steps", lazy_gettext("Steps"), names, hint=hint, template="process/steps.html")


def who(step: ProcessStep) -> str:
    """Who does a step, in words."""
    return _who(step.doer, step.user.name if step.user is not None else None)


def _who(doer: Doer, user: str | None) -> str:
    if doer is Doer.USER:
        return user or gettext("Someone who left")
    return next(option.label for option in doers() if option.value == doer.value)


def in_words(values: Mapping[str, Any]) -> str:
    """A step in one line, from its columns."""
    kind = text_of("kind_id", values["kind_id"])
    doer = _who(values["doer"], text_of("user_id", values["user_id"]))
    return ", ".join(one for one in (values["subject"], kind, day_text(values["days"]), doer) if one)


def text_of(column: str, value: Any) -> str | None:
    """A value of a step in words."""
    if value is None:
        return None
    if column == "days":
        return day_text(value)
    if column == "doer":
        return next((option.label for option in doers() if option.value == value), gettext("An employee"))
    named = {"kind_id": ListValue, "user_id": User}.get(column)
    row = shell.here().get(named, value) if named is not None else None
    return str(value if row is None else row)


def day_text(days: int) -> str:
    """When a step is due."""
    if not days:
        return gettext("on the day of the start")
    return ngettext("%(num)s day after the start", "%(num)s days after the start", days)
