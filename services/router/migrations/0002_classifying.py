"""The category a person gave beside the one suggested, and when words were opened to learn from them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("correction", JSONB(), nullable=True))
    op.create_table(
        "word_openings",
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("opening_id", name=op.f("pk_word_openings")),
    )


def downgrade() -> None:
    op.drop_table("word_openings")
    op.drop_column("cases", "correction")
