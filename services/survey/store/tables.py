"""Survey's tables: a case with its rounds, these as a worklist and as figures, messages, webhooks heard."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.store.tables import service_metadata

METADATA = service_metadata()

SURVEYS = Table(
    "surveys",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("has_phone", Boolean, nullable=False),
    Column("rounds", JSONB, nullable=False),
    Column("rechecks", JSONB, nullable=False),
    Column("joined", JSONB, nullable=False),
    Column("handled", Boolean, nullable=False),
    Column("has_citizen", Boolean, nullable=False),
    Column("registered_at", DateTime(timezone=True)),
    Column("category", Text),
    Column("unit", Text),
    Column("language", Text),
    Column("version", BigInteger, nullable=False),
)

UNCALLED = "state = 'unreachable' AND by_phone AND tried_at IS NULL AND NOT reached"
"""Ended because the days were over, and nobody had called: for any other reason he was called, or rang."""

CALLBACKS = Table(
    "callbacks",
    METADATA,
    Column("callback_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    # For the version before this one, which hands out by it while migrations are applied.
    Column(
        "open_from",
        DateTime(timezone=True),
        Computed("greatest(due_at, claimed_until)", persisted=True),
        nullable=False,
    ),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", DateTime(timezone=True)),
    Column("not_by", Text),
    Column("link_until", DateTime(timezone=True)),
    Column("doubtful", Boolean, nullable=False),
    Column("tried_at", DateTime(timezone=True)),
    # The citizen was spoken with, or answered alone: who refused to be asked was reached, and has no result.
    Column("reached", Boolean, nullable=False),
    Column("channel", Text),
    Column("agrees", Boolean),
    Column("ended_at", DateTime(timezone=True)),
    Column("by_phone", Boolean, nullable=False),
    # Whether `surveys` holds the citizen's own words for it: they are forgotten in time.
    Column("has_note", Boolean, nullable=False),
    Column("promised", Boolean, nullable=False),
    Column("passed_by", Text),
    Column("passed_until", DateTime(timezone=True)),
    Index("ix_callbacks_worklist", "kind", "state", "due_at", "callback_id"),
    Index(
        "ix_callbacks_open",
        "open_from",
        "callback_id",
        postgresql_where=text("state = 'scheduled' AND by_phone"),
    ),
    Index(
        "ix_callbacks_due",
        "due_at",
        "callback_id",
        postgresql_where=text("state = 'scheduled' AND by_phone"),
    ),
    Index(
        "ix_callbacks_promised",
        "due_at",
        "callback_id",
        postgresql_where=text("state = 'scheduled' AND by_phone AND promised"),
    ),
    Index(
        "ix_callbacks_claimed", "claimed_by", "claimed_until", postgresql_where=text("state = 'scheduled'")
    ),
    Index("ix_callbacks_link_until", "link_until", postgresql_where=text("state = 'scheduled'")),
    Index("ix_callbacks_started_at", "started_at"),
    Index("ix_callbacks_uncalled", "ended_at", postgresql_where=text(UNCALLED)),
    Index("ix_callbacks_to_anonymise", "ended_at", "callback_id", postgresql_where=text("has_note")),
)
"""A projection of `surveys.rounds` and `surveys.rechecks` for worklist and figures."""

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("callback_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("channel", Text, nullable=False),
    Column("reached", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("inbound", Boolean, nullable=False),
    Index("ix_attempts_at", "at", "by"),
)
"""The same rounds' attempts, for figures: who called, when, and whether anybody answered."""

MESSAGES = Table(
    "messages",
    METADATA,
    Column("callback_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("reference", Text),
    Index("ix_messages_sent_at", "sent_at"),
    Index("ix_messages_queued", "next_at", "callback_id", postgresql_where=text("state = 'queued'")),
)
"""One message of each kind for a round, and how far it came. Neither text nor phone: both are had at the
moment of sending.
"""

READINGS = Table(
    "readings",
    METADATA,
    Column("reading_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("callback_id", Uuid, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("ix_readings_at_reading_id", "at", "reading_id"),
    Index("ix_readings_by_at_reading_id", "by", "at", "reading_id"),
)
"""Append-only: which caller was shown which citizen's contact. Intake's own audit knows survey alone."""

WEBHOOKS = Table(
    "webhooks",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, index=True),
)
"""Events of the message gateway that were taken: what comes again changes nothing."""
