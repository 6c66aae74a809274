"""When what terminals are told of changed last: it is told for a while after it was over, and dropped."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What lies there is told as if it had changed just now; so is what an older version writes meanwhile.
    changed_at = sa.Column(
        "changed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
    )
    op.add_column("terminal_changes", changed_at)


def downgrade() -> None:
    op.drop_column("terminal_changes", "changed_at")
