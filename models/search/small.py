"""The lists of few rows: labels, users, teams and roles. They are searched by name, without a search document."""

from __future__ import annotations

from sqlalchemy import func

from models.label import Label, LabelGroup
from models.search.spec import ListSpec, Sort, column_filter, read_key
from models.user import Role, Team, User

LABELS = ListSpec.of(
    Label,
    None,
    "name",
    Sort("name", func.lower(Label.name)),
    Sort("created", Label.id),
    column_filter("group", Label.group_id, read_key),
)
USERS = ListSpec.of(
    User,
    User.disabled_at,
    "name",
    Sort("name", func.lower(User.name)),
    Sort("email", User.email_key),
    Sort("created", User.id),
    column_filter("role", User.role_id, read_key),
)
TEAMS = ListSpec.of(Team, None, "name", Sort("name", func.lower(Team.name)), Sort("created", Team.id))
ROLES = ListSpec.of(Role, None, "created", Sort("name", func.lower(Role.name)), Sort("created", Role.id))
LABEL_GROUPS = ListSpec.of(
    LabelGroup, None, "name", Sort("name", func.lower(LabelGroup.name)), Sort("created", LabelGroup.id)
)
