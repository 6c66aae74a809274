"""What strangers may see of requests that came through Open311."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_requests",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_public_requests"),
    )
    op.create_index(
        "ix_public_requests_listed",
        "public_requests",
        ["requested_at", "case_id"],
        postgresql_where=sa.text("listed"),
    )


def downgrade() -> None:
    op.drop_table("public_requests")
