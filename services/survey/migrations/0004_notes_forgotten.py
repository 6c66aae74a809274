"""A callback says whether the citizen's own words are kept for it: they are forgotten in time.

True for what is there, and for what the version before this one inserts while it is applied: the clock looks
once into each that ended long ago.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("has_note", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index(
        "ix_callbacks_to_anonymise",
        "callbacks",
        ["ended_at", "callback_id"],
        postgresql_where=sa.text("has_note"),
    )


def downgrade() -> None:
    op.drop_index("ix_callbacks_to_anonymise", table_name="callbacks")
    op.drop_column("callbacks", "has_note")
