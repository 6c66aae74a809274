"""Which request is asked about: when it came, its matter and unit. Unknown for what is there already."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("surveys", sa.Column("registered_at", sa.DateTime(timezone=True)))
    op.add_column("surveys", sa.Column("category", sa.Text()))
    op.add_column("surveys", sa.Column("unit", sa.Text()))


def downgrade() -> None:
    op.drop_column("surveys", "unit")
    op.drop_column("surveys", "category")
    op.drop_column("surveys", "registered_at")
