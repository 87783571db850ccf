"""Where the name of a deleted contact stood on an activity."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d41c8b7e2f90"
down_revision = "c07bcba87b40"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column("activity", sa.Column("contact_deleted", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_column("contact_deleted")
