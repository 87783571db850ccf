"""Rows of a plan that stand twice in their file get a status of their own, and each row names the fields it is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d3a9c1f6b274"
down_revision = "d41c8b7e2f90"
branch_labels = None
depends_on = None

BEFORE = ("new", "changed", "unchanged", "ambiguous", "rejected")
AFTER = ("new", "changed", "unchanged", "ambiguous", "duplicate", "rejected")


def upgrade() -> None:
    """To this version."""
    op.add_column("import_row", sa.Column("fields", sa.Text(), server_default="", nullable=False))
    _allow(AFTER)


def downgrade() -> None:
    """Back to the version before."""
    op.execute("UPDATE import_row SET status = 'ambiguous' WHERE status = 'duplicate'")
    op.drop_column("import_row", "fields")
    _allow(BEFORE)


def _allow(words: tuple[str, ...]) -> None:
    """Let the status be one of these words. SQLite makes the table anew, with this in the place of the old one."""
    condition = "status IN ({})".format(", ".join(f"'{word}'" for word in words))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_import_row_status"), "import_row", type_="check")
        op.create_check_constraint(op.f("ck_import_row_status"), "import_row", condition)
        return
    anew = {"recreate": "always", "table_kwargs": {"sqlite_autoincrement": True}}
    with op.batch_alter_table("import_row", schema=None, **anew) as batch_op:
        batch_op.create_check_constraint(op.f("ck_import_row_status"), condition)
