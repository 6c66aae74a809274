"""Wrong access codes are counted for each number and whoever tries it; `wrong_codes` goes a release later."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wrong_tries",
        sa.Column("tracking_number", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tracking_number", "origin", name=op.f("pk_wrong_tries")),
    )
    op.create_index(op.f("ix_wrong_tries_since"), "wrong_tries", ["since"])


def downgrade() -> None:
    op.drop_table("wrong_tries")
