"""An attempt says whether the citizen rang: then it is no try of ours.

False for what is there, of which it was not written down, and for what the version before this one inserts
while it is applied.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempts", sa.Column("inbound", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("attempts", "inbound")
