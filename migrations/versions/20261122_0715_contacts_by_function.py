"""contacts across customers by what they are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5b1f93c2d7a8"
down_revision = "4b1f0e7ad2c9"
branch_labels = None
depends_on = None

NAMED = sa.text("function IS NOT NULL")


def upgrade() -> None:
    """To this version."""
    op.create_index(
        "ix_customer_contact_function",
        "customer_contact",
        ["function", "contact_id"],
        sqlite_where=NAMED,
        postgresql_where=NAMED,
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index("ix_customer_contact_function", "customer_contact", sqlite_where=NAMED, postgresql_where=NAMED)
