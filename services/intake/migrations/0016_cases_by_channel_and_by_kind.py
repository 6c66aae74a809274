"""The desk's list of one channel or one kind looks through no more cases than it shows."""

from alembic import op

from shared.store.indexes import add_index

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index("ix_cases_channel_case_id", "cases", ["channel", "case_id"])
    add_index("ix_cases_kind_case_id", "cases", ["kind", "case_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_cases_kind_case_id"), table_name="cases")
    op.drop_index(op.f("ix_cases_channel_case_id"), table_name="cases")
