"""A month keeps the divisions it was closed with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "divisions",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kept", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_divisions")),
    )
    op.add_column("months", sa.Column("divisions", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("months", "divisions")
    op.drop_table("divisions")
