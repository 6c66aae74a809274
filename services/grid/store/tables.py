"""Grid's tables. `whistle_calls` follows from `whistles`: it is written with it and only queried."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.store.tables import service_metadata
from shared.store.unit_copies import declare_unit_copies

METADATA = service_metadata()
NONE = text("'[]'::jsonb")
"""Of rows that were there before the column."""

WHISTLES = Table(
    "whistles",
    METADATA,
    Column("whistle_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("blown_by", Text, nullable=False),
    Column("case_id", Uuid, index=True),
    Column("site", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("departments", JSONB, nullable=False),
    Column("blown_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("cancel_reason", Text),
    Column("blower", Text),
    Column("approval", JSONB),
    Column("district", Text),
    Column("version", BigInteger, nullable=False),
    Index(None, "blown_by", "whistle_id"),
    Index(None, "blown_at"),
)

INCIDENTS = Table(
    "incidents",
    METADATA,
    Column("incident_id", Uuid, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("worker", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("sealed_words", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("sealed_evidence", Text),
    Column("ended_at", DateTime(timezone=True)),
    Column("case_id", Uuid),
    Column("photos", JSONB, nullable=False, server_default=NONE),
    Column("evidence_photos", JSONB, nullable=False, server_default=NONE),
    Column("version", BigInteger, nullable=False),
    Index(None, "unit", "incident_id"),
    Index(None, "unit", "reported_at"),
)

WHISTLE_CALLS = Table(
    "whistle_calls",
    METADATA,
    Column("whistle_id", Uuid, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), index=True),
    Index(None, "unit", "whistle_id"),
)

CASE_LEADS = Table(
    "case_leads",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("assigned_to", Text),
    Column("place", Text),
    Column("standing", Text, nullable=False),
    Column("heard", BigInteger, nullable=False),
    Column("work_order_id", Uuid),
    Column("category", Text),
    Column("sign_by", DateTime(timezone=True)),
    Column("resolve_by", DateTime(timezone=True)),
    Column("version", BigInteger, nullable=False),
)

SEATED = "jsonb_path_query_array(parties, '$[*].\"unit\"'::jsonpath)"
"""The units at a conference's table, written as Postgres writes it down."""

UNIT_COPIES = declare_unit_copies(METADATA)
"""What router has told of the directory's units."""

