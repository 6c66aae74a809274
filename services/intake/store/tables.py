"""Intake's own tables beside the shelf's."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.store.tables import service_metadata
from shared.store.unit_copies import declare_unit_copies

METADATA = service_metadata()

CASES = Table(
    "cases",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("tracking_number", Text, nullable=False, unique=True),
    Column("access_hash", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text),
    Column("sealed_words", Text, nullable=False),
    Column("has_phone", Boolean, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("proactive", Boolean, nullable=False),
    Column("linked_case_id", Uuid),
    Column("incident_id", Uuid),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    Column("status_at", DateTime(timezone=True)),
    Column("unit", Text),
    Column("merged_into", Uuid),
    Column("promised_at", DateTime(timezone=True)),
    Column("anonymised_at", DateTime(timezone=True)),
    Column("router_sequence", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    # The desk's list of one status, newest first: without it a rare status is a walk through all cases.
    Index(None, "status", "case_id"),
    # The same of one unit, in whatever status.
    Index("ix_cases_of_unit", "unit", "case_id", postgresql_where=text("unit IS NOT NULL")),
    # The same of one channel, of one kind: for a rare one all cases were looked through.
    Index(None, "channel", "case_id"),
    Index(None, "kind", "case_id"),
    # What ended and still knows who asked: looked through by the clock, the oldest first.
    Index(
        "ix_cases_to_anonymise",
        "status_at",
        postgresql_where=text("anonymised_at IS NULL AND status IN ('closed', 'declined', 'withdrawn')"),
    ),
    # A fact told again after the inbox forgot it is still the same case. Only the grid's few have one.
    Index(
        "uq_cases_incident_id", "incident_id", unique=True, postgresql_where=text("incident_id IS NOT NULL")
    ),
)

TIMELINE = Table(
    "timeline",
    METADATA,
    Column("event_id", Uuid, primary_key=True),
    # Lines are read in the order they came in: the clocks of services may differ by more than a case's steps.
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("code", Text, nullable=False),
    Column("unit", Text),
    Column("until", DateTime(timezone=True)),
    Column("detail", Text),
    Index(None, "case_id", "seq"),
)

CONTACTS = Table(
    "contacts",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("sealed_name", Text),
    Column("sealed_phone", Text),
    Column("phone_index", Text),
    Column("confidential", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("anonymised_at", DateTime(timezone=True)),
    Index(None, "phone_index"),
)

CONTACT_READINGS = Table(
    "contact_readings",
    METADATA,
    Column("reading_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("reader", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("found", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("withheld", Text),
    Index(None, "at", "reading_id"),
    Index(None, "reader", "at", "reading_id"),
)

LOOKUPS = Table(
    "lookups",
    METADATA,
    Column("lookup_id", Uuid, primary_key=True),
    Column("clerk", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("case_ids", ARRAY(Uuid), nullable=False),
    Column("checked", Text),
    Column("refused", Text),
    Index(None, "at", "lookup_id"),
    Index(None, "clerk", "at", "lookup_id"),
    # Who looked at one case, and how often codes were given for it today.
    Index(None, "case_ids", postgresql_using="gin"),
)

ANONYMISATIONS = Table(
    "anonymisations",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("after_days", Integer, nullable=False),
    Column("contact", Boolean, nullable=False),
    Column("attachments", Integer, nullable=False),
    Column("clerk", Text),
    Column("checked", Text),
    Index(None, "at", "case_id"),
)

ATTACHMENTS = Table(
    "attachments",
    METADATA,
    Column("attachment_id", Uuid, primary_key=True),
    Column("object_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("uploaded_by", Text, nullable=False),
    Column("case_id", Uuid),
    Column("state", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index(None, "case_id", postgresql_where=text("case_id IS NOT NULL")),
    # What waits for a case or for its removal: few rows, looked through every minute.
    Index("ix_attachments_unclaimed", "created_at", postgresql_where=text("case_id IS NULL")),
    # The same of one caller, counted at each upload.
    Index("ix_attachments_uploaded_by", "uploaded_by", postgresql_where=text("case_id IS NULL")),
)

HANDOVERS = Table(
    "handovers",
    METADATA,
    Column("attachment_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("origin", Text, nullable=False),
    Column("object_name", Text, nullable=False),
    Column("handed_at", DateTime(timezone=True), nullable=False),
)

WRONG_TRIES = Table(
    "wrong_tries",
    METADATA,
    Column("tracking_number", Text, primary_key=True),
    # Who tries: a keyed hash of the account or of the network.
    Column("origin", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False, index=True),
)

# What the version before counts in, beside ours while one replaces the other: dropped a release later.
Table(
    "wrong_codes",
    METADATA,
    Column("tracking_number", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False, index=True),
)

PUBLIC_REQUESTS = Table(
    "public_requests",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("service_code", Text, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("lat", Double),
    Column("lng", Double),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    # The public list, newest first; what is not listed is only ever looked up by its case.
    Index("ix_public_requests_listed", "requested_at", "case_id", postgresql_where=text("listed")),
)

API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("secret_sha256", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("rate_per_minute", Integer),
    Column("made_by", Text, nullable=False),
    Column("revoked_by", Text),
    Index(None, "name"),
)

LIKENESSES = Table(
    "likenesses",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("categories", ARRAY(Text), nullable=False),
    # Keyed hashes: neither words nor places can be read from them without the key.
    Column("shingles", ARRAY(Integer), nullable=False),
    Column("places", ARRAY(Integer), nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False, index=True),
    Column("due", Boolean, nullable=False),
    Column("compared_at", DateTime(timezone=True)),
    Index(None, "places", postgresql_using="gin"),
    # Almost always empty: looking for work costs nothing, however many rows there are.
    Index("ix_likenesses_due", "case_id", postgresql_where=text("due")),
)

KNOWLEDGE = Table(
    "knowledge",
    METADATA,
    Column("entry_id", Uuid, primary_key=True),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answer_en", Text),
    Column("category", Text),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    # What the question is found by; some hundreds of rows are read through faster than an index is.
    Column("shingles", ARRAY(Text), nullable=False),
)

PROPOSALS = Table(
    "proposals",
    METADATA,
    Column("proposal_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("wish", Text, nullable=False),
    Column("reason", Text),
    Column("entry_id", Uuid),
    Column("sealed_answer", Text),
    Column("proposed_by", Text),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("refused_in", Text),
    Column("asked_by", Uuid),
)

UNIT_COPIES = declare_unit_copies(METADATA)
"""What router has told of the directory's units."""
