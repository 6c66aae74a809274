"""API keys: who made and revoked each, and how often a client may knock."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("rate_per_minute", sa.Integer(), nullable=True))
    op.add_column("api_keys", sa.Column("made_by", sa.Text(), nullable=True))
    op.add_column("api_keys", sa.Column("revoked_by", sa.Text(), nullable=True))
    op.execute("UPDATE api_keys SET made_by = 'before'")
    op.alter_column("api_keys", "made_by", nullable=False)
    op.create_index("ix_api_keys_name", "api_keys", ["name"])


def downgrade() -> None:
    op.drop_index("ix_api_keys_name", "api_keys")
    for column in ("rate_per_minute", "made_by", "revoked_by"):
        op.drop_column("api_keys", column)