CONFERENCES = Table(
    "conferences",
    METADATA,
    Column("conference_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("called_by", Text),
    Column("parties", JSONB, nullable=False),
    Column("sealed_minutes", Text, nullable=False),
    Column("minutes_hash", Text, nullable=False),
    Column("held_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("version", BigInteger, nullable=False),
    Index(None, "called_by", "conference_id"),
    Index("ix_conferences_seated", text(SEATED), postgresql_using="gin"),
)

DIVISIONS = Table(
    "divisions",
    METADATA,
    Column("asked_by", Uuid, primary_key=True),
    Column("conference_id", Uuid, nullable=False, unique=True),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("refused_in", Text),
    Column("answered_at", DateTime(timezone=True)),
    Column("version", BigInteger, nullable=False),
    Index(None, "outcome", "conference_id"),
)
"""Of a conference that was recorded before answers were heard there is none."""

DELIBERATIONS = Table(
    "deliberations",
    METADATA,
    Column("deliberation_id", Uuid, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("raised_from", Text, nullable=False),
    Column("case_ids", JSONB, nullable=False),
    Column("sealed_matter", Text, nullable=False),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("options", JSONB, nullable=False),
    Column("meetings", JSONB, nullable=False),
    Column("pledges", JSONB, nullable=False),
    Column("commitments", JSONB, nullable=False),
    Column("tasks", JSONB, nullable=False),
    Column("rating", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("sealed_reason", Text),
    Column("ended_at", DateTime(timezone=True)),
    Column("version", BigInteger, nullable=False),
    Index(None, "unit", "deliberation_id"),
    Index(None, "case_ids", postgresql_using="gin"),
    Index(None, "tasks", postgresql_using="gin", postgresql_ops={"tasks": "jsonb_path_ops"}),
)

MICRO_PROJECTS = Table(
    "micro_projects",
    METADATA,
    Column("project_id", Uuid, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("deliberation_id", Uuid, index=True),
    Column("sealed_words", Text, nullable=False),
    Column("offered_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("giver", Text),
    Column("claimed_by", Text),
    Column("sealed_claim", Text),
    Column("claimed_at", DateTime(timezone=True)),
    Column("sealed_report", Text),
    Column("ended_at", DateTime(timezone=True)),
    Column("version", BigInteger, nullable=False),
    Index(None, "unit", "project_id"),
)

FOUNDATIONS = Table(
    "foundations",
    METADATA,
    Column("unit", Text, primary_key=True),
    Column("ticks", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
)

TASKS = Table(
    "tasks",
    METADATA,
    Column("task_id", Uuid, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("worker", Text),
    Column("case_id", Uuid),
    Column("sealed_words", Text, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("reported_by", Text),
    Column("recorded_at", DateTime(timezone=True)),
    Column("happened_at", DateTime(timezone=True)),
    Column("sealed_report", Text),
    Column("ended_at", DateTime(timezone=True)),
    Column("photos", JSONB, nullable=False, server_default=NONE),
    Column("version", BigInteger, nullable=False),
    Index(None, "unit", "task_id"),
)

PHOTOS = Table(
    "photos",
    METADATA,
    Column("unit", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("object_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("used", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Index(None, "used", "created_at"),
)

TERMINALS = Table(
    "terminals",
    METADATA,
    Column("terminal_id", Uuid, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("code_sha256", LargeBinary, nullable=False, unique=True),
    Column("code_until", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("enrolled_at", DateTime(timezone=True)),
    Column("family_sha256", LargeBinary),
    Column("access_sha256", LargeBinary),
    Column("access_until", DateTime(timezone=True)),
    Column("refresh_sha256", LargeBinary),
    Column("refresh_until", DateTime(timezone=True)),
    Column("spare_sha256", LargeBinary),
    Column("replaced_sha256", LargeBinary),
    Column("replaced_at", DateTime(timezone=True)),
    Column("seen_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("revoked_by", Text),
    Column("revoke_reason", Text),
    Column("wipe", Boolean, nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index(None, "unit", "terminal_id"),
)

SYNC_ITEMS = Table(
    "sync_items",
    METADATA,
    Column("item_id", Uuid, primary_key=True),
    Column("terminal_id", Uuid, nullable=False),
    Column("worker", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, index=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("problem", JSONB),
    Column("subject_version", BigInteger),
)

TERMINAL_CHANGES = Table(
    "terminal_changes",
    METADATA,
    Column("unit", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("subject_id", Uuid, primary_key=True),
    Column("changed_in", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now(), index=True),
    Index(None, "unit", "changed_in", "kind", "subject_id"),
    Index(None, "subject_id"),
)
"""What of each unit changed in which transaction: one row for each thing, however often it changes."""

VISITS = Table(
    "visits",
    METADATA,
    Column("visit_id", Uuid, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("version", BigInteger, nullable=False),
    Index(None, "unit", "happened_at"),
    Index(None, "place", "happened_at"),
)

INSPECTIONS = Table(
    "inspections",
    METADATA,
    Column("inspection_id", Uuid, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("form_version", Integer, nullable=False),
    Column("round", Text),
    Column("answers", JSONB, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("version", BigInteger, nullable=False),
    Index(None, "plan", "round", "place"),
)

TRACKS = Table(
    "tracks",
    METADATA,
    Column("received_at", DateTime(timezone=True), primary_key=True, server_default=func.now()),
    Column("track_id", Uuid, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("metres", Integer, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("points", LargeBinary, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Index(None, "unit", "happened_at"),
    postgresql_partition_by="RANGE (received_at)",
)
"""One row for each batch of points, by month: a month that nobody asks for any more can be dropped whole."""
