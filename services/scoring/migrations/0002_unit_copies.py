"""Read copies of the directory's units, as router tells them."""

from alembic import op

from shared.store import shelf

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shelf.unit_copies()


def downgrade() -> None:
    op.drop_table("unit_copies")
