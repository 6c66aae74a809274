"""What a citizen would rather be asked in; nobody said it of what is there already."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("surveys", sa.Column("language", sa.Text()))


def downgrade() -> None:
    op.drop_column("surveys", "language")
