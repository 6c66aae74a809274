"""Scoring's tables: entries and whistles as they are folded, the lines that follow from them, and what people
decide about them: exclusions and closed months.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.store.tables import service_metadata
from shared.store.unit_copies import declare_unit_copies

METADATA = service_metadata()

ENTRIES = Table(
    "entries",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("registered_at", DateTime(timezone=True)),
    Column("channel", Text),
    Column("kind", Text),
    Column("category", Text),
    Column("tier", Text),
    Column("place", Text),
    Column("proactive", Boolean, nullable=False),
    Column("linked_case_id", Uuid),
    Column("lead", Text),
    Column("redo", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("merged_into", Uuid),
    Column("leads", JSONB, nullable=False),
    Column("decline_reason", Text),
    Column("orders", JSONB, nullable=False),
    Column("results", JSONB, nullable=False),
    Column("heard", JSONB, nullable=False),
    Column("opened", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    # Small, and folding does not feel it: entries come in the order of their registration.
    Index(None, "registered_at", postgresql_using="brin"),
)
"""Folded from `jiesu.case`; no policy in it, so the lines can be made anew by another one."""

SCORE_LINES = Table(
    "score_lines",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("because", Uuid, primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("unit", Text),
    Column("joined_into", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("period", Text, nullable=False),
    Column("late_from", Text),
    Column("numerator", Numeric, nullable=False),
    Column("denominator", SmallInteger, nullable=False),
    Column("proactive", Boolean, nullable=False),
    Column("is_lead", Boolean, nullable=False),
    Column("redo", Integer, nullable=False),
    Column("undecided_until", DateTime(timezone=True)),
    Column("cases", SmallInteger),
    Index(None, "period", "measure", "unit", "at", "case_id"),
    Index("ix_score_lines_joined", "period", postgresql_where="unit IS NULL"),
    Index("ix_score_lines_late_from", "late_from", postgresql_where="late_from IS NOT NULL"),
)
"""A projection of entries by the policy's rules: a rate is one GROUP BY, and opens to its cases. Number 0
is the line, others are adjustments to it. Rows of a closed period are never written again. Those without
`cases` were written before it was; `counting.CASES` reads them.
"""

WHISTLES = Table(
    "whistles",
    METADATA,
    Column("whistle_id", Uuid, primary_key=True),
    Column("case_id", Uuid, index=True),
    Column("kind", Text, nullable=False),
    Column("blown_by", Text, nullable=False),
    Column("blown", JSONB, nullable=False),
    Column("departments", JSONB, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("heard", JSONB, nullable=False),
    Column("opened", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
)

DEPARTMENT_LINES = Table(
    "department_lines",
    METADATA,
    Column("whistle_id", Uuid, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("case_id", Uuid),
    Column("kind", Text, nullable=False),
    Column("blown_by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("period", Text, nullable=False),
    Column("late_from", Text),
    Column("numerator", Numeric, nullable=False),
    Column("denominator", SmallInteger, nullable=False),
    Column("undecided_until", DateTime(timezone=True)),
    Index(None, "period", "unit", "measure", "at", "whistle_id"),
)
"""A projection of whistles, in the same manner."""

LATE_FACTS = Table(
    "late_facts",
    METADATA,
    Column("event_id", Uuid, primary_key=True),
    Column("subject", Uuid, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Column("missed", Text, nullable=False, index=True),
    Column("opened", Text, nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False),
)
"""Facts that were said in time for a period and came after its close. A replay needs to know them."""

EXCLUSIONS = Table(
    "exclusions",
    METADATA,
    Column("exclusion_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("period", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("unit", Text),
    Column("asked", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("reviews", JSONB, nullable=False),
    Column("appeal", JSONB),
    Column("appeal_evidence", JSONB, nullable=False),
    Column("appeal_verdict", JSONB),
    Column("version", BigInteger, nullable=False),
    Index(None, "period", "state", "exclusion_id"),
    UniqueConstraint("case_id", "period"),
)

MONTHS = Table(
    "months",
    METADATA,
    Column("period", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("frozen", JSONB),
    Column("rules", JSONB),
    Column("divisions", Text),
    Column("traces_late", Boolean),
    Column("version", BigInteger, nullable=False),
)
"""A period has a row from the moment its close is asked for."""

DIVISIONS = Table(
    "divisions",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("kept", JSONB, nullable=False),
)
"""Unit trees that closed months are read by; as many as the tree has changed between closes."""

MONTH_SUMS = Table(
    "month_sums",
    METADATA,
    Column("period", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("proactive", Boolean, primary_key=True),
    Column("excluded", Boolean, primary_key=True),
    Column("numerator", Numeric, nullable=False),
    Column("denominator", BigInteger, nullable=False),
    Column("undecided", BigInteger, nullable=False),
    Column("cases", BigInteger, nullable=False),
    Column("late", BigInteger, nullable=False),
    Column("adjustments", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
)
"""What a closed period's lines add up to for each unit itself, and the hash of those lines; what lies below
is added when read. Unit "": joined lines whose lead nobody ever heard of.
"""

DAILY_COUNTS = Table(
    "daily_counts",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("cases", Integer, nullable=False),
)
"""What citizens asked for, by the city's days: counted from entries, proactive ones left out."""

DAILY_ANSWERS = Table(
    "daily_answers",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("resolved", Numeric, nullable=False),
    Column("resolution", BigInteger, nullable=False),
    Column("satisfied", Numeric, nullable=False),
    Column("satisfaction", BigInteger, nullable=False),
)
"""What citizens answered, by the day of the answer: numerators and denominators, excluded cases left out."""

TOPICS = Table(
    "topics",
    METADATA,
    Column("topic_id", Uuid, primary_key=True),
    Column("period", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("problems", JSONB, nullable=False),
    Column("lead", Text, nullable=False),
    Column("chosen", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("starts", Date),
    Column("tasks", JSONB, nullable=False),
    Column("closed", JSONB),
    Column("version", BigInteger, nullable=False),
    Index("uq_topics_standing", "period", "unit", unique=True, postgresql_where="state <> 'cancelled'"),
)
"""每月一题: one for a month and a unit, beside those that were taken back."""

HOTSPOT_DAYS = Table(
    "hotspot_days",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("looked_at", DateTime(timezone=True), nullable=False),
    Column("found", Integer, nullable=False),
)
"""The days that were looked at for hot spots."""

HOTSPOTS = Table(
    "hotspots",
    METADATA,
    Column("hotspot_id", Uuid, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("detected_at", DateTime(timezone=True), nullable=False),
    Column("excess", JSONB, nullable=False),
    Column("looked_at", Integer, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("case_ids", JSONB, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("work_case_id", Uuid),
    Column("version", BigInteger, nullable=False),
    Index(None, "last_day"),
    Index(None, "detected_at", "hotspot_id"),
)

UNIT_COPIES = declare_unit_copies(METADATA)
"""What router has told of the directory's units."""
