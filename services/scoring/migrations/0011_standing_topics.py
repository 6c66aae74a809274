"""One topic for a month and a unit, beside those that were taken back."""

import sqlalchemy as sa
from alembic import op

from shared.store.indexes import add_index

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("state <> 'cancelled'")
    add_index("uq_topics_standing", "topics", ["period", "unit"], unique=True, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("uq_topics_standing", table_name="topics")
