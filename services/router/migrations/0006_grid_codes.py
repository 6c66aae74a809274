"""Units are published with the codes of their areas."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default stays: a version from before, still running, writes rows without it.
    empty = sa.text("'[]'::jsonb")
    op.add_column("units", sa.Column("grids", JSONB(), nullable=False, server_default=empty))


def downgrade() -> None:
    op.drop_column("units", "grids")
