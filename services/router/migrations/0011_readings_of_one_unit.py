"""What one unit was shown is listed without looking through every unit's."""

from alembic import op

from shared.store.indexes import add_index

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index("ix_readings_unit_at_reading_id", "readings", ["unit", "at", "reading_id"])


def downgrade() -> None:
    op.drop_index("ix_readings_unit_at_reading_id", table_name="readings")
