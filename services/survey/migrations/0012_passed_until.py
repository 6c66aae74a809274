"""Until when who handed a callback back is not given it again; what lies there is given to anybody."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("passed_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("callbacks", "passed_until")
