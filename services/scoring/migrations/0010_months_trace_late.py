"""A closed month says whether exclusions took out what was adjusted of lines that had come late."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("months", sa.Column("traces_late", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("months", "traces_late")
