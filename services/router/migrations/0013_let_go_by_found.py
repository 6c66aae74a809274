"""Cases that one case let go are found from that one."""

import sqlalchemy as sa
from alembic import op

from shared.store.indexes import add_index

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index(
        "ix_cases_let_go_by",
        "cases",
        ["let_go_by", "case_id"],
        postgresql_where=sa.text("let_go_by IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_let_go_by", table_name="cases")
