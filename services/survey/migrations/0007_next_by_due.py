"""The next callback is the one that fell due first, whether it was in a hand before or not."""

import sqlalchemy as sa
from alembic import op

from shared.store.indexes import add_index

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_open = sa.text("state = 'scheduled' AND by_phone")
    add_index("ix_callbacks_due", "callbacks", ["due_at", "callback_id"], postgresql_where=is_open)


def downgrade() -> None:
    op.drop_index("ix_callbacks_due", table_name="callbacks")
