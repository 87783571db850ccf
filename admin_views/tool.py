"""Links to tools outside that the office keeps itself; they stand on the tab Tools of each customer (TS-28)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from admin_views import history, verbs
from admin_views.base import Column, EntityView, Tab
from admin_views.forms import EntityForm, Section, Text, Whole
from admin_views.process import KINDS, for_kind
from models.search import small
from models.tool import FIELDS, USED, ToolLink
from models.user import Right


class ToolLinkForm(EntityForm):
    """A link to a tool."""

    noun = ToolLink

    name = Text(lazy_gettext("Name"), required=True, example="Map")
    url = Text(
        lazy_gettext("Address"),
        required=True,
        example="https://www.example.com/company/{vat_number}",
    )
    for_kind = for_kind()
    position = Whole(lazy_gettext("Place in the list"), example="1")


def known_fields() -> Markup:
    """The fields as they are typed."""
    return Markup(" ").join(Markup('<code class="text-reset">{{{}}}</code>').format(name) for name in FIELDS)


class ToolLinkView(EntityView):
    """The links to tools."""

    noun = ToolLink
    switch = USED
    spec = small.TOOL_LINKS
    one = lazy_gettext("link to a tool")
    many = lazy_gettext("Links to tools")
    new_text = lazy_gettext("New link to a tool")
    icon = "link-45deg"
    search_hint = lazy_gettext("Name or address…")
    first_use = lazy_gettext("No links yet. One leads from a customer to a program outside, with a number or a place.")
    edit = Right.MANAGE_LISTS
    create = Right.MANAGE_LISTS
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("host", lazy_gettext("Leads to"), "text", place="kb-m-sub"),
        Column("for_kind", lazy_gettext("For"), "text", place="kb-m-sub2"),
    )
    form = ToolLinkForm
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {"url": {"span": "full", "inputmode": "url"}}
    actions = (verbs.deleting(ToolLink),)
    sections = (Section("general", lazy_gettext("General"), ("name", "url", "for_kind", "position")),)
    tabs = (
        Tab(
            "overview",
            lazy_gettext("Overview"),
            "tool/overview.html",
            lambda session, looker, link: {"kinds": KINDS},
        ),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, link: history.events(session, rows=[("tool_link", link.id)]),
        ),
    )

    def cell_value(self, column: Column, row: ToolLink, extra: Mapping[str, Any]) -> Any:
        return KINDS[row.for_kind] if column.key == "for_kind" else super().cell_value(column, row, extra)

    def values_of(self, record: ToolLink) -> dict[str, Any]:
        return {**super().values_of(record), "for_kind": record.for_kind.value}

    def defaults(self) -> dict[str, Any]:
        return {"position": 0}

    def read(self, record: Any, posted: MultiDict[str, str] | None, values: Mapping[str, Any]) -> EntityForm:
        form = super().read(record, posted, values)
        said = gettext("It begins with https://. In its path or behind the question mark these fields can stand:")
        form["url"].description = Markup("{} {}").format(said, known_fields())
        return form

    def card_meta(self, record: ToolLink) -> str:
        return gettext("Leads to %(host)s", host=record.host)
