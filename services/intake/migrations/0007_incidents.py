"""Cases registered for incidents of the grid: one for each."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("incident_id", sa.Uuid(), nullable=True))
    op.create_index(
        "uq_cases_incident_id",
        "cases",
        ["incident_id"],
        unique=True,
        postgresql_where=sa.text("incident_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_cases_incident_id", "cases")
    op.drop_column("cases", "incident_id")
