"""Which case a joined one is handled with."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("merged_into", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "merged_into")
