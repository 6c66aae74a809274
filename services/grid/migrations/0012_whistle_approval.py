"""Whistles that wait for an approval, as whom they are blown, and which district is told what ran over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("whistles", sa.Column("blower", sa.Text(), nullable=True))
    op.add_column("whistles", sa.Column("approval", postgresql.JSONB(), nullable=True))
    op.add_column("whistles", sa.Column("district", sa.Text(), nullable=True))
    op.create_index(op.f("ix_whistles_blown_at"), "whistles", ["blown_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_whistles_blown_at"), table_name="whistles")
    for name in ("district", "approval", "blower"):
        op.drop_column("whistles", name)
