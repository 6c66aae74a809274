"""Survey's tables: a case with its rounds, the rounds as a worklist, the embedded provider's messages."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.store.tables import service_metadata

METADATA = service_metadata()

SURVEYS = Table(
    "surveys",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("has_phone", Boolean, nullable=False),
    Column("rounds", JSONB, nullable=False),
    Column("joined", JSONB, nullable=False),
    Column("handled", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
)

CALLBACKS = Table(
    "callbacks",
    METADATA,
    Column("callback_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", DateTime(timezone=True)),
    Column("link_until", DateTime(timezone=True)),
    Index("ix_callbacks_worklist", "state", "due_at", "callback_id"),
)
"""A projection of `surveys.rounds` for the worklist."""

MESSAGES = Table(
    "messages",
    METADATA,
    Column("callback_id", Uuid, primary_key=True),
    Column("sent_at", DateTime(timezone=True), nullable=False, index=True),
)
"""What the embedded provider was told to send. Links are made when the page is read: no secret rests."""
