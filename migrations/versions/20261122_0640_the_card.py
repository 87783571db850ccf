"""activities, comments, files, relations and opportunities; what projects take over from customers."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "dfc14aa06536"
down_revision = "7c3d90b51e64"
branch_labels = None
depends_on = None


LISTS_BEFORE = ("status", "industry", "function", "invoice_layout")
LISTS = (*LISTS_BEFORE, "activity_kind", "relation_kind")
# Added in place: SQLite would rebuild a table for a batch, and a table that goes takes what refers to it along.
ADDED = (
    ("list_value", "other_name", "VARCHAR(80)"),
    ("project", "vat_percentage", "INTEGER"),
    ("project", "payment_term_days", "INTEGER"),
    ("project", "invoice_layout_id", "INTEGER"),
    ("project", "expenses_billable", "BOOLEAN"),
    ("project", "mileage_billable", "BOOLEAN"),
    ("project", "distance_km", "INTEGER"),
    ("project", "max_distance_km", "INTEGER"),
    ("registration", "distance_km", "INTEGER"),
)


# How SQLite writes down the constraint of the new column.
LAYOUT = (
    ",\n\tCONSTRAINT fk_project_invoice_layout_id FOREIGN KEY(invoice_layout_id) REFERENCES list_value (id) "
    "ON DELETE RESTRICT DEFERRABLE INITIALLY IMMEDIATE"
)


def check_lists(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Let the constraint of list_value.list know these lists."""
    was, now = (", ".join(f"'{name}'" for name in names) for names in (before, after))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_list_value_list"), "list_value", type_="check")
        op.create_check_constraint(op.f("ck_list_value_list"), "list_value", f"list IN ({now})")
    else:
        rewrite("list_value", lambda sql: sql.replace(f"list IN ({was})", f"list IN ({now})"))


