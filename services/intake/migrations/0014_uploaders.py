"""Beside a case nothing says whose account handed its attachments in."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE attachments SET uploaded_by = '' WHERE case_id IS NOT NULL")


def downgrade() -> None:
    """What was forgotten stays so."""
