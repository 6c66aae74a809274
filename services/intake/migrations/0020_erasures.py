"""A case is anonymised at its citizen's wish: by whom, and how that citizen was known, is written down."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("anonymisations", sa.Column("clerk", sa.Text(), nullable=True))
    op.add_column("anonymisations", sa.Column("checked", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("anonymisations", "checked")
    op.drop_column("anonymisations", "clerk")
