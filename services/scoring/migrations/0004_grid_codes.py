"""Copies of units know the codes of their areas."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default stays: a version from before, still running, writes rows without it.
    empty = sa.text("'[]'::jsonb")
    op.add_column("unit_copies", sa.Column("grids", JSONB(), nullable=False, server_default=empty))


def downgrade() -> None:
    op.drop_column("unit_copies", "grids")
