"""What was answered to items of terminals, and what terminals are told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sync_items",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("terminal_id", sa.Uuid(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("subject_version", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_sync_items")),
    )
    op.create_index(op.f("ix_sync_items_received_at"), "sync_items", ["received_at"])
    op.create_table(
        "terminal_changes",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("changed_in", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "kind", "subject_id", name=op.f("pk_terminal_changes")),
    )
    op.create_index(
        op.f("ix_terminal_changes_unit_changed_in_kind_subject_id"),
        "terminal_changes",
        ["unit", "changed_in", "kind", "subject_id"],
    )
    op.create_index(op.f("ix_terminal_changes_subject_id"), "terminal_changes", ["subject_id"])


def downgrade() -> None:
    op.drop_table("terminal_changes")
    op.drop_table("sync_items")
