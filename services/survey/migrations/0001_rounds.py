"""Cases with their rounds, the worklist, messages, and the shelf's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.store import shelf

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    shelf.first_tables()
    op.create_table(
        "surveys",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("has_phone", sa.Boolean(), nullable=False),
        sa.Column("rounds", postgresql.JSONB(), nullable=False),
        sa.Column("joined", postgresql.JSONB(), nullable=False),
        sa.Column("handled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_surveys"),
    )
    op.create_table(
        "callbacks",
        sa.Column("callback_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("callback_id", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_case_id", "callbacks", ["case_id"])
    op.create_index("ix_callbacks_worklist", "callbacks", ["state", "due_at", "callback_id"])
    op.create_table(
        "messages",
        sa.Column("callback_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("callback_id", name="pk_messages"),
    )
    op.create_index("ix_messages_sent_at", "messages", ["sent_at"])


def downgrade() -> None:
    for table in ("messages", "callbacks", "surveys"):
        op.drop_table(table)
    shelf.drop_first_tables()
