"""A line says how many cases it counts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("score_lines", sa.Column("cases", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("score_lines", "cases")
