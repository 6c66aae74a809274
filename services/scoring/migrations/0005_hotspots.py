"""Daily counts, the days that were looked at, and the hot spots that were found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_entries_registered_at"), "entries", ["registered_at"], unique=False, postgresql_using="brin"
    )
    op.create_table(
        "daily_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "category", "place", name=op.f("pk_daily_counts")),
    )
    op.create_table(
        "hotspot_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_hotspot_days")),
    )
    op.create_table(
        "hotspots",
        sa.Column("hotspot_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("detected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("excess", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("case_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("work_case_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hotspot_id", name=op.f("pk_hotspots")),
    )
    op.create_index(op.f("ix_hotspots_last_day"), "hotspots", ["last_day"], unique=False)
    op.create_index(
        op.f("ix_hotspots_detected_at_hotspot_id"), "hotspots", ["detected_at", "hotspot_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("hotspots")
    op.drop_table("hotspot_days")
    op.drop_table("daily_counts")
    op.drop_index(op.f("ix_entries_registered_at"), table_name="entries", postgresql_using="brin")
