"""The shelf's tables as migration steps. Frozen like a migration: a change is a new function, never an edit.

A service's first migration calls `first_tables()`; the tables as they are today stand in `tables.py`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB


def first_tables() -> None:
    """Log, outbox, inbox, parked facts and given answers, as of the first release."""
    _event_log()
    _outbox_and_inbox()
    _parked()
    _idempotency()


def unit_copies() -> None:
    """Read copies of the directory's units."""
    op.create_table(
        "unit_copies",
        *(_text(name) for name in ("code", "name", "level")),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("aliases", JSONB(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("said", "version")),
        sa.PrimaryKeyConstraint("code", name="pk_unit_copies"),
    )


def drop_first_tables() -> None:
    """The way back."""
    for table in ("idempotency", "parked", "inbox", "outbox", "event_log"):
        op.drop_table(table)


def _event_log() -> None:
    op.create_table(
        "event_log",
        _now("recorded_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(_text(name) for name in ("topic", "key", "aggregatetype", "aggregateid", "type")),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        *(_text(name) for name in ("source", "causation_id", "correlation_id")),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("recorded_at", "id", name="pk_event_log"),
        postgresql_partition_by="RANGE (recorded_at)",
    )


def _outbox_and_inbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _now("recorded_at"),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
    )
    op.create_table(
        "inbox",
        _text("consumer"),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        _now("received_at"),
        sa.PrimaryKeyConstraint("consumer", "event_id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])


def _parked() -> None:
    op.create_table(
        "parked",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _text("consumer"),
        _text("topic"),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        _text("key"),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        _text("reason"),
        sa.Column("behind", sa.Boolean(), nullable=False),
        _now("parked_at"),
        sa.PrimaryKeyConstraint("seq", name="pk_parked"),
    )
    op.create_index("ix_parked_consumer_key", "parked", ["consumer", "key"])


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        _text("caller"),
        _text("key"),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _now("created_at"),
        sa.PrimaryKeyConstraint("caller", "key", name="pk_idempotency"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
