"""Errands of imports: what is done in the background, and how far it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a3d94f6e2c17"
down_revision = "d41a7c90e2f6"
branch_labels = None
depends_on = None


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "import_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("errand", _words("errand", "read", "plan", "commit"), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("state", _words("state", "queued", "running", "done", "failed", "stopped"), nullable=False),
        sa.Column(
            "stage",
            _words("stage", "reading", "looking", "matching", "planning", "checking", "writing", "indexing"),
            nullable=True,
        ),
        sa.Column("stage_at", sa.DateTime(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("now", sa.String(length=255), nullable=True),
        sa.Column("hold", sa.String(length=32), nullable=True),
        sa.Column("beat_at", sa.DateTime(), nullable=True),
        sa.Column("stops", sa.Boolean(), nullable=False),
        sa.Column("failure", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["import_run.id"],
            name=op.f("fk_import_task_run_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_task")),
        sa.UniqueConstraint("run_id", name=op.f("uq_import_task_run_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("import_task", schema=None) as batch_op:
        batch_op.create_index("ix_import_task_state", ["state"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("import_task", schema=None) as batch_op:
        batch_op.drop_index("ix_import_task_state")

    op.drop_table("import_task")
