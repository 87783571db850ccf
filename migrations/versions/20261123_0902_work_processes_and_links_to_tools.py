"""Work processes with their steps, where they were started and which activities are of them; and links to tools."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5e439099f6e3"
down_revision = "c58e1f04a7d3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "process",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "for_kind",
            sa.Enum(
                "both", "business", "private", name="for_kind", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
        sa.UniqueConstraint("name", name=op.f("uq_process_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tool_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column(
            "for_kind",
            sa.Enum(
                "both", "business", "private", name="for_kind", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tool_link")),
        sa.UniqueConstraint("name", name=op.f("uq_tool_link_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "process_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column(
            "doer",
            sa.Enum("owner", "starter", "user", name="doer", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["kind_id"],
            ["list_value.id"],
            name=op.f("fk_process_step_kind_id"),
            ondelete="RESTRICT",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["process_id"],
            ["process.id"],
            name=op.f("fk_process_step_process_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_process_step_user_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_step")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("process_step", schema=None) as batch_op:
        batch_op.create_index("ix_process_step_kind_id", ["kind_id"], unique=False)
        batch_op.create_index("ix_process_step_process_id", ["process_id", "position"], unique=False)
        batch_op.create_index("ix_process_step_user_id", ["user_id"], unique=False)

    op.create_table(
        "process_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("starts_on", sa.Date().with_variant(sa.Date(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_process_run_customer_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["process_id"],
            ["process.id"],
            name=op.f("fk_process_run_process_id"),
            ondelete="RESTRICT",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_process_run_user_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_run")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("process_run", schema=None) as batch_op:
        batch_op.create_index("ix_process_run_customer_id", ["customer_id", "starts_on"], unique=False)
        batch_op.create_index("ix_process_run_process_id", ["process_id"], unique=False)
        batch_op.create_index("ix_process_run_user_id", ["user_id"], unique=False)

    # SQLite makes the table anew; keys that were given out once are not given out again.
    given_out = _given_out()
    with op.batch_alter_table("activity", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("process_run_id", sa.Integer(), nullable=True))
        batch_op.create_index("ix_activity_process_run_id", ["process_run_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_activity_process_run_id"),
            "process_run",
            ["process_run_id"],
            ["id"],
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        )
    _count_on(given_out)


def downgrade() -> None:
    """Back to the version before."""
    given_out = _given_out()
    with op.batch_alter_table("activity", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_activity_process_run_id"), type_="foreignkey")
        batch_op.drop_index("ix_activity_process_run_id")
        batch_op.drop_column("process_run_id")
    _count_on(given_out)

    with op.batch_alter_table("process_run", schema=None) as batch_op:
        batch_op.drop_index("ix_process_run_user_id")
        batch_op.drop_index("ix_process_run_process_id")
        batch_op.drop_index("ix_process_run_customer_id")

    op.drop_table("process_run")
    with op.batch_alter_table("process_step", schema=None) as batch_op:
        batch_op.drop_index("ix_process_step_user_id")
        batch_op.drop_index("ix_process_step_process_id")
        batch_op.drop_index("ix_process_step_kind_id")

    op.drop_table("process_step")
    op.drop_table("tool_link")
    op.drop_table("process")


def _given_out() -> int | None:
    """The last key of an activity, on SQLite."""
    if op.get_bind().dialect.name != "sqlite":
        return None
    found: int | None = op.get_bind().scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'activity'"))
    return found


def _count_on(given_out: int | None) -> None:
    """Go on counting from there."""
    if given_out is not None:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'activity'")
        op.execute(
            sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('activity', :seq)").bindparams(seq=given_out)
        )
