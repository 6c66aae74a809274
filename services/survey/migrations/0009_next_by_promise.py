"""Who was promised a time is handed out before the others: found without going through all that are due."""

import sqlalchemy as sa
from alembic import op

from shared.store.indexes import add_index

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_open = sa.text("state = 'scheduled' AND by_phone AND promised")
    add_index("ix_callbacks_promised", "callbacks", ["due_at", "callback_id"], postgresql_where=is_open)


def downgrade() -> None:
    op.drop_index("ix_callbacks_promised", table_name="callbacks")
