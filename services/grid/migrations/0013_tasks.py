"""Tasks of grid workers, and what a terminal is told of its unit's work orders."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tasks",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("sealed_words", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_report", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_unit_task_id"), "tasks", ["unit", "task_id"])
    op.add_column("case_leads", sa.Column("work_order_id", sa.Uuid(), nullable=True))
    op.add_column("case_leads", sa.Column("category", sa.Text(), nullable=True))
    op.add_column("case_leads", sa.Column("sign_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("case_leads", sa.Column("resolve_by", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("resolve_by", "sign_by", "category", "work_order_id"):
        op.drop_column("case_leads", name)
    op.drop_index(op.f("ix_tasks_unit_task_id"), table_name="tasks")
    op.drop_table("tasks")
