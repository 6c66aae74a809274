"""Rechecks, the worklist's next-best, attempts for figures, messages on their way, webhooks heard.

Rounds that were there keep their worklist rows; their attempts are written out with their next change.
New columns keep a default: the version before this one goes on inserting while it is applied.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
OPEN = sa.text("state = 'scheduled'")


def upgrade() -> None:
    op.add_column("surveys", sa.Column("rechecks", postgresql.JSONB(), nullable=False, server_default="[]"))
    _widen_callbacks()
    op.create_table(
        "attempts",
        sa.Column("callback_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("callback_id", "number", name="pk_attempts"),
    )
    op.create_index("ix_attempts_at", "attempts", ["at", "by"])
    _widen_messages()
    op.create_table(
        "webhooks",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_received_at", "webhooks", ["received_at"])


def _widen_callbacks() -> None:
    op.drop_index("ix_callbacks_worklist", table_name="callbacks")
    for column in (
        sa.Column("kind", sa.Text(), nullable=False, server_default="round"),
        sa.Column("started_at", TIME),
        # Computed, for the version before knows nothing of it, and takes callbacks in hand all the same.
        sa.Column("open_from", TIME, sa.Computed("greatest(due_at, claimed_until)", persisted=True)),
        sa.Column("not_by", sa.Text()),
        sa.Column("doubtful", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("tried_at", TIME),
        sa.Column("reached", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("channel", sa.Text()),
        sa.Column("agrees", sa.Boolean()),
        sa.Column("ended_at", TIME),
    ):
        op.add_column("callbacks", column)
    op.alter_column("callbacks", "started_at", server_default=sa.func.now())
    op.execute("UPDATE callbacks SET started_at = due_at, reached = state = 'completed'")
    for name in ("started_at", "open_from"):
        op.alter_column("callbacks", name, nullable=False)
    op.create_index("ix_callbacks_worklist", "callbacks", ["kind", "state", "due_at", "callback_id"])
    op.create_index("ix_callbacks_open", "callbacks", ["open_from", "callback_id"], postgresql_where=OPEN)
    op.create_index("ix_callbacks_link_until", "callbacks", ["link_until"], postgresql_where=OPEN)
    op.create_index("ix_callbacks_started_at", "callbacks", ["started_at"])


def _widen_messages() -> None:
    for column in (
        sa.Column("kind", sa.Text(), nullable=False, server_default="link"),
        sa.Column("state", sa.Text(), nullable=False, server_default="sent"),
        sa.Column("next_at", TIME),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("reference", sa.Text()),
    ):
        op.add_column("messages", column)
    op.execute("UPDATE messages SET next_at = sent_at")
    op.alter_column("messages", "next_at", nullable=False, server_default=sa.func.now())
    op.alter_column("messages", "sent_at", nullable=True)
    op.drop_constraint("pk_messages", "messages")
    op.create_primary_key("pk_messages", "messages", ["callback_id", "kind"])
    op.create_index(
        "ix_messages_queued",
        "messages",
        ["next_at", "callback_id"],
        postgresql_where=sa.text("state = 'queued'"),
    )


def downgrade() -> None:
    op.drop_table("webhooks")
    op.drop_index("ix_messages_queued", table_name="messages")
    op.execute("DELETE FROM messages WHERE kind <> 'link' OR sent_at IS NULL")
    op.drop_constraint("pk_messages", "messages")
    op.create_primary_key("pk_messages", "messages", ["callback_id"])
    op.alter_column("messages", "sent_at", nullable=False)
    for name in ("kind", "state", "next_at", "tries", "reference"):
        op.drop_column("messages", name)
    op.drop_table("attempts")
    op.execute("DELETE FROM callbacks WHERE kind <> 'round'")
    for index in ("worklist", "open", "link_until", "started_at"):
        op.drop_index(f"ix_callbacks_{index}", table_name="callbacks")
    for name in (
        *("kind", "started_at", "open_from", "not_by", "doubtful"),
        *("tried_at", "reached", "channel", "agrees", "ended_at"),
    ):
        op.drop_column("callbacks", name)
    op.create_index("ix_callbacks_worklist", "callbacks", ["state", "due_at", "callback_id"])
    op.drop_column("surveys", "rechecks")
