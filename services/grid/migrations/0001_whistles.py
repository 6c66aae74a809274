"""Whistles with their calls, who leads a case, and the shelf's own tables."""

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
    _case_leads()
    _whistle_calls()
    _whistles()


def downgrade() -> None:
    op.drop_index(op.f("ix_whistles_case_id"), table_name="whistles")
    op.drop_index(op.f("ix_whistles_blown_by_whistle_id"), table_name="whistles")
    op.drop_table("whistles")
    op.drop_index(op.f("ix_whistle_calls_unit_whistle_id"), table_name="whistle_calls")
    op.drop_index(op.f("ix_whistle_calls_due_at"), table_name="whistle_calls")
    op.drop_table("whistle_calls")
    op.drop_table("case_leads")
    shelf.drop_first_tables()


def _case_leads() -> None:
    op.create_table(
        "case_leads",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("heard", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_leads")),
    )


def _whistle_calls() -> None:
    op.create_table(
        "whistle_calls",
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("whistle_id", "unit", name=op.f("pk_whistle_calls")),
    )
    op.create_index(op.f("ix_whistle_calls_due_at"), "whistle_calls", ["due_at"], unique=False)
    op.create_index(
        op.f("ix_whistle_calls_unit_whistle_id"), "whistle_calls", ["unit", "whistle_id"], unique=False
    )


def _whistles() -> None:
    op.create_table(
        "whistles",
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("blown_by", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("site", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("departments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("blown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("whistle_id", name=op.f("pk_whistles")),
    )
    op.create_index(
        op.f("ix_whistles_blown_by_whistle_id"), "whistles", ["blown_by", "whistle_id"], unique=False
    )
    op.create_index(op.f("ix_whistles_case_id"), "whistles", ["case_id"], unique=False)
