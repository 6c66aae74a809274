"""Contacts are forgotten when their time is over, and that is written down; withheld readings."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON anonymisations
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.add_column("contacts", sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cases_to_anonymise",
        "cases",
        ["status_at"],
        postgresql_where=sa.text("anonymised_at IS NULL AND status IN ('closed', 'declined', 'withdrawn')"),
    )
    _readings()
    _anonymisations()


def downgrade() -> None:
    op.drop_table("anonymisations")
    op.drop_index("ix_contact_readings_reader_at_reading_id", "contact_readings")
    op.drop_index("ix_contact_readings_at_reading_id", "contact_readings")
    op.drop_column("contact_readings", "withheld")
    op.drop_index("ix_cases_to_anonymise", "cases")
    op.drop_column("cases", "anonymised_at")
    op.drop_column("contacts", "anonymised_at")


def _readings() -> None:
    op.add_column("contact_readings", sa.Column("withheld", sa.Text(), nullable=True))
    op.create_index("ix_contact_readings_at_reading_id", "contact_readings", ["at", "reading_id"])
    op.create_index(
        "ix_contact_readings_reader_at_reading_id", "contact_readings", ["reader", "at", "reading_id"]
    )


def _anonymisations() -> None:
    op.create_table(
        "anonymisations",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_days", sa.Integer(), nullable=False),
        sa.Column("contact", sa.Boolean(), nullable=False),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_anonymisations"),
    )
    op.create_index("ix_anonymisations_at_case_id", "anonymisations", ["at", "case_id"])
    op.execute(APPEND_ONLY)