def refer_to_layouts() -> None:
    """The layout of a project is one of the list."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            op.f("fk_project_invoice_layout_id"),
            *("project", "list_value", ["invoice_layout_id"], ["id"]),
            ondelete="RESTRICT",
            deferrable=True,
            initially="IMMEDIATE",
        )
    else:
        rewrite("project", lambda sql: sql[: sql.rindex(")")].rstrip() + LAYOUT + "\n)")


def rewrite(table: str, change: Callable[[str], str]) -> None:
    """SQLite's own way to change a constraint that no stored row can break: https://www.sqlite.org/lang_altertable.html"""
    run = op.get_bind().exec_driver_sql
    sql = run("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    version = run("PRAGMA schema_version").scalar_one()
    run("PRAGMA writable_schema = ON")
    run("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?", (change(sql), table))
    run(f"PRAGMA schema_version = {version + 1}")
    run("PRAGMA writable_schema = OFF")


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "file_content",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_content")),
        sa.UniqueConstraint("sha256", name=op.f("uq_file_content_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "folded_section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_folded_section_user_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_folded_section")),
        sa.UniqueConstraint("user_id", "section", name=op.f("uq_folded_section_user_id_section")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_comment_customer_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_comment_user_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_customer_id", ["customer_id", "said_at"], unique=False)
        batch_op.create_index("ix_comment_user_id", ["user_id"], unique=False)

    op.create_table(
        "connection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("other_customer_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(other_customer_id IS NULL) <> (contact_id IS NULL)", name=op.f("ck_connection_one_other")),
        sa.CheckConstraint("other_customer_id <> customer_id", name=op.f("ck_connection_not_itself")),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_connection_contact_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_connection_customer_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"],
            ["list_value.id"],
            name=op.f("fk_connection_kind_id"),
            ondelete="RESTRICT",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["other_customer_id"],
            ["customer.id"],
            name=op.f("fk_connection_other_customer_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.create_index("ix_connection_contact_id", ["contact_id"], unique=False)
        batch_op.create_index("ix_connection_customer_id", ["customer_id"], unique=False)
        batch_op.create_index("ix_connection_kind_id", ["kind_id"], unique=False)
        batch_op.create_index("ix_connection_other_customer_id", ["other_customer_id"], unique=False)

    op.create_table(
        "opportunity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum("pipeline", "won", "lost", name="state", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("chance", sa.Integer(), nullable=False),
        sa.Column("expected_on", sa.Date().with_variant(sa.Date(), "sqlite"), nullable=True),
        sa.Column("closed_on", sa.Date().with_variant(sa.Date(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_opportunity_customer_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_opportunity_user_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("opportunity", schema=None) as batch_op:
        batch_op.create_index("ix_opportunity_customer_id", ["customer_id", "state", "expected_on"], unique=False)
        batch_op.create_index("ix_opportunity_user_id", ["user_id"], unique=False)

    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("kind_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("planned", "done", "cancelled", name="state", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("has_time", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_activity_contact_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_activity_customer_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"],
            ["list_value.id"],
            name=op.f("fk_activity_kind_id"),
            ondelete="RESTRICT",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk_activity_project_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_activity_user_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index("ix_activity_contact_id", ["contact_id"], unique=False)
        batch_op.create_index("ix_activity_customer_id", ["customer_id", "state", "due_at"], unique=False)
        batch_op.create_index("ix_activity_kind_id", ["kind_id"], unique=False)
        batch_op.create_index("ix_activity_project_id", ["project_id"], unique=False)
        batch_op.create_index("ix_activity_user_id", ["user_id", "state", "due_at"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(url IS NULL) <> (sha256 IS NULL)", name=op.f("ck_attachment_file_or_link")),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_attachment_customer_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk_attachment_project_id"),
            ondelete="SET NULL",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_customer_id", ["customer_id", "created_at"], unique=False)
        batch_op.create_index("ix_attachment_project_id", ["project_id"], unique=False)
        batch_op.create_index("ix_attachment_sha256", ["sha256"], unique=False)

    op.create_table(
        "comment_mention",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comment.id"],
            name=op.f("fk_comment_mention_comment_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_comment_mention_customer_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
            name=op.f("fk_comment_mention_user_id"),
            ondelete="CASCADE",
            initially="IMMEDIATE",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_mention")),
        sa.UniqueConstraint("comment_id", "user_id", name=op.f("uq_comment_mention_comment_id_user_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("comment_mention", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_mention_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comment_mention_user_id"), ["user_id"], unique=False)

    for table, column, kind in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    op.create_index("ix_project_invoice_layout_id", "project", ["invoice_layout_id"])
    refer_to_layouts()
    check_lists(LISTS_BEFORE, LISTS)


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("comment_mention", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_mention_user_id"))
        batch_op.drop_index(batch_op.f("ix_comment_mention_customer_id"))

    op.drop_table("comment_mention")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_sha256")
        batch_op.drop_index("ix_attachment_project_id")
        batch_op.drop_index("ix_attachment_customer_id")

    op.drop_table("attachment")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index("ix_activity_user_id")
        batch_op.drop_index("ix_activity_project_id")
        batch_op.drop_index("ix_activity_kind_id")
        batch_op.drop_index("ix_activity_customer_id")
        batch_op.drop_index("ix_activity_contact_id")

    op.drop_table("activity")
    with op.batch_alter_table("opportunity", schema=None) as batch_op:
        batch_op.drop_index("ix_opportunity_user_id")
        batch_op.drop_index("ix_opportunity_customer_id")

    op.drop_table("opportunity")
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_index("ix_connection_other_customer_id")
        batch_op.drop_index("ix_connection_kind_id")
        batch_op.drop_index("ix_connection_customer_id")
        batch_op.drop_index("ix_connection_contact_id")

    op.drop_table("connection")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_user_id")
        batch_op.drop_index("ix_comment_customer_id")

    op.drop_table("comment")
    op.drop_table("folded_section")
    op.drop_table("file_content")
    values = ", ".join(f"'{name}'" for name in LISTS_BEFORE)
    op.execute(f"DELETE FROM list_value WHERE list NOT IN ({values})")
    check_lists(LISTS, LISTS_BEFORE)
    op.drop_index("ix_project_invoice_layout_id", "project")
    if op.get_bind().dialect.name == "sqlite":
        rewrite("project", lambda sql: sql.replace(LAYOUT, ""))
    for table, column, _ in reversed(ADDED):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
