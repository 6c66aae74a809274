"""Who read contacts is asked by caller: without an index the whole audit was gone through."""

from alembic import op

from shared.store.indexes import add_index

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index("ix_readings_by_at_reading_id", "readings", ["by", "at", "reading_id"])


def downgrade() -> None:
    op.drop_index("ix_readings_by_at_reading_id", table_name="readings")
