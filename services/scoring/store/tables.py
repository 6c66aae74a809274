"""Scoring's tables: entries and whistles as they are folded, and the lines that follow from them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
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
    Column("decline_reason", Text),
    Column("orders", JSONB, nullable=False),
    Column("results", JSONB, nullable=False),
    Column("heard", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
)
"""Folded from `jiesu.case`; no policy in it, so the lines can be made anew by another one."""

SCORE_LINES = Table(
    "score_lines",
    METADATA,
    Column("case_id", Uuid, primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("because", Uuid, primary_key=True),
    Column("unit", Text),
    Column("joined_into", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("period", Text, nullable=False),
    Column("numerator", Numeric, nullable=False),
    Column("denominator", SmallInteger, nullable=False),
    Column("proactive", Boolean, nullable=False),
    Column("is_lead", Boolean, nullable=False),
    Column("redo", Integer, nullable=False),
    Column("undecided_until", DateTime(timezone=True)),
    Index(None, "period", "measure", "unit", "at", "case_id"),
)
"""A projection of entries by the policy's rules: a rate is one GROUP BY, and opens to its cases."""

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
    Column("version", BigInteger, nullable=False),
)

DEPARTMENT_LINES = Table(
    "department_lines",
    METADATA,
    Column("whistle_id", Uuid, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("case_id", Uuid),
    Column("kind", Text, nullable=False),
    Column("blown_by", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("period", Text, nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("signed_in_time", Boolean),
    Column("reported_in_time", Boolean),
    Column("score", SmallInteger),
    Index(None, "period", "unit", "at", "whistle_id"),
)
"""A projection of whistles: one row for each department that was called."""

UNIT_COPIES = declare_unit_copies(METADATA)
"""What router has told of the directory's units."""
