"""The first changes of large changesets are found by an index: PostgreSQL walked through all changes for them."""

from __future__ import annotations

from alembic import op

revision = "b7e21c05d9a4"
down_revision = "b7d20e5a91c4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_index("ix_change_changeset", "change", ["changeset_id", "id"])
    op.drop_index("ix_change_changeset_id", "change")


def downgrade() -> None:
    """Back to the version before."""
    op.create_index("ix_change_changeset_id", "change", ["changeset_id"])
    op.drop_index("ix_change_changeset", "change")
