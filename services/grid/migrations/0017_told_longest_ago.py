"""What terminals were told longest ago is found by an index."""

from alembic import op

from shared.store.indexes import add_index

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index("ix_terminal_changes_changed_at", "terminal_changes", ["changed_at"])


def downgrade() -> None:
    op.drop_index("ix_terminal_changes_changed_at", table_name="terminal_changes")
