"""Profiles of files that were deleted stay for as long as the bin keeps things, and give their name free."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a90c3be1745d"
down_revision = "8d41f6b20c7e"
branch_labels = None
depends_on = None

_NAME = "uq_import_profile_kind_name_key"
_ANEW = {"table_kwargs": {"sqlite_autoincrement": True}}


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("import_profile", schema=None, **_ANEW) as batch_op:
        batch_op.add_column(sa.Column("deleted_at", sa.DateTime(), nullable=True))
        batch_op.drop_constraint(_NAME, type_="unique")
    there = sa.text("deleted_at IS NULL")
    op.create_index(
        _NAME, "import_profile", ["kind", "name_key"], unique=True, sqlite_where=there, postgresql_where=there
    )


def downgrade() -> None:
    """Back to the version before, in which what was deleted is gone for good."""
    op.execute(
        "DELETE FROM import_profile_version WHERE profile_id IN (SELECT id FROM import_profile WHERE deleted_at IS NOT NULL)"
    )
    op.execute("DELETE FROM import_profile WHERE deleted_at IS NOT NULL")
    op.drop_index(_NAME, "import_profile")
    with op.batch_alter_table("import_profile", schema=None, **_ANEW) as batch_op:
        batch_op.drop_column("deleted_at")
        batch_op.create_unique_constraint(_NAME, ["kind", "name_key"])
