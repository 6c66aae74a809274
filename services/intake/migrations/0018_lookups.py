"""What a clerk looks up for a caller, and the codes given anew, are written down."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON lookups
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.create_table(
        "lookups",
        sa.Column("lookup_id", sa.Uuid(), nullable=False),
        sa.Column("clerk", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("checked", sa.Text(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("lookup_id", name=op.f("pk_lookups")),
    )
    op.create_index(op.f("ix_lookups_at_lookup_id"), "lookups", ["at", "lookup_id"])
    op.create_index(op.f("ix_lookups_clerk_at_lookup_id"), "lookups", ["clerk", "at", "lookup_id"])
    op.create_index(op.f("ix_lookups_case_ids"), "lookups", ["case_ids"], postgresql_using="gin")
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_table("lookups")
