"""A topic that was taken back does not keep its month: the narrower index of 0011 forbids the rest.

Whoever still serves in the version before chooses no second one: it looks for any.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("uq_topics_period_unit", "topics", type_="unique")


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM topics WHERE state = 'cancelled'"))
    op.create_unique_constraint("uq_topics_period_unit", "topics", ["period", "unit"])
