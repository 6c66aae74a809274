"""Closed units and other names; areas on the map; versions of the directory; responsibility lists."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A constant default is no rewrite; a service of the old version goes on inserting without the columns.
    op.add_column("units", sa.Column("closed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("units", sa.Column("aliases", JSONB(), nullable=False, server_default="[]"))
    op.create_table(
        "areas",
        *(_text(name) for name in ("code", "name", "unit_code")),
        sa.Column("outline", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_areas"),
    )
    op.create_table(
        "directory_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        *(_text(name) for name in ("imported_by", "source", "sha256")),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("changes", JSONB(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_directory_versions"),
    )
    op.create_table(
        "responsibility_lists",
        _text("list_version"),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        *(_text(name) for name in ("sha256", "document", "source")),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        _text("published_by"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("list_version", name="pk_responsibility_lists"),
    )


def downgrade() -> None:
    for table in ("responsibility_lists", "directory_versions", "areas"):
        op.drop_table(table)
    op.drop_column("units", "aliases")
    op.drop_column("units", "closed")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
