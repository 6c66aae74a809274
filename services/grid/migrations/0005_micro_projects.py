"""Micro-projects that units, Party members and volunteers take on, every word sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "micro_projects",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("deliberation_id", sa.Uuid(), nullable=True),
        sa.Column("sealed_words", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("sealed_claim", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_report", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_micro_projects")),
    )
    op.create_index(op.f("ix_micro_projects_unit_project_id"), "micro_projects", ["unit", "project_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_micro_projects_unit_project_id"), table_name="micro_projects")
    op.drop_table("micro_projects")
