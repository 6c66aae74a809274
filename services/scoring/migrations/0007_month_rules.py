"""A month keeps the rules it was closed by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("months", sa.Column("rules", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("months", "rules")
