"""Modes, reminders and the clock's start; what the desk finds a case by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nullable, unlike its neighbours: the version before this one writes rows without it meanwhile.
    op.add_column("cases", sa.Column("handling", JSONB(), nullable=True))
    op.add_column("cases", sa.Column("tracking_number", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("clock_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("work_orders", sa.Column("mode", sa.Text(), nullable=True))
    op.add_column("work_orders", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cases_tracking_number",
        "cases",
        ["tracking_number"],
        unique=False,
        postgresql_where=sa.text("tracking_number IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_linked_case_id",
        "cases",
        ["linked_case_id"],
        unique=False,
        postgresql_where=sa.text("linked_case_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_work_orders_dispatched_at_unit"), "work_orders", ["dispatched_at", "unit"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_work_orders_dispatched_at_unit"), table_name="work_orders")
    op.drop_index("ix_cases_linked_case_id", table_name="cases")
    op.drop_index("ix_cases_tracking_number", table_name="cases")
    op.drop_column("work_orders", "remind_at")
    op.drop_column("work_orders", "mode")
    op.drop_column("cases", "remind_at")
    op.drop_column("cases", "clock_from")
    op.drop_column("cases", "tracking_number")
    op.drop_column("cases", "handling")
