"""A proposal knows the fact that asked, so that router's answer settles this one and no other."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposals", sa.Column("asked_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("proposals", "asked_by")
