"""Photos that terminals send, and the incidents and task reports that name them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAMING = (("incidents", "photos"), ("incidents", "evidence_photos"), ("tasks", "photos"))


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("object_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("unit", "sha256", name=op.f("pk_photos")),
    )
    op.create_index(op.f("ix_photos_used_created_at"), "photos", ["used", "created_at"])
    for table, name in NAMING:
        none = sa.text("'[]'::jsonb")
        op.add_column(table, sa.Column(name, postgresql.JSONB(), nullable=False, server_default=none))


def downgrade() -> None:
    for table, name in reversed(NAMING):
        op.drop_column(table, name)
    op.drop_index(op.f("ix_photos_used_created_at"), table_name="photos")
    op.drop_table("photos")
