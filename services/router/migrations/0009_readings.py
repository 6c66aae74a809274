"""Which unit's clerk was shown which contact, append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# The note is evidence: what was written stays as it was written, also for the service itself.
REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON readings
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.create_table(
        "readings",
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reading_id", name="pk_readings"),
    )
    op.create_index("ix_readings_case_id", "readings", ["case_id"])
    op.create_index("ix_readings_at_reading_id", "readings", ["at", "reading_id"])
    op.execute(REFUSE_CHANGE)
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_table("readings")
    op.execute("DROP FUNCTION refuse_change()")
