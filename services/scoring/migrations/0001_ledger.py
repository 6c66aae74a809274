"""Entries, whistles, the lines that follow from them, and the shelf's own tables."""

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
        "department_lines",
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("blown_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("signed_in_time", sa.Boolean(), nullable=True),
        sa.Column("reported_in_time", sa.Boolean(), nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.PrimaryKeyConstraint("whistle_id", "unit", name=op.f("pk_department_lines")),
    )
    op.create_index(
        op.f("ix_department_lines_period_unit_at_whistle_id"),
        "department_lines",
        ["period", "unit", "at", "whistle_id"],
        unique=False,
    )
    op.create_table(
        "entries",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("proactive", sa.Boolean(), nullable=False),
        sa.Column("linked_case_id", sa.Uuid(), nullable=True),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("redo", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("orders", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("results", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("heard", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_entries")),
    )
    op.create_table(
        "score_lines",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("because", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("joined_into", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("numerator", sa.Numeric(), nullable=False),
        sa.Column("denominator", sa.SmallInteger(), nullable=False),
        sa.Column("proactive", sa.Boolean(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("redo", sa.Integer(), nullable=False),
        sa.Column("undecided_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "measure", "because", name=op.f("pk_score_lines")),
    )
    op.create_index(
        op.f("ix_score_lines_period_measure_unit_at_case_id"),
        "score_lines",
        ["period", "measure", "unit", "at", "case_id"],
        unique=False,
    )
    op.create_table(
        "whistles",
        sa.Column("whistle_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("blown_by", sa.Text(), nullable=False),
        sa.Column("blown", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("departments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("heard", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("whistle_id", name=op.f("pk_whistles")),
    )
    op.create_index(op.f("ix_whistles_case_id"), "whistles", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_whistles_case_id"), table_name="whistles")
    op.drop_table("whistles")
    op.drop_index(op.f("ix_score_lines_period_measure_unit_at_case_id"), table_name="score_lines")
    op.drop_table("score_lines")
    op.drop_table("entries")
    op.drop_index(op.f("ix_department_lines_period_unit_at_whistle_id"), table_name="department_lines")
    op.drop_table("department_lines")
    shelf.drop_first_tables()
