"""Callbacks that a citizen put off to a time of his own, and who handed one back.

The default stays for what the version before this one inserts while it is applied.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("promised", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("callbacks", sa.Column("passed_by", sa.Text()))


def downgrade() -> None:
    op.drop_column("callbacks", "passed_by")
    op.drop_column("callbacks", "promised")
