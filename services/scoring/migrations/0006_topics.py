"""Answers by day, and topics of the month."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily_answers",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("resolved", sa.Numeric(), nullable=False),
        sa.Column("resolution", sa.BigInteger(), nullable=False),
        sa.Column("satisfied", sa.Numeric(), nullable=False),
        sa.Column("satisfaction", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "category", "place", name=op.f("pk_daily_answers")),
    )
    op.create_table(
        "topics",
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("chosen", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=True),
        sa.Column("tasks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic_id", name=op.f("pk_topics")),
        sa.UniqueConstraint("period", "unit", name=op.f("uq_topics_period_unit")),
    )


def downgrade() -> None:
    op.drop_table("topics")
    op.drop_table("daily_answers")
