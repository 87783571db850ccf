"""The lists of few rows: labels, values of lists, users, teams, roles and relations. They are searched by name, without a search document."""

from __future__ import annotations

from sqlalchemy import func
from sqlalchemy.orm import InstrumentedAttribute

from models import settings
from models.connection import Connection
from models.label import Label, LabelGroup
from models.process import Process
from models.search.spec import Filter, ListSpec, Narrowing, Sort, either_filter, enum_filter, key_filter, word_filter
from models.settings import ListValue, ValueList
from models.tool import ToolLink
from models.user import Role, Team, User


def _offered(retired: InstrumentedAttribute[bool]) -> Filter:
    """What is offered still, or not any more."""
    return word_filter("offered", {"yes": Narrowing(retired.is_(False)), "no": Narrowing(retired.is_(True))})


LABELS = ListSpec.of(
    Label,
    None,
    "name",
    Sort("name", func.lower(Label.name)),
    Sort("created", Label.id),
    key_filter("group", Label.group_id),
    names=(Label.name,),
)
USERS = ListSpec.of(
    User,
    User.disabled_at,
    "name",
    Sort("name", func.lower(User.name)),
    Sort("email", User.email_key),
    Sort("created", User.id),
    key_filter("role", User.role_id),
    names=(User.name, User.email),
)
TEAMS = ListSpec.of(
    Team, None, "name", Sort("name", func.lower(Team.name)), Sort("created", Team.id), names=(Team.name,)
)
ROLES = ListSpec.of(
    Role, None, "created", Sort("name", func.lower(Role.name)), Sort("created", Role.id), names=(Role.name,)
)
LABEL_GROUPS = ListSpec.of(
    LabelGroup,
    None,
    "name",
    Sort("name", func.lower(LabelGroup.name)),
    Sort("created", LabelGroup.id),
    names=(LabelGroup.name,),
)
LIST_VALUES = ListSpec.of(
    ListValue,
    None,
    "list",
    Sort("list", ListValue.list),
    Sort("name", func.lower(ListValue.name)),
    Sort("created", ListValue.id),
    enum_filter("of", ListValue.list, ValueList),
    _offered(ListValue.retired),
    names=(ListValue.name,),
    within=lambda session: ListValue.list.in_(settings.lists(session)),
)
PROCESSES = ListSpec.of(
    Process,
    None,
    "name",
    Sort("name", func.lower(Process.name)),
    Sort("created", Process.id),
    _offered(Process.retired),
    names=(Process.name,),
)
TOOL_LINKS = ListSpec.of(
    ToolLink,
    None,
    "place",
    Sort("place", ToolLink.position),
    Sort("name", func.lower(ToolLink.name)),
    Sort("created", ToolLink.id),
    names=(ToolLink.name, ToolLink.url),
)
RELATIONS = ListSpec.of(
    Connection,
    None,
    "created",
    Sort("created", Connection.id),
    either_filter("customer", Connection.customer_id, Connection.other_customer_id),
    key_filter("contact", Connection.contact_id),
    key_filter("kind", Connection.kind_id),
    names=(Connection.note,),
)
