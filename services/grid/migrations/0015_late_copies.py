"""A terminal's refresh token that was over last, and since when: a late copy of it takes nothing back."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("terminals", sa.Column("replaced_sha256", sa.LargeBinary(), nullable=True))
    op.add_column("terminals", sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("replaced_at", "replaced_sha256"):
        op.drop_column("terminals", name)
