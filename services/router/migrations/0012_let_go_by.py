"""Which case let a joined one go, for the desk to find those that wait because of it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("let_go_by", sa.Uuid()))


def downgrade() -> None:
    op.drop_column("cases", "let_go_by")
