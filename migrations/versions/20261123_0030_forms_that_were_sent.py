"""Forms that were sent and made something, so that one that is sent once more makes nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c58e1f04a7d3"
down_revision = "b7e21c05d9a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "sent_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("changeset_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_sent_form_user_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_form")),
        sa.UniqueConstraint("user_id", "token", name=op.f("uq_sent_form_user_id_token")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sent_form", schema=None) as batch_op:
        batch_op.create_index("ix_sent_form_at", ["at"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("sent_form", schema=None) as batch_op:
        batch_op.drop_index("ix_sent_form_at")

    op.drop_table("sent_form")
