"""Cases that are handled with another are found from that one."""

import sqlalchemy as sa
from alembic import op

from shared.store.indexes import add_index

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index(
        "ix_cases_merged_into",
        "cases",
        ["merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_merged_into", table_name="cases")
