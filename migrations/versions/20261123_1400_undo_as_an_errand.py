"""A large import is taken back by an errand, which keeps what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b4e70d92f5a1"
down_revision = "a90c3be1745d"
branch_labels = None
depends_on = None

BEFORE = ("read", "plan", "commit")
AFTER = (*BEFORE, "undo")


def upgrade() -> None:
    """To this version."""
    op.add_column("import_task", sa.Column("did", sa.JSON(), nullable=True))
    _allow(AFTER)


def downgrade() -> None:
    """Back to the version before."""
    op.execute("DELETE FROM import_task WHERE errand = 'undo'")
    op.drop_column("import_task", "did")
    _allow(BEFORE)


def _allow(words: tuple[str, ...]) -> None:
    """Let the errand be one of these words. SQLite makes the table anew, with this in the place of the old one."""
    condition = "errand IN ({})".format(", ".join(f"'{word}'" for word in words))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_import_task_errand"), "import_task", type_="check")
        op.create_check_constraint(op.f("ck_import_task_errand"), "import_task", condition)
        return
    anew = {"recreate": "always", "table_kwargs": {"sqlite_autoincrement": True}}
    with op.batch_alter_table("import_task", schema=None, **anew) as batch_op:
        batch_op.create_check_constraint(op.f("ck_import_task_errand"), condition)
