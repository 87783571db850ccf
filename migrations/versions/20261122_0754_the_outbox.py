"""The outbox: mail that waits to be sent, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c07bcba87b40"
down_revision = "c8e2f6a40b19"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["user.id"],
            name=op.f("fk_mail_recipient_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_mail_user_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index("ix_mail_customer_id", ["customer_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_recipient_id"), ["recipient_id"], unique=False)
        batch_op.create_index("ix_mail_state", ["state", "next_try_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_user_id"))
        batch_op.drop_index("ix_mail_state")
        batch_op.drop_index(batch_op.f("ix_mail_recipient_id"))
        batch_op.drop_index("ix_mail_customer_id")

    op.drop_table("mail")
