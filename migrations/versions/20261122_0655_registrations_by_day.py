"""list registrations by day."""

from __future__ import annotations

from alembic import op

revision = "849da139bd53"
down_revision = "dfc14aa06536"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_project_id"))
        batch_op.create_index("ix_registration_project_id", ["project_id", "day", "id"], unique=False)
        batch_op.create_index("ix_registration_by_day", ["day", "id"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index("ix_registration_by_day")
        batch_op.drop_index("ix_registration_project_id")
        batch_op.create_index(batch_op.f("ix_registration_project_id"), ["project_id"], unique=False)
