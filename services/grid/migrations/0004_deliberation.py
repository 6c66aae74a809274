"""Deliberations of communities and joint conferences, every word sealed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conferences",
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("called_by", sa.Text(), nullable=True),
        sa.Column("parties", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_minutes", sa.Text(), nullable=False),
        sa.Column("minutes_hash", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conference_id", name=op.f("pk_conferences")),
    )
    op.create_index(op.f("ix_conferences_case_id"), "conferences", ["case_id"])
    op.create_table(
        "deliberations",
        sa.Column("deliberation_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("raised_from", sa.Text(), nullable=False),
        sa.Column("case_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_matter", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        *(_nested(name) for name in ("options", "meetings", "pledges", "commitments", "tasks", "rating")),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed_reason", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("deliberation_id", name=op.f("pk_deliberations")),
    )
    op.create_index(
        op.f("ix_deliberations_unit_deliberation_id"), "deliberations", ["unit", "deliberation_id"]
    )
    op.create_index(op.f("ix_deliberations_case_ids"), "deliberations", ["case_ids"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index(op.f("ix_deliberations_case_ids"), table_name="deliberations")
    op.drop_index(op.f("ix_deliberations_unit_deliberation_id"), table_name="deliberations")
    op.drop_table("deliberations")
    op.drop_index(op.f("ix_conferences_case_id"), table_name="conferences")
    op.drop_table("conferences")


def _nested(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False)
