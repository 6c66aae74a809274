"""A unit finds the deliberations where it answers for a task, and what grew out of one as micro-projects."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_deliberations_tasks"),
        "deliberations",
        ["tasks"],
        postgresql_using="gin",
        postgresql_ops={"tasks": "jsonb_path_ops"},
    )
    op.create_index(op.f("ix_micro_projects_deliberation_id"), "micro_projects", ["deliberation_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_micro_projects_deliberation_id"), table_name="micro_projects")
    op.drop_index(op.f("ix_deliberations_tasks"), table_name="deliberations")
