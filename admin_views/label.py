"""Labels and their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from admin_views import choices, history, shell, verbs
from admin_views.base import Column, EntityView, FilterChoice, Tab
from admin_views.forms import Choice, EntityForm, OneOf, Section, Text, Tick, Whole
from models.access import Looker
from models.label import Colour, ContactLabel, CustomerLabel, Label, LabelGroup
from models.search import small
from models.user import Right


class LabelForm(EntityForm):
    """A label."""

    noun = Label

    name = Text(lazy_gettext("Name"), required=True, example="Retainer")
    colour = OneOf(lazy_gettext("Colour"), options=[(colour.value, colour.value) for colour in Colour], default="grey")
    group_id = Choice(lazy_gettext("Group"), options=choices.label_groups)
    description = Text(lazy_gettext("Meaning"))


def uses(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many customers and contacts carry each label."""
    customers = dict(_counts(session, CustomerLabel, ids))
    contacts = dict(_counts(session, ContactLabel, ids))
    return {key: (customers.get(key, 0), contacts.get(key, 0)) for key in ids}


def _counts(session: Session, link: Any, ids: Sequence[int]) -> list[tuple[int, int]]:
    query = select(link.label_id, func.count(link.id)).where(link.label_id.in_(ids)).group_by(link.label_id)
    return [(key, count) for key, count in session.execute(query)]


def _place(group: LabelGroup | None) -> tuple[bool, int, str]:
    """Where a group stands in the list."""
    return (True, 0, "") if group is None else (False, group.position, group.name)


def details(session: Session, looker: Looker, label: Label) -> Mapping[str, Any]:
    """How often it is used, and where."""
    customers, contacts = uses(session, [label.id])[label.id]
    return {"customers": customers, "contacts": contacts}


class LabelView(EntityView):
    """The labels."""

    noun = Label
    spec = small.LABELS
    one = lazy_gettext("label")
    many = lazy_gettext("Labels")
    new_text = lazy_gettext("New label")
    save_text = lazy_gettext("Save label")
    icon = "tags"
    search_hint = lazy_gettext("Name…")
    first_use = lazy_gettext("No labels yet. A label is a word with a colour that you put on customers and contacts.")
    edit = Right.MANAGE_LISTS
    create = Right.MANAGE_LISTS
    columns = (
        Column("name", lazy_gettext("Label"), "label", "name"),
        Column("description", lazy_gettext("Meaning"), "text", place="kb-m-sub"),
        Column("customers", lazy_gettext("Customers"), "use", numeric=True, place="kb-m-end"),
        Column("contacts", lazy_gettext("Contacts"), "use", numeric=True, place="kb-m-end2"),
    )
    list_options = (joinedload(Label.group),)
    filters = (FilterChoice("group", lazy_gettext("Group"), choices.pairs(choices.label_groups)),)
    form = LabelForm
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {
        "colour": {
            "colours": choices.colours,
            "hint": lazy_gettext("The colour is a help, the name is always shown too."),
        }
    }
    actions = verbs.LABEL_ACTIONS
    sections = (Section("general", lazy_gettext("General"), ("name", "colour", "group_id", "description")),)
    tabs = (
        Tab("overview", lazy_gettext("Overview"), "label/overview.html", details),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, label: history.events(session, rows=[("label", label.id)]),
        ),
    )

    def list_extra(self, ids: Sequence[int]) -> Mapping[str, Any]:
        found = uses(shell.here(), ids)
        return {
            "customers": {key: (url_for("customers.index_view", label=key), n) for key, (n, _) in found.items()},
            "contacts": {key: (url_for("contacts.index_view", label=key), n) for key, (_, n) in found.items()},
        }

    def rows(self, ids: Sequence[int]) -> list[Any]:
        """The labels of a page by group, those without one last."""
        return sorted(super().rows(ids), key=lambda label: _place(label.group))

    def group_of(self, row: Label) -> tuple[str, str] | None:
        if row.group is None:
            return gettext("No group"), gettext("as many as you like")
        return row.group.name, gettext("one per record") if row.group.one_per_record else gettext("as many as you like")

    def values_of(self, record: Label) -> dict[str, Any]:
        return {**super().values_of(record), "colour": record.colour.value}

    def defaults(self) -> dict[str, Any]:
        return {"colour": Colour.TEAL.value}

    def tools(self, query: str) -> list[tuple[Any, str, str]]:
        return [
            (lazy_gettext("Groups"), url_for("label-groups.index_view"), "collection"),
            (lazy_gettext("Lists"), url_for("lists.index_view"), "list-ul"),
        ]


class LabelGroupForm(EntityForm):
    """A group of labels."""

    noun = LabelGroup

    name = Text(lazy_gettext("Name"), required=True, example="Invoicing")
    one_per_record = Tick(
        lazy_gettext("One per record"), description=lazy_gettext("A customer or contact carries at most one of them.")
    )
    position = Whole(lazy_gettext("Place in the list"), example="1")


def members(session: Session, looker: Looker, group: LabelGroup) -> Mapping[str, Any]:
    """The labels of the group."""
    return {"labels": list(session.scalars(select(Label).where(Label.group_id == group.id).order_by(Label.name)))}


class LabelGroupView(EntityView):
    """The groups of labels."""

    noun = LabelGroup
    spec = small.LABEL_GROUPS
    one = lazy_gettext("group of labels")
    many = lazy_gettext("Groups of labels")
    new_text = lazy_gettext("New group")
    save_text = lazy_gettext("Save group")
    icon = "collection"
    search_hint = lazy_gettext("Name…")
    first_use = lazy_gettext("No groups yet.")
    edit = Right.MANAGE_LISTS
    create = Right.MANAGE_LISTS
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("one_per_record", lazy_gettext("One per record"), "yes", place="kb-m-end"),
        Column("count", lazy_gettext("Labels"), "count", numeric=True, place="kb-m-sub"),
    )
    form = LabelGroupForm
    actions = verbs.LABEL_GROUP_ACTIONS
    sections = (Section("general", lazy_gettext("General"), ("name", "one_per_record", "position")),)
    tabs = (Tab("overview", lazy_gettext("Overview"), "label/group.html", members),)

    def list_extra(self, ids: Sequence[int]) -> Mapping[str, Any]:
        query = select(Label.group_id, func.count(Label.id)).where(Label.group_id.in_(ids)).group_by(Label.group_id)
        return {"count": dict(shell.here().execute(query).all())}

    def defaults(self) -> dict[str, Any]:
        return {"position": 0}
