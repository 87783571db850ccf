"""The lists of few rows: labels, users, teams and roles. They are searched by name, without a search document."""

from __future__ import annotations

from sqlalchemy import func

from models.label import Label, LabelGroup
from models.search.spec import ListSpec, Sort, key_filter
from models.user import Role, Team, User

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
