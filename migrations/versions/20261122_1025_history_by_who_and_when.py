"""find what one person did, and what was done in a period, without reading all changesets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b7d20e5a91c4"
down_revision = "a3d94f6e2c17"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_index("ix_changeset_user_id", "changeset", ["user_id", "last_change_id"])
    op.create_index(
        "ix_changeset_outside",
        "changeset",
        ["last_change_id"],
        sqlite_where=sa.text("origin = 'outside'"),
        postgresql_where=sa.text("origin = 'outside'"),
    )
    op.create_index(
        "ix_changeset_at",
        "changeset",
        ["at"],
        sqlite_where=sa.text("at IS NULL"),
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )


def downgrade() -> None:
    """Back to the version before."""
    for name in ("at", "outside", "user_id"):
        op.drop_index(f"ix_changeset_{name}", "changeset")
