"""Citizens without a phone number are asked in the app alone: callers are not handed their callbacks.

Every new column keeps its default: the version before this one goes on inserting while it is applied.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'scheduled'")
OPEN_BY_PHONE = sa.text("state = 'scheduled' AND by_phone")


def upgrade() -> None:
    op.add_column("surveys", sa.Column("has_citizen", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("callbacks", sa.Column("by_phone", sa.Boolean(), nullable=False, server_default=sa.true()))
    _index_open(OPEN_BY_PHONE)
    op.create_index(
        "ix_callbacks_claimed", "callbacks", ["claimed_by", "claimed_until"], postgresql_where=OPEN
    )


def _index_open(where: sa.TextClause) -> None:
    op.drop_index("ix_callbacks_open", table_name="callbacks")
    op.create_index("ix_callbacks_open", "callbacks", ["open_from", "callback_id"], postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_callbacks_claimed", table_name="callbacks")
    _index_open(OPEN)
    op.drop_column("callbacks", "by_phone")
    op.drop_column("surveys", "has_citizen")
