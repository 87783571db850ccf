"""The few changes of who may what are found by an index: before each commit they were looked for among all of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "8d41f6b20c7e"
down_revision = "5e439099f6e3"
branch_labels = None
depends_on = None

_TABLES = ("customer_access", "role", "team", "team_member", "user")
_OF_RIGHTS = sa.text(" OR ".join(f"table_name = '{name}'" for name in _TABLES))


def upgrade() -> None:
    """To this version."""
    op.create_index(
        "ix_change_of_rights",
        "change",
        ["changeset_id", "id"],
        sqlite_where=_OF_RIGHTS,
        postgresql_where=_OF_RIGHTS,
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index("ix_change_of_rights", "change")
