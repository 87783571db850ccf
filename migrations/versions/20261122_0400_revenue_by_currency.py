"""add up revenue by currency from the index alone."""

from __future__ import annotations

from alembic import op

revision = "7c3d90b51e64"
down_revision = "4e1f0c7a92d5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index("ix_invoice_revenue")
        batch_op.create_index(
            "ix_invoice_revenue", ["customer_id", "day", "status", "currency", "amount"], unique=False
        )


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index("ix_invoice_revenue")
        batch_op.create_index("ix_invoice_revenue", ["customer_id", "day", "status", "amount"], unique=False)
