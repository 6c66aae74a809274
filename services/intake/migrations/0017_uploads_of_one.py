"""A caller's uploads that wait for a case are counted without looking through everybody's."""

import sqlalchemy as sa
from alembic import op

from shared.store.indexes import add_index

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waiting = sa.text("case_id IS NULL")
    add_index("ix_attachments_uploaded_by", "attachments", ["uploaded_by"], postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("ix_attachments_uploaded_by", table_name="attachments")
