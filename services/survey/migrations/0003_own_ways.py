"""Who read which contact, append-only. Who left no phone number is asked in the app alone: callers are not
handed such a callback.

Every new column keeps its default: the version before this one goes on inserting while it is applied.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'scheduled'")
OPEN_BY_PHONE = sa.text("state = 'scheduled' AND by_phone")


# The note is evidence: what was written stays as it was written, also for the service itself.
REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON readings
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    op.create_table(
        "readings",
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("callback_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reading_id", name="pk_readings"),
    )
    op.create_index("ix_readings_case_id", "readings", ["case_id"])
    op.create_index("ix_readings_at_reading_id", "readings", ["at", "reading_id"])
    op.execute(REFUSE_CHANGE)
    op.execute(APPEND_ONLY)
    _name_kinds_of_events()
    op.add_column("surveys", sa.Column("has_citizen", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("callbacks", sa.Column("by_phone", sa.Boolean(), nullable=False, server_default=sa.true()))
    _index_open(OPEN_BY_PHONE)
    op.create_index(
        "ix_callbacks_claimed", "callbacks", ["claimed_by", "claimed_until"], postgresql_where=OPEN
    )


def _name_kinds_of_events() -> None:
    """What was heard before is known again as either kind: which it was is not written down."""
    op.add_column("webhooks", sa.Column("kind", sa.Text(), nullable=False, server_default="keys"))
    op.drop_constraint("pk_webhooks", "webhooks")
    op.create_primary_key("pk_webhooks", "webhooks", ["kind", "event_id"])
    op.execute(
        "INSERT INTO webhooks (kind, event_id, received_at) "
        "SELECT 'deliveries', event_id, received_at FROM webhooks"
    )


def _index_open(where: sa.TextClause) -> None:
    op.drop_index("ix_callbacks_open", table_name="callbacks")
    op.create_index("ix_callbacks_open", "callbacks", ["open_from", "callback_id"], postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_callbacks_claimed", table_name="callbacks")
    _index_open(OPEN)
    op.drop_column("callbacks", "by_phone")
    op.drop_column("surveys", "has_citizen")
    op.execute(
        "DELETE FROM webhooks one USING webhooks other "
        "WHERE one.event_id = other.event_id AND one.kind > other.kind"
    )
    op.drop_constraint("pk_webhooks", "webhooks")
    op.create_primary_key("pk_webhooks", "webhooks", ["event_id"])
    op.drop_column("webhooks", "kind")
    op.drop_table("readings")
    op.execute("DROP FUNCTION refuse_change()")
