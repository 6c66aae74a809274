"""What tellings are compared by, as keyed hashes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "likenesses",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("shingles", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("places", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name="pk_likenesses"),
    )
    op.create_index("ix_likenesses_registered_at", "likenesses", ["registered_at"])
    op.create_index("ix_likenesses_places", "likenesses", ["places"], postgresql_using="gin")
    op.create_index("ix_likenesses_due", "likenesses", ["case_id"], postgresql_where=sa.text("due"))


def downgrade() -> None:
    op.drop_table("likenesses")
