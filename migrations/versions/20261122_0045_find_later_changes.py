"""find the changes of later transactions without reading the whole journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4e1f0c7a92d5"
down_revision = "bd66afcfca97"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(
            "ix_change_transaction",
            ["transaction_id"],
            unique=False,
            sqlite_where=sa.text("transaction_id IS NOT NULL"),
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        )


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_change_transaction",
            sqlite_where=sa.text("transaction_id IS NOT NULL"),
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        )
