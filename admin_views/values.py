"""The lists that the office keeps itself: statuses, industries, functions, invoice layouts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, cast

from flask import request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from admin_views import history, shell, verbs
from admin_views.base import Column, EntityView, FilterChoice, Tab
from admin_views.forms import EntityForm, OneOf, Section, Text, Tick, Whole
from models import process, settings, tool
from models.access import Looker
from models.operations import merge_values
from models.search import small
from models.settings import ListValue, ValueList
from models.user import Right

LISTS: dict[ValueList, Any] = {
    ValueList.STATUS: lazy_gettext("Status"),
    ValueList.INDUSTRY: lazy_gettext("Industry"),
    ValueList.FUNCTION: lazy_gettext("Function"),
    ValueList.INVOICE_LAYOUT: lazy_gettext("Invoice layout"),
    ValueList.ACTIVITY_KIND: lazy_gettext("Kind of activity"),
    ValueList.RELATION_KIND: lazy_gettext("Kind of relation"),
}
# Where the records of a list are found: a filter of another list.
FILTERS = {
    ValueList.STATUS: ("customers", "status"),
    ValueList.INDUSTRY: ("customers", "industry"),
    ValueList.RELATION_KIND: ("relations", "kind"),
}


def offered() -> list[tuple[str, Any]]:
    """The lists that no feature switch turns off."""
    return [(which.value, LISTS[which]) for which in settings.lists(shell.here())]


class ListValueForm(EntityForm):
    """A value of a list."""

    noun = ListValue

    list = OneOf(lazy_gettext("List"), options=[(which.value, title) for which, title in LISTS.items()])
    name = Text(lazy_gettext("Name"), required=True, example="Prospect")
    other_name = Text(
        lazy_gettext("Seen from the other side"),
        description=lazy_gettext("Of a kind of relation: client of, where the name is accountant of."),
    )
    position = Whole(lazy_gettext("Place in the list"), example="1")
    retired = Tick(
        lazy_gettext("No longer offered"),
        description=lazy_gettext("Records that have it keep it; nobody can choose it for another one."),
    )


def used(session: Session, looker: Looker, value: ListValue) -> Mapping[str, Any]:
    """How many records have it, and where they are."""
    count = merge_values.uses(session, [value.id])[value.id]
    return {"count": count, "where": _where(value)}


def _where(value: ListValue) -> str | None:
    """The list of the records that have a value."""
    if value.list not in FILTERS:
        return None
    endpoint, name = FILTERS[value.list]
    given: dict[str, Any] = {"archived": "all", name: value.id}
    return url_for(f"{endpoint}.index_view", **given)


class ListValueView(EntityView):
    """The values of the lists."""

    noun = ListValue
    spec = small.LIST_VALUES
    one = lazy_gettext("value of a list")
    many = lazy_gettext("Lists")
    new_text = lazy_gettext("New value")
    save_text = lazy_gettext("Save value")
    icon = "list-ul"
    search_hint = lazy_gettext("Name…")
    first_use = lazy_gettext("No values yet. A list holds what a field offers, such as the statuses of customers.")
    edit = Right.MANAGE_LISTS
    create = Right.MANAGE_LISTS
    columns = (
        Column("name", lazy_gettext("Value"), "name", "name"),
        Column("uses", lazy_gettext("Records"), "count", numeric=True, place="kb-m-end"),
        Column("state", lazy_gettext("Status"), "text", place="kb-m-sub"),
    )
    filters = (
        FilterChoice("of", lazy_gettext("List"), offered),
        FilterChoice("offered", lazy_gettext("Offered"), lambda: [("yes", gettext("yes")), ("no", gettext("no"))]),
    )
    form = ListValueForm
    # A value stays in its list: records that have it would have something of another.
    fixed: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"list": lambda value: LISTS[value.list]}
    actions = verbs.LIST_VALUE_ACTIONS
    sections = (Section("general", lazy_gettext("General"), ("list", "name", "other_name", "position", "retired")),)
    tabs = (
        Tab("overview", lazy_gettext("Overview"), "value/overview.html", used),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, value: history.events(session, rows=[("list_value", value.id)]),
        ),
    )

    def list_extra(self, ids: Sequence[int]) -> Mapping[str, Any]:
        return {"uses": merge_values.uses(shell.here(), ids)}

    def rows(self, ids: Sequence[int]) -> list[Any]:
        """The values of a page by list, each in its own order."""
        order = list(LISTS)
        return sorted(
            super().rows(ids), key=lambda value: (order.index(value.list), value.retired, value.position, value.name)
        )

    def cell_value(self, column: Column, row: ListValue, extra: Mapping[str, Any]) -> Any:
        if column.key == "state":
            return gettext("No longer offered") if row.retired else gettext("Offered")
        return super().cell_value(column, row, extra)

    def group_of(self, row: ListValue) -> tuple[str, str] | None:
        return str(LISTS[row.list]), ""

    def read(self, record: Any, posted: MultiDict[str, str] | None, values: Mapping[str, Any]) -> EntityForm:
        form = super().read(record, posted, values)
        cast(OneOf, form["list"]).offer(offered())
        return form

    def values_of(self, record: ListValue) -> dict[str, Any]:
        return {**super().values_of(record), "list": record.list.value}

    def saved_text(self, record: ListValue) -> str:
        return gettext("The value %(name)s was saved", name=record.name)

    def left_out(self, record: Any, values: Mapping[str, Any]) -> frozenset[str]:
        """Only a relation has another side. Of which list a new value is going to be is not known yet."""
        has_sides = record is None or record.list is ValueList.RELATION_KIND
        return super().left_out(record, values) | (frozenset() if has_sides else {"other_name"})

    def defaults(self) -> dict[str, Any]:
        asked = request.args.get("list")
        return {"list": asked if asked in set(ValueList) else ValueList.STATUS.value, "position": 0}

    def tools(self, query: str) -> list[tuple[Any, str, str]]:
        """What the office keeps itself besides."""
        beside = (
            (tool.USED, lazy_gettext("Links to tools"), "tool-links", "link-45deg"),
            (process.USED, lazy_gettext("Work processes"), "processes", "check2-square"),
        )
        return [(text, url_for(f"{name}.index_view"), icon) for key, text, name, icon in beside if shell.used(key)]

    def card_meta(self, record: ListValue) -> str:
        return str(LISTS[record.list])
