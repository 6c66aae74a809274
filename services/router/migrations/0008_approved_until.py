"""Until when a case's running round was approved is kept beside its deadline."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("approved_until", sa.DateTime(timezone=True)))
    # A redo's deadline is a fresh one: in which round it was approved nobody kept.
    op.execute(
        "UPDATE cases SET approved_until = resolve_by"
        " WHERE redo = 0 AND (extensions > 0 OR handling ->> 'mode' = 'dedicated')"
    )


def downgrade() -> None:
    op.drop_column("cases", "approved_until")
