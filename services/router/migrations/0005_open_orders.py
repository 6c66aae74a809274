"""The city's open orders by their deadline: the desk's queue by state, without all that is over."""

import sqlalchemy as sa
from alembic import op

from shared.store.indexes import add_index

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index(
        "ix_work_orders_open",
        "work_orders",
        ["state", "resolve_by", "order_id"],
        postgresql_where=sa.text("state IN ('sent', 'signed')"),
    )


def downgrade() -> None:
    op.drop_index("ix_work_orders_open", table_name="work_orders")
