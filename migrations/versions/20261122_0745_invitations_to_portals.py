"""invitations of contacts to portals of their customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c8e2f6a40b19"
down_revision = "5b1f93c2d7a8"
branch_labels = None
depends_on = None


def refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    """What the invitation goes along with."""
    return sa.ForeignKeyConstraint(
        [column],
        [f"{table}.id"],
        name=op.f(f"fk_portal_grant_{column}"),
        ondelete="CASCADE",
        initially="IMMEDIATE",
        deferrable=True,
    )


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "portal_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("portal_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date().with_variant(sa.Date(), "sqlite"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        refers("contact_id", "contact"),
        refers("customer_id", "customer"),
        refers("portal_id", "portal"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_grant")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_portal_grant_contact_id", "portal_grant", ["contact_id"])
    op.create_index("ix_portal_grant_customer_id", "portal_grant", ["customer_id"])
    op.create_index("ix_portal_grant_portal_id", "portal_grant", ["portal_id", "contact_id"])


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("portal_grant")
