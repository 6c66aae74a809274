"""Rounds that ended and nobody had called are counted by day, without going through all that ended."""

import sqlalchemy as sa
from alembic import op

from shared.store.indexes import add_index

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    uncalled = sa.text("state = 'unreachable' AND by_phone AND tried_at IS NULL AND NOT reached")
    add_index("ix_callbacks_uncalled", "callbacks", ["ended_at"], postgresql_where=uncalled)


def downgrade() -> None:
    op.drop_index("ix_callbacks_uncalled", table_name="callbacks")
