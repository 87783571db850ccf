"""a relation may be read from the other side."""

from __future__ import annotations

from alembic import op

revision = "4b1f0e7ad2c9"
down_revision = "849da139bd53"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version. Added in place: see the version before."""
    op.execute("ALTER TABLE connection ADD COLUMN is_reversed BOOLEAN DEFAULT false NOT NULL")


def downgrade() -> None:
    """Back to the version before."""
    op.execute("ALTER TABLE connection DROP COLUMN is_reversed")
