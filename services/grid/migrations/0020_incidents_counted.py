"""A unit's incidents are counted by the days in which they were reported."""

from alembic import op

from shared.store.indexes import add_index

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index("ix_incidents_unit_reported_at", "incidents", ["unit", "reported_at"])


def downgrade() -> None:
    op.drop_index("ix_incidents_unit_reported_at", table_name="incidents")
