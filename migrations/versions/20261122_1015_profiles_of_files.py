"""Profiles of files: how a known kind of file is read, in versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d41a7c90e2f6"
down_revision = "d3a9c1f6b274"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "import_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("customers", "contacts", name="kind", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_profile")),
        sa.UniqueConstraint("kind", "name_key", name=op.f("uq_import_profile_kind_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_profile_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["import_profile.id"],
            name=op.f("fk_import_profile_version_profile_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_import_profile_version_user_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_profile_version")),
        sa.UniqueConstraint("profile_id", "number", name=op.f("uq_import_profile_version_profile_id_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("import_profile_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_profile_version_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("import_profile_version")
    op.drop_table("import_profile")
